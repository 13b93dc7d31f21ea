"""The string catalogue: complete, without dead entries, ready for translations."""

import re
import string as formats
from pathlib import Path

import pytest

import detente
from detente.words.strings import catalogue, has_string, label, string

SOURCE = Path(detente.__file__).parent
DYNAMIC = (
    "unit.",
    "column.",
    "column_",
    "word.",
    "tip.",
    "cannot.",
    "summary.",
    "section.",
    "relapse.",
    "prolongation.kind_",
    "reproduce.",
    "redact.",
    "question",
    "state.",
    "field.",
    "chart.",
    "accounts.",
    "settlement.",
    "outside.",
    "table.",
    "studio.",
    "ledger.join_",
)


def used() -> set[str]:
    texts = [p.read_text("utf-8") for p in [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.j2")]]
    calls = re.compile(r"""(?:\bstring|\btext|strings)[(\[]\s*["']([a-z_]+\.[a-z0-9_]+)["']""")
    return {key for text in texts for key in calls.findall(text)}


def test_every_string_asked_for_exists():
    assert len(used()) > 60
    assert {key for key in used() if not has_string(key)} == set()


def test_no_string_is_left_over():
    everything = " ".join(p.read_text("utf-8") for p in SOURCE.rglob("*.py"))
    called = used()
    dead = {k for k in catalogue() if k not in called and not k.startswith(DYNAMIC) and f'"{k}"' not in everything}
    assert dead == set()


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
    with pytest.raises(KeyError, match="no_such"):
        string("no_such.key")
