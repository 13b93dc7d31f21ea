"""What is odd in a record and stops nothing: words that look like slips of others, and entries dated too late."""

import dataclasses
import difflib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from detente.errors import Diagnostic, suggest
from detente.record.entries import RECORD, DatedRow
from detente.record.gather import Raw, Rows
from detente.record.kinds import KINDS
from detente.record.record import Record

KINDS_OF_ACTORS = ("party", "mediator", "patron", "guarantor", "domestic", "organisation", "state")  # usual ones
ACTOR_FIELDS = ("actors", "target", "who", "to", "parties", "mediators", "named", "actor", "mediator")
VIEWPOINTS = {"statuses": "viewpoint", "touches": "by_viewpoint", "sources": "viewpoint"}
ALIKE = 0.85  # similarity of two words from which one is taken for a slip of the other


def oddities(rows: Rows, meta: Raw | None, record: Record) -> Iterator[Diagnostic]:
    """Warnings about a record.

    Args:
        rows: its entries, each with its place.
        meta: the record's description of itself, with its places.
        record: put together from them.
    """
    yield from _actors(rows, record)
    yield from _parties(meta, record)
    yield from _words(rows)
    yield from _viewpoints(rows, record)
    yield from _merges(rows["merges"], record)
    yield from _after_compilation(rows, record)


def _warning(raw: Raw, at: tuple[Any, ...], what: str, expected: str = "", hint: str = "") -> Diagnostic:
    return dataclasses.replace(raw.locate(at, what, expected, hint), severity="warning")


def _like(word: str, words: list[str]) -> list[str]:
    """The one of some words of which another is likely a slip, if there is one."""
    return difflib.get_close_matches(word, words, n=1, cutoff=ALIKE)


def _acting(rows: Rows) -> Iterator[tuple[str, str, Raw]]:
    """Every actor that an entry names, the field that does, and the entry."""
    for kind in KINDS:
        for row, raw in rows[kind]:
            for field in ACTOR_FIELDS:
                value: Any = getattr(row, field, ())
                for actor in (value,) if isinstance(value, str) else value:
                    yield actor, field, raw


def _actors(rows: Rows, record: Record) -> Iterator[Diagnostic]:
    """Actors that the record does not describe but that look like a slip of one that it does."""
    known = list(record.actors)
    seen = {"", *known}
    for actor, field, raw in _acting(rows):
        if actor not in seen:
            seen.add(actor)
            near = [id for id in known if abs(len(id) - len(actor)) <= 1]
            close = [id for id in near if sorted(id) == sorted(actor)] or _like(actor, near)
            if close:
                yield _warning(raw, (field,), f"actor '{actor}' is not described", "", f"did you mean '{close[0]}'?")


def _parties(meta: Raw | None, record: Record) -> Iterator[Diagnostic]:
    """Parties, named in the record's description of itself, that the record does not describe among its actors."""
    if meta is not None and record.actors:
        for n, id in enumerate(record.meta.parties):
            if id not in record.actors:
                hint = suggest(id, sorted(record.actors))
                yield _warning(meta, ("parties", n), f"party '{id}' is not described", "", hint)


def _words(rows: Rows) -> Iterator[Diagnostic]:
    """Words that one entry alone bears and that look like a slip of one that others bear; the lists are open."""
    types, kinds = [row.type for row, _ in rows["events"]], [row.kind for row, _ in rows["actors"]]
    yield from _slips(rows["events"], "type", types, "no other event has the type")
    yield from _slips(rows["actors"], "kind", [*kinds, *2 * KINDS_OF_ACTORS], "no other actor is of the kind")


def _slips(rows: list[tuple[Any, Raw]], field: str, words: list[str], what: str) -> Iterator[Diagnostic]:
    counts = Counter(words)
    usual = [name for name, count in counts.items() if count > 1]
    for row, raw in rows:
        name: str = getattr(row, field)
        if counts[name] == 1 and (close := _like(name, usual)):
            yield _warning(raw, (field,), f"{what} '{name}'", "", f"did you mean '{close[0]}'?")


def _viewpoints(rows: Rows, record: Record) -> Iterator[Diagnostic]:
    """Viewpoints of nobody that the record knows: what stands under them is shown only to who asks for them."""
    known = {RECORD, *record.actors, *(actor for actor, *_ in _acting(rows))} - {""}
    for kind, field in VIEWPOINTS.items():
        for row, raw in rows[kind]:
            view: str = getattr(row, field)
            if view and view not in known:
                expected = f"'{RECORD}' or an actor" if kind == "statuses" else "an actor"
                yield _warning(raw, (field,), f"viewpoint '{view}' is nobody's", expected, suggest(view, sorted(known)))


def _merges(rows: list[tuple[Any, Raw]], record: Record) -> Iterator[Diagnostic]:
    """Merges that do nothing, since the event that is to be dropped stands nowhere."""
    if not record.merged:
        return
    from detente.record.imported import ids_among  # a database: loaded only where it is needed

    outside = ids_among(record.imported, record.merged)
    for merge, raw in rows:
        if merge.drop in record.merged and merge.drop not in outside:
            what = f"no event '{merge.drop}' in the record or in a list that it imported, so nothing is merged"
            close = suggest(merge.drop, sorted({*record.events, *record.apart} - {merge.keep}))
            hint = close if close.startswith("did") else "import the list that has it, or take the line out"
            yield _warning(raw, ("drop",), what, "", hint)


def _after_compilation(rows: Rows, record: Record) -> Iterator[Diagnostic]:
    """Entries that are dated later than the record says that it was compiled."""
    compiled = record.meta.compiled
    if compiled is None:
        return
    what = f"dated after the record was compiled ({compiled})"
    hint = "raise `compiled:` in record.yaml; until then it is shown only with a later --date"
    for kind in KINDS:
        for row, raw in rows[kind]:
            if isinstance(row, DatedRow) and row.known is not None and row.known > compiled:
                yield _warning(raw, (type(row).DATE,), what, "", hint)
