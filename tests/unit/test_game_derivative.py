"""Derivatives of a family of games: the right slope in the middle, at hard ends, and at ends that no range knows."""

import numpy as np
import pytest
from case_files import changed, folder_with, starter

from detente.case import load_case
from detente.errors import ComputationError, OptionError
from detente.game import Family, Game, compile_case

FLARE = """  flare:
    value: {value}
    range: [{low}, {high}]
    why: "x"
    basis: judgement
  exhaustion_rate:"""


def game(p) -> Game:
    """Two states; the hazard is a parabola of one parameter, and refused below 0."""
    return Game.from_arrays(
        np.array([[0.0, p["stake"]]]), [np.array([[0, 1], [1, -1]])], [np.zeros((2, 2))], 4.0,
        np.array([[1, 0]]), np.array([[p["hazard"] + 3 * p["hazard"] ** 2, 0.0]]), 0.1, 0.5,
    )  # fmt: skip


def hazards(g: Game) -> tuple[np.ndarray, ...]:
    return g.nature.hazards, g.payoff_flow


@pytest.mark.parametrize(
    ("value", "ends"),
    [(0.0, {}), (0.0, {"hazard": (0.0, 0.5)}), (0.5, {"hazard": (0.0, 0.5)}), (0.2, {"hazard": (0.2, 0.5)})],
    ids=["found by trying", "low end", "high end", "low end inside"],
)
def test_a_parabola_has_its_slope_also_at_an_end(value, ends):
    by_hazard, by_flow = Family(game, ends).derivative({"hazard": value, "stake": 2.0}, "hazard", hazards)
    assert by_hazard[0, 0] == pytest.approx(1 + 6 * value, rel=1e-8)
    assert (by_flow == 0).all()


def test_no_game_is_asked_for_beyond_an_end():
    seen = []

    def build(p):
        seen.append(p["hazard"])
        return game(p)

    family = Family(build, {"hazard": (0.1, 0.3)})
    for value in (0.1, 0.1 + 1e-7, 0.3, 0.3 - 1e-7, 0.2):
        family.derivative({"hazard": value, "stake": 1.0}, "hazard", hazards)
    assert min(seen) >= 0.1 and max(seen) <= 0.3


def test_without_a_game_on_either_side_there_is_no_derivative():
    def only_here(p):
        if p["hazard"] != 0.2:
            raise OptionError.of("hazard", "0.2")
        return game(p)

    with pytest.raises(ComputationError, match=r"no derivative by 'hazard' at 0\.2: hazard; expected 0\.2"):
        Family(only_here).derivative({"hazard": 0.2, "stake": 1.0}, "hazard", hazards)
    with pytest.raises(OptionError, match=r"no parameter 'hasard'; expected one of hazard, stake"):
        Family(game).derivative({"hazard": 0.2, "stake": 1.0}, "hasard", hazards)


def test_a_mistake_while_reading_is_not_taken_for_an_end():
    def read(_):
        raise OptionError.of("a mistake")

    with pytest.raises(OptionError, match="a mistake"):
        Family(game).derivative({"hazard": 0.2, "stake": 1.0}, "hazard", read)


AGREE = (
    "- {p: heeded, process: talks}\n        - {p: 1 - heeded}",
    "- {p: flare, process: talks}\n        - {p: 1 - flare}",
)
ENDS = {
    "hazard": (
        (
            "    when: phase == war\n    then: {control: -1 stop}\n    rate: advance_rate",
            "    when: phase == war\n    then: {control: -1 stop}\n    rate: flare",
        ),
        (0, 0, 0.5),
        lambda g: g.nature.hazards[2],
    ),
    "reference rate": (("rate: accept_rate", "rate: flare"), (0, 0, 0.5), lambda g: g.moves[0].reference_rate[1]),
    "probability": (AGREE, (1, 0.5, 1), lambda g: g.moves[2].transition.data),
}


@pytest.mark.parametrize(("place", "numbers", "read"), ENDS.values(), ids=ENDS)
def test_a_case_at_the_end_of_a_range(tmp_path, place, numbers, read):
    value, low, high = numbers
    text = changed(starter(), ("  exhaustion_rate:", FLARE.format(value=value, low=low, high=high)), place)
    template = compile_case(load_case(folder_with(text, tmp_path / "starter")))
    (slope,) = template.family.derivative(template.case.defaults(), "flare", lambda g: (read(g),))
    assert np.abs(slope).max() == pytest.approx(1.0, abs=1e-9)
