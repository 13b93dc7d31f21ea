"""Derivatives of a chain's answers with respect to its rates: reverse mode, exact for the uniformised sums.

For A = e_x' sum_n c_n P^n v with P = I + Q / L, one forward and one backward pass give dA/dQ(x, y) at any list of
places (`detente.chain.uniform.paired`). Rows of the target are zero (it absorbs). Every function returns the answer
from state x0 and its derivatives, (places,), and raises `ComputationError` where rate * time is too large.
"""

import numpy as np
import scipy.sparse as sp

from detente.chain.chain import Chain, years
from detente.chain.factorisation import factor
from detente.chain.uniform import Series, paired, poisson_weights
from detente.errors import ComputationError, OptionError

LONGEST = 300_000  # steps (rate * time) of a pass: some ten seconds
Places = tuple[np.ndarray, np.ndarray]  # rows and columns of generator entries
Derivative = tuple[float, np.ndarray]


def reach_sensitivity(
    chain: Chain, target: np.ndarray, time: float, x0: int | np.ndarray, places: Places
) -> Derivative:
    """P(target reached within `time` years) from a state, or from a distribution (states,) that is held."""
    mask = chain.mask(target)
    rate, weights = chain.outside(mask).rate, _weights(chain, mask, time)
    return _swept(chain, mask, weights.from_zero(), mask.astype(float), x0=x0, places=places, rate=rate)


def restricted_mean_sensitivity(
    chain: Chain, target: np.ndarray, horizon: float, x0: int, places: Places
) -> Derivative:
    """E min(time to reach the target, horizon), years; derivatives in years^2."""
    mask = chain.mask(target)
    rate, weights = chain.outside(mask).rate, _weights(chain, mask, horizon)
    spent = weights.beyond().from_zero() / rate
    return _swept(chain, mask, spent, (~mask).astype(float), x0=x0, places=places, rate=rate)


def discounted_sensitivity(chain: Chain, flow: np.ndarray, rate: float, x0: int, places: Places) -> Derivative:
    """Expected flow (states,), units per year, discounted at `rate`, 1/year."""
    lu = factor(rate * sp.eye_array(chain.n_states) - chain.generator)
    start = np.zeros(chain.n_states)
    start[chain.state(x0)] = 1.0
    worth, occupied = lu.solve(np.asarray(flow, dtype=float)), lu.solve(start, trans="T")
    return float(worth[x0]), occupied[places[0]] * worth[places[1]]


def _weights(chain: Chain, mask: np.ndarray, time: float) -> Series:
    times = years(time)
    if len(times) != 1:
        raise OptionError.of(f"{len(times)} times", "one")
    mean = chain.outside(mask).rate * float(times[0])
    if mean > LONGEST:
        raise ComputationError(f"rate * time is {mean:.1e}: too far for a derivative; hint: a shorter horizon")
    return poisson_weights(mean)


def _swept(
    chain: Chain,
    mask: np.ndarray,
    coefficients: np.ndarray,
    v: np.ndarray,
    *,
    x0: int | np.ndarray,
    places: Places,
    rate: float,
) -> Derivative:
    stay = np.where(mask, 1.0, (rate - chain.exit) / rate)
    move = sp.csr_array(sp.diags_array(np.where(mask, 0.0, 1.0 / rate)) @ chain.jumps + sp.diags_array(stay))
    forward = sp.csr_array(move.T)
    start = chain.initial(x0)
    rows, columns = places
    out = np.zeros(len(rows))

    def visit(p: np.ndarray, u: np.ndarray) -> None:
        nonlocal out
        out += p[rows] * u[columns]

    total, _ = paired(lambda p: forward @ p, lambda u: move @ u, (start, v), coefficients, visit)
    return total, np.where(mask[rows], 0.0, out / rate)
