"""The posterior of a case's parameters as a function that chains can walk on.

Coordinates z are standard normal under the prior: parameter j has the value Q_j(Phi(z_j)), Q_j the quantile function of
its prior, under the case's own ranges or under an account. Recording probabilities are coordinates, too. The
log-likelihood of a point needs one solved game and one pass over the coded path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from detente.draws import DRAW_FAULTS
from detente.errors import ComputationError
from detente.evidence.coded import Coded, recording
from detente.evidence.gradient import likelihood_gradient
from detente.evidence.jumps import JumpTable, jump_rates, jump_table
from detente.evidence.likelihood import Likelihood
from detente.evidence.path import Recording
from detente.evidence.priors import Quantile, Uniform
from detente.game import Family
from detente.solver import Equilibrium, solve

if TYPE_CHECKING:
    from detente.game.compile import Template

LOOSE = 1e-4  # residual of a solve within a chain: the log-likelihood moves by some thousandths of a nat (test)
YEARS = (1, 2, 5, 10)  # horizons of the answers that are watched
STEP = 1e-4  # of the derivative of a quantile by its coordinate


@dataclass(frozen=True, eq=False)
class Place:
    """A point with its log-likelihood, nats, the solved game as a start for points nearby, or why there is none."""

    z: np.ndarray
    log: float
    near: Any = None
    fault: str = ""


class Target(Protocol):
    """What chains walk on; picklable, so that workers build it for themselves."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        ...

    @property
    def watched(self) -> tuple[str, ...]:
        """Ids of the answers that are computed at every point that is kept."""
        ...

    def at(self, z: np.ndarray, near: Any = None) -> Place:
        """The log-likelihood at a point: -inf where the record is impossible or no equilibrium is certified.

        Args:
            z: (dimensions,) prior coordinates.
            near: `Place.near` of a point nearby, for a warm start; None: solved from nothing.
        """
        ...

    def slope(self, place: Place) -> np.ndarray:
        """(dimensions,) derivative of the log-likelihood by the coordinates."""
        ...

    def answers(self, place: Place) -> tuple[float, ...]:
        """One number for each id in `watched`, at a point that was solved."""
        ...


@dataclass(frozen=True)
class Coordinates:
    """Names and priors of the dimensions: the game's parameters first, then the recording probabilities."""

    names: tuple[str, ...]
    quantiles: tuple[Quantile, ...]
    parameters: int  # how many of them are the game's

    def values(self, z: np.ndarray) -> np.ndarray:
        """Values of points (..., dimensions)."""
        from scipy.special import ndtr

        u = ndtr(np.asarray(z, float))
        return np.stack([np.asarray(q(u[..., n])) for n, q in enumerate(self.quantiles)], axis=-1)

    def slopes(self, z: np.ndarray) -> np.ndarray:
        """(dimensions,) d value / dz."""
        return (self.values(z + STEP) - self.values(z - STEP)) / (2 * STEP)

    def split(self, values: np.ndarray) -> tuple[dict[str, float], np.ndarray]:
        """Values (dimensions,) as the game's parameters by name, and the recording probabilities."""
        own = dict(zip(self.names[: self.parameters], map(float, values), strict=False))
        return own, values[self.parameters :]


@dataclass(frozen=True)
class Watch:
    """Chances that something happens within some years from a date: what the mixing of chains is judged by.

    Attributes:
        state: of the situation.
        events: kind of answer, and the states (states,) in which it has happened.
    """

    state: int
    events: tuple[tuple[str, np.ndarray], ...]

    @staticmethod
    def of(template: "Template", date: str) -> "Watch":
        """War, unless it is under way, and peace, unless it has come."""
        state = template.state(date)
        both = (("relapse", template.war), ("peace", template.peace))
        return Watch(state, tuple((name, mask) for name, mask in both if mask.any() and not mask[state]))

    @property
    def ids(self) -> tuple[str, ...]:
        """As numbers of a run are named."""
        return tuple(f"{name}.{years}y" for name, _ in self.events for years in YEARS)

    def read(self, equilibrium: Equilibrium) -> tuple[float, ...]:
        """The chances in one equilibrium."""
        chain = equilibrium.chain()
        curves = [chain.reach_curve(mask, np.array(YEARS, float), self.state) for _, mask in self.events]
        return tuple(float(p) for curve in curves for p in curve)


