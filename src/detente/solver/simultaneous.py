"""Equilibrium equations of games with simultaneous moves; unknowns are the action values v_i(a, x).

With U_i = u_i + delta_i E M_i(x'), the equations are v_i(a, x) = E over the others of U_i - dense arrays, for the
small games of this form in the literature. Own continuation values enter through A (own strategy held, by the envelope
theorem exact for "standard"), the others' strategies through C. Unavailable actions have weight zero.

Source: docs/engine.md; Aguirregabiria & Mira 2007, Econometrica 75 (the best-response map in probabilities).
"""

from copy import copy
from functools import cached_property

import numpy as np

from detente.game.simultaneous import SimultaneousGame
from detente.solver.logit import logit
from detente.solver.system import Line, System, is_far

LETTERS = "abcdefghijklmnop"  # one axis of actions per player


class SimultaneousSystem(System):
    """The action-value equations of one game; unknowns are flat: player by player, actions x states.

    A mean payoff that is large beside its spread, `level`, is taken out: unknowns are action values less
    level / (1 - period_discount).
    """

    def __init__(self, game: SimultaneousGame) -> None:
        game.check()
        self.game = game
        self.sizes = [a * game.n_states for a in game.actions]
        self.ends = np.cumsum([0, *self.sizes])
        self.shape = (int(self.ends[-1]),)
        self.owner = np.repeat(np.arange(game.n_players), self.sizes)
        self.dense = True
        self.tau = game.noise
        self.bonus = np.zeros(game.n_players)
        means = np.array([u.mean() for u in game.payoffs])
        self.level = np.where(is_far(means, np.array([np.ptp(u) for u in game.payoffs])), means, 0.0)
        self.shift = np.zeros(game.n_players)
        self.payoffs = np.array([u - level for u, level in zip(game.payoffs, self.level)])

    # ---- other equations of the same shape -------------------------------------------------------------------------

    def copy(self, **changed) -> "SimultaneousSystem":
        """The same equations with some attributes replaced."""
        other = copy(self)
        vars(other).update(changed)
        return other

    def with_noise(self, factor: float, bonus: np.ndarray | None = None) -> "SimultaneousSystem":
        """The equations with noise multiplied by `factor`, and the worth of options by `bonus` (players,)."""
        extra = np.zeros(self.game.n_players) if bonus is None else (bonus - factor) / factor
        return self.copy(tau=self.tau * factor, bonus=extra)

    def densely(self) -> "SimultaneousSystem":
        """The same equations: they are dense."""
        return self

    def shifted(self, shift: np.ndarray) -> "SimultaneousSystem":
        """The same equations for unknowns less `shift` (players,)."""
        worth = (1.0 - self.game.period_discount) * shift
        payoffs = self.payoffs - worth.reshape((-1,) + (1,) * (self.payoffs.ndim - 1))
        return self.copy(shift=self.shift + shift, payoffs=payoffs)

    def spread_out(self, numbers: np.ndarray) -> np.ndarray:
        """(unknowns,)."""
        return numbers[self.owner]

    def means(self, values: np.ndarray) -> np.ndarray:
        """Mean over actions and states."""
        return np.array([v.mean() for v in self.split(values)])

    @property
    def offset(self) -> np.ndarray:
        """Values less unknowns, (players,), utility: what the level is worth for ever, and the shift."""
        return self.level / (1.0 - self.game.period_discount) + self.shift

    # ---- the equations ---------------------------------------------------------------------------------------------

    def split(self, values: np.ndarray) -> list[np.ndarray]:
        """Action values per player, (actions, states)."""
        k = self.game.n_states
        return [values[a:b].reshape(-1, k) for a, b in zip(self.ends, self.ends[1:])]

    def join(self, parts: list[np.ndarray]) -> np.ndarray:
        """The inverse of `split`."""
        return np.concatenate([part.ravel() for part in parts])

    def choices(self, values: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Per player the choice probabilities (actions, states), and noise * log of the sum of weights (states,)."""
        out = []
        for v, usable, noise in zip(self.split(values), self.game.available, self.tau):
            share, log_sum = logit(np.where(usable, v / noise, -np.inf))
            out.append((share, noise * log_sum))
        return out

    def strategies(self, values: np.ndarray) -> list[np.ndarray]:
        """Choice probabilities per player, (actions, states)."""
        return [share for share, _ in self.choices(values)]

    def state_values(self, values: np.ndarray) -> np.ndarray:
        """M_i(x), (players, states): expected payoff before the shocks are known, less `offset`."""
        out = []
        for i, (v, (share, best)) in enumerate(zip(self.split(values), self.choices(values))):
            if self.game.shocks == "none":
                out.append((share * v).sum(axis=0))
            else:
                options = np.log(self.game.available[i].sum(axis=0))
                out.append(best + self.bonus[i] * self.tau[i] * options)
        return np.array(out)

    def average(self, tensor: np.ndarray, sigma: list[np.ndarray], keep: tuple[int, ...]) -> np.ndarray:
        """Average of (states, A_1, ..., A_N, ...) over the actions of all players not in `keep`; states stay first."""
        n = self.game.n_players
        axes = "y" + LETTERS[:n] + ("z" if tensor.ndim > n + 1 else "")
        for j in range(n):
            if j not in keep:  # one player at a time: two operands need no search for an order
                left = axes.replace(LETTERS[j], "")
                tensor = np.einsum(f"{axes},{LETTERS[j]}y->{left}", tensor, sigma[j])
                axes = left
        return tensor

    def total_payoffs(self, state_values: np.ndarray) -> np.ndarray:
        """U_i = u_i + delta_i E M_i(x'), (players, states, A_1, ..., A_N)."""
        ahead = np.tensordot(state_values, self.game.transition, axes=([1], [self.game.transition.ndim - 1]))
        shape = (-1,) + (1,) * (self.payoffs.ndim - 1)
        return self.payoffs + self.game.period_discount.reshape(shape) * ahead

    def improve(self, values: np.ndarray, tol: float) -> tuple[float, np.ndarray | None]:
        """Scaled relative residual, and action values under the strategies that follow (None once residual <= tol)."""
        line = self.linearize(values)
        if line.error <= tol or not np.isfinite(line.error):
            return line.error, None
        return line.error, values + line.precondition(line.residual)

    def linearize(self, values: np.ndarray) -> "SimultaneousLine":
        """The equations and their derivative."""
        return SimultaneousLine(self, values)

    def moved(self, old: np.ndarray, new: np.ndarray) -> float:
        """Largest log change of a choice probability, those below 1e-3 apart."""
        one, two = self.join(self.strategies(old)), self.join(self.strategies(new))
        return float(np.abs(np.log((two + 1e-3) / (one + 1e-3))).max())

    def scale(self, values: np.ndarray) -> np.ndarray:
        """Utility scale of each unknown's player: the spread of its action values, at least the noise."""
        return self.scales(values)[self.owner]

    def scales(self, values: np.ndarray) -> np.ndarray:
        """The same per player, (players,)."""
        return np.array([max(float(np.ptp(v)), float(t)) for v, t in zip(self.split(values), self.tau)])

    def random_start(self, rng: np.random.Generator) -> np.ndarray:
        """Random action values, of sizes from the noise to the discounted payoffs."""
        strength = self.tau * (1.0 + self.spread / self.tau) ** rng.random()
        return strength[self.owner] * rng.normal(size=self.shape)

    @property
    def cap(self) -> np.ndarray:
        """Noise factor per player at which the worth of options varies as much as the payoffs."""
        out = np.full(self.game.n_players, np.inf)
        if self.game.shocks != "none":
            for i, usable in enumerate(self.game.available):
                spread = np.ptp(np.log(usable.sum(axis=0))) * self.tau[i]
                out[i] = np.ptp(self.payoffs[i]) / spread if spread > 0 else np.inf
        return out

    @property
    def reach(self) -> float:
        """Noise factor at which the noise exceeds the discounted spread of payoffs."""
        return float((self.spread / self.tau).max())

    @property
    def spread(self) -> np.ndarray:
        """Discounted spread of payoffs per player, (players,), utility."""
        return np.array([np.ptp(u) for u in self.payoffs]) / (1 - self.game.period_discount)


class SimultaneousLine(Line):
    """The action-value equations linearised: dense matrices A and C."""

    def __init__(self, system: SimultaneousSystem, values: np.ndarray) -> None:
        self.system = system
        self.values = values
        self.sigma = system.strategies(values)
        self.total = system.total_payoffs(system.state_values(values))
        n = system.game.n_players
        self.means = [system.average(self.total[i], self.sigma, (i,)).T for i in range(n)]
        self.residual = system.join(self.means) - values
        self.error = float((np.abs(self.residual) / system.scale(values)).max())

    @cached_property
    def matrices(self) -> tuple[np.ndarray, np.ndarray]:
        """A = I - own part and C, the others' part, of the derivative of the right-hand side."""
        system, game = self.system, self.system.game
        size = system.shape[0]
        own, cross = np.eye(size), np.zeros((size, size))
        v = system.split(self.values)
        for i in range(game.n_players):
            block = slice(system.ends[i], system.ends[i + 1])
            ahead = game.period_discount[i] * system.average(game.transition, self.sigma, (i,))  # (K, A_i, K')
            held = np.einsum("yaz,cz->aycz", ahead, self.sigma[i])
            own[block, block] -= held.reshape(system.sizes[i], -1)
            if game.shocks == "none":  # no envelope theorem: choices respond to noise, not to payoffs alone
                bend = self.sigma[i] * (v[i] - (self.sigma[i] * v[i]).sum(axis=0)) / system.tau[i]
                cross[block, block] += np.einsum("yaz,cz->aycz", ahead, bend).reshape(system.sizes[i], -1)
            for j in range(game.n_players):
                if j != i:
                    there = slice(system.ends[j], system.ends[j + 1])
                    cross[block, there] = self._through(i, j)
        return own, cross

    def _through(self, i: int, j: int) -> np.ndarray:
        """d right side of i / d v_j through sigma_j, (A_i K, A_j K); only within a state."""
        system, k = self.system, self.system.game.n_states
        keep = (i, j) if i < j else (j, i)
        joint = system.average(self.total[i], self.sigma, keep)  # (K, A_i, A_j) or swapped
        joint = joint if i < j else joint.swapaxes(1, 2)
        centred = joint - self.means[i].T[:, :, None]
        part = np.einsum("yab,by->yab", centred, self.sigma[j]) / system.tau[j]
        out = np.zeros((part.shape[1], k, part.shape[2], k))
        at = np.arange(k)
        out[:, at, :, at] = part
        return out.reshape(part.shape[1] * k, -1)

    def precondition(self, right: np.ndarray, transposed: bool = False) -> np.ndarray:
        """Solve A d = right, or with A^T."""
        a = self.matrices[0]
        return np.linalg.solve(a.T if transposed else a, right)

    def cross(self, change: np.ndarray) -> np.ndarray:
        """C d."""
        return self.matrices[1] @ change

    def cross_transposed(self, weight: np.ndarray) -> np.ndarray:
        """C^T y."""
        return self.matrices[1].T @ weight

    def dense(self) -> np.ndarray:
        """A - C."""
        return self.matrices[0] - self.matrices[1]
