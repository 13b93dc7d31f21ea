"""Rules for claims: which answers and record queries a claim rests on, read from a case's `claims_rules.yaml`.

A rule is a list of tests. A test names a quantity of the answers, or a query of the record, and one threshold.
Nothing in a rule is a verdict: verdicts follow from the numbers (detente.verdicts.judge). What kind of claim it is
(factual, causal, predictive, normative, about intent) stands in the record beside the claim.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from detente.errors import CaseError, Diagnostic, suggest
from detente.files.yaml import At, Document, read_yaml

Relation = Literal["above", "below", "at_least", "at_most"]
Measure = Literal["answered", "lag_days", "names_violator", "balance"]
Needs = Literal["", "private_information", "legal_finding", "opinion_survey"]
QUERIES = ("quantity", "events", "share", "responses", "status", "lag", "asleep", "order")
RELATIONS: tuple[Relation, ...] = get_args(Relation)
MEASURES: tuple[Measure, ...] = get_args(Measure)
NEEDS: tuple[Needs, ...] = get_args(Needs)[1:]
CERTAIN = 0.9  # share of draws from which on a test on a quantity holds, where the case does not say: nine in ten
VIOLENT = ("violent",)  # kinds of escalations that are counted where a rule does not say


@dataclass(frozen=True)
class EventFilter:
    """Which events of the record are meant; what is empty or None does not filter."""

    said: str = ""  # as the rule says it
    type: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    after: datetime.date | None = None
    until: datetime.date | None = None
    deaths: float | None = None


@dataclass(frozen=True)
class ShareQuery:
    """The share of some events that are also others."""

    of: EventFilter
    that: EventFilter


@dataclass(frozen=True)
class ResponsesQuery:
    """What a mediator made of the listed escalations."""

    mediator: str
    measure: Measure
    kinds: tuple[str, ...] = VIOLENT
    sides: tuple[str, ...] = ()


@dataclass(frozen=True)
class StatusQuery:
    """The share of commitments that have one of some statuses."""

    commitments: tuple[str, ...]
    is_: tuple[str, ...]


@dataclass(frozen=True)
class CommitmentQuery:
    """Years that concern one commitment."""

    commitment: str


@dataclass(frozen=True)
class OrderQuery:
    """Years from the first event of one kind to the first of another."""

    first: EventFilter
    then: EventFilter


@dataclass(frozen=True)
class RuleTest:
    """One test: a quantity or one query of the record, and one threshold."""

    relation: Relation
    threshold: float
    quantity: str = ""  # id of a number of the answers
    minus: str = ""  # a second quantity that is taken off
    events: EventFilter | None = None  # count of events
    share: ShareQuery | None = None  # share of events, 90 % Wilson interval
    responses: ResponsesQuery | None = None  # what a mediator made of escalations
    status: StatusQuery | None = None  # share of commitments with a status
    lag: CommitmentQuery | None = None  # years from making to performance, or so far
    asleep: CommitmentQuery | None = None  # years in which nothing touched it while it was open
    order: OrderQuery | None = None  # years from one event to another

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
        if self.order is not None:
            found |= {("order", "first"): self.order.first, ("order", "then"): self.order.then}
        return found


@dataclass(frozen=True)
class ClaimRule:
    """What one claim rests on."""

    tests: tuple[RuleTest, ...] = ()
    needs: Needs = ""  # evidence of a kind that neither model nor record holds


NO_RULE = ClaimRule()  # of a claim that no rule ties to anything


@dataclass(frozen=True)
class ClaimRules:
    """All rules of a case.

    Attributes:
        rules: claim -> its rule.
        sides: names that stand for several actors of the record.
        certain: share of draws from which on a test on a quantity holds.
        unused: types and tags that no event of the record bears, so that their absence is a finding.
        document: the file, for places.
    """

    rules: Mapping[str, ClaimRule]
    sides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    certain: float = CERTAIN
    unused: tuple[str, ...] = ()
    document: Document = field(default_factory=lambda: Document("claims_rules.yaml"))

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities that tests name, each once."""
        return tuple(dict.fromkeys(id for rule in self.rules.values() for test in rule.tests for id in test.ids))


