"""`detente doctor`: what is installed and works here."""

import importlib.metadata
import importlib.util
import platform
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import typer

from detente.errors import DetenteError
from detente.files.whole import write_text
from detente.verbs.frame.options import Json

PANEL = "Help"
EXTRAS = {
    "evidence": ("arviz_stats",),
    "survival": ("lifelines",),
    "pdf": ("typst",),
    "word": ("docx",),
    "xlsx": ("openpyxl",),
    "cluster": ("distributed", "dask"),
}
REQUIRED = ("numpy", "scipy", "pydantic", "ruamel.yaml", "typer", "rich", "jinja2", "vl_convert")
REQUIRED += ("starlette", "uvicorn", "duckdb")


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    what: str
    ok: bool
    words: str
    needed: bool = True


def run(folder: str | Path = ".") -> list[Finding]:
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
    except (DetenteError, OSError, ValueError, RuntimeError, ImportError) as error:
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


def command(as_json: Json = False) -> None:
    """Say what is installed and works here; exit code 1 if something needed does not."""
    from detente.verbs.frame.printed import show_json, show_text

    findings = run()
    if as_json:
        show_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "ok" if finding.ok else "MISSING" if finding.needed else "-"
            show_text(f"{mark:8}{finding.what:16}{finding.words}")
    if any(finding.needed and not finding.ok for finding in findings):
        raise typer.Exit(1)
