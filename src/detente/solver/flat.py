"""The equilibrium equations of a game with asynchronous moves as array operations.

Moves other than `wait` are flattened: move m belongs to one (player, state, action), sorted in that order, so the moves
of one player in one state form a segment. With dq_m = c + E V(T) - V for the mover (relative to wait, whose dq is 0),
rates r_m follow by the rule of the game's shocks (solver/choosing.py). All else is linear in them: the generator is
`base + scatter @ r` on a fixed sparsity pattern, impulses are `pay @ r`, and for every player

    F_i(V) = flow_i(V) + G(V) V_i - rho_i V_i,
    flow_i = u_i + impulses_i + what choosing adds.

Only differences of V between states move choices. So a mean payoff flow that is large beside its spread, `level`, is
taken out of u, and the unknowns are V less what that is worth, `offset` = level / rho: a constant in the payoffs costs
them no digits. Everything here is float64.

Source: Doraszelski & Judd 2012, Quantitative Economics 3; docs/engine.md.
"""

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import scipy.sparse as sp

from detente.game import Game
from detente.solver.choosing import RULES, Choice
from detente.solver.system import is_far


@dataclass(frozen=True)
class Residual:
    """The equations at given unknowns: what is chosen there, and how far the values are from its worth."""

    choice: Choice
    generator: sp.csr_array  # (states, states) 1/year
    flow: np.ndarray  # (players, states) utility/year, less `level`
    raw: np.ndarray  # (players, states) F(V), utility/year
    error: float  # largest |F| / (rho + exit rate), relative to the utility scale of the player


