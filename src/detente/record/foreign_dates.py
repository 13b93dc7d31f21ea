"""Dates as others write them: read whole or not at all, with what they leave open; nothing is guessed.

    2021-08-05, 2021-08-05 14:30, 20210805     a day
    2021-08, 2021                              its first day, precision month or year
    2021-08-05 to 2021-08-07 (also - .. /)     a day and its end
    anything else, or another `format`         only as the formats of the mapping say

A text that two formats read differently is refused, and so is a year that no record can hold. Two-digit years need a
pivot: the last year that the column can mean.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detente.record.days import last_of, plausible
from detente.run import Precision

ISO = re.compile(
    r"(?P<day>[0-9]{4}(?:-[0-9]{2}){0,2})|(?P<plain>[0-9]{8})"
    r"|(?P<timed>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
BETWEEN = re.compile(r"\s+(?:to|until|till|through)\s+|\s*(?:\.\.|[\u2013\u2014])\s*|\s+-\s+|/", re.IGNORECASE)
DIRECTIVE = re.compile(r"%(.)", re.DOTALL)
SWAPPED = {"m": "d", "d": "m"}
KNOWN = frozenset("YymdbBjHIMSfpzZaA%")  # of strptime; others depend on the computer's language or leave the year open


class OtherOrder(ValueError):
    """A text that can only be read with day and month the other way round than its format says."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A date as read: its first day, the last day if one is given, and how exactly the first is known."""

    start: datetime.date
    end: datetime.date | None = None
    precision: Precision = "day"


def check_format(form: str, pivot: int | None) -> None:
    """Refuse a format that would read dates otherwise than they are meant.

    Raises:
        ValueError: what is wrong with it, and what to write.
    """
    letters = DIRECTIVE.findall(form)
    strange = [letter for letter in letters if letter not in KNOWN]
    if strange:
        raise ValueError(f"'%{strange[0]}' is not read; use %Y %m %d %b %B %j %H %M %S")
    if not {"Y", "y"} & set(letters):
        raise ValueError(f"format '{form}' has no year (%Y)")
    if "y" in letters and pivot is None:
        raise ValueError("two-digit years need `pivot`: the last year that the column can mean, such as pivot: 2025")
    if "d" in letters and not {"m", "b", "B"} & set(letters):
        raise ValueError(f"format '{form}' has a day but no month (%m)")


class DateReader:
    """Reads the dates of one column.

    Args:
        formats: as in strptime; none: ISO dates, months and years.
        pivot: the last year that a two-digit year can mean.
    """

    def __init__(self, formats: Sequence[str] = (), pivot: int | None = None) -> None:
        self.formats = tuple(formats)
        self.pivot = pivot

    def read(self, text: str) -> Spell:
        """A date or a range.

        Raises:
            OtherOrder: it can only be read with day and month the other way round.
            ValueError: it cannot be read, or in more than one way.
        """
        text = _bare(text)
        found = self._readings(text)
        if len(found) > 1:
            raise ValueError(f"'{text[:40]}' reads as {' and as '.join(sorted(str(one.start) for one in found))}")
        if found:
            return found.pop()
        spell = self._range(text)
        if spell is not None:
            return spell
        if set(self._swapped(text)):
            raise OtherOrder(f"'{text[:40]}' has day and month in another order than {self._said()}")
        raise ValueError(f"'{text[:40]}' is not a date" + (f" in {self._said()}" if self.formats else ""))

    def reads_both_ways(self, text: str) -> bool:
        """Whether a text is another date with day and month the other way round."""
        text = _bare(text)
        found = self._readings(text)
        return bool(found) and bool(set(self._swapped(text)) - found)

    def _said(self) -> str:
        return " or ".join(f"'{form}'" for form in self.formats)

    def _readings(self, text: str) -> set[Spell]:
        """The ways in which a text is one date."""
        if not self.formats:
            return _iso(text)
        return {spell for form in self.formats if (spell := self._by(form, text)) is not None}

    def _swapped(self, text: str) -> Iterator[Spell]:
        for form in self.formats:
            other = DIRECTIVE.sub(lambda found: f"%{SWAPPED.get(found[1], found[1])}", form)
            spell = self._by(other, text) if other != form else None
            if spell is not None:
                yield spell

    def _by(self, form: str, text: str) -> Spell | None:
        letters = set(DIRECTIVE.findall(form))
        try:
            day = datetime.datetime.strptime(text, form).date()
            if "y" in letters and self.pivot is not None:
                day = day.replace(year=self.pivot - (self.pivot - day.year) % 100)
        except ValueError:
            return None
        month = bool({"m", "b", "B", "j"} & letters)
        return _plausible(text, Spell(day, None, "day" if {"d", "j"} & letters else "month" if month else "year"))

    def _range(self, text: str) -> Spell | None:
        """A range, at the first sign between two dates that leaves a date on either side."""
        for sign in BETWEEN.finditer(text):
            before, after = self._readings(text[: sign.start()]), self._readings(text[sign.end() :])
            if len(before) == 1 and len(after) == 1:
                first, last = before.pop(), after.pop()
                end = last_of(last.start, last.precision)
                if end < first.start:
                    raise ValueError(f"'{text[:40]}' ends before it begins")
                return Spell(first.start, end, first.precision)
        return None


def _bare(text: str) -> str:
    """Without the apostrophe with which spreadsheets mark a text."""
    text = text.strip().lstrip("'").strip()
    if not text:
        raise ValueError("is empty")
    return text


def _iso(text: str) -> set[Spell]:
    found = ISO.fullmatch(text)
    if found is None:
        return set()
    digits = found["plain"]
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if digits else found["day"] or found["timed"]
    precision: Precision = {4: "year", 7: "month"}.get(len(day), "day")  # type: ignore[assignment]
    try:
        padded = datetime.date.fromisoformat(f"{day}-01-01"[:10] if precision != "day" else day)
    except ValueError:
        return set()
    return {_plausible(text, Spell(padded, None, precision))}


def _plausible(text: str, spell: Spell) -> Spell:
    try:
        plausible(spell.start)
    except ValueError as error:
        raise ValueError(f"'{text[:40]}': {error}") from None
    return spell
