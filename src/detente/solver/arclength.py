"""Pseudo-arclength continuation in (values, log of the noise factor): passes folds of a branch.

Newton corrects a prediction z + h t along the tangent t in the hyperplane through it; the bordered linear system stays
regular where the Jacobian of the values alone is singular. The sign of its determinant is the same all along a branch
up to a point where other branches begin. Small systems, for which it is known, refuse steps that change it: they would
have jumped over a corner and turn back. Only where a very short step changes it and hardly leaves the straight line is
it taken for such a branching point, as games have whose players are mirror images: the branch goes straight on there.
Under "occasions" the own term of an actor has a kink where an act is worth as much as going on. A branch has a corner
there and may turn back at once: the equations beyond it say how it goes on, the sign of their determinant which way.

Source: Keller 1977, Numerical solution of bifurcation and nonlinear eigenvalue problems; Allgower & Georg 2003.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.linalg as la
import scipy.sparse.linalg as sl

from detente.solver.system import Line, System, linear_operator

FIRST = 1e-2  # step, in packed units (see `_Frame`), as all of these: small, for it grows threefold where it can
LONGEST = 2.0  # two thirds of the noise: beyond it Newton's prediction is of no use
SHRINK = 0.3  # of a step that was refused
CLOSE = 1e-6  # last Newton change of a point on the way
FARTHEST = 3.0  # Newton change that is taken as a loss of the branch
ROUNDS = 6  # of Newton per step: it converges in three or four where the step is right
BEND = 0.5  # least cosine between the tangents of consecutive points: corners are sharp where a choice switches
CAREFUL = 0.9  # the same, where the branch was lost with `BEND`
SPAN = 3.0  # log noise beyond the levels of interest at which a branch is left: no fold is in sight then
ALIGNED = 0.98  # cosine of consecutive tangents that counts as straight: 11 degrees
BELOW = 1e-3  # log noise below the turn from which a branch counts as past it
DIFFERENCE = 1e-5  # log noise: near the third root of float64's rounding, where a central difference is best
MEMORY = 150  # directions kept by GMRES for the bordered system, close to singular at a turn
BACK = 2.0  # rise of log noise beyond which a branch is taken to run back to where it came from
DRIFT = 0.3  # of a step: farthest that Newton may carry a prediction; beyond, it may end on another part of the branch
BRANCHING = 1e-3  # longest step that may pass a branching point
OFF = 1e-2  # of such a step: farthest that its end may lie from the straight line
CORNER = 1e-6  # step below which a branch is taken to have a corner
BEYOND = 10.0  # times such a step: how far the equations beyond a corner are looked at
AWAY = (1e-5, 1e-4, 1e-3, 1e-2)  # first steps tried beyond it
STRAIGHT = 4  # points after which a branch that falls steadily, without a turn, is taken to have none here


@dataclass(frozen=True)
class Point:
    """A point of a branch: noise factor and values (players, states)."""

    s: float
    values: np.ndarray


@dataclass(frozen=True)
class Passed:
    """What came of following a branch around a turn: two consecutive points beyond it, or none and why in words."""

    beyond: list[Point]
    words: str
    steps: int
    turned: bool = False  # whether noise rose on the way: a fold, and not only a steep stretch


def around_fold(at: Callable[[float], System], here: Point, factor: float, allowed: int, bend: float = BEND) -> Passed:
    """Follow the branch from `here` towards smaller noise, past its turn, until the noise is below where it turned.

    Args:
        at: the equations at a noise factor.
        here: a regular point of the branch, accurately solved.
        factor: smallest noise factor of interest.
        allowed: steps at most.
        bend: least cosine between the tangents of consecutive points.
    """
    frame = _Frame.around(at, here)
    z, tangent = frame.pack(here), frame.first_tangent(here)
    sign = frame.bordered(z, tangent)[2]
    step, turned, straight, last = FIRST, False, 0, here
    for used in range(1, allowed + 1):
        ahead = frame.ahead(z, tangent, step, sign, bend)
        if ahead is None:
            step, straight = SHRINK * step, 0
            if step > CORNER:
                continue
            ahead, step = frame.corner(z, tangent, sign), FIRST
            if ahead is None:
                return Passed([], "the branch could not be followed around its turn (a bifurcation?)", used)
        straight = straight + 1 if ahead.tangent @ tangent > ALIGNED else 0
        z, tangent, rounds, sign = ahead.z, ahead.tangent, ahead.rounds, ahead.sign
        turned = turned or tangent[-1] > 0
        point = frame.unpack(z)
        fallen = tangent[-1] < 0 and z[-1] < np.log(here.s) - BELOW
        if point.s <= factor or (fallen and (straight >= (1 if turned else STRAIGHT))):
            return Passed([last, point], "", used, turned)
        if z[-1] > np.log(here.s) + BACK:
            return Passed([], "the branch ran back to larger noise", used)
        last = point
        step = _next(step, rounds)
    return Passed([], f"the branch had not come back after {allowed} arclength steps", allowed)


def _next(step: float, rounds: int) -> float:
    """The next step: longer where Newton converged at once, shorter where it had to work."""
    return min(LONGEST, step * (3.0 if rounds <= 3 else 1.3 if rounds == 4 else 0.8))


@dataclass(frozen=True)
class _Ahead:
    """A point further on, packed, with its unit tangent, Newton's rounds, and the sign of the determinant there."""

    z: np.ndarray
    tangent: np.ndarray
    rounds: int
    sign: float


