"""Importing long lists: streamed row by row, bad rows set aside with line and reason, published whole or not at all.

Everything is prepared in a temporary folder outside the case. What makes an import part of a record is its description
`imported/NAME.json`, replaced last in one step; a process that is killed before leaves the record as it was.
"""

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from detente.errors import Diagnostic, RecordError
from detente.files.keys import file_digest
from detente.files.whole import write_text
from detente.record.files import IMPORTED
from detente.record.mapping import NUMBERS, PLACES, TARGETS, Getter, Mapping, check_header, converters, load_mapping
from detente.record.model import check_range
from detente.record.rows import MOST_CHARACTERS, Item, csv_items

Progress = Callable[[float, str], None]
LINE = "source_line"
PACKED = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480"  # small groups keep memory flat
ROOM = 4 * MOST_CHARACTERS  # bytes that a row may take
TYPES = {"date": "DATE", "date_end": "DATE", LINE: "BIGINT", **dict.fromkeys((*NUMBERS, *PLACES), "DOUBLE")}


@dataclass(frozen=True)
class _Plan:
    """How to read one file."""

    mapping: Mapping
    file: Path
    names: tuple[str, ...]  # columns of the result
    getters: list[tuple[str, Getter]]
    kept: list[int]


def import_file(
    mapping: str | Mapping, file: Path, folder: Path, name: str | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Import a CSV or XLSX file into `folder/imported` as Parquet, replacing an earlier import of the same name.

    Args:
        mapping: name of a shipped mapping, path of a mapping file, or a mapping.
        file: the file.
        folder: the record folder.
        name: name of the list; default the mapping's.
        progress: called with the share done and what is being done.

    Returns:
        {"rows", "imported", "set_aside", "file", "set_aside_file"}; imported + set_aside = rows.

    Raises:
        OptionError: an unknown mapping.
        RecordError: no such file, not a table, or columns missing from its header.
        MissingExtra: an XLSX file without openpyxl.
    """
    tell = progress or _quiet
    rules = load_mapping(mapping) if isinstance(mapping, str) else mapping
    if not file.is_file():
        raise RecordError(Diagnostic("no such file", "a CSV or XLSX file", file=file.as_posix()))
    staging = Path(tempfile.mkdtemp(prefix="detente-import-"))
    try:
        items = _items(rules, file, lambda done: tell(0.8 * done / max(1, file.stat().st_size), f"reading {file.name}"))
        header = next(items, None)
        if header is None or header.wrong:
            raise RecordError(Diagnostic("no header", "a table with a header", file=file.as_posix(), line=1))
        plan = _plan(rules, file, header.cells)
        rows, aside = _stage(plan, items, staging)
        tell(0.85, "packing")
        packed, repeated = _unrepeated(plan, _pack(plan, staging), staging, tell)
        tell(0.95, "publishing")
        return _publish(plan, (rows, aside + repeated), packed, folder / IMPORTED, name or rules.mapping)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _quiet(_share: float, _words: str) -> None:
    """Progress that nobody asked for."""


def _items(mapping: Mapping, file: Path, progress: Callable[[int], None]) -> Iterator[Item]:
    if file.suffix.lower() in (".xlsx", ".xlsm"):
        from detente.record.xlsx import first_sheet

        width = 0
        for line, cells in first_sheet(file):
            width = width or len(cells)
            padded = cells + [""] * (width - len(cells))
            wrong = f"{len(cells)} cells, {width} in the header" if len(cells) > width else ""
            yield Item(line, padded, [json.dumps(cells, ensure_ascii=False)], wrong)
        return
    try:
        yield from csv_items(file, mapping.delimiter, mapping.encoding, progress)
    except (UnicodeError, LookupError) as error:
        what = f"not text in {mapping.encoding}: {error}"
        raise RecordError(Diagnostic(what, "another `encoding` in the mapping", file=file.as_posix())) from None


def _plan(mapping: Mapping, file: Path, header: Sequence[str]) -> _Plan:
    at = check_header(mapping, header, file.name)
    targets = [target for target in TARGETS if target in mapping.columns]
    ready = dict(converters(mapping, at))
    kept = [f"original_{name}" if name in TARGETS else name for name in mapping.keep]
    names = (LINE, *targets, *kept)
    return _Plan(mapping, file, names, [(t, ready[t]) for t in targets], [at[name] for name in mapping.keep])


def _stage(plan: _Plan, items: Iterator[Item], staging: Path) -> tuple[int, int]:
    """Write good rows to staged.csv and bad ones to aside.csv; returns how many of all and of bad ones there are."""
    rows = bad = 0
    with (
        (staging / "staged.csv").open("w", encoding="utf-8", newline="") as good_file,
        _aside(staging) as bad_file,
    ):
        good, aside = csv.writer(good_file), csv.writer(bad_file)
        good.writerow(plan.names)
        aside.writerow(("line", "reason", "row"))
        check = _checker(plan)
        for item in items:
            rows += 1
            if not item.wrong:
                try:
                    good.writerow(check(item))
                    continue
                except ValueError as error:
                    item.wrong = str(error)
            bad += 1
            aside.writerow((item.line, item.wrong, item.raw.rstrip("\r\n")))
    return rows, bad


def _aside(staging: Path) -> TextIO:
    return (staging / "aside.csv").open("a", encoding="utf-8", errors="surrogateescape", newline="")


def _checker(plan: _Plan) -> Callable[[Item], list[str]]:
    """The checks of one row, with everything looked up beforehand."""
    getters = [getter for _, getter in plan.getters]
    place = {target: n + 1 for n, (target, _) in enumerate(plan.getters)}
    start, end = place["date"], place.get("date_end")
    numbers = [place.get(name) for name in NUMBERS]
    kept = plan.kept

    def check(item: Item) -> list[str]:
        cells = item.cells
        row = [str(item.line), *[getter(cells) for getter in getters], *[cells[n] for n in kept]]
        if end is not None and row[end] and row[end] < row[start]:
            raise ValueError(f"date_end {row[end]} lies before date {row[start]}")
        low, best, high = (float(row[n]) if n is not None and row[n] else None for n in numbers)
        check_range(low, best, high)
        return row

    return check


def _connect(staging: Path) -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET memory_limit = '192MB'")
    connection.execute("SET threads = 1")
    connection.execute("SET temp_directory = ?", [str(staging / "spill")])
    return connection


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _pack(plan: _Plan, staging: Path) -> Path:
    """The staged rows as Parquet."""
    types = ", ".join(f"{_literal(name)}: '{TYPES.get(name, 'VARCHAR')}'" for name in plan.names)
    source = (
        f"read_csv({_literal(str(staging / 'staged.csv'))}, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"nullstr = '', parallel = false, auto_detect = false, max_line_size = {2 * ROOM}, buffer_size = {4 * ROOM}, "
        f"columns = {{{types}}})"
    )
    packed = staging / "list.parquet"
    with _connect(staging) as connection:
        connection.execute(f"COPY (SELECT * FROM {source}) TO {_literal(str(packed))} ({PACKED})")
    return packed


def _unrepeated(plan: _Plan, packed: Path, staging: Path, tell: Progress) -> tuple[Path, int]:
    """Set aside rows whose id came before; returns the list without them, and how many they were."""
    listed = f"read_parquet({_literal(str(packed))})"
    with _connect(staging) as connection:
        found = connection.execute(
            f"WITH twice AS (SELECT id, min({LINE}) AS first FROM {listed} GROUP BY id HAVING count(*) > 1) "
            f"SELECT s.{LINE}, t.id, t.first FROM {listed} s JOIN twice t ON s.id = t.id WHERE s.{LINE} > t.first"
        ).fetchall()
        repeated = {int(line): f"id '{id}' stands twice (first at line {first})" for line, id, first in found}
        if not repeated:
            return packed, 0
        rest = staging / "unrepeated.parquet"
        connection.execute("CREATE TABLE repeated (line BIGINT)")
        connection.execute("INSERT INTO repeated SELECT unnest(?)", [list(repeated)])
        connection.execute(
            f"COPY (SELECT * FROM {listed} WHERE {LINE} NOT IN (SELECT line FROM repeated)) "
            f"TO {_literal(str(rest))} ({PACKED})"
        )
    with _aside(staging) as stream:
        aside = csv.writer(stream)
        for item in _items(plan.mapping, plan.file, lambda _done: tell(0.92, "setting repeated ids aside")):
            if item.line in repeated:
                aside.writerow((item.line, repeated[item.line], item.raw.rstrip("\r\n")))
    return rest, len(repeated)


def _publish(plan: _Plan, counts: tuple[int, int], packed: Path, folder: Path, name: str) -> dict[str, Any]:
    rows, bad = counts
    with _connect(packed.parent) as connection:
        written = connection.execute(
            "SELECT count(*), min(date), max(date) FROM read_parquet(?)", [str(packed)]
        ).fetchone()
    good, first, last = written or (-1, None, None)
    if good + bad != rows:
        what = f"{rows} rows were read, {good} written and {bad} set aside, so nothing was imported"
        raise RecordError(Diagnostic(what, "all of them to add up", file=plan.file.as_posix()))
    digest = file_digest(plan.file)
    file, aside = f"{name}.{digest[:12]}.parquet", f"{name}.set_aside.csv"
    about = {
        "name": name, "file": file, "rows": good, "set_aside": bad, "of": plan.file.name, "sha256": digest,
        "mapping": plan.mapping.mapping, "title": plan.mapping.title, "tested": plan.mapping.tested,
        "source": plan.mapping.source, "first": str(first or ""), "last": str(last or ""),
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    _put(packed, folder / file)
    _put(packed.parent / "aside.csv", folder / aside)
    write_text(folder / f"{name}.json", json.dumps(about, ensure_ascii=False, indent=1) + "\n")
    for old in folder.glob(f"{name}.*.parquet"):
        if old.name != file:
            old.unlink()
    result: dict[str, Any] = {"rows": rows, "imported": good, "set_aside": bad}
    return {**result, "file": str(folder / file), "set_aside_file": str(folder / aside)}


def _put(source: Path, target: Path) -> None:
    """Copy a file whole: under another name first, then replaced in one step."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as out, source.open("rb") as content:
            shutil.copyfileobj(content, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
