"""Who triggers war, and by which path?"""

import numpy as np

from detente.answers.chances import YEARS, beginning
from detente.answers.frame import Frame
from detente.answers.names import Curve, Key, NumberSpec
from detente.answers.question import NAN, Answered, Question, Reply, text_of
from detente.answers.results import Results, spread
from detente.answers.solved import SolvedGame
from detente.answers.tabling import told_table
from detente.answers.telling import largest
from detente.answers.witnesses import FIGHTING, NATURE, Entries, Witnesses
from detente.run import Cell, Table

CAUSE = "trigger"  # curves: the chance that war resumes through an act or event
BEFORE = "before"  # curves: the chance that it resumes out of a situation


def begun_by(who: str) -> Key:
    """The share of wars begun by a player, or that nobody decided on."""
    return Key("trigger", detail=who) if who == NATURE else Key("trigger", who)


class Trigger(Question):
    """By whom and what the next war is begun, and the situation just before; chances within ten years."""

    id = "trigger"
    title = "Who triggers war, and by which path?"
    rank = 130

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        since = " of the end of the present fighting" if frame.at_war else ""
        among = f"Share of resumed wars within {YEARS} years{since}"
        labels = {p: f"{among} begun by {frame.name(p)}" for p in frame.players}
        labels[NATURE] = f"{among} that nobody decided on"
        keys = {who: begun_by(who) for who in labels}
        return tuple(
            NumberSpec(
                keys[who],
                label,
                "share",
                signed=False,
                relatives=tuple(key for other, key in keys.items() if other != who),  # they sum to one
            )
            for who, label in labels.items()
        )

    def ask(self, solved: SolvedGame) -> Reply:
        by_cause, before = war_by_cause(solved)
        total = sum(by_cause.values())
        numbers = {begun_by(who): 0.0 if total > 0 else NAN for who in (*solved.frame.players, NATURE)}
        for (who, _), chance in by_cause.items():
            numbers[begun_by(who)] += chance / total if total > 0 else NAN
        curves = {Curve(CAUSE, actor=who, item=what): [chance] for (who, what), chance in by_cause.items()}
        situations = {Curve(BEFORE, item=name, value=value): [chance] for (name, value), chance in before.items()}
        return Reply(numbers, curves={**curves, **situations})

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        return {**_triggers(results), **_paths(results)}

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        return witnesses.by(key.actor or NATURE, witnesses.into_war, FIGHTING)

    def finding(self, answered: Answered) -> str:
        most = largest(answered.family("trigger"))
        if most is None:
            return "In no draw does war resume, so that nobody triggers it."
        if most.actor is None:
            return f"Most resumed wars are ones that nobody decided on: {text_of(most)}."
        return f"{answered.name(most)} begins the largest share of resumed wars: {text_of(most)}."


def war_by_cause(solved: SolvedGame) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """P(war resumes within ten years) by author and act, and by value of each state variable just before.

    One forward pass gives the expected time spent in each state before war resumes; times a cause's rate into war, that
    is the chance that war comes through it.
    """
    war, k = solved.frame.war, solved.game.n_states
    into = solved.into(war)
    time = solved.chain.time_spent(war, YEARS, beginning(solved))
    by_cause = {cause: float(rates @ time) for cause, rates in into.items()}
    total = sum(into.values(), np.zeros(k)) * time
    before = {}
    if solved.game.space is not None:
        for v, variable in enumerate(solved.game.space.variables):
            chances = np.bincount(solved.game.space.codes[v], weights=total, minlength=len(variable.values))
            before |= {(variable.name, value): float(chance) for value, chance in zip(variable.values, chances)}
    return by_cause, before


def _triggers(results: Results) -> dict[str, Table]:
    curves = results.named(CAUSE)
    spreads = {curve: results.spread(curve).cells() for curve in curves}
    shown = sorted((c for c in curves if spreads[c][2]), key=lambda c: -float(spreads[c][1] or 0.0))
    if not shown:
        return {}
    total = Key("relapse", detail=f"{YEARS}y")  # they add up to it
    rows = [((c.actor, c.item, *spreads[c]), (begun_by(c.actor), total)) for c in shown]
    return {
        "triggers": told_table(
            "What resumed war would begin with",
            ("who_begins", "act", "low", "mid", "high"),
            rows,
            "probability",
            f"Chance that war resumes within {YEARS} years and through this act or event; they add up to the risk.",
            results.note(curves),
        )
    }


def _paths(results: Results) -> dict[str, Table]:
    curves = results.named(BEFORE)
    totals: dict[str, np.ndarray] = {}
    for curve in curves:
        totals[curve.item] = totals.get(curve.item, np.zeros(1)) + results.curves[curve]
    rows: list[tuple[tuple[Cell, ...], tuple[Key, ...]]] = []
    for curve in curves:
        total = totals[curve.item]
        share = np.divide(results.curves[curve], total, out=np.full_like(total, np.nan), where=total > 0)
        cells = spread(share).cells()
        if cells[2]:
            rows.append(((curve.item, curve.value, *cells), ()))
    if not rows:
        return {}
    return {
        "paths": told_table(
            "The situation just before war resumes",
            ("variable", "value", "low", "mid", "high"),
            rows,
            "share",
            f"Of the wars that resume within {YEARS} years: the share that break out in this situation.",
            results.note(curves),
        )
    }


QUESTION = Trigger()
