"""Loading a record: its files read, checked as a whole and put together."""

from pathlib import Path

from detente.errors import Diagnostic, RecordError
from detente.record.assemble import assemble
from detente.record.gather import BOOK, Gathered, gather, read_book
from detente.record.record import Record
from detente.record.shelf import IMPORTED, read_shelf


def load_record(folder: str | Path) -> Record:
    """Read a record from a folder, or from the folder `record` inside a case.

    Lists are `<kind>.yaml`, `.csv` or `.parquet` for the kinds of `detente.record.kinds.KINDS`, `record.xlsx` holds
    them as sheets, `record.yaml` says what the record is; none of them must exist.

    Raises:
        RecordError: no record there, or mistakes in it; every one is located.
    """
    where = Path(folder)
    root = where / "record" if (where / "record").is_dir() else where
    if not root.is_dir():
        raise RecordError(Diagnostic(f"no record at {where}", "a folder with record files", "detente gallery"))
    gathered = gather(root)
    if not gathered.files and not (root / IMPORTED).is_dir():
        names = "sources, events, instruments, claims ..."
        raise RecordError(Diagnostic(f"no record files in {root}", f"{names} as .yaml, .csv, .parquet, or {BOOK}"))
    imported = read_shelf(root, gathered.diagnostics)
    return assemble(gathered, root, imported)


def load_book(path: Path) -> tuple[Record, list[str]]:
    """Read a record from a workbook whose sheets are named like the lists.

    Returns:
        The record, and what the workbook does not bring along, as sentences.

    Raises:
        FileError: not a workbook.
        RecordError: mistakes in it, located by sheet and row.
        MissingExtra: openpyxl is not installed.
    """
    found = Gathered(files=[path])
    left = read_book(path, found)
    return assemble(found, path.parent, ()), left
