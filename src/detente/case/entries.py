"""What stands in a case's files: case.yaml, accounts/*.yaml and scenarios/*.yaml, key by key.

These models say what a key may hold; what words mean (state variables, parameters, moves) is checked when the case is
built. An empty text stands for an expression or date that is not given.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, Tag

from detente.case.counts import CountsEntry
from detente.case.history_entries import StatisticEntry
from detente.case.issues import IssueEntry
from detente.case.kinds import CaseName, Formula, Name, TemplateName, Version
from detente.case.questions import Questions
from detente.files.kinds import (
    Amount,
    Chosen,
    Day,
    Flag,
    Keyed,
    Listed,
    Many,
    Maybe,
    NotNegative,
    OneOrMany,
    Positive,
    Short,
    Text,
    YesNo,
    by_kind,
)
from detente.files.mistakes import is_mapping, is_number
from detente.files.validate import Written, WrittenFile

Kind = Literal["party", "mediator", "patron", "guarantor", "domestic", "organisation"]
AmountOrName = Annotated[
    Annotated[Amount, Tag("number")] | Annotated[Name, Tag("text")],
    by_kind("a number, or the name of a parameter", ("number", "text")),
]
Numbers = Many[AmountOrName]
Pair = Annotated[tuple[Amount, ...], Listed(2, 2)]
Three = Annotated[tuple[Amount, ...], Listed(3, 3)]
Values = Annotated[tuple[Name, ...], Listed(2)]
LABEL = "a name for people"
WHY = "the reason"
BASIS = "`judgement`, or what it rests on"
SOURCES = "ids of sources in record/sources"


class PriorEntry(Written):
    """A distribution other than uniform: one of these."""

    noun: ClassVar[str] = "prior"
    uniform: Maybe[Pair] = Field(None, description="[low, high]")
    loguniform: Maybe[Pair] = Field(None, description="[low, high], both above 0")
    normal: Maybe[Pair] = Field(None, description="[mean, standard deviation]")
    lognormal: Maybe[Pair] = Field(None, description="[median, standard deviation of the logarithm]")
    beta: Maybe[Pair] = Field(None, description="[a, b]")
    triangular: Maybe[Three] = Field(None, description="[low, mode, high]")


class ValueEntry(Written):
    """A number or its prior."""

    noun: ClassVar[str] = "key of a parameter"
    range: Maybe[Pair] = Field(None, description="[low, high]: uniform between hard ends, or the ends of `prior`")
    value: Maybe[Amount] = Field(
        None, description="the value in use; beside `range`, the value used when nothing is drawn"
    )
    prior: Maybe[PriorEntry] = Field(None, description="a distribution other than uniform")


class ContestedEntry(Written):
    """Who disputes a parameter, and how."""

    by: OneOrMany[Text] = Field((), description="ids of claims")
    view: Text = Field("", description="the other view")


class ParameterEntry(ValueEntry):
    """A number that is not known: range or prior, reason and basis."""

    unit: Text = Field("", description="1/year, value, value/year, probability, ratio, ...")
    label: Text = Field("", description=LABEL)
    why: Text = Field("", description="the reason for this range")
    basis: Text = Field("", description=BASIS)
    sources: OneOrMany[Text] = Field((), description=SOURCES)
    contested: Annotated[
        Annotated[Text, Tag("text")] | Annotated[ContestedEntry, Tag("mapping")],
        by_kind("who disputes it, as text or as {by, view}", {"text": "text", "number": "text", "mapping": "mapping"}),
    ] = Field("", description="who disputes it, and how")
    fixed: YesNo = Field(False, description="a definition or a switch and no estimate: `value` and `why`, no range")
    confidential: Flag = Field(False, description="left out of exports")


class NamedParameterEntry(ParameterEntry):
    """A parameter under a name of its own, which may be like another."""

    same_as: Text = Field("", description="a parameter from which all is taken that is not given here, but its label")


def _setting(value: Any) -> str | None:
    if is_number(value):
        return "number"
    if not is_mapping(value):
        return None
    return "parameter" if not value or any(key in ParameterEntry.model_fields for key in value) else "by actor"


A_SETTING = "a number above 0, a mapping with range, value, prior, or one of them for each actor"
NumberOrParameter = Annotated[
    Annotated[Positive, Tag("number")] | Annotated[ParameterEntry, Tag("mapping")],
    by_kind("a number above 0, or a mapping with range, value, prior", ("number", "mapping")),
]
Setting = Annotated[
    Annotated[Positive, Tag("number")]
    | Annotated[ParameterEntry, Tag("parameter")]
    | Annotated[dict[Name, NumberOrParameter], Keyed("actor"), Tag("by actor")],
    Chosen(A_SETTING, _setting),
]
Tempo = Annotated[
    Annotated[Positive, Tag("number")] | Annotated[dict[Name, Positive], Keyed("actor"), Tag("mapping")],
    by_kind("a number above 0, or one for each actor", ("number", "mapping")),
]


class PlayEntry(Written):
    """How the game is played: discounting, noise, tempo."""

    noun: ClassVar[str] = "key of play"
    discount_rate: Maybe[Setting] = Field(
        None, description="per year: a number, a parameter, or one of them for each actor; default 0.08"
    )
    noise: Maybe[Setting] = Field(
        None, description="scale of private reasons at a move, in units of value; default 0.25"
    )
    reference_rate: Maybe[NumberOrParameter] = Field(
        None, description="how often an act without `rate` comes up, per year; default 0.1"
    )
    tempo: Maybe[Tempo] = Field(
        None, description="with other shocks than occasions: ceiling on activity, per year; default 52"
    )
    shocks: Literal["occasions", "reference", "standard", "none"] = Field(
        "occasions", description="how private reasons enter values; default occasions"
    )
    ceiling: Maybe[Positive] = Field(
        None, description="no act comes more often than so many times its rate; default 200"
    )
    discount_factor: Maybe[NotNegative] = Field(None, description="per period, with `timing: simultaneous`")


class UnitEntry(Written):
    """What a time of 1 and a value of 1 mean."""

    time: Literal["year"] = Field("year", description="year")
    value: Text = Field("utility", description="what a value of 1 is")


class ActorEntry(Written):
    """A party, mediator, patron, guarantor, domestic actor or organisation."""

    noun: ClassVar[str] = "key of an actor"
    stand_in: ClassVar[Mapping[str, Any]] = {"kind": "party"}
    kind: Kind = Field(description="one of party, mediator, patron, guarantor, domestic, organisation")
    labels: Annotated[dict[str, Text], Keyed("language")] = Field({}, description="names for people by language")
    also: OneOrMany[Text] = Field((), description="further roles")


class StateEntry(Written):
    """What can differ between states; further keys are attributes: a number or a parameter for each value."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Numbers]  # pyright: ignore[reportIncompatibleVariableOverride]
    noun: ClassVar[str] = "key of a state variable"
    values: Maybe[
        Annotated[
            Annotated[Values, Tag("list")] | Annotated[Literal["packages"], Tag("text")],
            by_kind("a list of names, or packages", ("list", "text")),
        ]
    ] = Field(None, description="names; or `packages`")
    ordered: Maybe[Values] = Field(None, description="names from low to high: the variable can move by steps")
    label: Text = Field("", description=LABEL)
    why: Text = Field("", description=WHY)
    era: Flag = Field(False, description="this variable says how the world changes over decades")


