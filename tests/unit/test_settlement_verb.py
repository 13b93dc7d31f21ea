"""The verb `settle`: folder, JSON, words, mistakes."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import OptionError
from detente.run import read_run
from detente.workflow.analyze import analyze
from detente.workflow.settle import settle

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


def test_in_words(printed):
    _, _, options = printed
    result = CliRunner().invoke(app, ["settle", str(SMALL), *options])
    assert result.exit_code == 0
    assert "P1" in result.stdout and "binding:" in result.stdout and "Signatories: North, South." in result.stdout


LITTLE = {"draws": 2, "workers": 0}


def test_settle_and_analyze_in_either_order_leave_one_run(tmp_path):
    limits = {"risk": 0.1, "share": 0.75, "quick": True}
    case = shutil.copytree(SMALL, tmp_path / "case")
    report = settle(case, **limits, **LITTLE, out=tmp_path / "a")
    alone = read_run(tmp_path / "a")
    assert alone.settlement == report.settlement and set(alone.parts) == {"settlement"}
    assert "What would hold" in (tmp_path / "a" / "dossier.html").read_text("utf-8")
    first = analyze(case, **LITTLE, out=tmp_path / "a")
    analyze(case, **LITTLE, out=tmp_path / "b")
    settle(case, **limits, **LITTLE, out=tmp_path / "b")
    second = read_run(tmp_path / "b")
    assert first == read_run(tmp_path / "a")
    assert set(first.parts) == set(second.parts) >= {"answers", "settlement"}
    assert first.settlement == second.settlement == report.settlement and first.quantities == second.quantities
    assert first.tables["frontier"] == second.tables["frontier"] == report.tables["frontier"]
    path = case / "case.yaml"
    path.write_text(path.read_text("utf-8") + "\n# edited\n", "utf-8")
    edited = analyze(case, **LITTLE, out=tmp_path / "a")
    assert "settlement" not in edited.parts and edited.settlement is None  # it was searched in another case
    assert not (tmp_path / "a" / "settlement.json").exists()
    assert not (tmp_path / "a" / "tables" / "frontier.csv").exists()
    assert (tmp_path / "a" / "tables" / "quantities.csv").is_file()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"date": "2000-01-02"}, "no situation for 2000-01-02; expected one of 2000-01-01"),
        ({"draws": 0}, "0 draws; expected at least 1"),
        ({"risk": 2.0}, "risk 2; expected a probability"),
    ],
)
def test_mistakes(tmp_path, changes, words):
    with pytest.raises(OptionError, match=words):
        settle(SMALL, **{"out": tmp_path, "workers": 0, "quick": True, **changes})
