"""Tempered sequential Monte Carlo: from a prior to a posterior, from one posterior to another, or year by year.

Particles carry several log-likelihoods l_1 ... l_m at their point z (standard normal under the prior). A stage is a
vector of shares c; its density is

    N(z; 0, I) exp(sum_j c_j l_j(z)).

From (0) to (1) with one likelihood, a prior becomes a posterior; from (1, 0) to (0, 1) with two, one posterior becomes
another; with the likelihoods of a record until one year after another, a fit goes along with time. On the way, c moves
in a straight line, at each step as far as the effective number of particles halves. Then they are drawn anew and moved
by Crank-Nicolson steps about a Gaussian fitted to what has been met (detente.evidence.gaussian). The mean weights of
all steps multiply to the ratio of the marginal likelihoods.

Particles are drawn anew in order, so that those of one origin lie side by side: the autocorrelation along the row says
what the whole is worth (`Population.mixing`), and what a mean weight is.

Every particle is moved on its own, from a solve from nothing and a seed of its own: the same bytes whatever the
workers, and an interrupted run goes on.

Source: Del Moral, Doucet & Jasra 2006, JRSS B 68; Chopin 2002, Biometrika 89 (data that arrive in time); Jasra,
Stephens, Doucet & Tsagaris 2011, Scandinavian Journal of Statistics 38 (steps by effective size).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from detente.draws import Progress
from detente.draws.executors import opened
from detente.draws.store import Store
from detente.errors import ComputationError, OptionError
from detente.evidence.chains import adapted
from detente.evidence.diagnostics import Mixing, mixing_of
from detente.evidence.gaussian import Gaussian, Seen, fitted
from detente.evidence.posterior import effective

HALVED = 0.5  # share of the particles' effective number that a step leaves
HALVINGS = 40  # of a step's interval
ROWS = 4  # parts of the population that are compared, as chains are
LENGTHS = (0.3, 0.8)  # of the first moves: along axes in which the record speaks, and along the others
WANTED = (0.4, 0.6)  # share accepted of moves along either kind
STEEP = 4  # one particle in so many has its gradient taken
KEPT = 240  # gradients, the latest, on which a Gaussian rests at most
MET = 3000  # points, the latest, on which it rests at most


@dataclass(frozen=True)
class Effort:
    """How much to compute.

    Attributes:
        particles: how many; a multiple of 4.
        moves: of each particle after each step, half along either kind of axes.
        last: moves are so many times as many after the last step, so that few particles share their origin.
        seed: of everything.
    """

    particles: int = 400
    moves: int = 6
    last: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            OptionError: a number out of range.
        """
        if self.particles < 10 * ROWS or self.particles % ROWS:
            raise OptionError.of(f"--draws {self.particles}", f"a multiple of {ROWS}, {10 * ROWS} or more")
        if self.moves < 2:
            raise OptionError.of(f"--moves {self.moves}", "2 or more")


@dataclass(frozen=True)
class Point:
    """A point.

    Attributes:
        z: (dimensions,).
        logs: (levels,) log-likelihoods, nats; nan where nobody asked.
        near: what the next solve starts from.
        fault: why it has no solution.
    """

    z: np.ndarray
    logs: np.ndarray
    near: Any = None
    fault: str = ""


