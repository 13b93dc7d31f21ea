"""Queries of a record that claims can rest on: counts, shares, reactions, statuses, lags, sleep, order.

Each gives a number with a range: counts from events that a checked source of at least medium certainty carries (low) to
all events (high); shares their 90 % Wilson interval; unknown cases counted both ways.
"""

import datetime
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detente.record import CutRecord
from detente.record.entries import Event, Response
from detente.record.ledger import Entry, entries
from detente.record.responses import followed, wilson
from detente.run import Kind, Ref
from detente.words.dates import DAYS_PER_YEAR

NAN = float("nan")


@dataclass(frozen=True)
class Measured:
    """What a query found; NaN where the record holds nothing to measure."""

    id: str
    words: str
    low: float
    mid: float
    high: float
    record: tuple[Ref, ...] = ()


class Queries:
    """Queries against a record as it was known on a day.

    Args:
        record: the record as it stood on a day.
        sides: names that stand for several actors of the record.
    """

    def __init__(self, record: CutRecord, sides: Mapping[str, Sequence[str]]) -> None:
        self.record = record
        self.day = record.day
        self.sides = sides

    def measure(self, query: str, given: Mapping[str, Any]) -> Measured:
        """Answer one query; `query` is a key of `detente.verdicts.rules.QUERIES`."""
        return getattr(self, f"_{query}")(given)

    # ---- events ----------------------------------------------------------------------------------------------------

    def expanded(self, names: Any) -> frozenset[str]:
        """Actors meant by names, sides replaced by their members."""
        given = [names] if isinstance(names, str) else list(names)
        return frozenset(member for name in given for member in self.sides.get(name, (name,)))

    def matching(self, given: Mapping[str, Any]) -> list[Event]:
        """Events that match a filter, in date order."""
        found = [event for event in self.record.events.values() if self._matches(event, given)]
        return sorted(found, key=lambda event: (event.date, event.id))

    def _matches(self, event: Event, given: Mapping[str, Any]) -> bool:
        actors = set(event.actors)
        checks = {
            "type": lambda v: event.type in _list(v),
            "by": lambda v: bool(actors & self.expanded(v)),
            "only": lambda v: bool(actors) and actors <= self.expanded(v),
            "target": lambda v: bool(set(event.target) & self.expanded(v)),
            "tags": lambda v: bool(set(event.tags) & set(_list(v))),
            "named": lambda v: bool(set(event.named) & self.expanded(v)),
            "says": lambda v: any(word.lower() in event.text.lower() for word in _list(v)),
            "after": lambda v: event.date >= datetime.date.fromisoformat(str(v)),
            "until": lambda v: event.date <= datetime.date.fromisoformat(str(v)),
            "deaths": lambda v: (event.best or 0) >= float(v),
        }
        return all(checks[key](value) for key, value in given.items())

    def _events(self, given: Mapping[str, Any]) -> Measured:
        found = self.matching(given)
        sure = [e for e in found if e.certainty != "low" and not e.recalled]
        words = f"events: {_said(given)}"
        return Measured(f"record.events({_said(given)})", words, len(sure), len(found), len(found), _ids(found))

    def _share(self, given: Mapping[str, Any]) -> Measured:
        of = self.matching(given["of"])
        that = [event for event in of if self._matches(event, given["that"])]
        words = f"share of events ({_said(given['of'])}) that are also ({_said(given['that'])})"
        return _shared(
            f"record.share({_said(given['of'])}; {_said(given['that'])})", words, len(that), len(of), _ids(of)
        )

    def _order(self, given: Mapping[str, Any]) -> Measured:
        first, then = self.matching(given["first"]), self.matching(given["then"])
        words = f"years from the first ({_said(given['first'])}) to the first ({_said(given['then'])})"
        id = f"record.order({_said(given['first'])}; {_said(given['then'])})"
        if not first or not then:
            return Measured(id, words, NAN, NAN, NAN, _ids([*first[:1], *then[:1]]))
        years = (then[0].date - first[0].date).days / DAYS_PER_YEAR
        return Measured(id, words, years, years, years, _ids([first[0], then[0]]))

    # ---- reactions -------------------------------------------------------------------------------------------------

    def _responses(self, given: Mapping[str, Any]) -> Measured:
        kinds = _list(given.get("kinds", ["violent"]))
        mediator = given["mediator"]
        listed = [r for r in self.record.responses.values() if r.mediator == mediator and r.kind in kinds]
        rows = followed(listed, self.day)  # silence needs time to be silence
        spoke = [r for r in rows if r.responded == "yes"]
        unknown = sum(r.responded == "unknown" for r in rows)
        id = f"record.responses({mediator}, {given['measure']})"
        ids = _refs("response", (r.id for r in rows))
        if given["measure"] == "answered":
            words = f"share of {len(rows)} listed escalations that {mediator} answered"
            return _shared(id, words, len(spoke), len(rows), ids, unknown)
        if given["measure"] == "lag_days":
            lags = sorted(r.lag_days for r in spoke if r.lag_days is not None)
            words = f"days until {mediator} answered"
            middle = statistics.median(lags) if lags else NAN
            return Measured(id, words, lags[0] if lags else NAN, middle, lags[-1] if lags else NAN, ids)
        naming = [r for r in spoke if r.naming == "first_violator"]
        if given["measure"] == "names_violator":
            words = f"share of {len(spoke)} answers by {mediator} that name a first violator"
            return _shared(id, words, len(naming), len(spoke), ids, sum(r.naming == "unknown" for r in spoke))
        return self._balance(id, given, naming, ids)

    def _balance(self, id: str, given: Mapping[str, Any], naming: list[Response], ids: tuple[Ref, ...]) -> Measured:
        """Share of namings that fall on the first of two sides."""
        one, other = (self.expanded(side) for side in given["sides"])
        first = sum(r.named[:1] != () and r.named[0] in one for r in naming)
        second = sum(r.named[:1] != () and r.named[0] in other for r in naming)
        words = f"share of {first + second} namings of a first violator that fall on {given['sides'][0]}"
        return _shared(f"{id[:-1]}, {', '.join(given['sides'])})", words, first, first + second, ids)

    # ---- commitments -----------------------------------------------------------------------------------------------

    def _entry(self, id: str) -> Entry | None:
        for entry in entries(self.record):
            if entry.commitment.id == id:
                return entry
        return None

    def _status(self, given: Mapping[str, Any]) -> Measured:
        wanted = set(_list(given["is"]))
        names = _list(given["commitments"])
        known = [entry for entry in map(self._entry, names) if entry is not None]
        held = sum(e.status is not None and e.status.status in wanted for e in known)
        unknown = sum(
            e.status is None or e.status.status == "disputed"
            for e in known
            if not (e.status and e.status.status in wanted)
        )
        words = f"share of {len(known)} commitments ({', '.join(names)}) that are {' or '.join(sorted(wanted))}"
        id = f"record.status({', '.join(names)}; {', '.join(sorted(wanted))})"
        if not known:
            return Measured(id, words, NAN, NAN, NAN)
        n = len(known)
        ids = _refs("commitment", (e.commitment.id for e in known))
        return Measured(id, words, held / n, held / n, (held + unknown) / n, ids)

    def _lag(self, given: Mapping[str, Any]) -> Measured:
        entry = self._entry(given["commitment"])
        id, words = (
            f"record.lag({given['commitment']})",
            f"years from {given['commitment']} to its performance, or so far",
        )
        if entry is None:
            return Measured(id, words, NAN, NAN, NAN)
        done = entry.status.date if entry.status and entry.status.status in ("fulfilled", "late") else None
        years = ((done or self.day) - entry.made).days / DAYS_PER_YEAR
        longest = years if done else float("inf")  # what is not performed yet takes longer than so far
        return Measured(id, words, years, years, longest, _refs("commitment", [given["commitment"]]))

    def _asleep(self, given: Mapping[str, Any]) -> Measured:
        entry = self._entry(given["commitment"])
        id = f"record.asleep({given['commitment']})"
        words = f"years in which nothing touched the commitment {given['commitment']} while it was open"
        if entry is None:
            return Measured(id, words, NAN, NAN, NAN)
        years = 0.0 if entry.state == "performed" else entry.slept
        touch = _ids(event for event, _ in entry.touches[-1:])
        return Measured(id, words, years, years, years, (*_refs("commitment", [given["commitment"]]), *touch))


def _shared(id: str, words: str, successes: int, trials: int, record: tuple[Ref, ...], unknown: int = 0) -> Measured:
    if trials == 0:
        return Measured(id, words, NAN, NAN, NAN, record)
    known = max(1, trials - unknown)
    return Measured(
        id, words, wilson(successes, trials)[0], successes / known, wilson(successes + unknown, trials)[1], record
    )


def _ids(events: Iterable[Event]) -> tuple[Ref, ...]:
    return _refs("event", (event.id for event in events))


def _refs(kind: Kind, ids: Iterable[str]) -> tuple[Ref, ...]:
    return tuple(Ref(kind=kind, id=id) for id in ids)


def _list(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)


def _said(given: Mapping[str, Any]) -> str:
    parts = []
    for key, value in given.items():
        words = (
            value if isinstance(value, str) else "/".join(map(str, value)) if isinstance(value, list) else str(value)
        )
        parts.append(f"{key} {words}")
    return ", ".join(parts)
