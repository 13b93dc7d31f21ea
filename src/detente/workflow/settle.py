"""The verb `settle`: what would hold, in a case at a date."""

import shlex
from pathlib import Path

from detente.draws import Progress
from detente.errors import Interrupted
from detente.run import Part
from detente.workflow.folder import Note, folder_of, head_of, join

STORE = ".settle"  # in the run folder: solved games, until the search is done


def settle(
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
    progress: Progress | None = None,
    note: Note | None = None,
    scenario: str | None = None,
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
        out: run folder; default `./detente-out/CASE-DATE/`.
        progress: called with the share done and what is being done.
        note: called with a sentence for each part of the folder's run that no longer holds.
        scenario: search in the case with these changes: the name of one of its scenarios, or a scenario file.

    Returns:
        The part of the run: `settlement`, its tables, its section and its warnings.

    Raises:
        CaseError: located mistakes in the case or its levers, all at once.
        OptionError: an unknown date, a limit out of range, or a folder of another case.
        ComputationError: not one draw has a certified solution.
        Interrupted: stopped by the user; what was solved is kept and used again.
    """
    from detente.case import load_case
    from detente.case.scenarios import changed_case
    from detente.settlement.find import QUICK, SearchPlan
    from detente.settlement.part import settlement_part
    from detente.settlement.problem import limits
    from detente.settlement.settle import PARTIAL, search_case
    from detente.workflow.analyze import situation_of

    wanted, plan = limits(risk, within, share), QUICK if quick else SearchPlan()
    loaded = changed_case(load_case(case), scenario)
    when = situation_of(loaded, date)
    folder = folder_of(loaded, when, out)
    store = folder / STORE
    try:
        found = search_case(
            loaded, when, wanted, plan, draws=draws, seed=seed, workers=workers, store=store, progress=progress
        )
    except KeyboardInterrupt:
        so_far = f", the frontier so far in {store / PARTIAL}" if (store / PARTIAL).is_file() else ""
        raise Interrupted(
            f"stopped; what was solved is kept in {store}{so_far}: run the same command to go on"
        ) from None
    options = {"--date": when, "--risk": risk, "--within": within, "--share": share, "--draws": draws, "--seed": seed}
    words = [str(word) for pair in options.items() if pair[1] is not None for word in pair]
    words += ["--quick"] if quick else []
    words += ["--scenario", scenario] if scenario else []
    command = shlex.join(["detente", "settle", loaded.name, *words])
    part = settlement_part(found, command)
    run = head_of(found.draws.problem.template, when, seed, len(found.draws), command).add(part)
    join(run, loaded, folder, note)
    found.draws.forget()
    return part
