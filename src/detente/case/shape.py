"""Shapes of a case's files, said once: they check a file, and they print as JSON Schema."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from detente.case.parse import FUNCTIONS, KEYWORDS, ExpressionError
from detente.errors import Diagnostic
from detente.text import At, Document, suggest

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
QUOTE = "quote this expression, or write it in block style after '>-'"


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

    def in_text(self, at: At, text: str, error: ExpressionError) -> None:
        """A mistake inside an expression: its column where the text stands on one line, else where the text begins."""
        place = self.document.place(at)
        column = place.column + (self.document.styles.get(at) == "quoted")
        line = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        shown = error.what
        if line[column - 1 :].startswith(text):
            column += error.column
        elif len(text) > 20:
            shown = f"{error.what} (at '{text[error.column : error.column + 30]}')"
            column = place.column
        else:
            column = place.column
        name = self.document.name
        self.diagnostics.append(Diagnostic(shown, error.expected, error.hint, name, place.line, column))
        self.broken.add(at)

    def warning(self, at: At, what: str, expected: str = "", hint: str = "", key: bool = False) -> None:
        """Something to look at."""
        self.diagnostics.append(self.document.diagnostic(at, what, expected, hint, key, "warning"))

    def usable(self, at: At) -> bool:
        """Whether nothing at or below this path is wrong."""
        return not any(bad[: len(at)] == at for bad in self.broken)


class Shape:
    """What may stand at a place."""

    words = "a value"

    def fits(self, value: Any) -> bool:
        """Whether the value has this kind at all (its content may still be wrong)."""
        raise NotImplementedError

    def check(self, value: Any, at: At, report: Report) -> None:
        """Report everything that is wrong with the value."""
        if not self.fits(value):
            report.error(at, f"{describe(value)} here", self.words)

    def schema(self) -> dict[str, Any]:
        """JSON Schema of this shape."""
        raise NotImplementedError


def describe(value: Any) -> str:
    """The kind of a YAML value, in words."""
    if value is None:
        return "nothing"
    kinds = {dict: "a mapping", list: "a list", bool: f"'{str(value).lower()}'", str: f"text '{str(value)[:40]}'"}
    return kinds.get(type(value), f"number {value!r:.40}" if isinstance(value, int | float) else "a value")


@dataclass(frozen=True)
class Text(Shape):
    """Words; numbers and truth values are taken as text."""

    words = "text"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str | int | float)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True)
class OneOf(Shape):
    """One of a few words."""

    choices: tuple[str, ...]

    @property
    def words(self) -> str:  # pyright: ignore
        return "one of " + ", ".join(self.choices)

    def fits(self, value: Any) -> bool:
        return value in self.choices

    def check(self, value: Any, at: At, report: Report) -> None:
        if not self.fits(value):
            report.error(at, f"{describe(value)} here", self.words, suggest(str(value), self.choices))

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.choices)}


@dataclass(frozen=True)
class Amount(Shape):
    """A finite number within bounds."""

    low: float = float("-inf")
    high: float = float("inf")
    open_low: bool = False

    @property
    def words(self) -> str:  # pyright: ignore
        if self.low == 0 and self.open_low:
            return "a number above 0"
        return "a number" if self.low == float("-inf") else f"a number of at least {self.low:g}"

    def fits(self, value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    def check(self, value: Any, at: At, report: Report) -> None:
        if not self.fits(value):
            report.error(at, f"{describe(value)} here", self.words)
        elif not (self.low <= value <= self.high and abs(value) < 1e300) or (self.open_low and value == self.low):
            report.error(at, f"{value!r:.40} is out of range", self.words)

    def schema(self) -> dict[str, Any]:
        result: dict[str, Any] = {"type": "number"}
        if self.low != float("-inf"):
            result["exclusiveMinimum" if self.open_low else "minimum"] = self.low
        return result


@dataclass(frozen=True)
class Name(Shape):
    """A name of letters, digits and underscores that the language does not use itself."""

    words = "a name of letters a-z, digits and '_' that begins with a letter"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str | bool)

    def check(self, value: Any, at: At, report: Report) -> None:
        check_name(as_text(value), at, report) if self.fits(value) else super().check(value, at, report)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{NAME.pattern}$"}


def check_name(name: str, at: At, report: Report, key: bool = False) -> None:
    """Report a name that expressions could not use."""
    if not NAME.fullmatch(name):
        hint = "use letters a-z; put other spellings in a label" if not name.isascii() else "use '_' between words"
        report.error(at, f"'{name[:60]}' is not a name", Name.words, hint, key)
    elif name in KEYWORDS or name in FUNCTIONS or name in ("p", "amount", "package"):
        report.error(at, f"'{name}' is a word of the language itself", "another name", f"write '{name}_'", key)


def as_text(value: Any) -> str:
    """A scalar as the words that stand in the file (`true` stays `true`)."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Date(Shape):
    """A day, year-month-day."""

    words = "a date such as 2021-08-05"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and DATE.fullmatch(value) is not None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{DATE.pattern}$"}


