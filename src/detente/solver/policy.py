"""Policy iteration with Anderson acceleration: the fast solver near a stable equilibrium.

One round improves the strategies at the current values and evaluates them: W = (rho - G(V))^-1 flow(V), as deep as the
present error warrants. Plain rounds cycle at ordinary parameters; Anderson's mixing of the last rounds damps that.

Source: Walker & Ni 2011, SIAM J. Numer. Anal. 49; docs/engine.md.
"""

import numpy as np

from detente.solver.mixing import mixed
from detente.solver.system import Iterate, Progress, System

MEMORY = 6  # rounds that are mixed; more make their combination ill-conditioned
ROUNDS = 120  # it settles in some 20, or not at all
STALE = 25  # rounds without progress after which the iteration is given up


def policy_iteration(
    system: System,
    start: np.ndarray,
    tol: float,
    *,
    rounds: int = ROUNDS,
    progress: Progress | None = None,
) -> Iterate:
    """Accelerated policy iteration from `start` until the scaled relative residual is below `tol`.

    Stops early (not `reached`) after `rounds` rounds or when the error has not improved for `STALE` of them.
    """
    values, best, best_error, best_round = start.copy(), start, np.inf, 0
    steps: list[np.ndarray] = []
    points: list[np.ndarray] = []
    for number in range(rounds):
        error, target = system.improve(values, tol)
        if error < best_error:
            best, best_error, best_round = values, error, number
        if progress is not None:
            progress(log_share(error, tol), f"policy iteration, round {number + 1}, residual {error:.1e}")
        if target is None or number - best_round > STALE or not np.isfinite(error):
            break
        step = (target - values).ravel()
        points, steps = [*points, values.ravel()][-MEMORY - 1 :], [*steps, step][-MEMORY - 1 :]
        values = mixed(points, steps).reshape(values.shape)
    return Iterate(system, best, best_error, number + 1, best_error <= tol)


def log_share(error: float, tol: float) -> float:
    """Progress in (0, 1): how much of the way to the tolerance, on a logarithmic scale."""
    if not 0 < error < 1:
        return 0.0
    return min(1.0, np.log(error) / np.log(tol))
