"""The record as it stood on a day. Whatever answers "as of" takes a `CutRecord`, so that a leak cannot be written.

A cut holds nothing later than its day:

- rows that happened, were made, said or found to be so later are gone, and references to them; a coarse date (2016,
  2016-03) counts from the last day that it may mean;
- an event under way keeps its start and loses text and figures, which were written after it ended;
- a deadline is the one that had been set by then; a reaction is the part of it that had come by then;
- remarks of the compiler, and judgements without a date, count from the day the record was compiled; a line of a remark
  that begins with a date ("2020-11-10: ...") counts from that day;
- other texts that name a later date are withheld, and say so.

What was *published* later about earlier days stays: this is the past, not the press of that day.
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from detente.errors import OptionError
from detente.record.days import first_day, last_day, named_dates, names_later
from detente.record.entries import (
    AT_ONCE,
    CONTINUING,
    DEADLINE,
    Actor,
    Ceasefire,
    Claim,
    Commitment,
    DatedRow,
    Event,
    Instrument,
    Meta,
    Response,
    Row,
    Status,
)
from detente.record.kinds import linked
from detente.record.lists import Entries, ImportedList
from detente.record.public import hidden, public
from detente.record.veil import Veil

R = TypeVar("R", bound=Row)
D = TypeVar("D", bound=DatedRow)
UNDER_WAY = "Under way on this date; the text and figures were written after it ended and are withheld."
WITHHELD = "Withheld: the text names a later date."


@dataclass(frozen=True, kw_only=True)
class CutRecord(Entries):
    """The record as it stood on `day`."""

    day: datetime.date
    under_way: frozenset[str] = frozenset()  # events that had begun by the day and had not ended
    sealed: bool = field(default=False, compare=False)  # its files hold confidential entries, known by the day or not

    def as_of(self, date: datetime.date | str) -> "CutRecord":
        """The record as it stood on an earlier day; a later one changes nothing.

        Raises:
            OptionError: not a date.
        """
        day = read_day(date)
        return self if day >= self.day else cut(self, day)

    def public(self) -> "CutRecord":
        """The record without what is marked confidential, and without anything that rests on it or names it."""
        shown = public(self)
        if shown is self:
            return self
        return replace(shown, under_way=frozenset(shown.under_way & shown.events.keys()))


def read_day(date: datetime.date | str) -> datetime.date:
    """A day as an option.

    Raises:
        OptionError: not a date.
    """
    try:
        day = first_day(date)
    except ValueError as error:
        raise OptionError.of(str(error)) from None
    if day is None:
        raise OptionError.of("no date", "a date such as 2021-08-05")
    return day


def cut(entries: Entries, day: datetime.date, whole: bool = False) -> CutRecord:
    """A record cut to a day.

    Args:
        entries: the record, or a cut of it at a later day.
        day: the last day of which anything is known.
        whole: nothing was written later than the day, even if the record does not say when it was compiled.
    """
    compiled = entries.meta.compiled
    before: frozenset[str] = entries.under_way if isinstance(entries, CutRecord) else frozenset()
    hindsight = whole or (compiled is not None and compiled <= day)
    happened = {event.id for event in entries.events.values() if event.known <= day}
    on = _On(day, hindsight, {id: event.known for id, event in entries.events.items()})
    instruments = on.rows(entries.instruments, on.instrument)
    alive = {
        "events": happened,
        "instruments": set(instruments),
        "commitments": {c.id for i in instruments.values() for c in i.commitments},
        "deaths": {d.id for d in entries.deaths.values() if d.end <= day},
    }
    events = {id: _touching(event, alive) for id, event in on.rows(entries.events, on.event).items()}

    def listed(rows: dict[str, R], how: Callable[[R], R | None]) -> dict[str, R]:
        return {id: linked(row, alive) for id, row in on.rows(rows, how).items()}

    return CutRecord(
        meta=on.meta(entries.meta),
        sources=listed(entries.sources, on.same),
        actors=listed(entries.actors, on.actor),
        instruments={id: linked(row, alive) for id, row in instruments.items()},
        events={id: linked(row, alive) for id, row in events.items()},
        claims=listed(entries.claims, on.claim),
        responses=listed(entries.responses, on.response),
        ceasefires=listed(entries.ceasefires, on.ceasefire),
        deaths=listed(entries.deaths, lambda row: row if row.end <= day else None),
        meeting_counts=listed(
            entries.meeting_counts, lambda row: row if datetime.date(row.year, 12, 31) <= day else None
        ),
        interests=listed(entries.interests, lambda row: row if hindsight else None),
        imported=tuple(_until(one, day) for one in entries.imported),
        merged={drop: keep for drop, keep in entries.merged.items() if keep in happened},
        day=day,
        sealed=hidden(entries).any or (isinstance(entries, CutRecord) and entries.sealed),
        under_way=frozenset(id for id in happened if id in before or entries.events[id].last > day),
    )


def _until(one: ImportedList, day: datetime.date) -> ImportedList:
    return replace(one, until=day if one.until is None else min(one.until, day))


def _touching(event: Event, alive: Mapping[str, set[str]]) -> Event:
    """An event without its touches of commitments that are not there."""
    touches = tuple(touch for touch in event.touches if touch.commitment in alive["commitments"])
    return event if touches == event.touches else event.model_copy(update={"touches": touches})


class _On:
    """What a day knew of each kind of row; a method gives the row as it was known, or None."""

    def __init__(self, day: datetime.date, hindsight: bool, begun: Mapping[str, datetime.date]) -> None:
        self.day = day
        self.hindsight = hindsight
        self.begun = begun
        self.veil = Veil(lambda text: names_later(text, day), WITHHELD, remarks=day)

    def rows(self, rows: dict[str, R], how: Callable[[R], R | None]) -> dict[str, R]:
        """The rows that were known, as they were known."""
        found = ((id, how(row)) for id, row in rows.items())
        return {id: self.veiled(row) for id, row in found if row is not None}

    def veiled(self, row: R) -> R:
        """A row without what only hindsight wrote into it."""
        if self.hindsight:
            return row
        shown = self.veil.row(row)
        if isinstance(row, Instrument) and isinstance(shown, Instrument):
            commitments = tuple(map(self.foreseen, row.commitments, shown.commitments))
            return shown.model_copy(update={"commitments": commitments})
        return shown

    def foreseen(self, own: Commitment, shown: Commitment) -> Commitment:
        """A veiled commitment with its deadline, which its makers named although it lay ahead."""
        what = own.what if self._only_due(own.what, own.due) else shown.what
        by = own.by
        if by and names_later(by, self.day) and not DEADLINE.fullmatch(by):
            found = DEADLINE.match(by)
            opening = next((words for words in (*AT_ONCE, *CONTINUING) if by.lower().startswith(words)), WITHHELD)
            by = found.group() if found else own.due.isoformat() if own.due else opening
        return shown.model_copy(update={"what": what, "by": by})

    def _only_due(self, text: str, due: datetime.date | None) -> bool:
        """Whether a text names no later date but the month or the year of its deadline."""
        ahead = [begins for begins in named_dates(text) if begins > self.day]
        return due is not None and all(
            (begins.year, begins.month) == (due.year, due.month) or begins == datetime.date(due.year, 1, 1)
            for begins in ahead
        )

    # ---- kinds -----------------------------------------------------------------------------------------------------

    def same(self, row: R) -> R:
        """A row that no date takes away."""
        return row

    def dated(self, row: D) -> D | None:
        """A row from its date on; one without a date from the day of compilation on."""
        known = row.known
        return row if (self.hindsight if known is None else known <= self.day) else None

    def instrument(self, row: Instrument) -> Instrument | None:
        """An instrument with the commitments and statuses of its day."""
        if self.dated(row) is None:
            return None
        commitments = tuple(
            self.commitment(c).model_copy(update={"statuses": self.statuses(c.statuses)})
            for c in row.commitments
            if c.made is None or c.made <= self.day
        )
        return row.model_copy(update={"commitments": commitments, "statuses": self.statuses(row.statuses)})

    def statuses(self, statuses: tuple[Status, ...]) -> tuple[Status, ...]:
        """The statuses that were known."""
        return tuple(status for status in statuses if self.dated(status) is not None)

    def commitment(self, row: Commitment) -> Commitment:
        """A commitment with the deadline that had been set by the day."""
        found = DEADLINE.match(row.by)
        first = last_day(found.group()) if found else None
        due = row.due if self.hindsight or first is None else first
        set_by_then = [new for since, new in row.extended.items() if since <= self.day.isoformat()]
        update: dict[str, Any] = {"extended": {d: new for d, new in row.extended.items() if new in set_by_then}}
        if set_by_then:
            due = last_day(set_by_then[-1])
            update["by"] = set_by_then[-1] if DEADLINE.fullmatch(row.by) else row.by
        return row.model_copy(update={**update, "due": due})

    def event(self, row: Event) -> Event | None:
        """An event that had begun; of one under way only that."""
        if row.known > self.day:
            return None
        if row.last <= self.day:
            return row
        update: dict[str, Any] = {"date_end": None, "low": None, "best": None, "high": None, "measure": "", "note": ""}
        return row.model_copy(update={**update, "text": UNDER_WAY, "touches": ()})

    def actor(self, row: Actor) -> Actor | None:
        """An actor that there was; when it would end was not known."""
        if row.since is not None and self.dated(row) is None:
            return None
        return row.model_copy(update={"until": None}) if row.until and row.until > self.day else row

    def claim(self, row: Claim) -> Claim | None:
        """A claim that had been made, with the answers to it that had been given."""
        others = tuple(other for other in row.others if self.dated(other) is not None)
        return None if self.dated(row) is None else row.model_copy(update={"others": others})

    def response(self, row: Response) -> Response | None:
        """An escalation, and what of a reaction had come."""
        if self.dated(row) is None:
            return None
        if row.responded != "yes":
            return row
        events = [self.begun[id] for id in row.response_events if id in self.begun]
        first = row.response_date or min(events, default=None)
        if first is None:
            return row if self.hindsight else row.model_copy(update={**_NO_REACTION, "responded": "unknown"})
        if first > self.day:
            return row.model_copy(update=_NO_REACTION)
        if all(day <= self.day for day in events) and len(events) == len(row.response_events):
            return row
        return row.model_copy(update={"issued_by": "", "naming": "unknown", "named": ()})  # told of all its statements

    def ceasefire(self, row: Ceasefire) -> Ceasefire | None:
        """A ceasefire that had begun, with the breaches that had come."""
        if self.dated(row) is None:
            return None
        dates = {f"relapse_{kind}": getattr(row, f"relapse_{kind}") for kind in ("minor", "major", "war")}
        known = {name: date if date is not None and date <= self.day else None for name, date in dates.items()}
        hours = row.within_hours if any(known.values()) else None
        return row.model_copy(update={**known, "within_hours": hours})

    def meta(self, row: Meta) -> Meta:
        """What the record says of itself; periods that begin later are not known."""
        compiled = row.compiled if row.compiled is not None and row.compiled <= self.day else None
        periods = tuple(day for day in row.response_periods if day <= self.day)
        return self.veiled(row.model_copy(update={"compiled": compiled, "response_periods": periods}))


_NO_REACTION: dict[str, Any] = {
    "responded": "no", "lag_days": None, "issued_by": "", "response_events": (), "naming": "unknown", "named": (),
}  # fmt: skip
