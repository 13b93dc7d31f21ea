"""Entries of the record, as of the date, that speak to a number of the model.

Which acts of the model an event shows is what the case's coding file says (docs/evidence.md); without one, events are
found by their type and by the actors that they name. Nothing here computes a number: a number on prior draws does not
rest on the record, these entries are what a reader would hold it against.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.answers.frame import Frame
from detente.errors import RecordError
from detente.evidence.coding import fits
from detente.evidence.jumps import jump_table
from detente.evidence.rules import CodingFile, Outcome, acts_meant, read_coding, unknown_names
from detente.game import Game
from detente.record import CutRecord, load_record
from detente.record.entries import Commitment, Event, Response
from detente.record.told import WAYS_BACK
from detente.run import Ref

FIGHTING = ("attack", "clash", "incident", "offensive", "violation", "war_start")  # usual types of events
ENDING = ("ceasefire", "war_end", "withdrawal")
TERMS = ("acceptance", "agreement", "proposal", "rejection", "signature")
NATURE = "nature"
Entries = tuple[Event | Response | Commitment, ...]


@dataclass(frozen=True)
class Witnesses:
    """A record cut at the date, with how its events are read as acts of the model.

    Attributes:
        record: cut at the date; None where the case has none.
        shown: event -> the acts that it may show; None where the case has no coding file.
        acts: all acts of the model, "actor.action" or "nature.event".
        into_war, out_of_war, into_peace: those of them that can lead there.
    """

    record: CutRecord | None = None
    shown: Mapping[str, frozenset[str]] | None = None
    acts: frozenset[str] = frozenset()
    into_war: frozenset[str] = frozenset()
    out_of_war: frozenset[str] = frozenset()
    into_peace: frozenset[str] = frozenset()

    @staticmethod
    def of(template: Any, frame: Frame) -> "Witnesses":
        """The witnesses of a compiled case at a date; none where it has no record or no date.

        Raises:
            RecordError: located mistakes in the record or the coding file.
        """
        folder = template.case.folder / "record"
        if not frame.date or not folder.is_dir():
            return Witnesses()
        path, game = folder / "coding.yaml", template.game()
        record = load_record(folder).as_of(frame.date)
        return Witnesses(
            record,
            shown_by(record, read_coding(path), game) if path.is_file() else None,
            leading(game, np.ones(game.n_states, bool), np.ones(game.n_states, bool)),
            leading(game, ~frame.war, frame.war),
            leading(game, frame.war, ~frame.war),
            leading(game, ~frame.peace, frame.peace),
        )

    @property
    def _events(self) -> tuple[Event, ...]:
        return tuple(self.record.events.values()) if self.record is not None else ()

    def _shows(self, event: str) -> frozenset[str]:
        return frozenset() if self.shown is None else self.shown.get(event, frozenset())

    def showing(self, acts: Iterable[str]) -> Entries:
        """Events that the coding file reads as one of these acts."""
        wanted = set(acts)
        return tuple(event for event in self._events if wanted & self._shows(event.id))

    def of_types(self, types: Iterable[str], actor: str | None = None) -> Entries:
        """Events of these types, where an actor is given those that name it as actor or target."""
        kinds = set(types)
        return tuple(e for e in self._events if e.type in kinds and (actor is None or actor in (*e.actors, *e.target)))

    def acts_of(self, actor: str, among: Iterable[str] | None = None) -> frozenset[str]:
        """All acts of an actor (or of nature), or those among some."""
        return frozenset(act for act in (self.acts if among is None else among) if act.startswith(f"{actor}."))

    def by(self, actor: str, among: Iterable[str] | None = None, types: Iterable[str] = ()) -> Entries:
        """Events that show acts of an actor; without a coding file, those of these types that name it."""
        return self.of_types(types, actor) if self.shown is None else self.showing(self.acts_of(actor, among))

    def responses(self, mediator: str | None = None, naming: bool = False) -> Entries:
        """Listed escalations: a mediator's, or all; only those after which somebody was named, where asked for."""
        if self.record is None:
            return ()
        speakers = None if mediator is None else self._speakers(mediator)
        return tuple(
            r
            for r in self.record.responses.values()
            if (speakers is None or r.mediator in speakers) and (not naming or r.naming == "first_violator")
        )

    def _speakers(self, mediator: str) -> set[str]:
        """A mediator, and those of the record whose responses the coding file reads as its acts (joint statements)."""
        assert self.record is not None
        own = self.acts_of(mediator)
        joint = {
            r.mediator
            for r in self.record.responses.values()
            if any(own & self._shows(event) for event in r.response_events)
        }
        return {mediator, *joint}

    def promised(self, actor: str) -> Entries:
        """Commitments by or to an actor."""
        if self.record is None:
            return ()
        return tuple(c for c in self.record.commitments.values() if actor in (*c.who, *c.to))


def shown_by(record: CutRecord, coding: CodingFile, game: Game) -> dict[str, frozenset[str]]:
    """Event -> the acts that the first rule which fits it reads it as, where it reads it as an act at all.

    Raises:
        RecordError: the coding file names states or acts that the case does not have, all at once.
    """
    states = {} if game.space is None else {variable.name: variable.values for variable in game.space.variables}
    problems = list(unknown_names(coding, states, jump_table(game).kinds))
    if problems:
        raise RecordError(problems)
    found: dict[str, frozenset[str]] = {}
    for event in record.events.values():
        rule = coding.overrides.get(event.id) or next((r for r in coding.rules if fits(r, event)), None)
        if rule is not None and rule.then.is_act:
            found[event.id] = _read_as(rule.then, game)
    return found


def _read_as(outcome: Outcome, game: Game) -> frozenset[str]:
    """The acts that an outcome stands for: those that it names and that can bring about its change."""
    everywhere = np.ones(game.n_states, bool)
    target = everywhere.copy()
    for name, values in outcome.change.items():
        assert game.space is not None  # else the names were unknown
        target &= game.space.where(name, *values)
    acts = leading(game, everywhere, target)
    return frozenset().union(*acts_meant(outcome.kinds, acts).values()) if outcome.kinds else acts


def leading(game: Game, source: np.ndarray, target: np.ndarray) -> frozenset[str]:
    """Acts and events that can lead from a state of one mask into one of another, or be done there at all."""
    k = game.n_states
    found = set()
    for player, moves in zip(game.players, game.moves):
        reach = (moves.transition @ target.astype(float)).reshape(-1, k) * source * moves.available > 0
        found |= {f"{player}.{name}" for a, name in enumerate(moves.names) if a > 0 and reach[a].any()}
    if len(game.nature.names):
        reach = (game.nature.transition @ target.astype(float)).reshape(-1, k) * source > 0
        found |= {f"{NATURE}.{name}" for n, name in enumerate(game.nature.names) if reach[n].any()}
    return frozenset(found)


def refs_of(entries: Entries) -> tuple[Ref, ...]:
    """The way back to each entry."""
    return tuple(dict.fromkeys(Ref(kind=WAYS_BACK[type(entry)], id=entry.id) for entry in entries))
