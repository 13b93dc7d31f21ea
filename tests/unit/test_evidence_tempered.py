"""Tempered Monte Carlo: marginal likelihoods and posteriors that are known otherwise, whatever the workers."""

import functools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.stats import kstest, norm
from test_evidence_chains import Bent, Wide

from detente.errors import ComputationError, OptionError
from detente.evidence.target import Place
from detente.evidence.tempered import Effort, Point, density, sampler


@dataclass
class Tempered:
    """One level: the target of a test of chains."""

    target: Bent | Wide

    @property
    def names(self):
        return self.target.names

    def at(self, z, shares, near=None):
        place = self.target.at(z, near)
        return Point(z, np.array([place.log]), True, place.fault)

    def ahead(self, point, shares):
        return point

    def slopes(self, point, shares):
        return self.target.slope(Place(point.z, 0.0))[None]

    def told(self, point, shares):
        return [float(point.z[0])]


@dataclass
class Straight:
    """Levels l_j = -(z - middle_j)' (z - middle_j) / 2 w_j: everything is known in closed form."""

    middles: tuple[tuple[float, ...], ...]
    widths: tuple[float, ...]
    impossible: float = np.inf  # first coordinates above it cannot have been

    @property
    def names(self):
        return tuple(f"z{n}" for n in range(len(self.middles[0])))

    def at(self, z, shares, near=None):
        away = np.asarray(self.middles) - z
        logs = -0.5 * (away**2).sum(axis=1) / np.array(self.widths)
        fault = f"none at {z[0]:.9f}" if z[0] > self.impossible else ""
        return Point(z, np.full(len(logs), -np.inf) if fault else logs, True, fault)

    def ahead(self, point, shares):
        return point

    def slopes(self, point, shares):
        return (np.asarray(self.middles) - point.z) / np.array(self.widths)[:, None]

    def told(self, point, shares):
        return []

    def log_evidence(self, level):
        middle, width = np.asarray(self.middles[level]), self.widths[level]
        return float(norm.logpdf(middle, 0, np.sqrt(1 + width)).sum() + 0.5 * len(middle) * np.log(2 * np.pi * width))


FAR = Straight(((2.0, -1.0, 0.0), (0.5, 1.5, 0.3)), (0.05, 0.1))


def whole(build, effort, start=(0.0,), end=(1.0,), **options):
    with sampler(build, build().names, effort, **options) as walk:
        return walk.towards(walk.prior(len(end)), start, end)


def bent():
    return Tempered(Bent())


def wide():
    return Tempered(Wide())


def far():
    return FAR


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def test_the_marginal_likelihood_and_the_posterior_agree_with_a_grid(seed):
    axis = np.linspace(-8, 8, 801)
    a, b = np.meshgrid(axis, axis, indexing="ij")
    weight = np.exp(Bent().log(np.stack([a, b], axis=-1)) - (a**2 + b**2) / 2) / (2 * np.pi)
    step = axis[1] - axis[0]
    found = whole(bent, Effort(particles=800, seed=seed), workers=0)
    assert 0.01 < found.variance**0.5 < 0.1
    assert abs(found.log_ratio - np.log(weight.sum() * step**2)) < 4 * found.variance**0.5
    weight /= weight.sum()
    for n, coordinate in enumerate((a, b)):
        drawn, mixing = found.z[:, n], found.mixing(found.z[:, n])
        assert mixing.settled and mixing.ess > 300
        assert abs(drawn.mean() - (weight * coordinate).sum()) < 4 * drawn.std() / np.sqrt(mixing.ess)
        assert abs(drawn.std() - np.sqrt((weight * (coordinate - (weight * coordinate).sum()) ** 2).sum())) < 0.15
    assert np.array_equal(found.told[:, 0], found.z[:, 0]) and max(found.off) == 0.0


def test_sixty_dimensions_of_which_a_record_tells_much_about_twelve_combinations():
    target = Wide()
    x = np.linspace(-12, 12, 240_001)
    exact = sum(
        np.log(np.sum(np.exp(-0.5 * s * (x + 0.1 * x * x - m) ** 2) * norm.pdf(x)) * (x[1] - x[0]))
        for s, m in zip(target.sharp, target.middle, strict=True)
    )
    found = whole(wide, Effort(seed=4), workers=0)
    assert found.variance**0.5 < 0.2
    assert abs(found.log_ratio - exact) < 4 * found.variance**0.5
    sharpest = found.z @ target.turned[:, 0]
    assert found.mixing(sharpest).settled
    assert abs((sharpest + 0.1 * sharpest**2).mean() - target.middle[0]) < 0.1


