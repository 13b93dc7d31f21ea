"""A partly observed path: marks, what is known of the state and when, and how acts come to be recorded.

A *channel* is one way in which acts reach the record: a set of entries of the jump table (unknown authors: several
kinds) and, per spell of time, the probability that such an act is recorded through it. Probabilities of one entry over
its channels sum to at most 1; what is left goes unrecorded, and if it changes the state, the state is hidden.
"""

from dataclasses import dataclass, field

import numpy as np

CHANGE = -1  # channel of a mark that is known only by its effect: an observed variable changed, no act was recorded


@dataclass(frozen=True)
class Channel:
    """One way into the record: `entries` are positions in the jump table."""

    name: str
    entries: np.ndarray


@dataclass(frozen=True)
class Mark:
    """One recorded act. `until > time`: the act happened once somewhere in between, nobody knows when."""

    time: float  # years since the start of the path
    channel: int  # position in the list of channels, or CHANGE
    until: float | None = None
    label: str = ""  # id of the event behind it

    @property
    def coarse(self) -> bool:
        """True if only an interval is known."""
        return self.until is not None and self.until > self.time


@dataclass(frozen=True)
class Pin:
    """The state is known to lie in `mask` (states,) during [start, end); start == end: seen there at that moment."""

    start: float
    end: float
    mask: np.ndarray


@dataclass(frozen=True)
class Gap:
    """Nothing was recorded during [start, end), in these channels (None: in all)."""

    start: float
    end: float
    channels: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Path:
    """What was seen from time 0 to `horizon`, in years; marks in order of time, ties in order of the record."""

    horizon: float
    initial: np.ndarray  # (states,) weights at time 0, summing to 1
    marks: tuple[Mark, ...] = ()
    pins: tuple[Pin, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def without(self, labels: set[str]) -> "Path":
        """The path without the marks of these events (they count as never recorded, not as never happened)."""
        return Path(
            self.horizon, self.initial, tuple(m for m in self.marks if m.label not in labels), self.pins, self.gaps
        )


@dataclass(frozen=True)
class Recording:
    """Recording probabilities per draw, channel and spell of time.

    Attributes:
        probability: (draws, channels, spells) in [0, 1].
        breaks: (spells - 1,) times at which one spell ends and the next begins, years since the start.
    """

    probability: np.ndarray
    breaks: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def spell(self, time: float) -> int:
        """The spell that contains a time."""
        return int(np.searchsorted(self.breaks, time, side="right"))

    def take(self, draws: np.ndarray) -> "Recording":
        """The same for some of the draws."""
        return Recording(self.probability[draws], self.breaks)
