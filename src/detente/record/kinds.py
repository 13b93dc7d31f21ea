"""The kinds of rows that a record has, which stand inside which, and which of their fields name other rows."""

from collections.abc import Container, Mapping
from typing import Any, TypeVar, cast

from detente.record.entries import (
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
    Touch,
)

R = TypeVar("R", bound=Row)

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
KIND_OF: dict[type[Row], str] = {**{kind: name for name, kind in KINDS.items()}, Touch: "touches"}
NESTED: dict[type[Row], dict[str, str]] = {  # field that holds rows of a kind of their own -> that kind
    Event: {"touches": "touches"},
    Instrument: {"commitments": "commitments", "statuses": "statuses"},
    Commitment: {"statuses": "statuses"},
    Claim: {"others": "relations"},
}
INSIDE = frozenset(kind for parts in NESTED.values() for kind in parts.values())
LISTS = tuple(kind for kind in KINDS if kind not in INSIDE and kind != "merges")  # each is a dict by id in a record
REFERENCES: dict[str, dict[str, str]] = {  # kind -> field -> kind that it refers to
    "events": {"sources": "sources", "responds_to": "events"},
    "touches": {"event": "events", "commitment": "commitments"},
    "instruments": {"sources": "sources"},
    "commitments": {"instrument": "instruments"},
    "statuses": {"events": "events", "sources": "sources"},
    "claims": {"sources": "sources", "events": "events"},
    "relations": {"claim": "claims", "sources": "sources"},
    "responses": {"event": "events", "response_events": "events", "sources": "sources"},
    "ceasefires": {"events": "events", "instrument": "instruments", "sources": "sources"},
    "deaths": {"sources": "sources"},
    "meeting_counts": {"sources": "sources"},
    "interests": {"sources": "sources"},
    "actors": {"sources": "sources"},
    "sources": {"repeats": "sources"},
    "merges": {"keep": "events"},
}
LOOSE: dict[str, dict[str, str]] = {"deaths": {"part_of": "deaths"}}  # may name a row that is not in the record
FIRST = ("event",)  # columns that stand first in the table of touches


def columns(kind: type[Row]) -> tuple[str, ...]:
    """The column names of a kind's table, in order."""
    names = [name for name in kind.model_fields if name not in NESTED.get(kind, {})]
    ahead = [name for name in FIRST if name in names and kind is EventTouch]
    return (*ahead, *(name for name in names if name not in ahead))


def linked(row: R, alive: Mapping[str, Container[str]]) -> R:
    """A row, and the rows inside it, without references to rows that are not there.

    Args:
        row: any row.
        alive: kind -> the ids that are there; references to kinds that do not stand here are kept.
    """
    update: dict[str, Any] = {}
    for name, target in references(row).items():
        if target in alive and name in type(row).model_fields:
            value: str | tuple[str, ...] = getattr(row, name)
            known = alive[target]
            if isinstance(value, str):
                kept: Any = value if value in known else ""
            else:
                kept = tuple(id for id in value if id in known)
            if kept != value:
                update[name] = kept
    for name in NESTED.get(type(row), {}):
        inner = cast("tuple[Row, ...]", getattr(row, name))
        parts = tuple(linked(part, alive) for part in inner)
        if parts != inner:
            update[name] = parts
    return row.model_copy(update=update) if update else row


def references(row: Row) -> dict[str, str]:
    """The fields of a row that name other rows, and the kinds that they name."""
    kind = KIND_OF[type(row)]
    return {**REFERENCES.get(kind, {}), **LOOSE.get(kind, {})}
