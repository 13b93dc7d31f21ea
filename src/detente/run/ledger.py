"""The record in a run: commitments over time."""

from detente.run.base import Model, Ref


class Touched(Model):
    """A day on which an event touched a commitment, and how: invoked, renewed, performed, breached, ended."""

    date: str
    how: str


class Bar(Model):
    """One commitment over time."""

    commitment: str
    state: str  # open, overdue, dormant, forgotten, performed, ...
    made: str
    touched: str  # the last touch before its end, or the day it was made
    end: str  # the day it ended, or the day of the ledger
    touches: tuple[Touched, ...] = ()
    rests_on: tuple[Ref, ...] = ()
    confidential: bool = False


class Ledger(Model):
    """Commitments over time, on a day."""

    day: str
    bars: tuple[Bar, ...]
