"""Honest validation inside a training file: forward in time, and across conflicts.

*Forward*: for each origin T the model sees what was known at the end of year T - 1 about episodes that ended five
years before (as when a file of episodes ended by 1999 with labels known by 2004 is used from 2005 on) and is scored
on episodes that ended in the years after T. *By conflict*: whole conflicts are left out, so nothing is learnt from
other episodes of the same conflict; years are mixed, so this says nothing about shifts of the level.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from detente.errors import OptionError
from detente.outside.episodes import HORIZON, Episodes
from detente.outside.hazard import fit_hazard, with_history
from detente.outside.scores import ScoreInterval, brier, calibration, intervals, log_score
from detente.run import Table

Method = Callable[[Episodes, Episodes, bool], np.ndarray]  # train, test, dated -> (rows,) probabilities
REFERENCE = "rate per outcome type"


@dataclass(frozen=True)
class Trial:
    """Out-of-sample forecasts of every method for the same episodes."""

    name: str
    y: np.ndarray  # (rows,) whether the conflict recurred within five years
    conflicts: tuple[str, ...]
    forecasts: dict[str, np.ndarray]


def constant_rate(train: Episodes, test: Episodes, dated: bool = False) -> np.ndarray:
    """The share of training episodes that recurred; shape (rows of test,)."""
    return np.full(len(test), float(np.nanmean(train.column("recur5"))))


def rate_per_outcome(train: Episodes, test: Episodes, dated: bool = False) -> np.ndarray:
    """The share that recurred per outcome type in training; the overall share for unseen types."""
    recur, outcome = train.column("recur5"), train.column("outcome")
    rates = constant_rate(train, test)
    for value in np.unique(outcome[np.isfinite(recur) & np.isfinite(outcome)]):
        rates[test.column("outcome") == value] = np.nanmean(recur[outcome == value])
    return rates


def recent_rate_per_outcome(train: Episodes, test: Episodes, dated: bool = False) -> np.ndarray:
    """As `rate_per_outcome`, weights halved every ten years back, with two pseudo-episodes at the overall rate."""
    recur, outcome, end = train.column("recur5"), train.column("outcome"), train.column("endyear")
    known = np.isfinite(recur)
    weight = np.where(known, 0.5 ** ((np.max(end[known]) - end) / 10), 0.0)
    recur = np.where(known, recur, 0.0)
    overall = float(weight @ recur / weight.sum())
    rates = np.full(len(test), overall)
    for value in np.unique(outcome[np.isfinite(outcome)]):
        here = outcome == value
        rates[test.column("outcome") == value] = (weight[here] @ recur[here] + 2 * overall) / (weight[here].sum() + 2)
    return rates


def hazard_model(train: Episodes, test: Episodes, dated: bool = False) -> np.ndarray:
    """The package's model at its defaults; shape (rows of test,)."""
    train = with_history(train, (train,))
    model = fit_hazard(train)
    test = with_history(test, (train, test))
    return model.probability(test, dated=True) if dated else model.predictive(test)


METHODS: Mapping[str, Method] = {
    "constant rate": constant_rate,
    REFERENCE: rate_per_outcome,
    "recent rate per outcome type": recent_rate_per_outcome,
    "hazard model": hazard_model,
}


def forward(episodes: Episodes, first: int = 1970, step: int = 5, methods: Mapping[str, Method] = METHODS) -> Trial:
    """Forecast blocks of years from what was known before them.

    Args:
        episodes: labelled episodes.
        first: first origin; it needs at least ten earlier labelled episodes.
        step: years per block.
        methods: name -> method.

    Raises:
        OptionError: nothing to score after the first origin.
    """
    end, recur = episodes.column("endyear"), episodes.column("recur5")
    blocks = []
    for origin in range(first, int(np.nanmax(end)) + 1, step):
        test = episodes.take((end >= origin) & (end < origin + step) & np.isfinite(recur))
        train = episodes.as_known(origin - 1, ended_by=origin - 1 - HORIZON)
        if len(test):
            blocks.append((train, test, {name: method(train, test, False) for name, method in methods.items()}))
    if not blocks:
        raise OptionError.of(f"no labelled episode ended in or after {first}", "an earlier first origin")
    return _join("forward in time", blocks)


def by_conflict(episodes: Episodes, folds: int = 10, seed: int = 0, methods: Mapping[str, Method] = METHODS) -> Trial:
    """Forecast each tenth of the conflicts from all others."""
    labels, index = np.unique(np.asarray(episodes.conflict_id, dtype=str), return_inverse=True)
    fold = np.random.default_rng(seed).permutation(labels.size) % folds
    known = np.isfinite(episodes.column("recur5"))
    blocks = []
    for f in range(min(folds, labels.size)):
        out = fold[index] == f
        train, test = episodes.take(~out), episodes.take(out & known)
        if len(test):
            blocks.append((train, test, {name: method(train, test, True) for name, method in methods.items()}))
    return _join("by conflict", blocks)


def _join(name: str, blocks: list[tuple[Episodes, Episodes, dict[str, np.ndarray]]]) -> Trial:
    return Trial(
        name,
        np.concatenate([test.column("recur5") for _, test, _ in blocks]),
        tuple(c for _, test, _ in blocks for c in test.conflict_id),
        {method: np.concatenate([found[method] for _, _, found in blocks]) for method in blocks[0][2]},
    )


def score(trial: Trial, method: str, replicates: int = 1000, seed: int = 0) -> dict[str, ScoreInterval]:
    """One method's brier, log, slope, intercept and difference (Brier minus that of the rate per outcome type)."""
    y, p, q = trial.y, trial.forecasts[method], trial.forecasts[REFERENCE]

    def statistics(rows: np.ndarray) -> tuple[float, ...]:
        intercept, slope = calibration(p[rows], y[rows])
        own, reference = brier(p[rows], y[rows]), brier(q[rows], y[rows])
        return own, log_score(p[rows], y[rows]), own - reference, slope, intercept

    names = ("brier", "log", "difference", "slope", "intercept")
    return dict(zip(names, intervals(statistics, trial.conflicts, replicates, seed)))


def report(trial: Trial, replicates: int = 1000, seed: int = 0) -> Table:
    """The scores of every method, with 90 % intervals from a bootstrap over conflicts."""
    rows = []
    for method in trial.forecasts:
        found = score(trial, method, replicates, seed)
        cells: list[str | float | None] = [method]
        for s in found.values():
            cells += [None if not np.isfinite(s.mid) else round(v, 4) for v in (s.low, s.mid, s.high)]
        rows.append(tuple(cells))
    names = ("Brier", "log score", "Brier minus rate per outcome type", "calibration slope", "calibration intercept")
    columns = ("method", *(f"{name} ({end})" for name in names for end in ("low", "mid", "high")))
    share = float(trial.y.mean())
    return Table(
        title=f"Recurrence within five years, {trial.name}: {trial.y.size} episodes, {share:.1%} recurred",
        columns=columns,
        rows=tuple(rows),
        note=f"90 % intervals from {replicates} resamples of conflicts, seed {seed}; a negative difference is better.",
    )
