"""Anderson mixing, the one home: the next point of a fixed-point iteration from the last points and their steps.

The combination of the last steps that is smallest is taken, at the points combined alike.

Source: Walker & Ni 2011, SIAM J. Numer. Anal. 49.
"""

from collections.abc import Sequence

import numpy as np

SINGULAR = 1e-13  # directions of the Gram matrix below this share of the largest are left out


def mixed(points: Sequence[np.ndarray], steps: Sequence[np.ndarray]) -> np.ndarray:
    """The next point (unknowns,) from the last points, oldest first, and the step that each was given."""
    newest = points[-1] + steps[-1]
    if len(points) == 1:
        return newest
    d_step, d_point = np.diff(np.array(steps), axis=0), np.diff(np.array(points), axis=0)
    weights = np.linalg.lstsq(d_step @ d_step.T, d_step @ steps[-1], rcond=SINGULAR)[0]
    return newest - weights @ (d_point + d_step)
