"""Rules for claims: which answers and record queries a claim rests on, read from a case's `claims_rules.yaml`.

A rule is a list of tests, the day at which they are put, and what of the claim they leave out. A test names a quantity
of the answers (as it stands, or under a scenario), or a query of the record, and one threshold. Nothing in a rule is a
verdict: verdicts follow from the numbers (detente.verdicts.judge). What kind of claim it is (factual, causal,
predictive, normative, about intent) stands in the record beside the claim.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, Tag, model_validator

from detente.errors import CaseError
from detente.files.folder import is_there
from detente.files.kinds import (
    Amount,
    Day,
    Keyed,
    Listed,
    Many,
    Maybe,
    NotNegative,
    OneOrMany,
    Positive,
    Text,
    Versioned,
    Within,
    by_kind,
)
from detente.files.mistakes import Mistake, wrong
from detente.files.validate import Written, WrittenFile, read_file
from detente.files.yaml import Document, read_yaml
from detente.record.entries import StatusName

RULES = "claims_rules.yaml"  # in the folder of a case
Relation = Literal["above", "below", "at_least", "at_most", "falls_by", "rises_by"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)  # a test has one of them, and its threshold
CHANGES = ("falls_by", "rises_by")  # of a quantity under a scenario, against the case as it stands
QUERIES = ("quantity", "events", "share", "followed", "responses", "status", "lag", "asleep", "order")
CERTAIN = 0.9  # share of draws from which a test on a quantity counts as holding, where the file says nothing


class EventFilter(Written):
    """Which events of the record are meant; all that is said must hold."""

    noun: ClassVar[str] = "argument of events"
    type: OneOrMany[Text] = Field((), description="kinds of event")
    by: OneOrMany[Text] = Field((), description="one of these acted (actors of the record, or sides)")
    together: OneOrMany[Text] = Field((), alias="with", description="one of these acted, too")
    only: OneOrMany[Text] = Field((), description="nobody else acted")
    target: OneOrMany[Text] = Field((), description="one of these was acted upon")
    tags: OneOrMany[Text] = Field((), description="it bears one of these tags")
    named: OneOrMany[Text] = Field((), description="it names one of these as having acted wrongly")
    says: OneOrMany[Text] = Field((), description="its text holds one of these words")
    after: Maybe[Day] = Field(None, description="on this day or later")
    until: Maybe[Day] = Field(None, description="on this day or earlier; before that day, a count is one so far")
    deaths: Maybe[NotNegative] = Field(None, description="at least so many deaths")

    @property
    def said(self) -> str:
        """The filter as the file says it, on one line."""
        given = self.model_dump(exclude_unset=True, by_alias=True)
        return ", ".join(f"{key} {_said(value)}" for key, value in given.items())


class ShareQuery(Written):
    """The share of some events that are also others."""

    noun: ClassVar[str] = "argument of share"
    of: EventFilter = Field(description="which events are counted")
    that: EventFilter = Field(description="which of these are meant")
    weigh: Literal["events", "deaths"] = Field(
        "events", description="what is counted: events, or those who died in them"
    )


class FollowedQuery(Written):
    """The share of some events after which another came soon."""

    noun: ClassVar[str] = "argument of followed"
    of: EventFilter = Field(description="which events are counted")
    by: EventFilter = Field(description="what may follow them")
    within_days: Positive = Field(30, description="how soon; an event of the last so many days is in no share")


class ResponsesQuery(Written):
    """What a mediator made of the listed escalations."""

    noun: ClassVar[str] = "argument of responses"
    mediator: Text = Field(description="as in record/responses")
    measure: Literal["answered", "lag_days", "names_violator", "balance"] = Field(description="what is measured")
    kinds: OneOrMany[Literal["violent", "political", "humanitarian"]] = Field(
        ("violent",), description="kinds of escalation; default violent"
    )
    sides: Annotated[tuple[Text, ...], Listed(2, 2)] = Field(
        (), description="for `balance`: the first and the second side"
    )
    of: Maybe[EventFilter] = Field(None, description="only escalations whose event fits this")

    @model_validator(mode="after")
    def _balanced(self) -> "ResponsesQuery":
        if self.measure == "balance" and not self.sides:
            raise wrong(Mistake("a balance of nobody", "sides: [FIRST, SECOND]"))
        return self


class StatusQuery(Written):
    """The share of commitments that have one of some statuses."""

    noun: ClassVar[str] = "argument of status"
    commitments: OneOrMany[Text] = Field(description="ids of commitments")
    is_: OneOrMany[StatusName] = Field(alias="is", description="statuses")


class CommitmentQuery(Written):
    """Years that concern one commitment."""

    noun: ClassVar[str] = "argument"
    commitment: Text = Field(description="id of a commitment")


class OrderQuery(Written):
    """Years from the first event of one kind to the first of another."""

    noun: ClassVar[str] = "argument of order"
    first: EventFilter = Field(description="the one")
    then: EventFilter = Field(description="the other")


class ScenarioSet(Written):
    """A scenario in a line: parameters and state variables at the values that it sets."""

    noun: ClassVar[str] = "argument of scenario"
    must: ClassVar[tuple[str, ...]] = ("set",)
    set_: Annotated[dict[str, Text], Keyed("name")] = Field(
        {}, alias="set", description="parameter: number, or state variable: value on the date"
    )

    def __str__(self) -> str:
        return ", ".join(f"{name} = {value}" for name, value in self.set_.items())


class RuleTest(Written):
    """One test: a quantity or one query of the record, and one threshold."""

    quantity: Text = Field("", description="id of a number of the answers")
    minus: Text = Field("", description="a second quantity that is taken off")
    scenario: Maybe[
        Annotated[
            Annotated[Text, Tag("text")] | Annotated[ScenarioSet, Tag("mapping")],
            by_kind("the name of a scenario, or {set: {NAME: VALUE}}", ("text", "mapping")),
        ]
    ] = Field(None, description="the quantity under this scenario, against the case as it stands")
    events: Maybe[EventFilter] = Field(None, description="count of events")
    share: Maybe[ShareQuery] = Field(None, description="share of events, 90 % Wilson interval")
    followed: Maybe[FollowedQuery] = Field(None, description="share of events after which another came soon")
    responses: Maybe[ResponsesQuery] = Field(None, description="what a mediator made of escalations")
    status: Maybe[StatusQuery] = Field(None, description="share of commitments with a status")
    lag: Maybe[CommitmentQuery] = Field(None, description="years from making to performance, or so far")
    asleep: Maybe[CommitmentQuery] = Field(None, description="years in which nothing touched it while it was open")
    order: Maybe[OrderQuery] = Field(None, description="years from one event to another")
    above: Maybe[Amount] = Field(None, description="threshold")
    below: Maybe[Amount] = Field(None, description="threshold")
    at_least: Maybe[Amount] = Field(None, description="threshold")
    at_most: Maybe[Amount] = Field(None, description="threshold")
    falls_by: Maybe[Positive] = Field(None, description="threshold of a fall under the scenario")
    rises_by: Maybe[Positive] = Field(None, description="threshold of a rise under the scenario")
    why: Text = Field("", description="why this threshold")

    @model_validator(mode="after")
    def _one_of_each(self) -> "RuleTest":
        queries, thresholds = ([key for key in keys if self.has(key)] for keys in (QUERIES, RELATIONS))
        if len(queries) != 1 or len(thresholds) != 1:
            raise wrong(Mistake(f"{len(queries)} queries and {len(thresholds)} thresholds", "one of each"))
        if self.minus and not self.quantity:
            raise wrong(Mistake("'minus' without a quantity", "quantity: ID", at=("minus",), key=True))
        changes = self.relation in CHANGES
        if self.has("scenario") and not (self.quantity and not self.minus and changes):
            wanted = "quantity: ID and falls_by or rises_by"
            raise wrong(Mistake("a scenario with another test", wanted, at=("scenario",), key=True))
        if changes and not self.has("scenario"):
            raise wrong(
                Mistake(f"'{self.relation}' without a scenario", "scenario: NAME", at=(self.relation,), key=True)
            )
        return self

    @property
    def query(self) -> str:
        """Which of `QUERIES` it is."""
        return next(key for key in QUERIES if self.has(key))

    @property
    def relation(self) -> Relation:
        """Which of `RELATIONS` it is."""
        return next(key for key in RELATIONS if self.has(key))

    @property
    def threshold(self) -> float:
        """What the number is held against."""
        return getattr(self, self.relation)

    @property
    def ids(self) -> tuple[str, ...]:
        """The quantities that it names."""
        return tuple(id for id in (self.quantity, self.minus) if id)

    @property
    def filters(self) -> dict[tuple[str, ...], EventFilter]:
        """The filters of events that it holds, by their path in the test."""
        found: dict[tuple[str, ...], EventFilter] = {}
        if self.events is not None:
            found[("events",)] = self.events
        if self.share is not None:
            found |= {("share", "of"): self.share.of, ("share", "that"): self.share.that}
        if self.followed is not None:
            found |= {("followed", "of"): self.followed.of, ("followed", "by"): self.followed.by}
        if self.responses is not None and self.responses.of is not None:
            found[("responses", "of")] = self.responses.of
        if self.order is not None:
            found |= {("order", "first"): self.order.first, ("order", "then"): self.order.then}
        return found


def _said(value: Any) -> str:
    """One of several words with strokes between; whole numbers without a fraction."""
    if isinstance(value, tuple):
        return "/".join(map(str, value))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


class ClaimRule(Written):
    """What one claim rests on."""

    noun: ClassVar[str] = "key of a rule"
    tests: Many[RuleTest] = Field((), description="all of them must hold")
    date: Maybe[Day] = Field(None, description="at which the tests are put; default: the date that is asked for")
    untested: Text = Field("", description="what of the claim no test reaches")
    fair: Text = Field("", description="why the tests are fair to those who oppose the claim, and to those who make it")
    needs: Maybe[Literal["private_information", "legal_finding", "opinion_survey"]] = Field(
        None, description="evidence of a kind that neither model nor record holds"
    )

    @model_validator(mode="after")
    def _something(self) -> "ClaimRule":
        if not self.tests and self.needs is None:
            raise wrong(Mistake("a rule without tests", "at least one test, or needs", key=True))
        return self


NO_RULE = ClaimRule.model_construct()  # of a claim that no rule ties to anything


class ClaimRulesFile(WrittenFile):
    """claims_rules.yaml: what each claim of the record rests on."""

    must: ClassVar[tuple[str, ...]] = ("format", "claims")
    format: Annotated[int, Versioned(1)] = Field(1, description="version of this file: 1")
    certain: Annotated[float, Within(0.5, 1, open_low=True)] = Field(
        CERTAIN, description="share of draws from which a test on a quantity holds; it fails below one less this"
    )
    sides: Annotated[dict[str, OneOrMany[Text]], Keyed("side")] = Field(
        {}, description="names for several actors of the record"
    )
    speakers: Annotated[dict[str, OneOrMany[Text]], Keyed("group")] = Field(
        {},
        description="whose claims they are: actors, sides, or how the claim's `by` begins; verdicts are tallied by it",
    )
    unused: OneOrMany[Text] = Field(
        (), description="types and tags that no event of the record bears, so that their absence is a finding"
    )
    claims: Annotated[dict[str, ClaimRule], Keyed("claim")] = Field({}, description="id of a claim: its rule")


@dataclass(frozen=True)
class ClaimRules:
    """All rules of a case; `certain` is the share of draws from which a test on a quantity counts as holding."""

    rules: Mapping[str, ClaimRule]
    sides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    certain: float = CERTAIN
    unused: tuple[str, ...] = ()
    speakers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    document: Document = field(default_factory=lambda: Document("claims_rules.yaml"))

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities that tests name, each once."""
        return tuple(dict.fromkeys(id for rule in self.rules.values() for test in rule.tests for id in test.ids))

    @property
    def dates(self) -> tuple[str, ...]:
        """The days at which a quantity is tested, apart from the date that is asked for; each once, in order."""
        named = {rule.date for rule in self.rules.values() if any(test.ids for test in rule.tests)}
        return tuple(sorted(day for day in named if day is not None))

    def asked_at(self, when: str) -> "ClaimRules":
        """Only the rules whose quantities are asked for at a date: those without a date and those of that date."""
        kept = {id: rule for id, rule in self.rules.items() if rule.date in (None, when)}
        return replace(self, rules=kept)

    @property
    def scenarios(self) -> Mapping[str, tuple[RuleTest, ...]]:
        """The tests under each scenario, by the words that name it."""
        found: dict[str, tuple[RuleTest, ...]] = {}
        for rule in self.rules.values():
            for test in rule.tests:
                if test.scenario is not None:
                    found[str(test.scenario)] = (*found.get(str(test.scenario), ()), test)
        return found


def read_rules(path: Path, case: str) -> ClaimRules:
    """Read a case's rules; no file means no rules.

    Raises:
        CaseError: located mistakes, all at once.
    """
    if not is_there(path):
        return ClaimRules({})
    written, remarks = read_file(ClaimRulesFile, read_yaml(path, f"{case}/{path.name}"))
    if written is None or remarks.errors:
        raise CaseError(remarks.errors)
    return ClaimRules(
        written.claims, written.sides, written.certain, written.unused, written.speakers, remarks.document
    )
