"""Quantiles of hitting times, for all starting states at once, each to a relative accuracy of 1e-6.

F_x(t) = P(T <= t from x) grows with t. Times are doubled until all states are past q; then Newton's method, held inside
the bracket, sharpens every state's own t: one sweep of uniformised steps gives F_x and F_x' at a different time for
each x. Where rate * time is too large for sweeps, powers e^{hA}, e^{2hA}, e^{4hA}, ... are kept instead, and t is built
up bit by bit: the largest sum of these steps that does not pass q.
"""

import numpy as np

from detente.chain.hitting import Outside
from detente.chain.uniform import exponential, mixtures, mixtures_each, squared
from detente.errors import ComputationError

ACCURACY = 1e-6  # relative, of a quantile
SETTLED = 1e-8  # relative change of a time below which Newton stops
SWEEPS = 60  # Newton or bisection; bisection alone halves the bracket 60 times
BITS = 26  # of a quantile in the dense way: 2^-26 is 1.5e-8
MEMORY = 6e7  # numbers that kept powers may take, half a gigabyte
LONGEST = BITS + 300  # powers: times up to 1e90 of the shortest
DOUBLINGS = 8  # per pass of the search for a bracket
ROUNDING = 2e-16  # one rounding of float64


def quantiles(outside: Outside, wanted: np.ndarray, q: float) -> np.ndarray:
    """Smallest t with F_x(t) >= q, (states,) years, for the states of a mask; F must pass q there.

    Raises:
        ComputationError: F is so flat at q that rounding decides, or time and chain are too large together.
    """
    low = -np.log1p(-q) / outside.rate / 2  # no state can be faster than the fastest exit
    found = np.full(outside.size, low)
    step = outside.into / outside.rate
    while not outside.far(low * 2.0**DOUBLINGS):
        times = low * 2.0 ** np.arange(DOUBLINGS + 1)
        curve = mixtures(lambda v: outside.move @ v + step, np.zeros(outside.size), outside.rate * times)
        below = curve < q
        found = np.where(below.any(axis=0), np.maximum(found, (times[:, None] * below).max(axis=0)), found)
        if not below[-1, wanted].any():
            return _sharpened(outside, wanted, q, found)
        low = times[-1]
    return _built_up(outside, wanted, q)


def _sharpened(outside: Outside, wanted: np.ndarray, q: float, low: np.ndarray) -> np.ndarray:
    """Newton inside brackets [low, 2 low] of all states, (states,)."""
    left, right = low.copy(), 2.0 * low
    t = np.sqrt(left * right)
    step = outside.into / outside.rate
    for _ in range(SWEEPS):
        value, slope = mixtures_each(
            lambda v: outside.move @ v + step, np.zeros(outside.size), outside.rate * np.where(wanted, t, 0.0)
        )
        left, right = np.where(value < q, t, left), np.where(value >= q, t, right)
        rise = outside.rate * slope * t  # dF / d log t
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            new = t * np.exp((q - value) / rise)
        new = np.where((new > left) & (new < right), new, np.sqrt(left * right))
        change = np.abs(new / t - 1.0)
        t = new
        if (change[wanted] <= SETTLED).all():
            break
    _refuse_flat(q, rise[wanted], outside.rate * float(t[wanted].max()))
    return t


def _refuse_flat(q: float, rise: np.ndarray, roundings: float) -> None:
    """Raise where rounding of F, so many times, moves t by more than the accuracy; `rise` is dF / d log t."""
    slip = ROUNDING * max(roundings, 1.0) * q
    if not (slip <= ACCURACY * rise).all():
        raise ComputationError(
            f"the probability of arrival stays near {q:g} for so long that its quantile is lost in rounding; "
            "hint: another quantile"
        )


def _built_up(outside: Outside, wanted: np.ndarray, q: float) -> np.ndarray:
    """The same where times are too long for sweeps, (states,)."""
    n = outside.size
    dense = np.zeros((n + 1, n + 1))
    dense[:n, :n] = outside.move.toarray()
    dense[:n, n] = outside.into / outside.rate
    dense[n, n] = 1.0
    h = -np.log1p(-q) / outside.rate / 2.0**BITS
    powers = [exponential(dense, outside.rate * h)]
    while (powers[-1][:n, n][wanted] < q).any():
        if (len(powers) + 1) * (n + 1.0) ** 2 > MEMORY:
            raise ComputationError(
                f"quantiles on {n} states need more memory than there should be, because rates lie so far apart; "
                "hint: fewer states, or P(reached by t) for the times of interest"
            )
        if len(powers) > LONGEST:
            _refuse_flat(q, np.zeros(1), 1.0)
        powers.append(squared(powers[-1]))
    here, t = np.eye(n + 1)[:n], np.zeros(n)
    for k in range(len(powers) - 1, -1, -1):
        ahead = here @ powers[k]
        below = ahead[:, n] < q
        here[below] = ahead[below]
        t[below] += h * 2.0**k
    _refuse_flat(q, (t * (here[:, :n] @ outside.into))[wanted], (n + 1.0) * len(powers))
    return t