@dataclass(frozen=True)
class _Frame:
    """Points packed as vectors: weighted values, then log s."""

    at: Callable[[float], System]
    shape: tuple[int, ...]
    weight: float

    @staticmethod
    def around(at: Callable[[float], System], here: Point) -> "_Frame":
        """The frame in which a third of the noise at a point, as a root mean square over the values, counts as 1."""
        weight = 3.0 / (float(at(here.s).noise_scale.max()) * np.sqrt(here.values.size))
        return _Frame(at, here.values.shape, weight)

    def pack(self, point: Point) -> np.ndarray:
        return np.append(self.weight * point.values.ravel(), np.log(point.s))

    def unpack(self, z: np.ndarray) -> Point:
        return Point(float(np.exp(z[-1])), (z[:-1] / self.weight).reshape(self.shape))

    def noise_derivative(self, point: Point) -> np.ndarray:
        """dF / d log s at fixed values, (players, states), utility/year."""
        h = DIFFERENCE
        up, down = (self.at(point.s * np.exp(d)).linearize(point.values).residual for d in (h, -h))
        return (up - down) / (2 * h)

    def first_tangent(self, point: Point) -> np.ndarray:
        """Unit tangent at a regular point, towards smaller noise."""
        slope, _ = self.at(point.s).linearize(point.values).solve(self.noise_derivative(point))
        return -_unit(np.append(self.weight * slope.ravel(), 1.0))

    def bordered(self, z: np.ndarray, tangent: np.ndarray) -> tuple[Line, Callable, float]:
        """The linearisation at z; a solver of [(rho - G) - C, -dF/dlog s; tangent] c = [right; last], c packed; and the
        sign of the determinant, 0 for large systems."""
        point = self.unpack(z)
        line = self.at(point.s).linearize(point.values)
        matrix = line.dense()
        if matrix is not None:
            column = -self.weight * self.noise_derivative(point).reshape(-1, 1)
            with warnings.catch_warnings():  # an exactly singular matrix: its solutions are not finite
                warnings.simplefilter("ignore", la.LinAlgWarning)
                factors = la.lu_factor(np.block([[matrix, column], [tangent[None, :]]]), check_finite=False)
            swaps = np.count_nonzero(factors[1] != np.arange(z.size))
            sign = float(np.prod(np.sign(np.diag(factors[0])))) * (-1.0) ** swaps

            def solve_whole(right: np.ndarray, last: float) -> np.ndarray | None:
                whole = np.append(self.weight * right.ravel(), last)
                found = la.lu_solve(factors, whole, check_finite=False)
                return found if np.isfinite(found).all() else None

            return line, solve_whole, sign
        slope = self.weight * line.precondition(self.noise_derivative(point)).ravel()

        def product(v: np.ndarray) -> np.ndarray:
            crossed = line.respond(v[:-1].reshape(self.shape)).ravel()
            return np.append(v[:-1] - crossed - slope * v[-1], tangent @ v)

        operator = linear_operator(z.size, product)

        def solve(right: np.ndarray, last: float) -> np.ndarray | None:
            whole = np.append(self.weight * line.precondition(right).ravel(), last)
            found, info = sl.gmres(operator, whole, rtol=1e-4, atol=0.0, restart=min(z.size, MEMORY), maxiter=4)
            return found if info == 0 and np.isfinite(found).all() else None

        return line, solve, 0.0

    def ahead(self, z: np.ndarray, tangent: np.ndarray, step: float, sign: float, bend: float = BEND) -> _Ahead | None:
        """The point a step further along the branch.

        None where Newton does not settle, the branch turns by more than `bend`, or the determinant has another sign
        than `sign` and this is no branching point: the step is then too long.
        """
        predicted = z + step * tangent
        found = self.correct(predicted, tangent)
        if found is None or found.tangent @ tangent < bend or np.linalg.norm(found.z - predicted) > DRIFT * step:
            return None
        straight = step <= BRANCHING and np.abs(found.z - predicted).max() <= OFF * step
        return found if found.sign == sign or straight else None

    def corner(self, z: np.ndarray, tangent: np.ndarray, sign: float) -> _Ahead | None:
        """A point beyond a corner right ahead of z; None where there is none to be found.

        The equations just beyond have another tangent there. It is followed in the direction that keeps the sign of the
        determinant; where that is not known, in the direction that turns less, else in the other.
        """
        _, solve, now = self.bordered(z + BEYOND * CORNER * tangent, tangent)
        along = solve(np.zeros(self.shape), 1.0)
        if along is None:
            return None
        onward = _unit(along)
        for way in (onward, -onward) if not sign else (onward,) if now == sign else (-onward,):
            for step in AWAY:
                found = self.correct(z + step * way, way)
                if found is not None and found.sign == sign and found.tangent @ way >= CAREFUL:
                    return found
        return None

    def correct(self, z: np.ndarray, tangent: np.ndarray) -> _Ahead | None:
        """Newton in the hyperplane through the prediction; None where it does not settle.

        The tangent is that of the last round, whose change was below `CLOSE`.
        """
        predicted, before = z, np.inf
        for number in range(1, ROUNDS + 1):
            line, solve, now = self.bordered(z, tangent)
            change = solve(line.residual, float(-tangent @ (z - predicted)))
            if change is None:
                return None
            z = z + change
            moved = float(np.abs(change).max())
            if moved < CLOSE:
                along = solve(np.zeros(self.shape), 1.0)
                return None if along is None else _Ahead(z, _unit(along), number, now)
            if moved > min(FARTHEST, 0.5 * before):
                return None
            before = moved
        return None


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.linalg.norm(v)