@dataclass
class RecordTarget:
    """A coded record and a family of games.

    Args:
        family: parameters -> game; those left out keep their middle.
        coordinates: what varies.
        coded: the record.
    """

    family: Family
    coordinates: Coordinates
    coded: Coded
    table: JumpTable
    likelihood: Likelihood
    watch: Watch | None = None

    @staticmethod
    def of(
        family: Family, priors: Mapping[str, Quantile], coded: Coded, watch: "Watch | None" = None
    ) -> "RecordTarget":
        """Lay out the path; `priors` are those of the game's parameters that vary."""
        free = [n for n, chance in enumerate(coded.chances) if chance.high > chance.low]
        chances = {coded.chances[n].name: Uniform(coded.chances[n].low, coded.chances[n].high) for n in free}
        coordinates = Coordinates((*priors, *chances), (*priors.values(), *chances.values()), len(priors))
        table = jump_table(family({}))
        likelihood = Likelihood.of(coded.table, coded.channels, coded.path, _breaks(coded))
        return RecordTarget(family, coordinates, coded, table, likelihood, watch)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        return self.coordinates.names

    @property
    def watched(self) -> tuple[str, ...]:
        """See `Target`."""
        return self.watch.ids if self.watch is not None else ()

    def answers(self, place: Place) -> tuple[float, ...]:
        """See `Target`."""
        return self.watch.read(place.near) if self.watch is not None else ()

    def at(self, z: np.ndarray, near: Any = None) -> Place:
        """See `Target`."""
        parameters, chances = self.coordinates.split(self.coordinates.values(z))
        try:
            equilibrium = self.solved(parameters, near, LOOSE)
            log = self.log_of(equilibrium, chances)
        except DRAW_FAULTS as error:
            return Place(z, -np.inf, fault=str(error) or type(error).__name__)
        return Place(z, log, equilibrium)

    def log_of(self, equilibrium: Equilibrium, chances: np.ndarray) -> float:
        """Log-likelihood, nats, of a solved game of this case, under any model of choice.

        Args:
            equilibrium: its solution.
            chances: the recording probabilities that vary, in the order of the dimensions.
        """
        return self.likelihood.log(self._rates(equilibrium), self._recording(chances))

    def state_of(self, equilibrium: Equilibrium, chances: np.ndarray) -> np.ndarray:
        """(states,) where the record leaves the state at its end; see `log_of`."""
        return self.likelihood.end_of(self._rates(equilibrium), self._recording(chances))

    def _rates(self, equilibrium: Equilibrium) -> np.ndarray:
        rates = jump_rates(equilibrium.game, equilibrium.strategies, self.table)
        return np.concatenate([rates, self.coded.constant])

    def slope(self, place: Place) -> np.ndarray:
        """See `Target`."""
        parameters, chances = self.coordinates.split(self.coordinates.values(place.z))
        equilibrium = self.solved(parameters, place.near, 1e-9)
        found, by_parameter = likelihood_gradient(
            equilibrium,
            self.family,
            parameters,
            table=self.table,
            likelihood=self.likelihood,
            recording=self._recording(chances),
            constant=self.coded.constant,
        )
        by_chance = self._by_chance(found.recording)
        raw = np.array([*(by_parameter[n] for n in parameters), *by_chance])
        return raw * self.coordinates.slopes(place.z)

    def solved(self, parameters: dict[str, float], near: Equilibrium | None, tol: float) -> Equilibrium:
        """The game at some parameters, solved.

        Args:
            parameters: of the family.
            near: a solution nearby, for a warm start; None: from nothing.
            tol: residual that is enough.

        Raises:
            ComputationError: no certified equilibrium.
        """
        found = solve(self.family(parameters), tol=tol, start=near)
        if not found.certified:
            raise ComputationError(found.status.words)
        return found

    def _all(self, chances: np.ndarray) -> np.ndarray:
        """(1, chances) with the fixed ones."""
        given, whole = iter(chances), []
        for chance in self.coded.chances:
            whole.append(float(next(given)) if chance.high > chance.low else chance.low)
        return np.array([whole])

    def recorded_with(self, chances: np.ndarray) -> Recording:
        """How acts come to be recorded, (1, channels, spells).

        Args:
            chances: the recording probabilities that vary, in the order of the dimensions.
        """
        return recording(self.coded.chances, len(self.coded.channels), self._all(chances))

    def _recording(self, chances: np.ndarray) -> np.ndarray:
        return self.recorded_with(chances).probability[0]

    def _by_chance(self, by_recording: np.ndarray) -> list[float]:
        """Derivatives by the probabilities that vary, from those by channel and spell."""
        step = np.eye(len(self.coded.chances))
        found = []
        for n, chance in enumerate(self.coded.chances):
            if chance.high > chance.low:
                pattern = recording(self.coded.chances, len(self.coded.channels), step[n : n + 1]).probability[0]
                found.append(float((pattern * by_recording).sum()))
        return found


def _breaks(coded: Coded) -> np.ndarray:
    return np.array(sorted({c.start for c in coded.chances if c.start > 0}))
