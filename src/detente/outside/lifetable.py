"""Life tables of peace after an episode: counts per calendar year, recurrence with an interval, at any elapsed time.

The Kaplan-Meier estimate in yearly data is a product over years of 1 - events/at risk. Intervals are Greenwood's on the
log(-log) scale, 90 %. Given that peace has held for a while, only later years enter; within a year the hazard is spread
evenly.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from detente.errors import OptionError
from detente.outside.episodes import Episodes

YEARS = 15  # calendar years after the end that a table covers
WATCHED = 5  # episodes still under observation below which a year is not told
NORMAL_95 = NormalDist().inv_cdf(0.95)  # the ends of a 90 % interval


@dataclass(frozen=True)
class LifeTable:
    """Counts in calendar years 1, 2, ... after the end; at_risk and events are (years,) integers."""

    at_risk: np.ndarray
    events: np.ndarray

    @property
    def n(self) -> int:
        """Episodes at the start."""
        return int(self.at_risk[0]) if self.at_risk.size else 0

    @property
    def reach(self) -> int:
        """Years for which at least `WATCHED` episodes are still under observation."""
        return int(np.argmax(self.at_risk < WATCHED)) if (self.at_risk < WATCHED).any() else int(self.at_risk.size)

    def recurrence(self, within: float, elapsed: float = 0.0) -> tuple[float, float, float] | None:
        """Chance of recurrence in the next years, given none so far: (low, mid, high), 90 % interval.

        Args:
            within: years from now.
            elapsed: years under observation so far (from the first of January after the end).

        Returns:
            None where fewer than five episodes were observed that long.
        """
        if within < 0 or elapsed < 0:
            raise OptionError.of(f"within {within}, elapsed {elapsed}", "years, not negative")
        if elapsed + within > self.reach + 1e-9:
            return None
        share, risk, events = self._years(within, elapsed)
        if (events == risk).any():
            return None
        log_survival = float(share @ np.log1p(-events / risk))
        mid = -np.expm1(log_survival)
        if log_survival == 0:
            return 0.0, 0.0, float(-np.expm1(np.log(0.05) / risk[0]))  # none seen: the exact upper 95 % bound
        spread = float(np.sqrt(share**2 @ (events / (risk * (risk - events))))) / -log_survival
        ends = [-np.expm1(log_survival * np.exp(sign * NORMAL_95 * spread)) for sign in (-1, 1)]
        return float(ends[0]), float(mid), float(ends[1])

    def _years(self, within: float, elapsed: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of the years that a window touches: how much of each lies in it, at risk, recurred; each (years,)."""
        year = np.arange(self.at_risk.size)
        share = np.clip(elapsed + within - year, 0, 1) - np.clip(elapsed - year, 0, 1)
        used = share > 0
        return share[used], self.at_risk[used].astype(float), self.events[used].astype(float)

    def counts(self, within: float, elapsed: float = 0.0) -> tuple[float, float] | None:
        """Recurrences and cases that stand for the next years, given none so far: (recurred, cases).

        Without cases that leave observation and in whole years these are plain counts. Else the number of cases is the
        one that would leave the estimate of `recurrence` as uncertain as Greenwood says: (1 - S) / (S G), with
        G the sum over years of share^2 events / (risk (risk - events)).

        Args:
            within: years from now.
            elapsed: years under observation so far (from the first of January after the end).

        Returns:
            None where fewer than five episodes were observed that long.

        Source: Cutler & Ederer 1958, Journal of Chronic Diseases 8 (effective number of cases).
        """
        if self.recurrence(within, elapsed) is None:
            return None
        share, risk, events = self._years(within, elapsed)
        survival = float(np.exp(share @ np.log1p(-events / risk)))
        if survival == 1.0:
            return 0.0, float(risk.min(initial=np.inf))
        cases = (1.0 - survival) / (survival * float(share**2 @ (events / (risk * (risk - events)))))
        before = np.concatenate([[0.0], np.cumsum(events)[:-1]])
        cases = min(cases, float((risk + before).min()))  # never more than were watched throughout, or recurred
        return cases * (1.0 - survival), cases


def life_table(episodes: Episodes, years: int = YEARS) -> LifeTable:
    """Count labelled episodes at risk and recurring in each calendar year after their end.

    An episode leaves observation after the last year whose activity is known.
    """
    if episodes.known_until is None:
        raise OptionError.of("episodes without labels", "a file with 'next_active_year'")
    end, following = episodes.column("endyear"), episodes.column("next_active_year")
    gap = np.where(np.isfinite(following), following - end, np.inf)
    watched = np.minimum(gap, episodes.known_until - end)
    year = np.arange(1, years + 1)[:, None]
    return LifeTable((watched >= year).sum(axis=1), (gap == year).sum(axis=1))