@dataclass(frozen=True)
class Formula(Shape):
    """An expression, as text or a plain number."""

    words = "an expression"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str | int | float)

    def check(self, value: Any, at: At, report: Report) -> None:
        if value is None:
            report.error(at, "an expression is missing", "an expression", "write 0 if there is none")
        elif not self.fits(value):
            report.error(at, f"{describe(value)} where an expression belongs", "one line of text", QUOTE)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True)
class Listing(Shape):
    """A list, or where `single` a lone item."""

    item: Shape
    single: bool = False
    least: int = 0

    @property
    def words(self) -> str:  # pyright: ignore
        return f"a list of items, each {self.item.words}"

    def fits(self, value: Any) -> bool:
        return isinstance(value, list) or (self.single and self.item.fits(value))

    def check(self, value: Any, at: At, report: Report) -> None:
        if not self.fits(value):
            report.error(at, f"{describe(value)} here", self.words)
        elif isinstance(value, list):
            if len(value) < self.least:
                report.error(at, f"a list of {len(value)}", f"at least {self.least} items")
            for n, item in enumerate(value):
                self.item.check(item, (*at, n), report)
        else:
            self.item.check(value, at, report)

    def schema(self) -> dict[str, Any]:
        many = {"type": "array", "items": self.item.schema(), "minItems": self.least}
        return {"anyOf": [many, self.item.schema()]} if self.single else many


@dataclass(frozen=True)
class Table(Shape):
    """A mapping from names (or dates, or free keys) to one shape."""

    item: Shape
    keys: str = "name"  # "name", "date" or "any"
    noun: str = "entry"

    words = "a mapping"

    def fits(self, value: Any) -> bool:
        return isinstance(value, dict)

    def check(self, value: Any, at: At, report: Report) -> None:
        if not self.fits(value):
            report.error(at, f"{describe(value)} here", f"a mapping, one {self.noun} a line")
            return
        for key, item in value.items():
            if self.keys == "name":
                check_name(key, (*at, key), report, key=True)
            elif self.keys == "date" and not Date().fits(key):
                report.error((*at, key), f"'{key}' is not a date", Date.words, key=True)
            self.item.check(item, (*at, key), report)

    def schema(self) -> dict[str, Any]:
        result: dict[str, Any] = {"type": "object", "additionalProperties": self.item.schema()}
        patterns = {"name": NAME.pattern, "date": DATE.pattern}
        if self.keys in patterns:
            result["propertyNames"] = {"pattern": f"^{patterns[self.keys]}$"}
        return result


@dataclass(frozen=True)
class Field:
    """One key of a record."""

    shape: Shape
    doc: str
    required: bool = False


@dataclass(frozen=True)
class Record(Shape):
    """A mapping with known keys; `extra` is the shape of further ones, where allowed."""

    fields: Mapping[str, Field]
    extra: Shape | None = None
    noun: str = "key"

    words = "a mapping"

    def fits(self, value: Any) -> bool:
        return isinstance(value, dict)

    def check(self, value: Any, at: At, report: Report) -> None:
        if not self.fits(value):
            report.error(at, f"{describe(value)} here", f"a mapping with {', '.join(list(self.fields)[:6])}")
            return
        for key, item in value.items():
            known = self.fields.get(key)
            if known is not None:
                known.shape.check(item, (*at, key), report)
            elif self.extra is not None:
                check_name(key, (*at, key), report, key=True)
                self.extra.check(item, (*at, key), report)
            else:
                report.error((*at, key), f"unknown {self.noun} '{key}'", "", suggest(key, self.fields), key=True)
        for key, known in self.fields.items():
            if known.required and key not in value:
                report.error(at, f"'{key}' is missing", known.doc, f"add '{key}: ...'", key=True)

    def schema(self) -> dict[str, Any]:
        properties = {key: {**known.shape.schema(), "description": known.doc} for key, known in self.fields.items()}
        result: dict[str, Any] = {"type": "object", "properties": properties}
        result["additionalProperties"] = False if self.extra is None else self.extra.schema()
        required = [key for key, known in self.fields.items() if known.required]
        return {**result, "required": required} if required else result


@dataclass(frozen=True)
class AnyOf(Shape):
    """The first of several shapes that the value's kind fits."""

    shapes: tuple[Shape, ...]

    @property
    def words(self) -> str:  # pyright: ignore
        return " or ".join(dict.fromkeys(shape.words for shape in self.shapes))

    def fits(self, value: Any) -> bool:
        return any(shape.fits(value) for shape in self.shapes)

    def check(self, value: Any, at: At, report: Report) -> None:
        for shape in self.shapes:
            if shape.fits(value):
                shape.check(value, at, report)
                return
        report.error(at, f"{describe(value)} here", self.words)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [shape.schema() for shape in self.shapes]}


@dataclass(frozen=True)
class Anything(Shape):
    """Whatever another package reads."""

    def fits(self, value: Any) -> bool:
        return True

    def schema(self) -> dict[str, Any]:
        return {}
