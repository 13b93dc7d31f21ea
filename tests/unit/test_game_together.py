"""Cases with simultaneous moves: arrays by hand, in the form of Crisman-Cox & Gibilisco (2018)."""

import numpy as np
import pytest
from case_files import changed, folder_with

from detente.case import load_case, read_case
from detente.checks.describe import check
from detente.errors import CaseError, OptionError
from detente.game import Game, compile_case, compile_simultaneous
from detente.solver import solve

DYAD = """
format: 1
case: dyad
title: A dyad that escalates
timing: simultaneous
together: {phase: highest}
play: {discount_factor: 0.9, noise: 1}
actors: {a: {kind: party}, b: {kind: party}}
states: {phase: {ordered: [peace, crisis, war]}}
parameters:
  audience: {range: [0, 2], why: w, basis: judgement}
  war: {range: [1, 4], why: w, basis: judgement}
payoffs:
  a: {stake: 0.5 * (phase == crisis), war: -war * (phase == war)}
  b: {war: -2 * war * (phase == war)}
actions:
  a:
    hold: {then: {phase: peace}, cost: audience * (phase == crisis)}
    threaten: {then: {phase: crisis}, impulses: {b: -0.1}}
    fight: {then: {phase: war}, cost: 0.5}
  b:
    hold: {then: {phase: peace}, cost: 2 * audience * (phase == crisis)}
    threaten: {then: {phase: crisis}}
    fight: {then: {phase: war}, cost: 0.7}
outcomes: {peace: phase == peace, war: phase == war, settle: {phase: peace}}
situations: {2020-01-01: {phase: peace}}
"""


def dyad(tmp_path, *pairs):
    return load_case(folder_with(changed(DYAD, *pairs), tmp_path / "dyad"))


def by_hand(audience, war):
    payoffs = np.zeros((2, 3, 3, 3))
    payoffs[0, 1] += 0.5
    payoffs[:, 2] -= np.array([war, 2 * war])[:, None, None]
    payoffs[0, 1, 0, :] -= audience
    payoffs[1, 1, :, 0] -= 2 * audience
    payoffs[1, :, 1, :] -= 0.1
    payoffs[0, :, 2, :] -= 0.5
    payoffs[1, :, :, 2] -= 0.7
    transition = np.zeros((3, 3, 3, 3))
    for one in range(3):
        for other in range(3):
            transition[:, one, other, max(one, other)] = 1
    return Game.simultaneous(payoffs, transition, 0.9, 1.0, players=("a", "b"))


def test_the_next_state_is_the_higher_of_the_two_actions(tmp_path):
    template = compile_simultaneous(dyad(tmp_path))
    game, wanted = template.game({"audience": 1.5, "war": 2.0}), by_hand(1.5, 2.0)
    np.testing.assert_allclose(game.payoffs, wanted.payoffs, atol=1e-15)
    np.testing.assert_array_equal(game.transition, wanted.transition)
    assert (game.shocks, game.period_discount.tolist(), game.noise.tolist()) == ("standard", [0.9, 0.9], [1, 1])
    assert template.names == (("hold", "threaten", "fight"),) * 2
    one, other = solve(game), solve(wanted)
    assert one.certified
    np.testing.assert_allclose(one.values, other.values, atol=1e-9)


def test_nature_moves_after_the_players_with_a_chance_per_period(tmp_path):
    event = ("outcomes:", "nature:\n  calm: {when: phase == crisis, then: {phase: peace}, rate: 0.25}\noutcomes:")
    game = compile_simultaneous(dyad(tmp_path, event)).game()
    np.testing.assert_allclose(game.transition[0, 1, 0], [0.25, 0.75, 0])
    np.testing.assert_allclose(game.transition[0, 2, 1], [0, 0, 1])
    with pytest.raises(CaseError, match=r"sum to 1\.5 in a state"):
        compile_simultaneous(dyad(tmp_path, (event[0], event[1].replace("0.25", "1.5")))).game()


