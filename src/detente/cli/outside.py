"""`detente baserate` and `detente positions`: the outside view and simple forecasts of terms."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detente.outside.view import OutsideView
    from detente.run import Table


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
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=140)
    for table in found.tables.values():
        console.print(rich_table(table))
    for sentence in found.words:
        console.print(sentence, markup=False)


def rich_table(table: "Table") -> object:
    """A table for the terminal; low, mid and high of one quantity become one cell."""
    from rich.table import Table as Rich

    columns, groups = grouped(table.columns)
    shown = Rich(*columns, title=table.title, caption=table.note or None)
    for row in table.rows:
        shown.add_row(*(cell([row[i] for i in group]) for group in groups))
    return shown


def grouped(columns: tuple[str, ...]) -> tuple[list[str], list[list[int]]]:
    """Join columns that end in low, mid and high: their common name, and the positions of each shown column."""
    names: list[str] = []
    groups: list[list[int]] = []
    at = 0
    while at < len(columns):
        ends = [column.rstrip(")").rsplit(" ", 1)[-1].rsplit("(", 1)[-1] for column in columns[at : at + 3]]
        if ends == ["low", "mid", "high"]:
            name = columns[at][: -len("low")] if not columns[at].endswith(")") else columns[at][: -len("(low)")]
            names.append(name.strip(" ,") or "mid (low to high)")
            groups.append([at, at + 1, at + 2])
            at += 3
        else:
            names.append(columns[at])
            groups.append([at])
            at += 1
    return names, groups


def cell(values: list[object]) -> str:
    """One value, or `mid (low to high)`; nothing for None."""

    def one(value: object) -> str:
        return "" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)

    if len(values) == 1:
        return one(values[0])
    low, mid, high = (one(value) for value in values)
    return f"{mid} ({low} to {high})" if low or high else mid
