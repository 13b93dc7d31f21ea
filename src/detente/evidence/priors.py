"""Priors in the coordinates of one wide reference prior, so that a draw solved once can serve every account.

A draw is a point u in the unit cube; dimension j has the value Q_j(u_j), Q_j the quantile function of its reference
prior. An account is another set of quantile functions A_j (most of them the same). With G_j(u) = F_Aj(Q_j(u)), the
density of the account relative to the reference is the product of G_j'(u_j); it is taken numerically, so any prior of
the case language serves. Outside the account's ranges it is 0.

Nuisances are never fixed (docs/evidence.md): the reference prior is wider than the case for every `noise` (half the
lower end to twice the upper) and for a common factor on all reference rates (1/4 to 4), so that halving and doubling
them is a reweighting. Recording probabilities are integrated out for every draw (`thinning`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from detente.case import Parameter
from detente.errors import OptionError

SCALE = "reference_scale"  # common factor on all reference rates
EDGE = 1e-7  # distance kept from the ends of the unit interval, where quantiles may be infinite
STEP = 1e-5  # of the difference quotient for densities: far above rounding, far below the width of any prior
HALVINGS = 50  # of an interval of length 1: below the spacing of floating numbers
SUPPORT_SLACK = 1e-6  # share of a range by which an account may stick out of it: rounding of its ends


class Quantile(Protocol):
    """A prior by its quantile function, increasing, vectorised over u."""

    def __call__(self, u: np.ndarray) -> np.ndarray:
        """Values at probabilities u in [0, 1]."""
        ...


@dataclass(frozen=True)
class Uniform:
    """Uniform between two ends."""

    low: float
    high: float

    def __call__(self, u: np.ndarray) -> np.ndarray:
        """Quantile function."""
        return self.low + (self.high - self.low) * np.asarray(u)


@dataclass(frozen=True)
class LogUniform:
    """Uniform in the logarithm between two positive ends."""

    low: float
    high: float

    def __call__(self, u: np.ndarray) -> np.ndarray:
        """Quantile function."""
        return self.low * (self.high / self.low) ** np.asarray(u)


@dataclass(frozen=True)
class Sampled:
    """The prior of a case's parameter, through its `sample(u)`."""

    parameter: Parameter

    def __call__(self, u: np.ndarray) -> np.ndarray:
        """Quantile function."""
        flat = np.clip(np.asarray(u, float), EDGE, 1 - EDGE)
        return np.array([self.parameter.sample(float(x)) for x in flat.ravel()]).reshape(flat.shape)


def quantile_of(parameter: Parameter) -> Quantile:
    """The prior of a case's parameter; the plain kinds in closed form."""
    prior = parameter.prior
    if prior.kind in ("uniform", "loguniform"):
        low, high = max(prior.numbers[0], prior.low), min(prior.numbers[1], prior.high)
        return Uniform(low, high) if prior.kind == "uniform" else LogUniform(low, high)
    return Sampled(parameter)


def invert(quantile: Quantile, values: np.ndarray) -> np.ndarray:
    """F(value) by bisection; 0 below the support, 1 above."""
    values = np.asarray(values, float)
    low, high = np.zeros(values.shape), np.ones(values.shape)
    ends = quantile(np.array([0.0, 1.0]))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = quantile(middle) < values
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(values <= ends[0], 0.0, np.where(values >= ends[1], 1.0, (low + high) / 2))


@dataclass(frozen=True)
class Dimension:
    """One coordinate: its reference prior, and the prior that an account has unless it says otherwise."""

    name: str
    reference: Quantile
    usual: Quantile | None = None  # None: the reference itself
    nuisance: str = ""  # "noise", "reference", "recording" or ""


@dataclass(frozen=True)
class JointPrior:
    """An account (or the reference) as priors on some dimensions; the others keep their usual prior."""

    name: str
    changed: Mapping[str, Quantile] = field(default_factory=dict)
    wide: bool = False  # the reference prior itself: nothing has its usual prior


