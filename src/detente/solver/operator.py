"""The equilibrium equations of a game with asynchronous moves as array operations.

Moves other than `wait` are flattened: move m belongs to one (player, state, action), sorted in that order, so the moves
of one player in one state form a segment. With dq_m = c + E V(T) - V for the mover (relative to wait, whose dq is 0),

    L = log(1 + sum_a w_a exp(dq_a / tau)),  sigma_a = w_a exp(dq_a / tau - L),  M - V = tau L.

Rates r_m = alpha sigma_m are linear in nothing else: the generator is `base + scatter @ r` on a fixed sparsity pattern,
impulses are `pay @ r`, and for every player

    F_i(V) = flow_i(V) + G(V) V_i - rho_i V_i,
    flow_i = u_i + impulses_i + alpha_i (tau_i L_i - sum_a sigma_i dq_a)        (the last: choice value; 0 for "none").

By the envelope theorem dF_i/dV_i = G - rho_i (for "none" an own term is added); the cross-player derivatives are
sum_m dr_m (c_im + E V_i(T) - V_i), dr_m = r_m (d dq_m - sum_b sigma_b d dq_b) / tau. Everything here is float64.

Source: Doraszelski & Judd 2012, Quantitative Economics 3; docs/model.md 2.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from detente.game import Game
from detente.solver.linear import evaluate
from detente.solver.linearize import Linearization


@dataclass(frozen=True)
class Choice:
    """What all players choose at given values; flat over moves (M,) or segments (S,)."""

    gain: np.ndarray  # (M,) dq: payoff of the move relative to waiting, utility
    share: np.ndarray  # (M,) sigma
    rate: np.ndarray  # (M,) tempo * sigma, 1/year
    surplus: np.ndarray  # (S,) L: log of the sum of weights relative to waiting


class Operator:
    """The residual of the value equations of one game, its generator and its derivatives."""

    def __init__(self, game: Game) -> None:
        self.game = game
        n, k = game.n_players, game.n_states
        self.shape = (n, k)
        parts = [self._flatten(i) for i in range(n)]
        self.player = np.concatenate([np.full(len(state), i) for i, (state, _, _, _) in enumerate(parts)])
        self.state = np.concatenate([part[0] for part in parts])
        self.action = np.concatenate([part[1] for part in parts])
        self.log_weight = np.concatenate([part[2] for part in parts])
        jumps = sp.vstack([part[3] for part in parts], format="csr") if parts else sp.csr_array((0, k))
        self.moves = len(self.state)
        here = sp.csr_array((np.ones(self.moves), self.state, np.arange(self.moves + 1)), shape=(self.moves, k))
        self.difference = _tidy(sp.csr_array(jumps - here))  # (M, K): E V(T) - V
        self._segments()
        self._own_difference()
        self._pattern()
        self._payments()
        self._scalars()

    def _flatten(self, i: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, sp.csr_array]:
        moves = self.game.moves[i]
        weights = self.game.reference_weights(i)
        usable = moves.available & (weights > 0)
        usable[0] = False
        state, action = np.nonzero(usable.T)
        rows = action * self.game.n_states + state
        return state, action, np.log(weights[action, state]), sp.csr_array(moves.transition[rows])

    def _segments(self) -> None:
        k = self.shape[1]
        group = self.player * k + self.state
        first = np.ones(self.moves, bool)
        first[1:] = group[1:] != group[:-1]
        self.starts = np.nonzero(first)[0]
        self.segment = np.cumsum(first) - 1
        self.group = group[self.starts]  # (S,) position i * K + x of each segment

    def _own_difference(self) -> None:
        n, k = self.shape
        d = self.difference
        columns = d.indices + np.repeat(self.player * k, np.diff(d.indptr))
        self.own = sp.csr_array((d.data, columns, d.indptr), shape=(self.moves, n * k))

    def _pattern(self) -> None:
        _, k = self.shape
        nature = self.game.nature
        events = len(nature.hazards)
        rows, cols, rates = [np.arange(k)], [np.arange(k)], [np.zeros(k)]
        if events:
            jumps = sp.coo_array(nature.transition)
            at = jumps.row % k
            rate = nature.hazards.ravel()[jumps.row] * jumps.data
            away = at != jumps.col
            rows += [at[away], at[away]]
            cols += [jumps.col[away], at[away]]
            rates += [rate[away], -rate[away]]
        d = self.difference
        move = np.repeat(np.arange(self.moves), np.diff(d.indptr))
        key = np.concatenate(
            [*(r.astype(np.int64) * k + c for r, c in zip(rows, cols)), self.state[move] * k + d.indices]
        )
        unique, slot = np.unique(key, return_inverse=True)
        indptr = np.searchsorted(unique // k, np.arange(k + 1))
        self.pattern = (unique % k, indptr)
        fixed = sum(map(len, rows))
        self.base = np.bincount(slot[:fixed], weights=np.concatenate(rates), minlength=len(unique))
        self.scatter = sp.csr_array((d.data, (slot[fixed:], move)), shape=(len(unique), self.moves))
        self.diagonal = np.searchsorted(unique, np.arange(k, dtype=np.int64) * (k + 1))

    def _payments(self) -> None:
        n, k = self.shape
        self.impulse = np.zeros((self.moves, n))
        for j in range(n):
            mine = self.player == j
            self.impulse[mine] = self.game.moves[j].impulses[:, self.action[mine], self.state[mine]].T
        move, to = np.nonzero(self.impulse)
        self.pay = sp.csr_array((self.impulse[move, to], (to * k + self.state[move], move)), shape=(n * k, self.moves))

    def _scalars(self) -> None:
        game = self.game
        self.cost = self.impulse[np.arange(self.moves), self.player]
        self.tempo = game.tempo[self.player, self.state]
        self.noise = game.noise[self.player]
        self.rho = game.discount_rate

    def with_noise(self, factor: float, bonus: np.ndarray | None = None) -> "Operator":
        """The same equations with every noise scale multiplied by `factor`; the sparsity pattern is shared.

        Args:
            factor: multiplies the noise.
            bonus: (players,) factors of the worth of having options; None for `factor` itself (an ordinary game).
        """
        other = object.__new__(Operator)
        other.__dict__.update(self.__dict__)
        flow = self.game.payoff_flow
        if bonus is not None:
            flow = flow + (bonus - factor)[:, None] * self.options
        other.game = replace(self.game, noise=self.game.noise * factor, payoff_flow=flow)
        other.noise = self.noise * factor
        return other

    @cached_property
    def options(self) -> np.ndarray:
        """alpha tau log(sum of weights), (players, states): what having options is worth to an indifferent player."""
        n, k = self.shape
        worth = np.zeros(n * k)
        if self.moves and self.game.shocks != "none":
            total = np.log1p(np.add.reduceat(np.exp(self.log_weight), self.starts))
            worth[self.group] = self.tempo[self.starts] * self.noise[self.starts] * total
        return worth.reshape(n, k)

    @cached_property
    def sum_by_state(self) -> sp.csr_array:
        """(states, M): adds up what belongs to moves over players and actions."""
        order = np.argsort(self.state, kind="stable")
        indptr = np.searchsorted(self.state[order], np.arange(self.shape[1] + 1))
        return sp.csr_array((np.ones(self.moves), order, indptr), shape=(self.shape[1], self.moves))

    def choose(self, values: np.ndarray) -> Choice:
        """The choice probabilities at these values (players, states)."""
        gain = self.own @ values.ravel() + self.cost
        if self.moves == 0:
            return Choice(gain, gain, gain, gain)
        exponent = gain / self.noise + self.log_weight
        top = np.maximum(np.maximum.reduceat(exponent, self.starts), 0.0)
        weight = np.exp(exponent - top[self.segment])
        total = np.add.reduceat(weight, self.starts)
        surplus = np.where(top > 0, top + np.log(total + np.exp(-top)), np.log1p(total))
        share = weight / (total + np.exp(-top))[self.segment]
        return Choice(gain, share, self.tempo * share, surplus)

    def choice_value(self, choice: Choice) -> np.ndarray:
        """-alpha tau sum_a sigma log(sigma / w), shape (players, states); zero for "none"."""
        n, k = self.shape
        value = np.zeros(n * k)
        if self.game.shocks != "none" and self.moves:
            used = np.add.reduceat(choice.share * choice.gain, self.starts)
            value[self.group] = self.tempo[self.starts] * (self.noise[self.starts] * choice.surplus - used)
        return value.reshape(n, k)

    def flow(self, choice: Choice) -> np.ndarray:
        """Payoff flow with impulses and choice value, (players, states), utility/year."""
        paid = (self.pay @ choice.rate).reshape(self.shape)
        return self.game.payoff_flow + paid + self.choice_value(choice)

    def generator(self, choice: Choice) -> sp.csr_array:
        """The generator (states, states) that the choices induce; rows sum to zero up to rounding."""
        _, k = self.shape
        data = self.base + self.scatter @ choice.rate
        return sp.csr_array((data, *self.pattern), shape=(k, k))

    def exit_rate(self, generator: sp.csr_array) -> np.ndarray:
        """Rate at which each state is really left, (states,), 1/year."""
        return -generator.data[self.diagonal]

    def improve(self, values: np.ndarray, tol: float) -> tuple[float, np.ndarray | None]:
        """Scaled relative residual, and the values of the strategies that follow (None once residual <= tol)."""
        choice = self.choose(values)
        generator, flow = self.generator(choice), self.flow(choice)
        raw = flow + (generator @ values.T).T - self.rho[:, None] * values
        scale = self.scale(values)
        error = float((np.abs(raw) / (self.rho[:, None] + self.exit_rate(generator)) / scale).max())
        if error <= tol or not np.isfinite(error):
            return error, None
        depth = max(0.01 * error, 0.3 * tol) * scale[:, 0]
        return error, evaluate(generator, self.rho, flow, values, tol=depth)

    def linearize(self, values: np.ndarray) -> Linearization:
        """The equations and their derivative at the values."""
        return Linearization(self, values)

    def moved(self, old: np.ndarray, new: np.ndarray) -> float:
        """Largest change of log(rate + rho) over all moves: rates far below the discount rate do not matter."""
        if self.moves == 0:
            return 0.0
        rho = self.rho[self.player]
        return float(np.abs(np.log((self.choose(new).rate + rho) / (self.choose(old).rate + rho))).max())

    def random_start(self, rng: np.random.Generator) -> np.ndarray:
        """Values of a random strategy profile, some of it near pure."""
        if self.moves == 0:
            return np.zeros(self.shape)
        strength = 10.0 ** rng.uniform(-0.5, 1.5)
        exponent = strength * rng.normal(size=self.moves) + rng.random() * self.log_weight
        top = np.maximum(np.maximum.reduceat(exponent, self.starts), 0.0)
        weight = np.exp(exponent - top[self.segment])
        share = weight / (np.add.reduceat(weight, self.starts) + np.exp(-top))[self.segment]
        choice = Choice(np.zeros(self.moves), share, self.tempo * share, np.zeros(len(self.starts)))
        flow = self.game.payoff_flow + (self.pay @ choice.rate).reshape(self.shape)
        zero = np.zeros(self.shape)
        return evaluate(self.generator(choice), self.rho, flow, zero, tol=1e-3 * float(self.game.noise.min()))

    @property
    def noise_scale(self) -> np.ndarray:
        """Noise per player, (players, 1), utility."""
        return self.game.noise[:, None]

    @property
    def cap(self) -> np.ndarray:
        """Noise factor per player at which the worth of options varies over states as much as the payoffs do."""
        spread = np.ptp(self.options, axis=1)
        stake = np.ptp(self.game.payoff_flow, axis=1)
        return np.divide(stake, spread, out=np.full(len(stake), np.inf), where=spread > 0)

    @property
    def reach(self) -> float:
        """Noise factor at which the noise is a quarter of the discounted spread of payoffs."""
        spread = np.ptp(self.game.payoff_flow, axis=1) / self.rho / self.game.noise
        return 0.25 * float(spread.max())

    def scale(self, values: np.ndarray) -> np.ndarray:
        """Utility scale per player, (players, 1): the largest value, at least the noise."""
        return np.maximum(np.abs(values).max(axis=1), self.game.noise)[:, None]


def _tidy(matrix: sp.csr_array) -> sp.csr_array:
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix
