"""What a case binds under `questions:`, held against its actors, moves, parameters, variables and packages."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from detente.case.acts import CaseNames
from detente.case.outcomes import build_situation
from detente.case.parts import Outcomes, Parameter
from detente.case.questions import EncouragementEntry, JoiningEntry, Questions
from detente.errors import suggest
from detente.files.yaml import At

SLIP = 0.8  # likeness from which a side that is no actor looks like a slip: one letter in five to ten


def build_questions(names: CaseNames, parameters: Mapping[str, Parameter], outcomes: Outcomes | None) -> Questions:
    """The bindings with every move written out as `actor.action`; whatever is unknown is reported."""
    return _Roles(names, parameters, outcomes).all()


class _Roles:
    """Checks one section; `moves` and `groups` also write moves out."""

    def __init__(self, names: CaseNames, parameters: Mapping[str, Parameter], outcomes: Outcomes | None) -> None:
        self.names, self.remarks, self.parameters, self.outcomes = names, names.remarks, parameters, outcomes

    def all(self) -> Questions:
        """The whole section."""
        written, at = self.names.written.questions, ("questions",)
        changed: dict[str, Any] = {
            "bilateral": self.moves(written.bilateral, (*at, "bilateral")),
            "provocations": self.moves(written.provocations, (*at, "provocations"))
            if isinstance(written.provocations, tuple)
            else self.groups(written.provocations, (*at, "provocations"), sides=True),
            "reactions": self.groups(written.reactions, (*at, "reactions"), sides=True),
            "naming": self.groups(written.naming, (*at, "naming"), sides=True),
            "formats": self.groups(written.formats, (*at, "formats")),
            "spoilers": self.groups(written.spoilers, (*at, "spoilers")),
            "joining": {n: self.joining(n, e, (*at, "joining", n)) for n, e in written.joining.items()},
            "encouragement": {
                n: self.encouragement(n, e, (*at, "encouragement", n)) for n, e in written.encouragement.items()
            },
        }
        self.players(written.mediators, (*at, "mediators"))
        self.players(written.patrons, (*at, "patrons"))
        if written.settle is not None:
            self.players(written.settle.signatories, (*at, "settle", "signatories"))
            self.players(written.settle.blockers, (*at, "settle", "blockers"))
        self.package(written.package, (*at, "package"))
        self.provoked(written.provoked, (*at, "provoked"))
        for side in written.naming:
            if side not in written.by_side:
                hint = suggest(side, written.by_side)
                what = f"no provocation is put down to '{side}'"
                self.remarks.error((*at, "naming", side), what, "a side under 'provocations'", hint, key=True)
        for date, facts in written.baserate.items():
            if facts.ended is not None and facts.ended > date:
                place = (*at, "baserate", date, "ended")
                self.remarks.error(place, f"ended on {facts.ended}", f"a date not after {date}")
        return written.model_copy(update={key: value for key, value in changed.items() if written.has(key)})

    def players(self, names: Iterable[str], at: At) -> None:
        """Report names that are no players."""
        for name, place in self.items(names, at):
            self.names.is_player(name, place, key=False)

    def items(self, names: Iterable[str], at: At) -> Iterable[tuple[str, At]]:
        """Each name with its place: in a list its own, else that of the lone item."""
        document = self.remarks.document
        return [(name, (*at, n) if (*at, n) in document.values else at) for n, name in enumerate(names)]

    def groups(self, groups: Mapping[str, tuple[str, ...]], at: At, sides: bool = False) -> dict[str, tuple[str, ...]]:
        """Moves by name; where the names are sides that are actors, their own actions may stand alone."""
        return {
            name: self.moves(moves, (*at, name), self.side(name, (*at, name)) if sides else "")
            for name, moves in groups.items()
        }

    def side(self, name: str, at: At) -> str:
        """The actor that a side is; nothing where it is none, which is a warning if it looks like a slip."""
        if name in self.names.actors:
            return name
        near = difflib.get_close_matches(name, self.names.actors, n=1, cutoff=SLIP)
        if near:
            hint = f"did you mean '{near[0]}'?"
            self.remarks.warn(at, f"'{name}' is no actor", hint, key=True)
        return ""

    def moves(self, moves: Iterable[str], at: At, actor: str = "") -> tuple[str, ...]:
        """Moves written out; those that no actor has are reported and left out."""
        found: list[str] = []
        for move, place in self.items(moves, at):
            who, _, action = move.partition(".") if "." in move else (actor, "", move)
            if not who:
                self.remarks.error(place, f"unknown name '{move}'", "a move, written actor.action", self.meant(move))
            elif self.names.is_player(who, place, key=False):
                known = self.remarks.document.names("actions", who)
                if action in known:
                    found.append(f"{who}.{action}")
                else:
                    hint = suggest(action, known)
                    self.remarks.error(place, f"'{who}' has no action '{action}'", "", hint)
        return tuple(found)

    def meant(self, action: str) -> str:
        """Whose action it may be."""
        actions = self.names.written.actions
        owners = [f"'{actor}.{action}'" for actor, own in actions.items() if action in own]
        return f"did you mean {' or '.join(owners)}?" if owners else ""

    def joining(self, actor: str, entry: JoiningEntry, at: At) -> JoiningEntry:
        """One actor's decision to join."""
        self.names.is_player(actor, at)
        build_situation(entry.at, (*at, "at"), self.names.scope, self.names.states, self.remarks)
        if entry.deadline:
            self.parameter(entry.deadline, (*at, "deadline"))
        if entry.agenda is not None:
            self.parameter(entry.agenda.parameter, (*at, "agenda", 0))
        return entry.model_copy(update={"join": self.moves(entry.join, (*at, "join"), actor)})

    def encouragement(self, side: str, entry: EncouragementEntry, at: At) -> EncouragementEntry:
        """Who encourages a side, and its hostile moves."""
        by = self.moves(entry.by, (*at, "by"))
        hostile = self.moves(entry.hostile, (*at, "hostile"), self.side(side, at))
        return entry.model_copy(update={"by": by, "hostile": hostile})

    def parameter(self, name: str, at: At) -> None:
        """Report an unknown parameter."""
        if name not in self.parameters and name not in self.names.scope.unusable:
            self.remarks.error(at, f"unknown parameter '{name}'", "", suggest(name, self.parameters))

    def package(self, name: str, at: At) -> None:
        """Report a package under which nothing is settled."""
        if name and self.outcomes is not None and name not in self.outcomes.settle:
            hint = suggest(name, self.outcomes.settle)
            self.remarks.error(at, f"nothing is settled under '{name}'", "a package under 'outcomes: settle:'", hint)

    def provoked(self, text: str, at: At) -> None:
        """Report what is no condition on states alone."""
        found = self.names.expression(text, at, truth=True)
        if found is not None and found.parameters:
            names = ", ".join(sorted(found.parameters))
            self.remarks.error(at, f"depends on {names}", "a condition on states, such as 'tension == tense'")
