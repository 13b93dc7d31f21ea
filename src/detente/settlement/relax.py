"""What is missing where nothing holds, who could pay for it, and whether that works when the game is solved again.

Of the draws, the needed share with the smallest total shortfall is kept; in these every constraint is relaxed by the
largest shortfall that occurs: a player that would lose is paid a flow while peace lasts; a player with a reason to
leave meets a higher price of leaving; the limit on the risk of war is raised. All are flows of own stake per year or
probabilities, and their sum ranks the relaxations (a year's flow of one own stake counts like a probability of one: a
convention, printed with the result). The measures are then put into the game, the game is solved again in every draw,
and they are raised until the wanted share holds or it is plain that they cannot make it hold.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.settlement.draws import CommonDraws
from detente.settlement.evaluate import NONE, Measures
from detente.settlement.frontier import draws_needed, holds, level
from detente.settlement.problem import Requirement
from detente.settlement.search import Candidate, Setting

ROUNDS = 4  # how often measures may be raised: two or three bring what can be brought, the rest is for rounding
SLACK = 1.02  # measures are raised by a fiftieth more than what was missing, so that the next round is the last
RISK_SLACK = 1.001  # the same for the limit on the risk, which the next solution meets exactly
LEAST_PEACE = 0.05  # share of discounted time at peace below which a payment is not spread thinner


@dataclass(frozen=True)
class NeededMeasures:
    """What must be added or accepted for one package under one setting to hold in a share of the draws."""

    payments: dict[str, float]  # receiver -> value/year while peace lasts, in the receiver's own unit
    prices: dict[str, float]  # player -> added price of breaking the settlement, utility
    risk: float | None  # limit on the chance of war that must be accepted; None: the stated one does
    payer: str  # who pays: the player that gains most; "": nobody in the case gains enough
    price: float  # what ranks relaxations: the sum over the above
    share: float | None  # of draws in which all holds with it, the game solved again; None: not solved again
    works: bool | None  # whether that is the wanted share

    @property
    def nothing(self) -> bool:
        """Whether nothing needs to be relaxed."""
        return not (self.payments or self.prices or self.risk is not None)


@dataclass(frozen=True)
class Shortfall:
    """What constraints lack in the needed share of the draws; per constraint, at least 0, in units of its margin."""

    constraints: tuple[Requirement, ...]
    lack: np.ndarray  # (constraints,)
    draws: np.ndarray  # the draws that were kept


def shortfall(constraints: Sequence[Requirement], margins: np.ndarray, share: float) -> Shortfall:
    """The shortfall in the share of draws that lack least; margins (draws, constraints)."""
    lack = np.maximum(0.0, -margins)
    total = lack.sum(axis=1)
    kept = np.sort(np.argsort(total, kind="stable")[: max(1, draws_needed(len(margins), share))])
    return Shortfall(tuple(constraints), lack[kept].max(axis=0), kept)


def margins_of(draws: CommonDraws, candidate: Candidate, measures: Measures = NONE) -> np.ndarray:
    """(draws, constraints) for a candidate evaluated in every draw."""
    setting, option = candidate
    return np.array([draws.judged(setting, d, measures)[option].margins for d in range(len(draws))])


def gains_of(draws: CommonDraws, candidate: Candidate, measures: Measures = NONE) -> np.ndarray:
    """(draws, players), own stake per year; NaN where a draw has no certified solution."""
    setting, option = candidate
    return np.array([draws.judged(setting, d, measures)[option].gains for d in range(len(draws))])


def price_of(lacking: Shortfall) -> float:
    """What ranks candidates before anything is solved again: the sum of what constraints lack."""
    return float(lacking.lack.sum())


def relax(draws: CommonDraws, candidate: Candidate, share: float, rounds: int = ROUNDS) -> NeededMeasures:
    """The relaxation of one candidate, verified by solving again in every draw.

    The payer is the player whose gain exceeds what must be paid by most; if none can, or paying makes the settlement
    fail, an outsider pays.

    Args:
        draws: common draws; the candidate must have been read in all of them.
        candidate: setting and package.
        share: of draws in which all must hold afterwards.
        rounds: how often measures may be raised.
    """
    found = _Attempt(draws, candidate, share).run(rounds, outsider=False)
    if found.works or not found.payer:
        return found
    return _Attempt(draws, candidate, share).run(rounds, outsider=True)


def estimate(draws: CommonDraws, candidate: Candidate, share: float) -> NeededMeasures:
    """The relaxation of one candidate to first order: strategies held, nothing solved again."""
    attempt = _Attempt(draws, candidate, share)
    lacking = shortfall(attempt.constraints, attempt.margins(), share)
    if not np.isfinite(lacking.lack).all():
        return attempt.result(None, None)
    attempt.raise_measures(lacking)
    attempt.payer = _payer(draws, candidate, attempt.payments, share)
    return attempt.result(None, None)


class _Attempt:
    def __init__(self, draws: CommonDraws, candidate: Candidate, share: float) -> None:
        self.draws, self.candidate, self.share = draws, candidate, share
        self.constraints = draws.problem.requirements(candidate[0])
        self.payments: dict[str, float] = {}
        self.prices: dict[str, float] = {}
        self.risk: float | None = None
        self.payer = ""
        self.measures = NONE

    def run(self, rounds: int, outsider: bool) -> NeededMeasures:
        """Raise the measures until the share holds, or the rounds are used up."""
        setting, needed = self.candidate[0], draws_needed(len(self.draws), self.share)
        for number in range(rounds + 1):
            margins = self.margins()
            held = int(holds(margins).sum())
            lacking = shortfall(self.constraints, margins[:, : len(self.constraints)], self.share)
            if held >= needed or number == rounds or not np.isfinite(lacking.lack).all():
                break
            self.raise_measures(lacking)
            self.payer = "" if outsider else _payer(self.draws, self.candidate, self.payments, self.share)
            payments = tuple((self.payer, receiver, flow) for receiver, flow in self.payments.items())
            self.measures = Measures(payments, tuple(self.prices.items()))
            self.draws.ensure([(setting, self.measures)], range(len(self.draws)), "relaxation, task")
        return self.result(held / len(self.draws), held >= needed)

    def result(self, share: float | None, works: bool | None) -> NeededMeasures:
        """The measures as they stand."""
        price = _price(self.draws, self.candidate[0], self.payments, self.prices, self.risk)
        return NeededMeasures(self.payments, self.prices, self.risk, self.payer, price, share, works)

    def margins(self) -> np.ndarray:
        """(draws, constraints), with the raised limit on risk, and a last column for the payer's own gain."""
        margins = margins_of(self.draws, self.candidate, self.measures)
        if self.risk is not None:
            which = [n for n, c in enumerate(self.constraints) if c.kind == "relapse"]
            margins[:, which] += self.risk - self.draws.problem.limits.risk
        if self.payer:
            i = self.draws.problem.players.index(self.payer)
            own = gains_of(self.draws, self.candidate, self.measures)[:, i]
            margins = np.column_stack([margins, own])
        return margins

    def price(self, player: str, lack: float, among: np.ndarray) -> float:
        """The next price of leaving to try: what staying for good needs in these draws, or some more than the last."""
        setting, option = self.candidate
        i = self.draws.problem.players.index(player)
        readings = [self.draws.readings[(int(d), setting, NONE)] for d in among]
        enough = max(r["packages"][option]["price"][i] for r in readings)
        more = max(lack / r["rho"][i] for r in readings)
        return SLACK * max(enough, self.prices.get(player, 0.0) + more)

    def raise_measures(self, lacking: Shortfall) -> None:
        """Add to payments, prices and the limit on risk what the constraints lack."""
        problem = self.draws.problem
        for constraint, lack in zip(self.constraints, lacking.lack):
            if lack <= 0:
                continue
            who = constraint.player
            if constraint.kind in ("gain", "no_loss"):
                flow = SLACK * lack / _peace(self.draws, self.candidate, who, lacking.draws)
                self.payments[who] = self.payments.get(who, 0.0) + float(flow)
            elif constraint.kind == "relapse":
                self.risk = float((problem.limits.risk if self.risk is None else self.risk) + RISK_SLACK * lack)
            else:
                self.prices[who] = self.price(who, float(lack), lacking.draws)


