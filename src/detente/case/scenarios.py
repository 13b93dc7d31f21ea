"""Accounts (rival priors) and scenarios (named sets of changes), read, applied and written."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from detente.case.build import build_parameter, entries, get, texts
from detente.case.conform import Report, as_text, conform, is_mapping
from detente.case.endings import build_situation
from detente.case.expressions import build_expression
from detente.case.layout import SCENARIO
from detente.case.model import Account, Case, Expr, Parameter, Scenario, fixed
from detente.errors import CaseError, OptionError, suggest
from detente.files.whole import write_text
from detente.files.yaml import parse_yaml


def build_account(data: Mapping[str, Any], report: Report, case: Case, file: str) -> Account | None:
    """A rival account; its priors must lie inside the case's own."""
    parameters: dict[str, Parameter] = {}
    for name, item, at in entries(data, report, "parameters"):
        if name not in case.parameters:
            if name not in case.scope.unusable:
                report.error(at, f"unknown parameter '{name}'", "", suggest(name, case.parameters), key=True)
            continue
        reference = case.parameters[name]
        parameter = build_parameter(name, item, at, report)
        if parameter is None:
            continue
        if parameter.prior.kind == "fixed" and reference.prior.kind != "fixed":
            hint = "write 'range: [low, high]', however narrow; a point would win or lose by its luck alone"
            report.error(at, f"'{name}' is a point in an account", "an interval", hint, key=True)
            continue
        slack = 1e-9 * max(1.0, abs(reference.high - reference.low))
        if parameter.low < reference.low - slack or parameter.high > reference.high + slack:
            what = f"'{name}' from {parameter.low:g} to {parameter.high:g} leaves the case's range"
            report.error(at, what, f"within {reference.low:g} to {reference.high:g}", "widen the range in case.yaml")
            continue
        why = parameter.why or reference.why
        parameters[name] = replace(
            reference, prior=parameter.prior, low=parameter.low, high=parameter.high, mid=parameter.mid, why=why
        )
    if not report.usable(("account",)) or "account" not in data:
        return None
    return Account(
        name=as_text(data["account"]),
        in_words=as_text(data.get("in_words", "")),
        parameters=parameters,
        title=as_text(data.get("title", "")),
        held_by=texts(data.get("held_by")),
        opposed_by=texts(data.get("opposed_by")),
        expects=texts(data.get("expects")),
        file=file,
    )


def moves_of(case: Case) -> dict[str, str]:
    """All moves that a rate can belong to: `actor.action` and names of events, with what they are."""
    moves = {f"{actor}.{name}": "action" for actor, actions in case.actions.items() for name in actions}
    return {**moves, **dict.fromkeys(case.nature, "event")}


def build_scenario(data: Mapping[str, Any], report: Report, case: Case, file: str) -> Scenario | None:
    """A named set of changes; names are checked against the case."""
    parameters: dict[str, Parameter | float] = {}
    for name, item, at in entries(data, report, "parameters"):
        if name not in case.parameters:
            if name not in case.scope.unusable:
                report.error(at, f"unknown parameter '{name}'", "", suggest(name, case.parameters), key=True)
        elif is_mapping(item):
            found = build_parameter(name, item, at, report)
            if found is not None:
                parameters[name] = replace(
                    case.parameters[name], prior=found.prior, low=found.low, high=found.high, mid=found.mid
                )
        elif report.usable(at):
            parameters[name] = float(item)
    rates, costs = _move_changes(data, report, case)
    situations: dict[str, Mapping[str, str]] = {}
    for date, item, at in entries(data, report, "situations"):
        values = {**case.situations.get(date, {}), **build_situation(item, at, case.scope, case.states, report)}
        missing = [name for name in case.states if name not in values]
        if missing and report.usable(at):
            report.error(at, f"new situation {date} leaves out {', '.join(missing)}", "all variables", key=True)
        elif report.usable(at):
            situations[date] = values
    if not report.usable(("scenario",)) or "scenario" not in data:
        return None
    title, why = as_text(data.get("title", "")), as_text(data.get("why", ""))
    return Scenario(as_text(data["scenario"]), title, why, parameters, rates, costs, situations, file)


def parse_scenario(case: Case, content: bytes | str, name: str) -> Scenario:
    """A scenario from the text of its file.

    Raises:
        CaseError: located mistakes.
    """
    document = parse_yaml(content, name)
    text = content if isinstance(content, str) else content.decode("utf-8", errors="replace")
    report = Report(document, tuple(text.splitlines()))
    scenario = None
    if document.data is not None:
        conform(SCENARIO, document.data, (), report)
        if is_mapping(document.data):
            scenario = build_scenario(document.data, report, case, name)
    problems = [d for d in (*document.diagnostics, *report.diagnostics) if d.severity == "error"]
    if scenario is None and not problems:
        problems = [document.diagnostic((), "this is no scenario", "scenario: NAME, then what changes")]
    if problems or scenario is None:
        raise CaseError(problems)
    return scenario


