"""Rival accounts on equal terms: marginal likelihoods from one bank, Bayes factors, and what they hang on.

Between accounts k and l the Bayes factor in decibans is 10 log10(Z_k / Z_l). What an event contributes is the
difference of its log predictive densities given everything earlier, each account learning as it goes; these differences
sum to the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from detente.evidence.bank import Bank
from detente.evidence.coded import Coded
from detente.evidence.posterior import DECIBAN, Weighted, effective, overlap, quantiles, weigh
from detente.evidence.priors import JointPrior, halved_and_doubled
from detente.evidence.score import Scorer
from detente.run.accounts import ParameterFit

DISCRIMINATING = 0.5  # decibans: an event below this moves odds by less than an eighth
NOISE_SHARE = 0.85  # of the overlap that sampling noise alone would leave: above it the record has taught nothing
BINS = 20  # of a prior, equally likely each, in which prior and posterior are laid over each other


@dataclass(frozen=True)
class Compared:
    """All accounts on one record.

    Attributes:
        names: accounts in order.
        results: their weights and evidence.
        log_likelihood: (rows,) of the bank.
        worth: (rows,) see `Bank.worth`.
        variances: of the accounts' log evidence beyond that of the weights, squared nats; none where nothing was moved.
    """

    names: tuple[str, ...]
    results: tuple[Weighted, ...]
    log_likelihood: np.ndarray
    worth: np.ndarray
    variances: tuple[float, ...] = ()

    @property
    def order(self) -> list[int]:
        """Positions of the accounts, most favoured first."""
        return sorted(range(len(self.names)), key=lambda k: -self.results[k].log_evidence)

    def decibans(self, first: int, second: int) -> tuple[float, float]:
        """Bayes factor of one account over another and its Monte Carlo error, in decibans."""
        a, b = self.results[first], self.results[second]
        value = DECIBAN * (a.log_evidence - b.log_evidence)
        beyond = sum(self.variances[k] for k in {first, second}) if self.variances and first != second else 0.0
        return value, DECIBAN * float(np.sqrt(((a.weights - b.weights) ** 2 / self.worth).sum() + beyond))

    @property
    def pair(self) -> tuple[int, int]:
        """The two most favoured accounts (twice the same if there is one)."""
        return self.order[0], self.order[min(1, len(self.names) - 1)]

    @property
    def settled(self) -> bool:
        """Whether every account has enough effective draws: else nothing may be ranked."""
        return not any(r.refused for r in self.results)

    def lead(self, first: int) -> float:
        """The smallest Bayes factor of an account over its rivals, decibans."""
        return min((self.decibans(first, k)[0] for k in range(len(self.names)) if k != first), default=np.inf)


def compare(
    names: Sequence[str],
    log_priors: np.ndarray,
    log_likelihood: np.ndarray,
    worth: np.ndarray,
    variances: tuple[float, ...] = (),
) -> Compared:
    """Weigh all accounts: log prior weights (accounts, rows), log likelihoods and worth (rows,); see `Compared`."""
    results = tuple(weigh(log_prior, log_likelihood, worth) for log_prior in log_priors)
    return Compared(tuple(names), results, log_likelihood, worth, variances)


class Variant(NamedTuple):
    """What becomes of the first account's lead when something is changed."""

    name: str  # what was changed
    lead: float  # its smallest lead over a rival, decibans
    ess: float  # smallest effective size over the accounts; infinite where the draws are not weighed again


@dataclass(frozen=True)
class Telling:
    """What one event says between two accounts, in decibans for the first."""

    event: str
    date: str
    text: str
    channel: str
    decibans: float
    witnesses: tuple[str, ...]


def contributions(log_prior: np.ndarray, increments: np.ndarray) -> np.ndarray:
    """(steps,) log predictive density of each step under an account that learns as it goes; (steps, rows) in."""
    running = np.cumsum(increments, axis=0)
    running = np.where(np.isnan(running), -np.inf, running)
    totals = logsumexp(log_prior[None] + running, axis=1)
    return np.diff(totals, prepend=logsumexp(log_prior))


