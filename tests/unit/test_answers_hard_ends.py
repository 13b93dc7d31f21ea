"""Draws and derivatives that fail cost themselves, never the answer; values at the end of a range are ordinary ones."""

import pytest
from case_files import changed, folder_with, starter

from detente.answers import evaluate
from detente.answers.questions.peace import Peace
from detente.case import load_case
from detente.errors import ComputationError
from detente.game import compile_case

FLARE = """  flare:
    {numbers}
    why: "x"
    basis: judgement
  exhaustion_rate:"""
LAPSE = ("rate: lapse_rate\n\noutcomes", "rate: {rate}\n\noutcomes")


def answers(tmp_path, numbers: str, *places, draws: int = 2, questions=("relapse", "peace", "gain_from_settling")):
    text = changed(starter(), ("  exhaustion_rate:", FLARE.format(numbers=numbers)), *places)
    template = compile_case(load_case(folder_with(text, tmp_path / "starter")))
    return evaluate(template, "2024-01-01", draws=draws, questions=list(questions), workers=0)


def lapse(rate: str) -> tuple[str, str]:
    return LAPSE[0], LAPSE[1].format(rate=rate)


AGREE = (
    "- {p: heeded, process: talks}\n        - {p: 1 - heeded}",
    "- {p: flare, process: talks}\n        - {p: 1 - flare}",
)


@pytest.mark.parametrize(
    ("numbers", "place"),
    [
        ("value: 0\n    range: [0, .5]", lapse("flare")),
        ("value: 0\n    range: [0, .5]", ("rate: accept_rate", "rate: flare")),
        ("value: 1\n    range: [.5, 1]", AGREE),
        ("value: .25\n    range: [.25, .5]", lapse("flare - 0.25")),
    ],
    ids=["hazard of 0", "reference rate of 0", "probability of 1", "hazard of 0 inside an expression"],
)
def test_a_middle_at_a_hard_end_has_its_derivatives(tmp_path, numbers, place):
    found = answers(tmp_path, numbers, place, draws=1)
    assert found.solution.draws_left_out == 0
    assert not any("derivative" in warning for warning in found.warnings)
    swings = {row[0]: row[2:] for row in found.tables["tornado"].rows if row[1] == "flare"}
    assert swings and all(low != high for low, high in swings.values())


@pytest.mark.slow
def test_a_rate_of_a_million_costs_the_derivatives_alone(tmp_path):
    found = answers(tmp_path, "range: [1.4e6, 1.6e6]", lapse("flare"))
    assert found.solution.draws_left_out == 0
    assert found.warnings[0].startswith(
        "What relapse.5y, peace.10y, peace_time.restricted hangs on is not known: it could not be differentiated "
        "(rate * time is"
    )
    barred = {row[0] for row in found.tables["tornado"].rows}
    assert barred == {f"gain_from_settling.{actor}" for actor in ("north", "south", "mediator")}  # no chances
    assert 0 < found.quantity("relapse.5y").mid < 1
    slow = answers(tmp_path / "slow", "range: [1.4e3, 1.6e3]", lapse("flare"))
    for id in ("peace.10y", "gain_from_settling.north"):  # a process that lapses at once, either way
        assert found.quantity(id).mid == pytest.approx(slow.quantity(id).mid, abs=0.02)


def test_a_draw_without_a_game_is_left_out_with_its_reason(tmp_path):
    found = answers(tmp_path, "range: [0, 1]", lapse("flare - 0.4"), draws=8)
    assert 1 <= found.solution.draws_left_out < 8
    (words,) = [warning for warning in found.warnings if "left out" in warning]
    assert words.startswith(f"{found.solution.draws_left_out} of 8 draws left out") and "rate -0." in words


def test_if_no_draw_has_a_game_that_is_an_error(tmp_path):
    with pytest.raises(ComputationError, match=r"none of 2 draws has a certified solution: .*rate -"):
        answers(tmp_path, "range: [0, 1]", lapse("flare - 1.4"))


def test_a_question_that_fails_in_a_draw_is_left_out_there_alone(tmp_path, monkeypatch):
    asked, plain = [], Peace.ask

    def second_fails(self, solved):
        asked.append(1)
        if len(asked) == 2:  # the first is the middle of all ranges
            raise ComputationError("too far")
        return plain(self, solved)

    monkeypatch.setattr(Peace, "ask", second_fails)
    found = answers(tmp_path, "range: [0, 1]", lapse("flare"), draws=3)
    assert found.solution.draws_left_out == 0
    assert f"'{Peace.title}' is left out in 1 of 3 draws: too far." in found.warnings
    assert found.quantity("peace.10y").draws == 2
    assert found.quantity("relapse.5y").draws == 3
