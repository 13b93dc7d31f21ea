"""Reading a case folder: every mistake in all its files is collected before anything is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from detente.case.accounts import read_account
from detente.case.acts import CaseNames, build_actions, build_decisions, build_nature, build_payoffs
from detente.case.case import Case
from detente.case.content import FITS, RESULTS, content_of_folder
from detente.case.counts import check_counts
from detente.case.entries import CaseFile
from detente.case.history import build_history
from detente.case.objections import build_notes, build_objections
from detente.case.one_of import Decision
from detente.case.outcomes import build_issues, build_levers, build_outcomes, build_situations, build_threshold
from detente.case.parameters import build_parameter, build_play
from detente.case.parts import Account, Scenario
from detente.case.roles import build_questions
from detente.case.scenarios import read_scenario
from detente.case.scope import build_scope
from detente.case.spelled import spelled_out
from detente.case.states import build_actors, build_packages, build_states
from detente.case.timing import build_timing
from detente.errors import CaseError, Diagnostic, once, suggest
from detente.files.folder import listed
from detente.files.shipped import shipped_cases, shipped_folder
from detente.files.validate import Remarks, read_file
from detente.files.yaml import Document, read_yaml
from detente.words.dates import nearest

CHECK = "detente check says which"
SUFFIXES = (".yaml", ".yml", ".csv", ".parquet", ".md")


@dataclass(frozen=True)
class Reading:
    """What came of reading a folder: all remarks, and the case as far as it could be built."""

    case: Case | None
    diagnostics: tuple[Diagnostic, ...]  # of all files

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What is wrong in any file."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def fatal(self) -> tuple[Diagnostic, ...]:
        """What stops the case from being used at all; what is wrong in accounts and scenarios stops only these."""
        beside = {d for found in (self.case.problems.values() if self.case else ()) for d in found}
        return tuple(d for d in self.errors if d not in beside)


def starter_folder() -> Path:
    """Where the commented starter is."""
    return Path(__file__).resolve().parent / "starter"


def find_case(where: str | Path) -> Path:
    """The folder of a case: a folder, else a shipped case's name; a local folder wins.

    Raises:
        CaseError: there is no such folder or case, or the folder cannot be read.
    """
    folder = Path(where)
    entries, refused = listed(folder)
    if refused:
        raise CaseError(refused)
    if any(path.name == "case.yaml" for path in entries):
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
        The case; remarks that do not stop it are in `warnings`. Accounts and scenarios that are wrong are left out, a
        warning says so, and `problems` holds what is wrong with them.

    Raises:
        CaseError: with all mistakes in all files of the case, if any is in case.yaml.
    """
    folder = find_case(where)
    content = content_of_folder(folder)  # before reading: a file that changes meanwhile makes results stale, not wrong
    reading = read_case(folder)
    if reading.fatal or reading.case is None:
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
    """Relative name -> path of every file that belongs to a case; hidden files, results of ours and fits do not."""
    files: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        ours = name.parts[0] == FITS or any(part.startswith(".") or part == RESULTS for part in name.parts)
        if path.suffix in SUFFIXES and not ours and path.is_file():
            files[name.as_posix()] = path
    return files


