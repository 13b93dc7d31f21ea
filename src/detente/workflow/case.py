"""Checking, starting and describing cases."""

import importlib
import importlib.metadata
import importlib.util
import json
import platform
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import CaseError, Diagnostic, MissingExtra, OptionError
from detente.files.whole import write_bytes, write_text

if TYPE_CHECKING:
    import numpy as np

    from detente.checks.folder import FolderCheck
    from detente.game.compile import Template
    from detente.game.diagnose import AnyTemplate

EXTRAS = {
    "evidence": ("dynesty",),
    "survival": ("lifelines",),
    "pdf": ("typst",),
    "word": ("docx",),
    "xlsx": ("openpyxl",),
    "cluster": ("distributed", "dask"),
}
REQUIRED = ("numpy", "scipy", "pydantic", "ruamel.yaml", "typer", "rich", "jinja2", "altair", "vl_convert")
REQUIRED += ("starlette", "uvicorn", "networkx", "duckdb")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class Move:
    """One action: how often if indifferent, and what an action to which its actor is indifferent is worth."""

    actor: str
    action: str
    rate: float  # reference rate, 1/year, the highest over states
    worth: float  # rate * noise / discount_rate, utility


@dataclass(frozen=True)
class Choices:
    """What an actor can still choose, in peace and otherwise: reference rates together, averaged over states."""

    actor: str
    peace: float  # 1/year
    otherwise: float  # 1/year
    worth: float  # of the difference, rate * noise / discount_rate, utility
    share: float | None  # of the actor's range of values, without sign; None if it was not solved


@dataclass(frozen=True)
class CheckReport:
    """What `check` found."""

    case: str
    diagnostics: tuple[Diagnostic, ...]
    states: int = 0
    combinations: int = 0
    players: tuple[str, ...] = ()
    parameters: int = 0
    seconds: float | None = None  # one solve, at the middle of every range
    certified: bool | None = None
    moves: tuple[Move, ...] = ()
    choices: tuple[Choices, ...] = ()
    importance: dict[str, float] = field(default_factory=dict[str, float])
    entries: dict[str, int] = field(default_factory=dict[str, int])  # of a record without a case, by kind

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What stops the case from being used."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What to look at."""
        return tuple(d for d in self.diagnostics if d.severity != "error")

    def as_json(self) -> str:
        """The report for machines."""
        found = asdict(self)
        found["diagnostics"] = [asdict(d) for d in self.diagnostics]
        return json.dumps({"ok": not self.errors, **found}, indent=1, ensure_ascii=False)


def check(where: str | Path, solve: bool = True) -> CheckReport:
    """Read every file of a folder, look at the states and ranges of its case, and report all that is wrong at once.

    Args:
        where: a folder, or the name of a shipped case; a folder with a record and no case is checked as a record.
        solve: also solve once, for the time it takes and for what matters least.

    Raises:
        CaseError: there is no such case at all.
    """
    from detente.checks.folder import check_folder

    checked = check_folder(where)
    if checked.template is not None:
        return _describe(checked.template, checked.diagnostics, solve)
    return CheckReport(checked.name, checked.diagnostics, entries=_entries(checked))


def _entries(checked: "FolderCheck") -> dict[str, int]:
    """What a record without a case holds: how many sources, actors, instruments, commitments, events, claims."""
    if checked.record is None or checked.case is not None:
        return {}
    kinds = ("sources", "actors", "instruments", "commitments", "events", "claims")
    return {kind: len(getattr(checked.record, kind)) for kind in kinds}


def _describe(template: "AnyTemplate", found: tuple[Diagnostic, ...], solve: bool) -> CheckReport:
    from math import prod

    from detente.game.compile import Template
    from detente.game.diagnose import importance

    case = template.case
    seconds, certified, matters, values = None, None, dict[str, float](), None
    if solve:
        from detente.solver import solve as solve_game

        begin = time.perf_counter()
        equilibrium = solve_game(template.game())
        seconds, certified = time.perf_counter() - begin, equilibrium.certified
        if certified:
            values = equilibrium.values
            matters = dict(importance(template, values))
    return CheckReport(
        case=case.name,
        diagnostics=found,
        states=template.space.size,
        combinations=prod(len(v.values) for v in case.states.values()),
        players=case.players,
        parameters=len(case.parameters),
        seconds=seconds,
        certified=certified,
        moves=_worth(template) if isinstance(template, Template) else (),
        choices=_choices(template, values) if isinstance(template, Template) else (),
        importance=dict(sorted(matters.items(), key=lambda item: item[1])),
    )


def _worth(template: "Template") -> tuple[Move, ...]:
    game = template.game()
    result: list[Move] = []
    for i, player in enumerate(game.players):
        for a, name in enumerate(game.moves[i].names):
            if a > 0:
                rate = float(game.moves[i].reference_rate[a].max())
                result.append(Move(player, name, rate, rate * float(game.noise[i] / game.discount_rate[i])))
    return tuple(result)