@dataclass(frozen=True)
class ParameterSpace:
    """All dimensions, in order: the case's parameters, the factor on reference rates, recording probabilities."""

    dimensions: tuple[Dimension, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(d.name for d in self.dimensions)

    def values(self, u: np.ndarray) -> np.ndarray:
        """(draws, dimensions) values of points of the cube."""
        return np.stack([d.reference(u[:, n]) for n, d in enumerate(self.dimensions)], axis=1)

    def target(self, prior: JointPrior, n: int) -> Quantile | None:
        """The prior of dimension n under an account; None where it is the reference."""
        dimension = self.dimensions[n]
        return prior.changed.get(dimension.name, None if prior.wide else dimension.usual)

    def log_ratio(self, prior: JointPrior, u: np.ndarray) -> np.ndarray:
        """(draws,) log density of an account relative to the reference prior; -inf outside its ranges."""
        total = np.zeros(len(u))
        for n, dimension in enumerate(self.dimensions):
            quantile = self.target(prior, n)
            if quantile is None:
                continue
            up, down = np.minimum(u[:, n] + STEP, 1.0), np.maximum(u[:, n] - STEP, 0.0)
            mass = invert(quantile, dimension.reference(up)) - invert(quantile, dimension.reference(down))
            with np.errstate(divide="ignore"):
                total += np.log(np.maximum(mass / (up - down), 0.0))
        return total

    def into(self, prior: JointPrior, v: np.ndarray) -> np.ndarray:
        """Points of the reference cube from points of the account's own cube (there its prior is uniform)."""
        u = v.copy()
        for n, dimension in enumerate(self.dimensions):
            quantile = self.target(prior, n)
            if quantile is not None:
                u[:, n] = invert(dimension.reference, quantile(v[:, n]))
        return np.clip(u, EDGE, 1 - EDGE)

    def out_of(self, prior: JointPrior, u: np.ndarray) -> np.ndarray:
        """The account's own cube from points of the reference cube; see `into`."""
        v = u.copy()
        for n, dimension in enumerate(self.dimensions):
            quantile = self.target(prior, n)
            if quantile is not None:
                v[:, n] = invert(quantile, dimension.reference(u[:, n]))
        return np.clip(v, EDGE, 1 - EDGE)

    def check(self, prior: JointPrior) -> None:
        """Refuse an account whose prior is a point or leaves the reference prior's support.

        Raises:
            OptionError: all offending parameters.
        """
        wrong = []
        for name, quantile in prior.changed.items():
            if name not in self.names:
                wrong.append(f"{name} is not a parameter with a range")
                continue
            ends = quantile(np.array([EDGE, 1 - EDGE]))
            support = self.dimensions[self.names.index(name)].reference(np.array([0.0, 1.0]))
            slack = SUPPORT_SLACK * max(1e-12, float(support[1] - support[0]))
            if not ends[1] > ends[0]:
                wrong.append(f"{name} is a point ({ends[0]:g}); an account gives intervals")
            if ends[0] < support[0] - slack or ends[1] > support[1] + slack:
                wrong.append(
                    f"{name} from {ends[0]:g} to {ends[1]:g} leaves the reference range "
                    f"{support[0]:g} to {support[1]:g}"
                )
        if wrong:
            what = f"account '{prior.name}': {'; '.join(wrong)}"
            raise OptionError.of(
                what,
                "intervals inside the case's ranges",
                "widen the case's range, or give the account a run of its own",
            )


def space_of(parameters: Mapping[str, Parameter]) -> ParameterSpace:
    """The dimensions of a case's parameters, and the factor on reference rates.

    Args:
        parameters: name -> parameter; fixed ones are left out.
    """
    dimensions = []
    for name, parameter in parameters.items():
        low, high = parameter.low, parameter.high
        if not high > low:
            continue
        own = quantile_of(parameter)
        if name == "noise" or name.startswith("noise."):
            dimensions.append(Dimension(name, LogUniform(low / 2, 2 * high), own, "noise"))
        else:
            dimensions.append(Dimension(name, own, None, "reference" if name == "reference_rate" else ""))
    dimensions.append(Dimension(SCALE, LogUniform(0.25, 4.0), LogUniform(0.5, 2.0), "reference"))
    return ParameterSpace(tuple(dimensions))


def halved_and_doubled(space: ParameterSpace, prior: JointPrior) -> dict[str, JointPrior]:
    """The variants under which a verdict must keep its sign: noise, reference rates and the account's widths."""
    variants: dict[str, JointPrior] = {}
    for label, factor in (("halved", 0.5), ("doubled", 2.0)):
        noise = {
            d.name: Scaled(d.usual, factor) for d in space.dimensions if d.nuisance == "noise" and d.usual is not None
        }
        if noise:
            variants[f"noise {label}"] = JointPrior(prior.name, {**prior.changed, **noise}, prior.wide)
        rates = {SCALE: LogUniform(0.5 * factor, 2.0 * factor)}
        variants[f"reference rates {label}"] = JointPrior(prior.name, {**prior.changed, **rates}, prior.wide)
    if prior.changed:
        for label, factor in (("halved", 0.5), ("doubled", 2.0)):
            widths = {
                name: _stretched(space, name, quantile, factor)
                for name, quantile in prior.changed.items()
                if name in space.names
            }
            variants[f"prior widths {label}"] = JointPrior(prior.name, widths, prior.wide)
    return variants


@dataclass(frozen=True)
class Scaled:
    """A prior with all values multiplied by a factor."""

    base: Quantile
    factor: float

    def __call__(self, u: np.ndarray) -> np.ndarray:
        """Quantile function."""
        return self.factor * self.base(u)


def _stretched(space: ParameterSpace, name: str, quantile: Quantile, factor: float) -> Uniform:
    """The same middle, `factor` times the width, cut to the reference range."""
    low, high = quantile(np.array([EDGE, 1 - EDGE]))
    support = space.dimensions[space.names.index(name)].reference(np.array([0.0, 1.0]))
    middle, half = (low + high) / 2, factor * (high - low) / 2
    return Uniform(max(float(support[0]), middle - half), min(float(support[1]), middle + half))
