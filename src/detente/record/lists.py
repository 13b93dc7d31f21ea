"""The lists of a record in memory, shared by the whole record and by the record as it stood on a day."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from detente.record.entries import (
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
    Response,
    Row,
    Source,
    Status,
)
from detente.record.kinds import LISTS


@dataclass(frozen=True)
class ImportedList:
    """A list that an importer put beside the record: kept in Parquet, never loaded row by row.

    Whoever reads it goes through `detente.record.imported`, which leaves out what may not be seen.
    """

    name: str
    path: Path
    rows: int  # in the file
    about: dict[str, Any]
    last: datetime.date | None = None  # the last date of its rows
    until: datetime.date | None = None  # rows that were not known by this day may not be seen
    hidden: frozenset[str] = frozenset()  # ids that may not be named, and on which no row that is seen may rest


@dataclass(frozen=True, kw_only=True)
class Entries:
    """Sources, actors, events, instruments, claims and lists; every list is a dict by id, events in date order."""

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
    imported: tuple[ImportedList, ...] = ()
    merged: dict[str, str] = field(default_factory=dict[str, str])  # rows of imported lists -> the event they repeat

    @property
    def commitments(self) -> dict[str, Commitment]:
        """All commitments by id, instrument by instrument."""
        return {c.id: c for instrument in self.instruments.values() for c in instrument.commitments}

    @property
    def lists(self) -> Mapping[str, Mapping[str, Row]]:
        """Every list by its kind."""
        return {kind: cast("dict[str, Row]", getattr(self, kind)) for kind in LISTS}

    def made(self, commitment: Commitment) -> datetime.date:
        """When a commitment was made: its own date or its instrument's."""
        return commitment.made or self.instruments[commitment.instrument].date

    def label(self, actor: str) -> str:
        """An actor's name, or its id in words where the record does not describe it."""
        known = self.actors.get(actor)
        return known.name if known else actor.replace("_", " ")


def status_of(statuses: tuple[Status, ...], viewpoint: str = RECORD) -> Status | None:
    """The latest status that a viewpoint gives; an undated one comes after the dated ones."""
    own = [s for s in statuses if s.viewpoint == viewpoint]
    return max(own, key=lambda s: s.date or datetime.date.max, default=None)
