"""From plain data of the right shape to the parts of a case. Broken parts are left out and reported, never guessed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

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
    Lever,
    Outcomes,
    Parameter,
    Play,
    StateVariable,
)
from detente.case.nodes import Node, Word, walk
from detente.case.parse import ExpressionError, parse
from detente.case.priors import Prior
from detente.case.resolve import Meaning, Scope
from detente.case.shape import Report, as_text
from detente.text import At, suggest

_STEP = re.compile(r"([+-]?\d{1,3})(?:\s+(\w+))?", re.ASCII)
_YEARS = re.compile(r"(\d+(?:\.\d+)?)\s*(?:years?)?", re.ASCII)
SETTINGS = ("discount_rate", "noise", "reference_rate")


def get(data: Any, *path: str | int) -> Any:
    """What stands at a path, or None."""
    for key in path:
        if (isinstance(data, dict) and key in data) or (isinstance(data, list) and isinstance(key, int) and key < len(data)):
            data = data[key]
        else:
            return None
    return data


def entries(data: Any, report: Report, *path: str | int) -> Iterator[tuple[str, Any, At]]:
    """Key, value and path of the entries of a mapping whose own key and kind are right."""
    value = get(data, *path)
    if isinstance(value, dict):
        for key, item in value.items():
            at = (*path, key)
            if at not in report.broken:
                yield key, item, at


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts, or one text, as a tuple."""
    if value is None:
        return ()
    return tuple(as_text(item) for item in value) if isinstance(value, list) else (as_text(value),)


def build_actors(data: Any, report: Report) -> dict[str, Actor]:
    """The actors, in file order."""
    return {
        name: Actor(
            name,
            str(get(item, "kind")),
            {k: as_text(v) for k, v in (get(item, "labels") or {}).items()} if report.usable((*at, "labels")) else {},
            texts(get(item, "also")),
        )
        for name, item, at in entries(data, report, "actors")
    }


def build_states(data: Any, report: Report, packages: Mapping[str, Mapping[str, Any]]) -> dict[str, StateVariable]:
    """The state variables, in file order."""
    result: dict[str, StateVariable] = {}
    for name, item, at in entries(data, report, "states"):
        variable = _state(name, item, at, report, packages)
        if variable is not None:
            result[name] = variable
    return result


def _state(
    name: str, item: Any, at: At, report: Report, packages: Mapping[str, Mapping[str, Any]]
) -> StateVariable | None:
    ordered = "ordered" in item
    if ordered == ("values" in item):
        report.error(at, f"'{name}' needs either 'values' or 'ordered'", "one of the two", key=True)
        return None
    listed = item["ordered"] if ordered else item["values"]
    if not report.usable((*at, "ordered" if ordered else "values")):
        report.broken.add(at)
        return None
    holds_packages = listed == "packages"
    if holds_packages and not packages:
        report.error((*at, "values"), "there are no packages", "a section 'packages:'")
        return None
    values = ("none", *packages) if holds_packages else texts(listed)
    for n, value in enumerate(values):
        if value in values[:n]:
            report.error((*at, "ordered" if ordered else "values"), f"value '{value}' of '{name}' stands twice")
            return None
    attributes: dict[str, tuple[float, ...]] = _package_numbers(packages) if holds_packages else {}
    for key in item:
        if key in ("values", "ordered", "label", "why", "era") or not report.usable((*at, key)):
            continue
        if len(item[key]) != len(values):
            what = f"'{key}' has {len(item[key])} numbers for {len(values)} values"
            report.error((*at, key), what, f"one for each of {', '.join(values)}")
            continue
        attributes[key] = tuple(float(n) for n in item[key])
    label = as_text(item.get("label", ""))
    return StateVariable(name, values, ordered, attributes, label, holds_packages, bool(item.get("era", False)))


def build_packages(data: Any, report: Report) -> dict[str, dict[str, Any]]:
    """The packages; every numeric field must stand in each of them."""
    packages = {name: dict(item) for name, item, _ in entries(data, report, "packages") if isinstance(item, dict)}
    numeric = {k for item in packages.values() for k, v in item.items() if _is_number(v)}
    for name, item in packages.items():
        for key in sorted(numeric):
            if key not in item:
                report.error(("packages", name), f"package '{name}' has no '{key}'", "the same numbers in each package")
            elif not _is_number(item[key]):
                report.error(("packages", name, key), f"'{key}' is a number in other packages", "a number")
    return packages


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _package_numbers(packages: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[float, ...]]:
    names = dict.fromkeys(k for item in packages.values() for k, v in item.items() if _is_number(v))
    rows = {name: [item.get(name, 0.0) for item in packages.values()] for name in names}
    return {name: (0.0, *(float(v) if _is_number(v) else 0.0 for v in row)) for name, row in rows.items()}


