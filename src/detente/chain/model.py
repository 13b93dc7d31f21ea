"""A finite continuous-time Markov chain: hitting, transient, discounted, stationary, paths. Knows nothing of games.

Results are accurate or refused: transient ones by uniformisation of nonnegative numbers (chain/uniform.py), linear
systems with M-matrices by sparse LU with an error bound, and by subtraction-free elimination where the bound fails.
"""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from detente.chain.quantile import quantiles
from detente.chain.structure import can_reach, closed_classes, gth_solve, gth_stationary
from detente.chain.uniform import exponential, integrals, mixtures, mixtures_at
from detente.errors import ComputationError, OptionError

SHORT_SWEEP = 2e4  # rate * time up to which a sweep is always used
LONGEST_SWEEP = 3e6  # rate * time beyond which a sweep takes too long
LARGEST_DENSE = 2500  # states up to which dense elimination and squaring are used
BOUND = 1e-9  # largest relative error accepted from a linear solve


class Chain:
    """A chain given by its generator (states, states), 1/year; the diagonal is recomputed from the rates.

    `target` is a mask (states,) or a list of states; `times` and horizons are years.
    """

    def __init__(self, generator: sp.sparray) -> None:
        matrix = sp.coo_array(generator)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise OptionError.of(f"generator has shape {matrix.shape}", "(states, states)")
        row, col, rate = matrix.row, matrix.col, matrix.data.astype(float)
        off = row != col
        if not np.isfinite(rate).all() or (rate[off] < 0).any():
            raise OptionError.of("the generator has a negative or infinite rate", "finite rates of at least 0")
        self.n_states = matrix.shape[0]
        self.jumps = sp.csr_array((rate[off], (row[off], col[off])), shape=matrix.shape)
        self.jumps.eliminate_zeros()
        self.exit = np.asarray(self.jumps.sum(axis=1)).ravel()

    @cached_property
    def generator(self) -> sp.csr_array:
        """The generator (states, states), 1/year."""
        return sp.csr_array(self.jumps - sp.diags_array(self.exit))

    def fastest(self, states: np.ndarray) -> float:
        """Largest rate of leaving a state of a mask, 1/year; 1 where none is ever left (any rate then does)."""
        return float(self.exit[states].max(initial=0.0)) or 1.0

    # ---- transient -------------------------------------------------------------------------------------------------

    def reach_probability(self, target: np.ndarray, times) -> np.ndarray:
        """P(the target is reached by t) from every state, (times, states); small values keep their digits."""
        return self.reach_by_cause(target, {"any": None}, times)["any"]

    def reach_curve(self, target: np.ndarray, times, start: int) -> np.ndarray:
        """P(the target is reached by t) from one state, (times,); a column of `reach_probability`, in less time."""
        mask, times = self._mask(target), _times(times)
        if mask[start]:
            return np.ones(len(times))
        rest = ~mask
        source = self._into(mask)
        rate = self.fastest(rest)
        origin = int(np.count_nonzero(rest[:start]))
        if self._too_long(rate * times.max(initial=0.0)):
            return np.minimum(self._reach_dense(rest, source[:, None], rate, times)[:, origin, 0], 1.0)
        move = self._uniformised(rest, rate)
        mixed = mixtures_at(lambda v: move @ v + source / rate, np.zeros_like(source), rate * times, origin)
        return np.minimum(mixed, 1.0)

    def reach_by_cause(self, target: np.ndarray, causes: Mapping[str, object], times) -> dict[str, np.ndarray]:
        """P(the target is reached by t, and by this cause) per cause, (times, states).

        Args:
            target: mask or states.
            causes: name -> rate matrix (states, states) of that cause's jumps, or (states,) its rate into the target,
                or None for all jumps into it. Jumps inside the target or outside it do not count.
            times: years.
        """
        mask, times = self._mask(target), _times(times)
        rest = ~mask
        columns = [self._into(mask) if c is None else _rate_into(c, mask) for c in causes.values()]
        source = np.array(columns).reshape(len(causes), -1).T
        rate = self.fastest(rest)
        if self._too_long(rate * times.max(initial=0.0)):
            mixed = self._reach_dense(rest, source, rate, times)
        else:
            move = self._uniformised(rest, rate)
            mixed = mixtures(lambda v: move @ v + source / rate, np.zeros_like(source), rate * times)
        out = {}
        for c, name in enumerate(causes):
            full = np.zeros((len(times), self.n_states))
            full[:, rest] = np.minimum(mixed[:, :, c], 1.0)
            if causes[name] is None:
                full[:, mask] = 1.0
            out[name] = full
        return out

    def restricted_mean_time(self, target: np.ndarray, horizon: float) -> np.ndarray:
        """E min(time to reach the target, horizon) from every state, (states,), years."""
        mask = self._mask(target)
        horizon = float(_times(horizon)[0])
        rest = ~mask
        rate = self.fastest(rest)
        out = np.zeros(self.n_states)
        if self._too_long(rate * horizon):
            out[rest] = self._restricted_dense(rest, rate, horizon)
        else:
            move = self._uniformised(rest, rate)
            summed = integrals(lambda v: move @ v, np.ones(move.shape[0]), np.array([rate * horizon]))
            out[rest] = summed[0] / rate
        return np.minimum(out, horizon)

    def transient(self, initial: int | np.ndarray, times) -> np.ndarray:
        """Distribution over states at each time, (times, states), from a state or a distribution (states,)."""
        times = _times(times)
        if np.ndim(initial) == 0:
            start = np.zeros(self.n_states)
            start[int(initial)] = 1.0
        else:
            start = np.asarray(initial, dtype=float)
        if start.shape != (self.n_states,):
            raise OptionError.of(f"initial has shape {start.shape}", f"a state or ({self.n_states},)")
        everywhere = np.ones(self.n_states, bool)
        rate = self.fastest(everywhere)
        move = self._uniformised(everywhere, rate)
        if self._too_long(rate * times.max(initial=0.0)):
            dense = move.toarray()
            return np.array([start @ exponential(dense, rate * t) for t in times])
        transposed = sp.csr_array(move.T)
        return mixtures(lambda v: transposed @ v, start, rate * times)

    def time_quantile(self, target: np.ndarray, q: float) -> np.ndarray:
        """Smallest t with P(the target is reached by t) >= q, (states,), years; infinite where that never happens.

        Relative accuracy 1e-6.
        """
        if not 0 < q < 1:
            raise OptionError.of(f"quantile {q}", "a number between 0 and 1")
        mask = self._mask(target)
        return quantiles(self, mask, q)

    # ---- linear ----------------------------------------------------------------------------------------------------

    def discounted(self, flow: np.ndarray, rate: float) -> np.ndarray:
        """E of the integral of e^(-rate t) flow(x_t) dt from every state, in the shape of `flow`.

        Args:
            flow: (..., states), units per year.
            rate: discount rate, 1/year, positive.
        """
        flow = np.asarray(flow, dtype=float)
        if not rate > 0:
            raise OptionError.of(f"discount rate {rate}", "a positive rate")
        if flow.shape[-1:] != (self.n_states,):
            raise OptionError.of(f"flow has shape {flow.shape}", f"(..., {self.n_states})")
        right = np.ascontiguousarray(flow.reshape(-1, self.n_states).T)
        everywhere = np.ones(self.n_states, bool)
        return self._solve(everywhere, np.full(self.n_states, float(rate)), right).T.reshape(flow.shape)

    def ever_reach(self, target: np.ndarray) -> np.ndarray:
        """P(the target is ever reached), (states,)."""
        mask = self._mask(target)
        sure = self._surely(mask)
        out = np.where(mask | sure, 1.0, 0.0)
        open_ = can_reach(self.jumps, mask) & ~mask & ~sure
        if open_.any():
            into_target = np.asarray(self.jumps[open_][:, mask | sure].sum(axis=1)).ravel()
            lost = np.asarray(self.jumps[open_][:, ~(open_ | mask | sure)].sum(axis=1)).ravel()
            out[open_] = self._solve(open_, into_target + lost, into_target[:, None])[:, 0]
        return out

    def hitting_time(self, target: np.ndarray) -> np.ndarray:
        """E time to reach the target, (states,), years; infinite where reaching it is not sure.

        Relative error below 1e-9, by a bound that is checked.

        Raises:
            ComputationError: the chain is too large and too nearly decomposable for that accuracy.
        """
        mask = self._mask(target)
        sure = self._surely(mask) & ~mask
        out = np.where(mask, 0.0, np.inf)
        if sure.any():
            into = np.asarray(self.jumps[sure][:, mask].sum(axis=1)).ravel()
            out[sure] = self._solve(sure, into, np.ones((int(sure.sum()), 1)))[:, 0]
        return out

    def stationary(self) -> np.ndarray:
        """The stationary distribution (states,), by subtraction-free elimination.

        Raises:
            ComputationError: there is more than one recurrent class, or the only one is too large.
        """
        classes = closed_classes(self.jumps)
        if len(classes) != 1:
            raise ComputationError(
                f"the chain has {len(classes)} recurrent classes, so no unique stationary distribution"
            )
        members = classes[0]
        if len(members) > LARGEST_DENSE:
            raise ComputationError(f"{len(members)} recurrent states are too many for accurate elimination")
        out = np.zeros(self.n_states)
        out[members] = gth_stationary(self.jumps[members][:, members].toarray())
        return out

    # ---- paths -----------------------------------------------------------------------------------------------------

    def simulate(self, x0: int, horizon: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """A path: times of jumps (first 0) and the states entered (first x0), until the horizon."""
        times, states, now, x = [0.0], [int(x0)], 0.0, int(x0)
        while self.exit[x] > 0:
            now += rng.exponential() / self.exit[x]
            if now >= horizon:
                break
            part = slice(self.jumps.indptr[x], self.jumps.indptr[x + 1])
            cumulative = np.cumsum(self.jumps.data[part])
            pick = np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right")
            x = int(self.jumps.indices[part][min(pick, len(cumulative) - 1)])
            times.append(now)
            states.append(x)
        return np.array(times), np.array(states)

    # ---- inner -----------------------------------------------------------------------------------------------------

    def _mask(self, target: np.ndarray) -> np.ndarray:
        target = np.asarray(target)
        if target.dtype == bool:
            if target.shape != (self.n_states,):
                raise OptionError.of(f"target mask has shape {target.shape}", f"({self.n_states},)")
            return target
        mask = np.zeros(self.n_states, bool)
        mask[target.astype(int)] = True
        return mask

    def _into(self, mask: np.ndarray) -> np.ndarray:
        return np.asarray(self.jumps[~mask][:, mask].sum(axis=1)).ravel()

    def _surely(self, mask: np.ndarray) -> np.ndarray:
        """States from which the target is reached with probability 1 (the target included)."""
        stopped = sp.csr_array(sp.diags_array((~mask).astype(float)) @ self.jumps)
        stopped.eliminate_zeros()
        lost = ~can_reach(stopped, mask)
        return ~can_reach(stopped, lost)

    def _uniformised(self, part: np.ndarray, rate: float) -> sp.csr_array:
        inside = self.jumps[part][:, part]
        return sp.csr_array(inside / rate + sp.diags_array((rate - self.exit[part]) / rate))

    def _too_long(self, mean: float) -> bool:
        """Whether squaring a dense matrix beats a sweep of `mean` steps."""
        if mean <= SHORT_SWEEP:
            return False
        if self.n_states > LARGEST_DENSE:
            if mean <= LONGEST_SWEEP:
                return False
            raise ComputationError(
                f"rate * time is {mean:.1e} on {self.n_states} states: too far for uniformisation; hint: shorter times"
            )
        sweep = mean * (1e4 + self.jumps.nnz)  # in units of one multiplication; a step costs about 1e4 by itself
        return sweep > 4.0 * np.log2(mean) * self.n_states**3

    def _reach_dense(self, rest: np.ndarray, source: np.ndarray, rate: float, times: np.ndarray) -> np.ndarray:
        n, causes = source.shape
        move = np.zeros((n + causes + 1, n + causes + 1))
        move[:n, :n] = self._uniformised(rest, rate).toarray()
        move[:n, n:-1] = source / rate
        move[:n, -1] = np.maximum(0.0, self._into(~rest) - source.sum(axis=1)) / rate  # other ways into the target
        move[n:, n:] = np.eye(causes + 1)
        return np.array([exponential(move, rate * t)[:n, n:-1] for t in times])

    def _restricted_dense(self, rest: np.ndarray, rate: float, horizon: float) -> np.ndarray:
        """E min(T, h) by doubling: E min(T, 2h) = E min(T, h) + P(h) E min(T, h), with P(h) stopped at the target."""
        n = int(rest.sum())
        move = np.zeros((n + 1, n + 1))
        move[:n, :n] = self._uniformised(rest, rate).toarray()
        move[:n, n] = self._into(~rest) / rate
        move[n, n] = 1.0
        halvings = int(np.ceil(np.log2(rate * horizon)))
        short = horizon / 2.0**halvings
        step = exponential(move, rate * short)
        lived = integrals(lambda v: move @ v, np.append(np.ones(n), 0.0), np.array([rate * short]))[0] / rate
        for _ in range(halvings):
            lived = lived + step @ lived
            step = step @ step
            step /= step.sum(axis=1, keepdims=True)
        return lived[:n]

    def _solve(self, part: np.ndarray, into: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Solve (exit - jumps) h = right inside `part`, where `into` is the rate out of it, with an error bound."""
        inside = self.jumps[part][:, part]
        leave = np.asarray(inside.sum(axis=1)).ravel() + into
        matrix = sp.csc_array(sp.diags_array(leave) - inside)
        factor = sl.splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        h = factor.solve(right)
        h += factor.solve(right - matrix @ h)
        # |h - exact| <= max(|residual| / one) * (matrix^-1 one) for any positive `one`: take one = 1
        life = factor.solve(np.ones(len(into)))
        inside_sum = inside @ life
        slip = np.abs(1.0 - (leave * life - inside_sum)) + 4e-16 * (leave * np.abs(life) + np.abs(inside_sum))
        residual = np.abs(right - matrix @ h) + 4e-16 * (leave[:, None] * np.abs(h) + inside @ np.abs(h))
        trusted = slip.max(initial=0.0) < 0.1 and np.isfinite(h).all()
        size = np.abs(h).max(axis=0, initial=0.0)
        if trusted and (2.0 * residual.max(axis=0) * np.abs(life).max() <= BOUND * np.maximum(size, 1e-300)).all():
            return h
        if len(into) > LARGEST_DENSE:
            raise ComputationError(
                f"a linear solve on {len(into)} states lost accuracy (nearly decomposable chain); hint: fewer states"
            )
        dense = inside.toarray()
        positive = gth_solve(dense, into, np.maximum(right, 0.0))
        return positive - gth_solve(dense, into, np.maximum(-right, 0.0)) if (right < 0).any() else positive


def _times(times) -> np.ndarray:
    times = np.atleast_1d(np.asarray(times, dtype=float))
    if not (np.isfinite(times).all() and (times >= 0).all()):
        raise OptionError.of("a time is negative or not finite", "years of at least 0")
    return times


def _rate_into(cause, mask: np.ndarray) -> np.ndarray:
    if sp.issparse(cause) or np.ndim(cause) == 2:
        return np.asarray(sp.csr_array(cause)[~mask][:, mask].sum(axis=1)).ravel()
    return np.asarray(cause, dtype=float)[~mask]
