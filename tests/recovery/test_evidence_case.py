"""The verbs on a small case of their own, from files to findings."""

import json
import shutil

import numpy as np
import pytest
from brook_case import EVENTS, TIRING, brook_case, write_events
from typer.testing import CliRunner

from detente.case import load_case
from detente.errors import OptionError, RecordError
from detente.evidence.kept import store_of
from detente.evidence.recorded import RecordedCase
from detente.run import read_run
from detente.verbs import accounts, backtest, code, fit
from detente.verbs.frame.app import app


@pytest.fixture
def case(tmp_path):
    return brook_case(tmp_path / "brook")


@pytest.mark.slow
def test_quick_accounts_leave_the_promised_json_and_go_on_from_files(case, tmp_path):
    out = tmp_path / "out"
    store = store_of(load_case(case), out)
    part = accounts.run(case, quick=True, workers=0, out=out)
    data = part.accounts
    told = data.model_dump(mode="json")
    assert {"accounts", "design_check", "baselines", "verdict"} <= set(told)
    assert {frozenset(a) >= {"id", "log_evidence", "error", "ess"} for a in told["accounts"]} == {True}
    assert data.verdict == "no verdict: quick"
    assert data.design_check.records_per_account == 10
    assert type(data).model_validate_json(json.dumps(told)) == data
    assert data.marks == 11
    times = {p: p.stat().st_mtime_ns for p in (store / "draws").iterdir()}
    again = accounts.run(case, quick=True, workers=0, out=out)
    assert again == part
    assert {p: p.stat().st_mtime_ns for p in (store / "draws").iterdir()} == times
    assert read_run(out).accounts == data
    assert accounts.last(case, out) == part
    write_events(case, EVENTS[:-1])
    with pytest.raises(OptionError, match=r"--summary: .* keeps no result of 'accounts' for the case as it is now"):
        accounts.last(case, out)
    edited = accounts.run(case, quick=True, workers=0, out=out)
    edits = ("record/events.csv was edited after the likelihood was first computed",)
    assert edited.accounts.edits_after_freezing == edits


def test_with_few_effective_draws_nothing_is_ranked(case, tmp_path):
    part = accounts.run(case, quick=True, workers=0, out=tmp_path / "out")
    assert all(a.refused for a in part.accounts.accounts)
    table = part.tables["evidence_accounts"]
    assert table.column("decibans behind the first") == (None, None)
    assert table.column("account") == ("fair", "greedy")  # in the order of the case
    assert "nothing is ranked" in table.note
    assert not {"evidence_telling_events", "evidence_variants"} & set(part.tables)
    told = [section.finding + " ".join(section.paragraphs) for section in part.sections]
    assert [section.id for section in part.sections] == ["held_out", "accounts"]
    assert "deciban" not in told[1] and "slanted" not in told[1]


def test_fit_flags_what_the_record_cannot_tell(case, tmp_path, monkeypatch):
    monkeypatch.setattr("detente.evidence.chains.ROUNDS", 1)  # how well chains mix is tested elsewhere
    part = fit.run(case, account="greedy", whole=True, chains=2, steps=50, workers=0, out=tmp_path / "out")
    fitted = part.fit
    chances = [f"recorded.{name}" for name in ("village.attack", "reeve.call", "reeve.scold")]
    assert [p.name for p in fitted.parameters] == ["noise", "fee", "harvest", *chances]
    fee = fitted.parameters[1]
    assert 0.6 <= fee.low <= fee.high <= 1.0
    assert fee.prior == pytest.approx((0.62, 0.8, 0.98), abs=1e-6)
    assert [a.id for a in fitted.answers] == [f"{kind}.{y}y" for kind in ("relapse", "peace") for y in (1, 2, 5, 10)]
    assert fitted.ess_min == min(a.ess for a in fitted.answers) and fitted.refused
    assert fitted.draws == 2 * 5 and fitted.whole and fitted.until == "2012-01-01"
    command = "detente fit brook --date 2000-01-01 --account greedy --whole --chains 2 --steps 50 --seed 0"
    assert part.command == command
    run = read_run(tmp_path / "out")
    assert run.fit == fitted and "fit_parameters" in run.tables and [s.id for s in run.sections] == ["fit"]
    rows = (tmp_path / "out" / ".evidence" / "fits" / "whole-greedy.csv").read_text("utf-8").splitlines()
    assert rows[0] == "chain,log_likelihood," + ",".join(p.name for p in fitted.parameters)
    assert len(rows) == 11 and rows[1].startswith("0,-") and rows[-1].startswith("1,-")
    shown = CliRunner().invoke(
        app, ["fit", str(case), "--summary", "--json", "--account", "greedy", "--whole", "--out", str(tmp_path / "out")]
    )
    told = json.loads(shown.stdout)
    assert list(told) == ["draws", "rhat_max", "ess_min", "answers", "parameters"]
    assert [list(entry) for entry in told["parameters"]] == [["name", "prior", "posterior", "overlap"]] * 6
    assert [list(entry) for entry in told["answers"]] == [["id", "rhat", "ess"]] * 8
    with pytest.raises(OptionError, match=r"--account greed; .*did you mean 'greedy'"):
        fit.run(case, account="greed", workers=0, out=tmp_path / "out")