def telling_events(
    coded: Coded, labels: Sequence[str], increments: np.ndarray, log_priors: np.ndarray, pair: tuple[int, int]
) -> list[Telling]:
    """All steps by what they say between two accounts, strongest first; last stretch and silent changes included."""
    first, second = (contributions(log_priors[k], increments) for k in pair)
    rows = {e.event: e for e in coded.events}
    result = []
    for n, label in enumerate(labels):
        event = rows.get(label)
        weight = DECIBAN * float(first[n] - second[n]) if np.isfinite(first[n]) and np.isfinite(second[n]) else 0.0
        if event is None:
            words = (
                "the stretch to the end of the record" if n == len(labels) - 1 else "a change that no event explains"
            )
            result.append(Telling(label, "", words, "", weight, ()))
        else:
            result.append(Telling(label, event.date, event.text, event.code, weight, event.witnesses))
    return sorted(result, key=lambda t: -abs(t.decibans))


def without_sources(
    coded: Coded, scorer: Scorer, names: Sequence[str], log_priors: np.ndarray, first: int
) -> list[Variant]:
    """Leave out each source in turn, smallest lead first."""
    rows: list[Variant] = []
    for source, labels in sorted(coded.witnesses().items()):
        left = compare(names, log_priors, scorer.score(coded.path.without(labels)), scorer.bank.worth)
        rows.append(Variant(f"without source {source} ({len(labels)} marks)", left.lead(first), np.inf))
    return sorted(rows, key=lambda r: r.lead)


def bias_tolerance(events: Sequence[Telling], total: float) -> tuple[int, int]:
    """How many of the most telling events would have to be invented or slanted for the sign to turn, and of how many.

    Args:
        events: contributions in decibans for the favoured account.
        total: their sum.
    """
    for_it = sorted((t.decibans for t in events if t.decibans > 0 and t.date), reverse=True)
    left = total
    for count, weight in enumerate(for_it, start=1):
        left -= weight
        if left <= 0:
            return count, len(for_it)
    return len(for_it) + 1, len(for_it)


def sensitivity(bank: Bank, priors: Mapping[str, JointPrior], log_likelihood: np.ndarray, first: int) -> list[Variant]:
    """Halving and doubling of noise, reference rates and prior widths, for all accounts alike.

    Args:
        bank: solved draws.
        priors: accounts.
        log_likelihood: (rows,) of the record.
        first: the favoured account.
    """
    own = {name: halved_and_doubled(bank.space, prior) for name, prior in priors.items()}
    rows: list[Variant] = []
    for variant in sorted({v for variants in own.values() for v in variants}):
        changed = [own[name].get(variant, prior) for name, prior in priors.items()]
        result = compare(tuple(priors), np.array([bank.log_prior(p) for p in changed]), log_likelihood, bank.worth)
        lead = result.lead(first)
        rows.append(Variant(variant, lead if np.isfinite(lead) else -np.inf, min(r.ess for r in result.results)))
    return rows


def parameter_fits(bank: Bank, log_prior: np.ndarray, weights: np.ndarray) -> tuple[ParameterFit, ...]:
    """What posterior weights (rows,) say of every dimension of a bank beside its prior weights."""
    values = bank.values()
    with np.errstate(divide="ignore"):
        noise = expected_overlap(max(1.0, effective(np.log(weights), bank.worth)))
    found: list[ParameterFit] = []
    for n, dimension in enumerate(bank.space.dimensions):
        share = overlap(log_prior, weights, values[:, n], BINS)
        low, mid, high = quantiles(weights, values[:, n])
        nothing = share > NOISE_SHARE * noise
        found.append(
            ParameterFit(name=dimension.name, overlap=share, low=low, mid=mid, high=high, assumption_not_record=nothing)
        )
    return tuple(found)


def expected_overlap(size: float, bins: int = BINS) -> float:
    """The overlap that sampling noise leaves when the record teaches nothing: 1 less the mean deviation of bins.

    Args:
        size: effective number of draws.
        bins: of equal prior probability.
    """
    share = 1 / bins
    deviation = np.sqrt(2 / np.pi) * np.sqrt(share * (1 - share) / size)
    return float(max(0.0, 1 - bins * deviation / 2))
