"""A section of a report as data: the finding, the numbers and tables it shows, and the pictures to draw of them.

Whatever computes an answer also says how it is told; whatever prints it adds nothing. There is no markup here.

Sections that a part brings stand in the run. What a run holds as a model of its own (timeline, ledger, claims,
accounts, fit, settlement, outlook) needs none: `report` makes its section from the model, so that the same fact is not
told, stored and redacted twice.

A section is printed as: title; `finding` in bold; `paragraphs`; pictures; `quantities` as one table; tables; what it
rests on. Whatever it names and the run does not hold (a part not computed, a number taken out of a redacted copy) is
passed over; a section of which nothing is left is not printed.
"""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, model_validator

from detente.run.base import Model, Ref

Shape = Literal["intervals", "band", "bars", "tornado", "scatter", "against", "spells", "timeline", "ledger"]
NEEDS: dict[str, tuple[str, ...]] = {  # roles that a table of this shape must fill
    "intervals": ("label", "low", "mid", "high"),
    "band": ("x", "low", "mid", "high"),
    "bars": ("label", "x"),
    "tornado": ("label", "low", "high"),
    "scatter": ("x", "y"),
    "against": ("label", "kind", "low", "mid", "high", "x"),
    "spells": ("label", "low", "high"),
}
MAY: dict[str, tuple[str, ...]] = {  # roles that it may fill
    "intervals": ("kind", "group"),
    "band": ("kind",),
    "tornado": ("quantity",),
    "scatter": ("label", "kind"),
    "spells": ("kind",),
}
FROM_QUANTITIES = ("intervals", "bars")  # shapes that can be drawn of quantities alone


class Picture(Model):
    """What to draw: quantities by id, or columns of a table by role.

    `roles` says which column plays which part; a role that is not given is played by the column of that name.

    | shape | of quantities | of a table: roles needed (and possible) |
    |---|---|---|
    | `intervals` | a row each, from low to high with a mark at mid | `label, low, mid, high` (`kind`, `group`) |
    | `bars` | a bar each, of its middle | `label, x` |
    | `band` | | `x, low, mid, high` (`kind`): curves with a band |
    | `tornado` | | `label, low, high` (`quantity`: only rows whose cell is one of `quantities`) |
    | `scatter` | | `x, y` (`label`, `kind`) |
    | `against` | | `label, kind, low, mid, high, x`: for each label its kinds as intervals, and `x` as a line |
    | `spells` | | `label, low, high` (`kind`): a row for each label, a bar from low to high for each spell |
    | `timeline`, `ledger` | | the run's own timeline or ledger, no table |

    `kind` tells marks or curves apart by colour and shape, and those in `hollow` have hollow marks; `group` puts rows
    in blocks with a scale of their own.
    Rows of quantities are named by their actors where all have one and no two would share a row, else by their labels;
    packages of terms share an actor's row. Beside a table, `quantities` says which numbers it repeats or splits: where
    one of them is withheld, so is the picture.
    """

    shape: Shape
    title: str  # says what is seen, in a sentence
    alt: str = ""  # the picture in words; where empty, its numbers are read out
    quantities: tuple[str, ...] = ()
    table: str = ""
    roles: dict[str, str] = Field(default_factory=dict)
    compare: tuple[str, ...] = ()  # of intervals: quantities drawn hollow in the rows of the first ones
    hollow: tuple[str, ...] = ()  # of a table of intervals: kinds whose marks are hollow
    unit: str = ""  # of its numbers, as in `Quantity.unit`; "": what the quantities or the table's columns say
    percent: bool = False  # of a table: shares, on an axis in per cent (quantities know that themselves)

    @model_validator(mode="after")
    def _drawable(self) -> "Picture":
        known = (*NEEDS.get(self.shape, ()), *MAY.get(self.shape, ()))
        unknown = sorted(set(self.roles) - set(known))
        if unknown:
            expected = f"one of {', '.join(known)}" if known else "none: it draws the run's own"
            raise ValueError(
                f"picture {self.title!r}: no role {unknown[0]!r} in the shape {self.shape!r}; expected {expected}"
            )
        if self.shape in NEEDS and not self.table and not (self.quantities and self.shape in FROM_QUANTITIES):
            wanted = "a table or quantities" if self.shape in FROM_QUANTITIES else "a table"
            raise ValueError(f"picture {self.title!r}: nothing to draw as {self.shape!r}; expected {wanted}")
        return self

    def column(self, role: str) -> str:
        """The column that plays a role."""
        return self.roles.get(role, role)

    def lacking(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The columns that its table must have and these are not."""
        have = set(columns)
        wanted = [self.column(role) for role in NEEDS.get(self.shape, ())]
        wanted += [column for role, column in self.roles.items() if role in MAY.get(self.shape, ())]
        return tuple(column for column in wanted if column not in have)


class Section(Model):
    """One section: `finding` is one sentence with its number; pictures and at most a few tables follow.

    Findings and paragraphs are plain words. Numbers in them are those of the run, rounded as the report rounds them.
    """

    id: str  # names the section on the page; one section of this id in a run
    title: str
    part: str = ""  # the part of the run that it belongs to; filled in when the part is added
    # Its place, small first: the record under 100, questions 100 to 599; accounts stand at 600, claims at 700, the
    # settlement at 800, the outside view at 900.
    rank: int = 500
    finding: str = ""  # stands in bold, and in the summary of the whole
    paragraphs: tuple[str, ...] = ()
    headline: tuple[str, ...] = ()  # ids of those of its numbers that stand at the head of the whole (four at most)
    quantities: tuple[str, ...] = ()  # ids, printed as a table in this order
    pictures: tuple[Picture, ...] = ()
    tables: tuple[str, ...] = ()  # names of tables of the run, also of other parts
    rests_on: tuple[Ref, ...] = ()
    confidential: bool = False  # the whole section is left out of a redacted copy

    def names(self) -> frozenset[str]:
        """Ids of all quantities that it shows or draws."""
        drawn = [id for picture in self.pictures for id in (*picture.quantities, *picture.compare)]
        return frozenset((*self.headline, *self.quantities, *drawn))
