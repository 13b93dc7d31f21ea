"""A finite continuous-time Markov chain: hitting, transient, discounted, stationary, paths. Knows nothing of games."""

from collections.abc import Mapping

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from detente.chain.uniform import sweep
from detente.errors import OptionError


class Chain:
    """A chain given by its generator (states, states), 1/year; rows sum to zero.

    `target` is a mask (states,) or a list of states; `times` are years.
    """

    def __init__(self, generator: sp.sparray) -> None:
        matrix = sp.csr_array(generator).astype(float)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise OptionError.of(f"generator has shape {matrix.shape}", "(states, states)")
        jumps = sp.coo_array(matrix)
        off = jumps.row != jumps.col
        if (jumps.data[off] < 0).any():
            raise OptionError.of("the generator has a negative rate off its diagonal", "rates of at least 0")
        self.n_states = matrix.shape[0]
        self.jumps = sp.csr_array((jumps.data[off], (jumps.row[off], jumps.col[off])), shape=matrix.shape)
        self.jumps.eliminate_zeros()
        self.exit = np.asarray(self.jumps.sum(axis=1)).ravel()
        self.generator = sp.csr_array(self.jumps - sp.diags_array(self.exit))

    def _mask(self, target: np.ndarray) -> np.ndarray:
        target = np.asarray(target)
        if target.dtype == bool:
            if target.shape != (self.n_states,):
                raise OptionError.of(f"target mask has shape {target.shape}", f"({self.n_states},)")
            return target
        mask = np.zeros(self.n_states, bool)
        mask[target.astype(int)] = True
        return mask

    def _stopped(self, mask: np.ndarray) -> tuple[sp.csr_array, np.ndarray, float]:
        """Uniformised chain among states outside the target, one-step probabilities into it, and the rate."""
        rest = ~mask
        inside = self.jumps[rest][:, rest]
        into = np.asarray(self.jumps[rest][:, mask].sum(axis=1)).ravel()
        rate = float(self.exit[rest].max(initial=0.0)) or 1.0
        move = sp.csr_array(inside / rate + sp.diags_array((rate - self.exit[rest]) / rate))
        return move, into / rate, rate

    def reach_probability(self, target: np.ndarray, times) -> np.ndarray:
        """P(the target is reached by t) from every state, (times, states); small values keep their digits."""
        return self.reach_by_cause(target, {"any": None}, times)["any"]

    def reach_by_cause(self, target: np.ndarray, causes: Mapping[str, object], times) -> dict[str, np.ndarray]:
        """P(the target is reached by t, and by this cause) per cause, (times, states).

        Args:
            target: mask or states.
            causes: name -> rate matrix (states, states) of that cause's jumps, or (states,) its rate into the target,
                or None for all jumps into it. Jumps inside the target or outside it do not count.
            times: years.
        """
        mask = self._mask(target)
        times = np.atleast_1d(np.asarray(times, dtype=float))
        if not (np.isfinite(times).all() and (times >= 0).all()):
            raise OptionError.of("a time is negative or not finite", "years of at least 0")
        move, into, rate = self._stopped(mask)
        columns = []
        for cause in causes.values():
            if cause is None:
                columns.append(into)
            elif sp.issparse(cause) or np.ndim(cause) == 2:
                block = sp.csr_array(cause)[~mask][:, mask]
                columns.append(np.asarray(block.sum(axis=1)).ravel() / rate)
            else:
                columns.append(np.asarray(cause, dtype=float)[~mask] / rate)
        source = np.array(columns).T  # (rest, causes)
        mixed, _ = sweep(lambda v: move @ v + source, np.zeros_like(source), rate * times)
        out = {}
        for c, name in enumerate(causes):
            full = np.zeros((len(times), self.n_states))
            full[:, ~mask] = np.minimum(mixed[:, :, c], 1.0)
            if causes[name] is None:
                full[:, mask] = 1.0
            out[name] = full
        return out

    def restricted_mean_time(self, target: np.ndarray, horizon: float) -> np.ndarray:
        """E min(time to reach the target, horizon) from every state, (states,), years."""
        mask = self._mask(target)
        move, _, rate = self._stopped(mask)
        _, summed = sweep(lambda v: move @ v, np.ones(move.shape[0]), np.array([rate * horizon]), tails=True)
        out = np.zeros(self.n_states)
        out[~mask] = np.minimum(summed[0] / rate, horizon)
        return out

    def transient(self, initial: int | np.ndarray, times) -> np.ndarray:
        """Distribution over states at each time, (times, states)."""
        times = np.atleast_1d(np.asarray(times, dtype=float))
        start = np.zeros(self.n_states)
        if np.ndim(initial) == 0:
            start[int(initial)] = 1.0
        else:
            start = np.asarray(initial, dtype=float)
        rate = float(self.exit.max()) or 1.0
        move = sp.csr_array((self.jumps / rate + sp.diags_array((rate - self.exit) / rate)).T)
        return sweep(lambda v: move @ v, start, rate * times)[0]

    def discounted(self, flow: np.ndarray, rate: float | np.ndarray) -> np.ndarray:
        """E of the integral of e^(-rate t) flow(x_t) dt from every state, shape of `flow` (..., states).

        Args:
            flow: (..., states), units per year.
            rate: discount rate, 1/year, positive (for a mean over an uncertain end: its hazard).
        """
        flow = np.asarray(flow, dtype=float)
        if not rate > 0:
            raise OptionError.of(f"discount rate {rate}", "a positive rate")
        matrix = sp.csc_array(rate * sp.eye_array(self.n_states) - self.generator)
        factor = sl.splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        return factor.solve(np.ascontiguousarray(flow.reshape(-1, self.n_states).T)).T.reshape(flow.shape)
