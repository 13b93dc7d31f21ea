"""The principal branch: from very noisy play, where there is one equilibrium, down to the noise asked for.

All noise scales are multiplied by s, which falls from where payoffs hardly matter to 1. A step predicts the values by
the secant (linear in s), corrects them (accelerated policy iteration, else Newton), and is accepted if the correction
changes no rate r by more than `JUMP` in log(r + rho): rates far below the discount rate do not matter. Else the step is
shortened. A jump that does not shrink with the step is a fold: the branch turns back there, and it is followed around
by arclength (solve/arclength.py).

Source: Turocy 2005, Games and Economic Behavior 51 (principal branch of the logit correspondence); Allgower & Georg
2003, Introduction to Numerical Continuation Methods.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.solve.arclength import Point, around_fold
from detente.solve.newton import newton
from detente.solve.operator import Operator
from detente.solve.policy import Iterate, Progress, policy_iteration

JUMP = 1.5  # largest accepted log change of a rate by a correction
SMALLEST = 2e-3  # smallest step in log s before the branch is taken to have turned
LARGEST = float(np.log(4.0))
FOLDS = 20  # turns after which the branch is given up


@dataclass
class Trace:
    """What happened on the way; `ends` has one Iterate for each noise factor asked for and reached."""

    steps: int = 0
    refused: int = 0
    folds: int = 0
    stalled: str = ""
    last: np.ndarray | None = None
    ends: list[Iterate] = field(default_factory=list)


def follow(operator: Operator, factors: Sequence[float], tol: float, progress: Progress | None = None) -> Trace:
    """Follow the principal branch through falling noise factors.

    Args:
        operator: the equations at factor 1.
        factors: noise factors in descending order.
        tol: scaled relative residual wanted at each factor.
        progress: called with (share done, words).
    """
    trace = Trace()
    here, before, length = _beginning(operator, factors[0]), None, float(np.log(2.0))
    top = here.s
    for factor in factors:
        while here.s > factor * (1 + 1e-12):
            new, length = _step(operator, here, before, factor, length, trace)
            if new is None:
                turned = _turn(operator, here, before, factor, trace)
                if turned is None:
                    trace.last = here.values
                    return trace
                before, here, length = turned[0], turned[1], 4 * SMALLEST
            else:
                before, here = here, new
            if progress is not None:
                share = np.log(top / here.s) / np.log(top / factors[-1]) if top > factors[-1] else 1.0
                progress(0.9 * float(share), f"noise at {here.s:.3g} times what is asked, {trace.steps} steps")
        end = polish(operator.with_noise(factor), here.values, tol)
        trace.ends.append(end)
        trace.last = end.values
        if not end.reached:
            trace.stalled = f"at noise factor {factor:.4g} the residual stays at {end.error:.1e}"
            return trace
        here = Point(factor, end.values)
    return trace


def polish(operator: Operator, values: np.ndarray, tol: float, progress: Progress | None = None) -> Iterate:
    """Correct values to the tolerance (a tenth of it, where that can be had): policy iteration, else Newton."""
    end = policy_iteration(operator, values, 0.1 * tol, progress=progress)
    if end.error > tol and _moved(operator, values, end.values) > JUMP:
        end = Iterate(values, np.inf, end.rounds, False)
    if end.error > tol:
        second = newton(operator, end.values, 0.1 * tol, progress=progress)
        end = min(end, second, key=lambda e: e.error)
    return Iterate(end.values, end.error, end.rounds, end.error <= tol)


def loose(operator: Operator, values: np.ndarray) -> float:
    """Tolerance for points on the way: a small part of the noise, relative to the values."""
    return min(1e-4, 0.01 * float((operator.game.noise[:, None] / operator.scale(values)).min()))


def _beginning(operator: Operator, factor: float) -> Point:
    """Equilibrium at noise so large that policy iteration from zero settles at once."""
    game = operator.game
    spread = np.ptp(game.payoff_flow, axis=1) / game.discount_rate / game.noise
    s = max(factor, 0.25 * float(spread.max()))
    for _ in range(8):
        noisy = operator.with_noise(s)
        zero = np.zeros(operator.shape)
        end = policy_iteration(noisy, zero, loose(noisy, zero))
        if end.reached and end.rounds <= 12:
            break
        s *= 4.0
    return Point(s, end.values)


def _step(
    operator: Operator, here: Point, before: Point | None, factor: float, length: float, trace: Trace
) -> tuple[Point | None, float]:
    """One accepted step and the length to try next, or None when even the smallest is refused."""
    while True:
        s = max(factor, here.s * np.exp(-length))
        if np.log(s / factor) < 0.3 * length:
            s = factor
        start = here.values
        if before is not None:
            start = start + (here.values - before.values) * (s - here.s) / (here.s - before.s)
        noisy = operator.with_noise(s)
        end = _correct(noisy, start)
        if end.reached:
            moved = _moved(noisy, start, end.values)
            if moved <= JUMP:
                trace.steps += 1
                grown = 2.0 if moved < 0.3 * JUMP else 1.3 if moved < 0.6 * JUMP else 1.0
                return Point(s, end.values), min(LARGEST, grown * length)
        trace.refused += 1
        length *= 0.4
        if length < SMALLEST:
            return None, length


def _correct(operator: Operator, start: np.ndarray) -> Iterate:
    tol = loose(operator, start)
    end = policy_iteration(operator, start, tol, rounds=30)
    if end.reached:
        return end
    return newton(operator, start, tol, rounds=6)


def _moved(operator: Operator, old: np.ndarray, new: np.ndarray) -> float:
    """Largest change of log(rate + rho) over all moves."""
    if operator.moves == 0:
        return 0.0
    rho = operator.rho[operator.player]
    one, two = operator.choose(old).rate, operator.choose(new).rate
    return float(np.abs(np.log((two + rho) / (one + rho))).max())


def _turn(
    operator: Operator, here: Point, before: Point | None, factor: float, trace: Trace
) -> tuple[Point, Point] | None:
    """Pass a fold by arclength; two points beyond it, or None with the reason in the trace."""
    trace.folds += 1
    if before is None or trace.folds > FOLDS:
        trace.stalled = f"the principal branch could not be followed below noise factor {here.s:.4g}"
        return None
    beyond, words = around_fold(operator, before, here, factor)
    if beyond is None:
        trace.stalled = f"near noise factor {here.s:.4g} {words}"
    return beyond
