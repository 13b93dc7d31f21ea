"""One reported number, named by fields rather than by an id that has to be taken apart."""

from typing import Literal

from pydantic import Field, model_validator

from detente.run.base import Model, Ref


class Quantity(Model):
    """One reported number.

    `low`, `mid`, `high` are the 5th, 50th and 95th percentile over draws: of a fit to the record (`basis` "posterior"),
    else of the stated assumptions alone (a spread, not a confidence interval). `sign_share` is the share of draws whose
    sign is that of `mid`; a signed number without it and with 0 in the middle is no effect. `equilibria_share` is the
    share of the equilibria found in which it holds: its sign, or its range if it has no sign. Without an interval,
    `reason_no_interval` says why.
    """

    id: str  # the names below joined by dots: "gain_from_settling.armenia", "relapse.5y"
    question: str  # the question that it answers
    family: str  # what kind of number: "gain_from_settling", "loss_share", "relapse"
    actor: str | None = None
    package: str | None = None
    detail: str = ""  # what else tells it from its relatives: "5y", "held", "peace10"
    label: str  # what the number is, in plain words, with its unit spelt out where needed
    unit: str = ""  # "probability", "years", "value", "value*year per unit hazard", "count", "share", ...
    low: float | None = None
    mid: float | None = None
    high: float | None = None
    signed: bool = False  # the sign is a finding; chances and durations have none
    sign_share: float | None = None
    equilibria_share: float | None = None
    reason_no_interval: str | None = None
    basis: Literal["prior", "posterior"] = "prior"  # prior: assumptions only, no draw has met the record
    prior: tuple[float, float, float] | None = None  # low, mid and high before the record was used; if posterior
    ess: float | None = None  # independent draws that the fit is worth for it; `draws` of its draws are used
    rhat: float | None = None  # how far the chains of the fit agree on it; None: none was used, or some stands still
    draws: int | None = None  # how many draws have this number
    branch: dict[str, int] = Field(default_factory=dict)  # how those draws' equilibria were reached -> how many
    depends_on_choice: bool = False  # no sign without reasons, or another model of choice moves it by over a third
    assumption_not_record: bool = False  # true: rests on parameters that no record can identify
    assumptions: tuple[str, ...] = ()  # names of the parameters that it hangs on most (three by default)
    rests_on: tuple[Ref, ...] = ()  # entries of the record that speak to it; it is computed from them only if posterior
    relatives: tuple[str, ...] = ()  # ids of numbers that would give this one away, were it taken out
    confidential: bool = False  # must not leave the house: dropped from a redacted copy

    @model_validator(mode="after")
    def _interval_or_reason(self) -> "Quantity":
        if (self.low is None or self.high is None) and not self.reason_no_interval:
            raise ValueError(f"quantity {self.id!r} has neither an interval nor a reason for having none")
        return self


class Assumption(Model):
    """One parameter of the case as it was used."""

    name: str
    label: str
    unit: str
    low: float | None
    mid: float
    high: float | None
    why: str
    basis: str  # "judgement" or "sources"
    sources: tuple[str, ...] = ()
    contested: str = ""  # how others see it
    contested_by: tuple[str, ...] = ()  # ids of the claims in which they do
    confidential: bool = False
