"""Derivatives of numbers by all assumptions at one solved game; one adjoint solve per number (solver.gradient)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from detente.answers.names import Key, NumberSpec
from detente.answers.question import Question
from detente.answers.solved import SolvedGame
from detente.errors import DetenteError
from detente.solver import Sensitivity
from detente.solver.gradient import Answer

# What may go wrong in one draw or one derivative and costs no more than that. Mistakes of a program (names, types,
# keys) are not among them.
FAILURES = (DetenteError, ArithmeticError, ValueError, RuntimeError, np.linalg.LinAlgError)


@runtime_checkable
class DiscountedDirectly(Protocol):
    """A target on which a player's discount rate acts beside the values and the generator."""

    player: int

    def by_discount_rate(self, solved: SolvedGame) -> float:
        """Its derivative by that rate at held values and generator."""
        ...


@dataclass(frozen=True)
class Slopes:
    """Derivatives by number and assumption; where one could not be had, why."""

    found: dict[str, dict[str, float]]
    lost: dict[str, str]  # id -> reason


def slopes(solved: SolvedGame, names: Sequence[str], wanted: Sequence[tuple[Question, NumberSpec]]) -> Slopes:
    """dA/dtheta of numbers, at a solved game that comes from a case; one that fails costs only itself.

    Args:
        solved: the game.
        names: the assumptions.
        wanted: the numbers, with their questions; those without a derivative are left out.
    """
    assert solved.family is not None
    rho = solved.game.discount_rate
    targets = {spec.key: question.target(solved.frame, spec.key, rho) for question, spec in wanted}
    given = {key: target for key, target in targets.items() if target is not None}
    try:
        sensitivity = Sensitivity(solved.equilibrium, solved.family, dict(solved.game.parameters), names)
    except FAILURES as error:
        return Slopes({}, {key.id: str(error) for key in given})
    found: dict[str, dict[str, float]] = {}
    lost: dict[str, str] = {}
    for key, target in given.items():
        try:
            found[key.id] = derivative(sensitivity, solved, target)
        except FAILURES as error:
            lost[key.id] = str(error)
    return Slopes(found, lost)


def derivative(sensitivity: Sensitivity, solved: SolvedGame, target: Answer) -> dict[str, float]:
    """dA/dtheta of one number.

    Raises:
        ComputationError: the adjoint equations could not be solved.
    """
    found = sensitivity.of(target)
    if isinstance(target, DiscountedDirectly):
        own = target.by_discount_rate(solved)
        for name, rate in zip(sensitivity.names, sensitivity.by_discount[:, target.player], strict=True):
            found[name] += float(rate) * own
    return found


def target_of(question: Question, solved: SolvedGame, key: Key) -> Answer | None:
    """The differentiable form of a number at a solved game; None where it has none."""
    return question.target(solved.frame, key, solved.game.discount_rate)


def moved_linearly(number: float, slope: float, step: float, chance: bool) -> float:
    """A number after a step of one assumption by its derivative; chances move on the log-odds scale."""
    if not chance or not 0 < number < 1:
        return number + slope * step
    odds = np.log(number / (1 - number)) + slope * step / (number * (1 - number))
    return float(1 / (1 + np.exp(-odds)))
