"""`detente code`, `accounts`, `fit` and `backtest`: what the record says about the model and about rival accounts."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from detente.run import Table

CaseArgument = Annotated[str, typer.Argument(help="A case folder, or the name of a shipped case.")]
Seed = Annotated[int, typer.Option(help="Seed of all draws and simulations.")]
Out = Annotated[str | None, typer.Option(help="Where results are kept; default ./detente-out/CASE-evidence/.")]
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
    _note(f"{len(coded.path.marks)} marks; events: {', '.join(f'{n} {k}' for k, n in data['events'].items())}")
    if "second_coding" in data:
        agreed = data["second_coding"]
        _note(f"second coding: {agreed['share']:.0%} of {agreed['events']} events alike, kappa {agreed['kappa']:.2f}")


def accounts(
    case: CaseArgument,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Design check on few records; no verdict.")] = False,
    seed: Seed = 0,
    out: Out = None,
    workers: Workers = None,
    cap: Annotated[int | None, typer.Option(help="Largest number of solves.")] = None,
    records: Annotated[int | None, typer.Option(help="Simulated records per account; a verdict needs 200.")] = None,
    as_json: Json = False,
) -> None:
    """Which account does the record favour, how strongly, and what would overturn that?"""
    from detente.words.progress import progress_bar
    from detente.workflow.evidence import Desk, part_of
    from detente.workflow.evidence import accounts as work

    with progress_bar() as progress:
        found = work(
            case, quick=quick, seed=seed, out=out, workers=workers, cap=cap, records=records, progress=progress
        )
    part = part_of(Desk.open(case).case, found)
    data, tables = part.accounts, part.tables
    assert data is not None
    if as_json:
        _json(data.model_dump(mode="json"))
        return
    if data.baselines:
        print(f"Held-out events: {data.baselines.words}.\n")
    print(
        f"{'No verdict (quick).' if found.quick else found.verdict.words[:1].upper() + found.verdict.words[1:] + '.'}\n"
    )
    for name in ("verdict_conditions", "accounts", "design_check", "telling_events", "variants", "predictive_checks"):
        if f"evidence_{name}" in tables:
            _table(tables[f"evidence_{name}"])
    turn, of = found.tolerance
    _note(f"{data.discriminating_marks} of {data.marks} marks tell the first two accounts apart at all.")
    _note(f"The sign would turn if {turn} of the {of} events that speak for the first were invented or slanted.")
    _note(f"{data.solves} games solved. {' '.join(found.notes)}")
    for edit in found.edits:
        _note(f"note: {edit}")


def fit(
    case: CaseArgument,
    *,
    account: Annotated[str | None, typer.Option(help="An account; default the case's own ranges.")] = None,
    seed: Seed = 0,
    draws: Annotated[int, typer.Option(help="Draws to begin with.")] = 200,
    cap: Annotated[int, typer.Option(help="Largest number of solves.")] = 500,
    out: Out = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """What the record says of each parameter, and what it cannot say: "assumption, not record"."""
    from detente.words.progress import progress_bar
    from detente.workflow.evidence import fit as work

    with progress_bar() as progress:
        fitted = work(case, account, seed=seed, draws=draws, cap=cap, out=out, workers=workers, progress=progress)
    if as_json:
        table = fitted.table()
        _json(
            {
                "account": fitted.account,
                "log_evidence": fitted.weighted.log_evidence,
                "error": fitted.weighted.error,
                "ess": fitted.weighted.ess,
                "refused": fitted.weighted.refused,
                "solves": fitted.solves,
                "diagnostics": list(fitted.words),
                "parameters": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
            }
        )
        return
    _table(fitted.table())


def backtest(
    case: CaseArgument,
    *,
    until: Annotated[str, typer.Option(help="Fit to what was known on this ISO date.")],
    score: Annotated[str, typer.Option(help="D1:D2, the window that is scored.")],
    seed: Seed = 0,
    draws: Annotated[int, typer.Option(help="Draws from the case's own ranges.")] = 200,
    out: Out = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Fit to what was known at a date, score what came, beside simple rivals."""
    from detente.words.progress import progress_bar
    from detente.workflow.evidence import backtest as work

    with progress_bar() as progress:
        tested = work(case, until, score, seed=seed, draws=draws, out=out, workers=workers, progress=progress)
    from detente.evidence.report import back_test_of, back_test_table

    if as_json:
        _json(back_test_of(tested).model_dump(mode="json"))
        return
    print(tested.words[:1].upper() + tested.words[1:] + ".\n")
    _table(back_test_table(tested))
    model = "cannot say" if tested.war_model is None else f"{tested.war_model:.0%}"
    print(f"War in the window: model {model}, past frequency {tested.war_climatology:.0%}; wars begun: {tested.wars}.")
    _note(f"effective sample size of the fit: {tested.ess:.0f}")


def _json(data: dict[str, Any]) -> None:
    import json

    print(json.dumps(data, indent=1, ensure_ascii=False))


def _note(words: str) -> None:
    import sys

    print(words, file=sys.stderr)


def _table(table: "Table") -> None:
    from detente.run.tables import sheet_of
    from detente.words.tables import print_sheet

    print_sheet(sheet_of(table))
    print()
