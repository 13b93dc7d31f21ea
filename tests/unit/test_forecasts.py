"""Frozen forecasts: what is frozen, what is refused, how windows resolve, and scores by hand."""

import json
import math
import re
from datetime import date
from pathlib import Path

import pytest
from case_files import folder_with, starter
from fitted_case import DATE, fitted_case, made_fit, with_fit
from typer.testing import CliRunner

from detente.answers import forecast_scores, forecasts
from detente.answers.forecast_scores import Window, scored
from detente.answers.forecasts import Forecast, close_of, freeze, read_forecast
from detente.errors import OptionError
from detente.files.keys import content_key
from detente.verbs.forecast import resolve, score
from detente.verbs.frame.app import app

NOW = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def a_day(monkeypatch, tmp_path):
    monkeypatch.setattr(forecasts, "today", lambda: NOW)
    monkeypatch.setattr(forecast_scores, "today", lambda: NOW)
    monkeypatch.chdir(tmp_path)


def made(folder, day="2020-01-01", case="small", registered="2020-01-02", war=0.2, past=0.4, pool=0.3, **more) -> Path:
    """A forecast that was not computed."""
    chances = {"1y": {"past": past, "model": war, "pool": pool}, "5y": {"past": past, "model": 2 * war, "pool": pool}}
    peace = {"1y": {"model": 0.5, "pool": 0.5}, "5y": {"model": 0.5, "pool": 0.5}}
    forecast = Forecast.model_validate(
        {
            "case": case, "title": "T", "date": day, "registered": registered, "version": "0", "command": "c",
            "war_means": "w", "peace_means": "p", "after_fighting": False, "basis": "prior", "weight": 0.5,
            "rests_on": {"case": "k"}, "war": chances, "peace": peace, **more,
        }
    )  # fmt: skip
    path = Path(folder) / f"{case}-{day}.json"
    freeze(forecast, path)
    return path


# ---- the file ----------------------------------------------------------------------------------------------------


def test_the_hash_is_over_everything_else_and_an_edit_is_noticed(tmp_path):
    path = made(tmp_path)
    data = json.loads(path.read_text("utf-8"))
    own = data.pop("hash")
    assert own == content_key(data) and data["war"]["1y"] == {"class": 0.4, "model": 0.2, "pool": 0.3}
    forecast, found = read_forecast(path)
    assert found == own and forecast.said("war")[5].model == 0.4 and forecast.said("peace")[1].past is None
    for key, value in (("date", "2020-01-03"), ("registered", "2019-01-01"), ("war_means", "x"), ("weight", 1)):
        path.write_text(json.dumps({**data, key: value, "hash": own}), "utf-8")
        with pytest.raises(OptionError, match="was changed after it was registered"):
            read_forecast(path)
    path.write_text(json.dumps({**data, "hash": own}), "utf-8")  # layout is not content
    assert read_forecast(path)[1] == own


