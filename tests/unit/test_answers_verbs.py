"""The verbs ask, claims and compare: machine output, scenarios on common draws, user mistakes."""

import json
from pathlib import Path

import pytest
from synthetic_case import write_case
from typer.testing import CliRunner

from detente.case import load_case
from detente.draws import Settings
from detente.errors import OptionError
from detente.run import read_run
from detente.verbs.analyze import command_of
from detente.verbs.analyze import run as analyze
from detente.verbs.ask import run as ask
from detente.verbs.claims import run as claims
from detente.verbs.compare import run as compare
from detente.verbs.frame.app import app

FEW = {"draws": 3, "workers": 0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = write_case(tmp_path_factory.mktemp("valley"))
    (place / "scenarios").mkdir()
    (place / "scenarios" / "calm.yaml").write_text("scenario: calm\nparameters: {accident: 0.01}\n", "utf-8")
    return place


def test_ask_leaves_a_run_and_keeps_what_was_asked_for(folder: Path, tmp_path: Path):
    run = ask(folder, "gain_from_settling,relapse", actor="north", **FEW, out=tmp_path)
    assert {q.id for q in run.quantities} == {"gain_from_settling.north"}
    assert read_run(tmp_path) == run
    assert not (tmp_path / ".draws").exists()
    assert run.command.startswith("detente ask valley gain_from_settling,relapse --date 2001-01-01 --actor north")
    with pytest.raises(OptionError, match=r"unknown actor 'nord'.*did you mean 'north'"):
        ask(folder, "relapse", actor="nord", **FEW)


@pytest.mark.slow
def test_compare_uses_common_draws(folder: Path):
    run = compare(folder, ["calm"], "relapse", **FEW)
    rows = {row[0]: row for row in run.tables["comparison"].rows}
    base, there, low, mid, high = rows["relapse.5y"][3:8]
    assert there < base and low <= mid <= high < 0
    same = ask(folder, "relapse", **FEW)
    assert base == pytest.approx(same.quantity("relapse.5y").mid)
    with pytest.raises(OptionError, match=r"unknown scenario 'kalm'.*did you mean 'calm'"):
        compare(folder, ["kalm"], **FEW)


def test_claims_need_a_record(folder: Path):
    with pytest.raises(OptionError, match="has no record"):
        claims(folder, **FEW)


def test_command_line_lists_and_answers(folder: Path):
    runner = CliRunner()
    listed = json.loads(runner.invoke(app, ["ask", "--list", "--json"]).stdout)
    assert {"delay", "prolongation", "silence", "joining"} <= {row["id"] for row in listed}
    done = runner.invoke(app, ["ask", str(folder), "loss", "--draws", "2", "--workers", "0", "--json"])
    assert done.exit_code == 0
    assert {q["question"] for q in json.loads(done.stdout)["quantities"]} == {"loss"}


def test_equilibria_are_looked_for_where_asked(folder: Path):
    runner = CliRunner()
    command = ["ask", str(folder), "force,relapse", "--draws", "1", "--workers", "0", "--equilibria", "1", "--json"]
    done = runner.invoke(app, command)
    assert done.exit_code == 0
    data = json.loads(done.stdout)
    assert data["solution"]["equilibria_found"] >= 1 and "--equilibria 1" in data["command"]
    assert {"equilibria", "equilibria_values"} <= data["tables"].keys()
    assert all(q["equilibria_share"] is not None for q in data["quantities"] if q["signed"])
    plain = ask(folder, "force", draws=1, workers=0)
    assert plain.solution is not None and plain.solution.equilibria_found is None
    assert "--equilibria" not in plain.command
    assert "--equilibria" not in command_of(load_case(folder), Settings(date="2001-01-01"))


@pytest.mark.slow
def test_analyze_looks_for_equilibria_too(folder: Path, tmp_path: Path):
    run = analyze(folder, out=tmp_path, draws=1, workers=0, equilibria=1)
    assert run.command.endswith("--equilibria 1")
    assert run.solution is not None and run.solution.equilibria_found is not None


def test_a_run_says_how_draws_were_reached_and_holds_sections(folder: Path):
    run = ask(folder, "relapse,loss", **FEW)
    assert run.solution is not None and run.solution.branch == {"principal": 3}
    assert [section.id for section in run.sections] == ["relapse", "loss", "other_model"]
    assert {section.part for section in run.sections} == {"answers"}
    q = run.quantity("loss.north")
    assert (q.family, q.actor, q.package, q.detail) == ("loss", "north", None, "")
    assert q.relatives == ("loss_share.north",)
    only = ask(folder, "relapse,loss", actor="north", **FEW)
    assert [section.id for section in only.sections] == ["loss"]
    assert set(only.sections[0].quantities) == {"loss.north", "loss_share.north"}
