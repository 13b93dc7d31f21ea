"""Newton's method with the cross-player derivatives, matrix-free.

With F(V) the value equations, -F'(V) = (rho - G) - C, where C dV = sum_m dr_m(dV) (c_im + E V_i(T) - V_i) couples the
players. GMRES solves with it, preconditioned by sparse LU factors of rho - G: what it sees is I - B with
B = (rho - G)^-1 C, the derivative of the best-response map, so that few directions matter. Unlike policy iteration,
Newton converges to unstable equilibria as well.

Source: Kelley 2003, Solving Nonlinear Equations with Newton's Method; Deuflhard 2011, Newton Methods for Nonlinear
Problems, 3 (natural monotonicity test).
"""

from functools import cached_property

import numpy as np
import scipy.sparse.linalg as sl

from detente.solve.linear import Factored
from detente.solve.operator import Operator
from detente.solve.policy import Iterate, Progress, log_share


class Linearization:
    """The derivative of the value equations at given values (players, states), as products and solves."""

    def __init__(self, operator: Operator, values: np.ndarray) -> None:
        self.operator = operator
        self.values = values
        self.choice = operator.choose(values)
        self.generator = operator.generator(self.choice)
        raw = operator.flow(self.choice) + (self.generator @ values.T).T - operator.rho[:, None] * values
        self.residual = raw  # F(V), utility/year
        worth = operator.impulse + operator.difference @ values.T
        if operator.game.shocks != "none":  # envelope theorem: own choices are optimal
            worth[np.arange(operator.moves), operator.player] = 0.0
        self.worth = worth  # (M, N): what move m brings each other player
        self.pull = self.choice.rate / operator.noise

    @cached_property
    def factored(self) -> Factored:
        """LU factors of rho - G."""
        return Factored(self.generator, self.operator.rho)

    @property
    def error(self) -> float:
        """Scaled relative residual at the values."""
        op = self.operator
        exits = op.rho[:, None] + op.exit_rate(self.generator)
        return float((np.abs(self.residual) / exits / op.scale(self.values)).max())

    def cross(self, change: np.ndarray) -> np.ndarray:
        """C dV: effect on each player's equation through the others' choices, (players, states)."""
        op = self.operator
        gain = op.own @ change.ravel()
        centred = gain - np.add.reduceat(self.choice.share * gain, op.starts)[op.segment] if op.moves else gain
        return (op.sum_by_state @ ((self.pull * centred)[:, None] * self.worth)).T

    def cross_transposed(self, weight: np.ndarray) -> np.ndarray:
        """C^T y, (players, states)."""
        return self.rates_transposed(np.einsum("mn,mn->m", self.worth, weight.T[self.operator.state]))

    def rates_transposed(self, weight: np.ndarray) -> np.ndarray:
        """(dr/dV)^T g for weights g (M,) on the rates of moves, (players, states)."""
        op = self.operator
        pulled = self.pull * weight
        if op.moves:
            pulled = pulled - self.choice.share * np.add.reduceat(pulled, op.starts)[op.segment]
        return (op.own.T @ pulled).reshape(op.shape)

    def solve(self, right: np.ndarray, tol: float = 1e-10, transposed: bool = False) -> tuple[np.ndarray, bool]:
        """Solve ((rho - G) - C) d = right, or with the transpose; returns d and whether `tol` (relative) was reached."""
        shape = self.operator.shape
        lu = self.factored
        if transposed:  # ((rho-G)^T - C^T) d = right, d = (rho-G)^-T y preconditioned from the left

            def product(v: np.ndarray) -> np.ndarray:
                v = v.reshape(shape)
                return (v - lu.solve(self.cross_transposed(v), transposed=True)).ravel()
        else:

            def product(v: np.ndarray) -> np.ndarray:
                v = v.reshape(shape)
                return (v - lu.solve(self.cross(v))).ravel()

        size = right.size
        start = lu.solve(right, transposed=transposed).ravel()
        matrix = sl.LinearOperator((size, size), matvec=product, dtype=float)
        found, info = sl.gmres(matrix, start, x0=start, rtol=tol, atol=0.0, restart=80, maxiter=4)
        return found.reshape(shape), info == 0


def newton(
    operator: Operator, start: np.ndarray, tol: float, rounds: int = 40, progress: Progress | None = None
) -> Iterate:
    """Damped Newton iteration: steps are halved until the next simplified correction is smaller (natural monotonicity)."""
    at = Linearization(operator, start)
    error, number = at.error, 0
    for number in range(1, rounds + 1):
        if progress is not None:
            progress(log_share(error, tol), f"Newton, round {number}, residual {error:.1e}")
        if error <= tol:
            return Iterate(at.values, error, number - 1, True)
        change, _ = at.solve(at.residual, tol=min(0.1, max(1e-10, 0.1 * error)))
        new = _damped(at, change)
        if new is None:
            return Iterate(at.values, error, number, False)
        at, error = new, new.error
    return Iterate(at.values, error, number, error <= tol)


def _damped(at: Linearization, change: np.ndarray) -> Linearization | None:
    size = np.abs(change).max()
    if not np.isfinite(size):
        return None
    floor = 1e-13 * float(at.operator.scale(at.values).max())
    factor = 1.0
    while factor > 1e-4:
        new = Linearization(at.operator, at.values + factor * change)
        if np.isfinite(new.residual).all():
            if factor * size <= floor:
                return new
            after, _ = at.solve(new.residual, tol=0.1)
            if np.abs(after).max() <= (1 - factor / 4) * size or new.error < 0.25 * at.error:
                return new
        factor /= 2
    return None
