"""The versioned run: what an analysis leaves behind, and the only thing that report and studio render."""

from detente.run.accounts import Accounts, Fit
from detente.run.base import Cell, Kind, Model, Ref
from detente.run.claims import Claim, ClaimTest, Tally, tally
from detente.run.history import History, HistoryRow
from detente.run.ledger import Bar, Happening, Ledger, Precision, Timeline, Touched
from detente.run.other_model import OtherModel, SecondOpinion
from detente.run.outlook import Chance, Chances, Gap, GapPart, Outlook, OwnPast
from detente.run.quantity import Assumption, Quantity
from detente.run.run import Part, Public, Run, Solution, Stamp
from detente.run.scores import Scores
from detente.run.section import Picture, Section
from detente.run.settlement import Settlement
from detente.run.store import read_run, write_run
from detente.run.table import Table

__all__ = [
    "Accounts",
    "Assumption",
    "Bar",
    "Cell",
    "Chance",
    "Chances",
    "Claim",
    "ClaimTest",
    "Fit",
    "Gap",
    "GapPart",
    "Happening",
    "History",
    "HistoryRow",
    "Kind",
    "Ledger",
    "Model",
    "OtherModel",
    "Outlook",
    "OwnPast",
    "Part",
    "Picture",
    "Precision",
    "Public",
    "Quantity",
    "Ref",
    "Run",
    "Scores",
    "SecondOpinion",
    "Section",
    "Settlement",
    "Solution",
    "Stamp",
    "Table",
    "Tally",
    "Timeline",
    "Touched",
    "read_run",
    "tally",
    "write_run",
]
