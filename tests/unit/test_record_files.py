"""Reading record files: mistakes are located, all of them at once; merging; confidential entries; spreadsheets."""

import dataclasses
import os
from pathlib import Path

import pytest

from detente.errors import RecordError
from detente.record import Record, load_record
from detente.record.duplicates import likely
from detente.record.imported import connect
from detente.record.kinds import KINDS, REFERENCES
from detente.record.load import load_book
from detente.record.write import write_record
from detente.verbs.record import export_book, import_book

MINSK = Path(__file__).parents[2] / "src" / "detente" / "cases" / "minsk"


def put(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_csv", ".csv").replace("_yaml", ".yaml")).write_text(text, "utf-8")
    return folder


def same(one: Record, other: Record) -> list[str]:
    """The parts in which two records differ."""
    own = ("folder", "files", "warnings")
    names = [f.name for f in dataclasses.fields(one) if f.name not in own]
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def test_everything_wrong_at_once_and_located(tmp_path: Path) -> None:
    put(
        tmp_path,
        events_csv="id,date,type,text,low,best,high\n"
        "E1,2000-13-01,clash,x,,,\nE2,2000-01-01,clash,x,9,2,3\nE3,2000-01-01,clash,x,,,\nE3,2000-01-02,clash,y,,,\n",
        instruments_yaml="instruments:\n  truce:\n    name: T\n    date: 2000-01-01\n    type: ceasefire\n"
        "    sources: [S9]\n    commitments:\n      go: {who: [a], what: go, buy: now}\n",
        statuses_csv="subject,status\ntruce.gone,pending\n",
    )
    with pytest.raises(RecordError, match=r"events\.csv:2: column 'date'") as caught:
        load_record(tmp_path)
    text = str(caught.value)
    for wanted in (
        "events.csv:2: column 'date': '2000-13-01' is not a day of the calendar (month must be in 1..12)",
        "events.csv:3: low 9.0, best 2.0, high 3.0: not in order",
        "events.csv:5: column 'id': 'E3' stands twice",
        "instruments.yaml:6:14: unknown source 'S9'",
        "instruments.yaml:8:32: unknown key 'buy'; hint: did you mean 'by'?",
        "statuses.csv:2: column 'subject': unknown commitment or instrument 'truce.gone'",
    ):
        assert wanted in text, text


def test_unknown_column_and_value_have_hints(tmp_path: Path) -> None:
    put(tmp_path, events_csv="id,date,typ,certainty\nE1,2000-01-01,clash,hihg\n")
    with pytest.raises(RecordError, match="unknown column 'typ'; hint: did you mean 'type'") as caught:
        load_record(tmp_path)
    assert "did you mean 'high'" in str(caught.value) or "'high', 'medium' or 'low'" in str(caught.value)


def test_a_row_with_a_cell_too_few_or_too_many_is_refused(tmp_path: Path) -> None:
    """A cell too few once moved `yes` from `confidential` into another column, and the shared copy showed it."""
    header = "id,title,publisher,date,url,confidential\n"
    for row, count in (("S,Cable,Embassy,2023,yes", 5), ("S,Cable,Embassy,2023,,yes,", 7)):
        put(tmp_path, sources_csv=f"{header}S0,Report,UN,2020,,\n{row}\n")
        with pytest.raises(
            RecordError, match=rf"sources.csv:3: {count} cells instead of 6; expected as many"
        ) as caught:
            load_record(tmp_path)
        assert "its comma stays" in str(caught.value)
    put(tmp_path, sources_csv=f"{header}S0,Report,UN,2020,,\nS,Cable,Embassy,2023,,yes\n")
    assert load_record(tmp_path).sources["S"].confidential


def test_no_record(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no record files"):
        load_record(tmp_path)
    with pytest.raises(RecordError, match="no record at"):
        load_record(tmp_path / "nothing")


def test_not_utf8_not_csv_not_yaml(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_bytes(b"id,date\nE\xff,2000-01-01\n")
    put(tmp_path, actors_yaml="actors: [\n", deaths_csv='id,period\nD,"open\n')
    with pytest.raises(RecordError, match="not UTF-8") as caught:
        load_record(tmp_path)
    assert "not valid YAML" in str(caught.value) and "deaths.csv:2: a quote opens in this row" in str(caught.value)


def test_coarse_dates_get_their_precision(tmp_path: Path) -> None:
    put(tmp_path, events_csv="id,date,type\nE1,2000,clash\nE2,2000-03,clash\nE3,2000-03-04,clash\n")
    assert [e.precision for e in load_record(tmp_path).events.values()] == ["year", "month", "day"]


def test_a_slip_in_an_actor_is_a_warning(tmp_path: Path) -> None:
    put(
        tmp_path,
        actors_yaml="actors:\n  armenia: {name: Armenia, kind: party}\n",
        events_csv="id,date,type,actors\nE1,2000-01-01,clash,armenja\n",
    )
    record = load_record(tmp_path)
    assert [str(w) for w in record.warnings] == [
        f"{'/'.join(tmp_path.parts[-2:])}/events.csv:2: warning: column 'actors': actor 'armenja' is not described; "
        "hint: did you mean 'armenia'?"
    ]


def test_a_slip_in_the_type_of_an_event_is_a_warning(tmp_path: Path) -> None:
    rows = "E1,2000-01-01,statement\nE2,2000-01-02,statement\nE3,2000-01-03,statemnt\nE4,2000-01-04,clash\n"
    put(tmp_path, events_csv=f"id,date,type\n{rows}")
    (warning,) = load_record(tmp_path).warnings
    assert str(warning).endswith(
        "events.csv:4: warning: column 'type': no other event has the type 'statemnt'; hint: did you mean 'statement'?"
    )


@pytest.mark.slow
def test_whole_record_through_files_and_workbook(tmp_path: Path) -> None:
    record = load_record(MINSK)
    write_record(record, tmp_path / "copy")
    assert same(record, load_record(tmp_path / "copy")) == []
    book = export_book(MINSK, tmp_path / "minsk.xlsx")
    assert same(record, load_book(book)[0]) == []


def test_mistakes_in_a_workbook_are_located_and_nothing_is_written(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "events"
    sheet.append(["id", "date", "type"])
    sheet.append(["E1", "last week", "clash"])
    book.save(tmp_path / "bad.xlsx")
    with pytest.raises(RecordError, match=r"bad\.xlsx:events:2: column 'date': 'last week' is not a date"):
        import_book(tmp_path / "bad.xlsx", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_formulas_stay_text(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    put(tmp_path, events_csv="id,date,type,text\nE1,2000-01-01,clash,=1+1\n")
    export_book(tmp_path, tmp_path / "x.xlsx")
    cell = next(c for row in openpyxl.load_workbook(tmp_path / "x.xlsx")["events"] for c in row if c.value == "=1+1")
    assert cell.data_type == "s"


TWICE = (
    "id,date,type,actors,text,low,best,high,sources,tags\n"
    "E1,2000-01-01,clash,aland borduria,Fighting at the bridge killed four,3,4,5,S1,a\n"
    "E2,2000-01-02,clash,borduria aland,Fighting near the bridge killed four,4,4,9,S2,b\n"
    "E3,2000-01-02,meeting,aland borduria,They met in a hotel,,,,S1,\n"
)


def test_duplicates_are_proposed_and_not_merged(tmp_path: Path) -> None:
    put(tmp_path, events_csv=TWICE, sources_csv="id,title\nS1,A\nS2,B\n")
    record = load_record(tmp_path)
    assert [row[:2] for row in likely(record.as_of()).rows] == [("E1", "E2")]
    assert len(record.events) == 3


def test_a_line_in_merges_merges_and_rewires(tmp_path: Path) -> None:
    put(
        tmp_path,
        events_csv=TWICE + "E4,2000-02-01,statement,cord,Cord regretted it,,,,S1,\n",
        sources_csv="id,title\nS1,A\nS2,B\n",
        merges_csv="keep,drop,why\nE1,E2,same bridge\n",
        ceasefires_csv="id,name,start,events\nC,c,1999-01-01,E2\n",
    )
    record = load_record(tmp_path)
    event = record.events["E1"]
    assert set(record.events) == {"E1", "E3", "E4"}
    assert (event.low, event.best, event.high) == (3, 4, 9)
    assert event.sources == ("S1", "S2") and event.tags == ("a", "b")
    assert event.note == "merged with E2: same bridge"
    assert record.ceasefires["C"].events == ("E1",)
    assert likely(record.as_of()).rows == ()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            "E1,E2\nE2,E1",
            ["csv:2: column 'drop': a circle: 'E2' into 'E1' into 'E2'", "csv:3: column 'drop'"],
        ),
        ("E1,E2\nE2,E3\nE3,E1", ["csv:2: column 'drop'", "csv:3: column 'drop'", "csv:4: column 'drop': a circle"]),
        ("E1,E1", ["csv:2: column 'drop': a circle: 'E1' into 'E1'; expected an event that is kept in the end"]),
        ("E1,E3\nE2,E3", ["csv:3: column 'drop': 'E3' is dropped twice: into 'E1' and into 'E2'"]),
    ],
)
def test_merges_that_contradict_each_other_are_refused(lines: str, words: list[str], tmp_path: Path) -> None:
    events = "".join(f"E{n},2000-01-0{n},clash\n" for n in (1, 2, 3))
    put(tmp_path, events_csv=f"id,date,type\n{events}", merges_csv=f"keep,drop\n{lines}\n")
    with pytest.raises(RecordError) as caught:
        load_record(tmp_path)
    assert len(caught.value.diagnostics) == len(words) and all(word in str(caught.value) for word in words)


def test_a_merge_of_an_event_that_is_nowhere_is_a_warning(tmp_path: Path) -> None:
    events = "war1,2000-01-01,clash\nwar2,2000-01-02,clash\n"
    put(tmp_path, events_csv=f"id,date,type\n{events}", merges_csv="keep,drop\nwar1,waar2\nwar1,other\nwar1,war2\n")
    slip, other = load_record(tmp_path).warnings
    assert (slip.line, slip.hint, slip.severity) == (2, "did you mean 'war2'?", "warning")
    assert other.line == 3 and "no event 'other'" in str(other) and "import the list that has it" in other.hint


def test_public_record_drops_what_rests_on_confidential_entries(tmp_path: Path) -> None:
    put(
        tmp_path,
        sources_csv="id,title,confidential\nS1,A,\nS2,B,yes\n",
        events_csv="id,date,type,sources,responds_to,confidential\n"
        "E1,2000-01-01,clash,S1,,yes\nE2,2000-01-02,clash,S2,,\nE3,2000-01-03,statement,S1,E1,\n",
        claims_yaml="claims:\n  C1: {by: x, claim: y, sources: [S1], events: [E1, E3]}\n",
    )
    public = load_record(tmp_path).public()
    assert set(public.events) == {"E3"} and public.events["E3"].responds_to == ()
    assert public.claims["C1"].events == ("E3",) and set(public.sources) == {"S1"}


def test_sql_over_the_record() -> None:
    with connect(load_record(MINSK).as_of()) as connection:
        count = connection.execute("SELECT count(*) FROM events WHERE year(date) = 2020 AND best >= 5").fetchone()
        touched = connection.execute("SELECT count(DISTINCT commitment) FROM touches").fetchone()
    assert count is not None and count[0] > 3
    assert touched is not None and touched[0] > 60


def test_every_reference_field_exists() -> None:
    for kind, fields in REFERENCES.items():
        assert set(fields) <= set(KINDS[kind].model_fields)
        assert set(fields.values()) <= set(KINDS)


@pytest.mark.parametrize("name", ["events.csv", "events.yaml", "events.parquet", "record.xlsx", "record.yaml"])
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "a folder"),
        (lambda path: path.symlink_to(path.with_name("gone")), "there is no such file"),
        (lambda path: path.symlink_to("/dev/null"), "it is a pipe, a socket or a device; expected a file"),
        (os.mkfifo, "it is a pipe, a socket or a device; expected a file"),
    ],
)
def test_what_the_system_refuses_is_told_with_the_path(name: str, make, words: str, tmp_path: Path) -> None:
    put(tmp_path, actors_yaml="actors: [\n")
    make(tmp_path / name)
    with pytest.raises(RecordError, match=f"/{name}: .*{words}") as caught:
        load_record(tmp_path)
    assert "actors.yaml" in str(caught.value)  # and what else is wrong