def test_from_one_posterior_to_another():
    first, second = FAR.log_evidence(0), FAR.log_evidence(1)
    with sampler(far, FAR.names, Effort(seed=2), workers=0) as walk:
        one = walk.towards(walk.prior(2), (0, 0), (1, 0))
        other = walk.towards(one, (1, 0), (0, 1))
    assert abs(one.log_ratio - first) < 4 * one.variance**0.5
    assert abs(other.log_ratio - second) < 4 * other.variance**0.5
    assert other.steps > one.steps and other.variance > one.variance
    for n, middle in enumerate(FAR.middles[1]):
        assert kstest(other.z[::8, n], norm(middle / 1.1, np.sqrt(0.1 / 1.1)).cdf).pvalue > 1e-3


def test_where_little_is_learnt_particles_are_weighed_and_not_moved():
    flat = Straight(((0.1,),), (50.0,))
    with sampler(lambda: flat, flat.names, Effort(seed=1), workers=0) as walk:
        found = walk.towards(walk.prior(1), [0], [1], whole=False)
    assert found.steps == 0 and found.solves == 400 + 100  # every fourth has its gradient taken
    assert abs(found.log_ratio - flat.log_evidence(0)) < 0.005
    assert np.ptp(found.weights) > 0 and 390 < found.effective < 400


def test_what_is_impossible_counts_as_such():
    """Above 0 there is no solution: half of the prior is lost, and nothing of it comes back."""
    half = replace(Straight(((0.0,),), (1e9,)), impossible=0.0)
    with sampler(lambda: half, half.names, Effort(particles=2000, seed=1), workers=0) as walk:
        found = walk.towards(walk.prior(1), [0], [1])
    assert abs(found.log_ratio - np.log(0.5)) < 4 * found.variance**0.5 < 0.2
    assert found.z.max() <= 0.0 and len(found.faults) > 500


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_whatever_the_workers(tmp_path):
    effort = Effort(particles=40, moves=2, seed=5)
    alone = whole(bent, effort, workers=0)
    many = whole(bent, effort, workers=2, folder=tmp_path)
    assert alone.z.tobytes() == many.z.tobytes() and alone.log_ratio == many.log_ratio
    assert not np.array_equal(alone.z, whole(bent, replace(effort, seed=6), workers=0).z)


def test_what_was_stopped_goes_on_to_the_same_particles(tmp_path):
    effort, solved = Effort(particles=40, moves=2, seed=5), []

    @dataclass
    class Counted(Tempered):
        stop: int = 10**9

        def at(self, z, shares, near=None):
            solved.append(1)
            if len(solved) > self.stop:
                raise KeyboardInterrupt
            return super().at(z, shares, near)

    full = whole(functools.partial(Counted, Bent()), effort, workers=0)
    count = len(solved)
    solved.clear()
    with pytest.raises(KeyboardInterrupt):
        whole(functools.partial(Counted, Bent(), count - 60), effort, workers=0, folder=tmp_path, key="a")
    solved.clear()
    again = whole(functools.partial(Counted, Bent()), effort, workers=0, folder=tmp_path, key="a")
    assert len(solved) < 80
    assert full.z.tobytes() == again.z.tobytes() and full.log_ratio == again.log_ratio


def test_a_level_without_a_share_does_not_count():
    logs = np.array([[1.0, -np.inf], [2.0, np.nan]])
    assert density(np.array([0.5, 0.0]), logs).tolist() == [0.5, 1.0]
    assert density(np.zeros(2), logs).tolist() == [0.0, 0.0]


def test_a_record_that_no_draw_can_have_produced_is_said():
    never = replace(FAR, impossible=-np.inf)
    with pytest.raises(ComputationError, match=r"none of 40 draws of the prior can have produced the record \(none at"):
        whole(lambda: never, Effort(particles=40), (0, 0), (1, 0), workers=0)


@pytest.mark.parametrize(
    ("given", "words"),
    [({"particles": 42}, "--draws 42"), ({"particles": 36}, "40 or more"), ({"moves": 1}, "moves")],
)
def test_an_effort_that_cannot_be_is_refused(given, words):
    with pytest.raises(OptionError, match=words):
        Effort(**given)


@pytest.mark.slow
def test_the_truth_lies_anywhere_in_two_hundred_posteriors():
    """Ranks of the truth are uniform: the middle of a level is drawn as the model says, then found again."""
    rng, ranks = np.random.default_rng(3), []
    for n in range(200):
        truth = rng.standard_normal(2)
        seen = Straight((tuple(truth + np.sqrt(0.2) * rng.standard_normal(2)),), (0.2,))
        found = whole(functools.partial(lambda s: s, seen), Effort(particles=200, moves=4, seed=n), workers=0)
        ranks.append((found.z < truth).mean(axis=0))
    for column in np.array(ranks).T:
        assert kstest(column, "uniform").pvalue > 0.01
