"""Poisson weights and one-sweep uniformisation of transient problems.

e^{tA} v = sum_n Poisson(n; L t) P^n v with P = I + A / L nonnegative: only sums of nonnegative numbers occur, so small
probabilities keep their digits. Weights are built by the ratio recursion outwards from the mode and normalised, so they
neither underflow nor overflow at any L t; one sweep over n serves all times.

Source: Fox & Glynn 1988, Comm. ACM 31; Stewart, Introduction to the Numerical Solution of Markov Chains, 8.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

TAIL = 1e-18


@dataclass(frozen=True)
class Weights:
    """Poisson probabilities `values[k]` of n = first + k; what is left out is below 1e-17 in all."""

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


def sweep(
    step: Callable[[np.ndarray], np.ndarray], start: np.ndarray, means: np.ndarray, tails: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Poisson mixtures of the sequence v_0 = start, v_{n+1} = step(v_n) at several means in one pass.

    Args:
        step: one step of the uniformised chain.
        start: v_0, any shape.
        means: (times,) rate * time.
        tails: also sum v_n P(Poisson > n), which divided by the rate is the time integral.

    Returns:
        (times, ...) mixtures, and (times, ...) tail sums (zeros unless asked for).
    """
    weights = [poisson_weights(float(mean)) for mean in means]
    over = [np.concatenate([np.cumsum(w.values[::-1])[::-1][1:], [0.0]]) for w in weights]
    mixed = np.zeros((len(means), *start.shape))
    summed = np.zeros_like(mixed)
    last = max((w.last for w in weights), default=0)
    v = start
    for n in range(last + 1):
        for t, w in enumerate(weights):
            if w.first <= n <= w.last:
                mixed[t] += w.values[n - w.first] * v
            if tails and n <= w.last:
                summed[t] += v if n < w.first else over[t][n - w.first] * v
        if n == last:
            break
        new = step(v)
        if np.array_equal(new, v):  # a fixed point in floating point: all later terms are the same
            _finish(weights, over, mixed, summed, v, n + 1, tails)
            break
        v = new
    return mixed, summed


def _finish(weights, over, mixed, summed, v, n, tails) -> None:
    for t, w in enumerate(weights):
        if n <= w.last:
            k = max(n - w.first, 0)
            mixed[t] += w.values[k:].sum() * v
            if tails:
                summed[t] += (over[t][k:].sum() + max(w.first - n, 0)) * v
