"""Where a branch goes next: the polynomial through the last solutions, the one home of extrapolation.

Source: Fornberg 1988, Mathematics of Computation 51 (weights).
"""

from collections.abc import Sequence

import numpy as np


def weights(x: float, at: Sequence[float]) -> np.ndarray:
    """Weights (points,) of the values at some points in the polynomial through them, evaluated at x."""
    return np.array([np.prod([(x - b) / (a - b) for m, b in enumerate(at) if m != n]) for n, a in enumerate(at)])


def predicted(x: float, at: Sequence[float], values: Sequence[np.ndarray]) -> np.ndarray:
    """The polynomial through values at different points, evaluated at x."""
    return sum(w * v for w, v in zip(weights(x, at), values, strict=True))  # pyright: ignore[reportReturnType]
