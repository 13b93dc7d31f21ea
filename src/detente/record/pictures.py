"""Pictures of a record: the timeline, and the ledger as bars that fade where a commitment sleeps."""

import datetime
from collections.abc import Sequence
from typing import Any

from detente.charts import timeline_spec
from detente.charts.grammar import finish, layer
from detente.charts.layout import text_width
from detente.charts.theme import FONT_SIZE, INK, MUTED, WIDTH, series_color
from detente.errors import OptionError
from detente.record.ledger import DAYS_PER_YEAR, YEARS, date_of, entries
from detente.record.model import Event
from detente.record.queries import BREACHES, Date
from detente.record.record import Record
from detente.run.model import Cell, Table

ROW = 17
FAINT = "#c9d3e0"
SINCE = "nothing recorded since"
MARKS = {"invoked": "circle", "renewed": "diamond", "performed": "triangle-up", "breached": "cross", "ended": "square"}
WEIGHTS = {  # how much an event matters for a label, by type, before its deaths and what it touches are added
    "war_start": 60.0,
    "war_end": 60.0,
    "ceasefire": 40.0,
    "signature": 30.0,
    "offensive": 30.0,
    "rejection": 20.0,
    "acceptance": 20.0,
    "proposal": 20.0,
    "leadership_change": 12.0,
}


def timeline(record: Record, as_of: Date = None, types: Sequence[str] = (), actors: Sequence[str] = ()) -> Table:
    """Events as a table, in date order, with a weight for labels; only some types or actors if asked.

    Raises:
        OptionError: no event is left.
    """
    cut, day = date_of(record, as_of)
    found = [
        event
        for event in cut.events.values()
        if (not types or event.type in types) and (not actors or set(actors) & {*event.actors, *event.target})
    ]
    if not found:
        raise OptionError.of("no event matches", "a type and an actor of the record, and a date after its first event")
    rows: list[tuple[Cell, ...]] = [
        (
            event.date.isoformat(),
            event.date_end.isoformat() if event.date_end else "",
            event.precision,
            event.type,
            " ".join(event.actors),
            " ".join(event.target),
            event.text,
            event.low,
            event.best,
            event.high,
            " ".join(f"{touch.commitment}:{touch.how}" for touch in event.touches),
            " ".join(event.responds_to),
            event.id,
            " ".join(event.sources),
            event.certainty,
            _weight(event),
        )
        for event in found
    ]
    return Table(
        title=f"Timeline, as of {day}",
        columns=(
            "date", "end", "precision", "type", "actors", "target", "text", "low", "best", "high", "touches",
            "responds_to", "event", "sources", "certainty", "weight",
        ),
        rows=tuple(rows),
        units=dict.fromkeys(("low", "best", "high"), "deaths"),
        note="weight only orders the labels of the picture",
        record=tuple(event.id for event in found),
        confidential=any(event.confidential for event in found),
    )  # fmt: skip


def _weight(event: Event) -> float:
    deaths = event.best or 0.0
    return round(
        WEIGHTS.get(event.type, 0.0)
        + 3.0 * len(event.touches)
        + (10.0 if event.type in BREACHES else 0.0) * min(1.0, deaths / 100.0)
        + {"high": 1.0, "medium": 0.5, "low": 0.0}[event.certainty],
        3,
    )


def timeline_picture(table: Table, mark: str = "", width: int = WIDTH) -> tuple[dict[str, Any], list[str]]:
    """The Vega-Lite specification of a timeline, and the labels that found room without touching another."""
    return timeline_spec(table, "date", "text", "type", "weight", width=width, mark=mark)


def ledger_picture(
    record: Record, as_of: Date = None, *, only_asleep: bool = False, years: float = YEARS, width: int = WIDTH
) -> dict[str, Any]:
    """One bar per commitment: strong to its last touch, faint while nothing touched it, a mark for every touch.

    Raises:
        OptionError: no commitment to draw.
    """
    cut, day = date_of(record, as_of)
    found = [
        entry
        for entry in entries(cut, day, years=years)
        if not only_asleep or entry.state in ("dormant", "forgotten", "ended_asleep")
    ]
    if not found:
        raise OptionError.of("no commitment to draw", "an instrument with commitments made before the date")
    names = [entry.commitment.id for entry in found]
    bars: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for entry in found:
        end = min(entry.ended or day, day)
        last = min(max(entry.last[0].date if entry.last else entry.made, entry.made), end)
        row = {"name": entry.commitment.id, "state": entry.state.replace("_", " ")}
        bars.append({**row, "start": _year(entry.made), "end": _year(last), "part": "touched"})
        bars.append({**row, "start": _year(last), "end": _year(end), "part": SINCE})
        marks += [
            {"name": entry.commitment.id, "year": _year(event.date), "how": touch.how}
            for event, touch in entry.touches
            if event.date >= entry.made
        ]
    margin = max(text_width(name, FONT_SIZE) for name in names) + 12
    rows: dict[str, Any] = {"field": "name", "type": "nominal", "sort": names, "title": None}
    rows["axis"] = {"labelLimit": 0, "labelFontSize": FONT_SIZE, "ticks": False}
    across: dict[str, Any] = {"type": "quantitative", "title": None, "scale": {"zero": False, "nice": False}}
    across["axis"] = {"format": "d", "tickCount": 8}
    legend = {"title": None, "orient": "top"}
    part: dict[str, Any] = {"field": "part", "type": "nominal", "legend": legend}
    part["scale"] = {"domain": ["touched", SINCE], "range": [series_color(0), FAINT]}
    how: dict[str, Any] = {
        "field": "how",
        "type": "nominal",
        "legend": {**legend, "symbolFillColor": INK, "symbolStrokeColor": INK},
    }
    how["scale"] = {"domain": list(MARKS), "range": list(MARKS.values())}
    style = {"size": 34, "filled": True, "color": INK, "stroke": MUTED, "strokeWidth": 0.4}
    spec = {
        "width": max(160.0, width - margin),
        "height": ROW * len(names),
        "layer": [
            layer(bars, "bar", {"height": 5}, y=rows, x={"field": "start", **across}, x2={"field": "end"}, color=part),
            layer(marks, "point", style, y=rows, x={"field": "year", **across}, shape=how),
        ],
    }
    return finish(spec)


def _year(date: datetime.date) -> float:
    return round(date.year + (date.timetuple().tm_yday - 1) / DAYS_PER_YEAR, 3)
