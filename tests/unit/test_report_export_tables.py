"""CSV, XLSX and NetCDF hold the tables of a run, all digits kept."""

import csv
import io

import numpy as np
import pytest
from synthetic_run import make_run

from detente.errors import OptionError
from detente.report.export import netcdf_bytes, write_csv, write_xlsx
from detente.run import Run, Table, write_run
from detente.run.tables import all_tables, sheets, table_csv
from detente.verbs.export import run as export
from detente.words.workbook import workbook_bytes

ODD = Table(
    title="Odd",
    columns=("text", "number", "flag"),
    rows=(('a "quoted", text\nwith lines', 0.1 + 0.2, True), ("=SUM(A1)", None, False), ("Şuşa / Շուշի", -3.0, None)),
    units={"number": "years"},
)


@pytest.fixture(scope="module")
def run() -> Run:
    full = make_run()
    return full.model_copy(update={"tables": {**full.tables, "odd": ODD}})


def test_csv_keeps_every_digit_and_every_row(run, tmp_path):
    paths = write_csv(all_tables(run), tmp_path)
    models = {"quantities", "assumptions", "timeline", "ledger", "forgotten", "claims"}
    assert {p.stem for p in paths} == models | set(run.tables)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "quantities.csv").read_text("utf-8"))))
    for row, q in zip(rows, run.quantities, strict=True):
        assert row["id"] == q.id
        assert row["mid"] == repr(q.mid)


def test_csv_quotes_and_disarms_formulas():
    read = list(csv.reader(io.StringIO(table_csv(ODD))))
    assert read[1] == ['a "quoted", text\nwith lines', "0.30000000000000004", "True"]
    assert read[2] == ["'=SUM(A1)", "", "False"]
    assert read[3][0] == "Şuşa / Շուշի"


def test_workbook_holds_the_same_and_is_the_same_each_time(run, tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="the extra `xlsx` is not installed")
    path = write_xlsx(all_tables(run), tmp_path / "run.xlsx")
    assert path.read_bytes() == workbook_bytes(sheets(all_tables(run)))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == list(all_tables(run))
    sheet = list(book["odd"].iter_rows(values_only=True))
    assert sheet[0] == ("text", "number (years)", "flag")
    assert sheet[1][1] == pytest.approx(0.1 + 0.2, rel=1e-15)
    assert sheet[2] == ("=SUM(A1)", None, False)  # as text: see the types
    assert [cell.data_type for cell in book["odd"]["A"]] == ["s"] * 4
    assert book["quantities"].max_row == len(run.quantities) + 1


def test_sheet_names_are_cut_and_kept_apart(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="the extra `xlsx` is not installed")
    long = "a_table_with_a_name_far_longer_than_allowed"
    tables = {f"{long}_{n}": ODD for n in range(12)}
    names = openpyxl.load_workbook(write_xlsx(tables, tmp_path / "x.xlsx")).sheetnames
    assert len({n.lower() for n in names}) == 12
    assert max(map(len, names)) <= 31


def test_netcdf_holds_numbers_and_text(run):
    from scipy.io import netcdf_file

    content = netcdf_bytes(all_tables(run), {"case": "válley", "seed": 7})
    assert content.startswith(b"CDF")
    file = netcdf_file(io.BytesIO(content), "r", mmap=False)
    assert file.case.decode("utf-8") == "válley"
    assert file.seed == 7
    mids = file.variables["quantities.mid"][:]
    assert np.array_equal(mids, np.array([q.mid for q in run.quantities]))
    texts = [b"".join(row).rstrip(b"\0").decode("utf-8") for row in file.variables["odd.text"][:]]
    assert texts == [row[0] for row in ODD.rows]
    assert np.isnan(file.variables["odd.number"][1])
    assert file.variables["odd.number"].units == b"years"
    assert file.dimensions["quantities"] == len(run.quantities)
    assert netcdf_bytes(all_tables(run), {"case": "válley", "seed": 7}) == content


def test_a_public_copy_never_lies_among_tables_that_are_not_of_it(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_run(run, tmp_path / "kept")
    whole, public = export("kept", "csv"), export("kept", "csv", redact=True)
    assert {p.parent.name for p in whole} == {f"{run.case}-{run.date}-csv"}
    assert {p.parent.name for p in public} == {f"{run.case}-{run.date}-shared-csv"}
    old = whole[0].with_name("old_curve.csv")
    old.write_text("1\n", "utf-8")
    for redact in (True, False):
        with pytest.raises(OptionError, match=r"holds tables that are not of this export: old_curve\.csv"):
            export("kept", "csv", out=old.parent, redact=redact)
    assert old.exists()
    old.unlink()
    assert export("kept", "csv") == whole  # again into its own folder
