"""The outside view beside the game's: base rates in sentences, and chances of war and settlement by horizon."""

from typing import Any, Literal

from pydantic import Field, model_validator

from detente.run.base import Model

Spread = tuple[float, float, float]  # the 5th, 50th and 95th percentile


class Outlook(Model):
    """Sentences about base rates and about simple forecasts of terms; their numbers are quantities and tables."""

    base_rates: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()


class Chance(Model):
    """The chance of one event within a number of years from the date, by past cases, by the model, and by both."""

    years: int
    past: Spread | None = None  # past cases; Jeffreys' interval of their counts
    prior: Spread | None = None  # over draws of the stated ranges
    posterior: Spread | None = None  # over draws of a fit to the record
    pool: float | None = None  # both, in log odds
    class_mean: float | None = None  # what is pooled of past cases
    model_mean: float | None = None  # what is pooled of the model: the mean over its draws
    why_no_class: str = ""
    why_no_model: str = ""


class GapPart(Model):
    """One part of the difference between past cases and the model: the mean over draws, and its spread."""

    name: Literal["past_cases", "attack", "accident", "settlement", "definition"]
    low: float
    mean: float
    high: float


class Gap(Model):
    """Why the model's chance of war differs from that of past cases: the means of the parts sum to the difference."""

    years: int
    past: float | None  # `class_mean` of that horizon
    model: float  # `model_mean` of that horizon
    difference: float | None  # past less model; None where there is no class
    parts: tuple[GapPart, ...]
    why: str = ""  # why there is no difference


class OwnPast(Model):
    """How often war began in this conflict before the date, by its record; never pooled, since a fit has met it."""

    count: int | None = None  # wars begun
    years: float | None = None  # without war
    since: str = ""  # first day that counts
    per_year: Spread | None = None  # Jeffreys' interval of the rate, 1/year
    within: dict[str, Spread] = Field(default_factory=dict)  # "5y" -> chance at that rate
    why: str = ""  # why there is none


class Chances(Model):
    """War and settlement within 1, 2, 5 and 10 years of the date."""

    date: str
    threshold: str  # which fighting counts, in words
    stated: bool  # whether the case says so; else its states of war are taken
    after_fighting: bool  # war is under way on the date: years count from its end
    basis: Literal["prior", "posterior"]  # which draws are pooled with past cases
    why_no_posterior: str = ""
    weight: float  # of the model in the pool
    draws: int  # of the fit, or of the ranges
    prior_draws: int
    war: tuple[Chance, ...]
    peace: tuple[Chance, ...]
    gap: Gap
    own_past: OwnPast
    past_words: tuple[str, ...] = ()  # which past cases, and where their counts come from

    @model_validator(mode="after")
    def _all_parts_sum(self) -> "Chances":
        gap = self.gap
        if gap.difference is not None and abs(sum(part.mean for part in gap.parts) - gap.difference) > 1e-9:
            raise ValueError("the parts of the gap do not sum to it")
        return self

    def data(self) -> dict[str, Any]:
        """As `detente outlook --json` gives it: horizons by name, `class`, `prior`, `posterior` and `pool` in each.

        The parts of the gap are means by name, which sum to `difference`; `spread` has their 5th and 95th percentiles.
        """
        found = self.model_dump(mode="json", by_alias=True)
        for event in ("war", "peace"):
            found[event] = {f"{one['years']}y": {"class": one.pop("past"), **one} for one in found[event]}
        parts = found["gap"]["parts"]
        found["gap"]["parts"] = {part["name"]: part["mean"] for part in parts}
        found["gap"]["spread"] = {part["name"]: [part["low"], part["high"]] for part in parts}
        return found
