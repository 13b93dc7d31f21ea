"""`detente accounts`: which rival account the record favours, how strongly, and what would overturn that."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.verbs.frame.options import CaseArgument, Date, Json, Out, Seed, Workers
from detente.verbs.frame.studies import nothing_kept, stopped

if TYPE_CHECKING:
    from detente.evidence.recorded import RecordedCase
    from detente.evidence.study import Settings, StudyResult
    from detente.run import Part
    from detente.words.progress import Note, Progress

PANEL = "Evidence"
DRAWS_HELP = "Draws carried to each posterior; default 400. An account needs 100 effective ones, or nothing is ranked."


def run(
    case: str | Path,
    date: str | None = None,
    *,
    quick: bool = False,
    seed: int = 0,
    out: str | Path | None = None,
    workers: int | None = None,
    draws: int | None = None,
    records: int | None = None,
    progress: Progress | None = None,
    note: Note | None = None,
) -> Part:
    """Which account does the record favour, how strongly, and what would overturn that?

    Args:
        case: a folder or the name of a shipped case.
        date: whose run folder takes the result up; default the case's `as_of`. The study uses the whole record.
        quick: the design check on few records and a rough comparison; no verdict.
        seed: of all draws and simulations.
        out: run folder, which then keeps draws as well; default `./detente-out/CASE-DATE/`.
        workers: processes; never changes a number.
        draws: carried to each posterior; 0: to none, and nothing is ranked.
        records: simulated records per account; a verdict needs 200.
        progress: called with (share done, words).
        note: called with a sentence for each part of the folder's run that no longer holds.

    Returns:
        The part of the run: `accounts`, its tables and sections.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files, or a number out of range.
        ComputationError: not one draw has a certified solution.
        Interrupted: stopped by the user; what was finished is kept.
    """
    from detente.case.head import situation_of
    from detente.draws import forget
    from detente.evidence.kept import store_of
    from detente.evidence.part import keep_accounts
    from detente.evidence.recorded import RecordedCase
    from detente.evidence.study import DESIGN
    from detente.verbs.frame.folder import folder_of, head_of, join

    settings = study_settings(quick, seed, workers, draws, records)
    recorded = RecordedCase.open(case)
    when = situation_of(recorded.case, date)
    store = store_of(recorded.case, out)
    words = [
        "detente",
        "accounts",
        recorded.case.name,
        "--date",
        when,
        "--draws",
        str(settings.particles),
        "--seed",
        str(seed),
    ]
    words += ["--records", str(settings.records), *(["--quick"] if quick else [])]
    found, part = study_accounts(recorded, settings, store, progress, shlex.join(words))
    keep_accounts(store, part)
    head = head_of(recorded.template, when, seed, found.bank.solves, part.command)
    join(head.add(part), recorded.case, folder_of(recorded.case, when, out), note)
    forget(store / DESIGN)
    return part


def study_settings(
    quick: bool, seed: int = 0, workers: int | None = None, draws: int | None = None, records: int | None = None
) -> Settings:
    """How much a study of accounts computes.

    Raises:
        OptionError: a number out of range.
    """
    from dataclasses import replace

    from detente.evidence.study import Settings

    settings = Settings.quick(seed, workers) if quick else Settings(seed=seed, workers=workers)
    named = {"particles": draws, "records": records}
    return replace(settings, **{name: value for name, value in named.items() if value is not None})


def study_accounts(
    recorded: RecordedCase, settings: Settings, store: Path, progress: Progress | None, command: str
) -> tuple[StudyResult, Part]:
    """Freeze, study, and make the part; nothing but the store is written."""
    from dataclasses import replace

    from detente.draws import reasons_in_words
    from detente.evidence.freeze import freeze
    from detente.evidence.part import accounts_part
    from detente.evidence.prepare import run_study, study_of
    from detente.evidence.recorded import evidence_files

    report = progress or (lambda _share, _words: None)
    report(0.0, f"coding the record of {recorded.case.name}")
    study = study_of(recorded, settings, store, report)
    edits = freeze(store, evidence_files(recorded.case))
    try:
        found = run_study(recorded, study)
    except KeyboardInterrupt:
        raise stopped(store) from None
    notes = ["only the principal equilibrium of each draw is used"]
    if found.bank.left_out:
        notes.append(found.bank.left_out_in_words)
    if found.designed.left_out:
        reasons = reasons_in_words(found.designed.left_out)
        notes.append(f"{len(found.designed.left_out)} simulated records were left out: {reasons}")
    found = replace(found, edits=tuple(edits), notes=tuple(notes))
    return found, accounts_part(recorded, found, command)


def last(case: str | Path, out: str | Path | None = None) -> Part:
    """What `accounts` found last, where the files that it rests on are still the same.

    Args:
        case: a folder or the name of a shipped case.
        out: run folder in which it was kept, if not in the default place.

    Raises:
        CaseError: located mistakes in the case.
        OptionError: nothing is kept, or it rests on other files.
    """
    from detente.case import load_case
    from detente.evidence.kept import store_of
    from detente.evidence.part import kept_accounts

    loaded = load_case(case)
    store = store_of(loaded, out)
    part = kept_accounts(loaded, store)
    if part is None:
        raise nothing_kept(store, "accounts", f"detente accounts {loaded.name}")
    return part


def command(
    case: CaseArgument,
    *,
    date: Date = None,
    quick: Annotated[bool, typer.Option("--quick", help="Design check on few records; no verdict.")] = False,
    seed: Seed = 0,
    out: Out = None,
    workers: Workers = None,
    draws: Annotated[int | None, typer.Option(help=DRAWS_HELP)] = None,
    records: Annotated[int | None, typer.Option(help="Simulated records per account; a verdict needs 200.")] = None,
    summary: Annotated[bool, typer.Option("--summary", help="Print what was found last; compute nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Which account does the record favour, how strongly, and what would overturn that?"""
    from detente.verbs.frame.printed import show, show_json
    from detente.words.progress import note, progress_bar

    if summary:
        part = last(case, out)
    else:
        with progress_bar() as progress:
            part = run(
                case,
                date,
                quick=quick,
                seed=seed,
                out=out,
                workers=workers,
                draws=draws,
                records=records,
                progress=progress,
                note=note,
            )
    data = part.accounts
    assert data is not None
    if as_json:
        show_json(data.model_dump(mode="json"))
        return
    show(part)
    for edit in data.edits_after_freezing:
        note(f"note: {edit}")
