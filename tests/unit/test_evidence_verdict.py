import json

import numpy as np
import pytest

from detente.evidence.accounts import Telling, Variant, bias_tolerance, compare, contributions, expected_overlap
from detente.evidence.baselines import climatology, plain, score_baselines
from detente.evidence.checks import Checked, passed
from detente.evidence.design import Designed, resample
from detente.evidence.freeze import freeze
from detente.evidence.path import CHANGE, Mark, Path, Pin
from detente.evidence.posterior import DECIBAN
from detente.evidence.predict import BackTested
from detente.evidence.verdict import (
    CANNOT,
    REJECTED,
    decide,
    design_condition,
    predictive_condition,
    priors_condition,
    robust_condition,
    sampling_condition,
)

ROWS = 600


def compared(gap, ess=ROWS):
    """Two accounts on ROWS draws each; the first is better by `gap` nats."""
    log_priors = np.where(np.arange(2 * ROWS) // ROWS == np.arange(2)[:, None], 0.0, -np.inf)
    likelihood = np.where(np.arange(2 * ROWS) < ROWS, gap, 0.0)
    if ess < ROWS:
        likelihood[ess:ROWS] = -np.inf
    return compare(["one", "two"], log_priors, likelihood, np.ones(len(likelihood)))


def test_the_error_of_a_bayes_factor_counts_what_particles_are_worth_and_what_the_way_there_added():
    log_priors, likelihood = np.zeros((2, 100)), np.linspace(-1, 0, 100)
    log_priors[1] = np.linspace(0, -1, 100)
    plain = compare(["one", "two"], log_priors, likelihood, np.ones(100)).decibans(0, 1)
    half = compare(["one", "two"], log_priors, likelihood, np.full(100, 0.5)).decibans(0, 1)
    moved = compare(["one", "two"], log_priors, likelihood, np.ones(100), (0.01, 0.02)).decibans(0, 1)
    assert plain[0] == half[0] == moved[0]
    assert half[1] == pytest.approx(plain[1] * 2**0.5)
    assert moved[1] == pytest.approx((plain[1] ** 2 + DECIBAN**2 * 0.03) ** 0.5)
    assert compare(["one", "two"], log_priors, likelihood, np.ones(100), (0.01, 0.02)).decibans(0, 0) == (0.0, 0.0)


def designed(records=200, spread=1.0):
    truth = np.repeat([0, 1], records)
    rng = np.random.default_rng(0)
    lead = np.where(truth == 0, 3.0, -3.0) + spread * rng.normal(size=2 * records)
    evidence = np.stack([lead / 2, -lead / 2], axis=1)
    return Designed(("one", "two"), truth, evidence, np.ones((2 * records, 2)), np.zeros(2 * records))


GOOD = [Variant("without source s", 3.0, np.inf), Variant("noise halved", 4.0, 150.0)]


def all_conditions(c, d, fixed=(), passes=True, variants=GOOD):
    design, threshold = design_condition(c, d, c)
    conditions = [
        priors_condition(fixed),
        design,
        predictive_condition(passes, "marks"),
        robust_condition(variants),
        sampling_condition(c),
    ]
    return decide(c, conditions, threshold)


def test_a_verdict_when_everything_holds():
    verdict = all_conditions(compared(2.0), designed())
    assert verdict.favoured == "one"
    assert verdict.decibans == pytest.approx(8.686, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"fixed": ("noise",)}, ["a: nuisances are priors"]),
        ({"d": designed(records=50)}, ["b: design check"]),
        ({"d": None}, ["b: design check"]),
        ({"d": designed(spread=8.0)}, ["b: design check"]),
        ({"variants": [*GOOD, Variant("second coding", -1.0, 200.0)]}, ["d: the sign survives"]),
        ({"variants": [*GOOD, Variant("second coding", 5.0, 3.0)]}, ["d: the sign survives"]),
        ({"variants": []}, ["d: the sign survives"]),
        ({"c": compared(2.0, ess=40)}, ["b: design check", "sampling"]),
    ],
)
def test_one_condition_missing_and_the_record_cannot_tell(change, missing):
    arguments = {"c": compared(2.0), "d": designed(), **change}
    verdict = all_conditions(**arguments)
    assert verdict.words == CANNOT
    assert verdict.favoured is None
    assert [c.id for c in verdict.conditions if not c.holds] == missing
    assert not any("deciban" in c.words for c in verdict.conditions if "c" in change)  # noise is not told


def test_failed_predictive_checks_reject_the_model():
    assert all_conditions(compared(2.0), designed(), passes=False).words == REJECTED
    thin = all_conditions(compared(2.0, ess=40), designed(), passes=False)
    assert thin.words == CANNOT  # too few effective draws: the misfit may be the bank's


