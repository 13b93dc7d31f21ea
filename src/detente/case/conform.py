"""Checking plain data against a shape; everything wrong is reported with its place."""

import math
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeGuard

from detente.case.parse import FUNCTIONS, KEYWORDS, ExpressionError
from detente.case.shape import (
    DATE,
    NAME,
    Amount,
    AnyOf,
    Anything,
    Date,
    Either,
    Flag,
    Formula,
    Listing,
    Name,
    OneOf,
    Record,
    Shape,
    Table,
    Text,
    Version,
)
from detente.errors import Diagnostic, Severity, suggest
from detente.files.yaml import At, Document

RESERVED = frozenset({"p", "amount", "package", "wait"}) | KEYWORDS | frozenset(FUNCTIONS)
QUOTE = "quote this expression, or write it in block style after '>-'"
A_NAME = "a name of letters a-z, digits and '_' that begins with a letter"


@dataclass
class Report:
    """Collects remarks about one file, and the paths whose content must not be used."""

    document: Document
    lines: tuple[str, ...] = ()  # of the file, to find columns inside expressions
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    broken: set[At] = field(default_factory=set[At])

    def error(self, at: At, what: str, expected: str = "", hint: str = "", key: bool = False) -> None:
        """A mistake at a path; what stands there is not used."""
        self.diagnostics.append(self.document.diagnostic(at, what, expected, hint, key))
        self.broken.add(at)

    def remark(self, at: At, what: str, hint: str = "", key: bool = False, severity: Severity = "warning") -> None:
        """Something to look at that stops nothing."""
        self.diagnostics.append(self.document.diagnostic(at, what, "", hint, key, severity))

    def in_text(self, at: At, text: str, error: ExpressionError) -> None:
        """A mistake in an expression: its column where the text stands on one line, else where the text begins."""
        place = self.document.place(at)
        column = place.column + (self.document.styles.get(at) == "quoted")
        line = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        what = error.what
        if line[column - 1 :].startswith(text):
            column += error.column
        else:
            column = place.column
            if len(text) > 20:
                what = f"{what} (at '{text[error.column : error.column + 30].strip()}')"
        name = self.document.name
        self.diagnostics.append(Diagnostic(what, error.expected, error.hint, name, place.line, column))
        self.broken.add(at)

    def usable(self, at: At) -> bool:
        """Whether nothing at or below this path is wrong."""
        return not any(bad[: len(at)] == at for bad in self.broken)


