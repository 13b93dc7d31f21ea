"""Names carry no meaning in the search either: exchanging the parties' names exchanges them in what is found."""

import json
from pathlib import Path

import pytest
from case_files import exchanged, folder_with

from detente.case import load_case
from detente.game import compile_case
from detente.settlement.draws import CommonDraws, draw_parameters
from detente.settlement.find import SearchPlan, find
from detente.settlement.problem import limits, pose
from detente.settlement.report import settlement_of

SMALL = Path(__file__).parents[1] / "data" / "settle_small"
PLAN = SearchPlan(
    draws=8, steps=1, first=2, budget=60, refined=1, near=1, explained=3, equilibria=1, starts=2, counted=1
)


def mirrored(text):
    return exchanged(exchanged(text, "north", "south"), "North", "South")


def settlement(text, folder):
    case = load_case(folder_with(text, folder))
    problem = pose(case, compile_case(case), "2000-01-01", limits(risk=0.1, within=10, share=0.75))
    return settlement_of(find(CommonDraws(problem, draw_parameters(problem, 8, 0), workers=0), PLAN)).model_dump(
        mode="json"
    )


@pytest.mark.slow
def test_exchanging_the_parties_names_exchanges_them_in_the_settlement(tmp_path):
    text = (SMALL / "case.yaml").read_text("utf-8")
    one = settlement(text, tmp_path / "one")
    other = settlement(mirrored(text), tmp_path / "other")
    assert one["packages"]
    assert_alike(json.loads(mirrored(json.dumps(one, sort_keys=True))), other)


def assert_alike(one, other):
    """Equal in shape and words, and in numbers to 1e-9."""
    if isinstance(one, dict):
        assert set(one) == set(other)
        for key in one:
            assert_alike(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for a, b in zip(one, other):
            assert_alike(a, b)
    elif isinstance(one, float):
        assert other == pytest.approx(one, rel=1e-9, abs=1e-9)
    else:
        assert one == other
