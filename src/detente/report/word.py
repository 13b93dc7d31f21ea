"""The dossier as a Word document (extra `word`): styles, real tables, figures as images with alternative text."""

import io
from collections.abc import Iterable
from typing import Any

from detente.errors import MissingExtra
from detente.files.keys import content_key
from detente.report.build import build
from detente.report.charts import png, png_size
from detente.report.context import place
from detente.report.document import (
    Block,
    Bullets,
    Cards,
    Code,
    Document,
    Entries,
    Entry,
    Facts,
    Figure,
    Grid,
    Heading,
    Inline,
    Line,
    Link,
    Number,
    Paragraph,
    Strong,
    anchors_printed,
)
from detente.report.paper import column_shares, cut_note, figure_width
from detente.report.plain import number_text, piece_text
from detente.run import Run
from detente.words.strings import string
from detente.words.workbook import EPOCH, without_clock

PAGES = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}  # width, height, mm
MARGIN = 20.0  # mm
SCALE = 2.2  # pixels of an image per drawn pixel
PROPERTY = 255  # letters that Word allows in a property of a document
INK, MUTED = "1D2530", "5A6675"


def render_word(run: Run, paper: str = "a4") -> bytes:
    """The dossier of a run as a .docx file; the same run gives the same bytes.

    Args:
        run: the run to render; nothing is computed.
        paper: "a4" or "letter".

    Raises:
        MissingExtra: python-docx is not installed.
    """
    try:
        import docx
    except ImportError:
        raise MissingExtra("python-docx", "word", "writing a Word document") from None
    document = build(run)
    writer = _Writer(docx.Document(), document, run, paper)
    writer.write()
    stream = io.BytesIO()
    writer.file.save(stream)
    return without_clock(stream.getvalue())


