"""The derivative of the value equations of a game with asynchronous moves.

By the envelope theorem dF_i/dV_i = G - rho_i (where reasons are not counted, an own term is added); so
-F'(V) = (rho - G) - C, where C dV = sum_m dr_m(dV) (c_im + E V_i(T) - V_i), with dr_m = pull_m steer(d dq)_m, couples
the players through their choices. Under "occasions" own choices are not optimal beside the reasons that count: an own
term is added.
"""

from functools import cached_property

import numpy as np

from detente.solver.flat import FlatGame
from detente.solver.linear import Factored
from detente.solver.system import Line


class Linearization(Line):
    """The derivative of the value equations at given unknowns (players, states), as products and solves."""

    def __init__(self, operator: FlatGame, values: np.ndarray, *, small: bool = False) -> None:
        self.operator = operator
        self.values = values
        self.small = small
        found = operator.residual(values)
        self.residual, self.error = found.raw, found.error
        self.choice, self.generator = found.choice, found.generator
        worth = operator.impulse + operator.difference @ values.T
        if operator.rule.counted:  # envelope theorem: own choices are optimal
            worth[np.arange(operator.moves), operator.player] = 0.0
        self.worth = worth  # (M, N): what move m brings each other player
        self.pull = operator.rule.pull(operator, self.choice) if operator.moves else self.choice.rate
        self.own = operator.rule.own(self.choice, self.pull) if operator.moves else None

    @cached_property
    def factored(self) -> Factored:
        """LU factors of rho - G."""
        return Factored(self.generator, self.operator.rho)

    def dense(self) -> np.ndarray | None:
        """(rho - G) - C as a dense matrix where it is small, else None."""
        return self._matrix if self.small else None

    @cached_property
    def _matrix(self) -> np.ndarray:
        op = self.operator
        n, k = op.shape
        generator = self.generator.toarray()
        matrix = np.zeros((n * k, n * k))
        for i in range(n):
            block = slice(i * k, (i + 1) * k)
            matrix[block, block] = op.rho[i] * np.eye(k) - generator
        if op.moves:
            own = op.own_dense
            steered = op.rule.steer(op, self.choice, own)
            for i in range(n):
                effect = (self.pull * self.worth[:, i])[:, None] * steered
                if self.own is not None:
                    effect += np.where(op.player == i, self.own, 0.0)[:, None] * own
                matrix[i * k : (i + 1) * k] -= op.sum_by_state @ effect
        return matrix

    def precondition(self, right: np.ndarray, transposed: bool = False) -> np.ndarray:
        """Solve (rho - G) d = right, or with the transpose."""
        return self.factored.solve(right, transposed)

    def cross(self, change: np.ndarray) -> np.ndarray:
        """C dV: effect on each player's equation through the others' choices, (players, states)."""
        op = self.operator
        if not op.moves:
            return np.zeros(op.shape)
        gain = op.own @ change.ravel()
        effect = (self.pull * op.rule.steer(op, self.choice, gain))[:, None] * self.worth
        if self.own is not None:
            effect[np.arange(op.moves), op.player] += self.own * gain
        return (op.sum_by_state @ effect).T

    def cross_transposed(self, weight: np.ndarray) -> np.ndarray:
        """C^T y, (players, states)."""
        op = self.operator
        found = self.rates_transposed(np.einsum("mn,mn->m", self.worth, weight.T[op.state]))
        if self.own is not None:
            found += (op.own.T @ (self.own * weight[op.player, op.state])).reshape(op.shape)
        return found

    def rates_transposed(self, weight: np.ndarray) -> np.ndarray:
        """(dr/dV)^T g for weights g (M,) on the rates of moves, (players, states)."""
        op = self.operator
        pulled = op.rule.steered(op, self.choice, self.pull * weight) if op.moves else self.pull * weight
        return (op.own.T @ pulled).reshape(op.shape)