class FlatGame:
    """A game flattened over moves, and its equations at any unknowns (players, states).

    Args:
        game: the game.
        far: (players,) whose mean payoff flow is taken out; default those for whom it is large beside its spread.

    Raises:
        OptionError: the game's arrays do not fit together, or hold impossible numbers.
    """

    def __init__(self, game: Game, far: np.ndarray | None = None) -> None:
        game.check()
        self.game = game
        n, k = game.n_players, game.n_states
        self.shape = (n, k)
        parts = [self._flatten(i) for i in range(n)]
        self.player = np.concatenate([np.full(len(state), i) for i, (state, _, _, _) in enumerate(parts)])
        self.state = np.concatenate([part[0] for part in parts])
        self.action = np.concatenate([part[1] for part in parts])
        self.moves = len(self.state)
        self.rule = RULES[game.shocks]
        weight = np.concatenate([part[2] for part in parts])
        self.log_weight = self.rule.log_weights(self, weight)
        self.difference = self._differences(sp.csr_array(sp.vstack([part[3] for part in parts], format="csr")))
        self._segments()
        self._own_difference()
        self._pattern()
        self._payments()
        self.tempo = game.opportunities[self.player, self.state]
        self.ceiling = game.ceiling * weight  # (M,) 1/year: what the rate of a move stays below under "occasions"
        self.tau = game.noise
        self.noise = game.noise[self.player]
        self.rho = game.discount_rate
        level, payoff = game.centred_flow()
        self.far = is_far(level, np.ptp(payoff, axis=1)) if far is None else far
        self.level = np.where(self.far, level, 0.0)
        self.payoff = np.where(self.far[:, None], payoff, game.payoff_flow)
        self.shift = np.zeros(n)

    def _flatten(self, i: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, sp.csr_array]:
        moves = self.game.moves[i]
        usable = moves.available.copy()
        usable[0] = False
        state, action = np.nonzero(usable.T)
        rows = action * self.game.n_states + state
        return state, action, self.game.reference_weights(i)[action, state], sp.csr_array(moves.transition[rows])

    def _differences(self, jumps: sp.csr_array) -> sp.csr_array:
        """E V(T) - V per move, (M, K); entries that a parameter could move stay, also where they are 0."""
        coo = sp.coo_array(jumps)
        leaves = np.bincount(coo.row[coo.col != self.state[coo.row]], minlength=self.moves) > 0
        kept, here = leaves[coo.row], np.flatnonzero(leaves)
        data = np.concatenate([coo.data[kept], -np.ones(len(here))])
        row = np.concatenate([coo.row[kept], here])
        column = np.concatenate([coo.col[kept], self.state[here]])
        found = sp.csr_array((data, (row, column)), shape=(self.moves, self.shape[1]))
        found.sum_duplicates()
        found.sort_indices()
        return found

    def _segments(self) -> None:
        k = self.shape[1]
        group = self.player * k + self.state
        first = np.ones(self.moves, bool)
        first[1:] = group[1:] != group[:-1]
        self.starts = np.nonzero(first)[0]
        self.segment = np.cumsum(first) - 1
        self.group = group[self.starts]  # (S,) position i * K + x of each segment

    def _own_difference(self) -> None:
        n, k = self.shape
        d = self.difference
        columns = d.indices + np.repeat(self.player * k, np.diff(d.indptr))
        self.own = sp.csr_array((d.data, columns, d.indptr), shape=(self.moves, n * k))

    def _pattern(self) -> None:
        _, k = self.shape
        nature = self.game.nature
        rows, cols, rates = [np.arange(k)], [np.arange(k)], [np.zeros(k)]
        if len(nature.hazards):
            jumps = sp.coo_array(nature.transition)
            at = jumps.row % k
            rate = nature.hazards.ravel()[jumps.row] * jumps.data
            away = at != jumps.col
            rows += [at[away], at[away]]
            cols += [jumps.col[away], at[away]]
            rates += [rate[away], -rate[away]]
        d = self.difference
        move = np.repeat(np.arange(self.moves), np.diff(d.indptr))
        key = np.concatenate(
            [*(r.astype(np.int64) * k + c for r, c in zip(rows, cols)), self.state[move] * k + d.indices]
        )
        unique, slot = np.unique(key, return_inverse=True)
        indptr = np.searchsorted(unique // k, np.arange(k + 1))
        self.pattern = (unique % k, indptr)
        fixed = sum(map(len, rows))
        self.base = np.bincount(slot[:fixed], weights=np.concatenate(rates), minlength=len(unique))
        self.without_moves = sp.csr_array((self.base, *self.pattern), shape=(k, k))
        self.scatter = sp.csr_array((d.data, (slot[fixed:], move)), shape=(len(unique), self.moves))
        self.diagonal = np.searchsorted(unique, np.arange(k, dtype=np.int64) * (k + 1))

    def _payments(self) -> None:
        n, k = self.shape
        self.impulse = np.zeros((self.moves, n))
        for j in range(n):
            mine = self.player == j
            self.impulse[mine] = self.game.moves[j].impulses[:, self.action[mine], self.state[mine]].T
        move, to = np.nonzero(self.impulse)
        self.pay = sp.csr_array((self.impulse[move, to], (to * k + self.state[move], move)), shape=(n * k, self.moves))
        self.cost = self.impulse[np.arange(self.moves), self.player]

    def copy(self, **changed) -> Self:
        """The same arrays with some attributes replaced; the sparsity pattern and what is made of it are shared."""
        _ = self.sum_by_state
        other = copy(self)
        vars(other).update(changed)
        return other

    def shifted(self, shift: np.ndarray) -> Self:
        """The same equations for unknowns less `shift` (players,); a small rho puts them far from 0."""
        return self.copy(shift=self.shift + shift, payoff=self.payoff - (self.rho * shift)[:, None])

    @property
    def offset(self) -> np.ndarray:
        """Values less unknowns, (players,), utility: what the level is worth for ever, and the shift."""
        return self.level / self.rho + self.shift

    @cached_property
    def sum_by_state(self) -> sp.csr_array:
        """(states, M): adds up what belongs to moves over players and actions."""
        order = np.argsort(self.state, kind="stable")
        indptr = np.searchsorted(self.state[order], np.arange(self.shape[1] + 1))
        return sp.csr_array((np.ones(self.moves), order, indptr), shape=(self.shape[1], self.moves))

    @cached_property
    def own_dense(self) -> np.ndarray:
        """`own` as a dense matrix (M, players * states), for small games."""
        return self.own.toarray()

    def choose(self, values: np.ndarray) -> Choice:
        """The choice probabilities at these values (players, states), up to a constant per player."""
        gain = self.own @ values.ravel() + self.cost
        if self.moves == 0:
            return Choice(gain, gain, gain, gain)
        return self.rule.choose(self, gain / self.noise + self.log_weight, gain)

    def strategies(self, choice: Choice) -> tuple[np.ndarray, ...]:
        """sigma_i(a|x) per player, (actions, states); columns sum to 1."""
        out = []
        for i, moves in enumerate(self.game.moves):
            mine = self.player == i
            sigma = np.zeros(moves.available.shape)
            sigma[self.action[mine], self.state[mine]] = choice.share[mine]
            sigma[0] = 1.0 - sigma[1:].sum(axis=0)
            out.append(sigma)
        return tuple(out)

    def reasons(self, choice: Choice) -> np.ndarray:
        """What choosing adds to the flow, (players, states), utility/year; see `detente.solver.choosing`."""
        return self.rule.value(self, choice).reshape(self.shape) if self.moves else np.zeros(self.shape)

    def flow(self, choice: Choice) -> np.ndarray:
        """Payoff flow with impulses and reasons, (players, states), utility/year."""
        return self.relative_flow(choice) + (self.rho * self.offset)[:, None]

    def relative_flow(self, choice: Choice) -> np.ndarray:
        """The flow of which the unknowns are the worth: `flow` less what is worth `offset`, (players, states)."""
        paid = (self.pay @ choice.rate).reshape(self.shape)
        return self.payoff + paid + self.reasons(choice)

    def generator(self, choice: Choice) -> sp.csr_array:
        """The generator (states, states) that the choices induce; rows sum to zero up to rounding."""
        found = copy(self.without_moves)  # the same pattern: nothing of it has to be checked again
        found.data = self.base + self.scatter @ choice.rate
        return found

    def exit_rate(self, generator: sp.csr_array) -> np.ndarray:
        """Rate at which each state is really left, (states,), 1/year."""
        return np.negative(generator.data[self.diagonal])

    def scale(self, values: np.ndarray) -> np.ndarray:
        """Utility scale per player, (players, 1): the spread of its values over states, at least the noise."""
        return np.maximum(np.ptp(values, axis=1), self.tau)[:, None]

    def residual(self, values: np.ndarray) -> Residual:
        """The equations at unknowns (players, states): the one home of the residual."""
        choice = self.choose(values)
        generator, flow = self.generator(choice), self.relative_flow(choice)
        raw = flow + (generator @ values.T).T - self.rho[:, None] * values
        exits = self.rho[:, None] + self.exit_rate(generator)
        return Residual(choice, generator, flow, raw, float((np.abs(raw) / exits / self.scale(values)).max()))
