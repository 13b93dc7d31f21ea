"""Reading a case folder: every mistake in all its files is collected before anything is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from detente.case import build
from detente.case.conform import Report, as_text, conform, is_mapping, words
from detente.case.content import RESULTS, content_of_folder
from detente.case.endings import build_issues, build_levers, build_outcomes, build_questions, build_situations
from detente.case.layout import ACCOUNT, CASE, SCENARIO
from detente.case.model import Account, Case, Scenario
from detente.case.scenarios import build_account, build_scenario
from detente.case.scope import build_scope
from detente.case.sections import Sections
from detente.case.shape import Shape
from detente.case.timing import build_timing
from detente.errors import CaseError, Diagnostic, suggest
from detente.files.yaml import Document, parse_yaml

SUFFIXES = (".yaml", ".yml", ".csv", ".parquet", ".md")


@dataclass(frozen=True)
class Reading:
    """What came of reading a folder: all remarks, and the case as far as it could be built."""

    case: Case | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The remarks that stop a case from being used."""
        return tuple(d for d in self.diagnostics if d.severity == "error")


def shipped_folder() -> Path:
    """Where the cases that come with Detente are."""
    return Path(__file__).resolve().parent.parent / "cases"


def shipped_cases() -> tuple[str, ...]:
    """Names of the cases that come with Detente."""
    return tuple(sorted(path.parent.name for path in shipped_folder().glob("*/case.yaml")))


def find_case(where: str | Path) -> Path:
    """The folder of a case: a folder, else a shipped case's name; a local folder wins.

    Raises:
        CaseError: there is no such folder or case.
    """
    folder = Path(where)
    if folder.is_dir() and (folder / "case.yaml").is_file():
        return folder
    name = str(where)
    if name in shipped_cases():
        return shipped_folder() / name
    hint = suggest(name, shipped_cases())
    if folder.is_dir():
        raise CaseError(Diagnostic("no case.yaml in this folder", "a case folder", hint, folder.as_posix()))
    raise CaseError(Diagnostic(f"no case '{name}'", "a case folder or the name of a shipped case", hint))


def load_case(where: str | Path) -> Case:
    """Read a case.

    Args:
        where: a folder, or the name of a shipped case; a local folder wins.

    Returns:
        The case; remarks that do not stop it are in `warnings`. A scenario that is wrong is left out.

    Raises:
        CaseError: with all mistakes in all files of the case.
    """
    folder = find_case(where)
    content = content_of_folder(folder)  # before reading: a file that changes meanwhile makes results stale, not wrong
    reading = read_case(folder)
    fatal = [d for d in reading.errors if not d.file.startswith(f"{folder.name}/scenarios/")]
    if fatal or reading.case is None:
        raise CaseError(reading.errors)
    return replace(reading.case, content=content)


def read_case(where: str | Path) -> Reading:
    """Read a case as far as possible; for `check`.

    Raises:
        CaseError: there is no such folder or case.
    """
    folder = find_case(where)
    return _Reader(folder, case_files(folder)).read()


def case_files(folder: Path) -> dict[str, Path]:
    """Relative name -> path of every file that belongs to a case; hidden files do not."""
    files: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = name.parts[0] == RESULTS or any(part.startswith(".") for part in name.parts)
        if path.is_file() and path.suffix in SUFFIXES and not hidden:
            files[name.as_posix()] = path
    return files


