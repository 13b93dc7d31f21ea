"""A run: everything an analysis found, part by part, with the way back to its inputs.

A run holds no clock, path or worker count, so the same inputs and seed give the same bytes on one machine. Verbs add
parts in any order; a part that is added again replaces all that it had brought before, so that nothing stale survives.
"""

from typing import Any, Literal

from pydantic import Field

from detente.run.accounts import Accounts, Fit
from detente.run.base import Model, Ref
from detente.run.claims import Claim
from detente.run.ledger import Ledger, Timeline
from detente.run.outlook import Outlook
from detente.run.quantity import Assumption, Quantity
from detente.run.section import Section
from detente.run.settlement import Settlement
from detente.run.table import Table

SCHEMA = 2
CONTENT = ("solution", "timeline", "ledger", "claims", "accounts", "fit", "settlement", "outlook")


class Solution(Model):
    """The certificate of the equilibria that the run reports from (worst over draws)."""

    certified: bool
    residual: float
    gap: float
    spectral_radius: float | None
    equilibria_found: int | None = None  # None: nobody looked for more than the one reported
    draws_left_out: int = 0  # draws without a certified solution; never silently dropped: also in `warnings`
    branch: dict[str, int] = Field(default_factory=dict)  # how the draws' equilibria were reached -> how many


class Public(Model):
    """What of a part was computed again from the public record alone, for a redacted copy."""

    tables: dict[str, Table] = Field(default_factory=dict)
    claims: tuple[Claim, ...] = ()


class Part(Model):
    """What one verb adds to a run.

    `key` is the content key of the inputs that count for it; with other inputs the part is stale. `public` holds what
    sums over entries of the record and was computed again without the confidential ones, where there are any.
    """

    name: str
    key: str
    command: str  # makes it again
    quantities: tuple[Quantity, ...] = ()
    tables: dict[str, Table] = Field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    warnings: tuple[str, ...] = ()
    public: Public | None = None
    solution: Solution | None = None
    timeline: Timeline | None = None
    ledger: Ledger | None = None
    claims: tuple[Claim, ...] = ()
    accounts: Accounts | None = None
    fit: Fit | None = None
    settlement: Settlement | None = None
    outlook: Outlook | None = None


class Stamp(Model):
    """Which part brought what, from which inputs, by which command."""

    key: str
    command: str
    quantities: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Run(Model):
    """Everything an analysis found, with the way back to its inputs."""

    schema_version: Literal[2] = Field(default=SCHEMA, alias="schema")
    version: str
    case: str
    title: str
    date: str
    seed: int
    draws: int
    command: str
    inputs: dict[str, str]  # file -> sha256
    model: dict[str, int]  # states, players, ...
    situation: dict[str, str] = Field(default_factory=dict)  # state variable -> value on the date
    actors: dict[str, str] = Field(default_factory=dict)  # id -> label (both sides' names)
    assumptions: tuple[Assumption, ...] = ()
    parts: dict[str, Stamp] = Field(default_factory=dict)
    quantities: tuple[Quantity, ...] = ()
    tables: dict[str, Table] = Field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    solution: Solution | None = None
    timeline: Timeline | None = None
    ledger: Ledger | None = None
    claims: tuple[Claim, ...] = ()
    accounts: Accounts | None = None
    fit: Fit | None = None
    settlement: Settlement | None = None
    outlook: Outlook | None = None
    public: dict[str, Public] = Field(default_factory=dict)
    marked: tuple[Ref, ...] = ()  # entries and parameters marked confidential
    warnings: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()  # in a redacted copy: what was taken out

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
        update: dict[str, Any] = {
            "parts": {k: v for k, v in self.parts.items() if k != name},
            "quantities": tuple(q for q in self.quantities if q.id not in stamp.quantities),
            "tables": {k: v for k, v in self.tables.items() if k not in stamp.tables},
            "sections": tuple(s for s in self.sections if s.part != name),
            "public": {k: v for k, v in self.public.items() if k != name},
            "warnings": _warnings({k: v for k, v in self.parts.items() if k != name}),
        }
        update |= {field: type(self).model_fields[field].get_default() for field in stamp.content}
        return self.model_copy(update=update)

    def add(self, part: Part) -> "Run":
        """The run with a part; what a part of this name had brought before is taken out first.

        Raises:
            ValueError: the part brings a quantity or a table that another part has.
        """
        base = self.without(part.name)
        taken = {q.id for q in base.quantities} & {q.id for q in part.quantities} | base.tables.keys() & part.tables
        if taken:
            raise ValueError(f"part {part.name!r} brings what another part has: {', '.join(sorted(taken))}")
        stamp = Stamp(
            key=part.key,
            command=part.command,
            quantities=tuple(q.id for q in part.quantities),
            tables=tuple(part.tables),
            content=tuple(field for field in CONTENT if getattr(part, field)),
            warnings=part.warnings,
        )
        parts = {**base.parts, part.name: stamp}
        sections = (*base.sections, *(s.model_copy(update={"part": part.name}) for s in part.sections))
        update: dict[str, Any] = {
            "parts": parts,
            "quantities": (*base.quantities, *part.quantities),
            "tables": {**base.tables, **part.tables},
            "sections": tuple(sorted(sections, key=lambda s: (s.rank, s.id))),
            "public": {**base.public, **({} if part.public is None else {part.name: part.public})},
            "warnings": _warnings(parts),
        }
        update |= {field: getattr(part, field) for field in stamp.content}
        return base.model_copy(update=update)


def _warnings(parts: dict[str, Stamp]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(warning for stamp in parts.values() for warning in stamp.warnings))
