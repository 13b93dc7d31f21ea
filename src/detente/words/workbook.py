"""Workbooks (XLSX, extra `xlsx`): a sheet per table, the same bytes for the same tables."""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from detente.errors import MissingExtra
from detente.words.numbers import Cell
from detente.words.tables import Sheet
from detente.words.text import visible

EPOCH = datetime(2000, 1, 1)  # workbooks carry a date; a fixed one keeps the bytes the same
STAMP = (2000, 1, 1, 0, 0, 0)  # the same for the files inside them
LONGEST = 32_000  # letters of a cell; a workbook holds 32,767
CUT = " [cut]"  # stands behind a text that was longer
SHEET = 31  # letters of a sheet's name
ESCAPE = re.compile(r"_(x[0-9A-Fa-f]{4}_)")  # how a workbook writes a character by number: a text that says so itself


def workbook_bytes(sheets: Mapping[str, Sheet], *, exact: bool = False) -> bytes:
    """A workbook with a sheet per table; the same tables give the same bytes.

    Text is stored as text, never as a formula. What cannot be printed is shown by its number, and long text is cut.

    Args:
        sheets: the tables by name.
        exact: text reads back letter by letter; the caller has refused what no workbook can hold.

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
        head = [f"{c} ({table.units[c]})" if table.units.get(c) else c for c in table.columns]
        for row in (head, *table.rows):
            sheet.append([_cell(sheet, cell, exact) for cell in row])
    if not sheets:
        book.create_sheet("empty")  # a workbook needs a sheet
    book.properties.created = book.properties.modified = EPOCH
    raw = io.BytesIO()
    book.save(raw)
    return without_clock(raw.getvalue())


def _cell(sheet: Any, cell: Cell, exact: bool) -> Any:
    """A cell as openpyxl takes it; text is marked as text, which the setter of the value would not do for "=1+1"."""
    if isinstance(cell, float) and not abs(cell) < float("inf"):  # a workbook holds no infinity and no NaN
        return repr(cell)
    if not isinstance(cell, str):
        return cell
    if not cell:
        return None
    from openpyxl.cell import WriteOnlyCell

    found: Any = WriteOnlyCell(sheet, value=spelled(cell) if exact else cell_text(cell))
    found.data_type = "s"
    return found


def cell_text(text: str) -> str:
    """Text as the file of a sheet holds it: printable, not too long, and with no number of a character by accident."""
    shown = spelled(visible(text))
    return shown if len(shown) <= LONGEST else shown[: LONGEST - len(CUT)] + CUT


def spelled(text: str) -> str:
    """Text that reads back as it is, also where it looks like the number of a character."""
    return ESCAPE.sub(r"_x005F_\1", text)


def _sheet_name(name: str, taken: set[str]) -> str:
    base = re.sub(r"[\[\]:*?/\\]", "_", visible(name))[:SHEET].strip("'") or "table"
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
