"""Nested sampling of one account's posterior, for small cases: an independent check of the importance weights.

Every likelihood call solves a game, so this is for cases that solve in milliseconds. Needs the extra `evidence`.

Source: Skilling 2006, Bayesian Analysis 1; dynesty (Speagle 2020, MNRAS 493).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.errors import MissingExtra
from detente.evidence.priors import JointPrior, ParameterSpace

LOWEST = -1e100  # stands for zero likelihood: the sampler refuses -inf


@dataclass(frozen=True)
class Nested:
    """Log evidence with its error, and equally weighted posterior values (samples, dimensions)."""

    log_evidence: float
    error: float
    values: np.ndarray
    calls: int


def nested_sampling(
    space: ParameterSpace,
    prior: JointPrior,
    log_likelihood: Callable[[dict[str, float]], float],
    *,
    live: int = 200,
    seed: int = 0,
    cap: int = 20_000,
) -> Nested:
    """Sample an account's posterior.

    Args:
        space: the dimensions.
        prior: the account.
        log_likelihood: of parameter values by name; -inf where the record is impossible.
        live: live points.
        seed: of the sampler.
        cap: largest number of likelihood calls.

    Raises:
        MissingExtra: dynesty is not installed.
    """
    try:
        from dynesty import NestedSampler
    except ImportError:
        raise MissingExtra("dynesty", "evidence", "nested sampling") from None

    def at(v: np.ndarray) -> float:
        row = space.values(space.into(prior, v[None]))[0]
        value = log_likelihood(dict(zip(space.names, map(float, row), strict=True)))
        return value if np.isfinite(value) else LOWEST

    make: Any = NestedSampler  # its types do not say what it takes
    sampler = make(at, lambda v: v, len(space.dimensions), nlive=live, rstate=np.random.default_rng(seed), bootstrap=0)
    sampler.run_nested(maxcall=cap, print_progress=False)
    results: Any = sampler.results
    samples = results.samples_equal(rstate=np.random.default_rng(seed))
    values = space.values(space.into(prior, samples))
    return Nested(float(results.logz[-1]), float(results.logzerr[-1]), values, int(np.sum(results.ncall)))
