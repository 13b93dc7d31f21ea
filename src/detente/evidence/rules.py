"""The coding file: how dated events become marks on a path through the case's states (docs/evidence.md).

format: 1
from: 1994-05-12                  # where the path starts; default: the first situation of the case
until: 2025-08-08                 # where it ends
rules:                            # the first rule that fits an event codes it
  - when: {type: statement, actors: minsk_cochairs, tags: cochair_response}
    then: {move: [russia.speak_out, france.speak_out, united_states.speak_out]}   # author unknown: all count
    recorded_with: {1994: [0.1, 0.5], 2010: [0.6, 0.98]}                          # ranges are priors
  - when: {type: clash}
    then: {change: {tension: tense}, by: [armenia.provoke, azerbaijan.provoke, nature]}
  - when: {type: meeting}
    then: {seen: {process: [talks, tabled]}}     # says something of the state, is no act of the model
  - when: {type: election}
    why: elections are not acts of this model    # left out, on purpose
observed:                         # what is known of the state whatever the events: value from this date on
  phase: {1994-05-12: ceasefire, 2020-09-27: war, 2020-11-10: interim}
gaps: [{from: 1994-05-12, until: 1997-01-01, channels: all, why: not checked}]
overrides: [{event: E20160402_2, then: {move: azerbaijan.attack}, note: both sides blame the other}]
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from detente.errors import Diagnostic, RecordError, suggest
from detente.files.yaml import At, Document, read_yaml

MATCH_KEYS = ("id", "type", "actors", "all_actors", "target", "tags", "not_tags", "format", "named", "from", "until")
TOP_KEYS = ("format", "by", "from", "until", "start", "rules", "observed", "gaps", "overrides", "repeat_within_days")
DEFAULT_RANGE = (0.3, 0.95)


@dataclass(frozen=True)
class Outcome:
    """What an event is coded as: an act (kinds, perhaps leading into `change`), a sighting, or nothing."""

    kinds: tuple[str, ...] = ()  # "actor.action", "nature.event", or "nature" for all of nature's
    change: dict[str, tuple[str, ...]] = field(default_factory=dict)
    seen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    why: str = ""

    @property
    def is_act(self) -> bool:
        """Whether it is a mark."""
        return bool(self.kinds or self.change)


@dataclass(frozen=True)
class Rule:
    """One rule, or an override of one event."""

    name: str
    when: dict[str, tuple[str, ...]]
    then: Outcome
    recorded: tuple[tuple[str, float, float], ...]  # (from year, low, high), in order; () if not stated
    rate: tuple[tuple[str, float, float], ...]  # of a sighting that comes at a rate, 1/year; () for a bare sighting
    note: str
    at: At


@dataclass(frozen=True)
class Stretch:
    """From `start` on (an ISO date) a variable has one of these values; () if unknown."""

    variable: str
    start: str
    values: tuple[str, ...]
    at: At
    end: str = ""  # "" until the next stretch of the variable, or the end


@dataclass(frozen=True)
class Silence:
    """Nothing was recorded from `start` to `end`; kinds () means all."""

    start: str
    end: str
    kinds: tuple[str, ...]
    why: str


@dataclass
class CodingFile:
    """A coding file as read; names are checked against a case by `Coder`."""

    document: Document
    start: str
    until: str
    situation: dict[str, Any]
    rules: tuple[Rule, ...]
    overrides: dict[str, Rule]
    stretches: tuple[Stretch, ...]
    silences: tuple[Silence, ...]
    repeat_within_days: int
    coder: str


def read_coding(path: Path) -> CodingFile:
    """Read a coding file.

    Raises:
        RecordError: located mistakes, all at once.
        OSError: the file cannot be read.
    """
    document = read_yaml(path, path.name)
    reader = _Reader(document, list(document.diagnostics))
    coding = reader.read()
    if any(d.severity == "error" for d in reader.problems):
        raise RecordError(reader.problems)
    return coding


@dataclass
class _Reader:
    document: Document
    problems: list[Diagnostic]

    def bad(self, at: At, what: str, expected: str = "", hint: str = "", key: bool = False) -> None:
        self.problems.append(self.document.diagnostic(at, what, expected, hint, key))

    def read(self) -> CodingFile:
        data = self.document.data
        if not isinstance(data, dict):
            self.bad((), "an empty coding file" if data is None else "not a mapping", "keys such as 'rules'")
            data = {}
        self.keys((), data, TOP_KEYS)
        if data and data.get("format") != 1:
            self.bad(("format",), f"format {data.get('format')!r}", "format: 1")
        rules = tuple(self.rule(r, ("rules", n)) for n, r in self.items(data, "rules") if "states" not in r)
        overrides = {}
        for n, raw in self.items(data, "overrides"):
            at: At = ("overrides", n)
            event = str(raw.get("event", ""))
            if not event or not raw.get("note"):
                self.bad(at, "an override without 'event' or 'note'", "event: ID, then: ..., note: why")
            overrides[event] = self.rule({"when": {"id": event}, **raw}, at, extra=("event",))
        repeat = data.get("repeat_within_days", 1)
        if not isinstance(repeat, int) or repeat < 0:
            self.bad(("repeat_within_days",), f"{repeat!r}", "a whole number of days")
            repeat = 1
        return CodingFile(
            self.document,
            self.date(("from",), data.get("from", "")),
            self.date(("until",), data.get("until", "")),
            data.get("start") or {},
            rules,
            overrides,
            tuple(self.stretches(data)),
            tuple(self.silences(data)),
            repeat,
            str(data.get("by") or ""),
        )

    def items(self, data: dict[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        found = data.get(key) or []
        if not isinstance(found, list):
            self.bad((key,), f"'{key}' is not a list", "items that begin with '- '")
            return
        for n, item in enumerate(found):
            if isinstance(item, dict):
                yield n, item
            else:
                self.bad((key, n), "not a mapping", "keys such as 'when' and 'then'")

    def keys(self, at: At, data: dict[str, Any], allowed: tuple[str, ...]) -> None:
        for key in data:
            if key not in allowed:
                self.bad((*at, key), f"unknown key '{key}'", "", suggest(key, allowed), key=True)

    def date(self, at: At, value: Any) -> str:
        if value in ("", None):
            return ""
        try:
            return datetime.date.fromisoformat(str(value)).isoformat()
        except ValueError:
            self.bad(at, f"{value!r} is not a date", "an ISO date such as 2021-08-05")
            return ""

    def rule(self, raw: dict[str, Any], at: At, extra: tuple[str, ...] = ()) -> Rule:
        self.keys(at, raw, ("name", "when", "then", "why", "recorded_with", "rate", "note", *extra))
        when = raw.get("when")
        if not isinstance(when, dict) or not when:
            self.bad(at, "a rule without 'when'", "when: {type: statement, actors: ...}")
            when = {}
        self.keys((*at, "when"), when, MATCH_KEYS)
        conditions = {k: words(v) for k, v in when.items()}
        for k in ("from", "until"):
            if k in when:
                conditions[k] = (self.date((*at, "when", k), when[k]),)
        then = self.outcome(raw, at)
        if then.is_act and "rate" in raw:
            self.bad(
                (*at, "rate"), "a rate for an act", "recorded_with; only a 'seen' comes at a rate of its own", key=True
            )
        recorded, rate = self.spells(raw, at, "recorded_with", 1.0), self.spells(raw, at, "rate", np.inf)
        return Rule(str(raw.get("name", "")), conditions, then, recorded, rate, str(raw.get("note", "")), at)

    def outcome(self, raw: dict[str, Any], at: At) -> Outcome:
        then = raw.get("then")
        if then is None:
            if not raw.get("why"):
                self.bad(
                    at,
                    "a rule with neither 'then' nor 'why'",
                    "then: {move: ...}, or why: the reason for leaving it out",
                )
            return Outcome(why=str(raw.get("why") or ""))
        if not isinstance(then, dict):
            self.bad(
                (*at, "then"), "not a mapping", "{move: actor.action}, {change: {...}, by: [...]} or {seen: {...}}"
            )
            return Outcome()
        self.keys((*at, "then"), then, ("move", "change", "by", "seen"))
        if "move" in then and ("by" in then):
            self.bad((*at, "then", "by"), "both 'move' and 'by'", "one of them")
        if not any(k in then for k in ("move", "change", "seen")):
            self.bad((*at, "then"), "codes nothing", "move, change or seen")
        kinds = words(then.get("move", then.get("by", ())))
        return Outcome(kinds, self.values(then, "change", at), self.values(then, "seen", at), str(raw.get("why") or ""))

    def values(self, then: dict[str, Any], key: str, at: At) -> dict[str, tuple[str, ...]]:
        found = then.get(key) or {}
        if not isinstance(found, dict):
            self.bad((*at, "then", key), "not a mapping", "{variable: value}")
            return {}
        return {k: words(v) for k, v in found.items()}

    def spells(self, raw: dict[str, Any], at: At, key: str, top: float) -> tuple[tuple[str, float, float], ...]:
        """A number or range, or one per period: (year in which it begins, low, high)."""
        value = raw.get(key)
        if value is None:
            return ()
        result = []
        for year, given in (value if isinstance(value, dict) else {"": value}).items():
            where = (*at, key, year) if year else (*at, key)
            pair = given if isinstance(given, list) else [given, given]
            good = len(pair) == 2 and all(isinstance(p, (int, float)) and not isinstance(p, bool) for p in pair)
            if not good or not 0 <= pair[0] <= pair[1] <= top:
                ends = "a number or [low, high] " + ("between 0 and 1" if top == 1.0 else "from 0 up, per year")
                self.bad(where, f"{key} {given!r}", ends)
            elif year and not (year.isdigit() and len(year) == 4):
                self.bad(where, f"period '{year}'", "the year in which it begins", key=True)
            else:
                result.append((year, float(pair[0]), float(pair[1])))
        return tuple(sorted(result))

    def stretches(self, data: dict[str, Any]) -> Iterator[Stretch]:
        observed = data.get("observed") or {}
        if not isinstance(observed, dict):
            self.bad(("observed",), "not a mapping", "variable: {date: value}")
            observed = {}
        for variable, line in observed.items():
            at: At = ("observed", variable)
            if not isinstance(line, dict):
                self.bad(at, "not a mapping", "{date: value, ...}")
                continue
            for start, value in line.items():
                place = (*at, start)
                yield Stretch(variable, self.date(place, start), () if value == "unknown" else words(value), place)
        for n, raw in self.items(data, "rules"):
            if "states" not in raw:
                continue
            at = ("rules", n)
            self.keys(at, raw, ("states", "from", "until", "why", "note"))
            start, end = self.date((*at, "from"), raw.get("from")), self.date((*at, "until"), raw.get("until"))
            for variable, value in self.values({"states": raw["states"]}, "states", at).items():
                yield Stretch(variable, start, value, at, end)

    def silences(self, data: dict[str, Any]) -> Iterator[Silence]:
        for n, raw in self.items(data, "gaps"):
            at: At = ("gaps", n)
            self.keys(at, raw, ("from", "until", "moves", "why"))
            if not raw.get("why"):
                self.bad(at, "a gap without 'why'", "why nothing was recorded")
            kinds = words(raw.get("moves", ()))
            start, end = self.date((*at, "from"), raw.get("from")), self.date((*at, "until"), raw.get("until"))
            yield Silence(start, end, () if kinds == ("all",) else kinds, str(raw.get("why") or ""))


def words(value: Any) -> tuple[str, ...]:
    """One value or a list of them, as text; YAML's yes and no come back as such."""
    if value is None:
        return ()
    items = value if isinstance(value, (list, tuple)) else [value]
    return tuple({True: "true", False: "false"}[v] if isinstance(v, bool) else str(v) for v in items)
