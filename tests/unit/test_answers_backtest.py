"""Forecasts as of earlier years: what came, who foresaw it, and that nothing later is looked at."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path as FilePath

import numpy as np
import pytest
from brook_case import CASE, EVENTS, brook_case, write, write_events
from typer.testing import CliRunner

from detente.answers.backtest import (
    block_interval,
    happened,
    hindsight,
    over_the_years,
    scores_of,
)
from detente.answers.backtest_part import finding, kept_scores, paragraphs, scores_part
from detente.answers.outlook import WEIGHT, pooled
from detente.case import load_case
from detente.errors import OptionError
from detente.evidence.path import Path, Pin
from detente.evidence.recorded import RecordedCase
from detente.evidence.tempered import Effort
from detente.evidence.yearly import Pass, days_of, yearly_pass
from detente.run import Scores
from detente.run.scores import PastDay, PastForecast
from detente.verbs import backtest
from detente.verbs.frame.app import app

WAR = np.array([False, True])
CALM, FIGHTING = ~WAR, WAR


def path(*spells):
    """A path of ten years; spells (start, end, mask)."""
    return Path(10.0, np.array([1.0, 0.0]), pins=tuple(Pin(*spell) for spell in spells))


KNOWN = path((0.0, 3.0, CALM), (3.0, 4.0, FIGHTING), (4.0, 7.0, CALM), (8.0, 10.0, CALM))


@pytest.mark.parametrize(
    ("start", "years", "wanted"),
    [
        (0.0, 2.0, False),
        (1.0, 2.0, True),  # on its last day
        (2.5, 5.0, True),
        (3.0, 1.0, None),  # it was under way: nothing begins, and nothing is known to have stayed away
        (4.0, 3.0, False),
        (5.0, 3.0, None),  # a year of which nothing is known
        (8.0, 2.0, False),
        (9.0, 1.0, False),
        (9.0, 1.004, False),  # a day more than the record has
        (9.0, 1.01, None),  # not closed
    ],
)
def test_what_came_within_a_window(start, years, wanted):
    assert happened(KNOWN, WAR, start, years) is wanted


def forecast(model, came, *, reference=0.5, constant=0.2, years=1, event="war", settled=True):
    pool = None if reference is None else pooled(reference, model, WEIGHT)
    return PastForecast(
        event=event, years=years, model=model, low=model / 2, high=min(1.0, model * 2), reference=reference,
        constant=constant, pool=pool, ess=120.0, rhat=1.0, settled=settled, happened=came,
    )  # fmt: skip


def days(*forecasts, own=()):
    return [
        PastDay(date=f"{2000 + n}-01-01", own=n in own, hindsight=(), forecasts=(f,)) for n, f in enumerate(forecasts)
    ]


def test_scores_are_means_over_the_same_closed_windows():
    rows = days(
        forecast(0.8, True),
        forecast(0.1, False),
        forecast(0.9, None),  # not closed
        forecast(0.9, False, settled=False),
        forecast(0.9, False, reference=None),  # no class: nobody is scored on it, as others have one
        forecast(0.9, False),
        own=(5,),
    )
    (score,) = scores_of(rows, 1, 0)
    assert (score.event, score.years, score.days, score.windows, score.happened) == ("war", 1, 2, 2.0, 1)
    assert score.brier["model"] == pytest.approx((0.2**2 + 0.1**2) / 2)
    assert score.brier["class"] == pytest.approx(0.25)
    assert score.brier["constant"] == pytest.approx((0.8**2 + 0.2**2) / 2)
    assert score.brier["pool"] == pytest.approx(((1 - 2 / 3) ** 2 + 0.25**2) / 2)
    assert score.log["model"] == pytest.approx(-(np.log(0.8) + np.log(0.9)) / 2)
    assert score.difference["class"][1] == pytest.approx(0.025 - 0.25)


def test_without_a_class_model_and_constant_rate_stand_alone():
    (score,) = scores_of(days(forecast(0.8, True, reference=None), forecast(0.4, False, reference=None)), 1, 0)
    assert score.days == 2 and set(score.difference) == {"constant"}
    assert score.brier["class"] is None and score.brier["pool"] is None and score.log["pool"] is None


def test_a_class_that_most_days_lack_does_not_take_the_others_out():
    bare, classed = forecast(0.8, True, reference=None), forecast(0.4, False)
    assert scores_of(days(bare, bare, classed), 1, 0)[0].days == 3
    assert scores_of(days(bare, bare, classed), 1, 0)[0].brier["class"] is None
    assert scores_of(days(bare, classed), 1, 0)[0].days == 1


def test_overlapping_windows_are_worth_fewer():
    rows = days(*(forecast(0.3, n == 3, years=5) for n in range(10)))
    assert scores_of(rows, 1, 0)[0].windows == 2.0
    assert scores_of(rows, 2, 0)[0].windows == pytest.approx(10 / 3)
    assert scores_of([], 1, 0) == ()


def test_blocks_of_neighbours_give_wider_intervals_than_single_days():
    values = np.repeat([0.0, 1.0, 0.0, 1.0], 6)
    single, blocks = block_interval(values, 1, 0), block_interval(values, 6, 0)
    assert single[1] == blocks[1] == 0.5
    assert blocks[2] - blocks[0] == pytest.approx(1.5 * (single[2] - single[0]))
    assert block_interval(values, 24, 0) == pytest.approx((0.5, 0.5, 0.5))  # the whole round


def test_reasons_from_later_years_are_hindsight(tmp_path):
    text = CASE.replace(
        "fee: {range: [0, 1], unit: value/year, why: test,",
        "fee: {range: [0, 1], unit: value/year, why: seen in 2004 and 12004,",
    )
    write(tmp_path / "brook" / "case.yaml", text)
    case = load_case(tmp_path / "brook")
    assert hindsight(case, "2003-12-31") == ("fee",) and hindsight(case, "2004-01-01") == ()


def test_days_are_first_of_januaries_within_the_record():
    assert days_of("2000-01-01", "2003-06-01", 1) == ["2001-01-01", "2002-01-01", "2003-01-01"]
    assert days_of("1999-05-12", "2003-01-01", 2) == ["2000-01-01", "2002-01-01"]
    assert days_of("2000-01-02", "2000-12-31", 1) == []


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return brook_case(tmp_path_factory.mktemp("years") / "brook")


EFFORT = Effort(particles=40, moves=2, seed=1)


@pytest.fixture(scope="module")
def passed(case):
    return over_the_years(RecordedCase.open(case), 2, EFFORT, folder=None, key="", workers=0)


def test_one_pass_forecasts_every_day_and_sees_nothing_later(case, passed, tmp_path):
    assert [d.date for d in passed.days] == [f"{y}-01-01" for y in (2001, 2003, 2005, 2007, 2009, 2011)]
    said = {(f.event, f.years): f for f in passed.days[1].forecasts}
    assert set(said) == {("war", 1), ("war", 2), ("war", 5), ("peace", 5)}
    assert said["war", 1].happened and said["war", 5].happened and said["peace", 5].happened is False
    assert said["war", 1].model < said["war", 2].model < said["war", 5].model
    assert said["war", 1].constant == pytest.approx(1 - np.exp(-0.5 / (1096 / 365.25)))
    assert said["war", 1].reference is None and said["war", 1].pool is None
    early = FilePath(tmp_path) / "brook"
    brook_case(early)
    write_events(early, [e for e in EVENTS if e[1] < "2005"])
    again = over_the_years(RecordedCase.open(early), 2, EFFORT, folder=None, key="", workers=0)
    for one, other in zip(passed.days[:3], again.days[:3], strict=True):
        assert [f.model for f in one.forecasts] == [f.model for f in other.forecasts]
    assert [f.model for f in passed.days[4].forecasts] != [f.model for f in again.days[4].forecasts]


def test_past_cases_do_not_reach_across_a_war_of_the_record(tmp_path):
    own = brook_case(tmp_path / "brook")
    facts = "questions:\n  baserate:\n    2004-01-01: {outcome: ceasefire, ended: 2003-09-01, prior_episodes: 1}\n"
    write(own / "case.yaml", (own / "case.yaml").read_text("utf-8") + facts)
    found = over_the_years(RecordedCase.open(own), 1, EFFORT, folder=None, key="", workers=0)
    known = {d.date: any(f.reference is not None for f in d.forecasts) for d in found.days}
    assert known["2005-01-01"] and known["2008-01-01"]
    assert not known["2003-01-01"] and not known["2009-01-01"] and not known["2012-01-01"]  # war again in March 2008


def test_a_day_at_war_has_no_forecast_of_war(case):
    question = Pass(str(case), ("2003-06-01", "2004-01-01"), (1,))
    first, second = yearly_pass(question, question(), EFFORT, folder=None, key="", workers=0)
    assert ("war", 1) not in first.told and ("peace", 1) in first.told
    assert ("war", 1) in second.told


def test_the_pass_agrees_with_a_fit_by_weights_alone(case):
    """A short record teaches little: its posterior is the prior weighed by the likelihood, which is one day's work."""
    question = Pass(str(case), ("2001-01-01",), (5,))
    levels = question()
    (day,) = yearly_pass(question, levels, Effort(particles=400, seed=3), folder=None, key="", workers=0)
    rng = np.random.default_rng(5)
    weights, chances = [], []
    for _ in range(300):
        point = levels.at(rng.standard_normal(len(levels.names)), np.ones(1))
        told = np.array(levels.told(point, np.ones(1))).reshape(2, 2)
        weights.append(np.exp(point.logs[0]))
        chances.append(told[0, 1])
    wanted = np.average(chances, weights=weights)
    told = day.told["war", 5]
    error = np.std(chances) * (told.ess**-0.5 + 150**-0.5)
    assert abs(told.mean - wanted) < 4 * error
    assert told.low < told.mid < told.high


