"""Histories held against a record: what it shows, constant hazards, bands, and the same bytes for all workers."""

import json

import numpy as np
import pytest
from fitted_case import DATE, fitted_case, made_fit, with_fit
from history_case import history_case, stated
from typer.testing import CliRunner

from detente.case import load_case
from detente.draws import Settings
from detente.errors import OptionError
from detente.evidence.coding import DAYS_PER_YEAR
from detente.evidence.constant import Constant, TwoStates
from detente.evidence.fit import Question
from detente.evidence.held_out import after_fit, freeze_history, frozen_history
from detente.evidence.histories import Simulator, draws_of_ranges, histories
from detente.evidence.history import Recorded, held, recorded_values
from detente.evidence.history_part import band_of, tail_share
from detente.evidence.kept import fit_key
from detente.evidence.recorded import RecordedCase
from detente.evidence.simulate import Trajectory
from detente.evidence.statistics import Window
from detente.report import build, redact
from detente.run import read_run
from detente.verbs.frame.app import app
from detente.verbs.history import run

SMALL = {"workers": 0, "draws": 24}


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return history_case(tmp_path_factory.mktemp("history") / "case")


@pytest.fixture(scope="module")
def simulator(case):
    return Simulator(Question(str(case), "2000-01-01", None, True))


def days(first, last):
    from datetime import date

    return (date.fromisoformat(last) - date.fromisoformat(first)).days / DAYS_PER_YEAR


def test_the_record_shows_what_its_coding_leaves_no_doubt_about(simulator):
    found = recorded_values(simulator.looked, simulator.recorded.case.history)
    whole, war = days("2000-01-01", "2008-01-01"), days("2003-02-01", "2003-09-01")
    assert found["wars"] == 1.0
    assert found["lull"] == pytest.approx(days("2003-09-01", "2008-01-01"))
    assert found["war_length"] == pytest.approx(war)
    assert found["war_share"] == pytest.approx(war / whole)
    assert found["first_war"] == pytest.approx(days("2000-01-01", "2003-02-01"))
    assert found["peace_in"] == pytest.approx(whole)  # never: the whole time
    assert found["texts"] == 2.0
    assert found["texts_late"] == 1.0
    assert found["spacing"] == pytest.approx(days("2001-01-01", "2005-06-01"))
    assert found["answered"] == 0.0  # the raid of 2003 had no text within half a year
    assert found["lag"] == pytest.approx(days("2003-02-01", "2005-06-01"))


def test_what_the_record_does_not_show_is_said_and_never_guessed(simulator):
    found = recorded_values(simulator.looked, simulator.recorded.case.history)
    assert "the record does not show it from" in found["open"]
    assert "what is known of offer can be written under 'observed:' in record/coding.yaml" in found["open"]
    assert found["clashes"] == "no rule of the coding stands for these acts alone"
    assert found["too_late"] == "the record that is used, 2000-01-01 to 2008-01-01, has nothing of this time"
    assert found["two_wars"] == "the record has fewer than two"


def test_an_unknown_author_leaves_a_count_open_where_only_some_are_meant(tmp_path):
    case = history_case(tmp_path / "case")
    coding = case / "record" / "coding.yaml"
    coding.write_text(coding.read_text().replace("move: north.attack}", "move: [north.attack, south.attack]}"))
    text = "\nhistory:\n  north: {count: north.attack}\n  both: {count: [north.attack, south.attack]}\n"
    text += "  before: {count: north.attack, until: 2003-01-01}\n"
    stated(case, text)
    simulator = Simulator(Question(str(case), "2000-01-01", None, True))
    found = recorded_values(simulator.looked, simulator.recorded.case.history)
    assert found["both"] == 1.0
    assert found["north"].startswith("of 1 recorded acts nobody knows whether they were of this kind")
    assert found["before"] == "no rule of the coding stands for these acts alone"


def test_spells_of_a_path():
    trajectory = Trajectory(np.array([0.0, 1.0, 2.0, 5.0]), np.array([0, 1, 1, 0]), np.array([-1, 0, 0, 0]))
    assert held(trajectory, np.array([True, False]), 8.0) == [(0.0, 1.0), (5.0, 8.0)]
    assert held(trajectory, np.array([False, True]), 8.0) == [(1.0, 5.0)]
    assert held(trajectory, np.array([False, False]), 8.0) == []


