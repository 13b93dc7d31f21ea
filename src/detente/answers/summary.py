"""From raw numbers over draws to quantities and tables.

Intervals are the 5th, 50th and 95th percentile over draws. The three assumptions that a number hangs on most are
those that move it most between the ends of their ranges by its derivative at the middle of all ranges; where that was
not computed, those with the largest rank correlation over the draws, as far as it is beyond chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.answers.model import Frame, Meta, Question, Results
from detente.answers.sensitivity import moved_linearly
from detente.run import Quantity, Table

HANGS_ON = 3
MOST_BARS = 10
CHANCE = (
    3.3  # rank correlations below this over the root of the draws are what dozens of idle assumptions show by chance
)


@dataclass(frozen=True)
class Summary:
    """Everything that quantities and tables are made from."""

    frame: Frame
    questions: tuple[Question, ...]
    results: Results
    ranges: Mapping[str, tuple[float, float, float]]  # assumption -> low, mid, high, by position
    middle: Mapping[str, Any] | None  # raw result at the middle of all ranges, with slopes
    caps: Mapping[str, int]


def summarise(summary: Summary) -> tuple[tuple[Quantity, ...], dict[str, Table]]:
    """Quantities in the order of the questions, and their tables."""
    quantities: list[Quantity] = []
    tables: dict[str, Table] = {}
    for question in summary.questions:
        for id, meta in question.metas(summary.frame).items():
            if id in summary.results.numbers:
                quantities.append(_quantity(summary, question, id, meta))
        tables.update(question.tables(summary.frame, summary.results))
    bars = tornado(summary)
    if bars is not None:
        tables["tornado"] = bars
    return tuple(quantities), tables


def _quantity(summary: Summary, question: Question, id: str, meta: Meta) -> Quantity:
    values = summary.results.numbers[id]
    usable = values[np.isfinite(values)]
    shown: dict[str, Any] = {
        "id": id,
        "question": question.id,
        "family": id.partition(".")[0],
        "package": next((k for k in summary.frame.settled if id.endswith(f".{k}")), None),
        "label": meta.label,
        "actor": meta.actor,
        "unit": meta.unit,
        "signed": meta.signed,
        "assumption_not_record": meta.assumption_not_record,
    }
    if len(usable) == 0:
        return Quantity(**shown, reason_no_interval="none in any draw")
    low, mid, high = (float(v) for v in np.percentile(usable, [5, 50, 95]))
    asked = min(len(values), summary.caps.get(question.id, len(values)))
    if len(usable) < asked:
        shown["label"] = f"{meta.label} (in {len(usable)} of {asked} draws)"
    if meta.signed:
        shown["sign_share"] = float(np.mean(np.sign(usable) == np.sign(mid)))
        shown["choice_value_decides"] = choice_decides(summary.results, id, mid)
    shown["assumptions"] = hangs_on(summary, id)
    if len(usable) == 1:
        return Quantity(**shown, mid=mid, reason_no_interval="one draw only")
    return Quantity(**shown, low=low, mid=mid, high=high)


def choice_decides(results: Results, id: str, mid: float) -> bool:
    """Whether, in most draws with the sign of the middle, that sign is gone once the choice value is taken out."""
    if id not in results.without_choice or mid == 0:
        return False
    values, bare = results.numbers[id], results.without_choice[id]
    same = np.sign(values) == np.sign(mid)
    return bool(same.any() and np.mean(np.sign(bare[same]) != np.sign(mid)) > 0.5)


def hangs_on(summary: Summary, id: str) -> tuple[str, ...]:
    """The assumptions that move a number most."""
    swings = swings_of(summary, SIBLINGS.get(id, id.replace("delay_per_time.", "delay.")))
    if swings:
        order = sorted(swings, key=lambda name: -abs(swings[name][1] - swings[name][0]))
        return tuple(name for name in order[:HANGS_ON] if swings[name][1] != swings[name][0])
    values = summary.results.numbers[id]
    usable = np.isfinite(values)
    if usable.sum() < 8 or np.ptp(values[usable]) == 0:
        return ()
    rank = _ranks(values[usable])
    ranks = [_ranks(column) for column in summary.results.uniforms[usable].T]
    varied = [n for n, column in enumerate(summary.results.parameters.T) if np.ptp(column) > 0]
    names = tuple(summary.ranges)
    strength = {names[n]: abs(float(np.corrcoef(rank, ranks[n])[0, 1])) for n in varied}
    beyond_chance = CHANCE / np.sqrt(usable.sum())
    order = sorted((name for name, r in strength.items() if r > beyond_chance), key=lambda name: -strength[name])
    return tuple(order[:HANGS_ON])


SIBLINGS = {  # numbers that take the ranking of a relative
    "relapse.1y": "relapse.5y",
    "relapse.2y": "relapse.5y",
    "relapse.10y": "relapse.5y",
    "peace.5y": "peace.10y",
    "peace.20y": "peace.10y",
}


def swings_of(summary: Summary, id: str) -> dict[str, tuple[float, float]]:
    """The number at the low and the high end of each assumption's range, all others in the middle, by derivatives."""
    middle = summary.middle
    if middle is None or id not in middle.get("slopes", {}):
        return {}
    number, found = middle["numbers"][id], {}
    share = id.split(".", maxsplit=1)[0] in ("relapse", "peace")
    for name, slope in middle["slopes"][id].items():
        low, mid, high = summary.ranges[name]
        found[name] = tuple(moved_linearly(number, slope, end - mid, share) for end in (low, high))
    return found


def tornado(summary: Summary) -> Table | None:
    """The assumptions that move each number most: its value at either end of their ranges."""
    rows = []
    for question in summary.questions:
        for id in question.metas(summary.frame):
            swings = swings_of(summary, id)
            order = sorted(swings, key=lambda name: -abs(swings[name][1] - swings[name][0]))
            rows += [(id, name, *swings[name]) for name in order[:MOST_BARS] if swings[name][0] != swings[name][1]]
    if not rows:
        return None
    note = (
        "The number with one assumption at the low or the high end of its range and all others in the middle, by its "
        "derivative there (chances on the log-odds scale). `ask CASE sensitivity` solves again at the ends."
    )
    return Table(
        title="What the numbers hang on", columns=("quantity", "parameter", "low", "high"), rows=tuple(rows), note=note
    )


def _ranks(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(float)
