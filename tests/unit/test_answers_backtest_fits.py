"""The fits that one pass through the record leaves: those that `fit` would have made, kept where it keeps its own."""

import csv
import importlib.util
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from brook_case import EVENTS, brook_case, write, write_events
from typer.testing import CliRunner

from detente.answers.backtest import over_the_years
from detente.answers.backtest_part import kept_scores
from detente.case import load_case
from detente.case.content import FITS
from detente.checks.folder import check_folder
from detente.errors import Interrupted
from detente.evidence.fit import Question
from detente.evidence.held_out import FROZEN
from detente.evidence.kept import fit_name, kept_fit
from detente.evidence.recorded import RecordedCase
from detente.evidence.tempered import Effort
from detente.files.shipped import shipped_cases, shipped_folder
from detente.verbs import backtest, fit, new
from detente.verbs.frame.app import app

OWN = "2006-06-01"
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "ship_fits.py"
FEW = Effort(particles=40, moves=2, last=1, seed=1)
OPTIONS = {"draws": 40, "seed": 1, "workers": 0}


def brook(folder):
    """The brook with a second situation, within its record."""
    case = brook_case(folder) / "case.yaml"
    text = case.read_text("utf-8")
    write(case, text.replace("situations:\n", f'situations:\n  {OWN}: {{phase: calm, talks: "no"}}\n'))
    return folder


