"""Kinds of values that stand in users' files: text, days, numbers, lists, mappings; each says what it expected.

A kind is an `Annotated` type, so that one declaration validates, types and prints (as JSON Schema) a key of a file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainValidator
from pydantic import WithJsonSchema as Schema
from pydantic_core import core_schema

from detente.files.mistakes import (
    DATE,
    SHOWN,
    Mistake,
    as_text,
    is_day,
    is_list,
    is_mapping,
    is_number,
    misfit,
    wrong,
)

FINITE = 1e300  # numbers from here on are refused: sums and products of them would overflow
A_DATE = "a date such as 2021-08-05"
T = TypeVar("T")


def _text(value: Any) -> str:
    if isinstance(value, str | int | float):
        return as_text(value)
    raise misfit(value, "text")


def _day(value: Any) -> str:
    if isinstance(value, str) and is_day(value):
        return value
    if value is None:
        raise misfit(value, A_DATE)
    raise wrong(Mistake(f"'{as_text(value)[:SHOWN]}' is not a date", A_DATE))


def _count(value: Any) -> int:
    if is_number(value) and isinstance(value, int) and value >= 0:
        return value
    raise misfit(value, "a whole number of at least 0")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise misfit(value, "true or false")


def yes_no(value: Any) -> bool:
    """Yes or no as a truth value, in any letter case; `true` and `false` too."""
    found = {"yes": True, "true": True, "no": False, "false": False}.get(as_text(value).lower())
    if found is None:
        raise misfit(value, "yes or no")
    return found


def _one_or_more(value: Any) -> Any:
    return value if is_list(value) or value is None else [value]


def _given(value: Any) -> Any:
    if value is None:
        raise misfit(None, "a value", "or take the key out")
    return value


SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
DAY_SCHEMA: dict[str, Any] = {"type": "string", "pattern": f"^{DATE.pattern}$"}
Text = Annotated[str, PlainValidator(_text), Schema(SCALAR)]  # words; numbers and truth values are taken as text
Day = Annotated[str, PlainValidator(_day), Schema(DAY_SCHEMA)]  # year-month-day
Count = Annotated[int, PlainValidator(_count), Schema({"type": "integer", "minimum": 0})]
Flag = Annotated[bool, PlainValidator(_flag), Schema({"type": "boolean"})]
YesNo = Annotated[bool, PlainValidator(yes_no), Schema({"enum": ["yes", "no", True, False]})]
Maybe = Annotated[T | None, BeforeValidator(_given)]  # None stands for a key that is not there; nothing is no value


@dataclass(frozen=True)
class Within:
    """A finite number between two ends, which belong to it (`low` does not where `open_low`)."""

    low: float = -float("inf")
    high: float = float("inf")
    open_low: bool = False

    @property
    def words(self) -> str:
        """What is asked for."""
        if self.high < float("inf"):
            return f"a number above {self.low:g}, up to {self.high:g}" if self.open_low else self._between()
        if self.low == -float("inf"):
            return "a number"
        return f"a number above {self.low:g}" if self.open_low else f"a number of at least {self.low:g}"

    def _between(self) -> str:
        return f"a number between {self.low:g} and {self.high:g}"

    def check(self, value: Any) -> float:
        """The number.

        Raises:
            PydanticCustomError: none, or one outside the ends.
        """
        if not is_number(value):
            raise misfit(value, self.words)
        inside = self.low <= value <= self.high and not (self.open_low and value == self.low)
        if not abs(value) < FINITE or not inside:
            raise wrong(Mistake(f"{value!r:.{SHOWN}} is out of range", self.words))
        return float(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """See pydantic."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic."""
        found: dict[str, Any] = {"type": "number"}
        if self.low > -float("inf"):
            found["exclusiveMinimum" if self.open_low else "minimum"] = self.low
        if self.high < float("inf"):
            found["maximum"] = self.high
        return found


@dataclass(frozen=True)
class Span:
    """In `Annotated[tuple[float, float], Span(0, 1)]`: a number or a range [low, high], as both ends."""

    low: float = -float("inf")
    high: float = float("inf")

    def check(self, value: Any) -> tuple[float, float]:
        """Both ends.

        Raises:
            PydanticCustomError: neither a number nor a range, or one outside the ends.
        """
        within = Within(self.low, self.high)
        if is_number(value):
            return within.check(value), float(value)
        if not is_list(value) or len(value) != 2 or not all(map(is_number, value)):
            raise misfit(value, f"{within.words}, or a range [low, high]")
        low, high = (within.check(end) for end in value)
        if low > high:
            raise wrong(Mistake(f"range {as_text(list(value))}", "[low, high] with low <= high"))
        return low, high

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """See pydantic."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic."""
        one = Within(self.low, self.high).__get_pydantic_json_schema__(None, handler)
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 2, "maxItems": 2}]}


