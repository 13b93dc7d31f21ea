"""Mapping files: how the columns of someone's table become events; written by people, checked like every other file."""

import datetime
import functools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from detente.errors import Diagnostic, OptionError, RecordError, suggest
from detente.files.yaml import read_yaml

SHIPPED = Path(__file__).resolve().parent / "mappings"
TARGETS = (
    "id", "date", "date_end", "precision", "type", "actors", "target", "place", "text", "low", "best", "high",
    "certainty", "sources", "tags", "country", "latitude", "longitude",
)  # fmt: skip
NEEDED = ("id", "date", "type")
NUMBERS = ("low", "best", "high")
PLACES = ("latitude", "longitude")
PRECISIONS = ("day", "week", "month", "year")
CERTAINTIES = ("high", "medium", "low")
MISSING = re.compile(r"(?i)(?:|na|n/a|nan|null|none|-+)")
LISTS = ("actors", "target", "tags", "sources")
CACHED = 50_000  # results remembered per column
Cells = Sequence[str]
Getter = Callable[[Cells], str]


class Rule(BaseModel):
    """Where one target comes from: a column, several joined, a template, or a constant; then translated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str = ""
    columns: tuple[str, ...] = ()
    template: str = ""  # "{side_a} - {side_b}"
    constant: str = ""
    values: dict[str, str] = Field(default_factory=dict)  # a value of the column -> what it means; others are errors
    other: str = ""  # what any value not in `values` means, instead of an error
    prefix: str = ""
    split: str = ""  # separates several actors in one cell
    format: str = ""  # of dates, as in strptime, if they are not ISO
    absent: tuple[str, ...] = ()  # values that stand for nothing, such as -9


class Mapping(BaseModel):
    """A mapping file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mapping: str
    title: str
    tested: bool = False
    note: str = ""
    source: str = ""  # whom to cite
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    columns: dict[str, Rule]
    keep: tuple[str, ...] = ()  # columns copied as they are


def mapping_names() -> list[str]:
    """The mappings that are shipped."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load_mapping(name: str) -> Mapping:
    """A shipped mapping by name, or a mapping file by path.

    Raises:
        OptionError: neither.
        RecordError: located mistakes in it.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else SHIPPED / f"{name}.yaml"
    if not path.is_file():
        raise OptionError.of(f"unknown mapping '{name}'", "a mapping file (.yaml)", suggest(name, mapping_names()))
    document = read_yaml(path, path.name)
    found = list(document.diagnostics)
    data = cast("dict[str, Any]", document.data) if isinstance(document.data, dict) else {}
    if isinstance(data.get("columns"), dict):
        given = cast("dict[str, Any]", data["columns"])
        data = {**data, "columns": {k: {"column": v} if isinstance(v, str) else v for k, v in given.items()}}
        for target in given:
            if target not in TARGETS:
                what = f"unknown target '{target}'"
                found.append(document.diagnostic(("columns", target), what, "", suggest(target, TARGETS), key=True))
        for target in NEEDED:
            if target not in data["columns"]:
                found.append(document.diagnostic(("columns",), f"'{target}' is missing", "a column, or a constant"))
    try:
        mapping = Mapping.model_validate(data)
    except ValidationError as error:
        for item in error.errors():
            at = tuple(item["loc"])
            if at and item["type"] == "extra_forbidden":
                last = str(at[len(at) - 1])
                hint = suggest(last, Rule.model_fields if len(at) > 1 else Mapping.model_fields)
                found.append(document.diagnostic(at, f"unknown key '{last}'", "", hint, key=True))
            else:
                found.append(document.diagnostic(at, str(item["msg"])))
        raise RecordError(found) from None
    if found:
        raise RecordError(found)
    return mapping


def check_header(mapping: Mapping, header: Sequence[str], file: str) -> dict[str, int]:
    """The positions of the columns; every column that the mapping needs must be there.

    Raises:
        RecordError: with all that are missing.
    """
    at = {name.strip(): n for n, name in enumerate(header)}
    missing = [name for name in _wanted(mapping) if name not in at]
    if missing:
        raise RecordError([Diagnostic(f"no column '{n}'", "", suggest(n, list(at)), file, 1) for n in missing])
    return at


def _wanted(mapping: Mapping) -> list[str]:
    names: list[str] = list(mapping.keep)
    for rule in mapping.columns.values():
        names += [rule.column] if rule.column else []
        names += [*rule.columns, *re.findall(r"\{(\w+)\}", rule.template)]
    return list(dict.fromkeys(names))


def converters(mapping: Mapping, at: dict[str, int]) -> list[tuple[str, Getter]]:
    """A function per target from the cells of a row to the text of the target; it raises ValueError with a reason."""
    return [(target, _converter(target, rule, at)) for target, rule in mapping.columns.items()]


