"""Importing long lists: streamed row by row, bad rows set aside with line and reason, published whole or not at all.

What is read is what stands there: a text that cannot be read for certain sets its row aside, and what is wrong with a
whole column (day and month in two orders, two names with one id, a header name that stands twice) stops the import.
"""

import codecs
import csv
import functools
import io
import itertools
import json
import operator
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from detente.errors import Diagnostic, FileError, RecordError
from detente.files.access import AS_UTF8, BEGINNING, check_file, other_encoding, unreadable, unwritable
from detente.files.damaged import MOST_CHARACTERS, Item, csv_items
from detente.files.tables import BOOKS, first_sheet, is_blank, positions
from detente.record.convert import Converter
from detente.record.fields import CONTROL, check_range
from detente.record.foreign_dates import OtherOrder
from detente.record.mapping import NUMBERS, PLACES, TARGETS, MappingFile, check_header, load_mapping, wanted
from detente.record.names import REMEMBERED, same_name
from detente.record.publish import LINE, ImportReport, Prepared, connect, publish, quoted
from detente.record.shelf import IMPORTED, check_name
from detente.record.staging import staging_folder

Progress = Callable[[float, str], None]
PACKED = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480"  # rows; small groups keep memory flat
ROOM = 4 * MOST_CHARACTERS  # bytes that a row may take: UTF-8 has at most four per character
UNLIKE = "unlike.csv"  # of the staged rows: lines whose id does not show the text that it was made from, and the text
COLUMNS = {"date": "DATE", "end": "DATE", LINE: "BIGINT", **dict.fromkeys((*NUMBERS, *PLACES), "DOUBLE")}
DELIMITERS = ",;\t|"
HEAD = 10  # rows in which a header is looked for
NAMED = 20  # lines or names that a message lists


@dataclass
class _Doubts:
    """What speaks against a whole column rather than a row."""

    other_order: list[int] = field(default_factory=list[int])  # lines with day and month the other way round
    why: str = ""  # of the first of them