def build_parameter(name: str, item: Mapping[str, Any], at: At, report: Report) -> Parameter | None:
    """A parameter from `range`, `value` or `prior`, or None if they are wrong."""
    if not report.usable(at):
        report.broken.add(at)
        return None
    prior = _prior(item)
    if prior is None:
        report.error(at, f"'{name}' has no value", "'range', 'value' or 'prior'", "add 'range: [low, high]'", key=True)
        return None
    problem = prior.problem()
    if problem:
        where = next((key for key in ("prior", "range") if key in item), "value")
        report.error((*at, where), f"{where} of '{name}': {problem}")
        return None
    low = prior.low if "range" in item else prior.quantile(0.01)
    high = prior.high if "range" in item else prior.quantile(0.99)
    mid = float(item["value"]) if "value" in item else prior.quantile(0.5)
    if prior.kind != "fixed" and not low <= mid <= high:
        report.error((*at, "value"), f"value {mid:g} of '{name}' is outside its range", f"{low:g} to {high:g}")
        return None
    return Parameter(
        name,
        prior,
        low,
        high,
        mid,
        unit=as_text(item.get("unit", "")),
        label=as_text(item.get("label", "")),
        why=as_text(item.get("why", "")),
        basis=as_text(item.get("basis", "")),
        sources=texts(item.get("sources")),
        contested=item.get("contested"),
        confidential=bool(item.get("confidential", False)),
        at=at,
    )


def _prior(item: Mapping[str, Any]) -> Prior | None:
    ends = tuple(float(n) for n in item["range"]) if "range" in item else ()
    if isinstance(item.get("prior"), dict) and len(item["prior"]) == 1:
        kind, numbers = next(iter(item["prior"].items()))
        limits = ends if len(ends) == 2 else ()
        return Prior(kind, tuple(float(n) for n in numbers), *limits)
    if ends:
        return Prior("uniform", ends, *(ends if len(ends) == 2 else ()))
    if "value" in item:
        return Prior("fixed", (float(item["value"]),))
    return None


def build_play(data: Any, report: Report, players: tuple[str, ...]) -> tuple[Play, dict[str, Parameter]]:
    """The settings, and the parameters that their ranges make."""
    parameters: dict[str, Parameter] = {}
    settings: dict[str, dict[str, float | str]] = {}
    for key, default in zip(SETTINGS, (0.08, 0.25, 0.1), strict=True):
        value = get(data, "play", key)
        settings[key] = _setting(key, value, default, players, report, parameters)
    tempo = get(data, "play", "tempo")
    if isinstance(tempo, dict):
        _known_actors(("play", "tempo"), tempo, players, report)
        tempos = {p: float(tempo.get(p, 52.0)) for p in players} if report.usable(("play", "tempo")) else {}
    else:
        tempos = {p: float(tempo) for p in players} if _is_number(tempo) else {}
    rate = next(iter(settings["reference_rate"].values()), 0.1)
    play = Play(
        discount_rate=settings["discount_rate"],
        noise=settings["noise"],
        reference_rate=rate,
        tempo={p: tempos.get(p, 52.0) for p in players},
        shocks=str(get(data, "play", "shocks") or "reference"),
        discount_factor=get(data, "play", "discount_factor") if report.usable(("play",)) else None,
    )
    return play, parameters


def _known_actors(at: At, value: Mapping[str, Any], players: tuple[str, ...], report: Report) -> None:
    for actor in value:
        if actor not in players:
            report.error((*at, actor), f"unknown player '{actor}'", "", suggest(actor, players), key=True)


def _setting(
    key: str,
    value: Any,
    default: float,
    players: tuple[str, ...],
    report: Report,
    parameters: dict[str, Parameter],
) -> dict[str, float | str]:
    at: At = ("play", key)
    if _is_number(value):
        return dict.fromkeys(players, float(value))
    if not isinstance(value, dict) or not report.usable(at):
        return dict.fromkeys(players, default)
    if not any(k in value for k in ("range", "value", "prior")):
        if key == "reference_rate":
            report.error(at, "reference_rate is one for all", "a number or a range", "use `rate:` in an action")
        _known_actors(at, value, players, report)
        result: dict[str, float | str] = dict.fromkeys(players, default)
        for actor in players:
            own = value.get(actor)
            if _is_number(own):
                result[actor] = float(own)
            elif isinstance(own, dict):
                result[actor] = _setting_parameter(f"{key}.{actor}", own, (*at, actor), report, parameters, default)
        return result
    return dict.fromkeys(players, _setting_parameter(key, value, at, report, parameters, default))


