"""A small record with a row of every kind, into which a test can plant words; and everything that is shown of one."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from detente.errors import Diagnostic, OptionError
from detente.record import CutRecord, Record
from detente.record.assemble import assemble
from detente.record.ceasefires import ceasefires
from detente.record.cells import encode
from detente.record.duplicates import likely
from detente.record.entries import RECORD
from detente.record.gather import Gathered, Raw
from detente.record.imported import connect, yearly_deaths
from detente.record.lags import lags
from detente.record.ledger import ORDERS, bars, ledger
from detente.record.lists import ImportedList
from detente.record.meetings import formats, meetings
from detente.record.queries import claims, deaths, sources
from detente.record.responses import responses
from detente.record.timeline import timeline
from detente.record.views import with_views
from detente.record.workbook import book_of
from detente.record.write import plain, rows_of
from detente.run import Table
from detente.run.forms import as_data

Rows = dict[str, list[dict[str, Any]]]
WORLD: Rows = {
    "sources": [
        {"id": "S1", "title": "A newspaper", "note": "n"},
        {"id": "S2", "title": "A report", "repeats": "S1"},
    ],
    "actors": [
        {"id": "aland", "name": "Aland", "kind": "party", "sources": "S1"},
        {"id": "borduria", "name": "Borduria", "kind": "party"},
        {"id": "chair", "name": "The chair", "kind": "mediator"},
    ],
    "instruments": [{"id": "truce", "name": "The truce", "date": "2019-01-01", "type": "ceasefire", "sources": "S1"}],
    "commitments": [
        {"id": "truce.leave", "instrument": "truce", "who": "aland", "to": "borduria", "what": "leave",
         "by": "2019-06-01"},
        {"id": "truce.talk", "instrument": "truce", "who": "borduria", "what": "talk", "by": "continuing"},
    ],
    "statuses": [
        {"subject": "truce.leave", "status": "violated", "date": "2019-06-02", "events": "E1", "sources": "S1"},
        {"subject": "truce.leave", "viewpoint": "borduria", "status": "violated", "date": "2019-06-02"},
        {"subject": "truce", "status": "lapsed", "date": "2020-02-01"},
    ],
    "events": [
        {"id": "E1", "date": "2019-06-02", "type": "clash", "actors": "aland", "target": "borduria", "text": "Shots",
         "low": "5", "best": "6", "high": "7", "sources": "S1", "tags": "fight"},
        {"id": "E2", "date": "2019-06-03", "type": "statement", "actors": "chair", "text": "Regret",
         "responds_to": "E1",
         "named": "aland", "sources": "S2"},
        {"id": "E3", "date": "2019-07-01", "type": "meeting", "actors": "aland borduria chair",
         "tags": "leader_meeting",
         "text": "They met", "format": "chair", "sources": "S1"},
    ],
    "touches": [{"event": "E1", "commitment": "truce.leave", "how": "breached"}],
    "claims": [
        {"id": "C1", "by": "A minister", "actor": "aland", "date": "2019-08-01", "claim": "They shot first",
         "events": "E1", "sources": "S1"},
    ],
    "relations": [
        {"claim": "C1", "by": "Another", "actor": "borduria", "position": "opposes", "says": "No",
         "date": "2019-08-02"},
    ],
    "responses": [
        {"id": "R1", "date": "2019-06-02", "escalation": "The shots", "event": "E1", "mediator": "chair",
         "responded": "yes", "lag_days": "1", "issued_by": "the chair", "response_events": "E2", "naming": "none"},
    ],
    "ceasefires": [
        {"id": "F1", "name": "The truce", "instrument": "truce", "start": "2019-01-01", "relapse_minor": "2019-06-02",
         "events": "E1", "sources": "S1"},
    ],
    "deaths": [
        {"id": "D1", "period": "June", "start": "2019-06-01", "end": "2019-06-30", "low": "5", "best": "6", "high": "7",
         "sources": "S1"},
        {"id": "D2", "period": "a day", "start": "2019-06-02", "end": "2019-06-02", "low": "5", "best": "6",
         "high": "7",
         "part_of": "D1"},
    ],
    "meeting_counts": [{"id": "M1", "year": "2019", "count": "one", "sources": "S1"}],
    "interests": [{"id": "I1", "actor": "aland", "period": "then", "ranks": {"war": 1}, "sources": "S1"}],
}  # fmt: skip


def world(**meta: Any) -> tuple[Rows, dict[str, Any]]:
    """The rows of a record, and what it says of itself, to be changed by a test."""
    return copy.deepcopy(WORLD), {"title": "A world", "parties": ["aland", "borduria"], **meta}


def record_of(rows: Rows, meta: dict[str, Any], imported: tuple[ImportedList, ...] = ()) -> Record:
    """A record from raw rows."""

    def locate(where: tuple[Any, ...], what: str, *_more: Any, **_others: Any) -> Diagnostic:
        return Diagnostic(f"{where}: {what}")

    raw = [Raw(kind, dict(values), locate) for kind, listed in rows.items() for values in listed]
    return assemble(Gathered(rows=raw, meta=Raw("record", meta, locate)), Path(), imported)


def tables_of(cut: CutRecord) -> Iterator[Table]:
    """Every table that is computed from a record."""
    views = [RECORD, *(id for id in ("aland", "borduria") if id in cut.actors)]
    for order in ORDERS:
        yield ledger(cut, by=order, viewpoints=views)
    yield from (ledger(cut, forgotten=True), claims(cut, views), ceasefires(cut), sources(cut), likely(cut))
    yield from (lags(cut, view) for view in views)
    for found in (responses(cut), meetings(cut), formats(cut), deaths(cut), yearly_deaths(cut)):
        yield from found.values()
    happened = [timeline(cut).table()] if cut.events else []
    yield from (
        *happened,
        *(with_views(cut, table, views) for table in [*happened, ledger(cut), *responses(cut).values()]),
    )


def shown(cut: CutRecord, sql: bool = True) -> str:
    """Everything that is shown of a record: tables, pictures, rows, labels, and SQL over all lists if asked."""
    parts: list[Any] = [as_data(table) for table in tables_of(cut)]
    try:
        parts.append(bars(cut).model_dump_json())
    except OptionError:
        assert not cut.commitments
    parts += [encode(row) for rows in rows_of(cut).values() for row in rows]
    parts += [plain(cut.meta, skip=()), [cut.label(actor) for actor in cut.actors]]
    if sql:
        parts += rows_by_sql(cut)
    return json.dumps(parts, ensure_ascii=False, default=str)


def rows_by_sql(cut: CutRecord) -> Iterator[list[Any]]:
    """The rows of every list, imported ones too, as SQL gives them."""
    with connect(cut) as connection:
        for (name,) in connection.execute("SELECT table_name FROM information_schema.tables").fetchall():
            yield connection.execute(f'SELECT * FROM "{name}"').fetchall()


def book_text(record: Record) -> str:
    """Every cell of a record's workbook."""
    found, _ = book_of(record)
    return json.dumps(
        [[list(sheet.columns), [list(row) for row in sheet.rows]] for sheet in found.values()], default=str
    )
