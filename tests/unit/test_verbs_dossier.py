"""The verbs `dossier` and `export` on a run folder: files, options, mistakes."""

import json
from pathlib import Path

import pytest
from synthetic_run import SECRET_WORDS, empty_run, make_run
from typer.testing import CliRunner

from detente.errors import OptionError
from detente.run import write_run
from detente.verbs.dossier import run as dossier
from detente.verbs.export import run as export
from detente.verbs.frame.app import app


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A run folder with few figures."""
    where = tmp_path_factory.mktemp("run")
    full = make_run(without=("accounts", "settlement", "outlook"))
    kept = {name: full.tables[name] for name in ("sources", "weather")}
    write_run(full.model_copy(update={"tables": kept, "quantities": full.quantities[:4], "sections": ()}), where)
    return where


def call(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_the_page_lands_in_the_run_folder(folder):
    path = dossier(folder)
    assert path == folder / "dossier.html"
    assert path.read_text("utf-8").startswith("<!doctype html>")
    assert path.read_bytes() == dossier(folder / "run.json").read_bytes()


def test_command_line_prints_paths_and_redacts(folder, tmp_path):
    done = call("dossier", str(folder), "--format", "md", "--redact", "--json")
    assert done.exit_code == 0, done.output
    path = folder / "dossier-shared.md"
    assert json.loads(done.stdout) == {"files": [path.as_posix()]}
    assert done.stderr == ""
    text = path.read_text("utf-8")
    assert not any(secret in text for secret in SECRET_WORDS)
    assert "Redacted copy" in text
    assert SECRET_WORDS[0] in dossier(folder, "md", out=tmp_path / "all.md").read_text("utf-8")


def test_that_nothing_was_marked_is_said_on_stderr(tmp_path):
    write_run(empty_run(), tmp_path)
    done = call("dossier", str(tmp_path), "--redact", "--out", str(tmp_path / "d.md"))
    assert done.exit_code == 0, done.output
    assert done.stderr == "note: Nothing in this run is marked confidential, so nothing was removed.\n"
    assert "Redacted copy. Nothing in this run is marked" in (tmp_path / "d.md").read_text("utf-8")
    done = call("export", str(tmp_path), "--redact", "--out", str(tmp_path / "d.nc"))
    assert done.stderr.startswith("note: Nothing in this run")


@pytest.mark.parametrize(
    ("name", "start"), [("l.pdf", b"%PDF"), ("l.DOCX", b"PK"), ("l.md", b"# The Contact"), ("l.html", b"<!doctype")]
)
def test_the_ending_of_the_file_is_its_format(folder, tmp_path, name, start):
    assert dossier(folder, out=tmp_path / name).read_bytes().startswith(start)


def test_exports_of_a_run(folder, tmp_path):
    done = call("export", str(folder), "--to", "csv", "--out", str(tmp_path / "csv"), "--redact")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "csv" / "timeline.csv").is_file()
    assert "Blue Orchid" not in (tmp_path / "csv" / "timeline.csv").read_text("utf-8")
    assert export(folder, "xlsx", tmp_path / "r.xlsx")[0].read_bytes().startswith(b"PK")
    assert export(folder, out=tmp_path / "s.xlsx")[0].read_bytes() == (tmp_path / "r.xlsx").read_bytes()
    first = export(folder, out=tmp_path / "r.nc")[0].read_bytes()
    assert first.startswith(b"CDF")
    assert export(folder, "netcdf", tmp_path / "again.nc")[0].read_bytes() == first


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda f: dossier(f, "doc"), r"unknown form 'doc'; expected one of html, docx, pdf, md; hint: did you mean"),
        (lambda f: dossier(f, paper="a3"), "unknown paper 'a3'; expected one of a4, letter$"),
        (lambda f: dossier(f / "nowhere"), "no run at"),
        (lambda f: dossier(f, out="l.xlsx"), "'l.xlsx' does not say in which form to write; expected a file that ends"),
        (lambda f: dossier(f, "pdf", out="l.docx"), "'l.docx' is the name of a docx file, but pdf was asked for"),
        (lambda f: export(f, "sas"), "unknown form 'sas'; expected one of prism, csv, xlsx, netcdf"),
        (export, "no form to write in; expected a file that ends in .nc, .xlsx, or one of the forms"),
        (lambda f: export(f, "csv", "l.xlsx"), "'l.xlsx' is the name of a xlsx file, but csv was asked for"),
        (lambda f: export(f, "prism", redact=True), "--redact works on the tables of a run, not on a case"),
    ],
)
def test_mistakes_are_named(folder, work, message):
    with pytest.raises(OptionError, match=message):
        work(folder)


def test_a_folder_of_something_else_is_a_sentence_and_exit_code_2(tmp_path):
    (tmp_path / "run.json").write_text('{"schema": 1, "case": "minsk", "date": "2021-08-05"}', encoding="utf-8")
    for verb in (("dossier", str(tmp_path)), ("export", str(tmp_path), "--to", "csv")):
        with pytest.raises(
            OptionError, match=r"a run of schema 1; .* run `detente analyze minsk --date 2021-08-05` again"
        ):
            raise call(*verb).exception


def test_a_case_exports_its_solved_model(tmp_path):
    import numpy as np

    from detente.case import load_case
    from detente.chain import Chain
    from detente.game import compile_case
    from detente.report.export import read_prism
    from detente.solver import solve

    export("toy-process", "prism", tmp_path / "prism")
    model = read_prism(tmp_path / "prism", "toy-process")
    assert (tmp_path / "prism" / "toy_process.sm").read_text("utf-8").startswith("ctmc\n")
    case = load_case("toy-process")
    template = compile_case(case)
    found = solve(template.game())
    start = template.state(case.as_of)
    assert model.initial == start
    times = np.array([1.0, 5.0, 10.0])
    for label in ("peace", "war"):
        ours = found.chain().reach_probability(template.mask(getattr(case.outcomes, label)), times)[:, start]
        theirs = Chain(model.generator).reach_probability(model.labels[label], times)[:, start]
        assert theirs == pytest.approx(ours, abs=1e-12)
    assert set(model.rewards) == set(template.players)
    states = export("toy-process", "csv", tmp_path / "csv")
    assert {p.name for p in states} == {"states.csv", "transitions.csv", "values.csv", "actions.csv"}
    lines = (tmp_path / "csv" / "values.csv").read_text("utf-8").splitlines()
    assert len(lines) == template.space.size + 1
    with pytest.raises(OptionError, match="no situation for 1900-01-01"):
        export("toy-process", "prism", tmp_path / "no", date="1900-01-01")
