"""Inline pieces as plain text, for the writers and for widths."""

from detente.report.document import Cell, Code, Inline, Line, Link, Number, Strong
from detente.report.numbers import full_text, mid_text, range_text, sign_text, with_unit
from detente.run import Quantity


def number_text(quantity: Quantity, part: str) -> str:
    """A quantity, or a part of it, as every format prints it."""
    match part:
        case "full":
            return full_text(quantity)
        case "mid":
            return with_unit(quantity)
        case "bare":
            return mid_text(quantity)
        case "range":
            return range_text(quantity) or "–"
        case "sign":
            return sign_text(quantity) or "–"
        case _:
            raise ValueError(f"no part {part!r} of a number")


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
