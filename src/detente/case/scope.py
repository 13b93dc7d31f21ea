"""What words mean in a case: variables, parameters, and derived names in the order of their dependence."""

from collections.abc import Mapping

from detente.case.expressions import build_expression, remark_in_text
from detente.case.nodes import Node, Word, walk
from detente.case.parse import ExpressionError, parse
from detente.case.parts import Expr, Parameter, StateVariable
from detente.case.resolve import Meaning, Scope
from detente.files.validate import Remarks


def build_scope(
    written: Mapping[str, str],
    remarks: Remarks,
    states: Mapping[str, StateVariable],
    parameters: Mapping[str, Parameter],
) -> tuple[Scope, dict[str, Expr]]:
    """The scope of a case's expressions, and its derived names.

    Args:
        written: the section `derived`.
        remarks: takes the mistakes.
        states: the state variables that are right.
        parameters: the parameters that are right.
    """
    holder = next((name for name, variable in states.items() if variable.packages), "")
    variables = {n: Meaning(v.values, v.ordered, v.attributes) for n, v in states.items()}
    document = remarks.document
    broken = {*document.names("states"), *document.names("parameters")} - {*states, *parameters}
    _report_clashes(remarks, states, parameters)
    names = frozenset(parameters)
    resolved: dict[str, tuple[Node, bool]] = {}
    derived: dict[str, Expr] = {}
    for name in _derived_order(written, remarks, broken):
        scope = Scope(variables, names, dict(resolved), holder, frozenset(broken))
        expression = build_expression(written[name], ("derived", name), scope, remarks)
        if expression is None:
            broken.add(name)
        else:
            resolved[name], derived[name] = (expression.node, expression.truth), expression
    return Scope(variables, names, resolved, holder, frozenset(broken)), derived


def _report_clashes(remarks: Remarks, states: Mapping[str, StateVariable], parameters: Mapping[str, Parameter]) -> None:
    for section in ("parameters", "derived"):
        for name in remarks.document.names(section):
            if name in states or (section == "derived" and name in parameters):
                kind = "state variable" if name in states else "parameter"
                remarks.error((section, name), f"'{name}' is also the name of a {kind}", "another name", key=True)


def _derived_order(written: Mapping[str, str], remarks: Remarks, broken: set[str]) -> list[str]:
    """The derived names, each after those that it uses; what cannot be ordered is reported and added to `broken`."""
    uses: dict[str, set[str]] = {}
    for name, text in written.items():
        if ("derived", name) in remarks.broken:
            continue
        try:
            tree = parse(text)
        except ExpressionError as error:
            remark_in_text(remarks, ("derived", name), text, error)
            continue
        uses[name] = {part.name for part in walk(tree) if isinstance(part, Word)}
    broken |= set(remarks.document.names("derived")) - uses.keys()
    order: list[str] = []
    while ready := [n for n in uses if n not in order and not (uses[n] & uses.keys()) - set(order)]:
        order.extend(ready)
    circle = [name for name in uses if name not in order]
    for name in circle:
        broken.add(name)
        place = ("derived", name)
        remarks.error(place, f"'{name}' is defined by itself", "no circle", _circle(name, uses), key=True)
    return order


def _circle(name: str, uses: Mapping[str, set[str]]) -> str:
    path = [name]
    while True:
        following = next((n for n in sorted(uses[path[-1]]) if n in uses), "")
        if not following or following in path:
            return f"the circle goes {' -> '.join([*path, following] if following else path)}"
        path.append(following)
