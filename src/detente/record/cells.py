"""Rows to cells and back: one flat table per kind, for CSV, XLSX and Parquet; nothing is lost on the way.

Ids in a list are joined by spaces, lines by newlines, dates are ISO, mappings are JSON, nothing is an empty cell.
"""

import csv
import datetime
import functools
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any, cast, get_origin

from detente.record.entries import Row
from detente.record.fields import split_ids, split_lines
from detente.record.kinds import columns


def encode(row: Row) -> dict[str, str]:
    """A row as text cells, without its nested rows."""
    forms = shapes(type(row))
    return {name: cell(getattr(row, name), forms[name]) for name in columns(type(row))}


@functools.cache
def shapes(kind: type[Row]) -> dict[str, str]:
    """How each field's cell is to be read: "ids", "lines", "json" or "plain"."""
    result: dict[str, str] = {}
    for name, field in kind.model_fields.items():
        validators = {getattr(item, "func", None) for item in field.metadata}
        if split_ids in validators:
            result[name] = "ids"
        elif split_lines in validators:
            result[name] = "lines"
        else:
            result[name] = "json" if get_origin(field.annotation) is dict else "plain"
    return result


def cell(value: Any, shape: str = "plain") -> str:
    """One value as the text of a cell."""
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # beyond, a float skips whole numbers
        return str(int(value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, tuple):
        return ("\n" if shape == "lines" else " ").join(str(item) for item in cast("tuple[Any, ...]", value))
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def decode(kind: type[Row], cells: Mapping[str, str | None]) -> dict[str, Any]:
    """Text cells as the values from which a row is validated; empty cells are left out.

    Raises:
        ValueError: a mapping cell that is not JSON.
    """
    values: dict[str, Any] = {}
    forms = shapes(kind)
    for name, text in cells.items():
        if text is None or text == "":
            continue
        if forms.get(name) == "json":
            try:
                values[name] = json.loads(text)
            except json.JSONDecodeError as error:
                raise ValueError(f"column '{name}': not JSON ({error})") from None
        else:
            values[name] = text
    return values


def to_csv(kind: type[Row], rows: Iterable[Row]) -> str:
    """A kind's table as the CSV of a record file; columns that are empty throughout are kept, so that files diff well.

    This is how a record is kept: every cell as it is, unlike tables for spreadsheets (`detente.words.tables`).
    """
    names = columns(kind)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        cells = encode(row)
        writer.writerow([cells[name] for name in names])
    return stream.getvalue()
