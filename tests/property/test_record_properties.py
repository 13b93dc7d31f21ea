"""Properties of the record: nothing later leaks into an as-of view, every type survives every file format, damage costs
rows and never the file.
"""

import dataclasses
import datetime
import json
import re
import string
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import duckdb
import pytest
from examples import THOUSANDS
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detente.errors import RecordError
from detente.files.damaged import Item, csv_items
from detente.files.tables import csv_rows
from detente.record import Record, load_record
from detente.record.assemble import validated
from detente.record.ceasefires import ceasefires
from detente.record.cells import decode, encode, shapes, to_csv
from detente.record.entries import RECORD, Commitment, Meta, Row
from detente.record.gather import Gathered, add_table, gather
from detente.record.imports import NAMED, import_file
from detente.record.kinds import KINDS
from detente.record.lags import lags
from detente.record.ledger import ledger
from detente.record.meetings import formats, meetings
from detente.record.queries import claims, deaths
from detente.record.responses import responses
from detente.record.timeline import timeline
from detente.record.workbook import sheet_of
from detente.record.write import to_yaml
from detente.run.forms import as_data
from detente.words.workbook import workbook_bytes

MINSK = load_record(Path(__file__).parents[2] / "src" / "detente" / "cases" / "minsk")
DAYS = st.dates(datetime.date(1992, 6, 1), datetime.date(2026, 5, 1))


def pruned(record: Record, day: datetime.date) -> Record:
    """The record with every row that is dated after the day deleted, and nothing else."""

    def keep(rows: dict[str, Any], date: str) -> dict[str, Any]:
        return {id: row for id, row in rows.items() if getattr(row, date) is None or getattr(row, date) <= day}

    def statuses(row: Any) -> tuple[Any, ...]:
        return tuple(s for s in row.statuses if s.date is None or s.date <= day)

    instruments = {
        i.id: i.model_copy(
            update={
                "statuses": statuses(i),
                "commitments": tuple(
                    c.model_copy(update={"statuses": statuses(c)})
                    for c in i.commitments
                    if c.made is None or c.made <= day
                ),
            }
        )
        for i in keep(record.instruments, "date").values()
    }
    said = {
        c.id: c.model_copy(update={"others": tuple(o for o in c.others if o.date is None or o.date <= day)})
        for c in keep(record.claims, "date").values()
    }
    return dataclasses.replace(
        record,
        events=keep(record.events, "date"),
        instruments=instruments,
        claims=said,
        responses=keep(record.responses, "date"),
        ceasefires=keep(record.ceasefires, "start"),
        deaths=keep(record.deaths, "end"),
        actors=keep(record.actors, "since"),
    )


def everything(record: Record, day: datetime.date) -> str:
    """Every table as of a day."""
    cut = record.as_of(day)
    tables = [ledger(cut), ledger(cut, forgotten=True, viewpoints=[RECORD, "azerbaijan"]), lags(cut)]
    tables += [ceasefires(cut), claims(cut, ["armenia"]), timeline(cut).table()]
    for found in (responses(cut), meetings(cut), formats(cut), deaths(cut)):
        tables += found.values()
    return json.dumps([as_data(table) for table in tables], ensure_ascii=False)


@settings(max_examples=10)
@given(DAYS)
def test_deleting_what_came_later_changes_nothing(day: datetime.date) -> None:
    assert everything(pruned(MINSK, day), day) == everything(MINSK, day)


@settings(max_examples=15)
@given(DAYS, DAYS)
def test_as_of_twice_is_as_of_the_earlier(one: datetime.date, other: datetime.date) -> None:
    early = MINSK.as_of(min(one, other))
    for twice in (MINSK.as_of(one).as_of(other), MINSK.as_of(other).as_of(one)):
        assert twice.events == early.events and twice.instruments == early.instruments
        assert twice.responses == early.responses and twice.claims == early.claims


@settings(max_examples=30)
@given(DAYS)
def test_nothing_in_a_cut_is_dated_later(day: datetime.date) -> None:
    cut = MINSK.as_of(day)
    assert all(event.last <= day for event in cut.events.values())
    for commitment in cut.commitments.values():
        assert cut.made(commitment) <= day
        for status in commitment.statuses:
            assert status.date is not None and status.date <= day
            assert all(id in cut.events for id in status.events)


IDS = st.text(string.ascii_lowercase + string.digits + "_.-é", min_size=1, max_size=8)
CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co"))
TEXTS = st.text(st.one_of(CHARACTERS, st.sampled_from("\n\"',;|:#-=_ ")), max_size=30)
LINES = st.text(st.one_of(CHARACTERS, st.sampled_from("\"',;|:#-=_ ")), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | LINES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(IDS, inner, max_size=3),
    max_leaves=6,
)
COUNTS = st.lists(st.integers(0, 10**6), min_size=3, max_size=3).map(sorted)


