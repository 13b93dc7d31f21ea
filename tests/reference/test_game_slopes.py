"""Derivatives by all parameters through the arrays of a game, against games built anew and solved again."""

from dataclasses import replace

import numpy as np
import pytest

from detente.case import load_case
from detente.game import Family, compile_case
from detente.game.derivative import ArrayPull
from detente.solver import solve
from detente.solver.gradient import ADJOINT_TOL
from detente.solver.linearize import Linearization
from detente.solver.pull import pull_on_arrays, recorded_by_move

# Every kind of place in which a parameter can stand: a payoff, what an act costs and brings to another, its rate, the
# chance of an outcome, the rate of an event and where it leads, noise, patience, the rate of acts that name none.
CASE = """\
format: 1
case: places
title: Two villages and a reeve
as_of: 2000-01-01
unit: {time: year, value: utility}
play:
  discount_rate: {range: [0.05, 0.2], unit: 1/year, why: test, basis: judgement}
  noise: {range: [0.2, 0.5], unit: utility, why: test, basis: judgement}
  reference_rate: {range: [0.3, 1.5], unit: 1/year, why: test, basis: judgement}
  shocks: SHOCKS
  tempo: 20
actors:
  upper: {kind: party, labels: {en: Upper}}
  lower: {kind: party, labels: {en: Lower}}
  reeve: {kind: mediator, labels: {en: Reeve}}
states:
  phase: {values: [war, calm, peace]}
  talks: {values: ["no", "yes"]}
parameters:
  fee: {range: [0, 1], unit: value/year, why: test, basis: judgement}
  blow: {range: [0.1, 0.6], unit: value, why: test, basis: judgement}
  harm: {range: [0.1, 0.9], unit: value, why: test, basis: judgement}
  zeal: {range: [0.2, 2], unit: 1/year, why: test, basis: judgement}
  luck: {range: [0.2, 0.8], unit: probability, why: test, basis: judgement}
  weary: {range: [0.5, 3], unit: 1/year, why: test, basis: judgement}
  calming: {range: [0.1, 0.9], unit: probability, why: test, basis: judgement}
payoffs:
  upper: {war: -1 * (phase == war) - harm * (talks == yes), peace: 0.4 * fee * (phase == peace)}
  lower: {war: -0.8 * (phase == war), peace: fee ** 2 * (phase == peace)}
  reeve: {fee: fee * (talks == yes and phase != peace), peace: 0.3 * (phase == peace)}
actions:
  upper:
    attack:
      when: phase == calm
      cost: blow
      impulses: {lower: -harm * blow}
      then: [{p: luck, phase: war}, {p: 1 - luck, talks: "no"}]
    sign: {rate: 0.5 * zeal, when: phase == calm and talks == yes, then: {phase: peace, talks: "no"}}
  lower:
    attack: {rate: zeal, when: phase == calm, then: {phase: war, talks: "no"}, cost: blow + 0.1}
  reeve:
    call: {rate: zeal ** 2, when: phase == calm and talks == no, then: {talks: "yes"}, cost: 0.1 * fee}
nature:
  tire:
    when: phase == war
    rate: weary
    then: [{p: calming, phase: calm}, {p: 1 - calming, phase: peace, talks: "no"}]
  lapse: {when: talks == yes, then: {talks: "no"}, rate: 0.5 * weary}
  flood: {when: phase == peace, then: {phase: calm}, rate: 0.3}
outcomes:
  peace: phase == peace
  war: phase == war
  settle: {phase: peace, talks: "no"}
situations:
  2000-01-01: {phase: calm, talks: "no"}
"""
RULES = ("occasions", "uncounted", "reference", "standard", "none")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("places")
    (folder / "case.yaml").write_text(CASE.replace("SHOCKS", "occasions"), "utf-8")
    return compile_case(load_case(folder))


def some(rng, shape):
    return rng.standard_normal(shape)


def any_pull(game, rng):
    return ArrayPull(
        flow=some(rng, game.payoff_flow.shape),
        impulses=tuple(some(rng, m.impulses.shape) for m in game.moves),
        rates=tuple(some(rng, m.reference_rate.shape) for m in game.moves),
        transitions=tuple(some(rng, m.transition.data.shape) for m in game.moves),
        hazards=some(rng, game.nature.hazards.shape),
        events=some(rng, game.nature.transition.data.shape),
        noise=some(rng, game.noise.shape),
        discount=some(rng, game.discount_rate.shape),
    )


@pytest.mark.parametrize("name", ["places", "good-friday", "toy-process"])
def test_expression_by_expression_as_by_games_built_anew(template, name):
    made = template if name == "places" else compile_case(load_case(name))
    middle = {n: v for n, v in made.case.defaults().items() if n in made.family.ends}
    assert len(middle) >= 10
    pull = any_pull(made.game(middle), np.random.default_rng(1))
    found = made.family.slopes(middle, pull)
    anew = Family(made.family.build, made.family.ends).slopes(middle, pull)
    assert found.keys() == anew.keys() == middle.keys()
    scale = max(map(abs, anew.values()))
    for parameter, slope in anew.items():
        assert found[parameter] == pytest.approx(slope, rel=1e-6, abs=1e-7 * scale), parameter
    assert name != "places" or all(slope != 0 for slope in found.values())


@pytest.mark.parametrize("shocks", RULES)
def test_sums_over_rates_of_jumps_under_every_rule(template, shocks):
    """What a record pulls on: any weighted sum of the rates of all moves and events, through the equilibrium."""
    rng = np.random.default_rng(2)
    middle = {n: v for n, v in template.case.defaults().items() if n in template.family.ends}

    def shocked(parameters):
        return replace(template.game(parameters), shocks=shocks)

    family = Family(shocked, template.family.ends, template.family.expressions)
    equilibrium = solve(shocked(middle), tol=1e-13).require()
    game = equilibrium.game
    by_move = tuple(some(rng, m.transition.data.shape) for m in game.moves)
    by_event = some(rng, game.nature.transition.data.shape)

    def summed(parameters):
        solved = solve(shocked(parameters), tol=1e-13).require()
        total = 0.0
        for i, (moves, weights) in enumerate(zip(solved.game.moves, by_move, strict=True)):
            row = np.repeat(np.arange(moves.transition.shape[0]), np.diff(moves.transition.indptr))
            total += (solved.rates(i).ravel()[row] * weights * moves.transition.data)[row >= solved.game.n_states].sum()
        nature = solved.game.nature
        row = np.repeat(np.arange(nature.transition.shape[0]), np.diff(nature.transition.indptr))
        return total + (nature.hazards.ravel()[row] * by_event * nature.transition.data).sum()

    line = Linearization(equilibrium.operator, equilibrium.unknowns, small=equilibrium.operator.dense)
    by_value = line.rates_transposed(recorded_by_move(line.operator, by_move))
    adjoint, solved = line.solve(by_value, tol=ADJOINT_TOL, transposed=True)
    assert solved
    found = family.slopes(middle, pull_on_arrays(line, adjoint, (by_move, by_event)))
    for name, value in middle.items():
        h = 1e-4 * max(abs(value), 0.1)
        slope = (summed({**middle, name: value + h}) - summed({**middle, name: value - h})) / (2 * h)
        assert found[name] == pytest.approx(slope, rel=2e-6, abs=2e-6), name
