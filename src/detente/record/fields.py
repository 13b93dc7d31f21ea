"""Kinds of fields: how a cell or a value becomes text, ids, lines, days and counts, and which texts are hindsight.

Absent text is "", an absent date or number None, an absent list ().
"""

import datetime
import re
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BeforeValidator

from detente.files.kinds import yes_no
from detente.record.days import exact_day, first_day, last_day

Certainty = Literal["high", "medium", "low"]

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_ID = re.compile(r"[^\s,;|\"']+")
_FIGURES = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


class Mark:
    """Says about a field how it is treated when a record is cut by date; stands in the field's annotation."""

    def __init__(self, name: str) -> None:
        self.name = name


NAME = Mark("name")  # names an entry or is a word of a fixed list: no text
REMARK = Mark("remark")  # written by the compiler with hindsight: known from the day the record was compiled
LABELS = Mark("labels")  # ids that are words of the compiler rather than names of entries


def as_text(value: Any) -> Any:
    """Text with plain newlines and without control characters; numbers as text; anything else as it stands."""
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    found = CONTROL.search(value)
    if found:
        raise ValueError(f"control character U+{ord(found.group()):04X} in text")
    return value


def as_line(value: Any) -> Any:
    """Text on one line."""
    value = as_text(value)
    return " ".join(value.split()) if isinstance(value, str) else value


def texts_in(value: Any) -> Any:
    """A value of any depth whose texts and keys have no control characters.

    Raises:
        ValueError: one has.
    """
    if isinstance(value, dict):
        for key, inner in cast("dict[Any, Any]", value).items():
            texts_in(key)
            texts_in(inner)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            texts_in(inner)
    else:
        as_text(value)
    return cast("Any", value)


def split_ids(value: Any) -> Any:
    """Ids from one text; anything else as it stands."""
    if value is None or value == "":
        return ()
    return tuple(re.split(r"[\s,;]+", value.strip())) if isinstance(value, str) else value


def split_lines(value: Any) -> Any:
    """Lines from one text; anything else as it stands."""
    if value is None or value == "":
        return ()
    return tuple(value.split("\n")) if isinstance(value, str) else value


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(f"{value!r} is not an id: no spaces, commas, semicolons, bars or quotes")
    return value


def some(value: Any) -> Any:
    """The value itself.

    Raises:
        ValueError: it is empty.
    """
    if not value:
        raise ValueError("is empty")
    return value


def _kept(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in value if line)


def _number(value: Any) -> Any:
    if value == "":
        return None
    if isinstance(value, str) and not _FIGURES.fullmatch(value.strip()):
        raise ValueError(f"{value!r} is not a number in plain digits")
    return value


def _yes(value: Any) -> Any:
    if value is None or value == "":
        return False
    return yes_no(value.strip() if isinstance(value, str) else value)


def _extensions(value: dict[str, str]) -> dict[str, str]:
    found = {first_day(day): exact_day(due) for day, due in value.items()}
    if any(day is None or due is None or due < day for day, due in found.items()):
        raise ValueError("a new day lies before the day on which it was set; write DAY IT WAS SET: NEW DAY")
    return {str(day): str(due) for day, due in sorted(found.items(), key=lambda item: str(item[0]))}


Text = Annotated[str, BeforeValidator(as_text)]
Line = Annotated[str, BeforeValidator(as_line)]
Title = Annotated[str, BeforeValidator(as_line), AfterValidator(some)]  # a line that must not be empty
Words = Annotated[str, BeforeValidator(as_text), AfterValidator(some)]  # a text that must not be empty
Remark = Annotated[str, BeforeValidator(as_text), REMARK]
RemarkLine = Annotated[str, BeforeValidator(as_line), REMARK]
Id = Annotated[str, BeforeValidator(as_line), AfterValidator(_id), NAME]
MaybeId = Annotated[str, BeforeValidator(as_line), NAME]
Ids = Annotated[tuple[Id, ...], BeforeValidator(split_ids)]
SomeIds = Annotated[Ids, AfterValidator(some)]
Labels = Annotated[tuple[Id, ...], BeforeValidator(split_ids), LABELS]
Lines = Annotated[tuple[Line, ...], BeforeValidator(split_lines), AfterValidator(_kept)]
RemarkLines = Annotated[tuple[Line, ...], BeforeValidator(split_lines), AfterValidator(_kept), REMARK]
Day = Annotated[datetime.date, BeforeValidator(first_day)]
MaybeDay = Annotated[datetime.date | None, BeforeValidator(first_day)]
ExactDay = Annotated[datetime.date | None, BeforeValidator(exact_day)]
LastDay = Annotated[datetime.date, BeforeValidator(last_day)]
MaybeLastDay = Annotated[datetime.date | None, BeforeValidator(last_day)]
Extensions = Annotated[dict[str, str], AfterValidator(_extensions)]
Number = Annotated[float | None, BeforeValidator(_number)]
Count = Annotated[int | None, BeforeValidator(_number)]
Details = Annotated[dict[str, Any], AfterValidator(texts_in)]  # what no other field has a place for
RemarkDetails = Annotated[dict[str, Any], AfterValidator(texts_in), REMARK]
Flag = Annotated[bool, BeforeValidator(_yes)]


def check_range(low: float | None, best: float | None, high: float | None) -> None:
    """Refuse a range that is negative or out of order.

    Raises:
        ValueError: with the numbers.
    """
    numbers = [n for n in (low, best, high) if n is not None]
    if any(not 0 <= n < float("inf") for n in numbers):
        raise ValueError(f"low {low}, best {best}, high {high}: not counts")
    if numbers != sorted(numbers):
        raise ValueError(f"low {low}, best {best}, high {high}: not in order")


def check_whole(*counts: float | None) -> None:
    """Refuse counts of people that are not whole numbers.

    Raises:
        ValueError: with the number.
    """
    for count in counts:
        if count is not None and not float(count).is_integer():
            raise ValueError(
                f"{count} is not a whole number of deaths; if it measures something else, say in `measure`"
            )
