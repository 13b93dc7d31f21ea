"""An honest broker in a mediator's place, and other readings of what one is.

The honest broker has the same tempo, actions and impulses, but its flow is w 1[peace] - w 1[war], with w half of the
mediator's own largest less smallest flow over reachable states. Variants: w the whole difference; the mean of the
parties' flows; the mediator absent (only where the parties have a channel of their own). All are re-solved; the first
is also given with the others' strategies held, the broker alone choosing anew.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import scipy.sparse as sp

from detente.answers.frame import Frame
from detente.answers.solved import SolvedGame
from detente.game import Game, Moves, Nature


def broker_weight(flow: np.ndarray) -> float:
    """Half of the largest less the smallest flow over reachable states, utility/year."""
    return float(flow.max() - flow.min()) / 2.0


def with_flow(game: Game, player: int, terms: dict[str, np.ndarray]) -> Game:
    """The game with one player's flow replaced by these labelled terms."""
    flow = game.payoff_flow.copy()
    flow[player] = sum(terms.values())
    labelled = list(game.terms) if game.terms else [{"flow": row} for row in game.payoff_flow]
    labelled[player] = terms
    return replace(game, payoff_flow=flow, terms=tuple(labelled))


def with_broker(solved: SolvedGame, mediators: tuple[str, ...], variant: str) -> Game:
    """The game in which these mediators want what an honest broker wants; see the module's docstring."""
    frame, game = solved.frame, solved.game
    for m in mediators:
        i = frame.index(m)
        own = solved.game.payoff_flow[i]
        if variant == "parties":
            parties = [frame.index(p) for p in frame.of_kind("party")]
            terms = {"parties' mean": solved.game.payoff_flow[parties].mean(axis=0)}
        else:
            w = broker_weight(own) * (2.0 if variant == "strong" else 1.0)
            terms = {"peace": w * frame.peace, "war": -w * frame.war}
        game = with_flow(game, i, terms)
    return game


def between_flows(game: Game, other: Game, share: float) -> Game:
    """A game on the way from one to another that differs from it in payoff flows only."""
    if share == 1.0:
        return other
    return replace(game, payoff_flow=(1.0 - share) * game.payoff_flow + share * other.payoff_flow)


def without_player(game: Game, players: tuple[int, ...]) -> Game:
    """The game in which these players never move; their payoffs stay, for bookkeeping."""
    k = game.n_states
    moves = list(game.moves)
    for i in players:
        here = sp.csr_array(sp.eye_array(k))
        impulse = np.zeros((game.n_players, 1, k))
        moves[i] = Moves(("wait",), np.ones((1, k), bool), here, impulse, np.zeros((1, k)))
    return replace(game, moves=tuple(moves))


def alone(solved: SolvedGame, mediators: tuple[str, ...], game: Game) -> Game:
    """The same game for the mediators only: everyone else moves as nature, at the rates of the equilibrium held."""
    eq, op = solved.equilibrium, solved.equilibrium.operator
    who = [solved.frame.index(m) for m in mediators]
    k = game.n_states
    others = ~np.isin(op.player, who)
    rates = np.where(others, eq.choice.rate, 0.0)
    at_state = sp.csr_array((rates, (op.state, np.arange(op.moves))), shape=(k, op.moves))
    jumps = sp.csr_array(at_state @ op.difference)  # (states, states): rates off the diagonal, minus their sum on it
    push = sp.coo_array(jumps)
    off = push.row != push.col
    total = np.bincount(push.row[off], weights=push.data[off], minlength=k)
    share = np.divide(1.0, total, out=np.zeros(k), where=total > 0)
    rows = sp.csr_array((push.data[off] * share[push.row[off]], (push.row[off], push.col[off])), shape=(k, k))
    stay = sp.diags_array((total <= 0).astype(float))
    nature = game.nature
    event = Nature(
        (*nature.names, "others' held moves"),
        np.vstack([nature.hazards.reshape(-1, k), total]),
        sp.csr_array(sp.vstack([nature.transition, sp.csr_array(rows + stay)])),
    )
    return replace(
        game,
        players=tuple(game.players[i] for i in who),
        moves=tuple(replace(game.moves[i], impulses=game.moves[i].impulses[who]) for i in who),
        nature=event,
        payoff_flow=game.payoff_flow[who],
        tempo=game.tempo[who],
        discount_rate=game.discount_rate[who],
        noise=game.noise[who],
        terms=tuple(game.terms[i] for i in who) if game.terms else (),
    )


def mediators_of(frame: Frame) -> tuple[str, ...]:
    """Those bound as `mediators`, else players of kind mediator, and those with a second role (co-chair)."""
    bound = frame.bindings.get("mediators")
    if bound:
        return tuple(p for p in frame.players if p in bound)
    return tuple(p for p in frame.players if frame.kinds.get(p) == "mediator" or frame.also.get(p))


def counterfactual(solved: SolvedGame, members: tuple[str, ...], variant: str) -> SolvedGame | None:
    """The game solved again with these mediators replaced; None where it has no certified solution.

    Args:
        solved: the game as it is.
        members: the mediators.
        variant: "" (an honest broker), "strong" (who cares twice as much), "parties" (with the parties' mean interest),
            "held" (others' strategies held), "absent" (nobody).
    """
    key = f"broker {members} {variant}"
    if variant == "absent":
        return solved.variant(key, without_player(solved.game, tuple(solved.frame.index(m) for m in members)))
    broker = with_broker(solved, members, "" if variant == "held" else variant)
    if variant != "held":
        return solved.variant(key, broker, partial(between_flows, solved.game, broker))
    return solved.single(key, alone(solved, members, broker))
