"""The non-dominated set, and chance constraints over common draws.

A point is dominated if another is at least as good in every objective and better in one. With margins m (draws,
constraints), a point holds in a draw when no margin is negative, and is feasible when it holds in a share q of the
draws; the level that a quantity reaches in a share q of the draws is its lower (1 - q) quantile, without
interpolation, so that "level >= 0" and "the share of draws with a value of at least 0 is at least q" are one statement.
"""

import math

import numpy as np


def nondominated(points: np.ndarray, tol: float = 0.0) -> np.ndarray:
    """Mask (points,) of those that no other point dominates; larger is better in every column.

    Args:
        points: (points, objectives).
        tol: how much better, in some objective, a dominating point must be.

    Points that are equal do not dominate each other.
    """
    values = np.asarray(points, float)
    if values.ndim != 2:
        raise ValueError(f"points have shape {values.shape}, expected (points, objectives)")
    keep = np.ones(len(values), bool)
    for n, point in enumerate(values):
        as_good = (values >= point).all(axis=1)
        better = (values > point + tol).any(axis=1)
        keep[n] = not (as_good & better).any()
    return keep


def draws_needed(draws: int, share: float) -> int:
    """The least number of draws that is a share of at least `share` of them."""
    return max(0, min(draws, math.ceil(share * draws - 1e-9)))


def level(values: np.ndarray, share: float) -> float:
    """The largest number that a share of at least `share` of the values reaches; -inf for no values.

    Args:
        values: (draws,); NaN reaches nothing.
        share: in 0..1.
    """
    known = np.asarray(values, float)
    ordered = np.sort(np.where(np.isnan(known), -np.inf, known))[::-1]
    if not len(ordered):
        return -math.inf
    return float(ordered[max(1, draws_needed(len(ordered), share)) - 1])


def holds(margins: np.ndarray) -> np.ndarray:
    """Mask (draws,) of the draws in which every constraint has a margin of at least 0; margins (draws, constraints)."""
    return np.all(np.asarray(margins, float) >= 0, axis=1)


def cannot_hold(margins: np.ndarray, draws: int, share: float) -> bool:
    """Whether the draws seen so far already rule out that a share of all `draws` holds; margins (seen, constraints)."""
    failed = int((~holds(margins)).sum())
    return failed > draws - draws_needed(draws, share)
