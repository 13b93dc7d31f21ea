"""The facts of a case that place it among past episodes: `questions: {baserate: {DATE: {...}}}`, as numbers.

What the binding may hold stands in `detente.case.facts`; it is checked when the case is read.
"""

from dataclasses import dataclass, field
from datetime import date as Date
from typing import TYPE_CHECKING

import numpy as np

from detente.outside.episodes import OUTCOMES, Episodes
from detente.words.dates import DAYS_PER_YEAR

if TYPE_CHECKING:
    from detente.case import Case


SLACK = 3  # days by which a number of calendar years may differ from one of Julian years


@dataclass(frozen=True)
class EndOfFighting:
    """How the last episode of a case ended, as far as it is known; `numbers` holds the covariates that are given."""

    date: str  # the date of the binding
    ended: Date | None = None
    numbers: dict[str, float] = field(default_factory=dict)
    why: str = ""

    @property
    def outcome(self) -> int | None:
        """Code of the outcome type, where given."""
        return int(self.numbers["outcome"]) if "outcome" in self.numbers else None

    @property
    def first(self) -> bool | None:
        """Whether it was the conflict's first episode, where known."""
        return self.numbers["prior_episodes"] == 0 if "prior_episodes" in self.numbers else None

    @property
    def words(self) -> str:
        """The facts in words, for a reader to check."""
        parts = []
        if self.outcome is not None:
            parts.append(f"ended by {OUTCOMES[self.outcome]}")
        if self.ended is not None:
            parts.append(f"on {self.ended.isoformat()}")
        if "prior_episodes" in self.numbers:
            parts.append(f"earlier episodes: {self.numbers['prior_episodes']:g}")
        names = {"peacekeepers": "peacekeepers", "third_party": "third party"}
        parts += [f"{n}: {'yes' if self.numbers[k] else 'no'}" for k, n in names.items() if k in self.numbers]
        return ", ".join(parts)

    def elapsed(self, when: str) -> float:
        """Years at risk so far by the yearly definition: from the first of January after the end; never negative."""
        if self.ended is None:
            return 0.0
        years = (Date.fromisoformat(when) - Date(self.ended.year + 1, 1, 1)).days / DAYS_PER_YEAR
        whole = round(years)  # a first of January is one, so that no sliver of another year counts
        return max(0.0, float(whole) if abs(years - whole) * DAYS_PER_YEAR < SLACK else years)

    def episode(self, name: str) -> Episodes:
        """The case as one row, for the hazard model; the end year is that of the binding where no end is given."""
        end = self.ended.year if self.ended else int(self.date[:4])
        columns = {key: np.array([value]) for key, value in (self.numbers | {"endyear": float(end)}).items()}
        return Episodes((name,), ("case",), ("",), columns)


def facts_of(case: "Case", date: str) -> EndOfFighting | None:
    """The facts that hold on a date: those bound to it, else to the latest earlier date; None where the case has none.

    Args:
        case: with facts under `questions: baserate`.
        date: ISO date.
    """
    bound = case.questions.baserate
    key = max((day for day in bound if day <= date), default=None)
    if key is None:
        return None
    entry = bound[key]
    ended = Date.fromisoformat(entry.ended) if entry.ended is not None else None
    return EndOfFighting(key, ended, entry.numbers, entry.why)
