"""The record as it stood on a day: known leaks closed one by one, and the day from which it looks by default."""

import datetime
from pathlib import Path

import pytest
from synthetic_record import record_of, shown, world

from detente.errors import RecordError
from detente.record import CutRecord, Record, load_record
from detente.record.cut import UNDER_WAY, WITHHELD
from detente.record.lags import lags
from detente.record.ledger import ledger
from detente.record.lists import ImportedList
from detente.record.responses import responses
from detente.record.views import with_views

MINSK = Path(__file__).parents[2] / "src" / "detente" / "cases" / "minsk"


@pytest.fixture(scope="module")
def minsk() -> Record:
    return load_record(MINSK)


def cells(table, **where: str) -> dict:
    rows = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    return next(row for row in rows if all(row[name] == value for name, value in where.items()))


def test_a_note_of_hindsight_is_not_shown(minsk: Record) -> None:
    cut = minsk.as_of("2022-09-14")
    assert "September 2023" not in str(with_views(cut, lags(cut), ["record"]).rows)
    whole = minsk.as_of()
    assert "ended by the operation of September 2023" in str(with_views(whole, lags(whole), ["record"]).rows)


def test_a_reaction_is_the_part_of_it_that_had_come(minsk: Record) -> None:
    early = responses(minsk.as_of("2020-09-30"))["escalations"]
    row = cells(early, date="2020-09-27", mediator="minsk_cochairs")
    assert (row["responded"], row["lag_days"]) == ("yes", 0)
    assert (row["issued_by"], row["response_events"], row["naming"]) == ("", "", "unknown")
    late = cells(responses(minsk.as_of("2020-10-13"))["escalations"], date="2020-09-27", mediator="minsk_cochairs")
    assert "1 October" in late["issued_by"] and late["response_events"].count(" ") == 3 and late["naming"] == "none"


def test_a_reaction_without_a_day_is_unknown_before_the_record_was_compiled() -> None:
    rows, meta = world(compiled="2021-01-01")
    rows["responses"][0] |= {"lag_days": "", "response_events": ""}
    record = record_of(rows, meta)
    assert record.as_of("2019-12-31").responses["R1"].responded == "unknown"
    assert record.as_of().responses["R1"].responded == "yes"


def test_periods_that_begin_later_are_not_named(minsk: Record) -> None:
    periods = {row[1] for row in responses(minsk.as_of("2021-08-05"))["response"].rows}
    assert periods == {"before 2010-01-01", "from 2010-01-01"}


@pytest.mark.parametrize(
    ("date", "precision", "known"),
    [("2021", "", "2021-12-31"), ("2021-03", "", "2021-03-31"), ("2021-03-05", "week", "2021-03-11")],
)
def test_a_coarse_date_counts_from_the_last_day_that_it_may_mean(date: str, precision: str, known: str) -> None:
    rows, meta = world()
    rows["events"].append({"id": "E9", "date": date, "precision": precision, "type": "clash", "text": "x"})
    rows["instruments"].append({"id": "note", "name": "n", "date": date, "precision": precision, "type": "statement"})
    rows["claims"].append({"id": "C9", "by": "a", "claim": "c", "date": date, "precision": precision})
    rows["ceasefires"].append({"id": "F9", "name": "n", "start": date, "precision": precision})
    rows["statuses"].append(
        {"subject": "truce", "status": "lapsed", "date": date, "precision": precision, "note": "s9"}
    )
    rows["actors"].append({"id": "new", "name": "New", "kind": "party", "since": date, "precision": precision})
    record = record_of(rows, meta)
    day = datetime.date.fromisoformat(known)
    before, after = record.as_of(day - datetime.timedelta(days=1)), record.as_of(day)
    for kind, id in (
        ("events", "E9"),
        ("instruments", "note"),
        ("claims", "C9"),
        ("ceasefires", "F9"),
        ("actors", "new"),
    ):
        assert id not in getattr(before, kind) and id in getattr(after, kind), kind
    assert [len(cut.instruments["truce"].statuses) for cut in (before, after)] == [1, 2]


