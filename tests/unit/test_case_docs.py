"""docs/case-language.md is held in step with the language: every key is there, and every example reads."""

import re
from pathlib import Path

import pytest

from detente.case.conform import Report, conform
from detente.case.layout import ACCOUNT, CASE, SCENARIO
from detente.case.parse import FUNCTIONS, KEYWORDS
from detente.case.shape import AnyOf, Either, Field, Listing, OneOf, Record, Table
from detente.files.yaml import parse_yaml

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "case-language.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def keys(shape):
    if isinstance(shape, Record):
        for key, field in shape.fields.items():
            yield key
            yield from keys(field)
        yield from keys(shape.extra)
    elif isinstance(shape, Field):
        yield from keys(shape.shape)
    elif isinstance(shape, Listing | Table):
        yield from keys(shape.item)
    elif isinstance(shape, AnyOf):
        for one in shape.shapes:
            yield from keys(one)
    elif isinstance(shape, Either):
        yield from keys(shape.record)
        yield from keys(shape.table)
    elif isinstance(shape, OneOf):
        yield from shape.choices


@pytest.mark.parametrize("shape", [CASE, ACCOUNT, SCENARIO])
def test_every_key_and_choice_is_documented(shape):
    missing = {str(key) for key in keys(shape)} - set(re.findall(r"[A-Za-z_]+", TEXT))
    assert missing == set()


def test_every_word_of_expressions_is_documented():
    assert (KEYWORDS | set(FUNCTIONS)) <= set(re.findall(r"[a-z]+", TEXT))


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_has_the_right_shape(block):
    document = parse_yaml(block, "example")
    assert document.diagnostics == []
    if not isinstance(document.data, dict) or next(iter(document.data)) not in {"account", "scenario", *CASE.fields}:
        assert block.lstrip().startswith("then:")
        return
    shape = {"account": ACCOUNT, "scenario": SCENARIO}.get(next(iter(document.data)), CASE)
    report = Report(document)
    conform(shape, document.data, (), report)
    wrong = [str(d) for d in report.diagnostics if "is missing" not in d.what]
    assert wrong == []
