"""Posteriors of rival accounts: one under a wide reference prior, then one of each account that it does not reach.

The wide reference prior holds every account, with noise and reference rates wider than the case has them. A tempered
run (detente.evidence.tempered) goes from it to its posterior. An account whose prior leaves enough of those particles
is weighed; to any other the population goes on, at the same points, from one likelihood to the other, which costs less
and errs less than a run of its own.

What comes out is a mixture of known densities: particle u of the run to account c has the density

    p_c(u) L(u) / Z_c,    Z_c from the run,

so that these draws join those of the priors in one bank, and serve every account and every variant of it by weight.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import logsumexp, ndtr

from detente.draws import Progress
from detente.evidence.bank import scaled
from detente.evidence.levels import One, Two
from detente.evidence.posterior import LEAST, effective
from detente.evidence.priors import EDGE, SCALE, JointPrior, ParameterSpace, Quantile
from detente.evidence.recorded import RecordedCase
from detente.evidence.target import RecordTarget
from detente.evidence.tempered import Effort, Population, sampler
from detente.game import Family, Game
from detente.game.derivative import ArrayPull

BEYOND = 1.2  # effective draws wanted of a population that is only weighed, as a multiple of what is needed


@dataclass(frozen=True)
class _Scaled:
    """A family whose reference rates are multiplied by one more parameter."""

    own: Family

    def build(self, parameters: Mapping[str, float]) -> Game:
        """The game."""
        return scaled(self.own.build(_plain(parameters)), parameters.get(SCALE, 1.0))

    def slopes(self, parameters: Mapping[str, float], pull: ArrayPull) -> dict[str, float]:
        """Derivatives by all parameters: those of the family, and that by the factor."""
        factor, plain = parameters.get(SCALE, 1.0), _plain(parameters)
        found = self.own.slopes(plain, replace(pull, rates=tuple(r * factor for r in pull.rates)))
        rates = [m.reference_rate for m in self.own.build(plain).moves]
        return found | {SCALE: float(sum((p * r).sum() for p, r in zip(pull.rates, rates, strict=True)))}

    @property
    def family(self) -> Family:
        """As a family."""
        return Family(self.build, self.own.ends, self.slopes)


def _plain(parameters: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in parameters.items() if name != SCALE}


@dataclass(frozen=True)
class Posteriors:
    """Builds what a run to posteriors needs; picklable.

    Attributes:
        case: its folder.
        space: the dimensions, with the reference prior.
        account: to whose posterior it goes; None: to that of the wide reference prior.
    """

    case: str
    space: ParameterSpace
    account: JointPrior | None = None

    def __call__(self) -> One | Two:
        """The levels; every process builds its own.

        Raises:
            CaseError, RecordError: mistakes in the files.
        """
        recorded = RecordedCase.open(self.case)
        wide = self.target(recorded, None)
        return One(wide) if self.account is None else Two(wide, self.target(recorded, self.account))

    def target(self, recorded: RecordedCase, account: JointPrior | None) -> RecordTarget:
        """The record under the wide reference prior (None), or under an account's."""
        priors: dict[str, Quantile] = {}
        for n, dimension in enumerate(self.space.dimensions):
            own = None if account is None else self.space.target(account, n)
            priors[dimension.name] = dimension.reference if own is None else own
        return RecordTarget.of(_Scaled(recorded.template.family).family, priors, recorded.code())


@dataclass(frozen=True)
class Reached:
    """Particles of one posterior, in the reference cube.

    Attributes:
        prior: of which.
        u: (particles, dimensions).
        log_evidence: log marginal likelihood, nats.
        variance: of it, less what it has in common with the wide reference posterior's, squared nats.
        worth: how many independent draws a particle is worth, at most 1.
        population: as it was found.
    """

    prior: JointPrior
    u: np.ndarray
    log_evidence: float
    variance: float
    worth: float
    population: Population

    def log_density(self, space: ParameterSpace, u: np.ndarray, log_likelihood: np.ndarray) -> np.ndarray:
        """(rows,) log density of points relative to the reference prior."""
        return space.log_ratio(self.prior, u) + log_likelihood - self.log_evidence

    def weighed(self, space: ParameterSpace, account: JointPrior) -> float:
        """How many effective draws of another account these particles are."""
        return self.worth * effective(space.log_ratio(account, self.u) - space.log_ratio(self.prior, self.u))


def posteriors(
    case: str,
    space: ParameterSpace,
    priors: Mapping[str, JointPrior],
    effort: Effort,
    *,
    folder: Path | None,
    key: str,
    workers: int | None,
    progress: Progress,
) -> list[Reached]:
    """The wide reference posterior first, then those of the accounts that it does not reach.

    Args:
        case: its folder.
        space: the dimensions.
        priors: account -> prior.
        effort: how much to compute for each.
        folder: where finished particles are kept.
        key: names the inputs.
        workers: processes; never changes a number.
        progress: called with (share done, words).

    Raises:
        ComputationError: no draw of the reference prior can have produced the record.
    """
    wide = JointPrior("reference", {}, True)
    changed = sorted({space.names.index(n) for prior in priors.values() for n in prior.changed if n in space.names})
    named = {"folder": folder, "workers": workers}
    parts = 1 + len(priors)

    def within(part: int) -> Progress:
        return lambda share, words: progress((part + share) / parts, words)

    build = Posteriors(case, space)
    names = build().names
    with sampler(build, names, effort, key=f"{key}|wide", progress=within(0), **named) as walk:
        first = walk.towards(walk.prior(1), [0.0], [1.0])
    found = [_reached(space, wide, first, changed, first.log_ratio, 0.0)]
    for n, (name, prior) in enumerate(priors.items(), 1):
        if found[0].weighed(space, prior) >= BEYOND * LEAST:
            continue
        build = Posteriors(case, space, prior)
        with sampler(build, names, effort, key=f"{key}|{name}", progress=within(n), **named) as walk:
            own = walk.towards(walk.again(first, np.array([1.0, 0.0])), [1.0, 0.0], [0.0, 1.0])
        found.append(_reached(space, prior, own, changed, own.log_ratio, own.variance - first.variance))
    return found


def _reached(
    space: ParameterSpace,
    prior: JointPrior,
    population: Population,
    changed: list[int],
    log_evidence: float,
    variance: float,
) -> Reached:
    """Particles that are possible, as points of the reference cube, and what they are worth."""
    alive = np.isfinite(population.weights)
    numbers = [population.logs[:, -1], *(population.z[:, n] for n in changed)]
    typical = np.median(population.logs[alive, -1])
    ess = min(population.mixing(np.where(alive, each, typical)).ess for each in numbers)
    v = np.clip(ndtr(population.z[alive, : len(space.dimensions)]), EDGE, 1 - EDGE)
    worth = min(1.0, max(ess, 1.0) / population.size)
    return Reached(prior, space.into(prior, v), log_evidence, variance, worth, population)


def mixture_of(
    space: ParameterSpace, before: np.ndarray, draws: float, parts: list[Reached], u: np.ndarray, log: np.ndarray
) -> np.ndarray:
    """(rows,) log density of draws of the priors and of posteriors together, relative to the reference prior.

    Args:
        space: the dimensions.
        before: (rows,) log density of the priors' mixture alone.
        draws: how many came from it.
        parts: the posteriors.
        u: (rows, dimensions) all points.
        log: (rows,) their log-likelihoods.
    """
    total = draws + sum(len(part.u) for part in parts)
    each = [before + np.log(draws / total)]
    each += [part.log_density(space, u, log) + np.log(len(part.u) / total) for part in parts]
    return logsumexp(each, axis=0)
