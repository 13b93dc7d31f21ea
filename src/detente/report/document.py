"""A dossier before it has a format: sections of blocks of inline pieces.

Page, Word, PDF and Markdown writers all read this and nothing else, so they say the same. A number is never typed into
a text: it is a `Number` (a quantity of the run) or a `Cell` (a cell of a table of the run), and the writers format it.
"""

from dataclasses import dataclass
from typing import Any

from detente.run import Quantity, Table


@dataclass(frozen=True)
class Number:
    """A quantity of the run; `part`: "full" (middle, unit, range), "mid", "bare" (no unit), "range", "sign"."""

    quantity: Quantity
    part: str = "full"


@dataclass(frozen=True)
class Cell:
    """A cell of a table of the run, already formatted."""

    text: str
    table: str
    row: int
    column: str
    numeric: bool = False


@dataclass(frozen=True)
class Link:
    """A link inside the document."""

    text: str
    target: str


@dataclass(frozen=True)
class Strong:
    """Emphasised words."""

    text: str


@dataclass(frozen=True)
class Code:
    """Something to be typed or compared letter by letter."""

    text: str


Inline = str | Number | Cell | Link | Strong | Code
Line = tuple[Inline, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `kind` is "plain", "lead", "note" or "warning"."""

    line: Line
    kind: str = "plain"


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Line, ...]


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure: Vega-Lite specifications for the page and for a telephone, words in its place, data behind it."""

    id: str
    title: str
    alt: str
    spec: dict[str, Any]
    narrow: dict[str, Any]
    data: Table
    file: str  # name of the CSV file behind it
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """A printed table: header labels, rows of lines, and the data behind it for download.

    `anchors` gives rows a place to link to; rows after `shown` are folded away on the page and left out on paper.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    numeric: tuple[bool, ...]
    data: Table | None = None
    file: str = ""
    anchors: tuple[str, ...] = ()
    shown: int = 1_000_000
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """A statement with a result and what is said about it."""

    anchor: str
    text: str
    result: str
    facts: tuple[tuple[str, Line], ...]


@dataclass(frozen=True)
class Entries:
    """Statements one under the other, and the data behind them."""

    items: tuple[Entry, ...]
    data: Table
    file: str


@dataclass(frozen=True)
class Cards:
    """Headline numbers: label and number."""

    items: tuple[tuple[str, Number], ...]


@dataclass(frozen=True)
class Facts:
    """Pairs of a term and what is said of it."""

    items: tuple[tuple[str, Line], ...]


Block = Paragraph | Bullets | Heading | Figure | Grid | Entries | Cards | Facts


@dataclass(frozen=True)
class Section:
    """One entry of the table of contents."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    rank: int = 0  # its place among the sections between front and back, small first


@dataclass(frozen=True)
class Document:
    """A whole dossier."""

    title: str
    kicker: str
    subtitle: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    footer: str
    banner: str = ""  # what every reader must see first: that this is a redacted copy
    language: str = "en"


def anchors_printed(document: Document, folded: bool = False) -> frozenset[str]:
    """Every place in the document that a link may lead to.

    Args:
        document: the dossier.
        folded: count rows that the page folds away (paper leaves them out).
    """
    found = {section.id for section in document.sections}
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Grid):
                found.update(a for a in block.anchors[: None if folded else block.shown] if a)
            elif isinstance(block, Entries):
                found.update(item.anchor for item in block.items)
            elif isinstance(block, Heading) and block.anchor:
                found.add(block.anchor)
    return frozenset(found)
