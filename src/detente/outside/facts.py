"""The facts of a case that place it among past episodes: the binding `questions: {baserate: {DATE: {...}}}`.

questions:
  baserate:
    2021-08-05:
      outcome: ceasefire            # how the last fighting ended; see OUTCOME_NAMES
      ended: 2020-11-10             # when; time at peace so far is taken off the curve
      prior_episodes: 3             # earlier episodes of the same conflict
      duration_years: 0.12
      peacekeepers: yes
      third_party: yes
      why: text of 10 November 2020, signed by three heads of state or government
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.errors import CaseError, Diagnostic, suggest
from detente.outside.episodes import OUTCOMES, Episodes
from detente.words.dates import DAYS_PER_YEAR

if TYPE_CHECKING:
    from detente.case import Case

OUTCOME_NAMES = {
    "peace_agreement": 1,
    "ceasefire": 2,
    "government_victory": 3,
    "rebel_victory": 4,
    "low_activity": 5,
    "actor_ceased": 6,
}
CODES: dict[str, dict[str, int]] = {
    "outcome": OUTCOME_NAMES,
    "incompatibility": {"territory": 1, "government": 2, "both": 3},
    "intensity_level": {"minor": 1, "war": 2},
    "region": {"europe": 1, "middle_east": 2, "asia": 3, "africa": 4, "americas": 5},
    "type": {"intrastate": 3, "internationalized": 4},
}
COUNTS = ("prior_episodes", "duration_years", "country_history")
YES_NO = ("peacekeepers", "third_party")
WORDS = ("why", "sources", "basis")
KEYS = (*CODES, *COUNTS, *YES_NO, "ended", *WORDS)


@dataclass(frozen=True)
class Facts:
    """What is known about the last episode of a case on a date; `numbers` holds the covariates that are given."""

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
        return max(0.0, (Date.fromisoformat(when) - Date(self.ended.year + 1, 1, 1)).days / DAYS_PER_YEAR)

    def episode(self, name: str) -> Episodes:
        """The case as one row, for the hazard model; the end year is that of the binding where no end is given."""
        end = self.ended.year if self.ended else int(self.date[:4])
        columns = {key: np.array([value]) for key, value in (self.numbers | {"endyear": float(end)}).items()}
        return Episodes((name,), ("case",), ("",), columns)


def facts_of(case: "Case", date: str) -> Facts | None:
    """The facts that hold on a date: those bound to it, else to the latest earlier date; None where the case has none.

    Raises:
        CaseError: every mistake in the binding, located.
    """
    binding = case.questions.get("baserate")
    if binding is None:
        return None
    if not isinstance(binding, Mapping):
        raise CaseError(_at(case, (), "not a mapping", "dates with facts: {2021-08-05: {outcome: ceasefire}}"))
    problems = [
        _at(case, (key,), f"'{key}' is not a date", "an ISO date such as 2021-08-05")
        for key in binding
        if _day(key) is None
    ]
    problems += [
        _at(case, (key,), "not a mapping", "facts such as {outcome: ceasefire}")
        for key, value in binding.items()
        if not isinstance(value, Mapping)
    ]
    if problems:
        raise CaseError(problems)
    earlier = sorted(str(key) for key in binding if str(key) <= date)
    if not earlier:
        return None
    key = earlier[-1]
    return _parse(case, key, {str(k): v for k, v in binding.items()}[key])


def _parse(case: "Case", when: str, given: Mapping[str, Any]) -> Facts:
    problems: list[Diagnostic] = []
    numbers: dict[str, float] = {}
    ended = None
    for key, value in given.items():
        at = (when, key)
        if key not in KEYS:
            problems.append(_at(case, at, f"unknown fact '{key}'", "", suggest(str(key), KEYS)))
        elif key in WORDS:
            continue
        elif key in CODES:
            codes = CODES[key]
            code = codes.get(str(value).lower(), value if value in codes.values() else None)
            if code is None or isinstance(value, bool):
                hint = suggest(str(value), codes)
                problems.append(_at(case, at, f"{key} '{value}'", "", hint))
            else:
                numbers[key] = float(code)
        elif key == "ended":
            ended = _day(value)
            if ended is None or ended.isoformat() > when:
                expected = f"an ISO date not after {when}"
                problems.append(_at(case, at, f"ended '{value}'", expected))
        elif key in YES_NO:
            yes = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}.get(str(value).lower())
            if yes is None:
                problems.append(_at(case, at, f"{key} '{value}'", "yes or no"))
            else:
                numbers[key] = yes
        elif isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            problems.append(_at(case, at, f"{key} '{value}'", "a number, not negative"))
        else:
            numbers[key] = float(value)
    if problems:
        raise CaseError(problems)
    return Facts(when, ended, numbers, str(given.get("why", "")))


def _day(value: Any) -> Date | None:
    try:
        return Date.fromisoformat(str(value))
    except ValueError:
        return None


def _at(case: "Case", at: tuple[str, ...], what: str, expected: str = "", hint: str = "") -> Diagnostic:
    file, line, column = case.where(("questions", "baserate", *at))
    return Diagnostic(what, expected, hint, file, line, column)
