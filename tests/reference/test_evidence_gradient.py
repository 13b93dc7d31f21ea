import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "recovery"))

from evidence_toy import TABLE, channels, game, scheme

from detente.evidence.filter import Filter
from detente.evidence.gradient import likelihood_gradient
from detente.evidence.jumps import jump_rates
from detente.evidence.path import Recording
from detente.evidence.simulate import observe, simulate
from detente.solver import solve

AT = {"rent": 0.5, "peace": 0.3, "noise": 0.4, "spite": 0.1}


@pytest.mark.parametrize("shocks", ["occasions", "reference"])
def test_gradient_through_the_equilibrium_matches_solving_again(shocks):
    def shocked(**parameters):
        return replace(game(**parameters), shocks=shocks)

    recording = Recording(np.array([[[0.9], [0.6], [0.7]]]))
    equilibrium = solve(shocked(**AT))
    rates = jump_rates(equilibrium.game, equilibrium.strategies, TABLE)
    rng = np.random.default_rng(0)
    path = observe(simulate(TABLE, rates, 0, 6.0, rng), TABLE, scheme(6.0), recording, draw=0, rng=rng)
    assert len(path.marks) >= 3
    found, gradient = likelihood_gradient(
        equilibrium, lambda p: shocked(**p), AT, table=TABLE, channels=channels(), recording=recording, path=path
    )

    def log_likelihood(parameters):
        solved = solve(shocked(**parameters), tol=1e-13)
        moved = jump_rates(solved.game, solved.strategies, TABLE)
        return Filter(TABLE, channels(), moved[None], recording).run(path).log_likelihood[0]

    summed = np.bincount(
        TABLE.source, weights=np.where(TABLE.source != TABLE.target, rates, 0.0), minlength=TABLE.n_states
    )
    assert summed == pytest.approx(-equilibrium.generator.diagonal())  # what the record is held against is the chain
    assert found.log_likelihood == pytest.approx(log_likelihood(AT), abs=1e-8)
    for name, value in AT.items():
        h = 1e-4
        up, down = log_likelihood({**AT, name: value + h}), log_likelihood({**AT, name: value - h})
        assert gradient[name] == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-6)
