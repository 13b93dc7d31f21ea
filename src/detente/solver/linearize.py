"""The derivative of the value equations of a game with asynchronous moves.

-F'(V) = (rho - G) - C, where C dV = sum_m dr_m(dV) (c_im + E V_i(T) - V_i) couples the players through their choices.
"""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from detente.solver.linear import Factored
from detente.solver.system import Line

DENSE = 600  # unknowns up to which linear systems are solved densely

if TYPE_CHECKING:
    from detente.solver.operator import Operator


class Linearization(Line):
    """The derivative of the value equations at given values (players, states), as products and solves."""

    def __init__(self, operator: "Operator", values: np.ndarray) -> None:
        self.operator = operator
        self.values = values
        self.choice = operator.choose(values)
        self.generator = operator.generator(self.choice)
        raw = operator.flow(self.choice) + (self.generator @ values.T).T - operator.rho[:, None] * values
        self.residual = raw  # F(V), utility/year
        worth = operator.impulse + operator.difference @ values.T
        if operator.game.shocks != "none":  # envelope theorem: own choices are optimal
            worth[np.arange(operator.moves), operator.player] = 0.0
        self.worth = worth  # (M, N): what move m brings each other player
        self.pull = self.choice.rate / operator.noise

    @cached_property
    def factored(self) -> Factored:
        """LU factors of rho - G."""
        return Factored(self.generator, self.operator.rho)

    def dense(self) -> np.ndarray | None:
        """(rho - G) - C as a dense matrix where it is small, else None."""
        return self._matrix if self.values.size <= DENSE else None

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
            weighted = sp.diags_array(self.choice.share) @ op.own
            means = np.add.reduceat(weighted.toarray(), op.starts, axis=0)
            centred = op.own.toarray() - means[op.segment]
            for i in range(n):
                matrix[i * k : (i + 1) * k] -= op.sum_by_state @ ((self.pull * self.worth[:, i])[:, None] * centred)
        return matrix

    @property
    def error(self) -> float:
        """Scaled relative residual at the values."""
        op = self.operator
        exits = op.rho[:, None] + op.exit_rate(self.generator)
        return float((np.abs(self.residual) / exits / op.scale(self.values)).max())

    def precondition(self, right: np.ndarray, transposed: bool = False) -> np.ndarray:
        """Solve (rho - G) d = right, or with the transpose."""
        return self.factored.solve(right, transposed)

    def cross(self, change: np.ndarray) -> np.ndarray:
        """C dV: effect on each player's equation through the others' choices, (players, states)."""
        op = self.operator
        gain = op.own @ change.ravel()
        centred = gain - np.add.reduceat(self.choice.share * gain, op.starts)[op.segment] if op.moves else gain
        return (op.sum_by_state @ ((self.pull * centred)[:, None] * self.worth)).T

    def cross_transposed(self, weight: np.ndarray) -> np.ndarray:
        """C^T y, (players, states)."""
        return self.rates_transposed(np.einsum("mn,mn->m", self.worth, weight.T[self.operator.state]))

    def rates_transposed(self, weight: np.ndarray) -> np.ndarray:
        """(dr/dV)^T g for weights g (M,) on the rates of moves, (players, states)."""
        op = self.operator
        pulled = self.pull * weight
        if op.moves:
            pulled = pulled - self.choice.share * np.add.reduceat(pulled, op.starts)[op.segment]
        return (op.own.T @ pulled).reshape(op.shape)
