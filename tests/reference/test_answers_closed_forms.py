"""Answers against closed forms: break-even hazard, value of delay, subsidised attrition."""

import numpy as np
import pytest
from scipy.integrate import quad_vec
from synthetic_games import attrition_game, broker_game, random_game

from detente.answers import QUESTIONS
from detente.answers.delaying import HAZARDS, DelayCurve, break_even, roots
from detente.answers.names import Key
from detente.answers.settling import gain_from_settling
from detente.answers.solved import SolvedGame


@pytest.mark.parametrize(
    ("b", "r", "settled", "war", "expected"),
    [(0.5, 0.05, 4.0, 20.0, 0.0125), (0.6, 0.08, 3.0, 10.0, 0.36 / 13), (0.9, 0.03, 2.0, 1.0, 0.28)],
)
@pytest.mark.parametrize("held", [False, True])
def test_break_even_hazard_of_a_mediator_paid_while_unsettled(b, r, settled, war, expected, held):
    """Prolongs iff the hazard is below (b - rB) / (B + W)."""
    game, frame = broker_game(b, r, settled, war)
    found = break_even(DelayCurve(SolvedGame(frame, game)), 0, "settled", held=held, close=1e-7)
    assert found == pytest.approx([expected], abs=1e-6)


def test_no_break_even_where_waiting_never_pays():
    game, frame = broker_game(b=0.1)
    assert break_even(DelayCurve(SolvedGame(frame, game)), 0, "settled") == []


@pytest.mark.parametrize("package", ["one", "two"])
def test_delay_is_the_derivative_of_settling_hazard_with_strategies_held(package):
    game, frame = random_game(3)
    solved = SolvedGame(frame, game)
    eq, successor = solved.equilibrium, frame.settled[package]
    found = -solved.discounted(gain_from_settling(solved.values, successor))
    rows = np.nonzero(successor >= 0)[0]
    flow = eq.operator.flow(eq.choice)

    def held(mu: float) -> np.ndarray:
        extra = np.zeros((game.n_states, game.n_states))
        extra[rows, successor[rows]] += mu
        extra[rows, rows] -= mu
        matrix = eq.generator.toarray() + extra
        return np.array(
            [np.linalg.solve(rho * np.eye(len(matrix)) - matrix, f) for rho, f in zip(game.discount_rate, flow)]
        )

    eps = 1e-4
    assert found == pytest.approx(-(held(eps) - held(-eps)) / (2 * eps), rel=1e-6, abs=1e-8)


@pytest.mark.slow
def test_delay_and_its_unsettled_time_are_their_integrals():
    game, frame = random_game(4)
    solved = SolvedGame(frame, game)
    successor, chain = frame.settled["one"], solved.chain
    gain = gain_from_settling(solved.values, successor)
    rho = game.discount_rate

    def integrand(t: float) -> np.ndarray:
        p = chain.transient(frame.start, [t])[0]
        return np.exp(-rho * t) * np.concatenate([gain @ p, [0]])[:3], np.exp(-rho * t) * (p @ ~frame.peace)

    numbers = QUESTIONS["delay"].ask(solved).numbers
    whole = np.array([numbers[Key("delay", p, "one")] for p in frame.players])
    per_time = np.array([numbers[Key("delay_per_time", p, "one")] for p in frame.players])
    for part, expected in ((0, -whole), (1, whole / per_time)):
        value, _ = quad_vec(lambda t, part=part: integrand(t)[part], 0, 300, epsrel=1e-7, limit=100)
        assert value == pytest.approx(expected, rel=1e-6)


def test_subsidy_stretches_attrition_by_its_inverse_complement():
    """Mixed branch: each concedes at rate c / v, so a subsidy of share f makes delay 1 / (1 - f) longer."""
    share, ratios = 0.4, []
    for noise in (0.4, 0.2, 0.1, 0.05):
        delays = []
        for cost in (1.0, 1.0 - share):
            game, frame = attrition_game(cost, noise)
            solved = SolvedGame(frame, game)
            assert solved.values[0] == pytest.approx(solved.values[1][[0, 2, 1]], abs=1e-9)
            delays.append(float(solved.chain.hitting_time(frame.peace)[0]))
        ratios.append(delays[1] / delays[0])
    errors = np.abs(np.array(ratios) - 1 / (1 - share))
    assert (np.diff(errors) < 0).all()
    assert errors[-1] < 0.02 / (1 - share)


@pytest.mark.parametrize(
    ("b", "r", "settled", "war", "expected"),
    [(0.5, 0.05, 4.0, 20.0, 0.0125), (0.9, 0.03, 2.0, 1.0, 0.28), (2.1, 0.05, 4.0, 1.0, 0.38)],
)
def test_the_number_that_is_reported_is_refined_and_not_interpolated(b, r, settled, war, expected):
    """On the grid of seven hazards, interpolation is off by up to several per cent; half of one per cent is said."""
    game, frame = broker_game(b, r, settled, war)
    numbers = QUESTIONS["break_even"].ask(SolvedGame(frame, game)).numbers
    for key in (Key("break_even", "m"), Key("break_even", "m", detail="held")):
        assert numbers[key] == pytest.approx(expected, abs=0.005 * min(h for h in HAZARDS if h > expected))
    assert numbers[Key("break_even_count", "m")] == 1.0


@pytest.mark.parametrize("seed", [12, 22])
def test_break_evens_against_a_dense_solve(seed):
    game, frame = random_game(seed)
    solved = SolvedGame(frame, game)
    curve, dense = DelayCurve(solved), np.linspace(0.0, 1.0, 81)
    fine = DelayCurve(solved)
    turning = 0
    for package in frame.settled:
        known = np.array([fine.at(float(h), package) for h in dense])  # (hazards, players)
        for i in range(len(frame.players)):
            found = break_even(curve, i, package)
            places = np.nonzero(known[:-1, i] * known[1:, i] < 0)[0]
            assert len(found) == len(places)
            for root, n in zip(found, places):
                exact = dense[n] - known[n, i] * (dense[n + 1] - dense[n]) / (known[n + 1, i] - known[n, i])
                assert root == pytest.approx(exact, abs=0.005)
                turning += 1
    assert turning > 0


def test_a_hazard_that_cannot_be_solved_makes_the_count_unknown():
    def curve(hazard: float) -> float:
        return hazard - 0.3 if hazard < 0.9 else float("nan")

    grid = (0.0, 0.2, 0.5, 1.0)
    found = roots(curve, grid, np.array([curve(h) for h in grid]), 1e-9)
    assert found[0] == pytest.approx(0.3) and np.isnan(found[1]) and len(found) == 2
    gap = roots(lambda h: float("nan") if 0.2 < h < 0.5 else h - 0.3, grid, np.array([-0.3, -0.1, 0.2, 0.7]), 1e-9)
    assert len(gap) == 1 and np.isnan(gap[0])
