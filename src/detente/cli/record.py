"""`detente import`, `ledger`, `timeline` and `record ...`: the record, useful with no game theory at all."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from detente.run import Table

Case = Annotated[str, typer.Argument(help="A folder with a record, a case folder, or the name of a shipped case.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The record as it stood on this ISO date.")]
Form = Annotated[str, typer.Option("--format", help="table, csv, xlsx, json or md; for a file its ending decides.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write to this file (.csv, .xlsx, .json, .md).")]
View = Annotated[list[str] | None, typer.Option("--viewpoint", help="record or an actor; repeat for side by side.")]
Picture = Annotated[Path | None, typer.Option("--picture", help="Also draw it: .svg, .png or .json.")]
Only = Annotated[str, typer.Option("--table", help="Only this one of several tables.")]
Json = Annotated[bool, typer.Option("--json", help="Same as --format json.")]

sub = typer.Typer(help="Computed tables of a record, spreadsheets, duplicates.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command("import")(import_)
    app.command()(ledger)
    app.command()(timeline)
    app.add_typer(sub, name="record")


def import_(
    mapping: Annotated[str, typer.Argument(help="ucdp-ged, another shipped mapping, or a mapping file (.yaml).")],
    file: Annotated[Path, typer.Argument(help="The CSV or XLSX file.")],
    into: Annotated[str, typer.Option("--into", help="The case folder that receives the list.")],
    name: Annotated[str | None, typer.Option(help="Name of the list in the case; default the mapping's.")] = None,
) -> None:
    """Bring a long list into a case; bad rows go to a file with line and reason; ends with JSON on stdout."""
    import json

    from detente.words.progress import progress_bar
    from detente.workflow.record import import_list

    with progress_bar() as progress:
        report = import_list(mapping, file, into, name, progress)
    for words in report.notes:
        say(words)
    print(json.dumps(report.data, ensure_ascii=False))


def say(words: str) -> None:
    """A word on stderr, so that stdout holds the result alone."""
    import sys

    print(words, file=sys.stderr)


def ledger(
    case: Case,
    *,
    as_of: AsOf = None,
    by: Annotated[str, typer.Option(help="Order: instrument, actor, status or sleep.")] = "instrument",
    forgotten: Annotated[bool, typer.Option("--forgotten", help="Only what has fallen asleep, longest first.")] = False,
    years: Annotated[float, typer.Option(help="Asleep after so many years in which nothing touched it.")] = 5.0,
    viewpoint: View = None,
    form: Form = "table",
    out: Out = None,
    picture: Picture = None,
    as_json: Json = False,
) -> None:
    """Who owes what to whom by when, under which instrument, and what became of it."""
    from detente.workflow import record as work

    _note_date(case, as_of)
    views = viewpoint or ["record"]
    tables = work.ledger(case, as_of, by=by, forgotten=forgotten, viewpoints=views, years=years, tell=say)
    if picture:
        work.draw_ledger(case, picture, as_of, forgotten)
    emit(tables, "json" if as_json else form, out)


def timeline(
    case: Case,
    *,
    as_of: AsOf = None,
    kind: Annotated[list[str] | None, typer.Option("--type", help="Only events of this type; repeatable.")] = None,
    actor: Annotated[list[str] | None, typer.Option(help="Only events of or against this actor; repeatable.")] = None,
    viewpoint: View = None,
    form: Form = "table",
    out: Out = None,
    picture: Picture = None,
    as_json: Json = False,
) -> None:
    """What happened, in order, with sources and certainty."""
    from detente.workflow import record as work

    _note_date(case, as_of)
    tables = work.timeline(case, as_of, kind or (), actor or (), viewpoint or (), tell=say)
    if picture:
        work.draw_timeline(tables["timeline"], picture)
    emit(tables, "json" if as_json else form, out)


def _note_date(case: str, as_of: str | None) -> None:
    """Say on stderr that the case is analysed from another date than the whole record that is shown."""
    from detente.workflow.record import CASES, case_date

    if Path(case).is_dir() and (CASES / case).is_dir() and Path(case).resolve() != (CASES / case).resolve():
        say(f"the folder '{case}' here, not the shipped case of that name")
    date = case_date(case)
    if as_of is None and date is not None:
        say(f"the whole record; the case starts from {date}: --as-of {date}")


def _query(name: str, case: str, options: dict[str, Any], shown: dict[str, Any]) -> None:
    from detente.workflow.record import query

    _note_date(case, shown["as_of"])
    tables = query(name, case, shown["as_of"], shown["viewpoint"] or (), options, tell=say)
    emit(tables, "json" if shown["as_json"] else shown["form"], shown["out"], shown["only"])


@sub.command()
def response(
    case: Case,
    *,
    kind: Annotated[list[str] | None, typer.Option(help="violent, political, humanitarian; repeatable.")] = None,
    within: Annotated[int, typer.Option(help="Days to speak before silence counts.")] = 30,
    as_of: AsOf = None,
    viewpoint: View = None,
    form: Form = "table",
    out: Out = None,
    only: Only = "",
    as_json: Json = False,
) -> None:
    """Who spoke after an escalation, how soon, and whom they named."""
    shown = {"as_of": as_of, "viewpoint": viewpoint, "form": form, "out": out, "only": only, "as_json": as_json}
    _query("response", case, {"within": within, **({"kinds": kind} if kind else {})}, shown)


@sub.command()
def meetings(
    case: Case,
    *,
    level: Annotated[list[str] | None, typer.Option(help="leaders, ministers, other; repeatable.")] = None,
    as_of: AsOf = None,
    viewpoint: View = None,
    form: Form = "table",
    out: Out = None,
    only: Only = "",
    as_json: Json = False,
) -> None:
    """Meetings by year, with their formats."""
    shown = {"as_of": as_of, "viewpoint": viewpoint, "form": form, "out": out, "only": only, "as_json": as_json}
    _query("meetings", case, {"levels": level} if level else {}, shown)


@sub.command()
def formats(
    case: Case,
    *,
    level: Annotated[list[str] | None, typer.Option(help="leaders, ministers, other; repeatable.")] = None,
    as_of: AsOf = None,
    viewpoint: View = None,
    form: Form = "table",
    out: Out = None,
    only: Only = "",
    as_json: Json = False,
) -> None:
    """Formats of meetings, and how exclusive the leading one was."""
    shown = {"as_of": as_of, "viewpoint": viewpoint, "form": form, "out": out, "only": only, "as_json": as_json}
    _query("formats", case, {"levels": level} if level else {}, shown)


@sub.command()
def ceasefires(
    case: Case,
    *,
    as_of: AsOf = None,
    viewpoint: View = None,
    form: Form = "table",
    out: Out = None,
    only: Only = "",
    as_json: Json = False,
) -> None:
    """How long each ceasefire held, and its relapses."""
    shown = {"as_of": as_of, "viewpoint": viewpoint, "form": form, "out": out, "only": only, "as_json": as_json}
    _query("ceasefires", case, {}, shown)


@sub.command()
def deaths(
    case: Case,
    *,
    as_of: AsOf = None,
    viewpoint: View = None,
    form: Form = "table",
    out: Out = None,
    only: Only = "",
    as_json: Json = False,
) -> None:
    """Deaths by period as listed, by year from the events, and by year from imported lists."""
    shown = {"as_of": as_of, "viewpoint": viewpoint, "form": form, "out": out, "only": only, "as_json": as_json}
    _query("deaths", case, {}, shown)


@sub.command()
def lags(
    case: Case,
    *,
    as_of: AsOf = None,
    viewpoint: View = None,
    form: Form = "table",
    out: Out = None,
    only: Only = "",
    as_json: Json = False,
) -> None:
    """From demand to performance: how long each commitment took."""
    shown = {"as_of": as_of, "viewpoint": viewpoint, "form": form, "out": out, "only": only, "as_json": as_json}
    _query("lags", case, {}, shown)


@sub.command()
def claims(
    case: Case,
    *,
    claim: Annotated[str, typer.Option("--id", help="Only this claim.")] = "",
    as_of: AsOf = None,
    viewpoint: View = None,
    form: Form = "table",
    out: Out = None,
    only: Only = "",
    as_json: Json = False,
) -> None:
    """Claims, who opposes them, and the dated events that speak to them."""
    shown = {"as_of": as_of, "viewpoint": viewpoint, "form": form, "out": out, "only": only, "as_json": as_json}
    _query("claims", case, {"id": claim}, shown)


@sub.command()
def duplicates(
    case: Case,
    *,
    least: Annotated[float, typer.Option(help="Least likeness to propose, 0 to 1.")] = 0.6,
    form: Form = "table",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Events that are likely the same, proposed for merging; nothing is merged unless merges.csv says so."""
    shown = {"as_of": None, "viewpoint": None, "form": form, "out": out, "only": "", "as_json": as_json}
    _query("duplicates", case, {"least": least}, shown)


