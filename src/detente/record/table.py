"""Rows to cells and back: one flat table per type, for CSV, XLSX and Parquet; nothing is lost on the way.

Ids in a list are joined by spaces, lines by newlines, dates are ISO, mappings are JSON, nothing is an empty cell.
"""

import csv
import datetime
import functools
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any, cast, get_origin

from detente.record.model import (
    Actor,
    Ceasefire,
    Claim,
    Commitment,
    Deaths,
    Event,
    EventTouch,
    Instrument,
    Interest,
    MeetingCount,
    Merge,
    Relation,
    Response,
    Row,
    Source,
    Status,
    split_ids,
    split_lines,
)

KINDS: dict[str, type[Row]] = {
    "sources": Source,
    "actors": Actor,
    "instruments": Instrument,
    "commitments": Commitment,
    "statuses": Status,
    "events": Event,
    "touches": EventTouch,
    "claims": Claim,
    "relations": Relation,
    "responses": Response,
    "ceasefires": Ceasefire,
    "deaths": Deaths,
    "meeting_counts": MeetingCount,
    "interests": Interest,
    "merges": Merge,
}
NESTED: dict[type[Row], dict[str, str]] = {  # field that holds rows of a kind of their own -> that kind
    Event: {"touches": "touches"},
    Instrument: {"commitments": "commitments", "statuses": "statuses"},
    Commitment: {"statuses": "statuses"},
    Claim: {"others": "relations"},
}
FIRST = ("event", "subject", "claim")  # columns that stand first in a table of nested rows


def columns(kind: type[Row]) -> tuple[str, ...]:
    """The column names of a type's table, in order."""
    names = [name for name in kind.model_fields if name not in NESTED.get(kind, {})]
    ahead = [name for name in FIRST if name in names and kind is EventTouch]
    return (*ahead, *(name for name in names if name not in ahead))


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
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
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
    """A type's table as CSV text with a header; columns that are empty throughout are kept, so that files diff well."""
    names = columns(kind)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        cells = encode(row)
        writer.writerow([cells[name] for name in names])
    return stream.getvalue()
