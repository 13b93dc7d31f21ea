"""Quantiles of hitting times for all starting states at once.

F(t) = P(T <= t), F' and F'' are computed on a grid of times that is even in log t; within a cell the quintic Hermite
interpolant is inverted by bisection; the grid is refined until two grids agree.
"""

from typing import TYPE_CHECKING

import numpy as np

from detente.errors import ComputationError

if TYPE_CHECKING:
    from detente.chain.model import Chain

AGREE = 3e-7


def quantiles(chain: "Chain", mask: np.ndarray, q: float) -> np.ndarray:
    """Smallest t with F_x(t) >= q for every state (states,), infinite where F never gets there."""
    out = np.where(mask, 0.0, np.inf)
    ever = chain.ever_reach(mask)
    wanted = ~mask & (ever > q * (1 + 1e-12))
    if not wanted.any():
        return out
    low, high = _bracket(chain, mask, wanted, q)
    last = None
    for cells in (48, 96, 192, 384, 768):
        found = _invert(chain, mask, wanted, q, np.geomspace(low, high, cells + 1))
        if last is not None and (np.abs(found - last) <= AGREE * found).all():
            out[wanted] = found
            return out
        last = found
    raise ComputationError("a quantile of a hitting time did not settle to 1e-6; hint: another quantile")


def _bracket(chain: "Chain", mask: np.ndarray, wanted: np.ndarray, q: float) -> tuple[float, float]:
    """Times between which all wanted quantiles lie."""
    low = -np.log1p(-q) / chain.exit[~mask].max() / 2  # no state can be faster than the fastest exit
    high = 2 * low
    while (chain.reach_probability(mask, high)[0, wanted] < q).any():
        high *= 4.0
    return low, high


def _invert(chain: "Chain", mask: np.ndarray, wanted: np.ndarray, q: float, grid: np.ndarray) -> np.ndarray:
    f = chain.reach_probability(mask, grid)
    slope = (chain.generator @ f.T).T
    slope[:, mask] = 0.0
    curve = (chain.generator @ slope.T).T
    f, slope, curve = f[:, wanted], slope[:, wanted], curve[:, wanted]
    cell = np.clip((f < q).sum(axis=0) - 1, 0, len(grid) - 2)
    at = np.arange(f.shape[1])
    width = grid[cell + 1] - grid[cell]
    ends = [(f[cell + e, at] - q, width * slope[cell + e, at], width**2 * curve[cell + e, at]) for e in (0, 1)]
    left, right = np.zeros(len(at)), np.ones(len(at))
    for _ in range(60):
        middle = (left + right) / 2
        below = _quintic(middle, *ends) < 0
        left, right = np.where(below, middle, left), np.where(below, right, middle)
    return grid[cell] + width * (left + right) / 2


def _quintic(s: np.ndarray, start: tuple, end: tuple) -> np.ndarray:
    """Hermite interpolant on [0, 1] with value, first and second derivative at both ends."""
    (f0, d0, c0), (f1, d1, c1) = start, end
    a3 = 10 * (f1 - f0) - 6 * d0 - 4 * d1 - 1.5 * c0 + 0.5 * c1
    a4 = -15 * (f1 - f0) + 8 * d0 + 7 * d1 + 1.5 * c0 - c1
    a5 = 6 * (f1 - f0) - 3 * d0 - 3 * d1 - 0.5 * c0 + 0.5 * c1
    return f0 + s * (d0 + s * (c0 / 2 + s * (a3 + s * (a4 + s * a5))))
