"""Fair division, as labelled options only: adjusted winner, Nash, egalitarian. None of them is "the" settlement.

*Adjusted winner* (two sides, additive points): each issue goes to the side that gives it more points; the side that is
ahead then hands over issues in the order of its relative advantage, the last of them in part, until both have the same
number of points. The result is efficient, equitable and envy-free, and divides at most one issue.
*Nash* maximises the product of gains, *egalitarian* the smallest gain, over lotteries of the options on the table.

Source: Brams & Taylor 1996, Fair IssueSplit, ch. 4; Nash 1950, Econometrica 18; Kalai 1977, Econometrica 45.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog, minimize

from detente.errors import ComputationError, OptionError


@dataclass(frozen=True)
class IssueSplit:
    """A division of issues between two sides: `first[k]` is the share of issue k that goes to the first."""

    first: np.ndarray  # (issues,) in 0..1
    points: tuple[float, float]  # what each side has, by its own points


def adjusted_winner(first: np.ndarray, second: np.ndarray) -> IssueSplit:
    """Divide issues between two sides by adjusted winner.

    Args:
        first: points that the first side gives to each issue, (issues,); scaled to sum to 100.
        second: the same for the second side.

    Raises:
        OptionError: different lengths, negative points, or a side that gives none.
    """
    a, b = np.asarray(first, float), np.asarray(second, float)
    if a.shape != b.shape or a.ndim != 1:
        raise OptionError.of(f"points have shapes {a.shape} and {b.shape}", "two lists of the same length")
    if (a < 0).any() or (b < 0).any() or not (a.sum() > 0 and b.sum() > 0):
        raise OptionError.of("points that are negative or all zero", "points of at least 0 with a positive sum")
    a, b = 100 * a / a.sum(), 100 * b / b.sum()
    share = np.where(a >= b, 1.0, 0.0)
    ahead_first = share @ a >= (1 - share) @ b
    mine, theirs = (a, b) if ahead_first else (b, a)
    held = share if ahead_first else 1 - share  # what the side ahead holds
    order = [k for k in np.argsort(mine / np.maximum(theirs, 1e-300), kind="stable") if held[k] > 0]
    for k in order:
        lead = held @ mine - (1 - held) @ theirs
        if lead <= 0:
            break
        held[k] -= min(1.0, lead / (mine[k] + theirs[k]))
    share = held if ahead_first else 1 - held
    return IssueSplit(share, (float(share @ a), float((1 - share) @ b)))


def egalitarian(gains: np.ndarray) -> np.ndarray:
    """Weights (options,) of the lottery that maximises the smallest gain.

    Args:
        gains: (sides, options), each side's gain over no agreement, utility.

    Raises:
        OptionError: no options.
    """
    table = _table(gains)
    sides, options = table.shape
    # variables: weights and the smallest gain t; maximise t subject to gains @ w >= t
    result = linprog(
        c=[0.0] * options + [-1.0],
        A_ub=np.hstack([-table, np.ones((sides, 1))]),
        b_ub=np.zeros(sides),
        A_eq=[[1.0] * options + [0.0]],
        b_eq=[1.0],
        bounds=[(0, 1)] * options + [(None, None)],
    )
    if not result.success:
        raise ComputationError(f"the egalitarian split was not found: {result.message}")
    return np.clip(result.x[:options], 0, 1)


def nash(gains: np.ndarray) -> np.ndarray | None:
    """Weights (options,) of the lottery that maximises the product of gains; None where no lottery gives all a gain.

    Optimality is checked: with gains g = G w, every option k has sum_i G_ik / g_i <= the number of sides.

    Args:
        gains: (sides, options), each side's gain over no agreement, utility.

    Raises:
        OptionError: no options.
        ComputationError: the optimum was not reached to 1e-6.
    """
    table = _table(gains)
    sides, options = table.shape
    start = egalitarian(table)
    if (table @ start).min() <= 0:
        return None
    scale = np.abs(table).max(axis=1, keepdims=True)
    unit = table / scale
    start = 0.99 * start + 0.01 / options if (unit @ (0.99 * start + 0.01 / options)).min() > 0 else start
    result = minimize(
        lambda w: -np.log(np.maximum(unit @ w, 1e-12)).sum(),
        start,
        jac=lambda w: -(unit / np.maximum(unit @ w, 1e-12)[:, None]).sum(axis=0),
        bounds=[(0, 1)] * options,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(options)},
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 500},
    )
    weights = np.clip(result.x, 0, None)
    weights /= weights.sum()
    excess = (unit / (unit @ weights)[:, None]).sum(axis=0).max() - sides
    if excess > 1e-6:
        raise ComputationError(f"the Nash split was not found: optimality is missed by {excess:.1e}")
    return weights


def best_pure(gains: np.ndarray) -> dict[str, int]:
    """Which single options the two ideas would pick: {"nash": k, "egalitarian": k}; "nash" only where all gain.

    Args:
        gains: (sides, options), utility.
    """
    table = _table(gains)
    picked = {"egalitarian": int(np.argmax(table.min(axis=0)))}
    good = np.nonzero((table > 0).all(axis=0))[0]
    if len(good):
        picked["nash"] = int(good[np.argmax(np.log(table[:, good]).sum(axis=0))])
    return picked


def _table(gains: np.ndarray) -> np.ndarray:
    table = np.asarray(gains, float)
    if table.ndim != 2 or 0 in table.shape or not np.isfinite(table).all():
        raise OptionError.of(f"gains have shape {table.shape}", "(sides, options) of finite numbers, neither empty")
    return table
