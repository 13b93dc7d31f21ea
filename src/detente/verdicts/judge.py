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
from typing import Any, Literal

import numpy as np

from detente.answers.model import Answers
from detente.record import CutRecord
from detente.record.entries import Claim as Stated
from detente.record.told import Told
from detente.run import Claim, ClaimTest, Ref
from detente.run.claims import Outcome, Verdict
from detente.verdicts.queries import Measured, Queries
from detente.verdicts.references import unknown_words
from detente.verdicts.rules import NO_RULE, ClaimRule, ClaimRules, RuleTest

SUPPORTED: Verdict = "supported"
UNDERMINED: Verdict = "undermined"
MIXED: Verdict = "mixed"
CANNOT_TELL: Verdict = "the record cannot tell"
OUTSIDE: Verdict = "outside the model"
NOT_FACTUAL: Verdict = "not a factual claim"
VERDICTS = (SUPPORTED, UNDERMINED, MIXED, CANNOT_TELL, OUTSIDE, NOT_FACTUAL)
MINUS = " - "  # between the ids of two quantities whose difference is tested
NEEDS_WORDS = {
    "private_information": "needs what only those concerned knew",
    "legal_finding": "needs a court's finding, which the record does not hold",
    "opinion_survey": "needs a survey of opinion, which the record does not hold",
}
RELATION_WORDS = {"above": "above", "below": "below", "at_least": "at least", "at_most": "at most"}
OPPOSED = ("opposes", "differs")
YES: Outcome = "holds"
NO: Outcome = "fails"
OPEN: Outcome = "open"


def judge(rules: ClaimRules, record: CutRecord, answers: Answers | None) -> tuple[Claim, ...]:
    """Judge every claim that had been made.

    Args:
        rules: the case's rules.
        record: the record as it stood on a day; nothing later is used as evidence.
        answers: with the quantities that the rules name; None if they name none.

    Returns:
        One claim with its verdict and the tests behind it for every claim of the record, in their order.
    """
    queries, told = Queries(record, rules.sides), Told(record)
    return tuple(_judged(claim, rules, queries, answers, told) for claim in record.claims.values())


def _judged(claim: Stated, rules: ClaimRules, queries: Queries, answers: Answers | None, told: Told) -> Claim:
    rule = rules.rules.get(claim.id, NO_RULE)
    tests = tuple(_tested(test, rules, queries, answers, told.record) for test in rule.tests)
    part = combined([test.outcome for test in tests])
    verdict, why = _verdict(claim, rule, part)
    entries = [told.record.events[id] for id in claim.events if id in told.record.events]
    return Claim(
        id=claim.id,
        claim=claim.claim,
        by=claim.by,
        kind=claim.kind,
        verdict=verdict,
        tested_part=part if verdict in (OUTSIDE, NOT_FACTUAL) and tests else "",
        why=why,
        tests=tests,
        rests_on=tuple(dict.fromkeys(ref for test in tests for ref in rests(test))),
        why_none="" if tests else why,
        others=tuple(f"{o.position}: {o.by}: {o.says}" for o in claim.others),
        opposed_by=tuple(f"{o.by}: {o.says}" for o in claim.others if o.position in OPPOSED),
        would_change="; ".join(test.would_change for test in tests if test.would_change),
        record=tuple(dict.fromkeys((*told.refs(*entries), *(ref for test in tests for ref in test.rests_on)))),
        confidential=told.hidden(claim, *claim.others, *entries),
    )


def rests(test: ClaimTest) -> tuple[Ref, ...]:
    """What a test rests on: the quantities that it names, or the query."""
    if test.kind == "query":
        return (Ref(kind="query", id=test.id),)
    return tuple(Ref(kind="quantity", id=id) for id in test.id.split(MINUS))


