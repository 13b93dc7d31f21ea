"""Importing long lists: the GED sample, mapping files, set-aside rows, repeated ids, and what a kill leaves behind."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from detente.errors import OptionError, RecordError
from detente.record import imports, load_record
from detente.record.imported import yearly_deaths
from detente.record.imports import import_file
from detente.record.mapping import load_mapping, mapping_names, slug
from detente.record.rows import csv_items
from detente.workflow.record import import_list

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


def fetch(result: dict, sql: str) -> list[tuple]:
    with duckdb.connect() as connection:
        return connection.execute(sql.replace("LIST", f"read_parquet('{result['file']}')")).fetchall()


def test_the_ged_sample(sample: Path, tmp_path: Path) -> None:
    result = import_list("ucdp-ged", sample, tmp_path)
    assert result["rows"] == 1000 == result["imported"] + result["set_aside"]
    assert result["imported"] >= 950
    with sample.open(encoding="utf-8", newline="") as stream:
        given = {f"ged{row['id'][:-2]}": row for row in csv.DictReader(stream)}
    found = fetch(result, "SELECT id, source_article, best, actors, date_end FROM LIST")
    assert len(found) == result["imported"]
    newlines = 0
    for id, article, best, actors, end in found:
        row = given[id]
        assert (article or "") == row["source_article"]
        assert best == float(row["best"])
        assert actors == " ".join(dict.fromkeys((slug(row["side_a"]), slug(row["side_b"]))))
        assert end.isoformat() == row["date_end"][:10]
        newlines += "\n" in row["source_article"]
    assert newlines > 0  # the sample holds embedded newlines, and they came through above
    with Path(result["set_aside_file"]).open(encoding="utf-8", newline="") as stream:
        aside = list(csv.DictReader(stream))
    assert len(aside) == result["set_aside"]
    assert all(int(row["line"]) > 1 and row["reason"] and row["row"] for row in aside)
    assert all("not in order" in row["reason"] for row in aside)  # high below best, or best below low


def test_imported_lists_stand_beside_the_record(sample: Path, tmp_path: Path) -> None:
    import_list("ucdp-ged", sample, tmp_path)
    record = load_record(tmp_path)
    assert [i.name for i in record.imported] == ["ucdp-ged"]
    table = yearly_deaths(record, "2000-12-31")["ucdp-ged"]
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
    assert (result["rows"], result["imported"], result["set_aside"]) == (9, 2, 7)
    with Path(result["set_aside_file"]).open(encoding="utf-8", newline="") as stream:
        aside = {int(row["line"]): row for row in csv.DictReader(stream)}
    assert [aside[n]["reason"] for n in (3, 4, 5, 6, 7, 8, 9)] == [
        "date: '30.02.1999' is not a date",
        "type: '3' is not one of 1, 2",
        "best: 'many' is not a number",
        "latitude: 91 is not in degrees",
        "5 cells, 7 in the header",
        "id 'm1' stands twice (first at line 2)",
        "id is empty",
    ]
    assert aside[5]["row"] == body[3].rstrip("\n")


def test_an_open_quote_costs_one_row_and_not_the_rest(mine: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    good = "".join(f"{n};24.12.1999;1;A;1;0;x\n" for n in range(10, 400))
    file.write_text(HEADER + '1;24.12.1999;1;A;1;0;"never closed\n' + good, "utf-8")
    result = import_file(str(mine), file, tmp_path)
    assert (result["rows"], result["set_aside"]) == (391, 1)


def test_bytes_in_another_encoding_cost_their_row_only(mine: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(HEADER.encode() + b"1;24.12.1999;1;A;1;0;caf\xe9\n2;24.12.1999;1;A;1;0;caf\xc3\xa9\n")
    result = import_file(str(mine), file, tmp_path)
    assert (result["imported"], result["set_aside"]) == (1, 1)
    assert b"caf\xe9" in Path(result["set_aside_file"]).read_bytes()


def test_xlsx(mine: Path, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(";"))
    book.active.append([1, "24.12.1999", 1, "A;B", 3.0, 45.25, "x\ny"])
    book.active.append([2, "24.12.1999", 7, "A;B", 3.0, 45.25, None])
    book.save(tmp_path / "list.xlsx")
    result = import_file(str(mine), tmp_path / "list.xlsx", tmp_path)
    assert (result["rows"], result["imported"], result["set_aside"]) == (2, 1, 1)
    assert fetch(result, "SELECT id, actors, best, remark FROM LIST") == [("m1", "a b", 3.0, "x\ny")]


def test_importing_again_replaces(mine: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(HEADER + "1;24.12.1999;1;A;1;0;\n", "utf-8")
    import_file(str(mine), file, tmp_path)
    file.write_text(HEADER + "1;24.12.1999;1;A;1;0;\n2;24.12.1999;1;A;1;0;\n", "utf-8")
    result = import_file(str(mine), file, tmp_path)
    assert load_record(tmp_path).imported[0].rows == 2
    assert [p.name for p in (tmp_path / "imported").glob("*.parquet")] == [Path(result["file"]).name]


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
        assert import_file(name, file, tmp_path / name)["imported"] == 1, name


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

    monkeypatch.setattr(imports, "write_text", fail)
    with pytest.raises(OSError, match="disk full"):
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
    code = "from detente.cli import main; main()"
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
