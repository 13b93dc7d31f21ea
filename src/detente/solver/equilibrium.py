"""A solved game: values, strategies, certificate, and what follows from them."""

from functools import cached_property

import numpy as np
import scipy.sparse as sp

from detente.chain import Chain
from detente.errors import ComputationError, OptionError
from detente.game import Game
from detente.solver.certificate import Branch, Certificate, Solved, Status
from detente.solver.choosing import REASONS
from detente.solver.flat import Choice
from detente.solver.linear import evaluate
from detente.solver.operator import Operator
from detente.solver.paths import Mark, Simulator


class Equilibrium(Solved):
    """An equilibrium of a game with asynchronous moves; check `certified`, or call `require()`, before reporting.

    `values` (players, states) are in full. `unknowns` are what the solver iterates on: the values less a constant per
    player, with more digits for differences between states where that constant is large.
    """

    def __init__(
        self,
        operator: Operator,
        unknowns: np.ndarray,
        tol: float,
        reached_by: str,
        *,
        failure: Status | None = None,
        branch: Branch = "found",
    ) -> None:
        super().__init__(certify(operator, unknowns, tol), reached_by, branch, failure)
        self.operator = self.system = operator
        self.game: Game = operator.game
        self.unknowns = unknowns

    @cached_property
    def values(self) -> np.ndarray:
        """V_i(x), (players, states), utility."""
        return self.unknowns + self.operator.constant

    @cached_property
    def choice(self) -> Choice:
        """The choices of all players, flat over moves."""
        return self.operator.choose(self.unknowns)

    @cached_property
    def strategies(self) -> tuple[np.ndarray, ...]:
        """sigma_i(a|x) per player, (actions, states); columns sum to 1."""
        return self.operator.strategies(self.choice)

    def rates(self, player: int | str) -> np.ndarray:
        """Rate of each action, tempo * sigma, (actions, states), 1/year."""
        i = player if isinstance(player, int) else self.game.player(player)
        return self.game.opportunities[i] * self.strategies[i]

    @cached_property
    def generator(self) -> sp.csr_array:
        """Generator of the induced chain, (states, states), 1/year; only changes of state count."""
        return self.operator.generator(self.choice)

    def chain(self) -> Chain:
        """The continuous-time Markov chain that the equilibrium induces."""
        return Chain(self.generator)

    @cached_property
    def _simulator(self) -> Simulator:
        return Simulator(self.operator, self.choice)

    def simulate(self, x0: int, horizon: float, rng: np.random.Generator) -> tuple[Mark, ...]:
        """A path of play from state x0 until the horizon (years) as marks, null moves included.

        Raises:
            OptionError: no such state, or a horizon that is negative or not finite.
        """
        if not 0 <= x0 < self.game.n_states or not 0 <= horizon < np.inf:
            what = f"state {x0} and a horizon of {horizon:g} years"
            raise OptionError.of(what, f"a state from 0 to {self.game.n_states - 1} and years of at least 0")
        return self._simulator.path(x0, horizon, rng)

    def decomposition(self) -> tuple[dict[str, np.ndarray], ...]:
        """Per player, labelled parts (states,) that sum to the values.

        Labels: those of the flows, "impulse: ACTION OWNER" and "reasons", what choosing adds.
        """
        return tuple(self.parts(i) for i in range(self.game.n_players))

    def parts(self, i: int) -> dict[str, np.ndarray]:
        """The labelled parts (states,) of one player's values; see `decomposition`."""
        flows = dict(self.game.terms[i]) if self.game.terms else {"flow": self.game.payoff_flow[i]}
        op = self.operator
        paid = self.choice.rate * op.impulse[:, i]
        for j, moves in enumerate(self.game.moves):
            for a, name in enumerate(moves.names):
                which = (op.player == j) & (op.action == a) & (op.impulse[:, i] != 0)
                if which.any():
                    label = f"impulse: {name} {self.game.players[j]}"
                    flows[label] = np.bincount(op.state[which], weights=paid[which], minlength=op.shape[1])
        flows[REASONS] = op.reasons(self.choice)[i]
        labels, stack = list(flows), np.array(list(flows.values()), dtype=float)
        parts = self.chain().discounted(stack, float(op.rho[i]))
        # what rounding leaves between the sum and the value belongs to the largest part
        parts[np.argmax(np.abs(parts).max(axis=1))] += self.values[i] - parts.sum(axis=0)
        return dict(zip(labels, parts))


def certify(operator: Operator, unknowns: np.ndarray, tol: float) -> Certificate:
    """Residual, gap and one-shot gain of the strategies that follow from the unknowns (players, states)."""
    at, scale = operator.residual(unknowns), operator.scale(unknowns)
    try:
        held = evaluate(at.generator, operator.rho, at.flow, unknowns, tol=0.1 * tol * scale[:, 0])
    except ComputationError:  # no values of these strategies in float64, so no gap that could certify
        return Certificate(at.error, np.inf, np.inf, tol, operator, unknowns)
    if not operator.moves:
        return Certificate(at.error, 0.0, 0.0, tol, operator, unknowns)
    now = operator.choose(held)
    gain = operator.rule.best_deviation(operator, at.choice, now.gain)
    found = operator.rule.gap(operator, at.choice, now)
    gap = None if found is None else float((found.reshape(operator.shape) / scale).max())
    return Certificate(at.error, gap, gain, tol, operator, unknowns)
