"""Pictures of a record: the timeline, and the ledger as bars that fade where a commitment sleeps."""

import datetime
from collections.abc import Sequence
from typing import Any

from detente.charts import timeline_spec
from detente.charts.grammar import finish
from detente.charts.layout import text_width
from detente.charts.theme import FONT_SIZE, INK, MUTED, WIDTH, series_color
from detente.errors import OptionError
from detente.record.ledger import DAYS_PER_YEAR, YEARS, date_of, entries
from detente.record.model import Event
from detente.record.queries import BREACHES, Date
from detente.record.record import Record
from detente.run.model import Cell, Table

ROW = 17
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
    import altair as alt

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
        bars.append({**row, "start": _year(last), "end": _year(end), "part": "nothing recorded since"})
        marks += [
            {"name": entry.commitment.id, "year": _year(event.date), "how": touch.how}
            for event, touch in entry.touches
            if event.date >= entry.made
        ]
    margin = max(text_width(name, FONT_SIZE) for name in names) + 12
    y = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelLimit=0, labelFontSize=FONT_SIZE, ticks=False))
    x = alt.X("start:Q", title=None, scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(format="d", tickCount=8))
    part = alt.Color(
        "part:N",
        scale=alt.Scale(domain=["touched", "nothing recorded since"], range=[series_color(0), "#c9d3e0"]),
        legend=alt.Legend(title=None, orient="top"),
    )
    how = ["invoked", "renewed", "performed", "breached", "ended"]
    shape = alt.Shape(
        "how:N",
        scale=alt.Scale(domain=how, range=["circle", "diamond", "triangle-up", "cross", "square"]),
        legend=alt.Legend(title=None, orient="top", symbolFillColor=INK, symbolStrokeColor=INK),
    )
    chart = alt.layer(
        alt.Chart(alt.Data(values=bars)).mark_bar(height=5).encode(y=y, x=x, x2="end:Q", color=part),
        alt.Chart(alt.Data(values=marks or [{"name": names[0], "year": None, "how": "invoked"}]))
        .mark_point(size=34, filled=True, color=INK, stroke=MUTED, strokeWidth=0.4)
        .encode(y=y, x="year:Q", shape=shape),
    ).properties(width=max(160.0, width - margin), height=ROW * len(names))
    return finish(chart)


def _year(date: datetime.date) -> float:
    return round(date.year + (date.timetuple().tm_yday - 1) / DAYS_PER_YEAR, 3)
