"""What the solvers need to know of a system of equilibrium equations, whatever the timing of moves.

Unknowns are an array per player. Each system has a best-response form: W = improve(V) evaluates the strategies that
follow from V; its solutions are the fixed points, and I - B, with B the derivative of that map, preconditions Newton.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse.linalg as sl

SMALL = 600  # unknowns up to which linear systems are solved densely from the start: LU takes some ten milliseconds
CAREFUL = 2500  # unknowns up to which branches are followed in short steps, since with long ones 1 draw in 80 of a case
# of 660 unknowns ended on another equilibrium; and up to which a lost branch is tried densely, where LU takes a second
GMRES_MEMORY = 80  # directions kept by GMRES; what it sees is I - B, of which few directions matter

FAR = 100.0  # numbers this far from 0, in units of their spread, are centred: it costs others no digits below it

Progress = Callable[[float, str], None]


def is_far(means: np.ndarray, spreads: np.ndarray) -> np.ndarray:
    """Where numbers lie so far from 0, beside their spread, that their differences lose digits."""
    return np.abs(means) > FAR * spreads


class Line(ABC):
    """A system linearised at `values`: -F' = A - C with A easy to solve with and C the cross-player part."""

    values: np.ndarray
    residual: np.ndarray  # F(V)
    error: float  # scaled relative residual at the values

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
        wanted = linear_operator(size, product)
        found, info = sl.gmres(wanted, start, x0=start, rtol=tol, atol=0.0, restart=GMRES_MEMORY, maxiter=2)
        return found.reshape(shape), info == 0


def linear_operator(size: int, product: Callable[[np.ndarray], np.ndarray]) -> sl.LinearOperator:
    """A real square matrix known by its products."""
    return sl.LinearOperator((size, size), matvec=product, dtype=float)  # pyright: ignore[reportCallIssue]


def solve_dense(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve; in the least-squares sense where the matrix is singular (at a fold)."""
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(matrix, right, rcond=None)[0]


class System(ABC):
    """Equilibrium equations F(V) = 0 of one game.

    `dense`: linear systems are solved densely. `tau`: noise per player. `offset`: full values less the unknowns, one
    number per player, utility; a part of it, `shift`, can be chosen.
    """

    shape: tuple[int, ...]
    dense: bool
    tau: np.ndarray
    shift: np.ndarray

    @property
    def careful(self) -> bool:
        """Whether branches are followed in short steps."""
        return bool(np.prod(self.shape) <= CAREFUL)

    @property
    @abstractmethod
    def offset(self) -> np.ndarray:
        """Full values less the unknowns, (players,), utility."""

    @abstractmethod
    def spread_out(self, numbers: np.ndarray) -> np.ndarray:
        """A number per player (players,), shaped to broadcast against the unknowns."""

    @abstractmethod
    def means(self, values: np.ndarray) -> np.ndarray:
        """Mean of each player's unknowns, (players,)."""

    @abstractmethod
    def shifted(self, shift: np.ndarray) -> Self:
        """The same equations for unknowns less `shift` (players,): digits for differences where they are far from 0."""

    @property
    def constant(self) -> np.ndarray:
        """`offset`, shaped to broadcast against the unknowns."""
        return self.spread_out(self.offset)

    @property
    def noise_scale(self) -> np.ndarray:
        """Noise per player, shaped to broadcast against the unknowns."""
        return self.spread_out(self.tau)

    @abstractmethod
    def improve(self, values: np.ndarray, tol: float) -> tuple[float, np.ndarray | None]:
        """Error at the values, and the values of the strategies that follow from them (None if error <= tol)."""

    @abstractmethod
    def linearize(self, values: np.ndarray) -> Line:
        """The equations and their derivative at the values."""

    @abstractmethod
    def moved(self, old: np.ndarray, new: np.ndarray) -> float:
        """How much play differs between two values: largest log change of what matters."""

    @abstractmethod
    def scale(self, values: np.ndarray) -> np.ndarray:
        """Utility scale per player, to divide errors by; broadcasts against the values."""

    @abstractmethod
    def with_noise(self, factor: float, bonus: np.ndarray | None = None) -> Self:
        """The equations with noise multiplied by `factor`, and the worth of options by `bonus` (players,)."""

    @abstractmethod
    def densely(self) -> Self:
        """The same equations, `dense`."""

    @abstractmethod
    def random_start(self, rng: np.random.Generator) -> np.ndarray:
        """Unknowns to start from in a search for further equilibria."""

    @property
    @abstractmethod
    def cap(self) -> np.ndarray:
        """Noise factor per player at which the worth of options varies as much as the payoffs."""

    @property
    @abstractmethod
    def reach(self) -> float:
        """Noise factor at which payoffs matter little."""


@dataclass(frozen=True)
class Iterate:
    """Where an iteration ended: the equations and unknowns, scaled relative residual, rounds, whether it got there."""

    system: System
    values: np.ndarray
    error: float
    rounds: int
    reached: bool
