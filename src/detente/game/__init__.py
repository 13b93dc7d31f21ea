"""States, moves and payoff terms: a Case, or plain arrays, becomes a Game."""

from detente.game.asynchronous import Game
from detente.game.compile import Template, compile_case
from detente.game.derivative import Family
from detente.game.moves import Moves, Nature
from detente.game.simultaneous import SimultaneousGame
from detente.game.space import StateSpace, Variable
from detente.game.together import SimultaneousTemplate, compile_simultaneous

__all__ = [
    "Family",
    "Game",
    "Moves",
    "Nature",
    "SimultaneousGame",
    "SimultaneousTemplate",
    "StateSpace",
    "Template",
    "Variable",
    "compile_case",
    "compile_simultaneous",
]
