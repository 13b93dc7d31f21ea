"""The order of things on a path: the moments at which something is seen, and what holds between them.

At one moment: coarse marks end, then marks happen in the order of the record, then what was seen of the state at that
moment and what is known from here on is applied, then coarse marks begin.
"""

from dataclasses import dataclass

import numpy as np

from detente.evidence.path import Path, Recording


@dataclass(frozen=True)
class Moment:
    """Something happens at `time`; then nothing does for `duration` years."""

    time: float
    duration: float
    closes: tuple[int, ...]  # positions in path.marks of coarse marks that end here
    marks: tuple[int, ...]
    opens: tuple[int, ...]
    mask: int  # position in Schedule.masks: what is known from here on
    spell: int  # spell of recording from here on
    silent: tuple[int, ...]  # channels without record from here on
    silent_at: tuple[int, ...]  # channels without record at the moment itself (both sides of it)
    sightings: tuple[int, ...] = ()  # positions in path.pins of what was seen at this moment only


@dataclass(frozen=True)
class Schedule:
    """All moments of a path, and the masks (states,) that they refer to."""

    moments: tuple[Moment, ...]
    masks: tuple[np.ndarray, ...]

    @staticmethod
    def of(path: Path, recording: Recording, n_states: int) -> "Schedule":
        """Lay out a path."""
        times = {0.0, path.horizon, *(float(b) for b in recording.breaks)}
        for mark in path.marks:
            times.update((mark.time, mark.until) if mark.until is not None else (mark.time,))
        for span in (*path.pins, *path.gaps):
            times.update((span.start, span.end))
        grid = sorted(t for t in times if 0.0 <= t <= path.horizon)
        masks: list[np.ndarray] = []
        known: dict[tuple[int, ...], int] = {}
        moments = []
        last_mask = 0
        for n, time in enumerate(grid):
            end = grid[n + 1] if n + 1 < len(grid) else time
            active = tuple(p for p, pin in enumerate(path.pins) if pin.start <= time and pin.end >= end > time)
            if end > time and active not in known:
                known[active] = len(masks)
                masks.append(np.logical_and.reduce([np.ones(n_states, bool), *(path.pins[p].mask for p in active)]))
            last_mask = known[active] if end > time else last_mask
            moments.append(_moment(path, recording, time, end, last_mask))
        return Schedule(tuple(moments), tuple(masks) if masks else (np.ones(n_states, bool),))


def _moment(path: Path, recording: Recording, time: float, end: float, mask: int) -> Moment:
    channels = recording.probability.shape[1]
    marks = path.marks
    exact = tuple(n for n, m in enumerate(marks) if not m.coarse and m.time == time)
    opens = tuple(n for n, m in enumerate(marks) if m.coarse and m.time == time)
    closes = tuple(n for n, m in enumerate(marks) if m.coarse and m.until == time)
    silent: set[int] = set()
    around: set[int] = set()
    for gap in path.gaps:
        named = set(range(channels) if gap.channels is None else gap.channels)
        if gap.start <= time and gap.end >= end > time:
            silent |= named
        if gap.start < time < gap.end:
            around |= named
    spell = recording.spell(time)
    seen = tuple(n for n, pin in enumerate(path.pins) if pin.start == pin.end == time)
    return Moment(
        time, end - time, closes, exact, opens, mask, spell, tuple(sorted(silent)), tuple(sorted(around)), seen
    )
