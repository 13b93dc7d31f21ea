"""Mapping files: how the columns of someone's table become events; written by people, checked like every other file.

A new importer is one YAML file in the folder `mappings`.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from detente.errors import Diagnostic, OptionError, RecordError, suggest
from detente.files.access import unreadable
from detente.files.tables import positions
from detente.files.yaml import Document, read_yaml
from detente.record.foreign_dates import check_format
from detente.record.shelf import NAME

SHIPPED = Path(__file__).resolve().parent / "mappings"
TARGETS = (
    "id", "date", "end", "precision", "type", "actors", "target", "place", "text", "low", "best", "high", "certainty",
    "sources", "tags", "country", "latitude", "longitude",
)  # fmt: skip
FORMER = {"date_end": "end"}  # earlier names of targets
NEEDED = ("id", "date", "type")
NUMBERS = ("low", "best", "high")
PLACES = ("latitude", "longitude")
DATES = ("date", "end")
LISTS = ("actors", "target", "tags", "sources")
WAYS = ("column", "columns", "template", "constant")
ONLY_FOR: dict[str, tuple[str, ...]] = {  # option -> the targets for which it does something
    "format": DATES,
    "pivot": DATES,
    "split": LISTS,
    "prefix": ("id", "type"),
    "values": tuple(target for target in TARGETS if target not in DATES),
}
PLACEHOLDER = re.compile(r"\{[^{}]+\}")


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) and value else value


class Origin(BaseModel):
    """Where one target comes from: a column, several joined, a template, or a constant; then translated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str = ""
    columns: tuple[str, ...] = ()  # lists: all of them; other targets: the first that is not absent
    template: str = ""  # "{side_a} - {side_b}"
    constant: str = ""
    values: dict[str, str] = Field(default_factory=dict)  # a value of the column -> what it means; others are errors
    other: str = ""  # what any value not in `values` means, instead of an error; "*": itself
    prefix: str = ""
    split: str = ""  # separates several ids in one cell
    format: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()  # of dates, as in strptime, if they are not ISO
    pivot: int | None = None  # the last year that a two-digit year can mean
    absent: tuple[str, ...] = ()  # values that stand for nothing, such as -9


class MappingFile(BaseModel):
    """A mapping file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mapping: str
    title: str
    tested: bool = False
    note: str = ""
    source: str = ""  # whom to cite
    delimiter: str = ""  # between cells; where it is not given, it is found from the header
    encoding: str = "utf-8-sig"
    skip: Annotated[int, Field(ge=0)] = 0  # lines above the header
    columns: dict[str, Origin]
    keep: tuple[str, ...] = ()  # columns copied as they are


def mapping_names(folder: Path = SHIPPED) -> list[str]:
    """The mappings of a folder, by default those that are shipped."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_mapping(name: str, folder: Path = SHIPPED) -> MappingFile:
    """A mapping of a folder by name, or a mapping file by path.

    Raises:
        OptionError: neither.
        RecordError: located mistakes in it.
    """
    by_path = name.endswith((".yaml", ".yml"))
    path = Path(name) if by_path else folder / f"{name}.yaml"
    if not path.exists() if by_path else name not in mapping_names(folder):
        raise OptionError.of(
            f"unknown mapping '{name}'", "a mapping file (.yaml)", suggest(name, mapping_names(folder))
        )
    try:
        document = read_yaml(path, path.name)
    except OSError as error:
        raise RecordError(unreadable(error, path)) from None
    found = list(document.diagnostics)
    if isinstance(document.data, dict):
        data = _in_full(cast("dict[str, Any]", document.data))
        found += _targets(document, data)
        mapping = _validated(document, data, found)
        if mapping is not None:
            found += _mistakes(document, mapping)
            if not found:
                return mapping
    elif not found:
        found.append(document.diagnostic((), "not a mapping file", "keys such as 'mapping:' and 'columns:'"))
    raise RecordError(found)


def _in_full(data: dict[str, Any]) -> dict[str, Any]:
    """The data with `target: column` written out, and targets under their present names."""
    given: Any = data.get("columns")
    if not isinstance(given, dict):
        return data
    columns = cast("dict[str, Any]", given)
    full = {FORMER.get(k, k): {"column": v} if isinstance(v, str) else v for k, v in columns.items()}
    return {**data, "columns": full}


