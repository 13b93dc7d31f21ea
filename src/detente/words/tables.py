"""Plain tables for people and other programs: CSV, Markdown, terminal; workbooks are in `words/workbook.py`.

A cell is text, a number, true or false, or nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from detente.words.markdown import escaped, pipe_table
from detente.words.numbers import Cell, cell_text, is_numeric
from detente.words.text import visible

WIDE = 180  # letters of a line where the output is no terminal
SHORT = 12  # letters up to which the cells of a column are not broken
MOST = 48  # letters of a column that is cut rather than broken

# What spreadsheets take for the start of a formula when they open a CSV file (OWASP, "CSV Injection"), with the wide
# forms that some of them turn into the plain ones. A dash or plus begins one only if more than a number follows.
FORMULA = re.compile(r"[=@\t\r\n\uff1d\uff20]|[-+\uff0b\uff0d](?![-+]*\s*$)(?!\s*[\d.,]+(?:[eE][-+]?\d+)?\s*%?$)")


@dataclass(frozen=True)
class Sheet:
    """Columns and rows of one table; units stand behind the names of columns."""

    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    title: str = ""
    note: str = ""


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table as CSV (RFC 4180, UTF-8), numbers in full.

    Text that a spreadsheet would run as a formula gets an apostrophe in front, and nothing else is changed: empty
    cells, negative numbers and plain dashes stay as they are.
    """
    lines = [",".join(map(_field, columns))]
    lines += [",".join("" if cell is None else _field(cell) for cell in row) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def inert(text: str) -> str:
    """Text that a spreadsheet would take for a formula, kept from that; all other text as it is."""
    return f"'{text}" if FORMULA.match(text) else text


def _escaped(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _field(cell: Cell) -> str:
    text = repr(cell) if isinstance(cell, float) else inert(visible(cell)) if isinstance(cell, str) else str(cell)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def used_columns(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """The columns in which some row has something (all of them in an empty table)."""
    used = [n for n in range(len(columns)) if any(row[n] not in (None, "") for row in rows)]
    return used or list(range(len(columns)))


def markdown_text(sheet: Sheet) -> str:
    """A table in Markdown with its title and note; columns that are empty throughout are left out."""
    rows = list(sheet.rows)
    kept = used_columns(sheet.columns, rows)
    table = pipe_table(
        [escaped(sheet.columns[n]) for n in kept],
        [[escaped("" if row[n] is None else str(row[n])) for n in kept] for row in rows],
    )
    parts = [f"## {escaped(sheet.title)}"] if sheet.title else []
    return "\n\n".join([*parts, table, *([escaped(sheet.note)] if sheet.note else [])]) + "\n"


def print_sheet(sheet: Sheet, *, only: Sequence[str] = (), cut: Sequence[str] = (), file: object = None) -> None:
    """Print a table on the terminal: numbers to the right, `low`, `mid` and `high` of one thing in one column.

    Args:
        sheet: the table.
        only: columns to show; none given: all. `status: X` goes with `status`, `view: X` is always shown.
        cut: columns of long texts, which are cut to one line.
        file: where to; default stdout.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False, file=file)  # pyright: ignore[reportArgumentType]
    if not console.is_terminal:
        console.width = WIDE
    rows = list(sheet.rows)
    chosen = [
        n for n in used_columns(sheet.columns, rows) if not only or sheet.columns[n].split(": ")[0] in (*only, "view")
    ]
    names, groups = grouped([sheet.columns[n] for n in chosen])
    title, caption = visible(sheet.title), visible(sheet.note) or None
    shown = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
    cells = [[_joined([row[chosen[n]] for n in group]) for group in groups] for row in rows]
    for place, (name, group) in enumerate(zip(names, groups, strict=True)):
        short = all(len(line[place]) <= SHORT for line in cells)
        numbers = all(is_numeric(row[chosen[n]] for row in rows) for n in group)
        shown.add_column(
            visible(name),
            justify="right" if numbers else "left",
            overflow="ellipsis" if name in cut else "fold",
            no_wrap=short or name in cut,
            max_width=MOST if name in cut else None,
        )
    for line in cells:
        shown.add_row(*(Text(text) for text in line))
    console.print(shown)


def grouped(columns: Sequence[str]) -> tuple[list[str], list[list[int]]]:
    """Join columns that end in low, mid and high: their common name, and the positions of each shown column."""
    names: list[str] = []
    groups: list[list[int]] = []
    at = 0
    while at < len(columns):
        ends = [re.sub(r"[()]", " ", column).split()[-1:] for column in columns[at : at + 3]]
        if ends == [["low"], ["mid"], ["high"]]:
            names.append(re.sub(r"[,\s(]*low\)?$", "", columns[at]) or "mid (low to high)")
            groups.append([at, at + 1, at + 2])
            at += 3
        else:
            names.append(columns[at])
            groups.append([at])
            at += 1
    return names, groups


def _joined(values: Sequence[Cell]) -> str:
    """One value, or `mid (low to high)`; nothing for None."""
    texts = ["" if v is None else visible(v) if isinstance(v, str) else cell_text(v) for v in values]
    if len(texts) == 1:
        return texts[0]
    low, mid, high = texts
    return f"{mid} ({low} to {high})" if low or high else mid
