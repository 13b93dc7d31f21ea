"""`detente history`: histories that the model would leave, held against the record."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.verbs.frame.options import CaseArgument, Date, Fit, Json, Out, Seed, Where, Workers
from detente.verbs.frame.studies import stopped

if TYPE_CHECKING:
    from detente.draws import Settings
    from detente.run import History, Part
    from detente.words.progress import Note, Progress

PANEL = "Evidence"
DRAWS = 200
BEGINS = "The record begins on {date} or later, so all of it is used."
STORE = "histories"  # in the store of a case: histories of a job that was interrupted


def run(
    case: str | Path,
    settings: Settings,
    *,
    prior: bool = False,
    progress: Progress | None = None,
    note: Note | None = None,
) -> Part:
    """Hold the statistics of the case against histories of its fit and of its ranges.

    Args:
        case: a folder or the name of a shipped case.
        settings: date, draws, seed, workers, where to write, and which fit to the record histories come from.
        prior: histories of the stated ranges only, as with `fit` "none".
        progress: called with (share done, words).
        note: called with a sentence for each part of the folder's run that no longer holds.

    Returns:
        The part of the run.

    Raises:
        CaseError, RecordError: mistakes in the files.
        OptionError: an unknown date, no statistics, no record, or no fit of the kind that was asked for.
        ComputationError: no draw leaves a history.
        Interrupted: stopped by the user; what was finished is kept.
    """
    from detente.case.content import content_of
    from detente.case.head import situation_of
    from detente.errors import OptionError
    from detente.evidence.fit import Question
    from detente.evidence.held_out import frozen_history
    from detente.evidence.histories import Simulator
    from detente.evidence.history_part import Found, history_part
    from detente.evidence.kept import store_of
    from detente.evidence.recorded import RecordedCase
    from detente.verbs.frame.fitted import NONE, WHOLE, fitted_for
    from detente.verbs.frame.folder import folder_of, head_of, join

    recorded = RecordedCase.open(case)
    loaded = recorded.case
    when = situation_of(loaded, settings.date)
    if not loaded.history:
        hint = "add such as `history: {wars: {count: into phase == war}}` to case.yaml, see docs/evidence.md"
        raise OptionError.of(f"case '{loaded.name}' states no statistics", "a section 'history'", hint)
    fit = NONE if prior else settings.fit
    kept, said = fitted_for(loaded, when, fit, out=settings.out)
    late = recorded.begins() >= when
    said = (*said, *([BEGINS.format(date=when)] if late else []))
    simulator = Simulator(Question(str(loaded.folder), when, None, late or fit == WHOLE))
    store = store_of(loaded, settings.out) / STORE
    key = content_of(loaded)
    try:
        fitted, ranges = _histories(simulator, settings, kept, store, key, progress)
    except KeyboardInterrupt:
        raise stopped(store) from None
    command = command_of(loaded.name, when, settings, fit)
    head = head_of(recorded.template, when, settings.seed, settings.draws, command)
    frozen = frozen_history(loaded, settings.out)
    found = Found(simulator.looked, fitted, ranges, kept.fit if kept is not None else None, frozen, settings.seed)
    part = history_part(loaded, when, found, key, command, words=said, confidential=head.secret)
    join(head.add(part), loaded, folder_of(loaded, when, settings.out), note)
    _forget(store)
    return part


def _histories(
    simulator: Any, settings: Settings, kept: Any, store: Path, key: str, progress: Progress | None
) -> tuple[Any, Any]:
    """Histories of the fit (None without one), and of the ranges."""
    from detente.evidence.histories import SHOWN, draws_of_fit, draws_of_ranges, histories
    from detente.files.keys import code_fingerprint, content_key, digest

    own = simulator.target
    beside = 0 if kept is not None else SHOWN
    jobs = [("ranges", draws_of_ranges(own, settings.draws, settings.seed, beside))]
    if kept is not None:
        jobs.append(("fit", draws_of_fit(kept, settings.draws, settings.seed, SHOWN)))
    found: dict[str, Any] = {}
    for n, (name, draws) in enumerate(jobs):
        of_fit = digest(kept.values.tobytes()) if kept is not None and name == "fit" else ""
        found[name] = histories(
            simulator,
            draws,
            store=store,
            key=content_key(code_fingerprint(), key, str(simulator.question), name, of_fit, settings.seed),
            workers=settings.workers,
            executor=settings.executor,
            progress=_scaled(progress, n, len(jobs)),
            words=f"history of the {name},",
        )
    return found.get("fit"), found["ranges"]


def _scaled(progress: Progress | None, n: int, of: int) -> Progress | None:
    return None if progress is None else lambda share, words: progress((n + share) / of, words)


def _forget(store: Path) -> None:
    from detente.draws import forget

    forget(store)


def command_of(case: str, when: str, settings: Settings, fit: str) -> str:
    """The command that makes the part again, without paths or workers."""
    words = ["detente", "history", case, "--date", when, *(["--fit", fit] if fit != "as-of" else [])]
    return shlex.join([*words, "--draws", str(settings.draws), "--seed", str(settings.seed)])


def summary_of(history: History) -> dict[str, Any]:
    """What programs read."""
    return {
        "date": history.date,
        "until": history.until,
        "basis": history.basis,
        "draws": history.draws,
        "frozen": history.frozen,
        "statistics": [row.model_dump(mode="json") for row in history.statistics],
        "words": history.words,
    }


def command(
    case: CaseArgument,
    *,
    date: Date = None,
    prior: Annotated[bool, typer.Option("--prior", help="Histories of the stated ranges only.")] = False,
    fit: Fit = "as-of",
    draws: Annotated[int, typer.Option("--draws", help="How many draws, each with one history.")] = DRAWS,
    seed: Seed = 0,
    workers: Workers = None,
    executor: Where = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Histories that the model would leave, beside the record: what it reproduces, and what it misses."""
    from detente.draws import Settings
    from detente.verbs.frame.printed import show, show_json, show_text
    from detente.words.progress import note, progress_bar

    settings = Settings(draws, seed, workers, executor, date, out, fit)
    with progress_bar() as progress:
        part = run(case, settings, prior=prior, progress=progress, note=note)
    assert part.history is not None
    if as_json:
        show_json(summary_of(part.history))
        return
    show(part)
    for warning in part.warnings:
        show_text(f"! {warning}")
