"""Posterior predictive checks: does any account's fitted model leave records that look like the real one?

Statistics: how many marks each channel has, how often what is watched changes, how unevenly marks fall over the years
(variance over mean of yearly counts), the longest quiet spell, and the longest run of years with at least one mark. The
two-sided tail shares are judged together at 5 % (Holm 1979), so that many statistics do not reject by chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.evidence.design import resample
from detente.evidence.path import CHANGE, Channel, Path
from detente.evidence.score import Scorer
from detente.evidence.simulate import Scheme, observe, simulate


@dataclass(frozen=True)
class Checked:
    """One statistic: the record's value, the 5th and 95th percentile of simulated records, the two-sided tail share."""

    statistic: str
    seen: float
    low: float
    high: float
    tail: float


def statistics(path: Path, channels: Sequence[Channel]) -> dict[str, float]:
    """Summaries of a path; see the module's text."""
    times = np.sort([m.time for m in path.marks])
    result = {f"marks: {c.name}": float(sum(m.channel == n for m in path.marks)) for n, c in enumerate(channels)}
    result["changes without a recorded act"] = float(sum(m.channel == CHANGE for m in path.marks))
    years = np.bincount(np.minimum(times.astype(int), int(path.horizon)), minlength=int(np.ceil(path.horizon)))
    mean = years.mean() if len(years) else 0.0
    result["dispersion of yearly counts"] = float(years.var() / mean) if mean > 0 else 0.0
    edges = np.concatenate([[0.0], times, [path.horizon]])
    result["longest quiet spell, years"] = float(np.diff(edges).max())
    run = best = 0
    for count in years:
        run = run + 1 if count else 0
        best = max(best, run)
    result["longest run of years with a mark"] = float(best)
    return result


def predictive_check(
    scorer: Scorer, scheme: Scheme, path: Path, log_weights: np.ndarray, *, records: int = 1000, seed: int = 1
) -> list[Checked]:
    """Compare the record with records simulated from posterior weights (rows,), through the same recording."""
    rng = np.random.default_rng(seed)
    bank = scorer.bank
    sims = []
    recording = scorer.probabilities(path, rng)
    for row in resample(log_weights, records, rng):
        start = int(rng.choice(len(scheme.initial), p=scheme.initial))
        trajectory = simulate(bank.table, bank.rates[row].astype(float), start, scheme.horizon, rng)
        seen = observe(trajectory, bank.table, scheme, recording, draw=int(row), rng=rng)
        sims.append(statistics(seen, scheme.channels))
    result = []
    for name, seen in statistics(path, scheme.channels).items():
        values = np.array([s[name] for s in sims])
        below, above = (np.sum(values <= seen) + 1) / (records + 1), (np.sum(values >= seen) + 1) / (records + 1)
        low, high = np.quantile(values, [0.05, 0.95])
        result.append(Checked(name, seen, float(low), float(high), float(min(1.0, 2 * min(below, above)))))
    return sorted(result, key=lambda c: c.tail)


def passed(checks: Sequence[Checked], level: float = 0.05) -> bool:
    """Whether no statistic is out of line once all are judged together (the first step of Holm's procedure)."""
    return min((c.tail for c in checks), default=1.0) > level / max(1, len(checks))
