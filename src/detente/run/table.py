"""Labelled tables: what lies behind a figure or is printed as it stands."""

from collections.abc import Collection

from pydantic import Field, model_validator

from detente.run.base import Cell, Model, Ref

# Columns of these names hold ids, one or several in a cell (between spaces, commas or semicolons), of this kind.
NAMES: dict[str, str] = {
    **dict.fromkeys(
        (
            "actor",
            "actors",
            "who",
            "to",
            "by_whom",
            "mediator",
            "player",
            "payer",
            "target",
            "side",
            "named",
            "who_begins",
        ),
        "actor",
    ),
    **dict.fromkeys(("parameter", "assumption"), "parameter"),
    **dict.fromkeys(("event", "events", "response_events", "first_breach", "responds_to"), "event"),
    **dict.fromkeys(("source", "sources"), "source"),
    "commitment": "commitment",
    "quantity": "quantity",
}


class Table(Model):
    """A labelled table whose rows know what they rest on.

    `rests_on` and `confidential` have one entry per row, or none at all: then the rows rest on no entry of the record,
    and none of them is confidential. A row that *is* an entry of the record names it first in `rests_on` and has its id
    in a cell; links to the entry lead there. A row about a number of the run rests on that quantity, a row about an
    assumption on that parameter; both are taken out of a redacted copy with what they rest on.
    """

    title: str
    columns: tuple[str, ...]  # unit and meaning of ids follow from the names: `units`, `NAMES`
    rows: tuple[tuple[Cell, ...], ...]
    units: dict[str, str] = Field(default_factory=dict)  # column -> unit of its numbers, as in `Quantity.unit`
    note: str = ""
    rests_on: tuple[tuple[Ref, ...], ...] = ()
    confidential: tuple[bool, ...] = ()

    @model_validator(mode="after")
    def _rectangular(self) -> "Table":
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.title!r}: a row has {len(row)} cells for {len(self.columns)} columns")
        for name in ("rests_on", "confidential"):
            if len(getattr(self, name)) not in (0, len(self.rows)):
                raise ValueError(f"table {self.title!r}: `{name}` has not one entry per row")
        return self

    def column(self, name: str) -> tuple[Cell, ...]:
        """The cells of a column.

        Raises:
            ValueError: no such column.
        """
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)

    def marked(self) -> "Table":
        """The table with every row confidential."""
        return self.model_copy(update={"confidential": (True,) * len(self.rows)})

    def kept(self, keep: Collection[int]) -> "Table":
        """The table with these rows only, in their order."""
        rows = [n for n in range(len(self.rows)) if n in keep]
        update = {
            "rows": tuple(self.rows[n] for n in rows),
            "rests_on": tuple(self.rests_on[n] for n in rows) if self.rests_on else (),
            "confidential": tuple(self.confidential[n] for n in rows) if self.confidential else (),
        }
        return self.model_copy(update=update)
