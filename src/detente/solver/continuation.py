"""The principal branch: from reference play, the only equilibrium at infinite noise, down to the noise asked for.

All noise scales are multiplied by s, which falls from where payoffs hardly matter to 1. (Having options is worth
alpha tau log sum w to a player who is indifferent; along the way this worth is capped where it would exceed what is at
stake in the payoffs, because games of pure option worth can have several equilibria. At the noise asked for the
equations are the game's own.) A step predicts the values by a parabola in s, corrects them (accelerated policy
iteration, else Newton), and is accepted if the correction changes no rate r by more than `allowed_jump` in
log(r + rho): rates far below the discount rate do not matter. Else the step is shortened. A jump that does not shrink
with the step is a fold: the branch turns back there, and it is followed around by arclength (solver/arclength.py).

Source: Turocy 2005, Games and Economic Behavior 51 (principal branch of the logit correspondence); Allgower & Georg
2003, Introduction to Numerical Continuation Methods.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from detente.errors import ComputationError
from detente.solver.arclength import BEND, CAREFUL, Point, around_fold
from detente.solver.newton import newton
from detente.solver.policy import policy_iteration
from detente.solver.predict import predicted
from detente.solver.system import Iterate, Progress, System, is_far

JUMP = 1.5  # largest accepted log change of a rate by a correction
SHORT_JUMP = 0.3  # the same for games of up to CAREFUL unknowns
TIGHT, LOOSE = (0.01, 1e-4), (0.1, 1e-2)  # share of the noise, and largest residual, of points on the way; see `loose`
SMALLEST = 1e-2  # smallest step in log s before the branch is taken to have turned
FINE = 0.05  # step below which Newton is tried where policy iteration does not settle
LARGEST = float(np.log(4.0))  # longest step in log s
REFUSED = 0.4  # of a step that was refused is tried next
BEGINNINGS = 8  # noise factors tried for the beginning, each NOISIER times the last: 65,000 times in all
NOISIER = 4.0
AT_ONCE = 12  # rounds of policy iteration in which an equilibrium that is the only one settles
NEARLY = 0.3  # share of a step that would be left for the next one: it is taken at once
ON_THE_WAY = 30  # rounds of policy iteration for a point on the way: a step that needs more is too long
ROUNDS = 6  # of Newton for a point on the way
AT_A_TURN = 1e-10  # residual from which arclength begins: its tangent must be exact
KEPT = 5  # points kept behind the present one
PREDICTING = 3  # points that the prediction passes through: a parabola needs a quarter fewer steps than a line
STEPS = 5000  # arclength steps around folds, for small systems
WORK = 14e6  # arclength steps times unknowns ** 1.5: larger systems get fewer steps, at least FEWEST
FEWEST = 12  # a fold takes some ten
ROUNDING = 1e-12  # relative difference of noise factors that are one


@dataclass
class Trace:
    """What happened on the way; `ends` has one Iterate for each noise factor asked for and reached."""

    steps: int = 0
    refused: int = 0
    folds: int = 0
    turning: int = 0  # arclength steps around folds
    stalled: str = ""
    last: np.ndarray | None = None
    ends: list[Iterate] = field(default_factory=list)


@dataclass(frozen=True)
class Family:
    """The games on the way: noise s times that of `system`, the worth of options capped at `cap` (players,)."""

    system: System
    cap: np.ndarray

    def at(self, s: float) -> System:
        """The equations at noise factor s; below the cap those of an ordinary game with that noise."""
        if s == 1.0 and (self.cap >= 1.0).all():
            return self.system
        beyond = s > self.cap
        bonus = np.where(beyond, self.cap * (2.0 - np.minimum(self.cap / s, 1.0)), s)
        return self.system.with_noise(s, bonus if beyond.any() else None)


def follow(system: System, factors: Sequence[float], tol: float, progress: Progress | None = None) -> Trace:
    """Follow the principal branch to falling noise factors; each one above the cap is approached on its own.

    Args:
        system: the equations at factor 1.
        factors: noise factors in descending order.
        tol: scaled relative residual wanted at each factor.
        progress: called with (share done, words).
    """
    trace = _followed(system, factors, tol, progress)
    if trace.stalled and system.careful and not system.dense:
        again = _followed(system.densely(), factors, tol, progress)
        if len(again.ends) > len(trace.ends):
            return again
    return trace


def _followed(system: System, factors: Sequence[float], tol: float, progress: Progress | None) -> Trace:
    cap = system.cap
    trace = Trace()
    above = [factor for factor in factors if factor > cap.min()]
    runs = [[factor] for factor in above] + [[f for f in factors if f <= cap.min()]]
    for run in runs:
        if run and not trace.stalled:
            try:
                _follow(Family(system, np.maximum(cap, run[0])), run, tol, trace, progress)
            except ComputationError as error:  # a linear system that float64 cannot solve ends the branch
                trace.stalled = str(error)
    return trace


def _follow(family: Family, factors: Sequence[float], tol: float, trace: Trace, progress: Progress | None) -> None:
    length = float(np.log(2.0))
    points = [_beginning(family, factors[0])]
    top = points[0].s
    for factor in factors:
        end = None
        while end is None:
            here = points[-1]
            if here.s <= factor * (1 + ROUNDING):  # on the level already: where it begins, or beyond a turn
                end = polish(family.at(factor), here.values, tol)
                if not end.reached:
                    trace.stalled = f"at noise factor {factor:.4g} the residual stays at {end.error:.1e}"
                    trace.last = here.values
                    return
                break
            new, end, length = _step(family, points, factor, length, trace, tol)
            if new is not None:
                points = [*points[-KEPT:], new]
            else:
                points, length = _turn(family, points, factor, trace), 4 * SMALLEST
                if not points:
                    return
            trace.last = points[-1].values
            if progress is not None:
                share = np.log(top / points[-1].s) / np.log(top / factors[-1]) if top > factors[-1] else 1.0
                progress(0.9 * float(share), f"noise at {points[-1].s:.3g} times what is asked, {trace.steps} steps")
        trace.ends.append(end)
        trace.last = end.values + end.system.spread_out(end.system.shift)
        points[-1] = Point(factor, trace.last)


def polish(system: System, values: np.ndarray, tol: float, progress: Progress | None = None) -> Iterate:
    """Correct values to the tolerance (a tenth of it, where that can be had): policy iteration, else Newton.

    The equations of the result may be shifted ones, to which its unknowns belong. A linear system that float64 cannot
    solve counts as not reached.
    """
    try:
        return _polished(system, values, tol, progress)
    except ComputationError:
        return Iterate(system, values, np.inf, 0, False)


def _polished(system: System, values: np.ndarray, tol: float, progress: Progress | None) -> Iterate:
    system, values = centred(system, values)
    end = policy_iteration(system, values, 0.1 * tol, progress=progress)
    if end.error > tol and system.moved(values, end.values) > allowed_jump(system):
        end = replace(end, values=values, error=np.inf)
    if end.error > tol:
        second = newton(system, end.values, 0.1 * tol, progress=progress)
        end = min(end, second, key=lambda e: e.error)
    return replace(end, reached=end.error <= tol)


def centred(system: System, values: np.ndarray) -> tuple[System, np.ndarray]:
    """The same, shifted where the unknowns lie so far from 0 that their differences lose digits (a small rho)."""
    shift = system.means(values)
    if not is_far(system.spread_out(shift), system.scale(values)).any():
        return system, values
    return system.shifted(shift), values - system.spread_out(shift)


def allowed_jump(system: System) -> float:
    """Largest log change of a rate by a correction that still counts as the same branch."""
    return SHORT_JUMP if system.careful else JUMP


def loose(system: System, values: np.ndarray) -> float:
    """Tolerance for points on the way: a small part of the noise, relative to the values.

    The next prediction is off by far more; on large games a tenth of the noise halves the work and ends at the same
    equilibrium (docs/benchmarks/engine.md).
    """
    part, most = TIGHT if system.careful else LOOSE
    return min(most, part * float((system.noise_scale / system.scale(values)).min()))


def _beginning(family: Family, factor: float) -> Point:
    """Equilibrium at noise so large that policy iteration from zero settles at once."""
    system = family.system
    s = max(factor, system.reach)
    for _ in range(BEGINNINGS):
        noisy = family.at(s)
        zero = np.zeros(system.shape)
        end = policy_iteration(noisy, zero, loose(noisy, zero))
        if end.reached and end.rounds <= AT_ONCE:
            break
        s *= NOISIER
    return Point(s, end.values)


def _step(
    family: Family, points: list[Point], factor: float, length: float, trace: Trace, tol: float
) -> tuple[Point | None, Iterate | None, float]:
    """One accepted step, polished where it ends at `factor`, and the length to try next; no point where even the
    smallest is refused. A step to the factor that cannot be polished there is refused like any other."""
    here, jump = points[-1], allowed_jump(family.system)
    while True:
        s = max(factor, here.s * np.exp(-length))
        if np.log(s / factor) < NEARLY * length:
            s = factor
        behind = points[-PREDICTING:]
        start = predicted(s, [point.s for point in behind], [point.values for point in behind])
        noisy = family.at(s)
        found = _correct(noisy, start, thorough=length < FINE)
        moved = noisy.moved(start, found.values) if found.reached else np.inf
        end = polish(noisy, found.values, tol) if moved <= jump and s == factor else None
        if end is not None:
            moved = noisy.moved(start, end.values) if end.reached else np.inf
        if moved <= jump:
            trace.steps += 1
            grown = 2.0 if moved < 0.3 * jump else 1.3 if moved < 0.6 * jump else 1.0
            return Point(s, found.values), end, min(LARGEST, grown * length)
        trace.refused += 1
        length *= REFUSED
        if length < SMALLEST:
            return None, None, length


def _correct(system: System, start: np.ndarray, thorough: bool) -> Iterate:
    tol = loose(system, start)
    end = policy_iteration(system, start, tol, rounds=ON_THE_WAY)
    if end.reached or not thorough:
        return end
    return newton(system, start, tol, rounds=ROUNDS)


def _turn(family: Family, points: list[Point], factor: float, trace: Trace) -> list[Point]:
    """Pass a fold by arclength: two points beyond it, or none, with the reason in the trace.

    Just past a fold the residual has a small minimum that is no solution; such points are dropped first.
    """
    where = f"near noise factor {points[-1].s:.4g}"
    while points:
        last = points.pop()
        noisy = family.at(last.s)
        end = newton(noisy, last.values, AT_A_TURN, rounds=2 * ROUNDS)
        if end.reached and noisy.moved(last.values, end.values) <= allowed_jump(noisy):
            return _pass(family, Point(last.s, end.values), factor, trace, where)
    trace.stalled = f"{where} the principal branch could not be followed"
    return []


def _pass(family: Family, here: Point, factor: float, trace: Trace, where: str) -> list[Point]:
    """Follow the branch around its turn, once more with care where it is lost, within what is left of the work."""
    size = here.values.size
    most = max(FEWEST, min(STEPS, int(WORK / size**1.5)))
    words = f"the branch turns once more, after {trace.turning} arclength steps"
    for bend in (BEND, CAREFUL):
        if trace.turning < most:
            passed = around_fold(family.at, here, factor, most - trace.turning, bend)
            trace.turning += passed.steps
            trace.folds += int(passed.turned)
            if passed.beyond:
                trace.stalled = ""
                return passed.beyond
            words = passed.words
    trace.stalled = f"{where} {words}"
    return []
