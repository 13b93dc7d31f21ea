"""The dossier as Markdown: headings, lists and pipe tables; figures are given in words."""

from detente.report.build import build
from detente.report.document import (
    Block,
    Bullets,
    Cards,
    Code,
    Entries,
    Entry,
    Facts,
    Figure,
    Grid,
    Heading,
    Inline,
    Line,
    Paragraph,
    Strong,
)
from detente.report.paper import cut_note
from detente.report.plain import piece_text
from detente.run import Run
from detente.words.markdown import code, escaped, opened, pipe_table, special, strong
from detente.words.strings import string


def render_markdown(run: Run) -> str:
    """The dossier of a run as Markdown text.

    Args:
        run: the run to render; nothing is computed.
    """
    document = build(run)
    parts = [f"# {escaped(document.title)}", f"{escaped(document.kicker)}. {special(document.subtitle)}."]
    parts += [strong(document.banner)] if document.banner else []
    parts += [f"*{escaped(note)}*" for note in document.notes]
    for section in document.sections:
        parts.append(f"## {escaped(section.title)}")
        parts += [text for block in section.blocks if (text := block_text(block))]
    parts.append(f"---\n\n{escaped(document.footer)}")
    return "\n\n".join(parts) + "\n"


def line_text(line: Line, cell: bool = False) -> str:
    """A line with its emphasis."""
    return opened("".join(_piece(piece, cell) for piece in line).strip())


def _piece(piece: Inline, cell: bool) -> str:
    match piece:
        case Strong(text):
            return strong(text)
        case Code(text):
            return code(text, cell)
        case _:
            return special(piece_text(piece))


def block_text(block: Block) -> str:
    """One block as Markdown."""
    match block:
        case Paragraph(line, kind):
            text = line_text(line)
            return f"**{text}**" if kind == "lead" and text and len(line) == 1 else text
        case Bullets(items):
            return "\n".join(f"- {line_text(item)}" for item in items)
        case Heading(text, _):
            return f"### {escaped(text)}"
        case Cards(items):
            return "\n".join(f"- {strong(name)}: {line_text((number,))}" for name, number in items)
        case Facts(items):
            return "\n".join(f"- {strong(term)}: {line_text(line)}" for term, line in items)
        case Figure():
            note = f"\n>\n> {escaped(block.note)}" if block.note else ""
            title = strong(f"{string('paper.figure')}: {block.title}")
            return f"> {title}\n>\n> {escaped(block.alt)}{note}"
        case Entries():
            return "\n\n".join(_entry(item) for item in block.items)
        case Grid():
            return _grid(block)


def _entry(item: Entry) -> str:
    head = f"- {strong(item.text)}" + (f" — {special(item.result)}" if item.result else "")
    return "\n".join([head, *(f"  - {escaped(term)}: {line_text(line)}" for term, line in item.facts)])


def _grid(grid: Grid) -> str:
    parts = [f"### {escaped(grid.title)}"] if grid.title else []
    if grid.shown and grid.rows:
        rows = [[line_text(cell, cell=True) for cell in row] for row in grid.rows[: grid.shown]]
        parts.append(pipe_table([special(h) for h in grid.header], rows, grid.numeric))
    parts += [f"*{escaped(text)}*" for text in (cut_note(grid), grid.note) if text]
    return "\n\n".join(parts)