@dataclass(frozen=True)
class Versioned:
    """In `Annotated[int, Versioned(1)]`: the version of a kind of file."""

    number: int

    def check(self, value: Any) -> int:
        """The version.

        Raises:
            PydanticCustomError: another one.
        """
        if isinstance(value, bool) or value != self.number:
            hint = f"this version of Detente reads format {self.number}"
            raise wrong(Mistake(f"format {value!r:.20}", str(self.number), hint))
        return self.number

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """See pydantic."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic."""
        return {"const": self.number}


Amount = Annotated[float, Within()]
Positive = Annotated[float, Within(0, open_low=True)]
NotNegative = Annotated[float, Within(0)]
Share = Annotated[float, Within(0, 1)]


@dataclass(frozen=True)
class Listed:
    """In `Annotated[tuple[X, ...], Listed(2)]`: a list of at least and at most so many items."""

    least: int = 0
    most: int | None = None

    def check(self, value: Any) -> Any:
        """The list as it is.

        Raises:
            PydanticCustomError: no list, or one of the wrong length.
        """
        if not is_list(value):
            raise misfit(value, "a list of items", "write '[a, b]', or one item a line after '- '")
        if len(value) < self.least or (self.most is not None and len(value) > self.most):
            exact = f"{self.least} items" if self.least == self.most else f"at least {self.least} items"
            raise wrong(Mistake(f"a list of {len(value)}", exact))
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """See pydantic."""
        return core_schema.no_info_before_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic."""
        most = {} if self.most is None else {"maxItems": self.most}
        return {**handler(schema), "minItems": self.least, **most}


Many = Annotated[tuple[T, ...], Listed()]


@dataclass(frozen=True)
class OneOrMore:
    """In `Annotated[tuple[X, ...], OneOrMore()]`: a list, or a lone item."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """See pydantic."""
        return core_schema.no_info_before_validator_function(_one_or_more, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic."""
        many = handler(schema["schema"])
        return {"anyOf": [many, many["items"]]}


OneOrMany = Annotated[tuple[T, ...], OneOrMore()]


@dataclass(frozen=True)
class Short:
    """In `Annotated[SomeEntry, Short("position")]`: anything but a mapping is short for this one key."""

    key: str

    def spelled(self, value: Any) -> Any:
        """The mapping that is meant."""
        return value if is_mapping(value) or value is None else {self.key: value}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """See pydantic."""
        return core_schema.no_info_before_validator_function(self.spelled, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic."""
        whole = handler(schema["schema"])
        return {"anyOf": [whole, handler.resolve_ref_schema(whole)["properties"][self.key]]}


@dataclass(frozen=True)
class Keyed:
    """In `Annotated[dict[K, V], Keyed("actor")]`: a mapping with one such thing a line."""

    noun: str

    def check(self, value: Any) -> Any:
        """The mapping as it is.

        Raises:
            PydanticCustomError: something else.
        """
        if not is_mapping(value):
            raise misfit(value, f"a mapping, one {self.noun} a line")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """See pydantic."""
        return core_schema.no_info_before_validator_function(self.check, handler(source))


def kind_of(value: Any) -> str:
    """`number`, `text`, `list`, `mapping` or `nothing`; true and false are text."""
    if is_number(value):
        return "number"
    if isinstance(value, str | bool):
        return "text"
    return "mapping" if is_mapping(value) else "list" if is_list(value) else "nothing"


@dataclass(frozen=True)
class Chosen:
    """In `Annotated[A | B, Chosen(...)]`: chooses among `Tag`ged members by a function of the value.

    `choose` gives a tag, or None where no member fits; `expected` and `hint` are then said.
    """

    expected: str
    choose: Callable[[Any], str | None]
    hint: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """See pydantic."""
        context: dict[str, int | str | float] = {"expected": self.expected, "hint": self.hint}
        by = Discriminator(
            self.choose, custom_error_type="misfit", custom_error_message="{expected}", custom_error_context=context
        )
        return by.__get_pydantic_core_schema__(source, handler)


def by_kind(expected: str, tags: Mapping[str, str] | tuple[str, ...], hint: str = "") -> Chosen:
    """Chooses among the `Tag`ged members of a union by the kind of the value.

    Args:
        expected: what to say where no member fits.
        tags: kinds (see `kind_of`), each the tag of a member; or kind -> tag.
        hint: how to write it.
    """
    known = dict(tags) if isinstance(tags, Mapping) else dict(zip(tags, tags))
    return Chosen(expected, lambda value: known.get(kind_of(value)), hint)
