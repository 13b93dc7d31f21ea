"""Simulate, code, recover: what the design check promises holds, and known traps do not spring."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from calibration import calibrate
from evidence_toy import ACCOUNTS, CHANCES, SPACE, TABLE, bank, channels, scheme, scorer

from detente.errors import ComputationError
from detente.evidence.coded import Chance, recording
from detente.evidence.design import design_check, resample
from detente.evidence.posterior import DECIBAN
from detente.evidence.priors import SCALE, JointPrior, LogUniform
from detente.evidence.score import Scorer
from detente.evidence.simulate import observe, simulate

pytestmark = pytest.mark.slow

NAMES = list(ACCOUNTS)


@pytest.fixture(scope="module")
def solved():
    return bank(60)


def priors_of(bank_, accounts=ACCOUNTS):
    return np.array([bank_.log_prior(p) for p in accounts.values()])


def records(truth, account, count, years, rng, *, chances=CHANCES):
    """Records from one account, drawn from another bank than the one that will judge them."""
    for row in resample(truth.log_prior(ACCOUNTS[account]), count, rng):
        trajectory = simulate(TABLE, truth.rates[row].astype(float), 0, years, rng)
        p = np.array([[c.low + (c.high - c.low) * rng.random() for c in chances]])
        yield observe(trajectory, TABLE, scheme(years), recording(chances, 3, p), draw=0, rng=rng)


def factors(paths, scorer_, log_priors):
    """Bayes factors of the first account over the second, decibans."""
    values = [np.logaddexp.reduce(log_priors + scorer_.score(path), axis=1) for path in paths]
    return np.array([DECIBAN * (a - b) for a, b in values])


def test_the_true_account_is_found_where_the_design_check_calls_the_record_long_enough(solved):
    log_priors = priors_of(solved)
    long = design_check(NAMES, scorer(solved), scheme(12.0), log_priors, 40, seed=1)
    assert long.long_enough
    judge, rng = scorer(solved), np.random.default_rng(2)
    fresh = bank(20, seed=5)
    right = [
        factors(records(fresh, a, 20, 12.0, rng), judge, log_priors) * s for a, s in zip(NAMES, (1, -1), strict=True)
    ]
    assert (np.concatenate(right) > 0).mean() > 0.95


class Choosy(Scorer):
    """Fails on every record with more than two marks."""

    def score(self, path):
        if len(path.marks) > 2:
            raise ComputationError("too many marks for me")
        return super().score(path)


def test_a_simulated_record_that_fails_is_left_out_with_its_reason(solved):
    plain = scorer(solved)
    choosy = Choosy(plain.bank, plain.channels, plain.thinning)
    whole = design_check(NAMES, plain, scheme(1.0), priors_of(solved), 20, seed=3)
    found = design_check(NAMES, choosy, scheme(1.0), priors_of(solved), 20, seed=3)
    kept = whole.marks <= 2
    assert found.left_out == ("too many marks for me",) * int((~kept).sum()) and 0 < kept.sum() < 40
    assert np.array_equal(found.truth, whole.truth[kept])
    assert np.array_equal(found.log_evidence, whole.log_evidence[kept])
    assert found.per_account < 20  # fewer records than were asked for: no verdict rests on those that failed
    with pytest.raises(ComputationError, match="not one simulated record could be scored: too many marks for me"):
        design_check(NAMES, choosy, scheme(40.0), priors_of(solved), 3, seed=3)


def test_short_records_cannot_tell(solved):
    short = design_check(NAMES, scorer(solved), scheme(0.25), priors_of(solved), 60, seed=3)
    assert not short.long_enough
    assert max(short.wrongly_conclusive(k) for k in (0, 1)) <= 0.05
    assert min(short.conclusive(k) for k in (0, 1)) < 0.5


def test_wrong_reference_rates_do_not_give_a_confident_wrong_verdict(solved):
    """Records come from a world in which everybody acts 2.5 times as often as the account's middle says."""
    accounts = {n: JointPrior(n, {**p.changed, SCALE: LogUniform(0.98, 1.02)}) for n, p in ACCOUNTS.items()}
    frozen_bank = bank_with(accounts)
    world = bank(20, seed=9, factor=2.5)
    rng = np.random.default_rng(4)
    paths = {a: list(records(world, a, 12, 12.0, rng)) for a in NAMES}
    open_priors = priors_of(solved)
    designed = design_check(NAMES, scorer(solved), scheme(12.0), open_priors, 40, seed=1)
    thresholds = (designed.threshold(0, 1), designed.threshold(1, 0))
    with_prior = wrong_share(paths, scorer(solved), open_priors, thresholds)
    fixed = wrong_share(paths, scorer(frozen_bank), priors_of(frozen_bank, accounts), (0.0, 0.0))
    assert with_prior <= 0.05
    assert with_prior <= fixed


