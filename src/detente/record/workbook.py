"""A record as a workbook: one sheet per list, what the record says of itself, and the names of what is elsewhere."""

import json
from typing import Any

from detente.errors import Diagnostic, RecordError
from detente.record.cells import encode
from detente.record.entries import Row
from detente.record.gather import ABOUT, ELSEWHERE
from detente.record.kinds import KINDS, columns
from detente.record.record import Record
from detente.record.write import plain, rows_of
from detente.words.tables import Cell, Sheet

MOST = 32_767  # characters in a cell, fixed by the format


def book_of(record: Record) -> tuple[dict[str, Sheet], list[str]]:
    """The sheets of a record; kinds without rows get none.

    Returns:
        The sheets by name, and what the workbook does not hold, as sentences.

    Raises:
        RecordError: a text is longer than a cell can hold.
    """
    result: dict[str, Sheet] = {}
    about = plain(record.meta, skip=())
    if about:
        cells = [(key, json.dumps(value, ensure_ascii=False)) for key, value in about.items()]
        result[ABOUT] = Sheet(("key", "value"), cells)
    for kind, rows in rows_of(record).items():
        if rows:
            result[kind] = sheet_of(kind, rows)
    if record.imported:
        listed = [(one.name, one.rows, one.path.name) for one in record.imported]
        result[ELSEWHERE] = Sheet(("name", "rows", "file"), listed)
    left = [
        f"the imported list '{one.name}' ({one.rows} rows) is not in the workbook; it stays in {one.path.parent}"
        for one in record.imported
    ]
    return result, left


def sheet_of(kind: str, rows: list[Row]) -> Sheet:
    """The rows of a kind as a sheet.

    Raises:
        RecordError: a text is longer than a cell can hold.
    """
    names = columns(KINDS[kind])
    return Sheet(names, [_cells(kind, names, row) for row in rows])


def _cells(kind: str, names: tuple[str, ...], row: Row) -> list[Cell]:
    texts = encode(row)
    for name, text in texts.items():
        if len(text) > MOST:
            which = f"'{name}' of {getattr(row, 'id', 'a row')} in {kind}"
            what = f"{which} has {len(text)} characters"
            raise RecordError(Diagnostic(what, f"at most {MOST} in a spreadsheet cell", "keep the record as files"))
    return [_typed(getattr(row, name), texts[name]) for name in names]


def _typed(value: Any, text: str) -> Cell:
    """Numbers as numbers, everything else as text."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else text or None
