"""Would the players find it? The dominant eigenvalue of the best-response map at an equilibrium.

The map sends values to the values of the best responses to the strategies that follow from them; its derivative is
B = (rho - G)^-1 C. Below modulus 1, play that adjusts by best responses returns to the equilibrium after a small push.
"""

import numpy as np
import scipy.sparse.linalg as sl

from detente.solve.linearize import Linearization
from detente.solve.operator import Operator


def spectral_radius(operator: Operator, values: np.ndarray) -> float:
    """Modulus of the dominant eigenvalue of the best-response map's derivative at `values` (players, states)."""
    return abs(dominant_eigenvalue(operator, values))


def dominant_eigenvalue(operator: Operator, values: np.ndarray) -> complex:
    """The eigenvalue of largest modulus of the best-response map's derivative."""
    if operator.shape[0] == 1 and operator.game.shocks != "none":
        return 0.0j
    at = Linearization(operator, values)
    size = values.size

    def product(v: np.ndarray) -> np.ndarray:
        return at.factored.solve(at.cross(v.reshape(operator.shape))).ravel()

    if size <= 400:
        matrix = np.array([product(e) for e in np.eye(size)]).T
        eigenvalues = np.linalg.eigvals(matrix)
        return complex(eigenvalues[np.argmax(np.abs(eigenvalues))])
    matrix = sl.LinearOperator((size, size), matvec=product, dtype=float)
    start = np.random.default_rng(0).normal(size=size)
    found = sl.eigs(matrix, k=1, which="LM", v0=start, ncv=24, tol=1e-6, maxiter=2000, return_eigenvectors=False)
    return complex(found[0])
