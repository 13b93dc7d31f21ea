"""Small lists that others met trouble with, rebuilt here, and what a careful person would read from them."""

import csv
from pathlib import Path

import duckdb
import pytest

from detente.errors import UserError
from detente.record import load_record
from detente.record.imports import import_file
from detente.record.publish import ImportReport

PLAIN = """
mapping: mine
title: t
columns:
  id: {column: id, prefix: x}
  date: {column: date}
  type: {constant: clash}
  best: {column: dead}
  text: note
"""
WHO = PLAIN + '  actors: {column: who, split: ";"}\n'
PLACES = PLAIN + "  latitude: {column: lat}\n  longitude: {column: lon}\n"


@pytest.fixture
def read(tmp_path: Path):
    """Import the text of a file by the text of a mapping."""

    def work(mapping: str, content: str | bytes) -> ImportReport:
        (tmp_path / "mine.yaml").write_text(mapping, "utf-8")
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / "list.csv").write_bytes(data)
        return import_file(str(tmp_path / "mine.yaml"), tmp_path / "list.csv", tmp_path)

    return work


def rows(report: ImportReport, *names: str) -> list[tuple]:
    columns = ", ".join(f'"{name}"' for name in names)
    with duckdb.connect() as connection:
        listed = f"SELECT {columns} FROM read_parquet('{report.file}') ORDER BY source_line"
        return [tuple(map(str, row)) for row in connection.execute(listed).fetchall()]


def aside(report: ImportReport) -> dict[int, str]:
    with Path(report.set_aside_file).open(encoding="utf-8", newline="") as stream:
        return {int(row["line"]): row["reason"] for row in csv.DictReader(stream)}


def numbers(report: ImportReport) -> tuple[int, int, int]:
    return report.rows, report.imported, report.set_aside


def test_years_of_slips_are_set_aside(read, tmp_path: Path) -> None:
    report = read(
        WHO,
        "id,date,dead,note,who\nABW24,0025-09-20,3,a,x\nYEM104718,2025-09-20,4,a,x\nF1,2205-09-20,4,a,x\n",
    )
    assert numbers(report) == (3, 1, 2)
    assert {line: "year outside 1800-2100" in reason for line, reason in aside(report).items()} == {2: True, 4: True}
    assert str(load_record(tmp_path).as_of().day) == "2025-09-20"


def test_one_format_reads_its_own_dates_and_a_list_of_formats_both(read) -> None:
    content = "id,date,dead,note,who\n1,2016-12-31,3,a,x\n2,1/1/2017,3,b,x\n"
    one = read(WHO.replace("{column: date}", '{column: date, format: "%Y-%m-%d"}'), content)
    assert rows(one, "date") == [("2016-12-31",)]
    assert aside(one) == {3: "date: '1/1/2017' is not a date in '%Y-%m-%d'"}
    both = read(WHO.replace("{column: date}", '{column: date, format: ["%Y-%m-%d", "%m/%d/%Y"]}'), content)
    assert rows(both, "date") == [("2016-12-31",), ("2017-01-01",)]


def test_a_column_that_contradicts_its_format_is_refused_and_the_old_list_stands(read, tmp_path: Path) -> None:
    mapping = WHO.replace("{column: date}", '{column: date, format: "%m/%d/%Y"}')
    old = read(mapping, "id,date,dead,note,who\n1,12/31/2020,3,a,x\n")
    with pytest.raises(
        UserError, match=r"list\.csv:4: date: '15/04/1991' has day and month in another order"
    ) as caught:
        read(
            mapping,
            "id,date,dead,note,who\n1,12/31/2020,3,a,x\n2,03/04/1991,3,b,x\n3,15/04/1991,3,c,x\n4,04/04/1991,3,c,x\n",
        )
    assert "list.csv:3: note: line 3 reads both ways" in str(caught.value)
    assert load_record(tmp_path).imported[0].path == Path(old.file) and Path(old.set_aside_file).is_file()


def test_a_text_that_two_formats_read_differently_is_set_aside(read) -> None:
    mapping = WHO.replace("{column: date}", '{column: date, format: ["%m/%d/%Y", "%d/%m/%Y"]}')
    report = read(mapping, "id,date,dead,note,who\n1,12/31/2020,3,a,x\n2,03/04/1991,3,b,x\n3,04/04/1991,3,c,x\n")
    assert rows(report, "date") == [("2020-12-31",), ("1991-04-04",)]
    assert aside(report) == {3: "date: '03/04/1991' reads as 1991-03-04 and as 1991-04-03"}


