"""Statistics of the record held against histories that the model would leave, and what follows where they miss it."""

from typing import Literal

from detente.run.base import Model
from detente.run.quantity import Quantity

Band = tuple[float, float, float]  # 5th, 50th and 95th percentile
HEADLINES = {"war": "relapse", "peace": "peace"}  # kind of row -> the question whose headline falls with it
BASE_RATE = {"war": "base_rate"}  # kind of row -> the family of numbers that stands in the place of the model's


class HistoryRow(Model):
    """One statistic: the record, the histories, and what the ranges alone and a constant hazard give."""

    id: str
    label: str
    unit: str  # "count", "years" or "share"
    start: str  # ISO date
    until: str  # ISO date, not included
    headline: Literal["", "war", "peace"] = ""
    held_out: bool = False  # not looked at before the first fit
    after_fit: bool = False  # written, or changed, after the first fit
    leans_on: tuple[str, ...] = ()  # questions whose answers lean on it
    recorded: float | None = None  # None: `why` says why
    low: float | None = None
    mid: float | None = None
    high: float | None = None
    inside: bool | None = None  # whether the record lies in the band; None: cannot be said
    tail: float | None = None  # share of histories at least as far out on either side
    histories: int = 0  # that have this statistic
    prior: Band | None = None  # of histories from the stated ranges alone
    constant: Band | None = None  # of a constant hazard
    counts: bool = False  # whether it says anything of the model: known, and not met by a constant hazard
    why: str = ""  # why nothing is recorded, or why it counts for nothing

    @property
    def fails(self) -> bool:
        """Whether the model misses what was recorded, in a row that counts."""
        return self.counts and self.inside is False


class History(Model):
    """What was found of all statistics."""

    date: str  # the situation
    until: str  # last day of the record that was used
    basis: Literal["prior", "posterior"]  # prior: assumptions only
    draws: int  # histories
    statistics: tuple[HistoryRow, ...]
    frozen: str = ""  # hash of the statistics as they were before the first fit; "": nothing shows them
    words: tuple[str, ...] = ()
    confidential: bool = False  # counts entries of the record that are not public

    @property
    def failing(self) -> tuple[HistoryRow, ...]:
        """The rows that count and in which the model misses the record."""
        return tuple(row for row in self.statistics if row.fails)

    def beside(self, question: str) -> tuple[str, ...]:
        """What has to be said beside the answer to a question: a sentence for each failing row that it leans on."""
        return tuple(missed(row) for row in self.failing if question in row.leans_on)

    def fallen(self, question: str) -> str:
        """Why the model has no headline of its own for a question; "" where it has one."""
        for kind, about in HEADLINES.items():
            rows = [row for row in self.failing if row.headline == kind]
            if question == about and rows:
                named = "; ".join(row.label for row in rows)
                return f"No headline of the model's own for {kind}: its histories miss what was recorded ({named})."
        return ""


def missed(row: HistoryRow) -> str:
    """That histories miss what was recorded, with both numbers."""
    side = "more" if row.recorded is not None and row.high is not None and row.recorded > row.high else "less"
    return (
        f"Simulated histories miss the record in '{row.label}': {_number(row.recorded)} was recorded, {side} than the "
        f"{_number(row.low)} to {_number(row.high)} of nine histories in ten ({_unit(row)})."
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def _unit(row: HistoryRow) -> str:
    return {"count": "times", "share": "as a share"}.get(row.unit, row.unit)


def standing(history: History | None, quantity: Quantity, others: tuple[Quantity, ...]) -> tuple[Quantity | None, str]:
    """What stands at the head in the place of a number, and why; the number itself and "" where nothing is wrong.

    Args:
        history: of the run; None where it has none.
        quantity: a headline number.
        others: the numbers of the run, base rates among them.
    """
    why = history.fallen(quantity.question) if history is not None else ""
    if not why:
        return quantity, ""
    families = {
        BASE_RATE[kind] for kind, about in HEADLINES.items() if about == quantity.question and kind in BASE_RATE
    }
    for other in others:
        if other.family in families and other.detail == quantity.detail and other.mid is not None:
            return other, f"{why} The base rate stands in its place."
    return None, f"{why} There is no base rate to take its place."
