"""Reading the files of a record folder into raw rows (YAML, CSV, XLSX, Parquet); all mistakes located, all at once."""

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from detente.errors import Diagnostic, FileError, suggest
from detente.files.access import check_file, decoded, unreadable
from detente.files.tables import Numbered, csv_rows, is_blank, parquet_rows, sheets
from detente.files.yaml import At, Document, read_yaml
from detente.record.cells import decode
from detente.record.kinds import KINDS, NESTED, columns

BOOK = "record.xlsx"
META = "record.yaml"
SEPARATORS = (";", "\t", "|")  # that spreadsheets write in place of commas
ABOUT = "about"  # the sheet of a workbook that says what the record is
ELSEWHERE = "imported_lists"  # the sheet that names the imported lists, which a workbook does not hold
Locate = Callable[..., Diagnostic]  # (field path, what, expected, hint) -> a located diagnostic


@dataclass
class Raw:
    """The values of one row before validation, and how to point at them."""

    kind: str
    values: dict[str, Any]
    locate: Locate


Rows = dict[str, list[tuple[Any, Raw]]]  # kind -> its entries, validated, each with its raw values and place


@dataclass
class Gathered:
    """All that was read from a folder."""

    rows: list[Raw] = field(default_factory=list[Raw])
    meta: Raw | None = None
    files: list[Path] = field(default_factory=list[Path])
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    lost: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])  # kind and id of rows left out
    unread: set[str] = field(default_factory=set[str])  # kinds of which a file could not be read


def gather(root: Path) -> Gathered:
    """Read every file of a record folder into raw rows."""
    found = Gathered()
    for kind in KINDS:
        for suffix, reader in ((".yaml", _yaml), (".csv", _csv), (".parquet", _parquet)):
            known = len(found.diagnostics)
            _read(root / f"{kind}{suffix}", found, lambda path, reader=reader, kind=kind: reader(path, kind, found))
            if len(found.diagnostics) > known and not any(raw.kind == kind for raw in found.rows):
                found.unread |= {kind, *NESTED.get(KINDS[kind], {}).values()}
    _read(root / BOOK, found, lambda path: read_book(path, found))
    _read(root / META, found, lambda path: _meta(path, found))
    return found


def _read(path: Path, found: Gathered, how: Callable[[Path], object]) -> None:
    """Read a file if there is one; what the system or its kind refuses is among what is wrong."""
    if not path.exists() and not path.is_symlink():
        return
    found.files.append(path)
    try:
        check_file(path)
        with path.open("rb"):  # a folder, a dead link, no permission: said once, in the same words for every kind
            pass
        how(path)
    except FileError as error:
        found.diagnostics += error.diagnostics
    except OSError as error:
        found.diagnostics.append(unreadable(error, _name(path)))


def _name(path: Path) -> str:
    return "/".join(path.parts[-3:])


def _pointing(document: Document, at: At) -> Locate:
    def locate(where: tuple[Any, ...], what: str, expected: str = "", hint: str = "", key: bool = False) -> Diagnostic:
        return document.diagnostic((*at, *where), what, expected, hint, key)

    return locate


def _meta(path: Path, found: Gathered) -> None:
    document = read_yaml(path, _name(path))
    found.diagnostics += document.diagnostics
    if isinstance(document.data, dict):
        found.meta = Raw("record", cast("dict[str, Any]", document.data), _pointing(document, ()))
    elif document.data is not None or not document.diagnostics:
        what = "the file is empty" if document.data is None else "not a description of a record"
        found.diagnostics.append(document.diagnostic((), what, "keys such as 'compiled:'"))


def _yaml(path: Path, kind: str, found: Gathered) -> None:
    document = read_yaml(path, _name(path))
    found.diagnostics += document.diagnostics
    data: Any = document.data
    if data is None:
        if not document.diagnostics:
            hint = "or take the file away"
            found.diagnostics.append(document.diagnostic((), "the file is empty", f"'{kind}:' and its entries", hint))
        return
    if isinstance(data, dict) and set(cast("dict[str, Any]", data)) == {kind}:
        _entries(data[kind], kind, (document, (kind,)), {}, found)
    else:
        expected = f"a single key '{kind}' with entries by id"
        found.diagnostics.append(document.diagnostic((), "not a list of this kind", expected, f"begin with '{kind}:'"))


def _entries(node: Any, kind: str, place: tuple[Document, At], extra: dict[str, Any], found: Gathered) -> None:
    """Rows of one kind: a mapping by id, or a list of mappings."""
    document, at = place
    items: list[tuple[Any, Any]] = []
    if isinstance(node, dict):
        items = list(cast("dict[Any, Any]", node).items())
    elif isinstance(node, list):
        items = list(enumerate(cast("list[Any]", node)))
    elif node is not None:
        found.diagnostics.append(document.diagnostic(at, f"not entries of '{kind}'", "a mapping by id, or a list"))
    for key, value in items:
        here = (*at, key)
        if not isinstance(value, dict):
            found.diagnostics.append(document.diagnostic(here, f"not an entry of '{kind}'", "a mapping"))
            continue
        values: dict[str, Any] = {**cast("dict[str, Any]", value), **extra}
        if isinstance(key, str):
            parent = extra.get("instrument")
            values.setdefault("id", f"{parent}.{key}" if kind == "commitments" and parent else key)
        _split(values, kind, document, here, found)
        found.rows.append(Raw(kind, values, _pointing(document, here)))


def _split(values: dict[str, Any], kind: str, document: Document, at: At, found: Gathered) -> None:
    """Take nested rows out of a mapping; they become rows of their own kind that point back."""
    back = {"touches": "event", "commitments": "instrument", "statuses": "subject", "relations": "claim"}
    for name, nested in NESTED.get(KINDS[kind], {}).items():
        if name in values:
            _entries(values.pop(name), nested, (document, (*at, name)), {back[nested]: values.get("id")}, found)


