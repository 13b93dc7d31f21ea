"""Derivatives of a chain's answers with respect to its rates: reverse mode, exact for the uniformised sums.

For A = e_x' sum_n c_n P^n v with P = I + Q / L,

    dA = sum_k (e_x' P^k) dP u_k,   u_k = sum_{n>k} c_n P^(n-1-k) v,   u_{k-1} = c_k v + P u_k,

so one forward and one backward pass give dA/dQ(x, y) at any list of places. Rows of the target are zero (it absorbs).
"""

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from detente.chain.model import Chain
from detente.chain.uniform import poisson_weights
from detente.errors import ComputationError

LONGEST = 300_000


def reach_sensitivity(
    chain: Chain, target: np.ndarray, time: float, x0: int | np.ndarray, places: tuple[np.ndarray, np.ndarray]
) -> tuple[float, np.ndarray]:
    """P(target reached by `time` from x0) and its derivative by Q(x, y) at places (rows, columns).

    x0 is a state, or a distribution (states,), which is held.
    """
    rate = float(chain.exit[~target].max(initial=0.0)) or 1.0
    w = poisson_weights(rate * time)
    coefficients = np.concatenate([np.zeros(w.first), w.values])
    return _sweep(chain, target, target.astype(float), coefficients, x0=x0, places=places)


def restricted_mean_sensitivity(
    chain: Chain, target: np.ndarray, horizon: float, x0: int, places: tuple[np.ndarray, np.ndarray]
) -> tuple[float, np.ndarray]:
    """E min(time to reach the target, horizon) from x0 and its derivative by Q(x, y) at places (rows, columns)."""
    rate = float(chain.exit[~target].max(initial=0.0)) or 1.0
    w = poisson_weights(rate * horizon)
    over = np.append(np.cumsum(w.values[::-1])[::-1][1:], 0.0)
    coefficients = np.concatenate([np.ones(w.first), over]) / rate
    return _sweep(chain, target, (~target).astype(float), coefficients, x0=x0, places=places)


def discounted_sensitivity(
    chain: Chain, flow: np.ndarray, rate: float, x0: int, places: tuple[np.ndarray, np.ndarray]
) -> tuple[float, np.ndarray]:
    """Expected discounted flow from x0 and its derivative by Q(x, y) at places (rows, columns)."""
    matrix = sp.csc_array(rate * sp.eye_array(chain.n_states) - chain.generator)
    factor = sl.splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    start = np.zeros(chain.n_states)
    start[x0] = 1.0
    worth, occupied = factor.solve(np.asarray(flow, dtype=float)), factor.solve(start, trans="T")
    return float(worth[x0]), occupied[places[0]] * worth[places[1]]


def _sweep(
    chain: Chain, target: np.ndarray, v: np.ndarray, c: np.ndarray, *, x0: int | np.ndarray, places
) -> tuple[float, np.ndarray]:
    last = len(c) - 1
    if last > LONGEST:
        raise ComputationError(f"rate * time is {last:.1e}: too far for a derivative; hint: a shorter horizon")
    rate = float(chain.exit[~target].max(initial=0.0)) or 1.0
    stay = np.where(target, 1.0, (rate - chain.exit) / rate)
    move = sp.csr_array(sp.diags_array(np.where(target, 0.0, 1.0 / rate)) @ chain.jumps + sp.diags_array(stay))
    forward = sp.csr_array(move.T)
    block = max(1, int(np.ceil(np.sqrt(last + 1))))
    start = np.zeros(chain.n_states)
    if np.ndim(x0) == 0:
        start[x0] = 1.0
    else:
        start[:] = x0
    checkpoints, pi, total = [], start, 0.0
    for k in range(last + 1):
        if k % block == 0:
            checkpoints.append(pi)
        total += c[k] * (pi @ v)
        pi = forward @ pi
    rows, columns = places
    out, u = np.zeros(len(rows)), np.zeros(chain.n_states)
    for b in range(len(checkpoints) - 1, -1, -1):
        steps = [checkpoints[b]]
        for _ in range(min(block, last + 1 - b * block) - 1):
            steps.append(forward @ steps[-1])
        for k in range(b * block + len(steps) - 1, b * block - 1, -1):
            if k < last:
                u = c[k + 1] * v + move @ u
                out += steps[k - b * block][rows] * u[columns]
    return total, np.where(target[rows], 0.0, out / rate)
