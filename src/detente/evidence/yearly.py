"""A fit that goes along with time: what the model would have said on one day after another, with the record till then.

One population of particles is weighed by what each further stretch of the record says, and moved when few count. On
each day its chances of war and peace are read from where that record leaves the state, which may be hidden. On the days
of which a fit is wanted it is moved in any case, so that it is what a fit from the prior would have been.

Source: Chopin 2002, Biometrika 89 (iterated batch importance sampling).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.draws import Progress
from detente.evidence.fit import Fitted, Question, laid_out, priors_of, summed_up
from detente.evidence.levels import Yearly
from detente.evidence.posterior import quantiles
from detente.evidence.recorded import RecordedCase
from detente.evidence.target import RecordTarget
from detente.evidence.tempered import Effort, Population, Sampler, sampler

EVENTS: tuple[str, ...] = ("war", "peace")
WHOLE = "whole"  # the stop after the last day
UNDER_WAY = 0.5  # chance of an event above which it counts as under way, so that nothing is forecast


@dataclass(frozen=True)
class Pass:
    """What is fitted day by day: a case, its own ranges, and the record until each day; picklable.

    Attributes:
        case: its folder.
        days: ISO dates, in order.
        years: horizons of the forecasts.
        kept: days of which a fit is wanted: situations of the case.
        whole: a situation whose chances are watched in a fit to the whole record, after the last day; None: no such
            fit.
    """

    case: str
    days: tuple[str, ...]
    years: tuple[int, ...]
    kept: tuple[str, ...] = ()
    whole: str | None = None

    @property
    def stops(self) -> tuple[str, ...]:
        """The days, and what is fitted after them."""
        return self.days if self.whole is None else (*self.days, WHOLE)

    @property
    def questions(self) -> dict[int, Question]:
        """Which stop -> the fit that is wanted there."""
        found = {n: Question(self.case, day) for n, day in enumerate(self.days) if day in self.kept}
        return found if self.whole is None else found | {len(self.days): Question(self.case, self.whole, whole=True)}

    def __call__(self) -> Yearly:
        """The levels; every process builds its own.

        Raises:
            CaseError, RecordError, OptionError: mistakes in the files.
        """
        return self.levels(RecordedCase.open(self.case))

    def levels(self, recorded: RecordedCase) -> Yearly:
        """The same, of a case that is open."""
        template, priors = recorded.template, priors_of(recorded, None)
        questions = self.questions
        targets = [
            questions[n].target_in(recorded)
            if n in questions
            else RecordTarget.of(template.family, priors, recorded.code(until=day))
            for n, day in enumerate(self.stops)
        ]
        return Yearly(targets, tuple(map(float, self.years)), (template.threshold, template.peace))


@dataclass(frozen=True)
class Told:
    """What the model would have said of one event within one horizon; None where it is under way.

    Attributes:
        mean: chance, the mean over the particles.
        low, mid, high: 5, 50 and 95 % over the particles.
        ess: effective particles.
        rhat: None where they do not move.
    """

    mean: float
    low: float
    mid: float
    high: float
    ess: float
    rhat: float | None


@dataclass(frozen=True)
class Day:
    """One day of the pass.

    Attributes:
        day: ISO date, or `WHOLE`.
        told: event and horizon -> what the model would have said.
        solves: games solved until then.
    """

    day: str
    told: dict[tuple[str, int], Told]
    solves: int


def yearly_pass(
    question: Pass,
    levels: Yearly,
    effort: Effort,
    *,
    folder: Path | None,
    key: str,
    workers: int | None = None,
    executor: str | None = None,
    progress: Progress | None = None,
    keep: Callable[[Question, Fitted], None] | None = None,
) -> list[Day]:
    """Go along with the record.

    Args:
        question: what is fitted.
        levels: built once already, so that mistakes in the files are found before anything is computed.
        effort: how much to compute.
        folder: where finished particles are kept.
        key: names the inputs.
        workers, executor: as in `detente.draws.map_draws`.
        progress: called with (share done, words).
        keep: called with every fit that is wanted, as soon as it is made. Its solves are those of the pass until then.

    Returns:
        The days, and the whole record behind them where it is fitted.

    Raises:
        ComputationError: no draw of the prior can have produced the record.
    """
    report = progress or (lambda _share, _words: None)
    days: list[Day] = []
    stops, questions = question.stops, question.questions

    def along(_share: float, words: str) -> None:
        report(len(days) / len(stops), f"{stops[min(len(days), len(stops) - 1)]}, {words}")

    tasks = f"{key}|{question.days}|{question.years}|{question.kept}|{question.whole}"
    with sampler(
        question, levels.names, effort, folder=folder, key=tasks, workers=workers, executor=executor, progress=along
    ) as walk:
        population = walk.prior(len(stops))
        for n, day in enumerate(stops):
            population = _on(walk, population, n, len(stops), whole=n in questions)
            if n in questions and keep is not None:
                keep(questions[n], _fitted(questions[n], levels, n, walk, population))
            days.append(_day(question, levels, day, n, population))
    return days


def _on(walk: Sampler, population: Population, n: int, count: int, *, whole: bool) -> Population:
    """The population on day n, from the day before; `whole`: moved in any case."""
    here = np.eye(count)[n]
    before = np.eye(count)[n - 1] if n else np.zeros(count)
    if np.isnan(population.logs[:, n]).all():
        population = walk.again(population, before)
    return walk.towards(population, before, here, whole=whole)


def _fitted(question: Question, levels: Yearly, n: int, walk: Sampler, population: Population) -> Fitted:
    """The population as a fit to the record until stop n."""
    target = levels.targets[n]
    answers = population.told[:, levels.watched(n)]
    found = laid_out(population, target, walk.lengths, population.logs[:, n], answers, levels.places(n))
    return summed_up(question, target, found, "along")


def _day(question: Pass, levels: Yearly, day: str, n: int, population: Population) -> Day:
    """What the population says on a day."""
    shape = (population.size, len(levels.targets), len(EVENTS), 1 + len(question.years))
    told = population.told[:, : levels.numbers].reshape(shape)[:, n]
    weights = np.exp(population.weights - population.weights.max())
    found = {}
    for e, event in enumerate(EVENTS):
        known = np.isfinite(told[:, e, 1:]).all(axis=1) & (weights > 0)
        under_way = np.average(np.nan_to_num(told[:, e, 0]), weights=weights)
        if under_way > UNDER_WAY or not known.any():
            continue
        for y, years in enumerate(question.years):
            found[event, years] = _told(population, told[:, e, 1 + y], np.where(known, weights, 0.0))
    return Day(day, found, population.solves)


def _told(population: Population, numbers: np.ndarray, weights: np.ndarray) -> Told:
    counted = weights > 0
    mean = float(numbers[counted] @ weights[counted] / weights.sum())
    low, mid, high = quantiles(weights[counted], numbers[counted])
    mixing = population.mixing(np.where(counted, numbers, mean))
    return Told(mean, low, mid, high, mixing.ess, mixing.rhat)


def days_of(first: str, last: str, step: int) -> Sequence[str]:
    """The first of January of every so many years, after the first day and not after the last."""
    years = range(int(first[:4]) + 1, int(last[:4]) + 1, step)
    return [f"{year:04d}-01-01" for year in years if f"{year:04d}-01-01" <= last]