@dataclass(frozen=True)
class _Plan:
    """How to read one file."""

    mapping: MappingFile
    file: Path
    delimiter: str
    header: Item
    convert: Converter
    targets: tuple[str, ...]  # beside the id and the dates
    doubts: _Doubts = field(default_factory=_Doubts)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the list."""
        names = [LINE, "id", "date", "end", "precision", *self.targets]
        taken = {*TARGETS, *names}
        for name in self.mapping.keep:
            while name.lower() in taken:  # columns of a database are the same in any letter case
                name = f"original_{name}"  # noqa: PLW2901
            taken.add(name.lower())
            names.append(name)
        return tuple(names)


def import_file(
    mapping: str | MappingFile, file: Path, folder: Path, name: str | None = None, progress: Progress | None = None
) -> ImportReport:
    """Import a CSV or XLSX file into `folder/imported` as Parquet, replacing an earlier import of the same name.

    Args:
        mapping: name of a shipped mapping, path of a mapping file, or a mapping.
        file: the file.
        folder: the record folder.
        name: name of the list; default the mapping's.
        progress: called with the share done and what is being done.

    Raises:
        OptionError: an unknown mapping, or a name that no list can have.
        RecordError: the table cannot be read as the mapping says, or none of its rows can; nothing was changed.
        FileError: a file cannot be read or written; nothing was changed.
        MissingExtra: an XLSX file without openpyxl.
    """
    tell = progress or _quiet
    rules = load_mapping(mapping) if isinstance(mapping, str) else mapping
    listed = check_name(name or rules.mapping)
    try:
        check_file(file)
        size = file.stat().st_size
        with file.open("rb"):
            pass
    except OSError as error:
        raise FileError(unreadable(error, file)) from None
    with staging_folder() as staging, _told(staging):
        plan = _plan(rules, file)
        items = _items(
            plan.mapping, file, plan.delimiter, lambda n: tell(0.8 * n / max(1, size), f"reading {file.name}")
        )
        rows, aside = _stage(plan, itertools.islice(items, 1, None), staging)
        _check_columns(plan)
        tell(0.85, "packing")
        with connect(staging) as connection:
            packed, repeated = _unrepeated(plan, _pack(plan, staging, connection), staging, connection)
        if repeated:
            _set_aside(plan, repeated, staging, tell)
        bad = aside + len(repeated)
        if rows == bad:
            raise _nothing_read(plan, rows, staging)
        tell(0.95, "publishing")
        prepared = Prepared(packed, staging / "aside.csv", rows, bad)
        report = publish(prepared, rules, file, folder / IMPORTED, listed)
    return report.after(_found(plan))


def _quiet(_share: float, _words: str) -> None:
    """Progress that nobody asked for."""


@contextmanager
def _told(staging: Path) -> Generator[None]:
    """What the system refuses while an import is prepared, as a sentence."""
    import duckdb

    try:
        yield
    except OSError as error:
        raise FileError(unwritable(error, staging)) from None
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        what = f"the import could not be prepared in {staging.parent}: {str(error).splitlines()[0]}"
        raise FileError(Diagnostic(what, "room there, or another folder in TMPDIR")) from None


# ---- the file and its header -----------------------------------------------------------------------------------------


def _items(
    mapping: MappingFile, file: Path, delimiter: str, progress: Callable[[int], None] | None = None
) -> Iterator[Item]:
    """The rows of a file that hold anything, its header first."""
    if file.suffix.lower() in BOOKS:
        yield from _book_items(mapping, file)
        return
    try:
        for item in csv_items(file, delimiter, mapping.encoding, progress, mapping.skip):
            if item.wrong or not is_blank(item.cells):
                yield item
    except UnicodeError as error:
        what = f"not text in {mapping.encoding}: {error}"
        raise RecordError(Diagnostic(what, "another `encoding` in the mapping", file=file.as_posix())) from None
    except OSError as error:
        raise FileError(unreadable(error, file)) from None


def _book_items(mapping: MappingFile, file: Path) -> Iterator[Item]:
    width = 0
    for line, cells in first_sheet(file):
        if line <= mapping.skip:
            continue
        width = width or len(cells)
        padded = cells + [""] * (width - len(cells))
        wrong = f"{len(cells)} cells instead of {width}" if len(cells) > width else ""
        yield Item(line, padded, [json.dumps(cells, ensure_ascii=False)], wrong)


def _plan(mapping: MappingFile, file: Path) -> _Plan:
    """How a file is to be read, from its header.

    Raises:
        RecordError: no header, or not the header that the mapping needs.
    """
    _check_encoding(mapping, file)
    delimiter = mapping.delimiter or _delimiter(mapping, file)
    items = _items(mapping, file, delimiter)
    header = next(items, None)
    if header is not None and "\0" in header.raw:
        what, hint = "a NUL in the header", "name its `encoding` in the mapping"
        raise RecordError(Diagnostic(what, f"text in {mapping.encoding}", hint, file.name, header.line))
    if header is None or header.wrong:
        raise RecordError(Diagnostic("no header", "a table with a header", file=file.as_posix(), line=1))
    missing = [name for name in wanted(mapping) if name not in positions(header.cells)]
    hint = _likely_header(mapping, file) if missing else ""
    if hint:
        what = f"not the header that the mapping needs: no column {', '.join(map(repr, missing))}"
        raise RecordError(Diagnostic(what, "", hint, file.name, header.line))
    at = check_header(mapping, header.cells, file.name, header.line)
    targets = tuple(t for t in TARGETS if t in mapping.columns and t not in ("id", "date", "end", "precision"))
    return _Plan(mapping, file, delimiter, header, Converter(mapping, at), targets)


def _check_encoding(mapping: MappingFile, file: Path) -> None:
    """Refuse a file of which the first bytes tell that it is in another encoding than the mapping says.

    Raises:
        RecordError: with what to write in the mapping.
    """
    wide = codecs.lookup(mapping.encoding).name.startswith(("utf-16", "utf-32"))
    if wide or file.suffix.lower() in BOOKS:
        return
    with file.open("rb") as stream:
        found = other_encoding(stream.read(BEGINNING))
    if found:
        hint = f"write `encoding: {found}` in the mapping, or {AS_UTF8}"
        expected = f"text in {mapping.encoding}, as the mapping says"
        raise RecordError(Diagnostic(f"its text is in {found}", expected, hint, file.name, 1))


def _delimiter(mapping: MappingFile, file: Path) -> str:
    """The sign by which the header has most of the columns that the mapping needs; a comma where none is better."""
    lines = _head(mapping, file, mapping.skip)
    first = next((line for line in lines if not is_blank([line.strip("".join(DELIMITERS) + " \r\n")])), "")
    return max(DELIMITERS, key=lambda sign: _fit(mapping, first, sign))


def _fit(mapping: MappingFile, line: str, delimiter: str) -> int:
    """How many of the columns that a mapping needs stand in a line."""
    rows = list(csv.reader([line], delimiter=delimiter))
    cells = rows[0] if rows else []
    return len(set(wanted(mapping)) & positions(cells).keys())


def _head(mapping: MappingFile, file: Path, skip: int) -> list[str]:
    """The first lines of a text file below those that are skipped."""
    if file.suffix.lower() in BOOKS:
        return []
    try:
        with file.open("rb") as binary, io.TextIOWrapper(binary, mapping.encoding, "replace", newline="") as stream:
            return list(itertools.islice(stream, skip, skip + HEAD))
    except UnicodeError as error:
        what = f"not text in {mapping.encoding}: {error}"
        raise RecordError(Diagnostic(what, "another `encoding` in the mapping", file=file.as_posix())) from None


def _likely_header(mapping: MappingFile, file: Path) -> str:
    """What to write so that the line which looks like the header is taken for it; "" if none does."""
    if file.suffix.lower() in BOOKS:
        rows = ((line, len(set(wanted(mapping)) & positions(cells).keys()), "") for line, cells in first_sheet(file))
        found = list(itertools.islice(rows, HEAD))
    else:
        lines = list(enumerate(_head(mapping, file, 0), 1))
        found = [(n, _fit(mapping, line, sign), sign) for n, line in lines for sign in DELIMITERS]
    line, fit, sign = max(found, key=lambda row: row[1], default=(0, 0, ""))
    if fit < len(wanted(mapping)):
        return ""
    skip = f"`skip: {line - 1}`" if line - 1 != mapping.skip else ""
    split = f"`delimiter: {sign!r}`" if mapping.delimiter and sign != mapping.delimiter else ""
    cures = " and ".join(filter(None, (skip, split)))
    return f"line {line} looks like the header; write {cures} in the mapping" if cures else ""


def _found(plan: _Plan) -> list[str]:
    """What was found out about the file, to be said."""
    if plan.mapping.delimiter or plan.delimiter == "," or plan.file.suffix.lower() in BOOKS:
        return []
    return [f"{plan.file.name}: its cells are separated by {plan.delimiter!r} (found from the header)"]


# ---- rows ------------------------------------------------------------------------------------------------------------


def _stage(plan: _Plan, items: Iterator[Item], staging: Path) -> tuple[int, int]:
    """Write good rows to staged.csv and bad ones to aside.csv; returns how many of all and of bad ones there are."""
    rows = bad = 0
    with (
        (staging / "staged.csv").open("w", encoding="utf-8", newline="") as good_file,
        _aside(staging) as bad_file,
        (staging / UNLIKE).open("w", encoding="utf-8", newline="") as unlike_file,
    ):
        good, aside = csv.writer(good_file), csv.writer(bad_file)
        good.writerow(plan.names)
        aside.writerow(("line", "reason", "row"))
        check = _checker(plan, csv.writer(unlike_file).writerow)
        for item in items:
            rows += 1
            if not item.wrong:
                try:
                    good.writerow(check(item))
                    continue
                except OtherOrder as error:
                    item.wrong = str(error)
                    plan.doubts.why = plan.doubts.why or item.wrong
                    plan.doubts.other_order.append(item.line)
                except ValueError as error:
                    item.wrong = str(error)
            bad += 1
            aside.writerow((item.line, item.wrong, as_it_stood(item)))
    return rows, bad


def _aside(staging: Path) -> TextIO:
    return (staging / "aside.csv").open("a", encoding="utf-8", errors="surrogateescape", newline="")


def as_it_stood(item: Item) -> str:
    """The text of a row; a NUL, which no table can hold, is drawn."""
    return item.raw.rstrip("\r\n").replace("\0", "\u2400")


def _checker(plan: _Plan, note: Callable[[Sequence[str]], object]) -> Callable[[Item], list[str]]:
    """The checks of one row, with everything looked up beforehand; `note` takes line and text of ids unlike it."""
    convert = plan.convert
    dates, identity = convert.dates, convert.identity
    names = convert.names
    getters = [convert.getter(target) for target in plan.targets]
    low, best, high = (plan.targets.index(name) if name in plan.targets else None for name in NUMBERS)
    places = [convert.at[name] for name in plan.mapping.keep]
    kept: Callable[[Sequence[str]], Sequence[str]] = (
        operator.itemgetter(*places) if len(places) > 1 else lambda cells: [cells[n] for n in places]
    )

    @functools.lru_cache(REMEMBERED)
    def ranged(*counts: str) -> None:
        check_range(*(float(count) if count else None for count in counts))

    def check(item: Item) -> list[str]:
        cells = item.cells
        names.line = item.line
        found = [getter(cells) for getter in getters]
        id, unlike = identity(cells)
        row = [str(item.line), id, *dates(cells), *found, *kept(cells)]
        ranged(
            "" if low is None else found[low], "" if best is None else found[best], "" if high is None else found[high]
        )
        text = "".join(row)
        if not text.isprintable():  # newlines are not printable either, but this rules most rows out at once
            strange = CONTROL.search(text.replace("\r", ""))
            if strange:
                raise ValueError(f"control character U+{ord(strange.group()):04X}; is the file in another encoding?")
        if unlike:
            note((row[0], unlike))
        return row

    return check


def _check_columns(plan: _Plan) -> None:
    """Refuse a file of which a whole column would be read wrongly.

    Raises:
        RecordError: day and month stand in two orders, or two names would share an id.
    """
    name = plan.file.name
    found = [
        Diagnostic(f"two names with one id: {told}", "", _APART, name, line)
        for told, line in plan.convert.names.told()[:NAMED]
    ]
    wrong = plan.doubts.other_order
    if wrong:
        others = f", and so {_listed(wrong[1:], 'has', 'have')}" if len(wrong) > 1 else ""
        found.append(Diagnostic(f"{plan.doubts.why}{others}", _ONE_ORDER, "", name, wrong[0]))
        both = _both_ways(plan)
        if both:
            what = f"{_listed(both, 'reads', 'read')} both ways, and may have been meant otherwise"
            found.append(Diagnostic(what, "", "", name, both[0], severity="note"))
    if found:
        raise RecordError(found)


_APART = 'write `values` for the column and give one of them another id (`other: "*"` keeps the rest as it is)'
_ONE_ORDER = "one order of day and month in the column"


def _both_ways(plan: _Plan) -> list[int]:
    """Lines whose date is another one with day and month the other way round."""
    items = itertools.islice(_items(plan.mapping, plan.file, plan.delimiter), 1, None)
    texts = ((item.line, plan.convert.date_text(item.cells)) for item in items if not item.wrong)
    return [line for line, text in texts if text.strip("' ") and plan.convert.date.reads_both_ways(text)]


def _listed(lines: list[int], one: str, several: str) -> str:
    """Lines as the subject of a verb: "line 3 reads", "lines 3, 5 read"."""
    shown = ", ".join(map(str, lines[:NAMED]))
    more = "" if len(lines) <= NAMED else f" and {len(lines) - NAMED} more"
    return f"line {shown} {one}" if len(lines) == 1 else f"lines {shown}{more} {several}"


def _pack(plan: _Plan, staging: Path, connection: Any) -> Path:
    """The staged rows as Parquet."""
    types = ", ".join(f"{quoted(name)}: '{COLUMNS.get(name, 'VARCHAR')}'" for name in plan.names)
    source = (
        f"read_csv({quoted(str(staging / 'staged.csv'))}, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"nullstr = '', parallel = false, auto_detect = false, max_line_size = {2 * ROOM}, buffer_size = {4 * ROOM}, "
        f"columns = {{{types}}})"
    )
    packed = staging / "all.parquet"
    connection.execute(f"COPY (SELECT * FROM {source}) TO {quoted(str(packed))} ({PACKED})")
    return packed


def _unrepeated(plan: _Plan, packed: Path, staging: Path, connection: Any) -> tuple[Path, dict[int, str]]:
    """The list without rows whose id came before, and why each of them is to be set aside, by line.

    Raises:
        RecordError: an id came before from another text.
    """
    listed, kept = f"read_parquet({quoted(str(packed))})", staging / "list.parquet"
    found = connection.execute(
        f"WITH twice AS (SELECT id, min({LINE}) AS first FROM {listed} GROUP BY id HAVING count(*) > 1) "
        f"SELECT s.{LINE}, t.id, t.first FROM {listed} s JOIN twice t ON s.id = t.id WHERE s.{LINE} > t.first "
        f"ORDER BY s.{LINE}"
    ).fetchall()
    if not found:
        return packed, {}
    _refuse_clashes(plan, found, staging)
    repeated = {int(line): f"id '{id}' stands twice (first at line {first})" for line, id, first in found}
    connection.execute("CREATE TABLE repeated (line BIGINT)")
    connection.execute("INSERT INTO repeated SELECT unnest(?)", [list(repeated)])
    connection.execute(
        f"COPY (SELECT * FROM {listed} WHERE {LINE} NOT IN (SELECT line FROM repeated)) "
        f"TO {quoted(str(kept))} ({PACKED})"
    )
    return kept, repeated


def _refuse_clashes(plan: _Plan, found: list[tuple[int, str, int]], staging: Path) -> None:
    """Refuse an id that stands twice because two texts became one.

    Raises:
        RecordError: with both texts.
    """
    with (staging / UNLIKE).open(encoding="utf-8", newline="") as stream:
        texts = {int(line): text for line, text in csv.reader(stream)}
    prefix = plan.mapping.columns["id"].prefix
    clashes: list[Diagnostic] = []
    for line, id, first in found:
        one, other = (texts.get(n, id.removeprefix(prefix)) for n in (first, line))
        if same_name(one) != same_name(other):
            what = f"two names with one id: '{one}' (line {first}) and '{other}' both become '{id}'"
            clashes.append(Diagnostic(what, "", _APART, plan.file.name, line))
    if clashes:
        raise RecordError(clashes[:NAMED])


def _set_aside(plan: _Plan, repeated: dict[int, str], staging: Path, tell: Progress) -> None:
    with _aside(staging) as stream:
        aside = csv.writer(stream)
        words = "setting repeated ids aside"
        for item in _items(plan.mapping, plan.file, plan.delimiter, lambda _done: tell(0.92, words)):
            if item.line in repeated:
                aside.writerow((item.line, repeated[item.line], as_it_stood(item)))


def _nothing_read(plan: _Plan, rows: int, staging: Path) -> RecordError:
    """That nothing was imported, and why each of the first rows was not."""
    name = plan.file.name
    if rows == 0:
        what = "no row below the header, so nothing was imported or replaced"
        return RecordError(Diagnostic(what, "rows", file=name, line=plan.header.line))
    with (staging / "aside.csv").open(encoding="utf-8", errors="surrogateescape", newline="") as stream:
        aside = list(itertools.islice(csv.DictReader(stream), NAMED))
    more = f" (the first {NAMED})" if rows > NAMED else ""
    what = f"none of {rows} rows could be read, so nothing was imported or replaced; their reasons follow{more}"
    first = Diagnostic(what, "", "check the mapping against the file", name, plan.header.line)
    return RecordError([first, *(Diagnostic(row["reason"], file=name, line=int(row["line"])) for row in aside)])