Effects = Annotated[dict[str, Text], Keyed("variable")]


class OutcomeEntry(Written):
    """One outcome of an act: its probability, and what it changes."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Text]  # pyright: ignore[reportIncompatibleVariableOverride]
    noun: ClassVar[str] = "key of an outcome"
    p: Formula = Field(description="probability of this outcome")


Then = Annotated[
    Annotated[Effects, Tag("mapping")] | Annotated[tuple[OutcomeEntry, ...], Listed(1), Tag("list")],
    by_kind("a mapping, one variable a line, or a list of outcomes with 'p'", ("mapping", "list")),
]
THEN = "`{variable: value}`, `{variable: -1}`, `{variable: +1 stop}`, or a list of outcomes with `p`"


class ActEntry(Written):
    """What an act is, but how often it comes up."""

    label: Text = Field("", description=LABEL)
    when: Formula = Field("", description="condition under which it can be done; default always")
    then: Maybe[Then] = Field(None, description=f"what it changes: {THEN}")
    cost: Formula = Field("", description="price paid by the actor at the moment of acting")
    impulses: Annotated[dict[Name, Formula], Keyed("actor")] = Field(
        {}, description="payoff to other actors at that moment"
    )
    why: Text = Field("", description=WHY)


class AlternativeEntry(ActEntry):
    """One of several alternatives of a decision; what is not given is that of the decision."""

    noun: ClassVar[str] = "key of an alternative"
    share: Formula = Field(description="its share of the rate; the shares of a decision sum to 1")


class ActionEntry(ActEntry):
    """What an actor can do."""

    noun: ClassVar[str] = "key of an action"
    rate: Formula = Field("", description="reference rate: how often if indifferent, per year")
    one_of: Annotated[dict[Name, AlternativeEntry], Keyed("alternative")] = Field(
        {}, description="alternatives of one decision, each an act `ACTION_ALTERNATIVE` at its share of the rate"
    )
    same_as: Text = Field("", description="an act, ACTOR.ACT, from which all is taken that is not given here")
    swap: Annotated[dict[Name, Name], Keyed("id")] = Field(
        {}, description="with `same_as`: ids to exchange in what is taken, in both directions"
    )


class EventEntry(Written):
    """What nobody chooses."""

    noun: ClassVar[str] = "key of an event"
    stand_in: ClassVar[Mapping[str, Any]] = {"then": {}, "rate": 0}
    label: Text = Field("", description=LABEL)
    when: Formula = Field("", description="condition under which it can happen; default always")
    then: Then = Field(description=f"what it changes: {THEN}")
    rate: Formula = Field(description="how often, per year")
    why: Text = Field("", description=WHY)


class OutcomesEntry(Written):
    """What counts as peace, as war, and what settling does."""

    noun: ClassVar[str] = "outcome"
    stand_in: ClassVar[Mapping[str, Any]] = {"peace": "true", "war": "false", "settle": {}}
    peace: Formula = Field(description="condition")
    war: Formula = Field(description="condition")
    settle: Annotated[
        dict[
            str,
            Annotated[
                Annotated[Text, Tag("text")] | Annotated[Effects, Tag("mapping")],
                by_kind("a value, or what a package changes", {"text": "text", "number": "text", "mapping": "mapping"}),
            ],
        ],
        Keyed("variable"),
    ] = Field(description="what a settlement changes; or one such mapping for each package")


class ThresholdEntry(Written):
    """Which states have the fighting that a reference class counts, so that base rates and the model speak of one."""

    noun: ClassVar[str] = "key of the threshold"
    stand_in: ClassVar[Mapping[str, Any]] = {"states": "false", "means": ""}
    states: Formula = Field(description="condition")
    means: Text = Field(description="the threshold in words, such as `25 battle deaths in a year (UCDP)`")


NumberOrText = Annotated[
    Annotated[Amount, Tag("number")] | Annotated[Text, Tag("text")],
    by_kind("a number or text", ("number", "text")),
]


class PackageEntry(Written):
    """Terms that a text can offer; further keys are numbers, names of parameters, or words of its own."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, NumberOrText]  # pyright: ignore[reportIncompatibleVariableOverride]
    when: Text = Field("", description="condition on states: where such a text can be signed; default everywhere")
    label: Text = Field("", description=LABEL)
    why: Text = Field("", description=WHY)
    basis: Text = Field("", description=BASIS)
    sources: OneOrMany[Text] = Field((), description=SOURCES)


