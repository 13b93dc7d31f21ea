"""Texts that belong to dates (`when` of a package), and actors that are gone: neither has answers where it is not."""

import numpy as np
import pytest
from case_files import PACKAGES, changed, folder_with

from detente.answers import evaluate
from detente.answers.frame import frame_of
from detente.case import load_case, read_case
from detente.checks.describe import check
from detente.errors import OptionError
from detente.game import compile_case
from detente.settlement.problem import limits, pose

LARGE = "  large: {gain: 0.6"
WHEN = (LARGE, '  large: {when: "talks == yes", gain: 0.6')
STARTS = ("2020-01-01", "2024-06-01")
GONE = (
    ("text: {values: packages}", "text: {values: packages}\n  militia: {values: [armed, gone]}"),
    ("  broker: {kind: mediator}", "  broker: {kind: mediator}\n  militia: {kind: domestic}"),
    ("  south: {terms:", "  militia: {spoils: bonus * (militia == armed)}\n  south: {terms:"),
    (
        "  broker:\n    table_small",
        "  militia:\n    raid: {when: militia == armed and phase == truce, then: {phase: war}}\n"
        "  broker:\n    table_small",
    ),
    ("nature:", "nature:\n  dissolved: {when: militia == armed, then: {militia: gone}, rate: 1}"),
    ("2020-01-01: {", "2020-01-01: {militia: armed, "),
    ("2024-06-01: {", "2024-06-01: {militia: gone, "),
)


def template_of(tmp_path, *pairs):
    return compile_case(load_case(folder_with(changed(PACKAGES, *pairs), tmp_path / "pact")))


def test_a_text_can_be_settled_only_where_it_belongs(tmp_path):
    template = template_of(tmp_path, WHEN)
    talks = template.mask("talks == yes") & ~template.peace
    np.testing.assert_array_equal(template.settled("large") >= 0, talks)
    np.testing.assert_array_equal(template.settled("small") >= 0, ~template.peace)


def test_questions_ask_of_the_texts_that_belong_to_the_date_and_ids_stay(tmp_path):
    template = template_of(tmp_path, WHEN)
    assert [list(frame_of(template, day).settled) for day in STARTS] == [["small"], ["small", "large"]]
    for day, packages in zip(STARTS, ({"small"}, {"small", "large"}), strict=True):
        found = evaluate(template, day, draws=2, questions=["gain_from_settling"], workers=0)
        assert {q.id for q in found.quantities} == {
            f"gain_from_settling.{actor}.{package}" for actor in ("north", "south", "broker") for package in packages
        }
    with pytest.raises(OptionError, match="no text of 'large' can be signed on the date"):
        frame_of(template, STARTS[0], "large")


def test_what_would_hold_tries_the_texts_that_belong_to_the_date(tmp_path):
    template = template_of(tmp_path, WHEN)
    found = {day: pose(template.case, template, day, limits()).packages for day in STARTS}
    assert found == {STARTS[0]: ("small",), STARTS[1]: ("small", "large")}


@pytest.mark.parametrize(
    ("condition", "what"),
    [("talsk == yes", "unknown name 'talsk'"), ("part > 0.5", "a condition that depends on parameter 'part'")],
)
def test_a_wrong_condition_is_found_where_it_stands(tmp_path, condition, what):
    text = changed(PACKAGES, (LARGE, f'  large: {{when: "{condition}", gain: 0.6'))
    remarks = read_case(folder_with(text, tmp_path / "pact")).diagnostics
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "large: {when" in row)
    errors = [r for r in remarks if r.severity == "error"]
    assert {r.line for r in errors} == {line}
    assert what in errors[0].what


def test_states_that_only_a_text_out_of_place_would_reach_are_not_built(tmp_path):
    never = template_of(tmp_path, (LARGE, '  large: {when: "phase == war and talks == yes", gain: 0.6'))
    everywhere = template_of(tmp_path)
    assert never.space.size <= everywhere.space.size
    assert not (never.settled("large") >= 0).any()


def test_who_is_gone_has_no_answers(tmp_path):
    template = template_of(tmp_path, *GONE)
    assert [frame_of(template, day).absent for day in STARTS] == [frozenset(), {"militia"}]
    here, gone = (evaluate(template, day, draws=2, workers=0) for day in STARTS)
    assert {q.actor for q in here.quantities} - {q.actor for q in gone.quantities} == {"militia"}


def test_who_still_gets_something_is_not_gone(tmp_path):
    template = template_of(tmp_path, *GONE, ("bonus * (militia == armed)", "cost * at_peace"))
    assert not frame_of(template, STARTS[1]).absent


def test_an_act_of_an_earlier_date_is_not_called_never_taken(tmp_path):
    report = check(folder_with(changed(PACKAGES, *GONE), tmp_path / "pact"))
    assert template_of(tmp_path, *GONE).case.as_of == STARTS[1]
    assert not [d for d in report.diagnostics if "militia.raid is as good as never taken" in d.what]
