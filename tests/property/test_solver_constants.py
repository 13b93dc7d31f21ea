"""A constant in a player's payoffs changes no choice, however large it is and however small the discount rate."""

import numpy as np
import pytest
from engine_games import random_arrays
from examples import THOUSANDS
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detente.case import load_case
from detente.game import Game, compile_case
from detente.solver import enumerate_equilibria, solve

GRID = 1024.0  # payoffs are whole multiples of 1/1024, so that adding a constant loses none of their digits
CONSTANT = st.builds(
    lambda size, sign: sign * (np.round(10.0**size * GRID) / GRID if size > 0 else 10.0**size),
    st.floats(-8, 12),
    st.sampled_from([-1, 1]),
)
SHOCKS = st.sampled_from(["occasions", "reference", "standard", "none"])


def shifted(seed, shocks, rho, constant) -> Game:
    successors, impulses, flow, nature, hazards = random_arrays(6, 2, 2, 1, seed)
    flow = np.round(flow * GRID) / GRID
    flow[0] += constant
    return Game.from_arrays(flow, successors, impulses, 8.0, nature, hazards, rho, 2.0, shocks, 0.4)


def check_constants(seed, shocks, rho, constant):
    plain, more = (solve(shifted(seed, shocks, rho, c)) for c in (0.0, constant))
    assert plain.certified == more.certified
    if not plain.certified:  # stalled, with or without the constant
        return
    if not any(
        "bifurcation" in found.reached_by for found in (plain, more)
    ):  # which rounding may decide: 1572, 1e-6, -1
        assert more.branch == plain.branch
    stakes = (
        np.ptp(plain.values, axis=1) / plain.game.noise
    )  # millions of noises where rho is 1e-6: 1e-9 is below rounding
    digits = max(1e-9, 100 * np.finfo(float).eps * stakes.max())
    for one, other in zip(plain.strategies, more.strategies):
        assert np.abs(one - other).max() <= digits
    worth = constant / rho
    size = max(abs(worth), np.abs(plain.values).max())
    assert np.abs((more.values - plain.values)[0] - worth).max() <= 1e-8 * size
    assert np.abs(more.values[1] - plain.values[1]).max() <= 1e-8 * np.abs(plain.values).max()


@settings(max_examples=20)
@example(seed=8080, shocks="standard", rho=1.2882445181317807e-06, constant=-1.0)
@example(seed=189, shocks="occasions", rho=10.0**-4.875, constant=-1.0)
@given(seed=st.integers(0, 10**6), shocks=SHOCKS, rho=st.floats(-6, 0).map(lambda x: 10.0**x), constant=CONSTANT)
def test_constants_change_no_choice(seed, shocks, rho, constant):
    check_constants(seed, shocks, rho, constant)


@pytest.mark.slow
@settings(max_examples=THOUSANDS // 5)
@given(seed=st.integers(0, 10**6), shocks=SHOCKS, rho=st.floats(-6, 0).map(lambda x: 10.0**x), constant=CONSTANT)
def test_constants_change_no_choice_in_thousands(seed, shocks, rho, constant):
    check_constants(seed, shocks, rho, constant)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), discount=st.floats(0, 0.999), constant=CONSTANT)
def test_constants_change_no_choice_where_all_choose_at_once(seed, discount, constant):
    rng = np.random.default_rng(seed)
    payoffs = np.round(rng.normal(size=(2, 2, 2, 2)) * GRID) / GRID
    transition = rng.dirichlet(np.ones(2), size=(2, 2, 2))
    more = payoffs.copy()
    more[1] += constant
    one, other = (solve(Game.simultaneous(u, transition, discount, 1.5)) for u in (payoffs, more))
    assert one.certified and other.certified
    for a, b in zip(one.strategies, other.strategies):
        assert np.abs(a - b).max() <= 1e-9


@pytest.mark.parametrize("constant", [1e3, 1e11, -1e12])
def test_a_constant_term_of_a_case_changes_nothing(constant):
    """Payoffs such as .35 have no digits left beside 1e11; as terms of their own they keep them."""
    from dataclasses import replace

    game = compile_case(load_case("good-friday")).game()
    terms = tuple({**own, "constant": np.full(game.n_states, constant)} for own in game.terms)
    flow = np.array([sum(own.values(), np.zeros(game.n_states)) for own in terms])
    plain, more = solve(game), solve(replace(game, payoff_flow=flow, terms=terms))
    assert more.certified and more.branch == "principal"
    for one, other in zip(plain.strategies, more.strategies):
        assert np.abs(one - other).max() <= 1e-9


def test_a_certificate_sees_an_error_beside_a_constant():
    """Values wrong by a tenth of their spread: a constant of 1e12 does not hide it."""
    from detente.solver import Equilibrium

    found = solve(shifted(3, "reference", 0.1, 1e12)).require()
    wrong = Equilibrium(found.operator, 1.1 * found.unknowns, 1e-11, "a test")
    assert wrong.certificate.residual > 1e-4
    assert not wrong.certified


def test_equilibria_are_the_same_beside_a_constant():
    found = [enumerate_equilibria(shifted(5, "standard", 1e-5, c), starts=3) for c in (0.0, 1e9)]
    assert len(found[0]) == len(found[1])
