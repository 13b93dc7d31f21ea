"""A record in memory, and the same record as it stood on a date."""

import dataclasses
import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from detente.errors import Diagnostic
from detente.record.model import (
    RECORD,
    Actor,
    Ceasefire,
    Claim,
    Commitment,
    Deaths,
    Event,
    Instrument,
    Interest,
    MeetingCount,
    Meta,
    Relation,
    Response,
    Row,
    Source,
    Status,
    parse_day,
)

R = TypeVar("R", bound=Row)
UNDER_WAY = "Under way on this date; the text and figures were written after it ended and are withheld."


@dataclass(frozen=True)
class Imported:
    """A list that an importer put beside the record: kept in Parquet, never loaded row by row."""

    name: str
    path: Path
    rows: int
    about: dict[str, Any]


@dataclass(frozen=True)
class Record:
    """Sources, actors, events, instruments, claims and lists; every list is a dict by id, events in date order."""

    folder: Path | None = None
    meta: Meta = field(default_factory=Meta)
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    actors: dict[str, Actor] = field(default_factory=dict[str, Actor])
    instruments: dict[str, Instrument] = field(default_factory=dict[str, Instrument])
    events: dict[str, Event] = field(default_factory=dict[str, Event])
    claims: dict[str, Claim] = field(default_factory=dict[str, Claim])
    responses: dict[str, Response] = field(default_factory=dict[str, Response])
    ceasefires: dict[str, Ceasefire] = field(default_factory=dict[str, Ceasefire])
    deaths: dict[str, Deaths] = field(default_factory=dict[str, Deaths])
    meeting_counts: dict[str, MeetingCount] = field(default_factory=dict[str, MeetingCount])
    interests: dict[str, Interest] = field(default_factory=dict[str, Interest])
    imported: tuple[Imported, ...] = ()
    merged: dict[str, str] = field(default_factory=dict[str, str])  # rows of imported lists -> the event they repeat
    files: tuple[Path, ...] = ()  # every file read
    warnings: tuple[Diagnostic, ...] = ()
    date: datetime.date | None = None  # the as-of date; None: all that is in the files

    @property
    def commitments(self) -> dict[str, Commitment]:
        """All commitments by id, instrument by instrument."""
        return {c.id: c for instrument in self.instruments.values() for c in instrument.commitments}

    @property
    def last_date(self) -> datetime.date | None:
        """The day the record was compiled, or that of its latest event or instrument if that is later."""
        dates = [e.last for e in self.events.values()] + [i.date for i in self.instruments.values()]
        dates += [datetime.date.fromisoformat(i.about["last"]) for i in self.imported if i.about.get("last")]
        return max([*dates, *([self.meta.compiled] if self.meta.compiled else [])], default=None)

    def made(self, commitment: Commitment) -> datetime.date:
        """When a commitment was made: its own date or its instrument's."""
        return commitment.made or self.instruments[commitment.instrument].date

    def label(self, actor: str) -> str:
        """An actor's name, or its id in words where the record does not describe it."""
        known = self.actors.get(actor)
        return known.name if known else actor.replace("_", " ")

    def as_of(self, date: datetime.date | str) -> "Record":
        """The record as it stood on a date: nothing later leaks in.

        Dropped: whatever happened, was made, said, or found to be so after the date. An event under way keeps its
        start only. Undated judgements (a status without a date, remarks of the compiler) count from the day the record
        was compiled. What was *published* later about earlier days stays: this is the past, not the press of the day.
        """
        day: datetime.date = parse_day(date)
        return _cut(self, day)

    def public(self) -> "Record":
        """The record without what is marked confidential, and without anything that rests on it."""
        sources = {s.id: s for s in self.sources.values() if not s.confidential}
        hidden = {s.id for s in self.sources.values() if s.confidential}

        def open_to_all(row: Any) -> bool:
            return not getattr(row, "confidential", False) and not hidden & set(row.sources)

        events = {e.id: e for e in self.events.values() if open_to_all(e)}
        happened = set(events)
        instruments = {
            i.id: i.model_copy(
                update={
                    "commitments": tuple(
                        c.model_copy(update={"statuses": _resting(c.statuses, happened, hidden)})
                        for c in i.commitments
                        if not c.confidential
                    ),
                    "statuses": _resting(i.statuses, happened, hidden),
                }
            )
            for i in self.instruments.values()
            if open_to_all(i)
        }
        commitments = {c.id for i in instruments.values() for c in i.commitments}
        return dataclasses.replace(
            self,
            sources=sources,
            instruments=instruments,
            events={id: _linked(e, happened, commitments) for id, e in events.items()},
            claims={
                c.id: c.model_copy(
                    update={
                        "events": tuple(e for e in c.events if e in happened),
                        "others": tuple(o for o in c.others if not hidden & set(o.sources)),
                    }
                )
                for c in self.claims.values()
                if open_to_all(c)
            },
            responses={
                r.id: r
                for r in self.responses.values()
                if open_to_all(r) and {*r.response_events, *([r.event] if r.event else [])} <= happened
            },
            ceasefires={c.id: c for c in self.ceasefires.values() if open_to_all(c) and set(c.events) <= happened},
            deaths={d.id: d for d in self.deaths.values() if open_to_all(d)},
        )


