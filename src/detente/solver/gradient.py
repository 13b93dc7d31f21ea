"""Derivatives of any scalar answer with respect to all parameters, by one adjoint solve.

At an equilibrium F(V, theta) = 0. An answer A(V, Q, theta) depends on the values and on the generator Q(V, theta), so

    dA/dtheta = y . dF/dtheta + g . dQ/dtheta,   -F_V^T y = A_V + (dQ/dV)^T g,   g = dA/dQ,

with dF/dtheta and dQ/dtheta taken at fixed V by the finite steps of `detente.game.derivative`: no game is solved again,
and they are made once for all answers.

Source: implicit function theorem; docs/engine.md (Derivatives).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from detente.chain.sensitivity import discounted_sensitivity, reach_sensitivity, restricted_mean_sensitivity
from detente.errors import ComputationError, OptionError
from detente.game import Family, Game
from detente.solver.equilibrium import Equilibrium
from detente.solver.flat import FlatGame
from detente.solver.linearize import Linearization

ADJOINT_TOL = 1e-11  # relative, of the adjoint solve: that of the equilibrium itself


class Answer(Protocol):
    """A scalar that follows from an equilibrium.

    `pull` returns the number, its derivative by the values (players, states) at fixed generator, and its derivative by
    the generator's entries at `places` (rows, columns) at fixed values.
    """

    def pull(
        self, equilibrium: Equilibrium, places: tuple[np.ndarray, np.ndarray]
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """See the class."""
        ...


@dataclass(frozen=True)
class Value:
    """V_i(state), or V_i(state) - V_i(minus) where `minus` is given, utility."""

    player: int
    state: int
    minus: int | None = None

    def pull(self, equilibrium: Equilibrium, places) -> tuple[float, np.ndarray, np.ndarray]:
        """See `Answer`."""
        n, k = equilibrium.values.shape
        for state in (self.state, self.minus if self.minus is not None else self.state):
            if not (0 <= self.player < n and 0 <= state < k):
                raise OptionError.of(f"player {self.player} in state {state}", f"one of {n} players and {k} states")
        weight = np.zeros((n, k))
        weight[self.player, self.state] = 1.0
        if self.minus is not None:
            weight[self.player, self.minus] -= 1.0
        return float((weight * equilibrium.values).sum()), weight, np.zeros(len(places[0]))


@dataclass(frozen=True)
class Reach:
    """P(the target mask is reached within `time` years from `state`)."""

    target: np.ndarray
    time: float
    state: int

    def pull(self, equilibrium: Equilibrium, places) -> tuple[float, np.ndarray, np.ndarray]:
        """See `Answer`."""
        number, by_rate = reach_sensitivity(equilibrium.chain(), self.target, self.time, self.state, places)
        return number, np.zeros(equilibrium.values.shape), by_rate


@dataclass(frozen=True)
class RestrictedMean:
    """E min(time to reach the target mask, horizon) from `state`, years."""

    target: np.ndarray
    horizon: float
    state: int

    def pull(self, equilibrium: Equilibrium, places) -> tuple[float, np.ndarray, np.ndarray]:
        """See `Answer`."""
        chain = equilibrium.chain()
        number, by_rate = restricted_mean_sensitivity(chain, self.target, self.horizon, self.state, places)
        return number, np.zeros(equilibrium.values.shape), by_rate


@dataclass(frozen=True)
class Discounted:
    """E of the integral of e^(-rate t) flow(x_t) dt from `state`; flow (states,) and rate are held fixed."""

    flow: np.ndarray
    rate: float
    state: int

    def pull(self, equilibrium: Equilibrium, places) -> tuple[float, np.ndarray, np.ndarray]:
        """See `Answer`."""
        number, by_rate = discounted_sensitivity(equilibrium.chain(), self.flow, self.rate, self.state, places)
        return number, np.zeros(equilibrium.values.shape), by_rate


class Sensitivity:
    """How the equations at one equilibrium move with the parameters; `of(answer)` is then one adjoint solve.

    Args:
        equilibrium: a certified equilibrium of `family(parameters)`.
        family: parameters -> Game, with the same states and moves; a `Family` knows the hard ends of parameters.
        parameters: where the equilibrium was solved.
        names: the parameters of interest; default all.

    Raises:
        UncertifiedError: the equilibrium has no certificate.
        OptionError: an unknown parameter, or states or moves change with one.
        ComputationError: there is no game on either side of a parameter.
    """

    def __init__(
        self,
        equilibrium: Equilibrium,
        family: Callable[[Mapping[str, float]], Game],
        parameters: Mapping[str, float],
        names: Sequence[str] | None = None,
    ) -> None:
        self.equilibrium = equilibrium.require()
        self.names = tuple(parameters) if names is None else tuple(names)
        self.family, self.parameters = Family.of(family), dict(parameters)
        op = equilibrium.operator
        self.line = Linearization(op, equilibrium.unknowns, small=op.dense)
        rows = np.repeat(np.arange(op.shape[1]), np.diff(op.pattern[1]))
        self.places = (rows, op.pattern[0])
        moved = [self.derivative(name, partial(self._read, name)) for name in self.names]
        self.by_equation = np.array([m[0] for m in moved]).reshape(len(self.names), *op.shape)  # dF/dtheta
        self.by_rate = np.array([m[1] for m in moved]).reshape(len(self.names), -1)  # dQ/dtheta on the pattern
        self.by_offset = np.array([m[2] for m in moved]).reshape(len(self.names), -1)  # of values less unknowns
        self.by_discount = np.array([m[3] for m in moved]).reshape(len(self.names), -1)  # drho/dtheta, (names, players)

    def derivative(self, name: str, read: Callable[[Game], tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
        """d read / d parameter, at fixed unknowns."""
        return self.family.derivative(self.parameters, name, read)

    def adjoint(self, by_value: np.ndarray) -> np.ndarray:
        """What the equations (parameters,) contribute to an answer that depends on the unknowns by `by_value`.

        Args:
            by_value: (players, states) derivative by the unknowns, also through rates.

        Raises:
            ComputationError: the adjoint equations could not be solved (the equilibrium is at a fold).
        """
        weight, solved = self.line.solve(by_value, tol=ADJOINT_TOL, transposed=True)
        if not solved:
            raise ComputationError("the adjoint equations did not converge; hint: is the equilibrium near a fold?")
        return np.einsum("pnk,nk->p", self.by_equation, weight)

    def of(self, answer: Answer) -> dict[str, float]:
        """dA/dtheta for every parameter of interest.

        Raises:
            ComputationError: the adjoint equations could not be solved (the equilibrium is at a fold).
        """
        _, by_value, by_generator = answer.pull(self.equilibrium, self.places)
        op = self.line.operator
        through_rates = self.line.rates_transposed(op.scatter.T @ by_generator) if by_generator.any() else 0.0
        total = self.adjoint(by_value + through_rates) + self.by_rate @ by_generator
        total = total + self.by_offset @ by_value.sum(axis=1)
        return dict(zip(self.names, total.tolist()))

    def _read(self, name: str, game: Game) -> tuple[np.ndarray, ...]:
        op = self.line.operator
        other = FlatGame(game, op.far).shifted(op.shift) if game.payoff_flow.shape == op.shape else None
        if other is None or other.moves != op.moves or not np.array_equal(other.pattern[0], op.pattern[0]):
            raise OptionError.of(f"states or moves change with parameter '{name}'", "the same ones nearby")
        at = other.residual(self.equilibrium.unknowns)
        return at.raw, at.generator.data, other.offset, other.rho


def gradient(
    equilibrium: Equilibrium,
    answer: Answer,
    family: Callable[[Mapping[str, float]], Game],
    parameters: Mapping[str, float],
) -> dict[str, float]:
    """Derivative of one scalar answer with respect to every parameter; see `Sensitivity` for many answers."""
    return Sensitivity(equilibrium, family, parameters).of(answer)
