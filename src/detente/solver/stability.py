"""Would the players find it? The dominant eigenvalue of the best-response map at an equilibrium.

The map sends values to the values of the best responses to the strategies that follow from them; its derivative is
B = A^-1 C (solver/system.py). Below modulus 1, play that adjusts by best responses returns after a small push.
"""

import numpy as np
import scipy.sparse.linalg as sl

from detente.errors import ComputationError
from detente.solver.system import System, linear_operator

DENSE = 400  # unknowns up to which all eigenvalues are computed: a third of a second
DIRECTIONS = 24  # kept by the Arnoldi iteration for the one eigenvalue wanted


def dominant_eigenvalue(system: System, values: np.ndarray) -> complex:
    """The eigenvalue of largest modulus of the best-response map's derivative at an equilibrium.

    Raises:
        ComputationError: the iteration for it did not converge.
    """
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
    matrix = linear_operator(size, product)
    settings = {"ncv": DIRECTIONS, "tol": 1e-6, "maxiter": 2000}
    try:
        found = sl.eigs(matrix, k=1, which="LM", v0=start, return_eigenvectors=False, **settings)
    except sl.ArpackError as error:
        raise ComputationError(f"the dominant eigenvalue of the best-response map was not found ({error})") from None
    return complex(found[0])
