"""A penalised discrete-time hazard of recurrence, with a level that may drift.

Episode i, which ended in year e_i, is at risk in each calendar year e_i + k (k = 1..5) that is known and not preceded
by renewed activity. The chance that activity returns in that year is

    logit h_ik = baseline_k + level(calendar year) + x_i' beta

with normal priors on beta (ridge, see `design`) and a random walk over five-year periods for the level, so that
slopes are learnt from all years while forecasts start from the most recent level. An episode that ended a year before
the data stop still tells about its first year: nothing is thrown away because a five-year label is not complete yet.
The forecast is p = 1 - prod_k (1 - h_k) at the latest level, averaged over how far the level may drift by then. The
maximum a posteriori estimate is found by Newton's method (the problem is strictly convex). Intervals come from refits
on resampled conflicts plus the drift of the level between the last known year and the forecast, whose size is that of
the fitted steps.

Source: Singer & Willett 1993, Journal of Educational Statistics 18 (discrete-time survival); Kreutz 2010 (episodes).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.draws import DRAW_FAULTS, reasons_in_words
from detente.draws.spread import FEW
from detente.errors import ComputationError, OptionError
from detente.outside.design import DEFAULT, Design, learn_design
from detente.outside.episodes import HORIZON, Episodes, country_history
from detente.outside.scores import resamples

PERIOD = 5  # years per step of the level
LEVEL_SPREAD = 0.7  # prior standard deviation of one step of the level, logit scale
BASELINE_SPREAD = 4.5  # of each year's baseline; practically flat
BLOCK = 128  # rows per block of the linear algebra
MAX_STEPS = 3  # drift is not extrapolated beyond fifteen years


@dataclass(frozen=True)
class Hazard:
    """A fitted model."""

    design: Design
    baseline: np.ndarray  # (HORIZON,) logit hazard in years 1..5 at the latest level and average covariates
    effects: np.ndarray  # (columns,)
    steps: np.ndarray  # (periods - 1,) level of each earlier period minus the next later one, latest first
    known_until: int
    episodes: int
    years_at_risk: int

    @property
    def drift(self) -> float:
        """Root mean square of the fitted steps of the level, logit scale."""
        return float(np.sqrt(np.mean(self.steps**2))) if self.steps.size else 0.0

    def logits(self, episodes: Episodes, dated: bool = False) -> np.ndarray:
        """Logit hazards; shape (rows, HORIZON).

        Args:
            episodes: any episodes.
            dated: at the level of each calendar year at risk; otherwise at the latest level, as for a forecast.
        """
        logits = self.baseline + (self.design.matrix(episodes) @ self.effects)[:, None]
        if not dated:
            return logits
        levels = np.concatenate([[0.0], np.cumsum(self.steps)])
        year = episodes.column("endyear")[:, None] + np.arange(1, HORIZON + 1)
        age = np.nan_to_num((self.known_until - year) // PERIOD, nan=0.0)
        return logits + levels[np.clip(age, 0, levels.size - 1).astype(int)]

    def probability(self, episodes: Episodes, shift: np.ndarray | float = 0.0, dated: bool = False) -> np.ndarray:
        """Chance of recurrence within five calendar years; shape (rows,). `shift` moves the level (logit scale)."""
        logits = self.logits(episodes, dated) + np.broadcast_to(shift, (len(episodes),))[:, None]
        return 1 - np.exp(-np.logaddexp(0.0, logits).sum(axis=1))

    def drift_ahead(self, episodes: Episodes) -> np.ndarray:
        """Standard deviation of the level between the last known year and each episode's end; shape (rows,)."""
        ahead = np.nan_to_num((episodes.column("endyear") - self.known_until) / PERIOD, nan=MAX_STEPS)
        return self.drift * np.sqrt(np.clip(ahead, 1, MAX_STEPS))

    def predictive(self, episodes: Episodes) -> np.ndarray:
        """The chance of recurrence averaged over the drift of the level; shape (rows,)."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(9)
        scale = self.drift_ahead(episodes)
        chances = np.array([self.probability(episodes, scale * node) for node in nodes])
        return weights @ chances / weights.sum()


@dataclass(frozen=True)
class Forecast:
    """Probabilities with 90 % intervals; each (rows,)."""

    p: np.ndarray
    low: np.ndarray
    high: np.ndarray
    model: Hazard
    left_out: tuple[str, ...] = ()  # why refits on resampled conflicts failed


def fit_hazard(episodes: Episodes, covariates: Sequence[str] = DEFAULT, level_spread: float = LEVEL_SPREAD) -> Hazard:
    """Fit to labelled episodes; `country_history` must already be a column (see `with_history`).

    Raises:
        OptionError: fewer than ten episodes with a year at risk, or none that recurred.
        ComputationError: Newton's method did not converge.
    """
    if episodes.known_until is None:
        raise OptionError.of("episodes without labels", "a training file with 'next_active_year'")
    known = episodes.known_until
    row, year, event = years_at_risk(episodes)
    if np.unique(row).size < 10 or not event.any():
        raise OptionError.of(
            f"{np.unique(row).size} episodes with a known year after their end, {int(event.sum())} recurrences",
            "at least 10 episodes and 1 recurrence",
        )
    design = learn_design(episodes, covariates)
    age = (known - (episodes.column("endyear")[row] + year)) // PERIOD
    periods = int(age.max()) + 1
    steps = (age[:, None] >= np.arange(1, periods)).astype(float)
    baseline = (year[:, None] == np.arange(1, HORIZON + 1)).astype(float)
    x = np.hstack([baseline, steps, design.matrix(episodes)[row]])
    penalty = np.concatenate(
        [np.full(HORIZON, BASELINE_SPREAD**-2), np.full(periods - 1, level_spread**-2), design.penalty]
    )
    # the prior of the baseline is around the overall rate, not around one half
    centre = np.zeros(x.shape[1])
    rate = event.mean()
    centre[:HORIZON] = np.log(rate / (1 - rate)) if rate < 1 else 3.0
    beta = _newton(x, event, penalty, centre)
    return Hazard(
        design,
        beta[:HORIZON],
        beta[HORIZON + periods - 1 :],
        beta[HORIZON : HORIZON + periods - 1],
        known,
        int(np.unique(row).size),
        int(row.size),
    )


def years_at_risk(episodes: Episodes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The calendar years in which each episode could recur and it is known whether it did.

    Returns:
        row of the episode, years since its end (1..5), and 1.0 where activity returned in that year; each (spells,).
    """
    if episodes.known_until is None:
        raise OptionError.of("episodes without labels", "a training file with 'next_active_year'")
    end, following = episodes.column("endyear"), episodes.column("next_active_year")
    gap = np.where(np.isfinite(following), following - end, np.inf)
    last = np.minimum(np.minimum(gap, HORIZON), episodes.known_until - end)
    last = np.where(np.isfinite(last), np.maximum(last, 0), 0).astype(int)
    row = np.repeat(np.arange(len(episodes)), last)
    year = np.concatenate([np.arange(1, n + 1) for n in last]) if last.sum() else np.zeros(0, dtype=int)
    return row, year, (year == gap[row]).astype(float)


