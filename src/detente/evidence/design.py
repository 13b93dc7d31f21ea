"""The design check, before any verdict: would a record like this tell these accounts apart, if one of them were true?

From each account, records are simulated through the same coding, recording and dates of observation, and scored against
the same bank (less the draw that produced them) exactly as the real one is. The spread of the Bayes factor under each
truth gives error rates, and the threshold at which a wrong account is favoured in at most 5 % (docs/evidence.md). What
the bank's finite size adds to the Bayes factor is in that spread as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TypedDict

import numpy as np
from scipy.special import logsumexp

from detente.draws import DRAW_FAULTS, map_draws, reasons_in_words
from detente.errors import ComputationError
from detente.evidence.coded import Chance, recording
from detente.evidence.posterior import DECIBAN, effective
from detente.evidence.score import Scorer
from detente.evidence.simulate import Scheme, observe, simulate

LEAST_RECORDS = 200  # simulated records per account before any verdict
WRONG = 0.05  # share of records in which a wrong account may be favoured
IMPOSSIBLE = -1e6  # nats: stands for the log evidence of a record that no draw can have left, as JSON has no infinity


@dataclass(frozen=True)
class Designed:
    """What the simulated records say.

    Attributes:
        names: accounts.
        truth: (records,) which account each record came from.
        log_evidence: (records, accounts).
        ess: (records, accounts) effective sample sizes.
        marks: (records,) how many marks each had.
        left_out: why records could not be simulated or scored.
    """

    names: tuple[str, ...]
    truth: np.ndarray
    log_evidence: np.ndarray
    ess: np.ndarray
    marks: np.ndarray
    left_out: tuple[str, ...] = ()

    @property
    def per_account(self) -> int:
        """The smallest number of records from one account."""
        return int(np.bincount(self.truth, minlength=len(self.names)).min())

    @property
    def quick(self) -> bool:
        """Whether there are too few records for a verdict."""
        return self.per_account < LEAST_RECORDS

    def factor(self, first: int, second: int, truth: int) -> np.ndarray:
        """Bayes factors of one account over another in the records from `truth`, decibans."""
        rows = self.log_evidence[self.truth == truth]
        return DECIBAN * (rows[:, first] - rows[:, second])

    def threshold(self, first: int, second: int) -> float:
        """Decibans above which `first` is favoured in at most 5 % of the records from `second`; at least 0."""
        wrong = self.factor(first, second, second)
        return max(0.0, float(np.quantile(wrong, 1 - WRONG, method="higher")))

    def sign_right(self, truth: int, rival: int) -> float:
        """Share of the records from `truth` in which it is favoured over a rival at all."""
        return float((self.factor(truth, rival, truth) > 0).mean())

    def found(self, truth: int) -> float:
        """Share of the records from `truth` in which it comes first of all."""
        rows = self.log_evidence[self.truth == truth]
        return float((rows.argmax(axis=1) == truth).mean())

    def conclusive(self, truth: int) -> float:
        """Share of the records from `truth` in which it passes its threshold against every rival."""
        passed = np.ones(int((self.truth == truth).sum()), bool)
        for rival in range(len(self.names)):
            if rival != truth:
                passed &= self.factor(truth, rival, truth) > self.threshold(truth, rival)
        return float(passed.mean())

    def wrongly_conclusive(self, truth: int) -> float:
        """Share of the records from `truth` in which some other account passes its threshold against every rival."""
        rows = np.flatnonzero(self.truth == truth)
        wrong = np.zeros(len(rows), bool)
        for other in range(len(self.names)):
            if other == truth:
                continue
            passed = np.ones(len(rows), bool)
            for rival in range(len(self.names)):
                if rival != other:
                    passed &= self.factor(other, rival, truth) > self.threshold(other, rival)
            wrong |= passed
        return float(wrong.mean())

    @property
    def long_enough(self) -> bool:
        """Whether such a record tells every pair of accounts apart: the sign is right in at least 95 % both ways."""
        k = len(self.names)
        return all(self.sign_right(t, r) >= 1 - WRONG for t in range(k) for r in range(k) if t != r)


class ScoredRecord(TypedDict):
    """What is kept of one simulated record, as plain JSON data."""

    log_evidence: list[float]  # per account, nats
    ess: list[float]  # per account
    marks: int
    why: str  # why it could not be simulated or scored, and then counts for nothing


@dataclass
class RecordTask:
    """Simulates one record and scores it; picklable.

    Args:
        scorer: bank, channels and recording.
        scheme: how records come about.
        log_priors: (accounts, rows) prior weights used for scoring.
    """

    scorer: Scorer
    scheme: Scheme
    log_priors: np.ndarray
    truth: tuple[Chance, ...] | None = None  # of the recording under which records come about, if not the scorer's

    def __call__(self, item: tuple[int, int, int]) -> ScoredRecord:
        """One record from (account, row, seed); one that fails is left out with its reason."""
        try:
            return self.scored(*item[1:])
        except DRAW_FAULTS as error:
            return {"log_evidence": [], "ess": [], "marks": 0, "why": str(error) or type(error).__name__}

    def scored(self, row: int, seed: int) -> ScoredRecord:
        """A record simulated from one row of the bank, scored against the others."""
        rng = np.random.default_rng(seed)
        bank = self.scorer.bank
        start = int(rng.choice(len(self.scheme.initial), p=self.scheme.initial))
        trajectory = simulate(bank.table, bank.rates[row].astype(float), start, self.scheme.horizon, rng)
        chances = self.truth or self.scorer.thinning.chances
        values = np.array([[c.low + (c.high - c.low) * rng.random() for c in chances]]).reshape(1, len(chances))
        plain = recording(chances, len(self.scheme.channels), values)
        path = observe(trajectory, bank.table, self.scheme, plain, draw=0, rng=rng)
        log_likelihood = self.scorer.score(path)
        others = bank.draw != bank.draw[row]
        joint = self.log_priors[:, others] + log_likelihood[others]
        with np.errstate(invalid="ignore"):
            evidence = logsumexp(joint, axis=1)
        return {
            "log_evidence": [float(e) if np.isfinite(e) else IMPOSSIBLE for e in evidence],
            "ess": [effective(j) for j in joint],
            "marks": len(path.marks),
            "why": "",
        }


def resample(log_weights: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Rows drawn with these weights, systematically (Kitagawa 1996)."""
    weights = np.exp(log_weights - logsumexp(log_weights))
    points = (np.arange(count) + rng.random()) / count
    rows = np.searchsorted(np.cumsum(weights), points)
    return rng.permutation(np.minimum(rows, len(weights) - 1))