def _targets(document: Document, data: dict[str, Any]) -> Iterator[Diagnostic]:
    """Targets that are unknown, and needed ones that are missing."""
    columns: Any = data.get("columns")
    if not isinstance(columns, dict):
        return
    given = cast("dict[str, Any]", columns)
    for target in given:
        if target not in TARGETS:
            what = f"unknown target '{target}'"
            yield document.diagnostic(("columns", target), what, "", suggest(target, TARGETS), key=True)
    for target in NEEDED:
        if target not in given:
            yield document.diagnostic(("columns",), f"'{target}' is missing", "a column, or a constant")


def _validated(document: Document, data: dict[str, Any], found: list[Diagnostic]) -> MappingFile | None:
    try:
        return MappingFile.model_validate(data)
    except ValidationError as error:
        for item in error.errors():
            at = tuple(item["loc"])
            if at and item["type"] == "extra_forbidden":
                last = str(at[len(at) - 1])
                hint = suggest(last, Origin.model_fields if len(at) > 1 else MappingFile.model_fields)
                found.append(document.diagnostic(at, f"unknown key '{last}'", "", hint, key=True))
            else:
                found.append(document.diagnostic(at, str(item["msg"])))
    return None


def _mistakes(document: Document, mapping: MappingFile) -> Iterator[Diagnostic]:
    """What would be read otherwise than it is meant, or not at all."""
    if not NAME.fullmatch(mapping.mapping):
        what = f"'{mapping.mapping}' cannot be the name of a list"
        yield document.diagnostic(("mapping",), what, "letters a-z, digits, '_' and '-'")
    if len(mapping.delimiter) > 1:
        yield document.diagnostic(("delimiter",), f"delimiter '{mapping.delimiter}'", "one sign, or none to find it")
    try:
        codecs.lookup(mapping.encoding)
    except LookupError:
        yield document.diagnostic(("encoding",), f"unknown encoding '{mapping.encoding}'", "such as utf-8 or cp1252")
    for target, origin in mapping.columns.items():
        at = ("columns", next((old for old, new in FORMER.items() if new == target and old in _keys(document)), target))
        for where, what, expected in _origin_mistakes(target, origin):
            yield document.diagnostic((*at, *where), what, expected)


def _keys(document: Document) -> dict[str, Any]:
    return cast("dict[str, Any]", cast("dict[str, Any]", document.data)["columns"])


def _origin_mistakes(target: str, origin: Origin) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Where, what, and what was expected."""
    ways = [name for name in WAYS if getattr(origin, name)]
    if len(ways) != 1:
        what = f"{' and '.join(ways)} for '{target}'" if ways else f"nothing from which '{target}' comes"
        yield (), what, f"one of {', '.join(WAYS)}"
    for option, targets in ONLY_FOR.items():
        if getattr(origin, option) and target not in targets:
            yield (option,), f"`{option}` does nothing for '{target}'", f"only for {', '.join(targets)}"
    if origin.other and not origin.values:
        yield ("other",), "`other` without `values`", "what some values mean"
    if origin.absent and not (origin.column or origin.columns):
        yield ("absent",), "`absent` without a column", "a column in which these values stand for nothing"
    if origin.template and (re.search(r"[{}]", PLACEHOLDER.sub("", origin.template)) or "{" not in origin.template):
        yield ("template",), f"template '{origin.template}'", "names of columns in braces, such as {side_a} - {side_b}"
    for form in origin.format if target in DATES else ():
        try:
            check_format(form, origin.pivot)
        except ValueError as error:
            yield ("format",), str(error), ""


def check_header(mapping: MappingFile, header: Sequence[str], file: str, line: int) -> dict[str, int]:
    """The positions of the columns; every column that the mapping needs must be there, and each name once.

    Raises:
        RecordError: with all that are missing or stand twice.
    """
    places = positions(header)
    found = [
        Diagnostic(
            f"column '{name}' stands {_times(len(at))} ({' and '.join(ordinal(n + 1) for n in at)})",
            "each name once, so that it is clear which one is meant",
            "rename one of them in the file",
            file,
            line,
        )
        for name, at in places.items()
        if len(at) > 1
    ]
    for name in wanted(mapping):
        if name not in places:
            found.append(Diagnostic(f"no column '{name}'", "", suggest(name, list(places)), file, line))
    if found:
        raise RecordError(found)
    return {name: at[0] for name, at in places.items()}


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th ..."""
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def wanted(mapping: MappingFile) -> list[str]:
    """The columns that a mapping needs, each once."""
    names: list[str] = []
    for origin in mapping.columns.values():
        names += [origin.column] if origin.column else []
        names += [*origin.columns, *(mark[1:-1].strip() for mark in PLACEHOLDER.findall(origin.template))]
    return list(dict.fromkeys([*names, *mapping.keep]))
