"""The equilibrium equations of a game with asynchronous moves as the solvers see them (solver/system.py)."""

from functools import cached_property

import numpy as np

from detente.game import Game
from detente.solver.flat import FlatGame
from detente.solver.linear import evaluate
from detente.solver.linearize import Linearization
from detente.solver.system import SMALL, System


class Operator(FlatGame, System):
    """The equations of one game; unknowns are the values (players, states) less `offset`, utility."""

    def __init__(self, game: Game) -> None:
        super().__init__(game)
        self.dense = self.shape[0] * self.shape[1] <= SMALL

    # ---- other equations of the same pattern -----------------------------------------------------------------------

    def with_noise(self, factor: float, bonus: np.ndarray | None = None) -> "Operator":
        """The same equations with every noise scale multiplied by `factor`.

        Args:
            factor: multiplies the noise.
            bonus: (players,) factors of the worth of having options; None for `factor` itself (an ordinary game).
        """
        payoff = self.payoff if bonus is None else self.payoff + (bonus - factor)[:, None] * self.options
        _ = self.own_dense if self.dense else None  # shared with the copies
        return self.copy(tau=self.tau * factor, noise=self.noise * factor, payoff=payoff)

    def densely(self) -> "Operator":
        """The same equations, with dense linear algebra."""
        return self.copy(dense=True)

    def spread_out(self, numbers: np.ndarray) -> np.ndarray:
        """(players, 1)."""
        return numbers[:, None]

    def means(self, values: np.ndarray) -> np.ndarray:
        """Mean over states."""
        return values.mean(axis=1)

    # ---- solving ---------------------------------------------------------------------------------------------------

    def improve(self, values: np.ndarray, tol: float) -> tuple[float, np.ndarray | None]:
        """Scaled relative residual, and the values of the strategies that follow (None once residual <= tol)."""
        at = self.residual(values)
        if at.error <= tol or not np.isfinite(at.error):
            return at.error, None
        depth = max(0.01 * at.error, 0.3 * tol) * self.scale(values)[:, 0]  # as deep as the error warrants
        return at.error, evaluate(at.generator, self.rho, at.flow, values, tol=depth)

    def linearize(self, values: np.ndarray) -> Linearization:
        """The equations and their derivative at the values."""
        return Linearization(self, values, small=self.dense)

    def moved(self, old: np.ndarray, new: np.ndarray) -> float:
        """Largest change of log(rate + rho) over all moves: rates far below the discount rate do not matter."""
        if self.moves == 0:
            return 0.0
        rho = self.rho[self.player]
        return float(np.abs(np.log((self.choose(new).rate + rho) / (self.choose(old).rate + rho))).max())

    def random_start(self, rng: np.random.Generator) -> np.ndarray:
        """Values of a random strategy profile, some of it near pure."""
        if self.moves == 0:
            return np.zeros(self.shape)
        strength = 10.0 ** rng.uniform(-0.5, 1.5)
        exponent = strength * rng.normal(size=self.moves) + rng.random() * self.log_weight
        choice = self.rule.choose(self, exponent, np.zeros(self.moves))
        flow = self.payoff + (self.pay @ choice.rate).reshape(self.shape)
        zero = np.zeros(self.shape)
        return evaluate(self.generator(choice), self.rho, flow, zero, tol=1e-3 * float(self.tau.min()))

    # ---- sizes -----------------------------------------------------------------------------------------------------

    @cached_property
    def options(self) -> np.ndarray:
        """What having options is worth to an indifferent player, (players, states), utility/year."""
        return self.rule.options(self).reshape(self.shape) if self.moves else np.zeros(self.shape)

    @property
    def cap(self) -> np.ndarray:
        """Noise factor per player at which the worth of options varies over states as much as the payoffs do."""
        spread = np.ptp(self.options, axis=1)
        stake = np.ptp(self.payoff, axis=1)
        return np.divide(stake, spread, out=np.full(len(stake), np.inf), where=spread > 0)

    @property
    def reach(self) -> float:
        """Noise factor at which the noise is a quarter of the discounted spread of payoffs."""
        return 0.25 * float((np.ptp(self.payoff, axis=1) / self.rho / self.tau).max())
