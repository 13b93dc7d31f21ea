"""Silence and even-handedness of mediators towards provocations, in the model.

A provocation leads into a state in which it stands unanswered (`provoked`). Whether a mediator reacts before that
ends is a race between its reactions (acts that change nothing count) and everything else that leads out:

    h(x) = P(reaction before the end),  (R - G'_pp) h = R,

with R its rate of reacting and G' the generator without its own reactions. Starts are weighted by how often each side's
provocations are expected within ten years. Even-handedness is the difference in h between the sides.
"""

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from detente.answers.model import NAN, Found, Frame, Meta, Question
from detente.answers.moves import YEARS, bound_moves, chosen, mark_rate
from detente.answers.solved import Solved
from detente.words.dates import DAYS_PER_YEAR


def starts_by_side(solved: Solved, moves: list[str], spent: np.ndarray) -> np.ndarray:
    """Expected number of these provocations by the state they lead to, (states,), given the time spent in each."""
    op, choice = solved.equilibrium.operator, solved.equilibrium.choice
    k = solved.game.n_states
    mask = chosen(solved, moves)
    made = np.where(mask, choice.rate * spent[op.state], 0.0)
    here = sp.csr_array((np.ones(op.moves), (np.arange(op.moves), op.state)), shape=(op.moves, k))
    landed = (op.difference + here).T @ made
    return np.where(solved.frame.masks["provoked"], landed, 0.0)


def reaction(solved: Solved, moves: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """(P(reaction before the matter ends), E[time to it; reaction]) from each state; 0 outside `provoked`."""
    op, choice = solved.equilibrium.operator, solved.equilibrium.choice
    k, provoked = solved.game.n_states, solved.frame.masks["provoked"]
    mask = chosen(solved, moves)
    rate = np.where(mask, choice.rate, 0.0)
    at_state = sp.csr_array((rate, (op.state, np.arange(op.moves))), shape=(k, op.moves))
    other = sp.csr_array(solved.equilibrium.generator - at_state @ op.difference)
    react = mark_rate(solved, moves)[provoked]
    matrix = sp.csc_array(sp.diags_array(react) - other[provoked][:, provoked])
    factor = sl.splu(matrix)
    chance, time = np.zeros(k), np.zeros(k)
    chance[provoked] = factor.solve(react)
    time[provoked] = factor.solve(chance[provoked])
    return chance, time


class Silence(Question):
    """Chance that a provocation stays without reaction, the lag, and the difference between the sides."""

    id = "silence"
    title = "Do mediators stay silent, and are they even-handed?"
    reads = ("provocations", "provoked", "reactions", "naming")

    def missing(self, frame: Frame) -> str:
        """See `Question`."""
        lacking = [key for key in ("provocations", "provoked", "reactions") if not frame.bindings.get(key)]
        return f"the case binds no {', no '.join(f'`{key}`' for key in lacking)}" if lacking else ""

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas: dict[str, Meta] = {}
        sides = list(bound_moves(frame, "provocations"))
        for who in (*bound_moves(frame, "reactions"), "all"):
            actor = who if who in frame.players else None
            name = frame.name(who) if actor else "any mediator"
            metas[f"silence.{who}"] = Meta(
                f"Chance that a provocation brings no reaction by {name}", "probability", actor, False
            )
            metas[f"reaction_lag.{who}"] = Meta(f"Mean days until {name} reacts, when it does", "days", actor, False)
            if len(sides) == 2:
                a, b = (frame.name(side) for side in sides)
                label = f"Chance that {name} reacts to an act put down to {a}, less the same for {b}"
                metas[f"even_handed.{who}"] = Meta(label, "share", actor)
        for side in bound_moves(frame, "naming"):
            label = f"Chance that {frame.name(side)} is named after an act put down to it"
            metas[f"naming.{side}"] = Meta(label, "probability", side, False)
        return metas

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        frame, found = solved.frame, Found()
        nowhere = np.zeros(solved.game.n_states, bool)
        spent = solved.chain.time_spent(nowhere, YEARS, solved.x0)
        provocations = bound_moves(frame, "provocations")
        starts = {side: starts_by_side(solved, moves, spent) for side, moves in provocations.items()}
        total = sum(starts.values(), np.zeros(solved.game.n_states))
        reactions = bound_moves(frame, "reactions")
        reactions["all"] = [move for moves in reactions.values() for move in moves]
        for who, moves in reactions.items():
            chance, time = reaction(solved, moves)
            by_side = [_mean(chance, weight) for weight in starts.values()]
            found.numbers[f"silence.{who}"] = 1.0 - _mean(chance, total)
            found.numbers[f"reaction_lag.{who}"] = DAYS_PER_YEAR * _ratio(float(total @ time), float(total @ chance))
            if len(by_side) == 2:
                found.numbers[f"even_handed.{who}"] = by_side[0] - by_side[1]
        for side, moves in bound_moves(frame, "naming").items():
            if side in starts:
                found.numbers[f"naming.{side}"] = _mean(reaction(solved, moves)[0], starts[side])
        return found


def _mean(values: np.ndarray, weight: np.ndarray) -> float:
    return _ratio(float(weight @ values), float(weight.sum()))


def _ratio(a: float, b: float) -> float:
    return a / b if b > 0 else NAN
