"""Tables told from a record: every row names the entries that it rests on, and says whether one is confidential.

An entry is confidential if it is marked so itself, or rests on something that is (`detente.record.public`).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from detente.record.cut import CutRecord
from detente.record.entries import Claim, Commitment, Event, Instrument, Response, Row, Source
from detente.record.public import Hidden, hidden
from detente.run import Cell, Kind, Ref, Table

WAYS_BACK: dict[type[Row], Kind] = {
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

    def __init__(self, record: CutRecord) -> None:
        self.record = record

    @cached_property
    def _secret(self) -> Hidden:
        return hidden(self.record)

    def marked(self) -> tuple[Ref, ...]:
        """Every entry that is not public: marked itself, or resting on what is marked."""
        found: list[Ref] = []
        for row, kind in WAYS_BACK.items():
            entries: Mapping[str, Row] = getattr(self.record, f"{row.__name__.lower()}s")
            found += [Ref(kind=kind, id=id) for id, entry in entries.items() if self.hidden(entry)]
        return tuple(found)

    def hidden(self, *entries: Row) -> bool:
        """Whether one of these entries is confidential."""
        return any(self._secret.hides(entry) for entry in entries)

    def refs(self, *entries: Row) -> tuple[Ref, ...]:
        """Ways back to these entries and to their sources, each once."""
        found: dict[tuple[Kind, str], Ref] = {}
        for entry in entries:
            kind = WAYS_BACK.get(type(entry))
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