def _verdict(claim: Stated, rule: ClaimRule, part: Verdict) -> tuple[Verdict, str]:
    if claim.kind == "normative":
        return NOT_FACTUAL, "says what ought to be"
    if claim.kind == "intent":
        return OUTSIDE, "is about intent, which behaviour does not show"
    if rule.needs:
        return OUTSIDE, NEEDS_WORDS[rule.needs]
    if not rule.tests:
        return CANNOT_TELL, "no rule ties it to an answer or a query"
    return part, ""


def combined(outcomes: Sequence[str]) -> Verdict:
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
    test: RuleTest, rules: ClaimRules, queries: Queries, answers: Answers | None, record: CutRecord
) -> ClaimTest:
    if test.query == "quantity":
        return _quantity_test(test, rules.certain, answers)
    measured = queries.measure(test.query, test.what)
    strange = unknown_words(test, rules, record)
    if strange:  # nothing was coded in these words: that it does not happen cannot be read from the record
        words = f"{measured.words} (no event of the record bears {', '.join(strange)})"
        measured = replace(measured, words=words, low=math.nan, mid=math.nan, high=math.nan)
    outcome = of_range(measured.low, measured.high, test.relation, test.threshold)
    return _entry(test, measured, outcome, "query")


def _quantity_test(test: RuleTest, certain: float, answers: Answers | None) -> ClaimTest:
    names = [test.what, *([test.minus] if test.minus else [])]
    id = MINUS.join(names)
    if answers is None or any(name not in answers.draws for name in names):
        return _entry(test, Measured(id, f"{id} (not answerable here)", math.nan, math.nan, math.nan), OPEN, "quantity")
    values = answers.draws[test.what] - (answers.draws[test.minus] if test.minus else 0.0)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return _entry(test, Measured(id, id, math.nan, math.nan, math.nan), OPEN, "quantity", 0)
    share = float(np.mean(passes(values, test.relation, test.threshold)))
    outcome = YES if share >= certain else NO if share <= 1 - certain else OPEN
    labels = {q.id: q.label for q in answers.quantities}
    words = " less ".join(labels.get(name, name) for name in names)
    low, mid, high = (float(v) for v in np.percentile(values, [5, 50, 95]))
    measured = Measured(id, f"{words} ({share:.0%} of draws pass)", low, mid, high)
    return _entry(test, measured, outcome, "quantity", len(values))


def passes(values: Any, relation: str, threshold: float) -> Any:
    """Whether values stand in the relation to the threshold."""
    if relation == "above":
        return values > threshold
    if relation == "below":
        return values < threshold
    return values >= threshold if relation == "at_least" else values <= threshold


def of_range(low: float, high: float, relation: str, threshold: float) -> Outcome:
    """Holds if the whole range passes, fails if none of it does, else open; open where there is nothing to measure."""
    if math.isnan(low) or math.isnan(high):
        return OPEN
    ends = bool(passes(low, relation, threshold)), bool(passes(high, relation, threshold))
    return YES if all(ends) else NO if not any(ends) else OPEN


def _entry(
    test: RuleTest, measured: Measured, outcome: Outcome, kind: Literal["quantity", "query"], draws: int | None = None
) -> ClaimTest:
    relation = f"{RELATION_WORDS[test.relation]} {test.threshold:g}"
    numbers = "nothing to measure"
    if not math.isnan(measured.mid):
        numbers = f"{measured.mid:.3g}"
        if math.isinf(measured.high):
            numbers = f"{measured.low:.3g} so far, or more"
        elif measured.low != measured.high:
            numbers += f", {measured.low:.3g} to {measured.high:.3g}"
    change = {
        YES: f"'{measured.id}' no longer {relation}",
        NO: f"'{measured.id}' {relation}",
        OPEN: f"evidence that settles whether '{measured.id}' is {relation}",
    }
    return ClaimTest(
        kind=kind,
        id=measured.id,
        words=f"{measured.words} is {numbers}; tested: {relation}",
        outcome=outcome,
        low=_plain(measured.low),
        mid=_plain(measured.mid),
        high=_plain(measured.high),
        relation=test.relation,
        threshold=test.threshold,
        draws=draws,
        rests_on=measured.record,
        would_change=change[outcome],
    )


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
