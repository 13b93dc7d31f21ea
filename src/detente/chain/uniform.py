"""Poisson weights and one-sweep uniformisation of transient problems.

e^{tA} v = sum_n Poisson(n; L t) P^n v with P = I + A / L nonnegative: only sums of nonnegative numbers occur, so small
probabilities keep their digits. Weights are built by the ratio recursion outwards from the mode and normalised, so they
neither underflow nor overflow at any L t; one sweep over n serves all times.

Where L t is so large that a sweep would never end, a small chain is squared instead: e^{hA} is built by
uniformisation at L h <= 1 and squared until t. All numbers stay nonnegative, and normalising each row after each
squaring keeps the small probabilities of leaving to full relative accuracy (rounding adds up over log2(L t) squarings,
not over L t steps).

Source: Fox & Glynn 1988, Comm. ACM 31; Stewart 1994, Introduction to the Numerical Solution of Markov Chains, 8;
Xue & Ye 2013, Math. Comp. 82 (entrywise accuracy of exponentials of essentially nonnegative matrices).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

TAIL = 1e-20
NEGLIGIBLE = 1e-40


@dataclass(frozen=True)
class Weights:
    """Poisson probabilities `values[k]` of n = first + k; what is left out is below 1e-16 in all."""

    first: int
    values: np.ndarray

    @property
    def last(self) -> int:
        """Largest n with a weight."""
        return self.first + len(self.values) - 1


def poisson_weights(mean: float) -> Weights:
    """Poisson(mean) probabilities around the mode, normalised to sum to 1."""
    if mean == 0.0:
        return Weights(0, np.ones(1))
    mode = int(mean)
    reach = int(10.0 * np.sqrt(mean + 1.0)) + 40
    low = max(0, mode - reach)
    up = np.cumprod(mean / np.arange(mode + 1, mode + reach + 1))
    down = np.cumprod(np.arange(mode, low, -1) / mean)
    weights = np.concatenate([down[::-1], [1.0], up])
    keep = np.nonzero(weights > TAIL * weights.max())[0]
    weights = weights[keep[0] : keep[-1] + 1]
    return Weights(low + int(keep[0]), weights / weights.sum())


def mixtures(step: Callable[[np.ndarray], np.ndarray], start: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Poisson mixtures (times, ...) of v_0 = start, v_{n+1} = step(v_n) at several means, in one pass."""
    weights = [poisson_weights(float(mean)) for mean in means]
    out = np.zeros((len(means), *start.shape))
    v, last = start, max((w.last for w in weights), default=0)
    for n in range(last + 1):
        for t, w in enumerate(weights):
            if w.first <= n <= w.last:
                out[t] += w.values[n - w.first] * v
        if n == last:
            break
        new = step(v)
        if np.array_equal(new, v):  # a fixed point in floating point: all later terms are the same
            for t, w in enumerate(weights):
                if n < w.last:
                    out[t] += w.values[max(n + 1 - w.first, 0) :].sum() * v
            break
        v = new
    return out


def mixtures_at(
    step: Callable[[np.ndarray], np.ndarray], start: np.ndarray, means: np.ndarray, index: int
) -> np.ndarray:
    """Entry `index` of `mixtures`, (times,), for little more than the steps: only that entry is added up."""
    weights = [poisson_weights(float(mean)) for mean in means]
    seen = np.empty(max((w.last for w in weights), default=0) + 1)
    v = start
    for n in range(len(seen)):
        seen[n] = v[index]
        if n + 1 == len(seen):
            break
        new = step(v)
        if np.array_equal(new, v):
            seen[n:] = seen[n]
            break
        v = new
    return np.array([w.values @ seen[w.first : w.last + 1] for w in weights])


def integrals(step: Callable[[np.ndarray], np.ndarray], start: np.ndarray, means: np.ndarray) -> np.ndarray:
    """sum_n v_n P(Poisson(mean) > n), (times, ...): divided by the rate, the time integrals of the mixtures.

    The sequence must be nonnegative; the pass ends when it has been absorbed (all entries below 1e-40).
    """
    weights = [poisson_weights(float(mean)) for mean in means]
    over = [np.append(np.cumsum(w.values[::-1])[::-1][1:], 0.0) for w in weights]
    out = np.zeros((len(means), *start.shape))
    total, v = np.zeros_like(start), start
    for n in range(max((w.last for w in weights), default=0) + 1):
        for t, w in enumerate(weights):
            if n == w.first:
                out[t] += total
            if w.first <= n <= w.last:
                out[t] += over[t][n - w.first] * v
        total = total + v
        v = step(v)
        if v.max(initial=0.0) < NEGLIGIBLE:
            for t, w in enumerate(weights):
                if n < w.first:
                    out[t] += total
            break
    return out


def exponential(stochastic: np.ndarray, mean: float) -> np.ndarray:
    """sum_n Poisson(n; mean) P^n for a dense stochastic P, by squaring; entrywise accurate, rows sum to 1."""
    squarings = max(0, int(np.ceil(np.log2(mean)))) if mean > 0 else 0
    w = poisson_weights(mean / 2.0**squarings)
    power, result = np.eye(len(stochastic)), np.zeros_like(stochastic)
    for n in range(w.last + 1):
        if n >= w.first:
            result += w.values[n - w.first] * power
        power = power @ stochastic
    for _ in range(squarings):
        result = result @ result
        result /= result.sum(axis=1, keepdims=True)
    return result
