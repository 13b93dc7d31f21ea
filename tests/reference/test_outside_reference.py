"""Against lifelines, against a general optimiser, and against the published data where they are on this machine."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from detente.outside import curves_csv, curves_of, fit_hazard, forecast, read_episodes, shipped_curves
from detente.outside.classes import SHIPPED, SOURCE
from detente.outside.design import learn_design
from detente.outside.episodes import HORIZON, Episodes
from detente.outside.hazard import BASELINE_SPREAD, LEVEL_SPREAD, PERIOD, years_at_risk
from detente.outside.lifetable import life_table
from detente.outside.validation import by_conflict, forward, report

ROOT = Path(__file__).resolve().parents[2]


def made(n=150, seed=0, known=2004):
    rng = np.random.default_rng(seed)
    end = rng.integers(1950, 2003, n).astype(float)
    outcome = rng.integers(1, 7, n).astype(float)
    gap = rng.geometric(np.where(outcome > 4, 0.25, 0.08))
    columns = {
        "endyear": end,
        "outcome": outcome,
        "duration_years": rng.gamma(1, 3, n),
        "next_active_year": np.where(end + gap <= known, end + gap, np.nan),
    }
    return Episodes(tuple(map(str, range(n))), ("1",) * n, ("",) * n, columns, known)


def test_life_table_is_kaplan_meier_with_greenwood_intervals():
    lifelines = pytest.importorskip("lifelines")
    episodes = made()
    end, following = episodes.column("endyear"), episodes.column("next_active_year")
    ended = np.isfinite(following)
    fitter = lifelines.KaplanMeierFitter(alpha=0.1).fit(np.where(ended, following, 2004) - end, ended)
    table = life_table(episodes)
    for horizon in (1, 2, 5, 10):
        low, high = 1 - fitter.confidence_interval_.loc[horizon].to_numpy()[::-1]
        found = table.recurrence(horizon)
        assert found == pytest.approx((low, 1 - fitter.predict(horizon), high), abs=1e-9)


def test_newton_finds_the_posterior_mode():
    """The same penalised likelihood, written out by hand and given to a general optimiser."""
    episodes = made()
    covariates = ("outcome", "duration_years")
    model, design = fit_hazard(episodes, covariates), learn_design(episodes, covariates)
    row, year, event = years_at_risk(episodes)
    x = design.matrix(episodes)
    age = (2004 - (episodes.column("endyear")[row] + year)).astype(int) // PERIOD
    rate = event.mean()
    centre = np.log(rate / (1 - rate))

    def split(beta):
        return beta[:HORIZON], beta[HORIZON : HORIZON + age.max()], beta[HORIZON + age.max() :]

    def loss(beta):
        base, steps, effects = split(beta)
        level = np.concatenate([[0], np.cumsum(steps)])[age]
        logit = base[year - 1] + level + x[row] @ effects
        prior = (((base - centre) / BASELINE_SPREAD) ** 2).sum() + ((steps / LEVEL_SPREAD) ** 2).sum()
        prior += ((effects / np.array([c.spread for c in design.columns])) ** 2).sum()
        return np.logaddexp(0, logit).sum() - event @ logit + prior / 2

    size = HORIZON + age.max() + x.shape[1]
    best = minimize(loss, np.concatenate([np.full(HORIZON, centre), np.zeros(size - HORIZON)]), method="BFGS")
    ours = np.concatenate([model.baseline, model.steps, model.effects])
    assert loss(ours) <= best.fun + 1e-6
    np.testing.assert_allclose(ours, best.x, atol=2e-3)


def test_forecast_averages_over_the_drift_of_the_level():
    episodes = made()
    model = fit_hazard(episodes, ("outcome",))
    late = Episodes(("x",), ("1",), ("",), {"endyear": np.array([2012.0]), "outcome": np.array([5.0])})
    draws = np.random.default_rng(0).standard_normal(40000) * model.drift_ahead(late)[0]
    simulated = np.mean([model.probability(late, float(d))[0] for d in draws[:4000]])
    assert model.predictive(late)[0] == pytest.approx(simulated, abs=4e-3)


@pytest.fixture(scope="module")
def ucdp(shared):
    path = shared / "data" / "ucdp" / "conflict_episodes_ended_1946_1999.csv"
    if not path.is_file():
        pytest.skip("the UCDP episodes 1946-1999 are not on this machine")
    return read_episodes(path, True)


def test_episodes_are_those_described(ucdp):
    assert len(ucdp) == 282
    assert ucdp.known_until == 2004
    assert ucdp.column("recur5").mean() == pytest.approx(0.394, abs=5e-4)


def test_shipped_figures_are_those_of_the_data(ucdp):
    computed = curves_csv(curves_of(ucdp, SOURCE))
    shipped = (ROOT / "src" / "detente" / "outside" / SHIPPED).read_text("utf-8")
    assert shipped == computed
    assert shipped_curves().since == 1980


def test_the_model_beats_the_simple_rate_forward_in_time(ucdp):
    table = report(forward(ucdp), replicates=200)
    rows = {row[0]: dict(zip(table.columns, row)) for row in table.rows}
    model, rate = rows["hazard model"], rows["rate per outcome type"]
    assert model["Brier (mid)"] < rate["Brier (mid)"]
    assert model["Brier minus rate per outcome type (high)"] < 0
    assert model["log score (mid)"] < rows["constant rate"]["log score (mid)"]
    assert 0.4 < model["calibration slope (mid)"] < 1.3


@pytest.mark.slow
def test_documented_scores_are_those_of_the_data(ucdp):
    """docs/outside.md prints what `baserate --validate` prints."""
    text = (ROOT / "docs" / "outside.md").read_text("utf-8")
    for trial in (forward(ucdp), by_conflict(ucdp)):
        table = report(trial)
        assert table.title in text
        for row in table.rows:
            shown = re.search(rf"^\| {re.escape(str(row[0]))} \|(.*)\|$", text.split(table.title)[1], re.MULTILINE)
            assert shown is not None, row[0]
            numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", shown.group(1))]
            triples = [row[n : n + 3] for n in range(1, len(row), 3)]
            expected = [v for low, mid, high in triples for v in (mid, low, high) if v is not None]
            np.testing.assert_allclose(numbers, np.array(expected, dtype=float), atol=1e-3)


def test_forecasts_for_the_file_itself_are_in_range(ucdp):
    found = forecast(ucdp, ucdp, replicates=20)
    assert 0.05 < found.p.min() < found.p.max() < 0.95
    low_activity = ucdp.column("outcome") == 5
    assert found.p[low_activity].mean() > found.p[~low_activity].mean() + 0.15
