"""The ledger on planted commitments: every state, from the events that make it."""

import datetime
from pathlib import Path

import pytest

from detente.errors import OptionError
from detente.record import load_record
from detente.record.lags import lags
from detente.record.ledger import ledger
from detente.record.responses import wilson
from detente.record.views import with_views

FILES = {
    "sources.csv": "id,title\nS1,A newspaper\n",
    "actors.yaml": "actors:\n  aland: {name: Aland, kind: party}\n  borduria: {name: Borduria, kind: party}\n",
    "instruments.yaml": """
instruments:
  truce:
    name: The truce
    date: 2000-01-01
    type: ceasefire
    sources: [S1]
    commitments:
      withdraw: {who: [aland], to: [borduria], what: withdraw, by: 2000-06-01}
      talk: {who: [aland, borduria], what: hold talks, by: continuing}
      count: {who: [aland], what: count the mines, by: immediate}
      lift: {who: [borduria], what: lift the blockade, by: on withdrawal}
      free: {who: [borduria], what: free prisoners, by: immediate}
      old: {who: [aland], what: open an office, by: immediate}
  mandate:
    name: The mandate
    date: 2001-01-01
    type: mandate
    sources: [S1]
    commitments:
      meet: {who: [aland], what: meet, by: immediate}
      send: {who: [borduria], what: send observers, by: after agreement}
""",
    "events.csv": "id,date,type,actors,text,sources\n"
    "E1,2000-03-01,violation,aland,Aland stayed,S1\n"
    "E2,2003-01-01,meeting,aland borduria,They met,S1\n"
    "E3,2002-01-01,return,borduria,Prisoners went home,S1\n"
    "E4,2008-01-01,statement,aland,Aland asked for the office,S1\n"
    "E5,2009-12-31,other,aland,The mandate was ended,S1\n",
    "touches.csv": "event,commitment,how,certainty\n"
    "E1,truce.withdraw,breached,high\nE2,truce.talk,performed,high\nE3,truce.free,performed,high\n"
    "E4,truce.old,invoked,high\nE5,mandate.send,ended,high\n",
    "statuses.csv": "subject,viewpoint,status,date,sources,note\n"
    "truce.withdraw,record,violated,2000-06-02,S1,\n"
    "truce.withdraw,borduria,violated,2000-06-02,S1,they never left\n"
    "truce.count,record,fulfilled,2001-05-05,S1,\n"
    "mandate,record,superseded,2009-12-31,S1,\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def states(folder: Path, **options) -> dict[str, str]:
    table = ledger(load_record(folder).as_of("2010-01-01"), **options)
    at = table.columns.index("state")
    return {str(row[0]): str(row[at]) for row in table.rows}


def test_every_state(folder: Path) -> None:
    assert states(folder) == {
        "truce.withdraw": "forgotten",  # due, breached ten years ago, and nothing since
        "truce.talk": "dormant",  # continuing, last performed seven years ago
        "truce.count": "fulfilled",
        "truce.lift": "dormant",  # conditional and never touched
        "truce.free": "performed",  # done, though no status says so
        "truce.old": "overdue",  # due, but invoked two years ago
        "mandate.meet": "ended_asleep",  # ended with its instrument after nine years of nothing
        "mandate.send": "ended_asleep",
    }


def test_forgotten_lists_sleepers_longest_first(folder: Path) -> None:
    table = ledger(load_record(folder).as_of("2010-01-01"), forgotten=True)
    slept = [row[table.columns.index("slept_years")] for row in table.rows]
    assert slept == sorted(slept, reverse=True)
    assert [row[0] for row in table.rows][:2] == ["truce.lift", "truce.withdraw"]


def test_years_move_the_boundary(folder: Path) -> None:
    assert states(folder, years=1.5)["truce.old"] == "forgotten"
    assert states(folder, years=8.0)["truce.talk"] == "open"


def test_removing_the_touch_changes_the_list(folder: Path) -> None:
    lines = FILES["touches.csv"].splitlines()
    (folder / "touches.csv").write_text("\n".join(line for line in lines if "truce.old" not in line), "utf-8")
    assert states(folder)["truce.old"] == "forgotten"


def test_by_actor_has_one_row_for_each_that_owes(folder: Path) -> None:
    table = ledger(load_record(folder).as_of("2010-01-01"), by="actor")
    who = [row[table.columns.index("who")] for row in table.rows]
    assert who == sorted(who) and "aland borduria" not in who and len(who) == 9


def test_viewpoint_of_one_side(folder: Path) -> None:
    table = ledger(load_record(folder).as_of("2010-01-01"), viewpoints=["borduria"])
    status = {row[0]: row[table.columns.index("status")] for row in table.rows}
    assert status["truce.withdraw"] == "violated" and status["truce.count"] == ""


def test_view_column_beside_any_table(folder: Path) -> None:
    record = load_record(folder).as_of()
    table = with_views(record, lags(record), ["borduria", "aland"])
    row = dict(zip(table.columns, next(r for r in table.rows if r[0] == "truce.withdraw"), strict=True))
    assert row["view: borduria"] == "violated (they never left)" and row["view: aland"] == ""


def test_lags_of_what_was_done_and_of_what_was_not(folder: Path) -> None:
    found = {row[0]: row for row in lags(load_record(folder).as_of("2010-01-01")).rows}
    assert found["truce.free"][5:9] == ("2002-01-01", "E3", "in part", 2.0)
    assert found["truce.count"][5] == "2001-05-05"
    assert found["truce.lift"][5] == "" and found["truce.lift"][8] == 10.0
    assert found["mandate.meet"][8] == 9.0  # until it ended
    assert "truce.talk" not in found


def test_as_of_before_a_commitment(folder: Path) -> None:
    assert ledger(load_record(folder).as_of("1999-12-31")).rows == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "actr"}, "unknown order 'actr'.*did you mean 'actor'"),
        ({"viewpoints": ["alan"]}, "unknown viewpoint 'alan'.*did you mean 'aland'"),
        ({"as_of": "yesterday"}, "'yesterday' is not a date"),
    ],
)
def test_wrong_options(folder: Path, options: dict, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        ledger(load_record(folder).as_of(options.pop("as_of", "2010-01-01")), **options)


def test_under_way_shows_nothing_of_its_end(folder: Path) -> None:
    (folder / "touches.csv").unlink()
    (folder / "events.csv").write_text(
        "id,date,date_end,type,text,best\nE6,2004-01-01,2005-01-01,offensive,It failed with many dead,900\n", "utf-8"
    )
    event = load_record(folder).as_of("2004-06-01").events["E6"]
    assert event.date_end is None and event.best is None and "failed" not in event.text
    assert load_record(folder).as_of("2005-01-01").events["E6"].best == 900


def test_wilson_interval() -> None:
    low, high = wilson(16, 17, z=1.959963984540054)
    assert (round(low, 4), round(high, 4)) == (0.7302, 0.9895)  # Wilson 95 %, as in common calculators
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 4)[0] == 0.0


def test_default_date_is_the_last_that_is_known(folder: Path) -> None:
    assert load_record(folder).compiled_on == datetime.date(2009, 12, 31)
    (folder / "record.yaml").write_text("compiled: 2012-02-02\n", "utf-8")
    assert load_record(folder).compiled_on == datetime.date(2012, 2, 2)
