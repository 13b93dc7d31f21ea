"""Labelled tables: what lies behind a figure or is printed as it stands."""

from collections.abc import Collection

from pydantic import Field, model_validator

from detente.run.base import Cell, Model, Ref


class Table(Model):
    """A labelled table whose rows know what they rest on.

    `rests_on` and `confidential` have one entry per row, or none at all: then the rows rest on no entry of the record,
    and none of them is confidential.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    units: dict[str, str] = Field(default_factory=dict)
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

    def kept(self, keep: Collection[int]) -> "Table":
        """The table with these rows only, in their order."""
        rows = [n for n in range(len(self.rows)) if n in keep]
        update = {
            "rows": tuple(self.rows[n] for n in rows),
            "rests_on": tuple(self.rests_on[n] for n in rows) if self.rests_on else (),
            "confidential": tuple(self.confidential[n] for n in rows) if self.confidential else (),
        }
        return self.model_copy(update=update)
