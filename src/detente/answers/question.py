"""The contract of a question: one file under `questions/` says everything about it.

A question says what it reads from the case, when it cannot be asked, which numbers it gives, how they are computed in
one solved draw, what their derivatives are, which entries of the record speak to them, which other numbers would give
them away, and how it is told: one sentence with its number, pictures and tables.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from detente.answers.frame import Frame
from detente.answers.names import Curve, Key, NumberSpec
from detente.answers.results import Results
from detente.answers.solved import SolvedGame
from detente.run import Picture, Quantity, Ref, Section, Table
from detente.solver.gradient import Answer
from detente.words.numbers import spread_text

if TYPE_CHECKING:
    import numpy as np

    from detente.answers.witnesses import Entries, Witnesses

NAN = float("nan")
MOST_ENTRIES = 40  # entries of the record that a section names; each of its numbers names all of its own


@dataclass
class Reply:
    """What one question finds in one draw."""

    numbers: dict[Key, float] = field(default_factory=dict)
    without_reasons: dict[Key, float] = field(default_factory=dict)  # the same number less what reasons add
    curves: dict[Curve, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """What a section is told from: the numbers of one question over all draws, and its tables."""

    frame: Frame
    quantities: Mapping[Key, Quantity]
    tables: Mapping[str, Table]
    headlines: frozenset[str] = frozenset()  # ids of numbers that the table `tornado` has bars for

    def family(self, *names: str) -> tuple[Quantity, ...]:
        """Numbers of these families that have a middle, in order."""
        return tuple(q for key, q in self.quantities.items() if key.family in names and q.mid is not None)

    def get(self, key: Key) -> Quantity | None:
        """The number, if it has a middle."""
        found = self.quantities.get(key)
        return found if found is not None and found.mid is not None else None

    def name(self, quantity: Quantity) -> str:
        """The short name of the actor that a number is about."""
        return self.frame.name(quantity.actor) if quantity.actor else quantity.label

    @property
    def rests_on(self) -> tuple[Ref, ...]:
        """Entries of the record that speak to these numbers, each once."""
        return tuple(dict.fromkeys(ref for q in self.quantities.values() for ref in q.rests_on))[:MOST_ENTRIES]


def text_of(quantity: Quantity) -> str:
    """A number with its range in words: "27 % (15 to 41 %)"."""
    return spread_text(quantity.low, quantity.mid, quantity.high, quantity.unit, quantity.signed)


class Question(ABC):
    """One question to a case; subclasses have no state."""

    id: ClassVar[str]
    title: ClassVar[str]
    rank: ClassVar[int]  # its place among questions and sections
    reads: ClassVar[tuple[str, ...]] = ()  # keys under `questions:`
    most_draws: ClassVar[int | None] = None  # of 100, beside other questions: each draw needs many solves

    def missing(self, frame: Frame) -> str:
        """Why the case cannot answer this on the date, in words; empty if it can."""
        return ""

    @abstractmethod
    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        """Every number that `ask` may give, in order; also where the question cannot be asked on the date."""

    def given(self, frame: Frame) -> tuple[NumberSpec, ...]:
        """Its numbers, less those of actors that are out of the game from the date on."""
        return tuple(spec for spec in self.numbers(frame) if spec.key.actor not in frame.absent)

    @abstractmethod
    def ask(self, solved: SolvedGame) -> Reply:
        """Answer for one draw."""

    def target(self, frame: Frame, key: Key, rho: "np.ndarray") -> Answer | None:
        """The differentiable form of a number; None where it has none.

        Args:
            frame: the case and date.
            key: the number.
            rho: discount rates (players,), 1/year.
        """
        return None

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        """Tables over all draws, by name."""
        return {}

    def entries(self, frame: Frame, key: Key, witnesses: "Witnesses") -> "Entries":
        """The entries of the record, as of the date, that speak to a number."""
        return ()

    @abstractmethod
    def finding(self, answered: Answered) -> str:
        """One sentence with its number."""

    def paragraphs(self, answered: Answered) -> tuple[str, ...]:
        """What else is said in words."""
        return ()

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        """What is drawn: by default, all numbers with a middle as intervals, where there are several of one unit."""
        return intervals(self.title, answered.quantities.values())

    def section(self, answered: Answered, remark: str = "") -> Section:
        """The question as a section of a report.

        Args:
            answered: its numbers and tables.
            remark: what limits it, such as how many draws it used.
        """
        return Section(
            id=self.id,
            title=self.title,
            rank=self.rank,
            finding=self.finding(answered),
            paragraphs=(*self.paragraphs(answered), *([remark] if remark else [])),
            quantities=tuple(q.id for q in answered.quantities.values()),
            pictures=self.pictures(answered),
            tables=tuple(answered.tables),
            rests_on=answered.rests_on,
        )


def intervals(title: str, quantities: Iterable[Quantity]) -> tuple[Picture, ...]:
    """One picture per unit of the numbers that have a middle, where there are at least two of that unit."""
    groups: dict[str, list[str]] = {}
    for q in quantities:
        if q.mid is not None:
            groups.setdefault(q.unit, []).append(q.id)
    return tuple(
        Picture(
            shape="intervals", title=title, quantities=tuple(ids), unit=unit, percent=unit in ("probability", "share")
        )
        for unit, ids in groups.items()
        if len(ids) > 1
    )


def tornado(answered: Answered) -> tuple[Picture, ...]:
    """What the first headline number hangs on, of the package that summaries speak of; all stand in the table."""
    own = (None, answered.frame.package)
    for q in answered.quantities.values():
        if q.id in answered.headlines and q.package in own:
            return (
                Picture(
                    shape="tornado",
                    title=f"What this hangs on: {q.label}",
                    quantities=(q.id,),
                    table="tornado",
                    roles={"label": "parameter", "low": "low", "high": "high", "quantity": "quantity"},
                    unit=q.unit,
                    percent=q.unit == "probability",
                ),
            )
    return ()


def band(title: str, table: str, unit: str) -> Picture:
    """A curve over years with its range."""
    return Picture(
        shape="band",
        title=title,
        table=table,
        roles={"x": "years", "low": "low", "mid": "mid", "high": "high"},
        unit=unit,
        percent=unit == "probability",
    )