def test_partial_dates_keep_their_precision(read) -> None:
    report = read(PLACES, "id,date,dead,note,lat,lon\n1,2021-08,3,a,40,46\n2,2021,1,b,40,46\n3,2021-08-05,1,c,40,46\n")
    assert rows(report, "date", "precision", "end") == [
        ("2021-08-01", "month", "None"),
        ("2021-01-01", "year", "None"),
        ("2021-08-05", "day", "None"),
    ]


def test_the_delimiter_is_found_and_said(read) -> None:
    report = read(WHO, "id;date;dead;note;who\n1;2020-12-31;3;a;x\n")
    assert report.imported == 1
    assert report.notes == ("list.csv: its cells are separated by ';' (found from the header)",)


def test_a_title_above_the_header_is_skipped_or_told(read) -> None:
    content = "ACLED export,,,,,\nid,date,dead,note,lat,lon\n1,2021-08-05,3,a,40,46\n"
    assert rows(read(f"{PLACES}skip: 1\n", content), "source_line", "id") == [("3", "x1")]
    with pytest.raises(
        UserError, match=r"list\.csv:1: not the header .* line 2 looks like the header; write `skip: 1`"
    ):
        read(PLACES, content)


def test_empty_lines_above_and_below_the_header_are_none(read) -> None:
    assert numbers(read(WHO, "\n\nid,date,dead,note,who\n1,2020-12-31,3,a,x\n")) == (1, 1, 0)
    assert numbers(read(WHO, ",,,,\nid,date,dead,note,who\n,,,,\n1,2020-12-31,3,a,x\n\n,,,,\n")) == (1, 1, 0)


def test_a_header_name_that_stands_twice_is_refused(read) -> None:
    with pytest.raises(UserError, match=r"list\.csv:1: column 'dead' stands twice \(3rd and 7th\)"):
        read(PLACES, "id,date,dead,note,lat,lon,dead\n1,2021-08-05,3,a,40,46,7\n")


def test_names_of_every_script_become_ids(read) -> None:
    report = read(
        WHO,
        "id,date,dead,note,who\n1,2020-12-31,3,a,İlham Əliyev;İRƏVAN\n"
        "2,2020-12-31,3,a,مُحَمَّد العلي;हिन्दी सेना;မြန်မာ တပ်မတော်\n"
        "3,2020-12-31,3,a,\u015eu\u015fa\n4,2020-12-31,3,a,S\u0327us\u0327a\n",
    )
    assert rows(report, "actors") == [
        ("ilham_əliyev irəvan",),
        ("مُحَمَّد_العلي हिन्दी_सेना မြန်မာ_တပ်မတော်",),
        ("şuşa",),
        ("şuşa",),
    ]


def test_figures_of_other_scripts_are_read_as_meant_or_set_aside_as_written(read) -> None:
    report = read(
        PLACES,
        "id,date,dead,note,lat,lon\n1,2021-08-05,3,Şuşa İƏğ,40,46\n"
        "2,٢٠٢١-٠٨-٠٥,٣,b,40,46\n3,2021-08-05,3,Шуша الحوثي,40,46\n",
    )
    assert rows(report, "text", "best") == [("Şuşa İƏğ", "3.0"), ("Шуша الحوثي", "3.0")]
    with Path(report.set_aside_file).open(encoding="utf-8", newline="") as stream:
        assert [row["row"] for row in csv.DictReader(stream)] == ["2,٢٠٢١-٠٨-٠٥,٣,b,40,46"]


def test_what_is_no_count_is_set_aside_and_a_list_of_nothing_is_refused(read, tmp_path: Path) -> None:
    wrong = ["-9", "3-5", "~10", "unknown", "1e2", "inf", "0x10", "1_000", "1.234", "1,234".replace(",", " "), "1.000"]
    body = "".join(f"{n},2021-08-05,{text},a,40,46\n" for n, text in enumerate(wrong))
    with pytest.raises(UserError, match="none of 11 rows could be read, so nothing was imported or replaced") as caught:
        read(PLACES, "id,date,dead,note,lat,lon\n" + body)
    for line, text in enumerate(wrong, 2):
        assert f"list.csv:{line}: best: '{text}' is not a count" in str(caught.value)
    assert not (tmp_path / "imported").exists()


