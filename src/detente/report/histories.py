"""Pictures of histories: statistics against the record, and spells of the real history above simulated ones."""

from collections.abc import Callable

from detente.report.charts.histories import against, spells
from detente.report.context import Context, points
from detente.report.document import Figure
from detente.report.figures import both, ended, figure, role_rows
from detente.run import Picture, Table
from detente.words.numbers import cell_text
from detente.words.strings import string


def draw_against(context: Context, picture: Picture, id: str) -> Figure | None:
    """For each label its bands by kind, and what was recorded as a line."""
    return _drawn(context, picture, id, lambda rows, width: against(rows, width=width), _bands)


def draw_spells(context: Context, picture: Picture, id: str) -> Figure | None:
    """A row for each history, a bar for each spell."""
    return _drawn(context, picture, id, lambda rows, width: spells(rows, width=width), _counts)


def _drawn(
    context: Context,
    picture: Picture,
    id: str,
    make: Callable[[Table, int], dict],
    words: Callable[[Table], str],
) -> Figure | None:
    found = role_rows(context, picture)
    if found is None:
        return None
    table, rows = found
    alt = string("chart.alt", title=ended(picture.title), points=words(rows))
    return figure(picture, id, alt, both(lambda width: make(rows, width)), table, picture.table)


def _bands(rows: Table) -> str:
    label, kind, low, high, x = (rows.columns.index(c) for c in ("label", "kind", "low", "high", "x"))
    return points(
        (f"{row[label]}, {row[kind]}", f"{cell_text(row[low])} – {cell_text(row[high])} ({cell_text(row[x])})")
        for row in rows.rows
    )


def _counts(rows: Table) -> str:
    label, low = rows.columns.index("label"), rows.columns.index("low")
    counted: dict[str, int] = {}
    for row in rows.rows:
        counted[str(row[label])] = counted.get(str(row[label]), 0) + (row[low] is not None)
    return points((name, str(count)) for name, count in counted.items())
