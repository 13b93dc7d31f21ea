"""The elementary jumps of a game: every (move or event of nature, state, outcome) with its rate in equilibrium.

A *kind* is a player's action (`armenia.provoke`) or an event of nature (`nature.accident`). The pattern of entries
(kind, source, target) depends on the case alone and is shared by all parameter draws; only the rates differ, so that
many draws can be filtered together. Acts that leave the state as it is are entries too: they are marks
(docs/evidence.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from detente.errors import ComputationError
from detente.game import Game


@dataclass(frozen=True)
class JumpTable:
    """The pattern of elementary jumps; entries are sorted by kind, source, target.

    Attributes:
        kinds: names, `player.action` or `nature.event`; `wait` is not among them.
        kind: (entries,) int, position in `kinds`.
        source: (entries,) int, the state before.
        target: (entries,) int, the state after; equal to `source` where the act changes nothing.
        n_states: number of states K.
    """

    kinds: tuple[str, ...]
    kind: np.ndarray
    source: np.ndarray
    target: np.ndarray
    n_states: int

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self.kind)

    @cached_property
    def key(self) -> np.ndarray:
        """(entries,) int, one increasing number per entry."""
        return (self.kind.astype(np.int64) * self.n_states + self.source) * self.n_states + self.target

    @cached_property
    def by_source(self) -> sp.csr_array:
        """(states, entries) indicator: which entries leave from which state."""
        ones = np.ones(self.size)
        return sp.csr_array((ones, (self.source, np.arange(self.size))), shape=(self.n_states, self.size))

    def with_signals(self, masks: Mapping[str, np.ndarray]) -> "JumpTable":
        """The pattern with kinds added that change nothing and can happen in the given states: name -> (states,) mask.

        Signals are no acts of the game: they tell in which states it is (leaders meet while a process is under way).
        """
        states = [np.flatnonzero(mask) for mask in masks.values()]
        extra = np.concatenate(states) if states else np.zeros(0, dtype=np.int64)
        number = np.repeat(np.arange(len(states)) + len(self.kinds), [len(s) for s in states])
        return JumpTable(
            (*self.kinds, *masks),
            np.concatenate([self.kind, number]),
            np.concatenate([self.source, extra]),
            np.concatenate([self.target, extra]),
            self.n_states,
        )

    def entries(self, kinds: set[str], target: np.ndarray | None = None) -> np.ndarray:
        """Positions of the entries of these kinds, optionally only those that lead into a mask of states (states,)."""
        wanted = np.isin(self.kind, [n for n, name in enumerate(self.kinds) if name in kinds])
        if target is not None:
            wanted &= target[self.target]
        return np.flatnonzero(wanted)


def _kinds(game: Game) -> tuple[str, ...]:
    moves = [f"{p}.{name}" for p, m in zip(game.players, game.moves, strict=True) for name in m.names[1:]]
    return (*moves, *(f"nature.{name}" for name in game.nature.names))


def _outcomes(transition: sp.csr_array, possible: np.ndarray, first: int) -> tuple[np.ndarray, ...]:
    """Kind, source, target and probability of the entries that are `possible` (kinds, states); `first`: a kind."""
    coo = sp.coo_array(transition)
    kind, source = np.divmod(coo.row.astype(np.int64), possible.shape[1])
    keep = possible[kind, source]
    return kind[keep] + first, source[keep], coo.col[keep].astype(np.int64), coo.data[keep]


def _flat(game: Game) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Kind, source, target and outcome probability of every entry, sorted; duplicate targets are summed."""
    parts, first = [], 0
    for moves in game.moves:
        acts = moves.available.copy()
        acts[0] = False  # to do nothing is no kind
        parts.append(_outcomes(moves.transition, acts, first - 1))
        first += len(moves.names) - 1
    if len(game.nature.names):
        parts.append(_outcomes(game.nature.transition, game.nature.hazards > 0, first))
    if not parts:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty, np.zeros(0)
    kind, source, target, probability = (np.concatenate(part) for part in zip(*parts, strict=True))
    k = game.n_states
    key = (kind * k + source) * k + target
    unique, inverse = np.unique(key, return_inverse=True)
    summed = np.bincount(inverse, weights=probability, minlength=len(unique))
    pair = unique // k
    return pair // k, pair % k, unique % k, summed


def jump_table(game: Game) -> JumpTable:
    """The pattern of a game's elementary jumps."""
    kind, source, target, _ = _flat(game)
    return JumpTable(_kinds(game), kind, source, target, game.n_states)


def jump_rates(game: Game, strategies: list[np.ndarray] | tuple[np.ndarray, ...], table: JumpTable) -> np.ndarray:
    """Rates of the entries of a table in one equilibrium of one draw.

    Args:
        game: the game of the draw.
        strategies: per player (actions, states), choice probabilities.
        table: the common pattern; an entry that this draw lacks has rate 0.

    Returns:
        (entries,) 1/year; for each kind and source they sum to tempo * sigma, or to the hazard.

    Raises:
        ComputationError: the draw has an outcome that the pattern lacks.
    """
    kind, source, target, probability = _flat(game)
    alpha = game.opportunities
    level = [alpha[i] * sigma[a] for i, sigma in enumerate(strategies) for a in range(1, len(sigma))]
    level.extend(game.nature.hazards)
    rate = np.array(level).reshape(len(level), game.n_states)[kind, source] * probability if level else probability
    key = (kind * game.n_states + source) * game.n_states + target
    result = np.zeros(table.size)
    place = np.searchsorted(table.key, key)
    place = np.minimum(place, table.size - 1)
    known = table.key[place] == key if table.size else np.zeros(0, dtype=bool)
    if not known.all() and (rate[~known] > 0).any():
        what = "a parameter draw has an outcome that the case's other draws lack"
        raise ComputationError(f"{what}; hint: give every outcome's p a range inside (0, 1)")
    result[place[known]] = rate[known]
    return result