def test_a_file_without_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, events_csv="id,date,type\nE1,2000-01-01,clash\n")

    def refuse(*_arguments: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RecordError, match=r"/events\.csv: cannot be read: you have no permission"):
        load_record(tmp_path)


def test_a_description_that_is_none_is_told(tmp_path: Path) -> None:
    put(tmp_path, record_yaml="- a\n", events_csv="id,date,type\nE1,2000-01-01,clash\n")
    with pytest.raises(RecordError, match=r"/record\.yaml:1:1: not a description of a record"):
        load_record(tmp_path)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("1.234", "1.234 is not a whole number of deaths"),
        ("1_000", "'1_000' is not a number in plain digits"),
        ("1e3", "'1e3' is not a number in plain digits"),
        ("inf", "'inf' is not a number in plain digits"),
        ("-9", "not counts"),
    ],
)
def test_deaths_are_whole_numbers_of_plain_digits(cell: str, words: str, tmp_path: Path) -> None:
    put(tmp_path, events_csv=f"id,date,type,best\nE1,2000-01-01,clash,{cell}\n")
    with pytest.raises(RecordError, match=r"events\.csv:2: ") as caught:
        load_record(tmp_path)
    assert words in str(caught.value)


def test_what_is_measured_otherwise_may_be_a_fraction(tmp_path: Path) -> None:
    put(tmp_path, events_csv="id,date,type,best,measure\nE1,2000-01-01,return,0.5,share of prisoners\n")
    assert load_record(tmp_path).events["E1"].best == 0.5


