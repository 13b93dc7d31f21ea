"""Why a settlement fails where it fails, and what becomes of it when a guarantor leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.stats import rankdata

from detente.draws import spread
from detente.settlement.draws import CommonDraws
from detente.settlement.evaluate import NONE
from detente.settlement.frontier import draws_needed, holds, level
from detente.settlement.problem import Requirement
from detente.settlement.relax import margins_of
from detente.settlement.search import Candidate

BY_CHANCE = 0.05  # in so many cases would the best of as many irrelevant parameters be called clear
FEWEST = 3  # draws on either side below which halves are compared instead


@dataclass(frozen=True)
class BindingConstraint:
    """The constraint that decides: the one that fails in most draws, else the one with least to spare."""

    constraint: Requirement
    fails_in: float  # share of draws
    margin: float  # level at the wanted share of draws


def binding(constraints: Sequence[Requirement], margins: np.ndarray, share: float) -> BindingConstraint:
    """The binding constraint; margins (draws, constraints)."""
    fails = (margins < 0).mean(axis=0)
    levels = np.array([level(column, share) for column in margins.T])
    n = min(range(len(constraints)), key=lambda k: (-fails[k], levels[k]))
    return BindingConstraint(constraints[n], float(fails[n]), float(levels[n]))


@dataclass(frozen=True)
class Separator:
    """A parameter that tells failing draws from holding ones."""

    parameter: str
    high: bool  # the settlement fails (or comes nearest to failing) where the parameter is high
    strength: float  # 0.5: says nothing, 1: separates perfectly (area under the curve, or 0.5 + |rank correlation| / 2)
    clear: bool  # beyond what the best of as many irrelevant parameters would show in one of twenty cases
    fails_at: float  # median over the failing (lower half) draws
    holds_at: float  # median over the others


def separators(draws: CommonDraws, candidate: Candidate, worst: np.ndarray, count: int = 3) -> list[Separator]:
    """The parameters that separate failing from holding draws best.

    Where fewer than three draws fail or hold, the half with the smaller margins is set against the other.

    Args:
        draws: common draws.
        candidate: setting and package; parameters that its levers set are left out.
        worst: (draws,) smallest margin of each draw.
        count: how many at most.
    """
    problem = draws.problem
    fixed = set(problem.levers.parameters(candidate[0]))
    names = [n for n, p in problem.case.parameters.items() if n not in fixed and p.low < p.high]
    if not names or len(draws) < 2 * FEWEST:
        return []
    failing = worst < 0
    if min(failing.sum(), (~failing).sum()) < FEWEST:
        failing = rankdata(worst, method="ordinal") <= len(worst) // 2
    table = np.array([[values[n] for n in names] for values in draws.parameters])
    few, many = int(failing.sum()), int((~failing).sum())
    ranks = rankdata(table, axis=0)
    area = (ranks[failing].sum(axis=0) - few * (few + 1) / 2) / (few * many)
    deviation = np.sqrt((few + many + 1) / (12 * few * many))
    bar = NormalDist().inv_cdf(1 - BY_CHANCE / (2 * len(names))) * deviation
    order = np.argsort(-np.abs(area - 0.5), kind="stable")[:count]
    return [
        Separator(
            names[k],
            bool(area[k] > 0.5),
            float(max(area[k], 1 - area[k])),
            bool(abs(area[k] - 0.5) > bar),
            float(np.median(table[failing, k])),
            float(np.median(table[~failing, k])),
        )
        for k in order
    ]


@dataclass(frozen=True)
class Departure:
    """What happens when one guarantor or payer leaves: its levers gone, everything else as agreed."""

    who: str
    holds: bool  # still in the wanted share of draws
    share: float
    fails: tuple[str, ...]  # ids of the constraints that then fail in more draws than allowed
    war: tuple[float, float]  # median chance of war within the horizon, with and without; NaN: not known


def departures(draws: CommonDraws, candidate: Candidate, share: float) -> list[Departure]:
    """What happens if each payer leaves."""
    problem = draws.problem
    setting, option = candidate
    payers = problem.levers.payers(setting)
    left = {who: problem.levers.without_payer(setting, who) for who in payers}
    draws.ensure([(s, NONE) for s in left.values()], range(len(draws)), "guarantor leaves, task")
    before = _war(draws, candidate)
    out = []
    for who, rest in left.items():
        margins = margins_of(draws, (rest, option))
        held = holds(margins)
        allowed = len(draws) - draws_needed(len(draws), share)
        fails = tuple(
            c.id for c, column in zip(problem.requirements(rest), margins.T) if int((column < 0).sum()) > allowed
        )
        after = _war(draws, (rest, option))
        out.append(Departure(who, int((~held).sum()) <= allowed, float(held.mean()), fails, (before, after)))
    return out


def _war(draws: CommonDraws, candidate: Candidate) -> float:
    setting, option = candidate
    return spread([r["packages"][option]["war"] for r in draws.certified(setting)])[1]
