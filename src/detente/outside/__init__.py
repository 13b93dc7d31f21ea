"""The outside view: base rates, reference classes and forecasts of recurrence from past conflict episodes."""

from detente.outside.classes import Curves, ReferenceClass, curves_csv, curves_of, shipped_curves
from detente.outside.episodes import Episodes, read_episodes
from detente.outside.hazard import Forecast, Hazard, fit_hazard, forecast

__all__ = [
    "Curves",
    "Episodes",
    "Forecast",
    "Hazard",
    "ReferenceClass",
    "curves_csv",
    "curves_of",
    "fit_hazard",
    "forecast",
    "read_episodes",
    "shipped_curves",
]
