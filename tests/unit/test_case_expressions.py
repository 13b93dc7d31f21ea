import math
import sys

import numpy as np
import pytest

from detente.case.evaluate import evaluate, fold
from detente.case.expressions import read_expression
from detente.case.parse import MAX_DEPTH, ExpressionError, parse
from detente.case.resolve import Meaning, Scope
from detente.errors import CaseError

SCOPE = Scope(
    variables={
        "phase": Meaning(("war", "ceasefire", "peace"), False, {}),
        "control": Meaning(("none", "half", "all"), True, {"share": (0.0, 0.5, 1.0)}),
        "balance": Meaning(("weak", "even", "strong"), True, {}),
        "process": Meaning(("dormant", "text"), False, {}),
        "text": Meaning(("none", "phased"), False, {"gain": (0.0, 0.3)}),
    },
    parameters=frozenset({"a", "b"}),
    package="text",
)
SIZES = [len(meaning.values) for meaning in SCOPE.variables.values()]
GRID = dict(zip(SCOPE.variables, np.indices(SIZES).reshape(len(SIZES), -1), strict=True))


def value(text, **parameters):
    expression = read_expression(text, SCOPE)
    whole = evaluate(expression.node, GRID, parameters)
    split = evaluate(fold(expression.node, GRID), GRID, parameters)
    np.testing.assert_array_equal(np.asarray(whole, dtype=complex), np.asarray(split, dtype=complex))
    return whole


def complaints(text, **options):
    with pytest.raises(CaseError, match="expression") as caught:
        read_expression(text, SCOPE, **options)
    return caught.value.diagnostics


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-2 ** 2", -4),
        ("2 ** -1", 0.5),
        ("2 ** 3 ** 2", 512),
        ("1 - 2 - 3", -4),
        ("8 / 2 / 2", 2),
        ("min(3, 1, 2) + max(3, 1, 2)", 4),
        ("abs(-2) + exp(0) + log(1) + sqrt(9)", 6),
        ("1 if 2 > 1 else 5", 1),
        ("1 if false else 2 if true else 3", 2),
        ("1e-3 + .5 + 2.", 2.501),
        ("1 < 2 and not 2 < 1", 1),
        ("true or false and false", 1),
    ],
)
def test_arithmetic_reads_as_people_read_it(text, wanted):
    assert value(text) == wanted


def test_state_variables_compare_to_their_values():
    phase, control, balance = GRID["phase"], GRID["control"], GRID["balance"]
    np.testing.assert_array_equal(value("phase == war"), phase == 0)
    np.testing.assert_array_equal(value("war != phase"), phase != 0)
    np.testing.assert_array_equal(value("phase in [war, peace]"), phase != 1)
    np.testing.assert_array_equal(value("phase not in [war, peace]"), phase == 1)
    np.testing.assert_array_equal(value("control >= half"), control >= 1)
    np.testing.assert_array_equal(value("half > control"), control < 1)
    np.testing.assert_array_equal(value("balance - even"), balance - 1.0)
    np.testing.assert_array_equal(value("even - balance"), 1.0 - balance)
    np.testing.assert_array_equal(value("control == balance"), control == balance)
    np.testing.assert_array_equal(value("control.share"), control / 2)
    np.testing.assert_array_equal(value("-a * (phase == war)", a=2.0), np.where(phase == 0, -2.0, 0.0))


def test_a_value_may_bear_the_name_of_a_variable():
    np.testing.assert_array_equal(value("process == text"), GRID["process"] == 1)
    np.testing.assert_array_equal(value("text == phased"), GRID["text"] == 1)


def test_package_is_the_package_on_the_table():
    np.testing.assert_array_equal(value("package.gain"), value("text.gain"))


def test_complex_parameters_give_exact_derivatives():
    text = "(exp(a * b) / (1 + a ** 2) + min(a, 2) * control.share) if phase == war else abs(-a) + log(a)"
    step = 1e-30
    found = np.imag(value(text, a=0.7 + step * 1j, b=0.3)) / step
    h = 1e-6
    wanted = (value(text, a=0.7 + h, b=0.3) - value(text, a=0.7 - h, b=0.3)) / (2 * h)
    np.testing.assert_allclose(found, wanted, rtol=1e-8)


