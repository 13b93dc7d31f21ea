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


@dataclass(frozen=True)
class Family:
    """Games by parameters; `ends` has the hard ends of those that have any, in their own unit."""

    build: Callable[[Mapping[str, float]], Game]
    ends: Mapping[str, tuple[float, float]] = field(default_factory=dict)

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
        low, high = self.ends.get(name, (-inf, inf))
        if not low <= value <= high:
            low, high = -inf, inf
        width = high - low if isfinite(high - low) else 0.0
        h = STEP * (abs(value) or width) or SMALLEST
        h = min(h, width / 4) if width > 0 else h
        fits = [w for w in (CENTRAL, FORWARD, BACKWARD) if low <= value + min(w) * h and value + max(w) * h <= high]
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