class LeverEntry(Written):
    """What outsiders could change, at what price, with whose consent."""

    noun: ClassVar[str] = "key of a lever"
    label: Text = Field("", description=LABEL)
    change: Annotated[
        dict[
            str,
            Annotated[
                Annotated[Amount, Tag("number")] | Annotated[Pair, Tag("list")],
                by_kind("a number, or bounds [from, to]", ("number", "list")),
            ],
        ],
        Keyed("parameter"),
    ] = Field(description="parameter: value or [from, to]")
    cost: Formula = Field(description="price per year for who pays; `amount` is the value chosen")
    paid_by: OneOrMany[Name] = Field(description="who pays")
    consent: OneOrMany[Name] = Field((), description="who must agree")
    decays: Text = Field("", description="half-life, such as `5 years`")
    excludes: OneOrMany[Name] = Field((), description="levers that cannot go with it")
    why: Text = Field("", description=WHY)
    basis: Text = Field("", description=BASIS)


Actions = Annotated[dict[TemplateName, ActionEntry], Keyed("action")]
Terms = Annotated[dict[TemplateName, Formula], Keyed("term")]


class EachEntry(Written):
    """What alike actors have alike; `{}` stands for the actor's id in every key and text, `{label}` for its name."""

    noun: ClassVar[str] = "key of a block for alike actors"
    actors: Annotated[tuple[Name, ...], Listed(1)] = Field(description="the actors for whom it is written out")
    parameters: Annotated[dict[TemplateName, NamedParameterEntry], Keyed("parameter")] = Field(
        {}, description="a parameter for each of them, with `{}` in its name"
    )
    payoffs: Terms = Field({}, description="payoff terms that each of them has")
    actions: Actions = Field({}, description="acts that each of them has")


