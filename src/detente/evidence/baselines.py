"""Simple rivals to every model, on held-out events only: if they predict better, the first line of a report says so.

*Stateless*: each kind of mark comes at its past frequency. *Per state*: at its past frequency in the current value of
the first watched variable (the phase, say). Both are smoothed: a rate is (n + 1/2) / T overall, and in a state (n + 5
r) / (T + 5) with r the overall rate, so five years of the overall rate stand behind every state. *Climatology* for
relapse: wars begun per year without war. Marks are those of the coded path; a change that no act explains is a kind of
mark by the value that it leads to.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.evidence.path import CHANGE, Path

SMOOTH_COUNT = 0.5  # of a mark, added to each kind: what was never seen is not impossible (Jeffreys)
SMOOTH_YEARS = 5.0  # years at the overall rate that stand behind every state


@dataclass(frozen=True)
class Scored:
    """Log predictive density of the held-out marks, in nats, and how many there were."""

    name: str
    log_score: float
    marks: int


@dataclass(frozen=True)
class PlainPath:
    """A path as plain data: times and kinds of marks, and the watched state (a cell) over time."""

    times: np.ndarray
    kinds: tuple[str, ...]
    edges: np.ndarray  # (stretches + 1,)
    cells: tuple[str, ...]  # (stretches,)

    def cell(self, time: float) -> str:
        """The watched state just before a time."""
        place = int(np.searchsorted(self.edges, time, side="left")) - 1
        return self.cells[min(max(place, 0), len(self.cells) - 1)]


def plain(path: Path, names: Sequence[str], watch: np.ndarray | None) -> PlainPath:
    """A path without its model: kinds are channel names, or the value that an unexplained change leads to.

    Args:
        path: the coded path.
        names: of the channels.
        watch: (states,) codes of the watched variable, or None.
    """
    pins = sorted((p for p in path.pins if p.end > p.start), key=lambda p: p.start)
    spells: list[tuple[float, float, str]] = []
    for pin in pins:
        values = np.unique(watch[pin.mask]) if watch is not None and pin.mask.any() else []
        if len(values) == 1:
            spells.append((pin.start, pin.end, str(values[0])))
    edges = np.array(sorted({0.0, path.horizon, *(s for s, _, _ in spells), *(e for _, e, _ in spells)}))
    cells = []
    for start, end in itertools.pairwise(edges):
        inside = [c for s, e, c in spells if s <= start and e >= end]
        cells.append(inside[0] if inside else "?")
    times, kinds = [], []
    for mark in path.marks:
        time = mark.time if mark.until is None else (mark.time + mark.until) / 2
        times.append(time)
        kinds.append(names[mark.channel] if mark.channel != CHANGE else f"change {_into(path, time)}")
    return PlainPath(np.array(times), tuple(kinds), edges, tuple(cells))


def _into(path: Path, time: float) -> str:
    """A short digest of what is newly known at a time."""
    fresh = [p.mask for p in path.pins if p.start == time and p.end > time]
    return "-".join(str(int(np.flatnonzero(m)[0])) for m in fresh if m.any())


def score_baselines(sequence: PlainPath, split: float, end: float, channels: Sequence[str]) -> list[Scored]:
    """Fit both baselines before `split`, score what comes until `end`."""
    train = sequence.times < split
    test = (sequence.times >= split) & (sequence.times < end)
    kinds = sorted({*channels, *sequence.kinds})
    counts = {k: sum(1 for n in np.flatnonzero(train) if sequence.kinds[n] == k) for k in kinds}
    overall = {k: (counts[k] + SMOOTH_COUNT) / max(split, 1e-9) for k in kinds}
    total = sum(overall.values())
    stateless = sum(np.log(overall[sequence.kinds[n]]) for n in np.flatnonzero(test)) - total * (end - split)
    cells = sorted(set(sequence.cells))
    exposure = {c: _exposure(sequence, c, 0.0, split) for c in cells}
    rate = {
        (k, c): (
            sum(1 for n in np.flatnonzero(train) if sequence.kinds[n] == k and sequence.cell(sequence.times[n]) == c)
            + SMOOTH_YEARS * overall[k]
        )
        / (exposure[c] + SMOOTH_YEARS)
        for k in kinds
        for c in cells
    }
    per_state = sum(
        np.log(rate[sequence.kinds[n], sequence.cell(sequence.times[n])]) for n in np.flatnonzero(test)
    ) - sum(rate[k, c] * _exposure(sequence, c, split, end) for k in kinds for c in cells)
    n = int(test.sum())
    return [Scored("stateless frequencies", float(stateless), n), Scored("frequencies per state", float(per_state), n)]


def _exposure(sequence: PlainPath, cell: str, start: float, end: float) -> float:
    low, high = np.clip(sequence.edges[:-1], start, end), np.clip(sequence.edges[1:], start, end)
    return float(sum(h - lo for lo, h, c in zip(low, high, sequence.cells, strict=True) if c == cell))


def climatology(onsets: Sequence[float], quiet_years: float, within: float) -> float:
    """P(a war begins within so many years) at the past frequency of onsets per year without war, smoothed."""
    return float(1 - np.exp(-(len(onsets) + SMOOTH_COUNT) / max(quiet_years, 1e-9) * within))


def onsets_of(path: Path, war: np.ndarray) -> tuple[list[float], float]:
    """Times at which the state is known to turn to war, and the years known to be without it.

    Args:
        path: the coded path.
        war: (states,) mask.
    """
    known = sorted(
        {(p.start, p.end, bool(war[p.mask].all())) for p in path.pins if p.end > p.start and _tells(p.mask, war)}
    )
    quiet = sum(end - start for start, end, at_war in known if not at_war)
    onsets = [s for n, (s, _, at_war) in enumerate(known) if at_war and n and not known[n - 1][2]]
    return onsets, quiet


def _tells(mask: np.ndarray, war: np.ndarray) -> bool:
    inside = war[mask]
    return bool(len(inside)) and (bool(inside.all()) or not inside.any())