class _Reader:
    def __init__(self, folder: Path, files: Mapping[str, Path]) -> None:
        self.folder, self.files = folder, files
        self.documents: dict[str, Document] = {}
        self.diagnostics: list[Diagnostic] = []

    def open(self, name: str) -> Document:
        """One file of the folder."""
        self.documents[name] = read_yaml(self.folder / name, f"{self.folder.name}/{name}")
        return self.documents[name]

    def read(self) -> Reading:
        document, decisions = spelled_out(self.open("case.yaml"))
        self.documents["case.yaml"] = document
        written, remarks = read_file(CaseFile, document)
        case = self.build(written, remarks, decisions) if written is not None else None
        self.diagnostics.extend(remarks.diagnostics)
        if case is not None:
            case = self.attach(case)
        found = sorted(once(self.diagnostics), key=lambda d: (d.file, d.line, d.column))
        return Reading(case, tuple(found))

    def build(self, written: CaseFile, remarks: Remarks, decisions: list[Decision]) -> Case | None:
        """The case without its accounts and scenarios; None if too little of it stands."""
        named = remarks.document.names("parameters")
        actors, packages = build_actors(written.actors), build_packages(written.packages, remarks, named)
        states = build_states(written.states, remarks, packages, named)
        acting = {*remarks.document.names("payoffs"), *remarks.document.names("actions")}
        players = tuple(actor for actor in actors if actor in acting)
        play, parameters = build_play(written.play, remarks, players)
        for name, entry in written.parameters.items():
            if entry.same_as:  # it could not be written out, which is reported
                remarks.broken.add(("parameters", name))
            parameter = build_parameter(name, entry, ("parameters", name), remarks)
            if parameter is not None:
                parameters[name] = parameter
        scope, derived = build_scope(written.derived, remarks, states, parameters)
        names = CaseNames(written, remarks, scope, states, actors, players)
        payoffs, actions, nature = build_payoffs(names), build_actions(names), build_nature(names)
        outcomes, situations = build_outcomes(names, packages), build_situations(names)
        levers, issues = build_levers(names, parameters), build_issues(names)
        questions = build_questions(names, parameters, outcomes)
        together = build_timing(names)
        history = build_history(names)
        check_counts(written.counts, remarks, written.payoffs)
        as_of = self.default_date(written, remarks, situations)
        if not states or not situations or not players or outcomes is None:
            return None
        return Case(
            name=written.case or self.folder.name,
            title=written.title,
            summary=written.summary,
            folder=self.folder,
            files=self.files,
            as_of=as_of,
            unit={"time": written.unit.time, "value": written.unit.value},
            timing=written.timing,
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
            accounts={},
            scenarios={},
            scope=scope,
            documents=self.documents,
            counts=written.counts,
            asymmetry=written.asymmetry,
            together=together,
            decisions=build_decisions(names, decisions),
            objections=build_objections(names),
            notes=build_notes(names),
            history=history,
            threshold=build_threshold(names),
        )

    def default_date(self, written: CaseFile, remarks: Remarks, situations: Mapping[str, Any]) -> str:
        """The situation that answers start from."""
        declared = remarks.document.names("situations")
        if not written.as_of:
            return max(situations, default="")
        if declared and written.as_of not in declared:
            remarks.error(("as_of",), f"no situation for {written.as_of}", "", nearest(written.as_of, declared))
        return written.as_of

    def attach(self, case: Case) -> Case:
        """The case with its accounts and scenarios, and what is wrong with them."""
        accounts: dict[str, Account] = {}
        scenarios: dict[str, Scenario] = {}
        problems: dict[str, tuple[Diagnostic, ...]] = {}
        for file in self.files_beside("accounts", problems):
            account, remarks = read_account(self.open(file), case, file)
            if account is not None and self.is_new(account.name, accounts, remarks):
                accounts[account.name] = account
            self.keep(file, remarks, problems)
        for file in self.files_beside("scenarios", problems):
            scenario, remarks = read_scenario(self.open(file), case, file)
            if scenario is not None and self.is_new(scenario.name, scenarios, remarks):
                scenarios[scenario.name] = scenario
            self.keep(file, remarks, problems)
        warnings = [d for d in self.diagnostics if d.severity == "warning"]
        warnings += [
            Diagnostic(
                f"left out: {len(found)} mistake{'s' * (len(found) != 1)} in it", "", CHECK, name, 1, 1, "warning"
            )
            for name, found in ((f"{self.folder.name}/{file}", found) for file, found in problems.items())
        ]
        return replace(case, accounts=accounts, scenarios=scenarios, problems=problems, warnings=tuple(warnings))

    def files_beside(self, kind: str, problems: dict[str, tuple[Diagnostic, ...]]) -> list[str]:
        """Names in the case of all that is called *.yaml in accounts or scenarios: files, and what should be one."""
        entries, refused = listed(self.folder / kind, f"{self.folder.name}/{kind}")
        if refused:
            problems[f"{kind}/"] = tuple(refused)
            self.diagnostics.extend(refused)
        return [f"{kind}/{p.name}" for p in entries if p.suffix in (".yaml", ".yml") and not p.name.startswith(".")]

    def is_new(self, name: str, known: Mapping[str, Account | Scenario], remarks: Remarks) -> bool:
        """Whether no other file has this name; reports it if one does."""
        if name not in known:
            return True
        key = "account" if isinstance(known[name], Account) else "scenario"
        remarks.error((key,), f"'{name}' is also the name of {known[name].file}", "another name")
        return False

    def keep(self, file: str, remarks: Remarks, problems: dict[str, tuple[Diagnostic, ...]]) -> None:
        """Add the remarks on one file to all; its errors stop this file only."""
        self.diagnostics.extend(remarks.diagnostics)
        if remarks.errors:
            problems[file] = tuple(remarks.errors)
