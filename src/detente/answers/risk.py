"""Risk of resumed war, chances of peace, time to peace, and who triggers war by which path.

All from the chain of the equilibrium: chances to reach war or peace by t, E min(T, 30 years), and the chance that war
is reached through a jump of a given author. Where war is under way on the date, "resumes" means again after this war
ends: the chain is doubled, and what is reached is war in the second copy.
"""

import numpy as np
import scipy.sparse as sp

from detente.answers.model import NAN, Found, Frame, Meta, Question, Results, band_table
from detente.answers.solved import Solved
from detente.chain import Chain
from detente.run import Table

RISK_YEARS = (1, 2, 5, 10)
PEACE_YEARS = (5, 10, 20)
HORIZON = 30.0  # years of the restricted mean
GRID = np.arange(0, 20.5, 0.5)  # years of the curves; holds every year above
TRIGGER_YEARS = 10


def after_this_war(chain: Chain, war: np.ndarray) -> tuple[Chain, np.ndarray]:
    """The chain in two copies, before and after the present war has ended, and the mask of war in the second.

    State x of the first copy is state x of the result.
    """
    k = chain.n_states
    stay = sp.diags_array(war.astype(float)) @ chain.jumps
    inside = stay @ sp.diags_array(war.astype(float))
    leave = stay @ sp.diags_array((~war).astype(float))
    jumps = sp.block_array([[inside, leave], [sp.csr_array((k, k)), chain.jumps]], format="csr")
    target = np.zeros(2 * k, bool)
    target[k:] = war
    return Chain(jumps), target


def war_curve(solved: Solved, times: np.ndarray) -> np.ndarray:
    """P(war resumes by t) from the date's state, (times,)."""
    chain, target = solved.chain, solved.frame.war
    if target[solved.x0]:
        chain, target = after_this_war(chain, target)
    return chain.reach_curve(target, times, solved.x0)


def peace_curve(solved: Solved, times: np.ndarray) -> np.ndarray:
    """P(peace is reached by t) from the date's state, (times,)."""
    return solved.chain.reach_curve(solved.frame.peace, times, solved.x0)


def time_to_peace(solved: Solved) -> float:
    """E min(time to peace, 30 years) from the date's state."""
    return float(solved.chain.restricted_mean_time(solved.frame.peace, HORIZON)[solved.x0])


def peace_before_war(solved: Solved) -> float:
    """P(peace is ever reached, and before war resumes) from the date's state."""
    war, peace = solved.frame.war, solved.frame.peace
    chain = solved.chain
    if war[solved.x0]:
        chain, war = after_this_war(chain, war)
        peace = np.concatenate([peace, peace])
    stop = sp.diags_array((~war).astype(float))
    return float(Chain(sp.csr_array(stop @ chain.jumps)).ever_reach(peace)[solved.x0])


def at(curve: np.ndarray, years: float) -> float:
    """The value of a curve on the common grid at a year."""
    return float(curve[int(np.argmin(np.abs(GRID - years)))])


class Relapse(Question):
    """P(war resumes within 1, 2, 5, 10 years)."""

    id = "relapse"
    title = "How likely is it that war resumes?"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        return {
            f"relapse.{y}y": Meta(
                f"Chance that war resumes within {y} year{'s' * (y > 1)}", "probability", signed=False
            )
            for y in RISK_YEARS
        }

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        curve = war_curve(solved, GRID)
        return Found({f"relapse.{y}y": at(curve, y) for y in RISK_YEARS}, curves={"risk_curve": curve.tolist()})

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        """See `Question`."""
        title = "Chance that war has resumed"
        return {"risk_curve": band_table(title, GRID, results.band("risk_curve"), "probability")}


class Peace(Question):
    """P(peace by 5, 10, 20 years) and the restricted mean time to it."""

    id = "peace"
    title = "How likely is peace, and how long does it take?"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas = {
            f"peace.{y}y": Meta(f"Chance of a settlement within {y} years", "probability", signed=False)
            for y in PEACE_YEARS
        }
        metas["peace.before_war"] = Meta(
            "Chance that a settlement comes before war resumes", "probability", signed=False
        )
        label = f"Expected years without a settlement among the next {HORIZON:.0f}"
        return {**metas, "peace_time.restricted": Meta(label, "years", signed=False)}

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        curve = peace_curve(solved, GRID)
        numbers = {f"peace.{y}y": at(curve, y) for y in PEACE_YEARS}
        numbers["peace_time.restricted"] = time_to_peace(solved)
        numbers["peace.before_war"] = peace_before_war(solved)
        return Found(numbers, curves={"peace_curve": curve.tolist()})

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        """See `Question`."""
        title = "Chance that a settlement has been reached"
        return {"peace_curve": band_table(title, GRID, results.band("peace_curve"), "probability")}


