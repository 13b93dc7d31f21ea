"""The record that may leave the house: without what is marked confidential, what rests on it, and what names it.

a marked source, instrument, commitment, event or claim is gone, and so is whatever rests on it: rows with a hidden
source; commitments of a hidden instrument; statuses, reactions and ceasefires that cite a hidden event
other references to it (responds_to, repeats, the events of a claim, ...) are taken out
a text that names it by its id is withheld, and says so
rows of imported lists that rest on a hidden source are left out (`detente.record.imported`)
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar, cast

from detente.record.entries import Row
from detente.record.kinds import KIND_OF, LISTS, NESTED, linked, references
from detente.record.lists import Entries, ImportedList
from detente.record.veil import Veil

E = TypeVar("E", bound=Entries)
R = TypeVar("R", bound=Row)
WITHHELD = "Withheld: the text names an entry that is confidential."
RESTS: dict[str, frozenset[str]] = {  # beside `sources`: fields without whose rows a row of the kind does not stand
    "statuses": frozenset({"events"}),
    "responses": frozenset({"event", "response_events"}),
    "ceasefires": frozenset({"events", "instrument"}),
    "touches": frozenset({"event", "commitment"}),
    "commitments": frozenset({"instrument"}),
    "relations": frozenset({"claim"}),
}
ORDER = (  # each kind after those that it rests on
    "sources", "actors", "instruments", "commitments", "events", "claims",
    *(kind for kind in LISTS if kind not in ("sources", "actors", "instruments", "events", "claims")),
)  # fmt: skip
NAMELESS = ("actors",)  # ids that stand everywhere: a description that is gone does not make its actor a secret


@dataclass(frozen=True)
class Hidden:
    """What of a record is confidential: kind -> ids."""

    ids: Mapping[str, frozenset[str]]

    @cached_property
    def any(self) -> bool:
        """Whether there is anything confidential."""
        return any(self.ids.values())

    def hides(self, row: Row) -> bool:
        """Whether a row is marked, or rests on something that is hidden."""
        return self.any and _secret(row, self.ids)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every hidden id that a text may not name."""
        return frozenset(id for kind, ids in self.ids.items() if kind not in NAMELESS for id in ids)

    @cached_property
    def tells(self) -> Callable[[str], bool]:
        """Whether a text names a hidden entry by its id, in any letter case."""
        if not self.names:
            return lambda _text: False
        words = "|".join(re.escape(id) for id in sorted(self.names, key=len, reverse=True))
        pattern = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)
        return lambda text: pattern.search(text) is not None


def hidden(entries: Entries) -> Hidden:
    """What is confidential in a record: marked, or resting on what is."""
    ids: dict[str, frozenset[str]] = {}
    for kind in ORDER:
        rows: Iterable[Any] = getattr(entries, kind).values()
        ids[kind] = frozenset(row.id for row in rows if _secret(row, ids))
    return Hidden(ids)


def _secret(row: Row, ids: Mapping[str, frozenset[str]]) -> bool:
    """Whether a row is marked, or rests on one of these ids."""
    kind = KIND_OF[type(row)]
    if getattr(row, "confidential", False) or getattr(row, "id", None) in ids.get(kind, ()):
        return True
    for field, target in references(row).items():
        if field == "sources" or field in RESTS.get(kind, ()):
            value: str | tuple[str, ...] = getattr(row, field, ())  # a touch inside its event does not name it
            if not ids.get(target, frozenset()).isdisjoint((value,) if isinstance(value, str) else value):
                return True
    return False


def public(entries: E) -> E:
    """A record without what is confidential; the same record where nothing is."""
    secret = hidden(entries)
    if not secret.any:
        return entries
    alive = {kind: _Other(ids) for kind, ids in secret.ids.items()}
    veil = Veil(secret.tells, WITHHELD)
    lists = {
        kind: {id: veil.row(linked(_without(row, secret), alive)) for id, row in rows.items() if not secret.hides(row)}
        for kind, rows in entries.lists.items()
    }
    return replace(
        entries,
        meta=veil.row(entries.meta),
        imported=tuple(_open(one, secret, veil) for one in entries.imported if not secret.tells(one.name)),
        merged={drop: keep for drop, keep in entries.merged.items() if keep in lists["events"]},
        **cast("dict[str, Any]", lists),
    )


class _Other:
    """Every id but some."""

    def __init__(self, ids: Container[str]) -> None:
        self.ids = ids

    def __contains__(self, id: object) -> bool:
        return id not in cast("Any", self.ids)


def _without(row: R, secret: Hidden) -> R:
    """A row without the rows inside it that are hidden."""
    update: dict[str, Any] = {}
    for name in NESTED.get(type(row), {}):
        inner = cast("tuple[Row, ...]", getattr(row, name))
        parts = tuple(_without(part, secret) for part in inner if not secret.hides(part))
        if parts != inner:
            update[name] = parts
    return row.model_copy(update=update) if update else row


def _open(one: ImportedList, secret: Hidden, veil: Veil) -> ImportedList:
    about = cast("dict[str, Any]", veil.plain(one.about))
    return replace(one, about=about, hidden=one.hidden | secret.names)
