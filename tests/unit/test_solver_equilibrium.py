"""Equilibria: certificate, status, warm start, progress, decomposition, paths, limits that must hold."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from engine_games import attrition, random_arrays, random_game
from scipy.optimize import brentq

from detente.errors import OptionError, UncertifiedError
from detente.game import Game
from detente.solver import Equilibrium, Operator, enumerate_equilibria, solve, solve_path


@pytest.fixture(scope="module")
def solved():
    return solve(random_game(noise=0.4, seed=3))


def test_certificate(solved):
    certificate = solved.certificate
    assert solved.certified
    assert solved.require() is solved
    assert certificate.residual < 1e-11
    assert certificate.gap < 1e-9
    assert certificate.one_shot_gain > 0
    assert certificate.spectral_radius == abs(certificate.dominant_eigenvalue)
    assert solved.status.name == "certified"
    assert solved.branch == "principal"
    assert "principal branch" in solved.reached_by


def test_a_wrong_solution_is_not_certified(solved):
    wrong = Equilibrium(solved.operator, solved.unknowns * (1 + 1e-6), 1e-11, "a test")
    assert not wrong.certified
    assert wrong.status.name == "stalled"
    with pytest.raises(UncertifiedError, match=r"residual .* hint: more noise"):
        wrong.require()


def test_gap_sees_strategies_that_do_not_fit(solved):
    wrong = Equilibrium(
        solved.operator, solved.unknowns + np.random.default_rng(0).normal(size=(2, 32)), 1e-11, "a test"
    )
    assert wrong.certificate.gap > 1e-3


def test_strategies_rates_and_generator(solved):
    for i, sigma in enumerate(solved.strategies):
        assert sigma.sum(axis=0) == pytest.approx(np.ones(32))
        assert (sigma[~solved.game.moves[i].available] == 0).all()
        assert solved.rates(i) == pytest.approx(52.0 * sigma)
        assert solved.rates(solved.game.players[i]) == pytest.approx(52.0 * sigma)
    rows = np.asarray(solved.generator.sum(axis=1)).ravel()
    assert np.abs(rows).max() < 1e-12
    total = sum(sigma[1:].sum(axis=0) * 52.0 for sigma in solved.strategies) + solved.game.nature.hazards.sum(axis=0)
    assert (-solved.generator.diagonal() <= total + 1e-9).all()


@pytest.mark.parametrize("shocks", ["occasions", "uncounted", "reference", "standard", "none"])
def test_decomposition_is_exact(shocks):
    equilibrium = solve(random_game(noise=1.5, shocks=shocks, seed=6, tempo=6.0)).require()
    for i, parts in enumerate(equilibrium.decomposition()):
        assert sum(parts.values()) == pytest.approx(equilibrium.values[i], rel=1e-12)
        assert {"flow", "reasons", "impulse: action 1 1", "impulse: action 1 2"} <= set(parts)
        if shocks == "occasions":  # at most r0 tau / (e rho) for each action
            assert (parts["reasons"] > 0).all()
            assert (parts["reasons"] <= 3 * 0.3 * 1.5 / (np.e * 0.08)).all()
        if shocks in ("none", "uncounted"):
            assert (parts["reasons"] == 0).all()
        if shocks == "standard":
            assert (parts["reasons"] > 0).all()


def test_warm_start_says_so(solved):
    again = solve(solved.game, start=solved)
    assert again.branch == "warm start"
    assert "warm start" in again.reached_by
    assert np.abs(again.values - solved.values).max() < 1e-9
    nearby = solve(replace(solved.game, payoff_flow=solved.game.payoff_flow * 1.02), start=solved.values)
    assert nearby.certified
    with pytest.raises(OptionError, match=r"start has shape \(2, 31\)"):
        solve(solved.game, start=np.zeros((2, 31)))


def test_a_hopeless_warm_start_falls_back_to_the_principal_branch(solved):
    far = solve(solved.game, start=1e6 * np.random.default_rng(1).normal(size=(2, 32)))
    assert far.certified


def test_deterministic(solved):
    assert (solve(solved.game).values == solved.values).all()


def test_progress_and_interruption(solved):
    seen = []
    solve(solved.game, progress=lambda share, words: seen.append((share, words)))
    assert seen
    assert all(0 <= share <= 1 for share, _ in seen)
    assert "noise at" in seen[-1][1]

    def stop(share, words):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve(solved.game, progress=stop)


def test_solve_path_in_any_order(solved):
    path = solve_path(solved.game, [0.4, 3.0, 1.0])
    assert [e.certified for e in path] == [True] * 3
    assert path[0].values == pytest.approx(solved.values, abs=1e-8)
    assert path[2].values == pytest.approx(solve(replace(solved.game, noise=np.full(2, 1.0))).values, abs=1e-8)
    with pytest.raises(OptionError, match="no noises; expected a list"):
        solve_path(solved.game, [])


def test_simulated_paths_have_marks_and_agree_with_the_rates(solved):
    marks = solved.simulate(0, 400.0, np.random.default_rng(5))
    assert marks == solved.simulate(0, 400.0, np.random.default_rng(5))
    assert all(a.after == b.before and a.time < b.time for a, b in pairwise(marks))
    nature = sum(mark.player is None for mark in marks)
    visits = np.diff([0.0, *(mark.time for mark in marks)])
    expected = sum(dt * solved.game.nature.hazards[:, mark.before].sum() for dt, mark in zip(visits, marks))
    assert nature == pytest.approx(expected, abs=5 * np.sqrt(expected))
    moves = sum(mark.player == "1" for mark in marks)
    rate = solved.rates(0)[1:].sum(axis=0)
    expected = sum(dt * rate[mark.before] for dt, mark in zip(visits, marks))
    assert moves == pytest.approx(expected, abs=5 * np.sqrt(expected))


def test_null_moves_are_marks():
    """An act that leaves the state as it is (a failed statement) still happens."""
    game = Game.from_arrays(
        np.zeros((1, 1)), [np.zeros((2, 1), int)], [np.zeros((2, 1))], 52.0,
        np.zeros((1, 1), int), np.ones((1, 1)), 0.1, 0.5, reference_rates=3.0, players=["mediator"],
    )  # fmt: skip
    marks = solve(game).simulate(0, 100.0, np.random.default_rng(0))
    speaks = sum(mark.player == "mediator" and mark.name == "action 1" for mark in marks)
    assert speaks == pytest.approx(300 / (1 + 3 / 52), abs=60)
    assert sum(mark.name == "event 1" for mark in marks) == pytest.approx(100, abs=40)


def test_several_outcomes_per_action_and_impulses_to_others():
    """One player, two states: acting leads away with probability 1/4; the other player is paid at the act."""
    game = Game.from_arrays(
        np.array([[0.0, 1.0], [0.0, 0.0]]), [np.array([[0, 1], [1, -1]]), np.array([[0, 1]])],
        [np.zeros((2, 2, 2)), np.zeros((2, 1, 2))], 10.0,
        np.zeros((0, 2), int), np.zeros((0, 2)), 0.1, 1.0, "reference", 2.0,
    )  # fmt: skip
    impulses = game.moves[0].impulses.copy()
    impulses[:, 1, 0] = [0.0, 0.7]
    transition = game.moves[0].transition.tolil()
    transition[2] = [0.75, 0.25]
    moves = replace(game.moves[0], impulses=impulses, transition=transition.tocsr())
    solved = solve(replace(game, moves=(moves, game.moves[1]))).require()
    v0, v1 = solved.values[0]
    assert v1 == pytest.approx(10.0, rel=1e-10)
    assert 0.1 * v0 == pytest.approx(10.0 * np.log1p(0.2 * np.exp(0.25 * (v1 - v0))), rel=1e-9)
    rate = solved.rates(0)[1, 0]
    assert solved.values[1, 0] == pytest.approx(0.7 * rate / (0.1 + 0.25 * rate), rel=1e-9)


@pytest.mark.parametrize("shocks, bonus", [("reference", 0.1), ("standard", 1.0), ("none", 1.0)])
def test_one_player_two_states_by_hand(shocks, bonus):
    """Leave state 0 (flow 0) for state 1 (flow 1, absorbing): one equation in one unknown."""
    tempo, rho, noise = 4.0, 0.5, 0.3
    game = Game.from_arrays(
        np.array([[0.0, 1.0]]), [np.array([[0, 1], [1, -1]])], [np.array([[0.0, 0.0], [-0.4, 0.0]])], tempo,
        np.zeros((0, 2), int), np.zeros((0, 2)), rho, noise, shocks, bonus * tempo,
    )  # fmt: skip
    v = solve(game).require().values[0]
    assert v[1] == pytest.approx(2.0, rel=1e-12)
    gain = 2.0 - 0.4 - v[0]
    weight = bonus * np.exp(gain / noise)
    worth = noise * np.log1p(weight) if shocks != "none" else gain * weight / (1 + weight)
    assert rho * v[0] == pytest.approx(tempo * worth, rel=1e-10)


def test_an_action_far_worse_than_waiting_changes_nothing():
    successors, impulses, flow, nature, hazards = random_arrays(24, 2, seed=8)
    bad = [np.vstack([s, np.full(24, 5)]) for s in successors]
    cost = []
    for i, c in enumerate(impulses):
        extra = np.zeros((2, 1, 24))
        extra[i] = -100.0
        cost.append(np.concatenate([c, extra], axis=1))
    for shocks in ("reference", "none"):
        plain, more = (
            solve(Game.from_arrays(flow, s, c, 52.0, nature, hazards, 0.3, 1.0, shocks, 0.3)).require()
            for s, c in ((successors, impulses), (bad, cost))
        )
        assert np.abs(more.values - plain.values).max() < 1e-8 * np.abs(plain.values).max()


def test_quadrupling_the_tempo_moves_gains_little():
    slow, fast = (
        solve(random_game(noise=0.5, seed=9, tempo=t, rates=0.1, discount_rate=0.3)).require() for t in (52.0, 208.0)
    )
    spread = np.ptp(slow.values, axis=1)
    gains = [e.values[:, 1:] - e.values[:, :1] for e in (slow, fast)]
    assert (np.abs(gains[1] - gains[0]).max(axis=1) < 0.1 * spread).all()


def test_attrition_with_the_mixed_rates_held_fixed():
    """With i conceding at hazard c_j / v_j, waiting is worth nothing and lasts 1 / (c1/v1 + c2/v2)."""
    c, v = np.array([0.1, 0.3]), np.array([1.0, 2.0])
    rate = (c / v)[::-1]
    flow = np.zeros((2, 3))
    flow[:, 0] = -c
    rho = 1e-9
    flow[0, 2], flow[1, 1] = rho * v  # the prize, as an annuity in the state where the other has conceded
    nature, hazards = np.array([[1, 1, 2], [2, 1, 2]]), np.zeros((2, 3))
    hazards[:, 0] = rate
    waiting = [np.arange(3)[None, :]] * 2
    game = Game.from_arrays(flow, waiting, [np.zeros((1, 3))] * 2, 52.0, nature, hazards, rho, 0.1)
    solved = solve(game).require()
    assert solved.values[:, 0] == pytest.approx([0.0, 0.0], abs=1e-8)
    delay = solved.chain().hitting_time([1, 2])[0]
    assert delay == pytest.approx(1 / (c / v).sum(), rel=1e-8)


def test_attrition_tends_to_its_mixed_equilibrium():
    delays = []
    for noise in (0.1, 0.01, 0.001):
        symmetric = solve(attrition(noise)).require()
        assert symmetric.values[0] == pytest.approx(symmetric.values[1][[0, 2, 1]], abs=1e-9)
        delays.append(float(symmetric.chain().hitting_time([1, 2])[0]))
    errors = np.abs(np.array(delays) - 5.0)
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.01


def test_asymmetric_attrition_is_found():
    found = enumerate_equilibria(attrition(0.1), starts=6)
    assert found.at_least == 3
    advantage = sorted(float(e.values[0, 0] - e.values[1, 0]) for e in found)
    assert advantage[0] == pytest.approx(-advantage[2], abs=1e-8)
    assert advantage[0] < -0.5
    assert advantage[1] == pytest.approx(0.0, abs=1e-8)


@pytest.mark.slow
def test_a_game_with_three_known_equilibria():
    """Attrition is two equations r1 = f(r2), r2 = f(r1) for the rates of conceding; a scan of f(f(r)) = r finds all."""
    noise, cost, prize, rho, tempo, weight = 0.1, 0.1, 1.0, 1e-3, 52.0, 0.1 / 52.0

    def answer(r):
        def excess(v):
            return tempo * noise * np.log1p(weight * np.exp(-v / noise)) - cost + r * (prize - v) - rho * v

        v = brentq(excess, -50.0, 50.0, xtol=1e-14)
        odds = weight * np.exp(-v / noise)
        return tempo * odds / (1 + odds)

    def turn(log_r):
        return np.log(answer(answer(np.exp(log_r)))) - log_r

    grid = np.linspace(np.log(1e-8), np.log(51.9), 400)
    height = [turn(x) for x in grid]
    known = [
        np.exp(brentq(turn, a, b, xtol=1e-14))
        for a, b, fa, fb in zip(grid, grid[1:], height, height[1:])
        if fa * fb < 0
    ]
    assert len(known) == 3
    found = enumerate_equilibria(attrition(noise), starts=6, seed=2)
    rates = sorted(e.rates(0)[1, 0] for e in found)
    assert rates == pytest.approx(known, rel=1e-7)
    again = enumerate_equilibria(attrition(noise), starts=6, seed=2)
    assert all((a.values == b.values).all() for a, b in zip(found, again))
    assert sum(e.certificate.spectral_radius > 1 for e in found) == 1


def test_a_game_without_moves():
    game = Game.from_arrays(
        np.array([[1.0, 0.0]]), [np.arange(2)[None, :]], [np.zeros((1, 2))], 52.0,
        np.array([[1, 1]]), np.array([[2.0, 0.0]]), 0.1, 1.0,
    )  # fmt: skip
    solved = solve(game)
    assert solved.certified
    assert solved.values[0] == pytest.approx([1 / 2.1, 0.0])
    assert solved.certificate.spectral_radius == 0


def test_the_pattern_is_shared_when_noise_changes():
    operator = Operator(random_game(seed=1))
    assert operator.with_noise(2.0).pattern is operator.pattern
    assert operator.with_noise(2.0).noise_scale == pytest.approx(2 * operator.noise_scale)
