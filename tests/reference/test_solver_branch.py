"""The principal branch of draws of a shipped case: none is lost, and none ends on another equilibrium unsaid."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from case_files import STARTER
from engine_games import random_game

from detente.case import load_case
from detente.draws import uniforms
from detente.game import Game, compile_case
from detente.solver import Operator, continuation, solve, solve_path

# of 512 draws of good-friday (seed 0), those that under its first model of choice steps of any length lost just before
# the noise asked for ...
LOST = (50, 100, 126, 145, 272, 305, 443, 481)
# ... and, of the first 250, those that long steps carried to another equilibrium
CARRIED_OFF = (44, 122, 132)


@pytest.fixture(scope="module")
def draw():
    template = compile_case(load_case("good-friday"))
    parameters = list(template.case.parameters.values())
    points = uniforms(512, len(parameters), 0)

    def game(number: int) -> Game:
        return template.game({p.name: p.sample(float(u)) for p, u in zip(parameters, points[number])})

    return game


def slow(numbers, *quick):
    return [n if n in quick else pytest.param(n, marks=pytest.mark.slow) for n in numbers]


@pytest.mark.parametrize("number", slow(LOST, 100, 305))
def test_a_draw_that_was_lost_is_solved_on_the_branch(draw, number):
    found = solve(draw(number))
    assert found.certified and found.branch == "principal", found.status.words


@pytest.mark.slow
@pytest.mark.hours
def test_of_512_draws_none_is_lost_and_none_leaves_the_branch(draw):
    """Thirteen were once, and not at random: their mean chance of peace in ten years was .965 against .875."""
    ends = {number: solve(draw(number)) for number in range(512)}
    assert {n: e.status.words for n, e in ends.items() if not e.certified} == {}
    assert {n: e.branch for n, e in ends.items() if e.branch != "principal"} == {}


@pytest.mark.parametrize("number", slow(CARRIED_OFF, 132))
def test_a_step_by_step_descent_ends_on_the_same_equilibrium(draw, number):
    game = draw(number)
    found, steps = solve(game), solve_path(game, [game.noise * f for f in np.geomspace(8.0, 1.0, 25)])
    assert all(e.branch == "principal" for e in steps)
    spread = np.ptp(found.values, axis=1, keepdims=True)
    assert (np.abs(steps[-1].values - found.values) <= 1e-6 * spread).all()


def test_a_last_point_that_cannot_be_polished_is_approached_in_a_shorter_step(monkeypatch):
    plain, calls = continuation.polish, []

    def refuse_once(system, values, tol, progress=None):
        calls.append(1)
        return replace(plain(system, values, tol, progress), reached=len(calls) > 1)

    operator = Operator(random_game(noise=1.0, seed=3))
    straight = continuation.follow(operator, [1.0], 1e-11)
    monkeypatch.setattr(continuation, "polish", refuse_once)
    trace = continuation.follow(operator, [1.0], 1e-11)
    assert not trace.stalled and trace.ends[0].reached
    assert trace.refused == straight.refused + 1
    assert np.abs(trace.ends[0].values - straight.ends[0].values).max() < 1e-9


TRAPPED = {  # the starter with sides that fear each other's first strike: exact mirror images
    "discount_rate": 0.11536, "noise": 0.42537, "war_cost": 0.68044, "dividend": 0.13934, "standing": 0.26627,
    "concession": 0.58562, "attack_cost": 0.20751, "crisis_rate": 1.65345, "exhaustion_rate": 0.81235,
    "peace_worth": 0.10338, "accept_rate": 0.26563, "convene_rate": 0.21882, "convene_cost": 0.09603, "heeded": 0.80302,
    "advance_rate": 0.28331, "lapse_rate": 0.69001,
}  # fmt: skip


def test_mirror_images_stay_alike_where_other_branches_begin():
    template = compile_case(load_case(STARTER.parent))
    found = solve(template.game(TRAPPED)).require()
    assert found.branch == "principal"
    for date in template.case.situations:
        x = template.state(date)
        assert found.values[0, x] == pytest.approx(found.values[1, x], abs=1e-9)


def test_a_corner_at_which_the_branch_turns_back_is_passed():
    """Under "occasions" an act that becomes worth as much as going on makes a corner; here the branch turns there."""
    case = load_case(Path(__file__).parents[1] / "data" / "settle_small")
    template = compile_case(case)
    parameters = list(case.parameters.values())
    for row in uniforms(40, len(parameters), 1)[[32, 36]]:
        game = template.game({p.name: p.sample(float(u)) for p, u in zip(parameters, row, strict=True)})
        assert game.shocks == "occasions"
        found = solve(game).require()
        assert found.branch == "principal" and "fold" in found.reached_by