def test_a_forecast_is_never_written_over(tmp_path):
    path = made(tmp_path)
    before = path.read_bytes()
    with pytest.raises(OptionError, match="holds a forecast already, which is never changed"):
        made(tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1]", "holds no object"),
        ("{", "is no JSON"),
        ("{}", "was changed after"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_forecast_is_told(tmp_path, text, words):
    path = tmp_path / "x.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(OptionError, match=words):
        read_forecast(path)
    data = {"forecast": 1, "case": "c"}
    path.write_text(json.dumps({**data, "hash": content_key(data)}), "utf-8")
    with pytest.raises(OptionError, match="is no forecast"):
        read_forecast(path)


# ---- what came ---------------------------------------------------------------------------------------------------


def test_windows_close_on_the_same_day_of_the_year():
    assert close_of("2020-01-01", 1) == date(2021, 1, 1)
    assert close_of("2020-02-29", 1) == date(2021, 2, 28) and close_of("2020-02-29", 4) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("given", "resolved"),
    [
        ({"on": "2020-01-02"}, {"1y": True, "5y": True}),
        ({"on": "2021-01-01"}, {"1y": True, "5y": True}),
        ({"on": "2021-01-02"}, {"1y": False, "5y": True}),
        ({"on": "2025-01-02"}, {"1y": False, "5y": False}),
        ({"none_until": "2021-01-01"}, {"1y": False}),
        ({"none_until": "2024-12-31"}, {"1y": False}),
        ({"none_until": "2025-01-01"}, {"1y": False, "5y": False}),
    ],
)
def test_days_resolve_windows(tmp_path, given, resolved):
    path = made(tmp_path)
    before = path.read_bytes()
    found = resolve(path, "war", "UCDP", **given)
    assert found["resolved"] == resolved and found["event"] == "war"
    assert path.read_bytes() == before
    kept = json.loads(Path(found["file"]).read_text("utf-8"))
    assert kept["forecast_hash"] == json.loads(before)["hash"]
    assert kept["outcomes"][0]["source"] == "UCDP" and kept["outcomes"][0]["noted"] == "2026-06-01"
    assert resolve(path, "settlement", "UCDP", none_until="2025-06-01")["event"] == "peace"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"none_until": "2020-12-31"}, "is closed by 2020-12-31: the first closes on 2021-01-01"),
        ({"none_until": "2026-06-02"}, "2026-06-02 lies in the future"),
        ({"on": "2026-06-02"}, "2026-06-02 lies in the future"),
        ({"on": "2020-01-01"}, "2020-01-01 is not after 2020-01-01, when the windows begin"),
        ({"on": "soon"}, "--on soon; expected an ISO date"),
        ({"on": "2021-01-01", "none_until": "2022-01-01"}, "--on and --none-until; expected one of them"),
        ({}, "neither --on nor --none-until; expected one of them"),
        ({"on": "2021-01-01", "event": "truce"}, "--event truce; expected war or settlement"),
        ({"on": "2021-01-01", "source": " "}, "--source is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path, given, words):
    path = made(tmp_path)
    given = {"event": "war", "source": "UCDP", **given}
    with pytest.raises(OptionError, match=re.escape(words)):
        resolve(path, **given)
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name]


def test_what_is_known_today_is_known(tmp_path):
    assert resolve(made(tmp_path), "war", "s", on="2026-06-01")["resolved"] == {"1y": False, "5y": False}
    assert resolve(made(tmp_path, case="b"), "war", "s", none_until="2026-06-01")["resolved"] == {
        "1y": False,
        "5y": False,
    }
    forecasts.check_day("2026-06-01")
    with pytest.raises(OptionError, match="the situation of 2026-06-02 lies in the future"):
        forecasts.check_day("2026-06-02")


def test_contradictions_are_refused(tmp_path):
    path = made(tmp_path)
    resolve(path, "war", "a", none_until="2022-01-01")
    with pytest.raises(OptionError, match="had not come by 2022-01-01"):
        resolve(path, "war", "b", on="2022-01-01")
    assert resolve(path, "war", "b", on="2022-01-02")["resolved"] == {"1y": False, "5y": True}
    for more in ({"on": "2023-01-01"}, {"none_until": "2025-01-01"}):
        with pytest.raises(OptionError, match="noted already that this came on 2022-01-02"):
            resolve(path, "war", "c", **more)


def test_a_changed_forecast_or_foreign_outcomes_are_refused(tmp_path):
    path, other = made(tmp_path), made(tmp_path, day="2021-01-01")
    found = Path(resolve(path, "war", "a", on="2022-01-01")["file"])
    (tmp_path / other.name.replace(".json", ".outcomes.json")).write_bytes(found.read_bytes())
    with pytest.raises(OptionError, match="belongs to another forecast"):
        resolve(other, "war", "a", on="2022-01-01")
    path.write_text(path.read_text("utf-8").replace('"model": 0.2', '"model": 0.9'), "utf-8")
    with pytest.raises(OptionError, match="was changed"):
        resolve(path, "peace", "a", on="2022-01-01")


def test_windows_after_fighting_run_from_its_end(tmp_path):
    path = made(tmp_path, after_fighting=True)
    with pytest.raises(OptionError, match=r"fighting was under way on 2020-01-01.*--fighting-ended"):
        resolve(path, "war", "a", on="2021-01-01")
    found = resolve(path, "war", "a", on="2021-06-01", fighting_ended="2020-09-01")
    assert found["resolved"] == {"1y": True, "5y": True}
    with pytest.raises(OptionError, match="not after 2020-09-01"):
        resolve(made(tmp_path, case="b", after_fighting=True), "war", "a", on="2020-08-01", fighting_ended="2020-09-01")
    assert resolve(path, "peace", "a", on="2021-06-01")["resolved"] == {"1y": False, "5y": True}


