"""P(a set of states is reached by t) from one state, fast enough to follow a slider.

The forward equation p' = A p, restricted to the states outside the set, is projected on the rational Krylov space of
(I - g A)^-1: one sparse factorisation and some thirty solves give all times at once, however fast the chain jumps. The
space grows until two sizes agree to `TOL`; where they do not, the curve comes from `Chain.reach_probability`.

Source: Moret & Novati 2004, BIT 44 (restricted-denominator rational approximation); van den Eshof & Hochbruck 2006,
SIAM J. Sci. Comput. 27 (preconditioned Lanczos and Arnoldi for the exponential).
"""

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from detente.chain import Chain

SHIFT = 1.0  # years
SIZES = (18, 26, 40, 60)
TOL = 1e-7


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
    forward = sp.csc_array(generator[rest][:, rest].T)
    origin = int(np.searchsorted(rest, start))
    found = _projected(forward, origin, times)
    if found is None:
        found = Chain(generator).reach_probability(target, times)[:, start]
    return np.clip(found, 0.0, 1.0)


def _projected(forward: sp.csc_array, origin: int, times: np.ndarray) -> np.ndarray | None:
    n = forward.shape[0]
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