def _newton(x: np.ndarray, y: np.ndarray, penalty: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Maximum a posteriori logistic coefficients; x (rows, columns), prior N(centre, 1/penalty).

    Rows are handled in blocks so small that the linear algebra library does not start threads: with a few hundred rows
    they cost many times what they save.
    """
    blocks = -(-y.size // BLOCK)
    pad = blocks * BLOCK - y.size
    rows = np.pad(x, ((0, pad), (0, 0))).reshape(blocks, BLOCK, x.shape[1])
    event = np.pad(y, (0, pad)).reshape(blocks, BLOCK, 1)
    counts = np.pad(np.ones(y.size), (0, pad)).reshape(blocks, BLOCK, 1)
    flipped = rows.transpose(0, 2, 1)

    def objective(beta: np.ndarray) -> tuple[float, np.ndarray]:
        eta = rows @ beta[:, None]
        loss = (counts * np.logaddexp(0.0, eta) - event * eta).sum()
        return float(loss + 0.5 * penalty @ (beta - centre) ** 2), eta

    beta = centre.copy()
    value, eta = objective(beta)
    for _ in range(100):
        mean = 1 / (1 + np.exp(-eta))
        slope = (flipped @ (counts * (event - mean))).sum(axis=0)[:, 0] - penalty * (beta - centre)
        curvature = (flipped @ (counts * mean * (1 - mean) * rows)).sum(axis=0) + np.diag(penalty)
        step = np.linalg.solve(curvature, slope)
        length = 1.0
        while (trial := objective(beta + length * step))[0] > value + 1e-12 * abs(value) and length > 1e-6:
            length /= 2
        beta, (value, eta) = beta + length * step, trial
        if np.abs(length * step).max() < 1e-9:
            return beta
    raise ComputationError("the recurrence model did not converge in 100 steps; try fewer covariates")


def with_history(episodes: Episodes, pool: Sequence[Episodes]) -> Episodes:
    """The episodes with the column `country_history`, counted in these files."""
    return replace(episodes, columns=episodes.columns | {"country_history": country_history(episodes, pool)})


def forecast(
    train: Episodes,
    predict: Episodes,
    covariates: Sequence[str] = DEFAULT,
    replicates: int = 200,
    seed: int = 0,
) -> Forecast:
    """Forecast recurrence within five calendar years, with 90 % intervals (with few replicates: their ends).

    Args:
        train: labelled episodes.
        predict: any episodes; labels there are not looked at.
        covariates: see `design.COVARIATES`.
        replicates: bootstrap refits over conflicts; 0 leaves low and high nan.
        seed: of the bootstrap.
    """
    train = with_history(train, (train,))
    predict = with_history(predict, (train, predict))
    model = fit_hazard(train, covariates)
    p = model.predictive(predict)
    if replicates == 0:
        nothing = np.full(len(predict), np.nan)
        return Forecast(p, nothing, nothing, model)
    rng = np.random.default_rng((seed, 1))
    scale = model.drift_ahead(predict)
    draws: list[np.ndarray] = []
    left_out: list[str] = []
    for rows in resamples(train.conflict_id, replicates, seed):
        drift = scale * rng.standard_normal()
        try:
            draws.append(fit_hazard(train.take(rows), covariates).probability(predict, drift))
        except DRAW_FAULTS as error:
            left_out.append(str(error))
    if not draws:
        raise ComputationError(f"not one refit on resampled conflicts succeeded: {reasons_in_words(left_out)}")
    ends = (5, 95) if len(draws) >= FEW else (0, 100)
    low, high = np.percentile(draws, ends, axis=0) if len(predict) else (p, p)
    return Forecast(p, np.minimum(low, p), np.maximum(high, p), model, tuple(left_out))
