"""An issue: who wants what on one scale, how much each can do, how much each cares.

In a case file:

    issues:
      corridor:
        label: Regime of the road
        unit: "share of control, per cent"
        options: {closed: 0, monitored: 40, open: 100}     # optional names on the scale
        reversion: closed                                   # what stays if nothing is agreed; optional
        failure_cost: [0.2, 1]                              # of no agreement, 1 = as bad as the far end; optional
        positions:
          armenia:    {position: [10, 30], capability: 40, salience: 0.9}
          azerbaijan: {position: open, capability: [60, 80], salience: [0.7, 0.9]}

`options` may also be a list from one end to the other; the scale then runs from 0 to 100 in equal steps.
`armenia: closed` is short for a position with capability and salience 1. Every number may be a range [low, high];
forecasts are then intervals over draws from the ranges.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.errors import CaseError, Diagnostic, OptionError, suggest

if TYPE_CHECKING:
    from detente.case import Case

KEYS = ("label", "unit", "options", "reversion", "failure_cost", "positions", "why", "sources", "basis")
STAND_KEYS = ("position", "capability", "salience", "why", "sources", "basis")
COLUMNS = ("actor", "position", "capability", "salience")


@dataclass(frozen=True)
class Range:
    """A number known between two ends; equal ends are a single number."""

    low: float
    high: float


@dataclass(frozen=True)
class Stand:
    """One actor's position (on the issue's scale), capability (any unit, not negative), salience (0 to 1)."""

    actor: str
    position: Range
    capability: Range
    salience: Range


@dataclass(frozen=True)
class Issue:
    """One issue with at least two actors."""

    name: str
    label: str
    stands: tuple[Stand, ...]
    unit: str = ""
    options: Mapping[str, float] | None = None
    reversion: float | None = None
    failure_cost: Range = Range(1.0, 1.0)
    why: str = ""

    @property
    def exact(self) -> bool:
        """Whether every input is a single number."""
        ranges = [r for s in self.stands for r in (s.position, s.capability, s.salience)]
        return all(r.low == r.high for r in (*ranges, self.failure_cost))

    def middle(self) -> "Inputs":
        """The inputs at the middle of every range."""
        return self._at(lambda r: (r.low + r.high) / 2)

    def sample(self, rng: np.random.Generator) -> "Inputs":
        """One draw, uniform and independent within the ranges."""
        return self._at(lambda r: rng.uniform(r.low, r.high) if r.high > r.low else r.low)

    def _at(self, value: Any) -> "Inputs":
        """`value` maps a Range to a number; called in file order, so that renaming actors changes nothing."""
        rows = np.array([[value(s.position), value(s.capability), value(s.salience)] for s in self.stands])
        return Inputs(rows[:, 0], rows[:, 1], rows[:, 2], self.reversion, float(value(self.failure_cost)))

    def nearest(self, position: float) -> str:
        """Name of the option nearest to a position; empty without options."""
        options = self.options or {}
        return min(options, key=lambda option: abs(options[option] - position), default="")


@dataclass(frozen=True)
class Inputs:
    """Numbers that the forecasts are made from; each array (actors,)."""

    position: np.ndarray
    capability: np.ndarray
    salience: np.ndarray
    reversion: float | None = None
    failure_cost: float = 1.0

    @property
    def weight(self) -> np.ndarray:
        """Capability times salience: the influence that each actor exerts; shape (actors,)."""
        return self.capability * self.salience

    @property
    def span(self) -> float:
        """Distance between the outermost positions."""
        return float(np.ptp(self.position))


class _Reader:
    """Collects an issue's mistakes with their places."""

    def __init__(self, case: "Case", name: str) -> None:
        self.case, self.name = case, name
        self.problems: list[Diagnostic] = []

    def problem(self, at: tuple[str, ...], what: str, expected: str = "", hint: str = "") -> None:
        file, line, column = self.case.where(("issues", self.name, *at))
        self.problems.append(Diagnostic(what, expected, hint, file, line, column))

    def range(self, value: Any, at: tuple[str, ...], low: float, high: float, names: Mapping[str, float]) -> Range:
        """A number, a named option or [low, high]; recorded as a problem where it is none of these."""
        ends = value if isinstance(value, list) else [value]
        numbers = [names[e] if isinstance(e, str) and e in names else e for e in ends]
        if len(numbers) not in (1, 2) or any(isinstance(e, bool) or not isinstance(e, int | float) for e in numbers):
            hint = suggest(str(value), names) if isinstance(value, str) else ""
            self.problem(at, f"'{value}'", "a number or a range [low, high]" + (" or an option" if names else ""), hint)
            return Range(0.0, 0.0)
        first, last = float(numbers[0]), float(numbers[-1])
        if not low <= first <= last <= high:
            self.problem(at, f"{value}", f"low <= high, within {low:g} and {high:g}")
        return Range(first, last)


