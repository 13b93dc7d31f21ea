"""The solver against programs written independently: the process toy, and plain damped iteration on random games."""

import json
from functools import cache, partial

import numpy as np
import pytest
from engine_games import load_toy, plain_occasions, plain_values, random_arrays, random_game, toy_game, toy_states

from detente.errors import OptionError, UncertifiedError
from detente.game import Game
from detente.solver import Discounted, Equilibrium, Reach, RestrictedMean, Sensitivity, Value, gradient, solve


@pytest.fixture(scope="module")
def toy(shared):
    return load_toy(shared)


@pytest.mark.parametrize("variant", ["honest", "prolong", "patron", "fragile"])
def test_process_toy(toy, shared, variant):
    wanted = json.loads((shared / "reference" / "process_toy.json").read_text(encoding="utf-8"))[variant]
    equilibrium = solve(toy_game(toy, variant))
    assert equilibrium.certified
    assert equilibrium.branch == "principal"
    at = toy_states(toy)
    for name, state in at.items():
        for i, player in enumerate(toy.PLAYERS):
            assert equilibrium.values[i, state] == pytest.approx(wanted["value"][name][player], rel=1e-10)
    chain = equilibrium.chain()
    war, peace = (toy.is_("phase", v) for v in ("war", "peace"))
    to_war, to_peace = chain.reach_probability(war, [5.0, 26.0]), chain.reach_probability(peace, [10.0, 26.0])
    found = {
        "p_war_26y_from_1994": to_war[1, at["frozen_1994"]],
        "p_peace_26y_from_1994": to_peace[1, at["frozen_1994"]],
        "p_war_5y_from_2021": to_war[0, at["interim_2021"]],
        "p_peace_10y_from_2021": to_peace[0, at["interim_2021"]],
    }
    for key, number in found.items():
        assert number == pytest.approx(wanted[key], rel=1e-7, abs=1e-9), key


@pytest.mark.parametrize("shocks", ["occasions", "reference", "standard", "none"])
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 5))])
def test_random_games_against_plain_iteration(shocks, seed):
    arrays = random_arrays(seed=seed)
    noise, tempo, rho = (1.0, 12.0, 0.4) if shocks in ("occasions", "reference") else (2.0, 4.0, 0.4)
    if shocks == "occasions":
        plain = plain_occasions(arrays, noise=noise, discount_rate=rho, rate=0.3)
    else:
        plain = plain_values(arrays, noise=noise, shocks=shocks, tempo=tempo, discount_rate=rho, rate=0.3)
    equilibrium = solve(random_game(noise=noise, shocks=shocks, seed=seed, tempo=tempo, discount_rate=rho))
    assert equilibrium.certified
    assert np.abs(equilibrium.values - plain).max() < 1e-9 * np.abs(plain).max()


PARAMETERS = {
    "stake": 1.3,
    "prize": 0.7,
    "hazard": 0.8,
    "noise": 0.5,
    "rho": 0.2,
    "rate": 0.4,
    "tempo": 20.0,
    "cost": 0.9,
}
TARGET = np.arange(24) % 6 == 0


def _family(p, shocks="reference"):
    successors, impulses, flow, nature, hazards = random_arrays(24, 3, seed=4)
    flow = p["stake"] * flow + p["prize"] * TARGET
    impulses = [p["cost"] * c for c in impulses]
    return Game.from_arrays(
        flow,
        successors,
        impulses,
        p["tempo"],
        nature,
        p["hazard"] * hazards,
        p["rho"],
        p["noise"],
        shocks,
        p["rate"],
    )


@cache
def _solved(shocks):
    """The equilibrium of a family of games, and of the same with each parameter moved by -2, -1, 1 and 2 steps."""
    family = partial(_family, shocks=shocks)
    equilibrium = solve(family(PARAMETERS), tol=1e-13)
    moved = {
        name: [solve(family({**PARAMETERS, name: v + c * 1e-3 * v}), 1e-13, equilibrium) for c in (-2, -1, 1, 2)]
        for name, v in PARAMETERS.items()
    }
    return family, equilibrium, moved


@pytest.mark.parametrize(
    "answer",
    [
        Value(0, 3),
        Value(1, 3, 7),
        Reach(TARGET, 0.7, 3),
        RestrictedMean(TARGET, 2.0, 3),
        Discounted(TARGET * 1.0, 0.3, 3),
    ],
    ids=["value", "difference", "reach", "restricted mean", "discounted"],
)
@pytest.mark.parametrize("shocks", ["occasions", "reference"])
def test_adjoint_derivatives_against_resolving(answer, shocks):
    family, equilibrium, moved = _solved(shocks)
    found = gradient(equilibrium, answer, family, PARAMETERS)
    nowhere = (np.zeros(1, int), np.zeros(1, int))
    for name, value in PARAMETERS.items():
        h = 1e-3 * value
        low2, low, high, high2 = (answer.pull(end.require(), nowhere)[0] for end in moved[name])
        difference = (low2 - 8 * low + 8 * high - high2) / (12 * h)
        assert found[name] == pytest.approx(difference, rel=1e-6, abs=1e-11), name


def test_derivatives_need_a_certificate_and_the_same_moves():
    equilibrium = solve(_family(PARAMETERS))
    with pytest.raises(OptionError, match="states or moves change with parameter 'rate'"):
        Sensitivity(equilibrium, lambda p: random_game(24, 2), PARAMETERS, ["rate"])
    uncertified = Equilibrium(equilibrium.operator, 1.1 * equilibrium.unknowns, 1e-11, "a test")
    with pytest.raises(UncertifiedError, match="not certified: residual"):
        Sensitivity(uncertified, _family, PARAMETERS)
