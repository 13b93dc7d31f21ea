"""Every question on every situation of every shipped case and of the starter: a war under way is no dead end."""

import pytest
from typer.testing import CliRunner

from detente.answers import QUESTIONS, evaluate
from detente.case import load_case, shipped_cases
from detente.game import compile_case
from detente.run import read_run
from detente.verbs.analyze import run as analyze
from detente.verbs.frame.app import app

pytestmark = pytest.mark.slow

CHEAP = [id for id, question in QUESTIONS.items() if question.most_draws is None]


def starter(folder):
    """As an analyst begins: `detente new`."""
    done = CliRunner().invoke(app, ["new", "starter", "--into", str(folder)])
    assert done.exit_code == 0, done.output
    return folder / "starter"


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    cases = {name: name for name in shipped_cases()} | {"starter": starter(tmp_path_factory.mktemp("new"))}
    return {name: compile_case(load_case(case)) for name, case in cases.items()}


@pytest.mark.parametrize("name", [*shipped_cases(), "starter"])
def test_questions_that_need_one_solution(templates, name):
    template = templates[name]
    for date in template.case.situations:
        answers = evaluate(template, date, draws=1, questions=CHEAP, workers=0, tornado=False)
        asked = {q.question for q in answers.quantities} | answers.notes.keys()
        assert asked | {"force"} == set(CHEAP), date  # nobody may have an act at hand that leads to war
        assert not [w for w in answers.warnings if "left out" in w], date
        at_war = template.war[template.state(date)]
        relapse = answers.quantity("relapse.5y")
        assert relapse.mid is not None and 0 <= relapse.mid <= 1
        assert ("war is under way" in relapse.label) == at_war
        assert ("fighting.median" in answers.draws) == at_war


def test_the_starter_and_good_friday_can_be_analysed_while_war_goes_on(tmp_path):
    """Before, both ended in "no derivative of 'relapse.5y'" after all solves."""
    folder = tmp_path / "run"
    run = analyze(starter(tmp_path), "2020-01-01", folder, draws=1, workers=1)
    assert {row[0] for row in run.tables["tornado"].rows} >= {"relapse.5y", "fighting.ends.1y"}
    section = next(s for s in run.sections if s.id == "relapse")
    assert section.finding.startswith("War is under way. The chance that it ends within a year is ")
    assert "within 5 years of its end it resumes" in section.finding
    assert "since the end of the present fighting" in run.tables["risk_curve"].title
    assert (folder / "run.json").is_file()


LONG = {name: [pytest.mark.hours] for name in ("minsk", "good-friday")}  # minutes each; parts of it stand above


@pytest.mark.parametrize("name", [pytest.param(n, marks=LONG.get(n, [])) for n in (*shipped_cases(), "starter")])
def test_the_whole_analysis(tmp_path, name):
    case = starter(tmp_path) if name == "starter" else name
    for date in load_case(case).situations:
        command = [
            "analyze",
            str(case),
            "--date",
            date,
            "--out",
            str(tmp_path / date),
            "--draws",
            "1",
            "--workers",
            "0",
        ]
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
        run = read_run(tmp_path / date)
        asked = {q.question for q in run.quantities}
        assert {"relapse", "peace", "trigger", "values", "loss"} <= asked
        assert {s.id for s in run.sections} >= asked - {"base_rate", "positions"}
