"""The record as a page: a timeline and a ledger that can be filtered, and every source one step away."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from detente.errors import OptionError
from detente.record import CutRecord, Event
from detente.record.ledger import bars, ledger
from detente.record.timeline import timeline
from detente.report.charts import svg_file, timeline_spec
from detente.report.charts.ledger import ledger_spec
from detente.report.charts.theme import NARROW, WIDTH
from detente.run import Table
from detente.studio.app import Studio, html
from detente.studio.pages import frame, short

SHOWN = 120  # events listed before the rest is left to the filter
FILTERS = ("type", "actor", "from", "to", "q", "state")


def filters_of(request: Request) -> dict[str, str]:
    """What the page is filtered by; unknown words find nothing, which is no error."""
    return {name: request.query_params.get(name, "").strip()[:100] for name in FILTERS}


def chosen(record: CutRecord, filters: Mapping[str, str]) -> list[Event]:
    """The events that pass the filters, in date order."""
    words = filters["q"].lower()
    return [
        event
        for event in record.events.values()
        if (not filters["type"] or event.type == filters["type"])
        and (not filters["actor"] or filters["actor"] in {*event.actors, *event.target})
        and (not filters["from"] or event.last.isoformat() >= filters["from"])
        and (not filters["to"] or event.date.isoformat()[: len(filters["to"])] <= filters["to"])
        and (not words or words in f"{event.text} {event.place} {event.id}".lower())
    ]


def cut(studio: Studio, date: str) -> CutRecord | None:
    """The record as it stood on the view's date, or None where the case has none."""
    record = studio.desk.record
    return None if record is None else record.as_of(date)


def show_record(studio: Studio, request: Request) -> Response:
    """Timeline, events and ledger."""
    context = frame(studio, request, "record")
    filters = filters_of(request)
    record = cut(studio, context["view"].date)
    if record is None:
        return html(studio.render("record.html.j2", {**context, "record": None}))
    events = chosen(record, filters)
    table = ledger(record) if record.instruments else None
    rows = _rows(table)
    states = Counter(str(row["state"]) for row in rows)
    context |= {
        "record": record,
        "filters": filters,
        "events": list(reversed(events))[:SHOWN],
        "count": len(events),
        "types": [t for t, _ in Counter(e.type for e in record.events.values()).most_common()],
        "actors": sorted({a for e in record.events.values() for a in (*e.actors, *e.target)}, key=record.label),
        "ledger": [row for row in rows if not filters["state"] or row["state"] == filters["state"]],
        "states": states,
        "note": table.note if table is not None else "",
        "picture": _query(context["query"], filters),
        "short": lambda actor: short(studio, actor) if actor in studio.desk.case.actors else record.label(actor),
    }
    return html(studio.render("record.html.j2", context))


def _query(query: str, filters: Mapping[str, str]) -> str:
    from urllib.parse import urlencode

    return f"{query}&{urlencode({k: v for k, v in filters.items() if v})}".rstrip("&")


def _rows(table: Table | None) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows] if table is not None else []


def picture(studio: Studio, request: Request) -> Response:
    """The timeline of the events that pass the filters."""
    record = studio.desk.record
    if record is None:
        raise HTTPException(404)
    date = request.query_params.get("date", studio.desk.case.as_of)
    width = NARROW if request.query_params.get("narrow") else WIDTH + 180
    return _svg(_timeline(studio, date, tuple(filters_of(request).items()), width))


@lru_cache(maxsize=32)
def _timeline(studio: Studio, date: str, filters: tuple[tuple[str, str], ...], width: int) -> str:
    record = studio.desk.record
    assert record is not None
    stood = record.as_of(_day(date))
    events = chosen(stood, dict(filters))
    if not events:
        return _empty("no event passes these filters")
    from dataclasses import replace

    table = timeline(replace(stood, events={e.id: e for e in events})).table()
    return svg_file(timeline_spec(table, "date", "text", "type", "weight", width=width, mark=date)[0])


def ledger_drawing(studio: Studio, request: Request) -> Response:
    """The ledger as bars."""
    if studio.desk.record is None:
        raise HTTPException(404)
    width = NARROW if request.query_params.get("narrow") else WIDTH + 180
    return _svg(_ledger(studio, request.query_params.get("date", studio.desk.case.as_of), width))


@lru_cache(maxsize=16)
def _ledger(studio: Studio, date: str, width: int) -> str:
    record = studio.desk.record
    assert record is not None
    try:
        return svg_file(ledger_spec(bars(record.as_of(_day(date))), width))
    except OptionError:
        return _empty("no commitment was made before this date")


def _day(date: str) -> str:
    import datetime

    try:
        return datetime.date.fromisoformat(date).isoformat()
    except ValueError:
        raise OptionError.of("this is not a date", "such as 2021-08-05") from None


def _empty(words: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="40">'
        f'<text x="4" y="24" font-family="sans-serif" font-size="13">{words}</text></svg>'
    )


def _svg(text: str) -> Response:
    return Response(text, media_type="image/svg+xml", headers={"cache-control": "private, max-age=60"})


def show_source(studio: Studio, request: Request) -> Response:
    """One source: what it is, which events and commitments rest on it, and whom it repeats."""
    context = frame(studio, request, "record")
    id = request.path_params["id"]
    record = cut(studio, context["view"].date)
    if record is None or id not in record.sources:
        raise HTTPException(404)
    source = record.sources[id]
    context |= {
        "record": record,
        "source": source,
        "events": [e for e in record.events.values() if id in e.sources],
        "instruments": [i for i in record.instruments.values() if id in i.sources],
        "claims": [c for c in record.claims.values() if id in c.sources],
        "repeated_by": [s for s in record.sources.values() if id in s.repeats],
    }
    return html(studio.render("source.html.j2", context))
