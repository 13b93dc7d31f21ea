"""The verbs of the record through the command line, as an analyst would type them."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.errors import UserError
from detente.record.kinds import KINDS
from detente.verbs.frame.app import app
from detente.verbs.frame.records import record_folder

COMMANDS = ("response", "meetings", "ceasefires", "deaths", "formats", "lags", "claims")


@pytest.fixture(scope="module")
def run():
    runner = CliRunner()

    def invoke(*arguments: str) -> str:
        result = runner.invoke(app, list(arguments), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


@pytest.fixture
def only_record(tmp_path: Path) -> Path:
    """A folder with nothing but record files: no case, no game."""
    (tmp_path / "instruments.yaml").write_text(
        "instruments:\n  truce:\n    name: The truce\n    date: 2000-01-01\n    type: ceasefire\n    commitments:\n"
        "      leave: {who: [aland], to: [borduria], what: leave the valley, by: 2000-06-01}\n",
        "utf-8",
    )
    (tmp_path / "events.csv").write_text("id,date,type,text\nE1,2010-01-01,meeting,They met\n", "utf-8")
    return tmp_path


def test_forgotten_as_json(run) -> None:
    data = json.loads(run("ledger", "minsk", "--forgotten", "--format", "json"))
    found = {row["commitment"]: row for row in data["rows"]}
    conference = found["helsinki_1992.conference"]
    assert conference["slept_years"] > 30 and conference["age_years"] > 34
    assert "OSCE0925" in conference["sources"] or "CSCE92" in conference["sources"]
    early = json.loads(run("ledger", "minsk", "--forgotten", "--as-of", "2021-08-05", "--json"))
    row = next(row for row in early["rows"] if row["commitment"] == "helsinki_1992.conference")
    assert (row["state"], row["made"], row["last_touch"]) == ("forgotten", "1992-03-24", "1994-12-05")
    assert row["sources"].split() == ["CSCE92", "MEDIAMAX25", "HEYDARLIB"]


def test_ledger_of_a_folder_with_only_record_files(run, only_record: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("ledger", str(only_record), "--format", "csv"))))
    assert [(row["commitment"], row["state"]) for row in rows] == [("truce.leave", "forgotten")]
    assert "truce.leave" in run("ledger", str(only_record))


def test_ledger_needs_no_game_theory(only_record: Path) -> None:
    code = (
        "import sys; from detente.verbs.frame.app import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = ('numpy', 'scipy', 'altair', 'duckdb', 'detente.game', 'detente.solver')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "ledger", str(only_record), "--format", "md"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"
    assert done.stdout.startswith("## Ledger of commitments, as of 2010-01-01")


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_every_table(run, name: str) -> None:
    data = json.loads(run("record", name, "minsk", "--format", "json"))
    tables = data.get("tables", {name: data})
    assert all(table["rows"] and set(table["rows"][0]) == set(table["columns"]) for table in tables.values())


@pytest.mark.slow
def test_every_form(run, tmp_path: Path) -> None:
    tables = json.loads(run("record", "response", "minsk", "--json"))["tables"]
    rows = list(csv.DictReader(io.StringIO(run("record", "response", "minsk", "--format", "csv"))))
    assert len(rows) == len(tables["response"]["rows"]) and list(rows[0]) == tables["response"]["columns"]
    assert run("record", "response", "minsk", "--format", "md").count("\n## ") == len(tables) - 1
    assert "minsk_cochairs" in run("record", "response", "minsk")
    book = tmp_path / "t.xlsx"
    run("record", "response", "minsk", "--format", "xlsx", "--out", str(book))
    openpyxl = pytest.importorskip("openpyxl")
    assert openpyxl.load_workbook(book).sheetnames == list(tables)


def test_side_by_side(run) -> None:
    data = json.loads(run("timeline", "minsk", "--viewpoint", "armenia", "--viewpoint", "azerbaijan", "--json"))
    row = next(row for row in data["rows"] if row["event"] == "E20200927_2")
    assert "opposes" in row["view: armenia"] and row["view: azerbaijan"] == ""
    data = json.loads(
        run("record", "response", "minsk", "--viewpoint", "azerbaijan", "--table", "escalations", "--json")
    )
    assert any("agrees" in row["view: azerbaijan"] for row in data["rows"])


@pytest.mark.slow
def test_pictures_lay_labels_out_without_collisions(run, tmp_path: Path) -> None:
    for verb, name in (("timeline", "t"), ("ledger", "l")):
        run(verb, "minsk", "--format", "csv", "--picture", str(tmp_path / f"{name}.svg"))
        run(verb, "minsk", "--format", "csv", "--picture", str(tmp_path / f"{name}.json"))
    boxes = label_boxes((tmp_path / "t.svg").read_text("utf-8"))
    assert len(boxes) >= 10
    for n, one in enumerate(boxes):
        for other in boxes[:n]:
            apart = one[1] <= other[0] or other[1] <= one[0] or abs(one[2] - other[2]) >= 11.5
            assert apart, (one, other)
    spec = json.loads((tmp_path / "l.json").read_text("utf-8"))
    names = {bar["name"] for bar in spec["layer"][0]["data"]["values"]}
    assert len(names) == 103 and spec["height"] / len(names) > 14  # a row of its own for every label


def label_boxes(svg: str) -> list[tuple[float, float, float]]:
    """Left, right and height of every dated label of a timeline drawing."""
    from detente.report.charts.layout import text_width

    found = re.findall(
        r'<text[^>]*text-anchor="start"[^>]*transform="translate\(([\d.]+),([\d.]+)\)"[^>]*font-size="([\d.]+)px"[^>]*>'
        r"(\d{4} [^<]+)</text>",
        svg,
    )
    return [(float(x), float(x) + text_width(text, float(size)), float(y)) for x, y, size, text in found]


@pytest.mark.slow
def test_import_ends_with_json_on_stdout(run, shared: Path, tmp_path: Path) -> None:
    sample = shared / "data" / "ucdp" / "ged_23_1_sample_1000.csv"
    result = json.loads(run("import", "ucdp-ged", str(sample), "--into", str(tmp_path)))
    assert result["rows"] == 1000 == result["imported"] + result["set_aside"]
    data = json.loads(run("record", "deaths", str(tmp_path), "--table", "ucdp-ged", "--json"))
    assert sum(row["events"] for row in data["rows"]) == result["imported"]


@pytest.mark.slow
def test_workbook_there_and_back(run, tmp_path: Path) -> None:
    run("record", "export", "minsk", str(tmp_path / "minsk.xlsx"))
    counts = json.loads(run("record", "from-xlsx", str(tmp_path / "minsk.xlsx"), "--into", str(tmp_path / "copy")))
    assert counts["events"] == 336 and set(counts) <= set(KINDS)
    one = run("ledger", "minsk", "--format", "csv")
    assert run("ledger", str(tmp_path / "copy"), "--format", "csv") == one


def test_duplicates_of_a_list_imported_into_a_copy(run, tmp_path: Path) -> None:
    shutil.copytree(record_folder("minsk") / "record", tmp_path / "copy")
    mapping = tmp_path / "mine.yaml"
    mapping.write_text(
        "mapping: mine\ntitle: Mine\n"
        "columns: {id: no, date: day, type: what, actors: {column: who, split: ;}, text: words}\n",
        "utf-8",
    )
    (tmp_path / "mine.csv").write_text(
        "no,day,what,who,words\nx1,2016-04-05,ceasefire,Armenia;Azerbaijan;Russia,"
        "Chiefs of general staff agreed in Moscow on a halt to hostilities\n",
        "utf-8",
    )
    run("import", str(mapping), str(tmp_path / "mine.csv"), "--into", str(tmp_path / "copy"))
    data = json.loads(run("record", "duplicates", str(tmp_path / "copy"), "--json"))
    assert ("E20160405_1", "x1") in {(row["keep"], row["drop"]) for row in data["rows"]}
    (tmp_path / "copy" / "merges.csv").write_text("keep,drop,why\nE20160405_1,x1,the same truce\n", "utf-8")
    again = json.loads(run("record", "duplicates", str(tmp_path / "copy"), "--json"))
    assert ("E20160405_1", "x1") not in {(row["keep"], row["drop"]) for row in again["rows"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ledger", "minks"], "no folder and no shipped case 'minks'"),
        (
            ["ledger", "minsk", "--format", "jsn"],
            "unknown form 'jsn'; expected one of table, csv, xlsx, json, md; hint: did you mean 'json'?",
        ),
        (["record", "meetings", "minsk", "--level", "leader"], "unknown level 'leader'; hint: did you mean 'leaders'?"),
        (
            ["timeline", "minsk", "--type", "clashes"],
            "no event of type clashes until 2026-11-23; hint: did you mean 'clash'",
        ),
        (["timeline", "minsk", "--picture", "x.gif"], "a picture 'x.gif'"),
    ],
)
def test_mistakes_are_told(run, arguments: list[str], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        run(*arguments)


def test_mistakes_end_with_exit_code_2_and_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from detente.verbs.frame.app import main; main()", "ledger", "minks"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "no folder and no shipped case 'minks'" in done.stderr and "Traceback" not in done.stderr


VERBS = [["ledger"], ["timeline"], *(["record", name] for name in (*COMMANDS, "duplicates"))]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_works_on_a_folder_with_only_a_record(run, verb: list[str], only_record: Path) -> None:
    for form in ("table", "json", "csv", "md"):
        assert run(*verb, str(only_record), "--format", form).strip()
    out = only_record.parent / "out"
    for ending in ("json", "csv", "md", "xlsx"):
        run(*verb, str(only_record), "--out", str(out / f"t.{ending}"))
        assert (out / f"t.{ending}").stat().st_size > 0


def test_the_rest_of_the_verbs_on_a_folder_with_only_a_record(run, only_record: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mine.yaml"
    mapping.write_text("mapping: mine\ntitle: M\ncolumns: {id: no, date: day, type: what, best: dead}\n", "utf-8")
    (tmp_path / "list.csv").write_text("no,day,what,dead\nx1,2009-01-01,clash,3\n", "utf-8")
    result = json.loads(run("import", str(mapping), str(tmp_path / "list.csv"), "--into", str(only_record)))
    assert set(result) == {"rows", "imported", "set_aside", "file", "set_aside_file"}
    assert Path(result["file"]).parent == only_record / "imported"
    assert json.loads(run("record", "deaths", str(only_record), "--table", "mine", "--json"))["rows"][0]["best"] == 3
    run("ledger", str(only_record), "--picture", str(tmp_path / "ledger.svg"))
    run("record", "export", str(only_record), str(tmp_path / "book.xlsx"))
    run("record", "from-xlsx", str(tmp_path / "book.xlsx"), "--into", str(tmp_path / "copy"))
    assert run("ledger", str(tmp_path / "copy"), "--format", "csv") == run(
        "ledger", str(only_record), "--format", "csv"
    )


def test_a_record_of_nothing_but_an_imported_list(run, only_record: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mine.yaml"
    mapping.write_text("mapping: mine\ntitle: M\ncolumns: {id: no, date: day, type: what, best: dead}\n", "utf-8")
    (tmp_path / "list.csv").write_text("no,day,what,dead\nx1,2009-01-01,clash,3\n", "utf-8")
    (tmp_path / "bare").mkdir()
    run("import", str(mapping), str(tmp_path / "list.csv"), "--into", str(tmp_path / "bare"))
    for verb in VERBS:
        if verb != ["timeline"]:
            run(*verb, str(tmp_path / "bare"))
    with pytest.raises(
        UserError, match="no event until 2009-01-01; hint: imported lists are not shown in the timeline"
    ):
        run("timeline", str(tmp_path / "bare"))


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_empty_cells_of_every_table_stay_empty(run, verb: list[str]) -> None:
    data = json.loads(run(*verb, "minsk", "--json"))
    for name, table in data.get("tables", {"": data}).items():
        text = run(*verb, "minsk", "--format", "csv", *(["--table", name] if name else []))
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == len(table["rows"])
        for row, given in zip(rows, table["rows"], strict=True):
            for column, value in given.items():
                assert (row[column] == "") == (value in (None, "")), (name, column)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--out", "l.docx"],
            "l.docx' does not say in which form to write; expected a file that ends in .csv, .json, .md, .xlsx",
        ),
        (["--out", "l"], "l' does not say in which form to write"),
        (
            ["--format", "csv", "--out", "l.xlsx"],
            "l.xlsx' is the name of a xlsx file, but csv was asked for; expected a name that ends in .csv",
        ),
        (["--json", "--out", "l.md"], "l.md' is the name of a md file, but json was asked for"),
        (["--format", "table", "--out", "l"], "unknown form 'table'; expected one of csv, xlsx, json, md"),
        (["--format", "xlsx"], "a workbook on stdout"),
    ],
)
def test_the_ending_of_a_file_decides(run, arguments: list[str], message: str, tmp_path: Path) -> None:
    at = {"l.docx", "l", "l.xlsx", "l.md"}
    given = [str(tmp_path / word) if word in at else word for word in arguments]
    with pytest.raises(UserError, match=re.escape(message)):
        run("ledger", "minsk", *given)
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_needs_no_format(run, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    run("record", "response", "minsk", "--out", str(tmp_path / "l.XLSX"), "--table", "escalations")
    assert openpyxl.load_workbook(tmp_path / "l.XLSX").sheetnames == ["escalations"]
    with pytest.raises(UserError, match="unknown table 'escalation'; hint: did you mean 'escalations'"):
        run("record", "response", "minsk", "--out", str(tmp_path / "m.xlsx"), "--table", "escalation")


def said(*arguments: str, cwd: Path, code: int = 0) -> str:
    """What a verb says on stderr."""
    command = [sys.executable, "-c", "from detente.verbs.frame.app import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
    assert done.returncode == code and "Traceback" not in done.stderr, done.stderr
    return done.stderr


@pytest.mark.slow
def test_what_is_left_out_is_said(only_record: Path, tmp_path: Path) -> None:
    (only_record / "record.yaml").write_text("compiled: 2005-01-01\n", "utf-8")
    assert "1 entries are not shown; " in said("ledger", str(only_record), cwd=tmp_path)
    words = said("record", "response", "minsk", "--format", "csv", cwd=tmp_path)
    assert "only the table 'response'; for the others: --table escalations or statements" in words


def test_refusals_of_the_system_end_with_exit_code_2(only_record: Path, tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    words = said("ledger", str(only_record), "--out", str(tmp_path / "out.csv"), cwd=tmp_path, code=2)
    assert "out.csv: cannot be written: a folder has this name" in words
    (only_record / "claims.csv").mkdir()
    assert "claims.csv: cannot be read: a folder" in said("ledger", str(only_record), cwd=tmp_path, code=2)


@pytest.mark.slow
def test_a_crafted_workbook_ends_with_a_sentence(tmp_path: Path) -> None:
    import zipfile

    (tmp_path / "case").mkdir()
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as made:
        made.writestr("[Content_Types].xml", '<!DOCTYPE t [<!ENTITY a "b">]><t>&a;&c;</t>')
    assert "declares a document type" in said("record", "from-xlsx", "x.xlsx", "--into", "new", cwd=tmp_path, code=2)
    assert "declares a document type" in said("import", "acled", "x.xlsx", "--into", "case", cwd=tmp_path, code=2)
