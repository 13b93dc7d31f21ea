"""From text to `Expr`, with mistakes located in the file that holds the text."""

from detente.case.nodes import Node
from detente.case.parse import ExpressionError, parse
from detente.case.parts import Expr
from detente.case.resolve import Broken, Scope, resolve
from detente.errors import CaseError, Diagnostic
from detente.files.validate import Remarks
from detente.files.yaml import At, Document, Piece


def read_expression(text: str, scope: Scope, truth: bool = False) -> Expr:
    """An expression that stands in no file.

    Raises:
        CaseError: the expression is wrong; the diagnostics quote it.
    """
    try:
        node, is_truth, errors = _resolved(text, scope, truth)
    except Broken as error:
        node, is_truth, errors = None, False, [ExpressionError(0, f"'{error}' is broken")]
    if errors or node is None:
        where = f"expression '{text[:60]}'"
        raise CaseError([Diagnostic(e.what, e.expected, e.hint, where, 1, e.column + 1) for e in errors])
    return Expr(text, node, is_truth)


def build_expression(text: str, at: At, scope: Scope, remarks: Remarks, truth: bool = False) -> Expr | None:
    """The expression at a path of a file, or None (and a remark) if it is wrong.

    Args:
        text: what stands there.
        at: its path.
        scope: what words mean.
        remarks: takes the mistakes.
        truth: a condition is needed.
    """
    try:
        node, is_truth, errors = _resolved(text, scope, truth)
    except Broken:
        remarks.broken.add(at)
        return None
    for error in errors:
        remark_in_text(remarks, at, text, error)
    return None if errors or node is None else Expr(text, node, is_truth, at)


def _resolved(text: str, scope: Scope, truth: bool) -> tuple[Node | None, bool, list[ExpressionError]]:
    """What a text means, whether that is a condition, and its mistakes; `Broken` where it rests on what is broken."""
    errors: list[ExpressionError] = []
    try:
        node, is_truth = resolve(parse(text), scope, errors)
    except ExpressionError as error:
        return None, False, [*errors, error]
    if truth and not is_truth and not errors:
        errors.append(ExpressionError(0, "a number where a condition is needed", "a comparison such as 'phase == war'"))
    return node, is_truth, errors


def remark_in_text(remarks: Remarks, at: At, text: str, error: ExpressionError) -> None:
    """Report a mistake in an expression where it stands in the file, also when the text runs over several lines."""
    document = remarks.document
    line, column = _spot(document, *_origin(document.pieces(at, text), error.column))
    found = Diagnostic(error.what, error.expected, error.hint, document.name, line, column, about=document.of(at))
    remarks.diagnostics.append(found)
    remarks.broken.add(at)


def _origin(pieces: tuple[Piece, ...], column: int) -> tuple[Piece, int]:
    """The piece that holds a character of a text, and its column in the scalar of the file."""
    for piece in pieces:
        if column < len(piece.text) or piece is pieces[-1]:
            return piece, piece.part(column, column).column
        column -= len(piece.text)
    raise IndexError("a text of no pieces")


def _spot(document: Document, piece: Piece, column: int) -> tuple[int, int]:
    """Line and column in the file of a character of a scalar; where the scalar begins if it cannot be found.

    Folding and quoting change spaces and nothing else of an expression: the same run of other characters is looked
    for, as many times as it occurs before.
    """
    (begin, end), text, place = piece.span, piece.written, piece.place
    run = text[column:].split(maxsplit=1)[0] if text[column:].strip() else text[-1:]
    skipped = text[:column].count(run) if text[column:].strip() else text[:-1].count(run)
    found = begin - len(run)
    for _ in range(skipped + 1):
        found = document.text.find(run, found + len(run), end) if run else -1
        if found < 0:
            return place.line, place.column
    before = document.text[:found]
    return before.count("\n") + 1, found - before.rfind("\n")