class Levels(Protocol):
    """Log-likelihoods of a point; picklable by what builds it."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        ...

    def at(self, z: np.ndarray, shares: np.ndarray, near: Any = None) -> Point:
        """A point with the levels that count.

        Args:
            z: (dimensions,).
            shares: (levels,) those above 0 count.
            near: `Point.near` of a point nearby, for a warm start; None: solved from nothing.
        """
        ...

    def ahead(self, point: Point, shares: np.ndarray) -> Point:
        """The point with the levels that will be asked for next."""
        ...

    def slopes(self, point: Point, shares: np.ndarray) -> np.ndarray:
        """(levels, dimensions) derivatives of the log-likelihoods by the coordinates."""
        ...

    def told(self, point: Point, shares: np.ndarray) -> list[float]:
        """What is noted of a point once it stands: numbers, always as many."""
        ...


@dataclass(frozen=True, eq=False)
class Population:
    """Particles.

    Attributes:
        names: of the dimensions.
        z: (particles, dimensions).
        logs: (particles, levels) log-likelihoods, nats.
        weights: (particles,) log weights, up to a constant; equal after a step with moves.
        told: (particles, numbers) see `Levels.told`.
        log_ratio: log of the marginal likelihood over that of the beginning, nats.
        variance: of `log_ratio`, squared nats, estimated.
        solves: games solved in all.
        steps: with moves.
        off: by how many nats points that were solved again from nothing differed from the warm start that led there;
            infinite where they had no solution.
        faults: why points had no certified equilibrium.
        accepted: share of the last moves accepted.
    """

    names: tuple[str, ...]
    z: np.ndarray
    logs: np.ndarray
    weights: np.ndarray
    told: np.ndarray
    log_ratio: float = 0.0
    variance: float = 0.0
    solves: int = 0
    steps: int = 0
    off: tuple[float, ...] = ()
    faults: tuple[str, ...] = ()
    accepted: float = 1.0

    @property
    def size(self) -> int:
        """How many particles."""
        return len(self.z)

    @property
    def effective(self) -> float:
        """Effective number by the weights alone."""
        return effective(self.weights)

    def mixing(self, numbers: np.ndarray) -> Mixing:
        """What (particles,) numbers are worth: parts of the row compared as chains are."""
        found = mixing_of(numbers.reshape(ROWS, -1))
        return Mixing(found.rhat, min(found.ess, self.effective))


@dataclass(frozen=True)
class _Task:
    """One particle: solve it from nothing, move it, tell of it."""

    number: int
    seed: tuple[int, ...]
    z: np.ndarray | None  # None: a draw of the prior
    shares: np.ndarray
    expected: float = 0.0  # what the density's log was by a warm start
    gaussian: Gaussian | None = None
    lengths: tuple[float, float] = LENGTHS
    moves: int = 0
    steep: bool = False


@dataclass
class _Mover:
    """Moves a particle; the function that workers call. Each process builds the levels when it first needs them."""

    build: Callable[[], Levels]
    levels: Levels | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"build": self.build, "levels": None}

    def __call__(self, task: _Task) -> dict[str, Any]:
        if self.levels is None:
            self.levels = self.build()
        return _moved(self.levels, task, np.random.default_rng(task.seed))


def density(shares: np.ndarray, logs: np.ndarray) -> Any:
    """(...,) log density of points relative to the prior; logs (..., levels). Levels without a share do not count."""
    counted = shares > 0
    return logs[..., counted] @ shares[counted] if counted.any() else np.zeros(logs.shape[:-1])


def _moved(levels: Levels, task: _Task, rng: np.random.Generator) -> dict[str, Any]:
    """One particle, moved."""
    here = levels.at(rng.standard_normal(len(levels.names)) if task.z is None else task.z, task.shares)
    off = abs(float(density(task.shares, here.logs)) - task.expected) if task.moves else 0.0
    faults, met, accepted = {here.fault} - {""}, [here], [0, 0]
    for number in range(task.moves if np.isfinite(density(task.shares, here.logs)) else 0):
        assert task.gaussian is not None
        kind = number % 2
        lengths = (0.0, task.lengths[1]) if kind else (task.lengths[0], 0.0)
        new = levels.at(task.gaussian.step(here.z, *lengths, rng), task.shares, here.near)
        faults |= {new.fault} - {""}
        met.append(new)
        if np.log(rng.random()) < _ratio(task, new) - _ratio(task, here):
            here, accepted[kind] = new, accepted[kind] + 1
    stands = not here.fault and bool(np.isfinite(density(task.shares, here.logs)))
    if stands:
        here = levels.ahead(here, task.shares)
    steep, usable = stands and task.steep, [p for p in (*met[1:], here) if not p.fault]
    return {
        "z": here.z.tolist(),
        "logs": here.logs.tolist(),
        "told": levels.told(here, task.shares) if stands else [],
        "off": off if np.isfinite(off) else None,
        "accepted": accepted,
        "met": [p.z.tolist() for p in usable],
        "met_logs": [p.logs.tolist() for p in usable],
        "slopes": levels.slopes(here, task.shares).tolist() if steep else None,
        "faults": sorted(faults),
        "solves": len(met) + steep,
    }


def _ratio(task: _Task, point: Point) -> float:
    assert task.gaussian is not None
    return float(density(task.shares, point.logs)) - task.gaussian.log_ratio(point.z)


@dataclass
class Sampler:
    """Takes a population along; see `sampler`."""

    names: tuple[str, ...]
    effort: Effort
    submit: Callable[[list[_Task]], list[Any]]
    progress: Progress
    lengths: tuple[float, float] = LENGTHS
    rounds: int = 0
    met: list[tuple[list[float], list[float]]] = field(default_factory=list)
    steep: list[tuple[list[float], list[float], list[list[float]]]] = field(default_factory=list)

    def prior(self, levels: int) -> Population:
        """Draws of the prior.

        Args:
            levels: how many log-likelihoods there are.

        Raises:
            ComputationError: none of them can have produced the record.
        """
        tasks = [self._task(n, None, np.zeros(levels)) for n in range(self.effort.particles)]
        found = self._run(tasks)
        made = self._population(found)
        if not np.isfinite(made.logs).any():  # under no level that was asked for
            why = f" ({made.faults[0]})" if made.faults else ""
            raise ComputationError(f"none of {made.size} draws of the prior can have produced the record{why}")
        return made

    def again(self, before: Population, shares: np.ndarray) -> Population:
        """The same points under other levels (of a new builder): solved once more, not moved.

        Args:
            before: its points and weights are kept.
            shares: at which it stands, by the new levels.
        """
        made = self._population(self._run([self._task(n, z, shares) for n, z in enumerate(before.z)]))
        return replace(
            before, logs=made.logs, told=made.told, solves=before.solves + made.solves,
            faults=tuple(sorted({*before.faults, *made.faults})),
        )  # fmt: skip

    def towards(
        self,
        population: Population,
        start: "np.ndarray | Sequence[float]",
        end: "np.ndarray | Sequence[float]",
        *,
        whole: bool = True,
    ) -> Population:
        """Take a population from one stage to another.

        Args:
            population: at the first stage.
            start: its shares (levels,).
            end: those to reach.
            whole: move the particles at the end in any case; else only where their effective number has halved, and
                the weights stay.
        """
        first, last = np.asarray(start, float), np.asarray(end, float)
        t = 0.0
        while t < 1.0:
            with np.errstate(invalid="ignore"):  # of two impossible ones
                gain = density(last, population.logs) - density(first, population.logs)
            gain = np.where(np.isnan(gain), -np.inf, gain)
            ahead = _length(population.weights, gain, 1.0 - t)
            before, t = population, 1.0 if t + ahead > 1.0 - 1e-9 else t + ahead
            weights = before.weights + ahead * gain
            population = replace(before, weights=weights, **_counted(before, ahead * gain))
            done = t >= 1.0
            if done and not whole and population.effective >= HALVED * population.size:
                break
            self.progress(t, f"step {self.rounds}: {population.effective:.0f} of {population.size} count")
            population = self._renewed(population, (1 - t) * first + t * last, last=done and whole)
        return population

    def _renewed(self, population: Population, shares: np.ndarray, *, last: bool) -> Population:
        """Drawn anew by weight, in order, and moved."""
        rng = np.random.default_rng((self.effort.seed, self.rounds))
        rows = _in_order(population.weights, rng)
        gaussian = fitted(self._seen(shares))
        moves = self.effort.moves * (self.effort.last if last else 1)
        tasks = [
            replace(
                self._task(n, population.z[row], shares),
                expected=float(density(shares, population.logs[row])),
                gaussian=gaussian,
                lengths=self.lengths,
                moves=moves,
            )
            for n, row in enumerate(rows)
        ]
        found = self._run(tasks)
        share = np.array([f["accepted"] for f in found]).sum(axis=0) / (len(found) * moves / 2)
        self.lengths = (
            adapted(self.lengths[0], share[0], WANTED[0]),
            adapted(self.lengths[1], share[1], WANTED[1]),
        )
        made = self._population(found)
        return replace(
            made,
            weights=np.where(np.isfinite(density(shares, made.logs)), 0.0, -np.inf),
            log_ratio=population.log_ratio,
            variance=population.variance,
            solves=population.solves + made.solves,
            steps=population.steps + 1,
            off=(*population.off, *(np.inf if f["off"] is None else f["off"] for f in found)),
            faults=tuple(sorted({*population.faults, *made.faults})),
            accepted=float(share.mean()),
        )

    def _task(self, n: int, z: np.ndarray | None, shares: np.ndarray) -> _Task:
        number = self.rounds * self.effort.particles + n
        return _Task(number, (self.effort.seed, 1, number), z, shares, steep=n % STEEP == 0)

    def _run(self, tasks: list[_Task]) -> list[Any]:
        found = self.submit(tasks)
        self.rounds += 1
        for one in found:
            self.met += zip(one["met"], one["met_logs"], strict=True)
            if one["slopes"] is not None:
                self.steep.append((one["z"], one["logs"], one["slopes"]))
        self.met, self.steep = self.met[-MET:], self.steep[-KEPT:]
        return found

    def _population(self, found: list[Any]) -> Population:
        logs = np.array([f["logs"] for f in found])
        wide = max((len(f["told"]) for f in found), default=0)
        return Population(
            names=self.names,
            z=np.array([f["z"] for f in found]),
            logs=logs,
            weights=np.zeros(len(found)),
            told=np.array([f["told"] or [np.nan] * wide for f in found]),
            solves=sum(f["solves"] for f in found),
            faults=tuple(sorted({fault for f in found for fault in f["faults"]})),
        )

    def _seen(self, shares: np.ndarray) -> Seen:
        """What has been met, as values and slopes of the density at a stage."""
        size, levels = len(self.names), len(shares)
        steep = self._known(shares, [(z, logs) for z, logs, _ in self.steep])
        plain = self._known(shares, self.met)
        slopes = np.array([slope for _, _, slope in self.steep]).reshape(-1, levels, size)[steep[0]]
        return Seen(
            np.concatenate([plain[1], steep[1]]),
            np.concatenate([plain[2], steep[2]]),
            np.arange(len(plain[1]), len(plain[1]) + len(steep[1])),
            np.einsum("l,sld->sd", shares, slopes),
        )

    def _known(
        self, shares: np.ndarray, points: Sequence[tuple[list[float], list[float]]]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which points have a density at a stage, where they are, and its log."""
        logs = np.array([logs for _, logs in points]).reshape(-1, len(shares))
        z = np.array([z for z, _ in points]).reshape(-1, len(self.names))
        heights = density(shares, logs)
        kept = np.isfinite(heights)
        return kept, z[kept], heights[kept]