def test_the_part_says_how_forecasts_have_fared_and_what_they_are_worth(case, passed):
    rows = days(*(forecast(0.3, n == 3, years=5) for n in range(10)), forecast(0.4, True))
    made = Scores(every=1, draws=40, solves=9, days=tuple(rows), scores=scores_of(rows, 1, 0))
    part = scores_part(load_case(case), made, "detente backtest brook --every 1y")
    assert part.sections[0].finding == (
        "Of 1 yearly forecasts of fighting within 1 year, each made with the record until then, 1 came true; Brier "
        "score 0.36, past cases 0.25 and a constant rate 0.64 (the smaller the better)."
    )
    assert next(iter(paragraphs(made))) == (
        "Windows overlap. Forecasts that do not: 1 of 1 for fighting within 1 year and 2 of 10 for fighting within 5 "
        "years. Of so few a score is an anecdote, not a test."
    )
    assert part.tables["backtest_calibration"].rows == (
        (pytest.approx(0.3), pytest.approx(0.1), "10 forecasts"),
        (pytest.approx(0.4), 1.0, "1 forecasts"),
    )
    assert finding(made.scores[1]).startswith("Of 10 yearly forecasts of fighting within 5 years")
    thin = replace_days(passed, tuple(days(forecast(0.4, True, settled=False))))
    assert "the fits have too few effective draws" in scores_part(load_case(case), thin, "").sections[0].finding
    empty = replace_days(passed, ())
    assert scores_part(load_case(case), empty, "").sections[0].finding == (
        "No forecast of fighting within a year could be scored: no window is closed."
    )


