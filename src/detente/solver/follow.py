"""Following one equilibrium while assumptions are moved by hand: fast, and certified at every point that is shown.

A new point starts from the polynomial through the last solutions along the one parameter that moves, and is corrected
by Anderson-accelerated steps V + M F(V), M the factors of rho - G at an earlier point: nothing is factorised while a
slider moves. What comes out carries the ordinary certificate, at the tolerance that was asked for; where the steps do
not settle, `detente.solver.solve` takes over, and its status says how that went.

Source: Walker & Ni 2011, SIAM J. Numer. Anal. 49 (Anderson acceleration).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from detente.game import Game
from detente.solver.driver import solve
from detente.solver.equilibrium import Equilibrium
from detente.solver.linear import Factored
from detente.solver.mixing import mixed
from detente.solver.operator import Operator
from detente.solver.predict import predicted, weights
from detente.solver.system import Progress

ROUNDS = 40  # steps after which the full solver takes over
MEMORY = 8  # steps that are mixed
POINTS = 4  # solutions that the prediction passes through
KEPT = 6  # solutions kept
LONGEST = 20.0  # sum of the weights of a prediction: beyond, it is far outside its points and would run away
SLOW = 14  # rounds after which the factors are renewed


@dataclass(frozen=True)
class _Point:
    parameters: Mapping[str, float]
    equilibrium: Equilibrium


class Follower:
    """Solves the games of one template one after the other, each from those before."""

    def __init__(self) -> None:
        self.points: list[_Point] = []
        self.factors: Factored | None = None

    def base(self, game: Game, progress: Progress | None = None) -> Equilibrium:
        """The equilibrium on the principal branch, from nothing; later points start from it."""
        equilibrium = solve(game, progress=progress)
        if equilibrium.certified:
            self._keep(game, equilibrium)
            self._factor(equilibrium.operator, equilibrium.generator)
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
            equilibrium = solve(game, tol=tol, start=self.points[-1].equilibrium, progress=progress)
        if equilibrium.certified:
            self._keep(game, equilibrium)
            if rounds > SLOW:
                self._factor(equilibrium.operator, equilibrium.generator)
        return equilibrium

    def _keep(self, game: Game, equilibrium: Equilibrium) -> None:
        here = dict(game.parameters)
        self.points = [p for p in self.points if p.parameters != here][1 - KEPT :]
        self.points.append(_Point(here, equilibrium))

    def _factor(self, operator: Operator, generator: sp.csr_array) -> None:
        self.factors = Factored(generator, operator.rho)

    def _predict(self, operator: Operator) -> np.ndarray:
        """Values from the polynomial through the nearest solutions along the parameter that moves, or the last ones."""
        last = self.points[-1]
        here = operator.game.parameters
        moved = [name for name in here if here[name] != last.parameters.get(name)]
        if len(moved) != 1:
            return last.equilibrium.unknowns
        name = moved[0]
        line = [
            p for p in self.points if all(p.parameters.get(other) == here[other] for other in here if other != name)
        ]
        line = sorted(line, key=lambda p: abs(p.parameters[name] - here[name]))[:POINTS]
        if len(line) < 2:
            return last.equilibrium.unknowns
        at = [p.parameters[name] for p in line]
        if np.abs(weights(here[name], at)).sum() > LONGEST:
            return line[0].equilibrium.unknowns
        return predicted(here[name], at, [p.equilibrium.unknowns for p in line])

    def _correct(self, operator: Operator, start: np.ndarray, tol: float) -> tuple[np.ndarray, int]:
        """Steps from `start` until the scaled relative residual is below `tol`; the best point and the rounds used."""
        if self.factors is None or not np.array_equal(self.factors.rho, operator.rho):
            self._factor(operator, operator.generator(operator.choose(start)))
        assert self.factors is not None
        values, best, best_error = start, start, np.inf
        points: list[np.ndarray] = []
        steps: list[np.ndarray] = []
        for number in range(ROUNDS):
            at = operator.residual(values)
            error = at.error
            if error < best_error:
                best, best_error = values, error
            if error <= tol or not np.isfinite(error) or error > 1e3 * max(best_error, tol):
                return best, number
            points = [*points[-MEMORY:], values.ravel()]
            steps = [*steps[-MEMORY:], self.factors.solve(at.raw).ravel()]
            values = mixed(points, steps).reshape(values.shape)
        return best, ROUNDS
