"""Which function draws which shape of picture."""

from collections.abc import Callable

from detente.report.context import Context
from detente.report.document import Figure
from detente.report.figures import (
    draw_band,
    draw_bars,
    draw_intervals,
    draw_ledger,
    draw_scatter,
    draw_timeline,
    draw_tornado,
)
from detente.report.histories import draw_against, draw_spells
from detente.run import Picture

DRAWERS: dict[str, Callable[[Context, Picture, str], Figure | None]] = {
    "intervals": draw_intervals,
    "bars": draw_bars,
    "band": draw_band,
    "tornado": draw_tornado,
    "scatter": draw_scatter,
    "against": draw_against,
    "spells": draw_spells,
    "timeline": draw_timeline,
    "ledger": draw_ledger,
}


def draw(context: Context, picture: Picture, id: str) -> Figure | None:
    """A picture as a figure; None where the run has nothing for it to show.

    Args:
        context: the run.
        picture: what to draw.
        id: names the figure on the page.
    """
    return DRAWERS[picture.shape](context, picture, id)