def crossings(
    at: Callable[[float], System], here: Point, direction: float, level: float = 1.0, *, steps: int = 150
) -> Iterator[np.ndarray]:
    """Follow the branch through `here` and yield the unknowns wherever it crosses the noise factor `level`.

    Args:
        at: the equations at a noise factor.
        here: an accurately solved regular point.
        direction: +1 towards smaller noise first, -1 towards larger.
        level: the noise factor, at or below that of `here`.
        steps: arclength steps at most.
    """
    frame = _Frame.around(at, here)
    z, tangent = frame.pack(here), direction * frame.first_tangent(here)
    low, high = float(np.log(level)) - SPAN, float(np.log(here.s)) + SPAN
    wanted, step, sign = float(np.log(level)), FIRST, frame.bordered(z, tangent)[2]
    for _ in range(steps):
        ahead = frame.ahead(z, tangent, step, sign)
        if ahead is None:
            step *= SHRINK
            if step > CORNER:
                continue
            ahead, step = frame.corner(z, tangent, sign), FIRST
            if ahead is None:
                return
        last = z
        z, tangent, rounds, sign = ahead.z, ahead.tangent, ahead.rounds, ahead.sign
        if (last[-1] - wanted) * (z[-1] - wanted) < 0 or (z[-1] == wanted and last[-1] != wanted):
            share = (wanted - last[-1]) / (z[-1] - last[-1])
            yield frame.unpack(last + share * (z - last)).values
        if not low <= z[-1] <= high:
            return
        step = _next(step, rounds)
