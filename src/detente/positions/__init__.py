"""Forecasts of terms from positions, capability and salience: simple models that the game must be compared with."""

from detente.positions.challenge import ODDITIES, Course, Rules, challenge
from detente.positions.issue import Inputs, Issue, Range, Stand, issues_of, read_issue
from detente.positions.simple import compromise_mean, nash_bargaining, weighted_median
from detente.positions.view import View, for_case, forecast_issue, view_issue

__all__ = [
    "ODDITIES",
    "Course",
    "Inputs",
    "Issue",
    "Range",
    "Rules",
    "Stand",
    "View",
    "challenge",
    "compromise_mean",
    "for_case",
    "forecast_issue",
    "issues_of",
    "nash_bargaining",
    "read_issue",
    "view_issue",
    "weighted_median",
]
