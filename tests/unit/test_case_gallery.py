"""Every shipped case: it loads without remarks, is small enough, and has a certified solution over its ranges."""

import numpy as np
import pytest
from case_files import prices_of_levers

from detente.case import load_case, shipped_cases
from detente.checks.folder import check_folder
from detente.checks.writing import check_writing
from detente.game import compile_case
from detente.solver import solve

TOLD = (  # of the toy, which is what it is for the numbers of the program that it reproduces
    "state variable 'government' matters to nothing",
    "parameter 'domestic' is idle",
    "parameter 'hawk_rate' is idle",
    "parameter 'dove_rate' is idle",
    "armenia.provoke can leave the state as it is",
    "azerbaijan.provoke can leave the state as it is",
    "russia.arm_armenia can leave the state as it is",
)
SMALL = tuple(name for name in shipped_cases() if name != "minsk")


@pytest.mark.parametrize("name", shipped_cases())
def test_states_and_reasons(name):
    checked = check_folder(name)
    case, template = checked.case, checked.template
    told = TOLD if name == "toy-process" else ()
    assert [d.what[: len(what)] for d, what in zip(checked.diagnostics, told, strict=True)] == list(told)
    assert 100 <= template.space.size <= 20_000
    for parameter in case.parameters.values():
        assert parameter.why, parameter.name
        assert parameter.basis or parameter.sources or parameter.fixed, parameter.name
        assert parameter.low <= parameter.mid <= parameter.high


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_draws_from_the_ranges_have_certified_solutions(name):
    case = load_case(name)
    template, rng = compile_case(case), np.random.default_rng(3)
    for _ in range(3):
        u = rng.uniform(size=len(case.parameters))
        draw = {n: p.sample(x) for (n, p), x in zip(case.parameters.items(), u, strict=True)}
        assert solve(template.game(draw)).certified


def values_at(template, draw):
    equilibrium = solve(template.game(draw))
    assert equilibrium.certified
    return equilibrium.values[:, template.state(template.case.as_of)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "some"), [("toy-process", ("rent", "domestic")), ("good-friday", None)])
def test_moving_a_parameter_moves_an_answer_or_it_is_called_idle(name, some):
    case = load_case(name)
    template, idle = compile_case(case), {d.line for d in check_writing(case) if "is idle" in d.what}
    for parameter in [case.parameters[n] for n in some or case.parameters]:
        if parameter.fixed or parameter.name in prices_of_levers(case):
            continue
        low, high = (values_at(template, {parameter.name: end}) for end in (parameter.low, parameter.high))
        moved = bool(np.abs(high - low).max() > 1e-9)
        assert moved != (case.where(parameter.at)[1] in idle), parameter.name


def test_the_teaching_case_shows_both_texts_and_both_accounts():
    case = load_case("good-friday")
    template = compile_case(case)
    assert template.packages == ("weapons_first", "in_parallel")
    assert set(case.accounts) == {"weapons_were_the_problem", "exclusion_was_the_problem"}
    stuck = case.override(scenario="london_stays_dependent")
    assert stuck.situations["1997-07-20"]["london"] == "dependent"
    assert compile_case(stuck).space.size == template.space.size
