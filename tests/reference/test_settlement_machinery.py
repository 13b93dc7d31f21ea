"""Closed forms out of solved games: as the search reads a case, or from arrays."""

import math
from pathlib import Path

import numpy as np
import pytest
from closed_forms import commitment_gap, disarm_surplus, least_guarantee
from scipy.optimize import brentq

from detente.case import load_case
from detente.chain import Chain
from detente.game import Game, compile_case
from detente.settlement.cover import covered_until
from detente.settlement.draws import CommonDraws, draw_parameters
from detente.settlement.evaluate import Solver, read
from detente.settlement.problem import limits, pose
from detente.settlement.relax import relax
from detente.settlement.stages import with_fading
from detente.solver import solve

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def commitment():
    case = load_case(DATA / "settle_commitment")
    return pose(case, compile_case(case), "2000-01-01", limits(risk=0.5, within=5, share=1))


def reason_to_fight(problem, amount, **parameters):
    """What the declining side gains by attacking just after signature, utility."""
    solver = Solver(problem)
    drawn = {**problem.case.defaults(), **parameters}
    base, _ = solver.without_levers(drawn, None)
    reading = read(problem, *solver.equilibrium((amount,), drawn, base))
    assert reading["certified"]
    return reading["packages"][0]["leave"][0]


@pytest.mark.parametrize(("p_later", "expected"), [(0.5, 1.30), (0.7, 3.10)])
def test_least_guarantee_from_the_solved_case(commitment, p_later, expected):
    least = brentq(lambda g: reason_to_fight(commitment, g, p_later=p_later), 0.5, 5, xtol=1e-12)
    assert least == pytest.approx(expected, abs=1e-6)
    assert least == pytest.approx(least_guarantee(0.3, p_later, 0.2, 0.9), abs=1e-6)


@pytest.mark.parametrize("p_later", [0.2, 0.3, 0.35, 0.355])
def test_without_a_guarantee_the_gap_is_the_closed_forms(commitment, p_later):
    """Where staying is best, what war now would bring over it is the gap, as a present value."""
    gap = commitment_gap(0.3, p_later, 0.2, 0.9)
    assert gap < 0
    assert reason_to_fight(commitment, None, p_later=p_later) == pytest.approx(gap / 0.1, abs=1e-6)


@pytest.mark.parametrize("p_later", [0.356, 0.4, 0.7])
def test_without_a_guarantee_the_declining_side_fights(commitment, p_later):
    assert commitment_gap(0.3, p_later, 0.2, 0.9) > 0
    assert reason_to_fight(commitment, None, p_later=p_later) > 0


def test_the_relaxation_prices_the_commitment_problem(commitment):
    """Without the lever the relaxation asks for a price of war, or a flow, that the closed form gives."""
    draws = CommonDraws(commitment, draw_parameters(commitment, 1, 0), workers=0)
    off = commitment.levers.space(1).off
    draws.evaluate([off], [0])
    found = relax(draws, (off, 0), 1.0)
    assert found.works
    assert found.prices["declining"] == pytest.approx(1.02 * 1.3, rel=1e-6)  # 0.13 / 0.1, with the safety of 2 %


def test_disarming_under_a_guarantee():
    share, reliability, temptation = 0.3, 0.8, 0.9

    def surplus(guarantee):
        # states: armed, disarmed with the guarantor's help, disarmed without; disarming has an uncertain outcome
        flow = np.array([[temptation, share + guarantee, share]])
        game = Game.from_arrays(
            flow,
            [np.array([[0, 1, 2], [1, -1, -1]])],
            [np.zeros((2, 3))],
            52.0,
            np.zeros((0, 3), int),
            np.zeros((0, 3)),
            0.1,
            0.05,
            reference_rates=1e-9,
        )
        moves = game.moves[0]
        transition = moves.transition.tolil()
        transition[3] = [0, reliability, 1 - reliability]
        object.__setattr__(moves, "transition", transition.tocsr())
        equilibrium = solve(game).require()
        return 0.1 * float(equilibrium.choice.gain[0])

    for guarantee in (0.5, 0.74, 0.76, 2.0):
        closed = disarm_surplus(share, guarantee, reliability, temptation)
        assert (surplus(guarantee) >= 0) == (closed >= 0)
        if closed < 0:  # where keeping the weapons is best, the gap itself; a better move is made at once
            assert surplus(guarantee) == pytest.approx(closed, abs=1e-6)
    assert brentq(surplus, 0, 3, xtol=1e-12) == pytest.approx((temptation - share) / reliability, abs=1e-6)


def fading_pair(full, gone):
    """One state at peace for ever, with and without a guarantee worth full - gone a year."""

    def build(flow):
        nothing = (np.zeros((0, 1), int), np.zeros((0, 1)))
        return Game.from_arrays(
            np.array([[flow]]), [np.array([[0]])], [np.zeros((1, 1))], 52.0, *nothing, 0.1, 0.05
        )  # fmt: skip

    return build(full), build(gone)


def test_fading_leverage_covers_a_gap_as_long_as_the_closed_form_says():
    m, gap, half_life = 3.0, 1.3, 5.0
    k = math.log(2) / half_life
    game = with_fading(*fading_pair(m, 0.0), np.array([True]), k)
    equilibrium = solve(game).require()
    chain = Chain(equilibrium.generator)

    def left(t):
        return float((chain.transient(0, [t])[0] * game.payoff_flow[0]).sum()) - gap

    assert brentq(left, 0.1, 30, xtol=1e-10) == pytest.approx(covered_until(m, k, gap), abs=1e-6)
    # and its present value is that of m exp(-k t): m / (rho + k)
    assert equilibrium.values[0].tolist() == pytest.approx([m / (0.1 + k), 0.0], abs=1e-8)
