"""Where answers get their parameters from: draws of a fit to the record, or of the stated ranges alone.

A fit is of the case as its files say. What a scenario moves is drawn from the scenario's own ranges; everything else
stays as the record has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from detente.answers.results import RANGE_DRAWS
from detente.case import Parameter
from detente.draws import uniforms
from detente.errors import OptionError, suggest
from detente.evidence.diagnostics import Mixing
from detente.evidence.fit import PERCENTILES, Question
from detente.evidence.kept import KeptFit, chosen
from detente.evidence.priors import quantile_of
from detente.evidence.recorded import RecordedCase
from detente.evidence.target import RecordTarget
from detente.record import load_record
from detente.run import Fit

BESIDE = 32  # draws of the stated ranges that are solved beside those of a fit, for the headline numbers
SAME = 1e-6  # relative difference of two ranges that is rounding
Ranges = dict[str, tuple[float, float, float]]  # parameter -> low, middle, high, by position


@dataclass(frozen=True, eq=False)
class Drawn:
    """Sets of parameters.

    Attributes:
        values: (draws, parameters), by position.
        points: (draws, any) what tells one draw from another: the same under every scenario.
        ranges: over which the numbers' dependence is shown; the middle is where it is differentiated.
        fit: what the draws come from; None: the stated ranges alone.
        prior: (draws, parameters) draws of the stated ranges, for comparison with those of a fit.
        chances: (draws, chances) recording probabilities of the fit's draws.
    """

    values: np.ndarray
    points: np.ndarray
    ranges: Ranges
    fit: Fit | None = None
    prior: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    chances: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    def __len__(self) -> int:
        return len(self.values)

    @property
    def basis(self) -> Literal["prior", "posterior"]:
        """What the numbers rest on."""
        return "posterior" if self.fit is not None else "prior"

    @property
    def middle(self) -> tuple[float, ...]:
        """(parameters,) the middle of every range."""
        return tuple(mid for _, mid, _ in self.ranges.values())

    def mixing(self, id: str, date: str) -> Mixing | None:
        """How well the chains of the fit have mixed for a number; None without a fit.

        A number that was not watched is judged by the worst of all that were, and of the parameters.
        """
        if self.fit is None:
            return None
        watched = {a.id: Mixing(a.rhat, a.ess) for a in self.fit.answers} if date == self.fit.date else {}
        return watched.get(id) or worst_of(self.fit)


def worst_of(fit: Fit) -> Mixing:
    """The largest R-hat and the smallest effective number of a fit, over answers and parameters."""
    known = [Mixing(a.rhat, a.ess) for a in fit.answers]
    known += [Mixing(p.rhat, p.ess) for p in fit.parameters if p.ess is not None]
    return Mixing.worst(known)


def drawn_from_ranges(template: Any, draws: int, seed: int, account: str | None = None) -> Drawn:
    """Draws of the stated ranges, or of an account's.

    Raises:
        OptionError: no such account.
    """
    priors = priors_of(template, account)
    points = uniforms(draws, len(priors), seed)
    return Drawn(_sampled(priors, points), points, {p.name: (p.low, float(p.mid), p.high) for p in priors})


def drawn_from_fit(template: Any, kept: KeptFit, draws: int, seed: int, account: str | None = None) -> Drawn:
    """Draws of a fit, evenly spaced over its chains; all of them where it has fewer.

    Args:
        template: a compiled case, perhaps with a scenario.
        kept: the fit of the case as its files say.
        draws: how many.
        seed: of their choice.
        account: whose ranges the fit rests on; None: the case's own.

    Raises:
        OptionError: no such account.
    """
    priors = priors_of(template, account)
    rows = list(chosen(draws, len(kept.values), seed))
    own = drawn_from_ranges(template, len(rows), seed, account)
    values, before = own.values.copy(), {p.name: p.prior for p in kept.fit.parameters}
    for n, prior in enumerate(priors):
        if prior.name in before and _is(prior, before[prior.name]):
            values[:, n] = kept.values[rows, kept.names.index(prior.name)]
    ends = np.percentile(values, PERCENTILES, axis=0)
    ranges = {p.name: (float(low), float(mid), float(high)) for p, low, mid, high in zip(priors, *ends, strict=True)}
    beside = own.values[: BESIDE if len(rows) >= RANGE_DRAWS else 0]  # of fewer no range is given
    chances = kept.values[rows][:, [n for n, name in enumerate(kept.names) if name not in template.parameter_names]]
    return Drawn(values, kept.values[rows], ranges, kept.fit, beside, chances)


def record_of(template: Any, fit: Fit | None) -> RecordTarget | None:
    """What weighs draws of a fit under another model of choice; None without a fit, or where a scenario has moved the
    game away from the one that was fitted.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files of the record.
    """
    if fit is None or template.case.changes:
        return None
    recorded = RecordedCase(template.case, template, load_record(template.case.folder / "record"))
    account = fit.account if fit.account in template.case.accounts else None
    return Question(str(template.case.folder), fit.date, account, fit.whole).target_in(recorded)


def _is(prior: Parameter, before: tuple[float, float, float] | None) -> bool:
    """Whether a parameter has the range that a fit has started from."""
    if before is None or prior.high <= prior.low:
        return False
    now = quantile_of(prior)(np.array(PERCENTILES) / 100)
    return bool(np.allclose(now, before, rtol=SAME, atol=SAME * (prior.high - prior.low)))


def _sampled(priors: Sequence[Parameter], points: np.ndarray) -> np.ndarray:
    return np.array([[p.sample(float(v)) for p, v in zip(priors, row)] for row in points]).reshape(points.shape)


def priors_of(template: Any, account: str | None) -> tuple[Parameter, ...]:
    """The parameters of a case, by position, with an account's priors in place where it has its own.

    Raises:
        OptionError: no such account.
    """
    case = template.case
    if account is None:
        return tuple(case.parameters[name] for name in template.parameter_names)
    if account not in case.accounts:
        raise OptionError.of(
            f"unknown account '{account}'", f"one of {', '.join(case.accounts)}", suggest(account, case.accounts)
        )
    own: Mapping[str, Parameter] = case.accounts[account].parameters
    return tuple(own.get(name, case.parameters[name]) for name in template.parameter_names)
