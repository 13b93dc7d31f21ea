"""Slopes of margins by adjoint solves against finite differences of solved games."""

from pathlib import Path

import numpy as np
import pytest

from detente.case import load_case
from detente.game import compile_case
from detente.settlement.draws import CommonDraws, draw_parameters
from detente.settlement.evaluate import Solver, Task, read
from detente.settlement.find import lower_amount
from detente.settlement.judge import judge, references
from detente.settlement.problem import limits, pose
from detente.settlement.relax import margins_of
from detente.settlement.slopes import Slopes

SMALL = Path(__file__).parents[1] / "data" / "settle_small"


@pytest.fixture(scope="module")
def problem():
    case = load_case(SMALL)
    return pose(case, compile_case(case), "2000-01-01", limits(risk=0.1, within=10, share=0.75))


def margins(problem, setting, option):
    parameters = problem.case.defaults()
    solver = Solver(problem)
    base, _ = solver.without_levers(parameters, None)
    going_on = {
        s: read(problem, *solver.equilibrium(s, parameters, base)) for s in references(problem, setting).values()
    }
    reading = read(problem, *solver.equilibrium(setting, parameters, base))
    return np.array(judge(problem, setting, reading, going_on)[option].margins)


@pytest.mark.slow
@pytest.mark.parametrize("lever", [1, 2])
@pytest.mark.parametrize("option", [0, 1])
def test_slopes(problem, lever, option):
    setting = (1.0, 0.5, 0.2)  # the guarantee fades, so the game has two stages
    found = Slopes(problem, setting, lever, option)(Task(problem.case.defaults(), None, ()))
    h = 1e-3
    up, down = (tuple(a + d if n == lever else a for n, a in enumerate(setting)) for d in (h, -h))
    differences = (margins(problem, up, option) - margins(problem, down, option)) / (2 * h)
    assert np.abs(differences).max() > 1e-4
    for slope, difference in zip(found, differences):
        if slope is None:
            assert not np.isfinite(difference)  # nothing to leave for
        else:
            assert slope == pytest.approx(difference, rel=2e-4, abs=2e-6)


def test_the_least_amount_that_the_slopes_give_holds(problem):
    draws = CommonDraws(problem, draw_parameters(problem, 4, 0), workers=0)
    setting = (None, None, 0.4)
    draws.evaluate([setting], range(4))
    before = margins_of(draws, (setting, 1))
    assert (before >= 0).all()
    least = lower_amount(draws, (setting, 1), 2)
    assert least < 0.4
    lowered = (None, None, max(least, 0.01))
    draws.evaluate([lowered], range(4))
    assert (margins_of(draws, (lowered, 1)) >= 0).all(axis=1).mean() >= 0.75
