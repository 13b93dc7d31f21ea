"""What a case binds under `questions:`: which moves, actors and facts play which role in which answer.

One model for each question that reads something; `Questions` is all of them together, as the keys stand in case.yaml.
Moves are written `actor.action`; under the name of an actor its own actions may stand alone. When the case is built,
every move is known and written out, every actor, parameter, variable and package is known.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainValidator, Tag
from pydantic import WithJsonSchema as Schema
from pydantic_core import core_schema

from detente.case.facts import FactsEntry
from detente.case.kinds import MOVE, NAME, Formula, Name
from detente.files.kinds import Day, Keyed, Many, Maybe, OneOrMany, Positive, Text, Within, by_kind
from detente.files.mistakes import is_list, misfit
from detente.files.validate import Written

UP_TO = 4.0  # largest rate of a clock that is tried where the case says nothing, 1/year: an end within three months


class Sweep(NamedTuple):
    """A parameter that is moved from one value to another."""

    parameter: str
    low: float
    high: float


@dataclass(frozen=True)
class Swept:
    """In `Annotated[Sweep, Swept()]`: a list [parameter, from, to]."""

    def check(self, value: Any) -> Sweep:
        """The parameter and both ends.

        Raises:
            PydanticCustomError: something else.
        """
        if not is_list(value) or len(value) != 3 or not isinstance(value[0], str):
            raise misfit(value, "[parameter, from, to]")
        return Sweep(value[0], Within().check(value[1]), Within().check(value[2]))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """See pydantic."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic."""
        items = [{"type": "string"}, {"type": "number"}, {"type": "number"}]
        return {"type": "array", "prefixItems": items, "minItems": 3, "maxItems": 3}


def _move(value: Any) -> str:
    if isinstance(value, str) and (MOVE.fullmatch(value) or NAME.fullmatch(value)):
        return value
    raise misfit(value, "a move, written actor.action")


MOVE_SCHEMA: dict[str, Any] = {"type": "string", "pattern": rf"^({MOVE.pattern}|{NAME.pattern})$"}
Move = Annotated[str, PlainValidator(_move), Schema(MOVE_SCHEMA)]
Moves = OneOrMany[Move]
Groups = Annotated[dict[str, Moves], Keyed("group of moves")]
BySide = Annotated[dict[str, Moves], Keyed("side")]


class PackageRole(Written):
    """Several answers: the package that summaries speak of."""

    package: Text = Field("", description="a package under `outcomes: settle:`; default the first")


class ProlongationRoles(Written):
    """Do mediators prolong it?"""

    mediators: OneOrMany[Name] = Field(
        (), description="default: actors of kind mediator, and those with a second role (`also`)"
    )
    bilateral: Moves = Field(
        (), description="a channel of the parties' own; without it 'mediator absent' is not answerable"
    )


class SilenceRoles(Written):
    """Do mediators stay silent, and are they even-handed?"""

    provocations: Annotated[
        Annotated[Many[Move], Tag("list")] | Annotated[BySide, Tag("mapping")],
        by_kind("a mapping, one side a line, or a list of moves", ("list", "mapping")),
    ] = Field({}, description="side that the act is put down to: moves that provoke; or a list, each of its own actor")
    provoked: Formula = Field("", description="states in which an act stands unanswered; leaving them ends the matter")
    reactions: Annotated[dict[str, Moves], Keyed("mediator")] = Field(
        {}, description="mediator: moves by which it reacts"
    )
    naming: BySide = Field({}, description="side: moves that name it")

    @property
    def by_side(self) -> dict[str, tuple[str, ...]]:
        """Provocations by the side that they are put down to."""
        if isinstance(self.provocations, dict):
            return self.provocations
        sides = dict.fromkeys(move.partition(".")[0] for move in self.provocations)
        return {side: tuple(m for m in self.provocations if m.startswith(f"{side}.")) for side in sides}


class MonopolyRoles(Written):
    """What does a monopoly of format do?"""

    formats: Groups = Field({}, description="format: moves that open it")


class JoiningEntry(Written):
    """One actor's decision to join an uncertain process."""

    noun: ClassVar[str] = "key of joining"
    join: Moves = Field(description="moves that join")
    at: Annotated[dict[str, Text], Keyed("variable")] = Field(
        {}, description="where it decides: the date's situation with these values"
    )
    deadline: Text = Field("", description="parameter: rate (1/year) of the clock that ends an open process")
    up_to: Positive = Field(UP_TO, description="largest rate tried, 1/year; default 4")
    agenda: Annotated[Sweep | None, Swept()] = Field(
        None, description="[parameter, from, to]: a parameter that makes the process definite"
    )


class JoiningRoles(Written):
    """Is an uncertain process worth joining, and what deadline or agenda would make it so?"""

    joining: Annotated[dict[str, JoiningEntry], Keyed("actor")] = Field(
        {}, description="actor: where it decides, by which moves, and what could be offered"
    )


class SpoilerRoles(Written):
    """What do spoilers do to peace, risk and the parties?"""

    spoilers: Groups = Field({}, description="group: moves; each group is closed and the game solved again")


class PatronRoles(Written):
    """Does a patron prefer the interim, and what would its consent cost?"""

    patrons: OneOrMany[Name] = Field((), description="default: actors of kind patron")


class EncouragementEntry(Written):
    """Moves by which outsiders encourage a side, and what that side does with it."""

    noun: ClassVar[str] = "key of encouragement"
    by: Moves = Field(description="moves that encourage")
    hostile: Moves = Field(description="hostile moves of the side")


class EncouragementRoles(Written):
    """Does encouragement of a side make it more hostile?"""

    encouragement: Annotated[dict[str, EncouragementEntry], Keyed("side")] = Field(
        {}, description="side: who encourages it, and its hostile moves"
    )


class SettleEntry(Written):
    """Who signs and who can block; default from the moves of the game."""

    noun: ClassVar[str] = "role in settling"
    signatories: OneOrMany[Name] = Field((), description="who signs")
    blockers: OneOrMany[Name] = Field((), description="who can block")


class SettlementRoles(Written):
    """What settlement would hold?"""

    settle: Maybe[SettleEntry] = Field(None, description="who signs and who can block")


class BaseRateRoles(Written):
    """What usually happens after fighting that ended like this?"""

    baserate: Annotated[dict[Day, FactsEntry], Keyed("date")] = Field(
        {}, description="date: facts that hold from then on"
    )


class Questions(
    PackageRole,
    ProlongationRoles,
    SilenceRoles,
    MonopolyRoles,
    JoiningRoles,
    SpoilerRoles,
    PatronRoles,
    EncouragementRoles,
    SettlementRoles,
    BaseRateRoles,
):
    """All that a case binds under `questions:`."""

    noun: ClassVar[str] = "role under 'questions'"

    def bindings(self) -> dict[str, Any]:
        """Plain data by key, only what the case binds; provocations always by side."""
        found = self.model_dump(exclude_unset=True)
        return found | ({"provocations": self.by_side} if "provocations" in found else {})
