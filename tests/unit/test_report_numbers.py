"""Numbers as readers see them."""

import pytest

from detente.report.numbers import (
    cell_text,
    full_text,
    mid_text,
    percent,
    range_text,
    readable,
    significant,
    tip_lines,
    value_text,
    words,
)
from detente.run import Quantity


def made(id: str, unit: str, low: float | None, mid: float, high: float | None, **more) -> Quantity:
    reason = None if low is not None else "one point only"
    return Quantity(
        id=id, question="q", label="l", unit=unit, low=low, mid=mid, high=high, reason_no_interval=reason, **more
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234.4, "1234"),
        (0.0456, "0.046"),
        (-2.345, "−2.3"),
        (9.96, "10.0"),
        (1e-9, "1.0e−09"),
        (float("inf"), "inf"),
    ],
)
def test_significant_digits(value, text):
    assert significant(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.27, "27\u202f%"), (0.003, "under 1\u202f%"), (0.999, "over 99\u202f%"), (0, "0\u202f%"), (1, "100\u202f%")],
)
def test_shares_are_whole_percentages(value, text):
    assert percent(value) == text


def test_a_chance_reads_as_a_sentence():
    assert full_text(made("relapse.5y", "probability", 0.15, 0.27, 0.41)) == "27\u202f% (15 to 41\u202f%)"
    assert range_text(made("relapse.1y", "probability", 0.001, 0.02, 0.04)) == "under 1\u202f% to 4\u202f%"


def test_a_change_of_a_share_is_in_points_with_its_sign():
    change = made("prolongation.m.peace10", "share", -0.2, -0.04, 0.01)
    assert full_text(change) == "−4 points (−20 to +1)"
    small = made("prolongation.m.peace10", "share", -0.018, -0.0034, -0.0002)
    assert full_text(small) == "−0.3 points (−2 to −0.02)"


def test_gains_carry_a_plus_and_losses_do_not():
    assert mid_text(made("gain_from_settling.a", "value", 0.5, 1.25, 2)) == "+1.2"
    assert mid_text(made("loss.a", "value", 0.5, 1.25, 2)) == "1.2"


def test_no_range_no_brackets():
    assert full_text(made("x", "years", None, 3.0, None)) == "3.0 years"
    assert value_text(None, "years") == "–"
    assert value_text(12345, "count") == "12\u202f345"


def test_tips_say_all_that_is_known():
    q = made(
        "relapse.5y",
        "probability",
        0.1,
        0.2,
        0.3,
        sign_share=1.0,
        equilibria_share=0.5,
        assumptions=("p", "x"),
        record=("E1",),
        choice_value_decides=True,
        assumption_not_record=True,
    )
    text = "\n".join(tip_lines(q, {"p": "Price"}))
    for part in (
        "10\u202f% to 30\u202f%",
        "100\u202f% of draws",
        "50\u202f% of the equilibria",
        "Price; x",
        "E1",
        "choice model",
        "no record",
        "relapse.5y",
    ):
        assert part in text


def test_cells():
    assert cell_text(None) == "–"
    assert cell_text(True) == "yes"
    assert cell_text(0.55) == "0.55"
    assert cell_text(3) == "3"
    assert cell_text("partly_fulfilled") == "partly fulfilled"
    assert readable("E1999_SECRET") == "E1999_SECRET"
    assert cell_text(0.5, "share") == "50\u202f%"


def test_lists_in_words():
    assert words([]) == ""
    assert words(["a"]) == "a"
    assert words(["a", "b", "c"]) == "a, b and c"
    assert words("abcdefg") == "a, b, c, d, e and 2 more"
