"""Detente: an open workbench for mediated peace processes.

    import detente
    case = detente.load_case("minsk")
    equilibrium = detente.solve(detente.compile_case(case).game())
    run = detente.analyze("minsk", draws=20, out="minsk-run")

Names are loaded when first used, so that `import detente` stays fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.case import Case, load_case
    from detente.chain import Chain
    from detente.errors import DetenteError, UserError
    from detente.game import Game, compile_case
    from detente.record import Record, load_record
    from detente.run import Quantity, Run, Table, read_run
    from detente.solver import Equilibrium, enumerate_equilibria, solve, solve_path
    from detente.workflow.analyze import analyze
    from detente.workflow.answers import ask, claims
    from detente.workflow.dossier import dossier
    from detente.workflow.settle import settle

__version__ = "0.1.0"

_HOMES = {
    "Case": "detente.case",
    "Chain": "detente.chain",
    "DetenteError": "detente.errors",
    "Equilibrium": "detente.solver",
    "Game": "detente.game",
    "Quantity": "detente.run",
    "Record": "detente.record",
    "Run": "detente.run",
    "Table": "detente.run",
    "UserError": "detente.errors",
    "analyze": "detente.workflow.analyze",
    "ask": "detente.workflow.answers",
    "claims": "detente.workflow.answers",
    "compile_case": "detente.game",
    "dossier": "detente.workflow.dossier",
    "enumerate_equilibria": "detente.solver",
    "load_case": "detente.case",
    "load_record": "detente.record",
    "read_run": "detente.run",
    "settle": "detente.workflow.settle",
    "solve": "detente.solver",
    "solve_path": "detente.solver",
}

__all__ = [
    "Case",
    "Chain",
    "DetenteError",
    "Equilibrium",
    "Game",
    "Quantity",
    "Record",
    "Run",
    "Table",
    "UserError",
    "__version__",
    "analyze",
    "ask",
    "claims",
    "compile_case",
    "dossier",
    "enumerate_equilibria",
    "load_case",
    "load_record",
    "read_run",
    "settle",
    "solve",
    "solve_path",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'detente' has no attribute '{name}'")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
