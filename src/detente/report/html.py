"""The dossier as one offline HTML file: no script, no outside reference, a policy that forbids both."""

import base64
import re
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup, escape

from detente.report.build import build
from detente.report.charts import svg
from detente.report.context import Context, place
from detente.report.document import (
    Cell,
    Code,
    Document,
    Figure,
    Grid,
    Inline,
    Line,
    Link,
    Number,
    Strong,
)
from detente.report.numbers import tip_lines
from detente.report.plain import number_text, plain_text
from detente.run import Quantity, Run, Table
from detente.run.tables import all_tables, sheets, table_csv
from detente.words.strings import catalogue, string
from detente.words.text import visible
from detente.words.workbook import workbook_bytes

DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
SHORT = 11  # entries up to this length stay on one line


def render_html(run: Run, workbook: bool = True) -> str:
    """The dossier of a run as a page.

    Args:
        run: the run to render; nothing is computed.
        workbook: embed all tables as an XLSX workbook, where the extra `xlsx` is installed.
    """
    document = build(run)
    writer = _Writer(run, document)
    book = _workbook(run) if workbook else ""
    page = _template().render(document=document, writer=writer, run=run, strings=catalogue(), style=_style(), book=book)
    return page


@cache
def _style() -> Markup:
    return Markup(resources.files("detente.report").joinpath("templates/page.css").read_text("utf-8"))


@cache
def _template() -> Any:
    import jinja2

    loader = jinja2.PackageLoader("detente.report", "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("page.html.j2")


def _workbook(run: Run) -> str:
    from importlib.util import find_spec

    if find_spec("openpyxl") is None:
        return ""
    return "data:application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;base64," + base64.b64encode(
        workbook_bytes(sheets(all_tables(run)))
    ).decode("ascii")


class _Writer:
    """Turns blocks into markup; counts tips so that every id on the page is unique."""

    def __init__(self, run: Run, document: Document) -> None:
        self.run = run
        self.document = document
        self.names = Context(run).assumption_labels
        self.tips = 0
        self.positions = {q.id: n for n, q in enumerate(run.quantities, 1)}

    def kind(self, block: object) -> str:
        """The name of a block's type, for the template."""
        return type(block).__name__.lower()

    def line(self, line: Line) -> Markup:
        """A line of inline pieces."""
        return Markup("").join(self._inline(piece) for piece in line)

    def _inline(self, piece: Inline) -> Markup:
        match piece:
            case str():
                return escape(piece)
            case Strong(text):
                return Markup("<strong>{}</strong>").format(text)
            case Code(text):
                return Markup("<code>{}</code>").format(text)
            case Link(text, target):
                return Markup('<a href="#{}">{}</a>').format(target, text)
            case Cell():
                if piece.numeric:
                    place = f"{piece.table}/{piece.row}/{piece.column}"
                    return Markup('<span data-cell="{}">{}</span>').format(place, piece.text)
                if DATE.fullmatch(piece.text):
                    return Markup('<span class="t">{}</span>').format(piece.text)
                return escape(piece.text)
            case Number(quantity, part):
                return self._number(quantity, part)

    def number(self, number: Number, part: str) -> Markup:
        """Another part of a number."""
        return self._number(number.quantity, part)

    def _number(self, quantity: Quantity, part: str) -> Markup:
        text = number_text(quantity, part)
        if part == "range" or text == "–":
            return Markup('<span data-quantity="{}" data-part="{}">{}</span>').format(quantity.id, part, text)
        self.tips += 1
        tip = Markup("<br>").join(escape(visible(line)) for line in tip_lines(quantity, self.names))
        note = Markup('<sup aria-hidden="true">{}</sup>').format(self.positions[quantity.id]) if part != "sign" else ""
        return Markup(
            '<span class="num"><a href="#{place}" aria-describedby="tip{n}" data-quantity="{id}" data-part="{part}">'
            '{text}</a>{note}<span class="tip" role="tooltip" id="tip{n}">{tip}</span></span>'
        ).format(id=quantity.id, place=place("q", quantity.id), n=self.tips, part=part, text=text, note=note, tip=tip)

    def tight(self, grid: Grid) -> list[bool]:
        """Columns of short entries (dates, ids, numbers), which are not broken."""
        texts = [[plain_text(cell) for row in grid.rows[:200] for cell in [row[n]]] for n in range(len(grid.header))]
        return [grid.numeric[n] or all(len(t) <= SHORT for t in column) for n, column in enumerate(texts)]

    def anchor(self, grid: Grid, row: int) -> str:
        """The id of a table row, or nothing."""
        return grid.anchors[row] if grid.anchors else ""

    def figure(self, figure: Figure) -> Markup:
        """Both drawings of a figure; the page shows the one that fits."""
        wide, narrow = svg(figure.spec, figure.alt), svg(figure.narrow, figure.alt)
        return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(Markup(wide), Markup(narrow))

    def csv(self, table: Table) -> str:
        """A table as a data address."""
        content = base64.b64encode(table_csv(table).encode("utf-8")).decode("ascii")
        return f"data:text/csv;charset=utf-8;base64,{content}"

    def text(self, key: str, **values: object) -> str:
        """A string of the catalogue."""
        return string(key, **values)
