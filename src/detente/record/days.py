"""Days: how a date is read, the last day that a coarse one may mean, and which dates a text names."""

import datetime
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from detente.run import Precision

FIRST_YEAR, LAST_YEAR = (
    1800,
    2100,
)  # years that a record of a conflict can hold; others are slips of the pen (0025, 2205)
DAYS_IN_WEEK = 7
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_YEAR = r"1[89]\d\d|2[01]\d\d"
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in MONTHS).replace("sep(", "sept?(")
_NAMED = re.compile(  # 20230919, 2023-09-19, 19.9.2023, 19 September 2023, September 19, 2023, Sept. 2023, 2023
    rf"""(?<!\d)(?P<y1>{_YEAR})(?P<m1>\d\d)(?P<d1>\d\d)(?!\d)
    |(?<!\d)(?P<y2>{_YEAR})[-/.](?P<m2>\d\d?)(?!\d)(?:[-/.](?P<d2>\d\d?)(?!\d))?
    |(?<!\d)(?P<d3>\d\d?)(?P<by>[-/.])(?P<m3>\d\d?)[-/.](?P<y3>{_YEAR})(?!\d)
    |(?<!\d)(?P<m4>\d\d?)[-/.](?P<y4>{_YEAR})(?!\d)
    |(?:(?<!\d)(?P<d5>\d\d?)(?:st|nd|rd|th)?[\s-]+(?:of\s+)?)?(?<![a-z])(?P<name>{_MONTH})\.?,?[\s-]+
     (?:(?P<d6>\d\d?)(?:st|nd|rd|th)?,?[\s-]+)?(?:of\s+)?(?P<y5>{_YEAR})(?!\d)
    |(?<!\d)(?P<y6>{_YEAR})(?!\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_FOUR_DIGITS = re.compile(r"\d{4}")


def plausible(day: datetime.date) -> datetime.date:
    """The day itself.

    Raises:
        ValueError: its year is none that a record can hold.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"year outside {FIRST_YEAR}-{LAST_YEAR} ({day.year})")
    return day


def first_day(value: Any) -> datetime.date | None:
    """An ISO date, month or year as its first day; None for nothing.

    Raises:
        ValueError: anything else, or a year that no record can hold.
    """
    found = _parts(value)
    return found if found is None or isinstance(found, datetime.date) else _first_of(*found)


def last_day(value: Any) -> datetime.date | None:
    """An ISO date, month or year as its last day; None for nothing.

    Raises:
        ValueError: anything else, or a year that no record can hold.
    """
    found = _parts(value)
    if found is None or isinstance(found, datetime.date):
        return found
    day = _first_of(*found)
    return day if found[2] else last_of(day, "month" if found[1] else "year")


def exact_day(value: Any) -> datetime.date | None:
    """An ISO date with its day; None for nothing.

    Raises:
        ValueError: a month or a year without a day, anything else, or a year that no record can hold.
    """
    found = _parts(value)
    if isinstance(found, tuple) and not found[2]:
        raise ValueError(f"{value!r} names no day; write 2021-08-05, or leave it empty")
    return first_day(value)


def _first_of(year: int, month: int, day: int) -> datetime.date:
    """The day, the first of a month (day 0), or the first of a year (month 0 too)."""
    try:
        return plausible(datetime.date(year, month or 1, day or 1))
    except ValueError as error:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise
        written = "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part)])
        raise ValueError(f"'{written}' is not a day of the calendar ({error})") from None


def _parts(value: Any) -> tuple[int, int, int] | datetime.date | None:
    """Year, month (0: none) and day (0: none) of a text, or the day that a value is already."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        return plausible(value.date())
    if isinstance(value, datetime.date):
        return plausible(value)
    text = str(value).strip()
    found = _ISO.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a date; write 2021-08-05")
    return int(found[1]), int(found[2] or 0), int(found[3] or 0)


def precision_of(value: Any) -> Precision | None:
    """What an ISO text leaves open: "month" for 2021-08, "year" for 2021; None where it names a day or is no date."""
    found = _ISO.fullmatch(str(value).strip()) if isinstance(value, (str, int)) else None
    if found is None or found[3]:
        return None
    return "month" if found[2] else "year"


def last_of(day: datetime.date, precision: Precision) -> datetime.date:
    """The last day that a date of this precision may mean."""
    if precision == "week":
        return day + datetime.timedelta(days=DAYS_IN_WEEK - 1)
    if precision == "day":
        return day
    month = 12 if precision == "year" else day.month
    after = datetime.date(day.year + month // 12, month % 12 + 1, 1)
    return after - datetime.timedelta(days=1)


def names_later(text: str, day: datetime.date) -> bool:
    """Whether a text names a date, month or year that begins after a day, in words or in figures."""
    return any(begins > day for begins in named_dates(text))


def named_dates(text: str) -> Iterator[datetime.date]:
    """The first day of every date, month or year that a text names (English month names, figures of any script).

    With dots the day comes first (3.4.2021); a date with slashes that can be read in two ways gives the later one.
    """
    if not _FOUR_DIGITS.search(text):
        return
    plain = (text if text.isascii() else "".join(map(_ascii_digit, text))).replace("_", " ")
    for found in _NAMED.finditer(plain):
        part = found.groupdict()
        year = int(next(part[f"y{n}"] for n in range(1, 7) if part[f"y{n}"]))
        if part["name"]:
            month = 1 + [name[:3] for name in MONTHS].index(part["name"][:3].lower())
            yield _day(year, month, int(part["d5"] or part["d6"] or 1))
        elif part["d3"]:
            one, other = int(part["d3"]), int(part["m3"])
            if part["by"] == "/":
                yield max(_day(year, other, one), _day(year, one, other))
            else:
                yield _day(year, other, one)
        else:
            yield _day(year, int(part["m1"] or part["m2"] or part["m4"] or 1), int(part["d1"] or part["d2"] or 1))


def _ascii_digit(letter: str) -> str:
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


def _day(year: int, month: int, day: int) -> datetime.date:
    """A date; where there is no such day, the first of its month, and where there is no such month, of its year."""
    for parts in ((year, month, day), (year, month, 1)):
        try:
            return datetime.date(*parts)
        except ValueError:
            continue
    return datetime.date(year, 1, 1)
