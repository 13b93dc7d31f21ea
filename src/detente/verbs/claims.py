"""`detente claims`: every claim of the record, held against model and record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import OptionError
from detente.verbs.frame.options import CaseArgument, Date, Draws, Fit, Json, Seed, Where, Workers

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from detente.run import Claim
    from detente.words.progress import Progress

PANEL = "Answers"


def run(
    case: str | Path,
    date: str | None = None,
    *,
    draws: int = 100,
    seed: int = 0,
    workers: int | None = None,
    executor: Executor | str | None = None,
    fit: str = "as-of",
    progress: Progress | None = None,
) -> tuple[Claim, ...]:
    """Judge every claim of the record that the case ties to answers and record queries.

    Args:
        case: a folder, or the name of a shipped case.
        date: only what was known by then is used; default the case's `as_of`. Where the case has no situation of that
            date, the record answers, and the kept runs of the dates at which rules are tested.
        draws: for the answers that the rules name; with the draws and seed of `analyze`, the verdicts are the same.
        seed: of the draws.
        workers: processes; never changes a number.
        executor: where draws are computed: processes here by default, else dask://HOST:PORT or an executor.
        fit: which fit to the record the draws come from, see `detente.ask`.
        progress: called with (share done, words).

    Returns:
        One claim with its verdict, and the numbers behind it, for every claim of the record; all without a rule where
        the case has no rules.

    Raises:
        CaseError: located mistakes in the case or its rules.
        RecordError: located mistakes in the record.
        OptionError: no date, or a case without record.
    """
    from detente.case import load_case
    from detente.case.head import record_of
    from detente.draws import Settings
    from detente.record.cut import read_day
    from detente.verbs.frame.answered import evaluated
    from detente.verbs.frame.judged import beside_of
    from detente.verdicts.bench import Bench
    from detente.verdicts.rules import ClaimRules

    settings = Settings(draws, seed, workers, executor, date, fit=fit)
    loaded = load_case(case)
    when = loaded.as_of if date is None else read_day(date).isoformat()
    record = record_of(loaded, when)
    if record is None:
        raise OptionError.of(f"case '{loaded.name}' has no record", "a folder 'record' with claims.yaml")
    bench = Bench.of(loaded, when)
    if bench is None:
        return Bench(ClaimRules({}), record, {}).judged(None)
    least = bench.at_least
    if when not in loaded.situations:
        missing = f"the case has no situation of {when}"
        return bench.judged(None, None, beside_of(bench, loaded, when, settings, progress, missing))
    if not least:
        return bench.judged(None, None, beside_of(bench, loaded, when, settings, progress))
    asking = {"capped": True, "at_least": least, "tornado": False}
    answers = evaluated(loaded, when, tuple(least), settings, None, progress, **asking)
    return bench.judged(answers, None, beside_of(bench, loaded, when, settings, progress))


def command(
    case: CaseArgument,
    *,
    date: Date = None,
    draws: Draws = 100,
    seed: Seed = 0,
    fit: Fit = "as-of",
    workers: Workers = None,
    executor: Where = None,
    as_json: Json = False,
) -> None:
    """Hold every claim of the record against model and record; says what each verdict rests on."""
    from detente.run import tally
    from detente.verbs.frame.printed import show_json, show_text
    from detente.words.progress import progress_bar

    with progress_bar() as progress:
        found = run(case, date, draws=draws, seed=seed, fit=fit, workers=workers, executor=executor, progress=progress)
    if as_json:
        counted = [group.model_dump(mode="json") for group in tally(found)]
        show_json({"claims": [claim.model_dump(mode="json") for claim in found], "tally": counted})
        return
    if not found:
        show_text(
            "no claim of the record had been made by then; a later --date has those that were made until that day"
        )
    for claim in found:
        show_text(f"{claim.id}  {claim.told.upper()}\n    {claim.claim} ({claim.by})")
        for test in claim.tests:
            show_text(f"    {test.outcome:>5}: {test.words}")
        if claim.untested:
            show_text(f"    not tested: {claim.untested}")
        if claim.why:
            show_text(f"    {claim.why}")
        for view in claim.opposed_by:
            show_text(f"    opposed: {view}")
        if claim.would_change:
            show_text(f"    would change it: {claim.would_change}")
    for group in tally(found):
        show_text(f"claims of {group.by} ({group.claims}): {group.words}")
