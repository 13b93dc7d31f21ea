"""Queries of a record that claims can rest on: counts, shares, reactions, statuses, lags, sleep, order.

Each gives a number with a range: counts from events that a checked source of at least medium certainty carries (low) to
all events (high), without end while their time is not over; shares their 90 % Wilson interval, shares of deaths from
the low and high figures; unknown cases counted both ways. A commitment of which the record holds statuses is pending
until the first of them; one without a date says what became of it and not when: it is that or still pending.
"""

import datetime
import statistics
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from detente.record import CutRecord
from detente.record.entries import RECORD, Event, Response
from detente.record.ledger import Entry, entries
from detente.record.responses import followed, wilson
from detente.run import Kind, Ref
from detente.verdicts.rules import (
    EventFilter,
    FollowedQuery,
    OrderQuery,
    ResponsesQuery,
    RuleTest,
    ShareQuery,
    StatusQuery,
)
from detente.words.dates import DAYS_PER_YEAR

NAN = float("nan")
DISPUTED = "disputed"  # counted both ways, unless disputed ones are what is asked for
PENDING = "pending"  # what became of a commitment of which nothing is known yet


@dataclass(frozen=True)
class Measured:
    """What a query found; NaN where there is nothing to measure. `missing` says why that is, or why it is not final."""

    id: str
    words: str
    low: float
    mid: float
    high: float
    record: tuple[Ref, ...] = ()
    missing: str = ""


