"""Scores of probability forecasts, with intervals from a bootstrap over conflicts.

Brier score: mean (p - y)^2. Log score: mean -[y log p + (1 - y) log(1 - p)], p kept within [.001, .999]. Calibration:
the intercept and slope of a logistic regression of y on logit p; slope 1 and intercept 0 are perfect, a slope below 1
says that the forecasts are too extreme. Episodes of one conflict are not independent, so whole conflicts are
resampled.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from detente.errors import check_number

CLIP = 1e-3  # probabilities are kept this far from 0 and 1 in log scores: one sure miss must not decide a comparison
FLAT = 0.02  # standard deviation of forecasts below which no slope can be told


@dataclass(frozen=True)
class ScoreInterval:
    """A score with its 90 % interval."""

    low: float
    mid: float
    high: float


def brier(p: np.ndarray, y: np.ndarray) -> float:
    """Mean squared error of probabilities; both (rows,)."""
    return float(np.mean((p - y) ** 2))


def log_score(p: np.ndarray, y: np.ndarray) -> float:
    """Mean negative log likelihood; both (rows,), probabilities kept within [.001, .999]."""
    q = np.clip(p, CLIP, 1 - CLIP)
    return float(-np.mean(y * np.log(q) + (1 - y) * np.log1p(-q)))


def calibration(p: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Intercept and slope of y on logit p by maximum likelihood; (nan, nan) where p hardly varies or y does not."""
    q = np.clip(p, CLIP, 1 - CLIP)
    x = np.log(q / (1 - q))
    if np.std(p) < FLAT or np.ptp(y) == 0:
        return float("nan"), float("nan")
    design = np.column_stack([np.ones_like(x), x])
    beta = np.zeros(2)
    for _ in range(50):
        mean = 1 / (1 + np.exp(-np.clip(design @ beta, -35, 35)))
        weight = np.maximum(mean * (1 - mean), 1e-12)
        step = np.linalg.solve((design * weight[:, None]).T @ design, design.T @ (y - mean))
        size = float(np.abs(step).max())
        beta = beta + step * min(1.0, 5.0 / max(size, 1e-300))
        if size < 1e-10:
            break
    return float(beta[0]), float(beta[1])


def resamples(groups: Sequence[str], replicates: int, seed: int) -> list[np.ndarray]:
    """Row positions of bootstrap samples that draw whole groups with replacement."""
    check_number("replicates", replicates, 1, whole=True)
    labels, index = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    members = [np.flatnonzero(index == g) for g in range(labels.size)]
    rng = np.random.default_rng(seed)
    return [
        np.concatenate([members[g] for g in rng.integers(labels.size, size=labels.size)]) for _ in range(replicates)
    ]


def intervals(
    statistics: Callable[[np.ndarray], Sequence[float]], groups: Sequence[str], replicates: int = 1000, seed: int = 0
) -> tuple[ScoreInterval, ...]:
    """Statistics of row positions, each with the 5th and 95th percentile over resampled groups.

    Args:
        statistics: maps row positions to numbers, always the same many; nan where one is not defined.
        groups: group of each row, e.g. the conflict.
        replicates: bootstrap samples.
        seed: of the resampling.
    """
    mids = statistics(np.arange(len(groups)))
    draws = np.array([statistics(rows) for rows in resamples(groups, replicates, seed)])
    found = []
    for mid, values in zip(mids, draws.T):
        defined = values[np.isfinite(values)]
        low, high = np.percentile(defined, [5, 95]) if defined.size and np.isfinite(mid) else (np.nan, np.nan)
        found.append(ScoreInterval(float(low), float(mid), float(high)))
    return tuple(found)
