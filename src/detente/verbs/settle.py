"""`detente settle`: what would hold, in a case at a date."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.errors import Interrupted
from detente.verbs.frame.options import CaseArgument, Date, Fit, Json, Out, Scenario, Seed, Where, Workers

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from detente.run import Part, Settlement
    from detente.run.settlement import Combination
    from detente.words.progress import Note, Progress

PANEL = "Settlement"
STORE = ".settle"  # in the run folder: solved games, until the search is done


def run(
    case: str | Path,
    date: str | None = None,
    *,
    risk: float = 0.05,
    within: float = 10.0,
    share: float = 0.9,
    quick: bool = False,
    draws: int | None = None,
    seed: int = 0,
    workers: int | None = None,
    out: str | Path | None = None,
    executor: Executor | str | None = None,
    progress: Progress | None = None,
    note: Note | None = None,
    scenario: str | None = None,
    fit: str = "as-of",
) -> Part:
    """Search packages, mandates and guarantees for what would hold, and add the result to the run folder.

    Args:
        case: a folder, or the name of a shipped case.
        date: one of the case's situations, ISO date; default the case's `as_of`.
        risk: largest chance of war within `within` years after signature.
        within: years.
        share: of the draws, and of the equilibria found, in which every constraint must hold.
        quick: fewer draws and a coarser grid.
        draws: number of draws, if not that of the plan.
        seed: of the draws.
        workers: processes; never changes a number.
        executor: where draws are computed: processes here by default, else dask://HOST:PORT or an executor.
        out: run folder; default `./detente-out/CASE-DATE/`.
        progress: called with the share done and what is being done.
        note: called with a sentence for each part of the folder's run that no longer holds.
        scenario: search in the case with these changes: the name of one of its scenarios, or a scenario file.
        fit: which fit to the record the draws come from, see `detente.ask`.

    Returns:
        The part of the run: `settlement`, its tables, its section and its warnings.

    Raises:
        CaseError: located mistakes in the case or its levers, all at once.
        OptionError: an unknown date, a limit out of range, or a folder of another case.
        ComputationError: not one draw has a certified solution.
        Interrupted: stopped by the user; what was solved is kept and used again.
    """
    from detente.case import load_case
    from detente.case.head import situation_of
    from detente.case.scenarios import changed_case
    from detente.draws import Settings
    from detente.settlement.find import QUICK, SearchPlan
    from detente.settlement.part import settlement_part
    from detente.settlement.problem import limits
    from detente.settlement.settle import PARTIAL, search_case
    from detente.verbs.frame.answered import fit_words
    from detente.verbs.frame.fitted import fitted_for
    from detente.verbs.frame.folder import folder_of, head_of, join

    wanted, plan = limits(risk, within, share), QUICK if quick else SearchPlan()
    loaded = changed_case(load_case(case), scenario)
    when = situation_of(loaded, date)
    folder = folder_of(loaded, when, out)
    fitted, said = fitted_for(loaded, when, Settings(fit=fit).fit, out=out)
    store = folder / STORE
    try:
        found = search_case(
            loaded,
            when,
            wanted,
            plan,
            draws=draws,
            seed=seed,
            fitted=fitted,
            workers=workers,
            executor=executor,
            store=store,
            progress=progress,
        )
    except KeyboardInterrupt:
        so_far = f", the frontier so far in {store / PARTIAL}" if (store / PARTIAL).is_file() else ""
        raise Interrupted(
            f"stopped; what was solved is kept in {store}{so_far}: run the same command to go on"
        ) from None
    options = {"--date": when, "--risk": risk, "--within": within, "--share": share, "--draws": draws, "--seed": seed}
    words = [str(word) for pair in options.items() if pair[1] is not None for word in pair]
    words += [*fit_words(Settings(fit=fit)), *(["--quick"] if quick else [])]
    words += ["--scenario", scenario] if scenario else []
    again = shlex.join(["detente", "settle", loaded.name, *words])
    part = settlement_part(found, again)
    part = part.model_copy(update={"warnings": (*said, *part.warnings)})
    head = head_of(found.draws.problem.template, when, seed, len(found.draws), again)
    join(head.add(part), loaded, folder, note)
    found.draws.forget()
    return part


def command(
    case: CaseArgument,
    *,
    date: Date = None,
    risk: Annotated[
        float, typer.Option(help="Largest chance of war after signature that is accepted (0.05 = one in twenty).")
    ] = 0.05,
    within: Annotated[float, typer.Option(help="Years for which that chance is taken.")] = 10.0,
    share: Annotated[
        float,
        typer.Option(
            help="A settlement counts as holding if every condition is met in at least this share of the draws "
            "(0.9 = nine of ten)."
        ),
    ] = 0.9,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer draws, coarser amounts.")] = False,
    draws: Annotated[int | None, typer.Option("--draws", help="How many draws; default those of the plan.")] = None,
    seed: Seed = 0,
    fit: Fit = "as-of",
    out: Out = None,
    workers: Workers = None,
    executor: Where = None,
    scenario: Scenario = None,
    as_json: Json = False,
) -> None:
    """What would hold: packages, mandates and guarantees under which signing and staying is everybody's choice."""
    from detente.verbs.frame.printed import show_json, show_text
    from detente.words.progress import note, progress_bar

    with progress_bar() as progress:
        part = run(
            case,
            date,
            risk=risk,
            within=within,
            share=share,
            quick=quick,
            draws=draws,
            seed=seed,
            fit=fit,
            workers=workers,
            executor=executor,
            out=out,
            progress=progress,
            note=note,
            scenario=scenario,
        )
    settlement = part.settlement
    assert settlement is not None
    if as_json:
        found = settlement.model_dump(mode="json")
        show_json({**found, "warnings": list(part.warnings)})
        return
    for line in lines(settlement):
        show_text(line)
    for warning in part.warnings:
        note(f"warning: {warning}")


