"""From readings of solved games to margins: what holds, by how much, in which draws.

Margins are at least 0 where a constraint holds. Gains and reasons to stay are given as the steady flow that is worth as
much (value times discount rate), in units of the player's own stake per year; the risk margin is a probability.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from detente.settlement.evaluate import Reading
from detente.settlement.problem import Constraint, Problem
from detente.settlement.search import Setting

FAILED = -math.inf


@dataclass(frozen=True)
class Verdict:
    """One draw's verdict on one package under one setting."""

    margins: tuple[float, ...]  # per constraint of the setting
    objectives: tuple[float, ...]  # (1 - chance of war within the horizon, least-favoured signatory's gain)
    gains: tuple[float, ...]  # per player, own stake per year
    certified: bool


def references(problem: Problem, setting: Setting) -> dict[str, Setting]:
    """For each player the setting under which it goes on if it does not sign."""
    return {p: problem.levers.going_on(setting, p) for p in problem.players}


def judge(
    problem: Problem,
    setting: Setting,
    reading: Reading,
    going_on: Mapping[Setting, Reading],
    constraints: Sequence[Constraint] | None = None,
) -> tuple[Verdict, ...]:
    """Verdicts per package.

    Args:
        problem: the problem.
        setting: amounts of the levers.
        reading: of this setting in this draw.
        going_on: readings of the draw for every setting that `references` names.
        constraints: those of the setting, if known already.
    """
    constraints = problem.constraints(setting) if constraints is None else constraints
    refer = references(problem, setting)
    players = problem.players
    start = [going_on[refer[p]]["start"][i] for i, p in enumerate(players)]
    certified = reading["certified"] and all(going_on[s]["certified"] for s in refer.values())
    out = []
    for package in reading["packages"]:
        gains = {p: reading["rho"][i] * (package["values"][i] - start[i]) for i, p in enumerate(players)}
        margins = tuple(_margin(problem, c, reading, package, gains) if certified else FAILED for c in constraints)
        least = min(gains[p] for p in problem.signatories)
        out.append(Verdict(margins, (1.0 - package["war"], least), tuple(gains.values()), certified))
    return tuple(out)


def _margin(
    problem: Problem, constraint: Constraint, reading: Reading, package: Mapping, gains: Mapping[str, float]
) -> float:
    if constraint.kind == "relapse":
        return problem.limits.risk - package["war"]
    if constraint.kind in ("gain", "no_loss"):
        return gains[constraint.player]
    i = problem.players.index(constraint.player)
    tempting = package["leave" if constraint.kind == "stay" else "leave_faded"][i]
    return math.inf if tempting is None else -reading["rho"][i] * tempting
