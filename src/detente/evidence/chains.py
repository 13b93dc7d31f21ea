"""Markov chains over a posterior: Crank-Nicolson steps about a Gaussian that is fitted while they settle.

Each chain begins where a draw z0 of the prior is pulled by the record: at the largest log L(z) - |z - z0|^2 / 2. While
chains settle, all points and gradients met so far fit the Gaussian (detente.evidence.gaussian) and the length of steps;
then both stay as they are, and what follows is kept. A step is accepted with

    min(1, L(z') g(z) / (L(z) g(z'))),    g the Gaussian's density relative to the prior.

Chains walk in stretches. A stretch begins with a solve from nothing, everything after starts from the last solve; how
far the two agree is noted each time, so that a warm start that left its branch cannot pass unseen. A stretch depends on
its beginning and its seed alone: results are the same bytes whatever the workers, and an interrupted fit goes on.

Source: Cotter, Roberts, Stuart & White 2013, Statistical Science 28; Cui, Law & Marzouk 2016, J. Comput. Phys. 304;
Bardsley, Solonen, Haario & Laine 2014, SIAM J. Sci. Comput. 36 (where chains begin).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from detente.draws import Progress
from detente.draws.executors import opened
from detente.draws.store import Store
from detente.errors import ComputationError, OptionError
from detente.evidence.gaussian import Gaussian, Seen, fitted, joined
from detente.evidence.target import Place, Target

STRETCH = 50  # steps between two solves from nothing
CLIMB = 8  # gradients at most on the way to where a chain begins
FEWEST = 4  # stretches of each chain, however little time there is
IMPOSSIBLE = 1e10  # cost of a point that cannot have produced the record, on the way to a beginning
STARTS = 20  # draws of the prior that are tried for a beginning
ROUNDS = 6  # of settling, each a stretch
WANTED = (0.4, 0.6)  # share accepted of steps along either kind of axes alone; of both together nearly the product
FIRST, SHORTEST = 0.4, 0.02  # length of steps
MOST = 3.0  # factor by which a length changes at once
SLOPES = 10  # steps between two gradients while chains settle
PATIENCE = 0.05  # nats by which a warm start may differ from a solve from nothing


@dataclass(frozen=True)
class Plan:
    """How much to compute.

    Attributes:
        chains: how many, from different beginnings.
        steps: of each chain, after it has settled; in whole stretches.
        thin: one state in so many is kept.
        seed: of everything.
        minutes: after which no stretch is begun, if some of each chain is there; what is there then depends on the
            machine. None: all steps are made.
    """

    chains: int = 4
    steps: int = 1000
    thin: int = 10
    seed: int = 0
    minutes: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            OptionError: a number out of range.
        """
        if self.chains < 2:
            raise OptionError.of(f"--chains {self.chains}", "2 or more, so that they can be compared")
        if self.thin < 1 or STRETCH % self.thin:
            raise OptionError.of(f"--thin {self.thin}", f"a number that divides {STRETCH}")
        if self.steps < 4 * self.thin:
            raise OptionError.of(f"--steps {self.steps}", f"{4 * self.thin} or more")
        if self.minutes is not None and not self.minutes > 0:
            raise OptionError.of(f"--minutes {self.minutes:g}", "more than 0")


@dataclass(frozen=True)
class Chains:
    """What chains found.

    Attributes:
        names: of the dimensions.
        z: (chains, kept, dimensions) coordinates.
        log: (chains, kept) log-likelihood, nats.
        watched: ids of the target's answers.
        answers: (chains, kept, watched).
        accepted: share of steps accepted after settling.
        lengths: of the steps, along the axes in which the record speaks and along the others.
        evaluations: solves in all.
        checked: (times,) by how many nats a warm start differed from a solve from nothing.
        faults: why points had no certified equilibrium, a text each.
    """

    names: tuple[str, ...]
    z: np.ndarray
    log: np.ndarray
    watched: tuple[str, ...]
    answers: np.ndarray
    accepted: float
    lengths: tuple[float, float]
    evaluations: int
    checked: np.ndarray
    faults: tuple[str, ...] = ()

    @property
    def left(self) -> float:
        """Share of the checks at which a warm start was on another equilibrium."""
        return float((self.checked > PATIENCE).mean()) if len(self.checked) else 0.0


