"""The record in a run: what happened, in order, and commitments over time."""

from typing import Literal

from pydantic import Field

from detente.run.base import Cell, Model, Ref
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
    """One commitment over time: who owes what to whom by when, and what became of it."""

    commitment: str
    instrument: str = ""  # its name
    who: tuple[str, ...] = ()  # actors who owe it
    to: tuple[str, ...] = ()  # actors to whom it is owed
    what: str = ""
    by: str = ""  # an ISO date, "continuing", a condition in words, or nothing
    statuses: dict[str, str] = Field(default_factory=dict)  # viewpoint (an actor, or "record") -> status
    state: str  # open, overdue, dormant, forgotten, performed, ...
    asleep: bool = False  # nothing has touched it for years
    made: str
    touched: str  # the last touch before its end, or the day it was made
    how: str = ""  # how it was last touched; nothing: never
    end: str  # the day it ended, or the day of the ledger
    slept_years: float = 0.0  # years since the last touch, or from it to the end
    touches: tuple[Touched, ...] = ()
    sources: tuple[str, ...] = ()
    rests_on: tuple[Ref, ...] = ()
    confidential: bool = False


class Ledger(Model):
    """Commitments over time, on a day."""

    day: str
    bars: tuple[Bar, ...]

    def viewpoints(self) -> tuple[str, ...]:
        """Whose statuses it holds, in the order in which they occur."""
        return tuple(dict.fromkeys(view for bar in self.bars for view in bar.statuses))

    def table(self, asleep: bool = False) -> Table:
        """The commitments as a table, a row each; those that fell asleep alone if asked, longest first."""
        bars = sorted((b for b in self.bars if b.asleep), key=lambda b: -b.slept_years) if asleep else self.bars
        views = self.viewpoints()
        columns = (
            "commitment", "instrument", "made", "who", "to", "what", "by", *(f"status: {view}" for view in views),
            "state", "last_touch", "how", "slept_years", "sources",
        )  # fmt: skip
        rows: list[tuple[Cell, ...]] = [
            (
                b.commitment, b.instrument, b.made, " ".join(b.who), " ".join(b.to), b.what, b.by,
                *(b.statuses.get(view, "") for view in views), b.state, b.touched if b.how else "", b.how,
                b.slept_years, " ".join(b.sources),
            )
            for b in bars
        ]  # fmt: skip
        return Table(
            title=f"{'Commitments that fell asleep' if asleep else 'Ledger of commitments'}, as of {self.day}",
            columns=columns,
            rows=tuple(rows),
            units={"slept_years": "years"},
            rests_on=tuple(b.rests_on for b in bars),
            confidential=tuple(b.confidential for b in bars),
        )
