"""Log-likelihoods of paths under every row of a bank, block by block of rows so that memory stays bounded."""

from dataclasses import dataclass, field, replace

import numpy as np

from detente.evidence.bank import Bank
from detente.evidence.coding import Chance, Coded, recording
from detente.evidence.filter import Filter
from detente.evidence.path import Channel, Path, Recording

BLOCK = 256


@dataclass
class Scorer:
    """Scores paths of one coding under a bank.

    Args:
        bank: the solved draws.
        channels: the ways into the record.
        recording: recording probabilities per row.
        keep: systems kept per block.
    """

    bank: Bank
    channels: tuple[Channel, ...]
    recording: Recording
    keep: int = 60
    block: int = BLOCK
    _filters: list[tuple[np.ndarray, Filter]] = field(default_factory=list)

    def filters(self) -> list[tuple[np.ndarray, Filter]]:
        """One filter per block of rows."""
        if not self._filters:
            for start in range(0, self.bank.rows, self.block):
                rows = np.arange(start, min(start + self.block, self.bank.rows))
                rates = self.bank.rates[rows].astype(float)
                chances = self.recording.take(rows)
                self._filters.append((rows, Filter(self.bank.table, self.channels, rates, chances, self.keep)))
        return self._filters

    def score(self, path: Path) -> np.ndarray:
        """(rows,) log-likelihood."""
        return np.concatenate([f.run(path).log_likelihood for _, f in self.filters()])

    def trace(self, path: Path) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
        """(rows,) log-likelihood, labels of the steps, and (steps, rows) log predictive density of each step."""
        runs = [f.run(path) for _, f in self.filters()]
        return (
            np.concatenate([r.log_likelihood for r in runs]),
            runs[0].labels,
            np.concatenate([r.increments for r in runs], axis=1),
        )


def recording_of(bank: Bank, chances: tuple[Chance, ...], channels: int) -> Recording:
    """Recording probabilities of every row, from the bank's dimensions (fixed ones at their value)."""
    return recording(chances, channels, bank.chances([c.name for c in chances], [c.low for c in chances]))


def scorer_for(bank: Bank, coded: Coded) -> Scorer:
    """A scorer of one coding: the bank's rates with the coding's signals added, and its recording probabilities."""
    constant = np.broadcast_to(coded.constant.astype(np.float32), (bank.rows, len(coded.constant)))
    whole = replace(bank, table=coded.table, rates=np.concatenate([bank.rates, constant], axis=1))
    return Scorer(whole, coded.channels, recording_of(bank, coded.chances, len(coded.channels)))
