"""The dossier as PDF (extra `pdf`), set by typst with the fonts that it carries.

The template is fixed and reads the document as data (JSON): no text is ever typst source, so none can run as code,
name a file or call for a package.
"""

import json
import tempfile
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from detente.errors import MissingExtra
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

PAPERS = {"a4": "a4", "letter": "us-letter"}
LINE_WIDTH = 170.0  # mm, of A4 between the margins of the template
SCALE = 2.4  # pixels of an image per drawn pixel
Data = dict[str, Any]


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
    writer = _Writer(anchors_printed(document), {q.id: n for n, q in enumerate(run.quantities, 1)})
    data = spaced(writer.document(document, PAPERS[paper]))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in writer.images.items():
            (root / name).write_bytes(content)
        (root / "document.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        template = resources.files("detente.report").joinpath("templates/dossier.typ").read_text("utf-8")
        (root / "dossier.typ").write_text(template, encoding="utf-8")
        compiler: Any = typst.compile
        return compiler(str(root / "dossier.typ"), root=str(root), ignore_system_fonts=True)


def spaced(value: Any) -> Any:
    """Plain data with a space for every tab, which typst would leave out."""
    if isinstance(value, str):
        return value.replace("\t", " ")
    if isinstance(value, list):
        return [spaced(item) for item in value]
    if isinstance(value, dict):
        return {key: spaced(item) for key, item in value.items()}
    return value


@dataclass
class _Writer:
    """Turns blocks into plain data; images are collected on the way, places to link to are numbered."""

    anchors: frozenset[str]
    notes: dict[str, int]
    images: dict[str, bytes] = field(default_factory=dict[str, bytes])
    places: dict[str, str] = field(default_factory=dict[str, str])

    def document(self, document: Document, paper: str) -> Data:
        """The whole document."""
        return {
            "title": document.title,
            "kicker": document.kicker.upper(),
            "subtitle": document.subtitle,
            "running": f"{document.title} · {document.subtitle}",
            "banner": document.banner,
            "notes": list(document.notes),
            "footer": document.footer,
            "language": document.language,
            "paper": paper,
            "sections": [
                {
                    "title": section.title,
                    "place": self._place(section.id),
                    "warning": section.id == "cannot_tell",
                    "blocks": [self._block(block) for block in section.blocks],
                }
                for section in document.sections
            ],
        }

    def _place(self, anchor: str) -> str:
        """A label of our own for a place that is printed, or nothing."""
        if anchor not in self.anchors:
            return ""
        return self.places.setdefault(anchor, f"p{len(self.places)}")

    def _line(self, line: Line) -> list[Data]:
        return [self._piece(piece) for piece in line]

    def _piece(self, piece: Inline) -> Data:
        match piece:
            case Strong(text):
                return {"text": text, "kind": "strong", "to": ""}
            case Code(text):
                return {"text": text, "kind": "code", "to": ""}
            case Link(text, target):
                return {"text": text, "kind": "plain", "to": self._place(target)}
            case Number(quantity, part):
                note = str(self.notes[quantity.id]) if part in ("full", "mid", "bare") else ""
                to = self._place(place("q", quantity.id))
                return {"text": number_text(quantity, part), "kind": "plain", "to": to, "note": note}
            case _:
                return {"text": piece_text(piece), "kind": "plain", "to": ""}

    def _facts(self, facts: tuple[tuple[str, Line], ...]) -> list[Data]:
        return [{"term": term, "line": self._line(line)} for term, line in facts]

    def _block(self, block: Block) -> Data:
        match block:
            case Paragraph(line, kind):
                return {"block": "paragraph", "kind": kind, "line": self._line(line)}
            case Bullets(items):
                return {"block": "bullets", "items": [self._line(item) for item in items]}
            case Heading(text, anchor):
                return {"block": "heading", "text": text, "place": self._place(anchor)}
            case Cards(items):
                cards = [
                    {
                        "name": name,
                        "line": self._line((Number(number.quantity, "mid"),)),
                        "spread": number_text(number.quantity, "range"),
                    }
                    for name, number in items
                ]
                return {"block": "cards", "items": cards}
            case Facts(items):
                return {"block": "facts", "items": self._facts(items)}
            case Entries():
                return {"block": "entries", "items": [self._entry(item) for item in block.items]}
            case Figure():
                return self._figure(block)
            case Grid():
                return self._grid(block)

    def _entry(self, item: Entry) -> Data:
        facts = self._facts(item.facts)
        return {"text": item.text, "result": item.result, "place": self._place(item.anchor), "facts": facts}

    def _figure(self, figure: Figure) -> Data:
        name = f"figure{len(self.images)}.png"
        self.images[name] = png(figure.spec, SCALE)
        share = figure_width(png_size(self.images[name]), LINE_WIDTH) / LINE_WIDTH
        words = {"title": figure.title, "alt": figure.alt, "note": figure.note}
        return {"block": "figure", "image": name, "width": share, **words}

    def _grid(self, grid: Grid) -> Data:
        rows = grid.rows[: grid.shown]
        return {
            "block": "grid",
            "title": grid.title,
            "widths": column_shares(grid.header, rows),
            "right": list(grid.numeric),
            "header": list(grid.header),
            "rows": [
                {
                    "place": self._place(grid.anchors[n]) if grid.anchors else "",
                    "cells": [self._line(cell) for cell in row],
                }
                for n, row in enumerate(rows)
            ],
            "notes": [text for text in (cut_note(grid), grid.note) if text],
        }
