"""Histories beside the record: for each statistic its bands with the record as a line, and spells of many histories."""

from typing import Any

from detente.report.charts.grammar import (
    WIDE,
    Rows,
    Spec,
    axis,
    coloured,
    finish,
    layer,
    legend,
    name,
    number,
    order_of,
    records,
    row_axis,
    row_labels,
)
from detente.report.charts.layout import wrap
from detente.report.charts.theme import FONT_SIZE, INK, WIDTH
from detente.run import Table

ROW = 20  # pixels between the bands of a statistic
SPELL = 14  # pixels between histories


def against(table: Table, *, width: int = WIDTH) -> Spec:
    """One block for each label, with a scale of its own: a band for each kind, and the value `x` as a line.

    Args:
        table: columns `label`, `kind`, `low`, `mid`, `high`, `x`.
        width: drawn width, pixels.
    """
    rows = [row for row in records(table) if row["mid"] is not None or row["x"] is not None]
    longest, _ = row_labels(rows, "kind", width)
    kinds, blocks = order_of(rows, "kind"), []
    for title in order_of(rows, "label"):
        block = [row for row in rows if row["label"] == title]
        lines = wrap(str(title), 80 if width > WIDE else 40)
        layers = _against(block, kinds, width)
        heading = {"text": lines, "fontSize": FONT_SIZE + 0.5, "offset": 2}
        size = {"width": width - longest - 34, "height": {"step": ROW, "for": "position"}}
        blocks.append({"layer": layers, **size, "title": heading})
    return finish({"vconcat": blocks, "spacing": 10})


def _against(rows: Rows, kinds: list[Any], width: int) -> list[Spec]:
    drawn = [row for row in rows if row["mid"] is not None]
    y = name("name", sort=order_of(rows, "name"), axis=None)
    across = number("low", title=None, scale={"zero": True, "nice": True}, axis=axis(width))
    color = coloured("kind", kinds, width) | {"legend": None}
    line = {"strokeWidth": 3, "strokeCap": "round", "opacity": 0.7}
    told = [{"x": rows[0]["x"]}] if rows[0]["x"] is not None else []
    return [
        layer(drawn, "rule", line, y=y, x=across, x2={"field": "high"}, color=color),
        layer(drawn, "point", {"size": 80, "filled": True, "opacity": 1}, y=y, x=number("mid"), color=color),
        layer(told, "rule", {"color": INK, "strokeWidth": 1.8}, x=number("x")),
        *row_axis(rows, y),
    ]


def spells(table: Table, *, width: int = WIDTH) -> Spec:
    """One row for each label, a bar from low to high for each spell; kinds by colour and by thickness.

    Args:
        table: columns `label`, `low`, `high` (decimal years) and perhaps `kind`; a row without a beginning keeps its
            place.
        width: drawn width, pixels.
    """
    rows = records(table)
    longest, _ = row_labels(rows, "label", width)
    drawn = [row for row in rows if row["low"] is not None and row["high"] is not None]
    y = name("name", sort=order_of(rows, "name"), axis=None)
    years = {"format": "d", "tickCount": 8 if width > WIDE else 5}
    across = number("low", title=None, scale={"zero": False, "nice": False}, axis=years)
    look: Spec = {}
    if "kind" in table.columns:
        kinds = [kind for kind in order_of(rows, "kind") if kind is not None]
        thickness = {"domain": kinds, "range": [10 - 5 * (n % 2) for n in range(len(kinds))]}
        look = {"color": coloured("kind", kinds, width), "size": name("kind", scale=thickness, legend=legend(width))}
    begins = {k: v for k, v in look.items() if k == "color"}
    layers = [
        layer(drawn, "rule", {"strokeCap": "butt"}, y=y, x=across, x2={"field": "high"}, **look),
        layer(drawn, "tick", {"thickness": 2, "height": 10, "orient": "vertical"}, y=y, x=across, **begins),
    ]
    size = {"width": width - longest - 34, "height": {"step": SPELL}}
    return finish({"layer": [*layers, *row_axis(rows, y)], **size})
