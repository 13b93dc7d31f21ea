"""Tables to Vega-Lite specifications: a few forms, used the same way in dossier, print and studio.

Each function takes a `Table` of a run (labelled columns) and names of columns, and returns a plain specification.
Intervals are always drawn with the middle; the middle is never shown alone where an interval exists.
"""

from collections.abc import Sequence
from typing import Any

from detente.charts.layout import text_width, wrap
from detente.charts.theme import DASHES, FONT_SIZE, INK, MUTED, SHAPES, WIDTH, config, series_color
from detente.run import Table

PERCENT = "%"


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
    y_title: str,
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
        y_title: title of the vertical axis, with unit.
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
    chart = alt.layer(area, *edge, line).properties(
        width=width - 70,
        height=height,
        title=alt.TitleParams(
            wrap(y_title, int(width / 7.4)), fontSize=FONT_SIZE, fontWeight="normal", color=MUTED, offset=6
        ),
    )
    return finish(chart)


def intervals(
    table: Table,
    label: str,
    x_title: str,
    *,
    group: str | None = None,
    percent: bool = False,
    zero: bool = True,
    width: int = WIDTH,
    row_height: int = 30,
    compare: str | None = None,
) -> dict[str, Any]:
    """One row per item: a line from `low` to `high`, a mark at `mid`, and a line at zero.

    The mark is filled where the whole interval lies on one side of zero and hollow where it does not.

    Args:
        table: columns `label`, `low`, `mid`, `high` and perhaps `group`, `compare`; rows without numbers are left out.
        label: column with the name of the row.
        x_title: what is measured, with unit.
        group: column that splits the rows into blocks.
        percent: true for shares, drawn as percentages.
        zero: keep zero on the axis and draw a line there.
        width: drawn width, pixels.
        row_height: pixels per row.
        compare: column that tells several marks in one row apart (by colour and shape).
    """
    import altair as alt

    rows = [row for row in records(table) if row.get("mid") is not None]
    for row in rows:
        row["low"] = row["mid"] if row.get("low") is None else row["low"]
        row["high"] = row["mid"] if row.get("high") is None else row["high"]
        row["clear"] = "one sign" if row["low"] * row["high"] > 0 else "either sign"
    lines = 24 if width > 400 else 16
    longest = max((text_width(part, FONT_SIZE) for row in rows for part in wrap(str(row[label]), lines)), default=60)
    for row in rows:
        row["name"] = "\n".join(wrap(str(row[label]), lines))
    tallest = max((row["name"].count("\n") + 1 for row in rows), default=1)
    row_height = max(row_height, 16 * tallest + 8)
    names = order_of(rows, "name")
    y = alt.Y(
        "name:N",
        sort=names,
        title=None,
        axis=alt.Axis(
            labelExpr="split(datum.label, '\\n')",
            labelLimit=400,
            grid=False,
            ticks=False,
            domain=False,
            labelLineHeight=15,
        ),
        scale=alt.Scale(paddingInner=0.3),
    )
    x_axis = alt.Axis(format=PERCENT if percent else "", tickCount=6 if width > 400 else 4)
    x_scale = alt.Scale(zero=zero, nice=True)
    base = alt.Chart(alt.Data(values=rows))
    offset: dict[str, Any] = {}
    kinds = order_of(rows, compare) if compare else []
    color: Any = alt.value(series_color(0))
    shape: Any = alt.value("circle")
    if compare:
        offset["yOffset"] = alt.YOffset(f"{compare}:N", sort=kinds)
        legend = alt.Legend(title=None, orient="top", columns=2 if width > 400 else 1)
        color = alt.Color(
            f"{compare}:N",
            scale=alt.Scale(domain=kinds, range=[series_color(n) for n in range(len(kinds))]),
            legend=legend,
        )
        shape = alt.Shape(
            f"{compare}:N",
            scale=alt.Scale(domain=kinds, range=[SHAPES[n % len(SHAPES)] for n in range(len(kinds))]),
            legend=legend,
        )
        row_height = max(row_height, 17 * len(kinds))
    title = wrap(x_title, int((width - longest) / 6.6))
    x = alt.X("low:Q", title=title, scale=x_scale, axis=x_axis)
    span = base.mark_rule(strokeWidth=3, strokeCap="round", opacity=0.75).encode(
        y=y, x=x, x2="high:Q", color=color, **offset
    )
    fill = alt.condition("datum.clear == 'one sign'", alt.value(1), alt.value(0)) if zero else alt.value(1)
    under = base.mark_point(size=95, filled=True, opacity=1, color="white").encode(
        y=y, x=alt.X("mid:Q"), shape=shape, **offset
    )
    mark = base.mark_point(size=95, strokeWidth=2.2, opacity=1).encode(
        y=y, x=alt.X("mid:Q"), color=color, shape=shape, **offset
    )
    dot = base.mark_point(size=95, filled=True).encode(
        y=y, x=alt.X("mid:Q"), color=color, shape=shape, opacity=fill, **offset
    )
    line = base.mark_rule(color=INK, strokeWidth=1.1).encode(x=alt.datum(0)) if zero else None
    layers = [layer for layer in (line, span, under, mark, dot) if layer is not None]
    chart: Any = alt.layer(*layers).properties(width=width - longest - 30, height=alt.Step(row_height))
    if group:
        chart = chart.facet(
            row=alt.Row(
                f"{group}:N",
                sort=order_of(rows, group),
                title=None,
                header=alt.Header(labelOrient="top", labelAnchor="start", labelPadding=3),
            ),
            spacing=14,
        ).resolve_scale(y="independent")
    return finish(chart)


