"""A run: everything an analysis found, part by part, with the way back to its inputs.

A run holds no clock, path or worker count, so the same inputs and seed give the same bytes on one machine. Verbs add
parts in any order; a part that is added again replaces all that it had brought before, so that nothing stale survives.
"""

from typing import Any, Literal

from pydantic import Field, model_validator

from detente.run.accounts import Accounts, Fit
from detente.run.base import Model, Ref
from detente.run.claims import Claim
from detente.run.history import History
from detente.run.ledger import Ledger, Timeline
from detente.run.other_model import OtherModel
from detente.run.outlook import Chances, Outlook
from detente.run.quantity import Assumption, Quantity
from detente.run.scores import Scores
from detente.run.section import Section
from detente.run.settlement import Settlement
from detente.run.table import Table

SCHEMA = 2
CONTENT = (
    "solution",
    "other_model",
    "timeline",
    "ledger",
    "claims",
    "accounts",
    "fit",
    "history",
    "scores",
    "settlement",
    "outlook",
    "chances",
)


class Solution(Model):
    """The certificate of the equilibria that the run reports from (worst over draws)."""

    certified: bool
    residual: float
    gap: float | None  # None under "occasions", which have no best-response gap
    spectral_radius: float | None
    equilibria_found: int | None = None  # None: nobody looked for more than the one reported
    draws_left_out: int = 0  # draws without a certified solution; never silently dropped: also in `warnings`
    branch: dict[str, int] = Field(default_factory=dict)  # how the draws' equilibria were reached -> how many


class Public(Model):
    """What stands for a part in a redacted copy: what sums over entries, computed again from the public record alone.

    Where a part has one, its own tables, sections, claims, timeline and ledger are left out, and these are shown.
    """

    tables: dict[str, Table] = Field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    claims: tuple[Claim, ...] = ()
    timeline: Timeline | None = None
    ledger: Ledger | None = None


class Part(Model):
    """What one verb adds to a run."""

    name: str  # one part of this name in a run
    key: str  # the content key of the inputs that count for it; with other inputs the part is stale
    command: str  # makes it again
    quantities: tuple[Quantity, ...] = ()
    tables: dict[str, Table] = Field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    warnings: tuple[str, ...] = ()
    public: Public | None = None  # where the record has marked entries
    solution: Solution | None = None
    other_model: OtherModel | None = None
    timeline: Timeline | None = None
    ledger: Ledger | None = None
    claims: tuple[Claim, ...] = ()
    accounts: Accounts | None = None
    fit: Fit | None = None
    scores: Scores | None = None
    history: History | None = None
    settlement: Settlement | None = None
    outlook: Outlook | None = None
    chances: Chances | None = None

    @model_validator(mode="after")
    def _drawable(self) -> "Part":
        for section in self.sections:
            for picture in section.pictures:
                table = self.tables.get(picture.table)
                lacking = picture.lacking(table.columns) if table is not None else ()
                if lacking:
                    what = f"section {section.id!r}: table {picture.table!r} has no column {lacking[0]!r}"
                    raise ValueError(f"{what}, which its picture {picture.title!r} draws")
        return self


class Stamp(Model):
    """Which part brought what, from which inputs, by which command."""

    key: str  # content key of its inputs; empty in a redacted copy
    command: str
    quantities: tuple[str, ...] = ()  # ids
    tables: tuple[str, ...] = ()  # names
    content: tuple[str, ...] = ()  # which of the run's models it brought: "timeline", "claims", ...
    warnings: tuple[str, ...] = ()


