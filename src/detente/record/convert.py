"""From the cells of someone's row to those of an imported list: whole, or refused with a reason; nothing is guessed."""

import functools
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from detente.record.days import last_of
from detente.record.fields import Certainty
from detente.record.foreign_dates import DateReader, Spell
from detente.record.mapping import LISTS, NUMBERS, PLACEHOLDER, PLACES, MappingFile, Origin
from detente.record.names import REMEMBERED, same_name, slug
from detente.run import Precision

MISSING = re.compile(r"(?i)(?:na|n/a|nan|null|none|-+)?")  # what tables write where there is nothing
WHOLE = re.compile(r"[0-9]{1,9}(?:\.0)?")  # a count in plain digits; some tables hold whole numbers as 3.0
DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
PRECISIONS: tuple[Precision, ...] = get_args(Precision)  # from the finest to the coarsest
ITSELF = "*"  # as `other`: a value that is not among `values` stands for itself
NAMESPACES = {"target": "actors"}  # targets whose ids name the same things as those of another
Cells = Sequence[str]
Getter = Callable[[Cells], str]


@dataclass
class Names:
    """The names from which ids were made, to find two that would share one, and the lines where each first stood."""

    line: int = 0  # of the row that is read now
    first: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict[tuple[str, str], tuple[str, int]])
    clashes: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict[tuple[str, str], tuple[str, int]])

    def id_of(self, target: str, name: str) -> str:
        """The id of a name; a second name of the same id is noted."""
        id = slug(name)
        key = (NAMESPACES.get(target, target), id)
        before, _ = self.first.setdefault(key, (name, self.line))
        if before != name and same_name(before) != same_name(name):
            self.clashes.setdefault(key, (name, self.line))
        return id

    def told(self) -> list[tuple[str, int]]:
        """Every pair of names that would share an id, as a sentence, with the line of the second."""
        pairs = [(space, id, *self.first[space, id], *clash) for (space, id), clash in sorted(self.clashes.items())]
        return [
            (f"{space}: '{before}' (line {first}) and '{name}' would share the id '{id}'", line)
            for space, id, before, first, name, line in pairs
        ]


@dataclass(frozen=True)
class Converter:
    """Reads rows by a mapping.

    Args:
        mapping: the mapping.
        at: column -> its place in a row.
        names: collects the names of ids.
    """

    mapping: MappingFile
    at: dict[str, int]
    names: Names = field(default_factory=Names)

    @functools.cached_property
    def date(self) -> DateReader:
        """The reader of the main dates."""
        return _reader(self.mapping.columns["date"])

    def date_text(self, cells: Cells) -> str:
        """The text from which the main date of a row is read."""
        return self._date_text(cells)

    @functools.cached_property
    def _date_text(self) -> Getter:
        return _getter(self.mapping.columns["date"], self.at)

    @functools.cached_property
    def dates(self) -> Callable[[Cells], tuple[str, str, str]]:
        """A function from a row to date, end ("" if none) and precision; it raises ValueError with a reason."""
        columns = self.mapping.columns
        texts = [self.date_text, *(_getter(columns["end"], self.at) for _ in [0] if "end" in columns)]
        stated = self.getter("precision") if "precision" in columns else None
        end = _reader(columns["end"]) if "end" in columns else None

        @functools.lru_cache(REMEMBERED)  # dates repeat
        def read(precision: str, start_text: str, end_text: str = "") -> tuple[str, str, str]:
            spell = _told("date", self.date, start_text)
            last = spell.end
            if end is not None and not MISSING.fullmatch(end_text.strip()):
                given = _told("end", end, end_text)
                if given.end is not None:
                    raise ValueError(f"end: '{end_text[:40]}' is a range")
                last = last_of(given.start, given.precision)  # a coarse end means its last day
                if spell.end not in (None, last):
                    raise ValueError(f"end: {last} in one column and {spell.end} in another")
            if last is not None and last < spell.start:
                raise ValueError(f"end {last} lies before date {spell.start}")
            coarser = max(spell.precision, precision, key=PRECISIONS.index)
            return spell.start.isoformat(), last.isoformat() if last else "", coarser

        return lambda cells: read(stated(cells) if stated else "day", *[text(cells) for text in texts])

    def getter(self, target: str) -> Getter:
        """A function from a row to the text of a target; it raises ValueError with a reason."""
        origin = self.mapping.columns[target]
        if target in LISTS:
            return self._ids(target, origin)
        get, clean = _getter(origin, self.at), functools.lru_cache(REMEMBERED)(self._cleaner(target, origin))
        if origin.constant:
            value = clean(origin.constant)
            return lambda cells: value
        return lambda cells: clean(get(cells))

    @functools.cached_property
    def identity(self) -> Callable[[Cells], tuple[str, str]]:
        """A function from a row to its id, and the text of the id where that says more than letter case; else ""."""
        origin = self.mapping.columns["id"]
        get = _getter(origin, self.at)

        def read(cells: Cells) -> tuple[str, str]:
            text = whole(get(cells).strip())
            if origin.values:
                text = translated("id", origin, text)
            if text.isascii() and text.isalnum() and not MISSING.fullmatch(text):
                return origin.prefix + text.lower(), ""
            id = _some("id", "" if MISSING.fullmatch(text) else slug(text))
            return origin.prefix + id, "" if id == text.casefold() else text

        return read

    def _cleaner(self, target: str, origin: Origin) -> Callable[[str], str]:
        """From the text of a cell to the text of the target."""
        plain = self._plain(target)

        def clean(text: str) -> str:
            text = text.strip()
            if origin.values:
                text = translated(target, origin, text)
            return origin.prefix + plain(text) if origin.prefix else plain(text)

        return clean

    def _plain(self, target: str) -> Callable[[str], str]:
        if target == "type":
            return lambda text: _some(target, "" if MISSING.fullmatch(text) else self.names.id_of(target, whole(text)))
        if target in NUMBERS:
            return lambda text: count(target, text)
        if target in PLACES:
            return lambda text: degrees(target, text)
        if target == "precision":
            return lambda text: _among(target, text or "day", PRECISIONS)
        if target == "certainty":
            return lambda text: _among(target, text or "medium", get_args(Certainty))
        return str

    def _ids(self, target: str, origin: Origin) -> Getter:
        """Ids from one or several columns; each part is absent, translated, or a name."""
        gets = [_cell(self.at[name], origin) for name in origin.columns] or [_getter(origin, self.at)]

        @functools.lru_cache(REMEMBERED)
        def ids(*texts: str) -> str:
            parts = [part.strip() for text in texts for part in (text.split(origin.split) if origin.split else [text])]
            found = [self._one(target, origin, part) for part in parts if not MISSING.fullmatch(part)]
            return " ".join(dict.fromkeys(id for id in found if id))

        return lambda cells: ids(*[get(cells) for get in gets])

    def _one(self, target: str, origin: Origin, name: str) -> str:
        if not origin.values:
            return self.names.id_of(target, name)
        found = translated(target, origin, name)
        return self.names.id_of(target, name) if found == name else " ".join(slug(part) for part in found.split())