@pytest.mark.slow
def test_more_steps_go_on_from_those_that_are_there(case, tmp_path):
    short = fit.run(case, whole=True, chains=2, steps=100, workers=0, out=tmp_path / "out").fit
    rows = (tmp_path / "out" / ".evidence" / "fits" / "whole.csv").read_text("utf-8").splitlines()
    longer = fit.run(case, whole=True, chains=2, steps=150, workers=0, out=tmp_path / "out").fit
    more = (tmp_path / "out" / ".evidence" / "fits" / "whole.csv").read_text("utf-8").splitlines()
    assert longer.draws == 30 and short.draws == 20
    assert more[1:11] == rows[1:11] and more[16:26] == rows[11:21]
    alone = fit.run(case, whole=True, chains=2, steps=150, workers=2, out=tmp_path / "alone").fit
    assert alone == longer


def test_a_fit_carries_draws_along_where_asked_and_says_so(case, tmp_path):
    part = fit.run(case, whole=True, draws=80, seed=2, workers=0, out=tmp_path / "out")
    found = part.fit
    assert found.method == "tempered" and found.chains == 4 and found.draws == 80
    assert found.words[0].startswith(f"80 particles, {found.solves} games solved")
    assert part.command.endswith("--draws 80 --seed 2")
    rows = (tmp_path / "out" / ".evidence" / "fits" / "whole.csv").read_text("utf-8").splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == [str(n // 20) for n in range(80)]
    walked = fit.run(case, whole=True, chains=2, steps=200, workers=0, out=tmp_path / "chains").fit
    assert walked.method == "chains"
    mids = {p.name: (p.mid, q.mid) for p, q in zip(found.parameters, walked.parameters, strict=True)}
    assert abs(mids["harvest"][0] - mids["harvest"][1]) < 0.15
    with pytest.raises(OptionError, match="--draws and --chains, --steps or --minutes"):
        fit.run(case, whole=True, draws=80, steps=100, workers=0, out=tmp_path / "out")


def test_many_uncertain_numbers_are_carried_along(monkeypatch):
    assert type(fit._usual(fit.MANY, 0)).__name__ == "Plan" and type(fit._usual(fit.MANY + 1, 0)).__name__ == "Effort"


def test_before_the_record_begins_there_is_nothing_to_fit(case, tmp_path):
    with pytest.raises(RecordError, match=r"coding.yaml:3:7: a path from 2000-01-01 until 2000-01-01; expected"):
        fit.run(case, workers=0, out=tmp_path / "out")


@pytest.mark.slow
def test_a_case_without_accounts_can_be_fitted(case, tmp_path):
    shutil.rmtree(case / "accounts")
    fitted = fit.run(case, whole=True, chains=2, steps=40, workers=0, out=tmp_path / "out").fit
    assert fitted.account == "the case's own ranges"
    assert fitted.refused and any("fewer than 100 effective draws" in words for words in fitted.words)
    with pytest.raises(OptionError, match="has no accounts"):
        accounts.run(case, quick=True, workers=0, out=tmp_path / "out")


@pytest.mark.slow
def test_a_draw_that_fails_is_left_out_with_its_reason(case, tmp_path, monkeypatch):
    """A rate that some draws make negative: those draws have no game, and the others go on."""
    path = case / "case.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("tire: {when: phase == war, then: {phase: calm}, rate: 2}", TIRING), "utf-8")
    for workers in (0, 1):
        part = accounts.run(case, quick=True, workers=workers, out=tmp_path / str(workers))
        assert 0 < part.accounts.solves_without_equilibrium < part.accounts.solves
        (note,) = [note for note in part.accounts.notes if "left out" in note]
        assert "negative" in note or "rate" in note
        again = accounts.run(case, quick=True, workers=workers, out=tmp_path / str(workers))
        assert again.accounts.notes == part.accounts.notes  # the reason is kept with the draw


def test_a_case_of_the_same_name_has_a_store_of_its_own(case, tmp_path):
    other = tmp_path / "elsewhere" / "brook"
    shutil.copytree(case, other)
    assert store_of(load_case(case)) != store_of(load_case(other))
    assert store_of(load_case(case)) == store_of(load_case(case / ".." / "brook"))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda c, o: accounts.run(c, draws=-4, out=o), "--draws -4; expected a multiple of 4, 40 or more"),
        (lambda c, o: accounts.run(c, draws=42, out=o), "--draws 42; expected a multiple of 4, 40 or more"),
        (lambda c, o: accounts.run(c, records=0, out=o), "--records 0; expected a whole number of at least 1"),
        (lambda c, o: accounts.run(c, seed=-1, out=o), "--seed -1"),
        (lambda c, o: accounts.run(c, quick=True, workers=-2, out=o), "--workers -2; expected 0"),
        (lambda c, o: accounts.run(c, "2000-01-02", out=o), "no situation for 2000-01-02"),
        (lambda c, o: fit.run(c, chains=1, out=o), "--chains 1; expected 2 or more"),
        (lambda c, o: fit.run(c, steps=9, out=o), "--steps 9"),
        (lambda c, o: code.run(c, until="tomorrow"), "--date tomorrow; expected an ISO date"),
        (lambda c, o: backtest.run(c, "2006-13-01", "2006-01-01:2012-01-01", out=o), "--date 2006-13-01"),
        (
            lambda c, o: backtest.run(c, "2006-01-01", "2006-01-01", out=o),
            "--score 2006-01-01; expected two ISO dates",
        ),
        (lambda c, o: backtest.run(c, "2006-01-01", "2012-01-01:2006-01-01", out=o), "DATE <= D1 < D2"),
        (lambda c, o: backtest.run(c, "2006-01-01", "2006-01-01:2012-01-01", draws=0, out=o), "--draws 0"),
    ],
)
def test_bad_arguments_are_refused_by_name(case, tmp_path, call, words):
    with pytest.raises(OptionError, match=words):
        call(case, tmp_path / "out")


