"""Log-likelihoods of paths under every row of a bank, recording probabilities integrated out.

Rows are taken in blocks of similar speed (the cost of a block goes with its fastest draw) so that memory stays bounded.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import logsumexp

from detente.evidence.bank import Bank
from detente.evidence.coded import Coded, recording
from detente.evidence.filter import Filter, Filtered
from detente.evidence.path import Channel, Path, Recording
from detente.evidence.posterior import effective
from detente.evidence.thinning import Thinning

BLOCK = 192  # rows of one filter: some hundred megabytes on a case of a few thousand states


@dataclass
class Scorer:
    """Scores paths of one coding under a bank.

    Args:
        bank: the solved draws, with the coding's signals.
        channels: the ways into the record.
        thinning: recording probabilities.
        keep: systems kept per block.
        tail: Poisson mass left out per step.
    """

    bank: Bank
    channels: tuple[Channel, ...]
    thinning: Thinning
    keep: int = 40
    tail: float = 1e-10
    _filters: list[tuple[np.ndarray, Filter]] = field(default_factory=list)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_filters": []}

    def filters(self) -> list[tuple[np.ndarray, Filter]]:
        """One filter per block of rows, all at the working values of the recording probabilities."""
        if not self._filters:
            for rows in self.blocks():
                probability = np.tile(self.thinning.at, (len(rows), 1))
                self._filters.append((rows, self._filter(rows, probability)))
        return self._filters

    def blocks(self) -> list[np.ndarray]:
        """Rows in blocks of similar speed."""
        table = self.bank.table
        moving = np.where(table.source != table.target, 1.0, 0.0).astype(np.float32)
        out = (self.bank.rates * moving) @ table.by_source.T.astype(np.float32)
        order = np.argsort(np.asarray(out).max(axis=1), kind="stable")
        return [order[n : n + BLOCK] for n in range(0, len(order), BLOCK)]

    def _filter(self, rows: np.ndarray, probability: np.ndarray) -> Filter:
        plain = recording(self.thinning.chances, len(self.channels), probability)
        rates = self.bank.rates[rows].astype(float)
        return Filter(self.bank.table, self.channels, rates, plain, self.keep, self.tail, True)

    def at_working_values(self, path: Path) -> tuple[np.ndarray, np.ndarray, list[tuple[np.ndarray, Filtered]]]:
        """(rows,) log-likelihood, (rows, chances) exposure, and the runs, with recording probabilities at p0."""
        log, exposure = np.zeros(self.bank.rows), np.zeros((self.bank.rows, len(self.thinning.chances)))
        runs = []
        for rows, each in self.filters():
            run = each.run(path)
            log[rows], exposure[rows] = run.log_likelihood, self.thinning.gathered(run.exposure)
            runs.append((rows, run))
        return log, exposure, runs

    def score(self, path: Path) -> np.ndarray:
        """(rows,) log-likelihood with recording probabilities integrated out to first order; see `thinning`."""
        log, exposure, _ = self.at_working_values(path)
        return log + self.thinning.correction(self.thinning.counts(path), exposure)

    def trace(self, path: Path) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
        """As `score`, with labels of the steps and (steps, rows) log predictive densities at the working values."""
        log, exposure, runs = self.at_working_values(path)
        increments = np.zeros((len(runs[0][1].labels), self.bank.rows))
        for rows, run in runs:
            increments[:, rows] = run.increments
        return log + self.thinning.correction(self.thinning.counts(path), exposure), runs[0][1].labels, increments

    def exact(self, path: Path, draws: int = 8, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """(rows,) unbiased log-likelihood with recording probabilities integrated out, and its error per row.

        Args:
            path: the path.
            draws: sets of recording probabilities per row.
            seed: of those.
        """
        _, exposure, _ = self.at_working_values(path)
        counts = self.thinning.counts(path)
        rng = np.random.default_rng(seed)
        parts = np.zeros((draws, self.bank.rows))
        for n in range(draws):
            values, density = self.thinning.draw(counts, exposure, rng)
            for rows in self.blocks():
                parts[n, rows] = self._filter(rows, values[rows]).run(path).log_likelihood
            parts[n] -= density
        error = np.array([np.sqrt(max(0.0, 1 / max(effective(c), 1e-9) - 1 / draws)) for c in parts.T])
        return logsumexp(parts, axis=0) - np.log(draws), error

    def tuned(self, path: Path, log_weights: np.ndarray) -> "Scorer":
        """The same with working values at the posterior means of the recording probabilities under row weights."""
        log, exposure, _ = self.at_working_values(path)
        counts = self.thinning.counts(path)
        joint = log_weights + log + self.thinning.correction(counts, exposure)
        if not np.isfinite(joint).any():
            return self
        weights = np.exp(0.2 * (joint - joint.max()))
        at = self.thinning.means(counts, exposure, weights / weights.sum())
        return replace(self, thinning=replace(self.thinning, at=at), _filters=[])

    def some(self, rows: np.ndarray) -> "Scorer":
        """The same for some rows of the bank."""
        return replace(self, bank=self.bank.some(rows), _filters=[])

    def probabilities(self, path: Path, rng: np.random.Generator) -> Recording:
        """Recording probabilities per row drawn from what a path says of them."""
        _, exposure, _ = self.at_working_values(path)
        values, _ = self.thinning.draw(self.thinning.counts(path), exposure, rng)
        return recording(self.thinning.chances, len(self.channels), values)


def scorer_for(bank: Bank, coded: Coded) -> Scorer:
    """A scorer of one coding: the bank's rates with the coding's signals added, and its recording probabilities."""
    constant = np.broadcast_to(coded.constant.astype(np.float32), (bank.rows, len(coded.constant)))
    whole = replace(bank, table=coded.table, rates=np.concatenate([bank.rates, constant], axis=1))
    return Scorer(whole, coded.channels, Thinning.of(coded.chances, len(coded.channels)))
