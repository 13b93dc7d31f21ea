import numpy as np
import pytest
from scipy.stats import norm

from detente.case import Parameter
from detente.case.priors import Distribution
from detente.errors import OptionError
from detente.evidence.posterior import (
    Proposal,
    effective,
    mixture,
    overlap,
    quantiles,
    weigh,
)
from detente.evidence.priors import (
    SCALE,
    Dimension,
    JointPrior,
    LogUniform,
    ParameterSpace,
    Sampled,
    Uniform,
    halved_and_doubled,
    invert,
    space_of,
)

SPACE = ParameterSpace(
    (
        Dimension("a", Uniform(0.0, 2.0)),
        Dimension("noise", LogUniform(0.1, 1.6), Uniform(0.2, 0.8), "noise"),
        Dimension(SCALE, LogUniform(0.25, 4.0), LogUniform(0.5, 2.0), "reference"),
    )
)
NARROW = JointPrior("narrow", {"a": Uniform(0.5, 1.0)})
WIDE = JointPrior("reference", {}, True)


def ranged(low, high, kind="uniform", numbers=None):
    """A parameter of a case."""
    prior = Distribution(kind, numbers or (low, high))
    return Parameter("x", prior, low, high, (low + high) / 2)


def test_inverse_of_quantiles():
    for quantile in (Uniform(1.0, 3.0), LogUniform(0.5, 8.0), Sampled(ranged(-4, 6, "normal", (1.0, 2.0)))):
        u = np.array([0.05, 0.3, 0.77])
        assert invert(quantile, quantile(u)) == pytest.approx(u, abs=1e-9)
    assert invert(Uniform(1.0, 3.0), np.array([0.0, 9.0])).tolist() == [0.0, 1.0]


def test_density_relative_to_the_reference_integrates_to_one():
    u = np.random.default_rng(0).random((40000, 3))
    ratio = np.exp(SPACE.log_ratio(NARROW, u))
    assert ratio.mean() == pytest.approx(1.0, abs=0.05)
    inside = (u[:, 0] > 0.25 - 1e-4) & (u[:, 0] < 0.5 + 1e-4)
    assert (ratio[~inside] == 0).all()
    assert SPACE.log_ratio(WIDE, u).tolist() == [0.0] * len(u)


def test_coordinates_of_an_account_go_there_and_back():
    v = np.random.default_rng(1).random((50, 3))
    assert SPACE.out_of(NARROW, SPACE.into(NARROW, v)) == pytest.approx(v, abs=1e-6)
    values = SPACE.values(SPACE.into(NARROW, v))
    assert values[:, 0].min() >= 0.5
    assert values[:, 0].max() <= 1.0
    assert values[:, 1].max() <= 0.8


def test_accounts_outside_the_reference_or_without_width_are_refused():
    with pytest.raises(OptionError, match=r"a from 0.5 to 2.5 leaves the reference range 0 to 2"):
        SPACE.check(JointPrior("far", {"a": Uniform(0.5, 2.5)}))
    with pytest.raises(OptionError, match=r"a is a point \(1\); an account gives intervals"):
        SPACE.check(JointPrior("point", {"a": Uniform(1.0, 1.0)}))
    with pytest.raises(OptionError, match=r"b is not a parameter with a range"):
        SPACE.check(JointPrior("unknown", {"b": Uniform(0.0, 1.0)}))
    SPACE.check(NARROW)


def test_evidence_of_a_conjugate_model():
    # a uniform in (0, 2), likelihood N(.8; a, .1): Z = 1/2 under the reference, 2 under NARROW
    u = Proposal(WIDE, 20000).draw(SPACE, np.random.default_rng(2).random((20000, 3)))
    log_likelihood = norm.logpdf(0.8, SPACE.values(u)[:, 0], 0.1)
    wide = weigh(np.full(len(u), -np.log(len(u))), log_likelihood)
    assert wide.log_evidence == pytest.approx(np.log(0.5), abs=4 * wide.error)
    narrow = weigh(SPACE.log_ratio(NARROW, u) - np.log(len(u)), log_likelihood)
    inside = norm.cdf(2.0) - norm.cdf(-3.0)
    assert narrow.log_evidence == pytest.approx(np.log(2 * inside), abs=4 * narrow.error)
    assert not narrow.refused


