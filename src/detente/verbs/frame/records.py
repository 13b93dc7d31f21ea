"""What the verbs on the record share: opening it, their options, and the forms in which its tables are given."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.errors import Diagnostic, OptionError, RecordError, suggest
from detente.verbs.frame.printed import show_table
from detente.words.progress import Note, note

if TYPE_CHECKING:
    from detente.record import CutRecord, Record
    from detente.run import Table

RecordArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="A folder with a record, a case folder, or a shipped case.")
]
RecordDate = Annotated[
    str | None, typer.Option("--date", help="The record as it stood on this ISO date; default all of it.")
]
Form = Annotated[
    str | None, typer.Option("--format", help="table, csv, xlsx, json or md; for a file its ending decides.")
]
RecordOut = Annotated[Path | None, typer.Option("--out", help="Write to this file (.csv, .xlsx, .json, .md).")]
View = Annotated[list[str] | None, typer.Option("--viewpoint", help="record or an actor; repeat for side by side.")]
Picture = Annotated[Path | None, typer.Option("--picture", help="Also draw it: .svg, .png or .json.")]
Only = Annotated[str, typer.Option("--table", help="Only this one of several tables.")]
BRIEF = {  # columns of a table on the terminal; --format csv, xlsx, json and md have all
    "ledger": ("commitment", "who", "what", "by", "status", "state", "last_touch", "how", "slept_years", "age_years",
               "sources"),
    "timeline": ("date", "type", "actors", "text", "certainty", "event"),
    "escalations": ("date", "escalation", "severity", "mediator", "responded", "lag_days", "naming", "named", "event"),
    "list": ("date", "format", "text", "event", "certainty"),
    "lags": ("commitment", "who", "made", "due", "performed", "in_full", "lag_years", "censored", "late_days", "note"),
    "ceasefires": ("ceasefire", "start", "years_to_minor", "years_to_major", "years_to_war", "within_hours",
                   "years_without_war"),
    "deaths": ("period", "low", "best", "high", "side", "measure", "certainty"),
    "claims": ("claim", "kind", "in_neutral_words", "opposes", "differs", "agrees", "record"),
}  # fmt: skip


def record_folder(case: str | Path) -> Path:
    """Where a record is: a folder, else the shipped case of that name; a local folder wins.

    Raises:
        RecordError: neither; with a suggestion.
    """
    from detente.files.shipped import shipped_cases, shipped_folder

    path = Path(case)
    if path.is_dir():
        return path
    if str(case) in shipped_cases():
        return shipped_folder() / str(case)
    hint = suggest(str(case), shipped_cases())
    raise RecordError(Diagnostic(f"no folder and no shipped case '{case}'", "a folder with record files", hint))


def open_record(case: str | Path) -> "Record":
    """The record of a case or of a folder that holds only record files."""
    from detente.record import load_record

    return load_record(record_folder(case))


def stood(case: str | Path, date: str | None = None, tell: Note | None = None) -> "CutRecord":
    """The record of a case as it stood on a day, by default the day it was compiled; what that leaves out is told."""
    record = open_record(case)
    cut = record.as_of(date)
    later = [warning for warning in record.warnings if "after the record was compiled" in warning.what]
    if tell is not None and date is None and later:
        tell(f"{len(later)} entries are not shown; {later[0]}")
    return cut


def note_date(case: str, date: str | None) -> None:
    """Say on stderr that the case is analysed from another date than the whole record that is shown."""
    from detente.files.yaml import read_yaml

    note_shadow(case)
    path = record_folder(case) / "case.yaml"
    if date is not None or not path.is_file():
        return
    data = read_yaml(path, path.name).data
    start = data.get("as_of") if isinstance(data, Mapping) else None
    if start is not None:
        note(f"the whole record; the case starts from {start}: --date {start}")


def note_shadow(case: str) -> None:
    """Say on stderr when a local folder hides a shipped case of the same name."""
    from detente.files.shipped import shipped_cases, shipped_folder

    if case in shipped_cases() and record_folder(case).resolve() != (shipped_folder() / case).resolve():
        note(f"note: the folder ./{case} is used, not the shipped case of this name")


def draw(spec: dict[str, Any], path: Path) -> None:
    """Write a picture: .svg, .png, or .json for the Vega-Lite specification.

    Raises:
        OptionError: another ending.
    """
    from detente.files.whole import write_bytes, write_text
    from detente.report.charts import png, svg_file

    if path.suffix == ".svg":
        write_text(path, svg_file(spec))
    elif path.suffix == ".png":
        write_bytes(path, png(spec))
    elif path.suffix == ".json":
        write_text(path, json.dumps(spec, ensure_ascii=False, indent=1) + "\n")
    else:
        raise OptionError.of(f"a picture '{path.name}'", "a name that ends in .svg, .png or .json")


def emit(tables: "Mapping[str, Table]", form: str | None, out: Path | None, only: str = "") -> None:
    """Print tables in a form, or write them to a file.

    Raises:
        OptionError: an unknown form or table, or a file whose ending is another form's.
        MissingExtra: a workbook without openpyxl.
    """
    from detente.files.whole import write_bytes
    from detente.run.forms import FILE_FORMS, FORMS, chosen, rendered
    from detente.words.forms import form_of

    found = form_of(form, None, FORMS, "table") if out is None else form_of(form, out, FILE_FORMS)
    kept = chosen(tables, only)
    if found == "csv" and len(kept) > 1:
        first, *others = kept
        note(f"only the table '{first}'; for the others: --table {' or '.join(others)}")
    if out is not None:
        write_bytes(out, rendered(kept, found))
    elif found == "table":
        for name, table in kept.items():
            show_table(table, only=BRIEF.get(name, ()), cut=("what",))
    elif found == "xlsx":
        raise OptionError.of("a workbook on stdout", "--out FILE.xlsx")
    else:
        sys.stdout.write(rendered(kept, found).decode("utf-8"))


def form_asked(form: str | None, as_json: bool) -> str | None:
    """The form that was asked for; `--json` is short for `--format json`.

    Raises:
        OptionError: both, and they differ.
    """
    if as_json and form not in (None, "json"):
        raise OptionError.of(f"--json and --format {form}", "one of them")
    return "json" if as_json else form
