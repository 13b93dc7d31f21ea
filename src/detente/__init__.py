"""Detente: an open workbench for mediated peace processes.

    import detente
    case = detente.load_case("minsk")
    equilibrium = detente.solve(detente.compile_case(case).game())
    run = detente.analyze("minsk", draws=20, out="minsk-run")

Names are loaded when first used, so that `import detente` stays fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from detente.words.version import VERSION as __version__

if TYPE_CHECKING:
    from detente.case import Case, load_case
    from detente.chain import Chain
    from detente.errors import DetenteError, UserError
    from detente.game import Game, compile_case
    from detente.record import Record, load_record
    from detente.run import Quantity, Run, Table, read_run
    from detente.solver import Equilibrium, enumerate_equilibria, solve, solve_path
    from detente.verbs.analyze import run as analyze
    from detente.verbs.ask import run as ask
    from detente.verbs.claims import run as claims
    from detente.verbs.dossier import run as dossier
    from detente.verbs.settle import run as settle

_HOMES = {  # public name -> its module, and after a colon its name there
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
    "analyze": "detente.verbs.analyze:run",
    "ask": "detente.verbs.ask:run",
    "claims": "detente.verbs.claims:run",
    "compile_case": "detente.game",
    "dossier": "detente.verbs.dossier:run",
    "enumerate_equilibria": "detente.solver",
    "load_case": "detente.case",
    "load_record": "detente.record",
    "read_run": "detente.run",
    "settle": "detente.verbs.settle:run",
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
    module, _, own = home.partition(":")
    return getattr(import_module(module), own or name)


def __dir__() -> list[str]:
    return sorted(__all__)
