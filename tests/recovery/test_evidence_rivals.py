"""Posteriors of rival accounts: their marginal likelihoods are those of plain averages, and they serve one bank."""

import numpy as np
import pytest
from brook_case import brook_case
from scipy.special import logsumexp

from detente.evidence.levels import One
from detente.evidence.posterior import LEAST, effective
from detente.evidence.priors import SCALE, space_of
from detente.evidence.recorded import RecordedCase
from detente.evidence.rivals import Posteriors, mixture_of, posteriors
from detente.evidence.tempered import Effort
from detente.verbs import accounts


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return RecordedCase.open(brook_case(tmp_path_factory.mktemp("rivals") / "brook"))


@pytest.fixture(scope="module")
def space(recorded):
    return space_of(recorded.case.parameters)


def test_the_factor_on_reference_rates_is_a_parameter_like_the_others(recorded, space):
    target = Posteriors(str(recorded.case.folder), space)().target
    assert SCALE in target.names and target.names[: len(space.names)] == space.names
    rng = np.random.default_rng(1)
    z = 0.5 * rng.standard_normal(len(target.names))
    slope = target.slope(target.at(z))
    for name in (SCALE, "fee"):
        step = 1e-3 * np.eye(len(z))[target.names.index(name)]
        wanted = (exact(target, z + step) - exact(target, z - step)) / 2e-3
        assert slope[target.names.index(name)] == pytest.approx(wanted, rel=2e-3, abs=2e-3), name


def exact(target, z):
    parameters, chances = target.coordinates.split(target.coordinates.values(z))
    return target.log_of(target.solved(parameters, None, 1e-12), chances)


def test_an_account_keeps_its_own_ranges_and_the_wide_reference_has_wider_ones(recorded, space):
    build = Posteriors(str(recorded.case.folder), space, recorded.accounts()["greedy"])
    pair = build()
    ends = [
        dict(zip(t.names, t.coordinates.values(np.full(len(t.names), end)), strict=True))
        for t in (pair.first, pair.second)
        for end in (-9.0, 9.0)
    ]
    assert [round(e["fee"], 3) for e in ends] == [0.0, 1.0, 0.6, 1.0]
    assert [round(e["noise"], 3) for e in ends] == [0.1, 1.0, 0.2, 0.5]
    assert [round(e[SCALE], 3) for e in ends] == [0.25, 4.0, 0.5, 2.0]


@pytest.mark.slow
def test_marginal_likelihoods_are_those_of_plain_averages_over_the_prior(recorded, space):
    folder, priors = str(recorded.case.folder), recorded.accounts()
    parts = posteriors(
        folder, space, priors, Effort(particles=160, moves=2, seed=3), folder=None, key="", workers=0,
        progress=lambda _share, _words: None,
    )  # fmt: skip
    assert [part.prior.name for part in parts] == ["reference", "fair", "greedy"]
    rng, plain = np.random.default_rng(7), []
    for part in parts:
        build = Posteriors(folder, space, None if part.prior.wide else part.prior)()
        target = build.target if isinstance(build, One) else build.second
        logs, near = [], None
        for _ in range(1000):
            place = target.at(rng.standard_normal(len(target.names)), near)
            near = place.near or near
            logs.append(place.log)
        plain.append((logsumexp(logs) - np.log(len(logs)), (1 / effective(np.array(logs)) - 1 / len(logs)) ** 0.5))
        assert part.log_evidence == pytest.approx(
            plain[-1][0], abs=4 * (plain[-1][1] ** 2 + part.population.variance) ** 0.5
        )
        assert part.worth > 0.5 and part.population.mixing(part.population.logs[:, -1]).settled
    assert parts[0].variance == 0.0 and 0 < parts[1].variance < parts[1].population.variance
    assert parts[1].weighed(space, priors["fair"]) > LEAST > parts[0].weighed(space, priors["fair"])
    log = parts[1].population.logs[:, -1][np.isfinite(parts[1].population.weights)]
    mixed = mixture_of(space, np.zeros(len(log)), 50.0, [parts[1]], parts[1].u, log)
    both = np.logaddexp(
        np.log(50), np.log(len(log)) + space.log_ratio(priors["fair"], parts[1].u) + log - parts[1].log_evidence
    )
    assert mixed == pytest.approx(both - np.log(50 + len(log)))


@pytest.mark.slow
def test_a_study_with_posteriors_ranks_and_says_how_sure(recorded, tmp_path):
    found = accounts.run(recorded.case.folder, draws=160, records=4, workers=2, out=tmp_path / "out").accounts
    assert all(a.ess > LEAST and not a.refused for a in found.accounts)
    (sampling,) = [c for c in found.conditions if c.id == "sampling"]
    assert sampling.holds
    names = {p.name: p for p in found.parameters}
    assert names["fee"].assumption_not_record and not names["harvest"].assumption_not_record
    without = accounts.run(recorded.case.folder, draws=0, records=4, workers=0, out=tmp_path / "none").accounts
    assert any(a.refused for a in without.accounts)
