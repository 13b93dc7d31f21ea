"""A verdict only if all of docs/model.md 4 (a)-(d) holds; otherwise "the record cannot tell", the usual outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

from detente.evidence.accounts import Compared
from detente.evidence.design import Designed

CANNOT = "the record cannot tell"
REJECTED = "model rejected by the record, no verdict"


@dataclass(frozen=True)
class Condition:
    """One condition of a verdict: whether it holds, and in words why."""

    id: str
    holds: bool
    words: str


@dataclass(frozen=True)
class Verdict:
    """The verdict and everything that it rests on."""

    words: str
    favoured: str | None
    decibans: float | None
    threshold: float | None
    conditions: tuple[Condition, ...]


def priors_condition(fixed: Sequence[str]) -> Condition:
    """(a) noise, reference rates and recording probabilities are priors."""
    words = (
        f"fixed: {', '.join(fixed)}" if fixed else "noise, reference rates and recording probabilities are all priors"
    )
    return Condition("a: nuisances are priors", not fixed, words)


def design_condition(compared: Compared, designed: Designed | None, scored: Compared) -> tuple[Condition, float | None]:
    """(b) the design check was run with 200 records an account, and the first account passes its threshold.

    Args:
        compared: all accounts on the record, with every draw.
        designed: the design check.
        scored: the record scored as the simulated ones were, on the same draws.
    """
    if designed is None or designed.quick:
        count = 0 if designed is None else designed.per_account
        words = f"only {count} simulated records per account; 200 are needed before any verdict"
        return Condition("b: design check", False, words), None
    first, *rest = compared.order
    thresholds = {r: designed.threshold(first, r) for r in rest}
    short = []
    for rival, threshold in thresholds.items():
        values = (compared.decibans(first, rival)[0], scored.decibans(first, rival)[0])
        if min(values) <= threshold:
            short.append(f"{min(values):.1f} decibans over {compared.names[rival]}, threshold {threshold:.1f}")
    worst = max(thresholds.values(), default=0.0)
    if short:
        return Condition("b: design check", False, "; ".join(short)), worst
    return Condition("b: design check", True, "passes its threshold against every rival"), worst


def sampling_condition(compared: Compared) -> Condition:
    """Enough effective draws for every account."""
    low = [f"{n} {r.ess:.0f}" for n, r in zip(compared.names, compared.results) if r.refused]
    words = (
        f"effective sample size below 100: {', '.join(low)}"
        if low
        else "effective sample size of at least 100 for every account"
    )
    return Condition("sampling", not low, words)


def predictive_condition(passes: bool, worst: str) -> Condition:
    """(c) posterior predictive checks."""
    words = "the fitted model leaves records like this one" if passes else f"out of line: {worst}"
    return Condition("c: posterior predictive checks", passes, words)


def robust_condition(variants: Sequence[tuple[str, float, float]], least_ess: float = 20.0) -> Condition:
    """(d) the sign survives every variant: (name, decibans for the favoured account, effective size or infinity)."""
    if not variants:
        return Condition("d: the sign survives", False, "not examined")
    turned = [f"{name} ({value:+.1f})" for name, value, ess in variants if value <= 0 and ess >= least_ess]
    unknown = [name for name, _, ess in variants if ess < least_ess]
    if turned:
        return Condition("d: the sign survives", False, f"it turns under: {', '.join(turned)}")
    if unknown:
        return Condition("d: the sign survives", False, f"too few effective draws to say: {', '.join(unknown)}")
    return Condition("d: the sign survives", True, f"{len(variants)} variants keep the sign")


def decide(compared: Compared, conditions: Sequence[Condition], threshold: float | None) -> Verdict:
    """The verdict from its conditions."""
    sampled = all(c.holds for c in conditions if c.id == "sampling")  # else it may be the bank that misfits
    rejected = sampled and any(c.id.startswith("c:") and not c.holds for c in conditions)
    if rejected:
        return Verdict(REJECTED, None, None, threshold, tuple(conditions))
    if len(compared.names) < 2 or not all(c.holds for c in conditions):
        return Verdict(CANNOT, None, None, threshold, tuple(conditions))
    first, second = compared.order[:2]
    value, error = compared.decibans(first, second)
    words = (
        f"the record favours {compared.names[first]} over every rival, by at least {value:.1f} decibans "
        f"(Monte Carlo error {error:.1f}; threshold {threshold:.1f})"
    )
    return Verdict(words, compared.names[first], value, threshold, tuple(conditions))
