"""Chains with known answers: closed forms, queues, random walks, nearly decomposable ones."""

import math

import numpy as np
import pytest
import scipy.sparse as sp

from detente.chain import Chain
from detente.chain.uniform import poisson_weights
from detente.errors import ComputationError, OptionError


def chain(rates):
    return Chain(sp.csr_array(np.array(rates, dtype=float)))


def tandem(c=5, arrive=20.0, short=(0.2, 1.8), long=2.0, leave=4.0):
    """The tandem queue of Hermanns, Meyer-Kayser & Siegle 1999 as used in Storm's regression tests."""
    index = {
        (n, ph, m): i
        for i, (n, ph, m) in enumerate((n, p, m) for n in range(c + 1) for p in (1, 2) for m in range(c + 1))
    }
    rates = np.zeros((len(index),) * 2)
    for (n, ph, m), i in index.items():
        if n < c:
            rates[i, index[n + 1, ph, m]] += arrive
        if n > 0 and ph == 1:
            rates[i, index[n, 2, m]] += short[0]
            if m < c:
                rates[i, index[n - 1, 1, m + 1]] += short[1]
        if n > 0 and ph == 2 and m < c:
            rates[i, index[n - 1, 1, m + 1]] += long
        if m > 0:
            rates[i, index[n, ph, m - 1]] += leave
    return rates, index


def test_two_states():
    assert chain([[0, 3], [2, 0]]).transient(0, 1.0)[0] == pytest.approx([0.404043, 0.595957], abs=1e-6)
    one = chain([[0, 6], [0, 0]])
    assert one.reach_probability([1], 0.5)[0, 0] == pytest.approx(0.9502129316, abs=1e-10)
    assert one.hitting_time([1])[0] == pytest.approx(1 / 6, rel=1e-12)
    assert one.restricted_mean_time([1], 0.5)[0] == pytest.approx(0.9502129316 / 6, abs=1e-10)
    assert one.time_quantile([1], 0.9)[0] == pytest.approx(math.log(10) / 6, rel=1e-6)
    assert one.hitting_time([0])[1] == math.inf
    assert one.time_quantile([0], 0.5)[1] == math.inf


def test_tandem_queue_fills_up():
    rates, index = tandem()
    start = index[0, 1, 0]
    reachable = np.zeros(len(index), bool)
    reachable[start] = True
    for _ in range(len(index)):
        reachable |= reachable @ (rates > 0)
    assert reachable.sum() == 66
    full = chain(rates).reach_probability([index[5, 2, 5]], 10.0)[0, start]
    assert full == pytest.approx(0.01544637162, abs=1e-10)


@pytest.mark.parametrize("p, x, n, win, length", [(0.6, 5, 10, 0.883636, 19.1818), (0.55, 2, 10, 0.381920, 18.1920)])
def test_random_walk_of_war(p, x, n, win, length):
    rates = np.zeros((n + 1, n + 1))
    for k in range(1, n):
        rates[k, k + 1], rates[k, k - 1] = p, 1 - p
    walk = chain(rates)
    assert walk.hitting_time([0, n])[x] == pytest.approx(length, abs=1e-4)
    assert walk.ever_reach([n])[x] == pytest.approx(win, abs=1e-6)
    by_cause = walk.reach_by_cause([0, n], {"won": rates * (np.arange(n + 1) == n), "any": None}, [2000.0])
    assert by_cause["won"][0, x] == pytest.approx(win, abs=1e-6)
    assert by_cause["any"][0, x] == pytest.approx(1.0, abs=1e-12)


def clusters(fast=1e3, slow=1e-6):
    """Two pairs of states: fast within a pair, slow between, so that the pair is itself a two-state chain."""
    rates = np.zeros((4, 4))
    rates[0, 1] = rates[1, 0] = rates[2, 3] = rates[3, 2] = fast
    rates[0, 2] = rates[1, 3] = slow
    rates[2, 0] = rates[3, 1] = 2 * slow
    return chain(rates)


def test_nearly_decomposable_chain():
    c, slow = clusters(), 1e-6
    assert c.hitting_time([2, 3])[0] == pytest.approx(1 / slow, rel=1e-12)
    assert c.stationary() == pytest.approx([1 / 3, 1 / 3, 1 / 6, 1 / 6], rel=1e-13)
    for t in (1.0, 1e3, 1e6, 1e7):  # rate * time up to 1e10
        assert c.reach_probability([2, 3], t)[0, 0] == pytest.approx(-math.expm1(-slow * t), rel=1e-10)
        assert c.restricted_mean_time([2, 3], t)[0] == pytest.approx(-math.expm1(-slow * t) / slow, rel=1e-10)
    assert c.transient(0, 1e6)[0][:2].sum() == pytest.approx(2 / 3 + math.exp(-3) / 3, rel=1e-10)
    assert c.time_quantile([2, 3], 0.5)[0] == pytest.approx(math.log(2) / slow, rel=1e-6)


