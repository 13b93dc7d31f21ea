import numpy as np
import pytest
from scipy.stats import norm

from detente.evidence.nested import nested_sampling
from detente.evidence.posterior import Proposal, weigh
from detente.evidence.priors import Dimension, JointPrior, LogUniform, ParameterSpace, Uniform

SPACE = ParameterSpace((Dimension("a", Uniform(0.0, 2.0)), Dimension("b", LogUniform(0.1, 1.6), Uniform(0.2, 0.8))))
NARROW = JointPrior("narrow", {"a": Uniform(0.5, 1.5)})


def log_likelihood(values):
    return float(norm.logpdf(0.9, values["a"], 0.1) + norm.logpdf(0.5, values["b"], 0.05))


@pytest.mark.slow
def test_nested_sampling_agrees_with_importance_weights_and_the_integral():
    pytest.importorskip("dynesty")
    found = nested_sampling(SPACE, NARROW, log_likelihood, live=120, seed=1)
    exact = np.log(1 / 1.0) + np.log(1 / 0.6)  # both Gaussians lie well inside the ranges
    assert found.log_evidence == pytest.approx(exact, abs=4 * found.error)
    u = Proposal(NARROW, 4000).draw(SPACE, np.random.default_rng(2).random((4000, 2)))
    values = SPACE.values(u)
    like = norm.logpdf(0.9, values[:, 0], 0.1) + norm.logpdf(0.5, values[:, 1], 0.05)
    weighted = weigh(np.full(4000, -np.log(4000)), like)
    assert found.log_evidence == pytest.approx(weighted.log_evidence, abs=4 * np.hypot(found.error, weighted.error))
    assert found.values.mean(axis=0) == pytest.approx([0.9, 0.5], abs=0.03)
