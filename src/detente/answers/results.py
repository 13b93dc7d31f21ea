"""All draws of one job: numbers and curves with a row per draw. What a draw lacks is missing, never 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.answers.chances import HORIZON, YEARS
from detente.answers.names import Curve, NumberSpec
from detente.run import Cell
from detente.words.dates import DAYS_PER_YEAR

RANGE_DRAWS = 8  # draws from which a range from the 5th to the 95th percentile is printed; of fewer, these two are
# hardly more than the smallest and the largest, and say so

CERTIFIED = 1e-11  # largest error of a certified solve, relative to the scale of its values (`detente.solver.solve`)
AMPLIFIED = 1e4  # how much larger an error can get in what follows: a sum over the fastest rate times the slowest time
NOISE = CERTIFIED * AMPLIFIED
SCALES = {  # what NOISE is relative to, by unit: the largest value that such a number takes in practice
    "probability": 1.0,
    "share": 1.0,
    "years": HORIZON,
    "count": float(YEARS),  # one act a year
    "1/year": 1.0,
    "days": DAYS_PER_YEAR,
    "": 1.0,
}
OWN_STAKE = ("value", "value/year", "value*year per unit hazard")  # relative to the actor's largest less smallest value


@dataclass(frozen=True)
class Spread:
    """5th, 50th and 95th percentile of a curve over the draws that have it; of few draws, smallest and largest."""

    low: np.ndarray  # (points,); NaN where no draw has the point
    mid: np.ndarray
    high: np.ndarray
    draws: int

    def cells(self, point: int = 0) -> tuple[Cell, Cell, Cell]:
        """Low, mid and high of a point as cells of a table."""
        low, mid, high = (float(part[point]) for part in (self.low, self.mid, self.high))
        return (None, None, None) if np.isnan(mid) else (low, mid, high)


@dataclass(frozen=True)
class Results:
    """All draws of one job that were kept."""

    numbers: dict[str, np.ndarray]  # id -> (draws,); NaN where the draw lacks it
    curves: dict[Curve, np.ndarray]  # (draws, points); NaN where the draw lacks it
    without_reasons: dict[str, np.ndarray]  # id -> (draws,): the number less what reasons add to it
    parameters: np.ndarray  # (draws, parameters) as drawn
    points: np.ndarray  # (draws, any) what tells one draw from another, see `Drawn`
    branches: tuple[str, ...] = ()  # (draws,) how each draw's equilibrium was reached

    def spread(self, curve: Curve) -> Spread:
        """The spread of a curve over the draws that have it."""
        return spread(self.curves[curve])

    def named(self, name: str) -> tuple[Curve, ...]:
        """The curves of this kind, in the order in which they were found."""
        return tuple(curve for curve in self.curves if curve.name == name)

    def note(self, curves: Sequence[Curve]) -> str:
        """What low and high are in a table that is made from these curves; nothing where they are the usual ones."""
        fewest = min((self.spread(curve).draws for curve in curves), default=0)
        return few_draws(fewest)

    def branch_counts(self, usable: np.ndarray | None = None) -> dict[str, int]:
        """How the draws' equilibria were reached -> in how many; of the usable ones only, where a mask is given."""
        kept = [b for n, b in enumerate(self.branches) if usable is None or usable[n]]
        return {branch: kept.count(branch) for branch in sorted(set(kept))}


def few_draws(draws: int) -> str:
    """That a range is that of the smallest and the largest draw, where there are too few for percentiles."""
    if draws >= RANGE_DRAWS:
        return ""
    return f"Low and high are the smallest and the largest of {draws} draw{'s' * (draws != 1)}."


def spread(values: np.ndarray) -> Spread:
    """The spread of a curve (draws, points) over the draws that have each point."""
    ends = np.full((3, values.shape[1]), np.nan)
    draws = int(np.isfinite(values).any(axis=1).sum())
    steps = [5, 50, 95] if draws >= RANGE_DRAWS else [0, 50, 100]
    has = np.isfinite(values).any(axis=0)
    if has.any():
        ends[:, has] = np.nanpercentile(np.where(np.isfinite(values), values, np.nan)[:, has], steps, axis=0)
    return Spread(ends[0], ends[1], ends[2], draws)


def gather(
    rows: Sequence[Mapping[str, Any]],
    specs: Mapping[str, NumberSpec],
    players: Sequence[str],
    parameters: np.ndarray,
    points: np.ndarray,
) -> Results:
    """Results from what workers sent, a row per draw; differences below a solve's own noise become 0.

    Args:
        rows: as `Job` returns them.
        specs: what the numbers are, by id.
        players: the actors, in the order of each row's `stake`.
        parameters: (draws, parameters) as drawn.
        points: (draws, any) what tells one draw from another, see `Drawn`.
    """
    stakes = np.array([row["stake"] for row in rows])  # (draws, players)
    numbers = {}
    for id in _names(rows, "numbers"):
        values = np.array([row["numbers"].get(id, np.nan) for row in rows], dtype=float)
        spec = specs[id]
        numbers[id] = np.where(np.abs(values) <= noise(spec, stakes, players), 0.0, values) if spec.signed else values
    bare = {
        id: np.array([row["without_reasons"].get(id, np.nan) for row in rows], dtype=float)
        for id in _names(rows, "without_reasons")
    }
    return Results(numbers, _curves(rows), bare, parameters, points, tuple(row["branch"] for row in rows))


def noise(spec: NumberSpec, stakes: np.ndarray, players: Sequence[str]) -> np.ndarray | float:
    """What a signed number may differ from 0 by rounding alone, one per draw (draws,) or one for all."""
    if spec.unit not in OWN_STAKE:
        return NOISE * SCALES[spec.unit]
    actor = spec.key.actor
    return NOISE * (stakes[:, players.index(actor)] if actor in players else stakes.max(axis=1))


def _curves(rows: Sequence[Mapping[str, Any]]) -> dict[Curve, np.ndarray]:
    found: dict[Curve, list[tuple[int, list[float]]]] = {}
    for n, row in enumerate(rows):
        for name, values in row["curves"]:
            found.setdefault(Curve(*name), []).append((n, values))
    curves = {}
    for curve, having in found.items():
        curves[curve] = np.full((len(rows), len(having[0][1])), np.nan)
        for n, values in having:
            curves[curve][n] = values
    return curves


def _names(rows: Sequence[Mapping[str, Any]], kind: str) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row[kind]))