def test_a_condition_that_is_entered_and_left_at_constant_rates():
    rng = np.random.default_rng(1)
    window = Window(1.0, 4001.0)
    spells = TwoStates(0.5, 2.0, False).spells(window, rng)
    assert np.mean([b - a for a, b in spells]) == pytest.approx(0.5, rel=0.1)
    assert len(spells) / 4000 == pytest.approx(1 / (1 / 0.5 + 1 / 2.0), rel=0.1)
    assert TwoStates(0.0, 1.0, False).spells(window, rng) == []
    assert TwoStates(1.0, 0.0, True).spells(window, rng) == [(1.0, 4001.0)]


def test_a_constant_hazard_has_the_recorded_rates(simulator):
    record, stated_ = Recorded(simulator.looked), simulator.recorded.case.history

    def constant(name):
        return Constant(record, stated_[name], simulator.looked.window(stated_[name]))

    whole, war = days("2000-01-01", "2008-01-01"), days("2003-02-01", "2003-09-01")
    assert constant("texts").rate(stated_["texts"].what) == pytest.approx(2 / whole)
    late = constant("texts_late")  # one text before: too few to take the rate from
    assert late.rate(stated_["texts"].what) == pytest.approx(1 / days("2004-01-01", "2008-01-01"))
    last = constant("texts_last")  # two before
    assert last.rate(stated_["texts"].what) == pytest.approx(2 / days("2000-01-01", "2006-01-01"))
    chain = constant("war_share").two_states(stated_["war_share"].state)
    assert (chain.enters, chain.leaves, chain.holds) == (
        pytest.approx(1 / (whole - war)), pytest.approx(1 / war), False,
    )  # fmt: skip
    values = constant("texts").values(np.random.default_rng(0), 4000)
    assert values.mean() == pytest.approx(2.0, abs=0.1) and values.var() == pytest.approx(2.0, abs=0.2)


def test_bands_have_ends_that_occur_and_tails_count_the_record_in():
    values = np.array([*range(20), np.nan], float)
    assert band_of(values) == (0.0, 9.5, 19.0)
    assert band_of(np.array([np.nan])) is None
    assert band_of(np.array([0.0] + [1.0] * 19)) == (0.0, 1.0, 1.0)
    known = values[:20]
    assert tail_share(-1.0, known) == 2 / 21 and tail_share(19.5, known) == 2 / 21
    assert tail_share(0.0, known) == 4 / 21 and tail_share(9.5, known) == 1.0


def test_histories_are_the_same_whatever_the_workers(case, simulator):
    draws = draws_of_ranges(simulator.target, 4, 3, shown=2)
    here = histories(simulator, draws, workers=0)
    there = histories(simulator, draws, workers=2)
    assert {n: v.tobytes() for n, v in here.values.items()} == {n: v.tobytes() for n, v in there.values.items()}
    assert here.spells == there.spells and len(here.spells) == 2
    other = histories(simulator, draws_of_ranges(simulator.target, 4, 4), workers=0)
    assert other.values["lull"].tolist() != here.values["lull"].tolist()


