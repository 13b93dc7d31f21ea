"""How forecasts made as of earlier days have fared: what the model would have said, simple rivals, and what came."""

from detente.run.base import Model


class PastForecast(Model):
    """One event within one horizon, as of one day; chances, None where nobody could have said any."""

    event: str  # "war" or "peace"
    years: int
    model: float  # mean over the draws of the fit until that day
    low: float  # 5 and 95 % of those draws
    high: float
    reference: float | None  # past cases like this one
    constant: float  # a constant hazard, from what the record until that day shows
    pool: float | None  # of model and reference class
    ess: float
    rhat: float | None
    settled: bool  # enough effective draws, in agreement
    happened: bool | None  # None: the record does not show it, or the window is not closed


class PastDay(Model):
    """All forecasts as of one day."""

    date: str
    own: bool  # a situation of the case, chosen with hindsight: shown, never averaged in
    hindsight: tuple[str, ...]  # parameters whose reason names something later than the day
    forecasts: tuple[PastForecast, ...]


class Score(Model):
    """Scores of one event within one horizon over all days whose windows are closed; smaller is better."""

    event: str
    years: int
    days: int  # that are scored, the same for all
    windows: float  # of them that do not overlap
    happened: int
    brier: dict[str, float | None]  # "model", "class", "constant", "pool"
    log: dict[str, float | None]
    difference: dict[str, tuple[float, float, float]]  # Brier score of the model less a rival's, 90 % block interval
    calibration: tuple[float, float] | None  # intercept and slope of what came on the model's log odds


class Scores(Model):
    """A back-test over the years of a record."""

    every: int  # years between the days
    draws: int
    solves: int
    days: tuple[PastDay, ...]
    scores: tuple[Score, ...]
    words: tuple[str, ...] = ()
    confidential: bool = False  # counts entries of the record that are not public
