"""An issue as numbers: who wants what on one scale, how much each can do, how much each cares.

What a case file may say stands in `detente.case.issues`; a table of positions may also stand in a CSV file. Every
number may be a range [low, high]; forecasts are then intervals over draws from the ranges.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.errors import Diagnostic, FileError, OptionError, suggest
from detente.files.access import decoded

if TYPE_CHECKING:
    from detente.case import Case
    from detente.case.issues import IssueEntry

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


def issues_of(case: "Case") -> tuple[Issue, ...]:
    """The issues of a case that carry positions, in file order."""
    return tuple(_issue(name, entry) for name, entry in case.issues.items() if entry.positions)


def _issue(name: str, entry: "IssueEntry") -> Issue:
    """An issue as numbers; capability and salience are 1 where they are not given."""
    stands = tuple(
        Stand(
            actor,
            Range(*entry.span(stand.position)),
            Range(*(stand.capability or (1.0, 1.0))),
            Range(*(stand.salience or (1.0, 1.0))),
        )
        for actor, stand in entry.positions.items()
    )
    usual = 1.0 if entry.reversion is None else 0.0
    return Issue(
        name=name,
        label=entry.label or name,
        stands=stands,
        unit=entry.unit or _default_unit(entry),
        options=entry.places or None,
        reversion=None if entry.reversion is None else entry.span(entry.reversion)[0],
        failure_cost=Range(*(entry.failure_cost or (usual, usual))),
        why=entry.why,
    )


def _default_unit(entry: "IssueEntry") -> str:
    """What the scale counts where options are listed from one end to the other."""
    listed = entry.options if isinstance(entry.options, tuple) else ()
    return f"per cent of the way from {listed[0]} to {listed[-1]}" if listed else ""


def _text(where: Path) -> str:
    try:
        return decoded(where.read_bytes(), where.name)
    except OSError as error:
        raise OptionError.of(f"cannot read {where}: {error.strerror}", "a CSV file of positions") from None
    except FileError as error:
        raise OptionError(error.diagnostics) from None


def read_issue(path: str | Path) -> Issue:
    """An issue from a CSV file: actor, position, capability, salience; a range is written `low..high`.

    Raises:
        OptionError: every unreadable cell, located.
    """
    where = Path(path)
    rows = list(csv.reader(_text(where).splitlines()))
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
