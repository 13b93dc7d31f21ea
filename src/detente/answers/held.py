"""What would follow if strategies stayed as they are while something else changed.

Values of fixed strategies solve (rho_i - G) W_i = flow_i: one sparse factorisation per generator and discount rate.
Flows and values are less the same constant per player as `SolvedGame.relative`, for differences.
"""

import numpy as np
import scipy.sparse as sp

from detente.answers.solved import SolvedGame, move_share, without_jumps
from detente.solver.linear import Factored


def values_under(generator: sp.csr_array, rho: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Values (players, states) of a flow (players, states) under a generator."""
    return Factored(sp.csr_array(generator), rho).solve(np.ascontiguousarray(flow))


def flow_without(solved: SolvedGame, target: np.ndarray) -> np.ndarray:
    """Relative flow (players, states) of the held strategies, less what belongs to jumps into a mask from outside it.

    Impulses of those jumps are left out, and so are the reasons of moves that lead nowhere else.
    """
    eq = solved.equilibrium
    op, choice = eq.operator, eq.choice
    share = move_share(eq, target)
    paid = (op.pay @ (choice.rate * (1.0 - share))).reshape(op.shape)
    kept = np.where(share > 1 - 1e-12, 0.0, choice.rate)
    return op.payoff + paid + reasons_of(solved, kept)


def reasons_of(solved: SolvedGame, rate: np.ndarray) -> np.ndarray:
    """What choosing adds to flows when moves are made at these rates (moves,), 1/year; (players, states)."""
    eq = solved.equilibrium
    op = eq.operator
    return op.rule.held_value(op, eq.choice, rate).reshape(op.shape) if op.moves else np.zeros(op.shape)


def values_without_war(solved: SolvedGame) -> np.ndarray:
    """Relative values (players, states) if war could not resume: jumps into war struck out, strategies held."""
    war = solved.frame.war
    generator = without_jumps(solved.equilibrium.generator, ~war, war)
    return values_under(generator, solved.game.discount_rate, flow_without(solved, war))


def values_when_signed(solved: SolvedGame, successor: np.ndarray) -> np.ndarray:
    """Relative values (players, states) of going on, if what is reached in the end is this settlement's state.

    Strategies are held: peace is entered when it would be, but as `successor[x]` from the state x that is left.
    Impulses paid at signature are left out, as they are when nature settles.
    """
    eq, peace = solved.equilibrium, solved.frame.peace
    matrix = sp.coo_array(eq.generator)
    enters = ~peace[matrix.row] & peace[matrix.col]
    rate = np.bincount(matrix.row[enters], weights=matrix.data[enters], minlength=solved.game.n_states)
    generator = without_jumps(eq.generator, ~peace, peace) - sp.diags_array(rate)
    signed = np.where(successor >= 0, solved.relative[:, np.maximum(successor, 0)], 0.0)
    flow = flow_without(solved, peace) + rate * signed
    flow[:, peace] = 0.0
    return values_under(sp.csr_array(generator), solved.game.discount_rate, flow)
