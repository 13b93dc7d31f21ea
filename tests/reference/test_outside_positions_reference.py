"""The car-emission issue: Bueno de Mesquita 1994; Scholz, Calbert & Smith 2011 (first-round median 8.4159)."""

import numpy as np
import pytest

from detente.outside.bargaining import compromise_mean, weighted_median
from detente.outside.challenge import ChallengeRules, challenge
from detente.outside.issue import Inputs

CARS = {  # capability, position (years), salience
    "NL": (0.08, 4, 0.8),
    "BE": (0.08, 7, 0.4),
    "LU": (0.03, 4, 0.2),
    "DE": (0.16, 4, 0.8),
    "FR": (0.16, 10, 0.6),
    "IT": (0.16, 10, 0.6),
    "UK": (0.16, 10, 0.9),
    "IE": (0.05, 7, 0.1),
    "DK": (0.05, 4, 1),
    "GR": (0.08, 7, 0.7),
}


@pytest.fixture
def cars():
    c, x, s = np.array(list(CARS.values()), dtype=float).T
    return Inputs(x, c, s)


def test_simple_models(cars):
    assert compromise_mean(cars) == pytest.approx(7.38996, abs=5e-6)
    assert weighted_median(cars) == 7


@pytest.mark.parametrize("rules", [ChallengeRules(), ChallengeRules(choice="kind")])
def test_first_round_of_the_challenge_model(cars, rules):
    course = challenge(cars, 1, rules)
    assert course.medians[0] == 7
    assert course.medians[1] == pytest.approx(8.4159, abs=5e-5)


def test_the_forecast_depends_on_an_odd_denominator(cars):
    """Dividing by the contest's own votes keeps the median where it was: an oddity that the package names."""
    assert challenge(cars, 1, ChallengeRules("pair")).medians[1] == 7


def test_rounds_run_to_an_end_and_back(cars):
    course = challenge(cars, 10)
    assert course.medians.max() > 9.99
    assert not course.settled