class _Writer:
    def __init__(self, file: Any, document: Document, run: Run, paper: str) -> None:
        from docx.shared import Mm, Pt, RGBColor

        self.file, self.document, self.mm, self.pt = file, document, Mm, Pt
        self.anchors = anchors_printed(document)
        self.notes = {q.id: n for n, q in enumerate(run.quantities, 1)}
        self.marks = 0
        width, height = PAGES[paper]
        self.width = width - 2 * MARGIN
        section = file.sections[0]
        section.page_width, section.page_height = Mm(width), Mm(height)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
        properties = file.core_properties
        properties.title, properties.author, properties.comments = document.title[:PROPERTY], "Detente", ""
        properties.created = properties.modified = EPOCH
        properties.language = document.language
        for name, size in (
            ("Normal", 10.5),
            ("Title", 24),
            ("Heading 1", 16),
            ("Heading 2", 12),
            ("List Bullet", 10.5),
        ):
            style = file.styles[name]
            style.font.name, style.font.size = "Calibri", Pt(size)
            style.font.color.rgb = RGBColor.from_string(INK)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for key in [k for k in fonts.attrib if k.endswith("Theme")]:
                del fonts.attrib[key]
        self.muted = RGBColor.from_string(MUTED)

    def write(self) -> None:
        document = self.document
        self.file.add_paragraph(document.title, style="Title")
        self._text(f"{document.kicker}. {document.subtitle}.")
        if document.banner:
            self._line(self.file.add_paragraph(), (Strong(document.banner),))
        for note in document.notes:
            self._text(note, muted=True)
        for section in document.sections:
            heading = self.file.add_heading(section.title, 1)
            self._bookmark(heading, section.id)
            for block in section.blocks:
                self._block(block)
        self._text(document.footer, muted=True)
        self._footer()

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph(line, kind):
                self._line(self.file.add_paragraph(), line, muted=kind == "note", bold=kind == "lead")
            case Bullets(items):
                self._bullets(items)
            case Heading(text, anchor):
                self._bookmark(self.file.add_heading(text, 2), anchor)
            case Cards(items):
                self._table(("", ""), tuple(((name,), (number,)) for name, number in items), (False, True))
            case Facts(items):
                self._table((), tuple(((term,), line) for term, line in items), (False, False), widths=(0.3, 0.7))
            case Figure():
                self._figure(block)
            case Entries(items):
                self._entries(items)
            case Grid():
                self._grid(block)

    def _bullets(self, items: Iterable[Line]) -> None:
        for item in items:
            self._line(self.file.add_paragraph(style="List Bullet"), item)

    def _entries(self, items: Iterable[Entry]) -> None:
        for item in items:
            paragraph = self.file.add_paragraph()
            self._line(paragraph, (Strong(item.text), f" — {item.result}" if item.result else ""))
            self._bookmark(paragraph, item.anchor)
            self._bullets((f"{term}: ", *line) for term, line in item.facts)

    def _grid(self, grid: Grid) -> None:
        if grid.title:
            self.file.add_heading(grid.title, 2)
        if grid.shown and grid.rows:
            self._table(grid.header, grid.rows[: grid.shown], grid.numeric, grid.anchors)
        for text in (cut_note(grid), grid.note):
            if text:
                self._text(text, muted=True)

    def _figure(self, figure: Figure) -> None:
        heading = self.file.add_heading(figure.title, 2)
        heading.paragraph_format.keep_with_next = True
        image = png(figure.spec, SCALE)
        width = figure_width(png_size(image), self.width)
        shape = self.file.add_picture(io.BytesIO(image), width=self.mm(width))
        properties = shape._inline.docPr
        properties.set("descr", figure.alt)
        properties.set("title", figure.title)
        if figure.note:
            self._text(figure.note, muted=True)

    def _text(self, text: str, muted: bool = False) -> None:
        self._line(self.file.add_paragraph(), (text,), muted=muted)

    def _line(self, paragraph: Any, line: Line, muted: bool = False, bold: bool = False, size: float = 0) -> None:
        for piece in line:
            self._piece(paragraph, piece, muted, bold, size)

    def _piece(self, paragraph: Any, piece: Inline, muted: bool, bold: bool, size: float) -> None:
        text = number_text(piece.quantity, piece.part) if isinstance(piece, Number) else piece_text(piece)
        target = ""
        if isinstance(piece, Link):
            target = piece.target
        elif isinstance(piece, Number):
            target = place("q", piece.quantity.id)
        run = paragraph.add_run(text)
        run.bold = bold or isinstance(piece, Strong)
        if isinstance(piece, Code):
            run.font.name = "Consolas"
            run.font.size = self.pt(min(size or 9, 9))
        elif size:
            run.font.size = self.pt(size)
        if muted:
            run.font.color.rgb = self.muted
        if isinstance(piece, Number) and piece.part in ("full", "mid", "bare"):
            note = paragraph.add_run(str(self.notes[piece.quantity.id]))
            note.font.superscript = True
            note.font.color.rgb = self.muted
            if size:
                note.font.size = self.pt(size)
        if target in self.anchors and target:
            self._hyperlink(paragraph, run, target)

    def _hyperlink(self, paragraph: Any, run: Any, target: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), bookmark_name(target))
        run._r.addprevious(link)
        link.append(run._r)

    def _bookmark(self, paragraph: Any, anchor: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        if not anchor:
            return
        self.marks += 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        start.set(qn("w:id"), str(self.marks))
        start.set(qn("w:name"), bookmark_name(anchor))
        end.set(qn("w:id"), str(self.marks))
        paragraph._p.append(start)
        paragraph._p.append(end)

    def _table(
        self,
        header: tuple[str, ...],
        rows: tuple[tuple[Line, ...], ...],
        numeric: tuple[bool, ...],
        anchors: tuple[str, ...] = (),
        *,
        widths: tuple[float, ...] = (),
    ) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        head = [header] if any(header) else []
        table = self.file.add_table(rows=len(head) + len(rows), cols=len(numeric))
        table.autofit = False
        _borders(table)
        shares = widths or column_shares(header, rows)
        for column, share in zip(table.columns, shares, strict=True):
            column.width = self.mm(self.width * share)
        size = 9.5 if len(numeric) <= 4 else 8.5
        cells = table._cells  # one walk; asking the table row by row is quadratic
        for n, row in enumerate([*[tuple((h,) for h in header) for _ in head], *rows]):
            for c, line in enumerate(row):
                cell = cells[n * len(numeric) + c]
                cell.width = self.mm(self.width * shares[c])
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = self.pt(1)
                if numeric[c]:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                self._line(paragraph, line, bold=bool(head) and n == 0, size=size)
                if c == 0 and anchors and n >= len(head):
                    self._bookmark(paragraph, anchors[n - len(head)])
        if head:
            _repeat(table.rows[0])
        self.file.add_paragraph().paragraph_format.space_after = self.pt(2)

    def _footer(self) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        paragraph = self.file.sections[0].footer.paragraphs[0]
        self._line(
            paragraph,
            (f"{self.document.title} · {self.document.subtitle} · {string('paper.page')} ",),
            muted=True,
            size=8,
        )
        run = paragraph.add_run()
        run.font.size = self.pt(8)
        run.font.color.rgb = self.muted
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            element = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.text = text
            run._r.append(element)


def _borders(table: Any) -> None:
    """Thin grey lines under the rows, none between columns."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{edge}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "C9D0D8")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _repeat(row: Any) -> None:
    """Repeat a header row on every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def bookmark_name(anchor: str) -> str:
    """A name that Word accepts: letters, digits and underscores, at most 40, the same for the same anchor."""
    import re

    plain = re.sub(r"\W", "_", anchor, flags=re.ASCII)
    if len(plain) <= 30 and plain == anchor.replace("-", "_").replace(".", "_"):
        return f"d_{plain}"
    return f"d_{plain[:24]}_{content_key(anchor)[:8]}"
