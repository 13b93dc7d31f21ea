"""Quantiles of hitting times: right to 1e-6 on chains of all kinds, or refused because rounding decides."""

import numpy as np
import pytest
import scipy.linalg as la
import scipy.sparse as sp
from scipy.optimize import brentq

from detente.chain import Chain
from detente.errors import ComputationError

QUANTILES = (0.05, 0.3, 0.5, 0.9)


def rates_of(seed: int) -> np.ndarray:
    """Birth-death chains up and down, random graphs over two to six decades of rates; ten states."""
    rng, n = np.random.default_rng(seed), 10
    a = np.zeros((n, n))
    if seed % 4 == 0:
        for k in range(n - 1):
            a[k, k + 1], a[k + 1, k] = 10.0 ** rng.uniform(-2, 2, size=2)
    elif seed % 4 == 1:
        back = 10.0 ** rng.uniform(0, 1.2)
        for k in range(n - 1):
            a[k, k + 1], a[k + 1, k] = 1.0, back
    elif seed % 4 == 2:
        a = 10.0 ** rng.uniform(-3, 3, size=(n, n)) * (rng.random((n, n)) < 0.3)
    else:
        a = rng.exponential(size=(n, n)) * (rng.random((n, n)) < 0.25) * 10.0 ** rng.uniform(-1, 1, size=(n, 1))
    np.fill_diagonal(a, 0)
    return a


def check_quantiles(seed: int) -> None:
    chain, q, target = Chain(sp.csr_array(rates_of(seed))), QUANTILES[seed // 4 % 4], np.arange(10) == 9
    found, ever = chain.time_quantile(target, q), chain.ever_reach(target)
    assert found[9] == 0
    assert (np.isinf(found) == (ever <= q * (1 + 1e-12)))[:9].all()
    for x in np.flatnonzero(np.isfinite(found[:9])):
        before, after = chain.reach_probability(target, found[x] * np.array([1 - 1e-6, 1 + 1e-6]))[:, x]
        assert before <= q * (1 + 1e-13) and after >= q * (1 - 1e-13), (seed, x, found[x])


@pytest.mark.parametrize("seed", [1000, 1001, 1005, 1008, 1009, 1013, 1016, 1018, 1021, 1022, 1027, 1031])
def test_random_chains(seed):
    check_quantiles(seed)


@pytest.mark.slow
def test_two_hundred_random_chains():
    for seed in range(1000, 1200):
        check_quantiles(seed)


@pytest.mark.parametrize("back", [0.5, 4.0, 10.0])
@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
def test_a_birth_death_chain_of_ten_states(back, q):
    rates = np.zeros((10, 10))
    for k in range(9):
        rates[k, k + 1], rates[k + 1, k] = 1.0, back
    rates[9] = 0.0
    found = Chain(sp.csr_array(rates)).time_quantile([9], q)[0]
    generator = rates - np.diag(rates.sum(axis=1))
    # the slowest of the modes that hold the probability alone decides where the chain drifts away from its target
    wanted = brentq(lambda t: la.expm(generator * t)[0, 9] - q, 1e-2, 1e12, xtol=1e-9, rtol=1e-12)
    assert found == pytest.approx(wanted, rel=2e-6)


def test_where_the_probability_stays_near_the_quantile_for_ever_it_is_refused():
    """Half reach the target in a year, half after a million million: P = .5 is a plateau."""
    rates = np.array([[0, 1.0, 1.0], [0, 0, 1e-12], [0, 0, 0]])
    assert Chain(rates).time_quantile([2], 0.4)[0] == pytest.approx(-np.log(0.2) / 2, rel=1e-6)
    assert Chain(rates).time_quantile([2], 0.6)[0] == pytest.approx(-np.log(0.8) * 1e12, rel=1e-6)
    with pytest.raises(ComputationError, match=r"stays near 0\.5 for so long that its quantile is lost in rounding"):
        Chain(rates).time_quantile([2], 0.5)


def test_time_spent_adds_up_however_fast_the_chain_is():
    """A sweep and squaring give the same; a fast pair of states would take 3e7 steps."""
    rates = np.array([[0, 0.4, 0.1], [0.3, 0, 0.2], [0, 0, 0]])
    fast = rates.copy()
    fast[0, 1] = fast[1, 0] = 1e6
    for a in (rates, fast):
        chain = Chain(sp.csr_array(a))
        spent = chain.time_spent([2], 30.0, 0)
        assert spent.sum() == pytest.approx(chain.restricted_mean_time([2], 30.0)[0], rel=1e-10)
    assert spent[0] == pytest.approx(spent[1], rel=1e-5)
    assert spent.sum() == pytest.approx(-np.expm1(-0.15 * 30.0) / 0.15, rel=1e-6)
