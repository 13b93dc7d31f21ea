"""The sections around the game: outcomes, situations, levers, issues."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from detente.case.acts import CaseNames
from detente.case.entries import LeverEntry
from detente.case.expressions import build_expression
from detente.case.issues import End, IssueEntry
from detente.case.nodes import Logic, Not
from detente.case.parts import Effects, Expr, Lever, Outcomes, Parameter, StateVariable, Threshold
from detente.case.resolve import Scope
from detente.errors import suggest
from detente.files.validate import Remarks
from detente.files.yaml import At

_YEARS = re.compile(r"(\d{1,4}(?:\.\d{1,6})?)\s*(?:years?)?", re.ASCII)


def build_outcomes(names: CaseNames, packages: Mapping[str, Any]) -> Outcomes | None:
    """Peace, war and what settling does; None if broken."""
    written, remarks = names.written.outcomes, names.remarks
    if written is None:
        return None
    peace = names.expression(written.peace, ("outcomes", "peace"), truth=True)
    war = names.expression(written.war, ("outcomes", "war"), truth=True)
    at: At = ("outcomes", "settle")
    effects: dict[str, Effects] = {}
    by_package = {name: change for name, change in written.settle.items() if isinstance(change, dict)}
    if by_package and len(by_package) == len(written.settle):
        for package, change in by_package.items():
            if package not in packages:
                hint = suggest(package, packages)
                remarks.error((*at, package), f"unknown package '{package}'", "", hint, key=True)
            effects[package] = names.effects(change, (*at, package))
    elif by_package:
        for name in by_package:
            what = f"'{name}' changes several variables, others stand for one"
            remarks.error((*at, name), what, "variables with their values, or a mapping for each package", key=True)
    elif written.settle:
        effects["settled"] = names.effects({k: v for k, v in written.settle.items() if isinstance(v, str)}, at)
    else:
        remarks.error(at, "'settle' changes nothing", "variables with their values", key=True)
    if peace is None or war is None or not effects or not remarks.usable(("outcomes",)):
        return None
    return Outcomes(peace, war, effects, {name: _open(names, name, peace) for name in effects})


def _open(names: CaseNames, package: str, peace: Expr) -> Expr:
    """The states in which a package can be settled: none of peace, and those that its `when` allows."""
    at, unsettled = ("packages", package, "when"), replace(peace, node=Not(0, peace.node))
    entry = names.written.packages.get(package)
    when = names.expression(entry.when, at, truth=True) if entry is not None else None
    if when is None:
        return unsettled
    if when.parameters:
        what = f"a condition that depends on parameter '{min(when.parameters)}'"
        names.remarks.error(at, what, "a condition on states alone")
    return replace(unsettled, node=Logic(0, "and", unsettled.node, when.node))


def build_threshold(names: CaseNames) -> Threshold | None:
    """The states that count for a reference class; None where the case does not say, or says it wrongly."""
    written, at = names.written.threshold, ("threshold", "states")
    if written is None:
        return None
    states = names.expression(written.states, at, truth=True)
    if states is not None and states.parameters:
        what = f"a condition that depends on parameter '{min(states.parameters)}'"
        names.remarks.error(at, what, "a condition on states alone")
    if states is None or not names.remarks.usable(("threshold",)):
        return None
    if not written.means.strip():
        names.remarks.error(("threshold", "means"), "the threshold in words is empty", "what counts, in a few words")
    return Threshold(states, written.means)


def build_situation(
    written: Mapping[str, str], at: At, scope: Scope, states: Mapping[str, StateVariable], remarks: Remarks
) -> dict[str, str]:
    """The values that a situation names, as far as they are right."""
    values: dict[str, str] = {}
    for name, value in written.items():
        place = (*at, name)
        if name in scope.unusable:
            remarks.broken.add(place)
        elif name not in states:
            remarks.error(place, f"unknown state variable '{name}'", "", suggest(name, states), key=True)
        elif value not in states[name].values:
            hint = suggest(value, states[name].values)
            remarks.error(place, f"'{value[:60]}' is not a value of '{name}'", "", hint)
        else:
            values[name] = value
    return values


def build_situations(names: CaseNames) -> dict[str, dict[str, str]]:
    """Dated states, all variables named."""
    remarks, states = names.remarks, names.states
    result: dict[str, dict[str, str]] = {}
    for date, written in names.written.situations.items():
        at = ("situations", date)
        values = build_situation(written, at, names.scope, states, remarks)
        missing = [name for name in states if name not in remarks.document.names(*at)]
        if missing:
            what = f"situation {date} leaves out {', '.join(missing)}"
            remarks.error(at, what, "a value for each variable", key=True)
        elif remarks.usable(at):
            result[date] = values
    return result


def build_levers(names: CaseNames, parameters: Mapping[str, Parameter]) -> dict[str, Lever]:
    """Levers, with names of parameters and actors checked."""
    builder = _Levers(names, parameters)
    found = {name: builder.lever(name, entry) for name, entry in names.written.levers.items()}
    return {name: lever for name, lever in found.items() if lever is not None}


class _Levers:
    def __init__(self, names: CaseNames, parameters: Mapping[str, Parameter]) -> None:
        self.names, self.remarks, self.parameters = names, names.remarks, parameters
        self.scope = replace(names.scope, parameters=names.scope.parameters | {"amount"})
        self.levers = names.remarks.document.names("levers")

    def lever(self, name: str, entry: LeverEntry) -> Lever | None:
        at: At = ("levers", name)
        if not self.remarks.usable(at):
            return None
        change = self.change(entry, (*at, "change"))
        for key, actors in (("paid_by", entry.paid_by), ("consent", entry.consent)):
            for actor in actors:
                self.names.is_player(actor, (*at, key), key=False)
        for other in entry.excludes:
            if other not in self.levers:
                self.remarks.error((*at, "excludes"), f"unknown lever '{other}'", "", suggest(other, self.levers))
        cost = build_expression(entry.cost, (*at, "cost"), self.scope, self.remarks)
        decays = self.half_life(entry.decays, (*at, "decays"))
        if cost is None or not self.remarks.usable(at):
            return None
        return Lever(
            name,
            change,
            cost,
            entry.paid_by,
            entry.consent,
            decays,
            entry.excludes,
            entry.label,
            entry.why,
            entry.basis,
            at,
        )

    def change(self, entry: LeverEntry, at: At) -> dict[str, tuple[float, float]]:
        """Parameter -> the bounds within which it can be chosen."""
        result: dict[str, tuple[float, float]] = {}
        for parameter, bounds in entry.change.items():
            place = (*at, parameter)
            if parameter not in self.parameters:
                if parameter not in self.scope.unusable:
                    hint = suggest(parameter, self.parameters)
                    self.remarks.error(place, f"unknown parameter '{parameter}'", "", hint, key=True)
                continue
            low, high = bounds if isinstance(bounds, tuple) else (bounds, bounds)
            if low > high:
                self.remarks.error(place, f"bounds of '{parameter}'", "[from, to]")
                continue
            result[parameter] = (low, high)
        return result

    def half_life(self, written: str, at: At) -> float | None:
        """Years."""
        if not written:
            return None
        match = _YEARS.fullmatch(written.strip())
        if match is None or float(match[1]) <= 0:
            self.remarks.error(at, f"half-life '{written[:40]}'", "such as '5 years'")
            return None
        return float(match[1])


def build_issues(names: CaseNames) -> dict[str, IssueEntry]:
    """What is negotiated: actors are known, positions are options of the issue, ranges go from low to high."""
    result: dict[str, IssueEntry] = {}
    for name, issue in names.written.issues.items():
        at = ("issues", name)
        spots: dict[At, tuple[End, End]] = {}
        for actor, stand in issue.positions.items():
            spots[("positions", actor, "position")] = stand.position
        if issue.reversion is not None:
            spots[("reversion",)] = issue.reversion
        for below, ends in spots.items():
            strange = [end for end in ends if isinstance(end, str) and end not in issue.places]
            if strange:
                what = f"'{strange[0]}' is not an option of '{name}'"
                names.remarks.error((*at, *below), what, "", suggest(strange[0], issue.places))
            elif issue.span(ends)[0] > issue.span(ends)[1]:
                names.remarks.error((*at, *below), "a range that goes down", "[low, high] with low <= high")
        for actor in issue.positions:
            names.is_actor(actor, (*at, "positions", actor))
        if issue.has("positions") and len(issue.positions) < 2:
            names.remarks.error((*at, "positions"), f"{len(issue.positions)} actors", "at least two")
        if names.remarks.usable(at):
            result[name] = issue
    return result
