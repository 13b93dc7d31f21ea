"""Chains: they find the posterior that a grid finds, whatever the workers, and say how far warm starts agree."""

import functools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.stats import kstest, norm

from detente.errors import ComputationError, OptionError
from detente.evidence.chains import Plan, run_chains
from detente.evidence.gaussian import Gaussian, Seen, fitted
from detente.evidence.target import Place


class Watching:
    """One answer is watched: the first coordinate."""

    watched = ("first",)

    def answers(self, place):
        return (float(place.z[0]),)


@dataclass
class Bent(Watching):
    """A posterior of two coordinates that is far from normal."""

    names: tuple[str, ...] = ("a", "b")
    calls: int = 0
    stop: int | None = None

    def log(self, z):
        return -2.0 * (z[..., 1] - 0.8 * z[..., 0] ** 2 + 0.5) ** 2 - 0.5 * (z[..., 0] - 1.0) ** 2

    def at(self, z, near=None):
        self.calls += 1
        if self.stop is not None and self.calls > self.stop:
            raise KeyboardInterrupt
        return Place(z, float(self.log(z)), True)

    def slope(self, place):
        z, off = place.z, place.z[1] - 0.8 * place.z[0] ** 2 + 0.5
        return np.array([6.4 * off * z[0] - (z[0] - 1.0), -4.0 * off])


@dataclass
class Hopping(Bent):
    """A warm start leads to another solution than none."""

    def at(self, z, near=None):
        return Place(z, float(self.log(z)) + (0.5 if near else 0.0), True)


@dataclass
class Partial(Bent):
    """Where b is above 1 there is no certified equilibrium."""

    def at(self, z, near=None):
        return super().at(z, near) if z[1] < 1.0 else Place(z, -np.inf, fault=f"none at {z[1]:.9f}")


@dataclass
class Impossible(Bent):
    def at(self, z, near=None):
        return Place(z, -np.inf)


@dataclass
class Wide(Watching):
    """Sixty coordinates, of which a record tells much about few combinations."""

    names: tuple[str, ...] = tuple(f"z{n}" for n in range(60))

    def __post_init__(self):
        rng = np.random.default_rng(1)
        self.turned = np.linalg.qr(rng.standard_normal((60, 60)))[0][:, :12]
        self.sharp = 10 ** np.linspace(2, -1, 12)
        self.middle = rng.standard_normal(12)

    def at(self, z, near=None):
        w = self.turned.T @ z
        return Place(z, -0.5 * float((self.sharp * (w + 0.1 * w**2 - self.middle) ** 2).sum()), True)

    def slope(self, place):
        w = self.turned.T @ place.z
        return -self.turned @ (self.sharp * (w + 0.1 * w**2 - self.middle) * (1 + 0.2 * w))


def effective(draws):
    from arviz_stats.base import array_stats

    return float(array_stats.ess(draws, chain_axis=0, draw_axis=1))


def test_a_bent_posterior_agrees_with_a_grid():
    found = run_chains(Bent, Bent().names, Plan(steps=6000, thin=2, seed=2), workers=0)
    axis = np.linspace(-6, 6, 601)
    a, b = np.meshgrid(axis, axis, indexing="ij")
    weight = np.exp(Bent().log(np.stack([a, b], axis=-1)) - (a**2 + b**2) / 2)
    weight /= weight.sum()
    for n, coordinate in enumerate((a, b)):
        drawn = found.z[:, :, n]
        error = drawn.std() / np.sqrt(effective(drawn))
        assert effective(drawn) > 250
        assert abs(drawn.mean() - (weight * coordinate).sum()) < 4 * error
        marginal = weight.sum(axis=1 - n)
        for q in (0.05, 0.5, 0.95):
            at = axis[np.searchsorted(np.cumsum(marginal), q)]
            assert abs((drawn <= at).mean() - q) < 4 * np.sqrt(q * (1 - q) / effective(drawn)) + 0.01
    assert found.left == 0 and found.checked.max() == 0
    assert np.array_equal(found.answers[..., 0], found.z[..., 0])


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_whatever_the_workers(tmp_path):
    plan = Plan(chains=2, steps=100, thin=10, seed=5)
    alone = run_chains(Bent, Bent().names, plan, workers=0)
    many = run_chains(Bent, Bent().names, plan, workers=3, folder=tmp_path)
    assert alone.z.tobytes() == many.z.tobytes() and alone.log.tobytes() == many.log.tobytes()
    other = run_chains(Bent, Bent().names, replace(plan, seed=6), workers=0)
    assert not np.array_equal(alone.z, other.z)


@pytest.mark.slow
def test_points_without_an_equilibrium_are_refused_with_their_reasons_whatever_the_workers():
    plan = Plan(chains=2, steps=100, thin=10, seed=5)
    alone, many = (run_chains(Partial, Bent().names, plan, workers=n) for n in (0, 3))
    assert alone.z[..., 1].max() < 1.0
    assert len(alone.faults) > 3 and alone.faults == many.faults


def test_what_was_stopped_goes_on_to_the_same_draws(tmp_path):
    plan = Plan(steps=200, thin=10, seed=5)
    whole = run_chains(Bent, Bent().names, plan, workers=0)
    stopping = functools.partial(Bent, stop=900)
    with pytest.raises(KeyboardInterrupt):
        run_chains(stopping, Bent().names, plan, workers=0, folder=tmp_path, key="a")
    kept = next(tmp_path.glob("*.jsonl")).read_text("utf-8").splitlines()
    assert len(kept) > plan.chains
    counting = Bent()
    again = run_chains(lambda: counting, Bent().names, plan, workers=0, folder=tmp_path, key="a")
    assert again.z.tobytes() == whole.z.tobytes()
    assert counting.calls < whole.evaluations - 500  # what was kept was not computed again


