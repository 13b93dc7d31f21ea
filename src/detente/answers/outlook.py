"""War and settlement within 1, 2, 5 and 10 years: past cases, the model before and after the record, and both pooled.

The model's chance in one draw is that of entering the case's threshold states for the first time, counted from the
date, or from the end of fighting that is under way. Past cases count the same event in their own definition
(`detente.outside.past`). The pool of a chance p of past cases and q of the model (each the mean of its distribution),
with weight w on the model:

    logit pool = (1 - w) logit p + w logit q,   p and q kept within [.001, .999]

so that one that is sure does not outvote the other. What the record says of this conflict's own past is never pooled:
the fit has met the same record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detente.answers.derivatives import FAILURES
from detente.answers.drawn import drawn_from_fit, drawn_from_ranges
from detente.answers.gap import Masks, first_entries, split
from detente.case.content import content_of
from detente.draws import Progress, Settings, map_draws
from detente.errors import ComputationError
from detente.evidence.fit import PERCENTILES
from detente.evidence.kept import KeptFit
from detente.files.keys import code_fingerprint, content_key
from detente.outside.base_rates import HORIZONS
from detente.outside.past import NO_PEACE_CLASS, PastCases, own_past, past_cases
from detente.outside.scores import CLIP
from detente.run import Chance, Chances, Gap, GapPart, Run
from detente.run.outlook import Spread
from detente.solver import solve

WEIGHT = 0.5  # of the model in the pool, until twenty forecasts of their own have been resolved
GAP_YEARS = 5  # the horizon whose gap is explained
PARTS = ("attack", "accident", "settlement", "definition")
SIGNS = {"attack": -1.0, "accident": -1.0, "settlement": 1.0, "definition": -1.0}  # in past cases less the model
NO_FIT = "no fit to the record until the date is kept: assumptions only"
SETTLED = "a settlement is in force on the date"


def weight_of(before: Run | None) -> float:
    """The model's weight in the pool: none where its histories miss a row of war or peace (run that it joins)."""
    if before is None or before.history is None:
        return WEIGHT
    return 0.0 if any(row.headline for row in before.history.failing) else WEIGHT


def pooled(past: float | None, model: float | None, weight: float) -> float | None:
    """Two probabilities in log odds; the other alone where one is missing; None where nothing with a weight is left."""
    if past is None:
        return model if weight > 0 else None
    if model is None or weight == 0:
        return past
    odds = [np.log(p) - np.log1p(-p) for p in np.clip([past, model], CLIP, 1 - CLIP)]
    return float(1.0 / (1.0 + np.exp(-((1.0 - weight) * odds[0] + weight * odds[1]))))


@dataclass(frozen=True)
class OutlookJob:
    """One set of parameters, solved: what a worker needs; called with values by position, it returns plain data."""

    template: Any
    masks: Masks

    def __call__(self, values: Sequence[float]) -> dict[str, Any]:
        """Chances by horizon and the parts of one; `{"failed": words}` where there is no solution."""
        masks, times = self.masks, np.array(HORIZONS, float)
        try:
            game = self.template.game(dict(zip(self.template.parameter_names, values, strict=True)))
            equilibrium = solve(game).require()
            war = first_entries(equilibrium, masks.threshold, masks.start, times).sum(axis=0)
            peace = equilibrium.chain().reach_curve(masks.peace, times, masks.start)
            parts = split(equilibrium, masks, GAP_YEARS)
        except FAILURES as error:
            return {"failed": str(error)}
        return {"war": war.tolist(), "peace": peace.tolist(), "parts": [getattr(parts, name) for name in PARTS]}


@dataclass(frozen=True)
class Solved:
    """What the draws of one kind gave: chances (draws, horizons), parts (draws, parts); and how many gave nothing."""

    war: np.ndarray
    peace: np.ndarray
    parts: np.ndarray
    lost: int
    why: str

    @staticmethod
    def of(rows: Sequence[dict[str, Any]]) -> "Solved":
        """From what workers sent back."""
        kept = [row for row in rows if "failed" not in row]
        why = next((row["failed"] for row in rows if "failed" in row), "")
        war, peace, parts = (np.array([row[name] for row in kept], float) for name in ("war", "peace", "parts"))
        return Solved(war, peace, parts, len(rows) - len(kept), why)

    def __len__(self) -> int:
        return len(self.war)