def find_scenario(case: Case, where: str) -> Scenario:
    """A scenario by its name in the case, or by its file.

    Raises:
        OptionError: neither.
        CaseError: located mistakes in the file.
    """
    if where in case.scenarios:
        return case.scenarios[where]
    if Path(where).is_file():
        return parse_scenario(case, Path(where).read_bytes(), where)
    raise OptionError.of(
        f"unknown scenario '{where}'", "a scenario of the case, or a scenario file", suggest(where, case.scenarios)
    )


def _move_changes(data: Mapping[str, Any], report: Report, case: Case) -> tuple[dict[str, Expr], dict[str, Expr]]:
    found: tuple[dict[str, Expr], dict[str, Expr]] = ({}, {})
    moves = moves_of(case)
    for section, result in zip(("rates", "costs"), found, strict=True):
        known = [m for m, kind in moves.items() if section == "rates" or kind == "action"]
        for move, _, at in entries(data, report, section):
            if move not in known:
                report.error(at, f"unknown move '{move}'", "", suggest(move, known), key=True)
                continue
            expression = build_expression(get(data, *at), at, case.scope, report)
            if expression is not None:
                result[move] = expression
    return found


def apply_scenario(case: Case, scenario: str | Scenario) -> Case:
    """A copy of the case with a scenario's changes.

    Raises:
        OptionError: no such scenario.
    """
    if isinstance(scenario, str):
        if scenario not in case.scenarios:
            raise OptionError.of(f"unknown scenario '{scenario}'", "", suggest(scenario, case.scenarios))
        scenario = case.scenarios[scenario]
    parameters = dict(case.parameters)
    for name, value in scenario.parameters.items():
        if name not in parameters:
            raise OptionError.of(f"unknown parameter '{name}'", "", suggest(name, parameters))
        parameters[name] = value if isinstance(value, Parameter) else fixed(parameters[name], value)
    actions = {
        actor: {
            name: replace(
                action,
                rate=scenario.rates.get(f"{actor}.{name}", action.rate),
                cost=scenario.costs.get(f"{actor}.{name}", action.cost),
            )
            for name, action in own.items()
        }
        for actor, own in case.actions.items()
    }
    nature = {n: replace(event, rate=scenario.rates.get(n, event.rate)) for n, event in case.nature.items()}
    situations = {**case.situations, **scenario.situations}
    changed = replace(case, parameters=parameters, actions=actions, nature=nature, situations=situations)
    return replace(changed, changes=(*case.changes, scenario))


def write_scenario(scenario: Scenario, folder: str | Path) -> Path:
    """Write `folder/scenarios/NAME.yaml`, whole or not at all; reading it again gives the same scenario.

    Args:
        scenario: what to write.
        folder: the case folder.

    Returns:
        The file.
    """
    path = Path(folder) / "scenarios" / f"{scenario.name}.yaml"
    write_text(path, scenario_text(scenario))
    return path


def scenario_text(scenario: Scenario) -> str:
    """A scenario as YAML."""
    lines = [f"scenario: {scenario.name}"]
    lines += [f"{key}: {json.dumps(text, ensure_ascii=False)}" for key, text in _words(scenario) if text]
    if scenario.parameters:
        lines.append("parameters:")
        lines += [f"  {name}: {_parameter_text(value)}" for name, value in scenario.parameters.items()]
    for section, changes in (("rates", scenario.rates), ("costs", scenario.costs)):
        if changes:
            lines.append(f"{section}:")
            lines += [f"  {move}: {json.dumps(e.text, ensure_ascii=False)}" for move, e in changes.items()]
    if scenario.situations:
        lines.append("situations:")
        for date, values in scenario.situations.items():
            inside = ", ".join(f"{name}: {json.dumps(value)}" for name, value in values.items())
            lines.append(f"  {date}: {{{inside}}}")
    return "\n".join(lines) + "\n"


def _words(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    return ("title", scenario.title), ("why", scenario.why)


def _parameter_text(value: Parameter | float) -> str:
    if not isinstance(value, Parameter):
        return repr(float(value))
    prior = value.prior
    numbers = ", ".join(repr(n) for n in prior.numbers)
    if prior.kind == "fixed":
        return repr(prior.numbers[0])
    ends = f"range: [{value.low!r}, {value.high!r}]"
    if prior.kind == "uniform" and prior.numbers == (value.low, value.high):
        return f"{{{ends}, value: {value.mid!r}}}" if value.mid != prior.quantile(0.5) else f"{{{ends}}}"
    if abs(prior.low) == float("inf"):
        return f"{{prior: {{{prior.kind}: [{numbers}]}}}}"
    return f"{{{ends}, prior: {{{prior.kind}: [{numbers}]}}}}"
