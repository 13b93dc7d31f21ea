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
gaps: [{from: 1994-05-12, until: 1997-01-01, moves: all, why: not checked}]
overrides: [{event: E20160402_2, then: {move: azerbaijan.attack}, note: both sides blame the other}]
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from detente.errors import Diagnostic, RecordError, suggest
from detente.evidence.coding_entries import (
    CodingEntry,
    CodingRuleEntry,
    CodingRulesFile,
    GapEntry,
    OverrideEntry,
    StatesEntry,
)
from detente.files.validate import read_file
from detente.files.yaml import At, Document, read_yaml

DEFAULT_RANGE = (0.3, 0.95)  # prior of the share of acts that the record holds, where a rule states none
UNKNOWN = "unknown"  # of a stretch: nothing is known of the variable
ALL = "all"  # in a gap: nothing at all was recorded
Period = tuple[str, float, float]  # year in which it begins ("" for all), low, high


@dataclass(frozen=True)
class Outcome:
    """What an event is coded as: an act (kinds, perhaps leading into `change`), a sighting, or nothing."""

    kinds: tuple[str, ...] = ()  # "actor.action", "nature.event", or "nature" for all of nature's
    change: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    why: str = ""

    @property
    def is_act(self) -> bool:
        """Whether it is a mark."""
        return bool(self.kinds or self.change)


@dataclass(frozen=True)
class CodingRule:
    """One rule, or an override of one event."""

    name: str
    when: Mapping[str, tuple[str, ...]]
    then: Outcome
    recorded: tuple[Period, ...]  # in order; () if not stated
    rate: tuple[Period, ...]  # of a sighting that comes at a rate, 1/year; () for a bare sighting
    note: str
    at: At
    unused: str = ""  # why it codes no event, where that is meant


@dataclass(frozen=True)
class Stretch:
    """From `start` on (an ISO date) a variable has one of these values; () if unknown."""

    variable: str
    start: str
    values: tuple[str, ...]
    at: At
    end: str = ""  # "" until the next stretch of the variable, or the end


@dataclass(frozen=True)
class Unrecorded:
    """Nothing was recorded from `start` to `end`; kinds () means all."""

    start: str
    end: str
    kinds: tuple[str, ...]
    at: At


@dataclass
class CodingFile:
    """A coding file as read; `unknown_names` holds it against a case."""

    document: Document
    start: str
    until: str
    situation: Mapping[str, str]
    rules: tuple[CodingRule, ...]
    overrides: dict[str, CodingRule]
    stretches: tuple[Stretch, ...]
    silences: tuple[Unrecorded, ...]
    repeat_within_days: int
    coder: str


def read_coding(path: Path, name: str = "") -> CodingFile:
    """Read a coding file.

    Args:
        path: the file.
        name: how to print it in messages; default its name without the folder.

    Raises:
        RecordError: located mistakes, all at once.
    """
    written, remarks = read_file(CodingRulesFile, read_yaml(path, name or path.name))
    if written is None or remarks.errors:
        raise RecordError(remarks.errors)
    return CodingFile(
        remarks.document,
        written.from_ or "",
        written.until or "",
        written.start,
        tuple(_rule(r, ("rules", n)) for n, r in enumerate(written.rules) if isinstance(r, CodingRuleEntry)),
        {o.event: _override(o, ("overrides", n)) for n, o in enumerate(written.overrides)},
        tuple(_stretches(written)),
        tuple(_unrecorded(gap, ("gaps", n)) for n, gap in enumerate(written.gaps)),
        written.repeat_within_days,
        written.by,
    )


def _rule(entry: CodingRuleEntry, at: At) -> CodingRule:
    return replace(_coded(entry, entry.when.conditions, at), unused=entry.unused)


def _override(entry: OverrideEntry, at: At) -> CodingRule:
    return _coded(entry, {"id": (entry.event,)}, at)


