import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from detente.errors import MissingExtra, OptionError
from detente.outside import recurrence as work
from detente.outside.survival import read_agreements, survival_table
from detente.verbs.frame.app import app

COLUMNS = ("conflict_id", "conflictepisode", "location", "endyear", "outcome", "duration_years")


def episodes_file(path, n=60, labels=True, seed=0):
    rng = np.random.default_rng(seed)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow([*COLUMNS, *(["next_active_year", "recur5"] if labels else [])])
        for i in range(n):
            end, gap = int(rng.integers(1960, 2000)), int(rng.integers(2, 12))
            following = end + gap if end + gap <= 2004 else ""
            row = [i // 2, i, "Some place, far", end, rng.integers(1, 7), round(float(rng.gamma(1, 2)), 3)]
            writer.writerow([*row, *([following, int(gap <= 5)] if labels else [])])
    return path


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_predict_writes_one_row_per_row_in_order(tmp_path):
    train = episodes_file(tmp_path / "train.csv")
    rows = episodes_file(tmp_path / "rows.csv", 25, labels=False, seed=5)
    out = tmp_path / "deep" / "out.csv"
    result = run("baserate", "--train", train, "--predict", rows, "--out", out, "--replicates", 10)
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8") as stream, rows.open(encoding="utf-8") as given:
        found, asked = list(csv.DictReader(stream)), list(csv.DictReader(given))
    assert list(found[0]) == ["conflict_id", "conflictepisode", "p_recur5", "low", "high"]
    assert [(r["conflict_id"], r["conflictepisode"]) for r in found] == [
        (r["conflict_id"], r["conflictepisode"]) for r in asked
    ]
    for r in found:
        assert 0 <= float(r["low"]) <= float(r["p_recur5"]) <= float(r["high"]) <= 1


def test_predict_is_reproducible_and_the_seed_matters(tmp_path):
    train, rows = episodes_file(tmp_path / "t.csv"), episodes_file(tmp_path / "r.csv", 5, labels=False)
    texts = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        work.predict_recurrence(train, rows, tmp_path / name, replicates=10, seed=seed)
        texts.append((tmp_path / name).read_text("utf-8"))
    assert texts[0] == texts[1] != texts[2]


def test_an_empty_file_gives_a_header(tmp_path):
    rows = episodes_file(tmp_path / "r.csv", 0, labels=False)
    work.predict_recurrence(episodes_file(tmp_path / "t.csv"), rows, tmp_path / "o.csv", replicates=2)
    assert (tmp_path / "o.csv").read_text("utf-8") == "conflict_id,conflictepisode,p_recur5,low,high\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to do"),
        (("--predict", "x", "--out", "y"), "all three"),
        (("--train", "x", "--predict", "y"), "all three"),
        (("--validate",), "--validate without"),
        (("--curves", "x"), "--curves without"),
        (("--survival", "cox"), "--survival without"),
        (("--run", "x", "--validate"), "--run without a case"),
    ],
)
def test_options_that_need_others(arguments, words):
    result = run("baserate", *arguments)
    assert isinstance(result.exception, OptionError)
    assert words in str(result.exception)


def test_validate_prints_json(tmp_path):
    found = work.validate_recurrence(episodes_file(tmp_path / "t.csv", 150), replicates=20)
    data = json.loads(json.dumps(found.data()))
    table = data["tables"]["recurrence_forward"]
    assert table["columns"][:4] == ["method", "Brier (low)", "Brier (mid)", "Brier (high)"]
    assert table["rows"][0][0] == "constant rate"
    assert set(found.tables) == {"recurrence_forward", "recurrence_by_conflict"}


def test_curves_and_tables_are_shown(tmp_path):
    train = episodes_file(tmp_path / "t.csv", 150)
    result = run("baserate", "--train", train, "--curves", tmp_path / "c.csv", "--survival", "weibull,cox,kaplan-meier")
    assert result.exit_code == 0, result.output
    assert "Hazard ratios" in result.output
    assert (tmp_path / "c.csv").read_text("utf-8").startswith("# computed from t.csv")


def agreements(path, *rows):
    path.write_text("\n".join(("paid,pa_date,ended,duration,pa_type", *rows)) + "\n", encoding="utf-8")
    return path


def test_agreements_end_or_leave_observation(tmp_path):
    path = agreements(tmp_path / "a.csv", "1,1990-01-01,1,1992-01-01,1", "2,1995-01-01,0,,2", "3,2005-01-01,0,,1")
    found = read_agreements(path)
    np.testing.assert_allclose(found.years, [2, 10, 0], atol=0.01)
    np.testing.assert_array_equal(found.ended, [True, False, False])
    table = survival_table(found)
    assert table.rows[0][2] == pytest.approx(0)
    assert table.rows[2][2] == pytest.approx(0.5)


def test_agreements_mistakes_are_located(tmp_path):
    path = agreements(tmp_path / "a.csv", "1,1990-13-01,1,1992-01-01,1")
    with pytest.raises(OptionError, match=r"a\.csv:2:2: '1990-13-01' in column 'pa_date'"):
        read_agreements(path)
    path = agreements(tmp_path / "a.csv", "1,1990-01-01,1,,1", "2,1990-01-01,1,1989-01-01,1", "3,,0,,1")
    with pytest.raises(OptionError, match="ended without a date") as caught:
        read_agreements(path)
    assert len(caught.value.diagnostics) == 3


def test_lifelines_is_needed_only_for_its_tables(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "lifelines", None)
    train = episodes_file(tmp_path / "t.csv")
    work.predict_recurrence(train, train, tmp_path / "o.csv", replicates=2)
    with pytest.raises(MissingExtra, match=r"detente\[survival\]"):
        work.survival_models(train, None, ["weibull"])
    with pytest.raises(OptionError, match="--survival exponential"):
        work.survival_models(train, None, ["exponential"])


def test_positions_of_a_table(tmp_path):
    path = tmp_path / "cars.csv"
    path.write_text("actor,position,capability,salience\na,0,1,1\nb,5..10,2,0.5\n", encoding="utf-8")
    result = run("positions", "--table", path, "--draws", 20, "--json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    mean = next(q for q in data["quantities"] if q["id"] == "positions.cars.mean")
    assert 2.5 <= mean["low"] <= mean["mid"] <= mean["high"] <= 5
    assert "weighted median" in run("positions", "--table", path).output
    for arguments in ((), ("minsk", "--table", path)):
        assert isinstance(run("positions", *arguments).exception, OptionError)
