"""Verdicts on claims, from numbers alone.

Each test of a claim's rule holds, fails or is open: a quantity by the share of draws that pass its threshold, a
record query by whether its whole range does. All tests hold: supported. All fail: undermined. Some hold and some
fail: mixed. Anything open otherwise: the record cannot tell. A quantity in fewer than twenty draws is open. Claims
about intent, and those that need evidence of a kind that neither model nor record can hold, are outside the model;
normative ones are not factual claims. What of these can be tested is tested and shown as their tested part. Rules name
actors; swap the parties everywhere and every verdict stays the same.

A rule with a date is tested there: queries of the record as it stood on that day, quantities from the kept run of that
date (which has 5th and 95th percentiles: all that lies between them must pass, or none). A scenario test holds a
quantity under a scenario against the case as it stands, draw by draw.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from detente.answers import Answers
from detente.answers.compare import common
from detente.record import CutRecord
from detente.record.entries import Claim as Stated
from detente.record.told import Told
from detente.run import Claim, ClaimTest, Quantity, Ref
from detente.run.claims import Outcome, Verdict
from detente.verdicts.queries import NAN, Measured, Queries, undated_of
from detente.verdicts.references import Numbers, groups_of, unknown_words
from detente.verdicts.rules import NO_RULE, ClaimRule, ClaimRules, Relation, RuleTest
from detente.words.text import spelt

SUPPORTED: Verdict = "supported"
UNDERMINED: Verdict = "undermined"
MIXED: Verdict = "mixed"
CANNOT_TELL: Verdict = "the record cannot tell"
OUTSIDE: Verdict = "outside the model"
NOT_FACTUAL: Verdict = "not a factual claim"
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
    "falls_by": "a fall of at least",
    "rises_by": "a rise of at least",
}
PLAIN_UNITS = ("", "probability", "share", "count")  # that a threshold is read in without being said
KEPT_SHARE = 0.95  # of draws that lie above the 5th percentile (or below the 95th), all that a kept run tells
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
Found = tuple[Measured, Outcome, int]  # what a quantity showed, and in how many draws


@dataclass(frozen=True)
class Beside:
    """What claims rest on beside the answers at hand.

    Attributes:
        scenarios: the words that name a scenario -> answers under it, in the same draws.
        elsewhere: date -> quantities of the run that is kept of that date, by id; or why there are none.
        missing: why there are no answers at hand.
    """

    scenarios: Mapping[str, Answers] = field(default_factory=dict[str, Answers])
    elsewhere: Mapping[str, Mapping[str, Quantity] | str] = field(
        default_factory=dict[str, "Mapping[str, Quantity] | str"]
    )
    missing: str = "no answers were computed"


NOTHING_BESIDE = Beside()


def draws_needed(rules: ClaimRules, numbers: Numbers) -> dict[str, int]:
    """Question -> draws that it must be asked in, for the quantities that rules name; in the order of the rules."""
    return {numbers[id][0].id: ASKED_DRAWS for id in rules.quantities if id in numbers}


def judge(
    rules: ClaimRules,
    record: CutRecord,
    answers: Answers | None,
    numbers: Numbers,
    whole: CutRecord | None = None,
    told: tuple[CutRecord, CutRecord] | None = None,
    beside: Beside = NOTHING_BESIDE,
) -> tuple[Claim, ...]:
    """Judge every claim that had been made.

    Args:
        rules: the case's rules, whose names are known (`detente.verdicts.references.known_rules`).
        record: the record as it stood on a day; nothing later is used as evidence.
        answers: with the quantities that the rules name; None if none were computed.
        numbers: every quantity that can be asked for in the case (`Catalogue.numbers`).
        whole: the record from which `record` was left when marked entries were taken out: a test whose words only
            marked entries bear is withheld.
        told: the record as it is known today, and what of that is shown: which words it speaks of events in, and what
            became of commitments on no date.
        beside: answers under scenarios, and of other dates.

    Returns:
        One claim with its verdict and the tests behind it for every claim of the record, in their order.
    """
    bench = _Bench(rules, record, answers, numbers, whole or record, told, beside)
    return tuple(bench.judged(claim) for claim in record.claims.values())


class _Bench:
    def __init__(
        self,
        rules: ClaimRules,
        record: CutRecord,
        answers: Answers | None,
        numbers: Numbers,
        whole: CutRecord,
        today: tuple[CutRecord, CutRecord] | None,
        beside: Beside,
    ) -> None:
        self.rules, self.record, self.answers, self.numbers = rules, record, answers, numbers
        self.told, self.beside, self.day = Told(record), beside, record.day.isoformat()
        self.spoken, self.shown = today or (whole, record)
        self.undated = undated_of(today[1]) if today else {}
        self.on: dict[str, Queries] = {}

    def queries(self, day: str) -> Queries:
        """The record as it stood on a day, which is never after the one at hand."""
        if day not in self.on:
            self.on[day] = Queries(self.record.as_of(day), self.rules.sides, self.undated)
        return self.on[day]

    def judged(self, claim: Stated) -> Claim:
        rule = self.rules.rules.get(claim.id, NO_RULE)
        tested = [self.tested(test, rule.date or self.day) for test in rule.tests]
        tests = tuple(test for test, *_ in tested)
        part = combined([test.outcome for test in tests])
        verdict, why = verdict_of(claim, rule, part)
        if verdict == CANNOT_TELL and not why:
            open_ = [(test, missing) for test, _, missing in tested if test.outcome == OPEN]
            why = "; ".join(dict.fromkeys(missing or _straddles(test) for test, missing in open_))
        entries = [self.told.record.events[id] for id in claim.events if id in self.told.record.events]
        return Claim(
            id=claim.id,
            claim=claim.claim,
            by=claim.by,
            kind=claim.kind,
            side=next(iter(groups_of(claim, self.rules)), ""),
            date=rule.date or "",
            verdict=verdict,
            tested_part=part if verdict in (OUTSIDE, NOT_FACTUAL) and tests else "",
            untested=rule.untested,
            fair=rule.fair,
            why=why,
            tests=tests,
            rests_on=tuple(dict.fromkeys(ref for _, refs, _ in tested for ref in refs)),
            why_none="" if tests else why,
            others=tuple(f"{o.position}: {o.by}: {o.says}" for o in claim.others),
            opposed_by=tuple(f"{o.by}: {o.says}" for o in claim.others if o.position in OPPOSED),
            would_change="; ".join(test.would_change for test in tests if test.would_change),
            record=tuple(dict.fromkeys((*self.told.refs(*entries), *(ref for test in tests for ref in test.rests_on)))),
            confidential=self.told.hidden(claim, *claim.others, *entries) or self._kept_secret(rule),
        )

    def _kept_secret(self, rule: ClaimRule) -> bool:
        """Whether a verdict rests on a number of a kept run that must not leave the house."""
        kept = self.beside.elsewhere.get(rule.date or "", {})
        ids = {id for test in rule.tests for id in test.ids}
        return not isinstance(kept, str) and any(kept[id].confidential for id in ids & kept.keys())

    def tested(self, test: RuleTest, day: str) -> Tested:
        at = day if day != self.day else ""
        if test.ids:
            refs = tuple(Ref(kind="quantity", id=id) for id in test.ids)
            if test.scenario is not None:
                refs = (Ref(kind="scenario", id=str(test.scenario)), *refs)
            measured, outcome, draws = self._number(test, day)
            return self._entry(test, measured, outcome, at, draws), refs, measured.missing
        queries = self.queries(min(day, self.day))
        measured = queries.measure(test)
        strange = unknown_words(test, self.rules, self.shown)
        if set(strange) - set(unknown_words(test, self.rules, self.spoken)):
            measured = WITHHELD
        elif strange:  # nothing was coded in these words: that it does not happen cannot be read from the record
            why = f"no event of the record until {queries.day} bears {', '.join(strange)}"
            measured = replace(measured, low=NAN, mid=NAN, high=NAN, missing=why)
        elif day > self.day:
            measured = replace(measured, low=NAN, mid=NAN, high=NAN, missing=self._later(day))
        outcome = of_range(measured.low, measured.high, test.relation, test.threshold)
        return self._entry(test, measured, outcome, at), (Ref(kind="query", id=measured.id),), measured.missing

    def _later(self, day: str) -> str:
        return f"it is tested at {day}, after {self.day}"

    def _number(self, test: RuleTest, day: str) -> Found:
        id = " - ".join(test.ids)
        if day != self.day:
            return self._kept(test, day)
        values = self._values(test)
        if isinstance(values, str):
            return Measured(id, id, NAN, NAN, NAN, missing=values), OPEN, 0
        labels = self._labels(test)
        if len(values) < LEAST_DRAWS:
            why = f"'{labels}' rests on {len(values)} draws, and a verdict needs {LEAST_DRAWS}"
            return Measured(id, labels, NAN, NAN, NAN, missing=why), OPEN, len(values)
        passed = passes(values, test.relation, test.threshold)
        share, others = float(np.mean(passed)), float(np.mean(~passed))  # both counted, so that swapped sides mirror
        outcome = YES if share >= self.rules.certain else NO if others >= self.rules.certain else OPEN
        low, mid, high = (float(v) for v in np.percentile(values, [5, 50, 95]))
        return Measured(id, f"{labels} ({share:.0%} of {len(values)} draws pass)", low, mid, high), outcome, len(values)

    def _labels(self, test: RuleTest) -> str:
        labels = " less ".join(self.numbers[name][1].label for name in test.ids)
        return labels if test.scenario is None else f"{labels}, under '{test.scenario}' less as it stands"

    def _kept(self, test: RuleTest, day: str) -> Found:
        """A quantity as the run that is kept of another date has it."""
        id, labels = " - ".join(test.ids), self._labels(test)
        kept = self.beside.elsewhere.get(day, f"it is asked of {day}")
        why = self._later(day) if day > self.day else kept if isinstance(kept, str) else ""
        quantity = None if isinstance(kept, str) else kept.get(test.quantity)
        draws = quantity.draws or 0 if quantity is not None else 0
        if not why and (test.minus or test.scenario is not None):
            why = f"a difference cannot be read from the kept run of {day}: ask with --date {day}"
        elif not why and (quantity is None or quantity.low is None or quantity.high is None or quantity.mid is None):
            why = f"the kept run of {day} does not have it with a range"
        elif not why and draws < LEAST_DRAWS:
            why = f"'{labels}' rests on {draws} draws in the run of {day}, and a verdict needs {LEAST_DRAWS}"
        if why or quantity is None or quantity.low is None or quantity.high is None or quantity.mid is None:
            return Measured(id, labels, NAN, NAN, NAN, missing=why), OPEN, draws
        outcome = of_range(quantity.low, quantity.high, test.relation, test.threshold)
        outcome = outcome if self.rules.certain <= KEPT_SHARE else OPEN
        words = f"{labels} (in the run of {day}, {draws} draws)"
        return Measured(id, words, quantity.low, quantity.mid, quantity.high), outcome, draws

    def _values(self, test: RuleTest) -> np.ndarray | str:
        """The draws of a quantity, of the difference of two, or of what a scenario makes of it; or why none."""
        if self.answers is None:
            return self.beside.missing
        for id in test.ids:
            if (lacking := self._lacking(self.answers, id)) is not None:
                return lacking
        if test.scenario is not None:
            changed = self.beside.scenarios.get(str(test.scenario))
            if changed is None:
                return f"no answers were computed under '{test.scenario}'"
            if (lacking := self._lacking(changed, test.quantity)) is not None:
                return f"under '{test.scenario}' {lacking}"
            here, there = common(self.answers, changed, test.quantity)
            return there - here
        parts = [self.answers.draws[id] for id in test.ids]
        values = parts[0] - parts[1] if len(parts) > 1 else parts[0]
        return values[np.isfinite(values)]

    def _lacking(self, answers: Answers, id: str) -> str | None:
        if id in answers.draws:
            return None
        question, spec = self.numbers[id]
        return f"'{spec.label}' cannot be asked on this date: {answers.notes.get(question.id, 'no draw has it')}"

    def _entry(
        self, test: RuleTest, measured: Measured, outcome: Outcome, at: str, draws: int | None = None
    ) -> ClaimTest:
        unit = self.numbers[test.quantity][1].unit if test.quantity in self.numbers else ""
        relation = " ".join((RELATION_WORDS[test.relation], f"{test.threshold:g}", *said_unit(unit)))
        words = spelt(measured.words)
        change = {
            YES: f"“{words}” no longer {relation}",
            NO: f"“{words}” {relation}",
            OPEN: f"evidence that settles whether “{words}” is {relation}",
        }
        kind = "query" if draws is None else "quantity" if test.scenario is None else "scenario"
        return ClaimTest(
            kind=kind,
            id=measured.id,
            words=f"{_said(measured, unit)}; tested: {relation}",
            date=at,
            scenario="" if test.scenario is None else str(test.scenario),
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
    if relation == "falls_by":
        return values <= -threshold
    if relation == "rises_by":
        return values >= threshold
    return values >= threshold if relation == "at_least" else values <= threshold


def of_range(low: float, high: float, relation: str, threshold: float) -> Outcome:
    """Holds if the whole range passes, fails if none of it does, else open; open where there is nothing to measure."""
    if math.isnan(low) or math.isnan(high):
        return OPEN
    ends = bool(passes(low, relation, threshold)), bool(passes(high, relation, threshold))
    return YES if all(ends) else NO if not any(ends) else OPEN


def said_unit(unit: str) -> tuple[str, ...]:
    """A unit, where a number is not read in it without being told."""
    return () if unit in PLAIN_UNITS else (unit,)


def _said(measured: Measured, unit: str) -> str:
    if math.isnan(measured.mid):
        return measured.missing or f"{spelt(measured.words)}: nothing to measure"
    numbers = f"{measured.mid:.3g}"
    if math.isinf(measured.high):
        numbers = f"{measured.low:.3g} so far, or more"
    elif measured.low != measured.high:
        numbers += f", {measured.low:.3g} to {measured.high:.3g}"
    return " ".join((f"{spelt(measured.words)} is {numbers}", *said_unit(unit)))


def _straddles(test: ClaimTest) -> str:
    """Why a test is open of which there is a number."""
    said = test.words.partition("; tested: ")[0]
    return f"{said}, which is on no side of {test.threshold:g} for sure"


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
