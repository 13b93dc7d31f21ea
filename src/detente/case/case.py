"""A case, read and checked; changed copies of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from detente.case.counts import CountsEntry
from detente.case.expressions import read_expression
from detente.case.history import Statistic
from detente.case.issues import IssueEntry
from detente.case.objections import Note
from detente.case.parts import (
    Account,
    Action,
    Actor,
    Expr,
    Lever,
    NatureEvent,
    Outcomes,
    Parameter,
    Play,
    Scenario,
    StateVariable,
    Threshold,
    fixed,
)
from detente.case.questions import Questions
from detente.case.resolve import Scope
from detente.errors import CaseError, Diagnostic, OptionError, Severity, suggest
from detente.files.yaml import At, Document


@dataclass(frozen=True)
class Case:
    """A case, read and checked; make changed copies by `override`.

    `problems` holds what is wrong with files of accounts/ and scenarios/: they are left out of `accounts` and
    `scenarios`, so that what does not need them goes on. Whoever needs them all calls `require`.
    """

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
    nature: Mapping[str, NatureEvent]
    outcomes: Outcomes
    situations: Mapping[str, Mapping[str, str]]
    packages: Mapping[str, Mapping[str, Any]]
    levers: Mapping[str, Lever]
    issues: Mapping[str, IssueEntry]
    questions: Questions
    accounts: Mapping[str, Account]
    scenarios: Mapping[str, Scenario]
    scope: Scope
    documents: Mapping[str, Document]
    counts: Mapping[str, CountsEntry] = field(default_factory=dict[str, CountsEntry])
    asymmetry: Mapping[str, str] = field(default_factory=dict[str, str])  # path -> why two actors differ there
    together: Mapping[str, str] = field(default_factory=dict[str, str])  # simultaneous moves: whose change prevails
    history: Mapping[str, Statistic] = field(default_factory=dict[str, Statistic])
    decisions: Mapping[str, Mapping[str, Expr]] = field(default_factory=dict[str, Mapping[str, Expr]])  # shares
    objections: Mapping[str, str] = field(default_factory=dict[str, str])  # actor -> its strongest, to this case
    notes: tuple[Note, ...] = ()  # what was tried
    threshold: Threshold | None = None  # the states whose fighting a reference class would count
    problems: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict[str, tuple[Diagnostic, ...]])
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
        return read_expression(text, self.scope)

    def defaults(self) -> dict[str, float]:
        """The value of every parameter when nothing is drawn, in file order."""
        return {name: parameter.mid for name, parameter in self.parameters.items()}

    def drawn(self, point: Sequence[float]) -> dict[str, float]:
        """Every parameter at a point of the unit cube, attached by position."""
        return {p.name: float(p.sample(float(u))) for p, u in zip(self.parameters.values(), point, strict=True)}

    def expressions(self) -> Iterator[Expr]:
        """Every expression that the game is made of (derived names count where they are used)."""
        for terms in self.payoffs.values():
            yield from terms.values()
        for actions in self.actions.values():
            for action in actions.values():
                yield from (action.when, action.cost, *action.impulses.values())
                yield from (probability for probability, _ in action.outcomes)
                if action.rate is not None:
                    yield action.rate
        for event in self.nature.values():
            yield from (event.when, event.rate, *(probability for probability, _ in event.outcomes))
        yield from (self.outcomes.peace, self.outcomes.war)

    def moves(self) -> dict[str, str]:
        """All moves that a rate can belong to: `actor.action` and names of events, with what they are."""
        moves = {f"{actor}.{name}": "action" for actor, actions in self.actions.items() for name in actions}
        return {**moves, **dict.fromkeys(self.nature, "event")}

    def require(self, folder: str) -> None:
        """Insist that every file of a folder could be read.

        Args:
            folder: accounts or scenarios.

        Raises:
            CaseError: what is wrong with its files.
        """
        wrong = [d for file, found in self.problems.items() if file.startswith(f"{folder}/") for d in found]
        if wrong:
            raise CaseError(wrong)

    def account(self, name: str) -> Account:
        """A rival account.

        Raises:
            OptionError: no such account.
            CaseError: it may stand in a file that could not be read.
        """
        if name not in self.accounts:
            self.require("accounts")
            expected = f"one of {', '.join(self.accounts)}" if self.accounts else ""
            raise OptionError.of(f"unknown account '{name}'", expected, suggest(name, self.accounts))
        return self.accounts[name]

    def scenario(self, name: str) -> Scenario:
        """A scenario of the case.

        Raises:
            OptionError: no such scenario.
            CaseError: it may stand in a file that could not be read.
        """
        if name not in self.scenarios:
            self.require("scenarios")
            raise OptionError.of(f"unknown scenario '{name}'", "", suggest(name, self.scenarios))
        return self.scenarios[name]

    def override(self, parameters: Mapping[str, float] | None = None, scenario: str | Scenario | None = None) -> "Case":
        """A copy with a scenario's changes, then with parameters fixed at the given values.

        Raises:
            OptionError: an unknown parameter or scenario.
        """
        case = self
        if scenario is not None:
            case = _changed(case, case.scenario(scenario) if isinstance(scenario, str) else scenario)
        changed = dict(case.parameters)
        for name, value in (parameters or {}).items():
            if name not in changed:
                raise OptionError.of(f"unknown parameter '{name}'", "", suggest(name, changed))
            changed[name] = fixed(changed[name], float(value))
        return replace(case, parameters=changed)


def _changed(case: Case, scenario: Scenario) -> Case:
    """A copy of the case with a scenario's changes.

    Raises:
        OptionError: a parameter that the case does not have.
    """
    parameters = dict(case.parameters)
    for name, value in scenario.parameters.items():
        if name not in parameters:
            raise OptionError.of(f"unknown parameter '{name}'", "", suggest(name, parameters))
        parameters[name] = value if isinstance(value, Parameter) else fixed(parameters[name], value)
    actions = {
        actor: {
            name: replace(
                action,
                rate=scenario.rates.get(f"{actor}.{name}", action.rate),
                cost=scenario.costs.get(f"{actor}.{name}", action.cost),
            )
            for name, action in own.items()
        }
        for actor, own in case.actions.items()
    }
    nature = {n: replace(event, rate=scenario.rates.get(n, event.rate)) for n, event in case.nature.items()}
    situations = {**case.situations, **scenario.situations}
    changed = replace(case, parameters=parameters, actions=actions, nature=nature, situations=situations)
    return replace(changed, changes=(*case.changes, scenario))
