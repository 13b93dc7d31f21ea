"""Tables that people bring: CSV text, workbooks (extra `xlsx`) and Parquet, as numbered rows of text cells."""

import csv
import datetime
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat

from detente.errors import Diagnostic, FileError, MissingExtra
from detente.files.access import check_file, unreadable

Numbered = tuple[int, list[str]]  # the line or row on which a row begins (from 1), and its cells
BOOKS = (".xlsx", ".xlsm")
LONGEST_FIELD = 1_000_000  # characters in a CSV cell; the reader's own 131,072 is less than a stored article can have


def csv_rows(text: str) -> Iterator[Numbered]:
    """The rows of CSV text with the line on which each begins.

    Raises:
        csv.Error: not CSV; what came before it has been given.
    """
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1


def parquet_rows(path: Path, name: str) -> list[Numbered]:
    """The rows of a Parquet file as text cells, its column names first.

    Raises:
        FileError: not a Parquet file, or it cannot be read.
    """
    import duckdb

    try:
        with duckdb.connect() as connection:
            table = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            names = [str(column[0]) for column in table.description or ()]
            cells = table.fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise FileError(Diagnostic(f"not a Parquet file that can be read: {reason}", file=name)) from None
    return list(enumerate([names, *(["" if value is None else str(value) for value in row] for row in cells)], 1))


def sheets(path: Path) -> list[tuple[str, list[Numbered]]]:
    """The sheets of a workbook by name: numbered rows of text cells, empty rows left out.

    Raises:
        FileError: not a workbook, or it cannot be read.
        MissingExtra: openpyxl is not installed.
    """
    book = _open(path)
    try:
        return [(sheet.title, list(_rows(sheet, path))) for sheet in book.worksheets]
    finally:
        book.close()


def first_sheet(path: Path) -> Iterator[Numbered]:
    """The rows of a workbook's first sheet, one at a time.

    Raises:
        FileError: not a workbook, or it cannot be read.
        MissingExtra: openpyxl is not installed.
    """
    book = _open(path)
    try:
        yield from _rows(book.worksheets[0], path)
    finally:
        book.close()


def _open(path: Path) -> Any:
    try:
        import openpyxl
    except ModuleNotFoundError:
        raise MissingExtra("openpyxl", "xlsx", "reading a spreadsheet") from None
    try:
        check_file(path)
        _check_parts(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except FileError:
        raise
    except OSError as error:
        raise FileError(unreadable(error, path)) from None
    except Exception as error:  # noqa: BLE001 - whatever a damaged workbook makes the library say is the user's to know
        raise _not_a_book(path, error) from None
    if not book.worksheets:
        what = "a workbook without a sheet of cells"
        raise FileError(Diagnostic(what, "a sheet with a header", file=path.as_posix()))
    return book


def _not_a_book(path: Path, error: Exception) -> FileError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    hint = "save it again as .xlsx from a spreadsheet program"
    return FileError(Diagnostic(f"not an XLSX workbook: {reason}", "", hint, path.as_posix()))


def _check_parts(path: Path) -> None:
    """Refuse parts that declare a document type: no workbook does, and entities in it can name files or never end."""
    with zipfile.ZipFile(path) as archive:
        for item in archive.infolist():
            if not item.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(item) as stream:
                if _declares(stream):
                    what = f"its part '{item.filename}' declares a document type"
                    raise FileError(Diagnostic(f"not an XLSX workbook: {what}", "cells only", file=path.as_posix()))


class _Seen(Exception):
    """Enough of a part was read to know whether it declares a document type."""


def _declares(stream: Any) -> bool:
    """Whether XML declares a document type before its first element; XML that is broken is left to its reader."""

    def tell(declares: bool) -> Any:
        def handler(*_given: Any) -> None:
            raise _Seen(declares)

        return handler

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = tell(True)
    parser.StartElementHandler = tell(False)
    try:
        while piece := stream.read(4096):  # bytes; a document type stands at the very beginning
            parser.Parse(piece)
    except _Seen as seen:
        return bool(seen.args[0])
    except expat.ExpatError:
        return False
    return False


def _rows(sheet: Any, path: Path) -> Iterator[Numbered]:
    from openpyxl.utils.escape import unescape  # "_x000D_": how a workbook writes a character by number

    try:
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = [unescape(value) if isinstance(value, str) else text_of(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield number, cells
    except OSError as error:
        raise FileError(unreadable(error, path)) from None
    except (SyntaxError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:  # what openpyxl and XML raise
        raise _not_a_book(path, error) from None


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


def positions(header: Sequence[str]) -> dict[str, list[int]]:
    """Where each column of a header stands (from 0); a name that stands twice has two places, empty ones have none."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        if name.strip():
            found.setdefault(name.strip(), []).append(place)
    return found


def is_blank(cells: Iterable[str]) -> bool:
    """Whether a row has nothing in any cell."""
    return not any(cell.strip() for cell in cells)
