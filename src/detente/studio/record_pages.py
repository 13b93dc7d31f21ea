"""The record as a page: a timeline and a ledger that can be filtered, and every source one step away."""

import datetime
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from detente.errors import OptionError
from detente.record import CutRecord, Event, Record
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


def show_record(studio: Studio, request: Request) -> Response:
    """Timeline, events and ledger."""
    context = frame(studio, request, "record")
    filters = filters_of(request)
    case, whole = context["case"], context["now"].record
    record = whole.as_of(context["view"].date) if whole is not None else None
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
        "short": lambda actor: short(case, actor) if actor in case.actors else record.label(actor),
    }
    return html(studio.render("record.html.j2", context))


def _query(query: str, filters: Mapping[str, str]) -> str:
    from urllib.parse import urlencode

    return f"{query}&{urlencode({k: v for k, v in filters.items() if v})}".rstrip("&")


def _rows(table: Table | None) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows] if table is not None else []


def picture(studio: Studio, request: Request) -> Response:
    """The timeline of the events that pass the filters."""
    return _drawing(studio, request, lambda record, date, width: _timeline(record, date, filters_of(request), width))


def ledger_drawing(studio: Studio, request: Request) -> Response:
    """The ledger as bars."""
    return _drawing(studio, request, _ledger)


Draw = Callable[[Record, str, int], str]  # record, date, width in pixels -> SVG
KEPT = 48  # drawings kept, so that going back to a page is quick
_drawings: dict[tuple[str, str, str], str] = {}  # content, path, query -> SVG


def _drawing(studio: Studio, request: Request, draw: Draw) -> Response:
    """A drawing of the record on the date that was asked for; kept until the case's files change."""
    now = studio.opened.now()
    if now.record is None:
        raise HTTPException(404)
    date = _day(request.query_params.get("date", now.case.as_of))
    key = (now.content, request.url.path, request.url.query)
    text = _drawings.get(key)
    if text is None:
        width = NARROW if request.query_params.get("narrow") else WIDTH + 180
        text = _drawings[key] = draw(now.record, date, width)
        for old in list(_drawings)[:-KEPT]:
            _drawings.pop(old, None)
    return Response(text, media_type="image/svg+xml", headers={"cache-control": "private, no-cache"})


def _timeline(record: Record, date: str, filters: Mapping[str, str], width: int) -> str:
    stood = record.as_of(date)
    events = chosen(stood, filters)
    if not events:
        return _empty("no event passes these filters")
    table = timeline(replace(stood, events={e.id: e for e in events})).table()
    return svg_file(timeline_spec(table, "date", "text", "type", "weight", width=width, mark=date)[0])


def _ledger(record: Record, date: str, width: int) -> str:
    try:
        return svg_file(ledger_spec(bars(record.as_of(date)), width))
    except OptionError:
        return _empty("no commitment was made before this date")


def _day(date: str) -> str:
    try:
        return datetime.date.fromisoformat(date).isoformat()
    except ValueError:
        raise OptionError.of("this is not a date", "such as 2021-08-05") from None


def _empty(words: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="40">'
        f'<text x="4" y="24" font-family="sans-serif" font-size="13">{words}</text></svg>'
    )


def show_source(studio: Studio, request: Request) -> Response:
    """One source: what it is, which events and commitments rest on it, and whom it repeats."""
    context = frame(studio, request, "record")
    id = request.path_params["id"]
    record = None if context["now"].record is None else context["now"].record.as_of(context["view"].date)
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
