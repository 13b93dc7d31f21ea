"""The record in a run: what happened, in order, and commitments over time."""

from typing import Literal

from detente.run.base import Model, Ref
from detente.run.table import Table

Precision = Literal["day", "week", "month", "year"]


class Happening(Model):
    """One event of the timeline."""

    id: str
    date: str
    end: str = ""
    precision: Precision = "day"
    type: str
    actors: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    text: str
    low: float | None = None  # deaths
    best: float | None = None
    high: float | None = None
    touches: tuple[str, ...] = ()  # "COMMITMENT:how"
    responds_to: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    certainty: str = ""
    weight: float = 0.0  # orders the labels of the picture, and nothing else
    rests_on: tuple[Ref, ...] = ()
    confidential: bool = False


class Timeline(Model):
    """What happened until a day, in order."""

    day: str
    events: tuple[Happening, ...]

    def table(self) -> Table:
        """The events as a table, a row each."""
        texts = ("actors", "target", "touches", "responds_to", "sources")
        fields = (
            "date", "end", "precision", "type", "actors", "target", "text", "low", "best", "high", "touches",
            "responds_to", "id", "sources", "certainty", "weight",
        )  # fmt: skip
        return Table(
            title=f"Timeline, as of {self.day}",
            columns=tuple("event" if f == "id" else f for f in fields),
            rows=tuple(
                tuple(" ".join(getattr(e, f)) if f in texts else getattr(e, f) for f in fields) for e in self.events
            ),
            units=dict.fromkeys(("low", "best", "high"), "deaths"),
            note="Weight only orders the labels of the picture.",
            rests_on=tuple(e.rests_on for e in self.events),
            confidential=tuple(e.confidential for e in self.events),
        )


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
