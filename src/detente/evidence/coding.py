"""From a record to a path: the coding rules applied to dated events, with everything that could not be coded and why.

Sources repeat each other: two events coded to the same channel within a day or so of each other, resting on one
source (or on sources that pass one on), are one witness and count as one mark.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from detente.errors import Diagnostic, RecordError, Severity
from detente.evidence.coded import Chance, Coded, CodedEvent, recording, witness_roots
from detente.evidence.feasible import Layer
from detente.evidence.filter import Filter
from detente.evidence.jumps import JumpTable
from detente.evidence.path import Channel, Gap, Mark, Path, Pin, Recording
from detente.evidence.rules import (
    DEFAULT_RANGE,
    CodingFile,
    CodingRule,
    Outcome,
    Stretch,
    acts_meant,
    unknown_names,
)
from detente.evidence.simulate import Scheme, Watch
from detente.files.yaml import At
from detente.game import StateSpace
from detente.record import CutRecord, Event
from detente.words.dates import DAYS_PER_YEAR, years_between

WINDOWS = {"week": 7, "month": 31, "year": 366}  # days in which an event of that precision can have begun
MOST_RECORDED = 0.98  # while it is asked what can have happened, some of every act may go unrecorded


def span(event: Event) -> tuple[datetime.date, datetime.date]:
    """First and last day on which an event can have begun."""
    width = WINDOWS.get(event.precision, 1)
    return event.date, event.date + datetime.timedelta(days=width - 1)


def fits(rule: CodingRule, event: Event) -> bool:
    """Whether a rule's conditions hold for an event."""
    for key, wanted in rule.when.items():
        if key == "from":
            good = event.date.isoformat() >= wanted[0]
        elif key == "until":
            good = event.date.isoformat() < wanted[0]
        elif key == "all_actors":
            good = set(wanted) <= set(event.actors)
        elif key == "not_tags":
            good = not set(wanted) & set(event.tags)
        else:
            value = getattr(event, key)
            good = bool(set(wanted) & ({value} if isinstance(value, str) else set(value)))
        if not good:
            return False
    return True


