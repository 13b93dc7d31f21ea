"""Fair division against its definitions, how long a cover lasts, and the closed forms that solved games are held to."""

import math

import numpy as np
import pytest
from closed_forms import least_guarantee

from detente.errors import OptionError
from detente.settlement.cover import covered_until
from detente.settlement.split import adjusted_winner, best_pure, egalitarian, nash


@pytest.mark.parametrize(("p_later", "expected"), [(0.5, 1.30), (0.7, 3.10), (0.35, 0.0)])
def test_the_closed_form_makes_the_declining_side_indifferent(p_later, expected):
    p, c, d = 0.3, 0.2, 0.9
    guarantee = least_guarantee(p, p_later, c, d)
    assert guarantee == pytest.approx(expected, abs=1e-12)
    peace = 1 + guarantee + d * (1 - p_later - c) / (1 - d)
    war = (1 - p - c) / (1 - d)
    assert peace == pytest.approx(war, abs=1e-12) if guarantee else peace > war


def test_decaying_cover():
    t = covered_until(3.0, 0.2, 1.3)
    assert 3.0 * math.exp(-0.2 * t) == pytest.approx(1.3, abs=1e-12)
    assert covered_until(1.0, 0.2, 1.3) == 0
    assert covered_until(1.0, 0.0, 0.5) == math.inf


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: covered_until(-1, 0.2, 1), "flow is -1"),
        (lambda: adjusted_winner(np.array([1.0]), np.array([1.0, 2])), "lists of the same length"),
        (lambda: adjusted_winner(np.array([0.0]), np.array([1.0])), "negative or all zero"),
        (lambda: nash(np.zeros((2, 0))), "gains have shape"),
    ],
)
def test_refused(call, words):
    with pytest.raises(OptionError, match=words):
        call()


def test_adjusted_winner_of_the_literature():
    division = adjusted_winner(np.array([50.0, 30, 20]), np.array([30.0, 40, 30]))
    assert division.points == pytest.approx((410 / 7, 410 / 7), abs=1e-9)
    assert division.first.tolist() == pytest.approx([1, 2 / 7, 0])


def test_adjusted_winner_mirrors():
    a, b = np.array([10.0, 25, 45, 20]), np.array([40.0, 15, 25, 20])
    one, other = adjusted_winner(a, b), adjusted_winner(b, a)
    assert one.points == pytest.approx(other.points[::-1])


def test_nash_and_egalitarian_lotteries():
    gains = np.array([[1.0, 3.0, 0.5], [2.0, 0.2, 0.5]])
    weights = egalitarian(gains)
    assert (gains @ weights).min() == pytest.approx(5.8 / 3.8)
    best = nash(gains)
    grid = np.linspace(0, 1, 2001)
    products = [(gains @ [w, 1 - w, 0]).prod() for w in grid]
    assert (gains @ best).prod() == pytest.approx(max(products), rel=1e-6)
    assert best_pure(gains) == {"egalitarian": 0, "nash": 0}


def test_no_nash_split_where_somebody_always_loses():
    assert nash(np.array([[1.0, 2.0], [-1.0, -0.5]])) is None
