"""Nothing depends on the order of players or states, on the unit of time, or on the unit of utility."""

import numpy as np
import pytest
import scipy.sparse as sp
from engine_games import random_arrays
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.chain import Chain
from detente.game import Game
from detente.solver import solve

SHOCKS = st.sampled_from(["occasions", "reference", "standard", "none"])


def build(arrays, shocks, time=1.0, utility=1.0):
    successors, impulses, flow, nature, hazards = arrays
    return Game.from_arrays(
        flow * utility / time, successors, [c * utility for c in impulses], 8.0 / time, nature, hazards / time,
        0.5 / time, 1.2 * utility, shocks, 0.4 / time,
    )  # fmt: skip


@settings(max_examples=6)
@given(seed=st.integers(0, 10**6), shocks=SHOCKS, time=st.floats(1 / 52, 365), utility=st.floats(0.01, 100))
def test_units(seed, shocks, time, utility):
    arrays = random_arrays(12, 2, 2, 1, seed)
    one, other = solve(build(arrays, shocks)).require(), solve(build(arrays, shocks, time, utility)).require()
    assert other.values == pytest.approx(one.values * utility, rel=1e-7, abs=1e-8 * utility)
    assert other.certificate.spectral_radius == pytest.approx(one.certificate.spectral_radius, rel=1e-5, abs=1e-8)
    target = np.arange(12) < 3
    p, q = one.chain().reach_probability(target, 0.5), other.chain().reach_probability(target, 0.5 * time)
    assert p == pytest.approx(q, abs=1e-8)


@settings(max_examples=6)
@given(seed=st.integers(0, 10**6), shocks=SHOCKS)
def test_relabelling(seed, shocks):
    successors, impulses, flow, nature, hazards = arrays = random_arrays(12, 3, 2, 1, seed)
    rng = np.random.default_rng(seed)
    states, players = rng.permutation(12), rng.permutation(3)
    back = np.argsort(states)  # new name of each old state

    def renamed(s):
        return np.where(s >= 0, back[np.maximum(s, 0)], -1)[:, states]

    mixed = (
        [renamed(successors[i]) for i in players],
        [impulses[i][players][:, :, states] for i in players],
        flow[players][:, states],
        renamed(nature),
        hazards[:, states],
    )
    one, other = solve(build(arrays, shocks)).require(), solve(build(mixed, shocks)).require()
    assert other.values == pytest.approx(one.values[players][:, states], rel=1e-7, abs=1e-8)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), s=st.floats(0, 5), t=st.floats(0, 5))
def test_chapman_kolmogorov(seed, s, t):
    rng = np.random.default_rng(seed)
    rates = rng.exponential(size=(6, 6)) * (rng.random((6, 6)) < 0.6) * 10.0 ** rng.uniform(-4, 3, size=(6, 1))
    chain = Chain(sp.csr_array(rates))
    step = chain.transient(0, [s, s + t])
    assert step.sum(axis=1) == pytest.approx([1, 1], abs=1e-11)
    assert (step >= 0).all()
    assert chain.transient(step[0], t)[0] == pytest.approx(step[1], abs=1e-11)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_hitting_time_quantile_and_mean_fit_together(seed):
    rng = np.random.default_rng(seed)
    rates = rng.exponential(size=(6, 6)) + 0.01
    chain, target = Chain(sp.csr_array(rates)), np.arange(6) == 5
    quantile = chain.time_quantile(target, 0.3)[:5]
    for x, q in enumerate(quantile):
        assert chain.reach_probability(target, q)[0, x] == pytest.approx(0.3, abs=1e-6)
    mean = chain.hitting_time(target)
    assert chain.restricted_mean_time(target, 2000.0) == pytest.approx(mean, rel=1e-8)
    assert (chain.restricted_mean_time(target, 0.5) <= np.minimum(mean, 0.5) + 1e-12).all()
