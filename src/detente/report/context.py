"""What every section needs: the run, labels, ways back, and what has been shown, so that nothing is lost at the end."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from detente.report.document import Cell, Inline, Line, Link, Number
from detente.run import Quantity, Ref, Run, Table
from detente.run.table import NAMES
from detente.words.numbers import cell_text
from detente.words.strings import label, labelled, string
from detente.words.text import readable

SEPARATORS = re.compile(r"[,;\s]+")
ENTRIES = ("source", "instrument", "commitment", "event", "response", "claim")  # kinds of entries of a record
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
LINKS = 12  # ways back that are printed; the others are counted


@dataclass
class Context:
    """A run while its document is being built."""

    run: Run
    shown_tables: set[str] = field(default_factory=set)
    shown_quantities: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tables: dict[str, Table] = {name: table for name, table in self.run.tables.items() if table.rows}
        self.assumption_labels = {a.name: readable(a.label or a.name) for a in self.run.assumptions}
        self.quantities = {q.id: q for q in self.run.quantities}
        self.homes = self._homes()
        self.entry_names = self._entry_names()

    def _entry_names(self) -> dict[tuple[str, str], str]:
        """What to call a cited entry of the record: an event or a reaction by its day, a commitment by its text."""
        names: dict[tuple[str, str], str] = {}
        for event in self.run.timeline.events if self.run.timeline else ():
            names["event", event.id] = event.date
        for bar in self.run.ledger.bars if self.run.ledger else ():
            names["commitment", bar.commitment] = f"{bar.instrument or bar.commitment}, {bar.made}"
        for table in self.tables.values():
            place = table.columns.index("date") if "date" in table.columns else None
            for row, refs in zip(table.rows, table.rests_on, strict=False):
                if place is not None and refs and refs[0].kind == "response":
                    names.setdefault((refs[0].kind, refs[0].id), str(row[place]))
        return names

    def _homes(self) -> dict[tuple[str, str], str]:
        """Where each entry of the record is printed: "timeline", "ledger", "claims" or the name of a table."""
        homes: dict[tuple[str, str], str] = {}
        for event in self.run.timeline.events if self.run.timeline else ():
            homes.setdefault(("event", event.id), "timeline")
        for bar in self.run.ledger.bars if self.run.ledger else ():
            homes.setdefault(("commitment", bar.commitment), "ledger")
        for claim in self.run.claims:
            homes.setdefault(("claim", claim.id), "claims")
        for name, table in self.tables.items():
            for row, refs in zip(table.rows, table.rests_on, strict=False):
                if refs and refs[0].kind in ENTRIES and refs[0].id in row:
                    homes.setdefault((refs[0].kind, refs[0].id), name)
        return homes

    def actor(self, name: str | None) -> str:
        """An actor's label with both sides' names, or the id where there is none."""
        return self.run.actors.get(name or "") or label("actor", name or "")

    def short_actor(self, name: str | None) -> str:
        """The label without what stands in brackets at its end, for figures and sentences."""
        return re.sub(r"\s*\([^()]*\)$", "", self.actor(name)) or self.actor(name)

    def find(self, id: str) -> Quantity | None:
        """A quantity by id, or None."""
        return self.quantities.get(id)

    def found(self, ids: Iterable[str]) -> list[Quantity]:
        """Those of these quantities that the run holds, in this order."""
        return [self.quantities[id] for id in dict.fromkeys(ids) if id in self.quantities]

    def number(self, quantity: Quantity, part: str = "full") -> Number:
        """The number for printing (marked as shown)."""
        self.shown_quantities.add(quantity.id)
        return Number(quantity, part)

    def anchor(self, kind: str, id: str) -> str:
        """The place where something is printed, or nothing where it is not."""
        if kind == "quantity":
            return place("q", id) if id in self.quantities else ""
        if kind == "parameter":
            return place("a", id) if id in self.assumption_labels else ""
        return place(f"r-{kind}", id) if (kind, id) in self.homes else ""

    def row_anchors(self, name: str, table: Table) -> tuple[str, ...]:
        """Places to link to, one per row of a table: those of the entries of the record that are printed in it."""
        taken: set[str] = set()
        anchors: list[str] = []
        for n in range(len(table.rows)):
            refs = table.rests_on[n] if table.rests_on else ()
            place = ""
            if refs and self.homes.get((refs[0].kind, refs[0].id)) == name:
                place = self.anchor(refs[0].kind, refs[0].id)
            anchors.append("" if place in taken else place)
            taken.add(place)
        return tuple(anchors) if any(anchors) else ()

    def assumption_links(self, names: Iterable[str]) -> Line:
        """Assumptions by label, linked where the assumption is printed."""
        return self._links([(self.assumption_labels.get(n, n), self.anchor("parameter", n)) for n in names])

    def source_links(self, ids: Iterable[str]) -> Line:
        """Sources by id, linked where the source is printed."""
        return self._links([(id, self.anchor("source", id)) for id in ids])

    def ref_links(self, refs: Iterable[Ref], most: int = LINKS) -> Line:
        """Ways back, linked where the entry is printed: the first ones, and how many more there are."""
        every = list(dict.fromkeys(refs))
        named: dict[str, str] = {}  # of several with one name, such as events of one day, the first is linked
        for ref in every:
            named.setdefault(self._named(ref), self.anchor(ref.kind, ref.id))
        shown, rest = list(named.items())[:most], len(named) - most
        return self._links([*shown, *([(string("word.more", count=rest), "")] if rest > 0 else [])])

    def _named(self, ref: Ref) -> str:
        if ref.kind == "parameter":
            return self.assumption_labels.get(ref.id, ref.id)
        quantity = self.find(ref.id) if ref.kind == "quantity" else None
        return quantity.label if quantity else self.entry_names.get((ref.kind, ref.id), ref.id)

    def _links(self, pairs: list[tuple[str, str]]) -> Line:
        line: list[Inline] = []
        for text, target in pairs:
            line += [", "] if line else []
            line.append(Link(text, target) if target else text)
        return tuple(line)

    def cell(self, name: str, table: Table, row: int, place: int) -> Line:
        """A cell for printing: actors, assumptions and quantities by label, sources linked."""
        value, column = table.rows[row][place], table.columns[place]
        if isinstance(value, str) and NAMES.get(column) == "source" and value:
            return self.source_links(part for part in SEPARATORS.split(value) if part)
        if isinstance(value, str) and NAMES.get(column) == "event":
            known = [Ref(kind="event", id=part) for part in SEPARATORS.split(value) if ("event", part) in self.homes]
            if known:
                return self.ref_links(known)
        text = cell_text(value, table.units.get(column, ""))
        if isinstance(value, str):
            text = self._in_words(column, value, text)
        return (Cell(text, name, row, column, isinstance(value, int | float) and not isinstance(value, bool)),)

    def _in_words(self, column: str, value: str, text: str) -> str:
        kind = NAMES.get(column)
        if kind == "parameter":
            return self.assumption_labels.get(value, text)
        if kind == "quantity" and value in self.quantities:
            return self.quantities[value].label
        if kind == "actor":
            parts = [part for part in SEPARATORS.split(value) if part]
            spoken = {*self.run.actors, *labelled("actor")}
            if any(part in spoken for part in parts) and all(IDENTIFIER.fullmatch(part) for part in parts):
                return "; ".join(self.actor(part) for part in parts)
        return text


def place(kind: str, id: str) -> str:
    """A place to link to, of letters that no format takes for anything else."""
    return f"{kind}-" + re.sub(r"[^\w.-]", lambda found: f"~{ord(found.group()):x}", id)


def points(rows: Iterable[tuple[str, str]]) -> str:
    """Rows of a figure in words, for its alternative text."""
    return " ".join(f"{name}: {text}." for name, text in rows)
