"""P(a set of states is reached by t) from one state, fast enough to follow a slider.

The forward equation p' = A p is restricted to the states outside the set. Where rate * time is moderate, it is summed
by uniformisation, and only the probability that is left matters at each step. Where the chain jumps fast, it is
projected on the rational Krylov space of (I - g A)^-1: one sparse factorisation and some thirty solves give all times
at once. The space grows until two sizes agree to `TOL`; else the curve comes from `Chain.reach_curve`.

Source: Moret & Novati 2004, BIT 44 (restricted-denominator rational approximation); van den Eshof & Hochbruck 2006,
SIAM J. Sci. Comput. 27 (preconditioned Lanczos and Arnoldi for the exponential).
"""

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from detente.chain import Chain
from detente.chain.uniform import poisson_weights

LONGEST_SWEEP = 1200.0  # rate * time up to which uniformisation is the cheaper way
SHIFT = 1.0  # years
SIZES = (18, 26, 40, 60)
TOL = 1e-6
NOTHING = 1e-14


def reach_curve(generator: sp.csr_array, start: int, target: np.ndarray, times: np.ndarray) -> np.ndarray:
    """P(target is reached by t) from `start`, (times,).

    Args:
        generator: (states, states), 1/year.
        start: the state.
        target: (states,) bool.
        times: evenly spaced from 0, years.
    """
    if target[start]:
        return np.ones(len(times))
    rest = np.flatnonzero(~target)
    inside = generator[rest][:, rest]
    origin = int(np.searchsorted(rest, start))
    rate = float(-inside.diagonal().min(initial=0.0)) or 1.0
    if rate * times[-1] <= LONGEST_SWEEP:
        return np.clip(_swept(inside, rate, origin, times), 0.0, 1.0)
    found = _projected(sp.csc_array(inside.T), origin, times)
    if found is None:
        found = Chain(generator).reach_curve(target, times, start)
    return np.clip(found, 0.0, 1.0)


def _swept(inside: sp.csr_array, rate: float, origin: int, times: np.ndarray) -> np.ndarray:
    n_states = len(inside.indptr) - 1
    move = sp.csr_array((inside / rate + sp.eye_array(n_states)).T)
    weights = [poisson_weights(rate * float(t)) for t in times]
    alive = np.zeros(max(w.last for w in weights) + 1)
    v = np.zeros(n_states)
    v[origin] = 1.0
    for n in range(len(alive)):
        alive[n] = v.sum()
        if alive[n] < NOTHING:  # all is absorbed: the rest stays 0
            break
        v = move @ v
    return np.array([1.0 - w.values @ alive[w.first : w.last + 1] for w in weights])


def _projected(forward: sp.csc_array, origin: int, times: np.ndarray) -> np.ndarray | None:
    n = len(forward.indptr) - 1
    shifted = sp.csc_array(sp.eye_array(n) - SHIFT * forward)
    factor = sl.splu(shifted, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    largest = min(SIZES[-1], n)
    basis, inner = np.zeros((largest + 1, n)), np.zeros((largest + 1, largest))
    basis[0, origin] = 1.0
    before = None
    for j in range(largest):
        w = factor.solve(basis[j])
        for _ in range(2):
            part = basis[: j + 1] @ w
            w = w - part @ basis[: j + 1]
            inner[: j + 1, j] += part
        inner[j + 1, j] = np.linalg.norm(w)
        whole = inner[j + 1, j] < 1e-13  # the space is invariant: nothing is left out
        if not whole:
            basis[j + 1] = w / inner[j + 1, j]
        if whole or j + 1 in SIZES or j + 1 == n:
            now = _evaluated(basis[: j + 1], inner[: j + 1, : j + 1], times)
            if whole or j + 1 == n or (before is not None and np.abs(now - before).max() <= TOL):
                return now if np.isfinite(now).all() else None
            before = now
    return None


def _evaluated(basis: np.ndarray, inner: np.ndarray, times: np.ndarray) -> np.ndarray:
    m = len(inner)
    small = (np.eye(m) - np.linalg.inv(inner)) / SHIFT
    step = la.expm(small * float(times[1] - times[0]))
    alive, inside = basis.sum(axis=1), np.eye(m)[:, 0]
    curve = np.zeros(len(times))
    for n in range(len(times)):
        curve[n] = 1.0 - alive @ inside
        inside = step @ inside
    return curve
