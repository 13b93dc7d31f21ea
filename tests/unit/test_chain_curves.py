"""Curves for a slider: uniformisation and projection agree with the chain."""

import numpy as np
import pytest
import scipy.sparse as sp

from detente.chain import Chain, curves
from detente.chain.curves import quick_reach_curve

GRID = np.arange(0, 20.5, 0.5)


def spread_chain(states: int = 60, seed: int = 4) -> Chain:
    """Rates over three decades, and states from which the target cannot be reached."""
    rng = np.random.default_rng(seed)
    rates = rng.exponential(size=(states, states)) * (rng.random((states, states)) < 0.1)
    return Chain(sp.csr_array(rates * 10.0 ** rng.uniform(-2, 1, size=(states, 1))))


@pytest.mark.parametrize(("longest", "error"), [(0.0, 1e-6), (1e9, 1e-12)])
def test_the_curve_is_that_of_the_chain_either_way(monkeypatch, longest, error):
    monkeypatch.setattr(curves, "LONGEST_SWEEP", longest)
    chain, target = spread_chain(), np.arange(60) % 9 == 0
    exact = chain.reach_probability(target, GRID)
    for x in range(60):
        assert np.abs(quick_reach_curve(chain, target, GRID, x) - exact[:, x]).max() < error


def test_a_chain_of_two_states_is_exact():
    chain = Chain(np.array([[-0.3, 0.3], [0.0, 0.0]]))
    curve = quick_reach_curve(chain, np.array([False, True]), GRID, 0)
    assert np.abs(curve - (1 - np.exp(-0.3 * GRID))).max() < 1e-12
    assert (quick_reach_curve(chain, np.array([False, True]), GRID, 1) == 1.0).all()
