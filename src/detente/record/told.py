"""Tables told from a record: every row names the entries that it rests on, and says whether one is confidential.

An entry is confidential if it is marked so itself, or rests on a source or stands in an instrument that is; that is,
if it is not in `record.public()`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from detente.record.model import Claim, Commitment, Event, Instrument, Response, Row, Source
from detente.record.record import Record
from detente.run import Cell, Kind, Ref, Table

KINDS: dict[type[Row], Kind] = {
    Source: "source",
    Instrument: "instrument",
    Commitment: "commitment",
    Event: "event",
    Response: "response",
    Claim: "claim",
}
Line = tuple[Sequence[Cell], Iterable[Row]]  # the cells of a row, and the entries that it rests on


class Told:
    """Makes tables and refs from a record, knowing which of its entries are confidential."""

    def __init__(self, record: Record) -> None:
        self.record = record

    @cached_property
    def _public(self) -> dict[str, frozenset[str]]:
        public = self.record.public()
        lists = ("sources", "instruments", "events", "claims", "responses", "ceasefires", "deaths", "commitments")
        return {name: frozenset(getattr(public, name)) for name in lists}

    @cached_property
    def nothing_marked(self) -> bool:
        """Whether the record has no confidential entry at all."""
        return all(len(ids) == len(getattr(self.record, name)) for name, ids in self._public.items())

    def marked(self) -> tuple[Ref, ...]:
        """Every entry that is not public: marked itself, or resting on what is marked."""
        found: list[Ref] = []
        for row, kind in KINDS.items():
            name = f"{row.__name__.lower()}s"
            found += [Ref(kind=kind, id=id) for id in getattr(self.record, name) if id not in self._public[name]]
        return tuple(found)

    def hidden(self, *entries: Row) -> bool:
        """Whether one of these entries is confidential."""
        if self.nothing_marked:
            return False
        return any(self._is_hidden(entry) for entry in entries)

    def _is_hidden(self, entry: Row) -> bool:
        name = f"{type(entry).__name__.lower()}s".replace("deathss", "deaths")
        if name in self._public:
            return getattr(entry, "id") not in self._public[name]  # noqa: B009 - not every kind of row has an id
        return not set(getattr(entry, "sources", ())) <= self._public["sources"]

    def refs(self, *entries: Row) -> tuple[Ref, ...]:
        """Ways back to these entries and to their sources, each once."""
        found: dict[tuple[Kind, str], Ref] = {}
        for entry in entries:
            kind = KINDS.get(type(entry))
            if kind is not None:
                id = str(getattr(entry, "id"))  # noqa: B009
                found[(kind, id)] = Ref(kind=kind, id=id)
            for source in getattr(entry, "sources", ()):
                found[("source", source)] = Ref(kind="source", id=source)
        return tuple(found.values())

    def table(
        self,
        title: str,
        columns: Sequence[str],
        lines: Iterable[Line],
        units: Mapping[str, str] | None = None,
        note: str = "",
    ) -> Table:
        """A table whose rows rest on entries of the record."""
        told = [(tuple(cells), tuple(entries)) for cells, entries in lines]
        return Table(
            title=title,
            columns=tuple(columns),
            rows=tuple(cells for cells, _ in told),
            units=dict(units or {}),
            note=note,
            rests_on=tuple(self.refs(*entries) for _, entries in told),
            confidential=tuple(self.hidden(*entries) for _, entries in told),
        )