class Queries:
    """Queries against a record as it was known on a day.

    Args:
        record: the record as it stood on a day.
        sides: names that stand for several actors of the record.
        undated: see `undated_of`, of the record as it is known today.
    """

    def __init__(
        self,
        record: CutRecord,
        sides: Mapping[str, Sequence[str]],
        undated: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.record = record
        self.undated = undated or {}
        self.day = record.day
        self.sides = sides

    def measure(self, test: RuleTest) -> Measured:
        """Answer the query of a test; one of them is given."""
        if test.events is not None:
            return self._events(test.events)
        if test.share is not None:
            return self._deaths(test.share) if test.share.weigh == "deaths" else self._share(test.share)
        if test.followed is not None:
            return self._followed(test.followed)
        if test.order is not None:
            return self._order(test.order)
        if test.responses is not None:
            return self._responses(test.responses)
        if test.status is not None:
            return self._status(test.status)
        if test.lag is not None:
            return self._lag(test.lag.commitment)
        assert test.asleep is not None
        return self._asleep(test.asleep.commitment)

    # ---- events ----------------------------------------------------------------------------------------------------

    def expanded(self, names: Iterable[str]) -> frozenset[str]:
        """Actors meant by names, sides replaced by their members."""
        return frozenset(member for name in names for member in self.sides.get(name, (name,)))

    def matching(self, given: EventFilter) -> list[Event]:
        """Events that match a filter, in date order."""
        found = [event for event in self.record.events.values() if self._matches(event, given)]
        return sorted(found, key=lambda event: (event.date, event.id))

    def _matches(self, event: Event, given: EventFilter) -> bool:
        actors = set(event.actors)
        checks = (
            not given.type or event.type in given.type,
            not given.by or bool(actors & self.expanded(given.by)),
            not given.together or bool(actors & self.expanded(given.together)),
            not given.only or (bool(actors) and actors <= self.expanded(given.only)),
            not given.target or bool(set(event.target) & self.expanded(given.target)),
            not given.tags or bool(set(event.tags) & set(given.tags)),
            not given.named or bool(set(event.named) & self.expanded(given.named)),
            not given.says or any(word.lower() in event.text.lower() for word in given.says),
            given.after is None or event.date.isoformat() >= given.after,
            given.until is None or event.date.isoformat() <= given.until,
            given.deaths is None or (event.best or 0) >= given.deaths,
        )
        return all(checks)

    def _events(self, query: EventFilter) -> Measured:
        found, said = self.matching(query), query.said
        sure = [e for e in found if e.certainty != "low" and not e.recalled]
        over = query.until is None or query.until <= self.day.isoformat()
        most = len(found) if over else float("inf")  # until the last day of its time, more may come
        soon = "" if over else f"more may come until {query.until}"
        return Measured(f"record.events({said})", f"events: {said}", len(sure), len(found), most, _ids(found), soon)

    def _share(self, query: ShareQuery) -> Measured:
        of = self.matching(query.of)
        that = [event for event in of if self._matches(event, query.that)]
        words = f"share of events ({query.of.said}) that are also ({query.that.said})"
        return _shared(f"record.share({query.of.said}; {query.that.said})", words, len(that), len(of), _ids(of))

    def _deaths(self, query: ShareQuery) -> Measured:
        """Those who died in the events that are meant, of all that died in them; events without a figure are apart."""
        of = [event for event in self.matching(query.of) if event.best is not None and not event.measure]
        lacking = sum(event.best is None for event in self.matching(query.of))
        meant = {event.id for event in of if self._matches(event, query.that)}
        words = f"share of the deaths in events ({query.of.said}) that fall on ({query.that.said})"
        words += f" ({lacking} more without a figure)" if lacking else ""
        id = f"record.share of deaths({query.of.said}; {query.that.said})"
        low, best, high = ({e.id: _figure(e, end) for e in of} for end in ("low", "best", "high"))
        least, most = _part(low, high, meant), _part(high, low, meant)
        if not sum(best.values()):
            return _nothing(id, words, "the record holds no deaths to count", _ids(of))
        return Measured(id, words, least, sum(best[e] for e in meant) / sum(best.values()), most, _ids(of))

    def _followed(self, query: FollowedQuery) -> Measured:
        span = datetime.timedelta(days=query.within_days)
        every, after = self.matching(query.of), self.matching(query.by)
        of = [event for event in every if event.date + span <= self.day]  # silence needs time to be silence
        then = {e.id: [a for a in after if e.date <= a.date <= e.date + span and a.id != e.id] for e in of}
        words = f"share of {len(of)} events ({query.of.said}) followed within {query.within_days:g} days by "
        words += f"({query.by.said})" + (f" ({len(every) - len(of)} more too recent to tell)" if every != of else "")
        id = f"record.followed({query.of.said}; {query.by.said}; {query.within_days:g} days)"
        seen = _ids({e.id: e for e in (*of, *(a for found in then.values() for a in found))}.values())
        return _shared(id, words, sum(map(bool, then.values())), len(of), seen)

    def _order(self, query: OrderQuery) -> Measured:
        first, then = self.matching(query.first), self.matching(query.then)
        words = f"years from the first ({query.first.said}) to the first ({query.then.said})"
        id = f"record.order({query.first.said}; {query.then.said})"
        if not first or not then:
            lacking = query.then.said if first else query.first.said
            return _nothing(id, words, f"the record has no event ({lacking})", _ids([*first[:1], *then[:1]]))
        years = (then[0].date - first[0].date).days / DAYS_PER_YEAR
        return Measured(id, words, years, years, years, _ids([first[0], then[0]]))

    # ---- reactions -------------------------------------------------------------------------------------------------

    def _responses(self, query: ResponsesQuery) -> Measured:
        mediator = query.mediator
        listed = [r for r in self.record.responses.values() if r.mediator == mediator and r.kind in query.kinds]
        about = ""
        if query.of is not None:
            meant = {event.id for event in self.matching(query.of)}
            listed, about = [r for r in listed if r.event in meant], f" ({query.of.said})"
        rows = followed(listed, self.day)  # silence needs time to be silence
        young = len(listed) - len(rows)
        spoke = [r for r in rows if r.responded == "yes"]
        id = f"record.responses({mediator}, {query.measure}{about})"
        ids = _refs("response", (r.id for r in rows))
        if query.measure == "answered":
            words = f"share of {len(rows)} listed escalations{about} that {mediator} answered"
            words += f" ({young} more too recent to tell)" if young else ""
            unknown = sum(r.responded == "unknown" for r in rows)
            return _shared(id, words, len(spoke), len(rows), ids, unknown)
        if query.measure == "lag_days":
            words, lags = (
                f"days until {mediator} answered{about}",
                sorted(r.lag_days for r in spoke if r.lag_days is not None),
            )
            if not lags:
                return _nothing(id, words, f"the record dates no answer by {mediator}", ids)
            return Measured(id, words, lags[0], statistics.median(lags), lags[-1], ids)
        naming = [r for r in spoke if r.naming == "first_violator"]
        if query.measure == "names_violator":
            words = f"share of {len(spoke)} answers by {mediator}{about} that name a first violator"
            return _shared(id, words, len(naming), len(spoke), ids, sum(r.naming == "unknown" for r in spoke))
        return self._balance(query, naming, ids)

    def _balance(self, query: ResponsesQuery, naming: list[Response], ids: tuple[Ref, ...]) -> Measured:
        """Share of namings that fall on the first of two sides."""
        one, other = (self.expanded([side]) for side in query.sides)
        first = sum(r.named[:1] != () and r.named[0] in one for r in naming)
        second = sum(r.named[:1] != () and r.named[0] in other for r in naming)
        words = f"share of {first + second} namings of a first violator that fall on {query.sides[0]}"
        id = f"record.responses({query.mediator}, {query.measure}, {', '.join(query.sides)})"
        return _shared(id, words, first, first + second, ids)

    # ---- commitments -----------------------------------------------------------------------------------------------

    def _entry(self, id: str) -> Entry | None:
        return next((entry for entry in entries(self.record) if entry.commitment.id == id), None)

    def _status(self, query: StatusQuery) -> Measured:
        wanted, names = set(query.is_), query.commitments
        known = [entry for entry in map(self._entry, names) if entry is not None]
        became = [self._became(entry) for entry in known]
        held = sum(found is not None and found <= wanted for found in became)
        may = sum(found is None or bool(found & (wanted | {DISPUTED})) for found in became)
        words = f"share of {len(known)} commitments ({', '.join(names)}) that are {' or '.join(sorted(wanted))}"
        id = f"record.status({', '.join(names)}; {', '.join(sorted(wanted))})"
        if not known:
            return _nothing(id, words, "none of these commitments had been made by then")
        n = len(known)
        ids = _refs("commitment", (e.commitment.id for e in known))
        return Measured(id, words, held / n, held / n, may / n, ids)

    def _became(self, entry: Entry) -> frozenset[str] | None:
        """The words of which one says what became of a commitment; None: it may be any."""
        if entry.status is not None:
            return frozenset({entry.status.status})
        undated = self.undated.get(entry.commitment.id)
        return None if undated is None else undated | {PENDING}

    def _lag(self, commitment: str) -> Measured:
        entry = self._entry(commitment)
        id, words = f"record.lag({commitment})", f"years from {commitment} to its performance, or so far"
        if entry is None:
            return _nothing(id, words, "the commitment had not been made by then")
        done = entry.status.date if entry.status and entry.status.status in ("fulfilled", "late") else None
        years = ((done or self.day) - entry.made).days / DAYS_PER_YEAR
        longest = years if done else float("inf")  # what is not performed yet takes longer than so far
        return Measured(id, words, years, years, longest, _refs("commitment", [commitment]))

    def _asleep(self, commitment: str) -> Measured:
        entry = self._entry(commitment)
        id = f"record.asleep({commitment})"
        words = f"years in which nothing touched the commitment {commitment} while it was open"
        if entry is None:
            return _nothing(id, words, "the commitment had not been made by then")
        years = 0.0 if entry.state == "performed" else entry.slept
        touch = _ids(event for event, _ in entry.touches[-1:])
        return Measured(id, words, years, years, years, (*_refs("commitment", [commitment]), *touch))


def undated_of(record: CutRecord) -> dict[str, frozenset[str]]:
    """Commitment -> the words of its statuses without a date; without any where no status of it is in the record."""
    own = {
        commitment.id: [status for status in commitment.statuses if status.viewpoint == RECORD]
        for commitment in record.commitments.values()
    }
    return {id: frozenset(s.status for s in found if s.date is None) for id, found in own.items() if found}


def _figure(event: Event, end: Literal["low", "best", "high"]) -> float:
    """A figure of deaths; the best one where an end is not given."""
    given: float | None = getattr(event, end)
    return given if given is not None else event.best or 0


def _part(meant: Mapping[str, float], others: Mapping[str, float], ids: Set[str]) -> float:
    """The share of those meant, counted by one figure, beside all others, counted by the other."""
    mine, rest = sum(meant[id] for id in ids), sum(n for id, n in others.items() if id not in ids)
    return mine / (mine + rest) if mine + rest else 0.0


def _shared(id: str, words: str, successes: int, trials: int, record: tuple[Ref, ...], unknown: int = 0) -> Measured:
    if trials == 0:
        return _nothing(id, words, "the record holds none to count", record)
    known = max(1, trials - unknown)
    return Measured(
        id, words, wilson(successes, trials)[0], successes / known, wilson(successes + unknown, trials)[1], record
    )


def _nothing(id: str, words: str, why: str, record: tuple[Ref, ...] = ()) -> Measured:
    return Measured(id, words, NAN, NAN, NAN, record, why)


def _ids(events: Iterable[Event]) -> tuple[Ref, ...]:
    return _refs("event", (event.id for event in events))


def _refs(kind: Kind, ids: Iterable[str]) -> tuple[Ref, ...]:
    return tuple(Ref(kind=kind, id=id) for id in ids)
