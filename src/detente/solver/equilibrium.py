"""A solved game: values, strategies, certificate, and what follows from them."""

from functools import cached_property

import numpy as np
import scipy.sparse as sp

from detente.chain import Chain
from detente.game import Game
from detente.solver.certificate import Certificate, Solved, Status
from detente.solver.linear import evaluate
from detente.solver.operator import Choice, Operator
from detente.solver.paths import Mark, Simulator


class Equilibrium(Solved):
    """An equilibrium of a game with asynchronous moves; check `certified`, or call `require()`, before reporting."""

    def __init__(
        self,
        operator: Operator,
        values: np.ndarray,
        tol: float,
        reached_by: str,
        *,
        failure: Status | None = None,
        branch: str = "found",
    ) -> None:
        super().__init__(certify(operator, values, tol), reached_by, branch, failure)
        self.operator = operator
        self.game: Game = operator.game
        self.values = values

    @property
    def unknowns(self) -> np.ndarray:
        """What the solver iterates on: the values."""
        return self.values

    @cached_property
    def choice(self) -> Choice:
        """The choices of all players, flat over moves."""
        return self.operator.choose(self.values)

    @cached_property
    def strategies(self) -> tuple[np.ndarray, ...]:
        """sigma_i(a|x) per player, (actions, states); columns sum to 1."""
        op, out = self.operator, []
        for i in range(op.shape[0]):
            mine = op.player == i
            sigma = np.zeros(self.game.moves[i].available.shape)
            sigma[op.action[mine], op.state[mine]] = self.choice.share[mine]
            sigma[0] = 1.0 - sigma[1:].sum(axis=0)
            out.append(sigma)
        return tuple(out)

    def rates(self, player: int | str) -> np.ndarray:
        """Rate of each action, tempo * sigma, (actions, states), 1/year."""
        i = player if isinstance(player, int) else self.game.player(player)
        return self.game.tempo[i] * self.strategies[i]

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
        """A path of play from state x0 until the horizon (years) as marks, null moves included."""
        return self._simulator.path(x0, horizon, rng)

    def decomposition(self) -> tuple[dict[str, np.ndarray], ...]:
        """Per player, labelled parts (states,) that sum to the values.

        Labels: those of the flows, "impulse: ACTION OWNER" and "choice value".
        """
        return tuple(self._parts(i) for i in range(self.game.n_players))

    def _parts(self, i: int) -> dict[str, np.ndarray]:
        flows = dict(self.game.terms[i]) if self.game.terms else {"flow": self.game.payoff_flow[i]}
        op = self.operator
        paid = self.choice.rate * op.impulse[:, i]
        for j, moves in enumerate(self.game.moves):
            for a, name in enumerate(moves.names):
                which = (op.player == j) & (op.action == a) & (op.impulse[:, i] != 0)
                if which.any():
                    label = f"impulse: {name} {self.game.players[j]}"
                    flows[label] = np.bincount(op.state[which], weights=paid[which], minlength=op.shape[1])
        flows["choice value"] = op.choice_value(self.choice)[i]
        labels, stack = list(flows), np.array(list(flows.values()), dtype=float)
        parts = self.chain().discounted(stack, float(op.rho[i]))
        # what rounding leaves between the sum and the value belongs to the largest part
        parts[np.argmax(np.abs(parts).max(axis=1))] += self.values[i] - parts.sum(axis=0)
        return dict(zip(labels, parts))


def certify(operator: Operator, values: np.ndarray, tol: float) -> Certificate:
    """Residual, gap and one-shot gain of the strategies that follow from `values`."""
    choice = operator.choose(values)
    generator = operator.generator(choice)
    rho = operator.rho
    exits = rho[:, None] + operator.exit_rate(generator)
    flow = operator.flow(choice)
    raw = flow + (generator @ values.T).T - rho[:, None] * values
    scale = operator.scale(values)
    residual = float((np.abs(raw) / exits / scale).max())
    held = evaluate(generator, rho, flow, values, tol=0.1 * tol * scale[:, 0])
    gap, gain = _gaps(operator, choice, held)
    return Certificate(residual, float((gap / scale).max()), gain, tol, operator, values)


def _gaps(op: Operator, choice: Choice, held: np.ndarray) -> tuple[np.ndarray, float]:
    """Gap (players, states) of fixed strategies at their own exact values, and the largest one-shot gain."""
    gap, gain = np.zeros(op.shape), 0.0
    if op.moves:
        now = op.choose(held)
        noise = op.noise
        log_share = np.log(np.maximum(choice.share, np.finfo(float).tiny)) - op.log_weight
        waiting = 1.0 - np.add.reduceat(choice.share, op.starts)
        wait_term = np.where(waiting > 0, waiting * np.log(np.maximum(waiting, np.finfo(float).tiny)), 0.0)
        used = np.add.reduceat(choice.share * (now.gain - noise * log_share), op.starts) - noise[op.starts] * wait_term
        gap.ravel()[op.group] = noise[op.starts] * now.surplus - used
        best = np.maximum(np.maximum.reduceat(now.gain, op.starts), 0.0)
        gain = float((best - np.add.reduceat(choice.share * now.gain, op.starts)).max())
    return np.abs(gap), gain
