"""Past cases beside a forecast: the reference class's chance of war by horizon, and this conflict's own past.

A class's chance rests on counts: of n past cases k were active again, with Jeffreys' prior Beta(k + 1/2, n - k + 1/2).
The conflict's own past is a rate: k wars began in T years without war, with Jeffreys' prior Gamma(k + 1/2, T). It is
shown apart, because a fit has met the same record: pooled, it would count twice.
"""

from dataclasses import dataclass, field
from datetime import date as Date
from typing import TYPE_CHECKING

import numpy as np

from detente.outside.base_rates import HORIZONS, why_none
from detente.outside.classes import Curves, shipped_curves
from detente.outside.facts import facts_of
from detente.outside.standing import BEGINS, ENDS, record_of
from detente.record.told import Told
from detente.run import OwnPast
from detente.run.outlook import Spread
from detente.words.dates import DAYS_PER_YEAR

if TYPE_CHECKING:
    from detente.case import Case
    from detente.record import Record

ENDS_OF = (0.05, 0.5, 0.95)
NO_PEACE_CLASS = (
    "No collection that comes with Detente counts how long conflicts took to be settled, so past cases say nothing "
    "about settlement and the pool is the model alone."
)
TOO_LONG = "fewer than five past cases were observed that long"
OWN = (
    "The figures are counts per class, in which single conflicts cannot be told apart: where an episode of this one "
    "ended before 2000, it is one of them."
)


@dataclass(frozen=True)
class PastCases:
    """What past cases say about war: recurred and cases by horizon, in which class, or why nothing."""

    words: tuple[str, ...]
    counts: dict[int, tuple[float, float] | None] = field(default_factory=dict[int, tuple[float, float] | None])
    why: str = ""  # why there is no class at all

    def spread(self, years: int) -> Spread | None:
        """The chance within some years: the 5th, 50th and 95th percentile."""
        found = self.counts.get(years)
        return None if found is None else jeffreys(*found)

    def mean(self, years: int) -> float | None:
        """The mean of the same distribution: (k + 1/2) / (n + 1)."""
        found = self.counts.get(years)
        return None if found is None else (found[0] + 0.5) / (found[1] + 1.0)

    def why_none(self, years: int) -> str:
        """Why there is no number for a horizon; "" where there is one."""
        return self.why or ("" if self.counts.get(years) is not None else TOO_LONG)


def jeffreys(events: float, cases: float) -> Spread:
    """Percentiles 5, 50 and 95 of Beta(k + 1/2, n - k + 1/2); counts need not be whole."""
    from scipy.special import betaincinv

    low, mid, high = betaincinv(events + 0.5, cases - events + 0.5, np.array(ENDS_OF))
    return float(low), float(mid), float(high)


def past_cases(case: "Case", date: str, curves: Curves | None = None) -> PastCases:
    """The reference class of a case on a date, as `base_rates` takes it.

    Args:
        case: with facts under `questions: baserate`.
        date: ISO date.
        curves: default the shipped figures.

    Raises:
        RecordError: mistakes in the record, located.
    """
    facts = facts_of(case, date)
    reason = why_none(case, facts, date)
    if facts is None or reason:
        return PastCases((), why=reason)
    shipped = curves is None
    curves = shipped_curves() if curves is None else curves
    chosen, _ = curves.choose(facts.outcome, facts.first)
    table, elapsed = curves.tables[chosen], facts.elapsed(date)
    words = [
        f"Past cases: {table.n} episodes of fighting that ended by {chosen.words}, "
        f"{elapsed:.1f} quiet years after the January that followed. The case: {facts.words}.",
        f"Source: {curves.source}.",
        *([OWN] if shipped else []),
    ]
    return PastCases(tuple(words), {years: table.counts(years, elapsed) for years in HORIZONS})


def own_past(case: "Case", date: str) -> OwnPast:
    """How often war began in the quiet years that the record covers before a date.

    Raises:
        RecordError: mistakes in the record, located.
    """
    record = record_of(case)
    if record is None:
        return OwnPast(why="The case has no record of events.")
    return own_past_of(record, date)


def own_past_of(record: "Record", date: str) -> OwnPast:
    """The same of a record; quiet time begins with its first event, or with the end of the war that it begins in.

    Entries that are not public do not count: the rate stands in copies that leave the house, too.
    """
    cut = record.as_of(date)
    told = Told(cut)
    events = sorted((event for event in cut.events.values() if not told.hidden(event)), key=lambda event: event.date)
    turns = [(event.date, event.type) for event in events if event.type in (BEGINS, ENDS)]
    if not turns:
        return OwnPast(why=f"The record has no events of the types {BEGINS} and {ENDS} up to {date}.")
    until = min(Date.fromisoformat(date), record.compiled_on or Date.max)
    since: Date | None = events[0].date if turns[0][1] == BEGINS else turns[0][0]
    first, days, count = since, 0, 0
    for day, kind in turns:
        if kind == BEGINS and since is not None:
            days, count, since = days + (day - since).days, count + 1, None
        elif kind == ENDS and since is None:
            since = day
    days += 0 if since is None else max(0, (until - since).days)
    years = days / DAYS_PER_YEAR
    if years <= 0:
        return OwnPast(count=count, years=0.0, since=str(first), why="The record covers no time without war.")
    rate = _rate(count, years)
    within = {f"{h}y": _chance(rate, h) for h in HORIZONS}
    return OwnPast(count=count, years=years, since=str(first), per_year=rate, within=within)


def _rate(count: int, years: float) -> Spread:
    """Percentiles 5, 50 and 95 of Gamma(k + 1/2, T), 1/year."""
    from scipy.special import gammaincinv

    low, mid, high = gammaincinv(count + 0.5, np.array(ENDS_OF)) / years
    return float(low), float(mid), float(high)


def _chance(rate: Spread, years: float) -> Spread:
    low, mid, high = -np.expm1(-np.array(rate) * years)
    return float(low), float(mid), float(high)