def _choices(template: "Template", values: "np.ndarray | None") -> tuple[Choices, ...]:
    game, peace = template.game(), template.peace
    result: list[Choices] = []
    for i, player in enumerate(game.players):
        open_ = game.moves[i].reference_rate.sum(axis=0)
        inside, outside = (float(open_[m].mean()) if m.any() else 0.0 for m in (peace, ~peace))
        worth = (inside - outside) * float(game.noise[i] / game.discount_rate[i])
        share = None if values is None else abs(worth) / max(float(values[i].max() - values[i].min()), 1e-300)
        result.append(Choices(player, inside, outside, worth, share))
    return tuple(result)


def new(name: str, start: str | None = None, into: str | Path = ".") -> Path:
    """Write a new case folder: a commented starter, or a copy of a case.

    Args:
        name: the folder to make, and the case's short name.
        start: a case to copy (folder or shipped name); default the starter.
        into: where to make the folder.

    Returns:
        The folder.

    Raises:
        OptionError: the name cannot be a folder name, or the folder is there already.
        CaseError: there is no case of the name `start`.
    """
    from detente.case import find_case
    from detente.case.load import case_files

    if not NAME.fullmatch(name):
        raise OptionError.of(f"'{name}' cannot be the name of a case", "letters, digits, '-' and '_'")
    folder = Path(into) / name
    if folder.exists():
        raise OptionError.of(f"{folder.as_posix()} is there already", "a new name", "nothing was written")
    source = find_case(start) if start is not None else Path(__file__).resolve().parent.parent / "case" / "starter"
    for relative, path in case_files(source).items():
        content = path.read_bytes()
        write_bytes(folder / relative, _renamed(content, name) if relative == "case.yaml" else content)
    return folder


def _renamed(content: bytes, name: str) -> bytes:
    """case.yaml with its short name changed and nothing else; as it is where it has no name."""
    from detente.files.yaml import parse_yaml

    document, at = parse_yaml(content, "case.yaml"), ("case",)
    words = name if parse_yaml(name, "").data == name else json.dumps(name)  # `1` or `no.` would be read otherwise
    return document.replaced(at, words).encode("utf-8") if at in document.spans else content


def schema(out: str | Path | None = None) -> str:
    """JSON Schema of the files of a case folder, for editors; written to a file where one is named."""
    from detente.checks.schema import schema_of_files

    text = json.dumps(schema_of_files(), indent=1, ensure_ascii=False) + "\n"
    if out is not None:
        write_text(Path(out), text)
    return text


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    what: str
    ok: bool
    words: str
    needed: bool = True


def doctor(folder: str | Path = ".") -> list[Finding]:
    """What is installed and what works here: packages, extras, a solve, a picture, a file.

    Args:
        folder: where to try to write.
    """
    findings = [Finding("python", sys.version_info >= (3, 11), platform.python_version())]
    findings += [_package(name) for name in REQUIRED]
    findings += [_extra(extra, modules) for extra, modules in EXTRAS.items()]
    findings.append(_attempt("shipped cases", _read_all))
    findings.append(_attempt("solve", _solve_small))
    findings.append(_attempt("write", lambda: _write_here(Path(folder))))
    return findings


@cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def _version(module: str) -> str:
    names = _distributions().get(module.split(".", maxsplit=1)[0], [module])
    try:
        return importlib.metadata.version(names[0])
    except importlib.metadata.PackageNotFoundError:
        return "installed"


def _package(module: str) -> Finding:
    try:
        importlib.import_module(module)
    except ImportError as error:
        return Finding(module, False, f"missing ({error}); hint: pip install --upgrade detente")
    return Finding(module, True, _version(module))


def _extra(extra: str, modules: tuple[str, ...]) -> Finding:
    """Whether an extra is installed; looked up, not loaded, because some of them take seconds to load."""
    if any(importlib.util.find_spec(module) is None for module in modules):
        return Finding(f"extra {extra}", False, f"not installed; hint: pip install 'detente[{extra}]'", needed=False)
    return Finding(f"extra {extra}", True, ", ".join(f"{m} {_version(m)}" for m in modules), needed=False)


def _attempt(what: str, work: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, work())
    except (CaseError, MissingExtra, OptionError, OSError, ValueError, RuntimeError, ImportError) as error:
        return Finding(what, False, f"{type(error).__name__}: {error}")


def _read_all() -> str:
    from detente.case import load_case, shipped_cases

    names = shipped_cases()
    for name in names:
        load_case(name)
    return ", ".join(names)


def _solve_small() -> str:
    from detente.case import load_case
    from detente.game import compile_case
    from detente.solver import solve

    begin = time.perf_counter()
    template = compile_case(load_case("toy-process"))
    equilibrium = solve(template.game())
    if not equilibrium.certified:
        raise RuntimeError(f"no certified equilibrium: {equilibrium.status.words}")
    return f"toy-process, {template.space.size} states, certified in {time.perf_counter() - begin:.2f} s"


def _write_here(folder: Path) -> str:
    path = folder / f".detente-doctor-{time.time_ns()}.tmp"
    write_text(path, "written by detente doctor\n")
    path.unlink()
    return f"files can be written in {folder.resolve()}"


def as_rows(findings: list[Finding]) -> list[dict[str, Any]]:
    """The doctor's findings for machines."""
    return [asdict(finding) for finding in findings]
