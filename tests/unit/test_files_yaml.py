"""Located YAML: what a reader sees is what the program reads, and every mistake has a place."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from detente.errors import suggest
from detente.files.yaml import parse_yaml, read_yaml


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
        ("a: 1\nb: *x", "alias '*x'"),
        ("a: !!str 1", "tag '!str'"),
        ("%YAML 1.1\n---\na: NO", "%YAML directive"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("? {a: 1}\n: 2", "a key that is not plain text"),
        ("a: " + "1" * 5000, "cannot be read as a number"),
        ("a: !!python/object:os.system x", "tag"),
        ("- :\n\t- x", "not valid YAML: a tab"),
        (b"\xff\xfe", "not UTF-8"),
        ('a: "x \\ud800"', "'\\ud800' is half of a character"),
        ('- "\\udfff": 1', "'\\udfff' is half of a character"),
        ('{a: {"b": ["\\ud83d\\ude00"]}}', "'\\ud83d' is half of a character"),
        ("[" * 200 + "]" * 200, "nested more than 50 deep"),
        ("[" * 20000, "nested more than 50 deep"),
    ],
)
def test_refused_with_a_place(text, what):
    document = parse_yaml(text, "t.yaml")
    assert document.diagnostics
    assert what in document.diagnostics[0].what
    assert document.diagnostics[0].file == "t.yaml"


def test_half_of_a_character_has_its_place_and_goes_no_further():
    document = parse_yaml('a: 1\nb:\n  "c \\ud800": "d \\udc00 e"\n', "t.yaml")
    assert [str(d).split(" ")[0] for d in document.diagnostics] == ["t.yaml:3:3:", "t.yaml:3:15:"]
    assert "write the character itself" in str(document.diagnostics[0])
    assert document.data == {"a": 1, "b": {"c \ufffd": "d \ufffd e"}}


def test_folded_text_has_no_bell():
    """The loader that keeps comments marks each fold with U+0007; a reader sees one space."""
    document = parse_yaml("a: >-\n  one\n  two\nb: >\n  x\n\n  y\n", "t.yaml")
    assert document.data == {"a": "one two", "b": "x\ny\n"}


def test_what_old_yaml_gave_a_meaning_is_text_here():
    document = parse_yaml("a: =\n<<: {b: 1}\nc: <<\nd: [yes, no, on, 12:30, 2021-08-05T10:00:00]\n", "t.yaml")
    wanted = {"a": "=", "<<": {"b": 1}, "c": "<<", "d": ["yes", "no", "on", "12:30", "2021-08-05T10:00:00"]}
    assert (document.data, document.diagnostics) == (wanted, [])


def test_files_that_cannot_be_read_are_said_with_their_path(tmp_path, monkeypatch):
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    said = {name: read_yaml(tmp_path / name, f"case/{name}") for name in ("folder.yaml", "gone.yaml")}
    assert str(said["folder.yaml"].diagnostics[0]).startswith(
        "case/folder.yaml: cannot be read: a folder has this name"
    )
    assert str(said["gone.yaml"].diagnostics[0]).startswith("case/gone.yaml: cannot be read: there is no such file")
    monkeypatch.setattr(Path, "read_bytes", lambda _: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    refused = read_yaml(tmp_path / "secret.yaml", "case/secret.yaml")
    assert str(refused.diagnostics[0]).startswith("case/secret.yaml: cannot be read: you have no permission")


@pytest.mark.parametrize("written", ["a", "'a'", '"a b"', "a  # note", ">-\n  a\n  b", "|\n  a"])
def test_a_scalar_is_replaced_and_nothing_else(written):
    text = f"# top\ncase: {written}\ntitle: case\n"
    document = parse_yaml(text, "t.yaml")
    again = parse_yaml(document.replaced(("case",), "new"), "t.yaml")
    assert again.data == {"case": "new", "title": "case"}
    assert again.text.startswith("# top\ncase: new") and again.text.endswith("title: case\n")
    assert ("# note" in again.text) == ("# note" in text)


def indented(text, by):
    return "\n".join(" " * by + line if line else "" for line in text.split("\n"))


@st.composite
def scalars(draw):
    """A scalar in one of YAML's styles, as the value of a key, with what surrounds it drawn as well."""
    letters = st.text(alphabet="abz09 .,:-#'\"\\\\éК\t{}[]&*!|>%@`~?", max_size=12)
    lines = draw(st.lists(letters, min_size=1, max_size=5))
    style = draw(st.sampled_from(["plain", "single", "double", "literal", "folded"]))
    if style in ("literal", "folded"):
        mark = "|" if style == "literal" else ">"
        by = draw(st.integers(1, 4))
        told = draw(st.sampled_from(["", str(by)]))
        chomp = draw(st.sampled_from(["", "-", "+"]))
        head = mark + draw(st.sampled_from([told + chomp, chomp + told]))
        return f"{head}\n{indented(chr(10).join(lines), by)}\n" + "\n" * draw(st.integers(0, 2))
    text = f"\n{' ' * draw(st.integers(1, 3))}".join(lines)
    if style == "single":
        return "'" + text.replace("'", "''") + "'\n"
    if style == "double":
        return '"' + text.replace('"', '\\"') + '"\n'
    return text + "\n"


