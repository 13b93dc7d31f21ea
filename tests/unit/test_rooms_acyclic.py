"""Inside a room modules see each other in one direction: no circle of imports."""

import ast
from pathlib import Path

import pytest

import detente

ROOT = Path(detente.__file__).parent
ROOMS = ("files", "words", "run", "report")


def imported(path: Path, known: set[str]) -> set[str]:
    """The known modules that a file imports, at its top or inside a function, but not for types alone."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (parts & known) | ({node.module} if parts - known else set())
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & known


def graph(room: str) -> dict[str, set[str]]:
    names = {}
    for path in (ROOT / room).rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        names[".".join(("detente", *(part for part in parts if part != "__init__")))] = path
    return {name: imported(path, set(names)) - {name} for name, path in names.items()}


@pytest.mark.parametrize("room", ROOMS)
def test_no_circle_of_imports(room):
    edges = graph(room)
    assert len(edges) > 2
    package = f"detente.{room}"
    order: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above[above.index(name) :], name))
        if name not in order:
            for other in sorted(edges[name]):
                visit(other, (*above, name))
            order.append(name)

    for name in edges.keys() - {package}:
        visit(name, ())


def test_a_circle_would_be_found():
    assert "detente.report.build" in graph("report")["detente.report.html"]
    assert "detente.run.base" in graph("run")["detente.run.run"]
