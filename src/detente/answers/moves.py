"""Moves named in a case's bindings (`actor.action`): finding them, their rates, and the game without them."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np

from detente.answers.chances import HORIZON, RESUMES, YEARS, peace_curve, time_to_peace, war_curve
from detente.answers.frame import Frame
from detente.answers.solved import SolvedGame
from detente.errors import OptionError, suggest
from detente.game import Game


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


def chosen(solved: SolvedGame, names: Iterable[str]) -> np.ndarray:
    """Mask (moves,) over the equilibrium's flat moves."""
    op = solved.equilibrium.operator
    mask = np.zeros(op.moves, bool)
    for player, action in positions(solved.game, names):
        mask |= (op.player == player) & (op.action == action)
    return mask


def mark_rate(solved: SolvedGame, names: Iterable[str]) -> np.ndarray:
    """Rate (states,) at which any of these acts is taken, whatever it leads to, 1/year."""
    op = solved.equilibrium.operator
    mask = chosen(solved, names)
    return np.bincount(op.state[mask], weights=solved.equilibrium.choice.rate[mask], minlength=solved.game.n_states)


def expected_acts(solved: SolvedGame, names: Iterable[str], years: float = YEARS) -> float:
    """Expected number of these acts within a horizon from the date's state."""
    return float(spent_within(solved, years) @ mark_rate(solved, names))


def spent_within(solved: SolvedGame, years: float = YEARS) -> np.ndarray:
    """Expected time in each state (states,) within a horizon from the date's state, years."""
    return solved.chain.time_spent(np.zeros(solved.game.n_states, bool), years, solved.x0)


def gain_of_act(solved: SolvedGame, names: Iterable[str], state: int) -> float | None:
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


def closed(solved: SolvedGame, names: Iterable[str]) -> SolvedGame | None:
    """The same without these moves, solved again; None where there is no certified solution."""
    names = tuple(sorted(names))
    path = partial(without, solved.game, names) if solved.game.rated else None
    return solved.variant(f"without {names}", without(solved.game, names), path)


OUTLOOK = {  # how a counterfactual is compared with the case as it is
    "years": time_to_peace,  # of the next thirty
    "peace10": lambda solved: float(peace_curve(solved, np.array([YEARS]))[0]),
    "relapse5": lambda solved: float(war_curve(solved, np.array([RESUMES]))[0]),
}


def outlook(solved: SolvedGame, parts: Iterable[str] = tuple(OUTLOOK)) -> dict[str, float]:
    """Years without peace of the next thirty, P(peace by 10 years), P(war resumes within 5 years); or some of them."""
    return {part: OUTLOOK[part](solved) for part in parts}


def outlook_words(frame: Frame) -> dict[str, tuple[str, str]]:
    """Part of `outlook` -> (what its change is called, unit)."""
    since = " of the end of the present fighting" if frame.at_war else ""
    return {
        "years": (f"Change in the years without a settlement among the next {HORIZON:.0f}", "years"),
        "peace10": (f"Change in the chance of a settlement within {YEARS} years", "share"),
        "relapse5": (f"Change in the chance that war resumes within {RESUMES:.0f} years{since}", "share"),
    }