def lines(settlement: Settlement) -> list[str]:
    """The result in plain text, a point a paragraph."""
    out = [settlement.finding, ""]
    out.append(f"Signatories: {', '.join(settlement.signatories)}.")
    out += [f"{who} can block ({how})." for who, how in settlement.can_block.items()]
    if settlement.fades_with_time:
        out.append(f"In peace, time alone moves: {', '.join(settlement.fades_with_time)}.")
    for point in (*settlement.packages, *settlement.only_in_some_equilibria, *settlement.near):
        out += ["", *_point(point, settlement.limits.within)]
    out += ["", settlement.search.words.capitalize() + ".", *settlement.notes]
    return out


def _point(point: Combination, years: float) -> list[str]:
    from detente.words.numbers import percent

    safe, gain = point.durability, point.least_gain
    out = [f"{point.id}  {'; '.join(point.terms)}"]
    out += [f"    {label}" for label in point.labels]
    out.append(
        f"    no war within {years:g} years: {percent(safe.mid)} ({percent(safe.low)} to {percent(safe.high)});"
        f" cost {point.cost:.3g} a year; smallest gain, each in its own stake a year: {gain.who}, {gain.mid:.2f}"
        f" ({gain.low:.2f} to {gain.high:.2f})"
    )
    held = f"    all holds in {percent(point.share_of_draws)} of draws"
    if point.equilibria:
        held += f", in {point.equilibria.hold} of {point.equilibria.found} equilibria found"
    out.append(held)
    if point.binding is not None:
        out.append(f"    binding: {point.binding.words}")
    if point.relaxation is not None:
        relaxation = point.relaxation
        payer = f"; {relaxation.payer} could pay" if relaxation.payer else ""
        verified = "" if relaxation.solved_again else " (to first order)"
        words = "; ".join(relaxation.words)
        out.append(f"    to hold in {relaxation.so_that_it_holds_in}{verified}: {words}{payer}")
    clear = [s for s in point.fails_when if s.beyond_chance]
    out += [f"    weakest where {separator.words}" for separator in clear]
    if point.fails_when and not clear:
        names = ", ".join(s.parameter for s in point.fails_when)
        out.append(f"    no single assumption separates failing draws beyond chance (nearest: {names})")
    out += [f"    {departure.words}" for departure in point.if_leaves]
    return out
