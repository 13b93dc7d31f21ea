"""The versioned run: what an analysis leaves behind, and the only thing that dossier and studio render."""

from detente.run.model import Assumption, Quantity, Run, Solution, Table
from detente.run.store import read_run, write_bytes, write_run, write_text

__all__ = ["Assumption", "Quantity", "Run", "Solution", "Table", "read_run", "write_bytes", "write_run", "write_text"]
