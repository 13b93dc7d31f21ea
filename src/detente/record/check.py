"""Raw rows -> Record: validation, nesting, references; what is wrong is collected, what is odd becomes a warning."""

import dataclasses
import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from detente.errors import Diagnostic, RecordError, suggest
from detente.record.files import Gathered, Raw, load_meta, validated
from detente.record.merge import final, folded
from detente.record.model import RECALL, Event, EventTouch, Merge, Touch
from detente.record.record import Imported, Record
from detente.record.table import KINDS

Rows = dict[str, list[tuple[Any, Raw]]]
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
ACTOR_FIELDS = ("actors", "target", "who", "to", "parties", "mediators", "named", "actor", "mediator")


def assemble(gathered: Gathered, root: Path, imported: tuple[Imported, ...]) -> Record:
    """Validate what was gathered and put it together.

    Raises:
        RecordError: with everything that is wrong.
    """
    diagnostics = list(gathered.diagnostics)
    rows: Rows = {kind: [] for kind in KINDS}
    for raw in gathered.rows:
        row = validated(raw, KINDS[raw.kind], diagnostics)
        if row is not None:
            rows[raw.kind].append((row, raw))
    meta = load_meta(gathered.meta, diagnostics)
    ids = {kind: _unique(kind, rows[kind], diagnostics) for kind in KINDS}
    _references(rows, ids, diagnostics)
    if diagnostics:
        raise RecordError(sorted(diagnostics, key=lambda d: (d.file, d.line, d.column)))
    merges = {merge.drop: merge for merge, _ in rows["merges"]}
    outside = {drop: merge.keep for drop, merge in merges.items() if drop not in ids["events"]}
    parts = _merged(_nested(_redirected(rows, final(merges))), merges)
    record = Record(folder=root, meta=meta, files=tuple(gathered.files), imported=imported, merged=outside, **parts)
    return dataclasses.replace(record, warnings=tuple(_odd_actors(rows, record)))


def _redirected(rows: Rows, to: dict[str, str]) -> Rows:
    """Rows whose references to dropped events point to the kept ones."""
    if not to:
        return rows
    result: Rows = dict(rows)
    for kind, fields in REFERENCES.items():
        names = [name for name, target in fields.items() if target == "events" and kind != "merges"]
        if names:
            result[kind] = [(_pointed(row, names, to), raw) for row, raw in rows[kind]]
    return result


def _pointed(row: Any, names: list[str], to: dict[str, str]) -> Any:
    update: dict[str, Any] = {}
    for name in names:
        value: Any = getattr(row, name)
        if isinstance(value, str):
            update[name] = to.get(value, value)
        else:
            update[name] = tuple(dict.fromkeys(to.get(id, id) for id in value))
    return row.model_copy(update=update)


def _merged(parts: dict[str, Any], merges: dict[str, Merge]) -> dict[str, Any]:
    events: dict[str, Event] = parts["events"]
    ends = final(merges)
    for drop, keep in ends.items():
        if drop in events and keep in events and drop != keep:
            events[keep] = folded(events[keep], events.pop(drop), merges[drop].why)
    return parts


def _unique(kind: str, rows: list[tuple[Any, Raw]], diagnostics: list[Diagnostic]) -> set[str]:
    seen: set[str] = set()
    for row, raw in rows:
        id = getattr(row, "id", None)
        if id is None:
            continue
        if id in seen:
            diagnostics.append(
                raw.locate(("id",), f"'{id}' stands twice in '{kind}'", "each id once", "rename or merge")
            )
        seen.add(id)
    return seen


def _references(rows: Rows, ids: dict[str, set[str]], diagnostics: list[Diagnostic]) -> None:
    ids["sources"].add(RECALL)
    for kind, fields in REFERENCES.items():
        for row, raw in rows[kind]:
            for name, target in fields.items():
                value: Any = getattr(row, name)
                for id in (value,) if isinstance(value, str) else value:
                    if id and id not in ids[target]:
                        what = f"unknown {target.removesuffix('s')} '{id}'"
                        diagnostics.append(raw.locate((name,), what, "", _close(id, ids[target])))
    known = ids["commitments"] | ids["instruments"]
    for status, raw in rows["statuses"]:
        if status.subject not in known:
            what = f"unknown commitment or instrument '{status.subject}'"
            diagnostics.append(raw.locate(("subject",), what, "", _close(status.subject, known)))
    for commitment, raw in rows["commitments"]:
        if not commitment.id.startswith(f"{commitment.instrument}."):
            expected = f"'{commitment.instrument}.' and a short name"
            diagnostics.append(raw.locate(("id",), f"commitment id '{commitment.id}'", expected))


def _close(word: str, names: Iterable[str]) -> str:
    return suggest(word, sorted(names))


def _nested(rows: Rows) -> dict[str, Any]:
    touches = _grouped((t for t, _ in rows["touches"]), "event")
    statuses = _grouped((s for s, _ in rows["statuses"]), "subject")
    relations = _grouped((r for r, _ in rows["relations"]), "claim")
    commitments = _grouped(
        (_with(c, statuses=tuple(statuses.get(c.id, ()))) for c, _ in rows["commitments"]), "instrument"
    )
    parts: dict[str, Any] = {
        kind: {row.id: row for row, _ in rows[kind]}
        for kind in KINDS
        if kind not in ("touches", "statuses", "relations", "commitments", "merges")
    }
    parts["events"] = {
        e.id: _with(e, touches=tuple(_bare(t) for t in touches.get(e.id, ())))
        for e in sorted(parts["events"].values(), key=lambda e: (e.date, e.id))
    }
    parts["instruments"] = {
        i.id: _with(i, commitments=tuple(commitments.get(i.id, ())), statuses=tuple(statuses.get(i.id, ())))
        for i in sorted(parts["instruments"].values(), key=lambda i: (i.date, i.id))
    }
    parts["claims"] = {c.id: _with(c, others=tuple(relations.get(c.id, ()))) for c in parts["claims"].values()}
    return parts


def _with(row: Any, **parts: Any) -> Any:
    changed = {name: value for name, value in parts.items() if value}
    return row.model_copy(update=changed) if changed else row


def _grouped(rows: Iterable[Any], by: str) -> dict[str, list[Any]]:
    result: dict[str, list[Any]] = {}
    for row in rows:
        result.setdefault(getattr(row, by), []).append(row)
    return result


def _bare(touch: EventTouch) -> Touch:
    return Touch(**touch.model_dump(exclude={"event"}))


def _odd_actors(rows: Rows, record: Record) -> list[Diagnostic]:
    """Actors that the record does not describe but that look like a slip of one that it does."""
    known = list(record.actors)
    warned: set[str] = set()
    result: list[Diagnostic] = []
    for kind in KINDS:
        for row, raw in rows[kind]:
            for name in ACTOR_FIELDS:
                value: Any = getattr(row, name, ())
                for actor in (value,) if isinstance(value, str) else value:
                    if actor and actor not in record.actors and actor not in warned:
                        warned.add(actor)
                        alike = [id for id in known if abs(len(id) - len(actor)) <= 1]
                        close = difflib.get_close_matches(actor, alike, n=1, cutoff=0.85)
                        if close:
                            what = f"actor '{actor}' is not described"
                            found = raw.locate((name,), what, "", f"did you mean '{close[0]}'?")
                            result.append(dataclasses.replace(found, severity="warning"))
    return result
