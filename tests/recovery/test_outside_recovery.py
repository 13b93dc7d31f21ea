"""Simulate recurrence with known chances, refit, and see whether they come back."""

import numpy as np
import pytest

from detente.outside import fit_hazard, forecast
from detente.outside.episodes import Episodes


def simulate(n, seed, known=2004, last=2000):
    """Yearly logit hazards -2.5, plus 1.6 where outcome is 5, plus .5 in and after 1980; returns true chances too."""
    rng = np.random.default_rng(seed)
    end = rng.integers(1946, last, n).astype(float)
    outcome = rng.choice([1.0, 3.0, 5.0], n)
    years = end[:, None] + np.arange(1, 61)
    logit = -2.5 + 1.6 * (outcome == 5)[:, None] + 0.5 * (years >= 1980)
    hazard = 1 / (1 + np.exp(-logit))
    hit = rng.random(hazard.shape) < hazard
    gap = np.where(hit.any(axis=1), hit.argmax(axis=1) + 1, 99)
    following = np.where(end + gap <= known, end + gap, np.nan)
    columns = {"endyear": end, "outcome": outcome, "next_active_year": following}
    ids = tuple(map(str, range(n)))
    truth = 1 - np.prod(1 - 1 / (1 + np.exp(-(-2.0 + 1.6 * (outcome == 5)[:, None]) * np.ones(5))), axis=1)
    return Episodes(ids, ("1",) * n, ("",) * n, columns, known), truth


def test_chances_come_back_with_many_episodes():
    episodes, truth = simulate(6000, 1)
    model = fit_hazard(episodes, ("outcome",))
    assert np.abs(model.probability(episodes) - truth).max() < 0.05
    old = episodes.column("endyear") < 1970
    assert model.probability(episodes, dated=True)[old].mean() < model.probability(episodes)[old].mean() - 0.04


@pytest.mark.slow
def test_intervals_cover_the_truth_with_few_episodes():
    covered = []
    for seed in range(20):
        episodes, truth = simulate(280, seed)
        rows = np.array([int(np.flatnonzero(episodes.column("outcome") == value)[0]) for value in (1.0, 3.0, 5.0)])
        found = forecast(episodes, episodes.take(rows), ("outcome",), replicates=40, seed=seed)
        covered += list((found.low <= truth[rows]) & (truth[rows] <= found.high))
    assert np.mean(covered) >= 0.8
