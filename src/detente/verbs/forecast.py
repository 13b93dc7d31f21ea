"""`detente forecast register|resolve|score`: forecasts that are frozen when made, and scored when it is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.errors import OptionError, suggest
from detente.verbs.frame.options import CaseArgument, Date, Draws, Fit, Json, Seed, Verb, Where, Workers
from detente.verbs.frame.printed import show_json, show_table, show_text

if TYPE_CHECKING:
    from detente.answers.forecast_scores import Scored
    from detente.answers.forecasts import Event
    from detente.draws import Settings
    from detente.words.progress import Progress

PANEL = "Evidence"
EVENTS: dict[str, Event] = {"war": "war", "peace": "peace", "settlement": "peace"}
app = typer.Typer(help="Forecasts that are frozen when made, and scored when known.", no_args_is_help=True)


def run(case: str | Path, settings: Settings | None = None, progress: Progress | None = None) -> Path:
    """Freeze the outlook of a case: a file with its probabilities, what they rest on, and a hash over all of it.

    Args:
        case: a folder, or the name of a shipped case.
        settings: date, draws, seed, workers, fit; `out` is the folder of forecasts.
        progress: called with the share done and what is being done.

    Returns:
        The file.

    Raises:
        CaseError, RecordError: located mistakes in the files, all at once.
        OptionError: an unknown date, or one for which a forecast is registered already.
        ComputationError: not one draw can be solved.
    """
    from dataclasses import replace

    from detente.answers.forecasts import forecast_of, freeze, home_of
    from detente.answers.outlook import outlook
    from detente.case import load_case
    from detente.case.head import situation_of
    from detente.draws import Settings
    from detente.game import compile_case
    from detente.verbs.frame.fitted import AS_OF, fitted_for
    from detente.verbs.outlook import command_of

    asked = settings or Settings()
    loaded = load_case(case)
    when = situation_of(loaded, asked.date)
    fit = "" if asked.fit == AS_OF else f"-fit-{asked.fit}"
    path = home_of(loaded, asked.out) / f"{when}{fit}.json"
    _refuse(path, when)
    fitted, _ = fitted_for(loaded, when, asked.fit)
    found, _ = outlook(compile_case(loaded), when, asked, fitted, progress=progress)
    freeze(forecast_of(loaded, found, fitted, command_of(loaded.name, replace(asked, date=when))), path)
    return path


def _refuse(path: Path, when: str) -> None:
    """What can be refused before anything is computed.

    Raises:
        OptionError: see `freeze` and `forecast_of`.
    """
    from detente.answers.forecasts import check_day, check_new

    check_day(when)
    check_new(path)


def resolve(
    file: str | Path,
    event: str,
    source: str,
    *,
    on: str | None = None,
    none_until: str | None = None,
    fighting_ended: str | None = None,
) -> dict[str, Any]:
    """Note what came, or that nothing had come by a day, beside a frozen forecast.

    Args:
        file: the forecast; it is not changed.
        event: "war" or "settlement".
        source: who says so.
        on: ISO date of the first day of it.
        none_until: ISO date until which it had not come; resolves windows that were closed by then.
        fighting_ended: ISO date of the end of the fighting that was under way on the forecast's date.

    Returns:
        The file of outcomes, and the windows of the event that are resolved now.

    Raises:
        OptionError: a day that cannot be, no window that is closed, a contradiction, or a changed forecast.
    """
    from detente.answers.forecast_scores import add_outcome
    from detente.answers.forecasts import Outcome, outcomes_path, today
    from detente.words.dates import check_date

    if event not in EVENTS:
        raise OptionError.of(f"--event {event}", "war or settlement", suggest(event, EVENTS))
    if (on is None) == (none_until is None):
        raise OptionError.of("--on and --none-until" if on else "neither --on nor --none-until", "one of them")
    if not source.strip():
        raise OptionError.of("--source is empty", "who says so: an address, or an entry of the record")
    for option, day in (("on", on), ("none-until", none_until), ("fighting-ended", fighting_ended)):
        if day is not None:
            check_date(option, day)
    outcome = Outcome(
        event=EVENTS[event],
        on=on,
        none_until=none_until,
        fighting_ended=fighting_ended,
        source=source,
        noted=today().isoformat(),
    )
    known = add_outcome(Path(file), outcome)
    resolved = {f"{years}y": came for years, came in known.items()}
    return {"file": outcomes_path(Path(file)).as_posix(), "event": outcome.event, "resolved": resolved}


def score(where: str | Path | None = None) -> Scored:
    """Score the forecasts of a case or a folder; without one, all below `detente-out` and in `forecasts/` here.

    Raises:
        CaseError: neither a folder nor a shipped case.
        OptionError: no forecast there.
    """
    from detente.answers.forecast_scores import scored
    from detente.answers.forecasts import FOLDER, home_of
    from detente.case import load_case
    from detente.case.content import RESULTS

    if where is None:
        folders = [Path(FOLDER), *sorted(Path(RESULTS).glob(f"*-{FOLDER}"))]
    elif Path(where).is_dir() and not (Path(where) / "case.yaml").is_file():
        folders = [Path(where)]
    else:
        folders = [home_of(load_case(where), None)]
    found = scored(folders)
    if not found.files:
        names = ", ".join(folder.as_posix() for folder in folders)
        raise OptionError.of(f"no forecasts in {names}", hint="`detente forecast register CASE` makes one")
    return found


@app.command("register", cls=Verb)
def register_command(
    case: CaseArgument,
    *,
    date: Date = None,
    out: Annotated[str | None, typer.Option("--out", help="Folder of forecasts; default that of the case.")] = None,
    draws: Draws = 100,
    seed: Seed = 0,
    fit: Fit = "as-of",
    workers: Workers = None,
    executor: Where = None,
    as_json: Json = False,
) -> None:
    """Freeze the outlook of a case: probabilities, what they rest on, and a hash over all of it."""
    from detente.answers.forecasts import read_forecast
    from detente.draws import Settings
    from detente.words.progress import progress_bar

    with progress_bar() as progress:
        path = run(case, Settings(draws, seed, workers, executor, date, out, fit), progress)
    forecast, found = read_forecast(path)
    if as_json:
        show_json({"file": path.as_posix(), "hash": found, **forecast.data()})
        return
    show_text(f"{path}\nregistered on {forecast.registered} for {forecast.date}; hash {found}")


@app.command("resolve", cls=Verb)
def resolve_command(
    file: Annotated[str, typer.Argument(help="A registered forecast.")],
    *,
    event: Annotated[str, typer.Option("--event", help="war or settlement.")],
    source: Annotated[str, typer.Option("--source", help="Who says so.")],
    on: Annotated[str | None, typer.Option("--on", help="ISO date on which it began.")] = None,
    none_until: Annotated[str | None, typer.Option("--none-until", help="ISO date by which it had not come.")] = None,
    fighting_ended: Annotated[
        str | None, typer.Option("--fighting-ended", help="ISO date on which the fighting of that time ended.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Note what came, or that it had not come by a day, beside a forecast; the forecast itself is not changed."""
    found = resolve(file, event, source, on=on, none_until=none_until, fighting_ended=fighting_ended)
    if as_json:
        show_json(found)
        return
    for years, came in found["resolved"].items():
        number = years.removesuffix("y")
        show_text(f"{event} within {number} year{'s' * (number != '1')}: {'yes' if came else 'no'}")
    show_text(found["file"])


@app.command("score", cls=Verb)
def score_command(
    where: Annotated[str | None, typer.Argument(metavar="CASE", help="A case, or a folder of forecasts.")] = None,
    as_json: Json = False,
) -> None:
    """Brier and log score of resolved forecasts, by event and horizon: the model, past cases, and both together."""
    found = score(where)
    if as_json:
        show_json(found.data())
        return
    if found.windows:
        show_table(found.table())
    for line in found.words():
        show_text(line)
