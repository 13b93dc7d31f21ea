"""What a record shows of the state, and when: the states that are possible given everything that was coded.

Two walks over the path with every rate positive, one forward and one backward: a state is possible at a moment if it
can be reached from the start and if the rest of the record can follow from it. Between marks any act may have gone
unrecorded, so that what is known comes from what is observed and from acts that only some states allow. A mark of
coarse date leaves open when it happened; it is passed over, which can only leave more states possible.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from detente.evidence.coded import Coded
from detente.evidence.path import CHANGE, Recording
from detente.evidence.schedule import Moment, Schedule
from detente.evidence.statistics import Spell


@dataclass(frozen=True)
class Stretch:
    """From `start` to `end` the state is one of `states` (states,)."""

    start: float
    end: float
    states: np.ndarray


@dataclass(frozen=True)
class Truth:
    """Whether a condition holds, stretch by stretch; None: the record does not show it."""

    start: float
    end: float
    holds: bool | None


def possible_states(coded: Coded) -> tuple[Stretch, ...]:
    """The states that are possible at each time, in stretches that follow one another from 0 to the horizon."""
    return _Walk(coded).stretches()


def truths(stretches: Sequence[Stretch], condition: np.ndarray) -> list[Truth]:
    """Whether a condition (states,) holds; neighbours that say the same are one."""
    found: list[Truth] = []
    for stretch in stretches:
        here = condition[stretch.states]
        holds = bool(here[0]) if len(here) and (here == here[0]).all() else None
        if found and found[-1].holds is holds:
            found[-1] = Truth(found[-1].start, stretch.end, holds)
        else:
            found.append(Truth(stretch.start, stretch.end, holds))
    return found


def spells_of(found: Sequence[Truth]) -> list[Spell]:
    """The stretches in which it is known to hold."""
    return [(t.start, t.end) for t in found if t.holds]


class _Walk:
    def __init__(self, coded: Coded) -> None:
        self.coded, self.path = coded, coded.path
        nothing = Recording(np.zeros((1, len(coded.channels), 1)))
        self.schedule = Schedule.of(coded.path, nothing, coded.table.n_states)
        self.known: dict[tuple[int, bytes, bool], np.ndarray] = {}

    @cached_property
    def arrows(self) -> tuple[np.ndarray, np.ndarray]:
        """Source and target of everything that changes the state, each pair once."""
        table = self.coded.table
        moves = table.source != table.target
        pairs = np.unique(table.source[moves] * table.n_states + table.target[moves])
        return pairs // table.n_states, pairs % table.n_states

    def stretches(self) -> tuple[Stretch, ...]:
        """Both walks, and what is possible under both."""
        forward, backward = self.forward(), self.backward()
        found = []
        for moment, after, before in zip(self.schedule.moments, forward, backward, strict=True):
            if moment.duration > 0:
                found.append(Stretch(moment.time, moment.time + moment.duration, after & before))
        return tuple(found)

    def forward(self) -> list[np.ndarray]:
        """(states,) possible during what follows each moment, by what came before."""
        now = self.path.initial > 0
        found = []
        for moment in self.schedule.moments:
            for n in moment.marks:
                now = self.through(now, self.path.marks[n].channel, back=False)
            now = self.seen(now, moment) & self.schedule.masks[moment.mask]
            now = self.closed(now, moment, back=False) if moment.duration > 0 else now
            found.append(now)
        return found

    def backward(self) -> list[np.ndarray]:
        """(states,) possible during what follows each moment, by what comes after."""
        later = np.ones(self.coded.table.n_states, bool)
        found = []
        for moment in reversed(self.schedule.moments):
            later = later & self.schedule.masks[moment.mask]
            later = self.closed(later, moment, back=True) if moment.duration > 0 else later
            found.append(later)
            later = self.seen(later, moment)
            for n in reversed(moment.marks):
                later = self.through(later, self.path.marks[n].channel, back=True)
        return found[::-1]

    def seen(self, states: np.ndarray, moment: Moment) -> np.ndarray:
        """Those that fit what was seen at the moment itself."""
        for n in moment.sightings:
            states = states & self.path.pins[n].mask
        return states

    def through(self, states: np.ndarray, channel: int, back: bool) -> np.ndarray:
        """Where a recorded act leads from some states, or comes from; an unrecorded cause may be any act."""
        if channel == CHANGE:
            begin, end = self.arrows
        else:
            entries, table = self.coded.channels[channel].entries, self.coded.table
            begin, end = table.source[entries], table.target[entries]
        begin, end = (end, begin) if back else (begin, end)
        found = np.zeros_like(states)
        found[end[states[begin]]] = True
        return found

    def closed(self, states: np.ndarray, moment: Moment, back: bool) -> np.ndarray:
        """Everything that unrecorded acts can lead to (or come from) within what is known."""
        key = (moment.mask, np.packbits(states).tobytes(), back)
        if key not in self.known:
            mask = self.schedule.masks[moment.mask]
            begin, end = self.arrows
            inside = mask[begin] & mask[end]
            begin, end = (end[inside], begin[inside]) if back else (begin[inside], end[inside])
            now = states & mask
            while True:
                further = now.copy()
                further[end[now[begin]]] = True
                if (further == now).all():
                    break
                now = further
            self.known[key] = now
        return self.known[key]
