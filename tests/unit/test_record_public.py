"""A record without what is confidential, entry by entry."""

from pathlib import Path

import pytest

from detente.record import Record, load_record
from detente.record.public import hidden

FILES = {
    "sources.csv": "id,title,confidential\nS1,Open,\nS2,A cable,yes\n",
    "events.csv": (
        "id,date,type,text,sources,confidential\n"
        "E1,2000-01-01,clash,Shots,S1,\nE2,2000-02-01,clash,More shots,S1,yes\n"
        "E3,2000-03-01,clash,Told by a cable,S2,\n"
        "E4,2000-04-01,clash,Seen by E2x and not by the other,S1,\nE5,2000-05-01,clash,As after e2,S1,\n"
    ),
    "merges.csv": "keep,drop,why\nE1,L1,one event\nE2,L2,one event\n",
    "instruments.yaml": (
        "instruments:\n  truce:\n    name: Truce\n    date: 2000-06-01\n    type: ceasefire\n    sources: [S1]\n"
        "    commitments:\n      leave: {who: [a], what: leave}\n      pay: {who: [b], what: pay, confidential: yes}\n"
    ),
    "claims.csv": "id,by,kind,claim,date\nC1,A minister,factual,So it is,2000-01-01\n",
    "relations.csv": "claim,position,by,says,sources\nC1,opposes,One,No,S1\nC1,opposes,Two,Never,S2\n",
}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder: Path = tmp_path_factory.mktemp("record")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return load_record(folder)


def test_what_is_marked_goes_and_what_rests_on_it(record: Record) -> None:
    shown = record.public()
    assert list(shown.sources) == ["S1"] and list(shown.events) == ["E1", "E4", "E5"]
    assert list(shown.commitments) == ["truce.leave"]


def test_rows_inside_others_go_one_by_one(record: Record) -> None:
    shown = record.public()
    assert [c.id for c in shown.instruments["truce"].commitments] == ["truce.leave"]
    assert [(o.by, o.says) for o in shown.claims["C1"].others] == [("One", "No")]


def test_merges_into_what_is_public_stay(record: Record) -> None:
    assert record.merged == {"L1": "E1", "L2": "E2"}
    assert record.public().merged == {"L1": "E1"}


def test_texts_that_name_a_hidden_entry_are_withheld(record: Record) -> None:
    tells = hidden(record).tells
    assert tells("After e2, shots.") and tells("E2") and not tells("E2x") and not tells("E1 and E4")
    shown = record.public().events
    assert shown["E4"].text == "Seen by E2x and not by the other"
    assert "e2" not in shown["E5"].text and shown["E5"].text != ""


def test_where_nothing_is_marked_it_is_the_same_record(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("id,date,type\nE1,2000-01-01,clash\n", "utf-8")
    record = load_record(tmp_path)
    assert record.public() is record
