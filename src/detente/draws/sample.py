"""Points for draws: a scrambled Sobol sequence, attached to parameters by position.

Source: Owen 1998, Journal of Complexity 14 (scrambled nets).
"""

from typing import Any

from detente.errors import OptionError


def uniforms(draws: int, dimensions: int, seed: int) -> Any:
    """Points in (0, 1), shape (draws, dimensions); the first n of a longer set are the set of n.

    Args:
        draws: number of points.
        dimensions: one per parameter, by its position in the case file.
        seed: of the scrambling.

    Raises:
        OptionError: draws below 1.
    """
    import numpy as np
    from scipy.stats import qmc

    if draws < 1:
        raise OptionError.of(f"--draws {draws}", "1 or more")
    if dimensions == 0:
        return np.zeros((draws, 0))
    points = qmc.Sobol(dimensions, scramble=True, seed=np.random.default_rng(seed))  # pyright: ignore[reportCallIssue]
    found = points.random_base2(max(0, (draws - 1).bit_length()))[:draws]
    return np.clip(found, 2.0**-40, 1 - 2.0**-40)
