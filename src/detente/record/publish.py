"""Publishing a prepared list: new before old, the difference said, and nothing half done whenever the process dies.

The rows and the rows set aside get names of their own content, so they never overwrite what is there. The description
`NAME.json` is replaced last, in one step; before it the old list stands, after it the new one. What an earlier process
left behind is removed by the next import of the list.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from detente.errors import Diagnostic, FileError, RecordError
from detente.files.access import unwritable
from detente.files.keys import file_digest
from detente.files.locks import held
from detente.files.whole import write_stream, write_text
from detente.record.mapping import MappingFile
from detente.record.shelf import KEY, parts_of, read_shelf

LINE = "source_line"
MEMORY = "192MB"  # for the database: rows are streamed, sorting and joining spill to the disk beyond this


@dataclass(frozen=True)
class Prepared:
    """A list that is ready: its rows, the rows set aside, and how many were read and set aside."""

    packed: Path
    aside: Path
    rows: int
    bad: int


@dataclass(frozen=True)
class ImportReport:
    """What an import brought: imported + set_aside = rows; `notes` says what was found out and what changed."""

    rows: int
    imported: int
    set_aside: int
    file: str
    set_aside_file: str
    notes: tuple[str, ...] = ()

    def after(self, notes: list[str]) -> "ImportReport":
        """The report with other notes before its own."""
        return replace(self, notes=(*notes, *self.notes))

    @property
    def data(self) -> dict[str, Any]:
        """What programs read."""
        names = ("rows", "imported", "set_aside", "file", "set_aside_file")
        return {name: getattr(self, name) for name in names}


def publish(prepared: Prepared, mapping: MappingFile, source: Path, folder: Path, name: str) -> ImportReport:
    """Put a list beside the record.

    Args:
        prepared: the list.
        mapping: how it was read.
        source: from which file.
        folder: `imported` of the record.
        name: under which it stands.

    Raises:
        RecordError: rows were lost on the way; nothing was changed.
        FileError: something cannot be written; the old list stands.
    """
    good, first, last = _counted(prepared.packed)
    if good + prepared.bad != prepared.rows:
        what = f"{prepared.rows} rows were read, {good} written and {prepared.bad} set aside, so nothing was imported"
        raise RecordError(Diagnostic(what, "all of them to add up", file=source.as_posix()))
    file = f"{name}.{file_digest(prepared.packed)[:KEY]}.parquet"
    aside = f"{name}.{file_digest(prepared.aside)[:KEY]}.set_aside.csv"
    about = {
        "name": name, "file": file, "rows": good, "set_aside": prepared.bad, "set_aside_file": aside,
        "of": source.name, "sha256": file_digest(source), "mapping": mapping.mapping, "title": mapping.title,
        "tested": mapping.tested, "source": mapping.source, "first": str(first or ""), "last": str(last or ""),
    }  # fmt: skip
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with held(folder):
            notes = _difference(folder, name, prepared.packed)
            for path, target in ((prepared.packed, file), (prepared.aside, aside)):
                with path.open("rb") as stream:
                    write_stream(folder / target, stream)
            write_text(folder / f"{name}.json", json.dumps(about, ensure_ascii=False, indent=1) + "\n")
            _clear(folder, name, {file, aside})
    except OSError as error:
        raise FileError(unwritable(error, folder)) from None
    return ImportReport(prepared.rows, good, prepared.bad, str(folder / file), str(folder / aside), tuple(notes))


def _counted(packed: Path) -> tuple[int, Any, Any]:
    with connect(packed.parent) as connection:
        dates = 'min(date), greatest(max(date), max("end"))'
        found = connection.execute(f"SELECT count(*), {dates} FROM read_parquet(?)", [str(packed)]).fetchone()
    return found or (-1, None, None)


def _clear(folder: Path, name: str, keep: set[str]) -> None:
    """Remove what earlier imports of this list left: replaced files, and temporary ones of processes that died."""
    pattern = parts_of(name)
    for path in folder.iterdir():
        if path.name not in keep and pattern.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _difference(folder: Path, name: str, packed: Path) -> list[str]:
    """What a new list changes of the one that stands there under its name, as sentences."""
    if not (folder / f"{name}.json").exists():
        return []
    wrong: list[Diagnostic] = []
    old = next((one for one in read_shelf(folder.parent, wrong) if one.name == name), None)
    if old is None:
        return [f"the list '{name}' that stood here could not be read and is replaced"]
    changes = _changes(old.path, packed)
    if changes is None:
        return [f"the list '{name}' that stood here could not be read and is replaced"]
    said = ", ".join(f"{count} rows {word}" for word, count in changes.items())
    return [f"the list '{name}' is replaced: {said}" if any(changes.values()) else f"the list '{name}' stays the same"]


def _changes(old: Path, new: Path) -> Mapping[str, int] | None:
    """How many rows a new list adds, lacks and changes (in a column that both have); None: the old cannot be read."""
    import duckdb

    with connect(new.parent) as connection:
        try:
            lists = [_columns(connection, path) for path in (old, new)]
        except duckdb.Error:
            return None
        shared = sorted((lists[0] & lists[1]) - {LINE, "id"})
        row = f"hash({', '.join(_column(name) for name in shared)})" if shared else "0"
        one, other = (f"(SELECT id, {row} AS content FROM read_parquet({quoted(str(path))}))" for path in (old, new))
        found = connection.execute(
            "SELECT count(*) FILTER (o.id IS NULL), count(*) FILTER (n.id IS NULL), "
            "count(*) FILTER (o.content <> n.content) "
            f"FROM {one} o FULL JOIN {other} n ON o.id = n.id"
        ).fetchone()
    return dict(zip(("added", "gone", "changed"), found or (0, 0, 0), strict=True))


def _columns(connection: Any, path: Path) -> set[str]:
    rows = connection.execute(f"DESCRIBE FROM read_parquet({quoted(str(path))})").fetchall()
    return {str(row[0]) for row in rows}


def connect(staging: Path) -> Any:
    """A database in memory that spills into the staging folder."""
    import duckdb

    return duckdb.connect(config={"memory_limit": MEMORY, "threads": 1, "temp_directory": str(staging / "spill")})


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
