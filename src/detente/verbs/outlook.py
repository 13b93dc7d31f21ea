"""`detente outlook`: fighting and settlement within 1, 2, 5 and 10 years, by past cases, the model, and both."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Interrupted, OptionError
from detente.verbs.frame.options import CaseArgument, Date, Draws, Fit, Json, Out, Seed, Where, Workers

if TYPE_CHECKING:
    from detente.draws import Settings
    from detente.run import Part, Run
    from detente.words.progress import Note, Progress

PANEL = "Answers"
STORE = ".outlook"  # in the run folder: solved draws, until the outlook is done


def run(
    case: str | Path, settings: Settings | None = None, progress: Progress | None = None, note: Note | None = None
) -> Part:
    """Set past cases, the model before and after the record, and their pool beside each other; joins the run folder.

    Args:
        case: a folder, or the name of a shipped case.
        settings: date, draws, seed, workers, fit and run folder (`detente.draws.Settings`).
        progress: called with the share done and what is being done.
        note: called with a sentence for each part of the folder's run that no longer holds.

    Returns:
        The part of the run; `part.chances` holds the numbers.

    Raises:
        CaseError, RecordError: located mistakes in the files, all at once.
        OptionError: an unknown date, a fit that is not there, or a folder of another case.
        ComputationError: not one draw can be solved.
        Interrupted: stopped by the user; finished draws are kept and used again.
    """
    from dataclasses import replace

    from detente.answers.outlook import outlook, weight_of
    from detente.answers.outlook_told import chances_part
    from detente.case import load_case
    from detente.case.head import situation_of
    from detente.draws import Settings, forget
    from detente.game import compile_case
    from detente.verbs.frame.fitted import fitted_for, why_none
    from detente.verbs.frame.folder import folder_of, head_of, join

    asked = settings or Settings()
    loaded = load_case(case)
    when = situation_of(loaded, asked.date)
    folder = folder_of(loaded, when, asked.out)
    fitted, said = fitted_for(loaded, when, asked.fit, out=asked.out)
    template, weight = compile_case(loaded), weight_of(_before(folder, loaded.name, when))
    store = folder / STORE
    try:
        found, warnings = outlook(
            template,
            when,
            asked,
            fitted,
            weight=weight,
            why_no_fit=why_none(asked.fit, said),
            progress=progress,
            store=store,
        )
    except KeyboardInterrupt:
        raise Interrupted(f"stopped; finished draws are kept in {store}: run the same command to go on") from None
    again = command_of(loaded.name, replace(asked, date=when))
    part = chances_part(loaded, found, (*said, *warnings), again)
    join(head_of(template, when, asked.seed, asked.draws, again).add(part), loaded, folder, note)
    forget(store)
    return part


def command_of(case: str, settings: Settings) -> str:
    """The command that makes the outlook again, without paths or workers."""
    from detente.verbs.frame.answered import fit_words

    numbers = ["--date", str(settings.date), "--draws", str(settings.draws), "--seed", str(settings.seed)]
    return shlex.join(["detente", "outlook", case, *numbers, *fit_words(settings)])


def _before(folder: Path, case: str, when: str) -> Run | None:
    """The run that the outlook joins, None where there is none of this case and date."""
    from detente.run import read_run

    try:
        found = read_run(folder)
    except OptionError:
        return None
    return found if (found.case, found.date) == (case, when) else None


def command(
    case: CaseArgument,
    *,
    date: Date = None,
    out: Out = None,
    draws: Draws = 100,
    seed: Seed = 0,
    fit: Fit = "as-of",
    workers: Workers = None,
    executor: Where = None,
    as_json: Json = False,
) -> None:
    """Fighting and settlement within 1, 2, 5 and 10 years: past cases, the model, and both together."""
    from detente.draws import Settings
    from detente.verbs.frame.printed import say, show, show_json
    from detente.words.progress import note, progress_bar

    with progress_bar() as progress:
        part = run(case, Settings(draws, seed, workers, executor, date, out, fit), progress, note)
    assert part.chances is not None
    if as_json:
        show_json(part.chances.data())
    else:
        show(part)
    for warning in part.warnings:
        say(warning)
