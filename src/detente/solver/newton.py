"""Newton's method with the cross-player derivatives, matrix-free.

With -F'(V) = A - C, C the cross-player part, GMRES solves for the step, preconditioned by factors of A: what it sees is
I - B with B = A^-1 C, the derivative of the best-response map, so that few directions matter. Unlike policy iteration,
Newton converges to unstable equilibria as well.

Source: Kelley 2003, Solving Nonlinear Equations with Newton's Method; Deuflhard 2011, Newton Methods for Nonlinear
Problems, 3 (natural monotonicity test).
"""

import numpy as np

from detente.solver.policy import log_share
from detente.solver.system import Iterate, Line, Progress, System

ROUNDS = 40  # it converges in ten where it does
SHORTEST = 1e-3  # share of a Newton step below which it is given up
ROUNDING = 1e-13  # relative change of values within their rounding: no better point can be asked for


def newton(
    system: System, start: np.ndarray, tol: float, rounds: int = ROUNDS, progress: Progress | None = None
) -> Iterate:
    """Damped Newton iteration: steps are halved until the best-response residual is smaller."""
    at = system.linearize(start)
    error, number = at.error, 0
    for number in range(1, rounds + 1):
        if progress is not None:
            progress(log_share(error, tol), f"Newton, round {number}, residual {error:.1e}")
        if error <= tol or not np.isfinite(error):
            return Iterate(system, at.values, error, number - 1, bool(error <= tol))
        change, _ = at.solve(at.residual, tol=min(0.1, max(1e-10, 0.1 * error)))
        new = _damped(system, at, change)
        if new is None:
            return Iterate(system, at.values, error, number, False)
        at, error = new, new.error
    return Iterate(system, at.values, error, number, error <= tol)


def _damped(system: System, at: Line, change: np.ndarray) -> Line | None:
    """The point a fraction of the step away, the largest at which the best-response residual A^-1 F falls."""
    size = np.abs(change).max()
    if not np.isfinite(size):
        return None
    before = np.abs(at.precondition(at.residual)).max()
    floor = ROUNDING * float(system.scale(at.values).max())
    factor = 1.0
    while factor > SHORTEST:
        new = system.linearize(at.values + factor * change)
        if np.isfinite(new.residual).all():
            after = np.abs(at.precondition(new.residual)).max()
            if after <= (1 - factor / 4) * before or new.error < 0.25 * at.error or factor * size <= floor:
                return new
        factor /= 2
    return None
