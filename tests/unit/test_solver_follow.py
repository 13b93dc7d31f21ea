"""Following an equilibrium while assumptions move: as good as solving anew."""

import numpy as np
import pytest

from detente.case import load_case
from detente.game import compile_case
from detente.solver import solve
from detente.solver.follow import Follower

CASE = load_case("toy-process")
DRAG_TOL = 1e-7


@pytest.fixture(scope="module")
def template():
    return compile_case(CASE)


def test_a_dragged_slider_gives_the_equilibrium_of_the_full_solver(template):
    follower = Follower()
    follower.base(template.game())
    for name in ("war_cost", "rent", "lapse"):
        p = CASE.parameters[name]
        for u in (0.52, 0.6, 0.7, 0.68, 0.9, 0.3):
            game = template.game({name: p.low + u * (p.high - p.low)})
            found = follower.at(game, DRAG_TOL)
            assert found.certified and found.certificate.residual <= DRAG_TOL
            exact = solve(game, start=found.values)
            assert exact.certified
            assert np.abs(found.values - exact.values).max() <= 1e-4 * np.abs(exact.values).max()
    rest = follower.at(template.game({"lapse": 0.4}), 1e-11)
    principal = solve(template.game({"lapse": 0.4}))
    assert np.abs(rest.values - principal.values).max() <= 1e-8 * np.abs(principal.values).max()


def test_a_first_point_is_solved_from_nothing(template):
    follower = Follower()
    assert follower.at(template.game(), DRAG_TOL).branch == "principal"
    assert follower.at(template.game({"rent": 0.2}), DRAG_TOL).branch == "warm start"
