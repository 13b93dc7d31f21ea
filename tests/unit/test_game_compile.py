import time

import numpy as np
import pytest
from case_files import PACKAGES, changed, folder_with, starter

from detente.case import load_case
from detente.errors import CaseError, OptionError
from detente.game import Game, compile_case

TWO = """
format: 1
case: two
title: Two states
play: {discount_rate: 0.1, noise: 0.5, reference_rate: 0.2, tempo: 10}
actors: {a: {kind: party}, b: {kind: party}}
states: {phase: {values: [war, peace]}, step: {ordered: [low, mid, high], worth: [1, 2, 4]}}
parameters:
  x: {range: [1, 3], why: w, basis: judgement}
  q: {range: [0.2, 0.8], why: w, basis: judgement}
payoffs:
  a: {stake: x * step.worth, peace: 1 if phase == peace else 0}
  b: {war: -x * (phase == war)}
actions:
  a:
    up: {when: step != high, then: {step: +1}, cost: x, impulses: {b: 2 * x}}
    try: {rate: 0.5 * x, when: phase == war, then: [{p: q, phase: peace}, {p: 1 - q, step: -1 stop}]}
nature:
  fall: {when: phase == peace, then: {phase: war, step: low}, rate: x / 4}
outcomes: {peace: phase == peace, war: phase == war, settle: {phase: peace}}
situations: {2020-01-01: {phase: war, step: low}}
"""


@pytest.fixture
def two(tmp_path):
    return compile_case(load_case(folder_with(TWO, tmp_path / "two")))


def test_every_array_by_hand(two):
    game = two.game({"x": 2.0, "q": 0.25})
    assert two.space.size == 6
    states = [two.space.describe(x) for x in range(6)]
    assert [(s["phase"], s["step"]) for s in states] == [
        (phase, step) for phase in ("war", "peace") for step in ("low", "mid", "high")
    ]
    np.testing.assert_array_equal(game.terms[0]["stake"], [2, 4, 8, 2, 4, 8])
    np.testing.assert_array_equal(game.payoff_flow, [[2, 4, 8, 3, 5, 9], [-2, -2, -2, 0, 0, 0]])
    moves = game.moves[0]
    assert moves.names == ("wait", "up", "try")
    np.testing.assert_array_equal(moves.available, [[1] * 6, [1, 1, 0, 1, 1, 0], [1, 1, 1, 0, 0, 0]])
    np.testing.assert_array_equal(moves.impulses[0, 1], [-2, -2, 0, -2, -2, 0])
    np.testing.assert_array_equal(moves.impulses[1, 1], [4, 4, 0, 4, 4, 0])
    np.testing.assert_array_equal(moves.reference_rate, [[0] * 6, [0.2, 0.2, 0, 0.2, 0.2, 0], [1, 1, 1, 0, 0, 0]])
    transition = moves.transition.toarray().reshape(3, 6, 6)
    np.testing.assert_array_equal(transition[0], np.eye(6))
    np.testing.assert_array_equal(transition[1], np.eye(6)[[1, 2, 2, 4, 5, 5]])
    tried = 0.25 * np.eye(6)[[3, 4, 5]] + 0.75 * np.eye(6)[[0, 0, 1]]
    np.testing.assert_allclose(transition[2, :3], tried, rtol=1e-15)
    np.testing.assert_array_equal(transition[2, 3:], np.eye(6)[3:])
    np.testing.assert_array_equal(game.nature.hazards, [[0, 0, 0, 0.5, 0.5, 0.5]])
    np.testing.assert_array_equal(game.nature.transition.toarray()[3:], np.eye(6)[[0, 0, 0]])
    np.testing.assert_array_equal(game.tempo, np.full((2, 6), 10.0))
    assert (game.discount_rate.tolist(), game.noise.tolist()) == ([0.1, 0.1], [0.5, 0.5])
    assert game.parameters == {"x": 2.0, "q": 0.25}


def test_game_from_case_uses_the_middle_of_every_range(two):
    game = Game.from_case(two.case)
    assert game.parameters == {"x": 2.0, "q": 0.5}
    np.testing.assert_array_equal(game.payoff_flow, two.game({"x": 2.0}).payoff_flow)


def test_settings_with_ranges_are_parameters(tmp_path):
    template = compile_case(load_case(folder_with(PACKAGES, tmp_path / "pact")))
    game = template.game({"noise": 0.2, "discount_rate.south": 0.07, "reference_rate": 0.15})
    assert game.discount_rate.tolist() == [0.1, 0.07, 0.08]
    assert game.noise.tolist() == [0.2] * 3
    assert game.tempo[:, 0].tolist() == [52, 26, 52]
    north = game.moves[0].reference_rate
    assert set(north[1].tolist()) == {0.0, 0.15}
    assert set(north[2].tolist()) == {0.0, 0.3}


def test_packages_on_the_table_and_settled(tmp_path):
    template = compile_case(load_case(folder_with(PACKAGES, tmp_path / "pact")))
    game, here = template.game(), template.state("2020-01-01")
    assert template.packages == ("small", "large")
    for package, gain in (("small", 0.2), ("large", 0.6)):
        target = template.settled(package)
        assert template.space.describe(target[here])["text"] == package
        assert (target == -1).tolist() == template.peace.tolist()
        assert template.peace[target[target >= 0]].all()
        assert game.terms[0]["terms"][target[here]] == gain
    np.testing.assert_array_equal(template.settled(), template.settled("small"))
    with pytest.raises(OptionError, match="no settlement 'smal'"):
        template.settled("smal")


