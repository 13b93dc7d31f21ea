"""From a case at a date to a search: what is asked, common draws, and what is kept on disk until all is done."""

import json
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from detente.draws import Progress
from detente.errors import check_number
from detente.files.whole import write_text
from detente.game import compile_case
from detente.run.settlement import Limits
from detente.settlement.draws import CommonDraws, draw_parameters
from detente.settlement.find import SearchPlan, SearchResult, find
from detente.settlement.part import settlement_key
from detente.settlement.problem import pose
from detente.settlement.search import Explored

if TYPE_CHECKING:
    from detente.case import Case
    from detente.evidence.kept import KeptFit
    from detente.game.compile import Template

PARTIAL = "partial.json"  # the frontier so far, so that a search that is stopped leaves something to look at


def search_case(
    case: "Case",
    date: str,
    limits: Limits,
    plan: SearchPlan,
    *,
    draws: int | None = None,
    seed: int = 0,
    fitted: "KeptFit | None" = None,
    workers: int | None = None,
    executor: Executor | str | None = None,
    template: "Template | None" = None,
    store: Path | None = None,
    progress: Progress | None = None,
) -> SearchResult:
    """Search what would hold in a case that is loaded, and perhaps compiled.

    Args:
        case: the case.
        date: a situation of the case.
        limits: what is safe enough.
        plan: how much to compute.
        draws: number of draws, if not that of the plan.
        seed: of the draws.
        fitted: the fit to the record that they come from; None: the stated ranges.
        workers: processes; never changes a number.
        executor: where they run, see `detente.draws`.
        template: the compiled case, if there is one.
        store: folder in which solved games are kept until the search is done.
        progress: called with (share done, words).

    Raises:
        CaseError: located mistakes in the case or its levers, all at once.
        OptionError: draws below 1 or a negative seed.
        ComputationError: not one draw has a certified solution.
    """
    number = plan.draws if draws is None else draws
    check_number("draws", number, 1, whole=True)
    check_number("seed", seed, 0, whole=True)
    problem = pose(case, compile_case(case) if template is None else template, date, limits)
    common = CommonDraws(
        problem,
        draw_parameters(problem, number, seed, fitted),
        workers=workers,
        executor=executor,
        store=store,
        key=settlement_key(case, date),
    )
    keep = None if store is None else lambda found: _keep_frontier(found, problem.packages, store)
    result = find(common, plan, progress=progress, each_round=keep)
    if store is not None:
        (store / PARTIAL).unlink(missing_ok=True)
    return result


def _keep_frontier(found: Explored, packages: tuple[str, ...], store: Path) -> None:
    rows = [
        {
            "package": packages[option],
            "levers": {n: a for n, a in zip(found.space.names, setting) if a is not None},
            "share_of_draws": found.share((setting, option)),
            "point": list(found.point((setting, option))),
        }
        for setting, option in found.frontier()
    ]
    content = {"finished": found.finished, "solved": found.evaluations, "frontier": rows}
    write_text(store / PARTIAL, json.dumps(content, indent=1) + "\n")