def _told(target: str, reader: DateReader, text: str) -> Spell:
    """A date as read; what is wrong with it names its target."""
    try:
        return reader.read(text)
    except ValueError as error:
        raise type(error)(f"{target}: {error}") from None


def _reader(origin: Origin) -> DateReader:
    return DateReader(origin.format, origin.pivot)


def _getter(origin: Origin, at: dict[str, int]) -> Getter:
    """A function from a row to the text of a target before it is read."""
    if origin.constant:
        return lambda cells: origin.constant
    if origin.template:
        places = [(mark, at[mark[1:-1].strip()]) for mark in PLACEHOLDER.findall(origin.template)]
        pieces = PLACEHOLDER.split(origin.template)

        def fill(cells: Cells) -> str:
            filled = [cells[n].strip() for _, n in places]
            return "".join(text for pair in zip(pieces, [*filled, ""], strict=True) for text in pair)

        return fill
    if origin.columns:
        several = [_cell(at[name], origin) for name in origin.columns]
        return lambda cells: next((text for get in several if not MISSING.fullmatch(text := get(cells).strip())), "")
    return _cell(at[origin.column], origin)


def _cell(place: int, origin: Origin) -> Getter:
    """The text of one cell, "" where it is a value that stands for nothing."""
    absent = frozenset(origin.absent)
    if not absent:
        return operator.itemgetter(place)
    return lambda cells: "" if cells[place].strip() in absent else cells[place]


def whole(text: str) -> str:
    """A whole number without its ".0", anything else as it stands."""
    return text[:-2] if text.endswith(".0") and text[:-2].isdecimal() else text


def translated(target: str, origin: Origin, text: str) -> str:
    """What a value means by the mapping.

    Raises:
        ValueError: it is not among the values, and the mapping does not say what others mean.
    """
    value = whole(text)
    found = origin.values.get(value, origin.other)
    if not found:
        raise ValueError(f"{target}: '{value[:40]}' is not one of {', '.join(origin.values)}")
    return value if found == ITSELF else found


def count(target: str, text: str) -> str:
    """A count of people; "" for nothing.

    Raises:
        ValueError: not a whole number of plain digits.
    """
    text = text.lstrip("'")
    if MISSING.fullmatch(text):
        return ""
    if not WHOLE.fullmatch(text):
        raise ValueError(f"{target}: '{text[:40]}' is not a count; counts are whole numbers of plain digits")
    return str(int(whole(text)))


def degrees(target: str, text: str) -> str:
    """Latitude or longitude in degrees; "" for nothing.

    Raises:
        ValueError: not a number in plain digits, or none of degrees.
    """
    text = text.lstrip("'")
    if MISSING.fullmatch(text):
        return ""
    if not DECIMAL.fullmatch(text):
        raise ValueError(f"{target}: '{text[:40]}' is not a number")
    if not abs(float(text)) <= (90 if target == "latitude" else 180):
        raise ValueError(f"{target}: {text[:40]} is not in degrees")
    return repr(float(text))


def _some(target: str, id: str) -> str:
    if not id:
        raise ValueError(f"{target} is empty")
    return id


def _among(target: str, text: str, allowed: Sequence[str]) -> str:
    if text not in allowed:
        raise ValueError(f"{target}: '{text[:40]}' is not one of {', '.join(allowed)}")
    return text
