"""Shapes of a case's files, said once: `conform` checks a file against them, `json_schema` prints them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
INFINITY = float("inf")


@dataclass(frozen=True)
class Text:
    """Words; numbers and truth values are taken as text."""


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    choices: tuple[str, ...]


@dataclass(frozen=True)
class Flag:
    """true or false."""


@dataclass(frozen=True)
class Version:
    """The version of the case language."""

    number: int


@dataclass(frozen=True)
class Amount:
    """A finite number; at least `low`, or above it where `open_low`."""

    low: float = -INFINITY
    open_low: bool = False


@dataclass(frozen=True)
class Name:
    """A name of letters, digits and underscores that the language does not use itself."""


@dataclass(frozen=True)
class Date:
    """A day, year-month-day."""


@dataclass(frozen=True)
class Formula:
    """An expression, as text or a plain number."""


@dataclass(frozen=True)
class Listing:
    """A list; where `single`, also a lone item."""

    item: "Shape"
    single: bool = False
    least: int = 0


@dataclass(frozen=True)
class Table:
    """A mapping from names, dates or any keys to one shape; `noun` says what an entry is."""

    item: "Shape"
    keys: str = "name"
    noun: str = "entry"


@dataclass(frozen=True)
class Field:
    """One key of a record."""

    shape: "Shape"
    doc: str
    required: bool = False


@dataclass(frozen=True)
class Record:
    """A mapping with known keys; `extra` is the shape of further ones, where allowed."""

    fields: Mapping[str, Field]
    extra: "Shape | None" = None
    noun: str = "key"


@dataclass(frozen=True)
class Either:
    """The mapping is a `record` if it has any of its keys, else a `table`."""

    record: Record
    table: Table


@dataclass(frozen=True)
class AnyOf:
    """The first of several shapes that the value's kind fits."""

    shapes: tuple["Shape", ...]


@dataclass(frozen=True)
class Anything:
    """Whatever another package reads."""


Shape = (
    Text
    | OneOf
    | Flag
    | Version
    | Amount
    | Name
    | Date
    | Formula
    | Listing
    | Table
    | Record
    | Either
    | AnyOf
    | Anything
)
