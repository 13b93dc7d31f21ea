"""One look for every figure: a colour-blind-safe palette, and dash and shape that repeat what colour says.

Colours are those of Okabe and Ito (2008, "Color Universal Design"), darkened where needed so that marks reach a
contrast of 3 to 1 on white; nothing is told by colour alone.
"""

from typing import Any

INK = "#1d2530"
MUTED = "#5a6675"
RULE = "#d5dae1"
SERIES = ("#0072b2", "#c24e00", "#007a5a", "#a8518a", "#8a6d00", "#2b7fb8", "#4d4d4d", "#7a3b00")
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (4, 2), (10, 3), (1, 3), (6, 2, 2, 2))
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
FONT = "Liberation Sans, Helvetica, Arial, DejaVu Sans, sans-serif"
FONT_SIZE = 12.5
WIDTH = 680  # drawn width of a figure on a page, pixels
NARROW = 340  # the same on a telephone


def config() -> dict[str, Any]:
    """Vega-Lite configuration shared by page, print and studio."""
    label = {"labelFont": FONT, "labelFontSize": FONT_SIZE, "labelColor": INK}
    title = {"titleFont": FONT, "titleFontSize": FONT_SIZE, "titleColor": MUTED, "titleFontWeight": "normal"}
    return {
        "aria": False,
        "font": FONT,
        "background": "white",
        "view": {"stroke": None},
        "axis": {
            **label,
            **title,
            "grid": True,
            "gridColor": "#e9ecf0",
            "domainColor": RULE,
            "tickColor": RULE,
            "labelPadding": 5,
            "titlePadding": 9,
            "labelLimit": 210,
        },
        "legend": {**label, **title, "symbolStrokeWidth": 2.5, "labelLimit": 320},
        "header": {**label, **title, "labelFontWeight": "bold", "labelLimit": 400},
        "text": {"font": FONT, "fontSize": FONT_SIZE, "color": INK},
        "title": {"font": FONT, "fontSize": 14, "color": INK, "anchor": "start"},
    }


def series_color(position: int) -> str:
    """Colour of the n-th series, counted from 0; repeats after eight."""
    return SERIES[position % len(SERIES)]
