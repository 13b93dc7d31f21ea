"""Logit choice, the one home: probabilities and the log of the sum of weights, without overflow."""

import numpy as np


def logit(exponent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares (actions, ...) and the log of the sum of exp, (...), over the first axis; -inf: not available."""
    top = exponent.max(axis=0)
    weight = np.exp(exponent - top)
    total = weight.sum(axis=0)
    return weight / total, top + np.log(total)


def logit_beside_waiting(
    exponent: np.ndarray, starts: np.ndarray, segment: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same for moves in segments, each with one more option (waiting) of exponent 0.

    Args:
        exponent: (moves,).
        starts: (segments,) first move of each segment.
        segment: (moves,) segment of each move.

    Returns:
        Shares of the moves (moves,), and log(1 + sum of exp) per segment, with small values to full precision.
    """
    top = np.maximum(np.maximum.reduceat(exponent, starts), 0.0)
    weight = np.exp(exponent - top[segment])
    total = np.add.reduceat(weight, starts)
    waiting = np.exp(-top)
    log_sum = np.where(top > 0, top + np.log(total + waiting), np.log1p(total))
    return weight / (total + waiting)[segment], log_sum
