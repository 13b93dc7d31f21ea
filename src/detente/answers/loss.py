"""Who would pay: what the possibility of resumed war takes from each actor's value.

The loss is the value that an actor would have if war could not resume, strategies held, less its value. By the
performance-difference identity it is the expected discounted sum, over outbreaks, of what each outbreak costs. It is
also given as a share of the actor's own stake: the difference in value between its best and its worst reachable
state.
"""

import numpy as np

from detente.answers.held import values_without_war
from detente.answers.model import Found, Frame, Meta, Question
from detente.answers.solved import Solved


def own_stake(values: np.ndarray) -> np.ndarray:
    """Largest less smallest value over reachable states, (players,)."""
    return values.max(axis=1) - values.min(axis=1)


class Loss(Question):
    """Expected discounted loss from resumed war, by actor."""

    id = "loss"
    title = "Who would pay if war resumes?"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas = {}
        for p in frame.players:
            name = frame.name(p)
            metas[f"loss.{p}"] = Meta(f"Expected loss of {name} from resumed war", "value", p)
            label = f"Expected loss of {name} from resumed war, as a share of its own stake"
            metas[f"loss_share.{p}"] = Meta(label, "share", p)
        return metas

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        loss = (values_without_war(solved) - solved.values)[:, solved.x0]
        stake = own_stake(solved.values)
        numbers = {}
        for i, p in enumerate(solved.frame.players):
            numbers[f"loss.{p}"] = float(loss[i])
            numbers[f"loss_share.{p}"] = float(loss[i] / stake[i]) if stake[i] > 0 else 0.0
        return Found(numbers)
