"""The dossier as PDF (extra `pdf`): typst source from the document, compiled with the fonts that typst carries."""

import json
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from detente.errors import MissingExtra
from detente.report.build import build
from detente.report.charts import png
from detente.report.document import (
    Block,
    Bullets,
    Cards,
    Code,
    Document,
    Entries,
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
from detente.report.markdown import cut_note
from detente.report.plain import number_text, piece_text
from detente.report.word import column_shares
from detente.run import Run

PAPERS = {"a4": "a4", "letter": "us-letter"}


def render_pdf(run: Run, paper: str = "a4") -> bytes:
    """The dossier of a run as PDF.

    Args:
        run: the run to render; nothing is computed.
        paper: "a4" or "letter".

    Raises:
        MissingExtra: typst is not installed.
    """
    try:
        import typst
    except ImportError:
        raise MissingExtra("typst", "pdf", "writing a PDF") from None
    document = build(run)
    writer = _Writer(document, run)
    source = writer.source(paper)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in writer.images.items():
            (root / name).write_bytes(content)
        (root / "dossier.typ").write_text(source, encoding="utf-8")
        compiler: Any = typst.compile
        return compiler(str(root / "dossier.typ"), root=str(root), ignore_system_fonts=True)


def quoted(text: str) -> str:
    """A typst string literal."""
    return json.dumps(text, ensure_ascii=False).replace("\\b", "").replace("\\f", "")


class _Writer:
    def __init__(self, document: Document, run: Run) -> None:
        self.document = document
        self.anchors = anchors_printed(document)
        self.notes = {q.id: n for n, q in enumerate(run.quantities, 1)}
        self.images: dict[str, bytes] = {}

    def source(self, paper: str) -> str:
        """The whole document as typst source; images are collected on the way."""
        document = self.document
        running = f"{document.title} · {document.subtitle}"
        settings = {"language": document.language, "paper": PAPERS[paper], "running-title": running}
        parts = [
            f'#set document(title: {quoted(document.title)}, author: "Detente", date: none)',
            "\n".join(f"#let {name} = {quoted(value)}" for name, value in settings.items()),
            resources.files("detente.report").joinpath("templates/dossier.typ").read_text("utf-8"),
            f"#muted(upper({quoted(document.kicker)}))\n",
            f'#block(above: 1.1em, below: 0.9em, text(size: 22pt, weight: "semibold", {quoted(document.title)}))',
            f"#text(size: 12pt, {quoted(document.subtitle)})\n",
            *[f"#muted({quoted(note)})\n" for note in document.notes],
        ]
        for section in document.sections:
            parts.append(f"= #{quoted(section.title)}; #label({quoted(section.id)})")
            body = [self._block(block) for block in section.blocks]
            if section.id == "cannot_tell":
                parts.append("#warning[\n" + "\n\n".join(body) + "\n]")
            else:
                parts += body
        parts.append(f"#v(1em)\n#muted({quoted(document.footer)})")
        return "\n\n".join(parts) + "\n"

    def _line(self, line: Line) -> str:
        return "".join(self._piece(piece) for piece in line)

    def _piece(self, piece: Inline) -> str:
        match piece:
            case Strong(text):
                return f"#strong({quoted(text)});"
            case Code(text):
                return f"#raw({quoted(text)});"
            case Link(text, target):
                return self._link(text, target)
            case Number(quantity, part):
                link = self._link(number_text(quantity, part), f"q-{quantity.id}")
                return link + (f"#note[{self.notes[quantity.id]}];" if part in ("full", "mid", "bare") else "")
            case _:
                return f"#{quoted(piece_text(piece))};"

    def _link(self, text: str, target: str) -> str:
        """A link where the document has the place, else the text alone (typst refuses dead links)."""
        if target not in self.anchors:
            return f"#{quoted(text)};"
        return f"#link(label({quoted(target)}))[#{quoted(text)};];"

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph(line, kind):
                text = self._line(line)
                return f"#muted[{text}]" if kind == "note" else f"#strong[{text}]" if kind == "lead" else text
            case Bullets(items):
                return "\n".join(f"- {self._line(item)}" for item in items)
            case Heading(text, anchor):
                return f"== #{quoted(text)};" + (f" #label({quoted(anchor)})" if anchor else "")
            case Cards(items):
                cards = ", ".join(
                    f"card({quoted(name)}, [{self._line((Number(n.quantity, 'mid'),))}], "
                    f"{quoted(number_text(n.quantity, 'range'))})"
                    for name, n in items
                )
                return f"#grid(columns: (1fr,) * {len(items)}, gutter: 6pt, {cards})"
            case Facts(items):
                rows = ", ".join(f"[#muted({quoted(term)})], [{self._line(line)}], rule" for term, line in items)
                return f"#table(columns: (30%, 1fr), {rows})"
            case Figure():
                return self._figure(block)
            case Entries():
                return "\n\n".join(self._entry(item) for item in block.items)
            case Grid():
                return self._grid(block)

    def _entry(self, item: Any) -> str:
        facts = "\n".join(f"- #muted({quoted(term + ': ')});{self._line(line)}" for term, line in item.facts)
        head = f"#strong({quoted(item.text)}) #label({quoted(item.anchor)}) — #emph({quoted(item.result)})"
        return f"#block(breakable: false)[\n{head}\n\n{facts}\n]"

    def _figure(self, figure: Figure) -> str:
        name = f"figure{len(self.images)}.png"
        self.images[name] = png(figure.spec, 2.4)
        note = f"\n#muted({quoted(figure.note)})" if figure.note else ""
        body = f"== #{quoted(figure.title)};\n#image({quoted(name)}, width: 100%, alt: {quoted(figure.alt)}){note}"
        return f"#block(breakable: false)[\n{body}\n]"

    def _grid(self, grid: Grid) -> str:
        parts = [f"== #{quoted(grid.title)};"] if grid.title else []
        if grid.shown:
            rows = grid.rows[: grid.shown]
            shares = column_shares(grid.header, rows)
            columns = ", ".join(f"{share:.4f}fr" for share in shares)
            align = ", ".join("right" if numeric else "left" for numeric in grid.numeric)
            header = ", ".join(f"[#muted(strong({quoted(h)}))]" for h in grid.header)
            cells: list[str] = []
            for n, row in enumerate(rows):
                anchor = grid.anchors[n] if grid.anchors else ""
                mark = f"#metadata(none) #label({quoted(anchor)});" if anchor else ""
                cells.append(", ".join(f"[{mark if c == 0 else ''}{self._line(cell)}]" for c, cell in enumerate(row)))
            size = "9pt" if len(grid.header) <= 5 else "8pt"
            body = ", rule,\n".join(cells)
            parts.append(
                f"#text(size: {size})[#set par(leading: 0.5em)\n#table(columns: ({columns},), align: ({align},), "
                f"table.header({header}, table.hline(stroke: 0.8pt)),\n{body}, rule)]"
            )
        parts += [f"#muted({quoted(text)})" for text in (cut_note(grid), grid.note) if text]
        return "\n\n".join(parts)
