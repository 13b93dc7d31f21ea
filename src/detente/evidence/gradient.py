"""Derivatives of the log-likelihood with respect to all parameters of the game, by two adjoints.

The backward pass over the record gives g = d log L / dR on the entries of the jump table; rates depend on parameters at
fixed values V and through V, and V through the equilibrium F(V, theta) = 0:

    d log L / dtheta = g . dR/dtheta + y . dF/dtheta,    -F_V^T y = (dR/dV)^T g,

one backward pass and one adjoint solve, however many parameters there are.
"""

from collections.abc import Callable, Mapping

import numpy as np

from detente.errors import ComputationError
from detente.evidence.adjoint import Score, Taped, score
from detente.evidence.jumps import JumpTable, jump_rates
from detente.evidence.path import Channel, Path, Recording
from detente.game import Game
from detente.solver import Equilibrium, Operator
from detente.solver.gradient import STEP, Sensitivity

Family = Callable[[Mapping[str, float]], Game]


def likelihood_gradient(
    equilibrium: Equilibrium,
    family: Family,
    parameters: Mapping[str, float],
    *,
    table: JumpTable,
    channels: tuple[Channel, ...],
    recording: Recording,
    path: Path,
) -> tuple[Score, dict[str, float]]:
    """Log-likelihood of a path with its derivatives.

    Args:
        equilibrium: a certified equilibrium of `family(parameters)`.
        family: parameters -> game, with the same states and moves.
        parameters: where the equilibrium was solved.
        table: the pattern of jumps, without signals.
        channels: the ways into the record.
        recording: recording probabilities of one draw.
        path: the coded path.

    Returns:
        The score by rates and recording probabilities, and d log L / dtheta for every parameter.

    Raises:
        UncertifiedError: the equilibrium has no certificate.
        ComputationError: the adjoint equations could not be solved.
    """
    sensitivity = Sensitivity(equilibrium, family, parameters)
    rates = jump_rates(equilibrium.game, equilibrium.strategies, table)
    found = score(Taped(table, channels, rates[None], recording), path)
    by_value = sensitivity.line.rates_transposed(_by_move(sensitivity.line.operator, table, rates, found.rates))
    adjoint, solved = sensitivity.line.solve(by_value, tol=1e-11, transposed=True)
    if not solved:
        raise ComputationError("the adjoint equations did not converge; hint: is the equilibrium near a fold?")
    through = np.einsum("pnk,nk->p", sensitivity.by_equation, adjoint)
    result = {}
    for n, name in enumerate(sensitivity.names):
        result[name] = float(through[n] + found.rates @ _difference(equilibrium, family, parameters, name, table))
    return found, result


def _by_move(operator: Operator, table: JumpTable, rates: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """(moves,) derivative by the rate of each move: outcomes' derivatives weighted by their probabilities."""
    first = np.cumsum([0, *(len(m.names) - 1 for m in operator.game.moves)])
    wide = np.zeros((len(table.kinds), table.n_states))
    total = np.zeros((len(table.kinds), table.n_states))
    np.add.at(wide, (table.kind, table.source), rates * gradient)
    np.add.at(total, (table.kind, table.source), rates)
    kind = first[operator.player] + operator.action - 1
    below = total[kind, operator.state]
    return np.where(below > 0, wide[kind, operator.state] / np.where(below > 0, below, 1.0), 0.0)


def _difference(
    equilibrium: Equilibrium, family: Family, parameters: Mapping[str, float], name: str, table: JumpTable
) -> np.ndarray:
    """(entries,) dR/dtheta at fixed values, by central differences."""
    value = float(parameters[name])
    h = STEP * abs(value) if value != 0 else 1e-6
    ends = []
    for moved in (value + h, value - h):
        game = family({**parameters, name: moved})
        ends.append(jump_rates(game, strategies_at(Operator(game), equilibrium.values), table))
    return (ends[0] - ends[1]) / (2 * h)


def strategies_at(operator: Operator, values: np.ndarray) -> list[np.ndarray]:
    """sigma_i(a|x) per player, (actions, states), chosen at given values (players, states)."""
    choice = operator.choose(values)
    result = []
    for i, moves in enumerate(operator.game.moves):
        mine = operator.player == i
        sigma = np.zeros(moves.available.shape)
        sigma[operator.action[mine], operator.state[mine]] = choice.share[mine]
        sigma[0] = 1.0 - sigma[1:].sum(axis=0)
        result.append(sigma)
    return result