def read_rules(path: Path, case: str) -> ClaimRules:
    """Read a case's rules; no file means no rules.

    Raises:
        CaseError: located mistakes, all at once.
    """
    if not path.is_file():
        return ClaimRules({})
    document = read_yaml(path, f"{case}/{path.name}")
    reader = _RulesReader(document)
    rules = reader.rules()
    problems = [*document.diagnostics, *reader.problems]
    if problems:
        raise CaseError(problems)
    return rules


class _RulesReader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Diagnostic] = []

    def wrong(self, at: At, what: str, expected: str = "", hint: str = "", key: bool = False) -> None:
        self.problems.append(self.document.diagnostic(at, what, expected, hint, key))

    def rules(self) -> ClaimRules:
        data = self.document.data
        if not isinstance(data, dict):
            self.wrong((), "not a mapping", "format, sides, claims")
            return ClaimRules({})
        self.keys(data, ("format", "sides", "certain", "unused", "claims"), (), "format, sides, certain or claims")
        sides = {name: _texts(members) for name, members in self.mapping(data.get("sides"), ("sides",)).items()}
        certain = data.get("certain", CERTAIN)
        if not isinstance(certain, int | float) or not 0.5 < certain <= 1:
            self.wrong(("certain",), f"certain: {certain}", "a share above 0.5")
            certain = CERTAIN
        claims = self.mapping(data.get("claims"), ("claims",))
        found = {str(id): self.rule(rule, ("claims", id)) for id, rule in claims.items()}
        return ClaimRules(found, sides, float(certain), _texts(data.get("unused")), self.document)

    def mapping(self, value: Any, at: At) -> dict[str, Any]:
        if value is None or isinstance(value, dict):
            return value or {}
        self.wrong(at, "not a mapping", "names with what belongs to them")
        return {}

    def keys(self, given: dict[str, Any], allowed: Sequence[str], at: At, expected: str = "", of: str = "") -> None:
        for key in given:
            if key not in allowed:
                what = f"unknown argument '{key}' of {of}" if of else f"unknown key '{key}'"
                self.wrong((*at, key), what, expected, suggest(key, allowed), key=True)

    def rule(self, rule: Any, at: At) -> ClaimRule:
        if not isinstance(rule, dict):
            self.wrong(at, "not a rule", "tests or needs")
            return ClaimRule()
        self.keys(rule, ("tests", "needs"), at, "tests or needs")
        needs = rule.get("needs", "")
        if needs and needs not in NEEDS:
            self.wrong((*at, "needs"), f"needs: {needs}", " or ".join(NEEDS), suggest(str(needs), NEEDS))
        given = rule.get("tests") or []
        if not isinstance(given, list):
            self.wrong((*at, "tests"), "not a list", "items that begin with '- '")
            given = []
        tests = [self.test(test, (*at, "tests", n)) for n, test in enumerate(given)]
        if not tests and not needs:
            self.wrong(at, "a rule without tests", "at least one test, or needs")
        return ClaimRule(tuple(test for test in tests if test is not None), needs)

    def test(self, test: Any, at: At) -> RuleTest | None:
        if not isinstance(test, dict):
            self.wrong(at, "not a test", "one query and one threshold")
            return None
        self.keys(test, ("minus", *RELATIONS, *QUERIES), at)
        queries = [key for key in QUERIES if key in test]
        relations = [key for key in RELATIONS if key in test]
        if len(queries) != 1 or len(relations) != 1:
            self.wrong(at, f"{len(queries)} queries and {len(relations)} thresholds", "one of each")
            return None
        name, relation = queries[0], relations[0]
        threshold = test[relation]
        if not isinstance(threshold, int | float) or isinstance(threshold, bool):
            self.wrong((*at, relation), f"threshold {threshold}", "a number")
            return None
        query = getattr(self, f"_{name}")(test[name], (*at, name))
        minus = test.get("minus", "")
        if minus and (name != "quantity" or not isinstance(minus, str)):
            self.wrong((*at, "minus"), f"minus: {minus}", "a second quantity, beside `quantity`", key=True)
            return None
        return None if query is None else RuleTest(relation, float(threshold), minus=minus, **{name: query})

    # ---- queries, one method per key -------------------------------------------------------------------------------

    def _quantity(self, given: Any, at: At) -> str | None:
        if isinstance(given, str):
            return given
        self.wrong(at, f"quantity: {given}", "the id of a number, such as relapse.5y")
        return None

    def arguments(self, name: str, given: Any, allowed: tuple[str, ...], at: At) -> dict[str, Any] | None:
        if not isinstance(given, dict):
            self.wrong(at, f"{name} without arguments", ", ".join(allowed))
            return None
        self.keys(given, allowed, at, of=name)
        return given

    def _events(self, given: Any, at: At) -> EventFilter | None:
        lists = ("type", "by", "only", "target", "tags", "named", "says")
        found = self.arguments("events", given, (*lists, "after", "until", "deaths"), at)
        if found is None:
            return None
        deaths = found.get("deaths")
        if deaths is not None and not isinstance(deaths, int | float):
            self.wrong((*at, "deaths"), f"deaths: {deaths}", "a number")
            return None
        return EventFilter(
            said=", ".join(f"{key} {_said(value)}" for key, value in found.items()),
            **{key: _texts(found[key]) for key in lists if key in found},
            after=self.day(found.get("after"), (*at, "after")),
            until=self.day(found.get("until"), (*at, "until")),
            deaths=None if deaths is None else float(deaths),
        )

    def day(self, value: Any, at: At) -> datetime.date | None:
        if value is None:
            return None
        try:
            return datetime.date.fromisoformat(str(value))
        except ValueError:
            self.wrong(at, f"'{value}' is not a date", "an ISO date such as 2021-08-05")
            return None

    def _share(self, given: Any, at: At) -> ShareQuery | None:
        pair = self.pair("share", ("of", "that"), given, at)
        return ShareQuery(*pair) if pair else None

    def _order(self, given: Any, at: At) -> OrderQuery | None:
        pair = self.pair("order", ("first", "then"), given, at)
        return OrderQuery(*pair) if pair else None

    def pair(self, name: str, keys: tuple[str, str], given: Any, at: At) -> tuple[EventFilter, EventFilter] | None:
        found = self.arguments(name, given, keys, at)
        if found is None:
            return None
        for key in keys:
            if key not in found:
                self.wrong(at, f"no '{key}'", f"{keys[0]} and {keys[1]}, each with what events are meant")
                return None
        one, other = (self._events(found[key], (*at, key)) for key in keys)
        return (one, other) if one is not None and other is not None else None

    def _responses(self, given: Any, at: At) -> ResponsesQuery | None:
        found = self.arguments("responses", given, ("mediator", "kinds", "measure", "sides"), at)
        if found is None:
            return None
        measure, sides = found.get("measure"), _texts(found.get("sides"))
        if measure not in MEASURES:
            self.wrong((*at, "measure"), f"measure {measure}", " or ".join(MEASURES))
        elif "mediator" not in found:
            self.wrong(at, "no 'mediator'", "mediator: who is meant")
        elif measure == "balance" and len(sides) != 2:
            self.wrong((*at, "sides"), f"{len(sides)} sides", "two, for the measure 'balance'")
        else:
            return ResponsesQuery(str(found["mediator"]), measure, _texts(found.get("kinds")) or VIOLENT, sides)
        return None

    def _status(self, given: Any, at: At) -> StatusQuery | None:
        found = self.arguments("status", given, ("commitments", "is"), at)
        if found is None:
            return None
        if not found.get("commitments") or not found.get("is"):
            self.wrong(at, "no 'commitments' or no 'is'", "commitments: [...], is: [...]")
            return None
        return StatusQuery(_texts(found["commitments"]), _texts(found["is"]))

    def _lag(self, given: Any, at: At) -> CommitmentQuery | None:
        found = self.arguments("a commitment", given, ("commitment",), at)
        if found is None:
            return None
        if "commitment" not in found:
            self.wrong(at, "no 'commitment'", "commitment: its id")
            return None
        return CommitmentQuery(str(found["commitment"]))

    _asleep = _lag


def _texts(value: Any) -> tuple[str, ...]:
    """One text or a list of them."""
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _said(value: Any) -> str:
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)
