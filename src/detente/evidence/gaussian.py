"""The Gaussian that chains propose from: prior coordinates, sharpened along the directions in which the record speaks.

The log-likelihood is fitted by a quadratic

    q(z) = c + a . w + 1/2 w' B w,    w = U' z,

by regularised least squares on the values and gradients met so far; U are the informed directions, the leading
eigenvectors of the averaged outer product of gradients. With the standard normal prior, q makes the Gaussian N(m, C).
It decides how quickly chains mix and never where they end.

Source: Cui, Law & Marzouk 2016, Journal of Computational Physics 304 (likelihood-informed subspace); Rudolf & Sprungk
2018, Foundations of Computational Mathematics 18 (Crank-Nicolson steps about any Gaussian).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

CROSSED = 40  # of the most informed directions, whose products count too: 780 terms, which some dozen gradients settle
NARROWER = 0.7  # variance, of the prior's 1, below which an axis counts as one in which the record speaks
INFORMED = 0.05  # slope, nats per prior standard deviation (root mean square), below which a direction keeps its prior
REACH = 30.0  # nats below the best point at which a point counts half
LEAST_MISFIT = 0.3  # of values and of slopes, nats: what a quadratic is allowed
WIDTH = 30.0  # prior standard deviation of a and B, nats: weak, so that few points do not run wild
PASSES = 3  # fits, each with slopes in units of the last
VARIANCES = (1e-3, 1.5)  # of the Gaussian along any direction


@dataclass(frozen=True)
class Seen:
    """Points at which the log-likelihood is known; gradients where they were computed.

    Attributes:
        z: (points, dimensions).
        log: (points,) nats.
        at: (slopes,) which point each gradient belongs to.
        slope: (slopes, dimensions) nats per unit of z.
    """

    z: np.ndarray
    log: np.ndarray
    at: np.ndarray
    slope: np.ndarray

    def joined(self, other: "Seen") -> "Seen":
        """Both."""
        return Seen(
            np.concatenate([self.z, other.z]),
            np.concatenate([self.log, other.log]),
            np.concatenate([self.at, other.at + len(self.z)]),
            np.concatenate([self.slope, other.slope]),
        )


@dataclass(frozen=True)
class Gaussian:
    """N(mean, root root'), the columns of `root` at right angles.

    Its density relative to the standard normal is exp(linear . z + 1/2 z' bend z) up to a constant.
    """

    mean: np.ndarray  # (dimensions,)
    root: np.ndarray  # (dimensions, dimensions)
    linear: np.ndarray
    bend: np.ndarray

    @staticmethod
    def of(linear: np.ndarray, bend: np.ndarray) -> "Gaussian":
        """What a quadratic log-likelihood makes of the standard normal; too flat or too sharp directions are held."""
        precision, turned = np.linalg.eigh(np.eye(len(linear)) - (bend + bend.T) / 2)
        precision = np.clip(precision, 1 / VARIANCES[1], 1 / VARIANCES[0])
        mean = turned @ ((turned.T @ linear) / precision)
        return Gaussian(
            mean=mean,
            root=turned / np.sqrt(precision),
            linear=linear,
            bend=np.eye(len(linear)) - (turned * precision) @ turned.T,
        )

    def log_ratio(self, z: np.ndarray) -> float:
        """Log density relative to the standard normal, up to a constant."""
        return float(self.linear @ z + 0.5 * z @ self.bend @ z)

    @cached_property
    def sharp(self) -> np.ndarray:
        """(dimensions,) bool: axes of `root` along which the record narrows the prior."""
        return (self.root**2).sum(axis=0) < NARROWER

    def step(self, z: np.ndarray, sharp: float, flat: float, rng: np.random.Generator) -> np.ndarray:
        """A Crank-Nicolson step, reversible for this Gaussian.

        Args:
            z: (dimensions,) where it starts.
            sharp: its length along the axes in which the record speaks; 0 stays, 1 forgets where it came from.
            flat: its length along the others.
            rng: randomness.
        """
        length = np.where(self.sharp, sharp, flat)
        axis = self.root / np.sqrt((self.root**2).sum(axis=0))
        along, width = axis.T @ (z - self.mean), np.sqrt((self.root**2).sum(axis=0))
        moved = np.sqrt(1.0 - length**2) * along + length * width * rng.standard_normal(len(z))
        return self.mean + axis @ moved


def informed(slopes: np.ndarray) -> np.ndarray:
    """(dimensions, directions) in which the record speaks, from gradients (slopes, dimensions)."""
    if not len(slopes):
        return np.zeros((slopes.shape[1], 0))
    _, size, turned = np.linalg.svd(slopes, full_matrices=False)
    return turned[size > INFORMED * np.sqrt(len(slopes))].T


def fitted(seen: Seen) -> Gaussian:
    """The Gaussian of the quadratic that fits best what was seen; the prior across the informed directions.

    Slopes are steep where the record speaks loudly, and so are their misfits: they count in units of the Gaussian
    itself, which is therefore fitted a few times, each time with the misfits that the last fit left.
    """
    directions = informed(seen.slope * _near(seen)[seen.at][:, None])
    size = directions.shape[1]
    linear, bend, noise, root = np.zeros(size), np.zeros((size, size)), (LEAST_MISFIT, LEAST_MISFIT), np.eye(size)
    for _ in range(PASSES if size else 0):
        linear, bend, noise = _quadratic(seen, directions, root, noise)
        root = Gaussian.of(linear, bend).root
    return Gaussian.of(directions @ linear, directions @ bend @ directions.T)


def _near(seen: Seen) -> np.ndarray:
    """(points,) how much each point counts."""
    return 1.0 / (1.0 + (seen.log.max() - seen.log) / REACH)


def _terms(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of directions whose products the quadratic has: all squares, and products of the most informed ones."""
    first, second = np.triu_indices(size)
    kept = (first == second) | (second < CROSSED)
    return first[kept], second[kept]


def _quadratic(
    seen: Seen, directions: np.ndarray, root: np.ndarray, noise: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Slope and curvature in informed directions, and the misfits of values and slopes that they leave."""
    size, near = directions.shape[1], _near(seen)
    first, second = _terms(size)
    half = np.where(first == second, 0.5, 1.0)
    w = seen.z @ directions
    values = np.hstack([np.ones((len(w), 1)), w, half * w[:, first] * w[:, second]])
    blocks, right = [], []
    for point, gradient in zip(seen.at, seen.slope @ directions, strict=True):
        bent = np.zeros((size, len(first)))
        one = np.arange(len(first))
        bent[first, one] += half * w[point, second]
        bent[second, one] += half * w[point, first]
        blocks.append(root.T @ np.hstack([np.zeros((size, 1)), np.eye(size), bent]) * near[point])
        right.append(root.T @ gradient * near[point])
    parts = [(values * near[:, None], seen.log * near), (np.vstack(blocks), np.concatenate(right))]
    tight = np.full(values.shape[1], WIDTH**-2)
    tight[0] = 0.0  # the constant is free
    gram, pull = np.diag(tight), np.zeros(len(tight))
    for (rows, known), misfit in zip(parts, noise, strict=True):
        gram += rows.T @ rows / misfit**2
        pull += rows.T @ known / misfit**2
    found = np.linalg.solve(gram, pull)
    left = tuple(max(LEAST_MISFIT, float(np.sqrt(np.mean((rows @ found - known) ** 2)))) for rows, known in parts)
    bend = np.zeros((size, size))
    bend[first, second] = bend[second, first] = found[1 + size :]
    return found[1 : 1 + size], bend, (left[0], left[1])


def joined(parts: Sequence[Seen]) -> Seen:
    """All of them."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.joined(part)
    return whole
