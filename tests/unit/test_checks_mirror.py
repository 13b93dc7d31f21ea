"""The swap audit: what a case gives one actor and not another is listed, with the case's reason or a warning."""

import dataclasses

import pytest
from case_files import STARTER

from detente.case import load_case
from detente.checks.describe import check
from detente.checks.mirror import mirrored
from detente.errors import OptionError

FEAR = "    dividend: dividend * (phase == peace)\n  south:"
UNLIKE = STARTER.read_text("utf-8").replace(FEAR, "    fear: -north_fear * (phase == war)\n" + FEAR, 1).replace(
    "parameters:", "parameters:\n  north_fear: {range: [0, 1], unit: value/year, why: x, basis: judgement}", 1
)  # fmt: skip


def case_of(folder, text: str):
    (folder / "case.yaml").write_text(text, "utf-8")
    return load_case(folder)


def test_what_is_alike_is_not_listed(tmp_path):
    found, warnings = mirrored(case_of(tmp_path, STARTER.read_text("utf-8")), "north", "south")
    assert [one.name for one in found] == ["payoffs.north.stake", "nature.north_advances.then.control"]
    assert len(warnings) == 2
    assert found[0].what == (
        "payoffs.north.stake is 'half_share if phase == peace else control.share', and its counterpart "
        "payoffs.south.stake is 'half_share if phase == peace else 1 - control.share'"
    )


def test_every_term_act_guard_cost_and_range_that_differs_is_listed_once(tmp_path):
    text = UNLIKE.replace(
        "  south:\n    accept:\n      rate: accept_rate", "  south:\n    accept:\n      rate: convene_rate"
    )
    text = text.replace(
        "      when: process == accepted_by_north\n", "      when: process == accepted_by_north and phase != war\n"
    )
    text = text.replace("  nature:", "  nature:").replace(
        "  mediator:\n    convene:",
        "    mourn:\n      when: phase == war\n      cost: concession\n  mediator:\n    convene:",
    )
    for one, other in (("north", "south"), ("south", "north")):
        found, warnings = mirrored(case_of(tmp_path, text), one, other)
        assert sorted(difference.what.split(" is ")[0] for difference in found) == [
            "actions.north.accept.rate",
            "actions.north.sign.when",
            "actions.south.mourn has no counterpart actions.north.mourn",
            "nature.north_advances.then.control",
            "parameters.north_fear has no counterpart parameters.south_fear",
            "payoffs.north.fear has no counterpart payoffs.south.fear",
            "payoffs.north.stake",
        ]
        assert len(warnings) == len(found) and all("no reason is given" in warning.what for warning in warnings)


def test_reasons_explain_a_difference_from_either_side_and_all_below(tmp_path):
    reasons = {
        "payoffs.south.stake": "one holds what the other lacks",
        "nature.south_advances": "one step up, one down",
        "parameters.north_fear": "only one was attacked",
        "payoffs.north.war": "nothing",
    }
    lines = "".join(f"  {name}: {why}\n" for name, why in reasons.items())
    found, warnings = mirrored(case_of(tmp_path, f"{UNLIKE}asymmetry:\n{lines}"), "north", "south")
    assert {one.name: one.why for one in found} == {
        "payoffs.north.stake": "one holds what the other lacks",
        "nature.north_advances.then.control": "one step up, one down",
        "payoffs.north.fear": "",
        "parameters.north_fear": "only one was attacked",
    }
    assert [warning.what.split(",")[0] for warning in warnings] == [
        "payoffs.north.fear has no counterpart payoffs.south.fear",
        "'payoffs.north.war' is alike for north and south",
    ]
    assert warnings[0].line == UNLIKE[: UNLIKE.index("    fear:")].count("\n") + 1


def test_the_order_of_names_in_a_list_is_no_difference(tmp_path):
    text = STARTER.read_text("utf-8").replace(
        "  lapse:\n    when: process != dormant",
        "  lapse:\n    when: process in [accepted_by_north, talks, accepted_by_south]",
    )
    assert len(mirrored(case_of(tmp_path, text), "north", "south")[0]) == 2


def test_actors_have_to_be_two_of_the_case():
    case = load_case("minsk")
    with pytest.raises(
        OptionError, match="no actor 'armena'; expected two actors of the case; hint: did you mean 'armenia'"
    ):
        mirrored(case, "armena", "azerbaijan")
    with pytest.raises(OptionError, match="'armenia' twice"):
        mirrored(case, "armenia", "armenia")


@pytest.mark.slow
def test_minsk_explains_every_asymmetry():
    report = check("minsk", solve=False, mirror=("armenia", "azerbaijan"))
    assert len(report.asymmetries) > 20 and all(one.why for one in report.asymmetries)
    assert not [d for d in report.diagnostics if "asymmetry" in d.hint or "no reason" in d.what]
    assert {f.name for f in dataclasses.fields(report.asymmetries[0])} == {"at", "other", "what", "why"}
