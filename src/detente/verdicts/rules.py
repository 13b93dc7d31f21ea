"""Rules for claims: which answers and record queries a claim rests on, read from a case's `claims_rules.yaml`.

A rule is a list of tests. A test names a quantity of the answers, or a query of the record, and one threshold.
Nothing in a rule is a verdict: verdicts follow from the numbers (detente.verdicts.judge). What kind of claim it is
(factual, causal, predictive, normative, about intent) stands in the record beside the claim.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detente.answers.registry import QUESTIONS, family_of
from detente.errors import CaseError, Diagnostic, suggest
from detente.files.yaml import Document, read_yaml

QUERIES = {
    "quantity": (),
    "events": ("type", "by", "only", "target", "tags", "named", "says", "after", "until", "deaths"),
    "share": ("of", "that"),
    "responses": ("mediator", "kinds", "measure", "sides"),
    "status": ("commitments", "is"),
    "lag": ("commitment",),
    "asleep": ("commitment",),
    "order": ("first", "then"),
}
MEASURES = ("answered", "lag_days", "names_violator", "balance")
THRESHOLDS = ("above", "below", "at_least", "at_most")
NEEDS = ("private_information", "legal_finding", "opinion_survey")
TEST_KEYS = ("minus", *THRESHOLDS, *QUERIES)
RULE_KEYS = ("tests", "needs")


@dataclass(frozen=True)
class Test:
    """One test: what is measured, and the threshold that it is held against."""

    query: str  # a key of QUERIES
    what: Any  # id of a quantity, or the query's arguments
    relation: str  # one of THRESHOLDS
    threshold: float
    minus: str = ""  # a second quantity that is taken off


@dataclass(frozen=True)
class Rule:
    """What one claim rests on."""

    tests: tuple[Test, ...] = ()
    needs: str = ""  # evidence of a kind that neither model nor record holds


@dataclass(frozen=True)
class Rules:
    """All rules of a case; `certain` is the share of draws from which a test on a quantity counts as holding."""

    rules: Mapping[str, Rule]
    sides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    certain: float = 0.9

    def questions(self) -> tuple[str, ...]:
        """The questions whose quantities the tests name."""
        names = [
            n for r in self.rules.values() for t in r.tests if t.query == "quantity" for n in (t.what, t.minus) if n
        ]
        asked = dict.fromkeys(family_of(name) for name in names)
        return tuple(id for id in QUESTIONS if id in asked)


def read_rules(path: Path, case: str) -> Rules:
    """Read a case's rules; no file means no rules.

    Raises:
        CaseError: located mistakes, all at once.
    """
    if not path.is_file():
        return Rules({})
    document = read_yaml(path, f"{case}/{path.name}")
    reader = _Reader(document)
    rules = reader.rules()
    problems = [*document.diagnostics, *reader.problems]
    if problems:
        raise CaseError(problems)
    return rules


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Diagnostic] = []

    def wrong(self, at: tuple, what: str, expected: str = "", hint: str = "", key: bool = False) -> None:
        self.problems.append(self.document.diagnostic(at, what, expected, hint, key))

    def rules(self) -> Rules:
        data = self.document.data
        if not isinstance(data, dict):
            self.wrong((), "not a mapping", "format, sides, claims")
            return Rules({})
        for key in data:
            if key not in ("format", "sides", "certain", "claims"):
                self.wrong((key,), f"unknown key '{key}'", "format, sides, certain or claims", key=True)
        sides = {name: tuple(members) for name, members in (data.get("sides") or {}).items()}
        certain = data.get("certain", 0.9)
        if not isinstance(certain, int | float) or not 0.5 < certain <= 1:
            self.wrong(("certain",), f"certain: {certain}", "a share above 0.5")
            certain = 0.9
        claims = data.get("claims") or {}
        found = {id: self.rule(rule, ("claims", id)) for id, rule in claims.items()}
        return Rules(found, sides, float(certain))

    def rule(self, rule: Any, at: tuple) -> Rule:
        if not isinstance(rule, dict):
            self.wrong(at, "not a rule", "tests or needs")
            return Rule()
        for key in rule:
            if key not in RULE_KEYS:
                self.wrong((*at, key), f"unknown key '{key}'", "tests or needs", suggest(key, RULE_KEYS), key=True)
        needs = rule.get("needs", "")
        if needs and needs not in NEEDS:
            self.wrong((*at, "needs"), f"needs: {needs}", " or ".join(NEEDS), suggest(str(needs), NEEDS))
        tests = [self.test(test, (*at, "tests", n)) for n, test in enumerate(rule.get("tests") or [])]
        if not tests and not needs:
            self.wrong(at, "a rule without tests", "at least one test, or needs")
        return Rule(tuple(test for test in tests if test is not None), needs)

    def test(self, test: Any, at: tuple) -> Test | None:
        if not isinstance(test, dict):
            self.wrong(at, "not a test", "one query and one threshold")
            return None
        for key in test:
            if key not in TEST_KEYS:
                self.wrong((*at, key), f"unknown key '{key}'", "", suggest(key, TEST_KEYS), key=True)
        queries = [key for key in QUERIES if key in test]
        relations = [key for key in THRESHOLDS if key in test]
        if len(queries) != 1 or len(relations) != 1:
            self.wrong(at, f"{len(queries)} queries and {len(relations)} thresholds", "one of each")
            return None
        query, relation = queries[0], relations[0]
        if not isinstance(test[relation], int | float):
            self.wrong((*at, relation), f"threshold {test[relation]}", "a number")
            return None
        if query == "quantity":
            self.quantity(test["quantity"], (*at, "quantity"))
        else:
            self.arguments(query, test[query], (*at, query))
        return Test(query, test[query], relation, float(test[relation]), str(test.get("minus", "")))

    def quantity(self, id: Any, at: tuple) -> None:
        if family_of(str(id)) not in QUESTIONS:
            self.wrong(at, f"'{id}' belongs to no question", "", suggest(str(id).split(".")[0], QUESTIONS))

    def arguments(self, query: str, given: Any, at: tuple) -> None:
        if not isinstance(given, dict):
            self.wrong(at, f"{query} without arguments", ", ".join(QUERIES[query]))
            return
        for key, value in given.items():
            if key not in QUERIES[query]:
                hint = suggest(key, QUERIES[query])
                self.wrong((*at, key), f"unknown argument '{key}' of {query}", "", hint, key=True)
            elif query in ("share", "order"):
                self.arguments("events", value, (*at, key))
        if query == "responses" and given.get("measure") not in MEASURES:
            self.wrong((*at, "measure"), f"measure {given.get('measure')}", " or ".join(MEASURES))
