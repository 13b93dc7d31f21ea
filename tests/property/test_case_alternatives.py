"""To split an act into alternatives that lead to the same state changes no answer."""

import numpy as np
import pytest
from case_files import PACKAGES, changed, folder_with, starter
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.case import load_case
from detente.game import compile_case
from detente.solver import solve

PARAMETERS = """
  split: {range: [0, 1], unit: share, why: "of no account", basis: judgement}
payoffs:"""
CASES = {  # the case, an act as it stands, and the same with alternatives
    "starter": (
        starter(),
        "      rate: crisis_rate\n      when: phase != war\n      then: {phase: war, process: dormant}\n",
        "      rate: crisis_rate\n      when: phase != war\n      one_of:\n"
        "        one: {share: split, then: {phase: war, process: dormant}}\n"
        "        other: {share: 1 - split, then: {phase: war, process: dormant}}\n",
    ),
    "pact": (
        changed(PACKAGES, ("[north.attack, south.attack]", "[south.attack]")),
        "      rate: 0.3\n      when: phase != war\n",
        "      rate: 0.3\n      when: phase != war\n      one_of:\n"
        "        one: {share: split ** 2}\n        two: {share: split - split ** 2}\n"
        "        three: {share: 1 - split}\n",
    ),
}


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    found = {}
    for name, (text, act, alternatives) in CASES.items():
        folder = tmp_path_factory.mktemp(name)
        more = ("\npayoffs:", PARAMETERS)
        texts = (changed(text, more), changed(text, more, (act, alternatives)))
        found[name] = [compile_case(load_case(folder_with(t, folder / str(n)))) for n, t in enumerate(texts)]
    return found


@settings(max_examples=15)
@given(name=st.sampled_from(list(CASES)), split=st.floats(0, 1), data=st.data())
def test_alternatives_that_lead_to_one_state_are_one_act(templates, name, split, data):
    whole, parts = templates[name]
    assert whole.parameter_names == parts.parameter_names
    u = data.draw(st.lists(st.floats(0.05, 0.95), min_size=(n := len(whole.parameter_names)), max_size=n))
    values = whole.case.drawn(u) | {"split": split}
    one, two = (solve(template.game(values)).require() for template in (whole, parts))
    assert sum(len(m.names) for m in two.game.moves) > sum(len(m.names) for m in one.game.moves)
    np.testing.assert_allclose(two.values, one.values, rtol=1e-7, atol=1e-8)
    a, b = one.chain(), two.chain()
    np.testing.assert_allclose(b.generator.toarray(), a.generator.toarray(), rtol=1e-6, atol=1e-9)
    for mask in (whole.war, whole.peace):
        np.testing.assert_allclose(
            b.reach_probability(mask, [1.0, 10.0]), a.reach_probability(mask, [1.0, 10.0]), atol=1e-8
        )
