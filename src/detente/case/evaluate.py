"""Numbers from expressions, for many states at once.

`fold` computes once whatever depends on states alone; what is left is evaluated again for each draw of the parameters.
Complex parameters are carried through (for derivatives by a complex step): comparisons, `min`, `max` and `abs` go by
the real part, so that derivatives are those of the branch in force.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from detente.case.nodes import (
    COMPARE,
    Attribute,
    Binary,
    Call,
    Compare,
    Constant,
    Derived,
    IfElse,
    Is,
    Logic,
    Node,
    Not,
    ParameterValue,
    Position,
    Truth,
    Unary,
    children,
    walk,
)

BOOL = np.dtype(bool)
Value = Any  # a scalar or an array (states,) of bool, float or complex


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """A part that depends on states alone, computed."""

    value: Value


def depends_on_parameters(node: Node) -> bool:
    """Whether any parameter stands below."""
    return any(isinstance(part, ParameterValue) for part in walk(node))


def parameters_of(node: Node) -> frozenset[str]:
    """Names of the parameters in a tree."""
    return frozenset(part.name for part in walk(node) if isinstance(part, ParameterValue))


def variables_of(node: Node) -> frozenset[str]:
    """Names of the state variables in a tree."""
    return frozenset(part.variable for part in walk(node) if isinstance(part, Is | Attribute | Position))


def evaluate(  # noqa: C901  (one branch for each kind of node: the grammar itself)
    node: Node | Folded, codes: Mapping[str, np.ndarray], parameters: Mapping[str, complex]
) -> Value:
    """The value of a resolved tree.

    Args:
        node: resolved, possibly folded.
        codes: per variable, the value index in each state, (states,) int.
        parameters: value of each parameter.

    Returns:
        A scalar where nothing depends on the state, else an array (states,). Not finite where mathematics is not.
    """
    match node:
        case Folded(value):
            return value
        case Constant(value=value) | Truth(value=value):
            return value
        case ParameterValue(name=name):
            return parameters[name]
        case Position(variable=variable):
            return codes[variable].astype(float)
        case Attribute(variable=variable, table=table):
            return np.asarray([evaluate(entry, codes, parameters) for entry in table])[codes[variable]]
        case Is(variable=variable, codes=wanted):
            return np.isin(codes[variable], wanted)
        case Derived(node=inner):
            return evaluate(inner, codes, parameters)
        case Not(operand=operand):
            return np.logical_not(evaluate(operand, codes, parameters))
        case Unary(operator=operator, operand=operand):
            value = evaluate(operand, codes, parameters)
            return -_number(value) if operator == "-" else _number(value)
        case IfElse(condition=condition, then=then, other=other):
            guard = evaluate(condition, codes, parameters)
            return _choose(guard, evaluate(then, codes, parameters), evaluate(other, codes, parameters))
        case Call(function=function, arguments=arguments):
            return _call(function, [_number(evaluate(a, codes, parameters)) for a in arguments])
        case Binary(operator=operator) | Compare(operator=operator) | Logic(operator=operator):
            left = evaluate(node.left, codes, parameters)
            return _operate(operator, left, evaluate(node.right, codes, parameters))
        case _:
            raise TypeError(f"{type(node).__name__} is not resolved")


def _number(value: Value) -> Value:
    """Truth values as 0 and 1."""
    return value * 1.0 if isinstance(value, bool) or getattr(value, "dtype", None) == BOOL else value


def _choose(guard: Value, then: Value, other: Value) -> Value:
    if np.ndim(guard) == 0:
        return then if guard else other
    return cast(Any, np).where(guard, then, other)


def _real(value: Value) -> Value:
    return value.real if hasattr(value, "real") else value


def _power(left: Value, right: Value) -> Value:
    return np.power(np.asarray(left, dtype=np.result_type(np.asarray(left), float)), right)


LOGIC: Mapping[str, Callable[[Value, Value], Value]] = {"and": np.logical_and, "or": np.logical_or}
ARITHMETIC: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": np.divide,
    "**": _power,
}


def _operate(sign: str, left: Value, right: Value) -> Value:
    if sign in LOGIC:
        return LOGIC[sign](left, right)
    left, right = _number(left), _number(right)
    with np.errstate(all="ignore"):  # what is not finite is reported by whoever asked, with its place
        if sign in ARITHMETIC:
            return ARITHMETIC[sign](left, right)
        return COMPARE[sign](_real(left), _real(right))


def _call(function: str, values: list[Value]) -> Value:
    with np.errstate(all="ignore"):
        match function:
            case "exp":
                return np.exp(values[0])
            case "log":
                return np.log(values[0])
            case "sqrt":
                return np.sqrt(values[0])
            case "abs":
                return _choose(_real(values[0]) < 0, -values[0], values[0])
            case _:
                result = values[0]
                for value in values[1:]:
                    first = _real(result) <= _real(value) if function == "min" else _real(result) >= _real(value)
                    result = _choose(first, result, value)
                return result


def fold(node: Node, codes: Mapping[str, np.ndarray]) -> Any:  # noqa: C901  (one branch for each kind of node)
    """The same tree with every part that holds no parameter computed for these states."""
    if not depends_on_parameters(node):
        return Folded(evaluate(node, codes, {}))
    if isinstance(node, Attribute) or not children(node):
        return node
    match node:
        case Unary(column, operator, operand):
            return Unary(column, operator, _operand(operand, codes))
        case Not(column, operand):
            return Not(column, fold(operand, codes))
        case Binary(column, operator, left, right):
            return Binary(column, operator, _operand(left, codes), _operand(right, codes))
        case Compare(column, operator, left, right):
            return Compare(column, operator, _operand(left, codes), _operand(right, codes))
        case Logic(column, operator, left, right):
            return Logic(column, operator, fold(left, codes), fold(right, codes))
        case IfElse(column, condition, then, other):
            return IfElse(column, fold(condition, codes), fold(then, codes), fold(other, codes))
        case Call(column, function, arguments):
            return Call(column, function, tuple(_operand(a, codes) for a in arguments))
        case Derived(node=inner):
            return fold(inner, codes)
        case _:
            raise TypeError(f"{type(node).__name__} is not resolved")


def _operand(node: Node, codes: Mapping[str, np.ndarray]) -> Any:
    folded = fold(node, codes)
    return Folded(_number(folded.value)) if isinstance(folded, Folded) else folded
