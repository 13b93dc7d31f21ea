from dataclasses import replace

import numpy as np
import pytest

from detente.errors import OptionError
from detente.outside import fit_hazard, forecast
from detente.outside.design import DEFAULT, learn_design
from detente.outside.episodes import Episodes
from detente.outside.hazard import with_history, years_at_risk
from detente.outside.scores import brier, calibration, intervals, log_score, resamples


def made(n=120, seed=1, known=2004):
    """Episodes whose recurrence depends on the outcome type only."""
    rng = np.random.default_rng(seed)
    end = rng.integers(1950, 2000, n).astype(float)
    outcome = rng.integers(1, 7, n).astype(float)
    hazard = np.where(outcome == 5, 0.3, 0.05)
    gap = rng.geometric(hazard)
    following = np.where(end + gap <= known, end + gap, np.nan)
    columns = {
        "endyear": end,
        "outcome": outcome,
        "duration_years": rng.gamma(1, 3, n),
        "prior_episodes": rng.integers(0, 4, n).astype(float),
        "next_active_year": following,
        "recur5": np.where(end + 5 <= known, (gap <= 5).astype(float), np.nan),
    }
    ids = tuple(str(i // 2) for i in range(n))
    return Episodes(ids, tuple(str(i) for i in range(n)), ("x",) * n, columns, known)


def test_years_at_risk_stop_at_recurrence_and_at_the_end_of_knowledge():
    columns = {"endyear": np.array([1990.0, 1990.0, 2003.0]), "next_active_year": np.array([1992.0, np.nan, np.nan])}
    row, year, event = years_at_risk(Episodes(("1", "2", "3"), ("1",) * 3, ("",) * 3, columns, 2004))
    np.testing.assert_array_equal(row, [0, 0, 1, 1, 1, 1, 1, 2])
    np.testing.assert_array_equal(year, [1, 2, 1, 2, 3, 4, 5, 1])
    np.testing.assert_array_equal(event, [0, 1, 0, 0, 0, 0, 0, 0])


def test_forecasts_are_bracketed_ordered_and_reproducible():
    train, test = made(), made(30, 2)
    first, again = (forecast(train, test, replicates=20, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.low, again.low)
    assert ((first.low <= first.p) & (first.p <= first.high)).all()
    assert ((first.low > 0) & (first.high < 1)).all()
    low_activity = test.column("outcome") == 5
    assert first.p[low_activity].min() > first.p[~low_activity].max()


def test_labels_of_the_rows_to_forecast_change_nothing():
    train, test = made(), made(30, 2)
    flipped = Episodes(
        test.conflict_id, test.episode, test.location, test.columns | {"recur5": 1 - test.column("recur5")}, None
    )
    np.testing.assert_array_equal(forecast(train, test, replicates=0).p, forecast(train, flipped, replicates=0).p)


def test_the_label_is_never_a_covariate():
    for name in ("next_active_year", "recur5"):
        with pytest.raises(OptionError, match="derived from the label"):
            learn_design(made(), ("outcome", name))
    with pytest.raises(OptionError, match="did you mean 'outcome'"):
        learn_design(made(), ("outcom",))


def test_unseen_and_missing_values_and_later_years_give_ordinary_forecasts():
    n = 5
    columns = {
        "endyear": np.array([2019.0, 2030.0, np.nan, 2010.0, 2010.0]),
        "outcome": np.array([9.0, np.nan, 5.0, 5.0, 5.0]),
        "duration_years": np.array([1e9, -3.0, np.nan, 1.0, 1.0]),
        "region": np.array([42.0, np.nan, 1, 1, 1]),
    }
    found = forecast(made(), Episodes(("a",) * n, ("1",) * n, ("nowhere",) * n, columns), replicates=10)
    assert np.isfinite([found.p, found.low, found.high]).all()
    assert ((found.p > 0.02) & (found.p < 0.98)).all()
    bare = forecast(made(), Episodes(("a",), ("1",), ("",), {"endyear": np.array([2010.0])}), replicates=10)
    assert 0.1 < bare.p[0] < 0.9


def test_later_years_are_forecast_with_wider_intervals():
    def width(year):
        columns = {"endyear": np.array([year]), "outcome": np.array([5.0])}
        found = forecast(made(), Episodes(("a",), ("1",), ("",), columns), replicates=200)
        return found.high[0] - found.low[0]

    assert width(2019.0) > width(2004.0)


def test_the_number_of_rows_and_their_company_do_not_change_a_forecast():
    train, test = made(), made(30, 2)
    alone = forecast(train, test.take(np.array([7])), replicates=0).p[0]
    # other rows in the file count towards the history of the country, here the same for all
    nowhere = Episodes(test.conflict_id, test.episode, ("",) * 30, test.columns)
    together = forecast(train, nowhere, replicates=0).p
    assert forecast(train, nowhere.take(np.array([7])), replicates=0).p[0] == pytest.approx(together[7], abs=1e-12)
    assert 0 < alone < 1


def test_refits_without_a_recurrence_are_left_out_and_counted():
    """One conflict recurred: resamples that miss it have nothing to learn from."""
    train = made(40)
    following = np.full(40, np.nan)
    following[0] = train.column("endyear")[0] + 2
    recur = np.where(np.arange(40) == 0, 1.0, 0.0)
    rare = replace(train, columns=train.columns | {"next_active_year": following, "recur5": recur})
    found = forecast(rare, made(3, 2), replicates=40)
    assert 0 < len(found.left_out) < 40
    assert all("0 recurrences" in reason for reason in found.left_out)
    assert (found.low <= found.p).all() and (found.p <= found.high).all()


def test_too_little_to_learn_from_is_said():
    with pytest.raises(OptionError, match="at least 10 episodes"):
        fit_hazard(made(5))
    with pytest.raises(OptionError, match="without labels"):
        fit_hazard(Episodes(("1",), ("1",), ("",), {"endyear": np.array([1990.0])}))


def test_absent_covariates_are_reported_as_unused():
    model = fit_hazard(with_history(made(), (made(),)), DEFAULT)
    assert set(model.design.unused) == {"peacekeepers", "third_party"}


def test_dated_forecasts_follow_the_level_of_their_time():
    rng = np.random.default_rng(0)
    n = 600
    end = rng.integers(1950, 2000, n).astype(float)
    gap = rng.geometric(np.where(end < 1975, 0.03, 0.25))
    columns = {"endyear": end, "next_active_year": np.where(end + gap <= 2004, end + gap, np.nan)}
    columns["outcome"] = rng.integers(1, 7, n).astype(float)
    episodes = Episodes(tuple(map(str, range(n))), ("1",) * n, ("",) * n, columns, 2004)
    dated = fit_hazard(episodes, ("outcome",)).probability(episodes, dated=True)
    assert dated[end < 1970].mean() < 0.25
    assert dated[end > 1980].mean() > 0.6


def test_scores_by_hand():
    p, y = np.array([0.2, 0.8, 0.5]), np.array([0.0, 1.0, 1.0])
    assert brier(p, y) == pytest.approx((0.04 + 0.04 + 0.25) / 3)
    assert log_score(p, y) == pytest.approx(-np.log([0.8, 0.8, 0.5]).mean())
    assert log_score(np.array([0.0]), np.array([1.0])) == pytest.approx(-np.log(0.001))


def test_calibration_finds_forecasts_that_are_too_extreme():
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1.5, 20000)
    y = (rng.random(20000) < 1 / (1 + np.exp(-0.5 * x - 0.3))).astype(float)
    intercept, slope = calibration(1 / (1 + np.exp(-x)), y)
    assert (intercept, slope) == (pytest.approx(0.3, abs=0.05), pytest.approx(0.5, abs=0.04))
    assert np.isnan(calibration(np.full(10, 0.4), np.arange(10) % 2.0)).all()


def test_resamples_keep_groups_whole():
    groups = ["a", "a", "b", "c", "c", "c"]
    for rows in resamples(groups, 20, 0):
        counts = np.bincount(rows, minlength=6)
        assert counts[0] == counts[1]
        assert counts[3] == counts[4] == counts[5]
    with pytest.raises(OptionError, match="--replicates 0; expected a whole number"):
        resamples(groups, 0, 0)


def test_interval_of_a_mean_covers_it():
    y = np.random.default_rng(0).random(200)
    found, never = intervals(lambda rows: (float(y[rows].mean()), np.nan), [str(i) for i in range(200)], 400)
    assert found.low < found.mid < found.high
    assert found.high - found.low == pytest.approx(2 * 1.645 * y.std() / np.sqrt(200), rel=0.15)
    assert np.isnan(never.high)