def test_a_warm_start_that_leaves_its_branch_is_seen():
    assert run_chains(Hopping, Bent().names, Plan(steps=100, thin=10), workers=0).left == 1.0


@dataclass
class Elusive(Bent):
    """Where a is above 1 there is a solution only by a warm start."""

    def at(self, z, near=None):
        return super().at(z, near) if near or z[0] < 1.0 else Place(z, -np.inf)


def test_a_point_that_cannot_be_solved_from_nothing_does_not_begin_a_stretch():
    found = run_chains(Elusive, Bent().names, Plan(steps=400, thin=10, seed=4), workers=0)
    assert np.isinf(found.checked).any() and found.left > 0
    assert np.isfinite(found.answers).all()


def test_time_ends_chains_after_whole_stretches(tmp_path):
    short = run_chains(Bent, Bent().names, Plan(steps=1000, thin=10, minutes=1e-9), workers=0, folder=tmp_path)
    assert short.z.shape == (4, 4 * 5, 2)
    whole = run_chains(Bent, Bent().names, Plan(steps=1000, thin=10), workers=0, folder=tmp_path)
    assert np.array_equal(whole.z[:, :20], short.z)


def test_few_informed_directions_of_many_are_found():
    """Plain Crank-Nicolson steps about the prior would have to be so short that nothing moves."""
    found = run_chains(Wide, Wide().names, Plan(steps=1500, thin=5, seed=1), workers=0)
    w = found.z @ Wide().turned
    assert min(effective(w[:, :, n]) for n in range(12)) > 150
    assert min(effective(found.z[:, :, n]) for n in range(60)) > 100


def test_a_quadratic_is_fitted_exactly():
    rng = np.random.default_rng(3)
    turned = np.linalg.qr(rng.standard_normal((30, 30)))[0][:, :4]
    bend, linear = turned @ np.diag([-50.0, -9.0, -3.0, -1.0]) @ turned.T, turned @ np.array([20.0, 5.0, 1.0, 2.0])
    z = rng.standard_normal((40, 30))
    log = z @ linear + 0.5 * np.einsum("pi,ij,pj->p", z, bend, z)
    found = fitted(Seen(z, log, np.arange(40), linear + z @ bend))
    right = Gaussian.of(linear, bend)
    assert found.mean == pytest.approx(right.mean, abs=2e-2)
    assert found.root @ found.root.T == pytest.approx(right.root @ right.root.T, abs=2e-2)


def test_a_step_keeps_its_gaussian():
    rng = np.random.default_rng(0)
    bend = np.diag([-8.0, 0.0, -1.0])
    gaussian = Gaussian.of(np.array([3.0, 0.0, 1.0]), bend)
    z = gaussian.mean + gaussian.root @ rng.standard_normal(3)
    trail = []
    for _ in range(20_000):
        z = gaussian.step(z, 0.7, 0.9, rng)
        trail.append(z)
    assert np.mean(trail, axis=0) == pytest.approx(gaussian.mean, abs=0.03)
    assert np.cov(np.array(trail).T) == pytest.approx(gaussian.root @ gaussian.root.T, abs=0.04)


def test_a_record_that_no_draw_can_have_produced_is_said():
    with pytest.raises(ComputationError, match="none of 20 draws of the prior"):
        run_chains(Impossible, Bent().names, Plan(steps=100, thin=10), workers=0)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"chains": 1}, "--chains 1"),
        ({"steps": 10}, "--steps 10"),
        ({"thin": 7}, "--thin 7"),
        ({"minutes": 0.0}, "--minutes 0"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(given, words):
    with pytest.raises(OptionError, match=words):
        Plan(**given)


@dataclass
class Counted(Watching):
    """Counts over known times, at two rates and a probability of being recorded, the last only in one of them."""

    counts: tuple[int, ...] = ()
    names: tuple[str, ...] = ("first", "second", "recorded")
    years: float = 6.0

    def parts(self, z):
        u = norm.cdf(z)
        return 0.3 * 10 ** u[0], 0.3 * 10 ** u[1], 0.3 + 0.6 * u[2]

    def means(self, z):
        first, second, recorded = self.parts(z)
        return np.array([first * recorded, second * recorded, first + second]) * self.years

    def at(self, z, near=None):
        means = self.means(z)
        return Place(z, float((np.array(self.counts) * np.log(means) - means).sum()), True)

    def slope(self, place):
        step = 1e-5 * np.eye(3)
        return np.array([(self.at(place.z + s).log - self.at(place.z - s).log) / 2e-5 for s in step])


@pytest.mark.slow
def test_the_truth_lies_anywhere_in_two_hundred_posteriors():
    """Parameters from the prior, a record from them, a posterior from the record: the truth's ranks are uniform.

    Source: Talts et al. 2018, arXiv:1804.06788.
    """
    rng, ranks = np.random.default_rng(11), []
    for n in range(200):
        truth = rng.standard_normal(3)
        build = functools.partial(Counted, tuple(rng.poisson(Counted().means(truth)).tolist()))
        found = run_chains(build, Counted().names, Plan(chains=2, steps=600, thin=10, seed=n), workers=0)
        drawn = found.z.reshape(-1, 3)
        ranks.append((drawn < truth).mean(axis=0) + rng.random(3) / (len(drawn) + 1))
    for name, column in zip(Counted().names, np.array(ranks).T, strict=True):
        assert kstest(np.clip(column, 0, 1), "uniform").pvalue > 0.01, name