def outlook(
    template: Any,
    when: str,
    settings: Settings,
    fitted: KeptFit | None = None,
    *,
    weight: float = WEIGHT,
    why_no_fit: str = NO_FIT,
    progress: Progress | None = None,
    store: Path | None = None,
) -> tuple[Chances, tuple[str, ...]]:
    """Chances of war and settlement from a date, and what to say beside them.

    Args:
        template: `compile_case(case)`.
        when: date of a situation.
        settings: draws (so many of the ranges, and as many of the fit), seed, workers.
        fitted: draws of a fit to the record; None: the ranges alone.
        weight: of the model in the pool.
        why_no_fit: why no draws of a fit are used, where `fitted` is None.
        progress, store: see `detente.draws.map_draws`; they change no number.

    Raises:
        OptionError: an unknown date.
        RecordError: located mistakes in the record.
        ComputationError: no draw can be solved.
    """
    case = template.case
    masks = masks_of(template, when)
    prior = drawn_from_ranges(template, settings.draws, settings.seed)
    posterior = None if fitted is None else drawn_from_fit(template, fitted, settings.draws, settings.seed)
    sets = [prior.values, *([posterior.values] if posterior is not None else [])]
    spots = [tuple(map(float, row)) for values in sets for row in values]
    key = content_key(code_fingerprint(), content_of(case), [list(spot) for spot in spots], masks.start)
    raw = map_draws(
        OutlookJob(template, masks),
        spots,
        workers=settings.workers,
        executor=settings.executor,
        progress=progress,
        store=store,
        key=key if store is not None else "",
    )
    before = Solved.of(raw[: len(prior)])
    after = Solved.of(raw[len(prior) :]) if posterior is not None else None
    for solved in (before, after):
        if solved is not None and not len(solved):
            raise ComputationError(f"none of {solved.lost} draws has an answer: {solved.why}")
    found = gathered(case, when, masks, before, after, weight)
    found = found if after is not None else found.model_copy(update={"why_no_posterior": why_no_fit})
    lost = [(before, "of the ranges"), *([(after, "of the fit")] if after is not None else [])]
    return found, tuple(
        f"{s.lost} of {s.lost + len(s)} draws {which} left out: {s.why}." for s, which in lost if s.lost
    )


def masks_of(template: Any, when: str) -> Masks:
    """The states of a compiled case by what they count as, from a date."""
    return Masks(int(template.state(when)), template.threshold, template.war, template.peace)


def gathered(case: Any, when: str, masks: Masks, before: Solved, after: Solved | None, weight: float) -> Chances:
    """Past cases, the model and the pool by horizon, with the gap between the first two."""
    past, model = past_cases(case, when), after if after is not None else before
    war = tuple(
        chance(years, n, past, before.war, None if after is None else after.war, weight)
        for n, years in enumerate(HORIZONS)
    )
    nothing = PastCases((), why=NO_PEACE_CLASS)
    peace = tuple(
        Chance(years=years, why_no_class=NO_PEACE_CLASS, why_no_model=SETTLED)
        if masks.peace[masks.start]
        else chance(years, n, nothing, before.peace, None if after is None else after.peace, weight)
        for n, years in enumerate(HORIZONS)
    )
    five = war[HORIZONS.index(GAP_YEARS)]
    assert five.model_mean is not None
    return Chances(
        date=when,
        threshold=case.threshold.means if case.threshold is not None else "the case's own states of war",
        stated=case.threshold is not None,
        after_fighting=bool(masks.threshold[masks.start]),
        basis="prior" if after is None else "posterior",
        why_no_posterior=NO_FIT if after is None else "",
        weight=weight,
        draws=len(model),
        prior_draws=len(before),
        war=war,
        peace=peace,
        gap=gap_of(five, model.parts),
        own_past=own_past(case, when),
        past_words=past.words,
    )


def chance(years: int, n: int, past: PastCases, before: np.ndarray, after: np.ndarray | None, weight: float) -> Chance:
    """One event within one horizon, the n-th column of (draws, horizons)."""
    mean = float((before if after is None else after)[:, n].mean())
    return Chance(
        years=years,
        past=past.spread(years),
        prior=spread(before[:, n]),
        posterior=None if after is None else spread(after[:, n]),
        pool=pooled(past.mean(years), mean, weight),
        class_mean=past.mean(years),
        model_mean=mean,
        why_no_class=past.why_none(years),
    )


def gap_of(five: Chance, parts: np.ndarray) -> Gap:
    """The difference of past cases and the model in parts; see `detente.answers.gap`.

    Args:
        five: the chance of war within `GAP_YEARS`.
        parts: (draws, parts), in the order of `PARTS`.
    """
    assert five.model_mean is not None
    told = [part(name, SIGNS[name] * parts[:, n]) for n, name in enumerate(PARTS)]
    if five.class_mean is None:
        why = five.why_no_class
        return Gap(years=five.years, past=None, model=five.model_mean, difference=None, parts=tuple(told), why=why)
    past = GapPart(name="past_cases", low=five.class_mean, mean=five.class_mean, high=five.class_mean)
    difference = five.class_mean - five.model_mean
    return Gap(
        years=five.years, past=five.class_mean, model=five.model_mean, difference=difference, parts=(past, *told)
    )


def part(name: Any, values: np.ndarray) -> GapPart:
    """A part over draws (draws,); no part is -0."""
    low, _, high = spread(values + 0.0)
    return GapPart(name=name, low=low, mean=float(values.mean()) + 0.0, high=high)


def spread(values: np.ndarray) -> Spread:
    """Percentiles 5, 50 and 95 over draws (draws,)."""
    low, mid, high = np.percentile(values, PERCENTILES)
    return float(low), float(mid), float(high)
