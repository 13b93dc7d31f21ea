"""What the studio does with files: scenarios in the case language, drafts, and long work as a job of its own."""

import importlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import OptionError
from detente.files.keys import digest
from detente.files.whole import write_text

if TYPE_CHECKING:
    from detente.case import Case, Scenario
    from detente.run import Run

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
KINDS = ("analyze", "accounts", "settle")
Progress = Callable[[float, str], None]


def launch(arguments: list[str]) -> None:
    """Run the studio in this process; its arguments are those of `python -m detente.studio`.

    The command line and the studio are separate front ends: this is the one door between them.
    """
    importlib.import_module("detente.studio.__main__").main(arguments)


def is_shipped(folder: Path) -> bool:
    """Whether a case folder is one that came with Detente, and so is never written to."""
    from detente.case.load import shipped_folder

    return shipped_folder() in folder.resolve().parents


def scenario_folder(case: "Case", into: str | Path | None) -> Path:
    """Where the studio saves scenarios: `into`, else beside a case of one's own, else `./CASE-scenarios`."""
    if into is not None:
        return Path(into)
    return Path(f"{case.name}-scenarios") if is_shipped(case.folder) else case.folder / "scenarios"


def work_folder(case: "Case") -> Path:
    """Where drafts and jobs of the studio are kept."""
    return Path("detente-out") / f"{case.name}-studio"


def read_scenarios(case: "Case", folder: Path) -> tuple[dict[str, "Scenario"], list[str]]:
    """The scenarios of a case and of a folder beside it, and what is wrong with files that cannot be used."""
    from detente.case.scenarios import read_scenario
    from detente.files.yaml import read_yaml

    found, problems = dict(case.scenarios), list[str]()
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
        scenario, remarks = read_scenario(read_yaml(path, path.name), case, path.name)
        problems += map(str, remarks.errors)
        if scenario is not None:
            found[scenario.name] = scenario
    return found, problems


def save_scenario(case: "Case", scenario: "Scenario", folder: Path, overwrite: bool = False) -> Path:
    """Write a scenario into a folder, whole or not at all.

    Args:
        case: the case; its own files are never written.
        scenario: what to write.
        folder: where scenarios are kept.
        overwrite: replace a scenario of the same name in that folder.

    Returns:
        The file.

    Raises:
        OptionError: a name that cannot be a file name, or is taken.
    """
    from detente.case.scenarios import parse_scenario, scenario_text

    if not NAME.fullmatch(scenario.name):
        raise OptionError.of("this name cannot be used", "small letters, digits, '-' and '_', at most 48")
    path = folder / f"{scenario.name}.yaml"
    if scenario.name in case.scenarios and not path.is_file():
        raise OptionError.of(f"the case has a scenario '{scenario.name}' of its own", "another name")
    if path.exists() and not overwrite:
        raise OptionError.of(f"there is a scenario '{scenario.name}' already", "another name, or replace it")
    text = scenario_text(scenario)
    parse_scenario(case, text, path.name)  # what cannot be read again is not written
    write_text(path, text)
    return path


@dataclass(frozen=True)
class JobOrder:
    """A job as it stands in `job.json`: what to run, on which case, with which changes."""

    kind: str
    case: str
    date: str
    draws: int
    seed: int
    quick: bool
    scenario: str = ""  # YAML text of the changes, "" for none

    @staticmethod
    def read(folder: Path) -> "JobOrder":
        """The order in a job's folder."""
        return JobOrder(**json.loads((folder / "job.json").read_text("utf-8")))

    def write(self, folder: Path) -> None:
        """Leave the order in a job's folder."""
        write_text(folder / "job.json", json.dumps(self.__dict__, indent=1, ensure_ascii=False) + "\n")


def run_job(order: JobOrder, folder: Path, progress: Progress) -> dict[str, Any]:
    """Do what a job's order says; results go into `folder/run/`.

    Returns:
        What to say at the end, as plain data.

    Raises:
        UserError: mistakes in the case or the order.
        Interrupted: stopped; what was finished is kept in the folder.
    """
    from detente.case import load_case
    from detente.case.scenarios import parse_scenario

    case = load_case(order.case)
    if order.scenario:
        case = case.override(scenario=parse_scenario(case, order.scenario, "scenario.yaml"))
    if order.kind not in _RUNNERS:
        raise OptionError.of(f"unknown job '{order.kind}'", f"one of {', '.join(KINDS)}")
    return _RUNNERS[order.kind](case, order, folder, progress)


def _analyze(case: "Case", order: JobOrder, folder: Path, progress: Progress) -> dict[str, Any]:
    from detente.workflow.analyze import Options, build_run

    options = Options(date=order.date, draws=order.draws, seed=order.seed)
    run = build_run(case, order.date, options, progress, store=folder / "draws")
    _leave(run, case, order, folder / "run")
    return {"words": f"{len(run.quantities)} numbers from {order.draws} draws"}


def _settle(case: "Case", order: JobOrder, folder: Path, progress: Progress) -> dict[str, Any]:
    from detente.settlement.find import QUICK, SearchPlan
    from detente.settlement.part import settlement_part
    from detente.settlement.problem import limits
    from detente.settlement.settle import search_case
    from detente.workflow.folder import head_of

    plan = QUICK if order.quick else SearchPlan()
    found = search_case(
        case,
        order.date,
        limits(),
        plan,
        draws=order.draws or None,
        seed=order.seed,
        store=folder / "draws",
        progress=progress,
    )
    draws = len(found.draws)
    command = f"detente settle {case.name} --date {order.date} --draws {draws} --seed {order.seed}"
    part = settlement_part(found, command + (" --quick" if order.quick else ""))
    _leave(
        head_of(found.draws.problem.template, order.date, order.seed, draws, part.command).add(part),
        case,
        order,
        folder / "run",
    )
    write_text(folder / "run" / "frontier.json", part.tables["frontier"].model_dump_json() + "\n")
    found.draws.forget()
    return {"words": "" if part.settlement is None else part.settlement.finding}


def _leave(run: "Run", case: "Case", order: JobOrder, folder: Path) -> None:
    """Write a job's run; the changes that the case was made under go along and are named first."""
    from detente.workflow.folder import join, write_folder

    if not order.scenario:
        join(run, case, folder)
        return
    scenario_digest = digest(order.scenario.encode("utf-8"))
    note = "made in the studio on a changed case: the changes stand in inputs/scenario.yaml"
    update = {"inputs": {**run.inputs, "scenario.yaml": scenario_digest}, "warnings": (note, *run.warnings)}
    write_text(folder / "inputs" / "scenario.yaml", order.scenario)
    write_folder(run.model_copy(update=update), case, folder)


def _accounts(case: "Case", order: JobOrder, folder: Path, progress: Progress) -> dict[str, Any]:
    from detente.evidence.recorded import RecordedCase
    from detente.workflow.evidence import study_accounts, study_settings

    if order.scenario:
        raise OptionError.of("rival accounts are tested on the case as it stands", "no changes")
    settings = study_settings(order.quick, order.seed)
    command = f"detente accounts {case.name} --seed {order.seed}" + (" --quick" if order.quick else "")
    _, part = study_accounts(RecordedCase.open(case), settings, folder / "draws", progress, command)
    write_text(folder / "run" / "accounts.json", part.model_dump_json(indent=1) + "\n")
    return {"words": "the rival accounts were held against the record"}


_RUNNERS: Mapping[str, Callable[["Case", JobOrder, Path, Progress], dict[str, Any]]] = {
    "analyze": _analyze,
    "settle": _settle,
    "accounts": _accounts,
}