def _coded(entry: CodingEntry, when: Mapping[str, tuple[str, ...]], at: At) -> CodingRule:
    then = entry.then
    outcome = Outcome(why=entry.why)
    if then is not None:
        outcome = Outcome(then.move or then.by, then.change, then.seen, entry.why)
    recorded, rate = _in_order(entry.recorded_with), _in_order(entry.rate)
    return CodingRule(entry.name, when, outcome, recorded, rate, entry.note, at)


def _in_order(given: tuple[float, float] | Mapping[str, tuple[float, float]] | None) -> tuple[Period, ...]:
    """Periods by year; one without a year where there is one for all."""
    if given is None:
        return ()
    if isinstance(given, tuple):
        return (("", *given),)
    return tuple(sorted((year, *ends) for year, ends in given.items()))


def _stretches(written: CodingRulesFile) -> Iterator[Stretch]:
    for variable, line in written.observed.items():
        for start, values in line.items():
            yield Stretch(variable, start, () if values == (UNKNOWN,) else values, ("observed", variable, start))
    for n, entry in enumerate(written.rules):
        if isinstance(entry, StatesEntry):
            for variable, values in entry.states.items():
                at = ("rules", n, "states", variable)
                yield Stretch(variable, entry.from_ or "", values, at, entry.until or "")


def _unrecorded(entry: GapEntry, at: At) -> Unrecorded:
    return Unrecorded(entry.from_ or "", entry.until or "", () if entry.moves == (ALL,) else entry.moves, at)


def acts_meant(names: Collection[str], acts: Collection[str]) -> dict[str, set[str]]:
    """The acts that each name means: itself, all of an actor's (`actor.*`), all of nature's (`nature`)."""
    found: dict[str, set[str]] = {}
    for name in names:
        prefix = "nature." if name == "nature" else name.removesuffix("*") if name.endswith(".*") else ""
        found[name] = {act for act in acts if act == name or (prefix and act.startswith(prefix))}
    return found


def unknown_names(
    coding: CodingFile, states: Mapping[str, Collection[str]], acts: Collection[str]
) -> Iterator[Diagnostic]:
    """What a coding file names that a case does not have.

    Args:
        coding: the file.
        states: state variable -> its values.
        acts: `actor.action` and `nature.event`.
    """
    names = _CaseNames(coding.document, states, acts)
    yield from names.of_states({name: (value,) for name, value in coding.situation.items()}, ("start",))
    for rule in (*coding.rules, *coding.overrides.values()):
        at = (*rule.at, "then")
        yield from names.of_states(rule.then.change, (*at, "change"))
        yield from names.of_states(rule.then.seen, (*at, "seen"))
        yield from names.of_acts(rule.then.kinds, at)
    for stretch in coding.stretches:
        above = stretch.at[: stretch.at.index(stretch.variable)]
        yield from names.of_states({stretch.variable: stretch.values}, above, stretch.at)
    for gap in coding.silences:
        yield from names.of_acts(gap.kinds, (*gap.at, "moves"))


@dataclass(frozen=True)
class _CaseNames:
    """The names of a case, against which those of a coding file are held."""

    document: Document
    states: Mapping[str, Collection[str]]
    acts: Collection[str]

    def of_states(self, values: Mapping[str, Collection[str]], at: At, spot: At | None = None) -> Iterator[Diagnostic]:
        """Unknown variables, where their key stands, and unknown values, at `spot` or where they stand."""
        for name, wanted in values.items():
            place = (*at, name)
            if name not in self.states:
                hint = suggest(name, self.states)
                yield self.document.diagnostic(place, f"unknown state variable '{name}'", "", hint, key=True)
                continue
            for value in (one for one in wanted if one not in self.states[name]):
                what = f"unknown value '{value}' of '{name}'"
                yield self.document.diagnostic(spot or place, what, "", suggest(value, self.states[name]))

    def of_acts(self, names: Collection[str], at: At) -> Iterator[Diagnostic]:
        """Names that mean no act."""
        for name, meant in acts_meant(names, self.acts).items():
            if not meant:
                yield self.document.diagnostic(at, f"unknown act '{name}'", "", suggest(name, self.acts))
