"""The versioned run: what an analysis leaves behind, and the only thing that report and studio render."""

from detente.run.ledger import Bar, Ledger, Touched
from detente.run.model import Assumption, Quantity, Run, Solution, Table
from detente.run.store import read_run, write_run

__all__ = [
    "Assumption",
    "Bar",
    "Ledger",
    "Quantity",
    "Run",
    "Solution",
    "Table",
    "Touched",
    "read_run",
    "write_run",
]
