"""Any table comes through an import whole: a row reads as it stood, or is set aside as it stood."""

import csv
import io
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from examples import THOUSANDS
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import RecordError
from detente.record import load_record
from detente.record.imports import import_file
from detente.record.publish import ImportReport

NAMES = ("no", "day", "what", "who", "dead", "words", "rest")
MAPPING = """
mapping: mine
title: Mine
columns:
  id: {column: no, prefix: x}
  date: day
  type: {column: what, values: {"1": clash, "2": meeting}}
  actors: {column: who, split: "/"}
  best: {column: dead, absent: ["-9"]}
  text: words
keep: [rest]
"""
ACTORS = {"Aland": "aland", "İlham Əliyev": "ilham_əliyev", "हिन्दी सेना": "हिन्दी_सेना", "Force No. 1": "force_no_1"}
TYPES = {"1": "clash", "2": "meeting"}
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co"))
TEXT = st.text(st.one_of(LETTERS, st.sampled_from("\n\"',;|:#-=_ /")), max_size=20)


@dataclass(frozen=True)
class Line:
    """A row of a table, and what a careful person reads in it; nothing if it is to be set aside."""

    cells: tuple[str, ...]
    read: tuple[Any, ...] | None


@cache
def days() -> st.SearchStrategy[tuple[str, tuple[str, str | None, str] | None]]:
    """The text of a date, and its first day, its end and its precision; None where it is no date."""
    day = st.dates(min_value=_day("1800-01-01"), max_value=_day("2100-12-31"))
    good = st.one_of(
        day.map(lambda d: (d.isoformat(), (d.isoformat(), None, "day"))),
        day.map(lambda d: (f"{d:%Y%m%d}", (d.isoformat(), None, "day"))),
        day.map(lambda d: (f"'{d.isoformat()}", (d.isoformat(), None, "day"))),
        day.map(lambda d: (f"{d:%Y-%m}", (f"{d:%Y-%m}-01", None, "month"))),
        day.map(lambda d: (f"{d:%Y}", (f"{d:%Y}-01-01", None, "year"))),
        st.tuples(day, day).map(sorted).map(
            lambda two: (f"{two[0]} to {two[1]}", (two[0].isoformat(), two[1].isoformat(), "day"))
        ),
    )  # fmt: skip
    bad = st.sampled_from(["", "soon", "2021-13-01", "2021-02-30", "0025-09-20", "2205-09-20", "30 or 31", "1/2/2021"])
    return st.one_of(good, good, good, bad.map(lambda text: (text, None)))


def _day(text: str) -> Any:
    import datetime

    return datetime.date.fromisoformat(text)


@cache
def counts() -> st.SearchStrategy[tuple[str, tuple[float | None] | None]]:
    """The text of a count, and the count in brackets; None where it is no count."""
    good = st.integers(0, 999_999_999).map(lambda n: (str(n), (float(n),)))
    none = st.sampled_from(["", "-9", "NA", "-"]).map(lambda text: (text, (None,)))
    bad = st.sampled_from(["-1", "3-5", "~10", "1e2", "inf", "0x10", "1_000", "1.234", "1,234", "٣"])
    return st.one_of(good, good, none, bad.map(lambda text: (text, None)))


NUMBER, WHAT = st.integers(1, 30), st.sampled_from(["1", "2", "2", "1", "3", ""])
WHO = st.lists(st.sampled_from([*ACTORS, ""]), max_size=3)
SHAPE = st.sampled_from(["whole", "whole", "whole", "whole", "short", "long"])


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    """Rows of a table; some repeat an id, some have a cell too few or too many, some say what cannot be read."""
    found: list[Line] = []
    taken: set[str] = set()
    for _ in range(draw(st.integers(1, 8))):
        number = str(draw(NUMBER))
        (day, date), (dead, best) = draw(days()), draw(counts())
        what = draw(WHAT)
        who = draw(WHO)
        words, rest = draw(TEXT), draw(TEXT)
        shape = draw(SHAPE)
        if shape != "whole":  # a damaged row ends with its line, so that it costs no other
            words, rest = words.replace("\n", " "), rest.replace("\n", " ")
        cells = (number, day, what, "/".join(who), dead, words, rest)
        read = None
        if shape == "whole" and date is not None and best is not None and what in TYPES:
            actors = " ".join(dict.fromkeys(ACTORS[name] for name in who if name))
            read = (f"x{number}", *date, TYPES[what], actors or None, *best, words.strip() or None, rest or None)
        if read is not None and number in taken:
            read = None
        elif read is not None:
            taken.add(number)
        found.append(Line({"whole": cells, "short": cells[:-1], "long": (*cells, "more")}[shape], read))
    return found