class NoteEntry(Written):
    """What was tried."""

    noun: ClassVar[str] = "key of a note"
    date: Day = Field("", description="when")
    text: Text = Field(description="what was tried, and what came of it")


Situations = Annotated[dict[Day, Annotated[dict[str, Text], Keyed("variable")]], Keyed("date")]


class CaseFile(WrittenFile):
    """case.yaml: who, what can differ, payoffs, actions, nature, situations, packages, levers."""

    noun: ClassVar[str] = "section"
    must: ClassVar[tuple[str, ...]] = (
        *("format", "case", "title", "actors", "states", "payoffs", "outcomes", "situations"),
    )
    format: Version = Field(1, description="version of the case language: 1")
    case: Maybe[CaseName] = Field(None, description="short name: letters, digits, _ and -")
    title: Text = Field("", description="title for people")
    summary: Text = Field("", description="what it is about, in two sentences")
    unit: UnitEntry = Field(default_factory=UnitEntry.model_construct, description="units")
    as_of: Day = Field("", description="the situation that answers start from; default the last")
    timing: Literal["asynchronous", "simultaneous"] = Field(
        "asynchronous", description="who moves when; default asynchronous"
    )
    together: Annotated[dict[str, Literal["highest", "lowest", "first"]], Keyed("state variable")] = Field(
        {}, description="with simultaneous moves: whose change of a variable prevails"
    )
    play: PlayEntry = Field(default_factory=PlayEntry.model_construct, description="how the game is played")
    actors: Annotated[dict[Name, ActorEntry], Keyed("actor")] = Field({}, description="who acts or is affected")
    states: Annotated[dict[Name, StateEntry], Keyed("state variable")] = Field({}, description="what can differ")
    parameters: Annotated[dict[Name, NamedParameterEntry], Keyed("parameter")] = Field(
        {}, description="numbers that answers are spread over"
    )
    derived: Annotated[dict[Name, Formula], Keyed("name")] = Field(
        {}, description="names for expressions that are used several times"
    )
    payoffs: Annotated[dict[Name, Annotated[dict[Name, Formula], Keyed("term")]], Keyed("actor")] = Field(
        {}, description="what each gets per year, by term"
    )
    actions: Annotated[dict[Name, Annotated[dict[Name, ActionEntry], Keyed("action")]], Keyed("actor")] = Field(
        {}, description="what each actor can do"
    )
    each: Annotated[dict[Name, EachEntry], Keyed("block of alike actors")] = Field(
        {}, description="what alike actors have alike, written once for all of them"
    )
    nature: Annotated[dict[Name, EventEntry], Keyed("event")] = Field({}, description="what nobody chooses")
    outcomes: Maybe[OutcomesEntry] = Field(None, description="what counts as peace, as war, and what settling does")
    threshold: Maybe[ThresholdEntry] = Field(
        None, description="the states whose fighting a reference class would count"
    )
    situations: Situations = Field({}, description="dated states")
    packages: Annotated[dict[Name, PackageEntry], Keyed("package")] = Field(
        {}, description="terms that a text can offer"
    )
    levers: Annotated[dict[Name, LeverEntry], Keyed("lever")] = Field({}, description="what outsiders could change")
    counts: Annotated[dict[Name, CountsEntry], Keyed("thing")] = Field(
        {}, description="what several payoff terms are about, so that nothing is counted twice"
    )
    asymmetry: Annotated[dict[str, Text], Keyed("path")] = Field(
        {}, description="why two actors do not have something alike, by its path (check --mirror)"
    )
    objections: Annotated[dict[Name, Text], Keyed("actor")] = Field(
        {}, description="the strongest objection of each side to this case"
    )
    notes: Many[Annotated[NoteEntry, Short("text")]] = Field(
        (), description="what was tried: texts, or mappings with date and text"
    )
    history: Annotated[dict[Name, StatisticEntry], Keyed("statistic")] = Field(
        {}, description="statistics of the record that simulated histories are held against; before the first fit"
    )
    issues: Annotated[dict[Name, IssueEntry], Keyed("issue")] = Field(
        {}, description="what is negotiated, and who stands where"
    )
    questions: Questions = Field(
        default_factory=Questions.model_construct, description="which moves and actors play which role in answers"
    )