@pytest.mark.parametrize(
    ("text", "column", "what", "hint"),
    [
        ("fase == war", 1, "unknown name 'fase'", "did you mean 'phase'?"),
        ("phase == wr", 10, "'wr' is not a value of 'phase'", "did you mean 'war'?"),
        ("phase in [war, pece]", 16, "'pece' is not a value of 'phase'", "did you mean 'peace'?"),
        ("phase >= war", 7, "'phase' is not ordered", ""),
        ("a * war", 5, "'war' is a value of 'phase' and cannot stand alone", "write 'phase == war'"),
        ("phase + 1", 1, "'phase' has names as values and is not a number", "write 'phase == war'"),
        ("control.shares", 1, "'control' has no attribute 'shares'", "did you mean 'share'?"),
        ("aa.share", 1, "'aa' in 'aa.share' is not a state variable", ""),
        ("a = 1", 3, "character '=' in an expression", "write '==' to compare"),
        ("a +", 3, "the expression ends too early", ""),
        ("(a + 1", 6, "the expression ends too early", "a bracket is not closed"),
        ("a b", 3, "'b' is out of place", ""),
        ("1 < a < 2", 7, "'<' is out of place", "compare two things at a time and join with 'and'"),
        ("a if b", 6, "the expression ends too early", ""),
        ("sin(a)", 1, "unknown function 'sin'", ""),
        ("min(a)", 1, "min() with 1 arguments", ""),
        ("a and b > 1", 1, "a number where a condition is needed", ""),
        ("3x", 1, "number '3' runs into a name", ""),
        ("a in [b]", 1, "'in [...]' needs a state variable on its left", ""),
        ("", 1, "the expression ends too early", ""),
    ],
)
def test_mistakes_are_located(text, column, what, hint):
    found = complaints(text)[0]
    assert (found.column, found.what) == (column, what)
    assert hint in found.hint


def test_all_unknown_names_are_reported_at_once():
    assert [d.column for d in complaints("aaa1 + bbb2 * ccc3")] == [1, 8, 15]


def test_a_number_is_no_condition():
    assert "a number where a condition is needed" in complaints("a + 1", truth=True)[0].what


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "(" * 500 + "1" + ")" * 500,
        "-" * 1500 + "1",
        "not " * 400 + "true",
        "1" + " + 1" * 400,
        "2 " + "** 2 " * 300,
        "1 if true else " * 120 + "1",
        "a" * 3_000_000,
        "9" * 1500,
        "1e999999",
        "__import__('os').system('true')",
        "().__class__.__bases__",
        "a.__class__",
        "__builtins__",
        "phase == __class__",
        "lambda: 1",
        "[x for x in a]",
        "a[0]",
        "a; b",
        "a\x00b",
        "\u0430 + 1",  # Cyrillic a
        "phase == w\u0430r",
        "\uff41 + 1",  # full-width a
        "a \u2212 b",
        "a\u200b",
        "f'{a}'",
        "a if a else a else a",
        "min(" * 200,
        "a.b.c",
        "in in in",
    ],
)
def test_hostile_text_is_refused_with_a_place(text):
    before = sys.getrecursionlimit()
    found = complaints(text)
    assert found
    assert all(d.column >= 1 and len(d.what) < 400 for d in found)
    assert sys.getrecursionlimit() == before


def test_lookalike_letters_are_named():
    found = complaints("\u0430 + 1")[0]
    assert "CYRILLIC SMALL LETTER A" in found.what
    assert "Latin" in found.hint


def test_powers_that_overflow_are_infinite_and_quick():
    assert value("9 ** 9 ** 9 ** 9") == math.inf


def test_division_by_zero_is_not_finite():
    assert not np.isfinite(value("1 / (a - a)", a=1.0))
    assert np.isnan(value("sqrt(a)", a=-1.0))


def test_depth_is_counted_for_sums_too():
    parse("1" + " + 1" * (MAX_DEPTH - 2))
    with pytest.raises(ExpressionError, match="too deep or too long"):
        parse("1" + " + 1" * MAX_DEPTH)
