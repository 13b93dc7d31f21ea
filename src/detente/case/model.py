"""A case as data: who, what can differ, what each wants and can do, what nobody chooses, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from detente.case.nodes import Node, Number, Truth
from detente.case.priors import Prior
from detente.case.resolve import Scope
from detente.errors import Diagnostic, OptionError, Severity, suggest
from detente.files.yaml import At, Document


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
        from detente.case.evaluate import parameters_of

        return parameters_of(self.node)

    @cached_property
    def variables(self) -> frozenset[str]:
        """Names of the state variables it uses."""
        from detente.case.evaluate import variables_of

        return variables_of(self.node)

    def evaluate(self, codes: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
        """Its value in states given by value indices per variable; see `detente.case.evaluate`."""
        from detente.case.evaluate import evaluate

        return evaluate(self.node, codes, parameters)


ONE = Expr("1", Number(0, 1.0))
ZERO = Expr("0", Number(0, 0.0))
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
    """What can differ between states; attributes are numbers for each value."""

    name: str
    values: tuple[str, ...]
    ordered: bool
    attributes: Mapping[str, tuple[float, ...]]
    label: str = ""
    packages: bool = False
    era: bool = False


@dataclass(frozen=True)
class Parameter:
    """A number that is not known: its prior, reason and basis. `mid` is used when nothing is drawn."""

    name: str
    prior: Prior
    low: float
    high: float
    mid: float
    unit: str = ""
    label: str = ""
    why: str = ""
    basis: str = ""
    sources: tuple[str, ...] = ()
    contested: Any = None
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
class Event:
    """What nature does, at a rate per year."""

    name: str
    when: Expr
    outcomes: tuple[tuple[Expr, Effects], ...]
    rate: Expr = ZERO
    label: str = ""
    at: At = ()


@dataclass(frozen=True)
class Outcomes:
    """What counts as peace and war; `settle` has one entry per package, or the one entry "settled"."""

    peace: Expr
    war: Expr
    settle: Mapping[str, Effects]


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
    shocks: str = "reference"
    discount_factor: float | None = None


@dataclass(frozen=True)
class Case:
    """A case, read and checked; make changed copies by `override`."""

    name: str
    title: str
    summary: str
    folder: Path
    files: Mapping[str, Path]
    as_of: str
    unit: Mapping[str, str]
    timing: str
    play: Play
    actors: Mapping[str, Actor]
    players: tuple[str, ...]
    states: Mapping[str, StateVariable]
    parameters: Mapping[str, Parameter]
    derived: Mapping[str, Expr]
    payoffs: Mapping[str, Mapping[str, Expr]]
    actions: Mapping[str, Mapping[str, Action]]
    nature: Mapping[str, Event]
    outcomes: Outcomes
    situations: Mapping[str, Mapping[str, str]]
    packages: Mapping[str, Mapping[str, Any]]
    levers: Mapping[str, Lever]
    issues: Mapping[str, Mapping[str, Any]]
    questions: Mapping[str, Any]
    claims: Any
    accounts: Mapping[str, Account]
    scenarios: Mapping[str, Scenario]
    scope: Scope
    documents: Mapping[str, Document]
    lines: Mapping[str, tuple[str, ...]]
    together: Mapping[str, str] = field(default_factory=dict[str, str])  # simultaneous moves: whose change prevails
    warnings: tuple[Diagnostic, ...] = ()
    changes: tuple[Scenario, ...] = ()  # scenarios that were applied, first to last
    content: str = ""  # content key of the folder when it was read

    def where(self, path: At, file: str = "case.yaml") -> tuple[str, int, int]:
        """File, line and column of what stands at a path of a file of the case."""
        place = self.documents[file].place(path)
        return place.file, place.line, place.column

    def remark(
        self, at: At, what: str, expected: str = "", hint: str = "", *, severity: Severity = "error", key: bool = False
    ) -> Diagnostic:
        """A remark about what stands at a path of case.yaml."""
        return self.documents["case.yaml"].diagnostic(at, what, expected, hint, key, severity)

    def expression(self, text: str) -> Expr:
        """An expression in the words of this case, for masks and searches.

        Raises:
            CaseError: the expression is wrong; the diagnostics quote it.
        """
        from detente.case.expressions import read_expression

        return read_expression(text, self.scope)

    def defaults(self) -> dict[str, float]:
        """The value of every parameter when nothing is drawn, in file order."""
        return {name: parameter.mid for name, parameter in self.parameters.items()}

    def override(
        self, parameters: Mapping[str, float] | None = None, scenario: "str | Scenario | None" = None
    ) -> "Case":
        """A copy with a scenario's changes, then with parameters fixed at the given values.

        Raises:
            OptionError: an unknown parameter or scenario.
        """
        case = self
        if scenario is not None:
            from detente.case.scenarios import apply_scenario

            case = apply_scenario(case, scenario)
        changed = dict(case.parameters)
        for name, value in (parameters or {}).items():
            if name not in changed:
                raise OptionError.of(f"unknown parameter '{name}'", "", suggest(name, changed))
            changed[name] = fixed(changed[name], float(value))
        return replace(case, parameters=changed)


def fixed(parameter: Parameter, value: float) -> Parameter:
    """The parameter with all weight on one value."""
    return replace(parameter, prior=Prior("fixed", (value,)), low=value, high=value, mid=value)