# ---- scores ------------------------------------------------------------------------------------------------------


def test_scores_by_hand(tmp_path):
    one, two = made(tmp_path, case="a", war=0.2), made(tmp_path, case="b", war=0.4)
    resolve(one, "war", "s", on="2020-06-01")
    resolve(two, "war", "s", none_until="2021-01-01")
    made(tmp_path, case="c")  # open
    rows = {(row["event"], row["years"], row["by"]): row for row in score(tmp_path).data()["scores"]}
    model = rows["war", 1, "model"]
    assert (model["forecasts"], model["came"]) == (2, 1)
    assert model["brier"] == pytest.approx((0.8**2 + 0.4**2) / 2)
    assert model["log_score"] == pytest.approx(-(math.log(0.2) + math.log(0.6)) / 2)
    assert rows["war", 1, "class"]["brier"] == pytest.approx((0.6**2 + 0.4**2) / 2)
    assert rows["war", 1, "pool"]["brier"] == pytest.approx((0.7**2 + 0.3**2) / 2)
    assert rows["war", 5, "model"]["forecasts"] == 1 and rows["war", 5, "model"]["brier"] == pytest.approx(0.36)
    assert {event for event, _, _ in rows} == {"war"}
    resolve(one, "peace", "s", none_until="2025-01-01")
    rows = {(row["event"], row["years"], row["by"]) for row in score(tmp_path).data()["scores"]}
    assert ("peace", 1, "model") in rows and ("peace", 1, "class") not in rows


def test_what_is_open_or_changed_is_listed_and_not_scored(tmp_path):
    good, bad, open_ = (made(tmp_path, case=name) for name in "abc")
    for path in (good, bad):
        resolve(path, "war", "s", on="2020-06-01")
    bad.write_text(bad.read_text("utf-8").replace('"model": 0.2', '"model": 0.99'), "utf-8")
    found = score(tmp_path)
    states = {Path(file["file"]).name: file["state"] for file in found.files}
    assert states == {good.name: "scored", bad.name: "not scored", open_.name: "open"}
    assert {row["forecasts"] for row in found.data()["scores"]} == {1}
    said = " ".join(found.words())
    assert "was changed after it was registered" in said and f"{open_}: open" in said
    assert "1 independent resolved forecasts, of the 20 that it takes to change" in said and "which is 0.5" in said


def test_an_outcome_on_a_day_that_is_none_is_not_scored(tmp_path):
    path = made(tmp_path)
    noted = Path(resolve(path, "war", "s", on="2020-06-01")["file"])
    noted.write_text(noted.read_text("utf-8").replace("2020-06-01", "2020-99-01"), "utf-8")
    found = score(tmp_path)
    assert [file["state"] for file in found.files] == ["not scored"] and not found.data()["scores"]


def window(case="a", event="war", opens="2000-01-01", closes="2001-01-01", ahead=True, came=False):
    return Window("f", case, event, 1, opens, closes, came, {"model": 0.5, "past": None, "pool": 0.5}, ahead)


def test_independent_windows_do_not_overlap_and_were_said_ahead():
    def count(*windows):
        return forecast_scores.Scored(windows).independent

    assert count() == 0 and count(window()) == 1
    assert count(window(), window(opens="2001-01-01", closes="2002-01-01")) == 2
    assert count(window(), window(opens="2000-12-31", closes="2001-12-31")) == 1
    assert count(window(), window(event="peace"), window(case="b")) == 3
    assert count(window(ahead=False)) == 0
    long, short = window(closes="2010-01-01"), window(opens="2002-01-01", closes="2003-01-01")
    assert count(long, window(), short) == 2


def test_a_forecast_that_was_registered_when_it_was_known_does_not_count(tmp_path):
    late = made(tmp_path, registered="2026-01-01")
    resolve(late, "war", "s", on="2020-06-01")
    found = scored([tmp_path])
    assert found.independent == 0 and found.files[0]["said_ahead"] is False
    assert "2 of 2 windows were known when the forecast was registered" in " ".join(found.words())
    assert found.data()["scores"][0]["forecasts"] == 1


