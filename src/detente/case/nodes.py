"""The small language of expressions as a tree; columns are offsets into the text, from 0.

What the parser writes: `Constant`, `Word`, `Unary`, `Binary`, `Compare`, `Member`, `Logic`, `Not`, `IfElse`, `Call`.
Resolving replaces words by what they mean: `ParameterValue`, `Position`, `Attribute`, `Is`, `Derived`.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {  # of numbers, or of arrays of them
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Constant:
    """A number as written."""

    column: int
    value: float


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    column: int
    value: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A name, or `name.attribute`, before it is known what it means."""

    column: int
    name: str
    attribute: str = ""

    def __str__(self) -> str:
        return f"{self.name}.{self.attribute}" if self.attribute else self.name


@dataclass(frozen=True, slots=True)
class Unary:
    """Minus (or plus) a number."""

    column: int
    operator: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * / **` of two numbers."""

    column: int
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Compare:
    """`== != < <= > >=`."""

    column: int
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Member:
    """`left in [a, b]`, or `not in`."""

    column: int
    left: "Node"
    choices: tuple[Word, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Logic:
    """`and`, `or`."""

    column: int
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Not:
    """`not`."""

    column: int
    operand: "Node"


@dataclass(frozen=True, slots=True)
class IfElse:
    """`then if condition else other`."""

    column: int
    condition: "Node"
    then: "Node"
    other: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """One of the functions: min, max, abs, exp, log, sqrt."""

    column: int
    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """The value of a parameter."""

    column: int
    name: str


@dataclass(frozen=True, slots=True)
class Position:
    """The position (0, 1, ...) of an ordered variable's value."""

    column: int
    variable: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A number that belongs to the value of a variable, `table[code]`: a number as written, or a parameter."""

    column: int
    variable: str
    name: str
    table: "tuple[Constant | ParameterValue, ...]"


@dataclass(frozen=True, slots=True)
class Is:
    """Whether a variable has one of these values."""

    column: int
    variable: str
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """A named expression of the case, with its own tree."""

    column: int
    name: str
    node: "Node"
    truth: bool


Node = (
    Constant
    | Truth
    | Word
    | Unary
    | Binary
    | Compare
    | Member
    | Logic
    | Not
    | IfElse
    | Call
    | ParameterValue
    | Position
    | Attribute
    | Is
    | Derived
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case Unary(operand=operand) | Not(operand=operand):
            return (operand,)
        case Binary(left=left, right=right) | Compare(left=left, right=right) | Logic(left=left, right=right):
            return (left, right)
        case Member(left=left):
            return (left,)
        case IfElse(condition=condition, then=then, other=other):
            return (condition, then, other)
        case Call(arguments=arguments):
            return arguments
        case Attribute(table=table):
            return table
        case Derived(node=inner):
            return (inner,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes below it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(children(current))
