"""Recording probabilities integrated out, draw by draw.

Given the rates, the likelihood depends on the probability p of one channel (in one period) nearly as p^n exp(-A p): n
marks were recorded, and A acts were to be expected while the channel was open. With A from one filter run at p0,

    log L ~ log L(p0) + sum log of the mean over p's prior of (p/p0)^n exp(-A (p - p0)),

one dimension at a time. The same densities are proposals for an exact answer: with p drawn from them, L(p) over the
proposal's density relative to the prior is an unbiased estimate of the integral. The approximation serves the design
check, where the real and the simulated records are treated alike; the exact version is what evidence is reported from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from detente.evidence.coded import Chance
from detente.evidence.path import Path

GRID = 64  # cells of a recording probability: its likelihood is one smooth bump


@dataclass(frozen=True)
class Thinning:
    """The recording probabilities of one coding: priors, and the filter's working values.

    Attributes:
        chances: priors.
        channels: number of channels.
        breaks: (spells - 1,) times at which any of them changes.
        at: (chances,) working values p0.
    """

    chances: tuple[Chance, ...]
    channels: int
    breaks: np.ndarray
    at: np.ndarray

    @staticmethod
    def of(chances: Sequence[Chance], channels: int, at: np.ndarray | None = None) -> "Thinning":
        """Working values: the middle of each prior unless given."""
        breaks = np.array(sorted({c.start for c in chances if c.start > 0}))
        middle = np.array([(c.low + c.high) / 2 for c in chances]) if at is None else at
        return Thinning(tuple(chances), channels, breaks, middle)

    @property
    def owner(self) -> np.ndarray:
        """(channels, spells) which chance rules a channel in a spell; -1 for none."""
        edges = np.concatenate([[0.0], self.breaks])
        owner = np.full((self.channels, len(edges)), -1)
        for n in sorted(range(len(self.chances)), key=lambda n: self.chances[n].start):
            owner[self.chances[n].channel, edges >= self.chances[n].start] = n
        return owner

    def gathered(self, values: np.ndarray) -> np.ndarray:
        """Sums per chance of something per channel and spell, (..., channels, spells) -> (..., chances)."""
        owner = self.owner.ravel()
        flat = values.reshape(*values.shape[:-2], -1)
        result = np.zeros((*flat.shape[:-1], len(self.chances)))
        for place, chance in enumerate(owner):
            if chance >= 0:
                result[..., chance] += flat[..., place]
        return result

    def counts(self, path: Path) -> np.ndarray:
        """(chances,) marks recorded under each."""
        result = np.zeros((self.channels, len(self.breaks) + 1))
        for mark in path.marks:
            if mark.channel >= 0:
                result[mark.channel, int(np.searchsorted(self.breaks, mark.time, side="right"))] += 1
        return self.gathered(result)

    def grids(self) -> np.ndarray:
        """(chances, GRID) cell middles of every prior's range."""
        low, high = (np.array([getattr(c, end) for c in self.chances]) for end in ("low", "high"))
        cells = (np.arange(GRID) + 0.5) / GRID
        return low[:, None] + (high - low)[:, None] * cells

    def tilt(self, counts: np.ndarray, exposure: np.ndarray) -> np.ndarray:
        """(rows, chances, GRID) log of (p/p0)^n exp(-A (p - p0)) on the grids; exposure (rows, chances)."""
        grid = self.grids()
        at = np.maximum(self.at, 1e-12)[:, None]
        gain = counts[:, None] * np.log(np.maximum(grid, 1e-12) / at)
        return gain[None] - exposure[:, :, None] * (grid - self.at[:, None])[None]

    def correction(self, counts: np.ndarray, exposure: np.ndarray) -> np.ndarray:
        """(rows,) log of the prior mean of the tilt, summed over chances."""
        return (logsumexp(self.tilt(counts, exposure), axis=2) - np.log(GRID)).sum(axis=1)

    def draw(self, counts: np.ndarray, exposure: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """One set of probabilities per row from the tilted densities.

        Returns:
            (rows, chances) values, and (rows,) log density relative to the prior.
        """
        log = self.tilt(counts, exposure)
        log = log - logsumexp(log, axis=2, keepdims=True)
        log = np.logaddexp(log + np.log(0.95), np.log(0.05 / GRID))  # a floor: no value of the prior is out of reach
        running = np.cumsum(np.exp(log), axis=2)
        pick = (rng.random(running.shape[:2])[:, :, None] * running[:, :, -1:] > running).sum(axis=2)
        pick = np.minimum(pick, GRID - 1)
        density = np.take_along_axis(log, pick[:, :, None], axis=2)[:, :, 0] + np.log(GRID)
        low, high = (np.array([getattr(c, end) for c in self.chances]) for end in ("low", "high"))
        values = low + (high - low) * (pick + rng.random(pick.shape)) / GRID
        return values, np.where(high > low, density, 0.0).sum(axis=1)

    def means(self, counts: np.ndarray, exposure: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """(chances,) posterior means of the probabilities under row weights."""
        log = self.tilt(counts, exposure)
        share = np.exp(log - logsumexp(log, axis=2, keepdims=True))
        return np.einsum("r,rcg,cg->c", weights, share, self.grids())