def test_long_horizon_on_a_large_chain_is_refused():
    n = 3000
    ring = sp.coo_array((np.full(n, 1e3), (np.arange(n), (np.arange(n) + 1) % n)), shape=(n, n))
    with pytest.raises(ComputationError, match="too far for uniformisation"):
        Chain(ring).reach_probability([0], 1e6)


def test_rate_times_time_of_a_hundred_thousand():
    c = chain([[0, 1e3, 1e-9], [1e3, 0, 0], [0, 0, 0]])
    t = np.array([1e-3, 1.0, 100.0])
    assert c.reach_probability([2], t)[1:, 0] == pytest.approx(0.5e-9 * t[1:], rel=1e-3)
    assert c.reach_probability([2], t)[:, 0].min() > 0


@pytest.mark.parametrize("mean", [1e-8, 0.3, 10.0, 745.2, 1e5, 1e7])
def test_poisson_weights(mean):
    w = poisson_weights(mean)
    n = np.arange(w.first, w.last + 1)
    assert w.values.sum() == pytest.approx(1.0, abs=1e-14)
    assert w.values @ (n - mean) == pytest.approx(0.0, abs=1e-9 * math.sqrt(mean))
    assert w.values @ (n - mean) ** 2 == pytest.approx(mean, rel=1e-10)


def test_discounted_is_the_resolvent():
    rates = np.array([[0, 2.0, 0.5], [0.3, 0, 0.1], [0, 1.0, 0]])
    c, flow = chain(rates), np.array([[1.0, -2.0, 0.5], [0.0, 1.0, 0.0]])
    generator = rates - np.diag(rates.sum(axis=1))
    wanted = np.linalg.solve(0.08 * np.eye(3) - generator, flow.T).T
    assert c.discounted(flow, 0.08) == pytest.approx(wanted, rel=1e-12)


def test_causes_sum_to_the_whole():
    rng = np.random.default_rng(3)
    rates = rng.random((8, 8)) * (rng.random((8, 8)) < 0.5)
    np.fill_diagonal(rates, 0)
    share = rng.random((8, 8))
    parts = chain(rates).reach_by_cause([6, 7], {"a": rates * share, "b": rates * (1 - share), "any": None}, [0.5, 3.0])
    assert parts["a"] + parts["b"] == pytest.approx(np.where(np.arange(8) < 6, parts["any"], 0.0), rel=1e-12)


def test_simulated_paths_agree_with_the_mathematics():
    rates, _ = tandem(2)
    c, rng = chain(rates), np.random.default_rng(0)
    reached = [(c.simulate(0, 1.5, rng)[1] == 8).any() for _ in range(3000)]
    wanted = c.reach_probability([8], 1.5)[0, 0]
    assert np.mean(reached) == pytest.approx(wanted, abs=4 * math.sqrt(wanted * (1 - wanted) / 3000))
    again = [c.simulate(0, 5.0, np.random.default_rng(7))[0].tolist() for _ in range(2)]
    assert again[0] == again[1]


def test_two_recurrent_classes_have_no_stationary_distribution():
    with pytest.raises(ComputationError, match="2 recurrent classes"):
        chain([[0, 1, 1], [0, 0, 0], [0, 0, 0]]).stationary()


def test_mistakes_are_named():
    with pytest.raises(OptionError, match=r"generator has shape \(2, 3\)"):
        Chain(sp.csr_array((2, 3)))
    with pytest.raises(OptionError, match="negative or infinite rate"):
        chain([[0, -1], [0, 0]])
    with pytest.raises(OptionError, match=r"target mask has shape \(3,\)"):
        chain([[0, 1], [0, 0]]).reach_probability(np.zeros(3, bool), 1.0)
    with pytest.raises(OptionError, match="a time is negative"):
        chain([[0, 1], [0, 0]]).reach_probability([1], -1.0)
    with pytest.raises(OptionError, match=r"quantile 1\.5"):
        chain([[0, 1], [0, 0]]).time_quantile([1], 1.5)
    with pytest.raises(OptionError, match="discount rate 0"):
        chain([[0, 1], [0, 0]]).discounted(np.zeros(2), 0.0)
    with pytest.raises(OptionError, match=r"flow has shape \(3,\)"):
        chain([[0, 1], [0, 0]]).discounted(np.zeros(3), 0.1)
