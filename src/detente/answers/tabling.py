"""Tables over draws whose rows name the numbers that they repeat, so that a redacted copy can drop them."""

from collections.abc import Iterable, Sequence

import numpy as np

from detente.answers.names import Curve, Key
from detente.answers.results import Results
from detente.run import Cell, Ref, Table

BAND = ("low", "mid", "high")


def told_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[tuple[Sequence[Cell], Iterable[Key]]],
    unit: str,
    *notes: str,
    units: dict[str, str] | None = None,
) -> Table:
    """A table with columns low, mid and high in one unit.

    Args:
        title: of the table.
        columns: names.
        rows: the cells of each row, and the numbers that it repeats or would give away.
        unit: of low, mid and high.
        *notes: sentences; empty ones are left out.
        units: of further columns.
    """
    told = [(tuple(cells), tuple(keys)) for cells, keys in rows]
    return Table(
        title=title,
        columns=tuple(columns),
        rows=tuple(cells for cells, _ in told),
        units={**(units or {}), **dict.fromkeys(BAND, unit)},
        note=" ".join(note for note in notes if note),
        rests_on=tuple(tuple(Ref(kind="quantity", id=key.id) for key in keys) for _, keys in told),
    )


def years_table(title: str, years: np.ndarray, results: Results, curve: Curve, unit: str, keys: Sequence[Key]) -> Table:
    """A curve over years with its range; each row would give the numbers away that are read off it."""
    if curve not in results.curves:
        return told_table(title, ("years", *BAND), (), unit, units={"years": "years"})
    found = results.spread(curve)
    rows = [((float(year), *found.cells(n)), keys) for n, year in enumerate(years)]
    return told_table(title, ("years", *BAND), rows, unit, results.note([curve]), units={"years": "years"})
