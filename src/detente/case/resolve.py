"""What the words of an expression mean; every mistake is collected with its column."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    Member,
    Node,
    Not,
    ParameterValue,
    Position,
    Truth,
    Unary,
    Word,
)
from detente.case.parse import ExpressionError
from detente.errors import suggest


@dataclass(frozen=True)
class Meaning:
    """One state variable as expressions see it."""

    values: tuple[str, ...]
    ordered: bool
    attributes: Mapping[str, tuple[float | str, ...]]  # numbers, or names of parameters


@dataclass(frozen=True)
class Scope:
    """Everything that a word can mean."""

    variables: Mapping[str, Meaning]
    parameters: frozenset[str]
    derived: Mapping[str, tuple[Node, bool]] = field(default_factory=dict[str, tuple[Node, bool]])
    package: str = ""  # the state variable that holds the package on the table
    unusable: frozenset[str] = frozenset()  # names that exist but are broken: reported once, where they stand

    def names(self) -> list[str]:
        """All words that can stand alone, for suggestions."""
        values = [value for meaning in self.variables.values() for value in meaning.values]
        return [*self.variables, *self.parameters, *self.derived, *values]


class Broken(Exception):
    """A part rests on a name that is itself broken; the mistake is reported where that name stands."""


def resolve(node: Node, scope: Scope, errors: list[ExpressionError]) -> tuple[Node, bool]:
    """The tree with words replaced by what they mean, and whether it is a truth value.

    Args:
        node: as parsed.
        scope: what words mean.
        errors: mistakes are appended; if any are, the tree must not be used.

    Raises:
        Broken: the expression rests on a name that is broken elsewhere.
    """
    return _Resolver(scope, errors).any(node)


class _Resolver:
    def __init__(self, scope: Scope, errors: list[ExpressionError]) -> None:
        self.scope, self.errors = scope, errors

    def fail(self, node: Node, what: str, expected: str = "", hint: str = "") -> None:
        self.errors.append(ExpressionError(node.column, what, expected, hint))

    def number(self, node: Node) -> Node:
        return self.any(node)[0]  # a truth value counts as 0 or 1

    def truth(self, node: Node) -> Node:
        resolved, is_truth = self.any(node)
        if not is_truth:
            self.fail(node, "a number where a condition is needed", "a comparison such as 'phase == war'")
        return resolved

    def any(self, node: Node) -> tuple[Node, bool]:  # noqa: C901  (one branch for each kind of node)
        match node:
            case Truth() | Is():
                return node, True
            case Word():
                return self.word(node)
            case Unary(column, sign, operand):
                return Unary(column, sign, self.number(operand)), False
            case Binary():
                return self.binary(node), False
            case Compare():
                return self.compare(node), True
            case Member():
                return self.member(node), True
            case Logic(column, sign, left, right):
                return Logic(column, sign, self.truth(left), self.truth(right)), True
            case Not(column, operand):
                return Not(column, self.truth(operand)), True
            case IfElse(column, condition, then, other):
                guard = self.truth(condition)
                (a, a_truth), (b, b_truth) = self.any(then), self.any(other)
                return IfElse(column, guard, a, b), a_truth and b_truth
            case Call(column, function, arguments):
                return Call(column, function, tuple(self.number(a) for a in arguments)), False
            case _:
                return node, False

    def word(self, word: Word) -> tuple[Node, bool]:
        scope, name = self.scope, word.name
        if word.attribute:
            return self.attribute(word), False
        if name in scope.unusable:
            raise Broken(name)
        if name in scope.variables:
            if not scope.variables[name].ordered:
                values = scope.variables[name].values
                hint = f"write '{name} == {values[0]}'" if values else ""
                self.fail(word, f"'{name}' has names as values and is not a number", "a comparison", hint)
            return Position(word.column, name), False
        if name in scope.parameters:
            return ParameterValue(word.column, name), False
        if name in scope.derived:
            node, truth = scope.derived[name]
            return Derived(word.column, name, node, truth), truth
        holders = [v for v, meaning in scope.variables.items() if meaning.ordered and name in meaning.values]
        if len(holders) == 1:
            return Constant(word.column, float(scope.variables[holders[0]].values.index(name))), False
        self.unknown(word)
        return Constant(word.column, 0.0), False

    def unknown(self, word: Word) -> None:
        scope = self.scope
        owner = next((v for v, meaning in scope.variables.items() if word.name in meaning.values), "")
        if owner:
            what = f"'{word.name}' is a value of '{owner}' and cannot stand alone"
            self.fail(word, what, "a comparison", f"write '{owner} == {word.name}'")
        else:
            self.fail(word, f"unknown name '{word.name}'", "", suggest(word.name, scope.names()))

    def attribute(self, word: Word) -> Node:
        scope = self.scope
        variable = scope.package if word.name == "package" and scope.package else word.name
        if variable in scope.unusable:
            raise Broken(variable)
        if variable not in scope.variables:
            hint = suggest(word.name, scope.variables)
            self.fail(word, f"'{word.name}' in '{word}' is not a state variable", "", hint)
            return Constant(word.column, 0.0)
        attributes = scope.variables[variable].attributes
        if word.attribute not in attributes:
            hint = suggest(word.attribute, attributes) or f"give '{variable}' a list '{word.attribute}: [...]'"
            self.fail(word, f"'{variable}' has no attribute '{word.attribute}'", "", hint)
            return Constant(word.column, 0.0)
        entries = attributes[word.attribute]
        if any(isinstance(entry, str) and entry in scope.unusable for entry in entries):
            raise Broken(variable)
        table = tuple(
            ParameterValue(word.column, entry) if isinstance(entry, str) else Constant(word.column, entry)
            for entry in entries
        )
        return Attribute(word.column, variable, word.attribute, table)

    def variable_of(self, node: Node) -> str:
        """The variable that a bare word names, or nothing."""
        if isinstance(node, Word) and not node.attribute:
            if node.name in self.scope.unusable:
                raise Broken(node.name)
            return node.name if node.name in self.scope.variables else ""
        return ""

    def code(self, variable: str, node: Node) -> int | None:
        """The position of a value name among a variable's values."""
        if isinstance(node, Word) and not node.attribute:
            values = self.scope.variables[variable].values
            if node.name in values:
                return values.index(node.name)
        return None

    def binary(self, node: Binary) -> Node:
        column, sign, left, right = node.column, node.operator, node.left, node.right
        if sign in ("+", "-"):  # `balance - even`: a value name beside an ordered variable is its position
            for this, that in ((left, right), (right, left)):
                variable = self.variable_of(this)
                if variable and self.scope.variables[variable].ordered:
                    code = self.code(variable, that)
                    if code is not None:
                        position, number = Position(this.column, variable), Constant(that.column, float(code))
                        pair = (position, number) if this is left else (number, position)
                        return Binary(column, sign, *pair)
        return Binary(column, sign, self.number(left), self.number(right))

    def compare(self, node: Compare) -> Node:
        swap = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
        sides = (
            (node.left, node.right, node.operator),
            (node.right, node.left, swap.get(node.operator, node.operator)),
        )
        for this, that, sign in sides:
            variable = self.variable_of(this)
            code = self.code(variable, that) if variable else None
            if code is not None:
                return self.against_value(node, variable, sign, code)
        for this, that, _ in sides:
            variable = self.variable_of(this)
            if variable and isinstance(that, Word) and not that.attribute and self.is_strange(variable, that):
                values = self.scope.variables[variable].values
                self.fail(that, f"'{that.name}' is not a value of '{variable}'", "", suggest(that.name, values))
                return Truth(node.column, True)
        return Compare(node.column, node.operator, self.number(node.left), self.number(node.right))

    def is_strange(self, variable: str, word: Word) -> bool:
        scope = self.scope
        if word.name in scope.unusable:
            raise Broken(word.name)
        if not scope.variables[variable].ordered:
            return True
        return word.name not in scope.variables and word.name not in scope.parameters and word.name not in scope.derived

    def against_value(self, node: Compare, variable: str, sign: str, code: int) -> Node:
        meaning = self.scope.variables[variable]
        if sign not in ("==", "!=") and not meaning.ordered:
            what = f"'{variable}' is not ordered"
            self.fail(node, what, "'==', '!=' or 'in [...]'", f"or list its values under 'ordered:' in '{variable}'")
            return Truth(node.column, True)
        test = COMPARE[sign]
        return Is(node.column, variable, tuple(c for c in range(len(meaning.values)) if test(c, code)))

    def member(self, node: Member) -> Node:
        variable = self.variable_of(node.left)
        if not variable:
            self.fail(node.left, "'in [...]' needs a state variable on its left", "", "write 'phase in [war, peace]'")
            return Truth(node.column, True)
        meaning = self.scope.variables[variable]
        codes: set[int] = set()
        for word in node.choices:
            code = self.code(variable, word)
            if code is None:
                hint = suggest(word.name, meaning.values)
                self.fail(word, f"'{word.name}' is not a value of '{variable}'", "", hint)
            else:
                codes.add(code)
        wanted = [c for c in range(len(meaning.values)) if (c in codes) != node.negated]
        return Is(node.column, variable, tuple(wanted))
