"""Records that the model would leave: paths simulated from a draw, seen through the same recording as the real one."""

import itertools
from dataclasses import dataclass

import numpy as np

from detente.evidence.jumps import JumpTable
from detente.evidence.path import CHANGE, Channel, Gap, Mark, Path, Pin, Recording


@dataclass(frozen=True)
class Watch:
    """During [start, end) it is known in which cell (states,) the state lies; start == end: at that moment."""

    start: float
    end: float
    cells: np.ndarray


@dataclass(frozen=True)
class Scheme:
    """How a record comes about: what is watched when, which channels exist, how coarse dates are.

    Attributes:
        horizon: years.
        initial: (states,) weights at time 0.
        channels: the ways into the record.
        watches: what is known of the state, and when.
        gaps: stretches without record.
        coarse: per channel the widths (years) of its marks' date intervals; 0 for an exact date. Drawn from at random.
    """

    horizon: float
    initial: np.ndarray
    channels: tuple[Channel, ...]
    watches: tuple[Watch, ...] = ()
    gaps: tuple[Gap, ...] = ()
    coarse: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Trajectory:
    """A path in full: states[k] holds from times[k] on; entries[k] is the jump at times[k] (-1 at the start)."""

    times: np.ndarray
    states: np.ndarray
    entries: np.ndarray


def simulate(
    table: JumpTable, rates: np.ndarray, start: int, horizon: float, rng: np.random.Generator, *, limit: int = 200_000
) -> Trajectory:
    """One trajectory of the chain with all its acts, those that change nothing included.

    Args:
        table: the pattern of jumps.
        rates: (entries,) 1/year.
        start: state at time 0.
        horizon: years.
        rng: source of randomness.
        limit: largest number of jumps; a longer trajectory is cut off there, so that it ends before the horizon.
    """
    order, pointer = table.by_source.indices, table.by_source.indptr
    running = np.concatenate([[0.0], np.cumsum(rates[order])])
    low, high = running[pointer[:-1]], running[pointer[1:]]
    target = table.target[order]
    time, state = 0.0, int(start)
    times, states, entries = [0.0], [state], [-1]
    while len(times) < limit:
        total = high[state] - low[state]
        if total <= 0:
            break
        time += rng.exponential(1.0 / total)
        if time >= horizon:
            break
        place = int(np.searchsorted(running, low[state] + rng.random() * total, side="right")) - 1
        place = min(max(place, int(pointer[state])), int(pointer[state + 1]) - 1)
        state = int(target[place])
        times.append(time)
        states.append(state)
        entries.append(int(order[place]))
    return Trajectory(np.array(times), np.array(states), np.array(entries))


def observe(
    trajectory: Trajectory,
    table: JumpTable,
    scheme: Scheme,
    recording: Recording,
    *,
    draw: int,
    rng: np.random.Generator,
) -> Path:
    """What a record keeps of a trajectory: recorded acts, visible changes, what is watched.

    Args:
        trajectory: what happened.
        table: the pattern of jumps.
        scheme: how records come about.
        recording: recording probabilities.
        draw: which draw of `recording` to use.
        rng: source of randomness.
    """
    member = np.zeros((table.size, len(scheme.channels)), dtype=bool)
    for c, channel in enumerate(scheme.channels):
        member[channel.entries, c] = True
    marks: list[Mark] = []
    for n in range(1, len(trajectory.times)):
        time, entry = float(trajectory.times[n]), int(trajectory.entries[n])
        before, after = int(trajectory.states[n - 1]), int(trajectory.states[n])
        seen = before != after and any(
            w.start < time < w.end and w.cells[before] != w.cells[after] for w in scheme.watches
        )
        channel = _heard(member[entry], scheme, recording.probability[draw, :, recording.spell(time)], time, rng)
        if channel is not None:
            until = None if seen else _until(scheme, channel, time, rng)
            marks.append(
                Mark(time if until is None else until[0], channel, None if until is None else until[1], f"s{n}")
            )
        elif seen:
            marks.append(Mark(time, CHANGE, None, f"s{n}"))
    marks.sort(key=lambda m: m.time)
    pins = tuple(pin for watch in scheme.watches for pin in _pins(trajectory, watch))
    return Path(scheme.horizon, scheme.initial, tuple(marks), pins, scheme.gaps)


def _heard(
    member: np.ndarray, scheme: Scheme, probability: np.ndarray, time: float, rng: np.random.Generator
) -> int | None:
    draw = rng.random()
    for c in np.flatnonzero(member):
        silent = any(g.start < time < g.end and (g.channels is None or c in g.channels) for g in scheme.gaps)
        if silent:
            continue
        if draw < probability[c]:
            return int(c)
        draw -= probability[c]
    return None


def _until(scheme: Scheme, channel: int, time: float, rng: np.random.Generator) -> tuple[float, float] | None:
    widths = scheme.coarse[channel] if channel < len(scheme.coarse) else ()
    width = float(rng.choice(widths)) if widths else 0.0
    if width <= 0:
        return None
    start = max(0.0, time - width * rng.random())
    end = min(start + width, scheme.horizon)
    return start, end


def _pins(trajectory: Trajectory, watch: Watch) -> list[Pin]:
    cell = watch.cells[trajectory.states]
    if watch.start == watch.end:
        now = int(np.searchsorted(trajectory.times, watch.start, side="right")) - 1
        return [Pin(watch.start, watch.start, watch.cells == cell[now])]
    change = np.flatnonzero(np.diff(cell)) + 1
    edges = [watch.start, *(t for t in trajectory.times[change] if watch.start < t < watch.end), watch.end]
    pins = []
    for start, end in itertools.pairwise(edges):
        now = int(np.searchsorted(trajectory.times, start, side="right")) - 1
        pins.append(Pin(float(start), float(end), watch.cells == cell[now]))
    return pins