class _Reader:
    def __init__(self, folder: Path, files: Mapping[str, Path]) -> None:
        self.folder, self.files = folder, files
        self.documents: dict[str, Document] = {}
        self.lines: dict[str, tuple[str, ...]] = {}
        self.diagnostics: list[Diagnostic] = []

    def open(self, name: str, shape: Shape) -> tuple[Any, Report]:
        """The data of one file, with its shape checked."""
        content = self.files[name].read_bytes()
        document = parse_yaml(content, f"{self.folder.name}/{name}")
        self.documents[name] = document
        self.lines[name] = tuple(content.decode("utf-8", errors="replace").splitlines())
        report = Report(document, self.lines[name])
        self.diagnostics.extend(document.diagnostics)
        if document.data is None:
            if not document.diagnostics:
                report.error((), "the file is empty", words(shape))
        else:
            conform(shape, document.data, (), report)
        return document.data, report

    def read(self) -> Reading:
        data, report = self.open("case.yaml", CASE)
        case = self.build(data, report) if is_mapping(data) else None
        self.diagnostics.extend(report.diagnostics)
        if case is not None:
            case = self.attach(case)
        found = sorted(dict.fromkeys(self.diagnostics), key=lambda d: (d.file, d.line, d.column))
        return Reading(case, tuple(found))

    def build(self, data: dict[str, Any], report: Report) -> Case | None:
        """The case without its accounts and scenarios; None if too little of it stands."""
        actors = build.build_actors(data, report)
        packages = build.build_packages(data, report)
        states = build.build_states(data, report, packages)
        players = tuple(a for a in actors if any(build.get(data, s, a) is not None for s in ("payoffs", "actions")))
        play, parameters = build.build_play(data, report, players)
        for name, item, at in build.entries(data, report, "parameters"):
            parameter = build.build_parameter(name, item, at, report)
            if parameter is not None:
                parameters[name] = parameter
        scope, derived = build_scope(data, report, states, parameters)
        sections = Sections(data, report, scope, states=states, actors=actors, players=players)
        payoffs, actions = sections.payoffs(), sections.actions()
        nature = sections.nature()
        outcomes = build_outcomes(sections, packages)
        situations = build_situations(sections)
        levers, issues = build_levers(sections, parameters), build_issues(sections)
        questions = build_questions(sections)
        together = build_timing(sections)
        as_of = self.default_date(data, report, situations)
        if not states or not situations or not players or outcomes is None:
            return None
        unit = {key: as_text(value) for key, value in build.mapping(data, "unit").items()}
        return Case(
            name=build.text(data, "case") or self.folder.name,
            title=build.text(data, "title"),
            summary=build.text(data, "summary"),
            folder=self.folder,
            files=self.files,
            as_of=as_of,
            unit={"time": "year", "value": "utility", **unit},
            timing=build.text(data, "timing") or "asynchronous",
            play=play,
            actors=actors,
            players=players,
            states=states,
            parameters=parameters,
            derived=derived,
            payoffs={p: payoffs.get(p, {}) for p in players},
            actions={p: actions.get(p, {}) for p in players},
            nature=nature,
            outcomes=outcomes,
            situations=situations,
            packages=packages,
            levers=levers,
            issues=issues,
            questions=questions,
            claims=data.get("claims"),
            accounts={},
            scenarios={},
            scope=scope,
            documents=self.documents,
            lines=self.lines,
            together=together,
        )

    def default_date(self, data: dict[str, Any], report: Report, situations: Mapping[str, Any]) -> str:
        """The situation that answers start from."""
        wanted = data.get("as_of")
        if not isinstance(wanted, str) or ("as_of",) in report.broken:
            return max(situations, default="")
        declared = build.mapping(data, "situations")
        if declared and wanted not in declared:
            report.error(("as_of",), f"no situation for {wanted}", "", suggest(wanted, declared))
        return wanted

    def attach(self, case: Case) -> Case:
        """The case with its accounts and scenarios."""
        accounts: dict[str, Account] = {}
        scenarios: dict[str, Scenario] = {}
        for name in self.files:
            kind = name.split("/")[0]
            if name.count("/") != 1 or kind not in ("accounts", "scenarios") or not name.endswith((".yaml", ".yml")):
                continue
            data, report = self.open(name, ACCOUNT if kind == "accounts" else SCENARIO)
            if is_mapping(data) and kind == "accounts":
                account = build_account(data, report, case, name)
                if account is not None:
                    accounts[account.name] = account
            elif is_mapping(data):
                scenario = build_scenario(data, report, case, name)
                if scenario is not None:
                    scenarios[scenario.name] = scenario
            self.diagnostics.extend(report.diagnostics)
        warnings = tuple(d for d in self.diagnostics if d.severity == "warning")
        return replace(case, accounts=accounts, scenarios=scenarios, warnings=warnings)
