"""Would the players find it? The dominant eigenvalue of the best-response map at an equilibrium.

The map sends values to the values of the best responses to the strategies that follow from them; its derivative is
B = A^-1 C (solve/system.py). Below modulus 1, play that adjusts by best responses returns after a small push.
"""

import numpy as np
import scipy.sparse.linalg as sl

from detente.solver.system import System

DENSE = 400


def dominant_eigenvalue(system: System, values: np.ndarray) -> complex:
    """The eigenvalue of largest modulus of the best-response map's derivative at an equilibrium."""
    line = system.linearize(values)
    size = values.size

    def product(v: np.ndarray) -> np.ndarray:
        return line.respond(v.reshape(values.shape)).ravel()

    start = np.random.default_rng(0).normal(size=size)
    if np.abs(product(start)).max() < 1e-14:
        return 0.0j
    if size <= DENSE:
        eigenvalues = np.linalg.eigvals(np.array([product(e) for e in np.eye(size)]).T)
        return complex(eigenvalues[np.argmax(np.abs(eigenvalues))])
    matrix = sl.LinearOperator((size, size), matvec=product, dtype=float)
    found = sl.eigs(matrix, k=1, which="LM", v0=start, ncv=24, tol=1e-6, maxiter=2000, return_eigenvectors=False)
    return complex(found[0])
