"""How far chains agree, and what they are worth: for a parameter, and for every answer.

Source: Vehtari, Gelman, Simpson, Carpenter & Buerkner 2021, Bayesian Analysis 16 (rank-normalised split R-hat, bulk
effective size), as arviz-stats computes them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from detente.evidence.posterior import LEAST

MIXED = 1.05  # R-hat above which chains have not come together


@dataclass(frozen=True)
class Mixing:
    """Of one number: R-hat (None: some chain stands still), and its effective number of draws."""

    rhat: float | None
    ess: float

    @property
    def settled(self) -> bool:
        """Whether a posterior may be read from it."""
        return self.ess >= LEAST and self.rhat is not None and self.rhat <= MIXED

    @staticmethod
    def worst(of: Iterable["Mixing"]) -> "Mixing":
        """The largest R-hat and the smallest effective number."""
        every = list(of)
        rhats = [m.rhat for m in every if m.rhat is not None]
        return Mixing(max(rhats) if len(rhats) == len(every) else None, min(m.ess for m in every))


def mixing_of(draws: np.ndarray) -> Mixing:
    """How well a number has mixed, (chains, draws); one that never moves has nothing to mix.

    Where only some chains stand still they have not come together: there is no R-hat and nothing is effective.
    """
    from arviz_stats.base.array import array_stats

    spread = np.ptp(draws, axis=1)
    if np.ptp(draws) == 0:
        return Mixing(1.0, float(draws.size))
    if (spread == 0).any():
        return Mixing(None, 0.0)
    rhat, ess = (float(np.asarray(f(draws, chain_axis=0, draw_axis=1))) for f in (array_stats.rhat, array_stats.ess))
    return Mixing(rhat, min(ess, float(draws.size))) if np.isfinite(rhat + ess) else Mixing(None, 0.0)
