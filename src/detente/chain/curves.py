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

from detente.chain.chain import Chain
from detente.chain.factorisation import factor
from detente.chain.hitting import Outside
from detente.chain.uniform import mixtures_of

LONGEST_SWEEP = 1200.0  # rate * time up to which uniformisation is the cheaper way
SHIFT = 1.0  # g of the resolvent, years: of the size of the times of a curve
SIZES = (18, 26, 40, 60)  # of the space, at which two results are compared
TOL = 1e-6  # of a probability: a hundredth of a pixel
NOTHING = 1e-14  # probability below which all is absorbed
INVARIANT = 1e-13  # length of a new direction below which the space holds everything


def quick_reach_curve(chain: Chain, target: np.ndarray, times: np.ndarray, start: int) -> np.ndarray:
    """P(target is reached by t) from a state, (times,), to 1e-6; times in years, evenly spaced from 0."""
    mask = chain.mask(target)
    if mask[chain.state(start)]:
        return np.ones(len(times))
    outside, origin = chain.outside(mask), int(np.count_nonzero(~mask[:start]))
    if outside.rate * times[-1] <= LONGEST_SWEEP:
        found = _swept(outside, origin, times)
    else:
        found = _projected(outside, origin, times)
    return np.clip(chain.reach_curve(mask, times, start) if found is None else found, 0.0, 1.0)


def _swept(outside: Outside, origin: int, times: np.ndarray) -> np.ndarray:
    begin = np.zeros(outside.size)
    begin[origin] = 1.0
    left = mixtures_of(
        lambda v: outside.backward @ v, begin, outside.rate * times, lambda v: float(v.sum()), nothing=NOTHING
    )
    return 1.0 - left


def _projected(outside: Outside, origin: int, times: np.ndarray) -> np.ndarray | None:
    n = outside.size
    shift = SHIFT * outside.rate
    lu = factor((1.0 + shift) * sp.eye_array(n) - shift * outside.backward)
    largest = min(SIZES[-1], n)
    basis, inner = np.zeros((largest + 1, n)), np.zeros((largest + 1, largest))
    basis[0, origin] = 1.0
    before = None
    for j in range(largest):
        w = lu.solve(basis[j])
        for _ in range(2):  # Gram-Schmidt, twice, to stay orthogonal in floating point
            part = basis[: j + 1] @ w
            w = w - part @ basis[: j + 1]
            inner[: j + 1, j] += part
        inner[j + 1, j] = np.linalg.norm(w)
        whole = inner[j + 1, j] < INVARIANT
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
