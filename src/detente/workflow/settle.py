"""The verb `settle`: what would hold, in a case at a date."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.case.content import content_of
from detente.case.outputs import run_folder
from detente.errors import Interrupted, OptionError
from detente.files.whole import write_text
from detente.run import Part, read_run, write_run
from detente.run.tables import table_csv

if TYPE_CHECKING:
    from detente.case import Case
    from detente.settlement.report import Report
    from detente.settlement.search import Found

Progress = Callable[[float, str], None]


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
    scenario: str | None = None,
) -> "Report":
    """Search packages, mandates and guarantees for what would hold, and leave the result in a folder.

    Writes `settlement.json` and the tables as CSV; where the folder holds a run of the same case and date, the run and
    its dossier take the result up.

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
        out: folder to write to; default `./detente-out/CASE-DATE/`, see `detente.case.outputs`.
        progress: called with the share done and what is being done.
        scenario: search in the case with these changes: the name of one of its scenarios, or a scenario file.

    Returns:
        The settlement as plain data, its tables and warnings.

    Raises:
        CaseError: located mistakes in the case or its levers, all at once.
        OptionError: an unknown date, or a limit out of range.
        Interrupted: stopped by the user; what was solved is kept and used again.
    """
    from detente.case import load_case
    from detente.case.scenarios import find_scenario
    from detente.workflow.analyze import situation_of

    loaded = load_case(case)
    if scenario is not None:
        loaded = loaded.override(scenario=find_scenario(loaded, scenario))
    when = situation_of(loaded, date)
    folder = Path(out) if out is not None else run_folder(loaded, when)
    try:
        report = search_case(
            loaded,
            when,
            risk=risk,
            within=within,
            share=share,
            quick=quick,
            draws=draws,
            seed=seed,
            workers=workers,
            store=folder / ".settle",
            progress=progress,
        )
    except KeyboardInterrupt:
        partial = folder / ".settle" / "partial.json"
        so_far = f", the frontier so far in {partial}" if partial.is_file() else ""
        kept = f"stopped; what was solved is kept in {folder / '.settle'}{so_far}"
        raise Interrupted(f"{kept}: run the same command to go on") from None
    write_folder(report, loaded, when, folder)
    return report


def search_case(
    case: "Case",
    when: str,
    *,
    risk: float = 0.05,
    within: float = 10.0,
    share: float = 0.9,
    quick: bool = False,
    draws: int | None = None,
    seed: int = 0,
    workers: int | None = None,
    template: Any = None,
    store: Path | None = None,
    progress: Progress | None = None,
) -> "Report":
    """The search itself, for a case that is loaded (and perhaps compiled) already; see `settle`.

    Args:
        case: the case.
        when: a situation of the case.
        risk: largest chance of war.
        within: years.
        share: of draws and equilibria.
        quick: fewer draws and a coarser grid.
        draws: number of draws, if not that of the plan.
        seed: of the draws.
        workers: processes; never changes a number.
        template: the compiled case, if there is one.
        store: folder in which solved games are kept until the search is done.
        progress: called with the share done and what is being done.
    """
    from detente.game import compile_case
    from detente.settlement.draws import Draws, draw_parameters
    from detente.settlement.find import QUICK, Plan, find
    from detente.settlement.problem import Limits, pose
    from detente.settlement.report import report

    plan = QUICK if quick else Plan()
    number = plan.draws if draws is None else draws
    if number < 1:
        raise OptionError.of(f"{number} draws", "at least 1 draw")
    limits = Limits(risk, within, share).check()
    problem = pose(case, compile_case(case) if template is None else template, when, limits)
    common = Draws(
        problem,
        draw_parameters(problem, number, seed),
        workers=workers,
        store=store,
        key=content_of(case),
        progress=None,
    )
    findings = find(
        common,
        plan,
        progress=progress,
        each_round=None if store is None else lambda found: _write_partial(found, problem.packages, store),
    )
    result = report(findings)
    if store is not None:
        (store / "partial.json").unlink(missing_ok=True)
    common.forget()
    return result


def _write_partial(found: "Found", packages: tuple[str, ...], store: Path) -> None:
    """The frontier so far, so that a search that is stopped leaves something to look at."""
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
    write_text(store / "partial.json", json.dumps(content, indent=1) + "\n")


def write_folder(report: "Report", case: "Case", when: str, folder: Path) -> None:
    """Write `settlement.json` and tables; take them up in the folder's run, where it is one of this case and date."""
    settlement = report.settlement.model_dump(mode="json")
    content = {"case": case.name, "date": when, **settlement, "warnings": list(report.warnings)}
    write_text(folder / "settlement.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    for name, table in report.tables.items():
        write_text(folder / "tables" / f"{name}.csv", table_csv(table))
    if (folder / "run.json").is_file():
        run = read_run(folder)
        if (run.case, run.date) == (case.name, when):
            write_run(run.add(part_of(report, case, when)), folder)
            from detente.workflow.dossier import dossier

            dossier(folder, format="html")


def part_of(report: "Report", case: "Case", when: str) -> Part:
    """What a run keeps of a settlement."""
    return Part(
        name="settlement",
        key=content_of(case),
        command=f"detente settle {case.name} --date {when}",
        tables=report.tables,
        warnings=report.warnings,
        settlement=report.settlement,
    )
