"""docs/record.md against the program: verbs, files, columns, words and the mapping that it shows."""

import re
from pathlib import Path
from typing import get_args

import pytest

from detente.record.entries import How, Meta, StatusName
from detente.record.kinds import KINDS, NESTED, columns
from detente.record.mapping import load_mapping, mapping_names
from detente.verbs.record import QUERIES
from detente.verbs.record import app as sub

DOCS = (Path(__file__).parents[2] / "docs" / "record.md").read_text("utf-8")


def test_every_verb_is_documented() -> None:
    lines = "\n".join(re.findall(r"^detente record (\S+)", DOCS, re.MULTILINE))
    named = set(re.split(r"[|\n]", lines))
    assert named == {command.name or command.callback.__name__ for command in sub.registered_commands}
    assert set(QUERIES) <= named


@pytest.mark.parametrize("kind", ["sources", "actors", "commitments", "statuses", "events", "touches", "merges"])
def test_every_column_is_documented(kind: str) -> None:
    line = next(line for line in DOCS.splitlines() if line.startswith(f"| `{kind}`"))
    words = set(re.findall(r"\w+", line.split("|")[3]))
    assert set(columns(KINDS[kind])) <= words


def test_every_kind_is_documented() -> None:
    inside = {nested for parts in NESTED.values() for nested in parts.values()}
    assert all(f"`{kind}`" in DOCS for kind in KINDS if kind not in inside)


def test_words_are_documented() -> None:
    assert ", ".join(get_args(StatusName)) in DOCS
    assert ", ".join(get_args(How)) in DOCS
    line = next(line for line in DOCS.splitlines() if line.startswith("| `record.yaml`"))
    assert set(re.findall(r"\w+", line.split("|")[3])) <= set(Meta.model_fields)


def test_the_mapping_shown_is_one(tmp_path: Path) -> None:
    text = next(block for block in re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL) if block.startswith("mapping:"))
    (tmp_path / "shown.yaml").write_text(text, "utf-8")
    assert load_mapping(str(tmp_path / "shown.yaml")).mapping == "mine"
    assert all(f"`{name}`" in DOCS for name in mapping_names())
