"""Writing a record folder: YAML for what people write and argue over, CSV for long lists; every file whole."""

import datetime
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from detente.files.whole import write_text
from detente.record.cells import to_csv
from detente.record.entries import Event, EventTouch, Row, Status
from detente.record.kinds import KINDS, LISTS, NESTED
from detente.record.lists import Entries
from detente.record.record import Record

IN_YAML = ("actors", "instruments", "claims", "interests")
IN_CSV = ("sources", "statuses", "events", "touches", "responses", "ceasefires", "deaths", "meeting_counts", "merges")
SIGNS = frozenset("?-:,[]{}#&*!|>%@`~=\"'")


def rows_of(record: Entries) -> dict[str, list[Row]]:
    """Every row by kind, nested rows in lists of their own; events that were merged stand apart, with their merges."""
    result: dict[str, list[Row]] = {kind: list(record.lists[kind].values()) for kind in LISTS}
    events = _apart(record)
    result["events"] = list(events)
    result["commitments"] = list(record.commitments.values())
    statuses: list[Status] = []
    for instrument in record.instruments.values():
        statuses += instrument.statuses
        for commitment in instrument.commitments:
            statuses += commitment.statuses
    result["statuses"] = list(statuses)
    result["touches"] = [
        EventTouch(event=event.id, **touch.model_dump()) for event in events for touch in event.touches
    ]
    result["relations"] = [other for claim in record.claims.values() for other in claim.others]
    result["merges"] = list(record.merges) if isinstance(record, Record) else []
    return {kind: result[kind] for kind in KINDS}


def _apart(record: Entries) -> list[Event]:
    """The events as they stand in the files, in order."""
    if not isinstance(record, Record) or not record.apart:
        return list(record.events.values())
    return sorted((record.events | record.apart).values(), key=lambda event: (event.date, event.id))


def write_record(record: Entries, folder: Path) -> list[Path]:
    """Write a record into a folder; lists that are empty get no file. Returns the paths written."""
    rows = rows_of(record)
    written: list[Path] = []
    for kind in IN_YAML:
        if rows[kind]:
            written.append(folder / f"{kind}.yaml")
            write_text(written[-1], to_yaml(kind, rows[kind]))
    for kind in IN_CSV:
        if rows[kind]:
            written.append(folder / f"{kind}.csv")
            write_text(written[-1], to_csv(KINDS[kind], rows[kind]))
    meta = plain(record.meta, skip=())
    if meta:
        written.append(folder / "record.yaml")
        write_text(written[-1], dump(meta))
    return written


def to_yaml(kind: str, rows: Iterable[Row]) -> str:
    """Rows of a kind as YAML: a mapping by id; commitments and relations stand inside what they belong to."""
    return dump({kind: {str(getattr(row, "id", "")): _node(row) for row in rows}})


def _node(row: Row) -> dict[str, Any]:
    node = plain(row, skip=("id", *NESTED.get(type(row), {})))
    commitments: tuple[Row, ...] = getattr(row, "commitments", ())
    if commitments:
        skip = ("id", "instrument", "statuses")
        node["commitments"] = {str(getattr(c, "id", "")).split(".", 1)[1]: plain(c, skip) for c in commitments}
    others: tuple[Row, ...] = getattr(row, "others", ())
    if others:
        node["others"] = [plain(other, skip=("claim",)) for other in others]
    return node


def plain(row: Row, skip: Iterable[str]) -> dict[str, Any]:
    """A row as plain values, without what is at its default."""
    result: dict[str, Any] = {}
    for name, info in type(row).model_fields.items():
        value = getattr(row, name)
        default = info.get_default(call_default_factory=True)
        if name not in skip and value != default:
            result[name] = _plain(value)
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[Any, ...]", value)]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def dump(data: Any) -> str:
    """Plain values as YAML text; short lists on one line, dates bare, texts quoted only where they must be."""
    from ruamel.yaml import YAML

    yaml: Any = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_styled(data), stream)
    return stream.getvalue()


def _styled(value: Any) -> Any:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value).items()
        return CommentedMap((_quoted(str(key)), _styled(item)) for key, item in items)
    if isinstance(value, list):
        entries = cast("list[Any]", value)
        sequence: Any = CommentedSeq([_styled(item) for item in entries])
        scalars = all(not isinstance(item, (dict, list)) for item in entries)
        if scalars and len(json.dumps(entries, ensure_ascii=False)) < 90:
            sequence.fa.set_flow_style()
        return sequence
    return _quoted(value) if isinstance(value, str) else value


def _quoted(text: str) -> str:
    """A text that begins with a sign that YAML reads is quoted (the emitter leaves some of them bare in lists)."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    return DoubleQuotedScalarString(text) if text[:1] in SIGNS else text
