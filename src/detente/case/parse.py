"""Text to tree: tokens, then recursive descent. No part of the text is ever given to Python.

choice   := or ["if" or "else" choice]
or       := and {"or" and}             and := not {"and" not}         not := "not" not | compare
compare  := sum [("=="|"!="|"<"|"<="|">"|">=") sum | ["not"] "in" "[" word {"," word} "]"]
sum      := product {("+"|"-") product}    product := unary {("*"|"/") unary}
unary    := ("-"|"+") unary | atom ["**" unary]
atom     := number | word ["." word] | function "(" choice {"," choice} ")" | "(" choice ")"
"""

import math
import re
import unicodedata
from dataclasses import dataclass

from detente.case.nodes import (
    Binary,
    Call,
    Compare,
    Constant,
    IfElse,
    Logic,
    Member,
    Node,
    Not,
    Truth,
    Unary,
    Word,
    children,
)

MAX_LENGTH = 2000  # characters, some twenty lines: nobody can argue over a longer one
MAX_DEPTH = 60  # levels of nesting, also of long sums: far below what Python's recursion allows
KEYWORDS = frozenset({"if", "else", "and", "or", "not", "in", "true", "false"})
FUNCTIONS = {"min": (2, 9), "max": (2, 9), "abs": (1, 1), "exp": (1, 1), "log": (1, 1), "sqrt": (1, 1)}
COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")

_TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<symbol>\*\*|==|!=|<=|>=|[-+*/()\[\],.<>])|(?P<space>[ \t\r\n]+)",
    re.ASCII,
)
_ADVICE = {
    "=": "write '==' to compare",
    "&": "write 'and'",
    "|": "write 'or'",
    "!": "write 'not' or '!='",
    "^": "write '**' for powers",
    "%": "write percentages as decimals",
    "{": "write lists in square brackets; '{}' stands for an actor under 'each' only",
    "'": "write names without quotation marks",
    '"': "write names without quotation marks",
    "\u2212": "write '-'",
    "\u2013": "write '-'",
    "\u00d7": "write '*'",
    "\u2264": "write '<='",
    "\u2265": "write '>='",
    "\u2260": "write '!='",
}


