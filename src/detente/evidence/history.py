"""The statistics of a case in one history: in the record, where it shows them, and in a path that the model has left.

Acts are counted as the record holds them: marks whose channel is made of nothing but these acts. States are those of
the path itself; of the record only what everything that was coded leaves no doubt about.
"""

import datetime
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from detente.case import Expr
from detente.case.history import Occurrence, Statistic
from detente.evidence import statistics
from detente.evidence.coded import Coded
from detente.evidence.known import Stretch, possible_states, spells_of, truths
from detente.evidence.path import Mark, Path
from detente.evidence.simulate import Trajectory
from detente.evidence.statistics import Spell, Window
from detente.game import StateSpace
from detente.game.states import is_true
from detente.words.dates import DAYS_PER_YEAR


class Unknown(Exception):
    """The record does not show it; the message says why."""


@dataclass(frozen=True)
class Looked:
    """How a coded record is looked at: which channels stand for which acts, in which states conditions hold.

    Attributes:
        coded: the record.
        space: the states.
    """

    coded: Coded
    space: StateSpace

    def window(self, statistic: Statistic) -> Window:
        """The time that a statistic is about, cut to the record.

        Raises:
            Unknown: nothing of it lies in the record.
        """
        begin, end = statistic.start or self.coded.start, statistic.until or self.coded.until
        window = Window(max(self.time(begin), 0.0), min(self.time(end), self.coded.path.horizon))
        if window.length <= 0:
            raise Unknown(
                f"the record that is used, {self.coded.start} to {self.coded.until}, has nothing of this time"
            )
        return window

    def time(self, date: str) -> float:
        """Years from the start of the path to the morning of a day."""
        days = datetime.date.fromisoformat(date) - datetime.date.fromisoformat(self.coded.start)
        return days.days / DAYS_PER_YEAR

    def day(self, time: float) -> str:
        """The day of a time."""
        start = datetime.date.fromisoformat(self.coded.start)
        return (start + datetime.timedelta(days=round(time * DAYS_PER_YEAR))).isoformat()

    def holds(self, condition: Expr) -> np.ndarray:
        """(states,) whether a condition holds."""
        codes = {v.name: self.space.codes[n] for n, v in enumerate(self.space.variables)}
        return is_true(condition, codes, self.space.size)

    def channels(self, what: Occurrence) -> tuple[frozenset[int], frozenset[int]]:
        """Channels of nothing but these acts, and channels of these and others."""
        wanted = self.coded.table.entries(set(what.acts))
        whole, part = set[int](), set[int]()
        for n, channel in enumerate(self.coded.channels):
            inside = np.isin(channel.entries, wanted)
            if inside.all() and len(inside):
                whole.add(n)
            elif inside.any():
                part.add(n)
        return frozenset(whole), frozenset(part)


@dataclass(frozen=True)
class Recorded:
    """The record itself."""

    looked: Looked

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """What is possible when."""
        return possible_states(self.looked.coded)

    def times(self, what: Occurrence, window: Window) -> np.ndarray:
        """When it happened, years, in the window.

        Raises:
            Unknown: the record does not show it.
        """
        if what.into is not None:
            return window.times([a for a, _ in self.spells(what.into, window, before=True) if a > 0.0])
        whole, part = self.looked.channels(what)
        marks = self.looked.coded.path.marks
        unclear = window.times([_moment(m) for m in marks if m.channel in part])
        if len(unclear):
            names = sorted({self.looked.coded.channels[n].name for n in part})
            raise Unknown(f"of {len(unclear)} recorded acts nobody knows whether they were of this kind: {names[0]}")
        if not whole:
            raise Unknown("no rule of the coding stands for these acts alone")
        return window.times([_moment(m) for m in marks if m.channel in whole])

    def spells(self, condition: Expr, window: Window, before: bool = False) -> list[Spell]:
        """When a condition held, over the whole record.

        Args:
            condition: on states.
            window: in which it has to be known.
            before: just before the window, too.

        Raises:
            Unknown: whether it held is open.
        """
        found = truths(self.stretches, self.looked.holds(condition))
        for truth in found:
            reaches = truth.end > window.start or (before and truth.end == window.start)
            if truth.holds is None and truth.start < window.end and reaches:
                raise Unknown(self._open(condition, max(truth.start, window.start), min(truth.end, window.end)))
        return spells_of(found)

    def _open(self, condition: Expr, start: float, end: float) -> str:
        names = ", ".join(sorted(condition.variables))
        return (
            f"the record does not show it from {self.looked.day(start)} to {self.looked.day(end)}; "
            f"what is known of {names} can be written under 'observed:' in record/coding.yaml"
        )


