"""The challenge model of Bueno de Mesquita, as reconstructed by Scholz, Calbert & Smith.

Each round:
1. P_ij, the chance that i prevails over j, is the votes (capability x salience x difference in distance) of those
   nearer to i, divided by all votes that could be cast.
2. E_i(i -> j) = s_j [P_ij Us + (1 - P_ij) Uf] + (1 - s_j) Us - Usq with Us = 2 - 4 (1/2 - d/2)^r,
   Uf = 2 - 4 (1/2 + d/2)^r, Usq = 2 - 4 (1/2)^r, d = |x_i - x_j|/span, all with the perceiver's own risk exponent r.
3. r comes from how much others would gain by challenging an actor, compared with the safest and the most exposed:
   R in [-1, 1], r = (1 - R/3)/(1 + R/3).
4. Perceived gains a of i -> j and b of j -> i sort each pair: b > a > 0 confrontation that i loses (moves to x_j);
   b > 0 > a with b > |a| compromise (moves |a/b| of the way); b > 0 > a otherwise: i gives in.
5. Each actor takes the offer that moves it least.

Known oddities are in `ODDITIES` and are printed with every forecast.
Source: Scholz, Calbert & Smith 2011, Journal of Theoretical Politics 23; Bueno de Mesquita 1994 in Bueno de Mesquita &
Stokman, European Community Decision Making (table of the car-emission issue).
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from detente.errors import OptionError
from detente.outside.bargaining import compromise_mean, weighted_median
from detente.outside.issue import Inputs

Share = Literal["all", "pair"]
Choice = Literal["least", "kind"]

ODDITIES = (
    "The chance of prevailing is divided by every vote that could be cast, not by the votes in the contest. So the two "
    "chances of a pair are small and do not sum to one. Dividing by the contest's own votes gives other forecasts, "
    "which are shown.",
    "Each actor reckons with its own attitude to risk on behalf of all others.",
    "Attitude to risk is read from how exposed an actor is compared with others, at positions that it may have been "
    "forced into.",
    "Salience is also the chance of resisting: actors that care little give way although nobody could beat them.",
    "An actor counts only offers made to it alone. The order of rounds and their number are conventions. Positions can "
    "run to an end of the scale that nobody with much weight holds.",
)
SETTLED = 1e-6  # share of the span: who moves less has not moved
ALIKE = 1e-12  # difference in exposure below which all actors are called equally exposed


@dataclass(frozen=True)
class ChallengeRules:
    """Where the descriptions leave room.

    `share`: votes in the denominator of P, "all" that could be cast (the published reconstruction) or those of the
    "pair" in contest. `choice`: of all offers the one that moves an actor "least", or by "kind": confrontations before
    compromises before giving in, least within each.
    """

    share: Share = "all"
    choice: Choice = "least"


@dataclass(frozen=True)
class Course:
    """What the model says round by round; index 0 is the start."""

    positions: np.ndarray  # (rounds + 1, actors)
    medians: np.ndarray  # (rounds + 1,)
    means: np.ndarray  # (rounds + 1,)
    risks: np.ndarray  # (rounds, actors) exponents r in [1/2, 2]
    settled: bool  # no one moves any more (by more than a millionth of the span)


def challenge(inputs: Inputs, rounds: int = 10, rules: ChallengeRules = ChallengeRules()) -> Course:
    """Play rounds of challenges until nobody moves or the rounds are over.

    Raises:
        OptionError: fewer than one round, or nobody has both capability and salience.
    """
    if rounds < 1:
        raise OptionError.of(f"{rounds} rounds", "at least 1")
    span, now = inputs.span, inputs
    track, risks, settled = [inputs.position], [], span == 0
    for _ in range(0 if settled else rounds):
        moved, risk = _round(now, span, rules)
        risks.append(risk)
        track.append(moved)
        settled = bool(np.abs(moved - now.position).max() <= SETTLED * span)
        now = replace(now, position=moved)
        if settled:
            break
    states = [replace(inputs, position=x) for x in track]
    return Course(
        np.array(track),
        np.array([weighted_median(s) for s in states]),
        np.array([compromise_mean(s) for s in states]),
        np.array(risks).reshape(len(risks), inputs.position.size),
        settled,
    )


def prevailing(inputs: Inputs, span: float, risk: np.ndarray, share: Share = "all") -> np.ndarray:
    """P_ij, the chance that i prevails over j; shape (actors, actors), zero where positions are equal.

    Args:
        inputs: positions and weights.
        span: length of the scale.
        risk: exponents of the voters' distances; shape (actors,).
        share: see `ChallengeRules`.
    """
    x = inputs.position
    distance = (np.abs(x[:, None] - x[None, :]) / span) ** risk[:, None]  # voter, position
    votes = inputs.weight[:, None, None] * (distance[:, None, :] - distance[:, :, None])  # voter, for i, against j
    total = np.abs(votes).sum() if share == "all" else np.abs(votes).sum(axis=0)
    won = np.maximum(votes, 0).sum(axis=0)
    return np.divide(won, total, out=np.zeros_like(won), where=np.broadcast_to(total, won.shape) > 0)


def risk_exponents(inputs: Inputs, span: float, share: Share = "all") -> np.ndarray:
    """Exponents r in [1/2, 2], above one for actors that others gain little from challenging; shape (actors,)."""
    neutral = np.ones(inputs.position.size)
    own, _ = expected_gains(inputs, span, neutral, share)
    exposure = own.sum(axis=0) - np.diag(own)
    most, least = exposure.max(), exposure.min()
    if most - least <= ALIKE:
        return neutral
    relative = (2 * exposure - most - least) / (most - least)
    return (1 - relative / 3) / (1 + relative / 3)


def expected_gains(
    inputs: Inputs, span: float, risk: np.ndarray, share: Share = "all"
) -> tuple[np.ndarray, np.ndarray]:
    """What i expects from challenging j, and what i thinks j expects from challenging i; each (actors i, actors j)."""
    x, s, r = inputs.position, inputs.salience, risk[:, None]
    d = np.abs(x[:, None] - x[None, :]) / span
    p = prevailing(inputs, span, risk, share)
    success, failure, stay = 2 - 4 * (0.5 - d / 2) ** r, 2 - 4 * (0.5 + d / 2) ** r, 2 - 4 * 0.5**r

    def gain(chance: np.ndarray, resist: np.ndarray) -> np.ndarray:
        return resist * (chance * success + (1 - chance) * failure) + (1 - resist) * success - stay

    return gain(p, s[None, :]), gain(p.T, s[:, None])


def _round(inputs: Inputs, span: float, rules: ChallengeRules) -> tuple[np.ndarray, np.ndarray]:
    """New positions after one round, and the risk exponents."""
    x = inputs.position
    risk = risk_exponents(inputs, span, rules.share)
    own, faced = expected_gains(inputs, span, risk, rules.share)
    apart = x[:, None] != x[None, :]
    target = np.broadcast_to(x[None, :], own.shape)
    lost = apart & (faced > own) & (own > 0)
    pressed = apart & (faced > 0) & (own < 0)
    middle = pressed & (faced > -own)
    way = np.divide(-own, faced, out=np.zeros_like(own), where=middle)
    offered = np.where(middle, x[:, None] + (target - x[:, None]) * way, target)
    cost = np.abs(offered - x[:, None])
    kind = np.where(lost, 0, np.where(middle, 1, np.where(pressed, 2, 3)))
    cost = np.where(kind < 3, cost, np.inf)
    if rules.choice == "kind":
        first = kind.min(axis=1, keepdims=True)
        cost = np.where(kind == first, cost, np.inf)
    best = cost.argmin(axis=1)
    rows = np.arange(x.size)
    return np.where(np.isfinite(cost[rows, best]), offered[rows, best], x), risk
