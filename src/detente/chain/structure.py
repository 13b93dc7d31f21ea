"""Graph questions and subtraction-free elimination.

The GTH algorithm eliminates states one by one with additions, multiplications and divisions of nonnegative numbers
only, so its results are accurate entry by entry however nearly decomposable the chain is.

Source: Grassmann, Taksar & Heyman 1985, Operations Research 33; O'Cinneide 1993, Numer. Math. 65.
"""

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components


def can_reach(jumps: sp.csr_array, target: np.ndarray) -> np.ndarray:
    """Mask of the states from which the target mask can be reached (the target included)."""
    pattern = sp.csr_array((np.ones(jumps.nnz), jumps.indices, jumps.indptr), shape=jumps.shape)
    found = target.copy()
    while True:
        new = found | (pattern @ found.astype(float) > 0)
        if np.array_equal(new, found):
            return found
        found = new


def closed_classes(jumps: sp.csr_array) -> list[np.ndarray]:
    """The recurrent classes: sets of states, each in ascending order, that the chain never leaves once inside."""
    number, label = connected_components(jumps, directed=True, connection="strong")
    rows, cols = jumps.nonzero()
    leaving = np.zeros(number, bool)
    leaving[label[rows[label[rows] != label[cols]]]] = True
    return [np.nonzero(label == c)[0] for c in range(number) if not leaving[c]]


def gth_stationary(rates: np.ndarray) -> np.ndarray:
    """Stationary distribution of an irreducible chain from its off-diagonal rates (dense, states x states)."""
    a = np.array(rates, dtype=float)
    np.fill_diagonal(a, 0.0)
    n = len(a)
    for k in range(n - 1, 0, -1):
        a[:k, k] /= a[k, :k].sum()
        a[:k, :k] += np.outer(a[:k, k], a[k, :k])
    x = np.ones(n)
    for k in range(1, n):
        x[k] = x[:k] @ a[:k, k]
    return x / x.sum()


def gth_solve(rates: np.ndarray, into: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve (exit - rates) h = right for nonnegative `right`, exit = row sums of `rates` plus `into`; no subtraction.

    Args:
        rates: off-diagonal rates among the states (states, states), dense.
        into: rate of leaving the set from each state (states,).
        right: (states, columns), nonnegative.
    """
    a, out, b = np.array(rates, dtype=float), np.array(into, dtype=float), np.array(right, dtype=float)
    np.fill_diagonal(a, 0.0)
    n = len(a)
    pivot = np.empty(n)
    for k in range(n - 1, -1, -1):
        pivot[k] = a[k, :k].sum() + out[k]
        share = a[:k, k] / pivot[k]
        a[:k, :k] += np.outer(share, a[k, :k])
        out[:k] += share * out[k]
        b[:k] += share[:, None] * b[k]
        np.fill_diagonal(a[:k, :k], 0.0)
    h = np.empty_like(b)
    for k in range(n):
        h[k] = (b[k] + a[k, :k] @ h[:k]) / pivot[k]
    return h
