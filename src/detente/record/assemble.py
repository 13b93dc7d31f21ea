"""Raw rows -> Record: validation, nesting, references; what is wrong is collected."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from detente.errors import Diagnostic, RecordError, suggest
from detente.files.validate import mistakes_in
from detente.record.entries import RECALL, EventTouch, Meta, Row, Touch
from detente.record.gather import Gathered, Raw, Rows
from detente.record.kinds import INSIDE, KINDS, REFERENCES
from detente.record.lists import ImportedList
from detente.record.merge import contradictions, final, joined
from detente.record.odd import oddities
from detente.record.record import Record


def assemble(gathered: Gathered, root: Path, imported: tuple[ImportedList, ...]) -> Record:
    """Validate what was gathered and put it together.

    Raises:
        RecordError: with everything that is wrong.
    """
    diagnostics = list(gathered.diagnostics)
    rows: Rows = {kind: [] for kind in KINDS}
    spoilt: dict[str, set[str]] = {kind: set() for kind in KINDS}  # ids of rows that have a mistake of their own
    for raw in gathered.rows:
        row = validated(raw, KINDS[raw.kind], diagnostics)
        if row is None:
            spoilt[raw.kind].add(str(raw.values.get("id", "")))
        else:
            rows[raw.kind].append((row, raw))
    for kind, id in gathered.lost:
        spoilt[kind].add(id)
    meta = load_meta(gathered.meta, diagnostics)
    ids = {kind: _unique(kind, rows[kind], diagnostics) | spoilt[kind] for kind in KINDS}
    _references(rows, ids, gathered.unread, diagnostics)
    diagnostics += contradictions(rows["merges"])
    if diagnostics:
        raise RecordError(sorted(diagnostics, key=lambda d: (d.file, d.line, d.column)))
    merges = {merge.drop: merge for merge, _ in rows["merges"]}
    outside = {drop: merge.keep for drop, merge in merges.items() if drop not in ids["events"]}
    parts = _nested(_redirected(rows, final(merges)))
    involved = {id for merge in merges.values() for id in (merge.keep, merge.drop)}
    apart = {id: event for id, event in parts["events"].items() if id in involved}
    parts["events"] = joined(parts["events"], merges)
    record = Record(
        folder=root,
        meta=meta,
        files=tuple(gathered.files),
        imported=imported,
        merged=outside,
        merges=tuple(merges.values()),
        apart=apart,
        **parts,
    )
    return dataclasses.replace(
        record,
        warnings=tuple(oddities(rows, gathered.meta, record)),
    )


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


def _references(rows: Rows, ids: dict[str, set[str]], unread: set[str], diagnostics: list[Diagnostic]) -> None:
    """References to what is not there; those to a kind whose file could not be read are left alone."""
    ids["sources"].add(RECALL)
    for kind, fields in REFERENCES.items():
        for row, raw in rows[kind]:
            for name, target in fields.items():
                value: Any = getattr(row, name)
                for id in (value,) if isinstance(value, str) else value:
                    if id and id not in ids[target] and target not in unread:
                        what = f"unknown {target.removesuffix('s')} '{id}'"
                        diagnostics.append(raw.locate((name,), what, "", _close(id, ids[target])))
    known = ids["commitments"] | ids["instruments"]
    for status, raw in rows["statuses"]:
        if status.subject not in known and not unread & {"commitments", "instruments"}:
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
        kind: {row.id: row for row, _ in rows[kind]} for kind in KINDS if kind not in INSIDE and kind != "merges"
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


def validated(raw: Raw, kind: type[Row], diagnostics: list[Diagnostic]) -> Row | None:
    """A row from its raw values, or None with what is wrong added to the diagnostics."""
    try:
        return kind.model_validate(raw.values)
    except ValidationError as error:
        for one in mistakes_in(error, kind, raw.values):
            hint = f"a row of '{raw.kind}' needs it" if one.missing else one.hint
            diagnostics.append(raw.locate(one.at, one.what, one.expected, hint, key=one.key))
        return None


def load_meta(raw: Raw | None, diagnostics: list[Diagnostic]) -> Meta:
    """The record's description of itself."""
    meta = None if raw is None else validated(raw, Meta, diagnostics)
    return meta if isinstance(meta, Meta) else Meta()
