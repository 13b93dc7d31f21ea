"""What a constant hazard gives for a statistic: acts as a Poisson process, a condition as a chain of two states.

Rates are those of the record before the time that the statistic is about, where that has two of them at least; else
those of the time itself, so that a plain count over a whole record is always met. Two states have exponential spells:
the rate of entering is entries over the time outside, the rate of leaving exits over the time inside.
"""

from dataclasses import dataclass

import numpy as np

from detente.case import Expr
from detente.case.history import Occurrence, Statistic
from detente.evidence import statistics
from detente.evidence.history import Recorded, Unknown, of_spells, of_times
from detente.evidence.statistics import Spell, Window

HISTORIES = 1000  # under a constant hazard
ENOUGH = 2  # happenings before a statistic's time, from which rates are taken


@dataclass(frozen=True)
class TwoStates:
    """A condition that is entered and left at constant rates."""

    enters: float  # 1/year
    leaves: float  # 1/year
    holds: bool  # at the start of the window

    def spells(self, window: Window, rng: np.random.Generator) -> list[Spell]:
        """One history: when it holds."""
        time, now, found = window.start, self.holds, list[Spell]()
        while time < window.end:
            rate = self.leaves if now else self.enters
            after = min(time + rng.exponential(1 / rate), window.end) if rate > 0 else window.end
            if now:
                found.append((time, after))
            time, now = after, not now
        return found


@dataclass(frozen=True)
class Constant:
    """A constant hazard fitted to a record, for one statistic.

    Raises:
        Unknown: the record does not show what it needs.
    """

    record: Recorded
    statistic: Statistic
    window: Window

    def values(self, rng: np.random.Generator, histories: int = HISTORIES) -> np.ndarray:
        """(histories,) the statistic; NaN where a history has none."""
        if self.statistic.state is not None:
            chain = self.two_states(self.statistic.state)
            made = [
                of_spells(self.statistic.kind, chain.spells(self.window, rng), self.window) for _ in range(histories)
            ]
        else:
            begin, end = self.source(self.statistic.what), self.source(self.statistic.to)
            assert begin is not None
            made = []
            for _ in range(histories):
                times = self.times(begin, rng)
                others = self.times(end, rng) if end is not None else None
                made.append(of_times(self.statistic, times, others, self.window))
        return np.array([np.nan if v is None else v for v in made])

    def source(self, what: Occurrence | None) -> float | TwoStates | None:
        """A rate of acts (1/year), or the chain that enters a condition."""
        if what is None:
            return None
        return self.rate(what) if what.into is None else self.two_states(what.into)

    def times(self, source: float | TwoStates, rng: np.random.Generator) -> np.ndarray:
        """One history: when it happens."""
        if isinstance(source, TwoStates):
            begins = [a for a, _ in source.spells(self.window, rng) if a > self.window.start]
            return self.window.times(statistics.days(begins))
        many = rng.poisson(source * self.window.length)
        return self.window.times(statistics.days(rng.uniform(self.window.start, self.window.end, many)))

    def rate(self, acts: Occurrence) -> float:
        """Recorded acts per year."""
        before = Window(0.0, self.window.start)
        earlier = self.record.times(acts, before)
        if before.length > 0 and len(earlier) >= ENOUGH:
            return len(earlier) / before.length
        return len(self.record.times(acts, self.window)) / self.window.length

    def two_states(self, condition: Expr) -> TwoStates:
        """Entries and exits per year outside and inside."""
        spells = self.record.spells(condition, self.window)
        holds = any(a <= self.window.start < b for a, b in spells)
        before = Window(0.0, self.window.start)
        base = self.window
        if before.length > 0:
            try:
                earlier = self.record.spells(condition, before)
            except Unknown:
                earlier = []
            if sum(before.start < b < before.end for _, b in earlier) >= ENOUGH:
                base, spells = before, earlier
        inside = sum(b - a for a, b in base.spells(spells))
        entries = sum(base.start < a < base.end for a, _ in spells)
        exits = sum(base.start < b < base.end for _, b in spells)
        outside = base.length - inside
        return TwoStates(entries / outside if outside > 0 else 0.0, exits / inside if inside > 0 else 0.0, holds)
