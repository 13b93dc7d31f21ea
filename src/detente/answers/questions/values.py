"""What is each actor's position made of? Its value by labelled terms, impulses, and reasons for acts against it."""

import numpy as np

from detente.answers.frame import Frame
from detente.answers.names import Curve, Key, NumberSpec
from detente.answers.question import Answered, Question, Reply
from detente.answers.results import Results
from detente.answers.solved import SolvedGame
from detente.answers.tabling import BAND, told_table
from detente.answers.witnesses import Entries, Witnesses
from detente.run import Picture, Table
from detente.solver import Value
from detente.solver.choosing import REASONS
from detente.solver.gradient import Answer
from detente.words.numbers import listed
from detente.words.text import spelt

FAMILY = "value"
TERM = "term"
TYPES = ("acceptance", "attack", "rejection", "statement", "meeting")  # what an actor mostly shows its interests by
MOST_NAMES = 4  # actors named in the finding


def flows(solved: SolvedGame, player: int) -> dict[str, np.ndarray]:
    """Labelled flows (states,) of a player: the case's terms, impulses by act and its owner, and what choosing adds.

    Every act that is possible at all has its impulse here, also one that costs and brings this player nothing.
    """
    op, choice, game = solved.equilibrium.operator, solved.equilibrium.choice, solved.game
    found = dict(game.terms[player]) if game.terms else {"flow": game.payoff_flow[player]}
    paid = choice.rate * op.impulse[:, player]
    for j, moves in enumerate(game.moves):
        for a, name in enumerate(moves.names):
            which = (op.player == j) & (op.action == a)
            if which.any():
                label = f"impulse: {name} {game.players[j]}"
                found[label] = np.bincount(op.state[which], weights=paid[which], minlength=game.n_states)
    return {**found, REASONS: op.reasons(choice)[player]}


def spoken(solved: SolvedGame) -> dict[str, str]:
    """The labels of `flows` that are about an act -> words for the page."""
    game, frame = solved.game, solved.frame
    acts = [(name, player) for moves, player in zip(game.moves, game.players, strict=True) for name in moves.names]
    return {f"impulse: {name} {player}": f"act: {spelt(name)}, {frame.name(player)}" for name, player in acts}


class Values(Question):
    """Values by labelled term."""

    id = "values"
    title = "What is each actor's position made of?"
    rank = 330

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        words = "Value of the present situation to"
        return tuple(
            NumberSpec(Key(FAMILY, p), f"{words} {frame.name(p)}", "value", confidential=p in frame.marked)
            for p in frame.players
        )

    def ask(self, solved: SolvedGame) -> Reply:
        reply, spent, words = Reply(), solved.time_from_start, spoken(solved)
        for i, p in enumerate(solved.frame.players):
            key = Key(FAMILY, p)
            parts = {term: float(flow @ spent[i]) for term, flow in flows(solved, i).items()}
            reply.numbers[key] = sum(parts.values())
            reply.without_reasons[key] = reply.numbers[key] - parts[REASONS]
            reply.curves |= {Curve(TERM, actor=p, item=words.get(term, term)): [part] for term, part in parts.items()}
        return reply

    def target(self, frame: Frame, key: Key, rho: np.ndarray) -> Answer | None:
        return next((Value(i, frame.start) for i, p in enumerate(frame.players) if key == Key(FAMILY, p)), None)

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        curves = [c for c in results.named(TERM) if np.nan_to_num(results.curves[c]).any()]
        curves.sort(key=lambda c: frame.players.index(c.actor))
        rows = [((c.actor, c.item, *results.spread(c).cells()), (Key(FAMILY, c.actor),)) for c in curves]
        return {
            "values_by_term": told_table(
                "Value of the present situation, by term",
                ("actor", "term", *BAND),
                rows,
                "value",
                "Each in the actor's own unit; not to be added or compared between actors.",
                results.note(curves),
            )
        }

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        return witnesses.by(key.actor or "", types=TYPES)

    def finding(self, answered: Answered) -> str:
        table = answered.tables["values_by_term"]
        largest: dict[str, tuple[float, str]] = {}
        for row in table.rows:
            actor, term, size = str(row[0]), str(row[1]), abs(float(row[3] or 0.0))
            if size > largest.get(actor, (0.0, ""))[0]:
                largest[actor] = size, term
        each = listed((f"{answered.frame.name(a)}: {term}" for a, (_, term) in largest.items()), MOST_NAMES)
        return f"The term that weighs most in each actor's value of the present situation: {each}."

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        roles = {"label": "term", "group": "actor", **{part: part for part in BAND}}
        return (Picture(shape="intervals", title=self.title, table="values_by_term", roles=roles, unit="value"),)


QUESTION = Values()