def is_mapping(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it is a YAML mapping."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether it is a YAML list."""
    return isinstance(value, list)


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether it is a number (and not true or false)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_text(value: Any) -> str:
    """A scalar as the words that stand in the file (`true` stays `true`)."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_day(text: str) -> bool:
    """Whether it is a day of the calendar, written year-month-day."""
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def describe(value: Any) -> str:
    """What a YAML value is, in words."""
    if value is None:
        return "nothing"
    if is_mapping(value):
        return "a mapping"
    if is_list(value):
        return "a list"
    return f"number {value!r:.40}" if is_number(value) else f"text '{as_text(value)[:40]}'"


def words(shape: Shape) -> str:
    """What a shape asks for, in words."""
    match shape:
        case OneOf(choices):
            return f"one of {', '.join(choices)}"
        case Flag():
            return "true or false"
        case Version(number):
            return f"{number}"
        case Amount(low, open_low):
            if math.isinf(low):
                return "a number"
            return f"a number above {low:g}" if open_low else f"a number of at least {low:g}"
        case Name():
            return A_NAME
        case Date():
            return "a date such as 2021-08-05"
        case Formula():
            return "an expression"
        case Listing(item):
            return f"a list of items, each {words(item)}"
        case Table(noun=noun):
            return f"a mapping, one {noun} a line"
        case Record(fields=fields):
            return f"a mapping with {', '.join(list(fields)[:6])}"
        case Either(table=table):
            return f"a mapping, or {words(table)}"
        case AnyOf(shapes):
            return " or ".join(dict.fromkeys(words(s) for s in shapes))
        case Text():
            return "text"
        case _:
            return "a value"


def fits(shape: Shape, value: Any) -> bool:
    """Whether the value has this kind at all; its content may still be wrong."""
    match shape:
        case Text() | Formula():
            return isinstance(value, str | int | float)
        case OneOf(choices):
            return value in choices
        case Flag():
            return isinstance(value, bool)
        case Version():
            return is_number(value)
        case Amount():
            return is_number(value)
        case Name():
            return isinstance(value, str | bool)
        case Date():
            return isinstance(value, str) and is_day(value)
        case Listing(item, single):
            return is_list(value) or (single and fits(item, value))
        case Table() | Record() | Either():
            return is_mapping(value)
        case AnyOf(shapes):
            return any(fits(s, value) for s in shapes)
        case Anything():
            return True


def conform(shape: Shape, value: Any, at: At, report: Report) -> None:
    """Report everything in which a value differs from its shape.

    Args:
        shape: what should stand there.
        value: what stands there.
        at: its path.
        report: takes the mistakes.
    """
    if not fits(shape, value):
        _misfit(shape, value, at, report)
        return
    match shape:
        case Version(number):
            if value != number:
                report.error(at, f"format {value!r:.20}", f"{number}", "this version of Detente reads format 1")
        case Amount():
            _amount(shape, value, at, report)
        case Name():
            conform_name(as_text(value), at, report)
        case Listing():
            _listing(shape, value, at, report)
        case Table():
            _table(shape, value, at, report)
        case Record():
            _record(shape, value, at, report)
        case Either(record, table):
            conform(record if not value or any(key in record.fields for key in value) else table, value, at, report)
        case AnyOf(shapes):
            conform(next(s for s in shapes if fits(s, value)), value, at, report)
        case _:
            pass


def _misfit(shape: Shape, value: Any, at: At, report: Report) -> None:
    if isinstance(shape, Formula):
        if value is None:
            report.error(at, "an expression is missing", "an expression", "write 0 if there is none", key=True)
        else:
            report.error(at, f"{describe(value)} where an expression belongs", "one line of text", QUOTE)
    else:
        hint = suggest(as_text(value), shape.choices) if isinstance(shape, OneOf) else ""
        report.error(at, f"{describe(value)} here", words(shape), hint, key=value is None)


def _amount(shape: Amount, value: float, at: At, report: Report) -> None:
    if not abs(value) < 1e300 or value < shape.low or (shape.open_low and value == shape.low):
        report.error(at, f"{value!r:.40} is out of range", words(shape))


def conform_name(name: str, at: At, report: Report, key: bool = False) -> None:
    """Report a name that expressions could not use."""
    if not NAME.fullmatch(name):
        hint = "use '_' between words" if name.isascii() else "use letters a-z; put other spellings in a label"
        report.error(at, f"'{name[:60]}' is not a name", A_NAME, hint, key)
    elif name in RESERVED:
        report.error(at, f"'{name}' is a word of the language itself", "another name", f"write '{name}_'", key)


def _listing(shape: Listing, value: Any, at: At, report: Report) -> None:
    if not is_list(value):
        conform(shape.item, value, at, report)
        return
    if len(value) < shape.least:
        report.error(at, f"a list of {len(value)}", f"at least {shape.least} items")
    for n, item in enumerate(value):
        conform(shape.item, item, (*at, n), report)


def _table(shape: Table, value: dict[str, Any], at: At, report: Report) -> None:
    for key, item in value.items():
        place = (*at, key)
        if shape.keys == "name":
            conform_name(key, place, report, key=True)
        elif shape.keys == "date" and not is_day(key):
            report.error(place, f"'{key}' is not a date", words(Date()), key=True)
        conform(shape.item, item, place, report)


def _record(shape: Record, value: dict[str, Any], at: At, report: Report) -> None:
    for key, item in value.items():
        known = shape.fields.get(key)
        if known is not None:
            conform(known.shape, item, (*at, key), report)
        elif shape.extra is not None:
            conform_name(key, (*at, key), report, key=True)
            conform(shape.extra, item, (*at, key), report)
        else:
            report.error((*at, key), f"unknown {shape.noun} '{key}'", "", suggest(key, shape.fields), key=True)
    for key, known in shape.fields.items():
        if known.required and key not in value:
            report.error(at, f"'{key}' is missing", known.doc, f"add '{key}: ...'", key=True)
