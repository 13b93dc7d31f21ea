"""What is wrong with a value of a user's file, in words: what stands there, what was expected, a hint."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from pydantic_core import PydanticCustomError

from detente.errors import suggest

DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
SHOWN = 40  # characters of a wrong value that a message repeats


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: where (a path below the value that was looked at), what, what was expected, a hint."""

    what: str
    expected: str = ""
    hint: str = ""
    at: tuple[str | int, ...] = ()
    key: bool = False  # about the key, not the value
    missing: str = ""  # the key that is missing from the mapping
    stand_in: Any = None  # what may be read in its place

    @property
    def gap(self) -> tuple[str | int, ...]:
        """The path of the missing key."""
        return (*self.at, self.missing)

    def below(self, at: tuple[str | int, ...]) -> "Mistake":
        """The same, seen from further up."""
        return replace(self, at=(*at, *self.at))


def wrong(*mistakes: Mistake) -> PydanticCustomError:
    """What a validator raises; several mistakes come out as several messages."""
    return PydanticCustomError("mistakes", "{what}", {"what": mistakes[0].what, "mistakes": mistakes})


def is_mapping(value: Any) -> TypeGuard[dict[Any, Any]]:
    """Whether it is a YAML mapping."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether it is a YAML list."""
    return isinstance(value, list | tuple)


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
        datetime.date.fromisoformat(text)
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
    return f"number {value!r:.{SHOWN}}" if is_number(value) else f"text '{as_text(value)[:SHOWN]}'"


def meant(word: str, choices: Iterable[str]) -> str:
    """A hint which of some choices was meant; nothing where none is near (the choices are said already)."""
    hint = suggest(word, choices)
    return hint if hint.startswith("did") else ""


def misfit(value: Any, expected: str, hint: str = "") -> PydanticCustomError:
    """A value of the wrong kind."""
    return wrong(Mistake(f"{describe(value)} here", expected, hint, key=value is None))