def _setting_parameter(
    name: str, item: dict[str, Any], at: At, report: Report, parameters: dict[str, Parameter], default: float
) -> float | str:
    parameter = build_parameter(name, item, at, report)
    if parameter is None:
        return default
    if parameter.low <= 0:
        report.error(at, f"'{name}' must stay above 0", "a range above 0")
    parameters[name] = parameter
    return name


def build_scope(
    data: Any, report: Report, states: Mapping[str, StateVariable], parameters: Mapping[str, Parameter]
) -> tuple[Scope, dict[str, Expr]]:
    """What words mean, with the derived names resolved in the order in which they depend on each other."""
    holder = next((name for name, variable in states.items() if variable.packages), "")
    variables = {n: Meaning(v.values, v.ordered, v.attributes) for n, v in states.items()}
    broken = {str(k) for s in ("states", "parameters") for k in (get(data, s) or {}) if isinstance(get(data, s), dict)}
    broken -= {*states, *parameters}
    for section, known in (("parameters", parameters), ("derived", get(data, "derived") or {})):
        for name in known:
            if name in states or (section == "derived" and name in parameters):
                report.error((section, name), f"'{name}' is also the name of a {_other(name, states)}", key=True)
    resolved: dict[str, tuple[Node, bool]] = {}
    derived: dict[str, Expr] = {}
    names = frozenset(parameters)
    for name in _derived_order(data, report, broken):
        scope = Scope(variables, names, dict(resolved), holder, frozenset(broken))
        expression = build_expression(get(data, "derived", name), ("derived", name), scope, report)
        if expression is None:
            broken.add(name)
        else:
            resolved[name], derived[name] = (expression.node, expression.truth), expression
    return Scope(variables, names, resolved, holder, frozenset(broken)), derived


def _other(name: str, states: Mapping[str, StateVariable]) -> str:
    return "state variable" if name in states else "parameter"


def _derived_order(data: Any, report: Report, broken: set[str]) -> list[str]:
    uses: dict[str, set[str]] = {}
    for name, value, at in entries(data, report, "derived"):
        try:
            tree = parse(as_text(value))
        except ExpressionError as error:
            report.in_text(at, as_text(value), error)
            broken.add(name)
            continue
        uses[name] = {part.name for part in walk(tree) if isinstance(part, Word)}
    order: list[str] = []
    while ready := [n for n in uses if n not in order and not (uses[n] & uses.keys()) - set(order)]:
        order.extend(ready)
    for name in uses:
        if name not in order:
            broken.add(name)
            circle = ", ".join(n for n in uses if n not in order)
            report.error(("derived", name), f"'{name}' is defined by itself", "no circle", f"see {circle}", key=True)
    return order


def build_effects(data: Any, at: At, states: Mapping[str, StateVariable], report: Report) -> Effects:
    """Changes of state variables; the key `p` of an outcome is skipped."""
    effects: list[Effect] = []
    for name, value in data.items() if isinstance(data, dict) else ():
        place = (*at, name)
        if name == "p" or place in report.broken:
            continue
        if name not in states:
            report.error(place, f"unknown state variable '{name}' in an effect", "", suggest(name, states), key=True)
            continue
        effect = _effect(states[name], value, place, report)
        if effect is not None:
            effects.append(effect)
    return tuple(effects)


def _effect(variable: StateVariable, value: Any, at: At, report: Report) -> Effect | None:
    text = as_text(value).strip()
    if text in variable.values:
        return Effect(variable.name, variable.values.index(text), at=at)
    match = _STEP.fullmatch(text)
    if match is None:
        hint = suggest(text, variable.values)
        report.error(at, f"'{text[:60]}' is not a value of '{variable.name}'", "", hint)
        return None
    step, word = int(match[1]), match[2]
    if word not in (None, "stop"):
        report.error(at, f"'{word}' after a step", "'stop' or nothing", "`-1 stop` stays at the end of the scale")
    elif not variable.ordered:
        what = f"'{variable.name}' is not ordered and cannot move by steps"
        report.error(at, what, f"one of {', '.join(variable.values)}", "list its values under 'ordered:'")
    elif step == 0:
        report.error(at, "a step of 0", "a step such as +1 or -1")
    else:
        return Effect(variable.name, None, step, word == "stop", at)
    return None


