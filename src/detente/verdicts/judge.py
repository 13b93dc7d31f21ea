"""Verdicts on claims, from numbers alone.

Each test of a claim's rule holds, fails or is open: a quantity by the share of draws that pass its threshold, a
record query by whether its whole range does. All tests hold: supported. All fail: undermined. Some hold and some
fail: mixed. Anything open otherwise: the record cannot tell. Claims about intent, and those that need evidence of a
kind that neither model nor record can hold, are outside the model; normative ones are not factual claims. What of
these can be tested is tested and shown as their tested part. Rules name actors; swap the parties everywhere and every
verdict stays the same.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from detente.answers.model import Answers
from detente.record import Record
from detente.record.model import Claim
from detente.verdicts.queries import Measured, Queries
from detente.verdicts.references import unknown_words
from detente.verdicts.rules import NO_RULE, ClaimRule, ClaimRules, ClaimTest

SUPPORTED, UNDERMINED, MIXED = "supported", "undermined", "mixed"
CANNOT_TELL, OUTSIDE, NOT_FACTUAL = "the record cannot tell", "outside the model", "not a factual claim"
VERDICTS = (SUPPORTED, UNDERMINED, MIXED, CANNOT_TELL, OUTSIDE, NOT_FACTUAL)
NEEDS_WORDS = {
    "private_information": "needs what only those concerned knew",
    "legal_finding": "needs a court's finding, which the record does not hold",
    "opinion_survey": "needs a survey of opinion, which the record does not hold",
}
RELATION_WORDS = {"above": "above", "below": "below", "at_least": "at least", "at_most": "at most"}
OPPOSED = ("opposes", "differs")
YES, NO, OPEN = "holds", "fails", "open"


def judge(rules: ClaimRules, record: Record, date: str, answers: Answers | None) -> list[dict[str, Any]]:
    """Judge every claim of a record.

    Args:
        rules: the case's rules.
        record: the record; only what was known by `date` is used as evidence.
        date: ISO date.
        answers: with the quantities that the rules name; None if they name none.

    Returns:
        Per claim: id, claim, by, kind, verdict, tested_part, rests_on, opposed_by, tests, reason, would_change, and
        the ids of `quantities` and `record` entries behind it.
    """
    queries = Queries(record, date, rules.sides)
    return [_judged(claim, rules, queries, answers, record) for claim in record.claims.values()]


def _judged(
    claim: Claim, rules: ClaimRules, queries: Queries, answers: Answers | None, record: Record
) -> dict[str, Any]:
    rule = rules.rules.get(claim.id, NO_RULE)
    tests = [_tested(test, rules, queries, answers, record) for test in rule.tests]
    part = combined([test["outcome"] for test in tests])
    verdict, why = _verdict(claim, rule, part)
    return {
        "id": claim.id,
        "claim": claim.claim,
        "by": claim.by,
        "kind": claim.kind,
        "verdict": verdict,
        "tested_part": part if verdict in (OUTSIDE, NOT_FACTUAL) and tests else "",
        "rests_on": list(dict.fromkeys(id for test in tests for id in test["rests_on"])),
        "opposed_by": [f"{o.by}: {o.says}" for o in claim.others if o.position in OPPOSED],
        "why": why,
        "reason": " ".join([*([why + "."] if why else []), *(f"{t['words']}: {t['outcome']}." for t in tests)]),
        "would_change": "; ".join(change for test in tests if (change := test["would_change"])),
        "tests": tests,
        "others": [f"{o.position}: {o.by}: {o.says}" for o in claim.others],
        "quantities": list(
            dict.fromkeys(id for test in tests if test["kind"] == "quantity" for id in test["rests_on"])
        ),
        "record": list(dict.fromkeys([*claim.events, *(id for test in tests for id in test["record"])])),
        "confidential": claim.confidential,
    }


def _verdict(claim: Claim, rule: ClaimRule, part: str) -> tuple[str, str]:
    if claim.kind == "normative":
        return NOT_FACTUAL, "says what ought to be"
    if claim.kind == "intent":
        return OUTSIDE, "is about intent, which behaviour does not show"
    if rule.needs:
        return OUTSIDE, NEEDS_WORDS[rule.needs]
    if not rule.tests:
        return CANNOT_TELL, "no rule ties it to an answer or a query"
    return part, ""


def combined(outcomes: Sequence[str]) -> str:
    """The verdict that follows from the outcomes of tests."""
    kinds = set(outcomes)
    if {YES, NO} <= kinds:
        return MIXED
    if kinds == {YES}:
        return SUPPORTED
    if kinds == {NO}:
        return UNDERMINED
    return CANNOT_TELL


def _tested(
    test: ClaimTest, rules: ClaimRules, queries: Queries, answers: Answers | None, record: Record
) -> dict[str, Any]:
    if test.query == "quantity":
        return _quantity_test(test, rules.certain, answers)
    measured = queries.measure(test.query, test.what)
    strange = unknown_words(test, rules, record)
    if strange:  # nothing was coded in these words: that it does not happen cannot be read from the record
        words = f"{measured.words} (no event of the record bears {', '.join(strange)})"
        measured = replace(measured, words=words, low=math.nan, mid=math.nan, high=math.nan)
    outcome = of_range(measured.low, measured.high, test.relation, test.threshold)
    return _entry(test, measured, outcome, "record", [measured.id])


def _quantity_test(test: ClaimTest, certain: float, answers: Answers | None) -> dict[str, Any]:
    names = [test.what, *([test.minus] if test.minus else [])]
    id = " - ".join(names)
    if answers is None or any(name not in answers.draws for name in names):
        return _entry(
            test, Measured(id, f"{id} (not answerable here)", math.nan, math.nan, math.nan), OPEN, "quantity", names
        )
    values = answers.draws[test.what] - (answers.draws[test.minus] if test.minus else 0.0)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return _entry(test, Measured(id, id, math.nan, math.nan, math.nan), OPEN, "quantity", names)
    share = float(np.mean(passes(values, test.relation, test.threshold)))
    outcome = YES if share >= certain else NO if share <= 1 - certain else OPEN
    labels = {q.id: q.label for q in answers.quantities}
    words = " less ".join(labels.get(name, name) for name in names)
    low, mid, high = (float(v) for v in np.percentile(values, [5, 50, 95]))
    measured = Measured(id, f"{words} ({share:.0%} of draws pass)", low, mid, high)
    return _entry(test, measured, outcome, "quantity", names)


def passes(values: Any, relation: str, threshold: float) -> Any:
    """Whether values stand in the relation to the threshold."""
    if relation == "above":
        return values > threshold
    if relation == "below":
        return values < threshold
    return values >= threshold if relation == "at_least" else values <= threshold


def of_range(low: float, high: float, relation: str, threshold: float) -> str:
    """Holds if the whole range passes, fails if none of it does, else open; open where there is nothing to measure."""
    if math.isnan(low) or math.isnan(high):
        return OPEN
    ends = bool(passes(low, relation, threshold)), bool(passes(high, relation, threshold))
    return YES if all(ends) else NO if not any(ends) else OPEN


def _entry(test: ClaimTest, measured: Measured, outcome: str, kind: str, rests_on: list[str]) -> dict[str, Any]:
    relation = f"{RELATION_WORDS[test.relation]} {test.threshold:g}"
    numbers = "nothing to measure"
    if not math.isnan(measured.mid):
        numbers = f"{measured.mid:.3g}"
        if measured.low != measured.high:
            numbers += f", {measured.low:.3g} to {measured.high:.3g}"
    change = {
        YES: f"'{measured.id}' no longer {relation}",
        NO: f"'{measured.id}' {relation}",
        OPEN: f"evidence that settles whether '{measured.id}' is {relation}",
    }
    return {
        "kind": kind,
        "id": measured.id,
        "words": f"{measured.words} is {numbers}; tested: {relation}",
        "outcome": outcome,
        "low": _plain(measured.low),
        "mid": _plain(measured.mid),
        "high": _plain(measured.high),
        "threshold": test.threshold,
        "rests_on": rests_on,
        "record": list(measured.record),
        "would_change": change[outcome],
    }


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
