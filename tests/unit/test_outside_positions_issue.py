import json
from types import SimpleNamespace

import numpy as np
import pytest
from case_files import changed, folder_with, starter

from detente.case import read_case
from detente.case.issues import IssueEntry
from detente.errors import OptionError
from detente.outside.issue import issues_of, read_issue
from detente.outside.positions import forecast_issue, positions_of_case, positions_of_issue

ISSUE = {
    "label": "Regime of the road",
    "unit": "share of control",
    "options": {"closed": 0, "monitored": 40, "open": 100},
    "positions": {
        "north": {"position": [10, 30], "capability": 40, "salience": 0.9},
        "south": {"position": "open", "capability": [60, 80], "salience": [0.7, 0.9]},
    },
}


def case(issues, packages=None):
    """What the forecasts read of a case."""
    found = {name: IssueEntry.model_validate(issue) for name, issue in issues.items()}
    return SimpleNamespace(issues=found, packages=packages or {})


def mistakes(tmp_path, issue):
    """What reading a case says of an issue."""
    written = json.dumps({"road": issue})
    text = changed(starter(), ("situations:", f"issues: {written}\nsituations:"))
    line = text[: text.index("issues:")].count("\n") + 1
    found = read_case(folder_with(text, tmp_path / "made")).errors
    assert all((d.file, d.line) == ("made/case.yaml", line) for d in found)
    return [str(d) for d in found]


def exact(position, name="a"):
    return {"position": position, "capability": 1, "salience": 1}


def test_issue_with_ranges_gives_intervals_beside_packages():
    packages = {"phased": {"road": "monitored", "why": "x"}, "other": {"road": 55}, "silent": {}}
    view = positions_of_case(case({"road": ISSUE}, packages), draws=40)
    table = view.tables["positions_road"]
    names = [row[0] for row in table.rows]
    assert names[0] == "compromise model (weighted mean)"
    assert names[-2:] == ["package phased", "package other"]
    assert [row[2] for row in table.rows[-2:]] == [40, 55]
    mean = next(q for q in view.quantities if q.id == "positions.road.mean")
    assert 10 < mean.low < mean.mid < mean.high < 100
    assert any("Challenge model" in sentence for sentence in view.words)
    assert view.tables["positions_road_rounds"].columns == ("round", "median", "mean", "north", "south")


def test_exact_inputs_have_no_interval_and_say_so():
    issue = {"positions": {"north": exact(0), "south": exact(10)}}
    view = positions_of_case(case({"road": issue}))
    assert all(q.low is None and q.reason_no_interval for q in view.quantities)


def test_issues_without_positions_are_left_alone():
    assert issues_of(case({"road": {"label": "x"}})) == ()
    assert positions_of_case(case({})).tables == {}


def test_listed_options_are_spread_evenly_and_weights_default_to_one():
    raw = {"options": ["closed", "monitored", "open"], "positions": {"north": "closed", "south": {"position": "open"}}}
    issue = issues_of(case({"road": raw}))[0]
    assert issue.options == {"closed": 0, "monitored": 50, "open": 100}
    assert issue.unit == "per cent of the way from closed to open"
    assert issue.nearest(40) == "monitored"
    assert forecast_issue(issue)["mean"].tolist() == [50]


def test_no_agreement_is_reported():
    issue = ISSUE | {"reversion": "open", "failure_cost": 0}
    nash = next(q for q in positions_of_case(case({"road": issue}), draws=5).quantities if q.id.endswith("nash"))
    assert nash.mid is None
    assert "better than failure" in nash.reason_no_interval


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lable": "x"}, "unknown key of an issue 'lable'; hint: did you mean 'label'"),
        ({"positions": {"north": exact(0), "sout": exact(1)}}, "unknown actor 'sout'; hint: did you mean 'south'"),
        ({"positions": {"north": exact(0)}}, "1 actors; expected at least two"),
        ({"positions": {"north": exact("shut"), "south": exact(1)}}, "'shut' is not an option of 'road'"),
        ({"positions": {"north": exact([3, 1]), "south": exact(1)}}, "expected [low, high] with low <= high"),
        ({"positions": {"north": exact(0) | {"salience": 2}, "south": exact(1)}}, "a number between 0 and 1"),
        ({"positions": {"north": exact(0) | {"capability": [3, 1]}, "south": exact(1)}}, "low <= high"),
        ({"positions": {"north": {"salience": 1}, "south": exact(1)}}, "'position' is missing"),
        ({"options": ["closed"]}, "a list of 1; expected at least 2 items"),
        ({"options": {"closed": "low"}}, "text 'low' here; expected a number"),
        ({"options": "closed"}, "a list of options from one end to the other"),
        ({"reversion": "shut"}, "'shut' is not an option of 'road'"),
    ],
)
def test_mistakes_are_located_when_the_case_is_read(tmp_path, change, words):
    found = mistakes(tmp_path, ISSUE | change)
    assert any(words in one for one in found), found


def test_the_documented_block_is_right(tmp_path):
    """Every key of the pages, with ranges, options by name and reversion: refused by the reader before."""
    assert mistakes(tmp_path, ISSUE | {"reversion": "closed", "failure_cost": [0.2, 1], "sources": []}) == []


def test_names_of_actors_do_not_change_forecasts():
    swapped = dict(zip(("south", "north"), ISSUE["positions"].values()))
    one = issues_of(case({"road": ISSUE}))[0]
    two = issues_of(case({"road": ISSUE | {"positions": swapped}}))[0]
    for name, values in forecast_issue(one, 10).items():
        np.testing.assert_array_equal(values, forecast_issue(two, 10)[name])


def test_draws_are_reproducible_and_stay_in_range():
    issue = issues_of(case({"road": ISSUE}))[0]
    rng = np.random.default_rng(0)
    for _ in range(20):
        drawn = issue.sample(rng)
        assert 10 <= drawn.position[0] <= 30
        assert drawn.position[1] == 100
        assert 60 <= drawn.capability[1] <= 80
    with pytest.raises(OptionError, match="--draws 0; expected a whole number"):
        forecast_issue(issue, 0)


def test_csv_tables_are_read_and_located(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("actor,position,capability,salience\na,1,1,1\n", encoding="utf-16")
    with pytest.raises(OptionError, match="its text is in utf-16, not UTF-8"):
        read_issue(path)
    path.write_text("actor,position,capability,salience\na,1..2,1,0.5\nb,3,1,1\n\n", encoding="utf-8")
    issue = read_issue(path)
    assert (issue.stands[0].position.low, issue.stands[0].position.high) == (1, 2)
    assert positions_of_issue(issue, 5).tables
    path.write_text("actor,position,capability,salience\na,x,1,0.5\nb,3,-1,2\n", encoding="utf-8")
    with pytest.raises(OptionError, match=r"t\.csv:2:2: 'x' in column 'position'") as caught:
        read_issue(path)
    assert [d.line for d in caught.value.diagnostics] == [2, 3, 3]
    path.write_text("actor,place\n", encoding="utf-8")
    with pytest.raises(OptionError, match="no column 'position'"):
        read_issue(path)
    with pytest.raises(OptionError, match="cannot read"):
        read_issue(tmp_path / "absent.csv")
