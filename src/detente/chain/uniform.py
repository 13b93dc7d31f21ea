"""Uniformisation, the one home of sums over the Poisson-numbered steps of a chain.

e^{tA} v = sum_n Poisson(n; L t) P^n v with P = I + A / L nonnegative: only sums of nonnegative numbers occur, so small
probabilities keep their digits. Weights are built by the ratio recursion outwards from the mode and normalised, so they
neither underflow nor overflow at any L t; one sweep over n serves all times. Everything here knows P only as a function
or matrix that makes a step, so that callers bring chains, their transposes, or many draws side by side.

Where L t is so large that a sweep would never end, a small chain is squared instead: e^{hA} is built by
uniformisation at L h <= 1 and squared until t. All numbers stay nonnegative, and normalising each row after each
squaring keeps the small probabilities of leaving to full relative accuracy (rounding adds up over log2(L t) squarings,
not over L t steps).

Source: Fox & Glynn 1988, Comm. ACM 31; Stewart 1994, Introduction to the Numerical Solution of Markov Chains, 8;
Xue & Ye 2013, Math. Comp. 82 (entrywise accuracy of exponentials of essentially nonnegative matrices).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

TAIL = 1e-20  # weights below this share of the largest are left out
MEMORY = 1e7  # numbers of a forward pass that are all kept, 80 megabytes
NEGLIGIBLE = 1e-40  # a sequence that was absorbed to this needs no more steps

Step = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Series:
    """Coefficients of a sum over n: `values[k]` for n = first + k, `before` for every smaller n, 0 for every larger."""

    first: int
    values: np.ndarray
    before: float = 0.0

    @property
    def last(self) -> int:
        """Largest n with a coefficient."""
        return self.first + len(self.values) - 1

    def beyond(self) -> "Series":
        """From Poisson weights: P(N > n) for every n. Over the rate, its sum is a time integral."""
        return Series(self.first, np.append(np.cumsum(self.values[::-1])[::-1][1:], 0.0), 1.0)

    def from_zero(self) -> np.ndarray:
        """The coefficients of 0, 1, ..., last."""
        return np.concatenate([np.full(self.first, self.before), self.values])

    def after(self, n: int) -> float:
        """Sum of the coefficients of all steps after n."""
        return self.before * max(0, self.first - n - 1) + float(self.values[max(0, n + 1 - self.first) :].sum())


def poisson_weights(mean: float, tail: float = TAIL, *, falling: bool = False) -> Series:
    """Poisson(mean) probabilities around the mode, normalised to sum to 1.

    Args:
        mean: of the number of steps.
        tail: weights below this share of the largest are left out.
        falling: keep all small n, for sequences that fall so fast that these decide (probability that is killed, not
            moved); means up to some 700.
    """
    if mean == 0.0:
        return Series(0, np.ones(1))
    mode = int(mean)
    reach = int(10.0 * np.sqrt(mean + 1.0)) + 40  # ten standard deviations, beyond which weights are below TAIL
    low = 0 if falling else max(0, mode - reach)
    up = np.cumprod(mean / np.arange(mode + 1, mode + reach + 1))
    down = np.cumprod(np.arange(mode, low, -1) / mean)
    weights = np.concatenate([down[::-1], [1.0], up])
    keep = np.nonzero(weights > tail * weights.max())[0]
    first = 0 if falling else int(keep[0])
    weights = weights[first : keep[-1] + 1]
    return Series(low + first, weights / weights.sum())


def combined(step: Step, start: np.ndarray, series: Sequence[Series]) -> np.ndarray:
    """Sums (series, ...) of coefficient * v_n over v_0 = start, v_{n+1} = step(v_n), in one pass.

    The sequence must be nonnegative where a series has coefficients `before` its first. The pass ends early at a fixed
    point in floating point, and where everything has been absorbed.
    """
    out = np.zeros((len(series), *start.shape))
    summing = max((s.first for s in series if s.before), default=-1)  # the step up to which a running sum is needed
    v, total, last = start, np.zeros_like(start), max((s.last for s in series), default=0)
    for n in range(last + 1):
        for t, s in enumerate(series):
            if n == s.first and s.before:
                out[t] += s.before * total
            if s.first <= n <= s.last:
                out[t] += s.values[n - s.first] * v
        if n == last:
            break
        if n < summing:
            total = total + v
        new = step(v)
        fixed = new.size == 0 or (new.flat[-1] == v.flat[-1] and np.array_equal(new, v))
        if fixed or (summing >= 0 and new.max(initial=0.0) < NEGLIGIBLE):
            for t, s in enumerate(series):
                if n < s.first:
                    out[t] += s.before * total
                out[t] += s.after(n) * new
            break
        v = new
    return out


def mixtures(step: Step, start: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Poisson mixtures (times, ...) of v_0 = start, v_{n+1} = step(v_n) at several means, in one pass."""
    return combined(step, start, [poisson_weights(float(mean)) for mean in means])


