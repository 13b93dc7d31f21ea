"""The sections around the game: outcomes, situations, levers, issues, questions."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from detente.case.build import entries, get, mapping, text, texts
from detente.case.conform import Report, as_text, is_list, is_mapping
from detente.case.expressions import build_expression
from detente.case.model import Effects, Lever, Outcomes, Parameter, StateVariable
from detente.case.resolve import Scope
from detente.case.sections import Sections
from detente.case.shape import NAME
from detente.errors import suggest
from detente.files.yaml import At

MOVE = re.compile(rf"{NAME.pattern}\.{NAME.pattern}", re.ASCII)
_YEARS = re.compile(r"(\d{1,4}(?:\.\d{1,6})?)\s*(?:years?)?", re.ASCII)


def build_outcomes(sections: Sections, packages: Mapping[str, Any]) -> Outcomes | None:
    """Peace, war and what settling does; None if broken."""
    peace = sections.expression(("outcomes", "peace"), truth=True)
    war = sections.expression(("outcomes", "war"), truth=True)
    at: At = ("outcomes", "settle")
    settle = mapping(sections.data, *at)
    effects: dict[str, Effects] = {}
    if settle and all(is_mapping(value) for value in settle.values()):
        for package in settle:
            if package not in packages:
                hint = suggest(package, packages)
                sections.report.error((*at, package), f"unknown package '{package}'", "", hint, key=True)
            effects[package] = sections.effects((*at, package))
    elif settle:
        effects["settled"] = sections.effects(at)
    if peace is None or war is None or not effects or not sections.report.usable(("outcomes",)):
        return None
    return Outcomes(peace, war, effects)


def build_situation(
    item: Any, at: At, scope: Scope, states: Mapping[str, StateVariable], report: Report
) -> dict[str, str]:
    """The values that a situation names, as far as they are right."""
    values: dict[str, str] = {}
    for name, value in mapping(item).items():
        place = (*at, name)
        if place in report.broken:
            continue
        if name in scope.unusable:
            report.broken.add(place)
        elif name not in states:
            report.error(place, f"unknown state variable '{name}'", "", suggest(name, states), key=True)
        elif as_text(value) not in states[name].values:
            hint = suggest(as_text(value), states[name].values)
            report.error(place, f"'{as_text(value)[:60]}' is not a value of '{name}'", "", hint)
        else:
            values[name] = as_text(value)
    return values


def build_situations(sections: Sections) -> dict[str, dict[str, str]]:
    """Dated states, all variables named."""
    report, states = sections.report, sections.states
    result: dict[str, dict[str, str]] = {}
    for date, item, at in entries(sections.data, report, "situations"):
        values = build_situation(item, at, sections.scope, states, report)
        missing = [name for name in states if name not in mapping(item)]
        if missing:
            report.error(at, f"situation {date} leaves out {', '.join(missing)}", "a value for each variable", key=True)
        elif report.usable(at):
            result[date] = values
    return result


def build_levers(sections: Sections, parameters: Mapping[str, Parameter]) -> dict[str, Lever]:
    """Levers, with names of parameters and actors checked."""
    builder = _Levers(sections, parameters)
    found = {name: builder.lever(name, at) for name, _, at in entries(sections.data, sections.report, "levers")}
    return {name: lever for name, lever in found.items() if lever is not None}


class _Levers:
    def __init__(self, sections: Sections, parameters: Mapping[str, Parameter]) -> None:
        self.sections, self.report, self.parameters = sections, sections.report, parameters
        self.scope = replace(sections.scope, parameters=sections.scope.parameters | {"amount"})
        self.names = tuple(mapping(sections.data, "levers"))

    def lever(self, name: str, at: At) -> Lever | None:
        if not self.report.usable(at):
            return None
        item = get(self.sections.data, *at)
        change = self.change(mapping(item, "change"), (*at, "change"))
        for key in ("paid_by", "consent"):
            for actor in texts(item.get(key)):
                self.sections.is_player(actor, (*at, key), key=False)
        for other in texts(item.get("excludes")):
            if other not in self.names:
                self.report.error((*at, "excludes"), f"unknown lever '{other}'", "", suggest(other, self.names))
        cost = build_expression(item["cost"], (*at, "cost"), self.scope, self.report)
        decays = self.half_life(item.get("decays"), (*at, "decays"))
        if cost is None or not self.report.usable(at):
            return None
        return Lever(
            name,
            change,
            cost,
            texts(item.get("paid_by")),
            texts(item.get("consent")),
            decays,
            texts(item.get("excludes")),
            text(item, "label"),
            text(item, "why"),
            text(item, "basis"),
            at,
        )

    def change(self, data: Mapping[str, Any], at: At) -> dict[str, tuple[float, float]]:
        result: dict[str, tuple[float, float]] = {}
        for parameter, bounds in data.items():
            place = (*at, parameter)
            if parameter not in self.parameters:
                if parameter not in self.scope.unusable:
                    hint = suggest(parameter, self.parameters)
                    self.report.error(place, f"unknown parameter '{parameter}'", "", hint, key=True)
                continue
            ends = tuple(float(n) for n in bounds) if is_list(bounds) else (float(bounds), float(bounds))
            if len(ends) != 2 or ends[0] > ends[1]:
                self.report.error(place, f"bounds of '{parameter}'", "[from, to]")
                continue
            result[parameter] = (ends[0], ends[1])
        return result

    def half_life(self, value: Any, at: At) -> float | None:
        if value is None:
            return None
        match = _YEARS.fullmatch(as_text(value).strip())
        if match is None or float(match[1]) <= 0:
            self.report.error(at, f"half-life '{as_text(value)[:40]}'", "such as '5 years'")
            return None
        return float(match[1])


def build_issues(sections: Sections) -> dict[str, dict[str, Any]]:
    """What is negotiated: `options` in order, and per actor its position as an option."""
    result: dict[str, dict[str, Any]] = {}
    for name, item, at in entries(sections.data, sections.report, "issues"):
        if not sections.report.usable(at):
            continue
        options = texts(item["options"])
        for actor, stance in mapping(item, "positions").items():
            place = (*at, "positions", actor)
            option = as_text(stance["position"] if is_mapping(stance) else stance)
            if sections.is_actor(actor, place) and option not in options:
                sections.report.error(place, f"'{option}' is not an option of '{name}'", "", suggest(option, options))
        if sections.report.usable(at):
            result[name] = item
    return result


def build_questions(sections: Sections) -> dict[str, Any]:
    """Bindings for answers.

    Everywhere `actor.action` must be known. A name or list of names that is all of a role must be known to the case;
    one that is all that stands under an actor's name must name its actions. What else a role holds is for its answer.
    """
    checker = _Questions(sections)
    questions = mapping(sections.data, "questions")
    for role, value in questions.items():
        checker.moves(value, ("questions", role))
        checker.names(value, ("questions", role), checker.known, "the case")
        for actor, own in mapping(value).items():
            if actor in sections.actors:
                checker.names(own, ("questions", role, actor), checker.actions(actor), f"'{actor}'")
    return questions


class _Questions:
    def __init__(self, sections: Sections) -> None:
        self.sections, self.report = sections, sections.report
        scope = sections.scope
        self.known = (*sections.actors, *mapping(sections.data, "nature"), *scope.names(), *scope.unusable)

    def actions(self, actor: str) -> tuple[str, ...]:
        return tuple(mapping(self.sections.data, "actions", actor))

    def moves(self, value: Any, at: At) -> None:
        """Check every `actor.action` at or below a path."""
        if is_mapping(value) or is_list(value):
            for key, item in value.items() if is_mapping(value) else enumerate(value):
                self.moves(item, (*at, key))
        elif isinstance(value, str) and MOVE.fullmatch(value):
            actor, _, action = value.partition(".")
            if actor in self.sections.states or not self.sections.is_actor(actor, at, key=False):
                return
            if action not in self.actions(actor):
                hint = suggest(action, self.actions(actor))
                self.report.error(at, f"'{actor}' has no action '{action}'", "", hint)

    def names(self, value: Any, at: At, known: tuple[str, ...], owner: str) -> None:
        """Check a name or list of names."""
        items = enumerate(value) if is_list(value) else [(None, value)]
        for n, item in items:
            if isinstance(item, str) and NAME.fullmatch(item) and item not in known:
                place = at if n is None else (*at, n)
                what = f"{owner} has no action '{item}'" if owner != "the case" else f"unknown name '{item}'"
                self.report.error(place, what, "", suggest(item, known))
