"""What words mean in a case: variables, parameters, and derived names in the order of their dependence."""

from collections.abc import Mapping
from typing import Any

from detente.case.build import entries, get, mapping
from detente.case.conform import Report, as_text
from detente.case.expressions import build_expression
from detente.case.model import Expr, Parameter, StateVariable
from detente.case.nodes import Node, Word, walk
from detente.case.parse import ExpressionError, parse
from detente.case.resolve import Meaning, Scope


def build_scope(
    data: Any, report: Report, states: Mapping[str, StateVariable], parameters: Mapping[str, Parameter]
) -> tuple[Scope, dict[str, Expr]]:
    """The scope of a case's expressions, and its derived names."""
    holder = next((name for name, variable in states.items() if variable.packages), "")
    variables = {n: Meaning(v.values, v.ordered, v.attributes) for n, v in states.items()}
    broken = {*mapping(data, "states"), *mapping(data, "parameters")} - {*states, *parameters}
    _report_clashes(data, report, states, parameters)
    names = frozenset(parameters)
    resolved: dict[str, tuple[Node, bool]] = {}
    derived: dict[str, Expr] = {}
    for name in _derived_order(data, report, broken):
        scope = Scope(variables, names, dict(resolved), holder, frozenset(broken))
        expression = build_expression(get(data, "derived", name), ("derived", name), scope, report)
        if expression is None:
            broken.add(name)
        else:
            resolved[name], derived[name] = (expression.node, expression.truth), expression
    return Scope(variables, names, resolved, holder, frozenset(broken)), derived


def _report_clashes(
    data: Any, report: Report, states: Mapping[str, StateVariable], parameters: Mapping[str, Parameter]
) -> None:
    for section in ("parameters", "derived"):
        for name in mapping(data, section):
            if name in states or (section == "derived" and name in parameters):
                kind = "state variable" if name in states else "parameter"
                report.error((section, name), f"'{name}' is also the name of a {kind}", "another name", key=True)


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
    broken |= mapping(data, "derived").keys() - uses.keys()
    order: list[str] = []
    while ready := [n for n in uses if n not in order and not (uses[n] & uses.keys()) - set(order)]:
        order.extend(ready)
    circle = [name for name in uses if name not in order]
    for name in circle:
        broken.add(name)
        report.error(("derived", name), f"'{name}' is defined by itself", "no circle", _circle(name, uses), key=True)
    return order


def _circle(name: str, uses: Mapping[str, set[str]]) -> str:
    path = [name]
    while True:
        following = next((n for n in sorted(uses[path[-1]]) if n in uses), "")
        if not following or following in path:
            return f"the circle goes {' -> '.join([*path, following] if following else path)}"
        path.append(following)