@dataclass(frozen=True)
class _Task:
    """One stretch of one chain, or its beginning."""

    number: int
    seed: tuple[int, ...]
    thin: int
    z: np.ndarray | None = None  # None: find a beginning
    anchor: np.ndarray | None = None  # where the stretch before began, which could be solved from nothing
    expected: float = 0.0  # log-likelihood by the warm start that led here
    gaussian: Gaussian | None = None
    lengths: tuple[float, float] = (0.0, 0.0)  # along the axes in which the record speaks, and along the others
    steps: int = STRETCH
    settling: bool = False


@dataclass
class _Walker:
    """Walks a stretch; the function that workers call. Each process builds the target when it first needs it."""

    build: Callable[[], Target]
    target: Target | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"build": self.build, "target": None}

    def __call__(self, task: _Task) -> dict[str, Any]:
        if self.target is None:
            self.target = self.build()
        rng = np.random.default_rng(task.seed)
        return _begin(self.target, rng) if task.z is None else _walk(self.target, task, rng)


def _begin(target: Target, rng: np.random.Generator) -> dict[str, Any]:
    """Where a chain begins: a draw of the prior, pulled by the record."""
    from scipy.optimize import minimize

    for _ in range(STARTS):
        z0 = rng.standard_normal(len(target.names))
        place = target.at(z0)
        if np.isfinite(place.log):
            break
    else:
        raise ComputationError(f"none of {STARTS} draws of the prior can have produced the record")
    trail, slopes, solves = [], [], 1

    def cost(z: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal solves
        here = place
        if not np.array_equal(z, z0):
            here, solves = target.at(z, trail[-1].near), solves + 1
        if not np.isfinite(here.log):
            return IMPOSSIBLE, z - z0
        trail.append(here)
        slopes.append(target.slope(here))
        solves += 1
        return -here.log + 0.5 * float((z - z0) @ (z - z0)), z - z0 - slopes[-1]

    minimize(cost, z0, jac=True, method="L-BFGS-B", options={"maxiter": CLIMB, "maxfun": CLIMB})
    best = max(trail, key=lambda p: p.log - 0.5 * float((p.z - z0) @ (p.z - z0)))
    return {
        "z": best.z.tolist(),
        "anchor": z0.tolist(),
        "log": best.log,
        "seen": [p.z.tolist() for p in trail],
        "seen_log": [p.log for p in trail],
        "slopes": [s.tolist() for s in slopes],
        "at": list(range(len(slopes))),
        "evaluations": solves,
    }


def _walk(target: Target, task: _Task, rng: np.random.Generator) -> dict[str, Any]:
    """A stretch of steps from a point."""
    assert task.z is not None and task.anchor is not None
    here = target.at(task.z)
    off = abs(here.log - task.expected)
    if not np.isfinite(here.log):  # it cannot be solved from nothing: the stretch before does not count
        here = target.at(task.anchor)
    start, walk = here, _Walk(target, task, rng, here)
    for n in range(1, task.steps + 1):
        walk.step(n)
        if n % task.thin == 0:
            walk.keep()
    accepted = [n / task.steps for n in walk.accepted]
    found = {
        "z": walk.here.z.tolist(),
        "anchor": start.z.tolist(),
        "log": walk.here.log,
        "accepted": [2 * share for share in accepted] if task.settling else accepted[0],
        "off": off if np.isfinite(off) else None,
        "kept": walk.kept,
        "kept_log": walk.kept_log,
        "answers": walk.answers,
        "watched": list(target.watched),
        "faults": sorted(walk.faults),
    }
    seen = walk.seen if task.settling else {}
    return {**found, **seen, "evaluations": 1 + task.steps + len(seen.get("slopes", ()))}


@dataclass
class _Walk:
    """A chain on its way through one stretch."""

    target: Target
    task: _Task
    rng: np.random.Generator
    here: Place
    kept: list[list[float]] = field(default_factory=list)
    kept_log: list[float] = field(default_factory=list)
    answers: list[list[float]] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)
    accepted: list[int] = field(default_factory=lambda: [0, 0])  # of steps along either kind of axes, or of both

    def __post_init__(self) -> None:
        assert self.task.gaussian is not None
        self.gaussian = self.task.gaussian
        self.ratio = self.here.log - self.gaussian.log_ratio(self.here.z)
        self.points = [(self.here.z.tolist(), self.here.log)]
        self.steep: list[tuple[list[float], float, list[float]]] = []
        self.told: tuple[Place | None, list[float]] = (None, [])

    def step(self, number: int) -> None:
        """One step; while chains settle, along either kind of axes in turn."""
        settling, (sharp, flat), kind = self.task.settling, self.task.lengths, 0
        if settling:
            kind = number % 2
            sharp, flat = (0.0, flat) if kind else (sharp, 0.0)
        new = self.target.at(self.gaussian.step(self.here.z, sharp, flat, self.rng), self.here.near)
        if new.fault:
            self.faults.add(new.fault)
        ratio = new.log - self.gaussian.log_ratio(new.z)
        if np.log(self.rng.random()) < ratio - self.ratio:
            self.here, self.ratio = new, ratio
            self.accepted[kind] += 1
        if settling and np.isfinite(new.log):
            self.points.append((new.z.tolist(), new.log))
        if settling and number % SLOPES == 0:
            self.steep.append((self.here.z.tolist(), self.here.log, self.target.slope(self.here).tolist()))

    def keep(self) -> None:
        """Keep the point, with its answers."""
        if self.told[0] is not self.here:
            self.told = self.here, list(self.target.answers(self.here))
        self.kept.append(self.here.z.tolist())
        self.kept_log.append(self.here.log)
        self.answers.append(self.told[1])

    @property
    def seen(self) -> dict[str, Any]:
        """What the Gaussian is fitted to; a point with a gradient stands there once more."""
        return {
            "seen": [z for z, _ in self.points] + [z for z, _, _ in self.steep],
            "seen_log": [log for _, log in self.points] + [log for _, log, _ in self.steep],
            "slopes": [slope for _, _, slope in self.steep],
            "at": list(range(len(self.points), len(self.points) + len(self.steep))),
        }


