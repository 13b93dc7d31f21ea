"""Nothing hidden: bare numbers are told, attributes may be parameters, definitions are fixed, no money pumps."""

import pytest
from case_files import PACKAGES, STARTER

from detente.case import load_case, shipped_cases
from detente.checks.folder import check_folder
from detente.errors import CaseError
from detente.game import compile_case
from detente.solver import solve


def said(folder, text: str) -> list[str]:
    (folder / "case.yaml").write_text(text, "utf-8")
    return [f"{d.severity}: {d.what}" for d in check_folder(folder).diagnostics]


# by default the starter: that the shipped ones have no remark at all, or these, `test_states_and_reasons` says
@pytest.mark.parametrize("case", ["starter", *(pytest.param(c, marks=pytest.mark.slow) for c in shipped_cases())])
def test_no_shipped_case_hides_a_number(case):
    found = check_folder(STARTER.parent if case == "starter" else case).diagnostics
    assert not [str(d) for d in found if "bare number" in d.what or "one value and no range" in d.what]


@pytest.mark.parametrize(
    ("before", "after", "number"),
    [
        ("rate: lapse_rate", "rate: 0.7 * lapse_rate", "0.7"),
        ("rate: lapse_rate", "rate: lapse_rate if phase == war else 0.2", "0.2"),
        ("cost: convene_cost", "cost: 0.25", "0.25"),
        ("{p: heeded, process: talks}", "{p: 0.6 * heeded, process: talks}", "0.6"),
        ("peace: peace_worth * (phase == peace)", "peace: 2.5 * (phase == peace)", "2.5"),
        ("share: [0, half_share, 1]", "share: [0, 0.4, 1]", "0.4"),
        ("when: process != dormant", "when: process != dormant and control.share > 0.3", "0.3"),
    ],
)
def test_a_bare_number_is_told_wherever_it_stands(tmp_path, before, after, number):
    text = STARTER.read_text("utf-8")
    assert before in text
    found = said(tmp_path, text.replace(before, after, 1))
    assert f"warning: bare number {number}: nobody sees what is assumed here" in found


def test_none_all_and_signs_are_no_assumptions(tmp_path):
    text = (
        STARTER.read_text("utf-8")
        .replace("cost: convene_cost", "cost: 0")
        .replace("rate: lapse_rate", "rate: 1 - 0 * -1")
    )
    assert not [line for line in said(tmp_path, text) if "bare number" in line]


def test_one_value_is_a_definition_only_where_it_is_said(tmp_path):
    text = STARTER.read_text("utf-8")
    assert "warning: parameter 'half_share' has one value and no range" in said(
        tmp_path, text.replace("    fixed: yes\n", "")
    )
    with pytest.raises(CaseError, match="'half_share' is fixed and has a range; expected 'value' and 'why' alone"):
        (tmp_path / "case.yaml").write_text(text.replace("    value: 0.5\n", "    range: [0.4, 0.6]\n"), "utf-8")
        load_case(tmp_path)


def test_attributes_and_terms_of_packages_may_be_parameters(tmp_path):
    text = STARTER.read_text("utf-8")
    (tmp_path / "case.yaml").write_text(text.replace("half_share, 1]", "0.5, 1]"), "utf-8")
    literal = compile_case(load_case(tmp_path))
    (tmp_path / "case.yaml").write_text(text, "utf-8")
    named = compile_case(load_case(tmp_path))
    assert (literal.game().payoff_flow == named.game().payoff_flow).all()
    assert (solve(literal.game()).values == solve(named.game()).values).all()
    moved = named.game({"half_share": 0.75}).payoff_flow - named.game().payoff_flow
    half = named.codes["control"] == 1
    assert moved[0][half & ~named.peace] == pytest.approx(0.25) and moved[1][half & ~named.peace] == pytest.approx(
        -0.25
    )

    packages = PACKAGES.replace("gain: 0.6", "gain: large_gain").replace(
        "parameters:\n", "parameters:\n  large_gain: {range: [0.5, 0.7], unit: value, why: x, basis: judgement}\n"
    )
    (tmp_path / "case.yaml").write_text(packages, "utf-8")
    case = load_case(tmp_path)
    assert case.states["text"].attributes["gain"] == (0.0, 0.2, "large_gain")
    (tmp_path / "case.yaml").write_text(packages.replace("gain: large_gain", "gain: large_gian"), "utf-8")
    with pytest.raises(
        CaseError, match="'gain' is a number in other packages; expected a number, or the name of a parameter"
    ):
        load_case(tmp_path)
    (tmp_path / "case.yaml").write_text(text.replace("[0, half_share, 1]", "[0, half_shar, 1]"), "utf-8")
    with pytest.raises(CaseError, match=r"unknown parameter 'half_shar'; .*did you mean 'half_share'"):
        load_case(tmp_path)


def test_a_welcome_act_that_changes_nothing_is_a_money_pump(tmp_path):
    text = STARTER.read_text("utf-8")
    act = "  mediator:\n    praise:\n      when: phase == peace\n      cost: COST\n    convene:"
    for cost, severity, words in (
        ("-convene_cost", "error", "mediator.praise pays 0.1 each time and leaves the state as it is: a money pump"),
        ("convene_cost", "note", "mediator.praise can leave the state as it is, and so be taken again and again"),
    ):
        found = said(tmp_path, text.replace("  mediator:\n    convene:", act.replace("COST", cost)))
        assert f"{severity}: {words}" in found
    assert not [line for line in said(tmp_path, text) if "leave" in line]
