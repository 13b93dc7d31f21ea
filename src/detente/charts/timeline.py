"""The timeline: every event a mark in the row of its kind, and as many labels as find room, by importance."""

import re
from collections import Counter
from datetime import date as Date
from typing import Any

from detente.charts.grammar import finish, records
from detente.charts.layout import Label, place_labels, text_width, wrap
from detente.charts.theme import FONT_SIZE, INK, MUTED, SHAPES, WIDTH, series_color
from detente.run import Table

MANY = 12
LABEL_SIZE = 11.5
LANE = 15
ROW = 21
LABEL_LETTERS = 36
JOINT = re.compile(r"[;,:]| (?:and|which|that|with|after|while|by|in|on|of|to|from|for|without) ")
IMPORTANT = (
    "war_start", "war_end", "war", "ceasefire", "sign", "peace", "treaty", "agreement", "acceptance", "rejection",
    "offensive", "withdraw", "proposal", "text", "deployment", "mandate", "resolution", "summit",
)  # fmt: skip


def counts(table: Table, column: str) -> Table:
    """How many rows have each value of a column, most first."""
    place = table.columns.index(column)
    tally = Counter(str(row[place] or "–") for row in table.rows)
    return Table(title=table.title, columns=(column, "count"), rows=tuple(tally.most_common()))


def decimal_year(text: str, end: bool = False) -> float | None:
    """An ISO date, month or year as a decimal year (middle of what it leaves open); None if it is none of these."""
    parts = text.strip().split("-")
    try:
        year = int(parts[0])
        if len(parts) == 1:
            return year + 0.5
        month = int(parts[1])
        if len(parts) == 2:
            return year + (month - 0.5) / 12
        return year + (Date(year, month, int(parts[2][:2])).timetuple().tm_yday - 1) / 365.25
    except ValueError:
        return None


def timeline_spec(
    table: Table,
    date: str,
    text: str,
    kind: str | None = None,
    weight: str | None = None,
    *,
    width: int = WIDTH,
    mark: str = "",
    lanes: int = 9,
    kinds_shown: int = 7,
) -> tuple[dict[str, Any], list[str]]:
    """Specification of a timeline, and the labels that found room.

    Args:
        table: one row per event.
        date: column of the date (ISO; year or month are enough).
        text: column of the label.
        kind: column that gives the row, the shape and the colour.
        weight: column of importance; without one, agreements, ceasefires and wars come first.
        width: drawn width, pixels.
        mark: a date to be marked with a line.
        lanes: lanes for labels above the rows.
        kinds_shown: kinds that get a row of their own; the rest share one.
    """
    import altair as alt

    events = _events(table, date, text, kind, weight=weight, kinds_shown=kinds_shown)
    rows = list(dict.fromkeys(e["kind"] for e in sorted(events, key=lambda e: e["order"])))
    margin = max((text_width(r, FONT_SIZE) for r in rows), default=0) + 14 if width > 400 else 0
    inner = width - margin - 16
    first, last = min(e["year"] for e in events), max(e["year"] for e in events)
    marked = decimal_year(mark) if mark else None
    if marked is not None:
        first, last = min(first, marked), max(last, marked)
    first, last = first - 0.02 * (last - first) - 0.1, last + 0.02 * (last - first) + 0.1
    scale = inner / (last - first)
    labels = [
        Label((e["year"] - first) * scale, f"{str(e['date'])[:4]} {short_label(e['text'])}", e["weight"])
        for e in events
    ]
    lanes = lanes if width > 400 else 7
    clear = [] if marked is None else [(marked - first) * scale]
    placed, _ = place_labels(labels, inner, lanes, LABEL_SIZE, keep_clear=clear)
    used = max((p.lane for p in placed), default=-1) + 1
    top = used * LANE + 6
    height = top + ROW * len(rows) + 4
    for e in events:
        e["y"] = top + ROW * (rows.index(e["kind"]) + 0.5)
        e["x"] = (e["year"] - first) * scale
    text_rows = [
        {"x": p.left, "y": top - 8 - p.lane * LANE, "text": labels[p.index].text, "anchor": labels[p.index].anchor,
         "to": events[p.index]["y"]}
        for p in placed
    ]  # fmt: skip
    x_axis = alt.Axis(title=None, format="d", tickCount=8 if width > 400 else 5, grid=False, domain=True)
    x_year = alt.X("year:Q", scale=alt.Scale(domain=[first, last], nice=False, zero=False), axis=x_axis)
    y_scale = alt.Scale(domain=[0, height], range=[0, height], nice=False)
    y = alt.Y("y:Q", scale=y_scale, axis=None)
    layers: list[Any] = []
    if marked is not None:
        line = alt.Chart(alt.Data(values=[{"year": marked}])).mark_rule(color=MUTED, strokeDash=[4, 3])
        layers.append(line.encode(x=x_year))
    stems = [{"year": first + t["anchor"] / scale, "y": t["y"] + 4, "y2": t["to"]} for t in text_rows]
    layers.append(
        alt.Chart(alt.Data(values=stems)).mark_rule(color="#b4bcc7", strokeWidth=0.8).encode(x=x_year, y=y, y2="y2:Q")
    )
    domain = alt.Scale(domain=rows, range=[series_color(n) for n in range(len(rows))])
    shapes = alt.Scale(domain=rows, range=[SHAPES[n % len(SHAPES)] for n in range(len(rows))])
    legend = None if width > 400 else alt.Legend(title=None, orient="bottom", columns=2)
    layers.append(
        alt.Chart(alt.Data(values=[{k: e[k] for k in ("year", "y", "kind")} for e in events]))
        .mark_point(size=42, filled=True, opacity=0.85)
        .encode(x=x_year, y=y, color=alt.Color("kind:N", scale=domain, legend=legend),
                shape=alt.Shape("kind:N", scale=shapes, legend=legend))
    )  # fmt: skip
    for t in text_rows:
        t["year"] = first + t["x"] / scale
    layers.append(
        alt.Chart(alt.Data(values=text_rows))
        .mark_text(align="left", baseline="middle", fontSize=LABEL_SIZE, color=INK)
        .encode(x=x_year, y=y, text="text:N")
    )
    if width > 400:
        names = [{"name": r, "y": top + ROW * (n + 0.5)} for n, r in enumerate(rows)]
        layers.append(
            alt.Chart(alt.Data(values=names))
            .mark_text(align="right", baseline="middle", color=MUTED, fontSize=FONT_SIZE)
            .encode(x=alt.value(-8), y=y, text="name:N")
        )
    chart = alt.layer(*layers).properties(width=inner, height=height)
    return finish(chart), [t["text"] for t in text_rows]


