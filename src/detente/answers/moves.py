"""Moves named in a case's bindings (`actor.action`): finding them, their rates, and the game without them."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np

from detente.answers.model import Frame
from detente.answers.risk import HORIZON
from detente.answers.solved import Solved
from detente.errors import OptionError, suggest
from detente.game import Game

YEARS = 10  # horizon of counts and chances, years


def positions(game: Game, names: Iterable[str]) -> list[tuple[int, int]]:
    """(player, action) of each `actor.action`.

    Raises:
        OptionError: no such player or action.
    """
    found = []
    for name in names:
        actor, _, action = name.partition(".")
        if actor not in game.players:
            raise OptionError.of(f"unknown actor in '{name}'", "actor.action", suggest(actor, game.players))
        known = game.moves[game.player(actor)].names
        if action not in known:
            raise OptionError.of(f"'{actor}' has no action '{action}'", "actor.action", suggest(action, known))
        found.append((game.player(actor), known.index(action)))
    return found


def chosen(solved: Solved, names: Iterable[str]) -> np.ndarray:
    """Mask (moves,) over the equilibrium's flat moves."""
    op = solved.equilibrium.operator
    mask = np.zeros(op.moves, bool)
    for player, action in positions(solved.game, names):
        mask |= (op.player == player) & (op.action == action)
    return mask


def mark_rate(solved: Solved, names: Iterable[str]) -> np.ndarray:
    """Rate (states,) at which any of these acts is taken, whatever it leads to, 1/year."""
    op = solved.equilibrium.operator
    mask = chosen(solved, names)
    return np.bincount(op.state[mask], weights=solved.equilibrium.choice.rate[mask], minlength=solved.game.n_states)


def expected_acts(solved: Solved, names: Iterable[str], years: float = YEARS) -> float:
    """Expected number of these acts within a horizon from the date's state."""
    nowhere = np.zeros(solved.game.n_states, bool)
    return float(solved.chain.time_spent(nowhere, years, solved.x0) @ mark_rate(solved, names))


def gain_of_act(solved: Solved, names: Iterable[str], state: int) -> float | None:
    """What the best of these acts is worth against waiting, at a state, utility; None where none is available."""
    op = solved.equilibrium.operator
    here = chosen(solved, names) & (op.state == state)
    return float(solved.equilibrium.choice.gain[here].max()) if here.any() else None


def without(game: Game, names: Iterable[str], share: float = 1.0) -> Game:
    """The game in which these moves cannot be made, or (share below 1) come at a smaller reference rate."""
    moves = list(game.moves)
    for player, action in positions(game, names):
        available, rate = moves[player].available.copy(), moves[player].reference_rate.copy()
        rate[action] *= 1.0 - share
        available[action] &= share < 1.0
        moves[player] = replace(moves[player], available=available, reference_rate=rate)
    return replace(game, moves=tuple(moves))


def closed(solved: Solved, names: Iterable[str]) -> Solved | None:
    """The same without these moves, solved again; None where there is no certified solution."""
    names = tuple(sorted(names))
    path = partial(without, solved.game, names) if solved.game.shocks == "reference" else None
    return solved.variant(f"without {names}", without(solved.game, names), path)


def outlook(solved: Solved) -> dict[str, float]:
    """Years without peace of the next thirty, P(peace by 10 years), P(war resumes within 5 years)."""
    from detente.answers.risk import peace_curve, war_curve

    return {
        "years": float(solved.chain.restricted_mean_time(solved.frame.peace, HORIZON)[solved.x0]),
        "peace10": float(peace_curve(solved, np.array([YEARS]))[0]),
        "relapse5": float(war_curve(solved, np.array([5.0]))[0]),
    }


OUTLOOK_WORDS = {
    "years": (f"Change in the years without a settlement among the next {HORIZON:.0f}", "years"),
    "peace10": (f"Change in the chance of a settlement within {YEARS} years", "share"),
    "relapse5": ("Change in the chance that war resumes within 5 years", "share"),
}


def bound_moves(frame: Frame, key: str) -> dict[str, list[str]]:
    """A binding of the form name -> list of moves; empty if absent."""
    return {name: list(moves) for name, moves in (frame.bindings.get(key) or {}).items()}
