"""The strongest objection of each side, and what was tried: read, told, and without weight in any number."""

import json

import pytest
from case_files import PACKAGES, changed, folder_with
from typer.testing import CliRunner

from detente.case import load_case, read_case
from detente.case.head import heard_part
from detente.checks.describe import check
from detente.verbs.frame.app import app

OBJECTIONS = """objections:
  north: "The case leaves out the blockade."
  south: "It treats a holding as a claim."
notes:
  - "Three degrees of tension changed nothing."
  - {date: 2026-03-01, text: "A second guarantor: no change."}
levers:"""
TEXT = changed(PACKAGES, ("levers:", OBJECTIONS))


def remarks(tmp_path, *pairs):
    return [str(d) for d in read_case(folder_with(changed(TEXT, *pairs), tmp_path / "bad")).errors]


def test_they_are_read(tmp_path):
    case = load_case(folder_with(TEXT, tmp_path / "c"))
    assert case.objections == {"north": "The case leaves out the blockade.", "south": "It treats a holding as a claim."}
    assert [(note.date, note.text) for note in case.notes] == [
        ("", "Three degrees of tension changed nothing."),
        ("2026-03-01", "A second guarantor: no change."),
    ]


@pytest.mark.parametrize(
    ("pair", "what"),
    [
        (('  north: "The', '  norht: "The'), "48:3: unknown actor 'norht'; hint: did you mean 'north'?"),
        (('"It treats a holding as a claim."', '" "'), "49:3: the objection of 'south' is empty"),
        (('  - "Three degrees of tension changed nothing."', '  - ""'), "51:5: an empty note"),
        (("date: 2026-03-01", "date: 2026-03"), "52:12: '2026-03' is not a date"),
        (("date: 2026-03-01", "when: 2026-03-01"), "52:6: unknown key of a note 'when'"),
    ],
)
def test_mistakes(tmp_path, pair, what):
    shift = TEXT[: TEXT.index("objections:")].count("\n") + 1 - 47
    line, _, rest = what.partition(":")
    found = remarks(tmp_path, pair)
    assert any(one.startswith(f"bad/case.yaml:{int(line) + shift}:{rest}") for one in found), found


def test_check_counts_them_and_misses_those_of_one_side(tmp_path):
    folder = folder_with(TEXT, tmp_path / "c")
    report = check(folder, solve=False)
    assert (report.objections, report.notes) == (2, 2)
    assert not any("objection" in d.what for d in report.diagnostics)
    said = CliRunner().invoke(app, ["check", str(folder), "--no-solve"]).output
    assert "objections: 2; notes of what was tried: 2" in said
    assert json.loads(report.as_json())["objections"] == 2
    folder_with(changed(TEXT, ('  south: "It treats a holding as a claim."\n', "")), tmp_path / "c")
    found = [str(d) for d in check(folder, solve=False).diagnostics if "objections" in d.what]
    assert [one.partition(": ")[2].split(";")[0] for one in found] == ["warning: the objections have none of 'south'"]


def test_a_mediator_need_not_object(tmp_path):
    text = changed(TEXT, ('  north: "The', '  broker: "The'), ('  south: "It treats a holding as a claim."\n', ""))
    assert not any("objection" in d.what for d in check(folder_with(text, tmp_path / "c"), solve=False).diagnostics)


def test_a_report_tells_them_by_the_names_of_the_sides(tmp_path):
    case = load_case(folder_with(TEXT, tmp_path / "c"))
    part = heard_part(case, "key", "detente analyze c")
    assert part is not None
    said, tried = part.sections
    assert said.title == "Strongest objections"
    assert said.paragraphs[0] == "North: The case leaves out the blockade."
    assert tried.paragraphs == (
        "Three degrees of tension changed nothing.",
        "2026-03-01: A second guarantor: no change.",
    )
    assert tried.confidential
    assert heard_part(load_case(folder_with(PACKAGES, tmp_path / "d")), "", "") is None
