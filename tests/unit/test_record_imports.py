"""Importing long lists: the GED sample, mapping files, set-aside rows, repeated ids, and what a kill leaves behind."""

import csv
import datetime
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from detente.errors import FileError, OptionError, RecordError, UserError
from detente.files.damaged import csv_items
from detente.record import load_record, publish
from detente.record.imported import yearly_deaths
from detente.record.imports import import_file
from detente.record.mapping import load_mapping, mapping_names
from detente.record.names import slug
from detente.record.publish import ImportReport
from detente.verbs.import_ import run as import_list

MAPPING = """
mapping: mine
title: Mine
columns:
  id: {column: no, prefix: m}
  date: {column: day, format: "%d.%m.%Y"}
  type: {column: what, values: {"1": clash, "2": meeting}}
  actors: {column: who, split: ";"}
  best: {column: dead, absent: ["-9"]}
  latitude: lat
keep: [remark]
"""
HEADER = "no;day;what;who;dead;lat;remark\n"


@pytest.fixture
def sample(shared: Path) -> Path:
    return shared / "data" / "ucdp" / "ged_23_1_sample_1000.csv"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(MAPPING + 'delimiter: ";"\n', "utf-8")
    return path


def fetch(result: ImportReport, sql: str) -> list[tuple]:
    with duckdb.connect() as connection:
        return connection.execute(sql.replace("LIST", f"read_parquet('{result.file}')")).fetchall()


def test_the_ged_sample(sample: Path, tmp_path: Path) -> None:
    result = import_list("ucdp-ged", sample, tmp_path)
    assert result.rows == 1000 == result.imported + result.set_aside
    assert result.imported >= 950
    with sample.open(encoding="utf-8", newline="") as stream:
        given = {f"ged{row['id'][:-2]}": row for row in csv.DictReader(stream)}
    found = fetch(result, 'SELECT id, source_article, best, actors, "end" FROM LIST')
    assert len(found) == result.imported
    newlines = 0
    for id, article, best, actors, end in found:
        row = given[id]
        assert (article or "") == row["source_article"]
        assert best == float(row["best"])
        assert actors == " ".join(dict.fromkeys((slug(row["side_a"]), slug(row["side_b"]))))
        assert end.isoformat() == row["date_end"][:10]
        newlines += "\n" in row["source_article"]
    assert newlines > 0  # the sample holds embedded newlines, and they came through above
    with Path(result.set_aside_file).open(encoding="utf-8", newline="") as stream:
        aside = list(csv.DictReader(stream))
    assert len(aside) == result.set_aside
    assert all(int(row["line"]) > 1 and row["reason"] and row["row"] for row in aside)
    assert all("not in order" in row["reason"] for row in aside)  # high below best, or best below low


def test_imported_lists_stand_beside_the_record(sample: Path, tmp_path: Path) -> None:
    import_list("ucdp-ged", sample, tmp_path)
    record = load_record(tmp_path)
    assert [i.name for i in record.imported] == ["ucdp-ged"]
    table = yearly_deaths(record.as_of("2000-12-31"))["ucdp-ged"]
    assert max(row[0] for row in table.rows) == 2000
    assert record.imported[0].about["tested"] is True


