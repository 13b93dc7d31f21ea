"""Many equilibria: random starts, deflated Newton, and continuation through folds. A lower bound, never a proof.

Three searches feed one list of distinct certified equilibria:
- *starts*: values of random strategy profiles, corrected by accelerated policy iteration (finds stable equilibria) and
  by Newton (finds unstable ones as well);
- *deflation*: Newton on F times a factor that grows without bound near every equilibrium already found, so that the
  same start leads elsewhere;
- *continuation*: the branch through each equilibrium is followed in both directions of the noise; where it turns and
  comes back to the noise of the game, there is another one.

Source: Farrell, Birkisson & Funke 2015, SIAM J. Sci. Comput. 37 (deflation); Allgower & Georg 2003 (continuation).
"""

from dataclasses import dataclass

import numpy as np

from detente.solver.arclength import Point, crossings
from detente.solver.continuation import Family, follow
from detente.solver.driver import AnyEquilibrium, AnyGame, AnySystem, conclude, system_of
from detente.solver.newton import newton
from detente.solver.policy import policy_iteration
from detente.solver.system import Progress

SAME = 1e-6  # equilibria whose unknowns differ by less than this, relative to their scale, are one
LARGE = 3000  # unknowns above which Newton starts from where policy iteration ended
STALE = 10  # rounds without progress after which a deflated search is given up
PATIENCE = 4  # deflated searches that may fail before deflation is given up


@dataclass(frozen=True)
class EquilibriumSet:
    """Distinct certified equilibria; the principal branch's first, where it was reached.

    There may be more: `at_least` is the number found.
    """

    equilibria: tuple[AnyEquilibrium, ...]
    starts: int

    @property
    def at_least(self) -> int:
        """Number of equilibria found: a lower bound on their number."""
        return len(self.equilibria)

    def __len__(self) -> int:
        return len(self.equilibria)

    def __iter__(self):
        return iter(self.equilibria)

    def __getitem__(self, n: int) -> AnyEquilibrium:
        return self.equilibria[n]

    def __str__(self) -> str:
        return f"at least {self.at_least} equilibria (from {self.starts} starts)"


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
        continuation: also follow the branch through each equilibrium around its folds.
        progress: called with (share done in 0..1, words).

    Returns:
        Distinct certified equilibria with how each was found (`reached_by`); a lower bound.
    """
    search = _Search(system_of(game), tol)
    trace = follow(search.system, [1.0], tol)
    if trace.ends and trace.ends[-1].reached:
        search.add(trace.ends[-1].values, "the principal branch", branch="principal")
    rng = np.random.default_rng(seed)
    for n in range(starts):
        if progress is not None:
            progress(n / (starts + 1), f"start {n + 1} of {starts}, {len(search.found)} equilibria so far")
        search.from_start(search.system.random_start(rng), n + 1)
    search.deflate(rng)
    if continuation:
        search.follow_branches(progress)
    return EquilibriumSet(tuple(search.found), starts)


class _Search:
    def __init__(self, system: AnySystem, tol: float) -> None:
        self.system = system
        self.tol = tol
        self.found: list[AnyEquilibrium] = []

    def add(self, unknowns: np.ndarray, words: str, branch: str = "found") -> bool:
        """Keep a certified equilibrium that is not known yet."""
        for known in self.found:
            if self._distance(unknowns, known.unknowns) < SAME:
                return False
        candidate = conclude(self.system, unknowns, self.tol, words, branch=branch)
        if candidate.certified:
            self.found.append(candidate)
        return candidate.certified

    def _distance(self, one: np.ndarray, two: np.ndarray) -> float:
        return float((np.abs(one - two) / self.system.scale(two)).max())

    def from_start(self, start: np.ndarray, number: int) -> None:
        """Both iterations from one start."""
        stable = policy_iteration(self.system, start, 0.1 * self.tol, rounds=80)
        if stable.error <= self.tol:
            self.add(stable.values, f"policy iteration from random start {number}")
            if start.size > LARGE:
                return
        begin = stable.values if start.size > LARGE else start  # far from a solution Newton is dear on large games
        unstable = newton(self.system, begin, 0.1 * self.tol, rounds=25)
        if unstable.error <= self.tol:
            self.add(unstable.values, f"Newton from random start {number}")

    def deflate(self, rng: np.random.Generator) -> None:
        """Deflated Newton from near known equilibria and from random starts, until it keeps failing."""
        failures, patience = 0, 1 if self.found and self.found[0].unknowns.size > LARGE else PATIENCE
        while failures < patience and self.found:
            base = self.found[int(rng.integers(len(self.found)))].unknowns
            kick = self.system.noise_scale * rng.normal(size=base.shape) * 10.0 ** rng.uniform(-1, 1)
            start = base + kick if rng.random() < 0.5 else self.system.random_start(rng)
            end = self._deflated_newton(start)
            fresh = end is not None and self.add(end, f"deflation of {len(self.found)} known equilibria")
            failures = 0 if fresh else failures + 1

    def _deflated_newton(self, values: np.ndarray) -> np.ndarray | None:
        scale = self.system.scale(self.found[0].unknowns)
        best, since = np.inf, 0
        for _ in range(12 if values.size > LARGE else 40):
            line = self.system.linearize(values)
            best, since = (line.error, 0) if line.error < best else (best, since + 1)
            if not np.isfinite(line.error) or since > STALE:
                return None
            if line.error < 1e-6:
                end = newton(self.system, values, 0.1 * self.tol, rounds=10)
                return end.values if end.error <= self.tol else None
            step, _ = line.solve(line.residual, tol=1e-3)
            # Sherman-Morrison: the deflated step is the Newton step times 1 / (1 - grad log eta . step)
            slope = 0.0
            for known in self.found:
                away = (values - known.unknowns) / scale
                square = float((away**2).sum()) / away.size
                if square == 0.0:
                    return None
                slope += float((away * step / scale).sum()) / away.size * -2.0 / (square * (1.0 + square))
            factor = 1.0 / (1.0 - slope)
            longest = float((np.abs(factor * step) / scale).max())
            values = values + factor * step * min(1.0, 0.5 / longest if longest > 0 else 1.0)
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
                steps = 40 if here.unknowns.size > LARGE else 150
                for point in crossings(family.at, Point(1.0, here.unknowns), direction, steps):
                    end = newton(self.system, point, 0.1 * self.tol, rounds=10)
                    if end.error <= self.tol:
                        self.add(end.values, f"continuation in noise from equilibrium {done + 1}")
            done += 1