@sub.command()
def export(case: Case, file: Annotated[Path, typer.Argument(help="The .xlsx file to write.")]) -> None:
    """Write the whole record as a workbook, one sheet per list."""
    from detente.workflow.record import export_book

    print(export_book(case, file, say))


@sub.command("from-xlsx")
def from_xlsx(
    file: Annotated[Path, typer.Argument(help="A workbook with sheets named like the lists.")],
    into: Annotated[Path, typer.Option("--into", help="A new folder.")],
) -> None:
    """Read a workbook back into record files; mistakes are located by sheet and row, and nothing is then written."""
    import json

    from detente.workflow.record import import_book

    print(json.dumps(import_book(file, into, say)))


BRIEF = {  # columns of a table on the terminal; --format csv, xlsx, json and md have all
    "ledger": ("commitment", "who", "what", "by", "status", "state", "last_touch", "how", "slept_years", "age_years",
               "sources"),
    "timeline": ("date", "type", "actors", "text", "certainty", "event"),
    "escalations": ("date", "escalation", "severity", "mediator", "responded", "lag_days", "naming", "named", "event"),
    "list": ("date", "format", "text", "event", "certainty"),
    "lags": ("commitment", "who", "made", "due", "performed", "in_full", "lag_years", "censored", "late_days"),
    "ceasefires": ("ceasefire", "start", "years_to_minor", "years_to_major", "years_to_war", "within_hours",
                   "years_without_war"),
    "deaths": ("period", "low", "best", "high", "side", "measure", "certainty"),
    "claims": ("claim", "kind", "in_neutral_words", "opposes", "differs", "agrees", "record"),
}  # fmt: skip


def emit(tables: "Mapping[str, Table]", form: str, out: Path | None, only: str = "") -> None:
    """Print tables in a form, or write them to a file."""
    import sys

    from detente.errors import OptionError, suggest
    from detente.files.whole import write_bytes
    from detente.run.forms import FORMS, chosen, form_of, rendered

    if form not in FORMS:
        raise OptionError.of(f"unknown format '{form}'", hint=suggest(form, FORMS))
    found = form if out is None else form_of(out, form)
    kept = chosen(tables, only)
    if found == "csv" and len(kept) > 1:
        first, *others = kept
        say(f"only the table '{first}'; for the others: --table {' or '.join(others)}")
    if out is not None:
        write_bytes(out, rendered(kept, found))
    elif found == "table":
        _print(kept)
    elif found == "xlsx":
        raise OptionError.of("a workbook on stdout", "--out FILE.xlsx")
    else:
        sys.stdout.write(rendered(kept, found).decode("utf-8"))


def _print(tables: "Mapping[str, Table]") -> None:
    from detente.run.tables import sheet_of
    from detente.words.tables import print_sheet

    for name, table in tables.items():
        print_sheet(sheet_of(table), only=BRIEF.get(name, ()), cut=("what",))
