"""All equilibria of games whose equilibria are known, at low noise and at a bifurcation."""

import itertools

import numpy as np
import pytest

from detente.game import Game
from detente.solver import enumerate_equilibria

OUTCOMES = {(0, 0, 0): (9, 8, 12), (1, 1, 0): (9, 8, 2), (1, 0, 1): (3, 4, 6), (0, 1, 1): (3, 4, 6)}


def three_players(precision: float) -> Game:
    """McKelvey and McLennan's game of two actions each: nine Nash equilibria, the most that are possible.

    Source: McKelvey & McLennan 1997, Journal of Economic Theory 72.
    """
    payoffs = np.zeros((3, 1, 2, 2, 2))
    for actions, paid in OUTCOMES.items():
        payoffs[(slice(None), 0, *actions)] = paid
    return Game.simultaneous(payoffs, np.ones((1, 2, 2, 2, 1)), 0.0, 1 / precision, "none")


def answer(shares, precision):
    """Logit answers of all players to shares of action 0, with plain loops."""
    out = []
    for i in range(3):
        worth = [0.0, 0.0]
        for actions in itertools.product(range(2), repeat=3):
            chance = np.prod([shares[j] if a == 0 else 1 - shares[j] for j, a in enumerate(actions) if j != i])
            worth[actions[i]] += chance * OUTCOMES.get(actions, (0, 0, 0))[i]
        out.append(1 / (1 + np.exp(np.clip(precision * (worth[1] - worth[0]), -700, 700))))
    return np.array(out)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_nine_equilibria_at_low_noise(seed):
    found = enumerate_equilibria(three_players(20.0), starts=12, seed=seed)
    shares = [tuple(float(s[0, 0]) for s in e.strategies) for e in found]
    shares.sort(key=lambda share: np.round(share, 4).tolist())  # a share of 1e-53 is no more than one of 1e-60
    for share in shares:
        assert answer(share, 20.0) == pytest.approx(share, abs=1e-9)
    wanted = [  # rounded; to within .03 of the nine Nash equilibria
        (0.0, 0.0, 1.0), (0.0, 0.2542, 0.3378), (0.0, 1.0, 0.0), (0.3303, 0.9991, 0.2471), (0.3979, 0.4897, 0.3342),
        (0.5, 0.5, 1.0), (0.5117, 0.3843, 0.2492), (1.0, 0.0, 0.0), (1.0, 1.0, 1.0),
    ]  # fmt: skip
    assert len(shares) == 9
    for have, want in zip(shares, sorted(wanted)):
        assert have == pytest.approx(want, abs=1e-4)
    assert found.joined == 0 and "bifurcation" not in str(found)


def pure_coordination(precision: float) -> Game:
    """Two players want to do the same: one equilibrium up to precision 2, three beyond (a pitchfork)."""
    both = np.array([[1.0, 0.0], [0.0, 1.0]])
    return Game.simultaneous(np.array([both, both])[:, None], np.ones((1, 2, 2, 1)), 0.0, 1 / precision, "none")


@pytest.mark.slow
@pytest.mark.parametrize(("precision", "count"), [(1.9, 1), (2.0, 1), (2.02, 3), (3.0, 3)])
def test_a_triple_root_is_one_equilibrium(precision, count):
    found = enumerate_equilibria(pure_coordination(precision), starts=6)
    assert found.at_least == count
    noun = "equilibrium" if count == 1 else "equilibria"
    assert f"at least {count} {noun} (from 6 starts)" in str(found)
    assert (found.joined > 0) == ("close to a bifurcation" in str(found)) == (precision == 2.0)
    assert found[0].strategies[0][0, 0] == pytest.approx(0.5, abs=1e-9)
