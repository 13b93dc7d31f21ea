"""Reading a record folder: every list from YAML, CSV, XLSX or Parquet; every mistake located, all of them at once."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from detente.errors import Diagnostic, RecordError, suggest
from detente.files.yaml import At, Document, read_yaml
from detente.record.model import Meta, Row
from detente.record.record import Imported, Record
from detente.record.table import KINDS, NESTED, columns, decode

IMPORTED = "imported"
BOOK = "record.xlsx"
ABOUT = "about"  # the sheet of a workbook that says what the record is
Locate = Callable[..., Diagnostic]  # (field path, what, expected, hint) -> a located diagnostic


@dataclass
class Raw:
    """The values of one row before validation, and how to point at them."""

    kind: str
    values: dict[str, Any]
    locate: Locate


@dataclass
class Gathered:
    """All that was read from a folder."""

    rows: list[Raw] = field(default_factory=list[Raw])
    meta: Raw | None = None
    files: list[Path] = field(default_factory=list[Path])
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])


def load_record(folder: str | Path) -> Record:
    """Read a record from a folder, or from the folder `record` inside a case.

    Lists are `<kind>.yaml`, `.csv` or `.parquet` for the kinds of `detente.record.table.KINDS`, `record.xlsx` holds
    them as sheets, `record.yaml` says what the record is; none of them must exist.

    Raises:
        RecordError: no record there, or mistakes in it; every one is located.
    """
    from detente.record.check import assemble

    where = Path(folder)
    root = where / "record" if (where / "record").is_dir() else where
    if not root.is_dir():
        raise RecordError(Diagnostic(f"no record at {where}", "a folder with record files", "detente gallery"))
    gathered = gather(root)
    if not gathered.files and not (root / IMPORTED).is_dir():
        names = "sources, events, instruments, claims ..."
        raise RecordError(Diagnostic(f"no record files in {root}", f"{names} as .yaml, .csv, .parquet, or {BOOK}"))
    return assemble(gathered, root, read_imported(root))


def gather(root: Path) -> Gathered:
    """Read every file of a record folder into raw rows."""
    found = Gathered()
    for kind in KINDS:
        for suffix, reader in ((".yaml", _yaml), (".csv", _csv), (".parquet", _parquet)):
            path = root / f"{kind}{suffix}"
            if path.is_file():
                found.files.append(path)
                reader(path, _name(path), kind, found)
    if (root / BOOK).is_file():
        found.files.append(root / BOOK)
        read_book(root / BOOK, found)
    if (root / "record.yaml").is_file():
        found.files.append(root / "record.yaml")
        document = read_yaml(root / "record.yaml", _name(root / "record.yaml"))
        found.diagnostics += document.diagnostics
        if isinstance(document.data, dict):
            found.meta = Raw("record", cast("dict[str, Any]", document.data), _pointing(document, ()))
    return found


def _name(path: Path) -> str:
    return "/".join(path.parts[-3:])


def _pointing(document: Document, at: At) -> Locate:
    def locate(where: tuple[Any, ...], what: str, expected: str = "", hint: str = "", key: bool = False) -> Diagnostic:
        return document.diagnostic((*at, *where), what, expected, hint, key)

    return locate


def _yaml(path: Path, name: str, kind: str, found: Gathered) -> None:
    document = read_yaml(path, name)
    found.diagnostics += document.diagnostics
    data: Any = document.data
    if data is None:
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


def _csv(path: Path, name: str, kind: str, found: Gathered) -> None:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        found.diagnostics.append(Diagnostic(f"not UTF-8 at byte {error.start}", "UTF-8 text", file=name))
        return
    add_table(csv_rows(text), name, kind, found)


def csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of CSV text with the line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1


def add_table(rows: Iterator[tuple[int, list[str]]], name: str, kind: str, found: Gathered) -> None:
    """Add the rows of a table with a header to what was gathered."""
    header: list[str] | None = None
    line = 1
    try:
        for line, row in rows:
            if header is None:
                header = _header(row, name, kind, found)
            elif any(row):
                _record_row(dict(zip(header, row, strict=False)), len(row) - len(header), (name, line), kind, found)
    except csv.Error as error:
        found.diagnostics.append(Diagnostic(f"not CSV: {error}", file=name, line=line + 1))


def _header(row: list[str], name: str, kind: str, found: Gathered) -> list[str]:
    header = [column.strip() for column in row]
    known = columns(KINDS[kind])
    for column in header:
        if column not in known:
            what = f"unknown column '{column}'"
            found.diagnostics.append(Diagnostic(what, "", suggest(column, known), name, 1))
        elif header.count(column) > 1:
            found.diagnostics.append(Diagnostic(f"column '{column}' stands twice", "each once", "", name, 1))
    return header


def _record_row(cells: dict[str, str], excess: int, place: tuple[str, int], kind: str, found: Gathered) -> None:
    def locate(where: tuple[Any, ...], what: str, expected: str = "", hint: str = "", key: bool = False) -> Diagnostic:
        column = str(where[0]) if where else ""
        text = f"column '{column}': {what}" if column else what
        return Diagnostic(text, expected, hint, place[0], place[1], 0)

    if excess > 0:
        found.diagnostics.append(locate((), f"{excess} more cells than columns", "as many as in the header"))
        return
    known = columns(KINDS[kind])
    try:
        values = decode(KINDS[kind], {column: text for column, text in cells.items() if column in known})
        found.rows.append(Raw(kind, values, locate))
    except ValueError as error:
        found.diagnostics.append(locate((), str(error)))


def _parquet(path: Path, name: str, kind: str, found: Gathered) -> None:
    import duckdb

    with duckdb.connect() as connection:
        table = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [str(column[0]) for column in table.description or ()]
        cells = table.fetchall()
    texts = [["" if value is None else str(value) for value in row] for row in cells]
    add_table(iter(enumerate([names, *texts], 1)), name, kind, found)


def read_book(path: Path, found: Gathered) -> None:
    """Read the sheets of a workbook whose names are kinds; other sheets are the analyst's own and are left alone."""
    from detente.record.xlsx import sheets

    for kind, rows in sheets(path, (*KINDS, ABOUT)):
        if kind == ABOUT:
            found.meta = _about(rows, f"{path.name}:{ABOUT}", found)
        else:
            add_table(iter(rows), f"{path.name}:{kind}", kind, found)


