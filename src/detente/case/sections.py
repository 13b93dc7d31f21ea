"""The sections of a case that the game is made of: payoffs, actions, nature."""

import re
from collections.abc import Mapping
from typing import Any

from detente.case.build import entries, get, mapping, text
from detente.case.conform import Report, as_text, is_list, is_mapping
from detente.case.expressions import build_expression
from detente.case.model import (
    ALWAYS,
    ONE,
    ZERO,
    Action,
    Actor,
    Effect,
    Effects,
    Event,
    Expr,
    StateVariable,
)
from detente.case.resolve import Scope
from detente.errors import suggest
from detente.files.yaml import At

_STEP = re.compile(r"([+-]?\d{1,3})(?:\s+(\w+))?", re.ASCII)


class Sections:
    """Builds the sections that hold expressions, all in one scope."""

    def __init__(
        self,
        data: Any,
        report: Report,
        scope: Scope,
        *,
        states: Mapping[str, StateVariable],
        actors: Mapping[str, Actor],
        players: tuple[str, ...],
    ) -> None:
        self.data, self.report, self.scope = data, report, scope
        self.states, self.actors, self.players = states, actors, players

    def expression(self, at: At, default: Expr | None = None, truth: bool = False) -> Expr | None:
        """The expression at a path; the default where nothing stands; None where it is broken."""
        if at in self.report.broken:
            return None
        value = get(self.data, *at)
        return default if value is None else build_expression(value, at, self.scope, self.report, truth)

    def is_actor(self, name: str, at: At, key: bool = True) -> bool:
        """Whether the actor is known; reports it if not."""
        if name in self.actors:
            return True
        if name in mapping(self.data, "actors"):
            self.report.broken.add(at)  # declared, but broken there
        else:
            self.report.error(at, f"unknown actor '{name}'", "", suggest(name, self.actors), key=key)
        return False

    def is_player(self, name: str, at: At, key: bool = True) -> bool:
        """Whether the actor is one that gets or does something; reports it if not."""
        if not self.is_actor(name, at, key):
            return False
        if name not in self.players:
            what = f"'{name}' has neither payoffs nor actions"
            self.report.error(at, what, f"one of {', '.join(self.players)}", "give it a section under 'payoffs'", key)
        return name in self.players

    def payoffs(self) -> dict[str, dict[str, Expr]]:
        """Terms per actor."""
        result: dict[str, dict[str, Expr]] = {}
        for actor, _, at in entries(self.data, self.report, "payoffs"):
            if self.is_actor(actor, at):
                found = {term: self.expression(place) for term, _, place in entries(self.data, self.report, *at)}
                result[actor] = {term: e for term, e in found.items() if e is not None}
        return result

    def actions(self) -> dict[str, dict[str, Action]]:
        """Actions per actor."""
        result: dict[str, dict[str, Action]] = {}
        for actor, _, at in entries(self.data, self.report, "actions"):
            if self.is_actor(actor, at):
                found = {
                    name: self.action(name, place, actor) for name, _, place in entries(self.data, self.report, *at)
                }
                result[actor] = {name: action for name, action in found.items() if action is not None}
        return result

    def action(self, name: str, at: At, actor: str) -> Action | None:
        """One action; None if it cannot be said when it is possible or where it leads.

        A broken cost or rate is reported and left out, so that `check` can still look at the states.
        """
        when = self.expression((*at, "when"), ALWAYS, truth=True)
        cost = self.expression((*at, "cost"), ZERO)
        rate = self.expression((*at, "rate"))
        outcomes = self.outcomes(at)
        impulses: dict[str, Expr] = {}
        for other, _, place in entries(self.data, self.report, *at, "impulses"):
            value = self.expression(place)
            if other == actor:
                self.report.error(place, f"an impulse of '{actor}' to itself", "'cost: ...'", key=True)
            elif self.is_player(other, place) and value is not None:
                impulses[other] = value
        if when is None or outcomes is None:
            return None
        return Action(name, when, outcomes, cost or ZERO, impulses, rate, text(get(self.data, *at), "label"), at)

    def nature(self) -> dict[str, Event]:
        """Events that nobody chooses."""
        result: dict[str, Event] = {}
        for name, item, at in entries(self.data, self.report, "nature"):
            when = self.expression((*at, "when"), ALWAYS, truth=True)
            rate = self.expression((*at, "rate"))
            outcomes = self.outcomes(at)
            if when is not None and outcomes is not None:
                result[name] = Event(name, when, outcomes, rate or ZERO, text(item, "label"), at)
        return result

    def outcomes(self, at: At) -> tuple[tuple[Expr, Effects], ...] | None:
        """What an action or event leads to; None if broken."""
        place = (*at, "then")
        then = get(self.data, *place)
        result: list[tuple[Expr, Effects]] = []
        if is_list(then):
            for n in range(len(then)):
                probability = self.expression((*place, n, "p"))
                effects = self.effects((*place, n))
                if probability is not None:
                    result.append((probability, effects))
        elif is_mapping(then):
            result.append((ONE, self.effects(place)))
        elif then is None:
            result.append((ONE, ()))
        return tuple(result) if self.report.usable(place) else None

    def effects(self, at: At) -> Effects:
        """Changes of state variables; the key `p` of an outcome is skipped."""
        effects: list[Effect] = []
        for name, value, place in entries(self.data, self.report, *at):
            if name == "p":
                continue
            if name in self.scope.unusable:
                self.report.broken.add(place)
            elif name not in self.states:
                hint = suggest(name, self.states)
                self.report.error(place, f"unknown state variable '{name}' in an effect", "", hint, key=True)
            else:
                effect = self.effect(self.states[name], value, place)
                if effect is not None:
                    effects.append(effect)
        return tuple(effects)

    def effect(self, variable: StateVariable, value: Any, at: At) -> Effect | None:
        """One change, or None if wrong."""
        words = as_text(value).strip()
        if words in variable.values:
            return Effect(variable.name, variable.values.index(words), at=at)
        match = _STEP.fullmatch(words)
        if match is None:
            hint = suggest(words, variable.values)
            self.report.error(at, f"'{words[:60]}' is not a value of '{variable.name}'", "", hint)
            return None
        step, stop = int(match[1]), match[2]
        if stop not in (None, "stop"):
            hint = "`-1 stop` stays at the end of the scale"
            self.report.error(at, f"'{stop}' after a step", "'stop' or nothing", hint)
        elif not variable.ordered:
            what = f"'{variable.name}' is not ordered and cannot move by steps"
            hint = "or list its values under 'ordered:'"
            self.report.error(at, what, f"one of {', '.join(variable.values)}", hint)
        elif step == 0:
            self.report.error(at, "a step of 0", "a step such as +1 or -1")
        else:
            return Effect(variable.name, None, step, stop == "stop", at)
        return None
