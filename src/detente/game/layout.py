"""Where a case's states are: by date, by values, by condition, and after settling; the same for either timing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from detente.case import Case, Expr
from detente.case.expressions import read_expression
from detente.errors import OptionError, suggest
from detente.game.space import StateSpace
from detente.game.states import Radix, is_true
from detente.words.dates import nearest


@dataclass(frozen=True, eq=False)
class Layout:
    """A case with its reachable states found."""

    case: Case
    space: StateSpace
    packed: np.ndarray  # (states,) states as one integer each, sorted
    radix: Radix
    codes: Mapping[str, np.ndarray]  # per variable (states,) value indices

    @property
    def players(self) -> tuple[str, ...]:
        """Players in file order."""
        return self.case.players

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Parameters in file order; draws are attached by this position."""
        return tuple(self.case.parameters)

    def draw(self, parameters: Mapping[str, Any] | None) -> dict[str, Any]:
        """All parameters: the given ones, and the middle of the others.

        Raises:
            OptionError: an unknown parameter.
        """
        values: dict[str, Any] = self.case.defaults()
        for name, value in (parameters or {}).items():
            if name not in values:
                raise OptionError.of(f"unknown parameter '{name}'", "", suggest(name, values))
            if isinstance(value, bool) or not isinstance(value, int | float | np.number):
                raise OptionError.of(f"parameter '{name}' is {value!r}", "a number")
            values[name] = value
        return values

    def state(self, situation: str | Mapping[str, str]) -> int:
        """The state of a dated situation, or of values for all variables.

        Raises:
            OptionError: no such situation, variable or value, or a state that cannot be reached.
        """
        if isinstance(situation, str):
            if situation not in self.case.situations:
                hint = nearest(situation, self.case.situations)
                raise OptionError.of(f"no situation for {situation}", f"one of {', '.join(self.case.situations)}", hint)
            situation = self.case.situations[situation]
        for name, value in situation.items():
            if name not in self.case.states:
                raise OptionError.of(f"unknown state variable '{name}'", "", suggest(name, self.case.states))
            if value not in self.case.states[name].values:
                hint = suggest(value, self.case.states[name].values)
                raise OptionError.of(f"'{value}' is not a value of '{name}'", "", hint)
        missing = [name for name in self.case.states if name not in situation]
        if missing:
            raise OptionError.of(f"the situation leaves out {', '.join(missing)}", "all state variables")
        try:
            return self.space.index(situation)
        except KeyError:
            raise OptionError.of("this state cannot be reached from the situations of the case") from None

    def mask(self, expression: str | Expr) -> np.ndarray:
        """States in which a condition holds, (states,) bool.

        Raises:
            CaseError: the expression is wrong.
            OptionError: it is not a condition on states alone.
        """
        if isinstance(expression, str):
            expression = read_expression(expression, self.case.scope, truth=True)
        if expression.parameters or not expression.truth:
            raise OptionError.of(f"'{expression.text}' must compare state variables only", "for example 'phase == war'")
        return is_true(expression, self.codes, self.space.size).copy()

    @cached_property
    def peace(self) -> np.ndarray:
        """States that count as peace, (states,) bool."""
        return self.mask(self.case.outcomes.peace)

    @cached_property
    def war(self) -> np.ndarray:
        """States that count as war, (states,) bool."""
        return self.mask(self.case.outcomes.war)

    @cached_property
    def threshold(self) -> np.ndarray:
        """States whose fighting a reference class would count, (states,) bool; war, where the case does not say."""
        return self.war if self.case.threshold is None else self.mask(self.case.threshold.states)

    def settled(self, package: str | None = None) -> np.ndarray:
        """The state that settling leads to from each state, (states,) int; -1 where it is peace already, or where such
        a text cannot be signed.

        Args:
            package: the package that is signed; default the first that the case lists.

        Raises:
            OptionError: the case settles nothing under this name.
        """
        settle = self.case.outcomes.settle
        name = next(iter(settle)) if package is None else package
        if name not in settle:
            raise OptionError.of(f"no settlement '{name}'", f"one of {', '.join(settle)}", suggest(name, settle))
        result = np.full(self.space.size, -1)
        open_ = self.mask(self.case.outcomes.open[name])
        local = {n: c[open_] for n, c in self.codes.items()}
        target, _ = self.radix.moved(self.packed[open_], local, settle[name])
        result[open_] = np.searchsorted(self.packed, target)
        return result

    @property
    def packages(self) -> tuple[str, ...]:
        """Names under which the case can settle: its packages, or the one name "settled"."""
        return tuple(self.case.outcomes.settle)
