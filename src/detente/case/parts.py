"""The parts of a case, built and checked: expressions, actors, variables, parameters, acts, levers, accounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from detente.case.evaluate import evaluate, parameters_of, variables_of
from detente.case.nodes import Constant, Node, Truth
from detente.case.priors import Distribution
from detente.files.yaml import At


@dataclass(frozen=True)
class Expr:
    """An expression with its meaning resolved; `at` is its path in the file `document`."""

    text: str
    node: Node
    truth: bool = False
    at: At = ()

    @cached_property
    def parameters(self) -> frozenset[str]:
        """Names of the parameters it uses."""
        return parameters_of(self.node)

    @cached_property
    def variables(self) -> frozenset[str]:
        """Names of the state variables it uses."""
        return variables_of(self.node)

    def evaluate(self, codes: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
        """Its value in states given by value indices per variable; see `detente.case.evaluate`."""
        return evaluate(self.node, codes, parameters)


CEILING = 200.0  # times its own rate: as often as an act can come under "occasions"
ONE = Expr("1", Constant(0, 1.0))
ZERO = Expr("0", Constant(0, 0.0))
ALWAYS = Expr("true", Truth(0, True), truth=True)


@dataclass(frozen=True)
class Actor:
    """A party, mediator, patron, guarantor, domestic actor or organisation."""

    name: str
    kind: str
    labels: Mapping[str, str]
    also: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The English name, or the id."""
        return self.labels.get("en", self.name)


@dataclass(frozen=True)
class StateVariable:
    """What can differ between states; attributes have for each value a number, or the name of a parameter."""

    name: str
    values: tuple[str, ...]
    ordered: bool
    attributes: Mapping[str, tuple[float | str, ...]]
    label: str = ""
    packages: bool = False
    era: bool = False


@dataclass(frozen=True)
class Parameter:
    """A number that is not known: its prior, reason and basis. `mid` is used when nothing is drawn."""

    name: str
    prior: Distribution
    low: float
    high: float
    mid: float
    unit: str = ""
    label: str = ""
    why: str = ""
    basis: str = ""
    sources: tuple[str, ...] = ()
    contested: str = ""  # how others see it
    contested_by: tuple[str, ...] = ()  # ids of the claims in which they do
    fixed: bool = False  # a definition or a switch, and no estimate
    confidential: bool = False
    at: At = ()

    def sample(self, u: float) -> float:
        """The quantile of the prior at u in (0, 1)."""
        return self.prior.quantile(u)


@dataclass(frozen=True)
class Effect:
    """One variable's change: set to the value `code`, or moved by `step` (`stop`: at the ends it stays)."""

    variable: str
    code: int | None
    step: int = 0
    stop: bool = False
    at: At = ()


Effects = tuple[Effect, ...]


@dataclass(frozen=True)
class Action:
    """What an actor can do; `rate` None means the case's default reference rate."""

    name: str
    when: Expr
    outcomes: tuple[tuple[Expr, Effects], ...]
    cost: Expr = ZERO
    impulses: Mapping[str, Expr] = field(default_factory=dict[str, Expr])
    rate: Expr | None = None
    label: str = ""
    at: At = ()


@dataclass(frozen=True)
class NatureEvent:
    """What nature does, at a rate per year."""

    name: str
    when: Expr
    outcomes: tuple[tuple[Expr, Effects], ...]
    rate: Expr = ZERO
    label: str = ""
    at: At = ()


@dataclass(frozen=True)
class Outcomes:
    """What counts as peace and war; `settle` has one entry per package, or the one entry "settled".

    `open` has the same names: the states, none of peace, in which that can be settled.
    """

    peace: Expr
    war: Expr
    settle: Mapping[str, Effects]
    open: Mapping[str, Expr]


@dataclass(frozen=True)
class Threshold:
    """The states whose fighting a reference class would count, and that threshold in words."""

    states: Expr
    means: str


@dataclass(frozen=True)
class Lever:
    """What outsiders could change, who pays and who must agree."""

    name: str
    change: Mapping[str, tuple[float, float]]
    cost: Expr
    paid_by: tuple[str, ...]
    consent: tuple[str, ...] = ()
    decays: float | None = None  # half-life, years
    excludes: tuple[str, ...] = ()
    label: str = ""
    why: str = ""
    basis: str = ""
    at: At = ()


@dataclass(frozen=True)
class Account:
    """A rival account: priors on the parameters of the same game."""

    name: str
    in_words: str
    parameters: Mapping[str, Parameter]
    title: str = ""
    held_by: tuple[str, ...] = ()
    opposed_by: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True)
class Scenario:
    """A named set of changes to a case."""

    name: str
    title: str = ""
    why: str = ""
    parameters: Mapping[str, Parameter | float] = field(default_factory=dict[str, Parameter | float])
    rates: Mapping[str, Expr] = field(default_factory=dict[str, Expr])
    costs: Mapping[str, Expr] = field(default_factory=dict[str, Expr])
    situations: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    file: str = ""


@dataclass(frozen=True)
class Play:
    """Settings of the game; a name of a parameter stands where the file gives a range."""

    discount_rate: Mapping[str, float | str]
    noise: Mapping[str, float | str]
    reference_rate: float | str
    tempo: Mapping[str, float]
    shocks: str = "occasions"
    ceiling: float = CEILING
    discount_factor: float | None = None


def fixed(parameter: Parameter, value: float) -> Parameter:
    """The parameter with all weight on one value."""
    return replace(parameter, prior=Distribution("fixed", (value,)), low=value, high=value, mid=value)
