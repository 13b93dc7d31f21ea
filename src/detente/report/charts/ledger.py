"""The ledger as bars: strong to the last touch of a commitment, faint while nothing touched it, a mark per touch."""

from typing import Any

from detente.report.charts.grammar import finish, layer
from detente.report.charts.layout import text_width
from detente.report.charts.theme import FONT_SIZE, INK, MUTED, WIDTH, series_color
from detente.run import Ledger
from detente.words.dates import decimal_year

ROW = 17
FAINT = "#c9d3e0"
SINCE = "nothing recorded since"
MARKS = {"invoked": "circle", "renewed": "diamond", "performed": "triangle-up", "breached": "cross", "ended": "square"}


def ledger_spec(ledger: Ledger, width: int = WIDTH) -> dict[str, Any]:
    """The Vega-Lite specification of a ledger's bars.

    Args:
        ledger: with at least one bar.
        width: drawn width, pixels.
    """
    bars: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for bar in ledger.bars:
        row = {"name": bar.commitment, "state": bar.state.replace("_", " ")}
        bars.append({**row, "start": _year(bar.made), "end": _year(bar.touched), "part": "touched"})
        bars.append({**row, "start": _year(bar.touched), "end": _year(bar.end), "part": SINCE})
        marks += [{"name": bar.commitment, "year": _year(t.date), "how": t.how} for t in bar.touches]
    names = [bar.commitment for bar in ledger.bars]
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


def _year(date: str) -> float:
    year = decimal_year(date)
    assert year is not None
    return round(year, 3)
