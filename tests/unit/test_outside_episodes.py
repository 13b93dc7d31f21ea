import numpy as np
import pytest

from detente.errors import OptionError
from detente.outside import read_episodes
from detente.outside.episodes import Episodes, country_history

HEADER = (
    "conflict_id,conflictepisode,location,endyear,outcome,region,duration_years,prior_episodes,next_active_year,recur5"
)


def write(tmp_path, *rows, header=HEADER, name="episodes.csv"):
    path = tmp_path / name
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def test_labels_are_settled_from_activity(tmp_path):
    path = write(tmp_path, "1,1,A,1980,3,1,2,0,1983,1", "2,1,A,1980,3,1,2,0,1990,0", "3,1,B,1988,5,1,NA,1,,")
    episodes = read_episodes(path, True)
    assert episodes.known_until == 1990
    np.testing.assert_array_equal(episodes.column("recur5"), [1, 0, np.nan])
    assert np.isnan(episodes.column("duration_years")[2])
    assert np.isnan(episodes.column("peacekeepers")).all()


def test_forecast_files_never_read_labels(tmp_path):
    path = write(tmp_path, "1,1,A,1980,3,1,2,0,not a year,not a label")
    assert not {"recur5", "next_active_year"} & set(read_episodes(path, False).columns)


def test_every_bad_cell_is_located(tmp_path):
    path = write(tmp_path, "1,1,A,1980,three,1,2,0,1983,1", "2,1,A,1980,3,1,long,0,,0")
    with pytest.raises(OptionError, match=r"episodes\.csv:2:5: 'three' in column 'outcome'") as caught:
        read_episodes(path, True)
    assert [d.line for d in caught.value.diagnostics] == [2, 3]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1,1,A,1980,3,1,2,0,1983,0", "recur5 and next_active_year disagree"),
        ("1,1,A,1980,3,1,2,0,1979,1", "not after endyear"),
        ("1,1,A,,3,1,2,0,1983,1", "no endyear"),
    ],
)
def test_contradicting_labels_are_refused(tmp_path, row, words):
    with pytest.raises(OptionError, match=f"episodes.csv:2: .*{words}"):
        read_episodes(write(tmp_path, row, "2,1,B,1990,5,1,0,0,,0"), True)


def test_missing_columns_are_all_named(tmp_path):
    path = write(tmp_path, "1,1", header="conflict_id,end_year")
    with pytest.raises(OptionError, match="conflictepisode") as caught:
        read_episodes(path, True)
    assert len(caught.value.diagnostics) == 3


def test_ragged_rows_and_missing_files_are_refused(tmp_path):
    with pytest.raises(OptionError, match=r"episodes\.csv:2: 2 cells; expected 10"):
        read_episodes(write(tmp_path, "1,1"), True)
    with pytest.raises(OptionError, match="cannot read"):
        read_episodes(tmp_path / "absent.csv", True)
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    with pytest.raises(OptionError, match="empty file"):
        read_episodes(tmp_path / "empty.csv", True)


def test_several_codes_count_as_missing_and_are_said(tmp_path):
    episodes = read_episodes(write(tmp_path, '1,1,A,1980,3,"1, 3",2,0,1983,1'), True)
    assert np.isnan(episodes.column("region")[0])
    assert any("several codes in 'region'" in note for note in episodes.notes)


def test_as_known_hides_what_came_later(tmp_path):
    path = write(tmp_path, "1,1,A,1980,3,1,2,0,1984,1", "2,1,A,1982,3,1,2,0,1983,1", "3,1,B,1988,5,1,1,1,1991,1")
    known = read_episodes(path, True).as_known(1983)
    assert known.conflict_id == ("1", "2")
    np.testing.assert_array_equal(known.column("next_active_year"), [np.nan, 1983])
    assert np.isnan(known.column("recur5")).all()
    assert read_episodes(path, True).as_known(1983, ended_by=1980).conflict_id == ("1",)


def test_conflict_years_become_episodes(tmp_path):
    header = "conflict_id,year,location,outcome,type_of_conflict,intensity_level,start_date2,ep_end_date"
    rows = [
        "7,1990,A,,3,1,1990-01-01,",
        "7,1991,A,2,3,2,1990-01-01,1991-07-02",
        "7,1994,A,5,3,1,1994-03-01,",
        "8,1991,B,1,2,2,1991-01-01,",  # between states: left out
        "9,1999,C,,3,1,1999-01-01,",  # still active in the last year
    ]
    episodes = read_episodes(write(tmp_path, *rows, header=header), True)
    assert episodes.conflict_id == ("7", "7")
    np.testing.assert_array_equal(episodes.column("endyear"), [1991, 1994])
    np.testing.assert_array_equal(episodes.column("next_active_year"), [1994, np.nan])
    np.testing.assert_array_equal(episodes.column("recur5"), [1, 0])
    np.testing.assert_array_equal(episodes.column("prior_episodes"), [0, 1])
    np.testing.assert_array_equal(episodes.column("intensity_level"), [2, 1])
    assert episodes.column("duration_years")[0] == pytest.approx(1.5, abs=0.01)


def test_country_history_counts_only_earlier_ends_of_other_conflicts():
    ends = np.array([1960.0, 1975.0, 1980.0, 1990.0, 1990.0])
    episodes = Episodes(
        ("1", "2", "3", "4", "4"), ("1", "1", "1", "1", "2"), ("A", "a", "A", "A", ""), {"endyear": ends}
    )
    np.testing.assert_array_equal(country_history(episodes, (episodes, episodes)), [0, 1, 2, 2, np.nan])
