"""Discounted values of a fixed policy: (rho_i - G) W_i = flow_i for all players at once.

The matrix is a strictly diagonally dominant M-matrix. Jacobi-preconditioned BiCGSTAB works on all players together
(their columns are independent); where it does not reach the tolerance, a sparse LU factorisation without pivoting
(which such a matrix does not need) gives the answer, one factorisation for each distinct discount rate. Up to `DENSE`
states a dense solve is quicker than either.

Source: van der Vorst 1992, SIAM J. Sci. Stat. Comput. 13; Saad, Iterative Methods for Sparse Linear Systems, 7.4.
"""

import numpy as np
import scipy.sparse as sp

from detente.chain.factorisation import factor
from detente.errors import ComputationError

DENSE = 100  # states
ITERATIONS = 400  # of BiCGSTAB before the direct solve, which costs about as many, takes over


class Factored:
    """LU factors of rho - G for each distinct discount rate."""

    def __init__(self, generator: sp.csr_array, rho: np.ndarray) -> None:
        self.rho = rho
        self.groups = [(rate, np.nonzero(rho == rate)[0]) for rate in np.unique(rho)]
        identity = sp.eye_array(len(generator.indptr) - 1, format="csr")
        self.factors = [factor(rate * identity - generator) for rate, _ in self.groups]

    def solve(self, right: np.ndarray, transposed: bool = False) -> np.ndarray:
        """Solve for every player's right-hand side (players, states)."""
        out = np.empty(right.shape)
        for (_, members), lu in zip(self.groups, self.factors):
            out[members] = lu.solve(np.ascontiguousarray(right[members].T), trans="T" if transposed else "N").T
        return out


def evaluate(
    generator: sp.csr_array,
    rho: np.ndarray,
    flow: np.ndarray,
    start: np.ndarray,
    *,
    tol: float | np.ndarray,
) -> np.ndarray:
    """Values (players, states) of the policy behind `generator`, with residual below `tol` (utility).

    Args:
        generator: (states, states), 1/year.
        rho: (players,), 1/year.
        flow: (players, states), utility/year.
        start: (players, states), first guess.
        tol: largest allowed residual divided by rho + exit rate, utility; one for all, or (players,).
    """
    if len(generator.indptr) - 1 <= DENSE:
        return _dense(generator, rho, flow, start)
    solution = _bicgstab(generator, rho, flow, start, tol)
    return Factored(generator, rho).solve(flow) if solution is None else solution


def _dense(generator: sp.csr_array, rho: np.ndarray, flow: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The values by one correction of `start`, as exact as float64 allows: a dense solve for each discount rate."""
    dense, out = generator.toarray(), np.empty(flow.shape)
    diagonal = np.arange(len(dense))
    for rate in np.unique(rho):
        members = rho == rate
        matrix = -dense
        matrix[diagonal, diagonal] += rate
        left = flow[members].T - matrix @ start[members].T
        try:
            out[members] = start[members] + np.linalg.solve(matrix, left).T
        except np.linalg.LinAlgError:
            raise ComputationError(f"rho - G is singular in float64 at a discount rate of {rate:.3g}") from None
    return out


def _bicgstab(
    g: sp.csr_array, rho: np.ndarray, flow: np.ndarray, start: np.ndarray, tol: float | np.ndarray
) -> np.ndarray | None:
    """The values, or None where `ITERATIONS` do not give them."""
    diagonal = rho[None, :] - g.diagonal()[:, None]  # (K, N)
    apply = lambda v: (rho * v - g @ v) / diagonal  # noqa: E731
    x = start.T.copy()
    r = flow.T / diagonal - apply(x)
    shadow, p, alpha, omega, rho_old = r.copy(), np.zeros_like(r), 1.0, 1.0, np.ones(r.shape[1])
    v = np.zeros_like(r)
    for _ in range(ITERATIONS):
        if (np.abs(r) <= tol).all():
            return x.T.copy()
        rho_new = np.einsum("kn,kn->n", shadow, r)
        denominator = rho_old * omega
        beta = np.divide(rho_new * alpha, denominator, out=np.zeros_like(rho_new), where=denominator != 0)
        p = r + beta * (p - omega * v)
        v = apply(p)
        down = np.einsum("kn,kn->n", shadow, v)
        alpha = np.divide(rho_new, down, out=np.zeros_like(down), where=down != 0)
        s = r - alpha * v
        t = apply(s)
        square = np.einsum("kn,kn->n", t, t)
        omega = np.divide(np.einsum("kn,kn->n", t, s), square, out=np.zeros_like(square), where=square != 0)
        x += alpha * p + omega * s
        r = s - omega * t
        rho_old = rho_new
        if not np.isfinite(r).all():
            return None
    return None
