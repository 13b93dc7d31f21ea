"""The verb `settle`: folder, JSON, words, mistakes."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.errors import OptionError
from detente.report import redact, render_markdown
from detente.run import Run, read_run, write_run
from detente.verbs.frame.app import app
from detente.verbs.settle import run as settle

SMALL = Path(__file__).parents[1] / "data" / "settle_small"


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    out = tmp_path_factory.mktemp("settle")
    options = ["--risk", "0.1", "--share", "0.75", "--quick", "--draws", "4", "--workers", "0", "--out", str(out)]
    result = CliRunner().invoke(app, ["settle", str(SMALL), "--date", "2000-01-01", "--json", *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), out, options


def test_json_has_what_others_read(printed):
    told, out, _ = printed
    assert {"packages", "binding", "relaxation", "payer"} <= set(told)
    stored = json.loads((out / "settlement.json").read_text("utf-8"))
    assert stored["packages"] == told["packages"]
    assert stored["case"] == "settle_small"
    assert (out / "tables" / "frontier.csv").read_text("utf-8").startswith("id,terms,")
    assert not (out / ".settle").exists()


@pytest.mark.slow
def test_in_words(printed):
    _, _, options = printed
    result = CliRunner().invoke(app, ["settle", str(SMALL), *options])
    assert result.exit_code == 0
    assert "P1" in result.stdout and "binding:" in result.stdout and "Signatories: North, South." in result.stdout


def test_a_folder_without_a_run_gets_one(printed):
    _, out, _ = printed
    run = read_run(out)
    assert set(run.parts) == {"settlement"}
    assert run.command.startswith("detente settle settle_small --date 2000-01-01 --risk 0.1")
    assert run.model["players"] == 4 and run.draws == 4
    assert [s.id for s in run.sections] == ["settlement"]
    assert run.sections[0].finding == run.settlement.finding


@pytest.mark.slow
def test_a_run_of_the_same_case_and_date_takes_it_up(tmp_path):
    run = Run(
        version="0",
        case="settle_small",
        title="t",
        date="2000-01-01",
        seed=0,
        draws=1,
        command="detente analyze",
        inputs={},
        model={},
    )
    write_run(run, tmp_path)
    report = settle(SMALL, risk=0.1, share=0.75, quick=True, draws=4, workers=0, out=tmp_path)
    taken = read_run(tmp_path)
    assert taken.settlement == report.settlement
    assert taken.tables["frontier"] == report.tables["frontier"]
    assert "What would hold" in (tmp_path / "dossier.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"date": "2000-01-02"}, "no situation for 2000-01-02; expected one of 2000-01-01"),
        ({"draws": 0}, "--draws 0; expected a whole number of at least 1"),
        ({"seed": -1}, "--seed -1; expected a whole number of at least 0"),
        ({"risk": 2.0}, "--risk 2.0; expected a number from 0 to 1"),
        ({"share": 1.5}, "--share 1.5; expected a number above 0, at most 1"),
        ({"within": float("nan")}, "--within nan"),
        ({"workers": -1}, "--workers -1; expected 0"),
    ],
)
def test_mistakes(tmp_path, changes, words):
    with pytest.raises(OptionError, match=words):
        settle(SMALL, **{"out": tmp_path, "workers": 0, "quick": True, **changes})


def test_what_rests_on_a_lever_of_a_marked_assumption_stays_in_the_house(tmp_path):
    """Its amount is the value of the assumption, and its bound the end of the range."""
    case = tmp_path / "case"
    shutil.copytree(SMALL, case)
    text = (case / "case.yaml").read_text("utf-8")
    assert text.count("  resolve:\n") == 1
    (case / "case.yaml").write_text(text.replace("  resolve:\n", "  resolve:\n    confidential: true\n"), "utf-8")
    settle(str(case), "2000-01-01", quick=True, draws=2, workers=0, out=tmp_path / "out")
    run = read_run(tmp_path / "out")
    assert run.settlement is not None and run.settlement.confidential
    copy = redact(run)
    assert copy.settlement is None and not copy.tables and not copy.sections
    page = render_markdown(copy)
    assert "raises the price" not in page
    assert "No search for a settlement" not in page
