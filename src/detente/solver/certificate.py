"""What every solution carries: evidence that it is one, and words about how it was reached."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Self, get_args

import numpy as np

from detente.errors import UncertifiedError
from detente.solver.stability import dominant_eigenvalue
from detente.solver.system import System

GAP = 1e3  # largest accepted gap, in units of the tolerance: gaps add up the residuals of a few hundred moves

Branch = Literal["principal", "warm start", "found"]
BRANCHES: tuple[Branch, ...] = get_args(Branch)


@dataclass(frozen=True)
class Status:
    """How a computation ended, in words, with what to try if it did not end well."""

    name: str
    words: str
    try_: str = ""


@dataclass(frozen=True)
class Certificate:
    """Evidence, in float64, that values and strategies are an equilibrium.

    `residual`: largest scaled relative residual of the value equations. `gap`: largest regularised best-response gap
    of the strategies at their own exact values; None under "occasions", which have no such gap. Both are relative to
    the spread of the player's values over states (at least its noise), so that no constant in its payoffs can hide an
    error. `one_shot_gain`: largest unregularised gain from one deviation, utility (information, not a test).
    `spectral_radius`: modulus of the dominant eigenvalue of the best-response map; below 1, players would find the
    equilibrium by adjustment.
    """

    residual: float
    gap: float | None
    one_shot_gain: float
    tol: float
    system: System = field(repr=False, compare=False)
    unknowns: np.ndarray = field(repr=False, compare=False)

    @property
    def passed(self) -> bool:
        """Whether residual and gap are within the tolerance."""
        return self.residual <= self.tol and (self.gap is None or self.gap <= GAP * self.tol)

    @cached_property
    def dominant_eigenvalue(self) -> complex:
        """Eigenvalue of largest modulus of the best-response map (computed when first asked for)."""
        return dominant_eigenvalue(self.system, self.unknowns)

    @property
    def spectral_radius(self) -> float:
        """Modulus of the dominant eigenvalue of the best-response map."""
        return abs(self.dominant_eigenvalue)


class Solved:
    """Base of equilibria of either timing.

    `branch` is one of `BRANCHES`: "principal"; "warm start" (from a solution nearby, usually on the same branch); or
    "found" (by enumeration, or by a search where the principal branch was lost, which `reached_by` then says).
    """

    certificate: Certificate

    def __init__(self, certificate: Certificate, reached_by: str, branch: Branch, failure: Status | None) -> None:
        self.certificate = certificate
        self.reached_by = reached_by
        self.branch = branch
        self.certified = certificate.passed
        if self.certified:
            self.status = Status("certified", f"reached by {reached_by}")
        else:
            words = f"residual {certificate.residual:.1e} is above {certificate.tol:.0e}"
            self.status = failure or Status("stalled", words, "more noise, or another start")

    def require(self) -> Self:
        """This equilibrium if certified.

        Raises:
            UncertifiedError: it is not; the message says where the solver stalled and what to try.
        """
        if not self.certified:
            hint = f"; hint: {self.status.try_}" if self.status.try_ else ""
            raise UncertifiedError(f"the equilibrium is not certified: {self.status.words}{hint}")
        return self
