"""The record as a workbook: nothing is dropped without a word, and what comes back is the same record."""

import dataclasses
from pathlib import Path

import pytest
from synthetic_record import record_of, world

from detente.errors import FileError, OptionError, RecordError
from detente.record import Record, load_record
from detente.record.imports import import_file
from detente.record.load import load_book
from detente.record.workbook import book_of
from detente.record.write import write_record
from detente.verbs.record import export_book, import_book
from detente.words.tables import Sheet
from detente.words.workbook import workbook_bytes

pytest.importorskip("openpyxl", reason="the extra `xlsx` is not installed")
EVENTS = (
    "id,date,type,actors,text,low,best,high,sources,responds_to\n"
    "E1,2000-01-01,clash,aland,Fighting at the bridge,3,4,5,S1,\n"
    "E2,2000-01-02,clash,aland,Fighting near the bridge,4,4,9,S2,\n"
    "E3,2000-02-01,statement,cord,Regret,,,,S1,E2\n"
)


def same(one: Record, other: Record) -> list[str]:
    """The parts in which two records differ."""
    own = ("folder", "files", "warnings", "imported")
    names = [field.name for field in dataclasses.fields(one) if field.name not in own]
    return [name for name in names if getattr(one, name) != getattr(other, name)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    case = tmp_path / "case"
    case.mkdir()
    (case / "events.csv").write_text(EVENTS, "utf-8")
    (case / "sources.csv").write_text("id,title\nS1,A\nS2,=1+1\n", "utf-8")
    (case / "merges.csv").write_text("keep,drop,why\nE1,E2,same bridge\nE1,x1,same list\n", "utf-8")
    (case / "record.yaml").write_text("compiled: 2001-01-01\ntitle: The bridge\n", "utf-8")
    mapping = tmp_path / "mine.yaml"
    mapping.write_text("mapping: mine\ntitle: Mine\ncolumns: {id: no, date: day, type: what}\n", "utf-8")
    (tmp_path / "list.csv").write_text("no,day,what\nx1,2000-01-01,clash\nx2,2000-01-01,clash\n", "utf-8")
    import_file(str(mapping), tmp_path / "list.csv", case)
    return case


def test_merges_come_back_and_imported_lists_are_told(folder: Path, tmp_path: Path) -> None:
    told: list[str] = []
    export_book(folder, tmp_path / "book.xlsx", told.append)
    assert told == [f"the imported list 'mine' (2 rows) is not in the workbook; it stays in {folder / 'imported'}"]
    read, left = load_book(tmp_path / "book.xlsx")
    assert left == ["the imported list 'mine' is not in the workbook; copy its files by hand"]
    assert same(load_record(folder), read) == []
    assert not load_record(folder).warnings  # x1 stands in the imported list
    assert [merge.drop for merge in read.merges] == ["E2", "x1"] and set(read.events) == {"E1", "E3"}
    assert read.events["E3"].responds_to == ("E1",) and read.events["E1"].high == 9

    told.clear()
    counts = import_book(tmp_path / "book.xlsx", tmp_path / "new", told.append)
    assert counts["merges"] == 2 and told == left
    assert same(load_record(folder), load_record(tmp_path / "new")) == []


def test_taking_the_merge_out_of_what_was_written_makes_two_events_again(folder: Path, tmp_path: Path) -> None:
    write_record(load_record(folder), tmp_path / "copy")
    (tmp_path / "copy" / "merges.csv").unlink()
    events = load_record(tmp_path / "copy").events
    assert set(events) == {"E1", "E2", "E3"} and events["E1"].high == 5 and events["E2"].sources == ("S2",)


def test_sheets_that_are_no_list_are_told(tmp_path: Path) -> None:
    sheets = {
        "events": Sheet(("id", "date", "type"), [("E1", "2000-01-01", "clash")]),
        "touchs": Sheet(("x",), []),
        "my": Sheet(("x",), []),
    }
    (tmp_path / "book.xlsx").write_bytes(workbook_bytes(sheets))
    told: list[str] = []
    import_book(tmp_path / "book.xlsx", tmp_path / "new", told.append)
    assert told == [
        "the sheet 'touchs' is no list of a record and was left out; did you mean 'touches'?",
        "the sheet 'my' is no list of a record and was left out",
    ]


@pytest.mark.parametrize("text", ["\u2066\u0645\u2069 \u202bx\u202c", "_x0041_ and _x005F_", "=1+1", "y" * 32_700])
def test_every_text_comes_back_letter_by_letter(text: str, tmp_path: Path) -> None:
    rows, meta = world()
    rows["events"][0]["text"] = text
    write_record(record_of(rows, meta), tmp_path / "record")
    export_book(tmp_path / "record", tmp_path / "book.xlsx")
    assert same(load_record(tmp_path / "record"), load_book(tmp_path / "book.xlsx")[0]) == []


def test_a_text_longer_than_a_cell_is_refused_with_its_place() -> None:
    rows, meta = world()
    rows["events"][0]["text"] = "x" * 32_768
    with pytest.raises(RecordError, match="'text' of E1 in events has 32768 characters; expected at most 32767"):
        book_of(record_of(rows, meta))


def test_only_a_workbook_is_written(folder: Path, tmp_path: Path) -> None:
    for name in ("book.csv", "book.docx", "book"):
        with pytest.raises(
            OptionError, match=f"{name}' does not say in which form to write; expected a file that ends in"
        ):
            export_book(folder, tmp_path / name)
        assert not (tmp_path / name).exists()


def test_nothing_to_read_and_nowhere_to_write_are_both_said(tmp_path: Path) -> None:
    book, target = tmp_path / "book.xlsx", tmp_path / "target"
    book.write_bytes(workbook_bytes({"Sheet1": Sheet(("a",), [("b",)])}))
    nothing = r"book\.xlsx: nothing in it is a list of a record; expected sheets named like the lists"
    with pytest.raises(OptionError, match=nothing):
        import_book(book, target)
    assert not target.exists()
    target.write_text("kept")
    with pytest.raises(OptionError, match=rf"{nothing}(.*\n)+.*/target: a file cannot receive a record"):
        import_book(book, target)
    book.write_bytes(workbook_bytes({"actors": Sheet(("id", "name", "kind"), [("a", "A", "party")])}))
    with pytest.raises(OptionError, match=r"target: a file cannot receive a record; expected a new folder"):
        import_book(book, target)
    assert target.read_text() == "kept"


def test_a_folder_that_holds_something_is_not_written_into(folder: Path, tmp_path: Path) -> None:
    export_book(folder, tmp_path / "book.xlsx")
    with pytest.raises(OptionError, match="is not empty"):
        import_book(tmp_path / "book.xlsx", folder)
    with pytest.raises(FileError, match=r"cannot be written: a part of the path is a file"):
        import_book(tmp_path / "book.xlsx", tmp_path / "list.csv" / "new")
