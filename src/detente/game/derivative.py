"""A family of games and its derivative by the parameters: the one home of finite steps.

Whatever is read from a game (its arrays, or the residual of equations at fixed values) is differenced by one parameter:
by a central step (f(x+h) - f(x-h)) / 2h, and at a hard end, where one side has no game (a rate below 0, a probability
above 1), by the one-sided step of the same order, (-3 f(x) + 4 f(x+h) - f(x+2h)) / 2h.

Source: Fornberg 1988, Mathematics of Computation 51 (weights).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf, isfinite

import numpy as np

from detente.errors import CaseError, ComputationError, OptionError
from detente.game.asynchronous import Game

STEP = 3e-5  # of the parameter: near the third root of float64's rounding, where both errors of the step are least
SMALLEST = 1e-6  # step for a parameter that is 0 and has no range, in its own unit
CENTRAL = {-1: -0.5, 1: 0.5}  # multiple of the step -> weight
FORWARD = {0: -1.5, 1: 2.0, 2: -0.5}
BACKWARD = {0: 1.5, -1: -2.0, -2: 0.5}


def steps(value: float, ends: tuple[float, float] | None) -> tuple[float, dict[int, float]]:
    """Step, and multiple of it -> weight, of a derivative at a value; `ends` are hard."""
    h, fits = _fitting(value, ends)
    return h, fits[0]


def _fitting(value: float, ends: tuple[float, float] | None) -> tuple[float, list[dict[int, float]]]:
    low, high = ends or (-inf, inf)
    if not low <= value <= high:
        low, high = -inf, inf
    width = high - low if isfinite(high - low) else 0.0
    h = STEP * (abs(value) or width) or SMALLEST
    h = min(h, width / 4) if width > 0 else h
    every = (CENTRAL, FORWARD, BACKWARD)
    return h, [w for w in every if low <= value + min(w) * h and value + max(w) * h <= high]


@dataclass(frozen=True)
class ArrayPull:
    """Derivatives of a scalar by the arrays of a game with asynchronous moves, each with the shape of its array.

    Attributes:
        flow: (players, states) by the payoff flow.
        impulses: per mover (players, actions, states).
        rates: per mover (actions, states), by reference rates.
        transitions: per mover, by the stored probabilities of its transition matrix.
        hazards: (events, states).
        events: by the stored probabilities of nature's transition matrix.
        noise: (players,).
        discount: (players,) by discount rates.
    """

    flow: np.ndarray
    impulses: tuple[np.ndarray, ...]
    rates: tuple[np.ndarray, ...]
    transitions: tuple[np.ndarray, ...]
    hazards: np.ndarray
    events: np.ndarray
    noise: np.ndarray
    discount: np.ndarray

    def times(self, game: Game) -> float:
        """Sum over all arrays of derivative times array."""
        moves = zip(self.impulses, self.rates, self.transitions, game.moves, strict=True)
        return float(
            (self.flow * game.payoff_flow).sum()
            + sum((p * m.impulses).sum() + (r * m.reference_rate).sum() + t @ m.transition.data for p, r, t, m in moves)
            + (self.hazards * game.nature.hazards).sum()
            + self.events @ game.nature.transition.data
            + self.noise @ game.noise
            + self.discount @ game.discount_rate
        )


@dataclass(frozen=True)
class Family:
    """Games by parameters.

    Attributes:
        build: parameters -> game.
        ends: hard ends of the parameters that have any, in their own unit.
        expressions: derivatives by parameters from those by arrays, where the family has a shorter way than to build
            games nearby (detente.game.slopes).
    """

    build: Callable[[Mapping[str, float]], Game]
    ends: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    expressions: Callable[[Mapping[str, float], ArrayPull], dict[str, float]] | None = None

    @staticmethod
    def of(build: "Family | Callable[[Mapping[str, float]], Game]") -> "Family":
        """A family from any function of parameters; its ends are then found by trying."""
        return build if isinstance(build, Family) else Family(build)

    def __call__(self, parameters: Mapping[str, float]) -> Game:
        """The game at these parameters."""
        return self.build(parameters)

    def derivative(
        self, parameters: Mapping[str, float], name: str, read: Callable[[Game], tuple[np.ndarray, ...]]
    ) -> tuple[np.ndarray, ...]:
        """d read / d parameter, each array per unit of the parameter.

        Args:
            parameters: where.
            name: the parameter.
            read: what is differenced; arrays of the same shapes for all games nearby.

        Raises:
            OptionError: no such parameter.
            ComputationError: there is no game on either side.
        """
        if name not in parameters:
            raise OptionError.of(f"no parameter '{name}'", f"one of {', '.join(parameters)}")
        value = float(parameters[name])
        h, fits = _fitting(value, self.ends.get(name))
        why = ""
        for weights in fits:
            try:
                games = [self.build({**parameters, name: value + step * h}) for step in weights]
            except (CaseError, OptionError) as error:  # a hard end that the range does not know
                why = why or str(error)
                continue
            found = [read(game) for game in games]
            return tuple(np.tensordot(list(weights.values()), parts, axes=1) / h for parts in zip(*found))
        raise ComputationError(f"no derivative by '{name}' at {value:g}: {why}")

    def slopes(self, parameters: Mapping[str, float], pull: ArrayPull) -> dict[str, float]:
        """Derivatives of a scalar by all parameters from those by the arrays of the game.

        Raises:
            ComputationError: there is no game on either side of a parameter.
        """
        if self.expressions is not None:
            return self.expressions(parameters, pull)
        read = lambda game: (np.array(pull.times(game)),)  # noqa: E731
        return {name: float(self.derivative(parameters, name, read)[0]) for name in parameters}
