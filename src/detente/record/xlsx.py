"""Spreadsheets in and out: one sheet per kind of row; text stays text (never a formula), numbers stay numbers."""

import datetime
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from detente.errors import Diagnostic, MissingExtra, RecordError
from detente.files.whole import write_bytes
from detente.record.model import Row
from detente.record.table import columns, encode

LIMIT = 32_767  # characters in a cell, fixed by the format


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ModuleNotFoundError:
        raise MissingExtra("openpyxl", "xlsx", "reading and writing spreadsheets") from None
    return openpyxl


def sheets(path: Path, names: Sequence[str]) -> list[tuple[str, list[tuple[int, list[str]]]]]:
    """The sheets with these names: numbered rows of text cells.

    Raises:
        RecordError: not a workbook.
        MissingExtra: openpyxl is not installed.
    """
    book = _open(path)
    try:
        return [(name, list(_rows(book[name]))) for name in names if name in book.sheetnames]
    finally:
        book.close()


def first_sheet(path: Path) -> Iterable[tuple[int, list[str]]]:
    """The rows of a workbook's first sheet, one at a time, as text cells with their row number.

    Raises:
        RecordError: not a workbook.
        MissingExtra: openpyxl is not installed.
    """
    book = _open(path)
    try:
        yield from _rows(book.worksheets[0])
    finally:
        book.close()


def _open(path: Path) -> Any:
    openpyxl = _openpyxl()
    import zipfile

    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (openpyxl.utils.exceptions.InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as error:
        raise RecordError(Diagnostic(f"not an XLSX workbook: {error}", file=path.as_posix())) from None


def _rows(sheet: Any) -> Iterable[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [text_of(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def text_of(value: Any) -> str:
    """A cell's value as text: dates ISO, whole numbers without a point, truth as yes or no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def write_book(tables: dict[str, tuple[Sequence[str], Iterable[Sequence[Any]]]], path: Path) -> None:
    """Write sheets of cells (text, numbers, None) with a bold, frozen header; the file is written whole.

    Raises:
        RecordError: a text is longer than a cell can hold.
        MissingExtra: openpyxl is not installed.
    """
    openpyxl = _openpyxl()
    book = openpyxl.Workbook(write_only=True)
    for name, (header, rows) in tables.items():
        sheet = book.create_sheet(name[:31])
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, column, bold=True) for column in header])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    if not tables:
        book.create_sheet("empty")
    stream = io.BytesIO()
    book.save(stream)
    write_bytes(path, stream.getvalue())


def _cell(sheet: Any, value: Any, bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if isinstance(value, str):
        if len(value) > LIMIT:
            what = f"a text of {len(value)} characters"
            raise RecordError(Diagnostic(what, f"at most {LIMIT} in a spreadsheet cell", "export CSV or Parquet"))
        cell = WriteOnlyCell(sheet, value=value)
        cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)
        return cell
    return value


def record_tables(
    rows: dict[str, list[Row]], kinds: dict[str, type[Row]], about: dict[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """The rows of a record as sheets, and what it says about itself as keys and JSON; kinds without rows get none."""
    result: dict[str, tuple[Any, Any]] = {}
    if about:
        result["about"] = (("key", "value"), [[k, json.dumps(v, ensure_ascii=False)] for k, v in about.items()])
    for kind, entries in rows.items():
        if entries:
            names = columns(kinds[kind])
            result[kind] = (
                names,
                [[_typed(row, name, cells[name]) for name in names] for row, cells in _both(entries)],
            )
    return result


def _both(rows: Iterable[Row]) -> Iterable[tuple[Row, dict[str, str]]]:
    return ((row, encode(row)) for row in rows)


def _typed(row: Row, name: str, text: str) -> Any:
    value = getattr(row, name)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else text or None
