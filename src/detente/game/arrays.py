"""Arrays that a researcher brings: what is wrong with them is refused with its name, shape and place.

Every function returns the array in the form in which a game keeps it, or raises `OptionError`.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from detente.errors import OptionError
from detente.game.moves import Moves, Nature, jump_matrix

SUMS_TO_ONE = 1e-8  # largest slip of a row of probabilities; expressions may be off by 1e-9 each


def numbers(name: str, value: object) -> np.ndarray:
    """Real numbers, of any shape; they may be infinite."""
    try:
        raw = np.asarray(value)
        if raw.dtype.kind == "c":
            raise TypeError
        return raw.astype(float)
    except (TypeError, ValueError):
        raise OptionError.of(f"{name} is not an array of numbers", "real numbers in one shape") from None


def refuse(name: str, array: np.ndarray, bad: np.ndarray, expected: str) -> None:
    """Raise if anything is `bad`, with the first place where it is."""
    if bad.any():
        place = np.unravel_index(int(np.argmax(bad)), bad.shape)
        where = f"[{', '.join(map(str, place))}]" if bad.ndim else ""
        raise OptionError.of(f"{name}{where} is {array[place]:.6g}", expected)


def finite(name: str, array: np.ndarray, where: np.ndarray | bool = True) -> None:
    """Raise if a number in force is not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        total = array.sum()
    if not np.isfinite(total):  # all is well in most games, and this is one pass
        refuse(name, array, ~np.isfinite(array) & where, "a finite number")


def rates(name: str, array: np.ndarray, where: np.ndarray | bool = True) -> None:
    """Raise if a rate in force is negative or not finite."""
    finite(name, array, where)
    if array.size and array.min() < 0:
        refuse(name, array, (array < 0) & where, "a rate of at least 0 per year")


def positive(name: str, value: object, shapes: Sequence[tuple[int, ...]]) -> np.ndarray:
    """Positive finite numbers, a scalar or in one of the shapes given; spread over the last of them."""
    array, full = numbers(name, value), shapes[-1]
    if array.shape not in ((), *shapes):
        raise OptionError.of(f"{name} has shape {array.shape}", f"a number or shape {' or '.join(map(str, shapes))}")
    finite(name, array)
    refuse(name, array, array <= 0, "a number above 0")
    if array.ndim == 1 and len(full) == 2:  # one number per player, for all states
        array = array[:, None]
    return np.array(np.broadcast_to(array, full))


def states(name: str, value: object, n_states: int) -> np.ndarray:
    """State numbers from 0, -1 for none; of any shape."""
    array = numbers(name, value)
    refuse(name, array, array != np.round(array), "a state, as a whole number")
    refuse(name, array, (array < -1) | (array >= n_states), f"a state from 0 to {n_states - 1}, or -1 for none")
    return array.astype(int)


def distributions(name: str, rows: np.ndarray | sp.csr_array) -> None:
    """Raise if a row (the last axis) is not a probability distribution."""
    data = rows if isinstance(rows, np.ndarray) else rows.data
    if data.size and not -SUMS_TO_ONE <= data.min() <= data.max() <= 1.0 + SUMS_TO_ONE:  # also where one is NaN
        raise OptionError.of(f"{name} has an entry that is no probability", "numbers from 0 to 1")
    total = np.asarray(rows @ np.ones(rows.shape[-1]))  # pyright: ignore[reportOptionalSubscript]
    off = np.abs(total - 1.0) > SUMS_TO_ONE
    if off.any():
        place = ", ".join(map(str, np.unravel_index(int(np.argmax(off)), off.shape)))
        what = f"{name}: row [{place}] sums to {total[off].flat[0]:.6g}, so it is not a distribution"
        raise OptionError.of(what, "probabilities that sum to 1")


def names(given: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """Names of players, each once; "1", "2", ... where none are given."""
    found = tuple(str(i + 1) for i in range(count)) if given is None else tuple(given)
    if len(found) != count or len(set(found)) != count:
        raise OptionError.of(f"players {found}", f"{count} different names")
    return found


def moves(i: int, successor: object, impulse: object, rate: object, *, shape: tuple[int, int]) -> Moves:
    """The moves of player i of a game of `shape` (players, states); numbers for what is not available are dropped.

    Args:
        i: position of the player.
        successor: (actions, states), -1: not available; row 0 the state itself.
        impulse: (actions, states), to the mover; or (players, actions, states), utility.
        rate: a number, or (actions, states), 1/year.
        shape: players and states.
    """
    n, k = shape
    target = states(f"successors[{i}]", successor, k)
    if target.ndim != 2 or target.shape[1] != k or not np.array_equal(target[0], np.arange(k)):
        raise OptionError.of(
            f"successors[{i}] has shape {target.shape}", f"(actions, {k}) with row 0 (wait) the state itself"
        )
    available = target >= 0
    name, given = f"impulses[{i}]", numbers(f"impulses[{i}]", impulse)
    if given.shape not in (target.shape, (n, *target.shape)):
        raise OptionError.of(f"{name} has shape {given.shape}", f"{target.shape} or {(n, *target.shape)}")
    finite(name, given, available)
    refuse(name, given, (given != 0) & (np.arange(len(target)) == 0)[:, None], "0 in row 0: waiting costs nothing")
    full = np.zeros((n, *target.shape))
    full[i if given.ndim == 2 else slice(None)] = given
    speed = numbers(f"reference_rates[{i}]", rate)
    if speed.shape not in ((), target.shape):
        raise OptionError.of(f"reference_rates[{i}] has shape {speed.shape}", f"a number or {target.shape}")
    speed = np.where(available, speed, 0.0)
    speed[0] = 0.0
    rates(f"reference_rates[{i}]", speed)
    labels = ("wait", *(f"action {a}" for a in range(1, len(target))))
    return Moves(labels, available, jump_matrix(target), np.where(available, full, 0.0), speed)


def nature(successor: object, hazard: object, n_states: int) -> Nature:
    """Events of nature from their successors and hazards, both (events, states); -1 where an event is impossible."""
    target, rate = states("nature_successors", successor, n_states), numbers("hazards", hazard)
    if target.size == rate.size == 0:
        target, rate = np.zeros((0, n_states), int), np.zeros((0, n_states))
    if target.shape != rate.shape or target.ndim != 2 or target.shape[1] != n_states:
        raise OptionError.of(f"nature_successors {target.shape} and hazards {rate.shape}", f"both (events, {n_states})")
    rates("hazards", rate)
    refuse("hazards", rate, (target < 0) & (rate > 0), "0 where the event has no successor (-1)")
    return Nature(tuple(f"event {e + 1}" for e in range(len(rate))), rate, jump_matrix(target))
