"""Rival accounts of a conflict held against the record, and how well the model predicts beside simple rules."""

from typing import Literal

from detente.run.base import Model


class AccountResult(Model):
    """What the record says of one account; natural logarithms."""

    id: str
    log_evidence: float | None
    error: float | None  # Monte Carlo error of the log evidence
    ess: float
    prior_ess: float
    refused: bool  # too few effective draws for the number to be used


class DesignResult(Model):
    """What the design check found for records simulated from one account; shares of records."""

    id: str
    comes_first: float
    conclusive: float
    wrongly_conclusive: float
    sign_right_against_worst_rival: float
    threshold_decibans: dict[str, float]  # against each rival


class DesignCheck(Model):
    """Would a record like this tell the accounts apart?"""

    records_per_account: int
    long_enough: bool
    accounts: tuple[DesignResult, ...]


class Condition(Model):
    """One condition of a verdict."""

    id: str
    holds: bool
    words: str


class WarForecast(Model):
    """Chance of war in a window, and what happened."""

    model: float | None
    climatology: float | None
    happened: int


class BackTest(Model):
    """A model fitted to what was known at a date, scored on what came, beside simple rules; log scores in nats."""

    words: str
    until: str
    score: tuple[str, str]
    marks: int
    model_log_score: float | None
    baselines: dict[str, float]
    best: str
    ess: float
    war: WarForecast


class ParameterFit(Model):
    """What the record says of one parameter."""

    name: str
    overlap: float  # of prior and posterior; 1: the record has taught nothing
    low: float
    mid: float
    high: float
    assumption_not_record: bool
    prior: tuple[float, float, float] | None = None  # 5th, 50th and 95th percentile before the record was used
    rhat: float | None = None  # None: some chain stands still
    ess: float | None = None


class PairFit(Model):
    """Two parameters that trade off: the record knows them together better than apart."""

    names: tuple[str, str]
    correlation: float  # of ranks, over the draws


class AnswerFit(Model):
    """How well the chains of a fit have mixed for one number of a run."""

    id: str
    rhat: float | None  # None: some chain stands still
    ess: float


class SecondCoding(Model):
    """How far two codings of the same events agree."""

    events: int
    share: float
    kappa: float | None


class BiasTolerance(Model):
    """How many of the telling events would have to be wrong to turn the sign."""

    events_to_turn_the_sign: int
    of: int


class Accounts(Model):
    """What a study of rival accounts found."""

    accounts: tuple[AccountResult, ...]
    design_check: DesignCheck
    baselines: BackTest | None
    verdict: str
    favoured: str | None
    conditions: tuple[Condition, ...]
    marks: int
    discriminating_marks: int
    solves: int
    solves_without_equilibrium: int
    bias_tolerance: BiasTolerance
    second_coding: SecondCoding | None = None
    parameters: tuple[ParameterFit, ...]
    edits_after_freezing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Fit(Model):
    """The posterior of a case's parameters under its own ranges or under one account."""

    account: str
    date: str  # the situation whose answers were watched
    until: str  # last day of the record that was used
    whole: bool = False  # the whole record, also what came after the date: hindsight
    method: Literal["chains", "tempered"] = "chains"
    chains: int  # or rows of particles that are compared as chains are
    draws: int  # kept
    solves: int
    accepted: float  # share of steps
    rhat_max: float | None  # over the answers, or the parameters where there are none
    ess_min: float
    refused: bool
    answers: tuple[AnswerFit, ...] = ()
    parameters: tuple[ParameterFit, ...]
    pairs: tuple[PairFit, ...] = ()
    words: tuple[str, ...] = ()
