"""Inline pieces as plain text, for the writers and for widths."""

from collections.abc import Callable

from detente.report.document import Cell, Code, Inline, Line, Link, Number, Strong
from detente.report.numbers import full_text, mid_text, sign_text, spread_of, with_unit
from detente.run import Quantity
from detente.words.text import visible

PARTS: dict[str, Callable[[Quantity], str]] = {
    "full": full_text,
    "mid": with_unit,
    "bare": mid_text,
    "range": spread_of,
    "sign": sign_text,
}


def number_text(quantity: Quantity, part: str) -> str:
    """A quantity, or a part of it ("full", "mid", "bare", "range", "sign"), as every format prints it."""
    return visible(PARTS[part](quantity)) or "–"


def piece_text(piece: Inline) -> str:
    """One inline piece as text."""
    match piece:
        case str():
            return piece
        case Strong(text) | Code(text) | Link(text, _):
            return text
        case Cell():
            return piece.text
        case Number(quantity, part):
            return number_text(quantity, part)


def plain_text(line: Line) -> str:
    """A line as text."""
    return "".join(piece_text(piece) for piece in line)
