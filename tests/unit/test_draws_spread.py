"""The spread of draws never claims more than the draws can show, and draws that fail are told with their reasons."""

import math

import numpy as np
import pytest

from detente.draws import DRAW_FAULTS, ends_in_words, reasons_in_words, spread
from detente.errors import OptionError, UncertifiedError


def test_few_draws_give_their_ends_and_many_their_percentiles():
    values = np.arange(20.0)
    assert spread(values[:19]) == (0.0, 9.0, 18.0)
    assert spread(values) == pytest.approx((0.95, 9.5, 18.05))
    assert ends_in_words(19) == "smallest and largest of 19 draws"
    assert ends_in_words(20) == "5th and 95th percentile"


def test_draws_without_the_number_are_left_out():
    assert spread([math.nan, 2.0, -math.inf, 1.0]) == (1.0, 1.5, 2.0)
    assert all(map(math.isnan, spread([math.nan])))


def test_reasons_are_counted_and_few_are_named():
    assert reasons_in_words(["b", "a", "a"]) == "a (2); b"
    assert reasons_in_words("abcde") == "a; b; c; and 2 of that kind"
    assert reasons_in_words([]) == ""


@pytest.mark.parametrize(
    "error", [OptionError.of("x"), UncertifiedError("x"), np.linalg.LinAlgError("x"), ZeroDivisionError()]
)
def test_what_a_draw_may_fail_with(error):
    assert isinstance(error, DRAW_FAULTS)


@pytest.mark.parametrize("error", [KeyError("x"), TypeError("x"), MemoryError(), KeyboardInterrupt()])
def test_faults_of_the_program_are_not_taken_for_draws(error):
    assert not isinstance(error, DRAW_FAULTS)
