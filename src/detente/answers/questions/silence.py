"""Do mediators stay silent, and are they even-handed?

A provocation leads into a state in which it stands unanswered (`provoked`). Whether a mediator reacts before that
ends is a race between its reactions (acts that change nothing count) and everything else that leads out:

    h(x) = P(reaction before the end),  (R - G'_pp) h = R,

with R its rate of reacting and G' the generator without its own reactions. Starts are weighted by how often each side's
provocations are expected within ten years. Even-handedness is the difference in h between the sides.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from detente.answers.frame import Frame
from detente.answers.moves import chosen, mark_rate, spent_within
from detente.answers.names import Key, NumberSpec
from detente.answers.question import NAN, Answered, Question, Reply, text_of
from detente.answers.solved import SolvedGame
from detente.answers.witnesses import Entries, Witnesses
from detente.words.dates import DAYS_PER_YEAR

ALL = "all"
NEEDS = ("provocations", "provoked", "reactions")


class Silence(Question):
    """Chance that a provocation stays without reaction, the lag, and the difference between the sides."""

    id = "silence"
    title = "Do mediators stay silent, and are they even-handed?"
    rank = 420
    reads = ("provocations", "provoked", "reactions", "naming")

    def missing(self, frame: Frame) -> str:
        lacking = [key for key in NEEDS if not frame.bindings.get(key)]
        return f"the case names none under questions: {', '.join(lacking)}" if lacking else ""

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        if self.missing(frame):
            return ()
        specs = []
        sides = [frame.name(side) for side in frame.moves("provocations")]
        for who in (*frame.moves("reactions"), ALL):
            name = frame.name(who) if who in frame.players else "any mediator"
            silent = f"Chance that a provocation brings no reaction by {name}"
            specs.append(NumberSpec(by(frame, "silence", who), silent, "probability", signed=False))
            lag = f"Mean days until {name} reacts, when it does"
            specs.append(NumberSpec(by(frame, "reaction_lag", who), lag, "days", signed=False))
            if len(sides) == 2:
                one, other = sides
                label = f"Chance that {name} reacts to an act put down to {one}, less the same for {other}"
                specs.append(NumberSpec(by(frame, "even_handed", who), label, "share"))
        for side in frame.moves("naming"):
            label = f"Chance that {frame.name(side)} is named after an act put down to it"
            specs.append(NumberSpec(Key("naming", side), label, "probability", signed=False))
        return tuple(specs)

    def ask(self, solved: SolvedGame) -> Reply:
        frame, reply = solved.frame, Reply()
        spent = spent_within(solved)
        provocations = frame.moves("provocations")
        starts = {side: starts_by_side(solved, moves, spent) for side, moves in provocations.items()}
        total = sum(starts.values(), np.zeros(solved.game.n_states))
        reactions = frame.moves("reactions")
        reactions[ALL] = [move for moves in reactions.values() for move in moves]
        for who, moves in reactions.items():
            chance, time = reaction(solved, moves)
            by_side = [_mean(chance, weight) for weight in starts.values()]
            lag = _ratio(float(total @ time), float(total @ chance))
            reply.numbers[by(frame, "silence", who)] = 1.0 - _mean(chance, total)
            reply.numbers[by(frame, "reaction_lag", who)] = DAYS_PER_YEAR * lag
            if len(by_side) == 2:
                reply.numbers[by(frame, "even_handed", who)] = by_side[0] - by_side[1]
        for side, moves in frame.moves("naming").items():
            if side in starts:
                reply.numbers[Key("naming", side)] = _mean(reaction(solved, moves)[0], starts[side])
        return reply

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        if key.family == "naming":
            return witnesses.responses(naming=True)
        return witnesses.responses(key.actor, naming=key.family == "even_handed")

    def finding(self, answered: Answered) -> str:
        silent = answered.get(Key("silence", detail=ALL))
        if silent is None:
            return "In no draw is a provocation to be expected that could stay without a reaction."
        even = answered.get(Key("even_handed", detail=ALL))
        more = ""
        if even is not None and even.sign_share is not None:
            more = f" The difference between the two sides is {text_of(even)}."
        return f"A provocation stays without a reaction by any mediator with a chance of {text_of(silent)}.{more}"


def by(frame: Frame, family: str, who: str) -> Key:
    """A number about one mediator, or about all."""
    return Key(family, who) if who in frame.players else Key(family, detail=who)


def starts_by_side(solved: SolvedGame, moves: Sequence[str], spent: np.ndarray) -> np.ndarray:
    """Expected number of these provocations by the state they lead to, (states,), given the time spent in each."""
    op, choice = solved.equilibrium.operator, solved.equilibrium.choice
    k = solved.game.n_states
    mask = chosen(solved, moves)
    made = np.where(mask, choice.rate * spent[op.state], 0.0)
    here = sp.csr_array((np.ones(op.moves), (np.arange(op.moves), op.state)), shape=(op.moves, k))
    landed = (op.difference + here).T @ made
    return np.where(solved.frame.masks["provoked"], landed, 0.0)


def reaction(solved: SolvedGame, moves: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
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


def _mean(values: np.ndarray, weight: np.ndarray) -> float:
    return _ratio(float(weight @ values), float(weight.sum()))


def _ratio(a: float, b: float) -> float:
    return a / b if b > 0 else NAN


QUESTION = Silence()
