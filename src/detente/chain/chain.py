"""A finite continuous-time Markov chain: hitting, transient, discounted, stationary, paths. Knows nothing of games.

Results are accurate or refused: transient ones by uniformisation of nonnegative numbers (chain/uniform.py), linear
systems with M-matrices by sparse LU with an error bound, and by subtraction-free elimination where the bound fails
(chain/factorisation.py).
"""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from detente.chain.factorisation import LARGEST_DENSE, solve_within
from detente.chain.hitting import Outside, too_long
from detente.chain.quantile import quantiles
from detente.chain.structure import can_reach, closed_classes, gth_stationary
from detente.chain.uniform import exponential, mixtures
from detente.errors import ComputationError, OptionError

SUMS_TO_ONE = 1e-9  # largest slip of an initial distribution


class Chain:
    """A chain given by its generator (states, states), 1/year; the diagonal is recomputed from the rates.

    `target` is a mask (states,) of bool or a list of states; `times` and horizons are years.

    Raises:
        OptionError: from every method, where an argument is no state, mask, time or rate of this chain.
    """

    def __init__(self, generator: sp.sparray | np.ndarray) -> None:
        shape = tuple(getattr(generator, "shape", ()))
        if len(shape) != 2 or shape[0] != shape[1] or shape[0] == 0:
            raise OptionError.of(f"generator has shape {shape}", "(states, states)")
        matrix = sp.coo_array(generator)
        row, col, rate = matrix.row, matrix.col, matrix.data
        off = row != col
        if rate.dtype.kind not in "fiub" or not np.isfinite(rate).all() or (rate[off] < 0).any():
            raise OptionError.of("the generator has a negative or infinite rate", "finite rates of at least 0")
        self.n_states: int = shape[0]
        self.jumps = sp.csr_array((rate[off].astype(float), (row[off], col[off])), shape=shape)
        self.jumps.eliminate_zeros()
        self.exit = np.asarray(self.jumps.sum(axis=1)).ravel()

    @cached_property
    def generator(self) -> sp.csr_array:
        """The generator (states, states), 1/year."""
        return sp.csr_array(self.jumps - sp.diags_array(self.exit))

    # ---- transient -------------------------------------------------------------------------------------------------

    def reach_probability(self, target: np.ndarray, times) -> np.ndarray:
        """P(the target is reached by t) from every state, (times, states); small values keep their digits."""
        return self.reach_by_cause(target, {"any": None}, times)["any"]

    def reach_curve(self, target: np.ndarray, times, start: int) -> np.ndarray:
        """P(the target is reached by t) from one state, (times,); a column of `reach_probability`, in less time."""
        mask, times, start = self.mask(target), years(times), self.state(start)
        if mask[start]:
            return np.ones(len(times))
        return np.minimum(self.outside(mask).reach_from(int(np.count_nonzero(~mask[:start])), times), 1.0)

    def reach_by_cause(self, target: np.ndarray, causes: Mapping[str, object], times) -> dict[str, np.ndarray]:
        """P(the target is reached by t, and by this cause) per cause, (times, states).

        Args:
            target: mask or states.
            causes: name -> rate matrix (states, states) of that cause's jumps, or (states,) its rate into the target,
                or None for all jumps into it. Jumps inside the target or outside it do not count.
            times: years.
        """
        mask, times = self.mask(target), years(times)
        rest = ~mask
        columns = [self._into(mask) if c is None else self._rate_into(n, c, mask) for n, c in causes.items()]
        mixed = self.outside(mask).reach(np.array(columns).reshape(len(causes), -1).T, times)
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
        mask, horizon = self.mask(target), float(years(horizon)[0])
        out = np.zeros(self.n_states)
        out[~mask] = self.outside(mask).restricted_mean(horizon)
        return np.minimum(out, horizon)

    def time_spent(self, target: np.ndarray, horizon: float, start: int | np.ndarray) -> np.ndarray:
        """Expected time in each state until the target is reached or the horizon, (states,), years.

        From a state or a distribution (states,); what of it lies in the target spends none.
        """
        mask, horizon, start = self.mask(target), float(years(horizon)[0]), self.initial(start)
        out = np.zeros(self.n_states)
        out[~mask] = self.outside(mask).time_spent(start[~mask], horizon)
        return out

    def transient(self, initial: int | np.ndarray, times) -> np.ndarray:
        """Distribution over states at each time, (times, states), from a state or a distribution (states,)."""
        times, start = years(times), self.initial(initial)
        steps = self.outside(np.zeros(self.n_states, bool))
        if too_long(steps.rate * times.max(initial=0.0), self.n_states, self.jumps.nnz):
            dense = steps.move.toarray()
            return np.array([start @ exponential(dense, steps.rate * t) for t in times])
        return mixtures(lambda v: steps.backward @ v, start, steps.rate * times)

    def time_quantile(self, target: np.ndarray, q: float) -> np.ndarray:
        """Smallest t with P(the target is reached by t) >= q, (states,), years; infinite where that never happens.

        Relative accuracy 1e-6.

        Raises:
            ComputationError: the probability stays near q for so long that rounding decides, or the chain is too large.
        """
        if not 0 < q < 1:
            raise OptionError.of(f"quantile {q}", "a number between 0 and 1")
        mask = self.mask(target)
        out = np.where(mask, 0.0, np.inf)
        wanted = ~mask & (self.ever_reach(mask) > q * (1 + 1e-12))
        if wanted.any():
            out[wanted] = quantiles(self.outside(mask), wanted[~mask], q)[wanted[~mask]]
        return out

    # ---- linear ----------------------------------------------------------------------------------------------------

    def discounted(self, flow: np.ndarray, rate: float) -> np.ndarray:
        """E of the integral of e^(-rate t) flow(x_t) dt from every state, in the shape of `flow`.

        Args:
            flow: (..., states), units per year.
            rate: discount rate, 1/year, positive.
        """
        flow = np.asarray(flow, dtype=float)
        if not 0 < rate < np.inf:
            raise OptionError.of(f"discount rate {rate}", "a positive rate")
        if flow.shape[-1:] != (self.n_states,) or not np.isfinite(flow).all():
            raise OptionError.of(f"flow has shape {flow.shape}", f"finite numbers of shape (..., {self.n_states})")
        right = np.ascontiguousarray(flow.reshape(-1, self.n_states).T)
        return solve_within(self.jumps, np.full(self.n_states, float(rate)), right).T.reshape(flow.shape)

    def ever_reach(self, target: np.ndarray) -> np.ndarray:
        """P(the target is ever reached), (states,)."""
        mask = self.mask(target)
        sure = self._surely(mask)
        out = np.where(mask | sure, 1.0, 0.0)
        open_ = can_reach(self.jumps, mask) & ~mask & ~sure
        if open_.any():
            into_target = np.asarray(self.jumps[open_][:, mask | sure].sum(axis=1)).ravel()
            lost = np.asarray(self.jumps[open_][:, ~(open_ | mask | sure)].sum(axis=1)).ravel()
            out[open_] = solve_within(self.jumps[open_][:, open_], into_target + lost, into_target[:, None])[:, 0]
        return out

    def hitting_time(self, target: np.ndarray) -> np.ndarray:
        """E time to reach the target, (states,), years; infinite where reaching it is not sure.

        Relative error below 1e-9, by a bound that is checked.

        Raises:
            ComputationError: the chain is too large and too nearly decomposable for that accuracy.
        """
        mask = self.mask(target)
        sure = self._surely(mask) & ~mask
        out = np.where(mask, 0.0, np.inf)
        if sure.any():
            into = np.asarray(self.jumps[sure][:, mask].sum(axis=1)).ravel()
            out[sure] = solve_within(self.jumps[sure][:, sure], into, np.ones((int(sure.sum()), 1)))[:, 0]
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
        horizon = float(years(horizon)[0])
        times, states, now, x = [0.0], [self.state(x0)], 0.0, int(x0)
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

    # ---- arguments -------------------------------------------------------------------------------------------------

    def mask(self, target: np.ndarray) -> np.ndarray:
        """A target as a mask (states,) of bool."""
        target = np.asarray(target)
        if target.dtype == bool:
            if target.shape != (self.n_states,):
                raise OptionError.of(f"target mask has shape {target.shape}", f"({self.n_states},)")
            return target
        if target.size and target.dtype.kind not in "iu":
            raise OptionError.of(f"target is an array of {target.dtype}", "a mask of bool, or whole numbers of states")
        states = target.ravel().astype(int)
        if states.size and not (states.min() >= 0 and states.max() < self.n_states):
            outside = states[(states < 0) | (states >= self.n_states)][0]
            raise OptionError.of(f"target names state {outside}", f"states from 0 to {self.n_states - 1}")
        if len(np.unique(states)) < len(states):
            raise OptionError.of("target names a state twice", "each once", "a mask must be of bool, not of 0 and 1")
        mask = np.zeros(self.n_states, bool)
        mask[states] = True
        return mask

    def state(self, x: int) -> int:
        """A state number of this chain."""
        if isinstance(x, bool | np.bool_) or not isinstance(x, int | np.integer) or not 0 <= x < self.n_states:
            raise OptionError.of(f"state {x!r}", f"a whole number from 0 to {self.n_states - 1}")
        return int(x)

    def initial(self, initial: int | np.ndarray) -> np.ndarray:
        """A distribution (states,): as given, or all on one state."""
        if np.ndim(initial) == 0:
            start = np.zeros(self.n_states)
            start[self.state(initial)] = 1.0  # pyright: ignore[reportArgumentType]
            return start
        start = np.asarray(initial, dtype=float)
        if start.shape != (self.n_states,):
            raise OptionError.of(f"initial has shape {start.shape}", f"a state or ({self.n_states},)")
        if not ((start >= 0).all() and abs(start.sum() - 1.0) <= SUMS_TO_ONE):
            what = f"initial sums to {start.sum():.6g} with a smallest entry of {start.min():.6g}"
            raise OptionError.of(what, "a distribution: numbers of at least 0 that sum to 1")
        return start

    def outside(self, mask: np.ndarray) -> Outside:
        """The uniformised steps outside a target mask; any rate will do where no state is ever left."""
        rest = ~mask
        rate = float(self.exit[rest].max(initial=0.0)) or 1.0
        inside = self.jumps[rest][:, rest]
        move = sp.csr_array(inside / rate + sp.diags_array((rate - self.exit[rest]) / rate))
        return Outside(move, self._into(mask), rate)

    def _into(self, mask: np.ndarray) -> np.ndarray:
        return np.asarray(self.jumps[~mask][:, mask].sum(axis=1)).ravel()

    def _rate_into(self, name: str, cause: object, mask: np.ndarray) -> np.ndarray:
        k = self.n_states
        matrix = cause if sp.issparse(cause) else np.asarray(cause, dtype=float)  # pyright: ignore[reportArgumentType]
        shape, rate = tuple(matrix.shape), np.array([np.nan])  # pyright: ignore[reportAttributeAccessIssue]
        if shape == (k,):
            rate = np.asarray(matrix)[~mask]
        elif shape == (k, k):
            rate = np.asarray(sp.csr_array(matrix)[~mask][:, mask].sum(axis=1)).ravel()  # pyright: ignore
        if not ((rate >= 0) & (rate < np.inf)).all():
            raise OptionError.of(
                f"the rates of cause '{name}' have shape {shape}", f"rates of at least 0 of shape ({k}, {k}) or ({k},)"
            )
        return rate

    def _surely(self, mask: np.ndarray) -> np.ndarray:
        """States from which the target is reached with probability 1 (the target included)."""
        stopped = sp.csr_array(sp.diags_array((~mask).astype(float)) @ self.jumps)
        stopped.eliminate_zeros()
        lost = ~can_reach(stopped, mask)
        return ~can_reach(stopped, lost)


def years(times) -> np.ndarray:
    """Times as an array (times,), finite and at least 0."""
    times = np.atleast_1d(np.asarray(times, dtype=float))
    if times.ndim != 1 or not (np.isfinite(times).all() and (times >= 0).all()):
        raise OptionError.of("a time is negative or not finite", "years of at least 0")
    return times
