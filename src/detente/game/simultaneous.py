"""Games in discrete time in which all players choose at once: the second timing protocol.

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
from detente.game import arrays
from detente.game.players import Players


@dataclass(frozen=True)
class SimultaneousGame(Players):
    """A discrete-time game with simultaneous moves; build it with `Game.simultaneous`."""

    payoffs: np.ndarray  # (players, states, A_1, ..., A_N) utility per period
    transition: np.ndarray  # (states, A_1, ..., A_N, states) probabilities
    period_discount: np.ndarray  # (players,) in [0, 1)
    noise: np.ndarray  # (players,) utility
    available: tuple[np.ndarray, ...]  # per player (actions, states) bool
    shocks: Literal["standard", "none"] = "standard"

    @property
    def n_states(self) -> int:
        """Number of states K."""
        return self.payoffs.shape[1]

    @property
    def actions(self) -> tuple[int, ...]:
        """Number of actions of each player."""
        return self.payoffs.shape[2:]

    def check(self) -> None:
        """Refuse arrays that do not fit together or hold impossible numbers.

        Raises:
            OptionError: with the name, shape and place of the first that does not.
        """
        (n, k), actions = self.payoffs.shape[:2], self.actions
        arrays.finite("payoffs", self.payoffs)
        if self.transition.shape != (k, *actions, k):
            raise OptionError.of(f"transition has shape {self.transition.shape}", f"{(k, *actions, k)}")
        arrays.distributions("transition", self.transition)
        if np.shape(self.period_discount) != (n,):
            raise OptionError.of(f"period_discount has shape {np.shape(self.period_discount)}", f"a number or {(n,)}")
        outside = ~((self.period_discount >= 0) & (self.period_discount < 1))
        arrays.refuse("period_discount", self.period_discount, outside, "a number in [0, 1)")
        arrays.positive("noise", self.noise, [(n,)])
        if self.shocks not in ("standard", "none"):
            raise OptionError.of(f"shocks {self.shocks!r}", "'standard' or 'none' (simultaneous games know only these)")
        for i, mask in enumerate(self.available):
            if mask.shape != (actions[i], k) or mask.dtype != bool or not mask.any(axis=0).all():
                what = f"available[{i}] has shape {mask.shape} and type {mask.dtype}, or leaves a state without action"
                raise OptionError.of(what, f"bool of shape {(actions[i], k)}")


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
    payoffs, transition = arrays.numbers("payoffs", payoffs), arrays.numbers("transition", transition)
    n, k = payoffs.shape[:2] if payoffs.ndim > 2 else (0, 0)
    if n == 0 or payoffs.ndim != n + 2 or payoffs.size == 0:
        raise OptionError.of(f"payoffs has shape {payoffs.shape}", "(players, states, one axis of actions per player)")
    actions, discount = payoffs.shape[2:], arrays.numbers("period_discount", period_discount)
    if available is not None and len(available) != n:
        raise OptionError.of(f"{len(available)} arrays of available actions", f"one per player ({n})")
    game = SimultaneousGame(
        players=arrays.names(players, n),
        payoffs=payoffs,
        transition=transition,
        period_discount=discount if discount.ndim else np.full(n, discount),
        noise=arrays.positive("noise", noise, [(n,)]),
        available=tuple(
            np.ones((actions[i], k), bool) if available is None else np.asarray(available[i]) for i in range(n)
        ),
        shocks=shocks,
    )
    game.check()
    return game
