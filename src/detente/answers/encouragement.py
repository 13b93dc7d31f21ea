"""Encouragement and moral hazard: what outside help to a side does to its hostile acts, to peace and to risk."""

import numpy as np

from detente.answers.model import NAN, Found, Frame, Meta, Question
from detente.answers.moves import OUTLOOK_WORDS, YEARS, chosen, closed, expected_acts, mark_rate, outlook
from detente.answers.solved import Solved

SHOWN = ("peace10", "relapse5")


class Encouragement(Question):
    """As things are, less how they would be if outsiders could not encourage a side; and the response right after."""

    id = "encouragement"
    title = "Does encouragement of a side make it more hostile?"
    reads = ("encouragement",)
    most_draws = 6

    def missing(self, frame: Frame) -> str:
        """See `Question`."""
        return "" if frame.bindings.get("encouragement") else "the case binds no `encouragement`"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas: dict[str, Meta] = {}
        for side in frame.bindings.get("encouragement") or {}:
            name, stem = frame.name(side), f"encouragement.{side}"
            label = f"Hostile acts of {name} within {YEARS} years that encouragement adds"
            metas[f"{stem}.hostile"] = Meta(label, "count", side)
            label = f"Rise in the yearly rate of hostile acts of {name} right after one more encouragement"
            metas[f"{stem}.now"] = Meta(label, "1/year", side)
            for part in SHOWN:
                words, unit = OUTLOOK_WORDS[part]
                metas[f"{stem}.{part}"] = Meta(f"{words} that encouragement of {name} makes", unit, side)
        return metas

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        found, base = Found(), outlook(solved)
        for side, entry in (solved.frame.bindings.get("encouragement") or {}).items():
            stem, by, hostile = f"encouragement.{side}", list(entry["by"]), list(entry["hostile"])
            other = closed(solved, by)
            there = outlook(other) if other is not None else {}
            acts = expected_acts(other, hostile) if other is not None else NAN
            found.numbers[f"{stem}.hostile"] = expected_acts(solved, hostile) - acts
            found.numbers[f"{stem}.now"] = response(solved, by, hostile)
            for part in SHOWN:
                found.numbers[f"{stem}.{part}"] = base[part] - there.get(part, NAN)
        return found


def response(solved: Solved, by: list[str], hostile: list[str]) -> float:
    """Rise in the rate of hostile acts when one of these encouragements is given at the date's state, 1/year.

    The mean over the encouragements that are available there; NaN if there is none.
    """
    op = solved.equilibrium.operator
    here = np.nonzero(chosen(solved, by) & (op.state == solved.x0))[0]
    if len(here) == 0:
        return NAN
    return float((op.difference[here] @ mark_rate(solved, hostile)).mean())