def replace_days(scores, found):
    return scores.model_copy(update={"days": found, "scores": ()})


@pytest.fixture
def few_moves(monkeypatch):
    """The verb with few moves of each particle: how well they mix is tested elsewhere."""
    monkeypatch.setattr("detente.evidence.tempered.Effort", partial(Effort, moves=2, last=1))


def test_the_verb_prints_keeps_and_refuses(case, tmp_path, monkeypatch, few_moves):
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    options = ["--draws", "40", "--workers", "0", "--seed", "1", "--json"]
    first = run(app, ["backtest", str(case), "--every", "4y", *options])
    assert first.exit_code == 0, first.output
    data = json.loads(first.stdout)
    assert [point["date"] for point in data["points"]] == ["2001-01-01", "2005-01-01", "2009-01-01"]
    for score in data["scores"].values():
        assert {"model", "class", "constant", "pool"} <= score.keys()
    kept = run(app, ["backtest", str(case), "--summary", "--json"])
    assert json.loads(kept.stdout) == data
    assert kept_scores(load_case(case)).scores.every == 4
    written = json.loads((tmp_path / "detente-out/brook-2000-01-01/run.json").read_text("utf-8"))
    assert written["scores"]["days"] == data["points"] and "backtest" in written["parts"]
    for arguments, words in (
        (["--every", "soon"], "whole years, such as 1y"),
        ([], "--every 1y, or --date D with --score D1:D2"),
        (["--every", "1y", "--date", "2005-01-01"], "the one or the other"),
    ):
        refused = run(app, ["backtest", str(case), *arguments])
        assert refused.exit_code != 0
        assert words in str(refused.exception or "") + refused.output


def test_a_kept_back_test_goes_stale_with_the_record(tmp_path, monkeypatch, few_moves):
    monkeypatch.chdir(tmp_path)
    own = brook_case(tmp_path / "brook")
    backtest.yearly(own, 6, draws=40, seed=1, workers=0)
    text = (own / "case.yaml").read_text("utf-8")
    write(own / "case.yaml", text.replace("A brook between two villages", "Another title"))
    assert backtest.last(own).scores is not None  # words do not count
    write_events(own, EVENTS[:-1])
    with pytest.raises(OptionError, match="keeps no result of 'backtest'"):
        backtest.last(own)


def test_a_record_within_one_year_has_no_days(tmp_path):
    own = brook_case(tmp_path / "brook")
    coding = (own / "record" / "coding.yaml").read_text("utf-8")
    write(own / "record" / "coding.yaml", coding.replace("until: 2012-01-01", "until: 2000-06-01"))
    with pytest.raises(OptionError, match="one that spans a first of January"):
        over_the_years(RecordedCase.open(own), 1, replace(EFFORT), folder=None, key="", workers=0)
