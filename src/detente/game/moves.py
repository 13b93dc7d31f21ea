"""What players can do and what nature does: the moves of a game with asynchronous timing, as arrays."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True)
class Moves:
    """What one player can do; arrays over (actions, states), action 0 is `wait`."""

    names: tuple[str, ...]
    available: np.ndarray  # (actions, states) bool
    transition: sp.csr_array  # (actions * states, states); rows of unavailable actions stay at x
    impulses: np.ndarray  # (players, actions, states): payoff to each player when this one takes the action, utility
    reference_rate: np.ndarray  # (actions, states) 1/year; row 0 and unavailable entries are 0


@dataclass(frozen=True)
class Nature:
    """Events that nobody chooses; arrays over (events, states)."""

    names: tuple[str, ...]
    hazards: np.ndarray  # (events, states) 1/year
    transition: sp.csr_array  # (events * states, states)


def jump_matrix(successors: np.ndarray) -> sp.csr_array:
    """Transition matrix (rows * states, states) of deterministic successors; -1 stays where it is."""
    rows, k = successors.shape
    target = np.where(successors < 0, np.arange(k), successors).ravel()
    return sp.csr_array((np.ones(rows * k), target, np.arange(rows * k + 1)), shape=(rows * k, k))


def row_of_entries(matrix: sp.csr_array) -> np.ndarray:
    """(entries,) the row of each stored entry."""
    return np.repeat(np.arange(len(matrix.indptr) - 1), np.diff(matrix.indptr))
