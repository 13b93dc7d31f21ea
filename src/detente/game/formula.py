"""Expressions over a case's states, and what is impossible about their values at a draw of the parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.case import Expr
from detente.case.evaluate import evaluate, fold
from detente.errors import CaseError, Diagnostic
from detente.files.yaml import At
from detente.game.layout import Layout

PROBABILITY_SLACK = 1e-9  # rounding of sums such as .1 + .9, by which probabilities may miss 0, 1 or their sum
LARGEST = 1e100  # beyond this a payoff, price or rate is a slip, and sums could overflow


@dataclass(frozen=True, eq=False)
class Formula:
    """An expression split for a state space."""

    node: Any  # resolved tree with state-only parts computed
    at: At
    what: str

    def values(self, codes: Mapping[str, np.ndarray], parameters: Mapping[str, float], size: int) -> np.ndarray:
        """Its values, broadcast to (states,)."""
        found = np.asarray(evaluate(self.node, codes, parameters))
        found = found.astype(float, copy=False)
        return found if found.shape == (size,) else np.broadcast_to(found, (size,))


def split(expression: Expr, what: str, codes: Mapping[str, np.ndarray]) -> Formula:
    """An expression with what depends on states alone computed."""
    return Formula(fold(expression.node, codes), expression.at, what)


class Draw:
    """Values at one draw of the parameters; what is impossible raises, or is collected where `problems` is given."""

    def __init__(self, layout: Layout, parameters: Mapping[str, Any], problems: list[Diagnostic] | None = None) -> None:
        self.layout, self.parameters, self.problems = layout, parameters, problems
        self.size = layout.space.size

    def fail(self, formula: Formula, what: str, expected: str, hint: str = "") -> None:
        """Refuse a value, with the place of its expression."""
        problem = self.layout.case.remark(formula.at, f"{what} in {formula.what}", expected, hint)
        if self.problems is None:
            raise CaseError(problem)
        self.problems.append(problem)

    def raw(self, formula: Formula) -> np.ndarray:
        """The values (states,), whatever they are."""
        return formula.values(self.layout.codes, self.parameters, self.size)

    def values(self, formula: Formula, mask: np.ndarray | None = None) -> np.ndarray:
        """The values (states,), finite; 0 outside the mask."""
        found = self.raw(formula) if mask is None else np.where(mask, self.raw(formula), 0)
        if not (np.abs(found) < LARGEST).all():
            self.fail(formula, "a value that is not finite", f"a number below {LARGEST:g}")
        return found

    def rates(self, formula: Formula, mask: np.ndarray) -> np.ndarray:
        """Rates (states,), at least 0; 0 outside the mask. A share such as 1 - .9 - .1 may miss 0 by rounding."""
        found = np.where(mask, self.raw(formula), 0.0)
        found[(found < 0) & (found >= -PROBABILITY_SLACK)] = 0.0
        if not (np.abs(found) < LARGEST).all() or (found < 0).any():
            self.fail(formula, f"rate {_extreme(found):.6g}", f"a number from 0 to {LARGEST:g}")
        return found

    def probabilities(self, formulas: Sequence[Formula], here: np.ndarray) -> list[np.ndarray]:
        """Probabilities (states,) of the outcomes of one move; they sum to 1 in the states `here`."""
        values, total = [self.raw(formula) for formula in formulas], np.zeros(len(here))
        for formula, value in zip(formulas, values, strict=True):
            own = value[here]
            if not (own >= -PROBABILITY_SLACK).all() or not (own <= 1 + PROBABILITY_SLACK).all():
                self.fail(formula, f"probability {_extreme(own):.6g}", "between 0 and 1")
            total += own
        if len(here) and not (np.abs(total - 1) <= PROBABILITY_SLACK).all():
            worst = total[np.argmax(np.abs(total - 1))]
            self.fail(formulas[0], f"probabilities sum to {worst:.6g}", "1", "give the last outcome '1 - ...'")
        return values

    def setting(self, value: float | str) -> float:
        """A setting of play: a number, or the value of the parameter that its range makes."""
        return self.parameters[value] if isinstance(value, str) else value


def _extreme(values: np.ndarray) -> float:
    bad = values[~np.isfinite(values)]
    return float(bad[0]) if bad.size else float(values[np.argmax(np.abs(values - 0.5))])
