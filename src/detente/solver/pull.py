"""Derivatives of a scalar by the arrays of a game, at fixed values: what one adjoint solve leaves to be done.

With y from the adjoint equations, s = y . F(V, arrays) + g . (rates of jumps) has the derivative that the scalar itself
has by the arrays. With the rates r of moves, their gains dq, and R_mj what move m brings to player j,

    rho_m = sum_j y_j R_mj + (what the scalar has by r_m)

and the rule of choice does the rest (`ChoiceRule.by_gain`, `by_weight`); by noise, Euler's theorem: rates are
homogeneous of degree 0 in gains and noise, reasons of degree 1.
"""

import numpy as np
import scipy.sparse as sp

from detente.game.derivative import ArrayPull
from detente.game.moves import row_of_entries
from detente.solver.flat import FlatGame
from detente.solver.linearize import Linearization


def pull_on_arrays(
    line: Linearization,
    adjoint: np.ndarray,
    by_jump: tuple[tuple[np.ndarray, ...], np.ndarray],
) -> ArrayPull:
    """Derivatives by the arrays of a game.

    Args:
        line: the equations at an equilibrium.
        adjoint: (players, states) y.
        by_jump: derivatives of the scalar by the rate of every stored transition: per mover (entries of its transition
            matrix), and of nature's.
    """
    return _Pull(line, adjoint, *by_jump).arrays()


def recorded_by_move(op: FlatGame, by_jump: tuple[np.ndarray, ...]) -> np.ndarray:
    """(M,) derivative by the rate of each move, from those by its jumps: summed by the chance of each outcome."""
    found = np.zeros(op.moves)
    for i, (moves, entries) in enumerate(zip(op.game.moves, by_jump, strict=True)):
        mine, rows = _rows(op, i)
        count = _height(moves.transition)
        row = row_of_entries(moves.transition)
        found[mine] = np.bincount(row, weights=entries * moves.transition.data, minlength=count)[rows]
    return found


def _height(matrix: sp.csr_array) -> int:
    """Number of rows."""
    return len(matrix.indptr) - 1


def _rows(op: FlatGame, i: int) -> tuple[np.ndarray, np.ndarray]:
    """Of a player: its moves, and the rows of its transition matrix that they are."""
    mine = np.flatnonzero(op.player == i)
    return mine, op.action[mine] * op.shape[1] + op.state[mine]


class _Pull:
    def __init__(
        self, line: Linearization, adjoint: np.ndarray, by_move: tuple[np.ndarray, ...], by_event: np.ndarray
    ) -> None:
        self.line, self.y, self.by_move, self.by_event = line, adjoint, by_move, by_event
        self.op: FlatGame = line.operator
        self.values = line.values

    def arrays(self) -> ArrayPull:
        op, y, choice = self.op, self.y, self.line.choice
        n = op.shape[0]
        worth = op.impulse + op.difference @ self.values.T  # (M, N)
        weight = np.einsum("mn,mn->m", worth, y.T[op.state]) + recorded_by_move(op, self.by_move)
        own = y[op.player, op.state]
        by_gain, by_weight = op.rule.by_gain(op, choice, weight, own), op.rule.by_weight(op, choice, weight, own)
        impulses = [np.zeros((n, *m.available.shape)) for m in op.game.moves]
        rates = [np.zeros(m.available.shape) for m in op.game.moves]
        transitions = []
        for i in range(n):
            mine, rows = _rows(op, i)
            state, action = op.state[mine], op.action[mine]
            impulses[i][:, action, state] = y[:, state] * choice.rate[mine]
            impulses[i][i, action, state] += by_gain[mine]
            rates[i][action, state] = by_weight[mine] * self.weight_by_rate(i, state)
            transitions.append(self.transition(i, mine, rows, by_gain))
        hazards, events = self.nature()
        reasons = (y * op.reasons(choice)).sum(axis=1)
        moved = np.bincount(op.player, weights=choice.gain * by_gain, minlength=n)
        return ArrayPull(
            flow=y,
            impulses=tuple(impulses),
            rates=tuple(rates),
            transitions=tuple(transitions),
            hazards=hazards,
            events=events,
            noise=(reasons - moved) / op.tau,
            discount=-(y * (self.values + op.offset[:, None])).sum(axis=1),
        )

    def weight_by_rate(self, i: int, state: np.ndarray) -> np.ndarray:
        """How the weights of moves follow from reference rates."""
        game = self.op.game
        if not game.rated:
            return np.zeros(len(state))
        return 1.0 / game.tempo[i, state] if game.shocks == "reference" else np.ones(len(state))

    def transition(self, i: int, mine: np.ndarray, rows: np.ndarray, by_gain: np.ndarray) -> np.ndarray:
        """By the probabilities of a player's outcomes; 0 where the action is not available."""
        matrix, k = self.op.game.moves[i].transition, self.op.shape[1]
        gain, rate = np.zeros(_height(matrix)), np.zeros(_height(matrix))
        gain[rows], rate[rows] = by_gain[mine], self.line.choice.rate[mine]
        row = row_of_entries(matrix)
        state, target = row % k, matrix.indices
        through = np.einsum("ne,ne->e", self.y[:, state], self.values[:, target])
        return gain[row] * self.values[i, target] + rate[row] * (through + self.by_move[i])

    def nature(self) -> tuple[np.ndarray, np.ndarray]:
        """By hazards, and by the probabilities of what events lead to."""
        nature, k = self.op.game.nature, self.op.shape[1]
        matrix = nature.transition
        if not len(nature.hazards):
            return np.zeros((0, k)), np.zeros(0)
        row = row_of_entries(matrix)
        state, target = row % k, matrix.indices
        there = np.einsum("ne,ne->e", self.y[:, state], self.values[:, target]) + self.by_event
        stay = (self.y * self.values).sum(axis=0)
        hazards = np.bincount(row, weights=matrix.data * there, minlength=_height(matrix)).reshape(-1, k) - stay
        return hazards, nature.hazards.ravel()[row] * there
