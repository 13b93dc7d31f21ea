"""Numbers as readers see them: as fine as the unit allows, and nothing below that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.words.numbers import (
    STEPS,
    cell_text,
    listed,
    percent,
    points_text,
    range_text,
    significant,
    spread_text,
    unit_text,
    value_text,
)
from detente.words.text import readable

UNITS = [*STEPS, "probability", "share", "count"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234.4, "1234"),
        (0.0456, "0.046"),
        (-2.345, "−2.3"),
        (9.96, "10"),
        (0.0996, "0.10"),
        (99.6, "100"),
        (1e-9, "1.0e−09"),
        (float("inf"), "inf"),
        (float("-inf"), "−inf"),
    ],
)
def test_significant_digits(value, text):
    assert significant(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.27, "27\u202f%"),
        (0.003, "under 1\u202f%"),
        (0.999, "over 99\u202f%"),
        (0, "0\u202f%"),
        (1, "100\u202f%"),
        (-3e-13, "0\u202f%"),
    ],
)
def test_shares_are_whole_percentages(value, text):
    assert percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(-3e-13, "0"), (0.0002, "0"), (-0.0034, "−0.3"), (0.0049, "+0.5"), (-0.018, "−2"), (0.21, "+21"), (0.0, "0")],
)
def test_differences_of_shares_are_points_down_to_a_tenth(value, text):
    assert points_text(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (-3e-13, "value", "0"),
        (4e-4, "value", "0"),
        (6e-4, "value", "+0.00060"),
        (0.0049, "years", "0"),
        (0.0051, "years", "+0.0051"),
        (2e-17, "value*year per unit hazard", "0"),
        (0.002, "1/year", "+0.0020"),
        (3e-12, "", "+3.0e−12"),  # a residual has no unit and is as small as it is
    ],
)
def test_what_is_below_the_step_of_its_unit_is_nothing(value, unit, text):
    assert value_text(value, unit, signed=True) == text


def test_an_effect_that_vanishes_in_rounding_is_none():
    assert spread_text(-5e-13, -3e-13, 1e-14, "share", signed=True) == "no effect"
    assert spread_text(-1e-15, 1e-15, 2e-15, "value", signed=True) == "no effect"
    assert spread_text(None, 1e-15, None, "years", signed=True) == "no effect"
    assert spread_text(-0.2, 1e-15, 0.1, "share", signed=True) == "0 points (−20 to +10)"
    assert spread_text(0, 0, 0, "probability") == "0\u202f%"
    assert spread_text(None, None, None, "value", signed=True) == "–"


def test_a_chance_reads_as_a_sentence():
    assert spread_text(0.15, 0.27, 0.41, "probability") == "27\u202f% (15 to 41\u202f%)"
    assert range_text(0.001, 0.04, "probability") == "under 1\u202f% to 4\u202f%"
    assert range_text(None, 0.04, "probability") == ""
    assert spread_text(-0.2, -0.04, 0.01, "share", signed=True) == "−4 points (−20 to +1)"
    assert spread_text(None, 3.0, None, "years") == "3.0 years"
    assert value_text(12345, "count") == "12\u202f345"
    assert unit_text("share", signed=True) == "points"


@given(st.floats(-1, 1), st.sampled_from(UNITS), st.booleans())
def test_a_printed_number_is_never_off_by_more_than_its_last_digits(value, unit, signed):
    text = value_text(value, unit, signed)
    if "under" in text or "over" in text:
        return
    number = float(text.replace("−", "-").replace("\u202f", "").replace("%", ""))
    scale = 100 if unit in ("probability", "share") else 1
    assert abs(number - value * scale) <= max(0.5, 0.051 * abs(value * scale)) + 1e-12
    assert not (text.startswith(("+", "−")) and number == 0)


def test_cells():
    assert cell_text(None) == "–"
    assert cell_text(True) == "yes"
    assert cell_text(0.55) == "0.55"
    assert cell_text(3) == "3"
    assert cell_text("partly_fulfilled") == "partly fulfilled"
    assert readable("E1999_SECRET") == "E1999_SECRET"
    assert cell_text(0.5, "share") == "50\u202f%"


def test_lists_in_words():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed("abcdefg") == "a, b, c, d, e and 2 more"