def written(rows: list[Line], delimiter: str, start: str) -> tuple[bytes, list[int]]:
    """The table as a file, and the line at which each row begins."""
    stream = io.StringIO()
    table = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    table.writerow(NAMES)
    places: list[int] = []
    for row in rows:
        places.append(stream.getvalue().count("\n") + 1)
        table.writerow(row.cells)
    return (start + stream.getvalue()).encode(), places


DATABASE = duckdb.connect()  # in memory; one for all, since opening one takes longer than reading a list


def imported(report: ImportReport) -> list[tuple[Any, ...]]:
    """What stands in the list, in the order of the file."""
    names = ("id", "date", "end", "precision", "type", "actors", "best", "text", "rest")
    columns = ", ".join(f'"{name}"' if name not in ("date", "end") else f'"{name}"::VARCHAR' for name in names)
    sql = f"SELECT source_line, {columns} FROM read_parquet('{report.file}') ORDER BY source_line"
    return DATABASE.execute(sql).fetchall()


def check_round_trip(rows: list[Line], delimiter: str, start: str) -> None:
    """Import the table; every row is in the list as it reads, or set aside as it stood, and none is in both."""
    with tempfile.TemporaryDirectory() as folder:
        file, mapping, record = (Path(folder) / name for name in ("list.csv", "mine.yaml", "record"))
        content, places = written(rows, delimiter, start)
        file.write_bytes(content)
        mapping.write_text(MAPPING, "utf-8")
        right = [(place, *row.read) for place, row in zip(places, rows, strict=True) if row.read is not None]
        if not right:
            with pytest.raises(RecordError, match=f"none of {len(rows)} rows could be read, so nothing was imported"):
                import_file(str(mapping), file, record)
            assert not record.exists()
            return
        report = import_file(str(mapping), file, record)
        assert (report.rows, report.imported, report.set_aside) == (len(rows), len(right), len(rows) - len(right))
        assert imported(report) == right
        with Path(report.set_aside_file).open(encoding="utf-8", newline="") as stream:
            aside = [(int(row["line"]), row["reason"], row["row"]) for row in csv.DictReader(stream)]
        wrong = {place: row.cells for place, row in zip(places, rows, strict=True) if row.read is None}
        stood = {line: tuple(next(csv.reader(io.StringIO(text), delimiter=delimiter))) for line, _, text in aside}
        assert len(aside) == len(wrong) and stood == wrong and all(reason for _, reason, _ in aside)
        assert load_record(record).imported[0].rows == len(right)


ANY_TABLE: dict[str, Any] = {
    "rows": lines(),
    "delimiter": st.sampled_from(",;\t|"),
    "start": st.sampled_from(["", "\ufeff"]),
}


@settings(max_examples=100)
@given(**ANY_TABLE)
def test_every_row_is_read_as_it_stood_or_set_aside_as_it_stood(rows: list[Line], delimiter: str, start: str) -> None:
    check_round_trip(rows, delimiter, start)


@pytest.mark.slow
@settings(max_examples=THOUSANDS)
@given(**ANY_TABLE)
def test_every_row_is_read_as_it_stood_or_set_aside_as_it_stood_thousands(
    rows: list[Line], delimiter: str, start: str
) -> None:
    check_round_trip(rows, delimiter, start)
