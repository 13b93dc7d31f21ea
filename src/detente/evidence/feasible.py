"""Laying coded marks on the case's states: what cannot have happened there is said, not given probability zero.

Forward over the record with every rate set to 1: which states are possible, given what is known? A mark that no
possible state allows is set aside with the reason. Where what is known changes and no recorded act explains it, an
unrecorded cause (`CHANGE`) is put in.
"""

import itertools
from dataclasses import dataclass, field, replace

import numpy as np

from detente.evidence.filter import Filter, Front, Setting
from detente.evidence.path import CHANGE, Mark, Path, Pin
from detente.evidence.schedule import Moment, Schedule
from detente.game import StateSpace


@dataclass
class Laid:
    """A path whose marks are possible, and what had to be set aside."""

    path: Path
    impossible: dict[str, str] = field(default_factory=dict)  # label of a mark or sighting -> why
    blocked: list[tuple[float, str]] = field(default_factory=list)  # moments at which what is known cannot be


@dataclass
class Layer:
    """Walks a path once; see the module's text.

    Args:
        filter_: a filter of one draw with all rates positive.
        space: for the words of reasons.
        sightings: label of each pin that is a sighting (start == end), by position in path.pins.
    """

    filter_: Filter
    space: StateSpace | None
    sightings: dict[int, str]

    def lay(self, path: Path) -> Laid:
        """Accept what is possible; repeated until a coarse mark no longer has to be withdrawn."""
        impossible: dict[str, str] = {}
        while True:
            laid, withdrawn = self._walk(path, impossible)
            if withdrawn is None:
                return laid
            impossible[withdrawn] = "its date interval leaves no possible moment"

    def _walk(self, path: Path, known: dict[str, str]) -> tuple[Laid, str | None]:
        marks = tuple(m for m in path.marks if m.label not in known)
        path = replace(path, marks=marks)
        schedule = Schedule.of(path, self.filter_.recording, self.filter_.table.n_states)
        support = np.flatnonzero(path.initial > 0)
        front = Front(support, path.initial[support][None].copy(), np.zeros(1))
        laid, accepted, waiting, dropped = Laid(path, dict(known)), [], [], set()
        for moment in schedule.moments:
            for closing in moment.closes:
                bit = waiting.index(closing)
                self.filter_._close(front, bit)
                waiting.pop(bit)
                if not len(front.support):
                    return laid, marks[closing].label
            front, kept, lost = self._moment(front, moment, path, schedule, laid)
            accepted.extend(kept)
            dropped |= lost
            for n in moment.opens:
                waiting.append(n)
                accepted.append(marks[n])
            mask = self.filter_.mask_id(schedule.masks[moment.mask])
            channels = tuple(marks[n].channel for n in waiting)
            setting = Setting(mask, moment.spell, moment.silent, channels)
            self.filter_.propagate(front, setting, moment.duration)
        pins = tuple(pin for n, pin in enumerate(path.pins) if n not in dropped)
        laid.path = replace(path, marks=tuple(accepted), pins=pins)
        return laid, None

    def _moment(
        self, front: Front, moment: Moment, path: Path, schedule: Schedule, laid: Laid
    ) -> tuple[Front, list[Mark], set[int]]:
        marks = [path.marks[n] for n in moment.marks]
        mask = schedule.masks[moment.mask]
        seen = list(moment.sightings)
        leap = not mask[front.support % self.filter_.table.n_states].any()  # what is known changes at this moment
        for count in range(len(marks) + len(seen), -1, -1):
            for kept in itertools.combinations([*range(len(marks)), *(-1 - s for s in seen)], count):
                chosen = [marks[n] for n in kept if n >= 0]
                pins = [path.pins[-1 - n] for n in kept if n < 0]
                for sequence in self._sequences(chosen, moment, leap):
                    tried = self._try(front, sequence, pins, mask, moment)
                    if tried is not None:
                        gone = {-1 - n for n in (-1 - s for s in seen) if n not in kept}
                        lost = [mark for n, mark in enumerate(marks) if n not in kept]
                        self._explain(front, lost, gone, moment, laid)
                        return tried, sequence, gone
        laid.blocked.append((moment.time, self.describe(front)))
        support = np.flatnonzero(mask)
        return Front(support, np.full((1, len(support)), 1 / max(1, len(support))), front.log), [], set(seen)

    def _sequences(self, chosen: list[Mark], moment: Moment, leap: bool) -> list[list[Mark]]:
        if not leap:
            return [chosen]
        change = Mark(moment.time, CHANGE, None, "")
        options = [chosen, [*chosen, change], [change, *chosen], [*chosen, change, change], [change, *chosen, change]]
        return options if chosen else [chosen, [change], [change, change]]

    def _try(
        self, front: Front, sequence: list[Mark], pins: list[Pin], mask: np.ndarray, moment: Moment
    ) -> Front | None:
        trial = Front(front.support, front.alpha.copy(), front.log.copy())
        for mark in sequence:
            if mark.channel != CHANGE and mark.channel in moment.silent_at:
                return None
            self.filter_.jump(trial, mark.channel, moment.spell, moment.silent_at)
            if not len(trial.support) or trial.alpha.max() <= 0:
                return None
        for pin in pins:
            self.filter_.restrict(trial, pin.mask)
        self.filter_.restrict(trial, mask)
        return trial if len(trial.support) and trial.alpha.max() > 0 else None

    def _explain(self, front: Front, lost: list[Mark], gone: set[int], moment: Moment, laid: Laid) -> None:
        for mark in lost:
            laid.impossible[mark.label] = self.reason(front, mark, moment)
        for n in gone:
            laid.impossible[self.sightings.get(n, "")] = f"what it says of the state cannot be: {self.describe(front)}"

    def reason(self, front: Front, mark: Mark, moment: Moment) -> str:
        """Why no possible state allows a mark."""
        table, channel = self.filter_.table, self.filter_.channels[mark.channel]
        if mark.channel in moment.silent_at:
            return "it lies in a stretch that the coding calls unobserved"
        if self.space is None:
            return "no possible state allows it"
        here = self.space.codes[:, front.support % table.n_states]
        allowed = self.space.codes[:, np.unique(table.source[channel.entries])]
        needs = []
        for n, variable in enumerate(self.space.variables):
            is_, must = np.unique(here[n]), np.unique(allowed[n])
            if not np.isin(is_, must).any():
                wanted, found = (" or ".join(variable.values[v] for v in values) for values in (must, is_))
                needs.append(f"needs {variable.name} {wanted}, but it was {found}")
        return "; ".join(needs) or "does not fit what is known of the state from that day on"

    def describe(self, front: Front) -> str:
        """What is certain about the state, in words."""
        if self.space is None or not len(front.support):
            return "nothing is possible"
        here = self.space.codes[:, front.support % self.filter_.table.n_states]
        known = [
            f"{v.name} {v.values[int(here[n, 0])]}"
            for n, v in enumerate(self.space.variables)
            if (here[n] == here[n, 0]).all()
        ]
        return ", ".join(known)
