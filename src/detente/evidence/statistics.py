"""Counts, spacings, lags, lengths and shares of what happened between two times; pure functions of times and spells.

Times are years since the start of a path, in order. A spell is a stretch [begin, end) in which a condition holds, cut
to the window [start, end) that is looked at. A statistic that a history does not have (the spacing of one) is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.words.dates import DAYS_PER_YEAR

Spell = tuple[float, float]


@dataclass(frozen=True)
class Window:
    """What is looked at: from `start` to before `end`, years since the start of the path."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """Years."""
        return self.end - self.start

    def times(self, times: Sequence[float] | np.ndarray) -> np.ndarray:
        """Those of some times that lie in it, in order."""
        found = np.sort(np.asarray(times, float))
        return found[(found >= self.start) & (found < self.end)]

    def spells(self, spells: Sequence[Spell]) -> list[Spell]:
        """The spells cut to it."""
        cut = [(max(a, self.start), min(b, self.end)) for a, b in spells]
        return [(a, b) for a, b in cut if b > a]


def days(times: Sequence[float] | np.ndarray) -> np.ndarray:
    """Times put back to the morning of their day, as a record dates them."""
    return np.floor(np.asarray(times, float) * DAYS_PER_YEAR + 1e-6) / DAYS_PER_YEAR


def count(times: np.ndarray) -> float:
    """How many."""
    return float(len(times))


def spacing(times: np.ndarray) -> float | None:
    """Median years between one and the next; None of fewer than two."""
    return float(np.median(np.diff(times))) if len(times) > 1 else None


def first(times: np.ndarray, window: Window) -> float:
    """Years until the first; the length of the window where there is none."""
    return float(times[0] - window.start) if len(times) else window.length


def longest(spells: Sequence[Spell]) -> float:
    """The longest of the spells cut to the window, years; 0 where there is none."""
    return max((b - a for a, b in spells), default=0.0)


def length(spells: Sequence[Spell], window: Window) -> float | None:
    """Mean years of the spells that begin and end inside the window; None where none does."""
    whole = [b - a for a, b in spells if window.start < a and b < window.end]
    return float(np.mean(whole)) if whole else None


def share(spells: Sequence[Spell], window: Window) -> float:
    """Share of the window that the spells fill."""
    return sum(b - a for a, b in spells) / window.length


def lag(begin: np.ndarray, end: np.ndarray) -> float | None:
    """Median years from one to the next of the others before the next one; None where that never comes."""
    found = [wait for wait, _ in _waits(begin, end) if np.isfinite(wait)]
    return float(np.median(found)) if found else None


def answered(begin: np.ndarray, end: np.ndarray, window: Window, within: float | None = None) -> float | None:
    """Share of those that one of the others follows before the next one, within so many years.

    One whose time for an answer is cut short by the end of the window does not count unless it was answered. None where
    none counts.
    """
    limit = np.inf if within is None else within
    said = []
    for (wait, open_for), at in zip(_waits(begin, end), np.unique(begin), strict=True):
        good = bool(np.isfinite(wait)) and wait <= limit
        if good or within is None or min(open_for, within) <= window.end - at:
            said.append(good)
    return float(np.mean(said)) if said else None


def _waits(begin: np.ndarray, end: np.ndarray) -> list[tuple[float, float]]:
    """For each of `begin` (those of one moment count once): years to the next of `end` before its next, and to that."""
    starts = np.unique(begin)
    nexts = np.append(starts[1:], np.inf)[: len(starts)]
    found = []
    for at, following in zip(starts, nexts, strict=True):
        place = int(np.searchsorted(end, at, side="left"))
        comes = place < len(end) and end[place] < following
        found.append((float(end[place] - at) if comes else np.inf, float(following - at)))
    return found
