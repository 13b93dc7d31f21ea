"""Plain tables for people and other programs: CSV text, Markdown, workbooks (extra `xlsx`).

A cell is text, a number, true or false, or nothing. Text that a spreadsheet would run as a formula is kept from it by
an apostrophe in front; nothing else is changed.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from detente.errors import MissingExtra

Cell = str | float | int | bool | None
EPOCH = datetime(2000, 1, 1)  # workbooks carry a date; a fixed one keeps the bytes the same
STAMP = (2000, 1, 1, 0, 0, 0)  # the same for the files inside them
FORMULA = ("=", "+", "@", "\t", "\r")  # first letters that spreadsheets read as the start of a formula
LONGEST = 32_000  # letters of a cell; a workbook holds 32,767
SHEET = 31  # letters of a sheet's name


@dataclass(frozen=True)
class Sheet:
    """Columns and rows of one table of a workbook; units stand behind the names of columns.

    `exact`: the sheet is read back, so every text stays as it is, in cells that are typed as text and never run.
    """

    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    exact: bool = False


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table as CSV (RFC 4180, UTF-8), numbers in full."""
    lines = [",".join(map(_field, columns))]
    lines += [",".join("" if cell is None else _field(cell) for cell in row) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def markdown_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]], title: str = "", note: str = "") -> str:
    """A table in Markdown with its title and note; columns that are empty throughout are left out."""
    body = list(rows)
    kept = used_columns(columns, body)
    head = [f"## {title}", ""] if title else []
    lines = [f"| {' | '.join(columns[n] for n in kept)} |", f"|{'---|' * len(kept)}"]
    lines += [f"| {' | '.join(_escaped(row[n]) for n in kept)} |" for row in body]
    return "\n".join([*head, *lines, "", *([note, ""] if note else [])])


def used_columns(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """The columns in which some row has something (all of them in an empty table)."""
    used = [n for n in range(len(columns)) if any(row[n] not in (None, "") for row in rows)]
    return used or list(range(len(columns)))


def workbook_bytes(sheets: Mapping[str, Sheet]) -> bytes:
    """A workbook with a sheet per table; the same tables give the same bytes.

    Raises:
        MissingExtra: openpyxl is not installed.
    """
    try:
        import openpyxl
    except ImportError:
        raise MissingExtra("openpyxl", "xlsx", "writing a workbook") from None
    book: Any = openpyxl.Workbook(write_only=True)
    taken: set[str] = set()
    for name, table in sheets.items():
        sheet = book.create_sheet(_sheet_name(name, taken))
        sheet.freeze_panes = "A2"
        sheet.append([f"{c} ({table.units[c]})" if table.units.get(c) else c for c in table.columns])
        for row in table.rows:
            sheet.append([_exact(sheet, cell) if table.exact else _plain(cell) for cell in row])
    if not sheets:
        book.create_sheet("empty")  # a workbook needs a sheet
    book.properties.created = book.properties.modified = EPOCH
    raw = io.BytesIO()
    book.save(raw)
    return without_clock(raw.getvalue())


def inert(text: str) -> str:
    """Text that a spreadsheet would take for a formula, kept from that; all other text as it is."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _escaped(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _field(cell: Cell) -> str:
    text = repr(cell) if isinstance(cell, float) else inert(cell) if isinstance(cell, str) else str(cell)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def _exact(sheet: Any, cell: Cell) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(cell, str):
        return cell
    written: Any = WriteOnlyCell(sheet, value=cell)
    written.data_type = "s"  # the library takes a text that begins with "=" for a formula
    return written


def _plain(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    return inert(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", cell)[:LONGEST])


def _sheet_name(name: str, taken: set[str]) -> str:
    base = re.sub(r"[\[\]:*?/\\]", "_", name)[:SHEET] or "table"
    result, number = base, 2
    while result.lower() in taken:
        result, number = f"{base[:27]}_{number}", number + 1
    taken.add(result.lower())
    return result


def without_clock(content: bytes) -> bytes:
    """An Office file (a zip archive) with fixed time stamps, so that the same run always gives the same bytes."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item.filename)
            if item.filename == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            target.writestr(zipfile.ZipInfo(item.filename, STAMP), data, zipfile.ZIP_DEFLATED)
    return result.getvalue()
