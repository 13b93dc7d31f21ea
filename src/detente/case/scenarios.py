"""Scenarios (named sets of changes), read, held against the case, and written."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from detente.case.case import Case
from detente.case.entries import ScenarioFile, ValueEntry
from detente.case.expressions import build_expression
from detente.case.outcomes import build_situation
from detente.case.parameters import build_parameter
from detente.case.parts import Expr, Parameter, Scenario
from detente.errors import CaseError, OptionError, suggest
from detente.files.validate import Remarks, read_file
from detente.files.whole import write_text
from detente.files.yaml import Document, parse_yaml


def read_scenario(document: Document, case: Case, file: str) -> tuple[Scenario | None, Remarks]:
    """A named set of changes; names are held against the case.

    Args:
        document: the file.
        case: what it changes.
        file: its name in the case.
    """
    written, remarks = read_file(ScenarioFile, document)
    if written is None:
        return None, remarks
    parameters = _parameters(written, case, remarks)
    rates = _moves(written.rates, "rates", list(case.moves()), case, remarks)
    actions = [move for move, kind in case.moves().items() if kind == "action"]
    costs = _moves(written.costs, "costs", actions, case, remarks)
    situations = _situations(written, case, remarks)
    if remarks.errors:
        return None, remarks
    return Scenario(written.scenario, written.title, written.why, parameters, rates, costs, situations, file), remarks


def parse_scenario(case: Case, content: bytes | str, name: str) -> Scenario:
    """A scenario from the text of its file.

    Raises:
        CaseError: located mistakes.
    """
    scenario, remarks = read_scenario(parse_yaml(content, name), case, name)
    if scenario is None:
        raise CaseError(remarks.errors)
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
    case.require("scenarios")  # it may stand in a file that could not be read
    expected = "a scenario of the case, or a scenario file"
    raise OptionError.of(f"unknown scenario '{where}'", expected, suggest(where, case.scenarios))


def changed_case(case: Case, scenario: str | None) -> Case:
    """A case with the changes of a scenario, if one is named; see `find_scenario`."""
    return case if scenario is None else case.override(scenario=find_scenario(case, scenario))


def _parameters(written: ScenarioFile, case: Case, remarks: Remarks) -> dict[str, Parameter | float]:
    found: dict[str, Parameter | float] = {}
    for name, entry in written.parameters.items():
        at = ("parameters", name)
        if name not in case.parameters:
            if name not in case.scope.unusable:
                remarks.error(at, f"unknown parameter '{name}'", "", suggest(name, case.parameters), key=True)
        elif not isinstance(entry, ValueEntry):
            found[name] = entry
        else:
            other = build_parameter(name, entry, at, remarks)
            if other is not None:
                ends = {"low": other.low, "high": other.high, "mid": other.mid}
                found[name] = replace(case.parameters[name], prior=other.prior, **ends)
    return found


def _moves(written: Mapping[str, str], section: str, known: list[str], case: Case, remarks: Remarks) -> dict[str, Expr]:
    """Rates or costs by move."""
    result: dict[str, Expr] = {}
    for move, text in written.items():
        at = (section, move)
        if move not in known:
            remarks.error(at, f"unknown move '{move}'", "", suggest(move, known), key=True)
            continue
        expression = build_expression(text, at, case.scope, remarks)
        if expression is not None:
            result[move] = expression
    return result


def _situations(written: ScenarioFile, case: Case, remarks: Remarks) -> dict[str, Mapping[str, str]]:
    """Dated states; a date that the case has keeps the values that are not named."""
    result: dict[str, Mapping[str, str]] = {}
    for date, values in written.situations.items():
        at = ("situations", date)
        found = build_situation(values, at, case.scope, case.states, remarks)
        whole = {**case.situations.get(date, {}), **found}
        missing = [name for name in case.states if name not in whole]
        if missing and remarks.usable(at):
            remarks.error(at, f"new situation {date} leaves out {', '.join(missing)}", "all variables", key=True)
        elif remarks.usable(at):
            result[date] = whole
    return result


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
            inside = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())
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
