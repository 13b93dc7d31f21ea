"""`detente ask`: one question of a case, several, or all; and what one number hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.errors import OptionError, suggest
from detente.verbs.frame.options import (
    Date,
    Draws,
    Equilibria,
    Fit,
    Format,
    Json,
    MaybeCase,
    Out,
    Seed,
    Where,
    Workers,
    chosen_form,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from detente.run import Run, Table
    from detente.words.progress import Progress

PANEL = "Answers"
FORMS = ("text", "json")


def listed() -> Table:
    """All questions: id, title, what each reads from the case."""
    from detente.answers import QUESTIONS
    from detente.run import Table

    rows = tuple((q.id, q.title, ", ".join(q.reads)) for q in QUESTIONS.values())
    return Table(title="Questions", columns=("id", "question", "reads"), rows=rows)


def run(
    case: str | Path,
    question: str,
    date: str | None = None,
    *,
    draws: int = 100,
    seed: int = 0,
    workers: int | None = None,
    executor: Executor | str | None = None,
    out: str | Path | None = None,
    account: str | None = None,
    actor: str | None = None,
    package: str | None = None,
    equilibria: int | None = None,
    fit: str = "as-of",
    progress: Progress | None = None,
) -> Run:
    """Answer one question, or several, with all draws.

    `all` asks every question; questions that need many solves use fewer draws, and a warning says how many.

    Args:
        case: a folder, or the name of a shipped case.
        question: ids of questions joined by commas, or `all`; see `listed`.
        date: a situation of the case; default its `as_of`.
        draws: sets of parameters.
        seed: of the draws.
        workers: processes; never changes a number.
        executor: where draws are computed: processes here by default, else dask://HOST:PORT or an executor.
        out: folder in which to leave `run.json`; None leaves nothing but finished draws after an interrupt.
        account: draw from a rival account's ranges.
        actor: keep only quantities about this actor.
        package: settle under this package only.
        equilibria: look for further equilibria from this many random starts, in one draw in ten.
        fit: draws of the fit to the record until the date, if there is one ("as-of"); to the whole record ("whole");
            or of the stated ranges alone ("none").
        progress: called with (share done, words).

    Raises:
        CaseError: located mistakes in the case.
        OptionError: unknown question, date, account, actor or package; fewer than 1 draw or start.
        Interrupted: stopped by the user.
    """
    from detente.case import load_case
    from detente.case.head import situation_of
    from detente.case.outputs import results_folder
    from detente.draws import Settings, forget
    from detente.run import write_run
    from detente.verbs.frame.answered import evaluated, run_of

    settings = Settings(draws, seed, workers, executor, date, out, fit)
    loaded = load_case(case)
    if actor is not None and actor not in loaded.actors:
        raise OptionError.of(f"unknown actor '{actor}'", "an actor of the case", suggest(actor, loaded.actors))
    ids = None if question.strip() == "all" else tuple(part.strip() for part in question.split(",") if part.strip())
    when = situation_of(loaded, date)
    store = Path(out or results_folder(loaded.name, loaded.folder, f"{when}-ask")) / ".draws"
    asking = {"account": account, "package": package, "equilibria": equilibria}
    answers = evaluated(loaded, when, ids, settings, store, progress, **asking)
    words = ["ask", loaded.name, "all" if ids is None else ",".join(ids), "--date", when]
    for name, value in (*asking.items(), ("actor", actor)):
        words += [f"--{name}", str(value)] if value else []
    found = run_of(loaded, when, answers, settings, words, actor)
    if out is not None:
        write_run(found, Path(out))
    forget(store)
    return found


def sensitivity(
    case: str | Path,
    quantity: str,
    date: str | None = None,
    pair: Sequence[str] | None = None,
    *,
    workers: int | None = None,
    fit: str = "as-of",
    progress: Progress | None = None,
) -> Run:
    """What one number hangs on: derivatives, bars by solving again, what you would have to believe, a map of two.

    Args:
        case: a folder, or the name of a shipped case.
        quantity: id of the number, such as `gain_from_settling.armenia.phased`.
        date: a situation of the case; default its `as_of`.
        pair: two assumptions for the map; default the two that move the number most.
        workers: processes; never changes a number.
        fit: around the middle of which draws: of the fit to the record until the date, if there is one ("as-of"), to
            the whole record ("whole"), or of the stated ranges ("none").
        progress: called with (share done, words).

    Raises:
        CaseError: located mistakes in the case.
        OptionError: unknown quantity, assumption or date, not two assumptions, or no fit to the whole record.
    """
    from detente.answers.explore import explore
    from detente.case import load_case
    from detente.case.head import situation_of
    from detente.draws import Settings
    from detente.game.compile import compile_case
    from detente.verbs.frame.answered import run_of
    from detente.verbs.frame.fitted import fitted_for

    if pair is not None and len(pair) != 2:
        raise OptionError.of(f"--pair {','.join(pair)}", "two assumptions joined by a comma")
    loaded = load_case(case)
    when = situation_of(loaded, date)
    both = None if pair is None else (pair[0], pair[1])
    fitted, said = fitted_for(loaded, when, fit)
    template = compile_case(loaded)
    answers = explore(template, when, quantity, both, workers=workers, progress=progress, fitted=fitted)
    answers = replace(answers, warnings=(*said, *answers.warnings))
    words = ["ask", loaded.name, "sensitivity", "--quantity", quantity, "--date", when]
    return run_of(loaded, when, answers, Settings(1, fit=fit), words)


def command(
    case: MaybeCase = None,
    question: Annotated[str | None, typer.Argument(help="A question, several joined by commas, or all.")] = None,
    *,
    list_: Annotated[bool, typer.Option("--list", help="List the questions.")] = False,
    date: Date = None,
    account: Annotated[str | None, typer.Option(help="Draw from this rival account's ranges.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only numbers about this actor.")] = None,
    package: Annotated[str | None, typer.Option(help="Settle under this package only.")] = None,
    quantity: Annotated[str | None, typer.Option(help="For the question 'sensitivity': the number to explain.")] = None,
    pair: Annotated[str | None, typer.Option(help="For 'sensitivity': two assumptions for the map, A,B.")] = None,
    draws: Draws = 100,
    seed: Seed = 0,
    fit: Fit = "as-of",
    workers: Workers = None,
    executor: Where = None,
    equilibria: Equilibria = None,
    out: Out = None,
    form: Format = None,
    as_json: Json = False,
) -> None:
    """Ask one question of a case; every number comes with its range."""
    from detente.verbs.frame.answered import show_run
    from detente.verbs.frame.printed import show_json, show_table
    from detente.words.progress import progress_bar

    as_json = chosen_form(form, as_json, FORMS) == "json"
    if list_:
        table = listed()
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        show_json(rows) if as_json else show_table(table)
        return
    if case is None or question is None:
        raise OptionError.of("a case and a question are needed", "detente ask CASE QUESTION", "detente ask --list")
    with progress_bar() as progress:
        if question == "sensitivity":
            if quantity is None:
                raise OptionError.of("'sensitivity' needs a number", "--quantity ID, such as gain_from_settling.ACTOR")
            names = pair.split(",") if pair else None
            found = sensitivity(case, quantity, date, names, workers=workers, fit=fit, progress=progress)
        else:
            found = run(
                case,
                question,
                date,
                draws=draws,
                seed=seed,
                fit=fit,
                workers=workers,
                executor=executor,
                out=out,
                account=account,
                actor=actor,
                package=package,
                equilibria=equilibria,
                progress=progress,
            )
    show_run(found, as_json)
