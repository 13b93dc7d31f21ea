"""docs/notation.md and the code use the same names."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("game", "solver", "chain", "answers", "verdicts")
ROWS = [
    line.split("|")[2]
    for line in (ROOT / "docs" / "notation.md").read_text("utf-8").splitlines()
    if line.startswith("| ")
]
NAMES = sorted({name for cell in ROWS[1:] for name in re.findall(r"`(\w+)`", cell)})


def identifiers() -> str:
    """Every name, attribute, argument, function and short string constant of the numerical packages."""
    found: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / "src" / "detente" / package).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                for field in ("id", "attr", "arg", "name"):
                    found.add(str(getattr(node, field, "")))
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 60:
                    found.add(node.value)
    return " ".join(found)


@pytest.fixture(scope="module")
def used() -> set[str]:
    return set(re.findall(r"[A-Za-z]\w*", identifiers()))


def test_the_table_is_read():
    assert {"payoff_flow", "tempo", "strategy", "generator"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_the_notation_is_one_of_the_code(name, used):
    words = {name, f"{name}s", f"{name[:-1]}ies"}
    assert words & used, f"docs/notation.md names '{name}', which no numerical package uses"
