"""The pages on files are held in step with the files: every key is documented, and every example reads."""

import json
import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

from detente.case.entries import AccountFile, CaseFile, ScenarioFile
from detente.case.parse import FUNCTIONS, KEYWORDS
from detente.evidence.coding_entries import CodingRulesFile
from detente.files.validate import fields_of, is_written, read_file
from detente.files.yaml import parse_yaml
from detente.record.mapping import MappingFile
from detente.verdicts.rules import ClaimRulesFile

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
BLOCKS = [
    pytest.param(block, id=f"{name}-{n}")
    for name, text in PAGES.items()
    for n, block in enumerate(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL), start=1)
]
LANGUAGE = PAGES["case-language.md"] + PAGES["answers.md"] + PAGES["outside.md"]


def keys(type_, seen=()):
    """Every key and choice below a type."""
    if is_written(type_):
        if type_ in seen:
            return
        for key, info in fields_of(type_).items():
            yield key
            yield from keys(info.annotation, (*seen, type_))
    elif get_origin(type_) is Literal:
        yield from map(str, get_args(type_))
    else:
        for inner in get_args(type_):
            if not isinstance(inner, str):
                yield from keys(inner, seen)


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (CaseFile, LANGUAGE),
        (AccountFile, LANGUAGE),
        (ScenarioFile, LANGUAGE),
        (ClaimRulesFile, PAGES["answers.md"] + PAGES["record.md"]),
        (CodingRulesFile, PAGES["evidence.md"]),
        (MappingFile, PAGES["record.md"]),
    ],
)
def test_every_key_and_choice_is_documented(model, text):
    missing = set(keys(model)) - set(re.findall(r"[A-Za-z0-9_]+", text))
    assert missing == set()


def test_every_word_of_expressions_is_documented():
    assert (KEYWORDS | set(FUNCTIONS)) <= set(re.findall(r"[a-z]+", PAGES["case-language.md"]))


def model_of(data):
    """What an example is an example of; sections of a case may stand alone, and so may what is inside one."""
    if isinstance(data, list):
        return CodingRulesFile, {"rules": data}
    first = next(iter(data))
    if first in ("account", "scenario"):
        return {"account": AccountFile, "scenario": ScenarioFile}[first], data
    if "claims" in data:
        return ClaimRulesFile, data
    if first == "then":
        act = {"when": "phase == war", **data}
        return CaseFile, {"actions": {"someone": {"something": act}}}
    return CaseFile, data


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_reads(block):
    document = parse_yaml(block, "example")
    assert document.diagnostics == []
    data = document.data
    if "mapping" in data:
        MappingFile.model_validate(data)
        return
    if set(data) == {"instruments"}:  # a list of the record: tests of the record read it
        return
    model, whole = model_of(data)
    document = parse_yaml(json.dumps(whole, indent=1), "example")
    _, remarks = read_file(model, document)
    assert [str(d) for d in remarks.errors if "is missing" not in d.what or d.line > 1] == []


def test_the_pages_have_examples():
    assert len(BLOCKS) >= 14
