"""What every section needs: the run, labels, and what has been shown already, so that nothing is lost at the end."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from detente.report.document import Cell, Grid, Inline, Line, Link, Number
from detente.report.numbers import cell_text, is_signed, quantity_unit, readable, table_label
from detente.run import Quantity, Run, Table
from detente.words.strings import has_string, label, string

ROWS_SHOWN = 12
ROWS_FOLDED = 300  # a longer table that is not shown at all stands in its file only
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
SEPARATORS = re.compile(r"[,;\s]+")
ID_COLUMNS = ("id", "commitment", "event", "key", "source")  # the first that a table of the record has names its rows
RECORD_TABLES = ("timeline", "ledger", "forgotten", "events", "instruments", "record", "sources")
ACTOR_COLUMNS = (
    "actor",
    "actors",
    "who",
    "to",
    "to_whom",
    "by",
    "mediator",
    "player",
    "payer",
    "target",
    "owner",
    "who_begins",
)
PRINTED = {
    "timeline": ("date", "type", "kind", "text", "actors", "certainty", "sources", "id", "event"),
}  # of these tables only so many columns are printed; the file beside them has all


@dataclass
class Context:
    """A run while its dossier is being built."""

    run: Run
    shown_tables: set[str] = field(default_factory=set)
    shown_quantities: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        drawn = {} if self.run.timeline is None else {"timeline": self.run.timeline.table()}
        self.tables: dict[str, Table] = {**drawn, **self.run.tables}
        self.assumption_labels = {a.name: readable(a.label or a.name) for a in self.run.assumptions}
        self.anchors = frozenset(
            [f"q-{q.id}" for q in self.run.quantities]
            + [f"a-{a.name}" for a in self.run.assumptions]
            + [f"r-{i}" for i in self.record_ids()]
        )

    def actor(self, name: str | None) -> str:
        """An actor's label with both sides' names, or the id where there is none."""
        return self.run.actors.get(name or "", (name or "").replace("_", " "))

    def short_actor(self, name: str | None) -> str:
        """The label without what stands in brackets at its end or after a comma, for figures and sentences."""
        return re.sub(r"(\s*\([^)]*\)|[,;].*)$", "", self.actor(name))

    def family(self, *names: str) -> list[Quantity]:
        """Quantities whose id begins with one of the names, in the order of the run."""
        return list(self.run.family(*names))

    def find(self, id: str) -> Quantity | None:
        """A quantity by id, or None."""
        return next((q for q in self.run.quantities if q.id == id), None)

    def table(self, *names: str) -> tuple[str, Table] | None:
        """The first table of these names that the run has (marked as shown)."""
        for name in names:
            if name in self.tables:
                self.shown_tables.add(name)
                return name, self.tables[name]
        return None

    def record_ids(self) -> dict[str, str]:
        """Ids of record entries that some table prints, and the table that prints them."""
        found: dict[str, str] = {}
        for name in RECORD_TABLES:
            table = self.tables.get(name)
            place = id_column(table) if table is not None else None
            if table is not None and place is not None:
                for row in table.rows:
                    if isinstance(row[place], str):
                        found.setdefault(str(row[place]), name)
        return found

    def package(self, quantity: Quantity) -> str:
        """The package of terms in an id such as `gain_from_settling.ACTOR.PACKAGE`, or nothing."""
        return quantity.package or ""

    def number(self, quantity: Quantity, part: str = "full") -> Number:
        """The number for printing (marked as shown)."""
        self.shown_quantities.add(quantity.id)
        return Number(quantity, part)

    def assumption_links(self, names: tuple[str, ...]) -> Line:
        """Names of assumptions, linked where the assumption is printed."""
        return self._links([(self.assumption_labels.get(n, n), f"a-{n}") for n in names])

    def record_links(self, ids: tuple[str, ...]) -> Line:
        """Ids of record entries, linked where the entry is printed."""
        return self._links([(i, f"r-{i}") for i in ids])

    def _links(self, pairs: list[tuple[str, str]]) -> Line:
        line: list[Inline] = []
        for text, target in pairs:
            line += [", "] if line else []
            line.append(Link(text, target) if target in self.anchors else text)
        return tuple(line)

    def quantity_grid(self, title: str, quantities: list[Quantity], head: str = "label", file: str = "") -> Grid:
        """A table of quantities: label, middle, range, sign share, what it hangs on."""
        signed = any(q.sign_share is not None and is_signed(q) for q in quantities)
        hanging = any(q.assumptions for q in quantities)
        units = {quantity_unit(q) for q in quantities}
        unit = units.pop() if len(units) == 1 else None
        middle = label("column", "mid") if not unit else f"{label('column', 'mid')}, {unit}"
        rows: list[tuple[Line, ...]] = []
        for q in quantities:
            name = self.actor(q.actor) if head == "actor" and q.actor else q.label
            cells: list[Line] = [
                (name,),
                (self.number(q, "mid" if unit is None else "bare"),),
                (self.number(q, "range"),),
            ]
            if signed:
                cells.append((self.number(q, "sign"),))
            if hanging:
                cells.append(self.assumption_links(q.assumptions))
            rows.append(tuple(cells))
        header = [label("column", head), middle, label("column", "range")]
        header += [label("column", "sign")] if signed else []
        numeric = (False, *(True for _ in header[1:]), *([False] if hanging else []))
        header += [label("column", "hangs_on")] if hanging else []
        table = quantity_table(title or file, quantities)
        return Grid(title, tuple(header), tuple(rows), numeric, table, file)

    def table_grid(self, name: str, title: str | None = None, shown: int = ROWS_SHOWN) -> Grid:
        """A table of the run as it stands, with numbers formatted, ids made link targets, empty columns left out."""
        table = self.tables[name]
        self.shown_tables.add(name)
        printed = [c for c in PRINTED.get(name, ()) if c in table.columns] or list(table.columns)
        keep = [
            (n, c)
            for n, c in enumerate(table.columns)
            if c != "confidential"
            and c in printed
            and (not table.rows or any(row[n] not in (None, "") for row in table.rows))
        ]
        keep.sort(key=lambda pair: printed.index(pair[1]))
        anchors = self.row_anchors(name, table)
        long = not shown and not anchors and len(table.rows) > ROWS_FOLDED
        count = 0 if long else len(table.rows)
        rows = tuple(tuple(self.cell(name, table, r, n, c) for n, c in keep) for r in range(count))
        note = string("word.in_file", count=len(table.rows)) if long else "" if table.rows else string("word.none")
        return Grid(
            title if title is not None else table_label(name, table),
            tuple(column_label(name, c) for _, c in keep),
            rows,
            tuple(is_numeric([row[n] for row in table.rows]) for n, _ in keep),
            table,
            name,
            anchors,
            shown,
            " ".join(text for text in (*self.unit_notes(name, table), table.note, note) if text),
        )

    def unit_notes(self, name: str, table: Table) -> list[str]:
        """Units that are sentences, said under the table."""
        return [
            f"{column_label(name, c)}: {unit}." for c, unit in table.units.items() if " " in unit and len(unit) > 12
        ]

    def row_anchors(self, name: str, table: Table) -> tuple[str, ...]:
        """Places to link to, one per row: entries of the record by their ids."""
        place = id_column(table)
        if place is None:
            return ()
        ids, taken = self.record_ids(), set[str]()
        anchors = []
        for row in table.rows:
            id = str(row[place])
            anchors.append(f"r-{id}" if ids.get(id) == name and id not in taken else "")
            taken.add(id)
        return tuple(anchors) if any(anchors) else ()

    def cell(self, name: str, table: Table, row: int, place: int, column: str) -> Line:
        """A cell for printing: actors by label, assumptions and quantities by name, sources linked."""
        value = table.rows[row][place]
        if column in ("sources", "source") and isinstance(value, str) and name != "sources":
            return self.record_links(tuple(part for part in SEPARATORS.split(value) if part)) if value else ("–",)
        text = cell_text(value, table.units.get(column, ""))
        if isinstance(value, str):
            text = self._named(column, value, text)
        return (Cell(text, name, row, column, isinstance(value, int | float) and not isinstance(value, bool)),)

    def _named(self, column: str, value: str, text: str) -> str:
        if column in ACTOR_COLUMNS:
            parts = [part for part in SEPARATORS.split(value) if part]
            if parts and any(part in self.run.actors for part in parts) and all(map(IDENTIFIER.fullmatch, parts)):
                return "; ".join(self.actor(part) for part in parts)
        if column in ("parameter", "assumption"):
            return self.assumption_labels.get(value, text)
        if column == "quantity":
            quantity = self.find(value)
            return quantity.label if quantity else text
        return text


def id_column(table: Table) -> int | None:
    """Position of the column that names the rows of a record table."""
    return next((table.columns.index(c) for c in ID_COLUMNS if c in table.columns), None)


def quantity_table(title: str, quantities: list[Quantity]) -> Table:
    """Quantities as a table, for download and figures."""
    return Table(
        title=title,
        columns=("id", "label", "actor", "unit", "low", "mid", "high", "sign_share"),
        rows=tuple((q.id, q.label, q.actor, q.unit, q.low, q.mid, q.high, q.sign_share) for q in quantities),
    )


def is_numeric(cells: Iterable[object]) -> bool:
    """Whether a column holds numbers and nothing else (blanks aside)."""
    found = [cell for cell in cells if cell is not None]
    return bool(found) and all(isinstance(c, int | float) and not isinstance(c, bool) for c in found)


def column_label(table: str, column: str) -> str:
    """The heading of a column: the table's own where the catalogue has one."""
    own = f"column_{table}.{column}"
    text = string(own) if has_string(own) else label("column", column)
    return text[:1].upper() + text[1:]


def points(figure_rows: list[tuple[str, str]]) -> str:
    """Rows of a figure in words, for its alternative text."""
    return " ".join(f"{name}: {text}." for name, text in figure_rows)
