"""Pseudo-arclength continuation in (values, log of the noise factor): passes folds of a branch.

Newton corrects a prediction z + h t along the tangent t in the hyperplane through it; the bordered linear system stays
regular where the Jacobian of the values alone is singular.

Source: Keller 1977, Numerical solution of bifurcation and nonlinear eigenvalue problems; Allgower & Georg 2003.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse.linalg as sl

from detente.solve.newton import Linearization
from detente.solve.operator import Operator

STEPS = 600


@dataclass(frozen=True)
class Point:
    """A point of a branch: noise factor and values (players, states)."""

    s: float
    values: np.ndarray


def around_fold(
    operator: Operator, before: Point, here: Point, factor: float
) -> tuple[tuple[Point, Point] | None, str]:
    """Follow the branch from `before` through `here` past its turn until the noise falls again below where it turned.

    Returns:
        Two consecutive points beyond the fold, the second at or above `factor`; or None and the reason in words.
    """
    weight = 1.0 / (np.sqrt(here.values.size) * max(float(np.abs(here.values).max()), float(operator.game.noise.max())))
    z, tangent = _pack(here, weight), _unit(_pack(here, weight) - _pack(before, weight))
    step = max(float(np.linalg.norm(_pack(here, weight) - _pack(before, weight))), 1e-4)
    turned_at, turned, last = np.log(here.s), False, here
    for _ in range(STEPS):
        corrected, rounds = _correct(operator, z + step * tangent, tangent, weight)
        near = corrected is not None and _unit(corrected - z) @ tangent > 0.9
        if corrected is None or not near:
            step *= 0.5
            if step < 1e-8:
                return None, "the branch could not be followed around its turn (a bifurcation?)"
            continue
        tangent, z = _unit(corrected - z), corrected
        turned = turned or tangent[-1] > 0
        point = _unpack(z, operator, weight)
        if turned and tangent[-1] < 0 and z[-1] < turned_at - 1e-3:
            return (last, point), ""
        if z[-1] <= np.log(factor):
            return (last, point), ""
        last = point
        step *= 1.5 if rounds <= 3 else 0.7 if rounds >= 6 else 1.0
    return None, f"the branch had not come back after {STEPS} arclength steps"


def _pack(point: Point, weight: float) -> np.ndarray:
    return np.append(weight * point.values.ravel(), np.log(point.s))


def _unpack(z: np.ndarray, operator: Operator, weight: float) -> Point:
    return Point(float(np.exp(z[-1])), (z[:-1] / weight).reshape(operator.shape))


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.linalg.norm(v)


def _correct(operator: Operator, z: np.ndarray, tangent: np.ndarray, weight: float) -> tuple[np.ndarray | None, int]:
    """Newton in the hyperplane through the prediction; the corrected point and the rounds it took."""
    predicted, shape = z, operator.shape
    for number in range(1, 9):
        point = _unpack(z, operator, weight)
        at = Linearization(operator.with_noise(point.s), point.values)
        lu = at.factored
        slope = lu.solve(_noise_derivative(operator, point)).ravel()

        def product(v: np.ndarray, at=at, lu=lu, slope=slope) -> np.ndarray:
            dv = v[:-1].reshape(shape)
            top = v[:-1] - lu.solve(at.cross(dv)).ravel() - slope * v[-1]
            return np.append(top, weight * (tangent[:-1] @ v[:-1]) + tangent[-1] * v[-1])

        right = np.append(lu.solve(at.residual).ravel(), -tangent @ (z - predicted))
        size = right.size
        change, info = sl.gmres(
            sl.LinearOperator((size, size), matvec=product, dtype=float),
            right,
            rtol=1e-8,
            atol=0.0,
            restart=100,
            maxiter=4,
        )
        if info != 0 or not np.isfinite(change).all():
            return None, number
        z = z + np.append(weight * change[:-1], change[-1])
        moved = float(np.abs(change[:-1]).max()) / float(at.operator.scale(point.values).min())
        if moved < 1e-8:
            return z, number
        if moved > 10.0:
            return None, number
    return None, 8


def _noise_derivative(operator: Operator, point: Point) -> np.ndarray:
    """dF / d log s at fixed values, (players, states), utility/year."""
    h = 1e-5
    up, down = (Linearization(operator.with_noise(point.s * np.exp(d)), point.values).residual for d in (h, -h))
    return (up - down) / (2 * h)
