"""`solve`: one certified equilibrium of a game."""

import numpy as np

from detente.game import Game
from detente.solve.equilibrium import Equilibrium
from detente.solve.operator import Operator
from detente.solve.policy import Progress, policy_iteration


def solve(
    game: Game,
    tol: float = 1e-11,
    start: np.ndarray | Equilibrium | None = None,
    progress: Progress | None = None,
) -> Equilibrium:
    """Find an equilibrium of the game; deterministic.

    Args:
        game: the game.
        tol: scaled relative residual that certifies.
        start: values (players, states) or an equilibrium of a nearby game to start from.
        progress: called with (share done, words).

    Returns:
        An equilibrium; check `certified`. `reached_by` says how it was found.
    """
    operator = Operator(game)
    if start is None:
        values, words = np.zeros(operator.shape), "policy iteration from zero"
    else:
        values = start.values if isinstance(start, Equilibrium) else np.asarray(start, float)
        words = "policy iteration from a warm start"
    end = policy_iteration(operator, values, tol, progress=progress)
    return Equilibrium(operator, end.values, tol, f"{words}, {end.rounds} rounds")