def test_mapping_with_formats_and_absent_values(mine: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(HEADER + '7;24.12.1999;1;Côte d\'Ivoire;12;45.5;"a ""b""\nc"\n8;1.2.2000;2;A;-9;;\n', "utf-8")
    result = import_file(str(mine), file, tmp_path)
    assert fetch(result, "SELECT id, date::VARCHAR, type, actors, best, latitude, remark FROM LIST ORDER BY id") == [
        ("m7", "1999-12-24", "clash", "côte_d_ivoire", 12.0, 45.5, 'a "b"\nc'),
        ("m8", "2000-02-01", "meeting", "a", None, None, None),
    ]


def test_bad_rows_are_set_aside_with_line_and_reason(mine: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    body = [
        "1;24.12.1999;1;A;1;0;\n",
        "2;30.02.1999;1;A;1;0;\n",
        "3;24.12.1999;3;A;1;0;\n",
        "4;24.12.1999;1;A;many;0;\n",
        "5;24.12.1999;1;A;1;91;\n",
        "6;24.12.1999;1;A;1\n",
        "1;25.12.1999;2;B;1;0;\n",
        ";25.12.1999;2;B;1;0;\n",
        "9;25.12.1999;2;B;1;0;fine\n",
    ]
    file.write_text(HEADER + "".join(body), "utf-8")
    result = import_file(str(mine), file, tmp_path)
    assert (result.rows, result.imported, result.set_aside) == (9, 2, 7)
    with Path(result.set_aside_file).open(encoding="utf-8", newline="") as stream:
        aside = {int(row["line"]): row for row in csv.DictReader(stream)}
    assert [aside[n]["reason"] for n in (3, 4, 5, 6, 7, 8, 9)] == [
        "date: '30.02.1999' is not a date in '%d.%m.%Y'",
        "type: '3' is not one of 1, 2",
        "best: 'many' is not a count; counts are whole numbers of plain digits",
        "latitude: 91 is not in degrees",
        "5 cells instead of 7",
        "id 'm1' stands twice (first at line 2)",
        "id is empty",
    ]
    assert aside[5]["row"] == body[3].rstrip("\n")


def test_an_open_quote_costs_one_row_and_not_the_rest(mine: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    good = "".join(f"{n};24.12.1999;1;A;1;0;x\n" for n in range(10, 400))
    file.write_text(HEADER + '1;24.12.1999;1;A;1;0;"never closed\n' + good, "utf-8")
    result = import_file(str(mine), file, tmp_path)
    assert (result.rows, result.set_aside) == (391, 1)


def test_bytes_in_another_encoding_cost_their_row_only(mine: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(HEADER.encode() + b"1;24.12.1999;1;A;1;0;caf\xe9\n2;24.12.1999;1;A;1;0;caf\xc3\xa9\n")
    result = import_file(str(mine), file, tmp_path)
    assert (result.imported, result.set_aside) == (1, 1)
    assert b"caf\xe9" in Path(result.set_aside_file).read_bytes()


def test_xlsx(mine: Path, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(";"))
    book.active.append([1, "24.12.1999", 1, "A;B", 3.0, 45.25, "x\ny"])
    book.active.append([2, "24.12.1999", 7, "A;B", 3.0, 45.25, None])
    book.save(tmp_path / "list.xlsx")
    result = import_file(str(mine), tmp_path / "list.xlsx", tmp_path)
    assert (result.rows, result.imported, result.set_aside) == (2, 1, 1)
    assert fetch(result, "SELECT id, actors, best, remark FROM LIST") == [("m1", "a b", 3.0, "x\ny")]


def test_importing_again_replaces(mine: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(HEADER + "1;24.12.1999;1;A;1;0;\n", "utf-8")
    import_file(str(mine), file, tmp_path)
    file.write_text(HEADER + "1;24.12.1999;1;A;1;0;\n2;24.12.1999;1;A;1;0;\n", "utf-8")
    result = import_file(str(mine), file, tmp_path)
    assert load_record(tmp_path).imported[0].rows == 2
    assert [p.name for p in (tmp_path / "imported").glob("*.parquet")] == [Path(result.file).name]


def test_columns_that_are_missing_are_all_named(mine: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("no;date;what;who;dead;latt\n", "utf-8")
    with pytest.raises(RecordError, match="no column 'remark'") as caught:
        import_file(str(mine), file, tmp_path)
    assert "no column 'day'" in str(caught.value) and "did you mean 'latt'" in str(caught.value)
    assert not (tmp_path / "imported").exists()


def test_mistakes_in_a_mapping_are_located(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("mapping: x\ntitle: X\ncolumns:\n  id: a\n  dat: b\n  type: {colum: c}\n", "utf-8")
    with pytest.raises(RecordError, match="unknown target 'dat'; hint: did you mean 'date'") as caught:
        load_mapping(str(path))
    assert "bad.yaml:6:10: unknown key 'colum'; hint: did you mean 'column'" in str(caught.value)
    assert "'date' is missing" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tested: true\n", ["1:1: 'mapping' is missing; expected name of the list; hint: add 'mapping: ...'",
                            "1:1: 'title' is missing; expected what the list is",
                            "1:1: 'columns' is missing; expected target: where it comes from"]),
        ("- a\n", ["1:1: a list here; expected a mapping with mapping, title"]),
        ("", ["1:1: the file is empty; expected a mapping with mapping, title"]),
        ("mapping: x\ntitle: X\ncolumns: [id]\n", ["3:10: a list here; expected a mapping, one target a line"]),
        ("mapping: x\ntitle: X\ncolumns: {id: a, date: b, type: [c]}\n", ["3:33: a list here; expected text"]),
        ("mapping: X y\ntitle: [X]\ncolumns: {id: a, date: {column: b, format: {a: b}}, type: {}}\n",
         ["1:10: 'X y' cannot be the name of a list", "2:8: a list here; expected text",
          "3:44: a mapping here; expected text", "3:59: nothing from which 'type' comes"]),
        ("mapping: x\ntitle: X\ncolumns: {id: a, date: b, type: c, end: d, date_end: e}\n",
         ["3:44: 'date_end' is an earlier name of 'end'; expected one of them"]),
    ],
)  # fmt: skip
def test_every_mistake_of_a_mapping_has_its_place_and_its_name(text: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    with pytest.raises(RecordError, match=r"bad\.yaml:1|bad\.yaml:3") as caught:
        load_mapping(str(tmp_path / "bad.yaml"))
    found = [str(d).removeprefix("bad.yaml:") for d in caught.value.diagnostics]
    assert len(found) == len(words) and all(map(str.startswith, found, words)), found


def test_numbers_in_a_mapping_are_their_words(tmp_path: Path) -> None:
    text = "mapping: x\ntitle: 2\n"
    text += "columns: {id: a, date: b, type: {column: c, values: {1: war}}, best: {column: d, absent: -9}}\n"
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    found = load_mapping(str(tmp_path / "x.yaml")).columns
    assert (found["type"].values, found["best"].absent) == ({"1": "war"}, ("-9",))


def test_shipped_mappings_load_and_say_whether_they_were_tried() -> None:
    assert mapping_names() == ["acled", "icb", "pa-x", "ucdp-ged"]
    for name in mapping_names():
        mapping = load_mapping(name)
        assert mapping.tested == (name == "ucdp-ged")
        assert mapping.tested or "No file was at hand" in mapping.note


def test_untested_mappings_read_a_file_with_their_columns(tmp_path: Path) -> None:
    acled = "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,actor2,location,notes,fatalities,"
    acled += "country,latitude,longitude,source,admin1,admin2,geo_precision\n"
    acled += "AZE1,2020-09-27,1,Battles,Armed clash,Military A,Military B,Somewhere,Words,5,Aland,40.0,46.5,S,a,b,1\n"
    icb = "crisno,crisname,yrtrig,motrig,datrig,yrterm,moterm,daterm,viol,outcom,geog\n"
    icb += "390,BRIDGE,1991,12,3,1992,8,5,3,2,1\n"
    pax = "AgtId,Dat,Parties,Agt,Stage,Con,PP,PPName,Status,Agtp\n310,1994-05-05,A;B,Protocol,Cea,C,1,P,S,T\n"
    for name, text in {"acled": acled, "icb": icb, "pa-x": pax}.items():
        file = tmp_path / f"{name}.csv"
        file.write_text(text, "utf-8")
        assert import_file(name, file, tmp_path / name).imported == 1, name


def test_shipped_cases_are_read_only(sample: Path) -> None:
    with pytest.raises(OptionError, match="copy it first: detente new mine --from minsk"):
        import_list("ucdp-ged", sample, "minsk")


def test_unknown_mapping(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"unknown mapping 'ucdp-gde'.*did you mean 'ucdp-ged'"):
        import_list("ucdp-gde", tmp_path / "x.csv", tmp_path)


def test_failure_while_publishing_leaves_the_old_list(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(HEADER + "1;24.12.1999;1;A;1;0;\n", "utf-8")
    import_file(str(mine), file, tmp_path)
    before = load_record(tmp_path).imported
    file.write_text(HEADER + "2;24.12.1999;1;A;1;0;\n3;24.12.1999;1;A;1;0;\n", "utf-8")

    def fail(*_arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(publish, "write_text", fail)
    with pytest.raises(FileError, match="disk full"):
        import_file(str(mine), file, tmp_path)
    assert load_record(tmp_path).imported == before
    assert before[0].path.is_file()


def test_kill_during_an_import_leaves_the_case_as_it_was(mine: Path, tmp_path: Path) -> None:
    case, temporary = tmp_path / "case", tmp_path / "temporary"
    for folder in (case, temporary):
        folder.mkdir()
    (case / "events.csv").write_text("id,date,type\nE1,2000-01-01,clash\n", "utf-8")
    file = tmp_path / "list.csv"
    with file.open("w", encoding="utf-8") as stream:
        stream.write(HEADER)
        stream.writelines(f"{n};24.12.1999;1;A;1;0;x\n" for n in range(300_000))
    before = {path: path.read_bytes() for path in case.rglob("*") if path.is_file()}
    code = "from detente.verbs.frame.app import main; main()"
    command = [sys.executable, "-c", code, "import", str(mine), str(file), "--into", str(case)]
    process = subprocess.Popen(
        command, env={**os.environ, "TMPDIR": str(temporary)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not any(p.stat().st_size > 10_000 for p in temporary.glob("detente-import-*/staged.csv")):
        assert process.poll() is None and time.monotonic() < deadline, "the import ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert {path: path.read_bytes() for path in case.rglob("*") if path.is_file()} == before
    assert load_record(case).imported == ()


def test_items_cover_every_line(sample: Path) -> None:
    items = list(csv_items(sample, ",", "utf-8-sig"))
    assert len(items) == 1001 and not any(item.wrong for item in items)
    assert "".join(item.raw for item in items) == sample.read_bytes().decode("utf-8-sig")


def test_progress_rises(sample: Path, tmp_path: Path) -> None:
    told: list[float] = []
    import_file("ucdp-ged", sample, tmp_path, progress=lambda share, _words: told.append(share))
    assert told == sorted(told) and told[-1] >= 0.9
    about = json.loads((tmp_path / "imported" / "ucdp-ged.json").read_text("utf-8"))
    assert about["rows"] + about["set_aside"] == 1000


# ---- mappings --------------------------------------------------------------------------------------------------------


def mapped(tmp_path: Path, columns: str, content: str, more: str = "") -> ImportReport:
    """Import a text by the `columns:` of a mapping."""
    (tmp_path / "mine.yaml").write_text(f"mapping: mine\ntitle: t\n{more}columns:\n{columns}", "utf-8")
    (tmp_path / "list.csv").write_text(content, "utf-8")
    return import_file(str(tmp_path / "mine.yaml"), tmp_path / "list.csv", tmp_path)


LEAST = "  id: no\n  date: day\n  type: {constant: clash}\n"


def test_a_template_is_filled_from_columns_of_any_name(tmp_path: Path) -> None:
    report = mapped(
        tmp_path, LEAST + '  text: {template: "{Source Name}: {was sagt, wer}"}\n',
        'no,day,Source Name,"was sagt, wer"\n1,2020-01-01,{day},said {no} more\n',
    )  # fmt: skip
    assert fetch(report, "SELECT text FROM LIST") == [("{day}: said {no} more",)]


def test_a_template_that_names_no_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"no column 'Sorce Name'; hint: did you mean 'Source Name'"):
        mapped(
            tmp_path, LEAST.replace("id: no", 'id: {template: "{Sorce Name}"}'), "no,day,Source Name\n1,2020-01-01,a\n"
        )


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("  text: {template: words}\n", "7:20: template 'words'; expected names of columns in braces"),
        ('  text: {template: "{words"}\n', "template '{words'; expected names of columns in braces"),
        ("  text: {column: a, constant: b}\n", "column and constant for 'text'; expected one of column, columns"),
        ("  text: {}\n", "nothing from which 'text' comes"),
        ("  text: {column: a, split: ;}\n", "`split` does nothing for 'text'; expected only for actors, target"),
        ("  best: {column: a, format: '%Y'}\n", "`format` does nothing for 'best'"),
        ("  actors: {column: a, prefix: x}\n", "`prefix` does nothing for 'actors'"),
        ("  end: {column: a, values: {b: c}}\n", "`values` does nothing for 'end'"),
        ("  actors: {column: a, other: b}\n", "`other` without `values`"),
        ("  best: {constant: '1', absent: ['1']}\n", "`absent` without a column"),
        ("  end: {column: a, format: '%d/%m/%y'}\n", "two-digit years need `pivot`: the last year"),
        ("  end: {column: a, format: '%d.%m.'}\n", "format '%d.%m.' has no year"),
        ("  end: {column: a, format: '%Y %d'}\n", "has a day but no month"),
        ("  end: {column: a, format: '%x'}\n", "'%x' is not read; use %Y %m %d"),
        ("  end: {column: a, format: ['%Y', '%G']}\n", "'%G' is not read"),
    ],
)
def test_what_would_be_read_otherwise_than_meant_is_refused_in_the_mapping(
    columns: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(RecordError, match=r"mine\.yaml:\d+:\d+: ") as caught:
        mapped(tmp_path, LEAST + columns, "no,day,a\n1,2020-01-01,x\n")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("delimiter: '::'\n", "3:12: delimiter '::'; expected one sign"),
        ("encoding: utf-88\n", "3:11: unknown encoding 'utf-88'"),
        ("skip: -1\n", "3:7: number -1 here; expected a whole number of at least 0"),
        ("skip: yes\n", "3:7: text 'yes' here; expected a whole number of at least 0"),
        ("tested: maybe\n", "3:9: text 'maybe' here; expected true or false"),
        ("kep: [a]\n", "3:1: unknown key 'kep'; hint: did you mean 'keep'"),
        ("keep: {a: b}\n", "3:7: a mapping here; expected text"),
    ],
)
def test_how_a_file_is_read_is_checked(more: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"mine\.yaml:3:") as caught:
        mapped(tmp_path, LEAST, "no,day\n1,2020-01-01\n", more)
    assert words in str(caught.value)


@pytest.mark.parametrize(("pivot", "year"), [(2025, "1946"), (2045, "1946"), (2046, "2046"), (1950, "1946")])
def test_two_digit_years_mean_the_last_that_the_pivot_allows(pivot: int, year: str, tmp_path: Path) -> None:
    columns = LEAST.replace("date: day", f'date: {{column: day, format: "%d/%m/%y", pivot: {pivot}}}')
    assert fetch(mapped(tmp_path, columns, "no,day\n1,03/02/46\n"), "SELECT year(date) FROM LIST") == [(int(year),)]


def test_an_end_in_its_own_column(tmp_path: Path) -> None:
    report = mapped(
        tmp_path, LEAST + "  date_end: last\n",
        "no,day,last\n1,2020-01-01,2020-02\n2,2020-01-01,\n3,2020-01-01,NA\n4,2020-01-02,2020-01-01\n5,2020-01-01,soon\n"
        "6,2020-01-01 to 2020-01-03,2020-01-03\n7,2020-01-01 to 2020-01-03,2020-01-04\n8,2020-01-01,2020 to 2021\n",
    )  # fmt: skip
    assert fetch(report, 'SELECT id, "end"::VARCHAR FROM LIST ORDER BY id') == [
        ("1", "2020-02-29"), ("2", None), ("3", None), ("6", "2020-01-03"),
    ]  # fmt: skip
    with Path(report.set_aside_file).open(encoding="utf-8", newline="") as stream:
        assert [row["reason"] for row in csv.DictReader(stream)] == [
            "end 2020-01-01 lies before date 2020-01-02",
            "end: 'soon' is not a date",
            "end: 2020-01-04 in one column and 2020-01-03 in another",
            "end: '2020 to 2021' is a range",
        ]


def test_the_coarser_of_two_precisions_counts(tmp_path: Path) -> None:
    report = mapped(
        tmp_path, LEAST + "  precision: how\n", "no,day,how\n1,2020-01,day\n2,2020-01-01,week\n3,2020,month\n"
    )
    assert [row[0] for row in fetch(report, "SELECT precision FROM LIST ORDER BY id")] == ["month", "week", "year"]


@pytest.mark.parametrize(
    ("columns", "content", "words"),
    [
        (
            LEAST + "  actors: {column: who, split: ;}\n",
            "no,day,who\n1,2020-01-01,A-B\n2,2020-01-01,A B;a b\n",
            "list.csv:3: two names with one id: actors: 'A-B' (line 2) and 'A B' would share the id 'a_b'",
        ),
        (
            LEAST + "  actors: one\n  target: other\n",
            "no,day,one,other\n1,2020-01-01,A-B,A (B)\n",
            "actors: 'A-B' (line 2) and 'A (B)' would share the id 'a_b'",
        ),
        (LEAST, "no,day\nE.1,2020-01-01\nE-1,2020-01-02\n", "'E.1' (line 2) and 'E-1' both become 'e_1'"),
        (
            LEAST.replace("no\n", "{column: no, prefix: p}\n"),
            "no,day\ne_1,2020-01-01\nE-1,2020-01-02\n",
            "'e_1' (line 2) and 'E-1' both become 'pe_1'",
        ),
    ],
)
def test_two_names_with_one_id_are_refused_with_both(columns: str, content: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="two names with one id") as caught:
        mapped(tmp_path, columns, content)
    assert words in str(caught.value) and not (tmp_path / "imported").exists()


def test_values_keep_two_names_apart(tmp_path: Path) -> None:
    report = mapped(
        tmp_path, LEAST + '  actors: {column: who, split: ;, values: {"A-B": union}, other: "*"}\n',
        "no,day,who\n1,2020-01-01,A-B;C\n2,2020-01-01,A B;NA;\n",
    )  # fmt: skip
    assert [row[0] for row in fetch(report, "SELECT actors FROM LIST ORDER BY id")] == ["union c", "a_b"]


def test_spellings_of_one_name_are_one(tmp_path: Path) -> None:
    report = mapped(tmp_path, LEAST + "  actors: who\n", "no,day,who\n1,2020-01-01,A B\n2,2020-01-01,a  b\n")
    assert fetch(report, "SELECT DISTINCT actors FROM LIST") == [("a_b",)]


def test_columns_that_are_kept_never_clash(tmp_path: Path) -> None:
    report = mapped(
        tmp_path, LEAST + "keep: [Date, date, END, original_date]\n",
        "no,day,Date,date,END,original_date\n1,2020-01-01,a,b,c,d\n",
    )  # fmt: skip
    names = [row[0] for row in fetch(report, "DESCRIBE SELECT * FROM LIST")]
    assert len({name.lower() for name in names}) == len(names) == 10
    assert fetch(report, f"SELECT {', '.join(names[-4:])} FROM LIST") == [("a", "b", "c", "d")]


def test_another_delimiter_than_the_mapping_says_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="line 1 looks like the header; write `delimiter: ';'` in the mapping"):
        mapped(tmp_path, LEAST, "no;day\n1;2020-01-01\n", 'delimiter: ","\n')


def test_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"mapping: mine\ntitle: t\nencoding: utf-16\ncolumns:\n{LEAST}", "utf-8")
    (tmp_path / "list.csv").write_text("no,day\n1,2020-01-01\n", "utf-8")
    with pytest.raises(RecordError, match=r"list\.csv: not text in utf-16"):
        import_file(str(tmp_path / "mine.yaml"), tmp_path / "list.csv", tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_utf_16_is_told_by_its_first_bytes(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"mapping: mine\ntitle: t\ncolumns:\n{LEAST}", "utf-8")
    (tmp_path / "list.csv").write_text("no,day\n1,2020-01-01\n2,2020-01-02\n", encoding)
    with pytest.raises(RecordError) as caught:
        import_file(str(tmp_path / "mine.yaml"), tmp_path / "list.csv", tmp_path)
    words = f"list.csv:1: its text is in {encoding}; expected text in utf-8-sig, as the mapping says; hint: write"
    assert str(caught.value).startswith(f"{words} `encoding: {encoding}` in the mapping, or save it as UTF-8")
    (tmp_path / "mine.yaml").write_text(f"mapping: mine\ntitle: t\nencoding: {encoding}\ncolumns:\n{LEAST}", "utf-8")
    assert import_file(str(tmp_path / "mine.yaml"), tmp_path / "list.csv", tmp_path).imported == 2


def test_a_nul_in_the_header_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as caught:
        mapped(tmp_path, LEAST, "no,\0\0day\n1,2020-01-01\n")
    assert str(caught.value).startswith("list.csv:1: a NUL in the header; expected text in utf-8-sig")


def test_a_new_importer_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "valley-watch.yaml").write_text(f"mapping: valley-watch\ntitle: t\ncolumns:\n{LEAST}", "utf-8")
    assert mapping_names(tmp_path) == ["valley-watch"]
    assert load_mapping("valley-watch", tmp_path).title == "t"
    with pytest.raises(OptionError, match=r"unknown mapping '\.\./valley-watch'"):
        load_mapping("../valley-watch", tmp_path)


def test_a_workbook_with_a_title_above_its_header(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["My list"])
    book.active.append(["no", "day"])
    book.active.append([1, datetime.date(2020, 1, 1)])
    book.save(tmp_path / "list.xlsx")
    (tmp_path / "mine.yaml").write_text(f"mapping: mine\ntitle: t\ncolumns:\n{LEAST}", "utf-8")
    with pytest.raises(RecordError, match="line 2 looks like the header; write `skip: 1`"):
        import_file(str(tmp_path / "mine.yaml"), tmp_path / "list.xlsx", tmp_path)
    (tmp_path / "mine.yaml").write_text(f"mapping: mine\ntitle: t\nskip: 1\ncolumns:\n{LEAST}", "utf-8")
    report = import_file(str(tmp_path / "mine.yaml"), tmp_path / "list.xlsx", tmp_path)
    assert fetch(report, "SELECT source_line, id, date::VARCHAR FROM LIST") == [(3, "1", "2020-01-01")]


def test_a_year_or_a_month_alone_says_how_coarse_it_is(tmp_path: Path) -> None:
    report = mapped(
        tmp_path,
        LEAST.replace("date: day", "date: {column: day, format: ['%Y', '%m/%Y', '%d.%m.%Y']}"),
        "no,day\n1,2020\n2,02/2020\n3,03.02.2020\n",
    )
    assert fetch(report, "SELECT CAST(date AS VARCHAR), precision FROM LIST ORDER BY id") == [
        ("2020-01-01", "year"),
        ("2020-02-01", "month"),
        ("2020-02-03", "day"),
    ]


def test_a_title_above_the_header_is_told_with_its_cure_alone(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as caught:
        mapped(tmp_path, LEAST, "A list of clashes\nno,day\n1,2020-01-01\n")
    assert str(caught.value).endswith("hint: line 2 looks like the header; write `skip: 1` in the mapping")


@pytest.mark.parametrize(("count", "more"), [(20, ""), (21, " and 1 more")])
def test_many_lines_of_another_order_are_counted(count: int, more: str, tmp_path: Path) -> None:
    rows = "".join(f"{n},13/01/2020\n" for n in range(2, count + 2))
    columns = LEAST.replace("date: day", "date: {column: day, format: '%m/%d/%Y'}")
    with pytest.raises(RecordError) as caught:
        mapped(tmp_path, columns, f"no,day\n1,13/02/2020\n{rows}")
    numbers = ", ".join(str(n) for n in range(3, min(count, 20) + 3))
    assert f", and so lines {numbers}{more} have" in str(caught.value)


def test_the_description_of_a_list_can_be_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(f"mapping: mine\ntitle: Şuşa – Շուշի\ncolumns:\n{LEAST}", "utf-8")
    (tmp_path / "list.csv").write_text("no,day\n1,2020-01-01\n", "utf-8")
    import_file(str(tmp_path / "mine.yaml"), tmp_path / "list.csv", tmp_path)
    assert "Şuşa – Շուշի" in (tmp_path / "imported" / "mine.json").read_text("utf-8")


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx", "mine.yaml"])
def test_what_is_no_file_is_never_waited_for(name: str, mine: Path, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / name
    path.parent.mkdir()
    os.mkfifo(path)
    mapping, file = (path, tmp_path / "list.csv") if path.suffix == ".yaml" else (mine, path)
    with pytest.raises(
        UserError, match=rf"{name}: cannot be read: it is a pipe, a socket or a device; expected a file"
    ):
        import_file(str(mapping), file, tmp_path)
