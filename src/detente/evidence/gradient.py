"""Derivatives of the log-likelihood with respect to all parameters of the game, by two adjoints.

The backward pass over the record gives g = d log L / dR on the entries of the jump table; rates depend on parameters at
fixed values V and through V, and V through the equilibrium F(V, theta) = 0:

    d log L / dtheta = g . dR/dtheta + y . dF/dtheta,    -F_V^T y = (dR/dV)^T g,

one backward pass and one adjoint solve, however many parameters there are.
"""

from collections.abc import Callable, Mapping

import numpy as np

from detente.evidence.jumps import JumpTable, jump_rates
from detente.evidence.likelihood import Likelihood, Score
from detente.game import Game
from detente.solver import Equilibrium, FlatGame, Sensitivity

Family = Callable[[Mapping[str, float]], Game]


def likelihood_gradient(
    equilibrium: Equilibrium,
    family: Family,
    parameters: Mapping[str, float],
    *,
    table: JumpTable,
    likelihood: Likelihood,
    recording: np.ndarray,
    constant: np.ndarray | None = None,
) -> tuple[Score, dict[str, float]]:
    """Log-likelihood of a path with its derivatives.

    Args:
        equilibrium: a certified equilibrium of `family(parameters)`.
        family: parameters -> game, with the same states and moves.
        parameters: where the equilibrium was solved.
        table: the pattern of jumps, without signals.
        likelihood: the coded path, laid out.
        recording: (channels, spells) recording probabilities.
        constant: (signals,) rates of the coding's signals, which no parameter moves, 1/year.

    Returns:
        The score by rates and recording probabilities, and d log L / dtheta for every parameter.

    Raises:
        UncertifiedError: the equilibrium has no certificate.
        ComputationError: the adjoint equations could not be solved.
    """
    sensitivity = Sensitivity(equilibrium, family, parameters)
    unknowns = equilibrium.unknowns

    def rates_of(game: Game) -> tuple[np.ndarray, ...]:
        flat = FlatGame(game)
        return (jump_rates(game, flat.strategies(flat.choose(unknowns)), table),)

    rates = jump_rates(equilibrium.game, equilibrium.strategies, table)
    signals = np.zeros(0) if constant is None else constant
    found = likelihood.score(np.concatenate([rates, signals]), recording)
    by_jump = found.rates[: len(rates)]
    by_value = sensitivity.line.rates_transposed(_by_move(sensitivity.line.operator, table, rates, by_jump))
    through = sensitivity.adjoint(by_value)
    result = {}
    for n, name in enumerate(sensitivity.names):
        (by_rate,) = sensitivity.derivative(name, rates_of)
        result[name] = float(through[n] + by_jump @ by_rate)
    return found, result


def _by_move(operator: FlatGame, table: JumpTable, rates: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """(moves,) derivative by the rate of each move: outcomes' derivatives weighted by their probabilities."""
    first = np.cumsum([0, *(len(m.names) - 1 for m in operator.game.moves)])
    wide = np.zeros((len(table.kinds), table.n_states))
    total = np.zeros((len(table.kinds), table.n_states))
    np.add.at(wide, (table.kind, table.source), rates * gradient)
    np.add.at(total, (table.kind, table.source), rates)
    kind = first[operator.player] + operator.action - 1
    below = total[kind, operator.state]
    return np.where(below > 0, wide[kind, operator.state] / np.where(below > 0, below, 1.0), 0.0)
