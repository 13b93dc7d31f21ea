"""Following one equilibrium while assumptions are moved by hand: fast, and certified at every point that is shown.

A new point starts from the polynomial through the last solutions along the one parameter that moves, and is corrected
by Anderson-accelerated steps V + M F(V), M the factors of rho - G at an earlier point: nothing is factorised while a
slider moves. What comes out carries the ordinary certificate, at the tolerance that was asked for; where the steps do
not settle, `detente.solver.solve` takes over, and its status says how that went.

Source: Walker & Ni 2011, SIAM J. Numer. Anal. 49 (Anderson acceleration); Fornberg 1988, Math. Comp. 51 (weights).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from detente.game import Game
from detente.solver import Equilibrium, solve
from detente.solver.linear import Factored
from detente.solver.operator import Operator

ROUNDS = 40
MEMORY = 8
POINTS = 4  # solutions that the prediction passes through
SLOW = 14  # rounds after which the factors are renewed
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class _Point:
    parameters: Mapping[str, float]
    values: np.ndarray  # (players, states), utility
    discount_rate: np.ndarray  # (players,)


class Follower:
    """Solves the games of one template one after the other, each from those before."""

    def __init__(self) -> None:
        self.points: list[_Point] = []
        self.factors: Factored | None = None
        self.factored_rho: np.ndarray | None = None
        self.delay: dict[str, np.ndarray] = {}  # per package: where the next computation of delay starts

    def base(self, game: Game, progress: Progress | None = None) -> Equilibrium:
        """The equilibrium on the principal branch, from nothing; later points start from it."""
        equilibrium = solve(game, progress=progress)
        if equilibrium.certified:
            self._keep(game, equilibrium)
            self._factor(equilibrium)
        return equilibrium

    def at(self, game: Game, tol: float, progress: Progress | None = None) -> Equilibrium:
        """The equilibrium of a game near those solved before; check `certified`.

        Args:
            game: the game; its `parameters` say where it lies.
            tol: scaled relative residual that certifies.
            progress: called by the slow way, if it comes to that; an exception that it raises ends the computation.
        """
        if not self.points:
            return self.base(game, progress)
        operator = Operator(game)
        values, rounds = self._correct(operator, self._predict(operator), 0.3 * tol)
        equilibrium = Equilibrium(operator, values, tol, f"a warm start, {rounds} rounds", branch="warm start")
        if not equilibrium.certified:
            equilibrium = solve(game, tol=tol, start=self._nearest(game), progress=progress)
        if equilibrium.certified:
            self._keep(game, equilibrium)
            if rounds > SLOW:
                self._factor(equilibrium)
        return equilibrium

    def _keep(self, game: Game, equilibrium: Equilibrium) -> None:
        here = dict(game.parameters)
        self.points = [p for p in self.points if p.parameters != here][-5:]
        self.points.append(_Point(here, equilibrium.values, game.discount_rate))

    def _factor(self, equilibrium: Equilibrium) -> None:
        self.factors = Factored(equilibrium.generator, equilibrium.game.discount_rate)
        self.factored_rho = equilibrium.game.discount_rate

    def _nearest(self, game: Game) -> np.ndarray:
        """Values of the last solution."""
        return self.points[-1].values

    def _predict(self, operator: Operator) -> np.ndarray:
        """Values from the polynomial through the nearest solutions along the parameter that moves, or the last ones."""
        last = self.points[-1]
        here = operator.game.parameters
        moved = [name for name in here if here[name] != last.parameters.get(name)]
        if len(moved) != 1:
            return last.values
        name = moved[0]
        line = [
            p for p in self.points if all(p.parameters.get(other) == here[other] for other in here if other != name)
        ]
        line = sorted(line, key=lambda p: abs(p.parameters[name] - here[name]))[:POINTS]
        if len(line) < 2:
            return last.values
        at = np.array([p.parameters[name] for p in line])
        weights = [
            np.prod([(here[name] - at[j]) / (at[i] - at[j]) for j in range(len(at)) if j != i]) for i in range(len(at))
        ]
        if np.abs(weights).sum() > 20.0:  # far outside the points: a polynomial would run away
            return line[0].values
        return sum(w * p.values for w, p in zip(weights, line, strict=True))  # pyright: ignore[reportReturnType]

    def _correct(self, operator: Operator, start: np.ndarray, tol: float) -> tuple[np.ndarray, int]:
        """Steps from `start` until the scaled relative residual is below `tol`; the best point and the rounds used."""
        if self.factors is None or not np.array_equal(self.factored_rho, operator.rho):  # pyright: ignore
            generator = operator.generator(operator.choose(start))
            self.factors, self.factored_rho = Factored(generator, operator.rho), operator.rho
        values, best, best_error = start, start, np.inf
        points: list[np.ndarray] = []
        steps: list[np.ndarray] = []
        for number in range(ROUNDS):
            error, residual = _residual(operator, values)
            if error < best_error:
                best, best_error = values, error
            if error <= tol or not np.isfinite(error) or error > 1e3 * max(best_error, tol):
                return best, number
            points = [*points[-MEMORY:], values.ravel()]
            steps = [*steps[-MEMORY:], self.factors.solve(residual).ravel()]
            values = _mixed(points, steps).reshape(values.shape)
        return best, ROUNDS


def _residual(operator: Operator, values: np.ndarray) -> tuple[float, np.ndarray]:
    """Scaled relative residual, and F(V) itself, (players, states), utility/year."""
    choice = operator.choose(values)
    generator = operator.generator(choice)
    raw = operator.flow(choice) + (generator @ values.T).T - operator.rho[:, None] * values
    exits = operator.rho[:, None] + operator.exit_rate(generator)
    return float((np.abs(raw) / exits / operator.scale(values)).max()), raw


def _mixed(points: list[np.ndarray], steps: list[np.ndarray]) -> np.ndarray:
    newest = points[-1] + steps[-1]
    if len(points) == 1:
        return newest
    change, move = np.diff(np.array(steps), axis=0), np.diff(np.array(points), axis=0)
    weights = np.linalg.lstsq(change @ change.T, change @ steps[-1], rcond=1e-13)[0]
    return newest - weights @ (move + change)