def design_check(
    names: Sequence[str],
    scorer: Scorer,
    scheme: Scheme,
    log_priors: np.ndarray,
    records: int = LEAST_RECORDS,
    *,
    seed: int = 0,
    workers: int | None = 0,
    progress: Callable[[float, str], None] | None = None,
    store: FilePath | None = None,
    key: str = "",
) -> Designed:
    """Simulate `records` records from each account and score them all.

    Args:
        names: accounts, in the order of `log_priors`.
        scorer: bank, channels, recording.
        scheme: how records come about.
        log_priors: (accounts, rows).
        records: per account; below 200 no verdict follows.
        seed: of the simulations.
        workers: processes; 0: this one. Never changes a number.
        progress: called with (share done, words).
        store: where finished records are kept until all are done.
        key: names the inputs.

    Raises:
        ComputationError: not one record could be simulated and scored.
    """
    rng = np.random.default_rng(seed)
    items = [
        (k, int(row), int(rng.integers(2**31)))
        for k in range(len(names))
        for row in resample(log_priors[k], records, rng)
    ]
    task = RecordTask(scorer, scheme, log_priors)
    rows = map_draws(task, items, workers=workers, progress=progress, store=store, key=key, words="simulated record")
    left_out = tuple(r["why"] for r in rows if r["why"])
    if len(left_out) == len(rows):
        raise ComputationError(f"not one simulated record could be scored: {reasons_in_words(left_out)}")
    good = [(k, row) for (k, _, _), row in zip(items, rows, strict=True) if not row["why"]]
    return Designed(
        tuple(names),
        np.array([k for k, _ in good]),
        np.array([r["log_evidence"] for _, r in good]),
        np.array([r["ess"] for _, r in good]),
        np.array([r["marks"] for _, r in good]),
        left_out,
    )
