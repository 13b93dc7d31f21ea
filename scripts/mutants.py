"""Do the tests notice when the code is wrong? Changes one thing at a time in a copy of the package, and runs tests.

    python scripts/mutants.py cut --sample 40 --seed 1

A change that no test notices is a survivor and is printed with its place. Each room is a list of modules and of tests.
"""

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 5  # times what the unchanged code takes: after that a run is an endless loop, which counts as noticed
ROOMS = {  # room -> modules that are changed, and tests that ought to notice
    "cut": ("record/cut record/veil record/days record/record", "unit/test_record_cut* unit/test_record_days* "
            "property/test_record_leaks*"),
    "redaction": ("report/redact record/public record/told", "unit/test_report_redact* unit/test_record_public* "
                  "unit/test_record_cut* property/test_report_redaction* unit/test_report_page*"),
    "imports": ("record/imports record/mapping record/cells record/foreign_dates record/publish",
                "unit/test_record_import* unit/test_record_publish* property/test_record_properties*"),
    "answers": ("answers/results answers/summary answers/delaying answers/chances answers/settling",
                "reference/test_answers_closed_forms* unit/test_answers*"),
    "outlook": ("answers/gap answers/outlook outside/past", "unit/test_outlook*"),
    "forecasts": ("answers/forecasts answers/forecast_scores", "unit/test_forecasts*"),
    "claims": ("verdicts/judge verdicts/queries verdicts/references verdicts/rules verdicts/bench",
               "unit/test_verdicts* recovery/test_verdicts* unit/test_checks*"),
}  # fmt: skip
SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


@dataclass(frozen=True)
class Mutant:
    """One change: in which module, on which line, from what to what; `source` is the whole changed module."""

    module: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.before}  ->  {self.after}"


def mutants_of(module: str, text: str) -> Iterator[Mutant]:
    """Every change of a module that the list of swaps allows; types, docstrings and messages are left alone."""
    count = len(list(_places(ast.parse(text))))
    for n in range(count):
        tree = ast.parse(text)
        node, change = list(_places(tree))[n]
        before = _shown(node)
        change()
        yield Mutant(module, getattr(node, "lineno", 0), before, _shown(node), ast.unparse(tree))


def _shown(node: ast.AST) -> str:
    """The changed place as code: of a branch, its condition."""
    return f"if {ast.unparse(node.test)}" if isinstance(node, ast.If | ast.IfExp) else ast.unparse(node)


def _places(tree: ast.Module):
    """(node, function that changes it), in order."""
    annotations = {
        id(inner)
        for node in ast.walk(tree)
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if part is not None
        for inner in ast.walk(part)
    }
    raised = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Raise) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in annotations or id(node) in raised:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            yield node, lambda node=node: node.ops.__setitem__(0, SWAPS[type(node.ops[0])]())
        elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPS:
            yield node, lambda node=node: setattr(node, "op", SWAPS[type(node.op)]())
        elif isinstance(node, ast.If | ast.IfExp):
            yield node, lambda node=node: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield node, lambda node=node: setattr(node, "value", node.value + 1)
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, lambda node=node: setattr(node, "value", not node.value)


def noticed(mutant: Mutant, tests: tuple[str, ...], work: Path, seconds: float | None) -> bool:
    """Whether a test fails with the change in place, or does not end in time."""
    place = work / "src" / "detente" / mutant.module
    whole = place.read_text("utf-8")
    place.write_text(mutant.source, "utf-8")
    try:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests]
        environment = {**os.environ, "PYTHONPATH": str(work / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        ended = subprocess.run(command, cwd=work, env=environment, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return True
    finally:
        place.write_text(whole, "utf-8")
    return ended.returncode != 0


def main() -> None:
    """Run a room."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("room", choices=ROOMS)
    parser.add_argument("--sample", type=int, default=40, help="how many changes, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    modules = tuple(f"{name}.py" for name in ROOMS[chosen.room][0].split())
    places = ROOMS[chosen.room][1].split()
    tests = tuple(p.relative_to(ROOT).as_posix() for place in places for p in sorted((ROOT / "tests").glob(place)))
    source = ROOT / "src" / "detente"
    every = [m for name in modules for m in mutants_of(name, (source / name).read_text("utf-8"))]
    random.Random(chosen.seed).shuffle(every)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "tree"
        shutil.copytree(ROOT, work, ignore=shutil.ignore_patterns(".git", ".venv", "detente-out", ".*_cache"))
        untouched = Mutant(modules[0], 0, "", "", (source / modules[0]).read_text("utf-8"))
        before = time.monotonic()
        if noticed(untouched, tests, work, None):
            raise SystemExit("the tests of this room fail as the code stands")
        seconds = PATIENCE * (time.monotonic() - before)
        taken, survivors = every[: chosen.sample], []
        for n, mutant in enumerate(taken, start=1):
            if not noticed(mutant, tests, work, seconds):
                survivors.append(mutant)
                print(
                    f"{mutant.module}:{mutant.line}: {mutant.before}  ->  {mutant.after}", file=sys.stderr, flush=True
                )
            print(f"\r{n} of {len(taken)}, {len(survivors)} survive", end="", file=sys.stderr, flush=True)
    killed = len(taken) - len(survivors)
    found = {"room": chosen.room, "of": len(every), "tried": len(taken), "killed": killed}
    found["survivors"] = [str(mutant) for mutant in survivors]
    print(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