class Sections:
    """Builds the sections that hold expressions, all in one scope."""

    def __init__(self, data: Any, report: Report, scope: Scope, states: Mapping[str, StateVariable]) -> None:
        self.data, self.report, self.scope, self.states = data, report, scope, states

    def expression(self, at: At, default: Expr | None = None, truth: bool = False) -> Expr | None:
        """The expression at a path; the default where nothing stands; None where it is broken."""
        value = get(self.data, *at)
        if value is None and at not in self.report.broken:
            return default
        if at in self.report.broken:
            return None
        return build_expression(value, at, self.scope, self.report, truth)

    def payoffs(self, actors: Mapping[str, Actor]) -> dict[str, dict[str, Expr]]:
        """Terms per actor."""
        result: dict[str, dict[str, Expr]] = {}
        for actor, _, at in entries(self.data, self.report, "payoffs"):
            if self.is_actor(actor, at, actors):
                found = {t: self.expression(place) for t, _, place in entries(self.data, self.report, *at)}
                result[actor] = {term: e for term, e in found.items() if e is not None}
        return result

    def is_actor(self, actor: str, at: At, actors: Mapping[str, Actor], key: bool = True) -> bool:
        """Whether the actor is known; reports it if not."""
        if actor in actors:
            return True
        if isinstance(get(self.data, "actors", actor), dict):
            return False  # declared, but broken there
        self.report.error(at, f"unknown actor '{actor}'", "", suggest(actor, actors), key=key)
        return False

    def outcomes(self, at: At) -> tuple[tuple[Expr, Effects], ...] | None:
        """What an action or event leads to; None if broken."""
        then = get(self.data, *at, "then")
        if then is None:
            return ((ONE, ()),) if (*at, "then") not in self.report.broken else None
        if isinstance(then, dict):
            effects = build_effects(then, (*at, "then"), self.states, self.report)
            return ((ONE, effects),) if self.report.usable((*at, "then")) else None
        result: list[tuple[Expr, Effects]] = []
        for n, item in enumerate(then if isinstance(then, list) else ()):
            place = (*at, "then", n)
            probability = self.expression((*place, "p"))
            effects = build_effects(item, place, self.states, self.report)
            if probability is not None:
                result.append((probability, effects))
        return tuple(result) if result and self.report.usable((*at, "then")) else None

    def actions(self, actors: Mapping[str, Actor]) -> dict[str, dict[str, Action]]:
        """Actions per actor."""
        result: dict[str, dict[str, Action]] = {}
        for actor, _, at in entries(self.data, self.report, "actions"):
            if not self.is_actor(actor, at, actors):
                continue
            result[actor] = {}
            for name, item, place in entries(self.data, self.report, *at):
                if name == "wait":
                    self.report.error(place, "'wait' is always there", "another name", key=True)
                    continue
                action = self.action(name, item, place, actor, actors)
                if action is not None:
                    result[actor][name] = action
        return result

    def action(self, name: str, item: Any, at: At, actor: str, actors: Mapping[str, Actor]) -> Action | None:
        """One action, or None if broken."""
        when = self.expression((*at, "when"), ALWAYS, truth=True)
        cost = self.expression((*at, "cost"), ZERO)
        rate = self.expression((*at, "rate")) if get(item, "rate") is not None else None
        outcomes = self.outcomes(at)
        impulses: dict[str, Expr] = {}
        for other, _, place in entries(self.data, self.report, *at, "impulses"):
            value = self.expression(place)
            if other == actor:
                self.report.error(place, f"an impulse of '{actor}' to itself", "'cost: ...'", key=True)
            elif self.is_actor(other, place, actors) and value is not None:
                impulses[other] = value
        if when is None or cost is None or outcomes is None or not self.report.usable(at):
            return None
        return Action(name, when, outcomes, cost, impulses, rate, as_text(get(item, "label") or ""), at)

    def nature(self) -> dict[str, Event]:
        """Events that nobody chooses."""
        result: dict[str, Event] = {}
        for name, item, at in entries(self.data, self.report, "nature"):
            when = self.expression((*at, "when"), ALWAYS, truth=True)
            rate = self.expression((*at, "rate"))
            outcomes = self.outcomes(at)
            if when is not None and rate is not None and outcomes is not None and self.report.usable(at):
                result[name] = Event(name, when, outcomes, rate, as_text(get(item, "label") or ""), at)
        return result

    def endings(self, packages: Mapping[str, Any]) -> Outcomes | None:
        """Peace, war and settlement."""
        peace = self.expression(("outcomes", "peace"), truth=True)
        war = self.expression(("outcomes", "war"), truth=True)
        settle = get(self.data, "outcomes", "settle")
        effects: dict[str, Effects] = {}
        at: At = ("outcomes", "settle")
        if isinstance(settle, dict) and settle and all(isinstance(v, dict) for v in settle.values()):
            for package, item in settle.items():
                if packages and package not in packages:
                    hint = suggest(package, packages)
                    self.report.error((*at, package), f"unknown package '{package}'", "", hint, key=True)
                effects[package] = build_effects(item, (*at, package), self.states, self.report)
        elif isinstance(settle, dict):
            effects["settled"] = build_effects(settle, at, self.states, self.report)
        if peace is None or war is None or not effects or not self.report.usable(("outcomes",)):
            return None
        return Outcomes(peace, war, effects)

    def situations(self) -> dict[str, dict[str, str]]:
        """Dated states, all variables named."""
        result: dict[str, dict[str, str]] = {}
        for date, item, at in entries(self.data, self.report, "situations"):
            values = build_situation(item, at, self.states, self.report)
            missing = [name for name in self.states if name not in values]
            declared = [name for name in missing if name not in (item if isinstance(item, dict) else {})]
            if declared:
                self.report.error(at, f"situation {date} leaves out {', '.join(declared)}", "all variables", key=True)
            elif not missing and self.report.usable(at):
                result[date] = values
        return result

    def levers(self, actors: Mapping[str, Actor], parameters: Mapping[str, Parameter]) -> dict[str, Lever]:
        """Levers, with names of parameters and actors checked."""
        names = [name for name, _, _ in entries(self.data, self.report, "levers")]
        result: dict[str, Lever] = {}
        scope = Scope(self.scope.variables, self.scope.parameters | {"amount"}, self.scope.derived, self.scope.package)
        for name, item, at in entries(self.data, self.report, "levers"):
            if not self.report.usable(at):
                continue
            change: dict[str, tuple[float, float]] = {}
            for parameter, bounds in item["change"].items():
                place = (*at, "change", parameter)
                if parameter not in parameters:
                    hint = suggest(parameter, parameters)
                    self.report.error(place, f"unknown parameter '{parameter}'", "", hint, key=True)
                ends = bounds if isinstance(bounds, list) else [bounds, bounds]
                if len(ends) != 2 or ends[0] > ends[1]:
                    self.report.error(place, f"bounds {bounds}", "[from, to]")
                    continue
                change[parameter] = (float(ends[0]), float(ends[1]))
            for key in ("paid_by", "consent"):
                for actor in texts(item.get(key)):
                    self.is_actor(actor, (*at, key), actors, key=False)
            for other in texts(item.get("excludes")):
                if other not in names:
                    self.report.error((*at, "excludes"), f"unknown lever '{other}'", "", suggest(other, names))
            cost = build_expression(item["cost"], (*at, "cost"), scope, self.report)
            decays = _half_life(item.get("decays"), (*at, "decays"), self.report)
            if cost is not None and self.report.usable(at):
                result[name] = Lever(
                    name,
                    change,
                    cost,
                    texts(item.get("paid_by")),
                    texts(item.get("consent")),
                    decays,
                    texts(item.get("excludes")),
                    as_text(item.get("label", "")),
                    as_text(item.get("why", "")),
                    as_text(item.get("basis", "")),
                    at,
                )
        return result


def _half_life(value: Any, at: At, report: Report) -> float | None:
    if value is None:
        return None
    match = _YEARS.fullmatch(as_text(value))
    if match is None or float(match[1]) <= 0:
        report.error(at, f"half-life '{as_text(value)[:40]}'", "such as '5 years'")
        return None
    return float(match[1])


def build_situation(item: Any, at: At, states: Mapping[str, StateVariable], report: Report) -> dict[str, str]:
    """The values that a situation names, as far as they are right."""
    values: dict[str, str] = {}
    for name, value in item.items() if isinstance(item, dict) else ():
        place = (*at, name)
        if name not in states:
            if place not in report.broken:
                report.error(place, f"unknown state variable '{name}'", "", suggest(name, states), key=True)
        elif as_text(value) not in states[name].values:
            hint = suggest(as_text(value), states[name].values)
            report.error(place, f"'{as_text(value)[:60]}' is not a value of '{name}'", "", hint)
        else:
            values[name] = as_text(value)
    return values