def test_windows_that_came_before_they_closed_are_told(tmp_path):
    path = made(tmp_path, day="2024-01-01", registered="2024-01-02")
    resolve(path, "war", "s", on="2024-06-01")
    assert "1 windows are resolved and not closed" in " ".join(score(tmp_path).words())


# ---- the command -------------------------------------------------------------------------------------------------


def called(*words):
    result = CliRunner().invoke(app, ["forecast", *map(str, words)])
    return result, result.stdout


def test_register_resolve_score_for_real(tmp_path):
    case = fitted_case(tmp_path / "small")
    with_fit(case, DATE, made_fit(case))
    result, out = called("register", case, "--draws", 3, "--workers", 0, "--json")
    assert result.exit_code == 0, result.output
    data = json.loads(out)
    path = Path(data["file"])
    assert path == case / "forecasts" / f"{DATE}.json" and data["registered"] == "2026-06-01"
    assert data["basis"] == "posterior" and len(data["rests_on"]["posterior"]) == 64
    assert len(data["rests_on"]["record"]) == 64 and data["war_means"].endswith("in the model: phase == war")
    assert list(data["war"]) == ["1y", "2y", "5y", "10y"] and 0 < data["war"]["5y"]["model"] < 1
    again, _ = called("register", case, "--draws", 3, "--workers", 0)
    assert isinstance(again.exception, OptionError) and "never changed" in str(again.exception)
    result, out = called("register", case, "--draws", 3, "--workers", 0, "--fit", "none", "--json")
    assert json.loads(out)["rests_on"]["posterior"] == "" and json.loads(out)["file"].endswith(f"{DATE}-fit-none.json")
    result, out = called("resolve", path, "--event", "war", "--on", "2008-03-01", "--source", "UCDP", "--json")
    assert json.loads(out)["resolved"] == {"1y": False, "2y": False, "5y": True, "10y": True}
    result, out = called("score", case, "--json")
    found = json.loads(out)
    p = data["war"]["5y"]["model"]
    row = next(r for r in found["scores"] if (r["event"], r["years"], r["by"]) == ("war", 5, "model"))
    assert row["brier"] == pytest.approx((1 - p) ** 2) and found["needed"] == 20 and found["weight"] == 0.5
    assert {f["state"] for f in found["files"]} == {"scored", "open"}
    result, out = called("score", case)
    assert result.exit_code == 0 and "log_score" in out and "not scored" not in out


def test_the_same_seed_freezes_the_same_content(tmp_path):
    case = folder_with(starter(), tmp_path / "own")
    frozen = [
        json.loads(called("register", case, "--draws", 2, "--json", "--out", out, *more)[1])["hash"]
        for out, more in (("a", ("--workers", 0)), ("b", ("--workers", 2)), ("c", ("--workers", 0, "--seed", 1)))
    ]
    assert frozen[0] == frozen[1] != frozen[2]


def test_forecasts_of_a_case_leave_it_as_it_is(tmp_path):
    from detente.case import load_case
    from detente.checks.folder import check_folder

    case = folder_with(starter(), tmp_path / "own")
    before = load_case(case).content
    called("register", case, "--draws", 1, "--workers", 0)
    assert (case / "forecasts").is_dir() and load_case(case).content == before
    assert not [d for d in check_folder(case).diagnostics if "forecast" in str(d)]


def test_a_situation_in_the_future_is_refused_before_anything_is_computed(tmp_path):
    text = starter().replace("  2024-01-01: {", "  2027-01-01: {").replace("as_of: 2024-01-01", "as_of: 2027-01-01")
    result, _ = called("register", folder_with(text, tmp_path / "own"))
    assert "the situation of 2027-01-01 lies in the future" in str(result.exception)
    assert not (tmp_path / "own" / "forecasts").exists()


def test_nothing_to_score_is_told(tmp_path):
    with pytest.raises(OptionError, match=r"no forecasts in forecasts; hint: `detente forecast register CASE`"):
        score()
    made(tmp_path / "forecasts")
    made(tmp_path / "detente-out" / "x-forecasts", case="b")
    assert len(score().files) == 2
    with pytest.raises(OptionError, match="no forecasts in"):
        score("good-friday")
