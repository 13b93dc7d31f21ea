"""What every section needs: the run, labels, and what has been shown already, so that nothing is lost at the end."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from detente.dossier.document import Cell, Grid, Inline, Line, Link, Number
from detente.dossier.numbers import cell_text, is_signed, quantity_unit, readable, table_label
from detente.run import Quantity, Run, Table
from detente.run.strings import has_string, label, string

ROWS_SHOWN = 12
LINKED = re.compile(r"[,;]\s*")


def family(quantity: Quantity) -> str:
    """The first part of a quantity's id: what kind of number it is."""
    return quantity.id.split(".", 1)[0]


@dataclass
class Context:
    """A run while its dossier is being built."""

    run: Run
    shown_tables: set[str] = field(default_factory=set)
    shown_quantities: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.assumption_labels = {a.name: a.label or a.name for a in self.run.assumptions}
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
        return [q for q in self.run.quantities if family(q) in names]

    def find(self, id: str) -> Quantity | None:
        """A quantity by id, or None."""
        return next((q for q in self.run.quantities if q.id == id), None)

    def table(self, *names: str) -> tuple[str, Table] | None:
        """The first table of these names that the run has (marked as shown)."""
        for name in names:
            if name in self.run.tables:
                self.shown_tables.add(name)
                return name, self.run.tables[name]
        return None

    def record_ids(self) -> dict[str, str]:
        """Ids of record entries that some table prints, and the table that prints them."""
        found: dict[str, str] = {}
        for name, table in self.run.tables.items():
            if "id" in table.columns and name in ("timeline", "ledger", "forgotten", "events", "instruments", "record"):
                place = table.columns.index("id")
                for row in table.rows:
                    if isinstance(row[place], str):
                        found.setdefault(str(row[place]), name)
        return found

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
            cells.append(self.assumption_links(q.assumptions))
            rows.append(tuple(cells))
        header = [label("column", head), middle, label("column", "range")]
        header += [label("column", "sign")] if signed else []
        numeric = (False, *(True for _ in header[1:]), False)
        table = quantity_table(title or file, quantities)
        return Grid(title, (*header, label("column", "hangs_on")), tuple(rows), numeric, table, file)

    def table_grid(
        self, name: str, title: str | None = None, hide: tuple[str, ...] = (), shown: int = ROWS_SHOWN
    ) -> Grid:
        """A table of the run as it stands, with numbers formatted, ids made link targets, empty columns left out."""
        table = self.run.tables[name]
        self.shown_tables.add(name)
        keep = [
            (n, c)
            for n, c in enumerate(table.columns)
            if c not in hide
            and c != "confidential"
            and (not table.rows or any(row[n] not in (None, "") for row in table.rows))
        ]
        rows = tuple(tuple((self._cell(name, table, r, n, c),) for n, c in keep) for r in range(len(table.rows)))
        numeric = tuple(is_numeric([row[n] for row in table.rows]) for n, _ in keep)
        ids = self.record_ids()
        anchors: tuple[str, ...] = ()
        if "id" in table.columns:
            place = table.columns.index("id")
            anchors = tuple(f"r-{row[place]}" if ids.get(str(row[place])) == name else "" for row in table.rows)
        return Grid(
            title if title is not None else table_label(name, table),
            tuple(column_label(name, c) for _, c in keep),
            rows,
            numeric,
            table,
            name,
            anchors,
            shown,
            table.note or ("" if table.rows else string("word.none")),
        )

    def _cell(self, name: str, table: Table, row: int, place: int, column: str) -> Cell:
        value = table.rows[row][place]
        text = cell_text(value, table.units.get(column, ""))
        if column in ("actor", "actors", "who", "to_whom", "by", "mediator", "player") and isinstance(value, str):
            parts = [part for part in LINKED.split(value) if part]
            if parts and all(part in self.run.actors for part in parts):
                text = "; ".join(self.actor(part) for part in parts)
        if column in ("parameter", "assumption") and isinstance(value, str):
            text = self.assumption_labels.get(value, readable(value))
        if column == "quantity" and isinstance(value, str):
            quantity = self.find(value)
            text = quantity.label if quantity else value
        return Cell(text, name, row, column, isinstance(value, int | float) and not isinstance(value, bool))


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