def test_an_answer_before_the_escalation_is_refused(tmp_path: Path) -> None:
    put(
        tmp_path,
        responses_csv="id,date,escalation,mediator,responded,lag_days\nR,2000-01-01,shots,chair,yes,-3\n",
    )
    with pytest.raises(RecordError, match="lag_days -3: an answer before the escalation"):
        load_record(tmp_path)


def test_empty_rows_of_a_table_are_none(tmp_path: Path) -> None:
    put(tmp_path, events_csv=",,\nid,date,type\n,,\nE1,2000-01-01,clash\n")
    assert list(load_record(tmp_path).events) == ["E1"]


def test_what_is_wrong_in_a_cell_is_said_in_plain_words(tmp_path: Path) -> None:
    put(
        tmp_path,
        sources_csv="id,title,reliability,confidential\nS1,One,good,perhaps\nS2,Two,high,Yes\nS3,Three,low,TRUE\n",
        events_csv="id,date,type,best,sources\nE1,2001-02-30,clash,1,S1\nE2,2001-02-28,clash,1,S1 S2 S4\n",
    )
    with pytest.raises(RecordError) as caught:
        load_record(tmp_path)
    assert [str(one).split("/")[-1] for one in caught.value.diagnostics] == [
        "events.csv:2: column 'date': '2001-02-30' is not a day of the calendar (day is out of range for month)",
        "events.csv:3: column 'sources': unknown source 'S4'; hint: one of: S1, S2, S3, recall",  # S1 is there
        "sources.csv:2: column 'reliability': text 'good' here; expected one of high, medium, low",
        "sources.csv:2: column 'confidential': text 'perhaps' here; expected yes or no",
    ]


