"""The verbs ask, claims and compare: machine output, scenarios on common draws, user mistakes."""

import json
from pathlib import Path

import pytest
from synthetic_case import write_case
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import OptionError
from detente.run import read_run
from detente.workflow.answers import Draws, ask, claims, compare

FEW = Draws(3, workers=0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = write_case(tmp_path_factory.mktemp("valley"))
    (place / "scenarios").mkdir()
    (place / "scenarios" / "calm.yaml").write_text("scenario: calm\nparameters: {accident: 0.01}\n", "utf-8")
    return place


def test_ask_leaves_a_run_and_keeps_what_was_asked_for(folder: Path, tmp_path: Path):
    run = ask(folder, "gain_from_settling,relapse", actor="north", draws=FEW, out=tmp_path)
    assert {q.id for q in run.quantities} == {"gain_from_settling.north"}
    assert read_run(tmp_path) == run
    assert not (tmp_path / ".draws").exists()
    assert run.command.startswith("detente ask valley gain_from_settling,relapse --date 2001-01-01 --actor north")
    with pytest.raises(OptionError, match=r"unknown actor 'nord'.*did you mean 'north'"):
        ask(folder, "relapse", actor="nord", draws=FEW)


def test_compare_uses_common_draws(folder: Path):
    run = compare(folder, ["calm"], "relapse", draws=FEW)
    rows = {row[0]: row for row in run.tables["comparison"].rows}
    base, there, low, mid, high = rows["relapse.5y"][3:8]
    assert there < base and low <= mid <= high < 0
    same = ask(folder, "relapse", draws=FEW)
    assert base == pytest.approx(same.quantity("relapse.5y").mid)
    with pytest.raises(OptionError, match=r"unknown scenario 'kalm'.*did you mean 'calm'"):
        compare(folder, ["kalm"], draws=FEW)


def test_claims_need_a_record(folder: Path):
    with pytest.raises(OptionError, match="has no record"):
        claims(folder, draws=FEW)


def test_command_line_lists_and_answers(folder: Path):
    runner = CliRunner()
    listed = json.loads(runner.invoke(app, ["ask", "--list", "--json"]).stdout)
    assert {"delay", "prolongation", "silence", "joining"} <= {row["id"] for row in listed}
    done = runner.invoke(app, ["ask", str(folder), "loss", "--draws", "2", "--workers", "0", "--json"])
    assert done.exit_code == 0
    assert {q["question"] for q in json.loads(done.stdout)["quantities"]} == {"loss"}
