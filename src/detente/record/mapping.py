"""Mapping files: how the columns of someone's table become events; written by people, checked like every other file.

A new importer is one YAML file in the folder `mappings`.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainValidator
from pydantic import WithJsonSchema as Schema

from detente.errors import Diagnostic, OptionError, RecordError, suggest
from detente.files.access import unreadable
from detente.files.kinds import Count, Flag, Keyed, Maybe, OneOrMany, Short, Text
from detente.files.mistakes import Mistake, as_text, is_mapping, wrong
from detente.files.tables import positions
from detente.files.validate import Remarks, Written, WrittenFile, read_file
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


def _target(value: Any) -> str:
    name = as_text(value)
    if name not in (*TARGETS, *FORMER):
        raise wrong(Mistake(f"unknown target '{name}'", "", suggest(name, TARGETS)))
    return FORMER.get(name, name)


Target = Annotated[str, PlainValidator(_target), Schema({"enum": [*TARGETS, *FORMER]})]


class Origin(Written):
    """Where one target comes from: a column, several joined, a template, or a constant; then translated."""

    column: Text = Field("", description="name of a column")
    columns: OneOrMany[Text] = Field((), description="lists: all of them; other targets: the first that is not absent")
    template: Text = Field("", description='names of columns in braces: "{side_a} - {side_b}"')
    constant: Text = Field("", description="the same in every row")
    values: Annotated[dict[Text, Text], Keyed("value")] = Field(
        {}, description="a value of the column: what it means; others are set aside"
    )
    other: Text = Field("", description='what any value not in `values` means; "*": itself')
    prefix: Text = Field("", description="put in front")
    split: Text = Field("", description="separates several ids in one cell")
    format: OneOrMany[Text] = Field((), description="of dates, as in strptime, if they are not ISO")
    pivot: Maybe[Count] = Field(None, description="the last year that a two-digit year can mean")
    absent: OneOrMany[Text] = Field((), description="values that stand for nothing, such as -9")


class MappingFile(WrittenFile):
    """A mapping for imports: what becomes of the columns of a table."""

    must: ClassVar[tuple[str, ...]] = ("mapping", "title", "columns")
    mapping: Text = Field("", description="name of the list")
    title: Text = Field("", description="what the list is")
    tested: Flag = Field(False, description="whether it was tried on a file")
    note: Text = Field("", description="for readers")
    source: Text = Field("", description="whom to cite")
    delimiter: Text = Field("", description="between cells; where it is not given, it is found from the header")
    encoding: Text = Field("utf-8-sig", description="of the file")
    skip: Count = Field(0, description="lines above the header")
    columns: Annotated[dict[Target, Annotated[Origin, Short("column")]], Keyed("target")] = Field(
        {}, description="target: where it comes from; a name alone is a column"
    )
    keep: OneOrMany[Text] = Field((), description="columns copied as they are")


def mapping_names(folder: Path = SHIPPED) -> list[str]:
    """The mappings of a folder, by default those that are shipped."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_mapping(name: str, folder: Path = SHIPPED) -> MappingFile:
    """A mapping of a folder by name, or a mapping file by path.

    Raises:
        OptionError: neither.
        RecordError: located mistakes in it, all at once.
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
    return read_mapping(document)


def read_mapping(document: Document) -> MappingFile:
    """The mapping that a file holds.

    Raises:
        RecordError: located mistakes in it, all at once.
    """
    mapping, remarks = read_file(MappingFile, document)
    if mapping is not None:
        _look_over(mapping, remarks)
    if mapping is None or remarks.errors:
        raise RecordError(remarks.errors)
    return mapping


def _look_over(mapping: MappingFile, remarks: Remarks) -> None:
    """Remark on what would be read otherwise than it is meant, or not at all."""
    if mapping.has("mapping") and not NAME.fullmatch(mapping.mapping):
        what = f"'{mapping.mapping}' cannot be the name of a list"
        remarks.error(("mapping",), what, "letters a-z, digits, '_' and '-'")
    if len(mapping.delimiter) > 1:
        remarks.error(("delimiter",), f"delimiter '{mapping.delimiter}'", "one sign, or none to find it")
    try:
        codecs.lookup(mapping.encoding)
    except LookupError:
        remarks.error(("encoding",), f"unknown encoding '{mapping.encoding}'", "such as utf-8 or cp1252")
    given: Any = remarks.document.data.get("columns")
    if is_mapping(given):
        _look_over_columns(mapping, given, remarks)


def _look_over_columns(mapping: MappingFile, given: Mapping[str, Any], remarks: Remarks) -> None:
    """The same for what stands under `columns`."""
    written = {FORMER.get(key, key): key for key in given}
    for target in NEEDED:
        if target not in written:
            remarks.error(("columns",), f"'{target}' is missing", "a column, or a constant", key=True)
    for former, present in FORMER.items():
        if former in given and present in given:
            what = f"'{former}' is an earlier name of '{present}'"
            remarks.error(("columns", former), what, "one of them", key=True)
    for target, origin in mapping.columns.items():
        at = ("columns", written[target])
        if remarks.usable(at):
            for where, what, expected in _origin_mistakes(target, origin):
                remarks.error((*at, *where), what, expected)


def _origin_mistakes(target: str, origin: Origin) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Where, what, and what was expected."""
    ways = [name for name in WAYS if getattr(origin, name)]
    if len(ways) != 1:
        what = f"{' and '.join(ways)} for '{target}'" if ways else f"nothing from which '{target}' comes"
        yield (), what, f"one of {', '.join(WAYS)}"
    for option, targets in ONLY_FOR.items():
        if origin.has(option) and target not in targets:
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