class Trigger(Question):
    """By whom and what the next war is begun, and the situation just before."""

    id = "trigger"
    title = "Who triggers war, and by which path?"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas = {
            f"trigger.{p}": Meta(
                f"Share of resumed wars within {TRIGGER_YEARS} years begun by {frame.name(p)}", "share", p, signed=False
            )
            for p in frame.players
        }
        label = f"Share of resumed wars within {TRIGGER_YEARS} years that nobody decided on"
        return {**metas, "trigger.nature": Meta(label, "share", None, signed=False)}

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        by_cause, before = war_by_cause(solved)
        total = sum(by_cause.values())
        numbers = dict.fromkeys(self.metas(solved.frame), 0.0 if total > 0 else NAN)
        for (who, _), chance in by_cause.items():
            numbers[f"trigger.{who}"] += chance / total if total > 0 else NAN
        curves = {f"trigger|{who}|{what}": [chance] for (who, what), chance in by_cause.items()}
        return Found(numbers, curves={**curves, **before})

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        """See `Question`."""
        return {**_triggers_table(results), **_paths_table(results)}


def war_by_cause(solved: Solved) -> tuple[dict[tuple[str, str], float], dict[str, list[float]]]:
    """P(war resumes within ten years) by author and act, and by value of each state variable just before.

    One forward pass gives the expected time spent in each state before war resumes; times a cause's rate into war, that
    is the chance that war comes through it.
    """
    war, chain, k = solved.frame.war, solved.chain, solved.game.n_states
    into = solved.into(war)
    if war[solved.x0]:
        chain, target = after_this_war(chain, war)
        time = chain.time_spent(target, TRIGGER_YEARS, solved.x0)[k:]
    else:
        time = chain.time_spent(war, TRIGGER_YEARS, solved.x0)
    by_cause = {cause: float(rates @ time) for cause, rates in into.items()}
    total = sum(into.values(), np.zeros(k)) * time
    before = {}
    if solved.game.space is not None:
        for v, variable in enumerate(solved.game.space.variables):
            chances = np.bincount(solved.game.space.codes[v], weights=total, minlength=len(variable.values))
            for value, chance in zip(variable.values, chances):
                before[f"before|{variable.name}|{value}"] = [float(chance)]
    return by_cause, before


def _triggers_table(results: Results) -> dict[str, Table]:
    rows = []
    for name in results.curves:
        if name.startswith("trigger|"):
            low, mid, high = (float(part[0]) for part in results.band(name))
            rows.append((*name.split("|")[1:], low, mid, high))
    if not rows:
        return {}
    rows.sort(key=lambda row: -row[3])
    note = (
        f"Chance that war resumes within {TRIGGER_YEARS} years and through this act or event; they add up to the risk."
    )
    units = dict.fromkeys(("low", "mid", "high"), "probability")
    columns = ("who_begins", "act", "low", "mid", "high")
    return {
        "triggers": Table(
            title="What resumed war would begin with", columns=columns, rows=tuple(rows), units=units, note=note
        )
    }


def _paths_table(results: Results) -> dict[str, Table]:
    totals: dict[str, np.ndarray] = {}
    for name, values in results.curves.items():
        if name.startswith("before|"):
            variable = name.split("|")[1]
            totals[variable] = totals.get(variable, 0) + values[:, 0]
    rows = []
    for name, values in results.curves.items():
        if name.startswith("before|"):
            _, variable, value = name.split("|")
            total = totals[variable]
            share = np.divide(values[:, 0], total, out=np.zeros_like(total), where=total > 0)
            low, mid, high = np.percentile(share, [5, 50, 95])
            if high > 0:
                rows.append((variable, value, float(low), float(mid), float(high)))
    if not rows:
        return {}
    note = f"Of the wars that resume within {TRIGGER_YEARS} years: the share that break out in this situation."
    units = dict.fromkeys(("low", "mid", "high"), "share")
    columns = ("variable", "value", "low", "mid", "high")
    return {
        "paths": Table(
            title="The situation just before war resumes", columns=columns, rows=tuple(rows), units=units, note=note
        )
    }
