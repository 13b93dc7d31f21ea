"""The verbs about evidence: `code`, `accounts`, `fit`, `backtest`.

What is expensive is kept beside: solved draws, simulated records, the freeze. The same command goes on from there.
"""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.draws import Progress, forget, reasons_in_words
from detente.errors import Interrupted, OptionError
from detente.run import Part, Table
from detente.workflow.folder import Note, folder_of, head_of, join

if TYPE_CHECKING:
    from detente.evidence.coded import Coded
    from detente.evidence.predict import BackTested
    from detente.evidence.recorded import RecordedCase
    from detente.evidence.study import Settings, StudyResult


def code(case: str | Path, second: bool = False, until: str | None = None) -> "tuple[Coded, Table, dict[str, Any]]":
    """The coded path beside its events, all that could not be coded, and the agreement of a second coding.

    Args:
        case: a folder or the name of a shipped case.
        second: show the second coding instead.
        until: the record as it stood on this ISO date.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files, or `until` is not a date.
    """
    from detente.evidence.agreement import agreement
    from detente.evidence.recorded import CODING, SECOND, RecordedCase
    from detente.evidence.report import coded_table
    from detente.record.told import Told

    recorded = RecordedCase.open(case)
    coded = recorded.code(SECOND if second else CODING, until)
    counts: dict[str, int] = {}
    for event in coded.events:
        counts[event.kind] = counts.get(event.kind, 0) + 1
    data: dict[str, Any] = {"from": coded.start, "until": coded.until, "events": counts, "marks": len(coded.path.marks)}
    other = recorded.second() if until is None else None
    if other is not None and not second:
        agreed = agreement(coded, other)
        data["second_coding"] = {"events": agreed.events, "share": agreed.share, "kappa": agreed.kappa}
    return coded, coded_table(coded, Told(recorded.record.as_of(until))), data


def accounts(
    case: str | Path,
    date: str | None = None,
    *,
    quick: bool = False,
    seed: int = 0,
    out: str | Path | None = None,
    workers: int | None = None,
    cap: int | None = None,
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
        cap: largest number of solves.
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
    from detente.evidence.part import keep, store_of
    from detente.evidence.recorded import RecordedCase
    from detente.evidence.study import DESIGN
    from detente.workflow.analyze import situation_of

    settings = study_settings(quick, seed, workers, cap, records)
    recorded = RecordedCase.open(case)
    when = situation_of(recorded.case, date)
    store = store_of(recorded.case, out)
    found, part = study_accounts(
        recorded, settings, store, progress, _command("accounts", recorded, when, settings, quick)
    )
    keep(store, part)
    head = head_of(recorded.template, when, seed, found.bank.solves, part.command)
    join(head.add(part), recorded.case, folder_of(recorded.case, when, out), note)
    forget(store / DESIGN)
    return part


def kept_part(case: str | Path, name: str, out: str | Path | None = None) -> Part:
    """What `accounts` or `fit` found last, where the files that it rests on are still the same.

    Args:
        case: a folder or the name of a shipped case.
        name: "accounts" or "fit".
        out: run folder in which it was kept, if not in the default place.

    Raises:
        CaseError: located mistakes in the case.
        OptionError: nothing is kept, or it rests on other files.
    """
    from detente.case import load_case
    from detente.evidence.part import kept, store_of

    loaded = load_case(case)
    store = store_of(loaded, out)
    for part in kept(loaded, store):
        if part.name == name:
            return part
    what = f"--summary: {store} keeps no result of '{name}' for the case as it is now"
    raise OptionError.of(what, hint=f"run `detente {name} {loaded.name}`")


def study_settings(
    quick: bool, seed: int = 0, workers: int | None = None, cap: int | None = None, records: int | None = None
) -> "Settings":
    """How much a study of accounts computes.

    Raises:
        OptionError: a number out of range.
    """
    from dataclasses import replace

    from detente.evidence.study import Settings

    settings = Settings.quick(seed, workers) if quick else Settings(seed=seed, workers=workers)
    named = {"cap": cap, "records": records}
    return replace(settings, **{name: value for name, value in named.items() if value is not None})


def study_accounts(
    recorded: "RecordedCase", settings: "Settings", store: Path, progress: Progress | None, command: str
) -> "tuple[StudyResult, Part]":
    """Freeze, study, and make the part; nothing but the store is written."""
    from dataclasses import replace

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
        raise _stopped(store) from None
    notes = ["only the principal equilibrium of each draw is used"]
    if found.bank.left_out:
        notes.append(found.bank.left_out_in_words)
    if found.designed.left_out:
        reasons = reasons_in_words(found.designed.left_out)
        notes.append(f"{len(found.designed.left_out)} simulated records were left out: {reasons}")
    found = replace(found, edits=tuple(edits), notes=tuple(notes))
    return found, accounts_part(recorded, found, command)


def fit(
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
    from detente.evidence.fit import fit as fit_study
    from detente.evidence.part import fit_part, keep, store_of
    from detente.evidence.prepare import study_of
    from detente.evidence.recorded import RecordedCase
    from detente.evidence.study import Settings
    from detente.workflow.analyze import situation_of

    settings = Settings(draws=draws, cap=cap, seed=seed, workers=workers)
    recorded = RecordedCase.open(case)
    when = situation_of(recorded.case, date)
    store = store_of(recorded.case, out)
    study = study_of(recorded, settings, store, progress or (lambda _s, _w: None), accounts=account is not None)
    try:
        found = fit_study(study, account)
    except KeyboardInterrupt:
        raise _stopped(store) from None
    words = [] if account is None else ["--account", account]
    command = shlex.join([*shlex.split(_command("fit", recorded, when, settings)), *words, "--draws", str(draws)])
    part = fit_part(recorded, found, command)
    keep(store, part)
    join(
        head_of(recorded.template, when, seed, found.solves, command).add(part),
        recorded.case,
        folder_of(recorded.case, when, out),
        note,
    )
    return part


def backtest(
    case: str | Path,
    until: str,
    score: str,
    *,
    seed: int = 0,
    draws: int = 200,
    out: str | Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
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
    from detente.evidence.part import store_of
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
        raise _stopped(store) from None


def _command(verb: str, recorded: "RecordedCase", when: str, settings: "Settings", quick: bool = False) -> str:
    """The command that makes a part again, without paths or workers."""
    words = [
        "detente",
        verb,
        recorded.case.name,
        "--date",
        when,
        "--cap",
        str(settings.cap),
        "--seed",
        str(settings.seed),
    ]
    if verb == "accounts":
        words += ["--records", str(settings.records), *(["--quick"] if quick else [])]
    return shlex.join(words)


def _stopped(store: Path) -> Interrupted:
    return Interrupted(f"stopped; what was finished is kept in {store}: run the command again to go on")
