"""A section of a report as data: the finding, the numbers and tables it shows, and the picture to draw of them.

Whatever computes an answer also says how it is told; whatever prints it adds nothing. There is no markup here.
"""

from typing import Literal

from pydantic import Field

from detente.run.base import Model, Ref

Shape = Literal["intervals", "band", "bars", "tornado", "scatter", "timeline", "ledger"]


class Picture(Model):
    """What to draw: quantities by id, or columns of a table by role.

    `roles` says which column plays which part: "x", "y", "label", "kind", "group", "low", "mid", "high".
    """

    shape: Shape
    title: str  # says what is seen, in a sentence
    alt: str = ""  # the picture in words; where empty, its numbers are read out
    quantities: tuple[str, ...] = ()
    table: str = ""
    roles: dict[str, str] = Field(default_factory=dict)
    compare: tuple[str, ...] = ()  # quantities drawn beside the first ones, hollow
    unit: str = ""  # of the axis
    percent: bool = False  # the axis is in per cent


class Section(Model):
    """One section: `finding` is one sentence with its number; pictures and at most a few tables follow."""

    id: str
    title: str
    part: str = ""  # the part of the run that it belongs to
    rank: int = 500  # its place among the sections, small first
    finding: str = ""
    paragraphs: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()  # ids, printed as a table in this order
    pictures: tuple[Picture, ...] = ()
    tables: tuple[str, ...] = ()  # names
    rests_on: tuple[Ref, ...] = ()
    confidential: bool = False
