"""`detente compare`: answers under scenarios, side by side, with differences on common draws."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.errors import OptionError
from detente.verbs.frame.options import CaseArgument, Date, Fit, Json, Seed, Where, Workers

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from detente.answers import Answers
    from detente.run import Run
    from detente.words.progress import Progress

PANEL = "Answers"
USUAL = "relapse,peace,gain_from_settling,delay"  # questions where none is named


def run(
    case: str | Path,
    scenarios: Sequence[str],
    question: str | None = None,
    date: str | None = None,
    *,
    draws: int = 40,
    seed: int = 0,
    workers: int | None = None,
    executor: Executor | str | None = None,
    fit: str = "as-of",
    progress: Progress | None = None,
) -> Run:
    """Answers under scenarios, side by side with the case as it stands, with differences on common draws.

    Args:
        case: a folder, or the name of a shipped case.
        scenarios: names of the case's scenarios.
        question: ids of questions, joined by commas; default risk, peace, gain and delay.
        date: a situation of the case; default its `as_of`.
        draws: how many; the same draws are used throughout.
        seed: of the draws.
        workers: processes; never changes a number.
        executor: where draws are computed: processes here by default, else dask://HOST:PORT or an executor.
        fit: which fit to the record the draws come from, see `detente.ask`; what a scenario moves has its own ranges.
        progress: called with (share done, words).

    Returns:
        A run whose quantities are those of the case as it stands, with a table `comparison`.

    Raises:
        CaseError: located mistakes in the case or a scenario.
        OptionError: unknown scenario, question or date.
    """
    from detente.answers.compare import comparison
    from detente.case import load_case
    from detente.case.content import content_of
    from detente.case.head import situation_of
    from detente.draws import Settings
    from detente.run import Part
    from detente.verbs.frame.answered import evaluated, run_of

    settings = Settings(draws, seed, workers, executor, date, fit=fit)
    loaded = load_case(case)
    if not scenarios:
        known = ", ".join(loaded.scenarios) or "(the case has none)"
        raise OptionError.of("no scenario is named", f"one or more of {known}")
    for name in scenarios:
        loaded.scenario(name)  # refuses an unknown name before anything is computed
    ids = tuple((question or USUAL).split(","))
    when = situation_of(loaded, date)
    cases = {"": loaded, **{name: loaded.override(scenario=name) for name in scenarios}}
    found: dict[str, Answers] = {}
    for n, (name, changed) in enumerate(cases.items()):
        tell = partial(_told, progress or (lambda _share, _words: None), n, len(cases), name or "as it stands")
        found[name] = evaluated(changed, when, ids, settings, None, tell)
    whole = run_of(loaded, when, found[""], settings, ["compare", loaded.name, *scenarios, "--date", when])
    tables = {"comparison": comparison(found)}
    return whole.add(Part(name="comparison", key=content_of(loaded), command=whole.command, tables=tables))


def _told(progress: Progress, done: int, of: int, name: str, share: float, words: str) -> None:
    progress((done + share) / of, f"{name}: {words}")


def command(
    case: CaseArgument,
    scenarios: Annotated[list[str], typer.Argument(help="Scenarios of the case.")],
    *,
    question: Annotated[str | None, typer.Option(help="Questions, joined by commas.")] = None,
    date: Date = None,
    draws: Annotated[int, typer.Option("--draws", help="Draws, common to all.")] = 40,
    seed: Seed = 0,
    fit: Fit = "as-of",
    workers: Workers = None,
    executor: Where = None,
    as_json: Json = False,
) -> None:
    """Answers under scenarios, side by side, with differences on common draws."""
    from detente.verbs.frame.answered import show_warnings
    from detente.verbs.frame.printed import show_exact, show_table
    from detente.words.progress import progress_bar

    with progress_bar() as progress:
        found = run(
            case,
            scenarios,
            question,
            date,
            draws=draws,
            seed=seed,
            fit=fit,
            workers=workers,
            executor=executor,
            progress=progress,
        )
    if as_json:
        show_exact(found.model_dump_json(by_alias=True, indent=1))
    else:
        show_table(found.tables["comparison"])
        show_warnings(found)
