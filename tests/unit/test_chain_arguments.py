"""What is no mask, state, time, rate or distribution of a chain is refused, with its shape or value."""

import numpy as np
import pytest
import scipy.sparse as sp

from detente.chain import Chain
from detente.chain.sensitivity import reach_sensitivity, restricted_mean_sensitivity
from detente.errors import OptionError

RATES = np.array([[0, 1.0, 0.5], [0.2, 0, 0.3], [0, 0, 0]])
PLACES = (np.array([0]), np.array([1]))


@pytest.fixture(scope="module")
def chain():
    return Chain(sp.csr_array(RATES))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (np.array([0.0, 0.0, 1.0]), "target is an array of float64; expected a mask of bool, or whole numbers"),
        (np.array([0, 0, 1]), "target names a state twice; .*a mask must be of bool, not of 0 and 1"),
        ([3], "target names state 3; expected states from 0 to 2"),
        ([-1], "target names state -1"),
        ([1.5], "target is an array of float64"),
        (np.array([True, False]), r"target mask has shape \(2,\); expected \(3,\)"),
        (["2"], "target is an array of <U1"),
    ],
)
def test_targets(chain, target, words):
    asked = [
        lambda: chain.reach_probability(target, 1.0),
        lambda: chain.reach_curve(target, 1.0, 0),
        lambda: chain.reach_by_cause(target, {"any": None}, 1.0),
        lambda: chain.restricted_mean_time(target, 1.0),
        lambda: chain.time_spent(target, 1.0, 0),
        lambda: chain.time_quantile(target, 0.5),
        lambda: chain.ever_reach(target),
        lambda: chain.hitting_time(target),
        lambda: reach_sensitivity(chain, target, 1.0, 0, PLACES),
        lambda: restricted_mean_sensitivity(chain, target, 1.0, 0, PLACES),
    ]
    for ask in asked:
        with pytest.raises(OptionError, match=words):
            ask()


def test_a_mask_and_a_list_of_states_are_the_same(chain):
    mask = chain.reach_probability(np.array([False, False, True]), [1.0])
    assert (chain.reach_probability([2], [1.0]) == mask).all()
    assert (chain.reach_probability([], [1.0]) == 0).all()


@pytest.mark.parametrize("state", [3, -1, 0.0, True, "0"])
def test_states(chain, state):
    for ask in (
        lambda: chain.reach_curve([2], 1.0, state),
        lambda: chain.time_spent([2], 1.0, state),
        lambda: chain.simulate(state, 1.0, np.random.default_rng(0)),
        lambda: reach_sensitivity(chain, np.array([False, False, True]), 1.0, state, PLACES),
    ):
        with pytest.raises(OptionError, match=rf"state {state!r}; expected a whole number from 0 to 2"):
            ask()


@pytest.mark.parametrize(
    ("initial", "words"),
    [
        ([0.5, 0.3, 0.0], r"initial sums to 0\.8 .*expected a distribution"),
        ([1.5, -0.5, 0.0], r"smallest entry of -0\.5"),
        ([np.nan, 0.5, 0.5], "initial sums to nan"),
        ([0.5, 0.5], r"initial has shape \(2,\)"),
        (5, "state 5"),
    ],
)
def test_initial_distributions(chain, initial, words):
    with pytest.raises(OptionError, match=words):
        chain.transient(initial if np.ndim(initial) == 0 else np.array(initial), 1.0)


@pytest.mark.parametrize("times", [-1.0, np.nan, np.inf, [[1.0]]])
def test_times(chain, times):
    for ask in (chain.reach_probability, chain.restricted_mean_time):
        with pytest.raises(OptionError, match="a time is negative or not finite"):
            ask([2], times)
    with pytest.raises(OptionError, match="a time is negative"):
        chain.transient(0, times)
    with pytest.raises(OptionError, match="a time is negative"):
        reach_sensitivity(chain, np.array([False, False, True]), times, 0, PLACES)


@pytest.mark.parametrize(
    ("generator", "words"),
    [
        (np.zeros((0, 0)), r"generator has shape \(0, 0\)"),
        (np.zeros(3), r"generator has shape \(3,\)"),
        ([[0.0, 1.0], [0.0, 0.0]], r"generator has shape \(\)"),
        (np.array([[0, np.nan], [0, 0]]), "negative or infinite rate"),
        (np.array([[0, 1j], [0, 0]]), "negative or infinite rate"),
    ],
)
def test_generators(generator, words):
    with pytest.raises(OptionError, match=words):
        Chain(generator)


@pytest.mark.parametrize("cause", [np.ones((3, 2)), np.ones(2), -RATES, np.full(3, np.nan)])
def test_causes(chain, cause):
    with pytest.raises(OptionError, match=r"the rates of cause 'mine' have shape .*; expected rates of at least 0"):
        chain.reach_by_cause([2], {"mine": cause}, 1.0)


def test_flows_and_rates(chain):
    for flow, rate in ((np.array([1.0, np.nan, 0.0]), 0.1), (np.zeros(2), 0.1)):
        with pytest.raises(OptionError, match="expected finite numbers of shape"):
            chain.discounted(flow, rate)
    for rate in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(OptionError, match=f"discount rate {rate}; expected a positive rate"):
            chain.discounted(np.zeros(3), rate)