def _resting(statuses: tuple[Status, ...], happened: set[str], hidden: set[str]) -> tuple[Status, ...]:
    return tuple(s for s in statuses if set(s.events) <= happened and not hidden & set(s.sources))


def _linked(event: Event, happened: set[str], commitments: set[str]) -> Event:
    """An event whose links lead to what is there."""
    responds = tuple(id for id in event.responds_to if id in happened)
    touches = tuple(t for t in event.touches if t.commitment in commitments)
    return event.model_copy(update={"responds_to": responds, "touches": touches})


def _cut(record: Record, day: datetime.date) -> Record:
    compiled = record.meta.compiled
    hindsight = compiled is not None and compiled <= day
    happened = {e.id for e in record.events.values() if e.date <= day}
    instruments = {i.id: _instrument(i, day, hindsight, happened) for i in record.instruments.values() if i.date <= day}
    commitments = {c.id for i in instruments.values() for c in i.commitments}
    events = {e.id: _linked(_event(e, day), happened, commitments) for e in record.events.values() if e.id in happened}

    def keep(rows: dict[str, R], known: Callable[[R], bool]) -> dict[str, R]:
        return {id: row for id, row in rows.items() if known(row)}

    return dataclasses.replace(
        record,
        meta=record.meta
        if hindsight
        else record.meta.model_copy(update={"rules": (), "gaps": (), "claims": {}, "interests": {}}),
        actors={a.id: _actor(a, day, hindsight) for a in record.actors.values() if a.since is None or a.since <= day},
        instruments=instruments,
        events=events,
        claims={
            c.id: _claim(c, day, hindsight, events) for c in record.claims.values() if c.date is None or c.date <= day
        },
        responses={r.id: _response(r, day, hindsight) for r in record.responses.values() if r.date <= day},
        ceasefires={c.id: _ceasefire(c, day, hindsight, events) for c in record.ceasefires.values() if c.start <= day},
        deaths=keep(record.deaths, lambda d: d.end <= day),
        meeting_counts=keep(record.meeting_counts, lambda m: datetime.date(m.year, 12, 31) <= day),
        interests=record.interests if hindsight else {},
        date=day if record.date is None else min(day, record.date),
    )


def _instrument(instrument: Instrument, day: datetime.date, hindsight: bool, happened: set[str]) -> Instrument:
    def known(statuses: tuple[Status, ...]) -> tuple[Status, ...]:
        return tuple(
            s.model_copy(update={"events": tuple(e for e in s.events if e in happened)})
            for s in statuses
            if (hindsight if s.date is None else s.date <= day)
        )

    update: dict[str, Any] = {
        "commitments": tuple(
            c.model_copy(update={"statuses": known(c.statuses)})
            for c in instrument.commitments
            if c.made is None or c.made <= day
        ),
        "statuses": known(instrument.statuses),
    }
    if not hindsight:
        update["afterwards"] = {}
    return instrument.model_copy(update=update)


def _event(event: Event, day: datetime.date) -> Event:
    if event.date_end is None or event.date_end <= day:
        return event
    update: dict[str, Any] = {"date_end": None, "low": None, "best": None, "high": None, "measure": "", "note": ""}
    return event.model_copy(update={**update, "text": UNDER_WAY, "touches": ()})


def _actor(actor: Actor, day: datetime.date, hindsight: bool) -> Actor:
    update: dict[str, Any] = {} if hindsight else {"role": "", "leaders": (), "details": {}}
    if actor.until is not None and actor.until > day:
        update["until"] = None
    return actor.model_copy(update=update)


def _claim(claim: Claim, day: datetime.date, hindsight: bool, events: dict[str, Event]) -> Claim:
    def said(other: Relation) -> bool:
        return hindsight if other.date is None else other.date <= day

    update: dict[str, Any] = {
        "events": tuple(e for e in claim.events if e in events),
        "others": tuple(other for other in claim.others if said(other)),
    }
    if not hindsight:
        update |= {"record": "", "supports": (), "undermines": ()}
    return claim.model_copy(update=update)


def _response(response: Response, day: datetime.date, hindsight: bool) -> Response:
    late = response.response_date is not None and response.response_date > day
    if hindsight and not late:
        return response
    update: dict[str, Any] = {"note": "", "naming_note": "", "severity": ""}
    if late:
        update |= {"responded": "no", "lag_days": None, "issued_by": "", "response_events": ()}
        update |= {"naming": "none", "named": ()}
    return response.model_copy(update=update)


def _ceasefire(ceasefire: Ceasefire, day: datetime.date, hindsight: bool, events: dict[str, Event]) -> Ceasefire:
    update: dict[str, Any] = {"events": tuple(e for e in ceasefire.events if e in events)}
    for name in ("relapse_minor", "relapse_major", "relapse_war"):
        date: datetime.date | None = getattr(ceasefire, name)
        if date is not None and date > day:
            update[name] = None
    if not hindsight:
        update["note"] = ""
    return ceasefire.model_copy(update=update)


def status_of(statuses: tuple[Status, ...], viewpoint: str = RECORD) -> Status | None:
    """The latest status that a viewpoint gives; an undated one comes after the dated ones."""
    own = [s for s in statuses if s.viewpoint == viewpoint]
    return max(own, key=lambda s: s.date or datetime.date.max, default=None)
