"""A constant in everybody's payoffs changes no difference between values: answers are told as if it were not there."""

import numpy as np
import pytest
from synthetic_case import write_case

from detente.answers.catalogue import CATALOGUE
from detente.answers.frame import frame_of
from detente.answers.solved import SolvedGame
from detente.case import load_case
from detente.game.compile import compile_case

DATE = "2001-01-01"
CONSTANT = "1e11"  # worth 1.25e12 for ever: float64 keeps two digits after the point of such values
OPENED = ("    stake:", "    standing:", "    interim:", "    mood: 0.3")


def solved(folder, constant="0"):
    text = write_case(folder) / "case.yaml"
    words = text.read_text("utf-8")
    for term in OPENED:
        assert term in words
        words = words.replace(term, f"    endowment: {constant}\n{term}")
    text.write_text(words, "utf-8")
    template = compile_case(load_case(text.parent))
    return SolvedGame(frame_of(template, DATE), template.game(), family=template.family)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return [solved(tmp_path_factory.mktemp("valley"), constant) for constant in ("0", CONSTANT)]


@pytest.mark.parametrize("id", [id for id in CATALOGUE.questions if id not in ("values", "prolongation_variants")])
def test_no_difference_between_values_loses_its_digits(pair, id):
    question = CATALOGUE.questions[id]
    assert not question.missing(pair[0].frame)
    plain, more = (question.ask(one).numbers for one in pair)
    assert plain.keys() == more.keys() and plain
    for key, number in plain.items():
        assert more[key] == pytest.approx(number, rel=1e-6, abs=1e-7, nan_ok=True), key


def test_what_a_constant_is_worth_stays_in_the_values(pair):
    plain, more = pair
    worth = float(CONSTANT) / plain.game.discount_rate[:, None]
    assert more.values == pytest.approx(plain.values + worth, rel=1e-12)
    assert more.more_than(plain) == pytest.approx(np.broadcast_to(worth, plain.values.shape), rel=1e-12)
    flow = more.equilibrium.operator.flow(more.equilibrium.choice)
    assert more.discounted(flow) == pytest.approx(more.values, rel=1e-12)
