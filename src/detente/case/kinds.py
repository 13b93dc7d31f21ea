"""Kinds of values that only a case's files have: names that expressions can use, expressions, moves."""

import re
from typing import Annotated, Any

from pydantic import PlainValidator
from pydantic import WithJsonSchema as Schema

from detente.case.parse import FUNCTIONS, KEYWORDS
from detente.files.kinds import SCALAR, Versioned
from detente.files.mistakes import Mistake, as_text, describe, misfit, wrong

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
MOVE = re.compile(rf"{NAME.pattern}\.{NAME.pattern}", re.ASCII)
CASE_NAME = re.compile(r"\w[\w-]*")  # of any script; it becomes the name of a folder
RESERVED = frozenset({"p", "amount", "package", "wait"}) | KEYWORDS | frozenset(FUNCTIONS)
QUOTE = "quote this expression, or write it in block style after '>-'"
A_NAME = "a name of letters a-z, digits and '_' that begins with a letter"
VERSION = 1  # of the case language


def name_problem(name: str) -> Mistake | None:
    """What is wrong with a name that expressions are to use."""
    if not NAME.fullmatch(name):
        hint = "use '_' between words" if name.isascii() else "use letters a-z; put other spellings in a label"
        return Mistake(f"'{name[:60]}' is not a name", A_NAME, hint)
    if name in RESERVED:
        return Mistake(f"'{name}' is a word of the language itself", "another name", f"write '{name}_'")
    return None


def _name(value: Any) -> str:
    if not isinstance(value, str | bool):
        raise misfit(value, A_NAME)
    problem = name_problem(as_text(value))
    if problem is not None:
        raise wrong(problem)
    return as_text(value)


def _template_name(value: Any) -> str:
    """A name in which `{}` may stand for an actor's id."""
    if not isinstance(value, str | bool):
        raise misfit(value, A_NAME)
    problem = name_problem(as_text(value).replace("{}", "x"))
    if problem is not None:
        raise wrong(problem)
    return as_text(value)


def _case_name(value: Any) -> str:
    if not isinstance(value, str | int) or not CASE_NAME.fullmatch(as_text(value)):
        raise misfit(value, "letters, digits, '_' and '-', as in good-friday", "the title may say more")
    return as_text(value)


def _formula(value: Any) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        what, hint = "an expression is missing", "write 0 if there is none"
        raise wrong(Mistake(what, "an expression", hint, key=True))
    if not isinstance(value, str | int | float):
        raise wrong(Mistake(f"{describe(value)} where an expression belongs", "one line of text", QUOTE))
    return as_text(value)


Name = Annotated[str, PlainValidator(_name), Schema({"type": ["string", "boolean"], "pattern": f"^{NAME.pattern}$"})]
TemplateName = Annotated[
    str,
    PlainValidator(_template_name),
    Schema({"type": ["string", "boolean"], "pattern": r"^([A-Za-z_]|\{\})([A-Za-z0-9_]|\{\})*$"}),
]
CaseName = Annotated[str, PlainValidator(_case_name), Schema({"type": "string", "pattern": r"^\w[\w-]*$"})]
Formula = Annotated[str, PlainValidator(_formula), Schema(SCALAR)]  # an expression; "" where none stands
Version = Annotated[int, Versioned(VERSION)]