def test_an_end_without_a_day_is_its_last_day() -> None:
    rows, meta = world()
    rows["events"].append({"id": "E9", "date": "2020-01", "date_end": "2020-02", "type": "offensive", "text": "long"})
    rows["deaths"].append(
        {"id": "D9", "period": "2020", "start": "2020", "end": "2020", "low": 1, "best": 1, "high": 1}
    )
    rows["commitments"].append({"id": "truce.x", "instrument": "truce", "who": "aland", "what": "x", "by": "2020-02"})
    record = record_of(rows, meta)
    assert record.events["E9"].date_end == datetime.date(2020, 2, 29)
    assert record.commitments["truce.x"].due == datetime.date(2020, 2, 29)
    for day, text in (
        ("2020-01-30", None),
        ("2020-01-31", UNDER_WAY),
        ("2020-02-28", UNDER_WAY),
        ("2020-02-29", "long"),
    ):
        event = record.as_of(day).events.get("E9")
        assert (event.text if event else None) == text, day
    assert "D9" not in record.as_of("2020-12-30").deaths and "D9" in record.as_of("2020-12-31").deaths


def test_a_moment_without_a_day_is_refused_where_nothing_says_how_exact_it_is() -> None:
    rows, meta = world()
    rows["ceasefires"][0]["relapse_war"] = "2020"
    with pytest.raises(RecordError, match="'2020' names no day"):
        record_of(rows, meta)


def due_world(**commitment: object) -> Record:
    rows, meta = world(compiled="2022-01-01")
    rows["commitments"].append({"id": "truce.x", "instrument": "truce", "who": "aland", "what": "x", **commitment})
    return record_of(rows, meta)


def test_a_deadline_is_the_one_that_had_been_set() -> None:
    record = due_world(by="2020-11-15", extended={"2020-11-15": "2020-11-25", "2021-01-01": "2021-06-01"})
    for day, due in (("2020-11-14", "2020-11-15"), ("2020-11-20", "2020-11-25"), ("2021-01-01", "2021-06-01")):
        cut = record.as_of(day)
        commitment = cut.commitments["truce.x"]
        assert (str(commitment.due), commitment.by) == (due, due)
        assert cells(ledger(cut), commitment="truce.x")["by"] == due
    assert "2021-06" not in shown(record.as_of("2020-12-31"))


def test_a_due_date_other_than_the_promised_one_is_hindsight() -> None:
    record = due_world(by="2020-11-15", due="2020-12-25")
    assert str(record.as_of("2020-11-01").commitments["truce.x"].due) == "2020-11-15"
    assert str(record.as_of().commitments["truce.x"].due) == "2020-12-25"


def test_extensions_out_of_order_are_refused() -> None:
    with pytest.raises(RecordError, match="lies before the day on which it was set"):
        due_world(by="2020-11-15", extended={"2020-11-25": "2020-11-15"})


@pytest.mark.parametrize(
    ("commitment", "day", "by", "what"),
    [
        ({"by": "2020-10-10, 2020-10-18", "what": "hold"}, "2020-10-12", "2020-10-10", "hold"),
        (
            {"by": "end of 2021 (per Putin)", "due": "2021-12-31", "what": "trains"},
            "2020-11-11",
            "2021-12-31",
            "trains",
        ),
        ({"by": "immediate, by 2023", "what": "halt"}, "2020-11-11", "immediate", "halt"),
        ({"by": "before the vote of 2023", "what": "halt"}, "2020-11-11", WITHHELD, "halt"),
        ({"by": "2021-06-30", "what": "talks in June 2021"}, "2020-11-11", "2021-06-30", "talks in June 2021"),
        ({"by": "2021-06-30", "what": "talks, held in May 2021"}, "2020-11-11", "2021-06-30", WITHHELD),
    ],
)
def test_a_deadline_lies_ahead_and_is_shown(commitment: dict, day: str, by: str, what: str) -> None:
    found = due_world(**commitment).as_of(day).commitments["truce.x"]
    assert (found.by, found.what) == (by, what)


def test_dated_lines_of_a_remark_count_from_their_day() -> None:
    rows, meta = world(compiled="2022-01-01")
    rows["events"][0]["note"] = "seen from the hill\n2019-06-10: a second witness\n2019-09-01: the witness withdrew"
    record = record_of(rows, meta)
    assert record.as_of("2019-07-01").events["E1"].note == "2019-06-10: a second witness"
    assert record.as_of("2019-06-05").events["E1"].note == ""
    assert record.as_of().events["E1"].note.startswith("seen from the hill\n")


def test_the_marker_says_that_something_is_withheld() -> None:
    rows, meta = world()
    rows["events"][0]["text"] = "The first shots of a war that ended in November 2020"
    assert record_of(rows, meta).as_of("2020-10-31").events["E1"].text == WITHHELD
    assert "November 2020" in record_of(rows, meta).as_of("2020-11-01").events["E1"].text


