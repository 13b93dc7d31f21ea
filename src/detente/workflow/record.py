"""Verbs of the record: ledger, timeline, queries, pictures, importing and spreadsheets. No game theory is loaded."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import Diagnostic, OptionError, RecordError, suggest
from detente.files.whole import write_bytes, write_text
from detente.record.entries import RECORD
from detente.run import Table

if TYPE_CHECKING:
    from detente.record import CutRecord, Record
    from detente.record.publish import ImportReport

CASES = Path(__file__).resolve().parent.parent / "cases"
QUERIES = ("response", "meetings", "ceasefires", "deaths", "formats", "lags", "claims", "duplicates")
Progress = Callable[[float, str], None]
Tell = Callable[[str], None]  # says something beside the result, such as on stderr


def record_folder(case: str | Path) -> Path:
    """Where a case is: a folder, else a shipped case of that name; a local folder wins.

    Raises:
        RecordError: neither; with a suggestion.
    """
    path = Path(case)
    if path.is_dir():
        return path
    shipped = sorted(entry.name for entry in CASES.iterdir() if entry.is_dir())
    if str(case) in shipped:
        return CASES / str(case)
    hint = suggest(str(case), shipped)
    raise RecordError(Diagnostic(f"no folder and no shipped case '{case}'", "a folder with record files", hint))


def open_record(case: str | Path) -> "Record":
    """The record of a case or of a folder that holds only record files."""
    from detente.record import load_record

    return load_record(record_folder(case))


def stood(case: str | Path, as_of: str | None = None, tell: Tell | None = None) -> "CutRecord":
    """The record of a case as it stood on a day, by default the day it was compiled; what that leaves out is told."""
    record = open_record(case)
    cut = record.as_of(as_of)
    later = [warning for warning in record.warnings if "after the record was compiled" in warning.what]
    if tell is not None and as_of is None and later:
        tell(f"{len(later)} entries are not shown; {later[0]}")
    return cut


def case_date(case: str | Path) -> str | None:
    """The date from which a case is analysed, read from `as_of:` in its case.yaml; None if it has no such line."""
    path = record_folder(case) / "case.yaml"
    if not path.is_file():
        return None
    found = re.search(r"^as_of:\s*['\"]?(\d{4}-\d{2}-\d{2})", path.read_text("utf-8"), re.MULTILINE)
    return found.group(1) if found else None


def ledger(
    case: str | Path,
    as_of: str | None = None,
    *,
    by: str = "instrument",
    forgotten: bool = False,
    viewpoints: Sequence[str] = (RECORD,),
    years: float = 5.0,
    tell: Tell | None = None,
) -> dict[str, Table]:
    """The ledger of a case, see `detente.record.ledger`; `as_of` defaults to the day the record was compiled."""
    from detente.record.ledger import ledger as work

    record = stood(case, as_of, tell)
    return {"ledger": work(record, by=by, forgotten=forgotten, viewpoints=viewpoints, years=years)}


def timeline(
    case: str | Path,
    as_of: str | None = None,
    types: Sequence[str] = (),
    actors: Sequence[str] = (),
    viewpoints: Sequence[str] = (),
    tell: Tell | None = None,
) -> dict[str, Table]:
    """The events of a case as a table."""
    from detente.record.timeline import timeline as work
    from detente.record.views import with_views

    record = stood(case, as_of, tell)
    table = work(record, types, actors).table()
    return {"timeline": with_views(record, table, viewpoints) if viewpoints else table}


def query(
    name: str,
    case: str | Path,
    as_of: str | None = None,
    viewpoints: Sequence[str] = (),
    options: dict[str, Any] | None = None,
    tell: Tell | None = None,
) -> dict[str, Table]:
    """One of the computed tables of a record (`QUERIES`), as one or several sides see it if asked.

    Raises:
        OptionError: an unknown query, viewpoint or date.
    """
    from detente.record.views import with_views

    if name not in QUERIES:
        raise OptionError.of(f"unknown query '{name}'", hint=suggest(name, QUERIES))
    record = stood(case, as_of, tell)
    tables = _query(name, record, viewpoints, options or {})
    if not viewpoints or name == "claims":
        return tables
    return {key: with_views(record, table, viewpoints) for key, table in tables.items()}


def _query(name: str, record: "CutRecord", viewpoints: Sequence[str], options: dict[str, Any]) -> dict[str, Table]:
    from detente.record import ceasefires, duplicates, imported, lags, meetings, queries, responses

    if name == "response":
        return responses.responses(record, **options)
    if name == "meetings":
        return meetings.meetings(record, **options)
    if name == "formats":
        return meetings.formats(record, **options)
    if name == "deaths":
        return queries.deaths(record) | imported.yearly_deaths(record)
    if name == "ceasefires":
        return {"ceasefires": ceasefires.ceasefires(record, **options)}
    if name == "lags":
        return {"lags": lags.lags(record)}
    if name == "duplicates":
        return {"duplicates": duplicates.likely(record, **options)}
    return {"claims": queries.claims(record, viewpoints, **options)}


def draw(spec: dict[str, Any], path: Path) -> None:
    """Write a picture: .svg, .png, or .json for the Vega-Lite specification.

    Raises:
        OptionError: another ending.
    """
    from detente.report.charts import png, svg_file

    if path.suffix == ".svg":
        write_text(path, svg_file(spec))
    elif path.suffix == ".png":
        write_bytes(path, png(spec))
    elif path.suffix == ".json":
        write_text(path, json.dumps(spec, ensure_ascii=False, indent=1) + "\n")
    else:
        raise OptionError.of(f"a picture '{path.name}'", "a name that ends in .svg, .png or .json")


def draw_ledger(case: str | Path, path: Path, as_of: str | None = None, forgotten: bool = False) -> None:
    """Draw the ledger as bars."""
    from detente.record.ledger import bars
    from detente.report.charts.ledger import ledger_spec

    draw(ledger_spec(bars(stood(case, as_of), only_asleep=forgotten)), path)


def draw_timeline(table: Table, path: Path) -> None:
    """Draw a timeline whose labels do not collide."""
    from detente.report.charts import timeline_spec

    draw(timeline_spec(table, "date", "text", "type", "weight")[0], path)


def import_list(
    mapping: str, file: str | Path, into: str | Path, name: str | None = None, progress: Progress | None = None
) -> "ImportReport":
    """Bring a long list (UCDP GED, or any CSV or XLSX through a mapping) into a case; see `detente.record.imports`."""
    from detente.record.imports import import_file

    return import_file(mapping, Path(file), writable(into), name=name, progress=progress)


def writable(case: str | Path) -> Path:
    """The record folder of a case that may be written.

    Raises:
        OptionError: a shipped case (read-only), or no such folder.
    """
    path = Path(case)
    if not path.is_dir():
        hint = "copy it first: detente new mine --from " + str(case) if (CASES / str(case)).is_dir() else ""
        raise OptionError.of(f"'{case}' is not a folder that can be written", "a case folder", hint)
    return path / "record" if (path / "record").is_dir() or (path / "case.yaml").is_file() else path


def export_book(case: str | Path, path: str | Path, tell: Tell | None = None) -> Path:
    """Write the whole record as a workbook, one sheet per list; what it cannot hold is told."""
    from detente.record.workbook import book_of
    from detente.run.forms import form_of
    from detente.words.workbook import workbook_bytes

    form_of(Path(path), "xlsx")
    sheets, left = book_of(open_record(case))
    write_bytes(Path(path), workbook_bytes(sheets))
    if tell is not None:
        for words in left:
            tell(words)
    return Path(path)


def import_book(file: str | Path, into: str | Path, tell: Tell | None = None) -> dict[str, int]:
    """Read a workbook (sheets named like the lists), check it whole, and write it as the files of a new record folder.

    Raises:
        FileError: not a workbook, or the folder cannot be written.
        RecordError: located mistakes in the workbook; nothing is written.
        OptionError: the folder already holds record files.
    """
    from detente.record.load import load_book
    from detente.record.write import rows_of, write_record

    record, left = load_book(Path(file))
    target = Path(into)
    if target.is_dir() and any(target.iterdir()):
        raise OptionError.of(f"'{into}' is not empty", "a new folder", "compare there, then replace files by hand")
    write_record(record, target)
    if tell is not None:
        for words in left:
            tell(words)
    return {kind: len(rows) for kind, rows in rows_of(record).items() if rows}
