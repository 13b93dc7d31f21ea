"""The shipped toy against numbers from a program written independently of Detente (shared/reference/process_toy.py).

`prolong` under "occasions" has several equilibria: best responses from nothing, which is how the program solves, end on
another one than the branch that comes down from much noise. Both are certified here.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detente.case import load_case
from detente.game import compile_case
from detente.solver import solve
from detente.solver.linear import Factored
from detente.solver.mixing import mixed
from detente.solver.operator import Operator

HERE = Path(__file__).resolve().parent
ORACLE = HERE.parents[1].parent / "shared" / "reference"
NAMES = {"arm": "armenia", "aze": "azerbaijan", "coc": "cochairs", "rus": "russia"}
DATES = {"frozen_1994": "1994-05-12", "interim_2021": "2021-08-05"}


VARIANTS = ("honest", "prolong", "patron", "fragile")


def numbers(shocks, variant):
    return json.loads((HERE / f"process_toy_{shocks}.json").read_text(encoding="utf-8"))[variant]


def close(found, wanted):
    assert found == pytest.approx(wanted, rel=1e-7, abs=1e-9)


def toy(variant, shocks):
    case = load_case("toy-process").override(scenario=None if variant == "honest" else variant)
    template = compile_case(case)
    assert template.space.size == 624
    return template, replace(template.game(), shocks=shocks)


def best_responses(system):
    """Where best responses from values of 0 end, each evaluated in full, the last seven mixed as the program does."""
    values, points, steps = np.zeros(system.shape), [], []
    for _ in range(400):
        at = system.residual(values)
        step = Factored(at.generator, system.rho).solve(at.flow) - values
        if np.abs(step).max() < 1e-10 * (1 + np.abs(values).max()):
            return values + system.constant
        points, steps = [*points, values.ravel()][-7:], [*steps, step.ravel()][-7:]
        values = mixed(points, steps).reshape(system.shape)
    raise AssertionError("best responses did not settle")


@pytest.mark.parametrize(
    "shocks, file", [("reference", "process_toy.json"), ("occasions", "process_toy_occasions.json")]
)
def test_the_numbers_are_those_of_the_program(shocks, file):
    if not (ORACLE / file).is_file():
        pytest.skip(f"the program's numbers are not here (../shared/reference/{file})")
    given = json.loads((ORACLE / file).read_text(encoding="utf-8"))
    assert given == {variant: numbers(shocks, variant) for variant in VARIANTS}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("shocks", ["reference", "occasions"])
def test_the_toy_gives_the_oracle_s_numbers(shocks, variant):
    template, game = toy(variant, shocks)
    equilibrium = solve(game)
    assert equilibrium.certified and equilibrium.branch == "principal"
    if (shocks, variant) == ("occasions", "prolong"):
        other = solve(game, start=best_responses(Operator(game)))
        assert other.certified
        x = template.state(DATES["frozen_1994"])
        assert np.abs(other.values - equilibrium.values)[:, x].max() > 1  # "principal" is another, also certified
        equilibrium = other
    wanted, chain = numbers(shocks, variant), equilibrium.chain()
    at = {key: template.state(date) for key, date in DATES.items()}
    for key, state in at.items():
        for short, name in NAMES.items():
            close(equilibrium.values[template.players.index(name), state], wanted["value"][key][short])
    settled = template.settled()[at["interim_2021"]]
    for short, name in NAMES.items():
        value = equilibrium.values[template.players.index(name)]
        close(value[settled] - value[at["interim_2021"]], wanted["gain_from_settling_2021"][short])
    for what, target, years, start in (
        ("p_war_26y_from_1994", template.war, 26.0, "frozen_1994"),
        ("p_peace_26y_from_1994", template.peace, 26.0, "frozen_1994"),
        ("p_war_5y_from_2021", template.war, 5.0, "interim_2021"),
        ("p_peace_10y_from_2021", template.peace, 10.0, "interim_2021"),
    ):
        reached = np.asarray(chain.reach_probability(target, np.array([years])))[0, at[start]]
        close(float(reached), wanted[what])


def test_the_scenarios_are_the_oracle_s_variants():
    case = load_case("toy-process")
    assert set(case.scenarios) == {"prolong", "patron", "fragile"}
    assert case.override(scenario="prolong").defaults()["rent"] == 0.6


@pytest.mark.parametrize("name", ["toy-process", "good-friday", pytest.param("minsk", marks=pytest.mark.slow)])
def test_the_ceiling_moves_no_gain(name):
    """Four times the ceiling moves each gain from settling by under 1 % of the actor's range of values."""
    template = compile_case(load_case(name))
    game = replace(template.game(), shocks="occasions")
    found, higher = solve(game).require(), solve(replace(game, ceiling=4 * game.ceiling)).require()
    spread = np.ptp(found.values, axis=1)
    for date in template.case.situations:
        x = template.state(date)
        settled = template.settled()[x]
        if settled >= 0:
            gain, moved = (e.values[:, settled] - e.values[:, x] for e in (found, higher))
            assert (np.abs(moved - gain) < 0.01 * spread).all(), date
