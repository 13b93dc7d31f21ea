"""Joining an uncertain process: the participation constraint, and the deadline or agenda that makes joining worthwhile.

At the state in which an actor decides, joining is worth Q(join) - Q(wait). The clock's rate (an open process ends on
average after 1 / rate years), or the parameter that makes the agenda definite, is moved and the game solved again;
where the gain changes sign, the least rate or definiteness with a gain is found.
"""

from collections.abc import Callable

import numpy as np

from detente.answers.delay import roots
from detente.answers.model import NAN, Found, Frame, Meta, Question
from detente.answers.moves import gain_of_act
from detente.answers.solved import Solved

POINTS = (0.0, 0.25, 1.0)  # of the range tried
TOL = 0.02  # of the range


class Joining(Question):
    """Gain from joining, by actor; deadline and agenda from which on it pays."""

    id = "joining"
    title = "Is an uncertain process worth joining, and what deadline or agenda would make it so?"
    reads = ("joining",)
    most_draws = 6

    def missing(self, frame: Frame) -> str:
        """See `Question`."""
        bound = frame.bindings.get("joining") or {}
        if not bound:
            return "the case binds no `joining`"
        known = [actor for actor in bound if f"joining.{actor}" in frame.points]
        return "" if known else "nobody's decision to join can come up from the date's situation"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas: dict[str, Meta] = {}
        for actor, entry in (frame.bindings.get("joining") or {}).items():
            name, stem = frame.name(actor), f"joining.{actor}"
            metas[f"{stem}.gain"] = Meta(
                f"What joining the process is worth to {name}, against waiting", "value", actor
            )
            if "deadline" in entry:
                up_to = float(entry.get("up_to", 4))
                label = f"The same for {name} if the process ended after {1 / up_to:.2g} years on average"
                metas[f"{stem}.gain_with_deadline"] = Meta(label, "value", actor)
                label = (
                    f"Longest average life of the process at which joining pays for {name}, where a deadline decides"
                )
                metas[f"{stem}.deadline"] = Meta(label, "years", actor, False)
            if "agenda" in entry:
                label = f"The same for {name} with the most definite agenda"
                metas[f"{stem}.gain_with_agenda"] = Meta(label, "value", actor)
                label = f"Least definiteness of the agenda at which joining pays for {name}, where it decides"
                metas[f"{stem}.agenda"] = Meta(label, "", actor, False)
        return metas

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        found = Found()
        for actor, entry in (solved.frame.bindings.get("joining") or {}).items():
            if f"joining.{actor}" not in solved.frame.points:
                continue
            state, stem = solved.frame.points[f"joining.{actor}"], f"joining.{actor}"
            gain = gain_of_act(solved, entry["join"], state)
            if gain is None:
                continue
            found.numbers[f"{stem}.gain"] = gain
            if "deadline" in entry:
                ends = (0.0, float(entry.get("up_to", 4)))
                last, turn = _turning(solved, entry["deadline"], ends, entry["join"], state)
                found.numbers[f"{stem}.gain_with_deadline"] = last
                found.numbers[f"{stem}.deadline"] = 1.0 / turn if turn > 0 else NAN
            if "agenda" in entry:
                parameter, low, high = entry["agenda"]
                last, turn = _turning(solved, parameter, (float(low), float(high)), entry["join"], state)
                found.numbers[f"{stem}.gain_with_agenda"] = last
                found.numbers[f"{stem}.agenda"] = turn
        return found


def _turning(
    solved: Solved, parameter: str, ends: tuple[float, float], moves: list[str], state: int
) -> tuple[float, float]:
    """(gain from joining at the far end, least value of the parameter at which it turns positive or NaN)."""
    curve = _curve(solved, parameter, moves, state)
    grid = tuple(ends[0] + share * (ends[1] - ends[0]) for share in POINTS)
    known = np.array([curve(value) for value in grid])
    if not np.isfinite(known).all() or known[0] >= 0:
        return float(known[-1]), NAN
    found = roots(curve, grid, known, TOL * (ends[1] - ends[0]))
    return float(known[-1]), found[0] if found else NAN


def _curve(solved: Solved, parameter: str, moves: list[str], state: int) -> Callable[[float], float]:
    def curve(value: float) -> float:
        other = solved.moved(parameter, value)
        gain = gain_of_act(other, moves, state) if other is not None else None
        return gain if gain is not None else NAN

    return curve
