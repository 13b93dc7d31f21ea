"""Derivatives by all parameters at once, once the derivatives by the game's arrays are known.

A scalar s depends on parameters through the arrays of the game, and these through the case's expressions:

    ds/dtheta = sum over expressions that hold theta, of ds/d(array) . d(expression)/dtheta.

Each expression is differenced by itself, by the steps of `detente.game.derivative`: no game is built.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from detente.case.evaluate import parameters_of
from detente.game.derivative import ArrayPull, steps
from detente.game.formula import Draw, Formula

if TYPE_CHECKING:
    from detente.game.compile import Pattern, PlayerPlan, Template


def parameter_slopes(template: "Template", parameters: Mapping[str, float], pull: ArrayPull) -> dict[str, float]:
    """ds/dtheta for each of the parameters.

    Args:
        template: a compiled case.
        parameters: where; those left out keep their middle, and are not differentiated.
        pull: ds by the arrays of `template.game(parameters)`.

    Raises:
        OptionError: an unknown parameter.
    """
    return _Slopes(template, dict(parameters), pull).gathered()


class _Slopes:
    def __init__(self, template: "Template", parameters: dict[str, float], pull: ArrayPull) -> None:
        self.template, self.pull = template, pull
        self.names = tuple(parameters)
        self.draw = Draw(template, template.draw(parameters))
        ends = template.family.ends
        self.steps = {name: steps(value, ends.get(name)) for name, value in parameters.items()}
        self.found = dict.fromkeys(self.names, 0.0)

    def gathered(self) -> dict[str, float]:
        template, pull = self.template, self.pull
        for i, terms in enumerate(template.terms):
            for _, formula in terms:
                self.expression(formula, pull.flow[i])
        for i, plan in enumerate(template.moves):
            self.moves(plan, i)
        for event, formula in enumerate(template.hazards):
            self.expression(formula, np.where(template.event_masks[event], pull.hazards[event], 0.0))
        self.pattern(template.event_pattern, pull.events)
        play = template.case.play
        for i, player in enumerate(template.players):
            self.setting(play.noise[player], float(pull.noise[i]))
            self.setting(play.discount_rate[player], float(pull.discount[i]))
        return self.found

    def moves(self, plan: "PlayerPlan", i: int) -> None:
        pull = self.pull
        for player, action, sign, formula in plan.impulses:
            self.expression(formula, sign * np.where(plan.available[action], pull.impulses[i][player, action], 0.0))
        for action, formula in enumerate(plan.rates, start=1):
            weight = np.where(plan.available[action], pull.rates[i][action], 0.0)
            if formula is None:
                self.setting(self.template.case.play.reference_rate, float(weight.sum()))
            else:
                self.expression(formula, weight)
        self.pattern(plan.pattern, pull.transitions[i])

    def pattern(self, pattern: "Pattern", pull: np.ndarray) -> None:
        for _, formulas, slots, here in pattern.parts:
            for formula, slot in zip(formulas, slots, strict=True):
                weight = np.zeros(self.draw.size)
                weight[here] = pull[slot]
                self.expression(formula, weight)

    def setting(self, value: float | str, weight: float) -> None:
        if isinstance(value, str) and value in self.found:
            self.found[value] += weight

    def expression(self, formula: Formula, weight: np.ndarray) -> None:
        """Add what an expression brings, of which s has the derivative `weight` (states,)."""
        held = parameters_of(formula.node).intersection(self.found)
        if not held or not weight.any():
            return
        here, parameters = weight != 0.0, self.draw.parameters
        codes = self.template.codes
        for name in held:
            h, weights = self.steps[name]
            for step, factor in weights.items():
                moved = {**parameters, name: parameters[name] + step * h}
                values = formula.values(codes, moved, self.draw.size)
                self.found[name] += factor / h * float(weight[here] @ values[here])
