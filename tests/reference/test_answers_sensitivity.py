"""Derivatives agree with solving again; the nearest flip is one; bars and maps are what solving again gives."""

import numpy as np
import pytest
from synthetic_case import write_case

from detente.answers.derivatives import moved_linearly, slopes
from detente.answers.explore import Landscape, explore, least_norm, nearest_flip
from detente.answers.frame import frame_of
from detente.answers.solved import SolvedGame
from detente.case import load_case
from detente.errors import OptionError
from detente.game.compile import compile_case

DATE = "2001-01-01"
NUMBERS = (
    "relapse.5y",
    "peace.10y",
    "peace_time.restricted",
    "gain_from_settling.south",
    "value.chair",
    "delay.north",
    "delay.chair",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    text = write_case(tmp_path_factory.mktemp("valley")) / "case.yaml"
    wide = "discount_rate: {range: [0.06, 0.1], unit: 1/year, why: test, basis: judgement}"
    text.write_text(text.read_text("utf-8").replace("discount_rate: 0.08", wide), "utf-8")
    return compile_case(load_case(text.parent))


@pytest.fixture(scope="module")
def land(template):
    return Landscape.of(template, frame_of(template, DATE), "gain_from_settling.chair")


@pytest.mark.slow
@pytest.mark.parametrize("id", NUMBERS)
def test_derivatives_agree_with_solving_again(template, land, id):
    landscape = Landscape.of(template, land.frame, id)
    found = slopes(landscape.solved, landscape.names, [(landscape.question, landscape.spec)]).found[id]
    for name in ("discount_rate", "noise", "war_cost", "rent", "accident", "sign_cost"):
        p = template.case.parameters[name]
        step = 1e-4 * (p.high - p.low)
        ends = []
        for sign in (1, -1):
            game = template.game({**template.case.defaults(), name: p.mid + sign * step})
            ends.append(landscape.number(SolvedGame(land.frame, game, landscape.solved)))
        assert found[name] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=2e-4, abs=1e-6), name


def test_the_nearest_flip_is_a_zero_and_no_nearer_one_lies_along_the_gradient(template, land):
    flip = nearest_flip(land)
    assert flip.reached
    solved = SolvedGame(land.frame, template.game(land.point(flip.z)))
    first = land.number(SolvedGame(land.frame, template.game(land.point(np.zeros_like(flip.z)))))
    assert abs(land.number(solved)) < 1e-2 * abs(first)
    rng = np.random.default_rng(0)
    length = np.linalg.norm(flip.z)
    for _ in range(10):
        other = rng.normal(size=len(flip.z))
        other *= 0.9 * length / np.linalg.norm(other)
        there = land.number(SolvedGame(land.frame, template.game(land.point(np.clip(other, -1, 1))), solved))
        assert there * first > 0


def test_least_norm_in_a_box():
    assert least_norm(np.array([3.0, 4.0]), 1.0) == pytest.approx([3 / 25, 4 / 25])
    assert least_norm(np.array([1.0, 0.1]), 1.05) == pytest.approx([1.0, 0.5])
    assert least_norm(np.array([1.0, 0.1]), 9.0) == pytest.approx([1.0, 1.0])
    assert least_norm(np.array([0.0, 2.0]), -1.0) == pytest.approx([0.0, -0.5])


@pytest.mark.slow
def test_explore_gives_bars_map_and_what_to_believe(template):
    found = explore(template, DATE, "gain_from_settling.chair", ("rent", "peace_chair"), workers=0)
    bars = {row[1]: row[2:] for row in found.tables["tornado"].rows}
    frame = frame_of(template, DATE)
    for end, value in zip(("low", "high"), bars["rent"]):
        game = template.game({"rent": getattr(template.case.parameters["rent"], end)})
        solved = SolvedGame(frame, game)
        i, settled = frame.index("chair"), frame.settled["settled"][frame.start]
        assert value == pytest.approx(solved.values[i, settled] - solved.values[i, frame.start], rel=1e-8)
    signs = [row[3] for row in found.tables["map"].rows]
    assert len(signs) == 49 and {"+", "-"} == set(signs)
    assert found.tables["believe"].rows
    works = r"'ask sensitivity' cannot explain silence\.chair yet; expected a number of relapse\.\*, .*delay\.\*"
    with pytest.raises(OptionError, match=works):
        explore(template, DATE, "silence.chair", workers=0)
    with pytest.raises(OptionError, match="'ending' is no assumption with a range"):
        explore(template, DATE, "value.chair", ("rent", "ending"), workers=0)


def test_chances_move_on_the_log_odds_scale():
    assert 0.99 < moved_linearly(0.5, 1.0, 5.0, True) < 1
    assert moved_linearly(0.2, 0.3, 1e-6, True) == pytest.approx(0.2 + 0.3e-6, rel=1e-9)
    assert moved_linearly(0.2, 0.3, 2.0, False) == pytest.approx(0.8)
