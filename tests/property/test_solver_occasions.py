"""Under "occasions" nobody is paid for options: acts that lead nowhere new change no answer."""

from dataclasses import replace

import numpy as np
import pytest
from engine_games import random_arrays
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import OptionError
from detente.game import Game
from detente.solver import solve

NOISE, RHO, STATES = 1.2, 0.5, 12
WHERE = st.sampled_from(["everywhere", "first half", "second half"])


def built(seed: int, extra=(), rates=0.4, noise=NOISE) -> Game:
    """A random game of two players; `extra`: (player, successors, cost, rate), each an act more."""
    successors, impulses, flow, nature, hazards = random_arrays(STATES, 2, 2, 1, seed)
    own = [np.full(s.shape, rates) for s in successors]
    for player, to, cost, rate in extra:
        successors[player] = np.vstack([successors[player], to])
        impulses[player] = np.concatenate([impulses[player], np.zeros((2, 1, STATES))], axis=1)
        impulses[player][player, -1] = -cost * (to >= 0)
        own[player] = np.vstack([own[player], np.full(STATES, rate)])
    return Game.from_arrays(flow, successors, impulses, 8.0, nature, hazards, RHO, noise, "occasions", own)


def answers(game: Game) -> np.ndarray:
    """Values, and the chance to reach a state within two years."""
    found = solve(game).require()
    reached = found.chain().reach_probability(np.arange(STATES) == 0, 2.0)
    return np.concatenate([found.values, np.atleast_2d(reached)])


def open_in(where: str, to: np.ndarray) -> np.ndarray:
    half = np.arange(STATES) < STATES // 2
    shut = {"everywhere": half & False, "first half": ~half, "second half": half}[where]
    return np.where(shut, -1, to)


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    player=st.integers(0, 1),
    rate=st.floats(0.01, 20),
    cost=st.floats(0, 2 * NOISE),
    where=WHERE,
)
def test_an_act_that_changes_nothing_changes_no_answer(seed, player, rate, cost, where):
    here = open_in(where, np.arange(STATES))
    assert answers(built(seed, [(player, here, cost, rate)])) == pytest.approx(answers(built(seed)), rel=1e-9, abs=1e-9)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), player=st.integers(0, 1), rate=st.floats(0.01, 20), cost=st.floats(0, 2 * NOISE))
def test_a_pair_there_and_back_changes_no_answer(seed, player, rate, cost):
    """Every state doubled; the act switches between the twins, which are worth the same."""
    successors, impulses, flow, nature, hazards = random_arrays(STATES, 2, 2, 1, seed)
    twin = lambda s: np.concatenate([s, np.where(s >= 0, s + STATES, -1)], axis=-1)  # noqa: E731
    twice = lambda a: np.concatenate([a, a], axis=-1)  # noqa: E731
    doubled, paid = [twin(s) for s in successors], [twice(c) for c in impulses]
    other = (np.arange(2 * STATES) + STATES) % (2 * STATES)
    doubled[player] = np.vstack([doubled[player], other])
    paid[player] = np.concatenate([paid[player], np.zeros((2, 1, 2 * STATES))], axis=1)
    paid[player][player, -1] = -cost
    own = [np.full(s.shape, 0.4) for s in doubled]
    own[player][-1] = rate
    game = Game.from_arrays(twice(flow), doubled, paid, 8.0, twin(nature), twice(hazards), RHO, NOISE, "occasions", own)
    values, alone = solve(game).require().values, solve(built(seed)).require().values
    assert values == pytest.approx(twice(alone), rel=1e-9, abs=1e-9)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), player=st.integers(0, 1))
def test_an_act_in_three_parts_is_the_act(seed, player):
    game = built(seed)
    moves = game.moves[player]
    k = STATES
    rows = [0, 1, 1, 1, 2]
    shares = np.array([1.0, 0.2, 0.3, 0.5, 1.0])[:, None]
    split = replace(
        moves,
        names=("wait", "a", "b", "c", "other"),
        available=moves.available[rows],
        impulses=moves.impulses[:, rows],
        reference_rate=moves.reference_rate[rows] * shares,
        transition=moves.transition[np.concatenate([np.arange(a * k, (a + 1) * k) for a in rows])],
    )
    parts = replace(game, moves=tuple(split if i == player else m for i, m in enumerate(game.moves)))
    assert answers(parts) == pytest.approx(answers(game), rel=1e-9, abs=1e-9)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), player=st.integers(0, 1), rate=st.floats(0.01, 1))
def test_an_act_that_is_much_worse_than_waiting_changes_nothing(seed, player, rate):
    values = solve(built(seed)).require().values[player]
    to = np.full(STATES, int(np.argmax(values)))
    cost = 25 * NOISE + np.ptp(values)
    assert answers(built(seed, [(player, to, cost, rate)])) == pytest.approx(answers(built(seed)), rel=1e-8, abs=1e-8)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_values_are_labelled_payoffs_and_bounded_reasons(seed):
    game = built(seed)
    found = solve(game).require()
    flow, reasons = game.payoff_flow.copy(), found.operator.reasons(found.choice)
    for i, paid in enumerate(reasons):
        rates = np.where(game.moves[i].available, game.moves[i].reference_rate, 0.0)[1:].sum(axis=0)
        assert (paid >= 0).all() and (paid <= rates * NOISE / np.e * (1 + 1e-6) * 200 / 199).all()
    impulse = found.operator.pay @ found.choice.rate
    total = flow + impulse.reshape(flow.shape) + reasons
    matrix = RHO * np.eye(STATES) - found.generator.toarray()
    assert pytest.approx(found.values, rel=1e-10, abs=1e-10) == np.linalg.solve(matrix, total.T).T


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), rate=st.floats(0.01, 20))
def test_an_indifferent_player_acts_at_the_reference_rate(seed, rate):
    successors, _, _, nature, hazards = random_arrays(STATES, 2, 2, 1, seed)
    nothing = [np.zeros(s.shape) for s in successors]
    game = Game.from_arrays(
        np.zeros((2, STATES)), successors, nothing, 8.0, nature, hazards, RHO, NOISE, "occasions", rate
    )
    found = solve(game).require()
    for i, moves in enumerate(game.moves):
        assert found.rates(i)[1:][moves.available[1:]] == pytest.approx(rate, rel=1e-12)
    assert np.abs(found.values).max() == 0


def test_a_ceiling_of_one_is_refused():
    with pytest.raises(OptionError, match="a ceiling of 1 times the reference rate"):
        solve(replace(built(1), ceiling=1.0))
