"""What coding a record gives: a path, how it came about, what became of every event, and who witnessed what."""

from dataclasses import dataclass

import numpy as np

from detente.errors import Diagnostic
from detente.evidence.jumps import JumpTable
from detente.evidence.path import Channel, Path, Recording
from detente.evidence.simulate import Scheme
from detente.record.lists import Entries


@dataclass(frozen=True)
class Chance:
    """The prior of one recording probability: uniform between `low` and `high` (equal: fixed, then no verdict)."""

    name: str  # "recorded.CHANNEL" or "recorded.CHANNEL.YEAR"
    channel: int
    start: float  # years since the start of the path
    low: float
    high: float


@dataclass(frozen=True)
class CodedEvent:
    """What became of one event."""

    event: str
    date: str
    text: str
    kind: str  # "mark", "seen", "same witness", "left out", "impossible", "no rule", "outside"
    code: str  # the channel, or what was seen
    reason: str = ""
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coded:
    """A coded record: the path, how it came about, and what happened to every event."""

    path: Path
    scheme: Scheme
    chances: tuple[Chance, ...]
    events: tuple[CodedEvent, ...]
    start: str
    until: str
    table: JumpTable  # the case's pattern with the coding's signals
    constant: np.ndarray  # (signal entries,) their rates, 1/year
    warnings: tuple[Diagnostic, ...] = ()
    coder: str = ""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The ways into the record."""
        return self.scheme.channels

    def witnesses(self) -> dict[str, set[str]]:
        """Source -> the marks that rest on it alone."""
        alone: dict[str, set[str]] = {}
        for event in self.events:
            if event.kind == "mark" and len(event.witnesses) == 1:
                alone.setdefault(event.witnesses[0], set()).add(event.event)
        return alone


def recording(chances: tuple[Chance, ...], channels: int, values: np.ndarray) -> Recording:
    """Recording probabilities from values of the chances, (draws, chances)."""
    breaks = np.array(sorted({c.start for c in chances if c.start > 0}))
    edges = np.concatenate([[0.0], breaks])
    probability = np.zeros((len(values), channels, len(edges)))
    for n in sorted(range(len(chances)), key=lambda n: chances[n].start):
        probability[:, chances[n].channel, edges >= chances[n].start] = values[:, n, None]
    return Recording(probability, breaks)


def witness_roots(record: Entries) -> dict[str, set[str]]:
    """Source -> the sources that it passes on in the end (itself where it repeats nobody)."""

    def roots(source: str, seen: tuple[str, ...]) -> set[str]:
        known = record.sources.get(source)
        onward = [r for r in known.repeats if r not in seen] if known else []
        return {root for r in onward for root in roots(r, (*seen, r))} if onward else {source}

    return {source: roots(source, (source,)) for source in record.sources}
