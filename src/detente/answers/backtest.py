"""How the model would have forecast, as of one year after another, beside rivals that need no model.

The rivals: past cases of the reference class; a constant hazard, the frequency of the event in the record until the
day; and the pool of model and class (detente.answers.outlook). All are scored on the same days: windows that were not
closed when the record ends are left out, and so are days whose fit has too few effective draws. Windows of several
years overlap, so that the scores of neighbouring days are not independent: the interval of a difference comes from
drawing blocks of days as long as the window.

Source: Politis & Romano 1992 (circular blocks).
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path as FilePath

import numpy as np

from detente.answers.outlook import WEIGHT, pooled
from detente.case import Case
from detente.case.head import situation_of
from detente.draws import Progress
from detente.errors import OptionError
from detente.evidence.baselines import climatology, onsets_of
from detente.evidence.diagnostics import MIXED
from detente.evidence.fit import Fitted, Question
from detente.evidence.path import Path
from detente.evidence.posterior import LEAST
from detente.evidence.recorded import RecordedCase
from detente.evidence.tempered import Effort
from detente.evidence.yearly import EVENTS, Day, Pass, Told, days_of, yearly_pass
from detente.outside.facts import facts_of
from detente.outside.past import past_cases
from detente.outside.scores import brier, calibration, log_score
from detente.run import Scores
from detente.run.scores import PastDay, PastForecast, Score
from detente.words.dates import DAYS_PER_YEAR, years_between

HORIZONS = {"war": (1, 2, 5), "peace": (5,)}  # years that are scored
YEARS = tuple(sorted({y for years in HORIZONS.values() for y in years}))
RIVALS = ("class", "constant", "pool")
REPLICATES = 2000  # of the blocks
SLACK = 2 / DAYS_PER_YEAR  # years: a calendar year and a Julian one differ by a day or less
A_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def hindsight(case: Case, day: str) -> tuple[str, ...]:
    """The parameters whose reason names a later year than that of a day, by name."""
    late = int(day[:4])
    return tuple(
        name
        for name, parameter in case.parameters.items()
        if any(int(year) > late for year in A_YEAR.findall(parameter.why))
    )


def happened(path: Path, mask: np.ndarray, start: float, years: float) -> bool | None:
    """Whether an event began within a window, by what the record knows of the state.

    Args:
        path: the whole record, coded.
        mask: (states,) in which the event has happened.
        start: of the window, years since the path's start.
        years: its length.

    Returns:
        None where the window is not closed, or the record does not show the state throughout it.
    """
    end = start + years
    onsets = [t for t in onsets_of(path, mask)[0] if t > start]
    if onsets and onsets[0] <= end:
        return True
    if end > path.horizon + SLACK:
        return None
    away = sorted((p.start, p.end) for p in path.pins if p.end > p.start and not mask[p.mask].any())
    reached = start
    for begins, ends in away:
        if begins <= reached + 1e-9:
            reached = max(reached, ends)
    return False if reached >= end - SLACK else None


def past_day(
    recorded: RecordedCase,
    whole: Path,
    start: str,
    day: Day,
    known: Path,
    *,
    own: bool,
) -> PastDay:
    """What would have been said on a day, and what came.

    Args:
        recorded: the case.
        whole: its record to the end, coded.
        start: ISO date on which the path begins.
        day: of the yearly pass.
        known: the record until the day, coded.
        own: whether it is a situation of the case.
    """
    template, at = recorded.template, years_between(start, day.day)
    masks = dict[str, np.ndarray](zip(EVENTS, (template.threshold, template.peace), strict=True))
    found = []
    for event, horizons in HORIZONS.items():
        begun, without = onsets_of(known, masks[event])
        reference = reference_of(recorded.case, day.day, start, begun) if event == "war" else {}
        for years in horizons:
            told = day.told.get((event, years))
            if told is None:
                continue
            constant = climatology(begun, without, years)
            came = happened(whole, masks[event], at, years)
            found.append(_forecast(event, years, told, reference.get(years), constant, came))
    return PastDay(date=day.day, own=own, hindsight=hindsight(recorded.case, day.day), forecasts=tuple(found))


def _forecast(
    event: str, years: int, told: Told, reference: float | None, constant: float, came: bool | None
) -> PastForecast:
    return PastForecast(
        event=event,
        years=years,
        model=told.mean,
        low=told.low,
        high=told.high,
        reference=reference,
        constant=constant,
        pool=None if reference is None else pooled(reference, told.mean, WEIGHT),
        ess=told.ess,
        rhat=told.rhat,
        settled=told.ess >= LEAST and told.rhat is not None and told.rhat <= MIXED,
        happened=came,
    )


def scores_of(days: Sequence[PastDay], every: int, seed: int) -> tuple[Score, ...]:
    """Scores of every event and horizon over the days that are not the case's own."""
    found = []
    for event, horizons in HORIZONS.items():
        for years in horizons:
            rows = [f for d in days if not d.own for f in d.forecasts if (f.event, f.years) == (event, years)]
            made = _score([f for f in rows if f.happened is not None and f.settled], every, seed)
            found += [made] if made is not None else []
    return tuple(found)


