"""The timeline: every event a mark in the row of its kind, and as many labels as find room, by importance."""

import re
from collections import Counter
from typing import Any

from detente.report.charts.grammar import WIDE, Spec, coloured, finish, layer, name, number, records, shaped
from detente.report.charts.layout import Label, place_labels, text_width, wrap
from detente.report.charts.theme import FONT_SIZE, INK, MUTED, WIDTH
from detente.run import Table
from detente.words.dates import decimal_year

MANY = 12
REST = "other"  # the row of all kinds that get none of their own
LABEL_SIZE = 11.5
LANE = 15
ROW = 21
LABEL_LETTERS = 36
JOINT = re.compile(r"[;,:]| (?:and|which|that|with|after|while|by|in|on|of|to|from|for|without) ")
IMPORTANT = (
    "war_start", "war_end", "war", "ceasefire", "sign", "peace", "treaty", "agreement", "acceptance", "rejection",
    "offensive", "withdraw", "proposal", "text", "deployment", "mandate", "resolution", "summit",
)  # fmt: skip


def counts(table: Table, column: str, blank: str = "–") -> Table:
    """How many rows have each value of a column, most first; `blank` names those without one."""
    place = table.columns.index(column)
    tally = Counter(str(row[place] or blank) for row in table.rows)
    return Table(title=table.title, columns=(column, "count"), rows=tuple(tally.most_common()))


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
    kinds_shown: int = 8,
) -> tuple[Spec, list[str]]:
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
    events = _events(table, date, text, kind, weight=weight, kinds_shown=kinds_shown)
    rows = list(dict.fromkeys(e["kind"] for e in sorted(events, key=lambda e: e["order"])))
    margin = max((text_width(r, FONT_SIZE) for r in rows), default=0) + 14 if width > WIDE else 0
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
    lanes = lanes if width > WIDE else 7
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
    year_axis = {"title": None, "format": "d", "tickCount": 8 if width > WIDE else 5, "grid": False, "domain": True}
    x = number("year", scale={"domain": [first, last], "nice": False, "zero": False}, axis=year_axis)
    y = number("y", scale={"domain": [0, height], "range": [0, height], "nice": False}, axis=None)
    layers: list[Spec] = []
    if marked is not None:
        layers.append(layer([{"year": marked}], "rule", {"color": MUTED, "strokeDash": [4, 3]}, x=x))
    stems = [{"year": first + t["anchor"] / scale, "y": t["y"] + 4, "y2": t["to"]} for t in text_rows]
    layers.append(layer(stems, "rule", {"color": "#b4bcc7", "strokeWidth": 0.8}, x=x, y=y, y2={"field": "y2"}))
    color, shape = coloured("kind", rows, width), shaped("kind", rows, width)
    key = None if width > WIDE else {"title": None, "orient": "bottom", "columns": 2}
    color["legend"] = shape["legend"] = key
    marks = [{k: e[k] for k in ("year", "y", "kind")} for e in events]
    layers.append(
        layer(marks, "point", {"size": 42, "filled": True, "opacity": 0.85}, x=x, y=y, color=color, shape=shape)
    )
    written = [{"year": first + t["x"] / scale, "y": t["y"], "text": t["text"]} for t in text_rows]
    style = {"align": "left", "baseline": "middle", "fontSize": LABEL_SIZE, "color": INK}
    layers.append(layer(written, "text", style, x=x, y=y, text=name("text")))
    if width > WIDE:
        names = [{"name": row, "y": top + ROW * (n + 0.5)} for n, row in enumerate(rows)]
        style = {"align": "right", "baseline": "middle", "fontSize": FONT_SIZE, "color": MUTED}
        layers.append(layer(names, "text", style, x={"value": -8}, y=y, text=name("name")))
    return finish({"layer": layers, "width": inner, "height": height}), [t["text"] for t in text_rows]


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
    groups = [str(row[kind]) if kind else "events" for row in found]
    weights = [_weight(row, group, weight) for row, group in zip(found, groups, strict=True)]
    score: dict[str, float] = {}
    for group, importance in zip(groups, weights, strict=True):
        score[group] = score.get(group, 0.0) + importance + 0.01
    ranked = sorted(score, key=lambda group: -score[group])
    own = ranked if len(ranked) <= kinds_shown else [g for g in ranked if g != REST][: kinds_shown - 1]
    return [
        {
            "year": decimal_year(str(row[date])),
            "date": row[date],
            "text": str(row[text] or ""),
            "kind": (group if group in own else REST).replace("_", " "),
            "order": own.index(group) if group in own else len(own),
            "weight": importance,
        }
        for row, group, importance in zip(found, groups, weights, strict=True)
    ]


def _weight(row: dict[str, Any], kind: str, weight: str | None) -> float:
    if weight and isinstance(row.get(weight), int | float):
        return float(row[weight])
    for rank, word in enumerate(IMPORTANT):
        if word in kind.lower():
            return float(len(IMPORTANT) - rank)
    return 0.0
