"""Verdicts on claims, from numbers alone.

Each test of a claim's rule holds, fails or is open: a quantity by the share of draws that pass its threshold, a
record query by whether its whole range does. All tests hold: supported. All fail: undermined. Some hold and some
fail: mixed. Anything open otherwise: the record cannot tell. A quantity in fewer than twenty draws is open. Claims
about intent, and those that need evidence of a kind that neither model nor record can hold, are outside the model;
normative ones are not factual claims. What of these can be tested is tested and shown as their tested part. Rules name
actors; swap the parties everywhere and every verdict stays the same.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from detente.answers import Answers
from detente.record import CutRecord
from detente.record.entries import Claim as Stated
from detente.record.told import Told
from detente.run import Claim, ClaimTest, Ref
from detente.run.claims import Outcome, Verdict
from detente.verdicts.queries import NAN, Measured, Queries
from detente.verdicts.references import Numbers, unknown_words
from detente.verdicts.rules import NO_RULE, ClaimRule, ClaimRules, Relation, RuleTest
from detente.words.text import spelt

SUPPORTED: Verdict = "supported"
UNDERMINED: Verdict = "undermined"
MIXED: Verdict = "mixed"
CANNOT_TELL: Verdict = "the record cannot tell"
OUTSIDE: Verdict = "outside the model"
NOT_FACTUAL: Verdict = "not a factual claim"
VERDICTS = (SUPPORTED, UNDERMINED, MIXED, CANNOT_TELL, OUTSIDE, NOT_FACTUAL)
LEAST_DRAWS = 20  # draws below which a quantity settles nothing: of 20, nine in ten hold by chance in 4 % of cases
# where the true share is 0.7; of 10 draws in 15 %
ASKED_DRAWS = 22  # draws that a quantity behind a claim is asked in, where there are as many: some may be left out
NEEDS_WORDS = {
    "private_information": "needs what only those concerned knew",
    "legal_finding": "needs a court's finding, which the record does not hold",
    "opinion_survey": "needs a survey of opinion, which the record does not hold",
}
RELATION_WORDS: dict[Relation, str] = {
    "above": "above",
    "below": "below",
    "at_least": "at least",
    "at_most": "at most",
}
OPPOSED = ("opposes", "differs")
YES: Outcome = "holds"
NO: Outcome = "fails"
OPEN: Outcome = "open"
WITHHELD = Measured(
    "withheld",
    "what a withheld test looks for",
    NAN,
    NAN,
    NAN,
    missing="a test is withheld, because it names what entries that are not public bear alone",
)
Tested = tuple[ClaimTest, tuple[Ref, ...], str]  # the test, what it rests on, why nothing was measured


def draws_needed(rules: ClaimRules, numbers: Numbers) -> dict[str, int]:
    """Question -> draws that it must be asked in, for the quantities that rules name; in the order of the rules."""
    return {numbers[id][0].id: ASKED_DRAWS for id in rules.quantities if id in numbers}


def judge(
    rules: ClaimRules,
    record: CutRecord,
    answers: Answers | None,
    numbers: Numbers,
    whole: CutRecord | None = None,
) -> tuple[Claim, ...]:
    """Judge every claim that had been made.

    Args:
        rules: the case's rules, whose names are known (`detente.verdicts.references.known_rules`).
        record: the record as it stood on a day; nothing later is used as evidence.
        answers: with the quantities that the rules name; None if none were computed.
        numbers: every quantity that can be asked for in the case (`Catalogue.numbers`).
        whole: the record from which `record` was left when marked entries were taken out: a test whose words only
            marked entries bear is withheld.

    Returns:
        One claim with its verdict and the tests behind it for every claim of the record, in their order.
    """
    bench = _Bench(rules, Queries(record, rules.sides), answers, numbers, Told(record), whole or record)
    return tuple(bench.judged(claim) for claim in record.claims.values())


class _Bench:
    def __init__(
        self,
        rules: ClaimRules,
        queries: Queries,
        answers: Answers | None,
        numbers: Numbers,
        told: Told,
        whole: CutRecord,
    ) -> None:
        self.rules, self.queries, self.answers, self.numbers, self.told = rules, queries, answers, numbers, told
        self.whole = whole

    def judged(self, claim: Stated) -> Claim:
        rule = self.rules.rules.get(claim.id, NO_RULE)
        tested = [self.tested(test) for test in rule.tests]
        tests = tuple(test for test, *_ in tested)
        part = combined([test.outcome for test in tests])
        verdict, why = verdict_of(claim, rule, part)
        if verdict == CANNOT_TELL and not why:
            why = "; ".join(dict.fromkeys(missing for *_, missing in tested if missing))
        entries = [self.told.record.events[id] for id in claim.events if id in self.told.record.events]
        return Claim(
            id=claim.id,
            claim=claim.claim,
            by=claim.by,
            kind=claim.kind,
            verdict=verdict,
            tested_part=part if verdict in (OUTSIDE, NOT_FACTUAL) and tests else "",
            why=why,
            tests=tests,
            rests_on=tuple(dict.fromkeys(ref for _, refs, _ in tested for ref in refs)),
            why_none="" if tests else why,
            others=tuple(f"{o.position}: {o.by}: {o.says}" for o in claim.others),
            opposed_by=tuple(f"{o.by}: {o.says}" for o in claim.others if o.position in OPPOSED),
            would_change="; ".join(test.would_change for test in tests if test.would_change),
            record=tuple(dict.fromkeys((*self.told.refs(*entries), *(ref for test in tests for ref in test.rests_on)))),
            confidential=self.told.hidden(claim, *claim.others, *entries),
        )

    def tested(self, test: RuleTest) -> Tested:
        if test.ids:
            refs = tuple(Ref(kind="quantity", id=id) for id in test.ids)
            measured, outcome, draws = self._number(test)
            return _entry(test, measured, outcome, draws), refs, measured.missing
        measured = self.queries.measure(test)
        strange = unknown_words(test, self.rules, self.queries.record)
        if set(strange) - set(unknown_words(test, self.rules, self.whole)):
            measured = WITHHELD
        elif strange:  # nothing was coded in these words: that it does not happen cannot be read from the record
            why = f"no event of the record until {self.queries.day} bears {', '.join(strange)}"
            measured = replace(measured, low=NAN, mid=NAN, high=NAN, missing=why)
        outcome = of_range(measured.low, measured.high, test.relation, test.threshold)
        return _entry(test, measured, outcome), (Ref(kind="query", id=measured.id),), measured.missing

    def _number(self, test: RuleTest) -> tuple[Measured, Outcome, int]:
        id = " - ".join(test.ids)
        values = self._values(test)
        if isinstance(values, str):
            return Measured(id, id, NAN, NAN, NAN, missing=values), OPEN, 0
        labels = " less ".join(self.numbers[name][1].label for name in test.ids)
        if len(values) < LEAST_DRAWS:
            why = f"'{labels}' rests on {len(values)} draws, and a verdict needs {LEAST_DRAWS}"
            return Measured(id, labels, NAN, NAN, NAN, missing=why), OPEN, len(values)
        passed = passes(values, test.relation, test.threshold)
        share, others = float(np.mean(passed)), float(np.mean(~passed))  # both counted, so that swapped sides mirror
        outcome = YES if share >= self.rules.certain else NO if others >= self.rules.certain else OPEN
        low, mid, high = (float(v) for v in np.percentile(values, [5, 50, 95]))
        return Measured(id, f"{labels} ({share:.0%} of {len(values)} draws pass)", low, mid, high), outcome, len(values)

    def _values(self, test: RuleTest) -> np.ndarray | str:
        """The draws of a quantity, or of the difference of two; or why there are none."""
        if self.answers is None:
            return "no answers were computed"
        for id in test.ids:
            question, spec = self.numbers[id]
            if id not in self.answers.draws:
                reason = self.answers.notes.get(question.id, "no draw has it")
                return f"'{spec.label}' cannot be asked on this date: {reason}"
        parts = [self.answers.draws[id] for id in test.ids]
        values = parts[0] - parts[1] if len(parts) > 1 else parts[0]
        return values[np.isfinite(values)]


def verdict_of(claim: Stated, rule: ClaimRule, part: Verdict) -> tuple[Verdict, str]:
    """The verdict on a claim whose tests together say `part`, and why it is not simply that."""
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


def _entry(test: RuleTest, measured: Measured, outcome: Outcome, draws: int | None = None) -> ClaimTest:
    relation, words = f"{RELATION_WORDS[test.relation]} {test.threshold:g}", spelt(measured.words)
    change = {
        YES: f"“{words}” no longer {relation}",
        NO: f"“{words}” {relation}",
        OPEN: f"evidence that settles whether “{words}” is {relation}",
    }
    return ClaimTest(
        kind="query" if draws is None else "quantity",
        id=measured.id,
        words=f"{_said(measured)}; tested: {relation}",
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


def _said(measured: Measured) -> str:
    if math.isnan(measured.mid):
        return measured.missing or f"{spelt(measured.words)}: nothing to measure"
    numbers = f"{measured.mid:.3g}"
    if math.isinf(measured.high):
        numbers = f"{measured.low:.3g} so far, or more"
    elif measured.low != measured.high:
        numbers += f", {measured.low:.3g} to {measured.high:.3g}"
    return f"{spelt(measured.words)} is {numbers}"


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
