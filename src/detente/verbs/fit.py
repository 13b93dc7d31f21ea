"""`detente fit`: what the record says of each parameter, and what it cannot say."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.errors import OptionError
from detente.verbs.frame.options import CaseArgument, Date, Json, Out, Seed, Where, Workers
from detente.verbs.frame.studies import nothing_kept, stopped

if TYPE_CHECKING:
    from detente.evidence.chains import Plan
    from detente.evidence.tempered import Effort
    from detente.run import Fit, Part
    from detente.words.progress import Note, Progress

PANEL = "Evidence"
CHAINS, STEPS = 4, 1000
MANY = 60  # uncertain numbers from which particles are carried along: chains of so many forget slowly
PARTICLES, MOVES = 400, 4  # of a fit by tempered Monte Carlo


def run(
    case: str | Path,
    date: str | None = None,
    *,
    account: str | None = None,
    whole: bool = False,
    chains: int | None = None,
    steps: int | None = None,
    minutes: float | None = None,
    draws: int | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    workers: int | None = None,
    executor: str | None = None,
    progress: Progress | None = None,
    note: Note | None = None,
) -> Part:
    """The posterior of the case's parameters given its record, under its own ranges or under one account.

    Args:
        case: a folder or the name of a shipped case.
        date: a situation: the record until then is used; default the case's `as_of`.
        account: one of the case's accounts; default the case's own ranges.
        whole: use the whole record, also what came after the date (hindsight).
        chains: how many; default 4.
        steps: of each chain, after it has settled; default 1000.
        minutes: begin nothing more after so many; what is found then depends on the machine.
        draws: carried from the prior to the posterior by tempered Monte Carlo, in the place of chains; default 400
            where more than 60 numbers are uncertain.
        seed: of the chains or draws.
        out: run folder, which then keeps the draws as well; default `./detente-out/CASE-DATE/`.
        workers: processes; never changes a number.
        executor: where to compute, see `detente.draws.map_draws`.
        progress: called with (share done, words).
        note: called with a sentence for each part of the folder's run that no longer holds.

    Returns:
        The part of the run: `fit`, its table and section.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files, an unknown account, or a number out of range.
        ComputationError: no draw can have produced the record.
        Interrupted: stopped by the user; what was finished is kept.
    """
    from detente.case.head import situation_of
    from detente.evidence.fit import Question
    from detente.evidence.fit import fit as fit_chains
    from detente.evidence.held_out import freeze_history
    from detente.evidence.kept import fit_key, keep_fit, store_of
    from detente.evidence.part import fit_part
    from detente.evidence.recorded import RecordedCase
    from detente.files.keys import code_fingerprint, content_key
    from detente.verbs.frame.folder import folder_of, head_of, join

    plan = _plan(chains, steps, minutes, draws, seed)
    recorded = RecordedCase.open(case)
    when = situation_of(recorded.case, date)
    store = store_of(recorded.case, out)
    question = Question(str(recorded.case.folder), when, account, whole)
    target = question.target()
    if plan is None:
        plan = _usual(len(target.names), seed)
    key = fit_key(recorded, account, question.until)
    freeze_history(store, recorded.case)
    try:
        found = fit_chains(
            question,
            target,
            plan,
            folder=store / "chains",
            key=content_key(code_fingerprint(), key),
            workers=workers,
            executor=executor,
            progress=progress,
        )
    except KeyboardInterrupt:
        raise stopped(store) from None
    words = [*_words(recorded.case.name, when, account, whole), *_plan_words(plan)]
    part = fit_part(recorded, found.fit, shlex.join([*words, "--seed", str(seed)]))
    keep_fit(store, question, key, part, found)
    head = head_of(recorded.template, when, seed, found.fit.draws, part.command)
    join(head.add(part), recorded.case, folder_of(recorded.case, when, out), note)
    return part


def _plan(
    chains: int | None, steps: int | None, minutes: float | None, draws: int | None, seed: int
) -> Plan | Effort | None:
    """What was asked for; None where nothing was.

    Raises:
        OptionError: both methods at once, or a number out of range.
    """
    from detente.evidence.chains import Plan
    from detente.evidence.tempered import Effort

    walked = chains is not None or steps is not None or minutes is not None
    if draws is not None and walked:
        raise OptionError.of("--draws and --chains, --steps or --minutes", "the one or the others")
    if draws is not None:
        return Effort(particles=draws, moves=MOVES, seed=seed)
    if not walked:
        return None
    return Plan(
        chains=CHAINS if chains is None else chains, steps=STEPS if steps is None else steps, seed=seed, minutes=minutes
    )


def _usual(uncertain: int, seed: int) -> Plan | Effort:
    """The method for so many uncertain numbers."""
    from detente.evidence.chains import Plan
    from detente.evidence.tempered import Effort

    if uncertain > MANY:
        return Effort(particles=PARTICLES, moves=MOVES, seed=seed)
    return Plan(chains=CHAINS, steps=STEPS, seed=seed)


def _plan_words(plan: Plan | Effort) -> list[str]:
    """A plan as options."""
    from detente.evidence.chains import Plan

    if isinstance(plan, Plan):
        return ["--chains", str(plan.chains), "--steps", str(plan.steps)]
    return ["--draws", str(plan.particles)]


def _words(case: str, date: str, account: str | None, whole: bool) -> list[str]:
    """The command for a fit, without its plan."""
    named = ["--account", account] if account else []
    return ["detente", "fit", case, "--date", date, *named, *(["--whole"] if whole else [])]


def last(
    case: str | Path,
    date: str | None = None,
    account: str | None = None,
    whole: bool = False,
    out: str | Path | None = None,
) -> Part:
    """The fit that belongs to the case as it is now: found last, or shipped with it; nothing is computed.

    Raises:
        CaseError: located mistakes in the case.
        OptionError: an unknown date, or no fit that belongs to the case.
    """
    from detente.case import load_case
    from detente.case.head import situation_of
    from detente.evidence.kept import fit_name, kept_fit, store_of

    loaded = load_case(case)
    when = situation_of(loaded, date)
    found, why = kept_fit(loaded, fit_name(when, account, whole), account, None if whole else when, out)
    if found is None:
        raise nothing_kept(store_of(loaded, out), "fit", shlex.join(_words(loaded.name, when, account, whole)), why)
    return found.part


def summary_of(fit: Fit) -> dict[str, object]:
    """What programs read."""
    return {
        "draws": fit.draws,
        "rhat_max": fit.rhat_max,
        "ess_min": fit.ess_min,
        "answers": [a.model_dump(mode="json") for a in fit.answers],
        "parameters": [
            {"name": p.name, "prior": p.prior, "posterior": (p.low, p.mid, p.high), "overlap": p.overlap}
            for p in fit.parameters
        ],
    }


def command(
    case: CaseArgument,
    *,
    date: Date = None,
    account: Annotated[str | None, typer.Option(help="An account; default the case's own ranges.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Use the whole record: hindsight.")] = False,
    chains: Annotated[int | None, typer.Option(help="Chains, from different beginnings; default 4.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps of each chain; default 1000.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Begin nothing more after so many minutes.")] = None,
    draws: Annotated[
        int | None,
        typer.Option(help="Draws carried from prior to posterior, in the place of chains; default for many numbers."),
    ] = None,
    seed: Seed = 0,
    out: Out = None,
    workers: Workers = None,
    executor: Where = None,
    summary: Annotated[bool, typer.Option("--summary", help="Print the fit that is kept; compute nothing.")] = False,
    as_json: Json = False,
) -> None:
    """What the record says of each parameter, and what it cannot say: "assumption, not record"."""
    from detente.verbs.frame.printed import show, show_json
    from detente.words.progress import note, progress_bar

    if summary:
        part = last(case, date, account, whole, out)
    else:
        with progress_bar() as progress:
            part = run(
                case,
                date,
                account=account,
                whole=whole,
                chains=chains,
                steps=steps,
                minutes=minutes,
                draws=draws,
                seed=seed,
                out=out,
                workers=workers,
                executor=executor,
                progress=progress,
                note=note,
            )
    if as_json:
        assert part.fit is not None
        show_json(summary_of(part.fit))
        return
    show(part)