def _peace(draws: CommonDraws, candidate: Candidate, player: str, among: np.ndarray) -> float:
    """The smallest share of discounted time at peace over some draws, not below `LEAST_PEACE`."""
    setting, option = candidate
    i = draws.problem.players.index(player)
    shares = [draws.readings[(int(d), setting, NONE)]["packages"][option]["peace"][i] for d in among]
    return max(LEAST_PEACE, min(shares))


def _payer(draws: CommonDraws, candidate: Candidate, payments: dict[str, float], share: float) -> str:
    """The player whose gain, in the wanted share of draws, exceeds all payments by most; "" where nobody's does."""
    total = sum(payments.values())
    if total == 0:
        return ""
    gains = gains_of(draws, candidate)
    players = draws.problem.players
    spare = {p: level(gains[:, i], share) - total for i, p in enumerate(players) if p not in payments}
    best = max(spare, key=lambda p: spare[p], default="")
    return best if best and spare[best] >= 0 else ""


def _price(
    draws: CommonDraws, setting: Setting, payments: dict[str, float], prices: dict[str, float], risk: float | None
) -> float:
    known = draws.certified(setting)
    rho = dict(zip(draws.problem.players, known[0]["rho"])) if known else {}
    more_risk = 0.0 if risk is None else risk - draws.problem.limits.risk
    return math.fsum((*payments.values(), *(rho[p] * x for p, x in prices.items()), more_risk))
