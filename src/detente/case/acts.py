"""The sections that the game is made of: payoffs, actions, nature."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from detente.case.entries import ActionEntry, CaseFile, EventEntry
from detente.case.expressions import build_expression
from detente.case.one_of import Decision
from detente.case.parts import (
    ALWAYS,
    ONE,
    ZERO,
    Action,
    Actor,
    Effect,
    Effects,
    Expr,
    NatureEvent,
    StateVariable,
)
from detente.case.resolve import Scope
from detente.errors import suggest
from detente.files.validate import Remarks
from detente.files.yaml import At

_STEP = re.compile(r"([+-]?\d{1,3})(?:\s+(\w+))?", re.ASCII)  # scales of a thousand values and more are not foreseen


@dataclass
class CaseNames:
    """What the names in a case's sections are held against: actors, variables, the scope of expressions."""

    written: CaseFile
    remarks: Remarks
    scope: Scope
    states: Mapping[str, StateVariable]
    actors: Mapping[str, Actor]
    players: tuple[str, ...]

    def expression(self, text: str, at: At, default: Expr | None = None, truth: bool = False) -> Expr | None:
        """The expression at a path; the default where nothing stands; None where it is broken."""
        if at in self.remarks.broken:
            return None
        return build_expression(text, at, self.scope, self.remarks, truth) if text else default

    def is_actor(self, name: str, at: At, key: bool = True) -> bool:
        """Whether the actor is known; reports it if not."""
        if name in self.actors:
            return True
        if name in self.remarks.document.names("actors"):
            self.remarks.broken.add(at)  # declared, but broken there
        else:
            self.remarks.error(at, f"unknown actor '{name}'", "", suggest(name, self.actors), key=key)
        return False

    def is_player(self, name: str, at: At, key: bool = True) -> bool:
        """Whether the actor is one that gets or does something; reports it if not."""
        if not self.is_actor(name, at, key):
            return False
        if name not in self.players:
            what = f"'{name}' has neither payoffs nor actions"
            self.remarks.error(at, what, f"one of {', '.join(self.players)}", "give it a section under 'payoffs'", key)
        return name in self.players

    def effects(self, written: Mapping[str, str], at: At) -> Effects:
        """Changes of state variables."""
        effects: list[Effect] = []
        for name, words in written.items():
            place = (*at, name)
            if name in self.scope.unusable:
                self.remarks.broken.add(place)
            elif name not in self.states:
                hint = suggest(name, self.states)
                self.remarks.error(place, f"unknown state variable '{name}' in an effect", "", hint, key=True)
            else:
                effect = self.effect(self.states[name], words.strip(), place)
                if effect is not None:
                    effects.append(effect)
        return tuple(effects)

    def effect(self, variable: StateVariable, words: str, at: At) -> Effect | None:
        """One change, or None if wrong."""
        if words in variable.values:
            return Effect(variable.name, variable.values.index(words), at=at)
        match = _STEP.fullmatch(words)
        if match is None:
            hint = suggest(words, variable.values)
            self.remarks.error(at, f"'{words[:60]}' is not a value of '{variable.name}'", "", hint)
            return None
        step, stop = int(match[1]), match[2]
        if stop not in (None, "stop"):
            hint = "`-1 stop` stays at the end of the scale"
            self.remarks.error(at, f"'{stop}' after a step", "'stop' or nothing", hint)
        elif not variable.ordered:
            what = f"'{variable.name}' is not ordered and cannot move by steps"
            hint = "or list its values under 'ordered:'"
            self.remarks.error(at, what, f"one of {', '.join(variable.values)}", hint)
        elif step == 0:
            self.remarks.error(at, "a step of 0", "a step such as +1 or -1")
        else:
            return Effect(variable.name, None, step, stop == "stop", at)
        return None


def build_payoffs(names: CaseNames) -> dict[str, dict[str, Expr]]:
    """Terms per actor."""
    result: dict[str, dict[str, Expr]] = {}
    for actor, terms in names.written.payoffs.items():
        at = ("payoffs", actor)
        if names.is_actor(actor, at):
            found = {term: names.expression(text, (*at, term)) for term, text in terms.items()}
            result[actor] = {term: e for term, e in found.items() if e is not None}
    return result


def build_actions(names: CaseNames) -> dict[str, dict[str, Action]]:
    """Actions per actor."""
    result: dict[str, dict[str, Action]] = {}
    for actor, actions in names.written.actions.items():
        at = ("actions", actor)
        names.remarks.broken |= {(*at, name) for name, entry in actions.items() if entry.same_as or entry.one_of}
        if names.is_actor(actor, at):
            found = {name: _action(names, name, entry, (*at, name), actor) for name, entry in actions.items()}
            result[actor] = {name: action for name, action in found.items() if action is not None}
    return result


def _action(names: CaseNames, name: str, entry: ActionEntry, at: At, actor: str) -> Action | None:
    """One action; None if it cannot be said when it is possible or where it leads.

    A broken cost or rate is reported and left out, so that `check` can still look at the states.
    """
    if at in names.remarks.broken:
        return None
    when = names.expression(entry.when, (*at, "when"), ALWAYS, truth=True)
    cost = names.expression(entry.cost, (*at, "cost"), ZERO)
    rate = names.expression(entry.rate, (*at, "rate"))
    outcomes = _outcomes(names, entry, at)
    impulses: dict[str, Expr] = {}
    for other, text in entry.impulses.items():
        place = (*at, "impulses", other)
        value = names.expression(text, place)
        if other == actor:
            names.remarks.error(place, f"an impulse of '{actor}' to itself", "'cost: ...'", key=True)
        elif names.is_player(other, place) and value is not None:
            impulses[other] = value
    if when is None or outcomes is None:
        return None
    return Action(name, when, outcomes, cost or ZERO, impulses, rate, entry.label, at)


def build_decisions(names: CaseNames, decisions: list[Decision]) -> dict[str, dict[str, Expr]]:
    """Decisions with alternatives, `actor.act` -> the share of each alternative; only those of which none is wrong."""
    result: dict[str, dict[str, Expr]] = {}
    for decision in decisions:
        found = {other: names.expression(text, at) for other, (text, at) in decision.shares.items()}
        shares = {other: share for other, share in found.items() if share is not None}
        if len(shares) == len(found):
            result[f"{decision.actor}.{decision.name}"] = shares
    return result


def build_nature(names: CaseNames) -> dict[str, NatureEvent]:
    """Events that nobody chooses."""
    result: dict[str, NatureEvent] = {}
    for name, entry in names.written.nature.items():
        at = ("nature", name)
        when = names.expression(entry.when, (*at, "when"), ALWAYS, truth=True)
        rate = names.expression(entry.rate, (*at, "rate"))
        outcomes = _outcomes(names, entry, at)
        if when is not None and outcomes is not None:
            result[name] = NatureEvent(name, when, outcomes, rate or ZERO, entry.label, at)
    return result


def _outcomes(names: CaseNames, entry: ActionEntry | EventEntry, at: At) -> tuple[tuple[Expr, Effects], ...] | None:
    """What an action or event leads to; None if broken."""
    place = (*at, "then")
    result: list[tuple[Expr, Effects]] = []
    if entry.then is None:
        result.append((ONE, ()))
    elif isinstance(entry.then, dict):
        result.append((ONE, names.effects(entry.then, place)))
    else:
        for n, outcome in enumerate(entry.then):
            probability = names.expression(outcome.p, (*place, n, "p"))
            effects = names.effects(outcome.model_extra or {}, (*place, n))
            if probability is not None:
                result.append((probability, effects))
    return tuple(result) if names.remarks.usable(place) else None