def run_chains(
    build: Callable[[], Target],
    names: Sequence[str],
    plan: Plan,
    *,
    folder: Path | None = None,
    key: str = "",
    workers: int | None = None,
    executor: str | None = None,
    progress: Progress | None = None,
) -> Chains:
    """Run chains until each has made its steps.

    Args:
        build: makes the target in each process; picklable.
        names: of its dimensions.
        plan: how much to compute.
        folder: where finished stretches are kept; None: nowhere.
        key: names the target; stretches are used again only under the same.
        workers: processes; never changes a number.
        executor: as in `detente.draws.map_draws`.
        progress: called with (share done, words).

    Raises:
        ComputationError: no beginning was found.
        OptionError: another process runs the same chains.
    """
    return _Runner(_Walker(build), tuple(names), plan, progress or (lambda _share, _words: None)).run(
        folder, key, workers, executor
    )


@dataclass
class _Runner:
    walker: _Walker
    names: tuple[str, ...]
    plan: Plan
    progress: Progress
    known: dict[int, Any] = field(default_factory=dict)
    done: int = 0  # stretches

    def run(self, folder: Path | None, key: str, workers: int | None, executor: str | None) -> Chains:
        name = f"{key}|chains|{self.plan.chains}|{self.plan.thin}|{self.plan.seed}"
        store = None if folder is None else Store(folder, name)
        self.known = {} if store is None else store.read()
        try:
            with opened(executor, workers, self.walker, self.plan.chains) as submit:

                def together(tasks: list[_Task]) -> list[Any]:
                    """Results of one stretch of every chain, in order."""
                    waiting = [(t.number, t) for t in tasks if t.number not in self.known]
                    for number, found in submit(self.walker, waiting):
                        self.known[number] = found
                        if store is not None:
                            store.add(number, found)
                    self.done += 1
                    return [self.known[t.number] for t in tasks]

                return self._whole(together)
        finally:
            if store is not None:
                store.close(done=False)

    def _whole(self, together: Callable[[list[_Task]], list[Any]]) -> Chains:
        plan = self.plan
        stretches = -(-plan.steps // STRETCH)
        total = 1 + ROUNDS + stretches
        began = time.monotonic()
        self.progress(0.0, "finding where chains begin")
        ends = together([_Task(n, (plan.seed, n), plan.thin) for n in range(plan.chains)])
        seen, lengths = joined([_seen(e, len(self.names)) for e in ends]), (FIRST, 1.0)
        count = sum(e["evaluations"] for e in ends)
        for number in range(ROUNDS):
            self.progress(self.done / total, f"settling, {number + 1} of {ROUNDS}")
            gaussian = fitted(seen)
            ends = together(self._tasks(ends, gaussian, lengths, settling=True))
            seen = joined([seen, *(_seen(e, len(self.names)) for e in ends)])
            accepted = np.mean([e["accepted"] for e in ends], axis=0)
            lengths = adapted(lengths[0], accepted[0], WANTED[0]), adapted(lengths[1], accepted[1], WANTED[1])
            count += sum(e["evaluations"] for e in ends)
        gaussian, walked = fitted(seen), []
        for number in range(stretches):
            if number >= FEWEST and plan.minutes is not None and time.monotonic() - began > 60 * plan.minutes:
                break
            self.progress(self.done / total, f"step {number * STRETCH} of {plan.steps} of each chain")
            ends = together(self._tasks(ends, gaussian, lengths, settling=False))
            walked.append(ends)
        return self._found(walked, lengths, count)

    def _tasks(
        self, ends: list[Any], gaussian: Gaussian, lengths: tuple[float, float], *, settling: bool
    ) -> list[_Task]:
        plan, tasks = self.plan, []
        for n, end in enumerate(ends):
            number = self.done * plan.chains + n
            tasks.append(
                _Task(
                    number=number,
                    seed=(plan.seed, n, self.done),
                    thin=plan.thin,
                    z=np.array(end["z"]),
                    anchor=np.array(end["anchor"]),
                    expected=end["log"],
                    gaussian=gaussian,
                    lengths=lengths,
                    settling=settling,
                )
            )
        return tasks

    def _found(self, walked: list[list[Any]], lengths: tuple[float, float], count: int) -> Chains:
        chains = range(self.plan.chains)
        z = np.array([[point for ends in walked for point in ends[n]["kept"]] for n in chains])
        log = np.array([[value for ends in walked for value in ends[n]["kept_log"]] for n in chains])
        flat = [end for ends in walked for end in ends]
        return Chains(
            names=self.names,
            z=z,
            log=log,
            watched=tuple(flat[0]["watched"]),
            answers=np.array([[told for ends in walked for told in ends[n]["answers"]] for n in chains]),
            accepted=float(np.mean([e["accepted"] for e in flat])),
            lengths=lengths,
            evaluations=count + sum(e["evaluations"] for e in flat),
            checked=np.array([np.inf if e["off"] is None else e["off"] for e in flat]),
            faults=tuple(sorted({fault for e in flat for fault in e["faults"]})),
        )


def _seen(end: Any, size: int) -> Seen:
    return Seen(
        np.array(end["seen"]).reshape(-1, size),
        np.array(end["seen_log"]),
        np.array(end["at"], int),
        np.array(end["slopes"]).reshape(-1, size),
    )


def adapted(length: float, accepted: float, wanted: float) -> float:
    """A length under which about the wanted share of steps is accepted.

    Where log L(z') - log L(z) of a step is normal with deviation s, 2 Phi(-s / 2) of the steps are accepted, and s
    grows with the length.
    """
    from scipy.special import ndtri

    now, then = -ndtri(np.clip([accepted, wanted], 0.02, 0.98) / 2)
    return float(np.clip(length * np.clip(then / now, 1 / MOST, MOST), SHORTEST, 1.0))
