"""`detente ask`, `claims`, `compare`: questions to a case, claims held against model and record, scenarios."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detente.run import Quantity, Run, Table

LONG = ("risk_curve", "peace_curve", "tornado", "equilibria_values")  # tables that are left to --json
CaseArgument = Annotated[str, typer.Argument(help="A case folder, or the name of a shipped case.")]
Date = Annotated[str | None, typer.Option(help="A situation of the case (ISO date); default its as_of.")]
Seed = Annotated[int, typer.Option(help="Seed of the draws.")]
Workers = Annotated[int | None, typer.Option(help="Processes; never changes a number.")]
Where = Annotated[str | None, typer.Option("--executor", help="dask://HOST:PORT or dask://local; default processes.")]
Json = Annotated[bool, typer.Option("--json", help="Machine output on stdout.")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command("ask")(ask)
    app.command("claims")(claims)
    app.command("compare")(compare)


def ask(
    case: Annotated[str | None, typer.Argument(help="A case folder, or the name of a shipped case.")] = None,
    question: Annotated[str | None, typer.Argument(help="A question, several joined by commas, or all.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the questions.")] = False,
    date: Date = None,
    account: Annotated[str | None, typer.Option(help="Draw from this rival account's ranges.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only numbers about this actor.")] = None,
    package: Annotated[str | None, typer.Option(help="Settle under this package only.")] = None,
    quantity: Annotated[str | None, typer.Option(help="For the question 'sensitivity': the number to explain.")] = None,
    pair: Annotated[str | None, typer.Option(help="For 'sensitivity': two assumptions for the map, A,B.")] = None,
    draws: Annotated[int, typer.Option(help="Draws from the stated ranges.")] = 100,
    seed: Seed = 0,
    workers: Workers = None,
    executor: Where = None,
    equilibria: Annotated[
        int | None, typer.Option(help="Look for further equilibria from N random starts, in one draw in ten.")
    ] = None,
    out: Annotated[str | None, typer.Option(help="Folder in which to leave run.json.")] = None,
    format_: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    as_json: Json = False,
) -> None:
    """Ask one question of a case; every number comes with its range over the stated assumptions."""
    from detente.errors import OptionError
    from detente.words.progress import progress_bar
    from detente.workflow.answers import Draws, listed, sensitivity
    from detente.workflow.answers import ask as work

    if list_:
        _table(listed(), as_json or format_ == "json")
        return
    if case is None or question is None:
        raise OptionError.of("a case and a question are needed", "detente ask CASE QUESTION", "detente ask --list")
    if format_ not in ("text", "json"):
        raise OptionError.of(f"format '{format_}'", "text or json")
    how = Draws(draws, seed, workers, executor)
    with progress_bar() as progress:
        if question == "sensitivity":
            if quantity is None:
                raise OptionError.of("'sensitivity' needs a number", "--quantity ID, such as gain_from_settling.ACTOR")
            names = tuple(pair.split(",")) if pair else None
            if names is not None and len(names) != 2:
                raise OptionError.of(f"--pair {pair}", "two assumptions joined by a comma")
            run = sensitivity(case, quantity, date, names, how, progress)  # pyright: ignore[reportArgumentType]
        else:
            run = work(case, question, date, account, actor, package, how, out, progress, equilibria)
    _run(run, as_json or format_ == "json")


def claims(
    case: CaseArgument,
    date: Date = None,
    draws: Annotated[int, typer.Option(help="Draws for the answers that rules name.")] = 100,
    seed: Seed = 0,
    workers: Workers = None,
    executor: Where = None,
    as_json: Json = False,
) -> None:
    """Hold every claim of the record against model and record; says what each verdict rests on."""
    from detente.words.progress import progress_bar
    from detente.workflow.answers import Draws
    from detente.workflow.answers import claims as work

    with progress_bar() as progress:
        found = work(case, date, Draws(draws, seed, workers, executor), progress)
    if as_json:
        claims = [claim.model_dump(mode="json") for claim in found]
        print(json.dumps({"claims": claims}, indent=1, ensure_ascii=False))
        return
    for claim in found:
        print(f"{claim.id}  {claim.verdict.upper()}\n    {claim.claim} ({claim.by})")
        for test in claim.tests:
            print(f"    {test.outcome:>5}: {test.words}")
        if claim.why:
            print(f"    {claim.why}")
        for view in claim.opposed_by:
            print(f"    opposed: {view}")
        if claim.would_change:
            print(f"    would change it: {claim.would_change}")


def compare(
    case: CaseArgument,
    scenarios: Annotated[list[str], typer.Argument(help="Scenarios of the case.")],
    question: Annotated[str | None, typer.Option(help="Questions, joined by commas.")] = None,
    date: Date = None,
    draws: Annotated[int, typer.Option(help="Draws, common to all.")] = 40,
    seed: Seed = 0,
    workers: Workers = None,
    executor: Where = None,
    as_json: Json = False,
) -> None:
    """Answers under scenarios, side by side, with differences on common draws."""
    from detente.words.progress import progress_bar
    from detente.workflow.answers import Draws
    from detente.workflow.answers import compare as work

    with progress_bar() as progress:
        run = work(case, scenarios, question, date, Draws(draws, seed, workers, executor), progress)
    if as_json:
        print(run.model_dump_json(by_alias=True, indent=1))
    else:
        _table(run.tables["comparison"], False)
        _warnings(run)


def _run(run: "Run", as_json: bool) -> None:
    if as_json:
        print(run.model_dump_json(by_alias=True, indent=1))
        return
    print(f"{run.title}, situation of {run.date}; ranges over {run.draws} draws from the stated assumptions\n")
    for quantity in run.quantities:
        print(f"{quantity.label}\n    {_number(quantity)}")
    for name, table in run.tables.items():
        if name not in LONG and table.rows:
            print()
            _table(table, False)
    _warnings(run)


def _number(q: "Quantity") -> str:
    if q.mid is None:
        return f"no number: {q.reason_no_interval}"
    nothing = q.signed and q.mid == 0 and q.sign_share is None
    words = "no effect" if nothing else f"{q.mid:.3g} {q.unit}".strip()
    if q.low is not None and q.high is not None:
        words += f" (range {q.low:.3g} to {q.high:.3g})"
    else:
        words += f" (no range: {q.reason_no_interval})"
    if q.sign_share is not None:
        words += f"; same sign in {q.sign_share:.0%} of {q.draws} draws"
    if q.equilibria_share is not None:
        words += f"; holds in {q.equilibria_share:.0%} of the equilibria found"
    if q.assumptions:
        words += f"; hangs most on {', '.join(q.assumptions)}"
    if q.choice_value_decides:
        words += "; depends on the choice model"
    return f"{words}  [{q.id}]"


def _warnings(run: "Run") -> None:
    for warning in run.warnings:
        print(f"note: {warning}", file=sys.stderr)


def _table(table: "Table", as_json: bool) -> None:
    if as_json:
        print(json.dumps([dict(zip(table.columns, row)) for row in table.rows], indent=1, ensure_ascii=False))
        return
    from detente.run.tables import sheet_of
    from detente.words.tables import print_sheet

    print_sheet(sheet_of(table))
