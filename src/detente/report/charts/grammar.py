"""Tables to Vega-Lite specifications: a few forms, used the same way in dossier, print and studio.

Each function takes a `Table` of a run (labelled columns) and names of columns, and returns a plain specification: what
Altair's `to_dict` would give (`altair.Chart.from_dict` takes it), built directly because that is ten times as fast.
Intervals are always drawn with the middle; the middle is never shown alone where an interval exists.

Source: Vega-Lite 5 specification, https://vega.github.io/vega-lite/docs/spec.html
"""

from collections.abc import Sequence
from typing import Any

from detente.report.charts.layout import label_points, text_width, wrap
from detente.report.charts.theme import DASHES, FONT_SIZE, INK, SHAPES, WIDTH, config, series_color
from detente.run import Table
from detente.words.strings import string
from detente.words.text import readable

Spec = dict[str, Any]
Rows = list[dict[str, Any]]
PERCENT, FINE_PERCENT = ".0%", ".1%"
FINE_SHARE = 0.06  # length of an axis of shares below which its ticks show a decimal
LEAST_SHARE = 0.02  # its least length: smaller differences should look small
LINE = 15  # pixels between lines of a row label
WIDE = 400  # narrower figures are for telephones: fewer ticks, legends in one column


def records(table: Table) -> Rows:
    """The rows of a table as dictionaries."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def order_of(rows: Rows, column: str) -> list[Any]:
    """Distinct values of a column in the order of first appearance."""
    return list(dict.fromkeys(row[column] for row in rows))


def finish(spec: Spec) -> Spec:
    """A complete specification with the shared look."""
    head = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json"}
    return {**head, **spec, "config": config(), "autosize": {"type": "pad"}, "padding": 4}


def layer(rows: Rows, mark: str, style: Spec | None = None, **encoding: Any) -> Spec:
    """One layer: rows, a mark with its style, and encodings."""
    return {"data": {"values": rows}, "mark": {"type": mark, **(style or {})}, "encoding": encoding}


def number(field: str, **more: Any) -> Spec:
    """Encoding of a quantitative column."""
    return {"field": field, "type": "quantitative", **more}


def name(field: str, **more: Any) -> Spec:
    """Encoding of a column of names."""
    return {"field": field, "type": "nominal", **more}


def axis(width: int, percent: bool = False, **more: Any) -> Spec:
    """A horizontal axis with as many ticks as fit."""
    return {"tickCount": 6 if width > WIDE else 4, **({"format": PERCENT} if percent else {}), **more}


def legend(width: int) -> Spec:
    """A legend above the plot."""
    return {"title": None, "orient": "top", "columns": 2 if width > WIDE else 1}


def coloured(field: str, names: Sequence[Any], width: int) -> Spec:
    """Encoding of a column by colour, in the order of the palette."""
    colors = [series_color(n) for n in range(len(names))]
    return name(field, scale={"domain": list(names), "range": colors}, legend=legend(width))


def shaped(field: str, names: Sequence[Any], width: int) -> Spec:
    """Encoding of a column by shape, so that colour is never alone."""
    shapes = [SHAPES[n % len(SHAPES)] for n in range(len(names))]
    return name(field, scale={"domain": list(names), "range": shapes}, legend=legend(width))


def band(
    table: Table,
    x: str,
    x_title: str,
    *,
    series: str | None = None,
    percent: bool = True,
    width: int = WIDTH,
    height: int = 260,
) -> Spec:
    """Curves with a band from `low` to `high` about `mid`; several series get colour and dash.

    Args:
        table: columns `x`, `low`, `mid`, `high` and perhaps the series.
        x: column of the horizontal axis.
        x_title: its title, with unit.
        series: column that tells curves apart.
        percent: true for shares, drawn from 0 to 1 as percentages.
        width: drawn width, pixels.
        height: drawn height of the plotting area, pixels.
    """
    rows = records(table)
    across = number(x, title=x_title, axis={"grid": False, "tickCount": 8 if width > WIDE else 5})
    y_axis = {"title": None, "tickCount": 5, **({"format": PERCENT} if percent else {})}
    scale = {"domain": [0, 1]} if percent else {"zero": True, "nice": True}
    look: Spec = {"color": {"value": series_color(0)}}
    dash: Spec = {}
    if series:
        names = order_of(rows, series)
        dashes = [list(DASHES[n % len(DASHES)]) for n in range(len(names))]
        look = {"color": coloured(series, names, width)}
        dash = {"strokeDash": name(series, scale={"domain": names, "range": dashes}, legend=legend(width))}

    def height_of(column: str) -> Spec:
        return number(column, scale=scale, axis=y_axis)

    layers = [
        layer(rows, "area", {"opacity": 0.18}, x=across, y=height_of("low"), y2={"field": "high"}, **look),
        *[
            layer(rows, "line", {"strokeWidth": 0.8, "opacity": 0.7}, x=across, y=height_of(part), **look)
            for part in ("low", "high")
        ],
        layer(rows, "line", {"strokeWidth": 2.6}, x=across, y=height_of("mid"), **look, **dash),
    ]
    return finish({"layer": layers, "width": width - 58, "height": height})


def row_labels(rows: Rows, label: str, width: int) -> tuple[float, int]:
    """Give each row a wrapped `name`; returns the width of the longest line, pixels, and the most lines."""
    for row in rows:
        row["name"] = "\n".join(wrap(str(row[label]), 36 if width > WIDE else 17))
    lines = [line for row in rows for line in row["name"].split("\n")]
    longest = max((text_width(line, FONT_SIZE) for line in lines), default=60.0)
    return longest, max((row["name"].count("\n") + 1 for row in rows), default=1)


def row_axis(rows: Rows, y: Spec) -> list[Spec]:
    """Row labels as text left of the plot, each block of lines centred on its row (axis labels would hang below)."""
    layers = []
    for lines in sorted({row["name"].count("\n") + 1 for row in rows}):
        names = dict.fromkeys(row["name"] for row in rows if row["name"].count("\n") + 1 == lines)
        style = {"align": "right", "baseline": "middle", "lineBreak": "\n", "lineHeight": LINE, "color": INK}
        style["dy"] = -LINE * (lines - 1) / 2
        layers.append(layer([{"name": n} for n in names], "text", style, y=y, x={"value": -9}, text=name("name")))
    return layers


def intervals(
    table: Table,
    label: str,
    unit: str = "",
    *,
    group: str | None = None,
    compare: str | None = None,
    percent: bool = False,
    zero: bool = True,
    hollow: Sequence[str] = (),
    width: int = WIDTH,
    row_height: int = 30,
) -> Spec:
    """One row per item: a line from `low` to `high`, a mark at `mid`, and a line at zero.

    The mark is filled where the whole interval lies on one side of zero and hollow where it does not. Groups stand in
    blocks, each with a scale of its own, since their units differ.

    Args:
        table: columns `label`, `low`, `mid`, `high` and perhaps `group`; rows without a middle are left out.
        label: column with the name of the row.
        unit: title of the axis.
        group: column that splits the rows into blocks.
        compare: column that tells several marks of one row apart, by colour and shape.
        percent: true for shares, drawn as percentages.
        zero: keep zero on the axis and draw a line there.
        hollow: cells of `compare` whose marks are hollow all the same.
        width: drawn width, pixels.
        row_height: pixels per row.
    """
    rows = [row for row in records(table) if row.get("mid") is not None]
    for row in rows:
        row["low"] = row["mid"] if row.get("low") is None else row["low"]
        row["high"] = row["mid"] if row.get("high") is None else row["high"]
        row["clear"] = row["low"] * row["high"] >= 0 and not (compare and row[compare] in hollow)
    longest, tallest = row_labels(rows, label, width)
    kinds = order_of(rows, compare) if compare else []
    step = max(row_height, LINE * tallest + 9, 15 * len(kinds) + 10)
    size = {"width": width - longest - 34, "height": {"step": step, "for": "position"}}
    across = number("low", title=unit or None, scale={"zero": zero, "nice": True}, axis=axis(width, percent))
    if not group:
        return finish({"layer": _interval_layers(rows, across, zero, _comparison(compare, kinds, width)), **size})
    blocks = []
    for title in order_of(rows, group):
        block = [row for row in rows if row[group] == title]
        heading = {"text": str(title), "fontSize": FONT_SIZE + 0.5, "offset": 2}
        layers = _interval_layers(block, across, zero, _comparison(compare, kinds, width))
        blocks.append({"layer": layers, **size, "title": heading})
    return finish({"vconcat": blocks, "spacing": 12})


def _comparison(compare: str | None, kinds: Sequence[Any], width: int) -> Spec:
    """Encodings that tell several marks of one row apart, or one colour for all."""
    if compare is None:
        return {"color": {"value": series_color(0)}}
    place = {"field": compare, "type": "nominal", "sort": list(kinds)}
    return {"yOffset": place, "color": coloured(compare, kinds, width), "shape": shaped(compare, kinds, width)}


def _interval_layers(rows: Rows, across: Spec, zero: bool, look: Spec) -> list[Spec]:
    y = name("name", sort=order_of(rows, "name"), axis=None)
    mid, no_shape = number("mid"), {k: v for k, v in look.items() if k != "shape"}
    line = {"strokeWidth": 3, "strokeCap": "round", "opacity": 0.7}
    fill = {"condition": {"test": "datum.clear", "value": 1}, "value": 0} if zero else {"value": 1}
    dot = {"size": 95, "filled": True}
    white = {k: v for k, v in look.items() if k != "color"}
    layers = [layer([{}], "rule", {"color": INK, "strokeWidth": 1.1}, x={"datum": 0})] if zero else []
    return [
        *layers,
        layer(rows, "rule", line, y=y, x=across, x2={"field": "high"}, **no_shape),
        layer(rows, "point", {**dot, "opacity": 1, "color": "white"}, y=y, x=mid, **white),
        layer(rows, "point", {"size": 95, "strokeWidth": 2.2, "opacity": 1}, y=y, x=mid, **look),
        layer(rows, "point", dot, y=y, x=mid, opacity=fill, **look),
        *row_axis(rows, y),
    ]


def tornado(table: Table, *, unit: str = "", percent: bool = False, width: int = WIDTH) -> Spec:
    """Bars from the value at the low end of an assumption to the value at its high end, in the order of the table.

    Args:
        table: columns `parameter`, `low`, `high` (the number at either end of the parameter's range).
        unit: title of the axis.
        percent: true for shares.
        width: drawn width, pixels.
    """
    rows = [row for row in records(table) if row["low"] is not None and row["high"] is not None]
    longest, tallest = row_labels(rows, "parameter", width)
    names = {part: string(f"chart.{part}_end") for part in ("low", "high")}
    ends = [{"name": row["name"], "at": row[part], "end": names[part]} for row in rows for part in ("low", "high")]
    y = name("name", sort=order_of(rows, "name"), axis=None)
    across = number("low", title=unit or None, axis=axis(width, percent), scale={"zero": False, "nice": True})
    both = list(names.values())
    color = name("end", scale={"domain": both, "range": [series_color(1), series_color(0)]}, legend=legend(width))
    shape = name("end", scale={"domain": both, "range": ["triangle-left", "triangle-right"]}, legend=legend(width))
    bar = {"strokeWidth": 7, "opacity": 0.3, "color": series_color(0)}
    layers = [
        layer(rows, "rule", bar, y=y, x=across, x2={"field": "high"}),
        layer(ends, "point", {"size": 80, "filled": True, "opacity": 1}, y=y, x=number("at"), color=color, shape=shape),
        *row_axis(rows, y),
    ]
    return finish({"layer": layers, "width": width - longest - 34, "height": {"step": max(26, LINE * tallest + 9)}})


def bars(table: Table, label: str, count: str, *, text: str = "", width: int = WIDTH) -> Spec:
    """Plain bars with their number at the end, in the order of the table.

    Args:
        table: columns `label` and `count`, and perhaps `text`.
        label: column with the name of the bar.
        count: column with its length.
        text: column with what stands at its end; default its length.
        width: drawn width, pixels.
    """
    rows = [{**row, label: readable(str(row[label]))} for row in records(table)]
    longest, tallest = row_labels(rows, label, width)
    y = name("name", sort=order_of(rows, "name"), axis=None)
    across = number(count, axis=None)
    layers = [
        layer(rows, "bar", {"color": series_color(0), "height": 13}, y=y, x=across),
        layer(rows, "text", {"align": "left", "dx": 6, "baseline": "middle"}, y=y, x=across, text=name(text or count)),
        *row_axis(rows, y),
    ]
    return finish({"layer": layers, "width": width - longest - 60, "height": {"step": max(24, LINE * tallest + 9)}})


def scatter(
    table: Table,
    x: str,
    y: str,
    *,
    x_title: str,
    y_title: str,
    label: str | None = None,
    kind: str | None = None,
    percent: bool = False,
    width: int = WIDTH,
    height: int = 280,
) -> Spec:
    """Points in a plane, told apart by colour and shape, with labels where they find room.

    Args:
        table: columns `x`, `y` and perhaps `label`, `kind`; rows without both numbers are left out.
        x: column of the horizontal axis.
        y: column of the vertical axis.
        x_title: title of the horizontal axis, with unit.
        y_title: title of the vertical axis, with unit.
        label: column of the labels.
        kind: column that tells points apart.
        percent: true if the vertical axis is a share.
        width: drawn width, pixels.
        height: drawn height of the plotting area, pixels.
    """
    rows = [row for row in records(table) if row[x] is not None and row[y] is not None]
    inner = width - 80
    spans = {column: _padded_span([float(row[column]) for row in rows]) for column in (x, y)}
    fixed = {"nice": False, "zero": False}
    upright = axis(width, percent)
    if percent:
        spans[y] = _at_least(spans[y], LEAST_SHARE)
        if spans[y][1] - spans[y][0] < FINE_SHARE:
            upright["format"] = FINE_PERCENT
    encoding: Spec = {
        "x": number(x, title=x_title, scale={"domain": spans[x], **fixed}, axis=axis(width)),
        "y": number(y, title=y_title, scale={"domain": spans[y], **fixed}, axis=upright),
    }
    if kind:
        kinds = order_of(rows, kind)
        encoding |= {"color": coloured(kind, kinds, width), "shape": shaped(kind, kinds, width)}
    else:
        encoding["color"] = {"value": series_color(0)}
    layers = [layer(rows, "point", {"size": 80, "filled": True, "opacity": 0.85}, **encoding)]
    if label:
        points = [
            (_pixel(row[x], spans[x], inner), height - _pixel(row[y], spans[y], height), str(row[label]))
            for row in rows
        ]
        spots = label_points(points, inner, height, FONT_SIZE)
        texts = [{"text": p[2], "at": s[0], "down": s[1]} for p, s in zip(points, spots, strict=True) if s is not None]
        style = {"align": "left", "baseline": "middle", "color": INK}
        at, down = number("at", scale=None, axis=None), number("down", scale=None, axis=None)
        layers.append(layer(texts, "text", style, x=at, y=down, text=name("text")))
    apart = {"scale": {"x": "independent", "y": "independent"}}
    return finish({"layer": layers, "resolve": apart, "width": inner, "height": height})


def _padded_span(values: Sequence[float]) -> list[float]:
    """Least and greatest value with a little room on both sides."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.06 * (high - low) or 0.5
    return [low - room, high + room]


def _at_least(span: Sequence[float], length: float) -> list[float]:
    """A span of shares widened around its middle to a least length."""
    low, high = span
    more = max(0.0, length - (high - low)) / 2
    return [low - more, high + more]


def _pixel(value: float, span: Sequence[float], length: float) -> float:
    return (float(value) - span[0]) / (span[1] - span[0]) * length
