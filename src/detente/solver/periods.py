"""A solved game with simultaneous moves."""

from functools import cached_property

import numpy as np

from detente.chain.structure import closed_classes, gth_stationary
from detente.errors import ComputationError
from detente.game.simultaneous import SimultaneousGame
from detente.solver.certificate import Branch, Certificate, Solved, Status
from detente.solver.simultaneous import SimultaneousSystem


class SimultaneousEquilibrium(Solved):
    """An equilibrium of a game with simultaneous moves; the same certificate as with asynchronous ones."""

    def __init__(
        self,
        system: SimultaneousSystem,
        unknowns: np.ndarray,
        tol: float,
        reached_by: str,
        *,
        failure: Status | None = None,
        branch: Branch = "found",
    ) -> None:
        super().__init__(certify(system, unknowns, tol), reached_by, branch, failure)
        self.system = system
        self.game: SimultaneousGame = system.game
        self.unknowns = unknowns

    @property
    def values(self) -> np.ndarray:
        """M_i(x), (players, states): expected payoff before the shocks are known, utility."""
        return self.system.state_values(self.unknowns) + self.system.offset[:, None]

    @cached_property
    def action_values(self) -> tuple[np.ndarray, ...]:
        """v_i(a, x) per player, (actions, states), utility."""
        return tuple(self.system.split(self.unknowns + self.system.constant))

    @cached_property
    def strategies(self) -> tuple[np.ndarray, ...]:
        """sigma_i(a|x) per player, (actions, states)."""
        return tuple(self.system.strategies(self.unknowns))

    @cached_property
    def transition(self) -> np.ndarray:
        """Transition probabilities per period that the strategies induce, (states, states)."""
        return self.system.average(self.game.transition, list(self.strategies), ())

    def stationary(self) -> np.ndarray:
        """Long-run share of periods in each state, (states,).

        Raises:
            ComputationError: there is more than one recurrent class.
        """
        import scipy.sparse as sp

        classes = closed_classes(sp.csr_array(self.transition))
        if len(classes) != 1:
            raise ComputationError(f"{len(classes)} recurrent classes, so no unique stationary distribution")
        out = np.zeros(self.game.n_states)
        out[classes[0]] = gth_stationary(self.transition[np.ix_(classes[0], classes[0])])
        return out


def certify(system: SimultaneousSystem, unknowns: np.ndarray, tol: float) -> Certificate:
    """Residual, gap and one-shot gain of the strategies that follow from the action values."""
    line = system.linearize(unknowns)
    held = unknowns + line.precondition(line.residual)  # action values of these strategies
    gap, gain = 0.0, 0.0
    parts = zip(system.split(held), line.sigma, system.choices(held), system.scales(held), strict=True)
    for i, (v, sigma, (_, best), scale) in enumerate(parts):
        entropy = -(sigma * np.log(np.maximum(sigma, np.finfo(float).tiny))).sum(axis=0)
        got = (sigma * v).sum(axis=0)
        gap = max(gap, float(np.abs(best - got - system.tau[i] * entropy).max() / scale))
        gain = max(gain, float((np.where(system.game.available[i], v, -np.inf).max(axis=0) - got).max()))
    return Certificate(line.error, gap, gain, tol, system, unknowns)