@contextmanager
def sampler(
    build: Callable[[], Levels],
    names: Sequence[str],
    effort: Effort,
    *,
    folder: Path | None = None,
    key: str = "",
    workers: int | None = None,
    executor: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Sampler]:
    """A sampler, open while its workers are.

    Args:
        build: makes the levels in each process; picklable.
        names: of the dimensions.
        effort: how much to compute.
        folder: where finished particles are kept; None: nowhere.
        key: names the levels; particles are used again only under the same.
        workers: processes; never changes a number.
        executor: as in `detente.draws.map_draws`.
        progress: called with (share done, words).

    Raises:
        OptionError: another process runs the same.
    """
    mover = _Mover(build)
    store = None if folder is None else Store(folder, f"{key}|tempered|{effort}")
    known = {} if store is None else store.read()
    try:
        with opened(executor, workers, mover, effort.particles) as submit:

            def run(tasks: list[_Task]) -> list[Any]:
                waiting = [(t.number, t) for t in tasks if t.number not in known]
                for number, found in submit(mover, waiting):
                    known[number] = found
                    if store is not None:
                        store.add(number, found)
                return [known.pop(t.number) for t in tasks]

            yield Sampler(tuple(names), effort, run, progress or (lambda _share, _words: None))
    finally:
        if store is not None:
            store.close(done=False)