class ExpressionError(Exception):
    """A mistake in an expression; `column` counts characters from 0."""

    def __init__(self, column: int, what: str, expected: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.column, self.what, self.expected, self.hint = column, what, expected, hint


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, word, symbol or end."""

    kind: str
    text: str
    column: int


def tokenize(text: str) -> list[Token]:
    """Cut a text into tokens.

    Raises:
        ExpressionError: a character that the language does not have, or a text that is too long.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(0, f"expression of {len(text):,} characters", f"at most {MAX_LENGTH:,}")
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _strange(text[position], position)
        kind = str(match.lastgroup)
        if kind != "space":
            if kind == "number" and text[match.end() : match.end() + 1].isidentifier():
                raise ExpressionError(position, f"number '{match.group()}' runs into a name", "a space or an operator")
            tokens.append(Token(kind, match.group(), position))
        position = match.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


def _strange(character: str, column: int) -> ExpressionError:
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    shown = repr(character) if character.isascii() else f"'{character}' ({name})"
    hint = _ADVICE.get(
        character, "" if character.isascii() else "type it on a Latin keyboard; names use a-z, 0-9 and _"
    )
    return ExpressionError(column, f"character {shown} in an expression", "names, numbers and operators", hint)


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises:
        ExpressionError: with the column of the mistake.
    """
    parser = _Parser(tokenize(text))
    node = parser.choice(0)
    rest = parser.peek
    if rest.kind != "end":
        raise parser.unexpected("an operator or the end", _rest_hint(rest))
    if _depth(node) > MAX_DEPTH:
        raise ExpressionError(0, "expression is nested too deep or too long", f"at most {MAX_DEPTH} levels")
    return node


def _rest_hint(token: Token) -> str:
    if token.text in COMPARISONS:
        return "compare two things at a time and join with 'and'"
    return "join conditions with 'and' or 'or'" if token.kind == "word" else ""


def _depth(node: Node) -> int:
    deepest, stack = 0, [(node, 1)]
    while stack:
        current, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in children(current))
    return deepest


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.position = tokens, 0

    @property
    def peek(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.peek
        self.position += token.kind != "end"
        return token

    def accept(self, *texts: str) -> Token | None:
        token = self.peek
        if token.kind in ("symbol", "word") and token.text in texts:
            return self.take()
        return None

    def expect(self, text: str, hint: str = "") -> Token:
        token = self.accept(text)
        if token is None:
            raise self.unexpected(f"'{text}'", hint)
        return token

    def unexpected(self, expected: str, hint: str = "") -> ExpressionError:
        token = self.peek
        if token.kind == "end":
            return ExpressionError(max(token.column - 1, 0), "the expression ends too early", expected, hint)
        return ExpressionError(token.column, f"'{token.text}' is out of place", expected, hint)

    def choice(self, level: int) -> Node:
        if level > MAX_DEPTH:
            raise ExpressionError(self.peek.column, "expression is nested too deep", f"at most {MAX_DEPTH} levels")
        value = self.either(level)
        token = self.accept("if")
        if token is None:
            return value
        condition = self.either(level)
        self.expect("else", "write 'A if CONDITION else B'")
        return IfElse(token.column, condition, value, self.choice(level + 1))

    def either(self, level: int) -> Node:
        node = self.both(level)
        while token := self.accept("or"):
            node = Logic(token.column, "or", node, self.both(level))
        return node

    def both(self, level: int) -> Node:
        node = self.negation(level)
        while token := self.accept("and"):
            node = Logic(token.column, "and", node, self.negation(level))
        return node

    def negation(self, level: int) -> Node:
        token = self.accept("not")
        if token is None:
            return self.comparison(level)
        if level > MAX_DEPTH:
            raise ExpressionError(token.column, "expression is nested too deep", f"at most {MAX_DEPTH} levels")
        return Not(token.column, self.negation(level + 1))

    def comparison(self, level: int) -> Node:
        left = self.sum(level)
        if token := self.accept(*COMPARISONS):
            return Compare(token.column, token.text, left, self.sum(level))
        token = self.peek
        if token.text == "not" and token.kind == "word":
            self.take()
            self.expect("in")
            return Member(token.column, left, self.names(), True)
        if self.accept("in"):
            return Member(token.column, left, self.names(), False)
        return left

    def names(self) -> tuple[Word, ...]:
        self.expect("[", "write 'phase in [war, peace]'")
        names = [self.word()]
        while self.accept(","):
            names.append(self.word())
        self.expect("]")
        return tuple(names)

    def word(self) -> Word:
        token = self.peek
        if token.kind != "word" or token.text in KEYWORDS:
            raise self.unexpected("a name")
        return Word(self.take().column, token.text)

    def sum(self, level: int) -> Node:
        node = self.product(level)
        while token := self.accept("+", "-"):
            node = Binary(token.column, token.text, node, self.product(level))
        return node

    def product(self, level: int) -> Node:
        node = self.unary(level)
        while token := self.accept("*", "/"):
            node = Binary(token.column, token.text, node, self.unary(level))
        return node

    def unary(self, level: int) -> Node:
        if level > MAX_DEPTH:
            raise ExpressionError(self.peek.column, "expression is nested too deep", f"at most {MAX_DEPTH} levels")
        if token := self.accept("-", "+"):
            return Unary(token.column, token.text, self.unary(level + 1))
        node = self.atom(level)
        if token := self.accept("**"):
            return Binary(token.column, "**", node, self.unary(level + 1))
        return node

    def atom(self, level: int) -> Node:
        token = self.peek
        if token.kind == "number":
            return _number(self.take())
        if self.accept("("):
            node = self.choice(level + 1)
            self.expect(")", "a bracket is not closed")
            return node
        if token.kind == "word" and token.text in ("true", "false"):
            return Truth(self.take().column, token.text == "true")
        if token.kind != "word" or token.text in KEYWORDS:
            raise self.unexpected("a name, a number or '('")
        self.take()
        if self.accept("("):
            return self.call(token, level)
        if self.accept("."):
            attribute = self.word()
            return Word(token.column, token.text, attribute.name)
        return Word(token.column, token.text)

    def call(self, token: Token, level: int) -> Node:
        if token.text not in FUNCTIONS:
            raise ExpressionError(token.column, f"unknown function '{token.text}'", f"one of {', '.join(FUNCTIONS)}")
        arguments = [self.choice(level + 1)]
        while self.accept(","):
            arguments.append(self.choice(level + 1))
        self.expect(")", "a bracket is not closed")
        least, most = FUNCTIONS[token.text]
        if not least <= len(arguments) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise ExpressionError(token.column, f"{token.text}() with {len(arguments)} arguments", wanted)
        return Call(token.column, token.text, tuple(arguments))


def _number(token: Token) -> Constant:
    value = float(token.text)
    if not math.isfinite(value):
        raise ExpressionError(token.column, f"number '{token.text[:20]}' is too large", "below 1e308")
    return Constant(token.column, value)
