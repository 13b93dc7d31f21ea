"""Many equilibria: random starts, deflated Newton, and continuation through folds. A lower bound, never a proof.

Four searches feed one list of distinct certified equilibria:
- *starts*: values of random strategy profiles, corrected by accelerated policy iteration (finds stable equilibria) and
  by Newton (finds unstable ones as well);
- *more noise*: the same at some multiples of the noise, where every equilibrium attracts more starts; each one found
  there is followed down to the noise of the game;
- *deflation*: Newton on F times a factor that grows without bound near every equilibrium already found, so that the
  same start leads elsewhere;
- *continuation*: the branch through each equilibrium is followed in both directions of the noise; where it turns and
  comes back to the noise of the game, there is another one.

Near a bifurcation a whole stretch of unknowns solves the equations to the tolerance (x^3 = 1e-11 within 2e-4 of 0).
Two solutions between which everything is a solution are therefore one equilibrium.

Source: Farrell, Birkisson & Funke 2015, SIAM J. Sci. Comput. 37 (deflation); Allgower & Georg 2003 (continuation).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from detente.errors import OptionError
from detente.solver.arclength import Point, crossings
from detente.solver.certificate import Branch
from detente.solver.continuation import Family, centred, follow
from detente.solver.driver import AnyEquilibrium, AnyGame, AnySystem, check_tolerance, conclude, system_of
from detente.solver.newton import newton
from detente.solver.policy import policy_iteration
from detente.solver.system import Iterate, Progress, System

SAME = 1e-6  # equilibria whose unknowns differ by less than this, relative to their scale, are one
NEAR = 3e-2  # the same, up to which everything between two is looked at: a fourth root of the tolerance
BETWEEN = (0.25, 0.5, 0.75)  # where: three points, because the middle of three equilibria in a row is one itself
LARGE = 3000  # unknowns above which searches are cut short: Newton from far away takes seconds
STABLE_ROUNDS, UNSTABLE_ROUNDS = 80, 25  # of policy iteration and of Newton from a start: more rarely help
LAST_ROUNDS = 10  # of Newton from a point close to an equilibrium
DEFLATED, FEW_DEFLATED = 40, 12  # rounds of deflated Newton, for small and large games
LONGEST = 0.5  # step of deflated Newton, relative to the utility scale: near known equilibria it would be any length
STALE = 10  # rounds without progress after which a deflated search is given up
PATIENCE = 4  # deflated searches that may fail before deflation is given up
DEFLATED_TOL = 1e-3  # relative, of a deflated step: it is only a direction
CLOSE = 1e-6  # residual of a deflated search from which plain Newton goes on
NOISIER = (2.0, 4.0, 8.0)  # multiples of the noise at which starts are tried as well
WAYS = 400  # arclength steps along a branch; a branch through a fold takes some 100
FEW_WAYS = 40  # the same for large games


@dataclass(frozen=True)
class EquilibriumSet:
    """Distinct certified equilibria; the principal branch's first, where it was reached.

    There may be more: `at_least` is the number found. `joined` solutions were not counted, because the equations cannot
    tell them from one that was: their derivative is close to singular there.
    """

    equilibria: tuple[AnyEquilibrium, ...]
    starts: int
    joined: int = 0

    @property
    def at_least(self) -> int:
        """Number of equilibria found: a lower bound on their number."""
        return len(self.equilibria)

    def __len__(self) -> int:
        return len(self.equilibria)

    def __iter__(self) -> Iterator[AnyEquilibrium]:
        return iter(self.equilibria)

    def __getitem__(self, n: int) -> AnyEquilibrium:
        return self.equilibria[n]

    def __str__(self) -> str:
        noun = "equilibrium" if self.at_least == 1 else "equilibria"
        words = f"at least {self.at_least} {noun} (from {self.starts} starts)"
        if self.joined:
            words += f"; the game is close to a bifurcation: {self.joined} solutions cannot be told from one of them"
        return words


def enumerate_equilibria(
    game: AnyGame,
    starts: int = 20,
    seed: int = 0,
    *,
    tol: float = 1e-11,
    continuation: bool = True,
    progress: Progress | None = None,
) -> EquilibriumSet:
    """Search for equilibria of a game of either timing.

    Args:
        game: the game.
        starts: number of random starts; more starts find more.
        seed: of the random starts; the same seed finds the same equilibria.
        tol: scaled relative residual that certifies.
        continuation: also follow branches: through each equilibrium around its folds, and down from more noise.
        progress: called with (share done, words).

    Returns:
        Distinct certified equilibria with how each was found (`reached_by`); a lower bound.

    Raises:
        OptionError: fewer than 0 starts, a seed that is no whole number of at least 0, or a tolerance outside (0, 1).
    """
    check_tolerance(tol)
    for name, number in (("starts", starts), ("seed", seed)):
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 0:
            raise OptionError.of(f"{name} {number!r}", "a whole number of at least 0")
    search = _Search(system_of(game), tol)
    trace = follow(search.system, [1.0], tol)
    if trace.ends:
        search.add(trace.ends[-1], "the principal branch", branch="principal")
    rng = np.random.default_rng(seed)
    for n in range(starts):
        if progress is not None:
            progress(n / (starts + 1), f"start {n + 1} of {starts}, {len(search.found)} equilibria so far")
        for end, words in _from_start(search.system, search.system.random_start(rng), tol):
            search.add(end, f"{words} from random start {n + 1}")
    if continuation and starts and search.small:
        search.from_more_noise(rng, starts, progress)
    search.deflate(rng)
    if continuation:
        search.follow_branches(progress)
    return EquilibriumSet(tuple(search.found), starts, search.joined)


def _from_start(system: System, start: np.ndarray, tol: float) -> Iterator[tuple[Iterate, str]]:
    """What both iterations find from one start."""
    large = start.size > LARGE
    system, start = centred(system, start)
    stable = policy_iteration(system, start, 0.1 * tol, rounds=STABLE_ROUNDS)
    if stable.error <= tol:
        yield stable, "policy iteration"
        if large:
            return
    unstable = newton(system, stable.values if large else start, 0.1 * tol, rounds=UNSTABLE_ROUNDS)
    if unstable.error <= tol:
        yield unstable, "Newton"


class _Search:
    def __init__(self, system: AnySystem, tol: float) -> None:
        self.system = system
        self.tol = tol
        self.found: list[AnyEquilibrium] = []
        self.joined = 0
        self.small = bool(np.prod(system.shape) <= LARGE)

    def add(self, end: Iterate, words: str, branch: Branch = "found") -> bool:
        """Keep a certified equilibrium that is not known yet."""
        system = end.system
        for equilibrium in self.found:
            known = equilibrium.unknowns + system.spread_out(equilibrium.system.shift - system.shift)
            apart = _distance(system, end.values, known)
            if apart < SAME:
                return False
            if apart < NEAR and self._flat(system, end.values, known):
                self.joined += 1
                return False
        candidate = conclude(system, end.values, self.tol, words, branch=branch)
        if candidate.certified:
            self.found.append(candidate)
        return candidate.certified

    def _flat(self, system: System, one: np.ndarray, two: np.ndarray) -> bool:
        """Whether everything between two solutions is one as well."""
        return all(system.linearize(two + share * (one - two)).error <= self.tol for share in BETWEEN)

    def from_more_noise(self, rng: np.random.Generator, starts: int, progress: Progress | None) -> None:
        """Starts at multiples of the noise; what is found there is followed down to the noise of the game."""
        family = Family(self.system, np.full(self.system.cap.shape, np.inf))
        for factor in NOISIER:
            noisy, known = family.at(factor), list[np.ndarray]()
            for n in range(starts):
                for end, _ in _from_start(noisy, noisy.random_start(rng), self.tol):
                    unknowns = _whole(end)
                    if all(_distance(noisy, unknowns, other) >= SAME for other in known):
                        known.append(unknowns)
                if progress is not None:
                    words = f"start {n + 1} of {starts} at {factor:g} times the noise, {len(self.found)} equilibria"
                    progress(n / (starts + 1), words)
            for unknowns in known:
                for point in crossings(family.at, Point(factor, unknowns), 1.0, steps=WAYS):
                    self._polished(point, f"continuation from {factor:g} times the noise")

    def _polished(self, point: np.ndarray, words: str) -> bool:
        end = newton(*centred(self.system, point), 0.1 * self.tol, rounds=LAST_ROUNDS)
        return end.error <= self.tol and self.add(end, words)

    def deflate(self, rng: np.random.Generator) -> None:
        """Deflated Newton from near known equilibria and from random starts, until it keeps failing."""
        failures, patience = 0, PATIENCE if self.small else 1
        while failures < patience and self.found:
            base = _whole(self.found[int(rng.integers(len(self.found)))])
            kick = self.system.noise_scale * rng.normal(size=base.shape) * 10.0 ** rng.uniform(-1, 1)
            start = base + kick if rng.random() < 0.5 else self.system.random_start(rng)
            end = self._deflated_newton(start)
            fresh = end is not None and self._polished(end, f"deflation of {len(self.found)} known equilibria")
            failures = 0 if fresh else failures + 1

    def _deflated_newton(self, values: np.ndarray) -> np.ndarray | None:
        scale, known = self.system.scale(self.found[0].unknowns), [_whole(e) for e in self.found]
        best, since = np.inf, 0
        for _ in range(DEFLATED if self.small else FEW_DEFLATED):
            line = self.system.linearize(values)
            best, since = (line.error, 0) if line.error < best else (best, since + 1)
            if not np.isfinite(line.error) or since > STALE:
                return None
            if line.error < CLOSE:
                return values
            step, _ = line.solve(line.residual, tol=DEFLATED_TOL)
            # Sherman-Morrison: the deflated step is the Newton step times 1 / (1 - grad log eta . step)
            slope = 0.0
            for other in known:
                away = (values - other) / scale
                square = float((away**2).sum()) / away.size
                if square == 0.0:
                    return None
                slope += float((away * step / scale).sum()) / away.size * -2.0 / (square * (1.0 + square))
            factor = 1.0 / (1.0 - slope)
            longest = float((np.abs(factor * step) / scale).max())
            values = values + factor * step * min(1.0, LONGEST / longest if longest > 0 else 1.0)
        return None

    def follow_branches(self, progress: Progress | None) -> None:
        """Follow the noise branch through every equilibrium, those found on the way included."""
        family = Family(self.system, np.full(self.system.cap.shape, np.inf))
        done = 0
        while done < len(self.found):
            here = self.found[done]
            if progress is not None:
                progress(done / (len(self.found) + 1), f"branch {done + 1} of {len(self.found)} equilibria")
            for direction in (1.0, -1.0):
                begin = Point(1.0, _whole(here))
                for point in crossings(family.at, begin, direction, steps=WAYS if self.small else FEW_WAYS):
                    self._polished(point, f"continuation in noise from equilibrium {done + 1}")
            done += 1


def _whole(end: Iterate | AnyEquilibrium) -> np.ndarray:
    """Unknowns of the game's own equations."""
    unknowns = end.values if isinstance(end, Iterate) else end.unknowns
    return unknowns + end.system.spread_out(end.system.shift)


def same(one: AnyEquilibrium, two: AnyEquilibrium) -> bool:
    """Whether two equilibria of one game are the same."""
    known = one.unknowns + two.system.spread_out(one.system.shift - two.system.shift)
    return _distance(two.system, two.unknowns, known) < SAME


def _distance(system: System, one: np.ndarray, two: np.ndarray) -> float:
    """Largest difference of unknowns, relative to the utility scale."""
    return float((np.abs(one - two) / system.scale(two)).max())