class Run(Model):
    """Everything an analysis found, with the way back to its inputs."""

    schema_version: Literal[2] = Field(default=SCHEMA, alias="schema")
    version: str  # of Detente
    case: str
    title: str
    date: str  # ISO date of the situation
    seed: int
    draws: int
    command: str  # makes the run again
    inputs: dict[str, str]  # file, relative to the case folder -> SHA-256
    model: dict[str, int]  # "states", "players", ... -> how many
    situation: dict[str, str] = Field(default_factory=dict)  # state variable -> value on the date
    actors: dict[str, str] = Field(default_factory=dict)  # id -> label (both sides' names)
    assumptions: tuple[Assumption, ...] = ()
    parts: dict[str, Stamp] = Field(default_factory=dict)
    quantities: tuple[Quantity, ...] = ()
    tables: dict[str, Table] = Field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    solution: Solution | None = None
    other_model: OtherModel | None = None
    timeline: Timeline | None = None
    ledger: Ledger | None = None
    claims: tuple[Claim, ...] = ()
    accounts: Accounts | None = None
    fit: Fit | None = None
    scores: Scores | None = None
    history: History | None = None
    settlement: Settlement | None = None
    outlook: Outlook | None = None
    chances: Chances | None = None
    public: dict[str, Public] = Field(default_factory=dict)
    marked: tuple[Ref, ...] = ()  # entries and parameters that are not public: marked, or resting on what is marked
    sealed: bool = False  # its files hold something confidential, known on the date or not
    warnings: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()  # in a redacted copy: what was taken out (never empty there)

    def quantity(self, id: str) -> Quantity:
        """The quantity with this id.

        Raises:
            KeyError: no such quantity in the run.
        """
        for quantity in self.quantities:
            if quantity.id == id:
                return quantity
        raise KeyError(id)

    def family(self, *names: str) -> tuple[Quantity, ...]:
        """The quantities of these families, in the order of the run."""
        return tuple(q for q in self.quantities if q.family in names)

    def without(self, name: str) -> "Run":
        """The run without what a part brought; the run itself where it has no such part."""
        stamp = self.parts.get(name)
        if stamp is None:
            return self
        parts = {k: v for k, v in self.parts.items() if k != name}
        update: dict[str, Any] = {
            "parts": parts,
            "quantities": tuple(q for q in self.quantities if q.id not in stamp.quantities),
            "tables": {k: v for k, v in self.tables.items() if k not in stamp.tables},
            "sections": tuple(s for s in self.sections if s.part != name),
            "public": {k: v for k, v in self.public.items() if k != name},
            "warnings": _warnings(parts),
        }
        update |= {field: type(self).model_fields[field].get_default() for field in stamp.content}
        return self.model_copy(update=update)

    def add(self, part: Part) -> "Run":
        """The run with a part; what a part of this name had brought before is taken out first.

        Parts may come in any order: their content is arranged by their names, so that every order gives the same run.

        Raises:
            ValueError: the part brings a quantity, a table, a section or a content that another part has.
        """
        base = self.without(part.name)
        content = tuple(field for field in CONTENT if getattr(part, field))
        taken = {q.id for q in base.quantities} & {q.id for q in part.quantities}
        taken |= base.tables.keys() & part.tables
        taken |= {s.id for s in base.sections} & {s.id for s in part.sections}
        taken |= {field for stamp in base.parts.values() for field in stamp.content} & set(content)
        if taken:
            raise ValueError(f"part {part.name!r} brings what another part has: {', '.join(sorted(taken))}")
        stamp = Stamp(
            key=part.key,
            command=part.command,
            quantities=tuple(q.id for q in part.quantities),
            tables=tuple(part.tables),
            content=content,
            warnings=part.warnings,
        )
        parts = dict(sorted({**base.parts, part.name: stamp}.items()))
        numbers = {q.id: q for q in (*base.quantities, *part.quantities)}
        tables = {**base.tables, **part.tables}
        sections = (*base.sections, *(s.model_copy(update={"part": part.name}) for s in part.sections))
        public = {**base.public, **({} if part.public is None else {part.name: part.public})}
        update: dict[str, Any] = {
            "parts": parts,
            "quantities": tuple(numbers[id] for stamp in parts.values() for id in stamp.quantities),
            "tables": {name: tables[name] for stamp in parts.values() for name in stamp.tables},
            "sections": tuple(sorted(sections, key=lambda s: (s.rank, s.id))),
            "public": dict(sorted(public.items())),
            "warnings": _warnings(parts),
        }
        update |= {field: getattr(part, field) for field in content}
        return base.model_copy(update=update)

    @property
    def secret(self) -> bool:
        """Whether the record holds entries that are not public, known on the date or not."""
        return self.sealed or any(ref.kind != "parameter" for ref in self.marked)

    @property
    def fitted(self) -> bool:
        """Whether any number comes from draws of a fit to the record."""
        return any(q.basis == "posterior" for q in self.quantities)

    def part_of(self, content: str) -> str:
        """The name of the part that brought a content such as "claims"; nothing where none did."""
        return next((name for name, stamp in self.parts.items() if content in stamp.content), "")


def _warnings(parts: dict[str, Stamp]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(warning for stamp in parts.values() for warning in stamp.warnings))
