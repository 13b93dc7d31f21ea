"""Simulation-based calibration: parameters from the prior, records from the model, then ranks of the truth are uniform.

For every replication a draw of the bank leaves a record, the other draws are weighted by it, and the truth's weighted
rank in the posterior of each parameter is noted. Too many ranks at the ends: a posterior that is too sure; in the
middle: too wide.

Source: Talts, Betancourt, Simpson, Vehtari & Gelman 2018, arXiv:1804.06788.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.evidence.coded import recording
from detente.evidence.design import resample
from detente.evidence.score import Scorer
from detente.evidence.simulate import Scheme, observe, simulate


@dataclass(frozen=True)
class Calibrated:
    """Ranks (replications, parameters) in [0, 1] of the truth in its posterior."""

    names: tuple[str, ...]
    ranks: np.ndarray

    def histogram(self, bins: int = 10) -> np.ndarray:
        """(parameters, bins) counts."""
        return np.array([np.histogram(column, bins, (0.0, 1.0))[0] for column in self.ranks.T])

    def tails(self) -> dict[str, float]:
        """Tail probability of each parameter's ranks under uniformity (Kolmogorov-Smirnov)."""
        from scipy.stats import kstest

        return {n: float(kstest(c, "uniform").pvalue) for n, c in zip(self.names, self.ranks.T, strict=True)}


def calibrate(
    scorer: Scorer, scheme: Scheme, log_prior: np.ndarray, replications: int, *, seed: int, names: Sequence[str] = ()
) -> Calibrated:
    """Run the replications under one account's prior weights (rows,).

    Args:
        scorer: bank and recording priors.
        scheme: how records come about.
        log_prior: (rows,) prior weights.
        replications: how many.
        seed: of draws and records.
        names: which parameters; default all.
    """
    rng = np.random.default_rng(seed)
    bank = scorer.bank
    which = [bank.space.names.index(n) for n in (names or bank.space.names)]
    values = bank.values()[:, which]
    chances = scorer.thinning.chances
    ranks = []
    for row in resample(log_prior, replications, rng):
        start = int(rng.choice(len(scheme.initial), p=scheme.initial))
        trajectory = simulate(bank.table, bank.rates[row].astype(float), start, scheme.horizon, rng)
        p = np.array([[c.low + (c.high - c.low) * rng.random() for c in chances]]).reshape(1, len(chances))
        path = observe(trajectory, bank.table, scheme, recording(chances, len(scheme.channels), p), draw=0, rng=rng)
        joint = log_prior + scorer.exact(path, 8, int(rng.integers(2**31)))[0]
        joint[bank.draw == bank.draw[row]] = -np.inf
        weights = np.exp(joint - joint.max())
        weights /= weights.sum()
        ranks.append(weights @ (values < values[row]))
    return Calibrated(tuple(names or bank.space.names), np.array(ranks))
