"""States, moves and payoff terms: a Case, or plain arrays, becomes a Game."""

from detente.game.arrays import from_arrays
from detente.game.compile import Template, compile_case
from detente.game.model import Game, Moves, Nature, StateSpace, Variable

__all__ = ["Game", "Moves", "Nature", "StateSpace", "Template", "Variable", "compile_case", "from_arrays"]
