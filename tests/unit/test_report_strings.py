"""The string catalogue: complete, without leftovers, the same keys in every language."""

import re
import string as formats
from functools import cache
from pathlib import Path

import pytest

import detente
from detente.words.strings import catalogue, label, string

SOURCE = Path(detente.__file__).parent
CODE = [p for ending in ("*.py", "*.j2", "*.js") for p in SOURCE.rglob(ending)]
# What a label may be asked for beside names in the code: columns, state variables and their like in the shipped cases.
DATA = [p for ending in ("*.yaml", "*.csv") for p in (SOURCE / "cases").rglob(ending)]


def texts(paths: list[Path]) -> list[str]:
    return [p.read_text("utf-8") for p in paths]


@cache
def used() -> set[str]:
    """Keys that the code asks for by their whole name."""
    calls = re.compile(r"""(?:\bstring|\btext|strings)[(\[]\s*["']([a-z_]+\.[a-z0-9_]+)["']""")
    quoted = re.compile(r"""["']([a-z_]+\.[a-z0-9_]+)["']""")
    asked = {key for text in texts(CODE) for key in calls.findall(text)}
    return asked | {key for text in texts(CODE) for key in quoted.findall(text) if key in catalogue()}


def built() -> list[re.Pattern[str]]:
    """Forms of keys that the code completes itself: `string(f"chart.{part}_end")`, `label("column", x)`."""
    found: set[str] = set()
    for text in texts(CODE):
        for form in re.findall(r"""\b(?:string|text)\(\s*f["']([^"']*\{[^"']*)["']""", text):
            found.add(re.sub(r"\\\{[^}]*\\\}", "(.+)", re.escape(form)))
        found |= {rf"{kind}\.(.+)" for kind in re.findall(r"""\blabel\(\s*["']([a-z]+)["']""", text)}
        found |= {rf"studio\.{kind}(.+)" for kind in re.findall(r"""\bwords\(["']([a-z_]+)["']""", text)}
        found |= {rf"studio\.js_{start}(.+)" for start in re.findall(r"""\bwords\(`([a-z_]+)\$\{""", text)}
        found |= {
            rf"{re.escape(start)}(.+)" for start in re.findall(r"""startswith\(["']([a-z]+\.[a-z_]+)["']""", text)
        }
    return [re.compile(form) for form in found if not form.startswith("studio\\.(.+)")]


def test_every_string_asked_for_exists():
    assert len(used()) > 60
    assert {key for key in used() if key not in catalogue()} == set()


def test_no_string_is_left_over():
    """A key is asked for whole, or begins as the code builds keys and ends in a name that occurs somewhere."""
    whole, forms = used(), built()
    everything = "\n".join(texts(CODE) + texts(DATA))
    words = set(re.findall(r"\w+", everything))

    def alive(key: str) -> bool:
        ends = [found[1] for form in forms if (found := form.fullmatch(key))]
        return any(
            end in words or re.search(rf"(?<!\w){re.escape(end)}(?!\w)", everything) for end in ends
        )  # the second for what is no single word

    assert {key for key in catalogue().keys() - whole if not alive(key)} == set()


def test_placeholders_are_named_and_closed():
    for key, text in catalogue().items():
        for _, name, _, _ in formats.Formatter().parse(text):
            assert name is None or re.fullmatch(r"[a-z0-9_]+", name), key


def test_every_language_has_the_same_keys():
    files = sorted((SOURCE / "words").glob("strings_*.toml"))
    assert [f.stem for f in files][:1] == ["strings_en"]
    for file in files:
        assert set(catalogue(file.stem.removeprefix("strings_"))) == set(catalogue())


def test_filling_in_and_falling_back():
    assert string("word.to", low="1", high="2") == "1 to 2"
    assert label("column", "some_new_column") == "some new column"
    assert label("column", "X_9 as it is") == "X_9 as it is"
    with pytest.raises(KeyError, match="no_such"):
        string("no_such.key")
