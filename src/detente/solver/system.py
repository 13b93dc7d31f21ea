"""What the solvers need to know of a system of equilibrium equations, whatever the timing of moves.

Unknowns are an array per player. Each system has a best-response form: W = improve(V) evaluates the strategies that
follow from V; its solutions are the fixed points, and I - B, with B the derivative of that map, preconditions Newton.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.sparse.linalg as sl

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Iterate:
    """Where an iteration ended: unknowns, scaled relative residual, rounds used, whether it got to its tolerance."""

    values: np.ndarray
    error: float
    rounds: int
    reached: bool


class Line(ABC):
    """A system linearised at `values`: -F' = A - C with A easy to solve with and C the cross-player part."""

    values: np.ndarray
    residual: np.ndarray  # F(V)

    @property
    @abstractmethod
    def error(self) -> float:
        """Scaled relative residual at the values."""

    @abstractmethod
    def precondition(self, right: np.ndarray, transposed: bool = False) -> np.ndarray:
        """Solve A d = right, or with A^T."""

    @abstractmethod
    def cross(self, change: np.ndarray) -> np.ndarray:
        """C d."""

    @abstractmethod
    def cross_transposed(self, weight: np.ndarray) -> np.ndarray:
        """C^T y."""

    def dense(self) -> np.ndarray | None:
        """A - C as a dense matrix where the system is small, else None."""
        return None

    def respond(self, change: np.ndarray) -> np.ndarray:
        """B d = A^-1 C d: the derivative of the best-response map."""
        return self.precondition(self.cross(change))

    def solve(self, right: np.ndarray, tol: float = 1e-10, transposed: bool = False) -> tuple[np.ndarray, bool]:
        """Solve (A - C) d = right, or with the transpose; returns d and whether `tol` (relative) was reached."""
        shape = right.shape
        matrix = self.dense()
        if matrix is not None:
            found = solve_dense(matrix.T if transposed else matrix, right.ravel())
            return found.reshape(shape), bool(np.isfinite(found).all())
        if transposed:  # preconditioned from the left

            def product(v: np.ndarray) -> np.ndarray:
                v = v.reshape(shape)
                return (v - self.precondition(self.cross_transposed(v), transposed=True)).ravel()
        else:

            def product(v: np.ndarray) -> np.ndarray:
                v = v.reshape(shape)
                return (v - self.respond(v)).ravel()

        size = right.size
        start = self.precondition(right, transposed).ravel()
        wanted = sl.LinearOperator((size, size), matvec=product, dtype=float)
        found, info = sl.gmres(wanted, start, x0=start, rtol=tol, atol=0.0, restart=80, maxiter=2)
        return found.reshape(shape), info == 0


def solve_dense(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve; in the least-squares sense where the matrix is singular (at a fold)."""
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(matrix, right, rcond=None)[0]


class System(Protocol):
    """Equilibrium equations F(V) = 0 of one game."""

    shape: tuple[int, ...]

    def improve(self, values: np.ndarray, tol: float) -> tuple[float, np.ndarray | None]:
        """Error at the values, and the values of the strategies that follow from them (None if error <= tol)."""
        ...

    def linearize(self, values: np.ndarray) -> Line:
        """The equations and their derivative at the values."""
        ...

    def moved(self, old: np.ndarray, new: np.ndarray) -> float:
        """How much play differs between two values: largest log change of what matters."""
        ...

    def scale(self, values: np.ndarray) -> np.ndarray:
        """Utility scale per player, to divide errors by; broadcasts against the values."""
        ...

    def with_noise(self, factor: float, bonus: np.ndarray | None = None) -> "System":
        """The equations with noise multiplied by `factor`, and the worth of options by `bonus` (players,)."""
        ...

    def random_start(self, rng: np.random.Generator) -> np.ndarray:
        """Unknowns to start from in a search for further equilibria."""
        ...

    @property
    def noise_scale(self) -> np.ndarray:
        """Noise per player, shaped to broadcast against the values."""
        ...

    @property
    def cap(self) -> np.ndarray:
        """Noise factor per player at which the worth of options varies as much as the payoffs."""
        ...

    @property
    def reach(self) -> float:
        """Noise factor at which payoffs matter little."""
        ...