def tornado(
    table: Table, x_title: str, middle: float | None, *, percent: bool = False, width: int = WIDTH
) -> dict[str, Any]:
    """Bars from the value at the low end of an assumption to the value at its high end, longest first.

    Args:
        table: columns `parameter`, `low`, `high` (the number at either end of the parameter's range).
        x_title: what is measured.
        middle: the number with everything in the middle; drawn as a line.
        percent: true for shares.
        width: drawn width, pixels.
    """
    import altair as alt

    rows = [row for row in records(table) if row["low"] is not None and row["high"] is not None]
    lines = 26 if width > 400 else 18
    for row in rows:
        row["name"] = "\n".join(wrap(str(row["parameter"]), lines))
    longest = max((text_width(part) for row in rows for part in row["name"].split("\n")), default=60)
    tallest = max((row["name"].count("\n") + 1 for row in rows), default=1)
    y = alt.Y(
        "name:N",
        sort=[row["name"] for row in rows],
        title=None,
        axis=alt.Axis(
            labelExpr="split(datum.label, '\\n')",
            labelLimit=400,
            grid=False,
            ticks=False,
            domain=False,
            labelLineHeight=15,
        ),
    )
    x_axis = alt.Axis(format=PERCENT if percent else "", tickCount=6 if width > 400 else 4)
    title = wrap(x_title, int((width - longest) / 6.6))
    base = alt.Chart(alt.Data(values=rows))
    scale = alt.Scale(zero=False, nice=True)
    bar = base.mark_rule(strokeWidth=7, opacity=0.35, color=series_color(0)).encode(
        y=y, x=alt.X("low:Q", title=title, axis=x_axis, scale=scale), x2="high:Q"
    )
    ends = [
        base.transform_calculate(end=f"'{words}'")
        .mark_point(size=70, filled=True, opacity=1)
        .encode(
            y=y,
            x=alt.X(f"{part}:Q"),
            color=alt.Color(
                "end:N",
                scale=alt.Scale(
                    domain=["assumption at its low end", "assumption at its high end"],
                    range=[series_color(1), series_color(0)],
                ),
                legend=alt.Legend(title=None, orient="top", columns=2 if width > 400 else 1),
            ),
            shape=alt.Shape(
                "end:N",
                scale=alt.Scale(
                    domain=["assumption at its low end", "assumption at its high end"],
                    range=["triangle-left", "triangle-right"],
                ),
            ),
        )
        for part, words in (("low", "assumption at its low end"), ("high", "assumption at its high end"))
    ]
    layers = [bar, *ends]
    if middle is not None:
        layers.insert(0, base.mark_rule(color=MUTED, strokeDash=[4, 3]).encode(x=alt.datum(middle)))
    return finish(alt.layer(*layers).properties(width=width - longest - 30, height=alt.Step(max(26, 16 * tallest + 8))))


def bars(table: Table, label: str, count: str, x_title: str, *, width: int = WIDTH) -> dict[str, Any]:
    """Plain bars with their number at the end, in the order of the table.

    Args:
        table: columns `label` and `count`.
        label: column with the name of the bar.
        count: column with its length.
        x_title: what is counted.
        width: drawn width, pixels.
    """
    import altair as alt

    rows = [{**row, "name": str(row[label]).replace("_", " ")} for row in records(table)]
    longest = max((text_width(row["name"]) for row in rows), default=60)
    y = alt.Y(
        "name:N", sort=[row["name"] for row in rows], title=None, axis=alt.Axis(grid=False, ticks=False, domain=False)
    )
    base = alt.Chart(alt.Data(values=rows))
    bar = base.mark_bar(color=series_color(0), height=13).encode(y=y, x=alt.X(f"{count}:Q", title=x_title, axis=None))
    number = base.mark_text(align="left", dx=6).encode(y=y, x=f"{count}:Q", text=f"{count}:Q")
    return finish(alt.layer(bar, number).properties(width=width - longest - 60, height=alt.Step(24)))
