"""The types of a run: quantities with intervals, tables behind the figures, assumptions, provenance.

A run holds no clock, path or worker count, so the same inputs and seed give the same bytes on one machine.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA = 1
Cell = str | float | int | bool | None


class Model(BaseModel):
    """Immutable, and strict about unknown keys: a run that carries more than it declares is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Quantity(Model):
    """One reported number.

    `low`, `mid`, `high` are the 5th, 50th and 95th percentile over draws from the stated assumptions (a spread, not a
    confidence interval). `sign_share` is the share of draws whose sign is that of `mid`; `equilibria_share` the share
    of the equilibria found in which it holds. Without an interval, `reason_no_interval` says why.
    """

    id: str  # "gain_from_settling.armenia", "relapse.5y": question, then what distinguishes it, joined by dots
    question: str  # the id of the question that it answers
    label: str  # what the number is, in plain words, with its unit spelt out where needed
    actor: str | None = None
    unit: str = ""  # "probability", "years", "value", "value*year per unit hazard", "count", "share", ...
    low: float | None = None
    mid: float | None = None
    high: float | None = None
    sign_share: float | None = None
    equilibria_share: float | None = None
    reason_no_interval: str | None = None
    choice_value_decides: bool = False  # true: "depends on the choice model"
    assumption_not_record: bool = False  # true: rests on parameters that no record can identify
    assumptions: tuple[str, ...] = ()  # names of the parameters that it hangs on most (three by default)
    record: tuple[str, ...] = ()  # ids of events, commitments, instruments or record queries that speak to it
    confidential: bool = False  # rests on confidential entries: dropped from a redacted copy

    @model_validator(mode="after")
    def _interval_or_reason(self) -> "Quantity":
        if (self.low is None or self.high is None) and not self.reason_no_interval:
            raise ValueError(f"quantity {self.id!r} has neither an interval nor a reason for having none")
        return self


class Table(Model):
    """A labelled table: what lies behind a figure or is printed as it stands."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    units: dict[str, str] = Field(default_factory=dict)
    note: str = ""
    record: tuple[str, ...] = ()
    confidential: bool = False

    @model_validator(mode="after")
    def _rectangular(self) -> "Table":
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.title!r}: a row has {len(row)} cells for {len(self.columns)} columns")
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
    contested: str = ""  # who contests it, and how
    confidential: bool = False


class Solution(Model):
    """The certificate of the equilibria that the run reports from (worst over draws)."""

    certified: bool
    residual: float
    gap: float
    spectral_radius: float | None
    equilibria_found: int = 1
    draws_left_out: int = 0  # draws without a certified solution; never silently dropped: also in `warnings`


class Run(Model):
    """Everything an analysis found, with the way back to its inputs."""

    schema_version: Literal[1] = Field(SCHEMA, alias="schema")
    version: str
    case: str
    title: str
    date: str
    seed: int
    draws: int
    command: str
    inputs: dict[str, str]  # file -> sha256
    model: dict[str, int]  # states, players, ...
    solution: Solution | None = None
    situation: dict[str, str] = Field(default_factory=dict)  # state variable -> value on the date
    actors: dict[str, str] = Field(default_factory=dict)  # id -> label (both sides' names)
    quantities: tuple[Quantity, ...] = ()
    tables: dict[str, Table] = Field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    claims: tuple[dict[str, Any], ...] = ()
    accounts: dict[str, Any] | None = None
    settlement: dict[str, Any] | None = None
    outside: dict[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()  # in a redacted copy: what was taken out

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def quantity(self, id: str) -> Quantity:
        """The quantity with this id.

        Raises:
            KeyError: no such quantity in the run.
        """
        for quantity in self.quantities:
            if quantity.id == id:
                return quantity
        raise KeyError(id)
