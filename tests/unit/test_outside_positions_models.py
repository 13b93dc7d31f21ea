import numpy as np
import pytest

from detente.errors import OptionError
from detente.outside.bargaining import compromise_mean, nash_bargaining, weighted_median
from detente.outside.challenge import ChallengeRules, challenge, expected_gains, prevailing, risk_exponents
from detente.outside.issue import Inputs


def inputs(position, capability=None, salience=None, **more):
    x = np.asarray(position, dtype=float)
    ones = np.ones_like(x)
    c = ones if capability is None else np.asarray(capability, dtype=float)
    s = ones if salience is None else np.asarray(salience, dtype=float)
    return Inputs(x, c, s, **more)


def random_inputs(seed, n=7):
    rng = np.random.default_rng(seed)
    return inputs(rng.uniform(0, 100, n), rng.uniform(0.1, 1, n), rng.uniform(0.1, 1, n))


def test_mean_and_median_by_hand():
    assert compromise_mean(inputs([0, 10], [1, 3], [1, 0.5])) == pytest.approx(6)
    assert weighted_median(inputs([0, 4, 10], [1, 1, 1])) == 4
    assert weighted_median(inputs([0, 10])) == 0  # half of the weight is reached at the lower position
    assert weighted_median(inputs([10, 0, 4], [5, 1, 1])) == 10


def test_median_has_no_weighted_majority_against_it():
    for seed in range(30):
        i = random_inputs(seed)
        m = weighted_median(i)
        assert i.weight[i.position > m].sum() <= i.weight.sum() / 2 + 1e-12
        assert i.weight[i.position < m].sum() <= i.weight.sum() / 2 + 1e-12


def test_nobody_with_influence_is_refused():
    for method in (compromise_mean, weighted_median, nash_bargaining):
        with pytest.raises(OptionError, match="no actor has both"):
            method(inputs([0, 1], salience=[0, 0]))


def test_nash_of_equals_is_the_middle_and_power_pulls():
    assert nash_bargaining(inputs([0, 10])) == pytest.approx(5, abs=1e-6)
    assert nash_bargaining(inputs([0, 10], [1, 2])) > 5.5
    assert nash_bargaining(inputs([3, 3])) == 3


def test_nash_with_dear_failure_is_the_compromise_model():
    for seed in range(5):
        i = random_inputs(seed)
        dear = Inputs(i.position, i.capability, i.salience, None, 1e6)
        assert nash_bargaining(dear) == pytest.approx(compromise_mean(i), abs=1e-3)


def test_nash_is_a_maximum_on_a_grid():
    for seed in range(5):
        i = random_inputs(seed)
        span = np.ptp(i.position)
        grid = np.linspace(i.position.min(), i.position.max(), 20001)
        gain = 1 - i.salience[:, None] * ((grid - i.position[:, None]) / span) ** 2
        best = grid[np.argmax(i.capability @ np.log(np.maximum(gain, 1e-300)))]
        assert nash_bargaining(i) == pytest.approx(best, abs=span / 10000)


def test_an_actor_content_with_failure_has_a_veto():
    assert nash_bargaining(inputs([0, 10], reversion=0.0, failure_cost=0.0)) is None
    small = nash_bargaining(inputs([0, 10], reversion=0.0, failure_cost=0.04))
    assert 0 < small < 2  # it concedes at most as far as failure would cost it: 10 * sqrt(.04)
    assert nash_bargaining(inputs([0, 10], reversion=30.0, failure_cost=0.0)) > 0


def test_chances_are_shares_and_pairs_sum_to_one_only_within_the_contest():
    for seed in range(5):
        i = random_inputs(seed)
        ones = np.ones(i.position.size)
        every, pair = (prevailing(i, i.span, ones, share) for share in ("all", "pair"))
        off = ~np.eye(i.position.size, dtype=bool)
        np.testing.assert_allclose((pair + pair.T)[off], 1)
        assert ((every + every.T)[off] < 0.2).all()
        assert (every >= 0).all()


def test_risk_exponents_run_from_half_to_two():
    for seed in range(5):
        r = risk_exponents(random_inputs(seed), 100.0)
        assert (r.min(), r.max()) == (pytest.approx(0.5), pytest.approx(2))
    assert (risk_exponents(inputs([4, 4, 4]), 1.0) == 1).all()


def test_gains_of_neutral_actors_by_hand():
    """Two actors, neutral to risk, at the ends: Us = 2, Uf = -2, Usq = 0."""
    i = inputs([0, 1], [1, 3], [0.5, 0.25])
    p = prevailing(i, 1.0, np.ones(2), "pair")
    own, faced = expected_gains(i, 1.0, np.ones(2), "pair")
    assert p[0, 1] == pytest.approx(0.5 / 1.25)
    assert own[0, 1] == pytest.approx(0.25 * (0.4 * 2 - 0.6 * 2) + 0.75 * 2)
    assert faced[0, 1] == pytest.approx(0.5 * (0.6 * 2 - 0.4 * 2) + 0.5 * 2)


def test_positions_stay_within_the_ends_and_agreement_stays():
    for seed in range(10):
        i = random_inputs(seed)
        for rules in (ChallengeRules(), ChallengeRules("pair"), ChallengeRules(choice="kind")):
            course = challenge(i, 6, rules)
            assert course.positions.min() >= i.position.min() - 1e-9
            assert course.positions.max() <= i.position.max() + 1e-9
    still = challenge(inputs([5, 5, 5]), 3)
    assert still.settled
    assert still.medians.tolist() == [5.0]
    with pytest.raises(OptionError, match="0 rounds"):
        challenge(inputs([0, 1]), 0)


def test_scale_origin_order_and_unit_of_capability_do_not_matter():
    i = random_inputs(3)
    base = challenge(i, 3).positions[-1]
    moved = challenge(inputs(i.position * 7 - 3, i.capability * 50, i.salience), 3).positions[-1]
    np.testing.assert_allclose(moved, base * 7 - 3, rtol=1e-9)
    order = np.random.default_rng(0).permutation(i.position.size)
    mixed = challenge(inputs(i.position[order], i.capability[order], i.salience[order]), 3).positions[-1]
    np.testing.assert_allclose(mixed, base[order], rtol=1e-9)
    mirrored = challenge(inputs(-i.position, i.capability, i.salience), 3).positions[-1]
    np.testing.assert_allclose(mirrored, -base, rtol=1e-9)