def test_a_mixture_of_priors_gives_the_same_evidence_with_more_effective_draws():
    rng = np.random.default_rng(3)
    first, second = Proposal(WIDE, 400), Proposal(NARROW, 400)
    u = first.draw(SPACE, rng.random((400, 3)))
    like = lambda u: norm.logpdf(0.8, SPACE.values(u)[:, 0], 0.1)  # noqa: E731
    before = weigh(SPACE.log_ratio(NARROW, u) - mixture(SPACE, [first], u) - np.log(400), like(u))
    both = np.concatenate([u, second.draw(SPACE, rng.random((400, 3)))])
    after = weigh(SPACE.log_ratio(NARROW, both) - mixture(SPACE, [first, second], both) - np.log(800), like(both))
    assert after.ess > 2 * before.ess
    assert after.log_evidence == pytest.approx(np.log(2 * (norm.cdf(2.0) - norm.cdf(-3.0))), abs=4 * after.error)


def test_effective_sizes():
    assert effective(np.zeros(50)) == pytest.approx(50)
    assert effective(np.array([0.0, -np.inf, -np.inf])) == pytest.approx(1)
    assert effective(np.full(3, -np.inf)) == 0
    assert effective(np.zeros(50), 0.5) == pytest.approx(25)
    assert effective(np.zeros(3), np.array([1.0, 1.0, 0.5])) == pytest.approx(9 / 4)


def test_draws_that_are_worth_less_make_the_error_larger():
    like = np.linspace(-1, 0, 40)
    whole, half = (weigh(np.full(40, -np.log(40)), like, worth) for worth in (1.0, 0.5))
    assert half.ess == pytest.approx(whole.ess / 2) and half.error > whole.error
    assert half.log_evidence == whole.log_evidence


def test_an_impossible_record_has_no_evidence():
    result = weigh(np.zeros(5), np.full(5, -np.inf))
    assert result.log_evidence == -np.inf
    assert result.refused


def test_overlap_tells_learnt_from_assumed():
    values = np.random.default_rng(4).random(4000)
    flat = np.full(4000, 1 / 4000)
    assert overlap(np.zeros(4000), flat, values) == pytest.approx(1.0)
    sharp = (values < 0.25) / (values < 0.25).sum()
    assert overlap(np.zeros(4000), sharp, values) == pytest.approx(0.25, abs=0.02)
    assert quantiles(sharp, values, (0.5,))[0] == pytest.approx(0.125, abs=0.01)


def test_variants_halve_and_double():
    variants = halved_and_doubled(SPACE, NARROW)
    assert set(variants) == {
        f"{what} {how}" for what in ("noise", "reference rates", "prior widths") for how in ("halved", "doubled")
    }
    ends = {
        k: v.changed[n](np.array([0.0, 1.0])) for k, n, v in ((k, n, v) for k, v in variants.items() for n in v.changed)
    }
    assert variants["noise halved"].changed["noise"](np.array([0.0, 1.0])).tolist() == [0.1, 0.4]
    assert variants["reference rates doubled"].changed[SCALE](np.array([0.0, 1.0])) == pytest.approx([1.0, 4.0])
    assert ends["prior widths doubled"] == pytest.approx([0.25, 1.25], abs=1e-5)
    assert ends["prior widths halved"] == pytest.approx([0.625, 0.875], abs=1e-5)
    for variant in variants.values():
        SPACE.check(variant)


def test_the_space_of_a_case_widens_noise_and_leaves_out_fixed_parameters():
    space = space_of({"noise": ranged(0.2, 0.4), "cost": ranged(1, 3), "lever": ranged(0, 0, "fixed", (0,))})
    assert space.names == ("noise", "cost", SCALE)
    assert space.dimensions[0].reference(np.array([0.0, 1.0])).tolist() == [0.1, 0.8]