@pytest.mark.parametrize("sign", ["\0", "\x92", "\x07", "\u2028"])
def test_control_characters_cost_their_row_and_stay_out(read, sign: str) -> None:
    report = read(PLACES, f"id,date,dead,note,lat,lon\n1,2021-08-05,3,a{sign}b,40,46\n2,2021-08-05,3,b,40,46\n")
    assert numbers(report) == (2, 1, 1) and f"U+{ord(sign):04X}" in aside(report)[2]
    assert b"\0" not in Path(report.set_aside_file).read_bytes()


def test_values_and_absent_hold_with_several_columns(read) -> None:
    mapping = """
mapping: mine
title: t
columns:
  id: id
  date: date
  type: {constant: clash}
  actors: {columns: [a, b], values: {"Government of Azerbaijan": azerbaijan, "Republic of Armenia": armenia}}
  best: {columns: [k1, k2], absent: ["-9"]}
"""
    report = read(
        mapping,
        "id,date,a,b,k1,k2\n1,2020-01-01,Government of Azerbaijan,Republic of Armenia,-9,4\n"
        "2,2020-01-01,Government of Azerbaijan,Republic of Armenia,3,4\n"
        "3,2020-01-01,Government of Azerbaijan,Someone,3,4\n",
    )
    assert rows(report, "actors", "best") == [("azerbaijan armenia", "4.0"), ("azerbaijan armenia", "3.0")]
    assert aside(report)[4].startswith("actors: 'Someone' is not one of Government of Azerbaijan")


def test_a_row_with_too_few_cells_is_set_aside(read) -> None:
    report = read(WHO, "id,date,dead,note,who\n1,2020-12-31,3,a,x\n2,2020-12-31,3,a\n")
    assert aside(report) == {3: "4 cells instead of 5"}


def test_leading_apostrophes_of_spreadsheets_are_dropped_where_no_text_stands(read) -> None:
    report = read(WHO, "id,date,dead,note,who\n1,'2020-12-31,'3,'quoted',x\n2,'1999-02,3,a,x\n")
    assert rows(report, "date", "precision", "best", "text") == [
        ("2020-12-31", "day", "3.0", "'quoted'"),
        ("1999-02-01", "month", "3.0", "a"),
    ]


@pytest.mark.parametrize(
    ("text", "date", "end", "precision"),
    [
        ("2021-08-05 to 2021-08-07", "2021-08-05", "2021-08-07", "day"),
        ("2021-08-05/2021-08-07", "2021-08-05", "2021-08-07", "day"),
        ("2021-08-05 - 2021-08-07", "2021-08-05", "2021-08-07", "day"),
        ("2021-08-05–2021-08-07", "2021-08-05", "2021-08-07", "day"),
        ("2021-08 until 2021-09", "2021-08-01", "2021-09-30", "month"),
        ("2021-08-05 14:30", "2021-08-05", "None", "day"),
        ("2021-08-05T14:30:00Z", "2021-08-05", "None", "day"),
        ("20210805", "2021-08-05", "None", "day"),
    ],
)
def test_a_range_keeps_its_end(read, text: str, date: str, end: str, precision: str) -> None:
    report = read(WHO, f"id,date,dead,note,who\n1,{text},3,a,x\n")
    assert rows(report, "date", "end", "precision") == [(date, end, precision)]


@pytest.mark.parametrize(
    "text",
    ["2021-08-30 or 31", "30 or 31", "2021-08-05?", "2021-08-05 and 2021-08-07", "2021-08-07 to 2021-08-05", "c. 2021"],
)
def test_what_is_not_certain_to_be_a_date_is_set_aside(read, text: str) -> None:
    report = read(WHO, f"id,date,dead,note,who\n1,{text},3,a,x\n2,2021-08-05,3,a,x\n")
    assert list(aside(report)) == [2] and f"'{text}'" in aside(report)[2]


# ---- the same lists as they are stored, where they are on this machine: all that their README says is right ----------


@pytest.fixture
def stored(shared: Path, tmp_path: Path):
    """Import one of the stored lists by its mapping, or by one that was changed."""

    def work(name: str, *change: str) -> ImportReport:
        mapping = (shared / "cases" / "import" / f"m_{name}.yaml").read_text("utf-8")
        assert not change or change[0] in mapping
        (tmp_path / f"m_{name}.yaml").write_text(mapping.replace(*change) if change else mapping, "utf-8")
        return import_file(str(tmp_path / f"m_{name}.yaml"), shared / "cases" / "import" / f"{name}.csv", tmp_path)

    return work


