"""Reaching a target: probabilities by time, restricted means and time spent, for the states outside it.

By one sweep of uniformised steps; where rate * time is too large for that, by squaring a dense matrix.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from detente.chain.uniform import exponential, integrals, mixtures, mixtures_of, squared
from detente.errors import ComputationError

SHORT_SWEEP = 2e4  # steps (rate * time) up to which a sweep is always used: at most a second
LONGEST_SWEEP = 3e6  # steps beyond which a sweep takes minutes
LARGEST_DENSE = 2500  # states up to which a matrix is squared: some seconds a squaring
OVERHEAD = 1e4  # cost of one step by itself, in multiplications


def too_long(mean: float, states: int, entries: int) -> bool:
    """Whether squaring a dense matrix beats a sweep of `mean` steps.

    Raises:
        ComputationError: the chain is too large for the one and the time too long for the other.
    """
    if mean <= SHORT_SWEEP:
        return False
    if states > LARGEST_DENSE:
        if mean <= LONGEST_SWEEP:
            return False
        raise ComputationError(
            f"rate * time is {mean:.1e} on {states} states: too far for uniformisation; hint: shorter times"
        )
    return mean * (OVERHEAD + entries) > 4.0 * np.log2(mean) * states**3


@dataclass(frozen=True)
class Outside:
    """A chain on the states outside a target, uniformised at `rate`, its fastest rate of leaving one of them."""

    move: sp.csr_array  # (states, states) probabilities of a step that stays outside
    into: np.ndarray  # (states,) rate into the target, 1/year
    rate: float  # 1/year

    @property
    def size(self) -> int:
        """Number of states outside the target."""
        return len(self.into)

    def far(self, time: float) -> bool:
        """Whether a time (years) is too long for a sweep; see `too_long`."""
        return too_long(self.rate * time, self.size, self.move.nnz)

    @cached_property
    def backward(self) -> sp.csr_array:
        """The transposed steps, for distributions."""
        return sp.csr_array(self.move.T)

    def reach(self, source: np.ndarray, times: np.ndarray) -> np.ndarray:
        """P(reached by t through a cause), (times, states, causes), from its rates into the target (states, causes)."""
        if self.far(times.max(initial=0.0)):
            return self._reach_dense(source, times)
        step = source / self.rate
        return mixtures(lambda v: self.move @ v + step, np.zeros_like(step), self.rate * times)

    def reach_from(self, origin: int, times: np.ndarray) -> np.ndarray:
        """P(reached by t) from one state, (times,)."""
        if self.far(times.max(initial=0.0)):
            return self._reach_dense(self.into[:, None], times)[:, origin, 0]
        step = self.into / self.rate
        return mixtures_of(
            lambda v: self.move @ v + step, np.zeros(self.size), self.rate * times, lambda v: float(v[origin])
        )

    def restricted_mean(self, horizon: float) -> np.ndarray:
        """E min(time to the target, horizon) from every state, (states,), years."""
        return self._integral(np.ones(self.size), horizon, transposed=False)

    def time_spent(self, start: np.ndarray, horizon: float) -> np.ndarray:
        """Expected years in each state (states,) from a distribution (states,), until the target or the horizon."""
        return self._integral(start, horizon, transposed=True)

    def _integral(self, start: np.ndarray, horizon: float, *, transposed: bool) -> np.ndarray:
        """The time integral of e^{sA} start, or of its transpose, for s from 0 to the horizon."""
        if not self.far(horizon):
            move = self.backward if transposed else self.move
            return integrals(lambda v: move @ v, start, np.array([self.rate * horizon]))[0] / self.rate
        # by doubling: the integral to 2h is that to h, plus e^{hA} times it
        dense = self._closed()
        halvings = int(np.ceil(np.log2(self.rate * horizon)))
        short = horizon / 2.0**halvings
        step = exponential(dense, self.rate * short)
        matrix = dense.T if transposed else dense
        wide = np.append(start, 0.0)
        spent = integrals(lambda v: _dropped(matrix @ v), wide, np.array([self.rate * short]))[0] / self.rate
        for _ in range(halvings):
            spent = _dropped(spent + (step.T if transposed else step) @ spent)
            step = squared(step)
        return spent[:-1]

    def _closed(self) -> np.ndarray:
        """The dense steps with the target as one absorbing state at the end: stochastic."""
        n = self.size
        dense = np.zeros((n + 1, n + 1))
        dense[:n, :n] = self.move.toarray()
        dense[:n, n] = self.into / self.rate
        dense[n, n] = 1.0
        return dense

    def _reach_dense(self, source: np.ndarray, times: np.ndarray) -> np.ndarray:
        n, causes = source.shape
        dense = np.zeros((n + causes + 1, n + causes + 1))
        dense[:n, :n] = self.move.toarray()
        dense[:n, n:-1] = source / self.rate
        dense[:n, -1] = np.maximum(0.0, self.into - source.sum(axis=1)) / self.rate  # other ways into the target
        dense[n:, n:] = np.eye(causes + 1)
        return np.array([exponential(dense, self.rate * t)[:n, n:-1] for t in times])


def _dropped(v: np.ndarray) -> np.ndarray:
    """What has been absorbed into the last state does not count."""
    v[-1] = 0.0
    return v
