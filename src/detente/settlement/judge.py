"""From readings of solved games to margins: what holds, by how much, in which draws.

Margins are at least 0 where a constraint holds. Gains and reasons to stay are given as the steady flow that is worth as
much (value times discount rate), in units of the player's own stake per year; the risk margin is a probability.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from detente.settlement.evaluate import PackageReading, Reading
from detente.settlement.problem import Problem, Requirement
from detente.settlement.search import Setting

FAILED = -math.inf  # margin and objectives of a draw without a certified solution


@dataclass(frozen=True)
class PackageResult:
    """What one draw says of one package under one setting."""

    margins: tuple[float, ...]  # per constraint of the setting
    objectives: tuple[float, ...]  # (1 - chance of war within the horizon, least-favoured signatory's gain)
    gains: tuple[float, ...]  # per player, own stake per year; NaN in a draw without a certified solution


def references(problem: Problem, setting: Setting) -> dict[str, Setting]:
    """For each player the setting under which it goes on if it does not sign."""
    return {p: problem.levers.going_on(setting, p) for p in problem.players}


def judge(
    problem: Problem, setting: Setting, reading: Reading, going_on: Mapping[Setting, Reading]
) -> tuple[PackageResult, ...]:
    """What one draw says of each package.

    Args:
        problem: the problem.
        setting: amounts of the levers.
        reading: of this setting in this draw.
        going_on: readings of the draw for every setting that `references` names.
    """
    constraints = problem.requirements(setting)
    refer = references(problem, setting)
    players = problem.players
    if not (reading["certified"] and all(going_on[s]["certified"] for s in refer.values())):
        nothing = PackageResult((FAILED,) * len(constraints), (FAILED, FAILED), (math.nan,) * len(players))
        return (nothing,) * len(problem.packages)
    start = [going_on[refer[p]]["start"][i] for i, p in enumerate(players)]
    out = []
    for package in reading["packages"]:
        gains = {p: reading["rho"][i] * (package["values"][i] - start[i]) for i, p in enumerate(players)}
        margins = tuple(_margin(problem, c, reading, package, gains) for c in constraints)
        least = min(gains[p] for p in problem.signatories)
        out.append(PackageResult(margins, (1.0 - package["war"], least), tuple(gains.values())))
    return tuple(out)


def _margin(
    problem: Problem, constraint: Requirement, reading: Reading, package: PackageReading, gains: Mapping[str, float]
) -> float:
    if constraint.kind == "relapse":
        return problem.limits.risk - package["war"]
    if constraint.kind in ("gain", "no_loss"):
        return gains[constraint.player]
    i = problem.players.index(constraint.player)
    tempting = package["leave" if constraint.kind == "stay" else "leave_faded"][i]
    return math.inf if tempting is None else -reading["rho"][i] * tempting
