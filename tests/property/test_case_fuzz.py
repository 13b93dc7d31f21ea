"""Whatever a hand does to a case file, `check` answers with located remarks and never with a traceback."""

import json
import math

import numpy as np
import pytest
from case_files import ALIKE, CODING, FILES, PACKAGES, RULES, bound, folder_with, starter
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.case import load_case, read_case
from detente.case.expressions import read_expression
from detente.case.resolve import Meaning, Scope
from detente.checks.describe import check
from detente.checks.folder import check_folder
from detente.errors import CaseError
from detente.files.yaml import parse_yaml

TEXTS = (starter(), PACKAGES, PACKAGES.replace("nature:", f"{ALIKE}nature:"))
MARKS = [
    "",
    "\n",
    ":",
    "-",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "#",
    "'",
    "*a",
    "&a ",
    "!x ",
    "? ",
    "> ",
    "%",
    "@",
    "`",
    "\t",
    "<<: ",
]
WORDS = ["phase", "0", "-1", "1e400", "null", "true", "p", "yes", "\u0430", "\u2028", "\x07", "stop", "~"]
PIECES = st.sampled_from(MARKS) | st.sampled_from(WORDS)


@st.composite
def mutations(draw, texts=TEXTS):
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        kind = draw(st.sampled_from(["insert", "cut", "replace", "line", "swap"]))
        lines = text.splitlines(keepends=True)
        n = draw(st.integers(0, max(len(lines) - 1, 0)))
        if kind == "insert":
            text = text[:at] + draw(PIECES) + text[at:]
        elif kind == "cut":
            text = text[:at] + text[at + draw(st.integers(1, 30)) :]
        elif kind == "replace":
            text = text[:at] + draw(PIECES) + text[at + draw(st.integers(1, 10)) :]
        elif kind == "line" and lines:
            text = "".join(lines[:n] + lines[n + 1 :])
        elif lines:
            m = draw(st.integers(0, len(lines) - 1))
            lines[n], lines[m] = lines[m], lines[n]
            text = "".join(lines)
    return text


@settings(max_examples=60)
@given(text=mutations())
def test_mutated_files_give_remarks_and_no_traceback(text, tmp_path_factory):
    folder = folder_with(text, tmp_path_factory.mktemp("fuzz"))
    report = check(folder, solve=False)
    assert all(d.file and d.line >= 1 and d.column >= 1 and d.what for d in report.diagnostics)
    assert report.errors or report.states > 0


ACCOUNT = "account: hawks\nin_words: w\nopposed_by: [doves]\nparameters: {war_cost: {range: [1, 2]}}\n"
SCENARIO = "scenario: x\nparameters: {war_cost: 1}\nrates: {north.attack: 1}\nsituations: {2024-01-01: {phase: war}}\n"
BESIDE = {"claims_rules": RULES, "record__coding": CODING, "accounts__a": ACCOUNT, "scenarios__s": SCENARIO}


@settings(max_examples=15)
@given(data=st.data(), name=st.sampled_from(sorted(BESIDE)))
def test_mutated_files_beside_the_case_give_remarks_and_no_traceback(data, name, tmp_path_factory):
    text = data.draw(mutations((BESIDE[name],)))
    folder = folder_with(starter(), tmp_path_factory.mktemp("beside"), **{**FILES, **BESIDE, name: text})
    found = check_folder(folder).diagnostics
    assert all(d.what and d.line >= 1 and d.column >= 1 for d in found if not d.what.startswith("not UTF-8"))
    assert load_case(folder).parameters  # what stands beside the case never stops it


@settings(max_examples=30)
@given(text=mutations((bound(),)))
def test_mutated_roles_give_remarks_and_no_traceback(text, tmp_path_factory):
    reading = read_case(folder_with(text, tmp_path_factory.mktemp("roles")))
    assert all(d.file and d.line >= 1 and d.column >= 1 and d.what for d in reading.diagnostics)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["war", "phase", "a b", "1 +", ""]) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["phase", "p", "range", "x"]), inner, max_size=2)
    ),
    max_leaves=3,
)


def paths(value, at=()):
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*at, key))


@pytest.mark.slow
@settings(max_examples=50)
@given(data=st.data())
def test_wrong_kinds_anywhere_give_remarks_and_no_traceback(data, tmp_path_factory):
    tree = parse_yaml(data.draw(st.sampled_from(TEXTS)), "case.yaml").data
    path = data.draw(st.sampled_from([p for p in paths(tree) if p]))
    value = data.draw(VALUES)
    parent = tree
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    folder = folder_with(
        json.dumps(tree).replace("NaN", ".nan").replace("Infinity", ".inf"), tmp_path_factory.mktemp("kinds")
    )
    report = check(folder, solve=False)
    assert all(d.file and d.line >= 1 and d.what for d in report.diagnostics)


SCOPE = Scope({"phase": Meaning(("war", "peace"), True, {"x": (1.0, 2.0)})}, frozenset({"a"}))


@given(st.text(alphabet="apx phase.war0123456789+-*/()<>=!,[]ifelsandortm", max_size=60))
def test_any_text_is_an_expression_or_a_located_mistake(text):
    try:
        expression = read_expression(text, SCOPE)
    except CaseError as error:
        assert error.diagnostics
        assert all(1 <= d.column <= len(text) + 1 for d in error.diagnostics)
    else:
        value = expression.evaluate({"phase": np.array([0, 1])}, {"a": 1.5})
        assert np.shape(value) in ((), (2,))


def trees():
    leaf = st.one_of(
        st.floats(0.1, 9).map(lambda x: (repr(round(x, 3)), round(x, 3))),
        st.just(("a", 1.5)),
        st.just(("phase.x", 2.0)),
    )

    def grow(inner):
        pairs = st.tuples(st.sampled_from(["+", "-", "*", "/"]), inner, inner)
        return st.one_of(
            pairs.map(lambda t: (f"({t[1][0]} {t[0]} {t[2][0]})", _apply(t[0], t[1][1], t[2][1]))),
            inner.map(lambda t: (f"-({t[0]})", -t[1])),
            st.tuples(inner, inner).map(lambda t: (f"min({t[0][0]}, {t[1][0]})", min(t[0][1], t[1][1]))),
            st.tuples(inner, inner, inner).map(
                lambda t: (
                    f"({t[0][0]} if {t[1][0]} < {t[2][0]} else {t[2][0]})",
                    t[0][1] if t[1][1] < t[2][1] else t[2][1],
                )
            ),
        )

    return st.recursive(leaf, grow, max_leaves=8)


def _apply(sign, a, b):
    if sign == "/":
        return a / b if b else math.copysign(math.inf, a) if a else math.nan
    return {"+": a + b, "-": a - b, "*": a * b}[sign]


@given(trees())
def test_expressions_agree_with_python(pair):
    text, wanted = pair
    if not math.isfinite(wanted):
        return
    found = read_expression(text, SCOPE).evaluate({"phase": np.array([1])}, {"a": 1.5})
    assert float(np.asarray(found).ravel()[0]) == pytest.approx(wanted, rel=1e-12)
