"""Linear systems with M-matrices, such as rate - generator: the one home of sparse LU, with a bound on the error.

A diagonally dominant M-matrix needs no pivoting, so that its factors keep the sparsity of a symmetric ordering.
"""

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from detente.chain.structure import gth_solve
from detente.errors import ComputationError

LARGEST_DENSE = 2500  # states up to which dense elimination is used where the sparse one loses accuracy
BOUND = 1e-9  # largest relative error accepted from a linear solve
ROUNDING = 4e-16  # two roundings of float64


def factor(matrix: sp.csr_array | sp.csc_array) -> sl.SuperLU:
    """Sparse LU factors of an M-matrix, without pivoting.

    Raises:
        ComputationError: the matrix is singular, or holds numbers that are not finite.
    """
    try:
        return sl.splu(
            sp.csc_array(matrix), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
    except RuntimeError as error:  # how SuperLU says that a pivot is 0
        raise ComputationError(f"a linear system of shape {matrix.shape} is singular ({error})") from None


def solve_within(inside: sp.csr_array, into: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve (exit - inside) h = right with exit = row sums of `inside` plus `into`, to a relative error of 1e-9.

    Args:
        inside: off-diagonal rates among the states (states, states), 1/year.
        into: rate of leaving the set from each state (states,), 1/year.
        right: (states, columns).

    Raises:
        ComputationError: the chain is too large and too nearly decomposable for that accuracy.
    """
    h = _by_factors(inside, into, right)
    if h is not None:
        return h
    if len(into) > LARGEST_DENSE:
        raise ComputationError(
            f"a linear solve on {len(into)} states lost accuracy (nearly decomposable chain); hint: fewer states"
        )
    dense = inside.toarray()
    positive = gth_solve(dense, into, np.maximum(right, 0.0))
    return positive - gth_solve(dense, into, np.maximum(-right, 0.0)) if (right < 0).any() else positive


def _by_factors(inside: sp.csr_array, into: np.ndarray, right: np.ndarray) -> np.ndarray | None:
    """The solution by sparse LU, None where its error may be above the bound."""
    leave = np.asarray(inside.sum(axis=1)).ravel() + into
    matrix = sp.csc_array(sp.diags_array(leave) - inside)
    try:
        lu = factor(matrix)
    except ComputationError:  # a pivot was lost to rounding: elimination without subtraction does not lose it
        return None
    h = lu.solve(right)
    h += lu.solve(right - matrix @ h)
    # |h - exact| <= max(|residual| / one) * (matrix^-1 one) for any positive `one`: take one = 1
    life = lu.solve(np.ones(len(into)))
    inside_sum = inside @ life
    slip = np.abs(1.0 - (leave * life - inside_sum)) + ROUNDING * (leave * np.abs(life) + np.abs(inside_sum))
    residual = np.abs(right - matrix @ h) + ROUNDING * (leave[:, None] * np.abs(h) + inside @ np.abs(h))
    if not (slip.max(initial=0.0) < 0.1 and np.isfinite(h).all()):
        return None
    size = np.abs(h).max(axis=0, initial=0.0)
    good = 2.0 * residual.max(axis=0) * np.abs(life).max() <= BOUND * np.maximum(size, 1e-300)
    return h if good.all() else None