def _length(weights: np.ndarray, gain: np.ndarray, most: float) -> float:
    """How far a step may go: at most `most`, and no further than the effective number halves."""
    possible = np.isfinite(gain)

    def left(length: float) -> float:
        return effective(weights[possible] + length * gain[possible])

    before = left(0.0)  # what is impossible from here on never counted

    if left(most) >= HALVED * before:
        return most
    low, high = 0.0, most
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if left(middle) >= HALVED * before:
            low = middle
        else:
            high = middle
    return low if low > 0 else high


def _counted(before: Population, gain: np.ndarray) -> dict[str, float]:
    """The log ratio after a step, and its variance."""
    from scipy.special import logsumexp

    weights = before.weights - logsumexp(before.weights)
    ratio = float(logsumexp(weights + gain))
    relative = np.exp(gain - ratio)
    worth = before.mixing(relative).ess
    spread = float(np.exp(weights) @ (relative - 1.0) ** 2)
    return {
        "log_ratio": before.log_ratio + ratio,
        "variance": before.variance + spread / max(worth, 1.0),
    }


def _in_order(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rows drawn with log weights, systematically and in order (Kitagawa 1996)."""
    share = np.exp(weights - weights.max())
    edges = np.cumsum(share / share.sum())
    points = (np.arange(len(weights)) + rng.random()) / len(weights)
    return np.minimum(np.searchsorted(edges, points), len(weights) - 1)
