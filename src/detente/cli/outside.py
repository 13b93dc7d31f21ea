"""`detente baserate` and `detente positions`: the outside view and simple forecasts of terms."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detente.outside.view import OutsideView


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    app.command()(baserate)
    app.command()(positions)


def baserate(
    case: Annotated[str | None, typer.Argument(help="A case folder, or the name of a shipped case.")] = None,
    *,
    date: Annotated[str | None, typer.Option(help="ISO date; default the case's as_of.")] = None,
    run: Annotated[str | None, typer.Option(help="A run folder to compare with.")] = None,
    train: Annotated[str | None, typer.Option(help="CSV of labelled conflict episodes.")] = None,
    predict: Annotated[str | None, typer.Option(help="CSV of episodes to forecast.")] = None,
    out: Annotated[str | None, typer.Option(help="CSV to write forecasts to.")] = None,
    agreements: Annotated[str | None, typer.Option(help="CSV of UCDP peace agreements.")] = None,
    survival: Annotated[str | None, typer.Option(help="kaplan-meier, weibull, cox; several by comma.")] = None,
    validate: Annotated[bool, typer.Option("--validate", help="Score the model within the training file.")] = False,
    curves: Annotated[str | None, typer.Option(help="CSV to write the counts per reference class to.")] = None,
    known_until: Annotated[int | None, typer.Option(help="Last year whose activity the labels know.")] = None,
    replicates: Annotated[int, typer.Option(help="Bootstrap refits over conflicts.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How often war came back in past cases like this one; or forecasts for a file of episodes."""
    from detente.workflow import outside as work

    options = work.BaseRateOptions(
        case, date, run, train, predict, out, agreements, survival, validate, curves, known_until, replicates, seed
    )
    show(work.baserate(options), as_json)


def positions(
    case: Annotated[str | None, typer.Argument(help="A case folder, or the name of a shipped case.")] = None,
    *,
    table: Annotated[str | None, typer.Option(help="CSV: actor, position, capability, salience (low..high).")] = None,
    draws: Annotated[int, typer.Option(help="Draws from the inputs' ranges.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Where simple models see the terms: weighted mean, median, Nash bargaining, the challenge model."""
    from detente.workflow import outside as work

    show(work.positions(case, table, draws=draws, seed=seed), as_json)


def show(found: "OutsideView", as_json: bool) -> None:
    """Print a view: JSON, or tables and sentences."""
    if as_json:
        import json

        print(json.dumps(found.data(), indent=1, ensure_ascii=False))
        return
    from detente.run.tables import sheet_of
    from detente.words.tables import print_sheet
    from detente.words.text import visible

    for table in found.tables.values():
        print_sheet(sheet_of(table))
    for sentence in found.words:
        print(visible(sentence))
