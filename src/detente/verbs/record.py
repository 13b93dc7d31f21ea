"""`detente record ...`: computed tables of a record, spreadsheets, duplicates. No game theory is loaded."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.errors import Diagnostic, OptionError, suggest
from detente.files.folder import is_there
from detente.verbs.frame.options import Json, Verb
from detente.verbs.frame.printed import show_json, show_paths
from detente.verbs.frame.records import (
    Form,
    Only,
    RecordArgument,
    RecordDate,
    RecordOut,
    View,
    emit,
    form_asked,
    note_date,
)
from detente.words.progress import note

if TYPE_CHECKING:
    from detente.record import CutRecord, Record
    from detente.run import Table
    from detente.words.progress import Note

PANEL = "Record"
QUERIES = ("response", "meetings", "ceasefires", "deaths", "formats", "lags", "claims", "duplicates")
app = typer.Typer(help="Computed tables of a record, spreadsheets, duplicates.", no_args_is_help=True)


def run(
    name: str,
    case: str | Path,
    date: str | None = None,
    viewpoints: Sequence[str] = (),
    options: dict[str, Any] | None = None,
    tell: "Note | None" = None,
) -> "dict[str, Table]":
    """One of the computed tables of a record (`QUERIES`), as one or several sides see it if asked.

    Raises:
        OptionError: an unknown query, viewpoint or date.
    """
    from detente.record.views import with_views
    from detente.verbs.frame.records import stood

    if name not in QUERIES:
        raise OptionError.of(f"unknown query '{name}'", hint=suggest(name, QUERIES))
    record = stood(case, date, tell)
    tables = _asked(name, record, viewpoints, options or {})
    if not viewpoints or name == "claims":
        return tables
    return {key: with_views(record, table, viewpoints) for key, table in tables.items()}


def _asked(name: str, record: "CutRecord", viewpoints: Sequence[str], options: dict[str, Any]) -> "dict[str, Table]":
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


def export_book(case: str | Path, path: str | Path, tell: "Note | None" = None) -> Path:
    """Write the whole record as a workbook, one sheet per list; what it cannot hold is told."""
    from detente.files.whole import write_bytes
    from detente.record.workbook import book_of
    from detente.verbs.frame.records import open_record
    from detente.words.forms import form_of
    from detente.words.workbook import workbook_bytes

    form_of(None, path, {"xlsx": ".xlsx"})
    sheets, left = book_of(open_record(case))
    write_bytes(Path(path), workbook_bytes(sheets, exact=True))
    if tell is not None:
        for words in left:
            tell(words)
    return Path(path)


def import_book(file: str | Path, into: str | Path, tell: "Note | None" = None) -> dict[str, int]:
    """Read a workbook (sheets named like the lists), check it whole, and write it as the files of a new record folder.

    Raises:
        FileError: not a workbook, or the folder cannot be written.
        RecordError: located mistakes in the workbook; nothing is written.
        OptionError: no list of a record is in the workbook, or the folder cannot receive a record.
    """
    from detente.record.load import load_book
    from detente.record.write import rows_of, write_record

    (record, left), target = load_book(Path(file)), Path(into)
    found = {kind: len(rows) for kind, rows in rows_of(record).items() if rows}
    wrong = [*_nothing_in(record, found, Path(file)), *_no_room_in(target)]
    if wrong:
        raise OptionError(wrong)
    write_record(record, target)
    if tell is not None:
        for words in left:
            tell(words)
    return found


def _nothing_in(record: "Record", found: dict[str, int], file: Path) -> Iterator[Diagnostic]:
    from detente.record.entries import Meta

    if not found and record.meta == Meta():
        what, expected = "nothing in it is a list of a record", "sheets named like the lists, with rows"
        yield Diagnostic(what, expected, "`detente record export CASE FILE` writes one", file.as_posix())


def _no_room_in(target: Path) -> Iterator[Diagnostic]:
    """Why a folder cannot receive a record."""
    if is_there(target) and not target.is_dir():
        yield Diagnostic("a file cannot receive a record", "a new folder", "", target.as_posix())
    elif target.is_dir() and any(target.iterdir()):
        hint = "compare there, then replace files by hand"
        yield Diagnostic(f"'{target}' is not empty", "a new folder", hint)


Options = dict[str, Any]  # of one query
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="violent, political, humanitarian; repeatable.")]
Levels = Annotated[list[str] | None, typer.Option("--level", help="leaders, ministers, other; repeatable.")]


def shown(
    case: RecordArgument,
    *,
    date: RecordDate = None,
    viewpoint: View = None,
    form: Form = None,
    out: RecordOut = None,
    only: Only = "",
    as_json: Json = False,
) -> None:
    """What every query takes."""


def query(options: Callable[..., Options]) -> Callable[..., Options]:
    """Make a command of a function that turns a query's own options into its arguments; it has the query's name.

    The command takes these options and those of `shown`.
    """
    case, *shared = inspect.signature(shown).parameters.values()
    own = list(inspect.signature(options).parameters.values())

    def command(case: str, **given: Any) -> None:
        chosen = options(**{parameter.name: given.pop(parameter.name) for parameter in own})
        note_date(case, given["date"])
        tables = run(options.__name__, case, given["date"], given["viewpoint"] or (), chosen, tell=note)
        emit(tables, form_asked(given["form"], given["as_json"]), given["out"], given["only"])

    command.__signature__ = inspect.Signature([case, *own, *shared])  # type: ignore[attr-defined]
    command.__doc__ = options.__doc__
    app.command(options.__name__, cls=Verb)(command)
    return options


@query
def response(
    *, kind: Kinds = None, within: Annotated[int, typer.Option(help="Days to speak before silence counts.")] = 30
) -> Options:
    """Who spoke after an escalation, how soon, and whom they named."""
    return {"within": within, **({"kinds": kind} if kind else {})}


@query
def meetings(*, level: Levels = None) -> Options:
    """Meetings by year, with their formats."""
    return {"levels": level} if level else {}


@query
def formats(*, level: Levels = None) -> Options:
    """Formats of meetings, and how exclusive the leading one was."""
    return {"levels": level} if level else {}


@query
def ceasefires() -> Options:
    """How long each ceasefire held, and its relapses."""
    return {}


@query
def deaths() -> Options:
    """Deaths by period as listed, by year from the events, and by year from imported lists."""
    return {}


@query
def lags() -> Options:
    """From demand to performance: how long each commitment took."""
    return {}


@query
def claims(*, claim: Annotated[str, typer.Option("--id", help="Only this claim.")] = "") -> Options:
    """Claims, who opposes them, and the dated events that speak to them."""
    return {"id": claim}


@query
def duplicates(*, least: Annotated[float, typer.Option(help="Least likeness to propose, 0 to 1.")] = 0.6) -> Options:
    """Events that are likely the same, proposed for merging; nothing is merged unless merges.csv says so."""
    return {"least": least}


@app.command(cls=Verb)
def export(
    case: RecordArgument, file: Annotated[Path, typer.Argument(help="The .xlsx file to write.")], as_json: Json = False
) -> None:
    """Write the whole record as a workbook, one sheet per list."""
    show_paths([export_book(case, file, note)], as_json)


@app.command("from-xlsx", cls=Verb)
def from_xlsx(
    file: Annotated[Path, typer.Argument(help="A workbook with sheets named like the lists.")],
    into: Annotated[Path, typer.Option("--into", help="A new folder.")],
    as_json: Json = True,
) -> None:
    """Read a workbook back into record files; mistakes are located by sheet and row, and nothing is then written."""
    found = import_book(file, into, note)
    if as_json:
        show_json(found, None)
