"""`detente fit`: what the record says of each parameter, and what it cannot say."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.verbs.frame.options import CaseArgument, Date, Json, Out, Seed, Workers
from detente.verbs.frame.studies import CAP_HELP, command_of, stopped

if TYPE_CHECKING:
    from detente.run import Part
    from detente.words.progress import Note, Progress

PANEL = "Evidence"


def run(
    case: str | Path,
    account: str | None = None,
    date: str | None = None,
    *,
    seed: int = 0,
    draws: int = 200,
    cap: int = 500,
    out: str | Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    note: Note | None = None,
) -> Part:
    """The posterior of the case's parameters, under its own ranges or under one account.

    Args:
        case: a folder or the name of a shipped case.
        account: one of the case's accounts; default the case's own ranges.
        date: whose run folder takes the result up; default the case's `as_of`. The fit uses the whole record.
        seed: of the draws.
        draws: to begin with.
        cap: largest number of solves.
        out: run folder, which then keeps draws as well; default `./detente-out/CASE-DATE/`.
        workers: processes; never changes a number.
        progress: called with (share done, words).
        note: called with a sentence for each part of the folder's run that no longer holds.

    Returns:
        The part of the run: `fit`, its table and section.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files, an unknown account, or a number out of range.
        ComputationError: not one draw has a certified solution.
        Interrupted: stopped by the user; what was finished is kept.
    """
    from detente.case.head import situation_of
    from detente.evidence.fit import fit as fit_study
    from detente.evidence.part import fit_part, keep, store_of
    from detente.evidence.prepare import study_of
    from detente.evidence.recorded import RecordedCase
    from detente.evidence.study import Settings
    from detente.verbs.frame.folder import folder_of, head_of, join

    settings = Settings(draws=draws, cap=cap, seed=seed, workers=workers)
    recorded = RecordedCase.open(case)
    when = situation_of(recorded.case, date)
    store = store_of(recorded.case, out)
    study = study_of(recorded, settings, store, progress or (lambda _s, _w: None), accounts=account is not None)
    try:
        found = fit_study(study, account)
    except KeyboardInterrupt:
        raise stopped(store) from None
    words = [] if account is None else ["--account", account]
    words += ["--draws", str(draws)]
    again = f"{command_of('fit', recorded.case, when, settings)} {shlex.join(words)}"
    part = fit_part(recorded, found, again)
    keep(store, part)
    join(
        head_of(recorded.template, when, seed, found.solves, again).add(part),
        recorded.case,
        folder_of(recorded.case, when, out),
        note,
    )
    return part


def command(
    case: CaseArgument,
    *,
    account: Annotated[str | None, typer.Option(help="An account; default the case's own ranges.")] = None,
    date: Date = None,
    seed: Seed = 0,
    draws: Annotated[int, typer.Option(help="Draws to begin with.")] = 200,
    cap: Annotated[int, typer.Option(help=CAP_HELP)] = 500,
    out: Out = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """What the record says of each parameter, and what it cannot say: "assumption, not record"."""
    from detente.verbs.frame.printed import show, show_json
    from detente.words.progress import note, progress_bar

    with progress_bar() as progress:
        part = run(
            case, account, date, seed=seed, draws=draws, cap=cap, out=out, workers=workers, progress=progress, note=note
        )
    if as_json:
        assert part.fit is not None
        show_json(part.fit.model_dump(mode="json"))
        return
    show(part)
