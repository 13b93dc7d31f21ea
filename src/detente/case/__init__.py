"""Case files: a folder that people can read becomes a `Case`, or a list of located mistakes."""

from detente.case.case import Case
from detente.case.load import Reading, find_case, load_case, read_case
from detente.case.parts import (
    Account,
    Action,
    Actor,
    Effect,
    Expr,
    Lever,
    NatureEvent,
    Outcomes,
    Parameter,
    Play,
    Scenario,
    StateVariable,
)
from detente.case.scenarios import write_scenario
from detente.files.shipped import shipped_cases

__all__ = [
    "Account",
    "Action",
    "Actor",
    "Case",
    "Effect",
    "Expr",
    "Lever",
    "NatureEvent",
    "Outcomes",
    "Parameter",
    "Play",
    "Reading",
    "Scenario",
    "StateVariable",
    "find_case",
    "load_case",
    "read_case",
    "shipped_cases",
    "write_scenario",
]