def short_label(text: str, letters: int = LABEL_LETTERS) -> str:
    """A label from a sentence: whole if it fits, else cut before a joining word, else after any word, with "…"."""
    text = text.strip().rstrip(".")
    if len(text) <= letters:
        return text
    stops = [found.start() for found in JOINT.finditer(text[: letters + 8]) if letters // 2 <= found.start() <= letters]
    return f"{text[: stops[-1]] if stops else wrap(text, letters)[0].rstrip(',;:')}…"


def _events(
    table: Table, date: str, text: str, kind: str | None, *, weight: str | None, kinds_shown: int
) -> list[dict[str, Any]]:
    found = [row for row in records(table) if row[date] and decimal_year(str(row[date])) is not None]
    tally = Counter(str(row[kind]) for row in found) if kind else Counter()
    frequent = {name for name, _ in tally.most_common(kinds_shown if len(tally) <= kinds_shown else kinds_shown - 1)}
    events = []
    for row in found:
        name = str(row[kind]) if kind else "events"
        own = name if name in frequent or not kind else "other"
        events.append(
            {
                "year": decimal_year(str(row[date])),
                "date": row[date],
                "text": str(row[text] or ""),
                "kind": own.replace("_", " "),
                "order": -1 if own == "other" and own not in frequent else 0,
                "weight": _weight(row, name, weight),
            }
        )
    ranks = {name.replace("_", " "): n for n, (name, _) in enumerate(tally.most_common())}
    for event in events:
        event["order"] = len(ranks) if event["order"] == -1 else ranks.get(event["kind"], 0)
    return events


def _weight(row: dict[str, Any], kind: str, weight: str | None) -> float:
    if weight and isinstance(row.get(weight), int | float):
        return float(row[weight])
    for rank, word in enumerate(IMPORTANT):
        if word in kind.lower():
            return float(len(IMPORTANT) - rank)
    return 0.0
