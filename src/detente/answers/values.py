"""What each actor's value on the date is made of: labelled terms, impulses, choice value; exactly."""

import numpy as np

from detente.answers.model import Found, Frame, Meta, Question, Results
from detente.answers.solved import Solved
from detente.run import Table


def flows(solved: Solved, player: int) -> dict[str, np.ndarray]:
    """Labelled flows (states,) of a player: the case's terms, impulses by act and its owner, choice value."""
    op, choice, game = solved.equilibrium.operator, solved.equilibrium.choice, solved.game
    found = dict(game.terms[player]) if game.terms else {"flow": game.payoff_flow[player]}
    paid = choice.rate * op.impulse[:, player]
    for j, moves in enumerate(game.moves):
        for a, name in enumerate(moves.names):
            which = (op.player == j) & (op.action == a) & (op.impulse[:, player] != 0)
            if which.any():
                label = f"impulse: {name} {game.players[j]}"
                found[label] = np.bincount(op.state[which], weights=paid[which], minlength=game.n_states)
    return {**found, "choice value": op.choice_value(choice)[player]}


class Values(Question):
    """Values by labelled term."""

    id = "values"
    title = "What is each actor's position made of?"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        return {
            f"value.{p}": Meta(f"Value of the present situation to {frame.name(p)}", "value", p) for p in frame.players
        }

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        found = Found()
        spent = solved.time_from_start
        for i, p in enumerate(solved.frame.players):
            id = f"value.{p}"
            parts = {term: float(flow @ spent[i]) for term, flow in flows(solved, i).items()}
            found.numbers[id] = sum(parts.values())
            found.without_choice[id] = found.numbers[id] - parts["choice value"]
            found.curves |= {f"{p}|{term}": [part] for term, part in parts.items()}
        return found

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        """See `Question`."""
        rows = []
        for name in results.curves:
            actor, _, term = name.partition("|")
            if actor in frame.players and term:
                low, mid, high = (float(part[0]) for part in results.band(name))
                rows.append((actor, term, low, mid, high))
        rows.sort(key=lambda row: frame.players.index(row[0]))
        return {
            "values_by_term": Table(
                title="Value of the present situation, by term",
                columns=("actor", "term", "low", "mid", "high"),
                rows=tuple(rows),
                units=dict.fromkeys(("low", "mid", "high"), "value"),
                note="Each in the actor's own unit; not to be added or compared between actors.",
            )
        }