@cache
def value_of(kind: type[Row], name: str) -> st.SearchStrategy[Any]:
    """Values for one field, from its annotation."""
    field = kind.model_fields[name]
    shape = shapes(kind)[name]
    words = {item.func.__name__ for item in field.metadata if hasattr(item, "func")}
    least = 1 if "some" in words else 0
    if shape in ("ids", "lines"):
        return st.lists(IDS if shape == "ids" else LINES, min_size=least, max_size=3).map(tuple)
    if shape == "json":
        if name == "ranks":
            return st.dictionaries(IDS, st.integers(1, 4), max_size=3)
        if name == "extended":
            return st.dictionaries(DAYS.map(str), st.just("2100-01-01"), max_size=2)
        return st.dictionaries(IDS, TEXTS if name == "reasons" else JSON, max_size=3)
    if get_origin(field.annotation) is Literal:
        return st.sampled_from([choice for choice in get_args(field.annotation) if choice])
    annotation = str(field.annotation)
    if "datetime.date" in annotation:
        day = st.dates(datetime.date(1800, 1, 1), datetime.date(2100, 12, 31))
        return day | st.none() if "None" in annotation else day
    if field.annotation is bool:
        return st.booleans()
    if name == "year":
        return st.integers(1800, 2100)
    if "int" in annotation or "float" in annotation:
        number = st.integers(0, 10**6)
        return number | st.none() if "None" in annotation else number
    if "_id" in words or name in ("actor", "format", "side", "part_of", "event", "viewpoint", "instrument"):
        return IDS
    return (TEXTS if "as_text" in words else LINES).filter(lambda text: text.strip() or not least)


@st.composite
def rows(draw: st.DrawFn, kind: type[Row]) -> Row:
    """Valid rows of a kind, without nested rows."""
    names = [name for name in kind.model_fields if name in shapes(kind) and not name_is_nested(kind, name)]
    values = {name: draw(value_of(kind, name)) for name in names}
    if "low" in values:
        values |= dict(zip(("low", "best", "high"), draw(COUNTS), strict=True))
    for start, end in (("date", "date_end"), ("start", "end")):
        if values.get(end) is not None and start in values and isinstance(values[start], datetime.date):
            values[start], values[end] = sorted((values[start], values[end]))
    if kind is Commitment:
        values["id"] = f"{values['instrument']}.{draw(IDS)}"
    return kind.model_validate(values)


@cache
def name_is_nested(kind: type[Row], name: str) -> bool:
    return "entries." in str(kind.model_fields[name].annotation)


EVERY = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def back(found: Gathered, kind: type[Row]) -> list[Row | None]:
    assert found.diagnostics == []
    result = [validated(raw, kind, found.diagnostics) for raw in found.rows]
    assert found.diagnostics == []
    return result


@EVERY
@settings(max_examples=12)
@given(data=st.data())
def test_cells_and_csv_give_the_row_back(kind: type[Row], data: st.DataObject) -> None:
    given_rows = data.draw(st.lists(rows(kind), max_size=3))
    for row in given_rows:
        assert kind.model_validate(decode(kind, encode(row))) == row
    found = Gathered()
    name = next(name for name, own in KINDS.items() if own is kind)
    add_table(csv_rows(to_csv(kind, given_rows)), "x.csv", name, found)
    assert back(found, kind) == given_rows


