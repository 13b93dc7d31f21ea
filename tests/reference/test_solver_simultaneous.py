"""Simultaneous timing: static logit equilibria to ten digits, and the dynamic game of interstate rivalry.

Sources: static logit QRE of matching pennies and stag hunt (issue 4); Crisman-Cox & Gibilisco 2018, American Journal of
Political Science 62 (states and actions peace, crisis, war; next state the larger of the two actions; delta .9).
"""

import itertools

import numpy as np
import pytest

from detente.errors import OptionError
from detente.game import Game
from detente.solver import enumerate_equilibria, solve, solve_path


def one_shot(row, column, precision):
    payoffs = np.array([row, column], dtype=float)[:, None]
    return Game.simultaneous(payoffs, np.ones((1, 2, 2, 1)), 0.0, 1 / precision, "none")


@pytest.mark.parametrize(
    "precision, p, q",
    [
        (0.5, 0.83067059134, 0.41807746691),
        (1, 0.8935763306, 0.3127803749),
        (2, 0.8607543943, 0.1910784943),
        (5, 0.7019842368, 0.1171352913),
    ],
)
def test_matching_pennies(precision, p, q):
    equilibrium = solve(one_shot([[9, 0], [0, 1]], [[0, 1], [1, 0]], precision))
    assert equilibrium.certified
    row, column = equilibrium.strategies
    assert row[0, 0] == pytest.approx(p, abs=1e-9)
    assert column[0, 0] == pytest.approx(q, abs=1e-9)


@pytest.mark.parametrize(
    "precision, stag", [(0.1, 0.47062806599), (0.2, 0.42925408979), (0.5, 0.1958460468), (1, 0.0202644786)]
)
def test_stag_hunt(precision, stag):
    equilibrium = solve(one_shot([[10, 1], [8, 5]], [[10, 8], [1, 5]], precision))
    assert equilibrium.certified
    assert equilibrium.strategies[0][0, 0] == pytest.approx(stag, abs=1e-9)
    assert equilibrium.strategies[1][0, 0] == pytest.approx(stag, abs=1e-9)


def test_stag_hunt_along_one_path():
    path = solve_path(one_shot([[10, 1], [8, 5]], [[10, 8], [1, 5]], 1), [1.0, 10.0, 2.0])
    found = [e.strategies[0][0, 0] for e in path]
    assert found == pytest.approx([0.0202644786, 0.47062806599, 0.1958460468], abs=1e-9)


def test_three_equilibria_of_the_stag_hunt():
    found = enumerate_equilibria(one_shot([[10, 1], [8, 5]], [[10, 8], [1, 5]], 5), starts=6)
    assert found.at_least == 3
    assert found[0].branch == "principal"
    radii = sorted(e.certificate.spectral_radius for e in found)
    assert radii[0] < 1 < radii[-1]  # the mixed one is not found by adjustment
    assert "at least 3" in str(found)


def rivalry(audience=(-5, -4.5), crisis=(-0.5, -0.4), war=(-3, -2.5), cost=(-5, -5)):
    """Peace, crisis, war; who steps down from a crisis pays an audience cost, who steps up a mobilisation cost."""
    payoffs, transition = np.zeros((2, 3, 3, 3)), np.zeros((3, 3, 3, 3))
    for s, a, b in itertools.product(range(3), repeat=3):
        transition[s, a, b, max(a, b)] = 1.0
        for i, own in enumerate((a, b)):
            payoffs[i, s, a, b] = (0.0, crisis[i], war[i])[s] + audience[i] * (own < s) + cost[i] * max(own - s, 0)
    return Game.simultaneous(payoffs, transition, 0.9, 1.0, "standard", players=["left", "right"])


def bellman(game, v):
    """The published fixed-point map of the 18 action values, with plain loops."""
    sigma = [np.exp(x) / np.exp(x).sum(axis=0) for x in v]
    ahead = [np.log(np.exp(x).sum(axis=0)) for x in v]
    new = [np.zeros((3, 3)), np.zeros((3, 3))]
    for s, a, b in itertools.product(range(3), repeat=3):
        nxt = max(a, b)
        new[0][a, s] += sigma[1][b, s] * (game.payoffs[0, s, a, b] + 0.9 * ahead[0][nxt])
        new[1][b, s] += sigma[0][a, s] * (game.payoffs[1, s, a, b] + 0.9 * ahead[1][nxt])
    return new


def test_interstate_rivalry_has_many_equilibria():
    game = rivalry()
    found = enumerate_equilibria(game, starts=12, seed=1)
    assert found.at_least >= 3
    peace = []
    for equilibrium in found:
        v = equilibrium.action_values
        for have, want in zip(v, bellman(game, v)):
            assert np.abs(have - want).max() < 1e-9
        assert equilibrium.certificate.gap < 1e-9
        share = equilibrium.stationary()
        assert share @ equilibrium.transition == pytest.approx(share, abs=1e-12)
        peace.append(share[0])
    assert max(peace) - min(peace) > 0.3  # the equilibria differ in what they mean


def test_mistakes_are_named():
    with pytest.raises(OptionError, match=r"payoffs has shape \(2, 3\)"):
        Game.simultaneous(np.zeros((2, 3)), np.zeros(1), 0.9, 1.0)
    with pytest.raises(OptionError, match=r"transition has shape \(1, 2\)"):
        Game.simultaneous(np.zeros((2, 1, 2, 2)), np.zeros((1, 2)), 0.9, 1.0)
    with pytest.raises(OptionError, match="not a distribution"):
        Game.simultaneous(np.zeros((2, 1, 2, 2)), np.zeros((1, 2, 2, 1)), 0.9, 1.0)
    with pytest.raises(OptionError, match=r"period_discount\[0\] is 1; expected a number in \[0, 1\)"):
        Game.simultaneous(np.zeros((2, 1, 2, 2)), np.ones((1, 2, 2, 1)), 1.0, 1.0)
    with pytest.raises(OptionError, match="shocks 'reference'"):
        Game.simultaneous(np.zeros((2, 1, 2, 2)), np.ones((1, 2, 2, 1)), 0.5, 1.0, "reference")


def test_an_unavailable_action_is_never_taken():
    game = Game.simultaneous(
        np.array([[[[9, 0], [0, 1]]], [[[0, 1], [1, 0]]]], dtype=float),
        np.ones((1, 2, 2, 1)),
        0.5,
        1.0,
        available=[np.array([[True], [False]]), np.ones((2, 1), bool)],
    )
    equilibrium = solve(game)
    assert equilibrium.certified
    assert equilibrium.strategies[0][:, 0] == pytest.approx([1.0, 0.0])
    assert equilibrium.strategies[1][1, 0] == pytest.approx(np.e / (1 + np.e), abs=1e-10)
