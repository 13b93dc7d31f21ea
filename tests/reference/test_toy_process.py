"""The shipped toy against numbers from a program written independently of Detente (shared/reference/process_toy.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

from detente.case import load_case
from detente.game import compile_case
from detente.solver import solve

ORACLE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "process_toy.json"
NAMES = {"arm": "armenia", "aze": "azerbaijan", "coc": "cochairs", "rus": "russia"}
DATES = {"frozen_1994": "1994-05-12", "interim_2021": "2021-08-05"}


@pytest.fixture(scope="module")
def oracle():
    if not ORACLE.is_file():
        pytest.skip("the oracle's numbers are not here (../shared/reference/process_toy.json)")
    return json.loads(ORACLE.read_text(encoding="utf-8"))


def close(found, wanted):
    assert found == pytest.approx(wanted, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("variant", ["honest", "prolong", "patron", "fragile"])
def test_the_toy_gives_the_oracle_s_numbers(oracle, variant):
    case = load_case("toy-process").override(scenario=None if variant == "honest" else variant)
    template = compile_case(case)
    assert template.space.size == 624
    equilibrium = solve(template.game())
    assert equilibrium.certified
    wanted, chain = oracle[variant], equilibrium.chain()
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
