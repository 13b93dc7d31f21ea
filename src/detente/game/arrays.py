"""A game from plain arrays: for researchers who bring a model of their own."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from detente.errors import OptionError
from detente.game.model import Game, Moves, Nature, Shocks


def from_arrays(
    payoff_flow: np.ndarray,
    successors: Sequence[np.ndarray],
    impulses: Sequence[np.ndarray],
    tempo: float | np.ndarray,
    nature_successors: np.ndarray,
    hazards: np.ndarray,
    discount_rate: float | np.ndarray,
    noise: float | np.ndarray,
    shocks: Shocks = "reference",
    reference_rates: float | Sequence[np.ndarray] = 0.1,
    players: Sequence[str] | None = None,
) -> Game:
    """Build a game from arrays.

    Args:
        payoff_flow: (players, states), utility/year.
        successors: per player (actions, states) int; -1: not available; action 0 is `wait`, its successor x itself.
        impulses: per player (actions, states), to the mover; or (players, actions, states), utility.
        tempo: scalar, (players,) or (players, states), 1/year.
        nature_successors: (events, states) int.
        hazards: (events, states), 1/year.
        discount_rate: scalar or (players,), 1/year.
        noise: scalar or (players,), utility.
        shocks: "reference", "standard" or "none" (docs/model.md 2).
        reference_rates: scalar, or per player (actions, states), 1/year; row 0 and unavailable entries are ignored.
        players: names; default "1", "2", ...

    Raises:
        OptionError: a shape or value is wrong; the message gives both shapes.
    """
    flow = np.asarray(payoff_flow, dtype=float)
    if flow.ndim != 2:
        raise OptionError.of(f"payoff_flow has shape {flow.shape}", "(players, states)")
    n, k = flow.shape
    if len(successors) != n or len(impulses) != n:
        raise OptionError.of(
            f"{len(successors)} successor and {len(impulses)} impulse arrays", f"one of each per player ({n})"
        )
    if shocks not in ("reference", "standard", "none"):
        raise OptionError.of(f"shocks {shocks!r}", "'reference', 'standard' or 'none'")
    tempo_full = np.array(np.broadcast_to(_columns(np.asarray(tempo, float)), (n, k)))
    moves = tuple(
        _moves(i, np.asarray(successors[i]), np.asarray(impulses[i], float), reference_rates, n, k) for i in range(n)
    )
    game = Game(
        players=tuple(players) if players is not None else tuple(str(i + 1) for i in range(n)),
        moves=moves,
        nature=_nature(np.asarray(nature_successors), np.asarray(hazards, float), k),
        payoff_flow=flow,
        tempo=tempo_full,
        discount_rate=np.array(np.broadcast_to(np.asarray(discount_rate, float), (n,))),
        noise=np.array(np.broadcast_to(np.asarray(noise, float), (n,))),
        shocks=shocks,
        terms=tuple({"flow": flow[i]} for i in range(n)),
    )
    for name, value in (("discount_rate", game.discount_rate), ("noise", game.noise), ("tempo", game.tempo)):
        if not (np.isfinite(value).all() and (value > 0).all()):
            raise OptionError.of(f"{name} has a value that is not positive", "positive finite numbers")
    return game


def _columns(tempo: np.ndarray) -> np.ndarray:
    return tempo[:, None] if tempo.ndim == 1 else tempo


def jump_matrix(successors: np.ndarray) -> sp.csr_array:
    """Transition matrix (rows * states, states) of deterministic successors; -1 stays where it is."""
    rows, k = successors.shape
    target = np.where(successors < 0, np.arange(k), successors).ravel()
    return sp.csr_array((np.ones(rows * k), target, np.arange(rows * k + 1)), shape=(rows * k, k))


def _moves(i: int, successor: np.ndarray, impulse: np.ndarray, rates: object, n: int, k: int) -> Moves:
    if successor.ndim != 2 or successor.shape[1] != k or not np.array_equal(successor[0], np.arange(k)):
        raise OptionError.of(
            f"successors[{i}] has shape {successor.shape}", f"(actions, {k}) with row 0 (wait) the state itself"
        )
    if successor.max() >= k or successor.min() < -1:
        raise OptionError.of(f"successors[{i}] names a state outside 0..{k - 1}", "a state, or -1 for not available")
    if impulse.shape == successor.shape:
        full = np.zeros((n, *successor.shape))
        full[i] = impulse
    elif impulse.shape == (n, *successor.shape):
        full = impulse.copy()
    else:
        raise OptionError.of(
            f"impulses[{i}] has shape {impulse.shape}", f"{successor.shape} or {(n, *successor.shape)}"
        )
    available = successor >= 0
    full = np.where(available, full, 0.0)
    rate = np.asarray(rates if np.isscalar(rates) else rates[i], dtype=float)  # pyright: ignore
    rate = np.where(available, np.broadcast_to(rate, successor.shape), 0.0)
    rate[0] = 0.0
    names = ("wait", *(f"action {a}" for a in range(1, len(successor))))
    return Moves(names, available, jump_matrix(successor), full, rate)


def _nature(successors: np.ndarray, hazards: np.ndarray, k: int) -> Nature:
    if successors.size == 0:
        successors, hazards = np.zeros((0, k), int), np.zeros((0, k))
    if successors.shape != hazards.shape or successors.shape[1] != k:
        raise OptionError.of(f"nature_successors {successors.shape} and hazards {hazards.shape}", f"both (events, {k})")
    if (hazards < 0).any():
        raise OptionError.of("a hazard is negative", "rates of at least 0 per year")
    return Nature(tuple(f"event {e + 1}" for e in range(len(hazards))), hazards, jump_matrix(successors))