def issues_of(case: "Case") -> tuple[Issue, ...]:
    """The issues of a case that carry positions, in file order.

    Raises:
        CaseError: every mistake, located.
    """
    issues, problems = [], []
    for name, raw in (case.issues or {}).items():
        if not isinstance(raw, Mapping) or "positions" not in raw:
            continue
        reader = _Reader(case, name)
        issues.append(_issue(reader, raw))
        problems += reader.problems
    if problems:
        raise CaseError(problems)
    return tuple(issues)


def _issue(reader: _Reader, raw: Mapping[str, Any]) -> Issue:
    for key in raw:
        if key not in KEYS:
            reader.problem((key,), f"unknown key '{key}' of an issue", "", suggest(str(key), KEYS))
    options = _options(reader, raw.get("options"))
    stands = [_stand(reader, str(actor), given, options) for actor, given in (raw["positions"] or {}).items()]
    if len(stands) < 2:
        reader.problem(("positions",), f"{len(stands)} actors", "at least two")
    reversion = raw.get("reversion")
    cost = raw.get("failure_cost", 1.0 if reversion is None else 0.0)
    fallback = None if reversion is None else reader.range(reversion, ("reversion",), -np.inf, np.inf, options).low
    return Issue(
        name=reader.name,
        label=str(raw.get("label", reader.name)),
        stands=tuple(stand for stand in stands if stand is not None),
        unit=str(raw.get("unit", _default_unit(raw.get("options")))),
        options=options or None,
        reversion=fallback,
        failure_cost=reader.range(cost, ("failure_cost",), 0, np.inf, {}),
        why=str(raw.get("why", "")),
    )


def _options(reader: _Reader, given: Any) -> dict[str, float]:
    """Options and their places; a list is spread evenly from 0 to 100."""
    if isinstance(given, list) and len(given) > 1:
        return {str(option): 100 * n / (len(given) - 1) for n, option in enumerate(given)}
    if isinstance(given, Mapping):
        if any(isinstance(v, bool) or not isinstance(v, int | float) for v in given.values()):
            reader.problem(("options",), "an option without a number", "each option's place on the scale")
            return {}
        return {str(option): float(place) for option, place in given.items()}
    if given is not None:
        reader.problem(("options",), "neither a list of options nor option: place", "at least two options")
    return {}


def _default_unit(given: Any) -> str:
    return f"per cent of the way from {given[0]} to {given[-1]}" if isinstance(given, list) and given else ""


def _stand(reader: _Reader, actor: str, given: Any, options: Mapping[str, float]) -> Stand | None:
    at = ("positions", actor)
    if actor not in reader.case.actors:
        reader.problem(at, f"unknown actor '{actor}'", "", suggest(actor, reader.case.actors))
    if isinstance(given, str | int | float):
        given = {"position": given}
    if not isinstance(given, Mapping) or "position" not in given:
        reader.problem(at, "no position", "an option, or {position, capability, salience}")
        return None
    for key in set(given) - set(STAND_KEYS):
        reader.problem((*at, key), f"unknown key '{key}'", "", suggest(str(key), STAND_KEYS))
    return Stand(
        actor,
        reader.range(given["position"], (*at, "position"), -np.inf, np.inf, options),
        reader.range(given.get("capability", 1), (*at, "capability"), 0, np.inf, {}),
        reader.range(given.get("salience", 1), (*at, "salience"), 0, 1, {}),
    )


def read_issue(path: str | Path) -> Issue:
    """An issue from a CSV file: actor, position, capability, salience; a range is written `low..high`.

    Raises:
        OptionError: every unreadable cell, located.
    """
    where = Path(path)
    try:
        rows = list(csv.reader(where.read_text("utf-8-sig").splitlines()))
    except OSError as error:
        raise OptionError.of(f"cannot read {where}: {error.strerror}", "a CSV file of positions") from None
    header = [name.strip().lower() for name in rows[0]] if rows else []
    absent = [name for name in COLUMNS if name not in header]
    if absent:
        raise OptionError([Diagnostic(f"no column '{n}'", "", suggest(n, header), where.name, 1) for n in absent])
    problems: list[Diagnostic] = []
    stands = []
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        ranges = []
        for name in COLUMNS[1:]:
            at = header.index(name)
            cell = row[at].strip() if at < len(row) else ""
            try:
                low, high = (float(part) for part in (cell.split("..") if ".." in cell else (cell, cell)))
                bounds = {"capability": (0, np.inf), "salience": (0, 1)}.get(name, (-np.inf, np.inf))
                if not bounds[0] <= low <= high <= bounds[1]:
                    raise ValueError
            except ValueError:
                expected = "a number or low..high" + (" within 0 and 1" if name == "salience" else "")
                problems.append(Diagnostic(f"'{cell}' in column '{name}'", expected, "", where.name, line, at + 1))
                low = high = 0.0
            ranges.append(Range(low, high))
        stands.append(Stand(row[header.index("actor")].strip(), *ranges))
    if len(stands) < 2 and not problems:
        problems.append(Diagnostic(f"{len(stands)} actors", "at least two", file=where.name))
    if problems:
        raise OptionError(problems)
    return Issue(where.stem, where.stem, tuple(stands))