@EVERY
@settings(max_examples=6)
@given(data=st.data())
def test_yaml_gives_the_row_back(
    kind: type[Row], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    row = data.draw(rows(kind))
    if "id" not in kind.model_fields or kind is Commitment:
        return  # these stand inside others, see the round trip of the whole record
    name = next(name for name, own in KINDS.items() if own is kind)
    folder = tmp_path_factory.mktemp("yaml")
    (folder / f"{name}.yaml").write_text(to_yaml(name, [row]), "utf-8", newline="")
    assert back(gather(folder), kind) == [row]


@EVERY
@settings(max_examples=2)
@given(data=st.data())
def test_workbook_and_parquet_give_the_row_back(
    kind: type[Row], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    given_rows = data.draw(st.lists(rows(kind), min_size=1, max_size=3))
    name = next(name for name, own in KINDS.items() if own is kind)
    book = tmp_path_factory.mktemp("book")
    (book / "record.xlsx").write_bytes(workbook_bytes({name: sheet_of(name, given_rows)}, exact=True))
    assert back(gather(book), kind) == given_rows
    packed = tmp_path_factory.mktemp("parquet")
    (packed / "rows.txt").write_text(to_csv(kind, given_rows), "utf-8", newline="")
    options = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', nullstr = ''"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{packed / 'rows.txt'}', {options}, auto_detect = false, "
            f"columns = {{{', '.join(f'{column!r}: {chr(39)}VARCHAR{chr(39)}' for column in encode(given_rows[0]))}}}))"
            f" TO '{packed / name}.parquet' (FORMAT parquet)"
        )
    assert back(gather(packed), kind) == given_rows


@given(st.dictionaries(st.sampled_from(["title", "rules", "caveats", "parties"]), st.just(0)))
def test_a_description_of_the_wrong_shape_is_an_error_and_no_crash(wrong: dict[str, int]) -> None:
    if wrong.keys() - {"title"}:
        with pytest.raises(ValueError, match="validation error"):
            Meta.model_validate(wrong)


HEADER = "no,day,what,remark\n"
MAPPING = """
mapping: fuzz
title: Fuzz
columns: {id: no, date: day, type: what}
keep: [remark]
"""


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A small file with quotes and newlines in it, of which some bytes were replaced, taken out or put in."""
    quoted = [f'{n},2000-01-{n % 28 + 1:02},clash,"said ""x{n}"",\nand left"\n' for n in range(8)]
    lines = [*quoted, *(f"{n},2000-02-02,w,y\n" for n in range(8, 12))]
    body = bytearray("".join(lines).encode())
    for _ in range(draw(st.integers(0, 12))):
        place = draw(st.integers(0, len(body) - 1))
        byte = draw(st.sampled_from(b'"",\n\r\x00\xff\xc3;a') | st.integers(0, 255))
        action = draw(st.sampled_from(["replace", "delete", "insert", "cut"]))
        if action == "replace":
            body[place] = byte
        elif action == "delete" and len(body) > 1:
            del body[place]
        elif action == "insert":
            body.insert(place, byte)
        elif len(body) > 200:
            del body[place : place + 40]
    return HEADER.encode() + bytes(body)


@settings(max_examples=150)
@given(damaged())
def test_every_line_of_a_damaged_file_is_in_exactly_one_row(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(content)
        items = list(csv_items(path, ",", "utf-8"))
    text = content.decode("utf-8", "surrogateescape")
    inside = "".join(item.raw for item in items)
    assert "".join(inside.split()) == "".join(text.split())
    assert all(item.wrong or len(item.cells) == 4 for item in items)
    assert [item.line for item in items] == sorted({item.line for item in items})


def every_row_is_accounted_for(content: bytes) -> None:
    """An import tells of every row, and is refused only where two types would be one or no row can be read."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path, mapping, record = Path(folder) / "x.csv", Path(folder) / "fuzz.yaml", Path(folder) / "record"
        path.write_bytes(content)
        mapping.write_text(MAPPING, "utf-8")
        items = list(csv_items(path, ",", "utf-8"))[1:]
        try:
            result = import_file(str(mapping), path, record)
        except RecordError as error:
            assert not list(record.rglob("*"))
            assert all(told.line for told in error.diagnostics)
            if any(told.what.startswith("two names with one id") for told in error.diagnostics):
                return  # a doubt about all rows
            rows = "no row below the header" if not items else f"none of {len(items)} rows could be read"
            assert error.diagnostics[0].what.startswith(rows)
            assert len(error.diagnostics) == 1 + min(len(items), NAMED)
            assert not any(readable(item) for item in items)
        else:
            assert result.rows == len(items) == result.imported + result.set_aside
            assert result.imported > 0


def readable(item: Item) -> bool:
    """Whether a row is whole and has an id, a day and a type, as undamaged rows have."""
    if item.wrong:
        return False
    number, day, what, _ = item.cells
    return bool(number.strip() and what.strip() and re.fullmatch(r"2000-0[12]-0[1-9]", day))


@settings(max_examples=12)
@given(damaged())
@example(HEADER.encode() + b'"\n1,22,2000-01-03,clash,a\n,2000-01-04,clash,b\n')
@example(HEADER.encode())
def test_damaged_files_never_crash_nor_lose_a_row(content: bytes) -> None:
    every_row_is_accounted_for(content)


@pytest.mark.slow
@settings(max_examples=THOUSANDS // 10, deadline=None)
@given(damaged())
def test_a_thousand_damaged_files_never_crash_nor_lose_a_row(content: bytes) -> None:
    every_row_is_accounted_for(content)


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_as_a_list_are_read_or_refused_with_a_place(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "events.csv").write_bytes(b"id,date,type\n" + content)
        (Path(folder) / "actors.yaml").write_bytes(content)
        try:
            load_record(folder)
        except RecordError as error:
            assert all(d.file for d in error.diagnostics)
