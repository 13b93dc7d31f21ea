"""What stands in a coding file, key by key; what the words mean is held against a case by `evidence.rules`."""

import re
from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainValidator, Tag, model_validator
from pydantic import WithJsonSchema as Schema

from detente.files.kinds import Chosen, Count, Day, Keyed, Many, Maybe, OneOrMany, Span, Text, Versioned, by_kind
from detente.files.mistakes import Mistake, is_mapping, wrong
from detente.files.validate import Written, WrittenFile


def _year(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d{4}", value):
        return value
    raise wrong(Mistake(f"period '{value}'", "the year in which it begins", key=True))


_PERIODS = by_kind(
    "a number, [low, high], or one of these for each period by the year in which it begins",
    {"number": "ends", "list": "ends", "mapping": "periods"},
)
Year = Annotated[str, PlainValidator(_year), Schema({"type": "string", "pattern": r"^\d{4}$"})]
Chance = Annotated[tuple[float, float], Span(0, 1)]
Chances = Annotated[
    Annotated[Chance, Tag("ends")] | Annotated[dict[Year, Chance], Keyed("period"), Tag("periods")], _PERIODS
]
Rate = Annotated[tuple[float, float], Span(0)]
Rates = Annotated[Annotated[Rate, Tag("ends")] | Annotated[dict[Year, Rate], Keyed("period"), Tag("periods")], _PERIODS]
Values = Annotated[dict[str, OneOrMany[Text]], Keyed("variable")]


class MatchEntry(Written):
    """Which events a rule is for; all that is said must hold."""

    id: OneOrMany[Text] = Field((), description="ids of events")
    type: OneOrMany[Text] = Field((), description="kinds of event")
    actors: OneOrMany[Text] = Field((), description="one of these acted")
    all_actors: OneOrMany[Text] = Field((), description="all of these acted")
    target: OneOrMany[Text] = Field((), description="one of these was acted upon")
    tags: OneOrMany[Text] = Field((), description="it bears one of these tags")
    not_tags: OneOrMany[Text] = Field((), description="it bears none of these tags")
    format: OneOrMany[Text] = Field((), description="of a meeting: who convened it")
    named: OneOrMany[Text] = Field((), description="it names one of these as having acted wrongly")
    from_: Maybe[Day] = Field(None, alias="from", description="on this day or later")
    until: Maybe[Day] = Field(None, description="before this day")

    @model_validator(mode="after")
    def _something(self) -> "MatchEntry":
        if not self.model_fields_set:
            raise wrong(Mistake("a rule without 'when'", "when: {type: statement, actors: ...}", key=True))
        return self

    @property
    def conditions(self) -> dict[str, tuple[str, ...]]:
        """What is said, by key."""
        found: dict[str, Any] = self.model_dump(exclude_unset=True, by_alias=True)
        return {key: value if isinstance(value, tuple) else (value,) for key, value in found.items()}


class CodeEntry(Written):
    """What an event is coded as: an act (`move`, or `change` with its authors in `by`), or a sighting (`seen`)."""

    move: OneOrMany[Text] = Field((), description="acts, actor.action; several: author unknown")
    change: Values = Field({}, description="what the act led to, by variable")
    by: OneOrMany[Text] = Field((), description="whose act it may be: actor.action, actor.*, nature")
    seen: Values = Field({}, description="what it shows of the state, by variable")

    @model_validator(mode="after")
    def _consistent(self) -> "CodeEntry":
        if self.move and self.by:
            raise wrong(Mistake("both 'move' and 'by'", "one of them", at=("by",)))
        if not (self.move or self.change or self.seen):
            raise wrong(Mistake("codes nothing", "move, change or seen"))
        return self


class CodingEntry(Written):
    """What rules and overrides have in common."""

    then: Maybe[CodeEntry] = Field(None, description="what the event is coded as")
    why: Text = Field("", description="without `then`: why such events are left out")
    recorded_with: Maybe[Chances] = Field(
        None, description="prior of the share of such acts that the record holds; default 0.3 to 0.95"
    )
    rate: Maybe[Rates] = Field(None, description="of a sighting: how often it comes in such states, per year")
    note: Text = Field("", description="for readers")
    name: Text = Field("", description="for tables")

    @model_validator(mode="after")
    def _reasoned(self) -> "CodingEntry":
        if self.then is None and not self.why:
            expected = "then: {move: ...}, or why: the reason for leaving it out"
            raise wrong(Mistake("a rule with neither 'then' nor 'why'", expected, key=True))
        if self.then is not None and self.has("rate") and (self.then.move or self.then.change or self.then.by):
            expected = "recorded_with; only a 'seen' comes at a rate of its own"
            raise wrong(Mistake("a rate for an act", expected, at=("rate",), key=True))
        return self


class CodingRuleEntry(CodingEntry):
    """A rule: which events, and what they are coded as."""

    noun: ClassVar[str] = "key of a rule"
    when: MatchEntry = Field(description="which events: {type: statement, actors: ...}")
    unused: Text = Field("", description="why no event is coded by it, where that is meant: `check` is then silent")


class OverrideEntry(CodingEntry):
    """One event coded differently, with the reason."""

    noun: ClassVar[str] = "key of an override"
    event: Text = Field(description="id of the event")
    note: Text = Field(description="why it is coded differently")


class StatesEntry(Written):
    """Among the rules: what is known of the state in a stretch of time."""

    noun: ClassVar[str] = "key of a stretch"
    states: Values = Field(description="variable: value, or a list of values")
    from_: Maybe[Day] = Field(None, alias="from", description="from this day on")
    until: Maybe[Day] = Field(None, description="up to this day")
    why: Text = Field("", description="the reason")
    note: Text = Field("", description="for readers")


class GapEntry(Written):
    """A stretch in which nothing was recorded."""

    noun: ClassVar[str] = "key of a gap"
    from_: Maybe[Day] = Field(None, alias="from", description="from this day on")
    until: Maybe[Day] = Field(None, description="up to this day")
    moves: OneOrMany[Text] = Field((), description="acts that went unrecorded; all by default")
    why: Text = Field(description="why nothing was recorded")


def _rule_or_states(value: Any) -> str | None:
    return ("states" if "states" in value else "rule") if is_mapping(value) else None


class CodingRulesFile(WrittenFile):
    """record/coding.yaml: how dated events become marks on a path through the case's states."""

    must: ClassVar[tuple[str, ...]] = ("format",)
    format: Annotated[int, Versioned(1)] = Field(1, description="version of this file: 1")
    by: Text = Field("", description="who coded")
    from_: Maybe[Day] = Field(None, alias="from", description="where the path starts; default the first situation")
    until: Maybe[Day] = Field(None, description="where the path ends; default the record's last day")
    start: Annotated[dict[str, Text], Keyed("variable")] = Field({}, description="the state at the start")
    rules: Many[
        Annotated[
            Annotated[CodingRuleEntry, Tag("rule")] | Annotated[StatesEntry, Tag("states")],
            Chosen("a mapping with 'when' and 'then', or with 'states'", _rule_or_states),
        ]
    ] = Field((), description="the first that fits an event codes it")
    observed: Annotated[dict[str, Annotated[dict[Day, OneOrMany[Text]], Keyed("date")]], Keyed("variable")] = Field(
        {}, description="what is known of the state whatever the events: variable: {date: value}"
    )
    gaps: Many[GapEntry] = Field((), description="stretches in which nothing was recorded")
    overrides: Many[OverrideEntry] = Field((), description="single events coded differently")
    repeat_within_days: Count = Field(1, description="events of one source within so many days are one witness")
