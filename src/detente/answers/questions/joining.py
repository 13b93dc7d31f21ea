"""Is an uncertain process worth joining, and what deadline or agenda would make it so?

At the state in which an actor decides, joining is worth Q(join) - Q(wait). The clock's rate (an open process ends on
average after 1 / rate years), or the parameter that makes the agenda definite, is moved and the game solved again;
where the gain changes sign, the least rate or definiteness with a gain is found.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from detente.answers.delaying import roots
from detente.answers.frame import Frame
from detente.answers.moves import gain_of_act
from detente.answers.names import Key, NumberSpec
from detente.answers.question import NAN, Answered, Question, Reply, intervals
from detente.answers.solved import SolvedGame
from detente.answers.telling import by_sign
from detente.answers.witnesses import Entries, Witnesses
from detente.run import Picture

FAMILY = "joining"
GAIN = "gain"
POINTS = (0.0, 0.25, 1.0)  # of the range tried: brackets in which the turn is sought
TOL = 0.02  # of the range: accuracy of the turn; nobody can tell a deadline more finely
FASTEST = 4.0  # 1/year, where the case names none: a process that ends after three months on average


class Joining(Question):
    """Gain from joining, by actor; deadline and agenda from which on it pays."""

    id = "joining"
    title = "Is an uncertain process worth joining, and what deadline or agenda would make it so?"
    rank = 450
    reads = ("joining",)
    most_draws = 6

    def missing(self, frame: Frame) -> str:
        if not bound(frame):
            return "the case names none under questions: joining"
        return "" if frame.joining else "nobody's decision to join can come up from the date's situation"

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        specs = []
        for actor, entry in bound(frame).items():
            name = frame.name(actor)
            label = f"What joining the process is worth to {name}, against waiting"
            specs.append(NumberSpec(Key(FAMILY, actor, detail=GAIN), label, "value"))
            if "deadline" in entry:
                years = 1 / fastest(entry)
                label = f"The same for {name} if the process ended after {years:.2g} years on average"
                specs.append(NumberSpec(Key(FAMILY, actor, detail="gain_with_deadline"), label, "value"))
                label = (
                    f"Longest average life of the process at which joining pays for {name}, where a deadline decides"
                )
                specs.append(NumberSpec(Key(FAMILY, actor, detail="deadline"), label, "years", signed=False))
            if "agenda" in entry:
                label = f"The same for {name} with the most definite agenda"
                specs.append(NumberSpec(Key(FAMILY, actor, detail="gain_with_agenda"), label, "value"))
                label = f"Least definiteness of the agenda at which joining pays for {name}, where it decides"
                specs.append(NumberSpec(Key(FAMILY, actor, detail="agenda"), label, "", signed=False))
        return tuple(specs)

    def ask(self, solved: SolvedGame) -> Reply:
        reply = Reply()
        for actor, state in solved.frame.joining.items():
            entry = bound(solved.frame)[actor]
            gain = gain_of_act(solved, entry["join"], state)
            if gain is None:
                continue
            reply.numbers[Key(FAMILY, actor, detail=GAIN)] = gain
            if "deadline" in entry:
                last, turn = _turning(solved, entry["deadline"], (0.0, fastest(entry)), entry["join"], state)
                reply.numbers[Key(FAMILY, actor, detail="gain_with_deadline")] = last
                reply.numbers[Key(FAMILY, actor, detail="deadline")] = 1.0 / turn if turn > 0 else NAN
            if "agenda" in entry:
                parameter, low, high = entry["agenda"]
                last, turn = _turning(solved, parameter, (float(low), float(high)), entry["join"], state)
                reply.numbers[Key(FAMILY, actor, detail="gain_with_agenda")] = last
                reply.numbers[Key(FAMILY, actor, detail="agenda")] = turn
        return reply

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        actor = key.actor or ""
        return (*witnesses.showing(bound(frame)[actor]["join"]), *witnesses.of_types(("meeting",), actor))

    def finding(self, answered: Answered) -> str:
        gains = [q for q in answered.family(FAMILY) if q.detail == GAIN]
        if not gains:
            return "Nobody can join on the date: the acts that would are not available."
        return by_sign(
            answered, gains, "Joining pays {names}.", "Staying out pays {names}.", "For {names} the sign is open."
        )

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        return intervals(self.title, [q for q in answered.family(FAMILY) if q.signed])


def bound(frame: Frame) -> Mapping[str, Mapping[str, Any]]:
    """The case's binding: actor -> how it decides whether to join."""
    return frame.bindings.get("joining") or {}


def fastest(entry: Mapping[str, Any]) -> float:
    """The largest rate of the clock that is tried, 1/year."""
    return float(entry.get("up_to", FASTEST))


def _turning(
    solved: SolvedGame, parameter: str, ends: tuple[float, float], moves: list[str], state: int
) -> tuple[float, float]:
    """(gain from joining at the far end, least value of the parameter at which it turns positive or NaN)."""
    curve = _curve(solved, parameter, moves, state)
    grid = tuple(ends[0] + share * (ends[1] - ends[0]) for share in POINTS)
    known = np.array([curve(value) for value in grid])
    if not np.isfinite(known).all() or known[0] >= 0:
        return float(known[-1]), NAN
    found = roots(curve, grid, known, TOL * (ends[1] - ends[0]))
    return float(known[-1]), found[0] if found else NAN


def _curve(solved: SolvedGame, parameter: str, moves: list[str], state: int) -> Callable[[float], float]:
    def curve(value: float) -> float:
        other = solved.moved(parameter, value)
        gain = gain_of_act(other, moves, state) if other is not None else None
        return gain if gain is not None else NAN

    return curve


QUESTION = Joining()