def integrals(step: Step, start: np.ndarray, means: np.ndarray) -> np.ndarray:
    """sum_n v_n P(Poisson(mean) > n), (times, ...): divided by the rate, the time integrals of the mixtures.

    The sequence must be nonnegative; the pass ends when it has been absorbed.
    """
    return combined(step, start, [poisson_weights(float(mean)).beyond() for mean in means])


def mixtures_of(
    step: Step, start: np.ndarray, means: np.ndarray, read: Callable[[np.ndarray], float], nothing: float = -1.0
) -> np.ndarray:
    """Poisson mixtures (times,) of one number that is read from v_n, for little more than the steps.

    The rest counts as 0 once the number falls below `nothing`.
    """
    weights = [poisson_weights(float(mean)) for mean in means]
    seen = np.zeros(max((w.last for w in weights), default=0) + 1)
    v = start
    for n in range(len(seen)):
        seen[n] = read(v)
        if seen[n] < nothing or n + 1 == len(seen):
            break
        new = step(v)
        if np.array_equal(new, v):
            seen[n:] = seen[n]
            break
        v = new
    return np.array([w.values @ seen[w.first : w.last + 1] for w in weights])


def mixtures_each(step: Step, start: np.ndarray, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Entry x of the mixture at its own mean x, and its derivative by that mean, both in the shape of `start`.

    Weights are carried along by their ratio from ten standard deviations below the mode, and normalised at the end.
    """
    mode = np.floor(means)
    reach = np.floor(10.0 * np.sqrt(means + 1.0)) + 40
    first, last = np.maximum(0.0, mode - reach), mode + reach
    weight, total, out, ahead = (np.zeros_like(start) for _ in range(4))
    v = start
    for n in range(int(last.max(initial=0.0)) + 1):
        weight = np.where(first == n, 1.0, weight * (means / n if n else 0.0))
        weight[n > last] = 0.0
        new = step(v)
        total += weight
        out += weight * v
        ahead += weight * new
        v = new
    return out / total, (ahead - out) / total


def paired(
    step: Step,
    back: Step,
    ends: tuple[np.ndarray, np.ndarray],
    coefficients: np.ndarray,
    visit: Callable[[np.ndarray, np.ndarray], None],
) -> tuple[float, np.ndarray]:
    """For A = p' sum_n c_n P^n v: the pairs whose products are its derivative by P, in reverse mode.

        dA = sum_k (p' P^k) dP u_k,   u_k = sum_{n>k} c_n P^(n-1-k) v,   u_{k-1} = c_k v + P u_k.

    One forward and one backward pass; of a long forward one only every root-th vector is kept.

    Args:
        step: p' -> p' P, as a function of p.
        back: v -> P v.
        ends: p and v.
        coefficients: c_0, c_1, ...
        visit: called with p' P^k and u_k, for k from the last to 0.

    Returns:
        A, and sum_n c_n P^n v.
    """
    p, v = ends
    last = len(coefficients) - 1
    block = 1 if (last + 1) * p.size <= MEMORY else int(np.ceil(np.sqrt(last + 1)))
    kept, total = [], 0.0
    for k in range(last + 1):
        if k % block == 0:
            kept.append(p)
        total += coefficients[k] * float(p @ v)
        if k < last:
            p = step(p)
    u = np.zeros_like(v)
    for b in range(len(kept) - 1, -1, -1):
        steps = [kept[b]]
        for _ in range(min(block, last - b * block) - 1):
            steps.append(step(steps[-1]))
        for k in range(min(last, (b + 1) * block) - 1, b * block - 1, -1):
            u = coefficients[k + 1] * v + back(u)
            visit(steps[k - b * block], u)
    return total, coefficients[0] * v + back(u)


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
        result = squared(result)
    return result


def squared(stochastic: np.ndarray) -> np.ndarray:
    """P P, rows normalised."""
    result = stochastic @ stochastic
    return result / result.sum(axis=1, keepdims=True)
