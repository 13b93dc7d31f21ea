"""Roles, levers, constraints and the whole search on a small invented case."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detente.case import load_case
from detente.errors import CaseError, ComputationError, OptionError
from detente.game import compile_case
from detente.run import Table
from detente.settlement.draws import CommonDraws, draw_parameters
from detente.settlement.evaluate import NONE, Measures, Solver, Task, build_game, read
from detente.settlement.explain import binding, departures, separators
from detente.settlement.find import SearchPlan, find
from detente.settlement.levers import check_levers
from detente.settlement.part import settlement_part
from detente.settlement.problem import limits, pose
from detente.settlement.relax import margins_of, relax
from detente.settlement.report import settlement_of

SMALL = Path(__file__).parents[1] / "data" / "settle_small"
PLAN = SearchPlan(
    draws=8, steps=1, first=2, budget=200, refined=1, near=1, explained=3, equilibria=1, starts=2, counted=1
)


@pytest.fixture(scope="module")
def problem():
    case = load_case(SMALL)
    return pose(case, compile_case(case), "2000-01-01", limits(risk=0.1, within=10, share=0.75))


@pytest.fixture(scope="module")
def draws(problem):
    return CommonDraws(problem, draw_parameters(problem, 8, 0), workers=0)


@pytest.fixture(scope="module")
def findings(draws):
    return find(draws, PLAN)


def changed(tmp_path, *changes):
    """The small case with text replaced."""
    text = (SMALL / "case.yaml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    folder = tmp_path / "settle_small"
    folder.mkdir()
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return load_case(folder)


# ---- roles ---------------------------------------------------------------------------------------


def test_who_signs_who_blocks(problem):
    assert problem.signatories == ("north", "south")
    blocks = {problem.players[b.player]: b for b in problem.blocks}
    assert set(blocks) == {"north", "south", "mediator"}  # the guarantor has no moves
    assert blocks["north"].leave == ("attack",)
    assert blocks["north"].war == ("attack",)
    assert blocks["mediator"].refuse == ("withdraw", "do nothing")  # no text without it
    assert blocks["mediator"].leave == ()


def test_levers_that_need_no_signatory_are_in_force_before(problem):
    before = {b.name: b.before for b in problem.levers.bound}
    assert before == {"deadline": True, "guarantee": False, "aid_north": False}
    setting = (1.0, 4.0, None)
    assert problem.levers.going_on(setting, "north") == (1.0, None, None)  # has no say in the deadline
    assert problem.levers.going_on(setting, "mediator") == (None, None, None)  # pays for it
    assert problem.levers.without_payer(setting, "guarantor") == (1.0, None, None)
    assert problem.levers.cost(setting) == pytest.approx(0.01 + 0.08)


def test_a_clock_of_the_case_replaces_the_half_life(tmp_path):
    vigour = "  vigour: {ordered: [gone, full], force: [0, 1]}\n"
    tiring = "  tire:\n    when: phase == peace and vigour == full\n    then: {vigour: -1}\n    rate: 0.2\n"
    case = changed(
        tmp_path,
        ("  text:  {values: packages}\n", f"  text: {{values: packages}}\n{vigour}"),
        ("resolve * (phase == peace)", "resolve * vigour.force * (phase == peace)"),
        ("nature:\n", f"nature:\n{tiring}"),
        ("text: equal, offer: none}", "text: equal, offer: none, vigour: full}"),
        ("text: generous, offer: none}", "text: generous, offer: none, vigour: full}"),
        ("land: middle}\n\nlev", "land: middle, vigour: gone}\n\nlev"),
    )  # fmt: skip
    found = pose(case, compile_case(case), "2000-01-01", limits())
    assert found.clocks == ("vigour",)
    guarantee = found.levers.bound[1]
    assert (guarantee.half_life, guarantee.clock) == (None, ("vigour",))
    assert found.template.space.describe(int(found.faded[0]))["vigour"] == "gone"
    assert found.template.space.describe(int(found.settled[0]))["vigour"] == "full"


def test_roles_named_by_the_case(tmp_path):
    case = changed(
        tmp_path, ("\nlevers:", "\nquestions:\n  settle: {signatories: [north], blockers: [guarantor]}\n\nlevers:")
    )
    found = pose(case, compile_case(case), "2000-01-01", limits())
    assert found.signatories == ("north",)
    assert {found.players[b.player] for b in found.blocks} == {"north", "guarantor"}


def test_a_role_that_is_nobody_is_located(tmp_path):
    with pytest.raises(CaseError, match=r"case\.yaml:\d+:26: unknown actor 'nroth'; hint: did you mean 'north'"):
        changed(tmp_path, ("\nlevers:", "\nquestions:\n  settle: {signatories: [nroth]}\n\nlevers:"))


# ---- mistakes ------------------------------------------------------------------------------------


def test_every_contradiction_in_levers_is_reported_with_its_place(tmp_path):
    case = changed(
        tmp_path,
        ("change: {aid: [0, 0.4]}", "change: {resolve: [0, 1]}"),
        ("change: {expiry: 1}", "change: {expiry: 0}"),
        ("cost: 0.02 * amount", "cost: 0.02 * amount - 1"),
    )
    found = sorted(check_levers(case), key=lambda d: d.line)
    assert [d.what for d in found] == [
        "lever 'deadline' changes nothing: 'expiry' is 0 already",
        "the cost of lever 'guarantee' at amount 0 is -1",
        "levers 'guarantee' and 'aid_north' both set 'resolve'",
    ]
    assert "excludes: [guarantee]" in found[2].hint
    lines = (tmp_path / "settle_small" / "case.yaml").read_text("utf-8").splitlines()
    assert "resolve: [0, 1]" in lines[found[2].line - 1]
    with pytest.raises(CaseError, match="both set 'resolve'"):
        pose(case, compile_case(case), "2000-01-01", limits())


def test_excluded_levers_may_set_the_same_parameter(tmp_path):
    case = changed(
        tmp_path,
        ("change: {aid: [0, 0.4]}", "change: {resolve: [0, 1]}"),
        ("consent: [north]", "consent: [north]\n    excludes: guarantee"),
    )
    assert check_levers(case) == []
    space = pose(case, compile_case(case), "2000-01-01", limits()).levers.space(1)
    assert not space.allowed((None, 4.0, 1.0))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"risk": 1.5}, "--risk 1.5; expected a number from 0 to 1"),
        ({"risk": -0.1}, "--risk -0.1; expected a number from 0 to 1"),
        ({"risk": math.nan}, "--risk nan"),
        ({"within": 0}, "--within 0; expected a number above 0, at most 1000"),
        ({"within": math.inf}, "--within inf"),
        ({"share": 0}, "--share 0; expected a number above 0, at most 1"),
        ({"share": 1.01}, "--share 1.01"),
    ],
)
def test_limits_out_of_range(wrong, words):
    with pytest.raises(OptionError, match=words):
        limits(**wrong)


def test_simultaneous_moves_are_refused_with_their_place(problem):
    """The template is not looked at: such a case compiles to another kind of game."""
    case = replace(problem.case, timing="simultaneous")
    with pytest.raises(CaseError, match="settle reads games with asynchronous moves"):
        pose(case, None, "2000-01-01", limits())


def test_peace_already(tmp_path):
    case = changed(
        tmp_path, ("levers:", "  2001-01-01: {phase: peace, offer: none, text: equal, land: middle}\n\nlevers:")
    )
    with pytest.raises(OptionError, match="on 2001-01-01 the case is at peace already"):
        pose(case, compile_case(case), "2001-01-01", limits())


# ---- games ---------------------------------------------------------------------------------------


def test_costs_are_inside_the_game(problem):
    parameters = problem.case.defaults()
    plain, shift = build_game(problem, (None, None, None), parameters)
    aided, _ = build_game(problem, (None, None, 0.4), parameters)
    assert shift == 0
    i, north = plain.player("guarantor"), plain.player("north")
    assert np.allclose(aided.payoff_flow[i] - plain.payoff_flow[i], -0.04 * problem.peace)
    assert np.allclose(aided.payoff_flow[north] - plain.payoff_flow[north], 0.4 * problem.peace)
    assert np.allclose(sum(aided.terms[i].values()), aided.payoff_flow[i])
    early, _ = build_game(problem, (1.0, None, None), parameters)
    j = plain.player("mediator")
    assert np.allclose(early.payoff_flow[j] - plain.payoff_flow[j], -0.01 * ~problem.peace)


def test_fading_leverage_ends_as_the_game_without_it(problem):
    """In the faded copy the price is gone, and a new signature renews it."""
    parameters = problem.case.defaults()
    staged, shift = build_game(problem, (None, 4.0, None), parameters)
    plain, _ = build_game(problem, (None, None, None), parameters)
    assert staged.n_states == 2 * plain.n_states and shift == plain.n_states
    attack = staged.moves[0].names.index("attack")
    price = -staged.moves[0].impulses[0, attack]
    at = int(problem.settled[0])
    assert price[at] - price[at + shift] == pytest.approx(4.0)
    # entering peace from the faded copy leads to the copy in force
    sign = staged.moves[1].names.index("sign")
    source = shift + int(np.nonzero(staged.moves[1].available[sign, :shift])[0][0])
    target = staged.moves[1].transition[[sign * staged.n_states + source]].indices
    assert (target < shift).all()
    assert np.allclose(np.asarray(staged.moves[1].transition.sum(axis=1)), 1)
    assert np.allclose(np.asarray(staged.nature.transition.sum(axis=1)), 1)


def test_a_strong_guarantee_deters_until_it_fades(problem):
    solver = Solver(problem)
    parameters = {**problem.case.defaults(), "attack_cost": 0.0}
    base, _ = solver.without_levers(parameters, None)
    without = read(problem, *solver.equilibrium((None, None, None), parameters, base))["packages"][0]
    with_it = read(problem, *solver.equilibrium((None, 4.0, None), parameters, base))["packages"][0]
    south = problem.players.index("south")
    assert with_it["leave"][south] < without["leave"][south]
    assert with_it["leave"][south] < with_it["leave_faded"][south]
    assert with_it["war"] < 0.5 * without["war"]
    assert without["leave"][problem.players.index("mediator")] is None


def test_a_price_on_leaving_and_a_payment_change_what_they_should(problem):
    parameters = problem.case.defaults()
    plain, _ = build_game(problem, (None, None, None), parameters)
    game, _ = build_game(
        problem, (None, None, None), parameters, Measures((("north", "mediator", 0.1),), (("south", 2.0),))
    )
    assert np.allclose(game.payoff_flow[0] - plain.payoff_flow[0], -0.1 * problem.peace)
    assert np.allclose(game.payoff_flow[2] - plain.payoff_flow[2], 0.1 * problem.peace)
    change = game.moves[1].impulses[1] - plain.moves[1].impulses[1]
    attack = plain.moves[1].names.index("attack")
    assert np.allclose(change[attack], np.where(problem.peace, -2.0, 0.0))
    assert np.allclose(np.delete(change, attack, axis=0), 0)


# ---- the whole -----------------------------------------------------------------------------------


def test_what_is_reported_to_hold_holds(draws, findings):
    assert findings.packages
    for point in findings.packages:
        margins = margins_of(draws, point.candidate)
        assert (margins >= 0).all(axis=1).mean() == point.share >= 0.75
        assert point.relaxation.share is None
    used = [p.candidate for p in findings.packages]
    assert len(set(used)) == len(used)


def test_the_report_is_plain_data_and_says_everything(findings):
    made = settlement_part(findings, "detente settle")
    settlement = json.loads(json.dumps(made.settlement.model_dump(mode="json"), allow_nan=False))
    assert {"packages", "binding", "relaxation", "payer", "near", "finding"} <= set(settlement)
    assert "none of them is the best" in settlement["finding"]
    for point in settlement["packages"]:
        assert {
            "terms", "levers", "durability", "cost", "least_gain", "share_of_draws", "equilibria", "binding",
            "relaxation", "fails_when", "if_leaves",
        } <= set(point)  # fmt: skip
        assert {d["guarantor"] for d in point["if_leaves"]} == set(point["paid_by"])
    assert isinstance(made.tables["frontier"], Table) and isinstance(made.tables["relaxations"], Table)
    assert len(made.tables["frontier"].rows) == len(settlement["packages"]) + len(findings.beyond) + len(
        findings.fragile
    )


def test_nothing_holds_then_the_relaxation_works_when_solved_again(problem):
    """No risk at all cannot be had; what must be accepted is found and verified."""
    strict = replace(problem, limits=limits(risk=0.0, within=10, share=0.75))
    draws = CommonDraws(strict, draw_parameters(strict, 4, 0), workers=0)
    findings = find(draws, replace(PLAN, draws=4, equilibria=0))
    assert findings.packages == []
    best = findings.near[0]
    assert best.binding.constraint.kind == "relapse" and best.binding.fails_in == 1.0
    assert best.relaxation.works and best.relaxation.risk > 0
    made = settlement_of(findings)
    assert made.finding.startswith("No combination")
    assert made.binding.id == "relapse"
    assert made.relaxation.then_holds_in_share_of_draws >= 0.75


def test_a_loser_is_compensated_by_who_gains_most(tmp_path):
    """The mediator loses by peace: a payment while it lasts, from the side that gains, makes it hold."""
    case = changed(tmp_path, ("peace: 0.2 * (phase == peace)", "peace: -0.05 * (phase == peace)"))
    problem = pose(case, compile_case(case), "2000-01-01", limits(risk=0.2, within=10, share=0.75))
    draws = CommonDraws(problem, draw_parameters(problem, 4, 0), workers=0)
    off = problem.levers.space(1).off
    draws.evaluate([off], range(4))
    assert not (margins_of(draws, (off, 1)) >= 0).all(axis=1).any()
    found = relax(draws, (off, 1), 0.75)
    assert found.works
    assert set(found.payments) == {"mediator"}
    assert 0.05 < found.payments["mediator"] < 0.25
    assert found.payer in ("south", "guarantor")


def test_a_package_that_needs_its_guarantor_is_reported_as_such(tmp_path):
    case = changed(tmp_path, ("range: [0.0, 0.4]\n    unit: value\n", "range: [0.0, 0.01]\n    unit: value\n"))
    problem = pose(case, compile_case(case), "2000-01-01", limits(risk=0.4, within=10, share=0.75))
    problem = replace(problem, blocks=())  # only gains and the risk of war
    draws = CommonDraws(problem, draw_parameters(problem, 4, 0), workers=0)
    setting = (None, 4.0, None)
    draws.evaluate([setting], range(4))
    (departure,) = departures(draws, (setting, 0), 0.75)
    assert departure.who == "guarantor"
    assert departure.war[1] > departure.war[0]
    kept = (margins_of(draws, ((None, None, None), 0)) >= 0).all(axis=1).mean()
    assert departure.share == kept
    assert departure.holds == (kept >= 0.75)


def test_the_binding_constraint_is_the_one_that_fails_most(problem):
    constraints = problem.requirements((None, None, None))
    margins = np.ones((10, len(constraints)))
    margins[:3, 1] = -0.1
    margins[:, 2] = 0.001
    found = binding(constraints, margins, 0.9)
    assert found.constraint is constraints[1] and found.fails_in == 0.3
    assert binding(constraints, np.abs(margins), 0.9).constraint is constraints[2]


def test_separators_name_the_parameter_that_decides(problem):
    draws = CommonDraws(problem, draw_parameters(problem, 64, 1), workers=0)
    cost = np.array([p["attack_cost"] for p in draws.parameters])
    worst = cost - 0.15
    found = separators(draws, ((None, None, None), 0), worst)
    assert found[0].parameter == "attack_cost" and not found[0].high and found[0].clear
    assert found[0].strength > 0.95
    noise = separators(draws, ((None, None, None), 0), np.random.default_rng(0).normal(size=64))
    assert not any(s.clear for s in noise)


# ---- draws ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_interrupted_search_goes_on_where_it_was(problem, tmp_path):
    parameters = draw_parameters(problem, 4, 0)
    plan = replace(PLAN, draws=4, refined=0, equilibria=0)

    def stop(_found):
        raise KeyboardInterrupt

    first = CommonDraws(problem, parameters, workers=0, store=tmp_path, key="case")
    with pytest.raises(KeyboardInterrupt):
        find(first, plan, each_round=stop)
    assert first.solved > 0
    again = CommonDraws(problem, parameters, workers=0, store=tmp_path, key="case")
    resumed = settlement_of(find(again, plan))
    fresh = CommonDraws(problem, parameters, workers=0)
    whole = settlement_of(find(fresh, plan))
    assert resumed.model_dump_json() == whole.model_dump_json()
    assert again.solved == fresh.solved - first.solved
    other = CommonDraws(problem, parameters, workers=0, store=tmp_path, key="another case")
    assert not other.readings
    again.forget()
    assert not tmp_path.exists()


def test_draw_zero_is_the_middle_and_draws_are_common(problem):
    few, many = draw_parameters(problem, 4, 3), draw_parameters(problem, 16, 3)
    assert few == many[:4]
    assert few[0] == problem.case.defaults()
    assert draw_parameters(problem, 4, 4)[1] != few[1]


def test_a_task_gives_plain_data(problem):
    result = Solver(problem)(Task(problem.case.defaults(), None, (((None, None, None), NONE),)))
    assert json.loads(json.dumps(result, allow_nan=False)) == result


# ---- draws that fail -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    """A case in which some draws have no game: a rate that they make negative."""
    case = changed(
        tmp_path_factory.mktemp("failing"), ("    rate: 0.1\n  expires", "    rate: dividend - 0.25\n  expires")
    )
    problem = pose(case, compile_case(case), "2000-01-01", limits(risk=0.3, within=10, share=0.5))
    parameters = draw_parameters(problem, 6, 0)
    lost = [d for d, values in enumerate(parameters) if values["dividend"] < 0.25]
    assert 0 < len(lost) < 3 and 0 not in lost
    return problem, parameters, lost


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 1])
def test_a_draw_that_fails_is_left_out_with_its_reason(failing, workers):
    problem, parameters, lost = failing
    draws = CommonDraws(problem, parameters, workers=workers)
    result = find(draws, replace(PLAN, draws=6))
    assert sorted(draws.left_out) == lost
    part = settlement_part(result, "detente settle")
    (warning,) = part.warnings
    assert warning.startswith(f"settlement: {len(lost)} of 6 draws have no certified solution without levers (")
    assert "case.yaml:136:11: rate -0." in warning and "in the rate of clash" in warning
    told = json.dumps(part.settlement.model_dump(mode="json"), allow_nan=False)  # no number comes from a lost draw
    assert "nothing holds" in warning and told
    for point in part.settlement.packages:
        assert point.share_of_draws <= 1 - len(lost) / 6
        assert point.durability.low >= 0


def test_where_every_draw_fails_nothing_is_reported(failing):
    problem, parameters, _ = failing
    none_works = [{**values, "dividend": 0.2} for values in parameters[:3]]
    with pytest.raises(ComputationError, match=r"not one draw has a certified solution: .*in the rate of clash"):
        find(CommonDraws(problem, none_works, workers=0), PLAN)


def test_few_draws_have_ends_and_no_percentiles(findings, draws):
    spread = settlement_of(findings).packages[0].durability
    setting, option = findings.packages[0].candidate
    chances = [1 - draws.readings[(d, setting, NONE)]["packages"][option]["war"] for d in range(8)]
    assert (spread.low, spread.high) == (min(chances), max(chances))
    assert "smallest and largest of 8 draws" in settlement_of(findings).notes[0]