def test_marks_can_be_written_as_spreadsheets_write_them(tmp_path: Path) -> None:
    put(tmp_path, sources_csv="id,title,confidential\nS1,One,Yes\nS2,Two,TRUE\nS3,Three,no\nS4,Four,FALSE\nS5,Five,\n")
    marks = [source.confidential for source in load_record(tmp_path).sources.values()]
    assert marks == [True, True, False, False, False]


def test_an_empty_list_is_told_from_one_without_entries(tmp_path: Path) -> None:
    put(tmp_path, events_csv="id,date,type\n", actors_yaml="actors:\n")
    assert not load_record(tmp_path).events
    put(tmp_path, events_csv="\n")
    with pytest.raises(RecordError, match=r"events\.csv:1:1: the file is empty; expected a header such as id,date"):
        load_record(tmp_path)


def test_a_byte_that_is_no_utf8_has_a_place(tmp_path: Path) -> None:
    put(tmp_path, actors_yaml="actors: {}\n")
    (tmp_path / "events.csv").write_bytes(b"id,date,type\nE1,2000-01-01,caf\xe9\n")
    with pytest.raises(RecordError, match=r"events\.csv:2:18: byte 0xe9 is not UTF-8; expected UTF-8 text; hint: save"):
        load_record(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["actors.csv", "actors.yaml"])
def test_a_file_in_utf_16_is_one_sentence(name: str, encoding: str, tmp_path: Path) -> None:
    text = "id,name,kind\na,A,party\n" if name.endswith("csv") else "actors:\n  a: {name: A, kind: party}\n"
    (tmp_path / name).write_text(text, encoding)
    with pytest.raises(
        RecordError, match=rf"/{name}:1:1: its text is in {encoding}, not UTF-8; .*save it as"
    ) as caught:
        load_record(tmp_path)
    assert len(caught.value.diagnostics) == 1


def test_a_party_that_is_no_actor_of_the_record_is_noted(tmp_path: Path) -> None:
    put(
        tmp_path,
        record_yaml="parties: [armenia, azerbaijn]\n",
        actors_yaml="actors:\n  azerbaijan: {name: Azerbaijan, kind: state}\n  armenia: {name: Armenia, kind: state}\n",
    )
    (warning,) = load_record(tmp_path).warnings
    assert "record.yaml:1:20: warning: party 'azerbaijn' is not described; hint: did you mean 'azerbaijan'?" in str(
        warning
    )
    put(tmp_path, actors_yaml="actors: {}\n")
    assert not load_record(tmp_path).warnings  # a record that describes no actors has nothing to compare with