ROWS = {  # list -> columns, and their rows
    "y25": (("date", "best"), [("2025-09-20", "4.0")]),
    "icmix": (("date",), [("2016-12-31",)]),
    "part": (
        ("date", "precision", "end"),
        [("2021-08-01", "month", "None"), ("2021-01-01", "year", "None"), ("2021-08-05", "day", "None")],
    ),
    "semi": (("id", "date", "best", "text", "actors"), [("x1", "2020-12-31", "3.0", "a", "x")]),
    "blank1": (("id", "date", "best", "text", "actors"), [("x1", "2020-12-31", "3.0", "a", "x")]),
    "aze": (
        ("actors",),
        [("ilham_əliyev irəvan",), ("مُحَمَّد_العلي हिन्दी_सेना မြန်မာ_တပ်မတော်",), ("şuşa",), ("şuşa",)],
    ),
    "let": (
        ("date", "best", "text", "latitude", "longitude"),
        [("2021-08-05", "3.0", text, "40.0", "46.0") for text in ("Şuşa İƏğ", "Шуша الحوثي")],
    ),
    "nul": (("id", "text"), [("x2", "b")]),
    "cw": (("actors", "best"), [("azerbaijan armenia", "4.0"), ("azerbaijan armenia", "3.0")]),
    "short": (("id", "actors"), [("x1", "x")]),
    "apo": (("date", "precision"), [("2020-12-31", "day"), ("1999-02-01", "month")]),
}
ASIDE = {  # list -> line: why it was set aside
    "y25": {2: "year outside 1800-2100", 4: "year outside 1800-2100"},
    "icmix": {3: "'1/1/2017' is not a date in '%Y-%m-%d'"},
    "let": {3: "best: '٣' is not a count"},
    "nul": {2: "U+0000"},
    "short": {3: "4 cells instead of 5"},
}


@pytest.mark.parametrize("name", ROWS)
def test_a_stored_list_is_read_as_a_careful_person_would(stored, name: str, tmp_path: Path) -> None:
    report, (columns, right) = stored(name), ROWS[name]
    assert rows(report, *columns) == right
    found, reasons = aside(report), ASIDE.get(name, {})
    assert found.keys() == reasons.keys()
    assert all(reason in found[line] for line, reason in reasons.items())
    assert numbers(report) == (len(right) + len(reasons), len(right), len(reasons))
    files = [path.read_bytes() for path in (Path(report.set_aside_file), Path(report.file))]
    assert b"\0" not in files[0] and (name != "nul" or b"a\0b" not in files[1])
    assert load_record(tmp_path).imported[0].last.year < 2026
    assert name != "semi" or report.notes == ("semi.csv: its cells are separated by ';' (found from the header)",)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "dm",
            ["dm.csv:4: date: '15/04/1991' has day and month in another order", "dm.csv:3: note: line 3 reads both"],
        ),
        ("title", ["title.csv:1: not the header", "line 2 looks like the header; write `skip: 1`"]),
        ("dup", ["dup.csv:1: column 'dead' stands twice (3rd and 7th)"]),
        ("neg", ["none of 8 rows could be read", *(f"neg.csv:{line}: best: " for line in range(2, 10))]),
    ],
)
def test_a_stored_list_that_is_wrong_as_a_whole_is_refused(stored, name: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "before.yaml").write_text(WHO.replace("mapping: mine", f"mapping: {name}"), "utf-8")
    (tmp_path / "before.csv").write_text("id,date,dead,note,who\n1,2020-12-31,3,a,x\n", "utf-8")
    old = import_file(str(tmp_path / "before.yaml"), tmp_path / "before.csv", tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / "imported").iterdir()}
    with pytest.raises(UserError, match=rf"{name}\.csv") as caught:
        stored(name)
    assert [word for word in words if word not in str(caught.value)] == []
    assert {path: path.read_bytes() for path in (tmp_path / "imported").iterdir()} == before
    assert rows(old, "id") == [("x1",)]


def test_a_stored_list_read_by_a_better_mapping(stored) -> None:
    both = stored("icmix", '"%Y-%m-%d"', '["%Y-%m-%d", "%m/%d/%Y"]')
    assert rows(both, "date") == [("2016-12-31",), ("2017-01-01",)]
    assert numbers(stored("title", "columns:", "skip: 1\ncolumns:")) == (1, 1, 0)


def test_every_stored_list_is_tried(shared: Path) -> None:
    stored_ones = {path.stem for path in (shared / "cases" / "import").glob("*.csv")}
    assert stored_ones == {*ROWS, "dm", "title", "dup", "neg"}
