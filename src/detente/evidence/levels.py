"""What a population of particles carries: log-likelihoods of a record under a game, see detente.evidence.tempered.

`One` has the likelihood of one record: from a prior to its posterior. `Two` has that of the same record with the
parameters drawn in two ways (a wide reference prior, and an account's): from one posterior to the other, at the same
points z. `Yearly` has those of the record cut at one day after another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from detente.draws import DRAW_FAULTS
from detente.evidence.target import LOOSE, Place, RecordTarget
from detente.evidence.tempered import Point
from detente.solver import Equilibrium

AHEAD = 4  # days of a yearly pass whose likelihoods are known beyond the one reached, from the same solve


def _of(place: Place, *others: Place) -> Point:
    every = (place, *others)
    fault = next((p.fault for p in every if p.fault), "")
    return Point(place.z, np.array([p.log for p in every]), tuple(p.near for p in every), fault)


@dataclass
class One:
    """One likelihood."""

    target: RecordTarget

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        return self.target.names

    def at(self, z: np.ndarray, shares: np.ndarray, near: Any = None) -> Point:
        """See `Levels`."""
        return _of(self.target.at(z, near and near[0]))

    def ahead(self, point: Point, shares: np.ndarray) -> Point:
        """See `Levels`."""
        return point

    def slopes(self, point: Point, shares: np.ndarray) -> np.ndarray:
        """See `Levels`."""
        return self.target.slope(Place(point.z, float(point.logs[0]), point.near[0]))[None]

    def told(self, point: Point, shares: np.ndarray) -> list[float]:
        """The target's answers."""
        return list(self.target.answers(Place(point.z, float(point.logs[0]), point.near[0])))


@dataclass
class Two:
    """The same record, dimensions and points under two priors."""

    first: RecordTarget
    second: RecordTarget

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        return self.first.names

    def at(self, z: np.ndarray, shares: np.ndarray, near: Any = None) -> Point:
        """See `Levels`."""
        one, other = near or (None, None)
        return _of(self.first.at(z, one), self.second.at(z, other))

    def ahead(self, point: Point, shares: np.ndarray) -> Point:
        """See `Levels`."""
        return point

    def slopes(self, point: Point, shares: np.ndarray) -> np.ndarray:
        """See `Levels`."""
        pairs = zip((self.first, self.second), point.logs, point.near, strict=True)
        return np.array([target.slope(Place(point.z, float(log), near)) for target, log, near in pairs])

    def told(self, point: Point, shares: np.ndarray) -> list[float]:
        """Nothing."""
        return []


@dataclass
class Yearly:
    """The record cut at several days, of one game under one prior.

    Args:
        targets: one for each day, in order of time.
        years: horizons of the chances that are told.
        events: states (states,) of each kind of event.
    """

    targets: Sequence[RecordTarget]
    years: tuple[float, ...]
    events: tuple[np.ndarray, ...]
    names: tuple[str, ...] = ()
    _places: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Dimensions are those of all days: recording probabilities of later periods come with time."""
        self.names = tuple(dict.fromkeys(name for target in self.targets for name in target.names))
        self._places = [np.array([self.names.index(n) for n in target.names]) for target in self.targets]

    def at(self, z: np.ndarray, shares: np.ndarray, near: Any = None) -> Point:
        """See `Levels`; before the first day the game is solved all the same."""
        target, logs = self.targets[0], np.full(len(self.targets), np.nan)
        parameters, _ = target.coordinates.split(target.coordinates.values(z[self._places[0]]))
        try:
            solved = target.solved(parameters, near, LOOSE)
            for n in np.flatnonzero(shares > 0):
                logs[n] = self._log(int(n), z, solved)
        except DRAW_FAULTS as error:
            return Point(z, np.full(len(self.targets), -np.inf), fault=str(error) or type(error).__name__)
        return Point(z, logs, solved)

    def _log(self, n: int, z: np.ndarray, solved: Equilibrium) -> float:
        return self.targets[n].log_of(solved, self._chances(n, z))

    def _chances(self, n: int, z: np.ndarray) -> np.ndarray:
        target = self.targets[n]
        return target.coordinates.split(target.coordinates.values(z[self._places[n]]))[1]

    def _window(self, shares: np.ndarray) -> range:
        """Days that are known of a point: the last that counts, and the next."""
        counted = np.flatnonzero(shares > 0)
        last = int(counted[-1]) if len(counted) else -1
        return range(max(0, last), min(len(self.targets), last + 1 + AHEAD))

    def ahead(self, point: Point, shares: np.ndarray) -> Point:
        """See `Levels`."""
        logs = point.logs.copy()
        for n in self._window(shares):
            if np.isnan(logs[n]):
                logs[n] = self._log(n, point.z, point.near)
        return replace(point, logs=logs)

    def slopes(self, point: Point, shares: np.ndarray) -> np.ndarray:
        """See `Levels`; that of the last day that counts stands for all: it steers proposals only."""
        n = self._window(shares)[0]
        found = np.zeros(len(self.names))
        at = point.z[self._places[n]]
        found[self._places[n]] = self.targets[n].slope(Place(at, float(point.logs[n]), point.near))
        return np.tile(found, (len(self.targets), 1))

    def told(self, point: Point, shares: np.ndarray) -> list[float]:
        """For each day: the chance of being in the midst of each event, and of its beginning within the years.

        Chances are given that it is not under way on the day; nan for days that are not known yet, and where it is.
        Then the answers of every target that watches any, day by day: nan but for the last day that counts.
        """
        chain = point.near.chain()
        reached = [chain.reach_probability(mask, np.array(self.years)) for mask in self.events]
        told = np.full((len(self.targets), len(self.events), 1 + len(self.years)), np.nan)
        for n in self._window(shares):
            if not np.isfinite(point.logs[n]):
                continue
            state = self.targets[n].state_of(point.near, self._chances(n, point.z))
            for e, (mask, chances) in enumerate(zip(self.events, reached, strict=True)):
                there = float(state @ mask)
                told[n, e, 0] = there
                if there < 1.0:
                    told[n, e, 1:] = chances[:, ~mask] @ state[~mask] / (1.0 - there)
        return [*told.ravel().tolist(), *self._answers(point, shares)]

    def _answers(self, point: Point, shares: np.ndarray) -> list[float]:
        found: list[float] = []
        last = int(np.flatnonzero(shares > 0)[-1]) if (shares > 0).any() else None
        for n, target in enumerate(self.targets):
            if n == last:
                found += target.answers(Place(point.z, float(point.logs[n]), point.near))
            else:
                found += [np.nan] * len(target.watched)
        return found

    @property
    def numbers(self) -> int:
        """How many numbers are told of the days, before the answers that are watched."""
        return len(self.targets) * len(self.events) * (1 + len(self.years))

    def places(self, n: int) -> np.ndarray:
        """Where the dimensions of day n are among all."""
        return self._places[n]

    def watched(self, n: int) -> slice:
        """Where the answers of day n are among the numbers that are told."""
        first = self.numbers + sum(len(target.watched) for target in self.targets[:n])
        return slice(first, first + len(self.targets[n].watched))