def test_a_row_that_is_left_out_makes_no_other_mistake(tmp_path: Path) -> None:
    put(tmp_path, events_csv="id,date,type,responds_to\nE1,2000-01-01\nE2,2000-01-02,clash,E1\n")
    with pytest.raises(RecordError) as caught:
        load_record(tmp_path)
    assert [one.what for one in caught.value.diagnostics] == ["2 cells instead of 4"]
    (tmp_path / "sources.csv").write_bytes(b"id,title\nS1,caf\xe9\n")
    put(
        tmp_path, events_csv="id,date,type,sources\nE1,2000-01-01,clash,S1\n", statuses_csv="subject,status\nx.y,late\n"
    )
    with pytest.raises(RecordError) as caught:
        load_record(tmp_path)
    assert [one.what for one in caught.value.diagnostics] == [
        "byte 0xe9 is not UTF-8",
        "column 'subject': unknown commitment or instrument 'x.y'",
    ]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_cells_between_other_signs_than_commas_are_one_mistake(separator: str, tmp_path: Path) -> None:
    put(tmp_path, events_csv="id,date,type\nE1,2000-01-01,clash\n".replace(",", separator))
    with pytest.raises(RecordError) as caught:
        load_record(tmp_path)
    (one,) = caught.value.diagnostics
    assert f"cells are separated by {separator!r}; expected commas between cells; hint: save it as" in str(one)
    assert (one.line, one.column) == (1, 1)


@pytest.mark.parametrize("name", ["events.yaml", "statuses.csv", "record.yaml"])
def test_an_empty_file_is_never_taken_for_one_with_nothing_in_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "actors.yaml").write_text("actors: {}\n", "utf-8")
    (tmp_path / name).write_text("", "utf-8")
    with pytest.raises(RecordError, match=rf"{name}:1:1: the file is empty; expected"):
        load_record(tmp_path)


def test_slips_in_names_of_actors_kinds_and_viewpoints_are_warnings(tmp_path: Path) -> None:
    put(
        tmp_path,
        actors_yaml="actors:\n  gam: {name: Free Aceh Movement, kind: party}\n"
        "  hdc: {name: A centre, kind: mediater}\n",
        sources_csv="id,title,viewpoint\nS1,One,gma\n",
        instruments_yaml="instruments:\n  mou:\n    {name: M, date: 2005-08-15, type: agreement, parties: [gma],\n"
        "    commitments: {lay: {who: [gam], what: lay down arms}}}\n",
        statuses_csv="subject,viewpoint,status\nmou.lay,recrd,fulfilled\nmou.lay,record,late\n",
    )
    said = {str(one).split("/")[-1] for one in load_record(tmp_path).warnings}
    assert said == {
        "actors.yaml:3:31: warning: no other actor is of the kind 'mediater'; hint: did you mean 'mediator'?",
        "instruments.yaml:3:59: warning: actor 'gma' is not described; hint: did you mean 'gam'?",
        "statuses.csv:2: warning: column 'viewpoint': viewpoint 'recrd' is nobody's; expected 'record' or an actor; "
        "hint: did you mean 'record'?",
    }


INSTRUMENTS = "instruments:\n  i1:\n    {{name: T, date: 2000-01-01, type: ceasefire, {more}}}\n"


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        (
            "instruments.yaml",
            INSTRUMENTS.format(more='details: {a: "x\\a"}'),
            r"yaml:3:\d+: control .*0007",
        ),
        ("instruments.yaml", INSTRUMENTS.format(more='afterwards: {a: ["x\\e"]}'), r"yaml:3:\d+: control"),
        (
            "instruments.yaml",
            INSTRUMENTS.format(more='details: {a: "x\\ud800"}'),
            r"yaml:3:\d+: .*half of",
        ),
        ("actors.csv", 'id,name,kind,details\na,A,party,"{""x\\ud800"": 1}"\n', r"csv:2: .*control .*D800"),
        (
            "interests.csv",
            'id,actor,period,reasons\na,A,p,"{""\\u0007"": ""x""}"\n',
            r"csv:2: .*control .*0007",
        ),
    ],
)
def test_no_text_of_a_record_has_control_characters(name: str, text: str, place: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(RecordError, match=place):
        load_record(tmp_path)