def test_the_verb_joins_a_run_and_prints_its_contract(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["history", str(case), "--prior", "--draws", "24", "--workers", "0", "--out", "run", "--json"]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    rows = {row["id"]: row for row in json.loads(result.stdout)["statistics"]}
    keys = {"id", "recorded", "low", "mid", "high", "inside", "tail", "held_out", "headline", "prior", "constant"}
    assert all(keys | {"counts", "why"} <= row.keys() for row in rows.values())
    assert rows["open"]["recorded"] is None and rows["open"]["inside"] is None and not rows["open"]["counts"]
    wars = rows["lull"]
    assert wars["held_out"] is True and wars["headline"] == "war" and wars["leans_on"] == ["relapse"]
    assert wars["prior"] == [wars["low"], wars["mid"], wars["high"]] and wars["constant"][0] > 0
    whole = rows["wars"]
    assert whole["counts"] is False and whole["why"] == "a constant hazard gives it as well, so it counts for nothing"
    found = read_run(tmp_path / "run")
    assert (
        found.history is not None and found.history.basis == "prior" and found.parts["history"].content == ("history",)
    )
    assert any("Assumptions only" in words for words in found.history.words)
    page = (tmp_path / "run" / "dossier.html").read_text("utf-8")
    assert "Histories that the model would leave, beside the record" in page
    assert "history 20" in page and "the record" in page


def test_histories_of_a_fit_stand_beside_those_of_the_ranges(tmp_path):
    case = fitted_case(tmp_path / "case")
    stated(case)
    with_fit(case, DATE, made_fit(case))
    few = {**SMALL, "draws": 12}
    part = run(case, Settings(out=tmp_path / "run", **few))
    assert part.history.basis == "posterior" and part.history.until == DATE
    assert "--date 2006-01-01" in part.command and "--prior" not in part.command
    lull = {row.id: row for row in part.history.statistics}["lull"]
    assert lull.prior != (lull.low, lull.mid, lull.high)
    assert "nothing shows that they were stated before the fit" in " ".join(part.history.words)
    alone = run(case, Settings(out=tmp_path / "other", **few), prior=True)
    same = {row.id: row for row in alone.history.statistics}["lull"]
    assert alone.history.basis == "prior" and (same.low, same.mid, same.high) == lull.prior


def test_a_case_without_statistics_says_how_to_state_them(tmp_path):
    case = fitted_case(tmp_path / "case")
    with pytest.raises(OptionError, match=r"states no statistics.*history"):
        run(case, Settings(out=tmp_path / "run", **SMALL))


def test_statistics_are_frozen_before_the_first_fit_and_words_change_nothing(tmp_path):
    case, store = history_case(tmp_path / "case"), tmp_path / "run" / ".evidence"
    key = fit_key(RecordedCase.open(case), None, "2000-06-01")
    freeze_history(store, load_case(case))
    text = (case / "case.yaml").read_text()
    (case / "case.yaml").write_text(text.replace("lull: {", 'lull: {label: "A lull", why: "because", '))
    loaded = load_case(case)
    frozen = frozen_history(loaded, tmp_path / "run")
    assert frozen is not None and "lull" in frozen.held_out and after_fit(loaded, frozen) == frozenset()
    assert fit_key(RecordedCase.open(case), None, "2000-06-01") == key
    more = text.replace("wars: {count: into phase == war", "wars: {count: into phase != truce")
    more = more.replace("texts: {count: mediator.table_equal}", "texts: {count: mediator.table_equal, held_out: yes}")
    (case / "case.yaml").write_text(more + "  late: {count: north.agree}\n")
    loaded = load_case(case)
    freeze_history(store, loaded)  # not again
    assert after_fit(loaded, frozen_history(loaded, tmp_path / "run")) == {"wars", "texts", "late"}
    assert fit_key(RecordedCase.open(case), None, "2000-06-01") == key


def test_nothing_counts_as_stated_before_a_fit_that_was_there_first(tmp_path):
    case, store = history_case(tmp_path / "case"), tmp_path / "run" / ".evidence"
    (store / "fits").mkdir(parents=True)
    (store / "fits" / "2000-01-01.csv").write_text("")
    freeze_history(store, load_case(case))
    loaded = load_case(case)
    assert after_fit(loaded, frozen_history(loaded, tmp_path / "run")) == set(loaded.history)
    assert frozen_history(loaded) is None


def test_a_part_of_a_record_that_is_not_public_is_left_out_of_a_redacted_copy(tmp_path):
    case = history_case(tmp_path / "case")
    events = case / "record" / "events.csv"
    lines = events.read_text().splitlines()
    marked = [lines[0] + ",confidential", *(f"{line},{'yes' if line.startswith('b') else ''}" for line in lines[1:])]
    events.write_text("\n".join(marked) + "\n")
    run(case, Settings(out=tmp_path / "run", **SMALL), prior=True)
    whole = read_run(tmp_path / "run")
    assert whole.history.confidential and "history_statistics" in whole.tables
    copy = redact(whole)
    assert copy.history is None and not [name for name in copy.tables if name.startswith("history")]
    assert "history" not in [section.id for section in copy.sections]
    assert "history" not in [section.id for section in build(copy).sections]


@pytest.mark.slow
def test_tail_shares_of_the_models_own_histories_are_not_too_small(simulator):
    """A record that the model itself has left lies in the tails no more often than they say."""
    draws = draws_of_ranges(simulator.target, 120, 9)
    found = histories(simulator, draws, workers=0).values
    for name in ("wars", "lull", "war_share", "texts", "first_war"):
        values = found[name]
        tails = np.array([tail_share(v, np.delete(values, n)) for n, v in enumerate(values)])
        for level in (0.05, 0.1, 0.2, 0.5):
            assert (tails <= level).mean() <= level + 0.02, name
        low, _, high = band_of(values)
        assert ((values >= low) & (values <= high)).mean() >= 0.9
