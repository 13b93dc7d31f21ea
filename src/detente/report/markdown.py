"""The dossier as Markdown: headings, lists and pipe tables; figures are given in words."""

import re

from detente.report.build import build
from detente.report.document import (
    Block,
    Bullets,
    Cards,
    Code,
    Entries,
    Facts,
    Figure,
    Grid,
    Heading,
    Inline,
    Line,
    Number,
    Paragraph,
    Strong,
)
from detente.report.plain import number_text, piece_text
from detente.run import Run
from detente.words.strings import string

SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


def render_markdown(run: Run) -> str:
    """The dossier of a run as Markdown text.

    Args:
        run: the run to render; nothing is computed.
    """
    document = build(run)
    parts = [f"# {escape(document.title)}", f"{escape(document.kicker)}. {escape(document.subtitle)}."]
    parts += [f"*{escape(note)}*" for note in document.notes]
    for section in document.sections:
        parts.append(f"## {escape(section.title)}")
        parts += [text for block in section.blocks if (text := block_text(block))]
    parts.append(f"---\n\n{escape(document.footer)}")
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Text with everything that Markdown would read as markup escaped."""
    return SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def line_text(line: Line) -> str:
    """A line with its emphasis."""
    return "".join(_piece(piece) for piece in line)


def _piece(piece: Inline) -> str:
    match piece:
        case Strong(text):
            return f"**{escape(text)}**"
        case Code(text):
            return f"`{text.replace('`', chr(39))}`"
        case Number(quantity, part):
            return escape(number_text(quantity, part))
        case _:
            return escape(piece_text(piece))


def block_text(block: Block) -> str:
    """One block as Markdown."""
    match block:
        case Paragraph(line, _):
            return line_text(line)
        case Bullets(items):
            return "\n".join(f"- {line_text(item)}" for item in items)
        case Heading(text, _):
            return f"### {escape(text)}"
        case Cards(items):
            return "\n".join(f"- **{escape(name)}**: {line_text((number,))}" for name, number in items)
        case Facts(items):
            return "\n".join(f"- **{escape(term)}**: {line_text(line)}" for term, line in items)
        case Figure():
            note = f"\n>\n> {escape(block.note)}" if block.note else ""
            return f"> **{string('paper.figure')}: {escape(block.title)}**\n>\n> {escape(block.alt)}{note}"
        case Entries():
            return "\n\n".join(
                "\n".join(
                    [
                        f"- **{escape(item.text)}** — {escape(item.result)}",
                        *(f"  - {escape(t)}: {line_text(f)}" for t, f in item.facts),
                    ]
                )
                for item in block.items
            )
        case Grid():
            return _grid(block)


def _grid(grid: Grid) -> str:
    parts = [f"### {escape(grid.title)}"] if grid.title else []
    if grid.shown:
        header = "| " + " | ".join(escape(h) or " " for h in grid.header) + " |"
        rule = "|" + "|".join("---:" if numeric else "---" for numeric in grid.numeric) + "|"
        rows = ["| " + " | ".join(line_text(cell) or " " for cell in row) + " |" for row in grid.rows[: grid.shown]]
        parts.append("\n".join([header, rule, *rows]))
    parts += [f"*{escape(text)}*" for text in (cut_note(grid), grid.note) if text]
    return "\n\n".join(parts)


def cut_note(grid: Grid) -> str:
    """What paper says about rows that it leaves out; nothing where it prints them all."""
    if len(grid.rows) <= grid.shown or not grid.rows:
        return ""
    if grid.data is not None and "sign_share" in grid.data.columns:
        return string("paper.rows_in_notes", shown=grid.shown, total=len(grid.rows), notes=string("section.numbers"))
    key = "paper.rows_cut" if grid.shown else "paper.rows_elsewhere"
    return string(key, shown=grid.shown, total=len(grid.rows), file=grid.file or "quantities")
