"""The statistics of `history:`, held against what the case has: conditions on states and acts that someone can do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from detente.case.acts import CaseNames
from detente.case.history_entries import KINDS, Headline, LagEntry, StatisticEntry
from detente.case.parts import Expr
from detente.errors import suggest
from detente.files.yaml import At

INTO = "into "
OF_STATES = ("longest", "length", "share")
ASKED = "one of " + ", ".join(KINDS)
UNITS = {"count": "count", "share": "share", "answered": "share"}  # of the others: years
SPOKEN = {
    "count": "number of times: {what}",
    "spacing": "median time between one and the next: {what}",
    "first": "time until the first: {what}",
    "longest": "longest time without a break: {what}",
    "length": "mean length: {what}",
    "share": "share of the time: {what}",
    "lag": "median time from {what} to {to}",
    "answered": "share of {what} followed by {to}",
}


@dataclass(frozen=True)
class Occurrence:
    """What happens: the state enters a condition, or one of some acts is done."""

    text: str
    into: Expr | None = None
    acts: tuple[str, ...] = ()  # "actor.act", "nature.event"


@dataclass(frozen=True)
class Statistic:
    """One statistic of a record, and of histories that the model would leave.

    Attributes:
        name: its key in the case.
        kind: count, spacing, first, longest, length, share, lag or answered.
        what: what is counted; in pairs what begins them. None where it is about a condition.
        to: in pairs, what ends them.
        state: the condition that it is about.
        within: years in which an answer has to come; None: before the next of what begins it.
        start, until: ISO dates; "" where the record starts and ends.
        headline: war or peace, where the model has no headline of it unless it passes.
        held_out: not looked at before the first fit.
        leans_on: ids of the questions whose answers lean on it.
    """

    name: str
    kind: str
    what: Occurrence | None = None
    to: Occurrence | None = None
    state: Expr | None = None
    within: float | None = None
    start: str = ""
    until: str = ""
    label: str = ""
    why: str = ""
    headline: Headline | Literal[""] = ""
    held_out: bool = False
    leans_on: tuple[str, ...] = ()
    at: At = ()

    @property
    def unit(self) -> str:
        """Of its number: "count", "share" or "years"."""
        return UNITS.get(self.kind, "years")

    @property
    def title(self) -> str:
        """Its label, or what it is in words."""
        if self.label:
            return self.label
        first = self.state.text if self.state is not None else self.what.text if self.what is not None else ""
        words = {"what": spoken(first), "to": spoken(self.to.text) if self.to is not None else ""}
        since = f", from {self.start}" if self.start else ""
        return SPOKEN[self.kind].format(**words) + since + (f", until {self.until}" if self.until else "")

    @property
    def stated(self) -> list[object]:
        """All that its number depends on, for hashing: labels, reasons and what leans on it do not count."""
        texts = [part.text if part is not None else "" for part in (self.what, self.to, self.state)]
        return [self.kind, *(" ".join(t.split()) for t in texts), self.within, self.start, self.until, self.headline]

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """The conditions on states that it reads."""
        found = (self.state, *(part.into for part in (self.what, self.to) if part is not None))
        return tuple(e for e in found if e is not None)


def spoken(text: str) -> str:
    """A condition or acts, with less of the language in it: "into phase == war" is "phase becomes war"."""
    into = text.startswith(INTO)
    words = text.removeprefix(INTO).replace("!=", "is not").replace("==", "becomes" if into else "is")
    words = words.replace(" in [", " becomes one of [" if into else " is one of [").replace("[", "").replace("]", "")
    return words.replace(".", ": ").replace("_", " ")


def build_history(names: CaseNames) -> dict[str, Statistic]:
    """The statistics that are right; what is wrong with the others is reported."""
    made = dict[str, Statistic]()
    for name, entry in names.written.history.items():
        at = ("history", name)
        built = _Statistic(names, entry, at).build(name)
        if built is not None and names.remarks.usable(at):
            made[name] = built
    return made


@dataclass
class _Statistic:
    names: CaseNames
    entry: StatisticEntry
    at: At

    def build(self, name: str) -> Statistic | None:
        entry, remarks = self.entry, self.names.remarks
        kinds = entry.kinds
        if not kinds and not remarks.usable(self.at):
            return None  # said where it stands
        if len(kinds) != 1:
            what = f"both {kinds[0]} and {kinds[1]}" if kinds else "no statistic"
            remarks.error(self.at, what, ASKED, "" if kinds else "such as 'count: into phase == war'", key=True)
            return None
        if entry.from_ is not None and entry.until is not None and entry.from_ >= entry.until:
            remarks.error((*self.at, "until"), f"until {entry.until}", f"a day after {entry.from_}")
        kind, place = kinds[0], (*self.at, kinds[0])
        value = entry.what(kind)
        what = to = state = within = None
        if kind in OF_STATES:
            state = self.condition(value, place)
        elif isinstance(value, LagEntry):
            what, to = (self.occurrence(v, (*place, k)) for v, k in ((value.from_, "from"), (value.to, "to")))
            within = getattr(value, "within", None)
            both = sorted(set(what.acts) & set(to.acts)) if what is not None and to is not None else []
            if both:
                remarks.error((*place, "to"), f"'{both[0]}' begins it and ends it", "other acts than under 'from'")
        else:
            what = self.occurrence(value, place)
        return Statistic(
            name, kind, what, to, state, within, entry.from_ or "", entry.until or "", entry.label, entry.why,
            entry.headline or "", entry.held_out, entry.leans_on, self.at,
        )  # fmt: skip

    def occurrence(self, written: Iterable[str], at: At) -> Occurrence | None:
        """What happens; None where it is wrong."""
        texts = tuple(written)
        if not texts:
            self.names.remarks.error(at, "nothing stands here", "'into CONDITION', an act, or a list of acts")
            return None
        if len(texts) == 1 and texts[0].startswith(INTO):
            into = self.condition(texts[0].removeprefix(INTO), at)
            return None if into is None else Occurrence(texts[0], into)
        known = [move if kind == "action" else f"nature.{move}" for move, kind in self.moves().items()]
        good = True
        for n, act in enumerate(texts):
            if act not in known:
                place = (*at, n) if (*at, n) in self.names.remarks.document.values else at
                near = f"did you mean 'nature.{act}'?" if f"nature.{act}" in known else suggest(act, known)
                hint = "a condition is written 'into phase == war'" if " " in act else near
                self.names.remarks.error(place, f"unknown act '{act}'", "actor.act, nature.event or 'into ...'", hint)
                good = False
        return Occurrence(", ".join(texts), None, texts) if good else None

    def moves(self) -> dict[str, str]:
        """Acts and events that the file declares, right or wrong."""
        names, document = self.names, self.names.remarks.document
        moves = {f"{a}.{act}": "action" for a in names.players for act in document.names("actions", a)}
        return {**moves, **dict.fromkeys(document.names("nature"), "event")}

    def condition(self, text: str, at: At) -> Expr | None:
        """A condition on states alone; None where it is wrong."""
        found = self.names.expression(text, at, truth=True)
        if found is not None and found.parameters:
            names = ", ".join(sorted(found.parameters))
            self.names.remarks.error(at, f"depends on {names}", "a condition on states, such as 'phase == war'")
            return None
        return found