@dataclass(frozen=True)
class Simulated:
    """A path that the model has left, and what a record would hold of it."""

    looked: Looked
    trajectory: Trajectory
    path: Path

    def times(self, what: Occurrence, window: Window) -> np.ndarray:
        """When it happened, years, dated by the day as in a record."""
        if what.into is not None:
            return window.times(statistics.days([a for a, _ in self.spells(what.into, window) if a > 0.0]))
        whole, _ = self.looked.channels(what)
        return window.times(statistics.days([_moment(m) for m in self.path.marks if m.channel in whole]))

    def spells(self, condition: Expr, window: Window) -> list[Spell]:
        """When a condition held."""
        return held(self.trajectory, self.looked.holds(condition), self.path.horizon)


def held(trajectory: Trajectory, condition: np.ndarray, horizon: float) -> list[Spell]:
    """The stretches of a path in which a condition (states,) holds."""
    now = condition[trajectory.states]
    change = np.flatnonzero(np.diff(now.astype(int))) + 1
    edges = np.concatenate([[0], change, [len(now)]])
    times = np.append(trajectory.times, horizon)
    return [(float(times[a]), float(times[b])) for a, b in itertools.pairwise(edges) if now[a]]


def _moment(mark: Mark) -> float:
    """When a mark was made; of a coarse one the middle of its interval."""
    return mark.time if mark.until is None else (mark.time + mark.until) / 2


def value(statistic: Statistic, history: "Recorded | Simulated", window: Window) -> float | None:
    """A statistic of a history; None where the history has none (the spacing of one).

    Raises:
        Unknown: the record does not show it.
    """
    if statistic.state is not None:
        spells = window.spells(history.spells(statistic.state, window))
        return of_spells(statistic.kind, spells, window)
    assert statistic.what is not None
    begin = history.times(statistic.what, window)
    end = history.times(statistic.to, window) if statistic.to is not None else None
    return of_times(statistic, begin, end, window)


def of_spells(kind: str, spells: list[Spell], window: Window) -> float | None:
    """longest, length or share of spells that are cut to the window."""
    if kind == "longest":
        return statistics.longest(spells)
    return statistics.length(spells, window) if kind == "length" else statistics.share(spells, window)


def of_times(statistic: Statistic, begin: np.ndarray, end: np.ndarray | None, window: Window) -> float | None:
    """count, spacing, first, lag or answered of times in the window."""
    if end is not None:
        lags = statistic.kind == "lag"
        return statistics.lag(begin, end) if lags else statistics.answered(begin, end, window, statistic.within)
    if statistic.kind == "first":
        return statistics.first(begin, window)
    return statistics.count(begin) if statistic.kind == "count" else statistics.spacing(begin)


def recorded_values(looked: Looked, case_history: Mapping[str, Statistic]) -> dict[str, float | str]:
    """Each statistic of the record, or in words why there is none."""
    record, found = Recorded(looked), dict[str, float | str]()
    for name, statistic in case_history.items():
        try:
            known = value(statistic, record, looked.window(statistic))
        except Unknown as error:
            found[name] = str(error)
        else:
            found[name] = NOT_THERE[statistic.kind] if known is None else known
    return found


NOT_THERE = {
    "spacing": "the record has fewer than two",
    "length": "none has begun and ended in this time",
    "lag": "none was followed by the other",
    "answered": "none was recorded",
}
