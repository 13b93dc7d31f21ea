"""Closed forms against hand calculations, and fair division against its definitions."""

import math

import numpy as np
import pytest

from detente.errors import OptionError
from detente.settlement.closed import (
    covered_until,
    disarm_surplus,
    disarms,
    least_guarantee,
    war_is_chosen,
)
from detente.settlement.split import adjusted_winner, best_pure, egalitarian, nash


@pytest.mark.parametrize(("p_later", "expected"), [(0.5, 1.30), (0.7, 3.10)])
def test_least_guarantee(p_later, expected):
    assert least_guarantee(0.3, p_later, 0.2, 0.9) == pytest.approx(expected, abs=1e-12)
    assert war_is_chosen(0.3, p_later, 0.2, 0.9)


def test_a_slow_shift_needs_no_guarantee():
    assert least_guarantee(0.3, 0.35, 0.2, 0.9) == 0
    assert not war_is_chosen(0.3, 0.35, 0.2, 0.9)


def test_the_guarantee_makes_the_declining_side_indifferent():
    p, later, c, d = 0.3, 0.5, 0.2, 0.9
    g = least_guarantee(p, later, c, d)
    peace = 1 + g + d * (1 - later - c) / (1 - d)
    assert peace == pytest.approx((1 - p - c) / (1 - d), abs=1e-12)


def test_decaying_cover():
    t = covered_until(3.0, 0.2, 1.3)
    assert 3.0 * math.exp(-0.2 * t) == pytest.approx(1.3, abs=1e-12)
    assert covered_until(1.0, 0.2, 1.3) == 0
    assert covered_until(1.0, 0.0, 0.5) == math.inf


def test_disarm():
    assert disarms(0.3, 1.0, 0.5, 0.8)
    assert not disarms(0.3, 1.0, 0.49, 0.8)
    assert disarm_surplus(0.3, 1.0, 0.5, 0.8) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: least_guarantee(1.3, 0.5, 0.2, 0.9), "p_now is 1.3; expected a number from 0 to 1"),
        (lambda: least_guarantee(0.3, 0.5, 0.2, 1.0), "discount is 1.0"),
        (lambda: covered_until(-1, 0.2, 1), "flow is -1"),
        (lambda: disarms(0.3, 1, 1.5, 1), "reliability is 1.5"),
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
