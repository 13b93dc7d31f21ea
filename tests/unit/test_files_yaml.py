"""Located YAML: what a reader sees is what the program reads, and every mistake has a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import suggest
from detente.files.yaml import parse_yaml


def test_country_code_dates_and_numbers():
    document = parse_yaml("a: NO\nb: 2020-01-01\nc: [1, .5, 1e3, true, null, '3', 010, 0o10]\n", "t.yaml")
    assert document.data == {"a": "NO", "b": "2020-01-01", "c": [1, 0.5, 1000.0, True, None, "3", 10, 8]}
    assert not document.diagnostics


def test_duplicate_key_is_located_and_the_first_kept():
    document = parse_yaml("a: 1\nb: {x: 1, x: 2}\n", "t.yaml")
    assert document.data == {"a": 1, "b": {"x": 1}}
    assert str(document.diagnostics[0]).startswith("t.yaml:2:11: key 'x' stands twice (first at line 2)")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: b: c", "mapping values are not allowed"),
        ("a: &x 1", "anchor '&x'"),
        ("a: !!python/object:os.system x", "tag"),
        ("- :\n\t- x", "cannot start any token"),
        (b"\xff\xfe", "not UTF-8"),
        ("[" * 200 + "]" * 200, "nested more than 50 deep"),
        ("[" * 20000, "nested too deep"),
    ],
)
def test_refused_with_a_place(text, what):
    document = parse_yaml(text, "t.yaml")
    assert document.diagnostics
    assert what in document.diagnostics[0].what
    assert document.diagnostics[0].file == "t.yaml"


def test_places_of_keys_and_values():
    document = parse_yaml("a:\n  b: [1, two]\n", "t.yaml")
    value, key = document.place(("a", "b", 1)), document.place(("a", "b"), key=True)
    assert (value.line, value.column, key.line, key.column) == (2, 10, 2, 3)
    assert document.place(("a", "missing")) == document.place(("a",))


def test_suggest():
    assert suggest("fase", ["phase", "control"]) == "did you mean 'phase'?"
    assert suggest("zzz", ["a", "b"]) == "one of: a, b"


@given(st.text(max_size=60))
def test_never_a_traceback(text):
    document = parse_yaml(text, "t.yaml")
    assert document.data is None or not isinstance(document.data, bytes)
    for diagnostic in document.diagnostics:
        assert diagnostic.file == "t.yaml"
