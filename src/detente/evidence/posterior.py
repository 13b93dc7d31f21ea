"""Importance weights: one bank of solved draws serves every account, and says how well it serves it.

A bank's draws come from a known mixture m (the wide reference prior, the accounts' priors, posteriors).
For an account with prior p, likelihood L and draws u_n, the weights p(u_n) L(u_n) / m(u_n) give posterior and marginal
likelihood

    log Z = log sum_n w_n L_n,    w_n = p(u_n) / m(u_n) / N        (the mixture's density is known exactly),

with effective sample size (sum v)^2 / sum v^2 of v = w L and Monte Carlo error sqrt(1/ESS - 1/N) of log Z, in nats.
Below an effective size of 100 no number is given out as settled (docs/evidence.md).

Source: Owen & Zhou 2000, JASA 95 (mixture proposals); Kong 1992 (effective sample size).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.evidence.priors import EDGE, JointPrior, ParameterSpace

LEAST = 100.0  # effective sample size below which a result is refused
DECIBAN = 10 / np.log(10)


@dataclass(frozen=True)
class Proposal:
    """One component of the mixture: an account's prior, with a number of draws."""

    prior: JointPrior
    count: int

    def draw(self, space: ParameterSpace, uniform: np.ndarray) -> np.ndarray:
        """Points of the reference cube from uniforms (count, dimensions)."""
        return space.into(self.prior, np.clip(uniform, EDGE, 1 - EDGE))

    def log_density(self, space: ParameterSpace, u: np.ndarray) -> np.ndarray:
        """(draws,) log density relative to the reference prior."""
        return space.log_ratio(self.prior, u)


def mixture(space: ParameterSpace, proposals: Sequence[Proposal], u: np.ndarray) -> np.ndarray:
    """(draws,) log density of the whole mixture, each component weighted by its number of draws."""
    from scipy.special import logsumexp

    counts = np.array([p.count for p in proposals], float)
    parts = np.array([p.log_density(space, u) for p in proposals])
    return logsumexp(parts, axis=0, b=(counts / counts.sum())[:, None])


@dataclass(frozen=True)
class Weighted:
    """What a set of weights amounts to.

    Attributes:
        log_evidence: log marginal likelihood, nats.
        error: its Monte Carlo standard error, nats.
        ess: effective sample size of the posterior weights.
        prior_ess: effective sample size of the prior weights.
        weights: (rows,) posterior weights, summing to 1.
    """

    log_evidence: float
    error: float
    ess: float
    prior_ess: float
    weights: np.ndarray

    @property
    def refused(self) -> bool:
        """Whether there are too few effective draws to say anything."""
        return self.ess < LEAST


def effective(log_weights: np.ndarray, worth: np.ndarray | float = 1.0) -> float:
    """`effective_draws` of weights given by their logarithms."""
    top = log_weights.max(initial=-np.inf)
    if not np.isfinite(top):
        return 0.0
    return effective_draws(np.exp(log_weights - top), worth)


def effective_draws(weights: np.ndarray, worth: np.ndarray | float = 1.0) -> float:
    """How many independent draws weighted ones are worth: (sum w)^2 / sum w^2; 0 if all weights are 0 (Kong).

    A draw that is itself `worth` e independent ones has w^2 / e in the second sum.
    """
    return float(weights.sum() ** 2 / (weights**2 / worth).sum()) if weights.any() else 0.0


def weigh(log_prior: np.ndarray, log_likelihood: np.ndarray, worth: np.ndarray | float = 1.0) -> Weighted:
    """Posterior weights and evidence.

    Args:
        log_prior: (rows,) log prior weights, which sum to about 1.
        log_likelihood: (rows,) nats.
        worth: (rows,) see `effective_draws`.
    """
    from scipy.special import logsumexp

    joint = log_prior + log_likelihood
    total = logsumexp(joint)
    ess = effective(joint, worth)
    if not np.isfinite(total):
        return Weighted(-np.inf, np.inf, 0.0, effective(log_prior, worth), np.zeros(len(joint)))
    error = float(np.sqrt(max(0.0, 1 / ess - 1 / max(1, np.isfinite(log_prior).sum()))))
    return Weighted(float(total), error, ess, effective(log_prior, worth), np.exp(joint - total))


def overlap(log_prior: np.ndarray, weights: np.ndarray, values: np.ndarray, bins: int = 20) -> float:
    """How much prior and posterior of one parameter have in common: the integral of the smaller density, in [0, 1].

    Near 1, the record has taught nothing about the parameter: what rests on it is assumption, not record.
    """
    prior = np.exp(log_prior - log_prior.max())
    prior = prior / prior.sum()
    order = np.argsort(values)
    edges = np.interp(np.linspace(0, 1, bins + 1)[1:-1], np.cumsum(prior[order]), values[order])
    place = np.searchsorted(edges, values)
    first = np.bincount(place, weights=prior, minlength=bins)
    second = np.bincount(place, weights=weights, minlength=bins)
    return float(np.minimum(first, second).sum())


def quantiles(weights: np.ndarray, values: np.ndarray, at: Sequence[float] = (0.05, 0.5, 0.95)) -> tuple[float, ...]:
    """Weighted quantiles."""
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    place = np.searchsorted(running / running[-1], at)
    return tuple(float(v) for v in values[order][np.minimum(place, len(values) - 1)])
