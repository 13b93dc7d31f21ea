"""Quantities and tables of the run as printed tables."""

from detente.report.context import Context
from detente.report.document import Grid, Line
from detente.report.numbers import is_signed, quantity_table, quantity_unit, sign_text, spread_of
from detente.run import Quantity, Table
from detente.words.numbers import is_numeric
from detente.words.strings import label, string

ROWS_SHOWN = 12
ROWS_FOLDED = 300  # a longer table that is not shown at all stands in its file only
LONG_UNIT = 12  # letters from which a unit of several words is said under the table


def quantity_grid(context: Context, quantities: list[Quantity], file: str, title: str = "") -> Grid:
    """A table of quantities: what it is, middle, range, sign share, what it hangs on."""
    signed = any(sign_text(q) and is_signed(q) for q in quantities)
    hanging, ranged = any(q.assumptions for q in quantities), any(spread_of(q) for q in quantities)
    units = {quantity_unit(q) for q in quantities}
    unit = units.pop() if len(units) == 1 else None
    middle = label("column", "mid") if not unit else f"{label('column', 'mid')}, {unit}"
    head = "actor" if by_actor(quantities) else "label"
    rows: list[tuple[Line, ...]] = []
    for q in quantities:
        cells: list[Line] = [
            (context.actor(q.actor) if head == "actor" else q.label,),
            (context.number(q, "mid" if unit is None else "bare"),),
        ]
        cells += [(context.number(q, "range"),)] if ranged else []
        if signed:
            cells.append((context.number(q, "sign"),))
        if hanging:
            cells.append(context.assumption_links(q.assumptions))
        rows.append(tuple(cells))
    header = [label("column", head), middle, *([label("column", "range")] if ranged else [])]
    header += [label("column", "sign")] if signed else []
    numeric = (False, *(True for _ in header[1:]), *([False] if hanging else []))
    header += [label("column", "hangs_on")] if hanging else []
    table = quantity_table(title or file, quantities)
    return Grid(title, tuple(header), tuple(rows), numeric, table, file)


def by_actor(quantities: list[Quantity]) -> bool:
    """Whether the actor alone says which of these numbers is which."""
    actors = {q.actor for q in quantities}
    return None not in actors and len(actors) == len(quantities) > 1 and len({q.family for q in quantities}) == 1


def table_grid(context: Context, name: str, title: str | None = None, shown: int = ROWS_SHOWN) -> Grid:
    """A table of the run as it stands, with numbers formatted, ids made link targets, empty columns left out.

    Args:
        context: the run; it has the table.
        name: of the table.
        title: another one than the table's own.
        shown: rows printed; the page folds the others away. 0: all are folded away.
    """
    table = context.tables[name]
    context.shown_tables.add(name)
    keep = [n for n in range(len(table.columns)) if any(row[n] not in (None, "") for row in table.rows)]
    anchors = context.row_anchors(name, table)
    long = not shown and not anchors and len(table.rows) > ROWS_FOLDED
    count = 0 if long else len(table.rows)
    notes = [
        *unit_notes(table),
        table.note,
        string("word.in_file", count=len(table.rows)) if long else "",
    ]
    return Grid(
        table_label(name, table) if title is None else title,
        tuple(column_label(table.columns[n]) for n in keep),
        tuple(tuple(context.cell(name, table, row, n) for n in keep) for row in range(count)),
        tuple(is_numeric([row[n] for row in table.rows]) for n in keep),
        table,
        name,
        anchors,
        shown,
        " ".join(text for text in notes if text),
    )


def unit_notes(table: Table) -> list[str]:
    """Units that are sentences, said under the table."""
    return [
        f"{column_label(column)}: {unit}."
        for column, unit in table.units.items()
        if " " in unit and len(unit) > LONG_UNIT
    ]


def column_label(column: str) -> str:
    """The heading of a column."""
    text = label("column", column)
    return text[:1].upper() + text[1:]


def table_label(name: str, table: Table) -> str:
    """The title of a table, else its name in words."""
    return table.title or name.replace("_", " ")