class AccountParameterEntry(ValueEntry):
    """A narrower prior for a parameter of the case."""

    noun: ClassVar[str] = "key of an account's parameter"
    why: Text = Field("", description=WHY)


class AccountFile(WrittenFile):
    """accounts/*.yaml: a rival account, narrower priors on the parameters of the same game."""

    noun: ClassVar[str] = "key of an account"
    must: ClassVar[tuple[str, ...]] = ("account", "in_words", "parameters")
    account: Name = Field("", description="short name")
    title: Text = Field("", description="title for people")
    held_by: OneOrMany[Text] = Field((), description="who holds it")
    opposed_by: OneOrMany[Name] = Field((), description="rival accounts")
    in_words: Text = Field("", description="the account in one or two sentences")
    parameters: Annotated[dict[str, AccountParameterEntry], Keyed("parameter")] = Field(
        {}, description="narrower priors"
    )
    expects: OneOrMany[Text] = Field((), description="what one should then see in the record")


class ScenarioFile(WrittenFile):
    """scenarios/*.yaml: a named set of changes to a case."""

    noun: ClassVar[str] = "key of a scenario"
    must: ClassVar[tuple[str, ...]] = ("scenario",)
    scenario: Name = Field("", description="short name")
    title: Text = Field("", description="title for people")
    why: Text = Field("", description=WHY)
    parameters: Annotated[
        dict[
            str,
            Annotated[
                Annotated[Amount, Tag("number")] | Annotated[ValueEntry, Tag("mapping")],
                by_kind("a number, or a mapping with range, value, prior", ("number", "mapping")),
            ],
        ],
        Keyed("parameter"),
    ] = Field({}, description="parameter: value or {range: [low, high]}")
    rates: Annotated[dict[str, Formula], Keyed("move")] = Field({}, description="actor.action or event: rate")
    costs: Annotated[dict[str, Formula], Keyed("move")] = Field({}, description="actor.action: cost")
    situations: Situations = Field({}, description="changed or added situations; variables left out keep their values")