def test_outcomes_with_probabilities_multiply(tmp_path):
    risky = ("threaten: {then: {phase: crisis}}", "threaten: {then: [{p: 0.6, phase: crisis}, {p: 0.4, phase: war}]}")
    game = compile_simultaneous(dyad(tmp_path, risky)).game()
    np.testing.assert_allclose(game.transition[0, 0, 1], [0, 0.6, 0.4])
    np.testing.assert_allclose(game.transition[1, 2, 1], [0, 0, 1])


def test_players_wait_only_where_they_can_do_nothing(tmp_path):
    some = (
        "threaten: {then: {phase: crisis}}\n    fight: {then: {phase: war}, cost: 0.7}",
        "threaten: {when: phase == crisis, then: {phase: crisis}}",
    )
    none = ("hold: {then: {phase: peace}, cost: 2", "hold: {when: phase == crisis, then: {phase: peace}, cost: 2")
    template = compile_simultaneous(dyad(tmp_path, some, none))
    assert template.names[1] == ("hold", "threaten", "wait")
    np.testing.assert_array_equal(template.available[1], [[0, 1, 0], [0, 1, 0], [1, 0, 1]])
    game = template.game()
    np.testing.assert_allclose(game.transition.sum(axis=-1), 1)
    np.testing.assert_array_equal(game.transition[0, 2, 2], [0, 0, 1])
    assert solve(game).certified


def test_lowest_and_first(tmp_path):
    lowest = compile_simultaneous(dyad(tmp_path, ("highest", "lowest"))).game()
    np.testing.assert_array_equal(lowest.transition[2, 2, 1], [0, 1, 0])
    first = compile_simultaneous(dyad(tmp_path, ("highest", "first"))).game()
    np.testing.assert_array_equal(first.transition[2, 1, 2], [0, 1, 0])


@pytest.mark.parametrize(
    ("pair", "what"),
    [
        (("together: {phase: highest}\n", ""), "two players may change 'phase' in the same period"),
        (("discount_factor: 0.9, ", ""), "simultaneous moves need a discount factor"),
        (("{phase: highest}", "{fase: highest}"), "unknown state variable 'fase'"),
        (("noise: 1}", "noise: 1, tempo: 52}"), "'tempo' has no meaning here"),
        (("noise: 1}", "noise: 1, shocks: reference}"), "reference shocks with simultaneous moves"),
        (("cost: 0.7}", "cost: 0.7, rate: 1}"), "'rate' of an action has no meaning here"),
        (("timing: simultaneous\n", ""), "'together' without simultaneous moves"),
        (("discount_factor: 0.9", "discount_factor: 1"), "discount factor 1"),
        (
            ("fight: {then: {phase: war}, cost: 0.7}", "fight: {then: {phase: +1}, cost: 0.7}"),
            "'phase: +1' leaves the scale",
        ),
    ],
)
def test_mistakes_of_timing_are_located(tmp_path, pair, what):
    report = check(folder_with(changed(DYAD, pair), tmp_path / "dyad"), solve=False)
    assert any(what in d.what for d in report.errors), [str(d) for d in report.diagnostics]
    assert all(d.line > 1 for d in report.errors)


def test_check_solves_it_and_answers_over_time_refuse_it(tmp_path):
    case = dyad(tmp_path)
    report = check(case.folder)
    assert (report.states, report.certified, report.errors) == (3, True, ())
    assert all("bare number" in d.what for d in report.warnings), [str(d) for d in report.warnings]
    with pytest.raises(OptionError, match="has simultaneous moves"):
        compile_case(case)


def test_too_many_joint_actions_are_refused(tmp_path):
    many = "\n".join(f"    move{n}: {{then: {{phase: crisis}}}}" for n in range(80))
    text = changed(
        DYAD,
        ("    hold: {then: {phase: peace}, cost: audience", many + "\n    hold: {then: {phase: peace}, cost: audience"),
    )
    case = read_case(folder_with(text.replace("  b:\n", "  b:\n" + many + "\n"), tmp_path / "dyad")).case
    with pytest.raises(CaseError, match="simultaneous moves multiply"):
        compile_simultaneous(case)