def _about(rows: list[tuple[int, list[str]]], name: str, found: Gathered) -> Raw:
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


def read_imported(root: Path) -> tuple[Imported, ...]:
    """The imported lists of a record: those with a whole `import.json`-style description."""
    result: list[Imported] = []
    for path in sorted((root / IMPORTED).glob("*.json")):
        about: dict[str, Any] = json.loads(path.read_text("utf-8"))
        result.append(Imported(path.stem, root / IMPORTED / str(about["file"]), int(about["rows"]), about))
    return tuple(result)


def validated(raw: Raw, kind: type[Row], diagnostics: list[Diagnostic]) -> Row | None:
    """A row from its raw values, or None with what is wrong added to the diagnostics."""
    try:
        return kind.model_validate(raw.values)
    except ValidationError as error:
        for item in error.errors():
            diagnostics.append(_explained(raw, kind, item))
        return None


def _explained(raw: Raw, kind: type[Row], item: Any) -> Diagnostic:
    at = tuple(item["loc"])
    known = [name for name in kind.model_fields if name != "id"]
    if item["type"] == "extra_forbidden":
        return raw.locate(at, f"unknown key '{at[-1]}'", "", suggest(str(at[-1]), known), key=True)
    if item["type"] == "missing":
        return raw.locate((), f"'{at[-1]}' is missing", "", f"a row of '{raw.kind}' needs it")
    if item["type"] == "literal_error":
        expected = str(item["ctx"]["expected"])
        return raw.locate(at, f"'{item['input']}' is not known", expected, suggest(str(item["input"]), []))
    message = str(item["msg"]).removeprefix("Value error, ")
    return raw.locate(at, message)


def load_meta(raw: Raw | None, diagnostics: list[Diagnostic]) -> Meta:
    """The record's description of itself."""
    meta = None if raw is None else validated(raw, Meta, diagnostics)
    return meta if isinstance(meta, Meta) else Meta()


def load_book(path: Path) -> Record:
    """Read a record from a workbook whose sheets are named like the lists.

    Raises:
        RecordError: not a workbook, or mistakes in it, located by sheet and row.
        MissingExtra: openpyxl is not installed.
    """
    from detente.record.check import assemble

    found = Gathered(files=[path])
    read_book(path, found)
    return assemble(found, path.parent, ())
