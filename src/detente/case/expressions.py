"""From text to `Expr`, with mistakes located in the file that holds the text."""

from typing import Any

from detente.case.conform import Report, as_text
from detente.case.model import Expr
from detente.case.nodes import Node
from detente.case.parse import ExpressionError, parse
from detente.case.resolve import Broken, Scope, resolve
from detente.errors import CaseError, Diagnostic
from detente.files.yaml import At


def read_expression(text: str, scope: Scope, truth: bool = False) -> Expr:
    """An expression that stands in no file.

    Raises:
        CaseError: the expression is wrong; the diagnostics quote it.
    """
    errors: list[ExpressionError] = []
    node: Node | None = None
    is_truth = False
    try:
        node, is_truth = resolve(parse(text), scope, errors)
    except ExpressionError as error:
        errors.append(error)
    except Broken as error:
        errors.append(ExpressionError(0, f"'{error}' is broken"))
    if node is not None and truth and not is_truth and not errors:
        errors.append(ExpressionError(0, "a number where a condition is needed", "a comparison"))
    if errors or node is None:
        where = f"expression '{text[:60]}'"
        raise CaseError([Diagnostic(e.what, e.expected, e.hint, where, 1, e.column + 1) for e in errors])
    return Expr(text, node, is_truth)


def build_expression(value: Any, at: At, scope: Scope, report: Report, truth: bool = False) -> Expr | None:
    """The expression at a path of a file, or None (and a report) if it is wrong.

    Args:
        value: what stands there: text, a number or a truth value.
        at: its path.
        scope: what words mean.
        report: takes the mistakes.
        truth: a condition is needed.
    """
    text = as_text(value)
    errors: list[ExpressionError] = []
    node: Node | None = None
    is_truth = False
    try:
        node, is_truth = resolve(parse(text), scope, errors)
    except ExpressionError as error:
        errors.append(error)
    except Broken:
        report.broken.add(at)
        return None
    if node is not None and truth and not is_truth and not errors:
        errors.append(ExpressionError(0, "a number where a condition is needed", "a comparison such as 'phase == war'"))
    for error in errors:
        report.in_text(at, text, error)
    return None if errors or node is None else Expr(text, node, is_truth, at)
