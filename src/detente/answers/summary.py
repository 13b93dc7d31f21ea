"""From raw numbers over draws to quantities, tables and sections.

Intervals are the 5th, 50th and 95th percentile over draws, from eight draws on. The three assumptions that a number
hangs on most are those that move it most between the ends of their ranges by its derivative at the middle of all
ranges; where that was not computed, those with the largest rank correlation over the draws, as far as it is beyond
chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from detente.answers.derivatives import moved_linearly
from detente.answers.drawn import Drawn
from detente.answers.frame import Frame
from detente.answers.names import Key, NumberSpec
from detente.answers.question import Answered, Question
from detente.answers.results import RANGE_DRAWS, Results
from detente.answers.witnesses import Witnesses, refs_of
from detente.run import Quantity, Ref, Section, Table
from detente.words.numbers import range_text, unit_text

HANGS_ON = 3  # assumptions named beside a number
MOST_BARS = 10  # assumptions per number in the table of what it hangs on
# With n draws, unrelated assumptions reach |rank correlation| of about 3.3/sqrt(n) by chance (dozens are looked at);
# only larger ones are named.
CHANCE = 3.3
Swings = dict[str, tuple[float, float]]  # assumption -> the number at the low and at the high end of its range


@dataclass(frozen=True)
class Summary:
    """Everything that quantities, tables and sections are made from."""

    frame: Frame
    questions: tuple[Question, ...]
    results: Results
    drawn: Drawn
    middle: Mapping[str, Any] | None  # raw result at the middle of all ranges, with slopes
    caps: Mapping[str, int]  # question -> how many of the draws it was asked in, where not all
    witnesses: Witnesses

    @cached_property
    def asked(self) -> dict[str, tuple[tuple[NumberSpec, Quantity], ...]]:
        """Question -> its numbers, in the order in which it declares them."""
        return {
            question.id: tuple(
                (spec, self._quantity(question, spec))
                for spec in question.given(self.frame)
                if spec.key.id in self.results.numbers
            )
            for question in self.questions
        }

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """All quantities, question by question."""
        return tuple(quantity for told in self.asked.values() for _, quantity in told)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All tables, and what the headline numbers hang on."""
        found = {name: table for q in self.questions for name, table in q.tables(self.frame, self.results).items()}
        bars = self._tornado()
        return found if bars is None else {**found, "tornado": bars}

    @property
    def sections(self) -> tuple[Section, ...]:
        """A section for every question that was answered in some draw."""
        return tuple(self._section(question) for question in self.questions if self._answered(question))

    def _answered(self, question: Question) -> bool:
        declared = question.given(self.frame)
        return bool(self.asked[question.id]) or not declared

    def _section(self, question: Question) -> Section:
        bars = self.tables.get("tornado")
        own = question.tables(self.frame, self.results)
        answered = Answered(
            self.frame,
            {spec.key: quantity for spec, quantity in self.asked[question.id]},
            {name: table for name, table in own.items() if table.rows},
            frozenset(map(str, bars.column("quantity"))) if bars is not None else frozenset(),
        )
        return question.section(answered, self._remark(question))

    def _remark(self, question: Question) -> str:
        draws = len(self.results.branches)
        used = min(draws, self.caps.get(question.id, draws))
        words = f"This used {used} of the {draws} draws, because each of its draws needs many solves." * (used < draws)
        few = f"With {used} draw{'s' * (used != 1)} no range is given, and signs may change with more draws."
        return " ".join(part for part in (words, few if used < RANGE_DRAWS else "") if part)

    def _quantity(self, question: Question, spec: NumberSpec) -> Quantity:
        key, values = spec.key, self.results.numbers[spec.key.id]
        has = np.isfinite(values)
        usable = values[has]
        shown: dict[str, Any] = {
            "id": key.id,
            "question": question.id,
            "family": key.family,
            "actor": key.actor,
            "package": key.package,
            "detail": key.detail,
            "label": spec.label,
            "unit": spec.unit,
            "signed": spec.signed,
            "basis": self.drawn.basis,
            "draws": len(usable),
            "branch": self.results.branch_counts(has),
            "assumption_not_record": spec.assumption_not_record,
            "confidential": spec.confidential,
            "rests_on": refs_of(question.entries(self.frame, key, self.witnesses)),
            "relatives": tuple(relative.id for relative in spec.relatives),
        }
        if len(usable) == 0:
            return Quantity(**shown, reason_no_interval="none in any draw")
        mixing = self.drawn.mixing(key.id, self.frame.date)
        if mixing is not None:
            shown |= {"ess": mixing.ess, "rhat": mixing.rhat}
        low, mid, high = (float(v) for v in np.percentile(usable, [5, 50, 95]))
        asked = min(len(values), self.caps.get(question.id, len(values)))
        if len(usable) < asked:
            shown["label"] = f"{spec.label} (in {len(usable)} of {asked} draws)"
        if spec.signed and mid != 0:
            shown["sign_share"] = float(np.mean(np.sign(usable) == np.sign(mid)))
            shown["depends_on_choice"] = reasons_decide(self.results, key.id, mid)
        shown["assumptions"] = self._hangs_on(spec)
        if len(usable) < RANGE_DRAWS:
            return Quantity(**shown, mid=mid, reason_no_interval=too_few(usable, spec))
        return Quantity(**shown, low=low, mid=mid, high=high)

    # ---- what numbers hang on --------------------------------------------------------------------------------------

    def swings(self, key: Key, unit: str) -> Swings:
        """The number at both ends of each assumption's range, all others in the middle, by derivatives; or nothing."""
        middle = self.middle
        if middle is None or key.id not in middle.get("slopes", {}):
            return {}
        number, found = middle["numbers"][key.id], {}
        for name, slope in middle["slopes"][key.id].items():
            low, mid, high = self.drawn.ranges[name]
            ends = [moved_linearly(number, slope, end - mid, unit == "probability") for end in (low, high)]
            found[name] = (ends[0], ends[1])
        return found

    def _hangs_on(self, spec: NumberSpec) -> tuple[str, ...]:
        like = spec.ranked_like
        swings = self.swings(spec.key, spec.unit) or (self.swings(like, spec.unit) if like is not None else {})
        if swings:
            return tuple(largest_first(swings)[:HANGS_ON])
        values = self.results.numbers[spec.key.id]
        usable = np.isfinite(values)
        if usable.sum() < RANGE_DRAWS or np.ptp(values[usable]) == 0:
            return ()
        rank = _ranks(values[usable])
        columns = self.results.parameters[usable].T
        varied = [n for n, column in enumerate(columns) if np.ptp(column) > 0]
        names = tuple(self.drawn.ranges)
        strength = {names[n]: abs(float(np.corrcoef(rank, _ranks(columns[n]))[0, 1])) for n in varied}
        beyond_chance = CHANCE / np.sqrt(usable.sum())
        order = sorted((name for name, r in strength.items() if r > beyond_chance), key=lambda name: -strength[name])
        return tuple(order[:HANGS_ON])

    def _tornado(self) -> Table | None:
        rows: list[tuple[str, str, float, float]] = []
        for question in self.questions:
            for spec in question.given(self.frame):
                swings = self.swings(spec.key, spec.unit)
                rows += [(spec.key.id, name, *swings[name]) for name in largest_first(swings)[:MOST_BARS]]
        if not rows:
            return None
        note = (
            "The number with one assumption at the low or the high end of its range and all others in the middle, by "
            "its derivative there (chances on the log-odds scale). `ask CASE sensitivity` solves again at the ends."
        )
        return Table(
            title="What the numbers hang on",
            columns=("quantity", "parameter", "low", "high"),
            rows=tuple(rows),
            note=note,
            rests_on=tuple((Ref(kind="quantity", id=id), Ref(kind="parameter", id=name)) for id, name, *_ in rows),
        )


def largest_first(swings: Swings) -> list[str]:
    """The assumptions that move a number at all, those that move it most first."""
    moving = [name for name, (low, high) in swings.items() if low != high]
    return sorted(moving, key=lambda name: -abs(swings[name][1] - swings[name][0]))


def too_few(usable: np.ndarray, spec: NumberSpec) -> str:
    """Why there is no interval, with the smallest and the largest draw."""
    if len(usable) == 1:
        return "only 1 draw"
    ends = range_text(float(usable.min()), float(usable.max()), spec.unit, spec.signed)
    if " to " not in ends:
        return f"only {len(usable)} draws"
    return f"only {len(usable)} draws, from {ends} {unit_text(spec.unit, spec.signed)}".strip()


def reasons_decide(results: Results, id: str, mid: float) -> bool:
    """Whether, in most draws with the sign of the middle, that sign is gone once reasons are taken out."""
    if id not in results.without_reasons or mid == 0:
        return False
    values, bare = results.numbers[id], results.without_reasons[id]
    same = np.sign(values) == np.sign(mid)
    return bool(same.any() and np.mean(np.sign(bare[same]) != np.sign(mid)) > 0.5)


def _ranks(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(float)
