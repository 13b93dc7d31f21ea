"""Tables to Vega-Lite specifications: a few forms, used the same way in dossier, print and studio.

Each function takes a `Table` of a run (labelled columns) and names of columns, and returns a plain specification.
Intervals are always drawn with the middle; the middle is never shown alone where an interval exists.
"""

from collections.abc import Sequence
from typing import Any

from detente.charts.layout import text_width, wrap
from detente.charts.theme import DASHES, FONT_SIZE, INK, MUTED, SHAPES, WIDTH, config, series_color
from detente.run import Table
from detente.run.strings import string

PERCENT = "%"
LINE = 15  # pixels between lines of a row label


def records(table: Table) -> list[dict[str, Any]]:
    """The rows of a table as dictionaries."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def finish(chart: Any) -> dict[str, Any]:
    """The specification of an Altair chart with the shared look."""
    spec: dict[str, Any] = chart.to_dict(validate=False)
    spec["config"] = config()
    spec["autosize"] = {"type": "pad"}
    spec["padding"] = 4
    return spec


def order_of(rows: Sequence[dict[str, Any]], column: str) -> list[Any]:
    """Distinct values of a column in the order of first appearance."""
    return list(dict.fromkeys(row[column] for row in rows))


def band(
    table: Table,
    x: str,
    x_title: str,
    *,
    series: str | None = None,
    percent: bool = True,
    width: int = WIDTH,
    height: int = 260,
) -> dict[str, Any]:
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
    import altair as alt

    rows = records(table)
    names = order_of(rows, series) if series else [""]
    y_axis = alt.Axis(format=PERCENT if percent else "", title=None, tickCount=5)
    scale = alt.Scale(domain=[0, 1]) if percent else alt.Scale(zero=True, nice=True)
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(f"{x}:Q", title=x_title, axis=alt.Axis(grid=False, tickCount=8))
    )
    area = base.mark_area(opacity=0.18).encode(y=alt.Y("low:Q", scale=scale, axis=y_axis), y2="high:Q")
    line = base.mark_line(strokeWidth=2.6).encode(y=alt.Y("mid:Q", scale=scale, axis=y_axis))
    if series:
        color = alt.Color(
            f"{series}:N",
            scale=alt.Scale(domain=names, range=[series_color(n) for n in range(len(names))]),
            legend=alt.Legend(title=None, orient="top", columns=2 if width > 400 else 1),
        )
        dash = alt.StrokeDash(
            f"{series}:N",
            scale=alt.Scale(domain=names, range=[list(DASHES[n % len(DASHES)]) for n in range(len(names))]),
            legend=alt.Legend(title=None, orient="top"),
        )
        area, line = area.encode(color=color), line.encode(color=color, strokeDash=dash)
    else:
        area, line = area.encode(color=alt.value(series_color(0))), line.encode(color=alt.value(series_color(0)))
    edge = [
        base.mark_line(strokeWidth=0.8, opacity=0.7).encode(
            y=alt.Y(f"{part}:Q", scale=scale, axis=y_axis),
            color=color if series else alt.value(series_color(0)),
            **({"detail": f"{series}:N"} if series else {}),
        )
        for part in ("low", "high")
    ]
    chart = alt.layer(area, *edge, line).properties(width=width - 58, height=height)
    return finish(chart)


def _row_labels(rows: list[dict[str, Any]], label: str, wide: bool) -> tuple[float, int]:
    """Give each row a wrapped `name`; returns the width of the longest line, pixels, and the most lines."""
    for row in rows:
        row["name"] = "\n".join(wrap(str(row[label]), 30 if wide else 17))
    lines = [line for row in rows for line in row["name"].split("\n")]
    longest = max((text_width(line, FONT_SIZE) for line in lines), default=60.0)
    return longest, max((row["name"].count("\n") + 1 for row in rows), default=1)


def _row_axis(rows: list[dict[str, Any]], y: Any) -> list[Any]:
    """Row labels as text left of the plot, each block of lines centred on its row (axis labels would hang below)."""
    import altair as alt

    layers = []
    for lines in sorted({row["name"].count("\n") + 1 for row in rows}):
        group = [row for row in rows if row["name"].count("\n") + 1 == lines]
        layers.append(
            alt.Chart(alt.Data(values=group))
            .mark_text(
                align="right", baseline="middle", lineBreak="\n", lineHeight=LINE, dy=-LINE * (lines - 1) / 2, color=INK
            )
            .encode(y=y, x=alt.value(-9), text="name:N")
        )
    return layers


def intervals(
    table: Table,
    label: str,
    unit: str = "",
    *,
    group: str | None = None,
    percent: bool = False,
    zero: bool = True,
    width: int = WIDTH,
    row_height: int = 30,
) -> dict[str, Any]:
    """One row per item: a line from `low` to `high`, a mark at `mid`, and a line at zero.

    The mark is filled where the whole interval lies on one side of zero and hollow where it does not. Groups stand in
    blocks, each with a scale of its own, since their units differ.

    Args:
        table: columns `label`, `low`, `mid`, `high` and perhaps `group`; rows without a middle are left out.
        label: column with the name of the row.
        unit: title of the axis.
        group: column that splits the rows into blocks.
        percent: true for shares, drawn as percentages.
        zero: keep zero on the axis and draw a line there.
        width: drawn width, pixels.
        row_height: pixels per row.
    """
    import altair as alt

    rows = [row for row in records(table) if row.get("mid") is not None]
    for row in rows:
        row["low"] = row["mid"] if row.get("low") is None else row["low"]
        row["high"] = row["mid"] if row.get("high") is None else row["high"]
        row["clear"] = row["low"] * row["high"] > 0
    longest, tallest = _row_labels(rows, label, width > 400)
    row_height = max(row_height, LINE * tallest + 9)
    blocks = [[row for row in rows if row[group] == name] for name in order_of(rows, group)] if group else [rows]
    charts = []
    for block in blocks:
        layers = _interval_layers(block, unit, percent, zero, width)
        chart = alt.layer(*layers).properties(width=width - longest - 34, height=alt.Step(row_height))
        if group:
            chart = chart.properties(title=alt.TitleParams(str(block[0][group]), fontSize=FONT_SIZE + 0.5, offset=2))
        charts.append(chart)
    return finish(alt.vconcat(*charts, spacing=12) if group else charts[0])


def _interval_layers(rows: list[dict[str, Any]], unit: str, percent: bool, zero: bool, width: int) -> list[Any]:
    import altair as alt

    y = alt.Y("name:N", sort=order_of(rows, "name"), axis=None)
    axis = alt.Axis(format=PERCENT if percent else "", tickCount=6 if width > 400 else 4)
    x = alt.X("low:Q", title=unit or None, scale=alt.Scale(zero=zero, nice=True), axis=axis)
    base = alt.Chart(alt.Data(values=rows))
    color = series_color(0)
    span = base.mark_rule(strokeWidth=3, strokeCap="round", opacity=0.7, color=color).encode(y=y, x=x, x2="high:Q")
    under = base.mark_point(size=95, filled=True, opacity=1, color="white").encode(y=y, x="mid:Q")
    ring = base.mark_point(size=95, strokeWidth=2.2, opacity=1, color=color).encode(y=y, x="mid:Q")
    fill = alt.condition("datum.clear", alt.value(1), alt.value(0)) if zero else alt.value(1)
    dot = base.mark_point(size=95, filled=True, color=color).encode(y=y, x="mid:Q", opacity=fill)
    line = [base.mark_rule(color=INK, strokeWidth=1.1).encode(x=alt.datum(0))] if zero else []
    return [*line, span, under, ring, dot, *_row_axis(rows, y)]


def tornado(
    table: Table, middle: float | None, *, unit: str = "", percent: bool = False, width: int = WIDTH
) -> dict[str, Any]:
    """Bars from the value at the low end of an assumption to the value at its high end, in the order of the table.

    Args:
        table: columns `parameter`, `low`, `high` (the number at either end of the parameter's range).
        middle: the number with everything in the middle; drawn as a line.
        unit: title of the axis.
        percent: true for shares.
        width: drawn width, pixels.
    """
    import altair as alt

    rows = [row for row in records(table) if row["low"] is not None and row["high"] is not None]
    longest, tallest = _row_labels(rows, "parameter", width > 400)
    ends = [{**row, "at": row[part], "end": string(f"chart.{part}_end")} for row in rows for part in ("low", "high")]
    names = [string("chart.low_end"), string("chart.high_end")]
    y = alt.Y("name:N", sort=order_of(rows, "name"), axis=None)
    axis = alt.Axis(format=PERCENT if percent else "", tickCount=6 if width > 400 else 4)
    x = alt.X("low:Q", title=unit or None, axis=axis, scale=alt.Scale(zero=False, nice=True))
    base = alt.Chart(alt.Data(values=rows))
    bar = base.mark_rule(strokeWidth=7, opacity=0.3, color=series_color(0)).encode(y=y, x=x, x2="high:Q")
    legend = alt.Legend(title=None, orient="top", columns=2 if width > 400 else 1)
    mark = (
        alt.Chart(alt.Data(values=ends))
        .mark_point(size=80, filled=True, opacity=1)
        .encode(
            y=y,
            x="at:Q",
            color=alt.Color(
                "end:N", scale=alt.Scale(domain=names, range=[series_color(1), series_color(0)]), legend=legend
            ),
            shape=alt.Shape("end:N", scale=alt.Scale(domain=names, range=["triangle-left", "triangle-right"])),
        )
    )
    layers: list[Any] = [bar, mark, *_row_axis(rows, y)]
    if middle is not None:
        layers.insert(0, base.mark_rule(color=MUTED, strokeDash=[4, 3]).encode(x=alt.datum(middle)))
    height = alt.Step(max(26, LINE * tallest + 9))
    return finish(alt.layer(*layers).properties(width=width - longest - 34, height=height))


def bars(table: Table, label: str, count: str, *, width: int = WIDTH) -> dict[str, Any]:
    """Plain bars with their number at the end, in the order of the table.

    Args:
        table: columns `label` and `count`.
        label: column with the name of the bar.
        count: column with its length.
        width: drawn width, pixels.
    """
    import altair as alt

    rows = [{**row, label: str(row[label]).replace("_", " ")} for row in records(table)]
    longest, tallest = _row_labels(rows, label, width > 400)
    y = alt.Y("name:N", sort=order_of(rows, "name"), axis=None)
    base = alt.Chart(alt.Data(values=rows))
    bar = base.mark_bar(color=series_color(0), height=13).encode(y=y, x=alt.X(f"{count}:Q", axis=None))
    number = base.mark_text(align="left", dx=6, baseline="middle").encode(y=y, x=f"{count}:Q", text=f"{count}:Q")
    chart = alt.layer(bar, number, *_row_axis(rows, y))
    return finish(chart.properties(width=width - longest - 60, height=alt.Step(max(24, LINE * tallest + 9))))


def scatter(
    table: Table, x: str, y: str, *, x_title: str, y_title: str, label: str | None = None, kind: str | None = None,
    percent: bool = False, width: int = WIDTH,
) -> dict[str, Any]:  # fmt: skip
    """Points in a plane, told apart by colour and shape, with labels where they find room.

    Args:
        table: columns `x`, `y` and perhaps `label`, `kind`.
        x: column of the horizontal axis.
        y: column of the vertical axis.
        x_title: title of the horizontal axis, with unit.
        y_title: title of the vertical axis, with unit.
        label: column of the labels.
        kind: column that tells points apart.
        percent: true if the vertical axis is a share.
        width: drawn width, pixels.
    """
    import altair as alt

    rows = [row for row in records(table) if row[x] is not None and row[y] is not None]
    base = alt.Chart(alt.Data(values=rows))
    x_axis = alt.X(f"{x}:Q", title=x_title, scale=alt.Scale(zero=False, nice=True))
    y_axis = alt.Y(
        f"{y}:Q",
        title=y_title,
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(format=PERCENT if percent else ""),
    )
    encoding: dict[str, Any] = {"x": x_axis, "y": y_axis}
    if kind:
        kinds = order_of(rows, kind)
        legend = alt.Legend(title=None, orient="top", columns=2 if width > 400 else 1)
        colors = alt.Scale(domain=kinds, range=[series_color(n) for n in range(len(kinds))])
        encoding["color"] = alt.Color(f"{kind}:N", scale=colors, legend=legend)
        shapes = alt.Scale(domain=kinds, range=[SHAPES[n % len(SHAPES)] for n in range(len(kinds))])
        encoding["shape"] = alt.Shape(f"{kind}:N", scale=shapes, legend=legend)
    layers = [base.mark_point(size=80, filled=True, opacity=0.85).encode(**encoding)]
    if label and len(rows) <= 12:
        layers.append(
            base.mark_text(align="left", dx=8, baseline="middle").encode(x=x_axis, y=y_axis, text=f"{label}:N")
        )
    return finish(alt.layer(*layers).properties(width=width - 80, height=280))
