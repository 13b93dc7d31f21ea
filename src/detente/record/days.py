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
LAST_DAY = datetime.date(LAST_YEAR, 12, 31)  # by which everything that a record can hold was known
DAYS_IN_WEEK = 7
MONTHS_IN_YEAR = 12
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_YEAR = r"1[89]\d\d|2[01]\d\d"
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in MONTHS).replace("sep(", "sept?(")
_DAY = r"\d\d?(?:st|nd|rd|th)?(?!\d)"
_GAP = r"[\s,./()\[\]-]*"  # between a month's name and what belongs to it: December 24th (2021), 24/Dec/2021
_ALSO = rf"(?:{_GAP}(?:(?:and|or|to|until|through)\s+|&\s*)?{_DAY})*"  # December 24-26, December 5, 7 and 9
_NAMED = re.compile(  # 20230919, 2023-09-19, 2023-09, 19.9.2023, 9/2023, 19 September 2023, September 19, 2023, 2023
    rf"""(?<!\d)(?P<y1>{_YEAR})(?P<m1>\d\d)(?P<d1>\d\d)(?!\d)
    |(?<!\d)(?P<y2>{_YEAR})\s?[-/.]\s?(?P<m2>\d\d?)(?!\d)\s?[-/.]\s?(?P<d2>\d\d?)(?!\d)
    |(?<!\d)(?P<y7>{_YEAR})[-/.](?P<m7>0?[1-9]|1[0-2])(?!\d)
    |(?<!\d)(?P<d3>\d\d?)\s?(?P<by>[-/.])\s?(?P<m3>\d\d?)\s?[-/.]\s?(?P<y3>{_YEAR})(?!\d)
    |(?<!\d)(?P<m4>\d\d?)[-/.](?P<y4>{_YEAR})(?!\d)
    |(?:(?<!\d)(?P<d5>\d\d?)(?:st|nd|rd|th)?[\s./-]*(?:of\s+)?)?(?<![a-z])(?P<name>{_MONTH})(?P<d6>{_ALSO}){_GAP}
     (?:of\s+)?(?P<y5>{_YEAR})(?!\d)
    |(?<!\d)(?P<y6>{_YEAR})(?!\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_AFTER_YEAR = re.compile(  # what may follow a year that stands alone: (2021) December 24, (2021) 24 Dec, (2021)-Dec-24
    rf"{_GAP}(?P<day>{_DAY}{_GAP}(?:of\s+)?)?(?P<name>(?!(?-i:may|march)(?!{_GAP}\d))(?:{_MONTH}))(?![a-z])(?P<also>{_ALSO})",
    re.IGNORECASE,
)  # "in 2021 may" and "in 2021 march" are verbs
_SIGNS = str.maketrans("\u2212\u2044\u2215\uff0f\uff0e_", "-///. ")  # minus, other slashes, a wide full stop
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

    With dots the day comes first (3.4.2021); any other date that can be read in two ways gives the later one, and of
    several days of a month (December 24-26, 2021) the last.
    """
    if not _FOUR_DIGITS.search(text):
        return
    plain = (text if text.isascii() else "".join(map(_ascii, text))).translate(_SIGNS)
    for found in _NAMED.finditer(plain):
        part = found.groupdict()
        year = int(next(part[f"y{n}"] for n in range(1, 8) if part[f"y{n}"]))
        if part["name"]:
            yield _day(year, _month(part["name"]), _last(part["d6"]) or int(part["d5"] or 1))
        elif part["d3"]:
            one, other = int(part["d3"]), int(part["m3"])
            first = _day(year, other, one)
            yield first if part["by"] == "." and other <= MONTHS_IN_YEAR else max(first, _day(year, one, other))
        elif part["y6"]:
            yield _with_month(year, plain, found.end())
        else:
            month, day = int(part["m1"] or part["m2"] or part["m7"] or part["m4"]), int(part["d1"] or part["d2"] or 1)
            yield _day(year, month, day) if month <= MONTHS_IN_YEAR else _day(year, day, month)


def _with_month(year: int, text: str, end: int) -> datetime.date:
    """The day, month or year that begins with a year, which ends at a place of a text."""
    after = _AFTER_YEAR.match(text, end)
    if after is None:
        return datetime.date(year, 1, 1)
    return _day(year, _month(after["name"]), _last(after["also"]) or _last(after["day"] or "") or 1)


def _month(name: str) -> int:
    return 1 + [known[:3] for known in MONTHS].index(name[:3].lower())


def _last(days: str) -> int:
    """The last number in a text of days; 0 where there is none."""
    return int((re.findall(r"\d+", days) or ["0"])[-1])


def _ascii(letter: str) -> str:
    """A letter as it counts in a date: figures and dashes of any script as plain ones, marks that show nothing gone."""
    value = unicodedata.decimal(letter, None)
    if value is not None:
        return str(value)
    kind = unicodedata.category(letter)
    return {"Pd": "-", "Cf": ""}.get(kind, letter)


def _day(year: int, month: int, day: int) -> datetime.date:
    """A date; where there is no such day, the first of its month, and where there is no such month, of its year."""
    for parts in ((year, month, day), (year, month, 1)):
        try:
            return datetime.date(*parts)
        except ValueError:
            continue
    return datetime.date(year, 1, 1)
