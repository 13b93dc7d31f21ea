"""The spread of a number over draws: three numbers that never claim more than the draws can show."""

from collections.abc import Sequence

import numpy as np

FEW = 20  # draws; with fewer, a 5th percentile would lie below the second smallest and be no percentile at all


def spread(values: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    """Low, middle and high of the finite values: 5th, 50th and 95th percentile, or the ends where there are few.

    Args:
        values: (draws,); what is not finite is left out.

    Returns:
        (low, mid, high), each NaN where no value is finite.
    """
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    if not known.size:
        return np.nan, np.nan, np.nan
    at = (5, 50, 95) if known.size >= FEW else (0, 50, 100)
    low, mid, high = (float(v) for v in np.percentile(known, at))
    return low, mid, high


def ends_in_words(draws: int) -> str:
    """What low and high are: "5th and 95th percentile" or "smallest and largest of 4 draws"."""
    return "5th and 95th percentile" if draws >= FEW else f"smallest and largest of {draws} draws"
