"""Leverage that fades, as a state: two copies of the game, in force and faded, with a clock between them.

Players anticipate the fading: in the copy in force, while peace holds, the clock moves to the faded copy at rate k, so
that the expected strength after t years of peace is exp(-k t). Signing (any jump from outside peace into it) in either
copy starts the clock anew. State `x` of the copy in force stays `x`; its faded twin is `states + x`.
"""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from detente.game import Game, Moves, Nature


def with_fading(in_force: Game, faded: Game, peace: np.ndarray, rate: float) -> Game:
    """The game in which leverage fades at `rate` while peace holds.

    Args:
        in_force: the game while the leverage lasts.
        faded: the same game without it; same players, moves and states.
        peace: mask (states,).
        rate: of fading, 1/year.
    """
    k = in_force.n_states
    moves = tuple(_moves(a, b, peace) for a, b in zip(in_force.moves, faded.moves))
    terms = tuple(
        {
            label: np.concatenate([a.get(label, np.zeros(k)), b.get(label, np.zeros(k))])
            for label in dict.fromkeys((*a, *b))
        }
        for a, b in zip(in_force.terms, faded.terms)
    )
    return replace(
        in_force,
        moves=moves,
        nature=_nature(in_force.nature, faded.nature, peace, rate),
        payoff_flow=np.concatenate([in_force.payoff_flow, faded.payoff_flow], axis=1),
        tempo=np.concatenate([in_force.tempo, faded.tempo], axis=1),
        terms=terms,
        space=None,
    )


def _moves(a: Moves, b: Moves, peace: np.ndarray) -> Moves:
    return Moves(
        a.names,
        np.concatenate([a.available, b.available], axis=1),
        _join(a.transition, b.transition, peace, len(a.names)),
        np.concatenate([a.impulses, b.impulses], axis=2),
        np.concatenate([a.reference_rate, b.reference_rate], axis=1),
    )


def _nature(a: Nature, b: Nature, peace: np.ndarray, rate: float) -> Nature:
    k = len(peace)
    joined = _join(a.transition, b.transition, peace, len(a.names))
    fade = np.concatenate([np.where(peace, k + np.arange(k), np.arange(k)), k + np.arange(k)])
    clock = sp.csr_array((np.ones(2 * k), fade, np.arange(2 * k + 1)), shape=(2 * k, 2 * k))
    hazards = np.concatenate([a.hazards, b.hazards], axis=1)
    clock_hazard = np.concatenate([np.where(peace, rate, 0.0), np.zeros(k)])
    return Nature(
        (*a.names, "leverage fades"),
        np.vstack([hazards, clock_hazard[None, :]]),
        sp.csr_array(sp.vstack([joined, clock])),
    )


def _join(a: sp.csr_array, b: sp.csr_array, peace: np.ndarray, rows: int) -> sp.csr_array:
    """Transitions (rows * 2 states, 2 states) from those of both copies; entering peace leads to the copy in force."""
    k = len(peace)
    parts = []
    for copy, matrix in enumerate((a, b)):
        entries = sp.coo_array(matrix)
        action, source = entries.row // k, entries.row % k
        signing = ~peace[source] & peace[entries.col]
        target = np.where(signing, entries.col, copy * k + entries.col)
        parts.append((action * 2 * k + copy * k + source, target, entries.data))
    row, col, data = (np.concatenate(x) for x in zip(*parts))
    return sp.csr_array((data, (row, col)), shape=(rows * 2 * k, 2 * k))
