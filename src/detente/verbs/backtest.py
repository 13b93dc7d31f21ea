"""`detente backtest`: fit to what was known at a date, score what came, beside simple rivals."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.verbs.frame.options import CaseArgument, Json, Out, Seed, Workers
from detente.verbs.frame.studies import stopped

if TYPE_CHECKING:
    from detente.evidence.predict import BackTested
    from detente.words.progress import Progress

PANEL = "Evidence"


def run(
    case: str | Path,
    until: str,
    score: str,
    *,
    seed: int = 0,
    draws: int = 200,
    out: str | Path | None = None,
    workers: int | None = None,
    progress: "Progress | None" = None,
) -> "BackTested":
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


def command(
    case: CaseArgument,
    *,
    date: Annotated[str, typer.Option("--date", help="Fit to what was known on this ISO date.")],
    score: Annotated[str, typer.Option(help="D1:D2, ISO dates of the window that is scored.")],
    seed: Seed = 0,
    draws: Annotated[int, typer.Option(help="Draws from the case's own ranges.")] = 200,
    out: Out = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Fit to what was known at a date, score what came, beside simple rivals."""
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
