"""Does encouragement of a side make it more hostile? What outside help does to hostile acts, to peace and to risk."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detente.answers.chances import YEARS
from detente.answers.frame import Frame
from detente.answers.moves import chosen, closed, expected_acts, mark_rate, outlook, outlook_words
from detente.answers.names import Key, NumberSpec
from detente.answers.question import NAN, Answered, Question, Reply
from detente.answers.solved import SolvedGame
from detente.answers.telling import by_sign
from detente.answers.witnesses import Entries, Witnesses

FAMILY = "encouragement"
HOSTILE = "hostile"
NOW = "now"
PARTS = ("peace10", "relapse5")


class Encouragement(Question):
    """As things are, less how they would be if outsiders could not encourage a side; and the response right after."""

    id = "encouragement"
    title = "Does encouragement of a side make it more hostile?"
    rank = 470
    reads = ("encouragement",)
    most_draws = 6

    def missing(self, frame: Frame) -> str:
        return "" if bound(frame) else "the case names none under questions: encouragement"

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        specs = []
        for side in bound(frame):
            name = frame.name(side)
            label = f"Hostile acts of {name} within {YEARS} years that encouragement adds"
            specs.append(NumberSpec(Key(FAMILY, side, detail=HOSTILE), label, "count"))
            label = f"Rise in the yearly rate of hostile acts of {name} right after one more encouragement"
            specs.append(NumberSpec(Key(FAMILY, side, detail=NOW), label, "1/year"))
            for part in PARTS:
                words, unit = outlook_words(frame)[part]
                label = f"{words} that encouragement of {name} makes"
                specs.append(NumberSpec(Key(FAMILY, side, detail=part), label, unit))
        return tuple(specs)

    def ask(self, solved: SolvedGame) -> Reply:
        reply, base = Reply(), outlook(solved, PARTS)
        for side, entry in bound(solved.frame).items():
            by, hostile = list(entry["by"]), list(entry["hostile"])
            other = closed(solved, by)
            there = outlook(other, PARTS) if other is not None else {}
            acts = expected_acts(other, hostile) if other is not None else NAN
            reply.numbers[Key(FAMILY, side, detail=HOSTILE)] = expected_acts(solved, hostile) - acts
            reply.numbers[Key(FAMILY, side, detail=NOW)] = response(solved, by, hostile)
            for part in PARTS:
                reply.numbers[Key(FAMILY, side, detail=part)] = base[part] - there.get(part, NAN)
        return reply

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        entry = bound(frame)[key.actor or ""]
        return witnesses.showing((*entry["by"], *entry["hostile"]))

    def finding(self, answered: Answered) -> str:
        acts = [q for q in answered.family(FAMILY) if q.detail == HOSTILE]
        if not acts:
            return "In no draw could the game be solved without encouragement."
        within = f"within {YEARS} years"
        return by_sign(
            answered,
            acts,
            f"Encouragement adds hostile acts {within} by {{names}}.",
            f"Encouragement takes away hostile acts {within} by {{names}}.",
            "For {names} the sign is open.",
        )


def bound(frame: Frame) -> Mapping[str, Mapping[str, Any]]:
    """The case's binding: side -> by which moves it is encouraged, and its hostile ones."""
    return frame.bindings.get("encouragement") or {}


def response(solved: SolvedGame, by: Sequence[str], hostile: Sequence[str]) -> float:
    """Rise in the rate of hostile acts when one of these encouragements is given at the date's state, 1/year.

    The mean over the encouragements that are available there; NaN if there is none.
    """
    op = solved.equilibrium.operator
    here = np.nonzero(chosen(solved, by) & (op.state == solved.x0))[0]
    if len(here) == 0:
        return NAN
    return float((op.difference[here] @ mark_rate(solved, hostile)).mean())


QUESTION = Encouragement()