def _converter(target: str, rule: Rule, at: dict[str, int]) -> Getter:
    if rule.columns and target in LISTS:
        return _several(rule, [at[name] for name in rule.columns])
    get = _getter(rule, at)
    clean = _cleaner(target, rule)
    if target == "id":
        return lambda cells: clean(get(cells))
    ready = functools.lru_cache(CACHED)(clean)
    return lambda cells: ready(get(cells))


def _cleaner(target: str, rule: Rule) -> Callable[[str], str]:
    """From the text of a cell to the text of the target; values repeat, so results are remembered."""
    if rule.values:
        return lambda text: _translated(target, rule, text)
    if target in ("date", "date_end"):
        return lambda text: _dated(target, rule.format, text.strip())
    if target in NUMBERS:
        return lambda text: _count(target, text.strip())
    if target in PLACES:
        return lambda text: _degrees(target, text.strip())
    if target in ("id", "type"):
        return lambda text: _one_id(target, rule.prefix, text.strip())
    if target in LISTS:
        return lambda text: " ".join(dict.fromkeys(s for s in map(slug, _parts(rule, text)) if s))
    if target == "precision":
        return lambda text: _among(target, text.strip() or "day", PRECISIONS)
    if target == "certainty":
        return lambda text: _among(target, text.strip() or "medium", CERTAINTIES)
    return str.strip


def _parts(rule: Rule, text: str) -> list[str]:
    return text.split(rule.split) if rule.split else [text]


def _several(rule: Rule, places: list[int]) -> Getter:
    @functools.lru_cache(CACHED)
    def ids(*texts: str) -> str:
        parts = [part for text in texts for part in _parts(rule, text)]
        return " ".join(dict.fromkeys(s for s in map(slug, parts) if s))

    return lambda cells: ids(*[cells[n] for n in places])


def _getter(rule: Rule, at: dict[str, int]) -> Getter:
    if rule.constant:
        return lambda cells: rule.constant
    if rule.template:
        names = re.findall(r"\{(\w+)\}", rule.template)
        places = [(f"{{{name}}}", at[name]) for name in names]

        def fill(cells: Cells) -> str:
            text = rule.template
            for mark, n in places:
                text = text.replace(mark, cells[n].strip())
            return text

        return fill
    if rule.columns:
        several = [at[name] for name in rule.columns]
        return lambda cells: next((cells[n] for n in several if not MISSING.fullmatch(cells[n].strip())), "")
    one, absent = at[rule.column], frozenset(rule.absent)
    return (lambda cells: "" if cells[one].strip() in absent else cells[one]) if absent else lambda cells: cells[one]


def whole(text: str) -> str:
    """A whole number without its ".0", anything else as it stands."""
    return text[:-2] if text.endswith(".0") else text


def _translated(target: str, rule: Rule, text: str) -> str:
    value = whole(text.strip())
    found = rule.values.get(value, rule.other)
    if not found:
        raise ValueError(f"{target}: '{value[:40]}' is not one of {', '.join(rule.values)}")
    return found


def _dated(target: str, form: str, text: str) -> str:
    if not text and target == "date_end":
        return ""
    try:
        if form:
            return datetime.datetime.strptime(text, form).date().isoformat()
        if len(text) > 10 and text[10] not in " T":
            raise ValueError
        return datetime.date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise ValueError(f"{target}: '{text[:40]}' is not a date") from None


def _count(target: str, text: str) -> str:
    if MISSING.fullmatch(text):
        return ""
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{target}: '{text[:40]}' is not a number") from None
    if not 0 <= number < 1e9:
        raise ValueError(f"{target}: {text[:40]} is not a count")
    return str(int(number)) if number.is_integer() else repr(number)


def _degrees(target: str, text: str) -> str:
    if MISSING.fullmatch(text):
        return ""
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{target}: '{text[:40]}' is not a number") from None
    if not abs(number) <= (90 if target == "latitude" else 180):
        raise ValueError(f"{target}: {text[:40]} is not in degrees")
    return repr(number)


def _one_id(target: str, prefix: str, text: str) -> str:
    text = whole(text)
    found = text if text.isdecimal() else slug(text)
    if not found:
        raise ValueError(f"{target} is empty")
    return prefix + found


def _among(target: str, text: str, allowed: Sequence[str]) -> str:
    if text not in allowed:
        raise ValueError(f"{target}: '{text[:40]}' is not one of {', '.join(allowed)}")
    return text


@functools.lru_cache(CACHED)
def slug(text: str) -> str:
    """A name as an id: lower case, words joined by "_"; letters of every script are kept."""
    return "" if MISSING.fullmatch(text.strip()) else "_".join(re.findall(r"\w+(?:[.\-:/]\w+)*", text.lower()))