def test_what_was_merged_counts_from_its_own_day() -> None:
    rows, meta = world()
    rows["events"] += [
        {
            "id": "A",
            "date": "2020-01-01",
            "type": "clash",
            "low": 1,
            "best": 1,
            "high": 1,
            "sources": "S1",
            "text": "x",
        },
        {
            "id": "B",
            "date": "2020-01-03",
            "type": "clash",
            "low": 1,
            "best": 2,
            "high": 9,
            "sources": "S2",
            "text": "y",
        },
    ]
    rows["merges"] = [{"keep": "A", "drop": "B", "why": "one raid"}]
    record = record_of(rows, meta)
    assert [record.as_of(day).events["A"].high for day in ("2020-01-02", "2020-01-03")] == [1, 9]
    assert record.as_of("2020-01-02").events["A"].sources == ("S1",) and "B" not in record.as_of("2020-01-03").events
    assert (
        "one raid" in record.as_of().events["A"].note and "one raid" not in record.as_of("2020-01-05").events["A"].note
    )


def test_hours_to_a_relapse_are_not_known_before_it() -> None:
    rows, meta = world()
    rows["ceasefires"] = [
        {"id": "F", "name": "t", "start": "2020-01-01", "relapse_war": "2020-01-02", "within_hours": 24}
    ]
    record = record_of(rows, meta)
    assert [record.as_of(d).ceasefires["F"].within_hours for d in ("2020-01-01", "2020-01-02")] == [None, 24]


def test_what_is_not_dated_is_a_judgement_of_the_day_of_compilation() -> None:
    rows, meta = world(compiled="2022-01-01")
    rows["claims"].append({"id": "C9", "by": "someone", "claim": "something"})
    record = record_of(rows, meta)
    assert "C9" not in record.as_of("2021-12-31").claims and "C9" in record.as_of("2022-01-01").claims


# ---- the day by default --------------------------------------------------------------------------------------------


def listed(last: str) -> ImportedList:
    day = datetime.date.fromisoformat(last)
    return ImportedList("mine", Path("nowhere"), 1, {"last": last}, day)


def test_the_day_by_default_is_that_of_compilation_whatever_a_list_holds() -> None:
    rows, meta = world(compiled="2020-06-01")
    assert str(record_of(rows, meta, (listed("2031-09-20"),)).as_of().day) == "2020-06-01"
    rows, meta = world()
    assert str(record_of(rows, meta, (listed("2031-09-20"),)).as_of().day) == "2020-02-01"
    assert str(record_of({}, {}, (listed("2025-09-20"),)).as_of().day) == "2025-09-20"


@pytest.mark.parametrize("field", ["date", "date_end"])
def test_a_year_that_no_record_can_hold_is_refused(field: str) -> None:
    rows, meta = world()
    rows["events"].append({"id": "E9", "type": "clash", "date": "2020-01-01", field: "2205-09-20"})
    with pytest.raises(RecordError, match=r"year outside 1800-2100 \(2205\)"):
        record_of(rows, meta)


def test_entries_after_the_day_of_compilation_are_warned_of(tmp_path: Path) -> None:
    (tmp_path / "record.yaml").write_text("compiled: 2020-06-01\n", "utf-8")
    (tmp_path / "events.csv").write_text("id,date,type\nE1,2020-01-01,clash\nE2,2021-01-01,clash\n", "utf-8")
    record = load_record(tmp_path)
    assert list(record.as_of().events) == ["E1"] and list(record.as_of("2021-01-01").events) == ["E1", "E2"]
    assert [(w.line, w.what) for w in record.warnings] == [
        (3, "column 'date': dated after the record was compiled (2020-06-01)")
    ]


def test_a_year_in_yaml_is_a_coarse_date(tmp_path: Path) -> None:
    (tmp_path / "instruments.yaml").write_text("instruments:\n  t: {name: T, date: 2016, type: law}\n", "utf-8")
    assert load_record(tmp_path).instruments["t"].precision == "year"


def test_only_a_cut_record_can_be_asked() -> None:
    record = record_of(*world())
    for ask in (ledger, lags, responses):
        with pytest.raises(AttributeError, match="'Record' object has no attribute 'day'"):
            ask(record)
    cut = record.as_of("2019-06-02")
    assert isinstance(cut, CutRecord) and cut.as_of("2020-01-01") is cut and cut.as_of("2019-01-01").events == {}
