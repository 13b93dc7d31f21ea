"""Importance weights: one bank of solved draws serves every account, and says how well it serves it.

A bank's draws come from a known mixture m of proposals (the wide reference prior, the accounts' priors, refinements).
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
# Of the Gaussian proposals, in units of the prior's standard deviation; tuned on Minsk, none of them decides an answer.
KEPT = 0.35  # share of the effective size that the power of the likelihood leaves
PER_DIMENSION = 2.0  # draws per dimension on which a covariance rests
FEWEST = 10.0  # effective draws on which a proposal rests at least
VARIANCES = (0.05, 1.2)  # of one dimension: a narrower or wider one is an accident of few draws
FLOOR = 0.02  # added to every variance
TOWARDS_PRIOR = 0.1  # share by which the mean is drawn back to the prior's
WIDER = 1.15  # variance of a proposal over that of what it is fitted to, so that tails are covered
HALVINGS = 40  # of the power's interval


@dataclass(frozen=True)
class Proposal:
    """One component of the mixture: an account's prior, or a Gaussian in the account's own probit coordinates."""

    prior: JointPrior
    count: int
    mean: np.ndarray | None = None
    factor: np.ndarray | None = None  # lower Cholesky factor of the covariance

    def draw(self, space: ParameterSpace, uniform: np.ndarray) -> np.ndarray:
        """Points of the reference cube from uniforms (count, dimensions)."""
        from scipy.special import ndtr, ndtri

        v = np.clip(uniform, EDGE, 1 - EDGE)
        if self.mean is not None and self.factor is not None:
            v = np.clip(ndtr(self.mean + ndtri(v) @ self.factor.T), EDGE, 1 - EDGE)
        return space.into(self.prior, v)

    def log_density(self, space: ParameterSpace, u: np.ndarray) -> np.ndarray:
        """(draws,) log density relative to the reference prior."""
        from scipy.special import ndtri

        result = space.log_ratio(self.prior, u)
        if self.mean is None or self.factor is None:
            return result
        z = ndtri(space.out_of(self.prior, u))
        scaled = np.linalg.solve(self.factor, (z - self.mean).T).T
        gauss = -0.5 * (scaled**2).sum(1) - np.log(np.diag(self.factor)).sum() + 0.5 * (z**2).sum(1)
        return result + gauss


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


def effective(log_weights: np.ndarray) -> float:
    """`effective_draws` of weights given by their logarithms."""
    top = log_weights.max(initial=-np.inf)
    if not np.isfinite(top):
        return 0.0
    return effective_draws(np.exp(log_weights - top))


def effective_draws(weights: np.ndarray) -> float:
    """How many independent draws weighted ones are worth: (sum w)^2 / sum w^2; 0 if all weights are 0 (Kong)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def weigh(log_prior: np.ndarray, log_likelihood: np.ndarray) -> Weighted:
    """Posterior weights and evidence from log prior weights (rows,; summing to about 1) and log likelihoods (rows,)."""
    from scipy.special import logsumexp

    joint = log_prior + log_likelihood
    total = logsumexp(joint)
    ess = effective(joint)
    if not np.isfinite(total):
        return Weighted(-np.inf, np.inf, 0.0, effective(log_prior), np.zeros(len(joint)))
    error = float(np.sqrt(max(0.0, 1 / ess - 1 / max(1, np.isfinite(log_prior).sum()))))
    return Weighted(float(total), error, ess, effective(log_prior), np.exp(joint - total))


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


def refine(
    space: ParameterSpace,
    prior: JointPrior,
    u: np.ndarray,
    log_prior: np.ndarray,
    log_likelihood: np.ndarray,
    *,
    count: int,
) -> Proposal:
    """A Gaussian proposal fitted to the draws so far: the next step of sequential Monte Carlo towards the posterior.

    The likelihood is raised to the largest power at which the effective size stays near a third of the draws that count
    (at most 1), so that the fit rests on many of them; the covariance is shrunk towards the prior's and widened.
    """
    from scipy.special import ndtri

    usable = np.isfinite(log_prior) & np.isfinite(log_likelihood)
    z = ndtri(space.out_of(prior, u[usable]))
    lp, ll = log_prior[usable], log_likelihood[usable]
    wanted = min(KEPT * effective(lp), PER_DIMENSION * z.shape[1])
    power = tempered(lp, ll, max(wanted, FEWEST))
    joint = lp + power * ll
    w = np.exp(joint - joint.max())
    w /= w.sum()
    mean = w @ z
    spread = (z - mean).T @ ((z - mean) * w[:, None])
    ess = 1 / (w**2).sum()
    shrink = min(1.0, z.shape[1] / (PER_DIMENSION * ess))
    diagonal = np.diag(np.clip(np.diag(spread), *VARIANCES))
    covariance = (1 - shrink) * spread + shrink * diagonal + FLOOR * np.eye(z.shape[1])
    return Proposal(prior, count, (1 - TOWARDS_PRIOR) * mean, np.linalg.cholesky(WIDER * covariance))


def tempered(log_prior: np.ndarray, log_likelihood: np.ndarray, ess: float) -> float:
    """The largest power of the likelihood in [0, 1] at which the effective size is at least `ess`."""
    if effective(log_prior + log_likelihood) >= ess:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if effective(log_prior + middle * log_likelihood) >= ess:
            low = middle
        else:
            high = middle
    return low