def script():
    spec = importlib.util.spec_from_file_location("ship_fits", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files(folder):
    """What a pass leaves, apart from the particles on the way."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*.*"))
            if p.is_file() and "years" not in p.parts}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def few_moves():
    """Few moves of each particle: how well they mix matters to one test only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("detente.evidence.tempered.Effort", partial(Effort, moves=2, last=1))
        yield


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return brook(tmp_path_factory.mktemp("pass") / "brook")


@pytest.fixture(scope="module")
def passed(case, tmp_path_factory):
    """A run folder with a pass of 40 draws."""
    out = tmp_path_factory.mktemp("pass") / "run"
    backtest.yearly(case, 6, **OPTIONS, out=out, fits=True)
    return out


def test_fits_are_kept_where_fit_keeps_its_own(case, passed, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    left = files(passed / ".evidence")
    assert {f"fits/{name}" for name in (f"{OWN}.csv", f"{OWN}.json", "whole.csv", "whole.json", FROZEN)} < set(left)
    assert not any("2000-01-01" in name for name in left)  # the record's first day
    found, said = kept_fit(load_case(case), OWN, until=OWN, out=passed)
    assert said == "" and found.fit.method == "tempered" and found.fit.draws == 40 and not found.fit.whole
    assert found.fit.until == OWN and found.part.command.startswith("detente backtest brook --every 6y --fits ")
    assert found.names == Question(str(case), OWN).target().names and found.values.shape == (40, len(found.names))
    assert [a.id for a in found.fit.answers] == [f"{w}.{y}y" for w in ("relapse", "peace") for y in (1, 2, 5, 10)]
    assert "games solved on the way through the record until then" in " ".join(found.fit.words)
    whole, said = kept_fit(load_case(case), "whole", out=passed)
    assert said == "" and whole.fit.whole and whole.fit.date == "2000-01-01" and whole.fit.until == "2012-01-01"
    assert whole.fit.solves > found.fit.solves
    run = CliRunner().invoke(app, ["fit", str(case), "--summary", "--json", "--date", OWN, "--out", str(passed)])
    assert json.loads(run.stdout)["draws"] == 40
    assert fit.last(case, whole=True, out=passed).fit == whole.fit


def test_a_row_of_a_kept_fit_has_the_log_likelihood_that_stands_beside_it(case, passed):
    target = Question(str(case), OWN).target()
    table = (passed / ".evidence" / FITS / f"{OWN}.csv").read_text("utf-8")
    rows = list(csv.reader(table.splitlines()))[1:]
    for row in rows[::13]:
        values = np.array([float(cell) for cell in row[2:]])
        parameters, chances = target.coordinates.split(values)
        log = target.log_of(target.solved(parameters, None, 1e-9), chances)
        assert log == pytest.approx(float(row[1]), abs=0.02)


def answers_of(kept, question):
    """(draws, watched) of a fit that is kept."""
    target = question.target()
    solved = [target.solved(target.coordinates.split(row)[0], None, 1e-6) for row in kept.values]
    return np.array([target.watch.read(s) for s in solved])


@pytest.mark.slow
def test_a_fit_of_the_pass_agrees_with_one_from_the_prior(case, tmp_path, monkeypatch):
    monkeypatch.setattr("detente.evidence.tempered.Effort", Effort)
    backtest.yearly(case, 12, draws=120, seed=3, workers=0, out=tmp_path / "pass", fits=True)
    for question in (Question(str(case), OWN), Question(str(case), "2000-01-01", whole=True)):
        fit.run(case, question.date, whole=question.whole, draws=120, seed=4, workers=0, out=tmp_path / question.date)
        name = fit_name(question.date, whole=question.whole)
        one, other = (
            kept_fit(load_case(case), name, until=question.until, out=tmp_path / out)[0]
            for out in ("pass", question.date)
        )
        assert one.names == other.names and one.part.command != other.part.command
        told = [answers_of(kept, question) for kept in (one, other)]
        worth = np.array([[a.ess for a in kept.fit.answers] for kept in (one, other)])
        assert_agree(*told, *worth)
        worth = np.array([[by_name(kept, n).ess for n in kept.names] for kept in (one, other)])
        assert_agree(one.values, other.values, *worth)


def by_name(kept, name):
    return next(p for p in kept.fit.parameters if p.name == name)


def assert_agree(first, second, worth, other_worth):
    """Means of (draws, numbers) agree within Monte Carlo error."""
    errors = np.sqrt(first.var(axis=0) / worth + second.var(axis=0) / other_worth)
    assert (np.abs(first.mean(axis=0) - second.mean(axis=0)) < 4 * errors).all()


def test_scores_are_there_as_well_and_own_dates_apart(case, passed):
    scores = kept_scores(load_case(case), passed).scores
    assert [(d.date, d.own) for d in scores.days] == [("2001-01-01", False), (OWN, True), ("2007-01-01", False)]
    assert scores.solves == kept_fit(load_case(case), "whole", out=passed)[0].fit.solves
    plain = over_the_years(RecordedCase.open(case), 6, FEW, folder=None, key="", workers=0)
    assert plain.days[0] == scores.days[0]  # until the first own date both passes are one


def test_workers_change_no_byte(case, passed, tmp_path):
    backtest.yearly(case, 6, **(OPTIONS | {"workers": 2}), out=tmp_path / "two", fits=True)
    assert files(tmp_path / "two" / ".evidence") == files(passed / ".evidence")


def stop_at(day):
    """A progress that a user stops on a day."""

    def progress(_share, words):
        if words.startswith(day):
            raise KeyboardInterrupt

    return progress


def test_a_pass_that_was_stopped_leaves_its_finished_fits_and_goes_on_to_the_same_bytes(case, passed, tmp_path):
    store = tmp_path / "run" / ".evidence"
    with pytest.raises(Interrupted):
        backtest.yearly(case, 6, **OPTIONS, out=tmp_path / "run", fits=True, progress=stop_at("whole"))
    assert (store / FITS / f"{OWN}.csv").is_file() and not (store / FITS / "whole.csv").exists()
    backtest.yearly(case, 6, **OPTIONS, out=tmp_path / "run", fits=True)
    assert files(store) == files(passed / ".evidence")
    backtest.yearly(case, 6, **OPTIONS, out=tmp_path / "run")
    backtest.yearly(case, 4, **OPTIONS, out=tmp_path / "run")
    assert len(list((store / "years").glob("*.jsonl"))) == 3  # other days, or fits wanted: other particles


def test_fits_need_a_pass(case):
    for arguments in (["--fits", "--date", OWN, "--score", f"{OWN}:2010-01-01"], ["--fits", "--summary"]):
        refused = CliRunner().invoke(app, ["backtest", str(case), *arguments])
        assert refused.exit_code != 0 and "try --every 1y --fits" in str(refused.exception or "") + refused.output


# ---- fits that come with a case --------------------------------------------------------------------------------------


@pytest.fixture
def shipped(passed, tmp_path, monkeypatch):
    """A case of its own with the fits of the pass in its folder; nothing is kept where Detente runs."""
    monkeypatch.chdir(tmp_path)
    own = brook(tmp_path / "brook")
    written, left = script().ship(own, passed / ".evidence")
    assert left == []
    assert set(written) == {f"{OWN}.csv", f"{OWN}.json", "whole.csv", "whole.json", FROZEN, "scores.json"}
    assert {p.name for p in (own / FITS).iterdir()} == set(written)
    return own


def test_fits_in_the_folder_of_a_case_are_taken_to_six_digits(shipped, passed):
    found, said = kept_fit(load_case(shipped), OWN, until=OWN)
    before, _ = kept_fit(load_case(shipped), OWN, until=OWN, out=passed)
    assert said == "" and found.fit == before.fit
    assert found.values == pytest.approx(before.values, rel=1e-5) and (found.values != before.values).any()
    assert kept_fit(load_case(shipped), "whole")[1] == ""
    assert kept_scores(load_case(shipped)).scores == kept_scores(load_case(shipped), passed).scores


def test_a_stale_one_is_refused_and_never_shipped(shipped, passed, tmp_path):
    write_events(shipped, EVENTS[:-1])  # after the own date
    assert kept_fit(load_case(shipped), OWN, until=OWN)[0] is not None
    found, said = kept_fit(load_case(shipped), "whole")
    assert found is None and "of another game, other ranges or another record than today's, not used" in said
    assert kept_scores(load_case(shipped)) is None
    written, left = script().ship(shipped, passed / ".evidence")
    assert set(written) == {f"{OWN}.csv", f"{OWN}.json", FROZEN}
    assert [Path(sentence.split(":")[0]).name for sentence in left] == ["whole.json", "scores.json"]
    assert script().ship(shipped, tmp_path / "nothing") == ([], [])


def test_nothing_minds_a_folder_of_fits(shipped, case, tmp_path):
    assert load_case(shipped).content == load_case(case).content
    assert [d.what for d in check_folder(shipped).diagnostics] == [d.what for d in check_folder(case).diagnostics]
    assert not (new.run("copy", str(shipped), tmp_path) / FITS).exists()  # results of another case


SHIPPED = [
    (name, path.stem)
    for name in shipped_cases()
    for path in sorted((shipped_folder() / name / FITS).glob("*.csv"))
]  # fmt: skip


@pytest.mark.skipif(not SHIPPED, reason="no shipped case brings a fit along")
@pytest.mark.parametrize(("name", "fit_of"), SHIPPED or [("", "")])
def test_every_fit_that_comes_with_detente_belongs_to_its_case(name, fit_of, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found, said = kept_fit(load_case(name), fit_of, until=None if fit_of == "whole" else fit_of)
    assert found is not None and said == ""


@pytest.mark.parametrize("name", [n for n in shipped_cases() if (shipped_folder() / n / FITS / "scores.json").exists()])
def test_scores_that_come_with_detente_belong_to_their_case(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert kept_scores(load_case(name)) is not None