def _csv(path: Path, kind: str, found: Gathered) -> None:
    text = decoded(path.read_bytes(), _name(path))
    if not text.strip():
        expected = f"a header such as {','.join(list(columns(KINDS[kind]))[:4])}"
        found.diagnostics.append(Diagnostic("the file is empty", expected, "or take the file away", _name(path), 1, 1))
        return
    add_table(csv_rows(text), _name(path), kind, found)


def _parquet(path: Path, kind: str, found: Gathered) -> None:
    add_table(parquet_rows(path, _name(path)), _name(path), kind, found)


def add_table(rows: Iterable[Numbered], name: str, kind: str, found: Gathered, *, whole: bool = True) -> None:
    """Add the rows of a table with a header to what was gathered.

    Args:
        rows: the header first.
        name: of the file or sheet.
        kind: of the entries.
        found: takes rows and mistakes.
        whole: a row has a cell for every column; in a sheet, empty cells at its end may be missing.
    """
    header: list[str] | None = None
    line = 1
    try:
        for line, row in rows:
            if is_blank(row):
                continue
            if header is None:
                other = _other_separator(row, kind)
                if other:
                    what, hint = f"its cells are separated by {other!r}", "save it as CSV with commas"
                    found.diagnostics.append(Diagnostic(what, "commas between cells", hint, name, line, 1))
                    return
                header = _header(row, (name, line), kind, found)
            else:
                lacking = 0 if whole else max(0, len(header) - len(row))
                cells = [*row, *[""] * lacking]
                if len(cells) == len(header):
                    _record_row(dict(zip(header, cells, strict=True)), (name, line), kind, found)
                else:
                    found.lost += [(kind, cell) for name, cell in zip(header, row, strict=False) if name == "id"]
                    hint = "a cell may be empty, but its comma stays; a text with commas stands in quotes"
                    what = f"{len(row)} cells instead of {len(header)}"
                    found.diagnostics.append(Diagnostic(what, "as many as in the header", hint, name, line, 0))
    except csv.Error as error:
        opened = "end of data" in str(error)
        what = "a quote opens in this row and is never closed" if opened else f"not CSV: {error}"
        hint = 'a quote inside a text is written twice (""), and the text stands in quotes'
        found.diagnostics.append(Diagnostic(what, "quotes in pairs", hint, name, line + 1, 0))


def _other_separator(row: list[str], kind: str) -> str:
    """The sign that stands between the columns of a header in place of commas; "" where commas do."""
    known = columns(KINDS[kind])
    signs = (sign for sign in SEPARATORS if len(row) == 1 and sign in row[0])
    return next((sign for sign in signs if {part.strip() for part in row[0].split(sign)} & {*known}), "")


def _header(row: list[str], place: tuple[str, int], kind: str, found: Gathered) -> list[str]:
    header = [column.strip() for column in row]
    known = columns(KINDS[kind])
    for n, column in enumerate(header):
        if column not in known:
            what = f"unknown column '{column}'"
            found.diagnostics.append(Diagnostic(what, "", suggest(column, known), *place))
        elif header.index(column) < n:
            found.diagnostics.append(Diagnostic(f"column '{column}' stands twice", "each once", "", *place))
    return header


def _record_row(cells: dict[str, str], place: tuple[str, int], kind: str, found: Gathered) -> None:
    def locate(where: tuple[Any, ...], what: str, expected: str = "", hint: str = "", key: bool = False) -> Diagnostic:
        column = str(where[0]) if where else ""
        text = f"column '{column}': {what}" if column else what
        return Diagnostic(text, expected, hint, place[0], place[1], 0)

    known = columns(KINDS[kind])
    try:
        values = decode(KINDS[kind], {column: text for column, text in cells.items() if column in known})
        found.rows.append(Raw(kind, values, locate))
    except ValueError as error:
        found.diagnostics.append(locate((), str(error)))


def read_book(path: Path, found: Gathered) -> list[str]:
    """Read the sheets of a workbook whose names are kinds.

    Returns:
        What the workbook does not bring along, as sentences: sheets that are no list of a record, and imported lists.

    Raises:
        FileError: not a workbook.
        MissingExtra: openpyxl is not installed.
    """
    left: list[str] = []
    known = (*KINDS, ABOUT, ELSEWHERE)
    for name, rows in sheets(path):
        if name == ABOUT:
            found.meta = _about(rows, f"{path.name}:{ABOUT}", found)
        elif name == ELSEWHERE:
            left += [
                f"the imported list '{cells[0]}' is not in the workbook; copy its files by hand"
                for _, cells in rows[1:]
            ]
        elif name in KINDS:
            add_table(rows, f"{path.name}:{name}", name, found, whole=False)
        else:
            hint = suggest(name, known) if len(name) > 3 else ""
            left.append(f"the sheet '{name}' is no list of a record and was left out{f'; {hint}' if hint else ''}")
    return left


def _about(rows: list[Numbered], name: str, found: Gathered) -> Raw:
    """The record's description of itself from a sheet of keys and JSON values."""
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for line, cells in rows[1:]:
        lines[cells[0]] = line
        try:
            values[cells[0]] = json.loads(cells[1]) if len(cells) > 1 else None
        except json.JSONDecodeError as error:
            found.diagnostics.append(Diagnostic(f"'{cells[0]}': not JSON ({error})", file=name, line=line))

    def locate(where: tuple[Any, ...], what: str, expected: str = "", hint: str = "", key: bool = False) -> Diagnostic:
        return Diagnostic(what, expected, hint, name, lines.get(str(where[0]), 1) if where else 1)

    return Raw("record", values, locate)
