"""States, moves and payoff terms: a Case, or plain arrays, becomes a Game."""

from detente.game.arrays import from_arrays
from detente.game.compile import Template, compile_case
from detente.game.model import Game, Moves, Nature, StateSpace, Variable
from detente.game.together import SimultaneousTemplate, compile_simultaneous

__all__ = [
    "Game",
    "Moves",
    "Nature",
    "SimultaneousTemplate",
    "StateSpace",
    "Template",
    "Variable",
    "compile_case",
    "compile_simultaneous",
    "from_arrays",
]
