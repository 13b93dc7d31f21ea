"""A verdict only if all of docs/evidence.md holds; otherwise "the record cannot tell", the usual outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

from detente.evidence.accounts import Compared, Variant
from detente.evidence.design import LEAST_RECORDS, Designed
from detente.evidence.posterior import LEAST
from detente.run.accounts import Condition

CANNOT = "the record cannot tell"
REJECTED = "model rejected by the record, no verdict"


@dataclass(frozen=True)
class AccountsVerdict:
    """The verdict and everything that it rests on."""

    words: str
    favoured: str | None
    decibans: float | None
    threshold: float | None
    conditions: tuple[Condition, ...]


def _condition(id: str, holds: bool, words: str) -> Condition:
    return Condition(id=id, holds=holds, words=words)


def priors_condition(fixed: Sequence[str]) -> Condition:
    """(a) noise, reference rates and recording probabilities are priors."""
    words = (
        f"fixed: {', '.join(fixed)}" if fixed else "noise, reference rates and recording probabilities are all priors"
    )
    return _condition("a: nuisances are priors", not fixed, words)


def design_condition(compared: Compared, designed: Designed | None, scored: Compared) -> tuple[Condition, float | None]:
    """(b) the design check was run with 200 records an account, and the first account passes its threshold.

    Args:
        compared: all accounts on the record, with every draw.
        designed: the design check.
        scored: the record scored as the simulated ones were, on the same draws.
    """
    if designed is None or designed.quick:
        count = 0 if designed is None else designed.per_account
        words = f"only {count} simulated records per account; {LEAST_RECORDS} are needed before any verdict"
        return _condition("b: design check", False, words), None
    if not compared.settled:
        return _condition("b: design check", False, "not judged: too few effective draws"), None
    first, *rest = compared.order
    thresholds = {r: designed.threshold(first, r) for r in rest}
    short = []
    for rival, threshold in thresholds.items():
        values = (compared.decibans(first, rival)[0], scored.decibans(first, rival)[0])
        if min(values) <= threshold:
            short.append(f"{min(values):.1f} decibans over {compared.names[rival]}, threshold {threshold:.1f}")
    worst = max(thresholds.values(), default=0.0)
    if short:
        return _condition("b: design check", False, "; ".join(short)), worst
    return _condition("b: design check", True, "passes its threshold against every rival"), worst


def sampling_condition(compared: Compared) -> Condition:
    """Enough effective draws for every account."""
    low = [f"{n} {r.ess:.0f}" for n, r in zip(compared.names, compared.results) if r.refused]
    words = (
        f"effective sample size below {LEAST:g}: {', '.join(low)}"
        if low
        else f"effective sample size of at least {LEAST:g} for every account"
    )
    return _condition("sampling", not low, words)


def predictive_condition(passes: bool, worst: str) -> Condition:
    """(c) posterior predictive checks."""
    words = "the fitted model leaves records like this one" if passes else f"out of line: {worst}"
    return _condition("c: posterior predictive checks", passes, words)


def robust_condition(variants: Sequence[Variant], least_ess: float = 20.0) -> Condition:
    """(d) the sign survives every variant.

    Args:
        variants: what was changed, and what became of the favoured account's lead.
        least_ess: effective draws below which a variant says nothing and counts as not surviving.
    """
    if not variants:
        return _condition("d: the sign survives", False, "not examined")
    turned = [f"{name} ({value:+.1f})" for name, value, ess in variants if value <= 0 and ess >= least_ess]
    unknown = [name for name, _, ess in variants if ess < least_ess]
    if turned:
        return _condition("d: the sign survives", False, f"it turns under: {', '.join(turned)}")
    if unknown:
        return _condition("d: the sign survives", False, f"too few effective draws to say: {', '.join(unknown)}")
    return _condition("d: the sign survives", True, f"{len(variants)} variants keep the sign")


def decide(compared: Compared, conditions: Sequence[Condition], threshold: float | None) -> AccountsVerdict:
    """The verdict from its conditions."""
    sampled = all(c.holds for c in conditions if c.id == "sampling")  # else it may be the bank that misfits
    rejected = sampled and any(c.id.startswith("c:") and not c.holds for c in conditions)
    if rejected:
        return AccountsVerdict(REJECTED, None, None, threshold, tuple(conditions))
    if len(compared.names) < 2 or not all(c.holds for c in conditions):
        return AccountsVerdict(CANNOT, None, None, threshold, tuple(conditions))
    first, second = compared.order[:2]
    value, error = compared.decibans(first, second)
    words = (
        f"the record favours {compared.names[first]} over every rival, by at least {value:.1f} decibans "
        f"(Monte Carlo error {error:.1f}; threshold {threshold:.1f})"
    )
    return AccountsVerdict(words, compared.names[first], value, threshold, tuple(conditions))
