"""Quantities in words: range, sign and flags, and nothing said of effects that vanish in rounding."""

from detente.report.numbers import full_text, mid_text, sign_text, spread_of, tip_lines, vanishes, with_unit
from detente.run import Quantity, Ref


def made(family: str, unit: str, low: float | None, mid: float, high: float | None, **more) -> Quantity:
    reason = None if low is not None else "one point only"
    fixed = {"id": f"{family}.x", "question": "q", "family": family, "label": "l"}
    return Quantity(**fixed, unit=unit, low=low, mid=mid, high=high, reason_no_interval=reason, **more)


def test_a_chance_is_no_difference():
    assert full_text(made("relapse", "probability", 0.15, 0.27, 0.41)) == "27\u202f% (15 to 41\u202f%)"
    assert full_text(made("loss_share", "share", 0.1, 0.2, 0.3, sign_share=1.0)) == "20\u202f% (10 to 30\u202f%)"


def test_a_change_of_a_share_is_in_points_with_its_sign():
    change = made("anything", "share", -0.2, -0.04, 0.01, signed=True)
    assert full_text(change) == "−4 points (−20 to +1)"
    small = made("anything", "share", -0.018, -0.0034, -0.0002, signed=True)
    assert full_text(small) == "−0.3 points (−2 to 0)"
    assert full_text(made("anything", "share", 0.02, 0.03, 0.04, signed=True)) == "+3 points (+2 to +4)"


def test_differences_carry_a_plus_and_levels_do_not():
    assert mid_text(made("gain", "value", 0.5, 1.25, 2, signed=True)) == "+1.2"
    assert mid_text(made("gain", "value", 0.5, 1.25, 2)) == "1.2"


def test_no_range_no_brackets():
    assert full_text(made("x", "years", None, 3.0, None)) == "3.0 years"
    assert spread_of(made("x", "years", None, 3.0, None)) == ""


def test_noise_of_the_solver_is_no_effect_and_has_no_sign():
    noise = made("prolongation", "share", -5e-13, -3e-13, 2e-14, signed=True, sign_share=0.75)
    assert vanishes(noise)
    assert full_text(noise) == mid_text(noise) == with_unit(noise) == "no effect"
    assert spread_of(noise) == sign_text(noise) == ""
    tip = "\n".join(tip_lines(noise, {}))
    assert "75" not in tip
    assert "−" not in tip
    real = made("prolongation", "share", -0.1, -3e-13, 0.2, signed=True, sign_share=0.75)
    assert not vanishes(real)
    assert sign_text(real) == "75\u202f%"


def test_tips_say_all_that_is_known():
    q = made(
        "relapse",
        "probability",
        0.1,
        0.2,
        0.3,
        sign_share=1.0,
        equilibria_share=0.5,
        assumptions=("p", "x"),
        rests_on=(Ref(kind="event", id="E1"),),
        depends_on_choice=True,
        assumption_not_record=True,
    )
    text = "\n".join(tip_lines(q, {"p": "Price"}))
    for part in (
        "10\u202f% to 30\u202f%",
        "100\u202f% of draws",
        "50\u202f% of the equilibria",
        "Price; x",
        "speak to it: 1",
        "model of choice",
        "no record",
        "relapse.x",
    ):
        assert part in text
