"""Gain from settling now, and signing now rather than later.

    G_i = V_i(settled(x0)) - V_i(x0).

All G_i > 0 means better for everyone than going on; it is neither best nor equilibrium. Beside it the value of
signing now rather than whenever a settlement would come, with the same terms on both sides.
"""

import numpy as np

from detente.answers.held import values_when_signed
from detente.answers.model import Found, Frame, Meta, Question
from detente.answers.solved import Solved


def gain_from_settling(values: np.ndarray, successor: np.ndarray) -> np.ndarray:
    """V_i(settled(x)) - V_i(x), shape (players, states); 0 where x is settled already."""
    return np.where(successor >= 0, values[:, np.maximum(successor, 0)] - values, 0.0)


class Gain(Question):
    """Gain from settling now by actor, and package where there are several."""

    id = "gain_from_settling"
    title = "Who gains from settling now?"

    def missing(self, frame: Frame) -> str:
        """See `Question`."""
        return settled_already(frame)

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        return {
            f"gain_from_settling.{p}{frame.suffix(k)}": Meta(
                f"Gain of {frame.name(p)} from settling now{frame.under(k)}", "value", p, assumption_not_record=True
            )
            for k in frame.settled
            for p in frame.players
        }

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        found, frame, x = Found(), solved.frame, solved.x0
        for k, successor in frame.settled.items():
            gain = gain_from_settling(solved.relative, successor)[:, x]
            choice = gain_from_settling(solved.choice_values, successor)[:, x]
            for i, p in enumerate(frame.players):
                id = f"gain_from_settling.{p}{frame.suffix(k)}"
                found.numbers[id] = float(gain[i])
                found.without_choice[id] = float(gain[i] - choice[i])
        return found


class SignNow(Question):
    """Value of signing now rather than later, on the same terms."""

    id = "sign_now"
    title = "Is signing now worth more than signing later?"

    def missing(self, frame: Frame) -> str:
        """See `Question`."""
        return settled_already(frame)

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        return {
            f"sign_now.{p}{frame.suffix(k)}": Meta(
                f"Value to {frame.name(p)} of signing now rather than later, same terms{frame.under(k)}",
                "value",
                p,
                assumption_not_record=True,
            )
            for k in frame.settled
            for p in frame.players
        }

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        found, frame, x = Found(), solved.frame, solved.x0
        for k, successor in frame.settled.items():
            later = values_when_signed(solved, successor)[:, x]
            for i, p in enumerate(frame.players):
                found.numbers[f"sign_now.{p}{frame.suffix(k)}"] = float(solved.values[i, successor[x]] - later[i])
        return found


def settled_already(frame: Frame) -> str:
    """Why settling cannot be asked about, or nothing."""
    if not frame.settled:
        return "the case names no settlement under `outcomes: settle:`"
    return "a settlement is in force on the date" if frame.peace[frame.start] else ""