def test_design_numbers():
    d = designed(records=400, spread=3.0)
    wrong = d.factor(0, 1, 1)
    assert (wrong > d.threshold(0, 1)).mean() <= 0.05
    assert d.sign_right(0, 1) == pytest.approx((d.factor(0, 1, 0) > 0).mean())
    assert not d.long_enough
    assert designed(spread=0.5).long_enough
    assert not designed(records=50).long_enough or designed(records=50).quick
    assert d.wrongly_conclusive(0) <= 0.05


def test_resampling_is_proportional():
    rows = resample(np.log(np.array([0.7, 0.2, 0.1])), 1000, np.random.default_rng(0))
    assert np.bincount(rows, minlength=3) == pytest.approx([700, 200, 100], abs=1)


def test_contributions_of_events_sum_to_the_evidence():
    rng = np.random.default_rng(1)
    increments, log_prior = rng.normal(size=(12, 40)), rng.normal(size=40)
    result = compare(["one"], log_prior[None], increments.sum(axis=0), np.ones(increments.shape[1]))
    total = result.results[0].log_evidence - np.logaddexp.reduce(log_prior)
    assert contributions(log_prior, increments).sum() == pytest.approx(total)


def test_bias_tolerance_counts_the_most_telling_events():
    events = [Telling(str(n), "2001-01-01", "", "", d, ()) for n, d in enumerate([3.0, 2.0, 1.0, -2.0])]
    assert bias_tolerance(events, 4.0) == (2, 3)
    assert bias_tolerance(events, 40.0) == (4, 3)


def test_many_statistics_are_judged_together():
    checks = [Checked(str(n), 0, 0, 0, 0.5) for n in range(9)]
    assert passed([*checks, Checked("x", 0, 0, 0, 0.006)])
    assert not passed([*checks, Checked("x", 0, 0, 0, 0.004)])


def test_freezing_lists_later_edits(tmp_path):
    files = {name: tmp_path / name for name in ("case.yaml", "coding.yaml")}
    for path in files.values():
        path.write_text("one", encoding="utf-8")
    assert freeze(tmp_path / "out", files) == []
    assert freeze(tmp_path / "out", files) == []
    files["coding.yaml"].write_text("two", encoding="utf-8")
    files["accounts/new.yaml"] = tmp_path / "new.yaml"
    files["accounts/new.yaml"].write_text("three", encoding="utf-8")
    edits = freeze(tmp_path / "out", files)
    assert [e.split(" was ")[0] for e in edits] == ["coding.yaml", "accounts/new.yaml"]
    assert set(json.loads((tmp_path / "out" / "frozen.json").read_text("utf-8"))) == {"case.yaml", "coding.yaml"}


def test_baselines_are_poisson_scores_by_hand():
    war, calm = np.array([True, False]), np.array([False, True])
    marks = (*(Mark(t, 0) for t in (0.5, 1.5, 2.5, 3.5, 4.5)), Mark(4.6, CHANGE))
    path = Path(6.0, np.array([0.0, 1.0]), marks, (Pin(0, 4.6, calm), Pin(4.6, 6, war)))
    sequence = plain(path, ["a"], np.array([0, 1]))
    stateless, per_state = score_baselines(sequence, 4.0, 6.0, ["a"])
    rate, change = (4 + 0.5) / 4, 0.5 / 4
    assert stateless.log_score == pytest.approx(np.log(rate) + np.log(change) - 2 * (rate + change))
    in_calm = (4 + 5 * rate) / (4 + 5)
    change_calm = (5 * change) / (4 + 5)
    integral = 0.6 * (in_calm + change_calm) + 1.4 * (rate + change)
    assert per_state.log_score == pytest.approx(np.log(in_calm) + np.log(change_calm) - integral)
    assert stateless.marks == 2


def test_climatology():
    assert climatology([1.0, 2.0], 25.0, 5.0) == pytest.approx(1 - np.exp(-0.5))


def test_the_first_line_says_who_predicts_better():
    from detente.evidence.baselines import Scored

    base = (Scored("stateless frequencies", -20.0, 7), Scored("frequencies per state", -15.0, 7))
    tested = BackTested("2010-01-01", ("2010-01-01", "2015-01-01"), 7, -18.0, base, 50.0, 0.2, 0.1, 1)
    assert tested.words.startswith("a simple rival predicts better: frequencies per state")
    assert "anecdote" in tested.words


def test_overlap_that_noise_alone_leaves():
    assert expected_overlap(10_000) > 0.95
    assert expected_overlap(20) < 0.8