@dataclass
class Coder:
    """Applies one coding file to one record on one case's states.

    Args:
        coding: the file.
        table: the case's pattern of jumps.
        space: its states.
        situations: date -> values, for the start.
    """

    coding: CodingFile
    table: JumpTable
    space: StateSpace
    situations: dict[str, dict[str, str]]
    problems: list[Diagnostic] = field(default_factory=list)

    # -- names ------------------------------------------------------------------------------------------------------

    def bad(self, at: At, what: str, expected: str = "", hint: str = "", severity: Severity = "error") -> None:
        """Collect a located problem."""
        self.problems.append(self.coding.document.diagnostic(at, what, expected, hint, severity=severity))

    def mask(self, values: Mapping[str, tuple[str, ...]]) -> np.ndarray:
        """(states,) states in which all variables have one of their values."""
        mask = np.ones(self.space.size, dtype=bool)
        for name, wanted in values.items():
            mask &= self.space.where(name, *wanted)
        return mask

    def kinds(self, outcome: Outcome) -> set[str]:
        """The acts that an outcome means; all where it names none."""
        acts = [k for k in self.table.kinds if not k.startswith("signal.")]
        meant = acts_meant(outcome.kinds, acts) if outcome.kinds else {"": set(acts)}
        return {act for found in meant.values() for act in found}

    # -- the whole --------------------------------------------------------------------------------------------------

    def code(self, record: CutRecord, until: str | None = None) -> Coded:
        """Code a record up to a date.

        Raises:
            RecordError: located mistakes in the coding file, all at once.
        """
        start = self.coding.start or min(self.situations, default="")
        end = min(filter(None, (self.coding.until or record.day.isoformat(), until)))
        if not start or not end or end <= start:
            self.bad(("from",), f"a path from {start or '?'} until {end or '?'}", "a start before the end")
            raise RecordError(self.problems)
        self.problems += unknown_names(self.coding, {v.name: v.values for v in self.space.variables}, self.table.kinds)
        if self.problems:
            raise RecordError(self.problems)
        self.start, self.end = start, end
        self.horizon = self.time(end)
        self._signals()
        channels, chances, rule_channel = self._channels()
        self.names = [c.name for c in channels]
        stretches = self._stretches()
        if any(d.severity == "error" for d in self.problems):
            raise RecordError(self.problems)
        marks, sightings, events = self._events(record, rule_channel)
        pins, watches = self._known(stretches)
        pins += [pin for pin, _ in sightings]
        labels = {len(pins) - len(sightings) + n: label for n, (_, label) in enumerate(sightings)}
        watches += [self._glimpse(pin) for pin, _ in sightings]
        gaps = self._gaps(channels)
        path = Path(self.horizon, self._initial(pins), tuple(marks), tuple(pins), tuple(gaps))
        coarse = self._coarse(marks, len(channels))
        scheme = Scheme(self.horizon, path.initial, channels, tuple(watches), tuple(gaps), coarse)
        coded = Coded(path, scheme, chances, (), start, end, self.table, self.constant, coder=self.coding.coder)
        return self._lay(coded, labels, events)

    def time(self, date: str) -> float:
        """Years from the start of the path to the morning of a day."""
        return years_between(self.start, date)

    def _signals(self) -> None:
        """Sightings that come at a rate: kinds of their own, whose highest rate is fixed and thinned like any act."""
        masks: dict[str, np.ndarray] = {}
        self.signals: dict[At, tuple[str, float]] = {}
        for n, rule in enumerate((*self.coding.rules, *self.coding.overrides.values())):
            top = max((high for _, _, high in rule.rate), default=0.0)
            if rule.then.seen and top > 0:
                name = f"signal.{rule.name or n + 1}"
                masks[name] = self.mask(rule.then.seen)
                self.signals[rule.at] = (name, top)
        size = self.table.size
        self.table = self.table.with_signals(masks)
        tops = dict(self.signals.values())
        self.constant = np.array([tops[self.table.kinds[k]] for k in self.table.kind[size:]])

    def _channels(self) -> tuple[tuple[Channel, ...], tuple[Chance, ...], dict[At, tuple[int, ...]]]:
        """One channel per distinct set of acts; rules that code to the same acts share it."""
        by_acts: dict[tuple[str, ...], int] = {}
        channels: list[Channel] = []
        stated: dict[int, tuple[tuple[tuple[str, float, float], ...], At]] = {}
        where: dict[At, tuple[int, ...]] = {}
        for rule in (*self.coding.rules, *self.coding.overrides.values()):
            outcome = rule.then
            seen = self.mask(outcome.seen)
            if outcome.seen and not seen.any() and not self.problems:
                self.bad((*rule.at, "then", "seen"), "no state of the case is like that")
            name, top = self.signals.get(rule.at, ("", 1.0))
            if not outcome.is_act and not name:
                continue
            target = self.mask(outcome.change) if outcome.change else None
            entries = self.table.entries({name} if name else self.kinds(outcome), target)
            if not len(entries) and not self.problems:
                self.bad((*rule.at, "then"), "no act of the case does that in any state")
            key = tuple(map(str, entries))
            if key not in by_acts:
                by_acts[key] = len(channels)
                channels.append(Channel(rule.name or self.name(entries), entries))
            c = by_acts[key]
            where[rule.at] = (c,)
            spells = tuple((y, low / top, high / top) for y, low, high in rule.rate) if name else rule.recorded
            if spells and stated.get(c, (spells, ()))[0] != spells:
                self.bad((*rule.at, "recorded_with"), "another rule states this differently for the same acts")
            if spells:
                stated.setdefault(c, (spells, rule.at))
        chances = [chance for c, channel in enumerate(channels) for chance in self._chances(c, channel, stated.get(c))]
        self._sums(channels, chances)
        return tuple(channels), tuple(chances), where

    def name(self, entries: np.ndarray) -> str:
        """A channel by what it holds: the acts, and the actors where several share the act."""
        kinds = [self.table.kinds[k] for k in np.unique(self.table.kind[entries])]
        acts = {k.split(".", 1)[1] for k in kinds}
        if len(kinds) == 1:
            return kinds[0]
        return (
            f"{acts.pop()} by someone"
            if len(acts) == 1
            else " or ".join(kinds[:3]) + (" or ..." if len(kinds) > 3 else "")
        )

    def _chances(
        self, c: int, channel: Channel, stated: tuple[tuple[tuple[str, float, float], ...], At] | None
    ) -> list[Chance]:
        if stated is None:
            return [Chance(f"recorded.{channel.name}", c, 0.0, *DEFAULT_RANGE)]
        result = []
        for n, (year, low, high) in enumerate(stated[0]):
            start = 0.0 if n == 0 else max(0.0, self.time(f"{year}-01-01"))
            if start >= self.horizon:
                continue
            result = [r for r in result if r.start < start] if start == 0.0 else result
            result.append(
                Chance(f"recorded.{channel.name}.{year}" if year else f"recorded.{channel.name}", c, start, low, high)
            )
        return result

    def _sums(self, channels: list[Channel], chances: list[Chance]) -> None:
        """An act's recording probabilities over its channels may not exceed 1."""
        highest = np.zeros(self.table.size)
        for c, channel in enumerate(channels):
            highest[channel.entries] += max(chance.high for chance in chances if chance.channel == c)
        over = np.flatnonzero(highest > 1 + 1e-12)
        for k in np.unique(self.table.kind[over]):
            what = (
                f"recording probabilities of {self.table.kinds[k]} over all rules can reach {highest[over].max():.2f}"
            )
            self.bad(("rules",), what, "at most 1 together", "lower the upper ends of recorded_with")

    # -- what is known ----------------------------------------------------------------------------------------------

    def _stretches(self) -> list[tuple[Stretch, float, float, np.ndarray]]:
        """Stretches with times and masks, cut to the path; a stretch ends where the variable's next one begins."""
        result = []
        for s in self.coding.stretches:
            later = [o.start for o in self.coding.stretches if o.variable == s.variable and o.start > s.start]
            end = min(filter(None, (s.end, *later, self.end)))
            begin = max(s.start or self.start, self.start)
            mask = self.mask({s.variable: s.values}) if s.values else np.ones(self.space.size, bool)
            if begin < end:
                result.append((s, self.time(begin), self.time(end), mask))
        return result

    def _known(self, stretches: list[tuple[Stretch, float, float, np.ndarray]]) -> tuple[list[Pin], list[Watch]]:
        pins, watches = [], []
        for stretch, begin, end, mask in stretches:
            if not stretch.values:
                continue
            pins.append(Pin(begin, end, mask))
            codes = self.space.codes[self.space.variable(stretch.variable)]
            cells = codes if len(stretch.values) == 1 else mask.astype(int)
            before = watches[-1] if watches else None
            if before and before.end == begin and np.array_equal(before.cells, cells):
                watches[-1] = Watch(before.start, end, cells)
            else:
                watches.append(Watch(begin, end, cells))
        return pins, watches

    def _glimpse(self, pin: Pin) -> Watch:
        return Watch(pin.start, pin.start, pin.mask.astype(int))

    def _initial(self, pins: list[Pin]) -> np.ndarray:
        """Uniform over the states that fit what is known at the start."""
        values = dict(self.coding.situation) or self.situations.get(self.start, {})
        mask = self.mask({k: (v,) for k, v in values.items()})
        for pin in pins:
            if pin.start <= 0 < pin.end:
                mask &= pin.mask
        if not mask.any():
            self.bad(("observed",), f"no state of the case is like that on {self.start}")
            raise RecordError(self.problems)
        return mask / mask.sum()

    def _gaps(self, channels: tuple[Channel, ...]) -> list[Gap]:
        gaps = []
        for silence in self.coding.silences:
            begin, end = max(silence.start or self.start, self.start), min(silence.end or self.end, self.end)
            if begin >= end:
                continue
            which = None
            if silence.kinds:
                entries = set(self.table.entries(self.kinds(Outcome(silence.kinds))).tolist())
                which = tuple(c for c, channel in enumerate(channels) if entries & set(channel.entries.tolist()))
            gaps.append(Gap(self.time(begin), self.time(end), which))
        return gaps

    def _coarse(self, marks: list[Mark], channels: int) -> tuple[tuple[float, ...], ...]:
        widths: list[list[float]] = [[] for _ in range(channels)]
        for mark in marks:
            widths[mark.channel].append((mark.until - mark.time) if mark.until is not None else 0.0)
        return tuple(tuple(w) for w in widths)

    # -- events -----------------------------------------------------------------------------------------------------

    def _events(
        self, record: CutRecord, channel_of: dict[At, tuple[int, ...]]
    ) -> tuple[list[Mark], list[tuple[Pin, str]], list[CodedEvent]]:
        roots = witness_roots(record)
        marks: list[Mark] = []
        sightings: list[tuple[Pin, str]] = []
        rows: list[CodedEvent] = []
        heard: list[tuple[int, datetime.date, frozenset[str], str]] = []
        for event in sorted(record.events.values(), key=lambda e: e.date):
            first, last = span(event)
            witnesses = tuple(sorted({root for s in event.sources for root in roots.get(s, {s})}))
            rule = self.coding.overrides.get(event.id) or next((r for r in self.coding.rules if fits(r, event)), None)

            def row(kind: str, code: str = "", reason: str = "", event=event, witnesses=witnesses) -> None:
                rows.append(CodedEvent(event.id, event.date.isoformat(), event.text, kind, code, reason, witnesses))

            if first.isoformat() < self.start or last.isoformat() >= self.end:
                row("outside", reason=f"not between {self.start} and {self.end}")
            elif rule is None:
                row("no rule", reason="no rule fits it")
            elif not rule.then.is_act and not rule.then.seen:
                row("left out", reason=rule.then.why)
            elif not rule.then.is_act and rule.at not in self.signals:
                mask = self.mask(rule.then.seen)
                sightings.append((Pin(self.time(first.isoformat()), self.time(first.isoformat()), mask), event.id))
                row("seen", "; ".join(f"{k} {' or '.join(v)}" for k, v in rule.then.seen.items()), rule.note)
            else:
                channel = channel_of[rule.at][0]
                name = self.names[channel]
                repeat = self._repeats(heard, channel, event.date, frozenset(witnesses))
                if repeat:
                    row("same witness", name, f"repeats {repeat}: one source, one witness")
                    continue
                heard.append((channel, event.date, frozenset(witnesses), event.id))
                until = None if first == last else self.time((last + datetime.timedelta(days=1)).isoformat())
                marks.append(Mark(self.time(first.isoformat()), channel, until, event.id))
                row("mark", name, rule.note)
        return marks, sightings, rows

    def _repeats(
        self,
        heard: list[tuple[int, datetime.date, frozenset[str], str]],
        channel: int,
        date: datetime.date,
        witnesses: frozenset[str],
    ) -> str:
        for other, when, who, event in heard:
            near = abs((date - when).days) <= self.coding.repeat_within_days
            if other == channel and near and len(witnesses) == len(who) == 1 and witnesses == who:
                return event
        return ""

    def _lay(self, coded: Coded, sightings: dict[int, str], events: list[CodedEvent]) -> Coded:
        """Set aside what cannot have happened in the case's states."""
        middle = np.array([[(c.low + c.high) / 2 for c in coded.chances]]).reshape(1, len(coded.chances))
        plain = recording(coded.chances, len(coded.channels), middle)
        capped = Recording(np.minimum(plain.probability, MOST_RECORDED), plain.breaks)
        structural = Filter(self.table, coded.channels, np.ones((1, self.table.size)), capped)
        laid = Layer(structural, self.space, sightings).lay(coded.path)
        for time, known in laid.blocked:
            day = datetime.date.fromisoformat(self.start) + datetime.timedelta(days=round(time * DAYS_PER_YEAR))
            self.bad(
                ("observed",),
                f"on {day} what is known becomes impossible (before: {known})",
                "a change that one act or event of the case brings about",
                "leave a variable 'unknown' for a while, or give the case an event of nature that does it",
            )
        if any(d.severity == "error" for d in self.problems):
            raise RecordError(self.problems)
        rows = [
            replace(row, kind="impossible", reason=laid.impossible[row.event])
            if row.event in laid.impossible and row.kind in ("mark", "seen")
            else row
            for row in events
        ]
        keep = {id(pin) for pin in laid.path.pins}
        dropped = {pin.start for n, pin in enumerate(coded.path.pins) if id(pin) not in keep and n in sightings}
        watches = tuple(w for w in coded.scheme.watches if w.start != w.end or w.start not in dropped)
        scheme = Scheme(
            coded.scheme.horizon,
            coded.scheme.initial,
            coded.scheme.channels,
            watches,
            coded.scheme.gaps,
            coded.scheme.coarse,
        )
        return replace(coded, path=laid.path, scheme=scheme, events=tuple(rows), warnings=tuple(self.problems))
