"""The posterior that chains walk on: its height against the filter on games solved from nothing, and its slope."""

import numpy as np
import pytest
from recorded_case import recorded_case
from scipy.stats import norm

from detente.evidence.coded import recording
from detente.evidence.filter import Filter
from detente.evidence.fit import Question
from detente.evidence.jumps import jump_rates
from detente.solver import solve


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    case = recorded_case(tmp_path_factory.mktemp("target") / "case")
    return Question(str(case), "2000-01-01", whole=True).target()


def by_filter(target, z):
    """From the ranges of the file and the filter of one draw, nothing of the target's own."""
    values = [q(norm.cdf(x)) for q, x in zip(target.coordinates.quantiles, z, strict=True)]
    count = target.coordinates.parameters
    game = target.family(dict(zip(target.names[:count], map(float, values[:count]), strict=True)))
    rates = jump_rates(game, solve(game, tol=1e-13).require().strategies, target.table)
    coded, given = target.coded, iter(values[count:])
    chances = [[float(next(given)) if c.high > c.low else c.low for c in coded.chances]]
    made = recording(coded.chances, len(coded.channels), np.array(chances))
    run = Filter(coded.table, coded.channels, np.concatenate([rates, coded.constant])[None], made).run(coded.path)
    return float(run.log_likelihood[0])


def test_the_height_is_that_of_the_filter(target):
    rng = np.random.default_rng(0)
    near = None
    for _ in range(6):
        z = rng.standard_normal(len(target.names))
        exact = by_filter(target, z)
        for start in (None, near):  # from nothing, and from a point far away
            place = target.at(z, start)
            assert place.log == pytest.approx(exact, abs=0.005)
        near = place.near


def test_the_slope_is_that_of_the_height(target):
    rng = np.random.default_rng(1)
    for _ in range(2):
        z = rng.standard_normal(len(target.names))
        slope = target.slope(target.at(z))
        for n, name in enumerate(target.names):
            step = 1e-4 * np.eye(len(z))[n]
            wanted = (by_filter(target, z + step) - by_filter(target, z - step)) / 2e-4
            assert slope[n] == pytest.approx(wanted, rel=1e-4, abs=1e-4), name


def test_what_is_watched_are_chances_from_the_date(target):
    place = target.at(np.zeros(len(target.names)))
    chances = dict(zip(target.watched, target.answers(place), strict=True))
    assert {name.split(".")[0] for name in chances} <= {"relapse", "peace"} and chances
    for kind in ("relapse", "peace"):
        own = [chances[f"{kind}.{y}y"] for y in (1, 2, 5, 10) if f"{kind}.{y}y" in chances]
        assert own == sorted(own) and all(0 <= p <= 1 for p in own)