def test_states_by_date_and_by_values(two):
    assert two.state("2020-01-01") == 0
    assert two.state({"phase": "peace", "step": "mid"}) == 4
    for situation, words in (
        ("2021-01-01", "no situation for 2021-01-01"),
        ({"phase": "peace"}, "leaves out step"),
        ({"phase": "peas", "step": "mid"}, "did you mean 'peace'"),
        ({"fase": "peace", "step": "mid"}, "did you mean 'phase'"),
    ):
        with pytest.raises(OptionError, match=words):
            two.state(situation)


def test_a_state_that_cannot_be_reached_has_no_number(tmp_path):
    template = compile_case(load_case(folder_with(PACKAGES, tmp_path / "pact")))
    with pytest.raises(OptionError, match="cannot be reached"):
        template.state({"phase": "war", "text": "large", "talks": "yes"})


def test_masks(two):
    assert two.mask("phase == war and step >= mid").tolist() == [False, True, True, False, False, False]
    with pytest.raises(CaseError, match="unknown name"):
        two.mask("fase == war")
    with pytest.raises(OptionError, match="must compare state variables only"):
        two.mask("x > 1")


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("then: {step: +1}", "then: {step: +2}"), r"two/case.yaml:\d+:\d+: 'step: \+2' leaves the scale"),
        (("when: step != high", "when: x > 1"), "a condition that depends on parameter 'x'"),
        (("{phase: war, step: low}}", "{phase: war, step: low}, 2021-01-01: {phase: war, step: lo}}"), "'lo' is not a"),
    ],
)
def test_impossible_cases(tmp_path, pair, words):
    with pytest.raises(CaseError, match=words):
        compile_case(load_case(folder_with(changed(TWO, pair), tmp_path / "two")))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"q": 1.5}, r"two/case.yaml:\d+:\d+: probability 1.5"),
        ({"x": -1.0}, "rate -0.5 in the rate of a.try"),
        ({"x": np.inf}, "not finite"),
        ({"x": np.nan}, "not finite"),
        ({"x": 1e200}, "not finite"),
        ({"y": 1.0}, "unknown parameter 'y'"),
    ],
)
def test_impossible_draws(two, values, words):
    with pytest.raises((CaseError, OptionError), match=words):
        two.game(values)


def test_probabilities_must_sum_to_one(tmp_path):
    template = compile_case(load_case(folder_with(changed(TWO, ("p: 1 - q", "p: 0.9 - q")), tmp_path / "two")))
    with pytest.raises(CaseError, match=r"probabilities sum to 0.9 in an outcome of try; expected 1"):
        template.game()


def test_outcomes_that_lead_to_the_same_state_add_up(tmp_path):
    same = ("[{p: q, phase: peace}, {p: 1 - q, step: -1 stop}]", "[{p: q, phase: peace}, {p: 1 - q, phase: peace}]")
    template = compile_case(load_case(folder_with(changed(TWO, same), tmp_path / "two")))
    transition = template.game({"q": 0.3}).moves[0].transition
    assert transition.has_canonical_format or transition.nnz == 18
    np.testing.assert_allclose(np.asarray(transition.sum(axis=1)).ravel(), 1.0, rtol=1e-15)


def test_complex_steps_give_derivatives_of_all_arrays(two):
    step, h = 1e-25, 1e-6
    for name in ("x", "q"):
        at = {"x": 1.7, "q": 0.4}
        tilted = two.game({**at, name: at[name] + step * 1j})
        up, down = (two.game({**at, name: at[name] + sign * h}) for sign in (1, -1))
        for pick in (
            lambda g: g.payoff_flow,
            lambda g: g.moves[0].impulses,
            lambda g: g.moves[0].reference_rate,
            lambda g: g.moves[0].transition.data,
            lambda g: g.nature.hazards,
        ):
            np.testing.assert_allclose(np.imag(pick(tilted)) / step, (pick(up) - pick(down)) / (2 * h), atol=1e-8)


def test_terms_sum_to_the_flow_and_rows_to_one(tmp_path):
    for text in (PACKAGES, starter()):
        game = compile_case(load_case(folder_with(text, tmp_path / str(len(text))))).game()
        for i, terms in enumerate(game.terms):
            np.testing.assert_allclose(sum(terms.values(), np.zeros(game.n_states)), game.payoff_flow[i], rtol=1e-14)
        for moves in (*game.moves, game.nature):
            np.testing.assert_allclose(np.asarray(moves.transition.sum(axis=1)).ravel(), 1.0, rtol=1e-14)


def test_a_draw_costs_far_less_than_finding_the_states():
    case = load_case("minsk")
    begin = time.perf_counter()
    template = compile_case(case)
    template.game()
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    for _ in range(5):
        template.game()
    assert (time.perf_counter() - begin) / 5 < first / 2
    same = template.game().moves[0].transition
    assert (
        same.indices is template.moves[0].pattern.indices or (same.indices == template.moves[0].pattern.indices).all()
    )