def _score(rows: Sequence[PastForecast], every: int, seed: int) -> Score | None:
    """One score. Where half of the days or more have a class, those are scored; else all, without class and pool."""
    with_class = [f for f in rows if f.reference is not None]
    with_class = with_class if 2 * len(with_class) >= len(rows) else []
    rows = with_class or rows
    if not rows:
        return None
    came = np.array([float(f.happened or 0) for f in rows])
    said: dict[str, np.ndarray | None] = {
        "model": np.array([f.model for f in rows]),
        "class": np.array([f.reference for f in rows], float) if with_class else None,
        "constant": np.array([f.constant for f in rows]),
        "pool": np.array([f.pool for f in rows], float) if with_class else None,
    }
    years, model = rows[0].years, said["model"]
    assert model is not None
    block = max(1, -(-years // every))
    told = calibration(model, came)
    return Score(
        event=rows[0].event,
        years=years,
        days=len(rows),
        windows=len(rows) / block,
        happened=int(came.sum()),
        brier={who: None if p is None else brier(p, came) for who, p in said.items()},
        log={who: None if p is None else log_score(p, came) for who, p in said.items()},
        difference={
            who: block_interval((model - came) ** 2 - (p - came) ** 2, block, seed)
            for who in RIVALS
            if (p := said[who]) is not None
        },
        calibration=told if np.isfinite(told).all() else None,
    )


def block_interval(values: np.ndarray, block: int, seed: int) -> tuple[float, float, float]:
    """The mean of (days,) numbers with the 5th and 95th percentile over circular blocks of neighbouring days."""
    rng = np.random.default_rng(seed)
    count = -(-len(values) // block)
    starts = rng.integers(len(values), size=(REPLICATES, count))
    rows = (starts[:, :, None] + np.arange(block)) % len(values)
    means = values[rows.reshape(REPLICATES, -1)[:, : len(values)]].mean(axis=1)
    low, high = np.percentile(means, [5, 95])
    return float(low), float(values.mean()), float(high)


def over_the_years(
    recorded: RecordedCase,
    every: int,
    effort: Effort,
    *,
    folder: FilePath | None,
    key: str,
    workers: int | None = None,
    executor: str | None = None,
    progress: Progress | None = None,
    keep: Callable[[Question, Fitted], None] | None = None,
) -> Scores:
    """One pass through the record, and its scores.

    Args:
        recorded: the case.
        every: years between two days.
        effort: how much to compute.
        folder: where finished particles are kept.
        key: names the inputs.
        workers, executor, progress: as in `detente.draws.map_draws`.
        keep: called with the fit of each of the case's own dates and at last of the whole record, as soon as it is
            made; None: no fits.

    Raises:
        RecordError, OptionError: mistakes in the coding, or a record that is too short.
        ComputationError: no draw of the prior can have produced the record.
    """
    whole = recorded.code()
    calendar = days_of(whole.start, whole.until, every)
    if not calendar:
        raise OptionError.of(f"a record from {whole.start} until {whole.until}", "one that spans a first of January")
    own = [day for day in recorded.case.situations if whole.start < day <= whole.until]
    question = Pass(
        case=str(recorded.case.folder),
        days=tuple(sorted({*calendar, *own})),
        years=YEARS,
        kept=() if keep is None else tuple(sorted(own)),
        whole=None if keep is None else situation_of(recorded.case, None),
    )
    levels = question.levels(recorded)
    passed = yearly_pass(
        question, levels, effort, folder=folder, key=key, workers=workers, executor=executor,
        progress=progress, keep=keep,
    )  # fmt: skip
    days = tuple(
        past_day(recorded, whole.path, whole.start, day, target.coded.path, own=day.day not in calendar)
        for day, target, _ in zip(passed, levels.targets, question.days)  # the whole record is no day
    )
    thin = [day.date for day in days if any(not f.settled for f in day.forecasts)]
    return Scores(
        every=every,
        draws=effort.particles,
        solves=passed[-1].solves,
        days=days,
        scores=scores_of(days, every, effort.seed),
        words=(unsettled(thin),) if thin else (),
    )


def unsettled(days: Sequence[str]) -> str:
    """That some days are not scored."""
    return f"Too few effective draws on {', '.join(days)}: shown, not scored; more --draws may help."


def reference_of(case: Case, day: str, start: str, begun: Sequence[float]) -> dict[int, float]:
    """Horizon -> chance of war by the reference class on a day, where there is one.

    Args:
        case: with the facts of how the last fighting ended.
        day: ISO date.
        start: ISO date on which the record's path begins.
        begun: when wars began by the record, years since then: after one, the facts are those of an earlier war.
    """
    facts = facts_of(case, day)
    ended = facts.ended if facts is not None else None
    if ended is not None and any(t > years_between(start, ended.isoformat()) for t in begun):
        return {}
    past = past_cases(case, day)
    told = {years: past.mean(years) for years in HORIZONS["war"]}
    return {years: chance for years, chance in told.items() if chance is not None}
