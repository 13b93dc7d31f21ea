"""Tables that people bring: workbooks that are none, Parquet that is none, and what the system refuses."""

import errno
import os
import zipfile
from pathlib import Path

import pytest

from detente.errors import FileError
from detente.files.access import unreadable, unwritable
from detente.files.damaged import csv_items
from detente.files.tables import first_sheet, parquet_rows, positions, sheets
from detente.files.whole import write_bytes, write_text

openpyxl = pytest.importorskip("openpyxl", reason="the extra `xlsx` is not installed")
BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = openpyxl.Workbook()
    made.active.append(["id", "date"])
    made.active.append(["E1", "2020-01-01"])
    made.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def changed(book: Path, part: str, change) -> Path:
    """The workbook with one of its parts rewritten."""
    target = book.with_name("crafted.xlsx")
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w") as made:
        for item in source.infolist():
            content = source.read(item.filename)
            made.writestr(item.filename, change(content) if item.filename == part else content)
    return target


def test_sheets_as_numbered_rows(book: Path) -> None:
    assert sheets(book) == [("Sheet", [(1, ["id", "date"]), (2, ["E1", "2020-01-01"])])]
    assert list(first_sheet(book)) == [(1, ["id", "date"]), (2, ["E1", "2020-01-01"])]


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_anything_is_expanded(part: str, encoding: str, book: Path) -> None:
    def with_entities(content: bytes) -> bytes:
        text = content.decode("utf-8")
        body = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
        return (BOMB + body.replace("E1", "&b;&b;")).replace('"1.0"', f'"1.0" encoding="{encoding}"').encode(encoding)

    crafted = changed(book, part, with_entities)
    for read in (sheets, lambda path: list(first_sheet(path))):
        with pytest.raises(
            FileError, match=r"crafted\.xlsx: not an XLSX workbook: its part .* declares a document type"
        ):
            read(crafted)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b"E1", b"&nothing;"),
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: b"\x00\xff" * 50,
    ],
)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_a_damaged_workbook_is_a_sentence(change, part: str, book: Path) -> None:
    crafted = changed(book, part, change)
    try:
        found = sheets(crafted)
    except FileError as error:
        assert "crafted.xlsx: not an XLSX workbook: " in str(error)
    else:
        assert found  # the library can do without this part


def test_what_is_no_workbook_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("no,day\n", "utf-8")
    with pytest.raises(FileError, match=r"x\.xlsx: not an XLSX workbook: File is not a zip file"):
        sheets(tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "y.xlsx", "w") as made:
        made.writestr("a.txt", "a")
    with pytest.raises(FileError, match=r"y\.xlsx: not an XLSX workbook: "):
        sheets(tmp_path / "y.xlsx")
    with pytest.raises(FileError, match=r"z\.xlsx: cannot be read: there is no such file"):
        sheets(tmp_path / "z.xlsx")


def test_what_is_no_parquet_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "events.parquet").write_bytes(b"PAR1")
    with pytest.raises(FileError, match=r"events\.parquet: not a Parquet file that can be read: "):
        parquet_rows(tmp_path / "events.parquet", "events.parquet")


def test_positions_of_columns() -> None:
    assert positions([" a", "", "b", "a ", " "]) == {"a": [0, 3], "b": [2]}


def test_lines_above_the_header_are_skipped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('A "title\n\n,,\na,b\n1,2\n', "utf-8")
    assert [(item.line, item.cells) for item in csv_items(path, ",", "utf-8", skip=1)] == [
        (4, ["a", "b"]),
        (5, ["1", "2"]),
    ]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "cannot be written: the disk is full; expected room on the disk"),
        (errno.EACCES, "cannot be written: you have no permission; expected a file or folder that you may write"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EIO, os.strerror(errno.EIO).lower()),
    ],
)
def test_refusals_of_the_system_are_sentences_with_the_path(number: int, words: str) -> None:
    error = OSError(number, os.strerror(number))
    assert str(unwritable(error, Path("a/b.csv"))).startswith("a/b.csv: ") and words in str(unwritable(error, "x"))
    assert "cannot be read" in str(unreadable(error, "x"))


def test_a_write_that_is_refused_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch) -> None:
    write_text(tmp_path / "x.txt", "old")

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(FileError, match=r"x\.txt: cannot be written: input/output error"):
        write_bytes(tmp_path / "x.txt", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"] and (tmp_path / "x.txt").read_text("utf-8") == "old"


def test_a_folder_or_a_file_in_the_way_of_a_write(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(FileError, match="folder: cannot be written: a folder has this name"):
        write_bytes(tmp_path / "folder", b"x")
    with pytest.raises(FileError, match=r"cannot be written: (a file has this name|a part of the path is a file)"):
        write_bytes(tmp_path / "file" / "x", b"x")
