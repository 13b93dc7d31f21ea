"""`detente code`, `accounts`, `fit` and `backtest`: what the record says about the model and about rival accounts."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from detente.run import Part, Table

CaseArgument = Annotated[str, typer.Argument(help="A case folder, or the name of a shipped case.")]
Seed = Annotated[int, typer.Option(help="Seed of all draws and simulations.")]
Out = Annotated[str | None, typer.Option(help="Run folder; default ./detente-out/CASE-DATE/.")]
Date = Annotated[str | None, typer.Option(help="A situation of the case (ISO date); default its as_of.")]
Summary = Annotated[bool, typer.Option("--summary", help="Print what was found last; compute nothing.")]
CAP_HELP = "Stop after solving this many games (each takes about one second on minsk)."
Cap = Annotated[int | None, typer.Option(help=CAP_HELP)]
Workers = Annotated[int | None, typer.Option(help="Processes; never changes a number.")]
Json = Annotated[bool, typer.Option("--json", help="Machine output on stdout.")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command("code")(code)
    app.command("accounts")(accounts)
    app.command("fit")(fit)
    app.command("backtest")(backtest)


def code(
    case: CaseArgument,
    second: Annotated[bool, typer.Option("--second", help="Show the second coding.")] = False,
    until: Annotated[str | None, typer.Option(help="The record as it stood on this ISO date.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what lies outside the path and what is left out.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the record as a path of marks, beside its events, with all that could not be coded and why."""
    from detente.words.progress import note
    from detente.workflow.evidence import code as work

    coded, table, data = work(case, second, until)
    if as_json:
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        _json({**data, "coded": rows})
        return
    hidden = () if everything else ("outside", "left out")
    notes = set()
    for date, event, kind, what, reason, text in table.rows:
        if kind not in hidden:
            why = f" [{reason}]" if reason and reason not in notes else ""
            print(
                f"{date}  {event}  {kind}: {what}{why}\n            {text}"
                if what
                else f"{date}  {event}  {kind}{why}\n            {text}"
            )
            notes.add(reason)
    note(f"{len(coded.path.marks)} marks; events: {', '.join(f'{n} {k}' for k, n in data['events'].items())}")
    if "second_coding" in data:
        agreed = data["second_coding"]
        note(f"second coding: {agreed['share']:.0%} of {agreed['events']} events alike, kappa {agreed['kappa']:.2f}")


def accounts(
    case: CaseArgument,
    *,
    date: Date = None,
    quick: Annotated[bool, typer.Option("--quick", help="Design check on few records; no verdict.")] = False,
    seed: Seed = 0,
    out: Out = None,
    workers: Workers = None,
    cap: Cap = None,
    records: Annotated[int | None, typer.Option(help="Simulated records per account; a verdict needs 200.")] = None,
    summary: Summary = False,
    as_json: Json = False,
) -> None:
    """Which account does the record favour, how strongly, and what would overturn that?"""
    from detente.words.progress import note, progress_bar
    from detente.workflow.evidence import accounts as work
    from detente.workflow.evidence import kept_part

    if summary:
        part = kept_part(case, "accounts", out)
    else:
        with progress_bar() as progress:
            part = work(
                case,
                date,
                quick=quick,
                seed=seed,
                out=out,
                workers=workers,
                cap=cap,
                records=records,
                progress=progress,
                note=note,
            )
    data = part.accounts
    assert data is not None
    if as_json:
        _json(data.model_dump(mode="json"))
        return
    _show(part)
    for edit in data.edits_after_freezing:
        note(f"note: {edit}")


def fit(
    case: CaseArgument,
    *,
    account: Annotated[str | None, typer.Option(help="An account; default the case's own ranges.")] = None,
    date: Date = None,
    seed: Seed = 0,
    draws: Annotated[int, typer.Option(help="Draws to begin with.")] = 200,
    cap: Annotated[int, typer.Option(help=CAP_HELP)] = 500,
    out: Out = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """What the record says of each parameter, and what it cannot say: "assumption, not record"."""
    from detente.words.progress import note, progress_bar
    from detente.workflow.evidence import fit as work

    with progress_bar() as progress:
        part = work(
            case, account, date, seed=seed, draws=draws, cap=cap, out=out, workers=workers, progress=progress, note=note
        )
    if as_json:
        assert part.fit is not None
        _json(part.fit.model_dump(mode="json"))
        return
    _show(part)


def backtest(
    case: CaseArgument,
    *,
    until: Annotated[str, typer.Option(help="Fit to what was known on this ISO date.")],
    score: Annotated[str, typer.Option(help="D1:D2, ISO dates of the window that is scored.")],
    seed: Seed = 0,
    draws: Annotated[int, typer.Option(help="Draws from the case's own ranges.")] = 200,
    out: Out = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Fit to what was known at a date, score what came, beside simple rivals."""
    from detente.evidence.report import back_test_of, back_test_table
    from detente.evidence.sections import held_out_section
    from detente.words.progress import note, progress_bar
    from detente.workflow.evidence import backtest as work

    with progress_bar() as progress:
        tested = work(case, until, score, seed=seed, draws=draws, out=out, workers=workers, progress=progress)
    data = back_test_of(tested)
    if as_json:
        _json(data.model_dump(mode="json"))
        return
    section = held_out_section(data, "")
    print(section.finding, end="\n\n")
    _table(back_test_table(tested))
    print(*section.paragraphs, sep="\n")
    note(f"effective sample size of the fit: {tested.ess:.0f}")


def _show(part: "Part") -> None:
    """The sections of a part: finding, tables, then the rest in words."""
    for section in part.sections:
        print(section.finding, end="\n\n")
        for name in section.tables:
            _table(part.tables[name])
        for words in section.paragraphs:
            print(words, end="\n\n")


def _json(data: dict[str, Any]) -> None:
    import json

    print(json.dumps(data, indent=1, ensure_ascii=False))


def _table(table: "Table") -> None:
    from detente.run.tables import sheet_of
    from detente.words.tables import print_sheet

    print_sheet(sheet_of(table))
    print()
