"""Pseudo-arclength continuation in (values, log of the noise factor): passes folds of a branch.

Newton corrects a prediction z + h t along the tangent t in the hyperplane through it; the bordered linear system stays
regular where the Jacobian of the values alone is singular.

Source: Keller 1977, Numerical solution of bifurcation and nonlinear eigenvalue problems; Allgower & Georg 2003.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse.linalg as sl

from detente.solve.system import Line, System, solve_dense

STEPS = 1500  # around one fold, for small systems
WORK = 600_000  # steps times unknowns around one fold: larger systems get fewer steps, at least FEWEST
FEWEST = 30
SHORTEST = 1e-9


@dataclass(frozen=True)
class Point:
    """A point of a branch: noise factor and values (players, states)."""

    s: float
    values: np.ndarray


def around_fold(at: Callable[[float], System], here: Point, factor: float) -> tuple[list[Point], str]:
    """Follow the branch from `here` towards smaller noise, past its turn, until the noise is below where it turned.

    Args:
        at: the equations at a noise factor.
        here: a regular point of the branch, accurately solved.
        factor: smallest noise factor of interest.

    Returns:
        Two consecutive points beyond the fold; or none and the reason in words.
    """
    noise = float(at(here.s).noise_scale.max())
    frame = _Frame(at, here.values.shape, 1.0 / (3.0 * noise * np.sqrt(here.values.size)))
    z, tangent = frame.pack(here), frame.first_tangent(here)
    step, turned, last = 1e-3, False, here
    allowed = max(FEWEST, min(STEPS, WORK // here.values.size))
    for _ in range(allowed):
        corrected, rounds = frame.correct(z + step * tangent, tangent)
        new = None if corrected is None else frame.tangent(corrected, tangent)
        if new is None or new @ tangent < 0.8:
            step *= 0.5
            if step < SHORTEST:
                return [], "the branch could not be followed around its turn (a bifurcation?)"
            continue
        tangent, z = new, corrected
        turned = turned or tangent[-1] > 0
        point = frame.unpack(z)
        beyond = turned and tangent[-1] < -0.1 and z[-1] < np.log(here.s) - 1e-3
        if beyond or point.s <= factor:
            return [last, point], ""
        last = point
        step = min(0.5, step * (1.6 if rounds <= 3 else 0.7 if rounds >= 6 else 1.0))
    return [], f"the branch had not come back after {allowed} arclength steps"


@dataclass(frozen=True)
class _Frame:
    """Points packed as vectors: weighted values, then log s."""

    at: Callable[[float], System]
    shape: tuple[int, ...]
    weight: float

    def pack(self, point: Point) -> np.ndarray:
        return np.append(self.weight * point.values.ravel(), np.log(point.s))

    def unpack(self, z: np.ndarray) -> Point:
        return Point(float(np.exp(z[-1])), (z[:-1] / self.weight).reshape(self.shape))

    def noise_derivative(self, point: Point) -> np.ndarray:
        """dF / d log s at fixed values, (players, states), utility/year."""
        h = 1e-5
        up, down = (self.at(point.s * np.exp(d)).linearize(point.values).residual for d in (h, -h))
        return (up - down) / (2 * h)

    def first_tangent(self, point: Point) -> np.ndarray:
        """Unit tangent at a regular point, towards smaller noise."""
        slope, _ = self.at(point.s).linearize(point.values).solve(self.noise_derivative(point))
        return -_unit(np.append(self.weight * slope.ravel(), 1.0))

    def bordered(self, z: np.ndarray, tangent: np.ndarray) -> tuple[Line, Callable]:
        """The linearisation at z, and a solver of [(rho - G) - C, -dF/dlog s; tangent] c = [right; last], c packed."""
        point = self.unpack(z)
        line = self.at(point.s).linearize(point.values)
        matrix = line.dense()
        if matrix is not None:
            column = -self.weight * self.noise_derivative(point).reshape(-1, 1)
            whole = np.block([[matrix, column], [tangent[None, :]]])

            def solve_whole(right: np.ndarray, last: float) -> np.ndarray | None:
                found = solve_dense(whole, np.append(self.weight * right.ravel(), last))
                return found if np.isfinite(found).all() else None

            return line, solve_whole
        slope = self.weight * line.precondition(self.noise_derivative(point)).ravel()

        def product(v: np.ndarray) -> np.ndarray:
            crossed = line.respond(v[:-1].reshape(self.shape)).ravel()
            return np.append(v[:-1] - crossed - slope * v[-1], tangent @ v)

        operator = sl.LinearOperator((z.size, z.size), matvec=product, dtype=float)

        def solve(right: np.ndarray, last: float) -> np.ndarray | None:
            whole = np.append(self.weight * line.precondition(right).ravel(), last)
            found, info = sl.gmres(operator, whole, rtol=1e-9, atol=0.0, restart=min(z.size, 150), maxiter=4)
            return found if info == 0 and np.isfinite(found).all() else None

        return line, solve

    def correct(self, z: np.ndarray, tangent: np.ndarray) -> tuple[np.ndarray | None, int]:
        """Newton in the hyperplane through the prediction; the corrected point and the rounds it took."""
        predicted = z
        for number in range(1, 8):
            line, solve = self.bordered(z, tangent)
            change = solve(line.residual, float(-tangent @ (z - predicted)))
            if change is None:
                return None, number
            z = z + change
            moved = float(np.abs(change).max())
            if moved < 1e-9:
                return z, number
            if moved > 1.0:
                return None, number
        return None, 8

    def tangent(self, z: np.ndarray, old: np.ndarray) -> np.ndarray | None:
        """Unit tangent of the branch at z, in the direction of the old one."""
        _, solve = self.bordered(z, old)
        found = solve(np.zeros(self.shape), 1.0)
        return None if found is None else _unit(found)


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.linalg.norm(v)


def crossings(
    at: Callable[[float], System], here: Point, direction: float, steps: int = 150, span: float = 3.0
) -> Iterator[np.ndarray]:
    """Follow the branch through `here` and yield the unknowns wherever it comes back to the noise factor of `here`.

    Args:
        at: the equations at a noise factor.
        here: an accurately solved regular point.
        direction: +1 towards smaller noise first, -1 towards larger.
        steps: arclength steps at most.
        span: the branch is left when log noise is this far from where it began (no fold is in sight then).
    """
    noise = float(at(here.s).noise_scale.max())
    frame = _Frame(at, here.values.shape, 1.0 / (3.0 * noise * np.sqrt(here.values.size)))
    z, tangent = frame.pack(here), direction * frame.first_tangent(here)
    level, step = float(np.log(here.s)), 1e-2
    for _ in range(steps):
        corrected, rounds = frame.correct(z + step * tangent, tangent)
        new = None if corrected is None else frame.tangent(corrected, tangent)
        if corrected is None or new is None or new @ tangent < 0.8:
            step *= 0.5
            if step < 1e-7:
                return
            continue
        last, z, tangent = z, corrected, new
        if (last[-1] - level) * (z[-1] - level) < 0 or (z[-1] == level and last[-1] != level):
            share = (level - last[-1]) / (z[-1] - last[-1])
            yield frame.unpack(last + share * (z - last)).values
        if abs(z[-1] - level) > span:
            return
        step = min(0.3, step * (1.6 if rounds <= 3 else 0.7 if rounds >= 6 else 1.0))
