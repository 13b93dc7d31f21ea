"""The coding file: how dated events become marks on a path through the case's states (docs/evidence.md).

format: 1
from: 1994-05-12                  # where the path starts; default: the first situation of the case
until: 2025-08-08                 # where it ends
rules:                            # the first rule that fits an event codes it
  - when: {type: statement, actors: minsk_cochairs, tags: cochair_response}
    then: {move: [russia.speak_out, france.speak_out, united_states.speak_out]}   # author unknown: all count
    recorded_with: {1994: [0.1, 0.5], 2010: [0.6, 0.98]}                          # ranges are priors
  - when: {type: clash}
    then: {change: {tension: tense}, by: [armenia.provoke, azerbaijan.provoke, nature]}
  - when: {type: meeting}
    then: {seen: {process: [talks, tabled]}}     # says something of the state, is no act of the model
  - when: {type: election}
    why: elections are not acts of this model    # left out, on purpose
observed:                         # what is known of the state whatever the events: value from this date on
  phase: {1994-05-12: ceasefire, 2020-09-27: war, 2020-11-10: interim}
gaps: [{from: 1994-05-12, until: 1997-01-01, moves: all, why: not checked}]
overrides: [{event: E20160402_2, then: {move: azerbaijan.attack}, note: both sides blame the other}]
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainValidator, Tag, model_validator
from pydantic import WithJsonSchema as Schema

from detente.errors import Diagnostic, RecordError, suggest
from detente.files.kinds import (
    Chosen,
    Day,
    DayKey,
    Keyed,
    Many,
    Maybe,
    Mistake,
    OneOrMany,
    Span,
    Text,
    Versioned,
    by_kind,
    is_mapping,
    wrong,
)
from detente.files.validate import File, Part, read_file
from detente.files.yaml import At, Document, read_yaml

DEFAULT_RANGE = (0.3, 0.95)  # prior of the share of acts that the record holds, where a rule states none
UNKNOWN = "unknown"  # of a stretch: nothing is known of the variable
ALL = "all"  # in a gap: nothing at all was recorded
Period = tuple[str, float, float]  # year in which it begins ("" for all), low, high


def _year(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d{4}", value):
        return value
    raise wrong(Mistake(f"period '{value}'", "the year in which it begins", key=True))


def _days(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise wrong(Mistake(f"{value!r:.40}", "a whole number of days"))


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
Days = Annotated[int, PlainValidator(_days), Schema({"type": "integer", "minimum": 0})]
Values = Annotated[dict[str, OneOrMany[Text]], Keyed("variable")]


class MatchEntry(Part):
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


class CodeEntry(Part):
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


class _Coded(Part):
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
    def _reasoned(self) -> "_Coded":
        if self.then is None and not self.why:
            expected = "then: {move: ...}, or why: the reason for leaving it out"
            raise wrong(Mistake("a rule with neither 'then' nor 'why'", expected, key=True))
        if self.then is not None and self.has("rate") and (self.then.move or self.then.change or self.then.by):
            expected = "recorded_with; only a 'seen' comes at a rate of its own"
            raise wrong(Mistake("a rate for an act", expected, at=("rate",), key=True))
        return self


class CodingRuleEntry(_Coded):
    """A rule: which events, and what they are coded as."""

    noun: ClassVar[str] = "key of a rule"
    when: MatchEntry = Field(description="which events: {type: statement, actors: ...}")
    unused: Text = Field("", description="why no event is coded by it, where that is meant: `check` is then silent")


class OverrideEntry(_Coded):
    """One event coded differently, with the reason."""

    noun: ClassVar[str] = "key of an override"
    event: Text = Field(description="id of the event")
    note: Text = Field(description="why it is coded differently")


class StatesEntry(Part):
    """Among the rules: what is known of the state in a stretch of time."""

    noun: ClassVar[str] = "key of a stretch"
    states: Values = Field(description="variable: value, or a list of values")
    from_: Maybe[Day] = Field(None, alias="from", description="from this day on")
    until: Maybe[Day] = Field(None, description="up to this day")
    why: Text = Field("", description="the reason")
    note: Text = Field("", description="for readers")


class GapEntry(Part):
    """A stretch in which nothing was recorded."""

    noun: ClassVar[str] = "key of a gap"
    from_: Maybe[Day] = Field(None, alias="from", description="from this day on")
    until: Maybe[Day] = Field(None, description="up to this day")
    moves: OneOrMany[Text] = Field((), description="acts that went unrecorded; all by default")
    why: Text = Field(description="why nothing was recorded")


def _rule_or_states(value: Any) -> str | None:
    return ("states" if "states" in value else "rule") if is_mapping(value) else None


class CodingRulesFile(File):
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
    observed: Annotated[dict[str, Annotated[dict[DayKey, OneOrMany[Text]], Keyed("date")]], Keyed("variable")] = Field(
        {}, description="what is known of the state whatever the events: variable: {date: value}"
    )
    gaps: Many[GapEntry] = Field((), description="stretches in which nothing was recorded")
    overrides: Many[OverrideEntry] = Field((), description="single events coded differently")
    repeat_within_days: Days = Field(1, description="events of one source within so many days are one witness")


@dataclass(frozen=True)
class Outcome:
    """What an event is coded as: an act (kinds, perhaps leading into `change`), a sighting, or nothing."""

    kinds: tuple[str, ...] = ()  # "actor.action", "nature.event", or "nature" for all of nature's
    change: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    why: str = ""

    @property
    def is_act(self) -> bool:
        """Whether it is a mark."""
        return bool(self.kinds or self.change)


@dataclass(frozen=True)
class CodingRule:
    """One rule, or an override of one event."""

    name: str
    when: Mapping[str, tuple[str, ...]]
    then: Outcome
    recorded: tuple[Period, ...]  # in order; () if not stated
    rate: tuple[Period, ...]  # of a sighting that comes at a rate, 1/year; () for a bare sighting
    note: str
    at: At
    unused: str = ""  # why it codes no event, where that is meant


@dataclass(frozen=True)
class Stretch:
    """From `start` on (an ISO date) a variable has one of these values; () if unknown."""

    variable: str
    start: str
    values: tuple[str, ...]
    at: At
    end: str = ""  # "" until the next stretch of the variable, or the end


@dataclass(frozen=True)
class Unrecorded:
    """Nothing was recorded from `start` to `end`; kinds () means all."""

    start: str
    end: str
    kinds: tuple[str, ...]
    at: At


@dataclass
class CodingFile:
    """A coding file as read; `unknown_names` holds it against a case."""

    document: Document
    start: str
    until: str
    situation: Mapping[str, str]
    rules: tuple[CodingRule, ...]
    overrides: dict[str, CodingRule]
    stretches: tuple[Stretch, ...]
    silences: tuple[Unrecorded, ...]
    repeat_within_days: int
    coder: str


def read_coding(path: Path, name: str = "") -> CodingFile:
    """Read a coding file.

    Args:
        path: the file.
        name: how to print it in messages; default its name without the folder.

    Raises:
        RecordError: located mistakes, all at once.
    """
    written, remarks = read_file(CodingRulesFile, read_yaml(path, name or path.name))
    if written is None or remarks.errors:
        raise RecordError(remarks.errors)
    return CodingFile(
        remarks.document,
        written.from_ or "",
        written.until or "",
        written.start,
        tuple(_rule(r, ("rules", n)) for n, r in enumerate(written.rules) if isinstance(r, CodingRuleEntry)),
        {o.event: _override(o, ("overrides", n)) for n, o in enumerate(written.overrides)},
        tuple(_stretches(written)),
        tuple(_unrecorded(gap, ("gaps", n)) for n, gap in enumerate(written.gaps)),
        written.repeat_within_days,
        written.by,
    )


def _rule(entry: CodingRuleEntry, at: At) -> CodingRule:
    return replace(_coded(entry, entry.when.conditions, at), unused=entry.unused)


def _override(entry: OverrideEntry, at: At) -> CodingRule:
    return _coded(entry, {"id": (entry.event,)}, at)


def _coded(entry: _Coded, when: Mapping[str, tuple[str, ...]], at: At) -> CodingRule:
    then = entry.then
    outcome = Outcome(why=entry.why)
    if then is not None:
        outcome = Outcome(then.move or then.by, then.change, then.seen, entry.why)
    recorded, rate = _in_order(entry.recorded_with), _in_order(entry.rate)
    return CodingRule(entry.name, when, outcome, recorded, rate, entry.note, at)


def _in_order(given: tuple[float, float] | Mapping[str, tuple[float, float]] | None) -> tuple[Period, ...]:
    """Periods by year; one without a year where there is one for all."""
    if given is None:
        return ()
    if isinstance(given, tuple):
        return (("", *given),)
    return tuple(sorted((year, *ends) for year, ends in given.items()))


def _stretches(written: CodingRulesFile) -> Iterator[Stretch]:
    for variable, line in written.observed.items():
        for start, values in line.items():
            yield Stretch(variable, start, () if values == (UNKNOWN,) else values, ("observed", variable, start))
    for n, entry in enumerate(written.rules):
        if isinstance(entry, StatesEntry):
            for variable, values in entry.states.items():
                at = ("rules", n, "states", variable)
                yield Stretch(variable, entry.from_ or "", values, at, entry.until or "")


def _unrecorded(entry: GapEntry, at: At) -> Unrecorded:
    return Unrecorded(entry.from_ or "", entry.until or "", () if entry.moves == (ALL,) else entry.moves, at)


def acts_meant(names: Collection[str], acts: Collection[str]) -> dict[str, set[str]]:
    """The acts that each name means: itself, all of an actor's (`actor.*`), all of nature's (`nature`)."""
    found: dict[str, set[str]] = {}
    for name in names:
        prefix = "nature." if name == "nature" else name.removesuffix("*") if name.endswith(".*") else ""
        found[name] = {act for act in acts if act == name or (prefix and act.startswith(prefix))}
    return found


def unknown_names(
    coding: CodingFile, states: Mapping[str, Collection[str]], acts: Collection[str]
) -> Iterator[Diagnostic]:
    """What a coding file names that a case does not have.

    Args:
        coding: the file.
        states: state variable -> its values.
        acts: `actor.action` and `nature.event`.
    """
    document = coding.document

    def of_states(values: Mapping[str, Collection[str]], at: At, spot: At | None = None) -> Iterator[Diagnostic]:
        for name, wanted in values.items():
            place = spot or (*at, name)
            if name not in states:
                what = f"unknown state variable '{name}'"
                yield document.diagnostic((*at, name), what, "", suggest(name, states), key=True)
                continue
            for value in wanted:
                if value not in states[name]:
                    what = f"unknown value '{value}' of '{name}'"
                    yield document.diagnostic(place, what, "", suggest(value, states[name]))

    def of_acts(names: Collection[str], at: At) -> Iterator[Diagnostic]:
        for name, meant in acts_meant(names, acts).items():
            if not meant:
                yield document.diagnostic(at, f"unknown act '{name}'", "", suggest(name, acts))

    yield from of_states({name: (value,) for name, value in coding.situation.items()}, ("start",))
    for rule in (*coding.rules, *coding.overrides.values()):
        at = (*rule.at, "then")
        yield from of_states(rule.then.change, (*at, "change"))
        yield from of_states(rule.then.seen, (*at, "seen"))
        yield from of_acts(rule.then.kinds, at)
    for stretch in coding.stretches:
        above = stretch.at[: stretch.at.index(stretch.variable)]
        yield from of_states({stretch.variable: stretch.values}, above, stretch.at)
    for gap in coding.silences:
        yield from of_acts(gap.kinds, (*gap.at, "moves"))
