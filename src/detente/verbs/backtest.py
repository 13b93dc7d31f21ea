"""`detente backtest`: fit to what was known at a date, score what came, beside simple rivals."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.verbs.frame.options import CaseArgument, Json, Out, Seed, Where, Workers
from detente.verbs.frame.studies import nothing_kept, stopped

if TYPE_CHECKING:
    from detente.evidence.fit import Fitted, Question
    from detente.evidence.predict import BackTested
    from detente.evidence.recorded import RecordedCase
    from detente.run import Part, Scores
    from detente.words.progress import Note, Progress

PANEL = "Evidence"
PARTICLES, WINDOW_DRAWS = 240, 200
EVERY = re.compile(r"([1-9]\d?)\s*y(?:ears?)?")


def run(
    case: str | Path,
    until: str,
    score: str,
    *,
    seed: int = 0,
    draws: int = WINDOW_DRAWS,
    out: str | Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> BackTested:
    """Fit to what was known at a date, score what came, beside the simple rivals.

    Args:
        case: a folder or the name of a shipped case.
        until: ISO date of the fit.
        score: "D1:D2", ISO dates of the window that is scored.
        seed: of the draws.
        draws: from the case's own ranges.
        out: run folder in which solved draws are kept; default beside the others of the case.
        workers: processes; never changes a number.
        progress: called with (share done, words).

    Raises:
        CaseError, RecordError: mistakes in the files.
        OptionError: dates that are not dates or out of order, or a number out of range.
        ComputationError: not one draw has a certified solution.
        Interrupted: stopped by the user; what was finished is kept.
    """
    from detente.evidence.kept import store_of
    from detente.evidence.predict import window_of
    from detente.evidence.prepare import back_test_own, study_of
    from detente.evidence.recorded import RecordedCase
    from detente.evidence.study import Settings

    window = window_of(until, score)
    settings = Settings(draws=draws, seed=seed, workers=workers)
    recorded = RecordedCase.open(case)
    store = store_of(recorded.case, out)
    study = study_of(recorded, settings, store, progress or (lambda _s, _w: None), accounts=False)
    try:
        return back_test_own(recorded, study, until, window)
    except KeyboardInterrupt:
        raise stopped(store) from None


def yearly(
    case: str | Path,
    every: int = 1,
    *,
    seed: int = 0,
    draws: int = PARTICLES,
    out: str | Path | None = None,
    workers: int | None = None,
    executor: str | None = None,
    progress: Progress | None = None,
    note: Note | None = None,
    fits: bool = False,
) -> Part:
    """What the model would have forecast as of one year after another, scored beside rivals that need no model.

    One pass through the record: at every day the fit rests on the record until then. The case's own dates are shown
    and never averaged in.

    Args:
        case: a folder or the name of a shipped case.
        every: years between two days.
        seed: of the draws.
        draws: carried along; a multiple of 4.
        out: run folder, which then keeps the draws as well; default `./detente-out/CASE-DATE/`.
        workers: processes; never changes a number.
        executor: where to compute, see `detente.draws.map_draws`.
        progress: called with (share done, words).
        note: called with a sentence for each part of the folder's run that no longer holds.
        fits: keep the fits of the case's own dates and of the whole record as well, as `detente fit` does; each is
            written as soon as it is made.

    Returns:
        The part of the run: `scores`, its tables and section.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files, or a number out of range.
        ComputationError: no draw can have produced the record.
        Interrupted: stopped by the user; what was finished is kept.
    """
    from detente.answers.backtest import over_the_years
    from detente.answers.backtest_part import keep_scores, scores_key, scores_part
    from detente.case.head import situation_of
    from detente.evidence.kept import store_of
    from detente.evidence.recorded import RecordedCase
    from detente.evidence.tempered import Effort
    from detente.verbs.frame.folder import folder_of, head_of, join

    effort = Effort(particles=draws, seed=seed)
    recorded = RecordedCase.open(case)
    store, when = store_of(recorded.case, out), situation_of(recorded.case, None)
    key = scores_key(recorded)
    options = ["--every", f"{every}y", *(["--fits"] if fits else []), "--draws", str(draws), "--seed", str(seed)]
    command = shlex.join(["detente", "backtest", recorded.case.name, *options])
    try:
        found = over_the_years(
            recorded, every, effort, folder=store / "years", key=key, workers=workers, executor=executor,
            progress=progress, keep=_keeping(recorded, store, command) if fits else None,
        )  # fmt: skip
    except KeyboardInterrupt:
        raise stopped(store) from None
    head = head_of(recorded.template, when, seed, draws, command)
    part = scores_part(recorded.case, found.model_copy(update={"confidential": head.secret}), command)
    keep_scores(store, key, part)
    join(head.add(part), recorded.case, folder_of(recorded.case, when, out), note)
    return part


def _keeping(recorded: RecordedCase, store: Path, command: str) -> Callable[[Question, Fitted], None]:
    """What keeps a fit of the pass where `detente fit` keeps its own; the statistics are written down before it."""
    from detente.evidence.held_out import freeze_history
    from detente.evidence.kept import fit_key, keep_fit
    from detente.evidence.part import fit_part

    freeze_history(store, recorded.case)

    def keep(question: Question, found: Fitted) -> None:
        key = fit_key(recorded, question.account, question.until)
        keep_fit(store, question, key, fit_part(recorded, found.fit, command), found)

    return keep


def last(case: str | Path, out: str | Path | None = None) -> Part:
    """The back-test over the years that belongs to the case as it is now; nothing is computed.

    Raises:
        CaseError: located mistakes in the case.
        OptionError: none is kept that belongs to it.
    """
    from detente.answers.backtest_part import kept_scores
    from detente.case import load_case
    from detente.evidence.kept import store_of

    loaded = load_case(case)
    part = kept_scores(loaded, out)
    if part is None:
        raise nothing_kept(store_of(loaded, out), "backtest", f"detente backtest {loaded.name} --every 1y")
    return part


def summary_of(scores: Scores) -> dict[str, object]:
    """What programs read: Brier scores by event and horizon, and every forecast."""
    return {
        "points": [day.model_dump(mode="json") for day in scores.days],
        "scores": {
            f"{s.event}_{s.years}y": {
                **s.brier,
                "days": s.days,
                "windows": s.windows,
                "happened": s.happened,
                "log": s.log,
                "difference": s.difference,
                "calibration": s.calibration,
            }
            for s in scores.scores
        },
    }


def years_of(every: str) -> int:
    """Years between two days, from `1y`.

    Raises:
        OptionError: something else.
    """
    from detente.errors import OptionError

    match = EVERY.fullmatch(every.strip())
    if match is None:
        raise OptionError.of(f"--every {every}", "whole years, such as 1y")
    return int(match[1])


def command(
    case: CaseArgument,
    *,
    every: Annotated[str | None, typer.Option(help="As of every so many years, such as 1y.")] = None,
    fits: Annotated[
        bool,
        typer.Option("--fits", help="Keep the fits of the case's own dates and of the whole record as well."),
    ] = False,
    date: Annotated[str | None, typer.Option("--date", help="One window: fit to what was known on this day.")] = None,
    score: Annotated[str | None, typer.Option(help="One window: D1:D2, ISO dates between which it is scored.")] = None,
    seed: Seed = 0,
    draws: Annotated[
        int | None, typer.Option(help=f"Draws; default {PARTICLES} with --every, {WINDOW_DRAWS} for one window.")
    ] = None,
    out: Out = None,
    workers: Workers = None,
    executor: Where = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Print the scores that are kept; compute nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """How the model would have forecast as of earlier years (--every), or in one window (--date and --score)."""
    from detente.errors import OptionError
    from detente.verbs.frame.printed import show, show_json
    from detente.words.progress import note, progress_bar

    if fits and (every is None or summary):
        raise OptionError.of("--fits", "one pass through the record", "try --every 1y --fits")
    if every is None and not summary:
        if date is None or score is None:
            raise OptionError.of("what to score", "--every 1y, or --date D with --score D1:D2", "try --every 1y")
        _one_window(
            case, date, score, seed=seed, draws=draws or WINDOW_DRAWS, out=out, workers=workers, as_json=as_json
        )
        return
    if date is not None or score is not None:
        raise OptionError.of("--every and --date, --score", "the one or the other")
    if summary:
        part = last(case, out)
    else:
        with progress_bar() as progress:
            part = yearly(
                case,
                years_of(every or "1y"),
                seed=seed,
                draws=draws or PARTICLES,
                out=out,
                workers=workers,
                executor=executor,
                progress=progress,
                note=note,
                fits=fits,
            )
    assert part.scores is not None
    if as_json:
        show_json(summary_of(part.scores))
        return
    show(part)


def _one_window(
    case: str,
    date: str,
    score: str,
    *,
    seed: int,
    draws: int,
    out: str | None,
    workers: int | None,
    as_json: bool,
) -> None:
    from detente.evidence.report import back_test_of, back_test_table
    from detente.evidence.sections import held_out_section
    from detente.verbs.frame.printed import show_json, show_table, show_text
    from detente.words.progress import note, progress_bar

    with progress_bar() as progress:
        tested = run(case, date, score, seed=seed, draws=draws, out=out, workers=workers, progress=progress)
    data = back_test_of(tested)
    if as_json:
        show_json(data.model_dump(mode="json"))
        return
    section = held_out_section(data, "")
    show_text(section.finding, end="\n\n")
    show_table(back_test_table(tested))
    show_text("\n".join(section.paragraphs))
    note(f"effective sample size of the fit: {tested.ess:.0f}")
