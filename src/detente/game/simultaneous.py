"""Games in discrete time in which all players choose at once: the second timing protocol (docs/model.md 2).

    v_i(a, x) = sum over a_-i of prod_j sigma_j(a_j|x) [u_i(x, a, a_-i) + delta_i E M_i(x')]

with x' drawn from transition(x, a, a_-i), logit choice sigma_i = exp(v_i / tau_i) / sum, and M_i = tau_i log sum
exp(v_i / tau_i) ("standard" shocks, Euler's constant left out) or M_i = sum sigma_i v_i ("none").

Source: Crisman-Cox & Gibilisco 2018, American Journal of Political Science 62; Aguirregabiria & Mira 2007,
Econometrica 75.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.errors import OptionError


@dataclass(frozen=True)
class SimultaneousGame:
    """A discrete-time game with simultaneous moves; build it with `Game.simultaneous`."""

    players: tuple[str, ...]
    payoffs: np.ndarray  # (players, states, A_1, ..., A_N) utility per period
    transition: np.ndarray  # (states, A_1, ..., A_N, states) probabilities
    period_discount: np.ndarray  # (players,) in [0, 1)
    noise: np.ndarray  # (players,) utility
    available: tuple[np.ndarray, ...]  # per player (actions, states) bool
    shocks: Literal["standard", "none"] = "standard"

    @property
    def n_players(self) -> int:
        """Number of players N."""
        return len(self.players)

    @property
    def n_states(self) -> int:
        """Number of states K."""
        return self.payoffs.shape[1]

    @property
    def actions(self) -> tuple[int, ...]:
        """Number of actions of each player."""
        return self.payoffs.shape[2:]

    def player(self, name: str) -> int:
        """Position of a player.

        Raises:
            KeyError: no such player.
        """
        if name not in self.players:
            raise KeyError(name)
        return self.players.index(name)


def simultaneous(
    payoffs: np.ndarray,
    transition: np.ndarray,
    period_discount: float | np.ndarray,
    noise: float | np.ndarray,
    shocks: Literal["standard", "none"] = "standard",
    *,
    available: Sequence[np.ndarray] | None = None,
    players: Sequence[str] | None = None,
) -> SimultaneousGame:
    """Build a game with simultaneous moves from arrays.

    Args:
        payoffs: (players, states, A_1, ..., A_N), utility per period.
        transition: (states, A_1, ..., A_N, states), rows sum to 1.
        period_discount: scalar or (players,), in [0, 1).
        noise: scalar or (players,), utility.
        shocks: "standard" (values include the best shock) or "none".
        available: per player (actions, states) bool; default all.
        players: names; default "1", "2", ...

    Raises:
        OptionError: a shape or value is wrong; the message gives both shapes.
    """
    payoffs, transition = np.asarray(payoffs, dtype=float), np.asarray(transition, dtype=float)
    n, k = payoffs.shape[:2] if payoffs.ndim > 2 else (0, 0)
    if n == 0 or payoffs.ndim != n + 2:
        raise OptionError.of(f"payoffs has shape {payoffs.shape}", "(players, states, one axis of actions per player)")
    actions = payoffs.shape[2:]
    if transition.shape != (k, *actions, k):
        raise OptionError.of(f"transition has shape {transition.shape}", f"{(k, *actions, k)}")
    if (transition < 0).any() or np.abs(transition.sum(axis=-1) - 1).max() > 1e-9:
        raise OptionError.of("a row of transition is not a distribution", "probabilities that sum to 1")
    discount = np.array(np.broadcast_to(np.asarray(period_discount, dtype=float), (n,)))
    scale = np.array(np.broadcast_to(np.asarray(noise, dtype=float), (n,)))
    if not ((discount >= 0) & (discount < 1)).all():
        raise OptionError.of(f"period_discount {discount}", "numbers in [0, 1)")
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise OptionError.of(f"noise {scale}", "positive numbers")
    if shocks not in ("standard", "none"):
        raise OptionError.of(f"shocks {shocks!r}", "'standard' or 'none' (simultaneous games know only these)")
    usable = tuple(
        np.ones((actions[i], k), bool) if available is None else np.asarray(available[i], dtype=bool) for i in range(n)
    )
    for i, mask in enumerate(usable):
        if mask.shape != (actions[i], k) or not mask.any(axis=0).all():
            raise OptionError.of(
                f"available[{i}] has shape {mask.shape} or leaves a state without action", f"{(actions[i], k)}"
            )
    names = tuple(players) if players is not None else tuple(str(i + 1) for i in range(n))
    return SimultaneousGame(names, payoffs, transition, discount, scale, usable, shocks)