def bank_with(accounts):
    from evidence_toy import ToySolver

    from detente.evidence.bank import fill
    from detente.evidence.posterior import Proposal

    return fill(ToySolver(), TABLE, SPACE, [Proposal(p, 60) for p in accounts.values()], seed=11)


def wrong_share(paths, judge, log_priors, thresholds):
    """Share of records in which the wrong account is favoured beyond its threshold."""
    prolong, honest = (factors(paths[a], judge, log_priors) for a in NAMES)
    return float(np.concatenate([-prolong > thresholds[1], honest > thresholds[0]]).mean())


def test_half_of_a_mediators_acts_missing_does_not_turn_into_honesty(solved):
    """A prolonging mediator convenes and appeals; half of its appeals go unrecorded."""
    half = (CHANCES[0], Chance("speak", 1, 0.0, 0.5, 0.5), CHANCES[2])
    complete = (CHANCES[0], Chance("speak", 1, 0.0, 0.98, 1.0), Chance("incident", 2, 0.0, 0.98, 1.0))
    log_priors, rng = priors_of(solved), np.random.default_rng(6)
    paths = list(records(bank(20, seed=13), "prolong", 24, 8.0, rng, chances=half))
    aware = factors(paths, scorer(solved), log_priors)
    naive = factors(paths, scorer(solved, complete), log_priors)
    assert (aware < 0).mean() <= 0.05
    assert (aware < 0).mean() <= (naive < 0).mean()


def test_calibration_ranks_are_uniform(solved):
    found = calibrate(scorer(solved), scheme(4.0), solved.log_prior(JointPrior("usual")), 10, seed=7)
    assert found.ranks.shape == (10, 5)
    assert min(found.tails().values()) > 0.001
    assert found.histogram().sum() == 50


def test_recording_probabilities_are_integrated_out_exactly(solved):
    """Against a product grid over the two uncertain probabilities, for a few draws."""
    few = solved.some(np.flatnonzero(np.isfinite(solved.log_prior(ACCOUNTS["prolong"])))[:4])
    path = next(records(few, "prolong", 1, 3.0, np.random.default_rng(8)))
    two = (Chance("settle", 0, 0.0, 0.9, 0.9), *CHANCES[1:])
    judge = scorer(few, two)
    exact, error = judge.exact(path, 400, seed=0)
    cells = 12
    nodes, weights = np.polynomial.legendre.leggauss(cells)
    grid = [(0.3 + 0.65 * (n + 1) / 2, w / 2) for n, w in zip(nodes, weights, strict=True)]
    parts = []
    for p, wp in grid:
        for q, wq in grid:
            at = np.array([0.9, p, q])
            fixed = replace(judge, thinning=replace(judge.thinning, at=at), _filters=[])
            parts.append(np.log(wp * wq) + fixed.at_working_values(path)[0])
    assert exact == pytest.approx(np.logaddexp.reduce(parts, axis=0), abs=5 * error.max() + 1e-3)
    assert error.max() < 0.1
    assert judge.score(path) == pytest.approx(exact, abs=1.0)


def test_channels_of_the_toy_are_not_empty():
    assert all(len(c.entries) for c in channels())