def test_back_test_sees_nothing_later(case, tmp_path):
    arguments = {
        "until": "2006-01-01",
        "score": "2006-01-01:2012-01-01",
        "draws": 24,
        "workers": 0,
        "out": tmp_path / "out",
    }
    whole = backtest.run(case, **arguments)
    early = RecordedCase.open(case).code(until="2006-01-01")
    write_events(case, [e for e in EVENTS if e[1] < "2006"])
    cut = RecordedCase.open(case).code(until="2006-01-01")
    assert early.path.marks == cut.path.marks
    assert np.isclose(backtest.run(case, **arguments).ess, whole.ess)
    assert whole.marks == 5  # four events, and a war's end that no event explains
    assert whole.wars == 1
    assert 0 < whole.war_model < 1
    assert whole.words.startswith(("the model predicts", "a simple rival predicts"))


def test_code_lists_every_event(case):
    coded, table, data = code.run(case)
    assert len(table.rows) == len(EVENTS)
    assert data["events"] == {"mark": 9}
    assert data["second_coding"]["kappa"] == 1.0
    assert coded.until == "2012-01-01"


def test_the_command_line(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke

    coded = run(app, ["code", str(case), "--json"])
    assert coded.exit_code == 0, coded.output
    assert len(json.loads(coded.stdout)["coded"]) == len(EVENTS)
    assert "2003-02-01  b  mark: village.attack" in run(app, ["code", str(case)]).stdout

    out = ["--out", str(tmp_path / "kept"), "--workers", "0"]
    quick = run(app, ["accounts", str(case), "--quick", *out])
    assert quick.exit_code == 0, quick.output
    assert quick.stdout.startswith(("The model predicts", "A simple rival predicts", "The fitted draws give"))
    assert "No verdict: quick." in quick.stdout

    window = ["--until", "2006-01-01", "--score", "2006-01-01:2012-01-01"]
    tested = run(app, ["backtest", str(case), *window, "--draws", "24", "--json", *out])
    assert tested.exit_code == 0, tested.output
    assert json.loads(tested.stdout)["marks"] == 5
