"""Names carry no meaning: a case with two parties' names exchanged gives the same arrays, draw by draw."""

import numpy as np
import pytest
from case_files import PACKAGES, exchanged, folder_with, starter
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.case import load_case
from detente.files.shipped import shipped_folder
from detente.game import compile_case


def templates(text, names, folder):
    first = compile_case(load_case(folder_with(text, folder / "first")))
    return first, compile_case(load_case(folder_with(exchanged(text, *names), folder / "second")))


CASES = {
    "starter": (starter(), ("north", "south")),
    "pact": (PACKAGES, ("north", "south")),
    "toy-process": (
        (shipped_folder() / "toy-process" / "case.yaml").read_text(encoding="utf-8"),
        ("armenia", "azerbaijan"),
    ),
}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    return {name: templates(text, names, tmp_path_factory.mktemp(name)) for name, (text, names) in CASES.items()}


@settings(max_examples=25)
@given(name=st.sampled_from(list(CASES)), data=st.data())
def test_exchanging_names_exchanges_nothing_else(pairs, name, data):
    first, second = pairs[name]
    swap = CASES[name][1]
    assert second.players == tuple(exchanged(p, *swap) for p in first.players)
    assert second.parameter_names == tuple(exchanged(p, *swap) for p in first.parameter_names)
    np.testing.assert_array_equal(first.space.codes, second.space.codes)
    u = data.draw(
        st.lists(st.floats(0.01, 0.99), min_size=len(first.parameter_names), max_size=len(first.parameter_names))
    )
    games = [
        template.game({n: p.sample(x) for (n, p), x in zip(template.case.parameters.items(), u, strict=True)})
        for template in (first, second)
    ]
    for pick in (lambda g: g.payoff_flow, lambda g: g.nature.hazards, lambda g: g.discount_rate, lambda g: g.noise):
        np.testing.assert_array_equal(pick(games[0]), pick(games[1]))
    for one, other in zip(games[0].moves, games[1].moves, strict=True):
        np.testing.assert_array_equal(one.impulses, other.impulses)
        np.testing.assert_array_equal(one.reference_rate, other.reference_rate)
        np.testing.assert_array_equal(one.transition.toarray(), other.transition.toarray())
