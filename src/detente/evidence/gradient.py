"""Derivatives of the log-likelihood with respect to all parameters of the game, by two adjoints.

The backward pass over the record gives g = d log L / dR on the entries of the jump table; rates depend on parameters at
fixed values V and through V, and V through the equilibrium F(V, theta) = 0:

    d log L / dtheta = g . dR/dtheta + y . dF/dtheta,    -F_V^T y = (dR/dV)^T g,

one backward pass and one adjoint solve, however many parameters there are.
"""

from collections.abc import Callable, Mapping

import numpy as np
import scipy.sparse as sp

from detente.errors import ComputationError
from detente.evidence.jumps import JumpTable, jump_rates
from detente.evidence.likelihood import Likelihood, Score
from detente.game import Family, Game
from detente.game.moves import row_of_entries
from detente.solver import Equilibrium
from detente.solver.gradient import ADJOINT_TOL
from detente.solver.linearize import Linearization
from detente.solver.pull import pull_on_arrays, recorded_by_move


def likelihood_gradient(
    equilibrium: Equilibrium,
    family: Family | Callable[[Mapping[str, float]], Game],
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
    line = Linearization(equilibrium.require().operator, equilibrium.unknowns, small=equilibrium.operator.dense)
    rates = jump_rates(equilibrium.game, equilibrium.strategies, table)
    signals = np.zeros(0) if constant is None else constant
    found = likelihood.score(np.concatenate([rates, signals]), recording)
    by_jump = _by_entry(equilibrium.game, table, found.rates[: len(rates)])
    by_move = recorded_by_move(line.operator, by_jump[0])
    adjoint, solved = line.solve(line.rates_transposed(by_move), tol=ADJOINT_TOL, transposed=True)
    if not solved:
        raise ComputationError("the adjoint equations did not converge; hint: is the equilibrium near a fold?")
    pull = pull_on_arrays(line, adjoint, by_jump)
    return found, Family.of(family).slopes(parameters, pull)


def _by_entry(game: Game, table: JumpTable, by_jump: np.ndarray) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Derivatives by the jumps of a table at the stored entries of each transition matrix, of moves and of nature."""
    first = np.cumsum([0, *(len(m.names) - 1 for m in game.moves)])
    moves = tuple(
        _looked_up(table, by_jump, m.transition, start - 1) for m, start in zip(game.moves, first, strict=False)
    )
    return moves, _looked_up(table, by_jump, game.nature.transition, int(first[-1]))


def _looked_up(table: JumpTable, by_jump: np.ndarray, matrix: sp.csr_array, shift: int) -> np.ndarray:
    """(entries of the matrix,): rows are (kind - shift) * states + state; 0 where no jump is meant."""
    k = table.n_states
    row = row_of_entries(matrix)
    key = (row + shift * k).astype(np.int64) * k + matrix.indices
    place = np.minimum(np.searchsorted(table.key, key), max(0, table.size - 1))
    known = (table.key[place] == key) & (row + shift * k >= 0) if table.size else np.zeros(len(key), bool)
    return np.where(known, by_jump[place], 0.0) if table.size else np.zeros(len(key))
