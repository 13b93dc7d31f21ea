"""The shape of a question and of an answer.

A question computes, for one solved draw of the parameters, numbers by id (and curves by name); over draws they become
`Quantity`s with intervals. Ids are the question's family, then the actor, then the package where a case has several,
for example `gain_from_settling.armenia.phased`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from detente.run import Part, Quantity, Solution, Table

if TYPE_CHECKING:
    from detente.answers.solved import Solved

NAN = float("nan")


@dataclass(frozen=True)
class Frame:
    """What questions know of a case and a date beside the game: states by role, names, bindings. Sent to workers.

    `settled[package][x]` is the state to which nature's settlement under that package leads from x, -1 where x is
    settled.
    """

    start: int
    date: str
    players: tuple[str, ...]
    peace: np.ndarray  # (states,) bool
    war: np.ndarray  # (states,) bool
    settled: Mapping[str, np.ndarray]
    kinds: Mapping[str, str] = field(default_factory=dict)  # actor -> party, mediator, patron, domestic
    also: Mapping[str, str] = field(default_factory=dict)  # actor -> a second role, such as co-chair
    labels: Mapping[str, str] = field(default_factory=dict)
    package_labels: Mapping[str, str] = field(default_factory=dict)
    bindings: Mapping[str, Any] = field(default_factory=dict)  # the case's `questions`
    masks: Mapping[str, np.ndarray] = field(default_factory=dict)  # named in the bindings -> (states,) bool
    points: Mapping[str, int] = field(default_factory=dict)  # situations named in the bindings -> state

    @property
    def unsettled(self) -> np.ndarray:
        """Mask (states,) of the states that are not at peace."""
        return ~self.peace

    def name(self, actor: str) -> str:
        """An actor's label up to its first bracket or comma."""
        return re.split(r"\s*[(,;]", self.labels.get(actor, actor.replace("_", " ")))[0]

    def suffix(self, package: str) -> str:
        """What a package adds to an id: nothing where there is only one."""
        return f".{package}" if len(self.settled) > 1 else ""

    def under(self, package: str) -> str:
        """What a package adds to a label."""
        if len(self.settled) < 2:
            return ""
        return f" under '{package}'"

    def of_kind(self, *kinds: str) -> tuple[str, ...]:
        """Players of these kinds, in the order of the case."""
        return tuple(p for p in self.players if self.kinds.get(p) in kinds)

    @property
    def package(self) -> str:
        """The package that summaries speak of: bound as `package`, else the first."""
        bound = self.bindings.get("package")
        return bound if bound in self.settled else next(iter(self.settled), "")

    def index(self, actor: str) -> int:
        """Position of a player.

        Raises:
            ValueError: no such player.
        """
        return self.players.index(actor)


@dataclass(frozen=True)
class Meta:
    """What a number is, whatever the draw."""

    label: str
    unit: str
    actor: str | None = None
    signed: bool = True  # the sign is a finding; chances and durations have none
    assumption_not_record: bool = False  # rests on payoffs in states that no record has visited


@dataclass
class Found:
    """What one question finds in one draw."""

    numbers: dict[str, float] = field(default_factory=dict)
    without_choice: dict[str, float] = field(default_factory=dict)  # the same number less its choice value
    curves: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """All draws of one job: numbers and curves with a row per draw that was kept."""

    numbers: dict[str, np.ndarray]  # id -> (draws,); NaN where a counterfactual had no certified solution
    curves: dict[str, np.ndarray]  # name -> (draws, points)
    without_choice: dict[str, np.ndarray]
    parameters: np.ndarray  # (draws, parameters) as drawn
    uniforms: np.ndarray  # (draws, parameters)

    def band(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """5th, 50th and 95th percentile of a curve, each (points,)."""
        low, mid, high = np.nanpercentile(self.curves[name], [5, 50, 95], axis=0)
        return low, mid, high


class Question(ABC):
    """One question to a case. Subclasses say what they read from the case's `questions:` and compute one draw."""

    id: ClassVar[str]
    title: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = ()  # keys under `questions:`
    most_draws: ClassVar[int | None] = None  # of 100, as part of all questions; asked alone, it gets every draw

    def missing(self, frame: Frame) -> str:
        """Why the case cannot answer this, in words; empty if it can."""
        return ""

    @abstractmethod
    def metas(self, frame: Frame) -> dict[str, Meta]:
        """Every number that `ask` may return, by id."""

    @abstractmethod
    def ask(self, solved: "Solved") -> Found:
        """Answer for one draw."""

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        """Tables over all draws, by name."""
        return {}


@dataclass(frozen=True)
class Answers:
    """Quantities and tables over all draws, with the certificate of the solutions they rest on."""

    quantities: tuple[Quantity, ...]
    tables: dict[str, Table]
    solution: Solution
    warnings: tuple[str, ...]
    notes: dict[str, str]  # question -> why it is not answerable in this case
    results: Results

    def part(self, key: str, command: str) -> Part:
        """The answers as a part of a run."""
        return Part(
            name="answers",
            key=key,
            command=command,
            quantities=self.quantities,
            tables=self.tables,
            warnings=self.warnings,
            solution=self.solution,
        )

    @property
    def draws(self) -> dict[str, np.ndarray]:
        """Raw numbers, id -> (draws,)."""
        return self.results.numbers

    def quantity(self, id: str) -> Quantity:
        """The quantity with this id.

        Raises:
            KeyError: no such quantity.
        """
        for quantity in self.quantities:
            if quantity.id == id:
                return quantity
        raise KeyError(id)


def band_table(title: str, x: np.ndarray, band: tuple[np.ndarray, np.ndarray, np.ndarray], unit: str) -> Table:
    """A table of a curve over years with its band."""
    low, mid, high = band
    rows = tuple((float(t), float(a), float(b), float(c)) for t, a, b, c in zip(x, low, mid, high))
    return Table(
        title=title,
        columns=("years", "low", "mid", "high"),
        rows=rows,
        units={"years": "years", "low": unit, "mid": unit, "high": unit},
    )
