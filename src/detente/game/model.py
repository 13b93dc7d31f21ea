"""The game as arrays: what the solver reads, whoever wrote it.

Asynchronous moves in continuous time (docs/model.md 1-2): player i gets an opportunity at rate `tempo[i, x]`, chooses
an action, and the state jumps to a draw from `T(x, a)`; nature's events come at their hazards. Row `a * K + x` of a
`transition` matrix is the distribution of T(x, a), so that `E V(T(x, a))` for all a and x at once is
`(transition @ V).reshape(A, K)`. Action 0 is `wait`: always available, costs nothing, leaves x as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from detente.game.simultaneous import SimultaneousGame

Shocks = Literal["reference", "standard", "none"]


@dataclass(frozen=True)
class Variable:
    """One state variable: its values in order; `ordered` ones move by steps, the others by name."""

    name: str
    values: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True)
class StateSpace:
    """The reachable combinations of the state variables; `codes[v, x]` is the value index of variable v in state x."""

    variables: tuple[Variable, ...]
    codes: np.ndarray  # (variables, states) int

    @property
    def size(self) -> int:
        """Number of reachable states K."""
        return self.codes.shape[1]

    @cached_property
    def _index(self) -> dict[tuple[int, ...], int]:
        return {tuple(column): x for x, column in enumerate(self.codes.T.tolist())}

    def variable(self, name: str) -> int:
        """Position of a state variable.

        Raises:
            KeyError: no such variable.
        """
        for position, variable in enumerate(self.variables):
            if variable.name == name:
                return position
        raise KeyError(name)

    def index(self, values: Mapping[str, str]) -> int:
        """The state with these values (all variables named).

        Raises:
            KeyError: an unknown variable or value, one left out, or a combination that cannot be reached.
        """
        key = tuple(variable.values.index(values[variable.name]) for variable in self.variables)
        return self._index[key]

    def describe(self, state: int) -> dict[str, str]:
        """The values of all variables in a state."""
        return {v.name: v.values[int(self.codes[n, state])] for n, v in enumerate(self.variables)}

    def where(self, name: str, *values: str) -> np.ndarray:
        """Mask (states,) of the states in which the variable has one of the values."""
        position = self.variable(name)
        wanted = [self.variables[position].values.index(value) for value in values]
        return np.isin(self.codes[position], wanted)


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


@dataclass(frozen=True)
class Game:
    """A continuous-time dynamic game with asynchronous moves; see docs/notation.md for symbols and units."""

    players: tuple[str, ...]
    moves: tuple[Moves, ...]
    nature: Nature
    payoff_flow: np.ndarray  # (players, states) utility/year
    tempo: np.ndarray  # (players, states) 1/year
    discount_rate: np.ndarray  # (players,) 1/year
    noise: np.ndarray  # (players,) utility
    shocks: Shocks = "reference"
    terms: tuple[Mapping[str, np.ndarray], ...] = ()  # per player: label -> (states,); they sum to payoff_flow
    space: StateSpace | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)  # what it was built from

    @property
    def n_players(self) -> int:
        """Number of players N."""
        return len(self.players)

    @property
    def n_states(self) -> int:
        """Number of states K."""
        return self.payoff_flow.shape[1]

    def player(self, name: str) -> int:
        """Position of a player.

        Raises:
            KeyError: no such player.
        """
        try:
            return self.players.index(name)
        except ValueError:
            raise KeyError(name) from None

    def reference_weights(self, player: int) -> np.ndarray:
        """w_i(a|x), shape (actions, states): r0 / tempo, 1 for `wait`; without reference rates 1 where available."""
        moves = self.moves[player]
        if self.shocks != "reference":
            return moves.available.astype(float)
        weights = np.where(moves.available, moves.reference_rate / self.tempo[player], 0.0)
        weights[0] = 1.0
        return weights

    @staticmethod
    def from_arrays(*args, **kwargs) -> "Game":
        """See `detente.game.arrays.from_arrays`."""
        from detente.game.arrays import from_arrays

        return from_arrays(*args, **kwargs)

    @staticmethod
    def from_case(case, parameters: Mapping[str, float] | None = None) -> "Game":
        """The game of a case at the given parameters (default: the middle of every prior).

        Use `detente.game.compile_case(case)` and its `.game(parameters)` for many draws: states are then built once.
        """
        from detente.game.compile import compile_case

        return compile_case(case).game(parameters)

    @staticmethod
    def simultaneous(*args, **kwargs) -> "SimultaneousGame":
        """See `detente.game.simultaneous.simultaneous`."""
        from detente.game.simultaneous import simultaneous

        return simultaneous(*args, **kwargs)