def plain(value):
    """What the library reads; dates and keys that are no text there are text here, which other tests show."""
    assume(not isinstance(value, date))
    if isinstance(value, dict):
        assume(all(isinstance(key, str) for key in value))
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.filterwarnings("ignore::ruamel.yaml.error.ReusedAnchorWarning")  # of the reader that is compared with
@given(scalar=scalars(), nested=st.booleans())
@example(scalar="&0{\n &0\n", nested=False)
@example(scalar=">-\n  one\n  two\n", nested=False)
@example(scalar=">2+\n   one\n  two\n\n", nested=True)
@example(scalar="1e3\n", nested=False)
def test_what_is_read_is_what_yaml_says(scalar, nested):
    text = f"k:\n - x: {indented(scalar, 4).lstrip(' ')}\n" if nested else f"k: {scalar}z: 1\n"
    document = parse_yaml(text, "t.yaml")
    try:
        wanted = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError):
        assert document.diagnostics
        return
    if not document.diagnostics:  # what has no meaning here (tags, anchors) is refused, never read otherwise
        assert repr(document.data) == repr(plain(wanted))
    else:
        assert any(mark in text for mark in "&*!"), document.diagnostics


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


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('a: 1\nb: "never closed\nc: 2\n', 2, 4),
        ("a: 1\nb: 'never closed\nc: 2\n", 2, 4),
        ('a: 1\nb: "closed late\nc: "two"\nd: 3\n', 2, 4),
        ('case: x\ntitle: "Aceh, the road\nsummary: >-\n  one\nunit: {value: "stake"}\n', 2, 8),
    ],
)
def test_a_quote_that_is_not_closed_is_told_where_it_opens(text, line, column):
    (found,) = parse_yaml(text, "t.yaml").diagnostics
    assert (found.line, found.column) == (line, column)
    assert found.what.startswith("not valid YAML: the quote that opens here") and "close it on its line" in found.hint


def test_text_that_runs_over_lines_on_purpose_is_not_blamed():
    (found,) = parse_yaml('a: "one\n  two"\nb: c: d\n', "t.yaml").diagnostics
    assert (found.line, found.column) == (3, 5) and "mapping values" in found.what


def test_a_text_that_is_read_again_is_as_it_stands_whatever_was_done_to_the_first():
    first = parse_yaml("a: [1, {b: 2}]\na: 3\n", "x.yaml")
    first.data["a"][1]["b"] = first.data["c"] = 9
    first.values.clear(), first.keys.clear(), first.spans.clear(), first.diagnostics.clear()
    again = parse_yaml("a: [1, {b: 2}]\na: 3\n", "x.yaml")
    assert again.data == {"a": [1, {"b": 2}]} and len(again.diagnostics) == 1
    assert again.place(("a", 1, "b")).column == 12 and again.replaced(("a", 0), "7").startswith("a: [7, {b: 2}]")
    assert parse_yaml("a: [1, {b: 2}]\na: 3\n", "y.yaml").diagnostics[0].file == "y.yaml"
