"""The verbs `dossier` and `export` on a run folder: files, options, mistakes, layers."""

import ast
import json
from pathlib import Path

import pytest
from synthetic_run import SECRET_WORDS, make_run
from typer.testing import CliRunner

import detente
from detente.cli import app
from detente.errors import OptionError
from detente.run import write_run
from detente.workflow.dossier import dossier, export


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A run folder with few figures."""
    where = tmp_path_factory.mktemp("run")
    full = make_run()
    kept = {name: full.tables[name] for name in ("timeline", "ledger", "weather")}
    write_run(full.model_copy(update={"tables": kept, "quantities": full.quantities[:4]}), where)
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
    text = path.read_text("utf-8")
    assert not any(secret in text for secret in SECRET_WORDS)
    assert SECRET_WORDS[0] in dossier(folder, "md", out=tmp_path / "all.md").read_text("utf-8")


def test_exports_of_a_run(folder, tmp_path):
    done = call("export", str(folder), "--to", "csv", "--out", str(tmp_path / "csv"), "--redact")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "csv" / "timeline.csv").is_file()
    assert "Blue Orchid" not in (tmp_path / "csv" / "timeline.csv").read_text("utf-8")
    assert export(folder, "xlsx", tmp_path / "r.xlsx")[0].read_bytes().startswith(b"PK")
    assert export(folder, "netcdf", tmp_path / "r.nc")[0].read_bytes().startswith(b"CDF")


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda f: dossier(f, "doc"), "format 'doc'; expected one of html, docx, pdf, md"),
        (lambda f: dossier(f, paper="a3"), "paper 'a3'"),
        (lambda f: dossier(f / "nowhere"), "no run at"),
        (lambda f: export(f, "sas"), "target 'sas'; expected one of prism"),
        (lambda f: export(f, "prism", redact=True), "a redacted export of a model"),
    ],
)
def test_mistakes_are_named(folder, work, message):
    with pytest.raises(OptionError, match=message):
        work(folder)


def test_dossier_and_export_never_see_the_engine():
    root = Path(detente.__file__).parent
    forbidden = {"game", "chain", "solve", "evidence", "answers", "outside", "positions", "settle", "workflow", "case"}
    for package in ("dossier", "export", "charts"):
        for file in (root / package).glob("*.py"):
            tree = ast.parse(file.read_text("utf-8"))
            names = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
            names += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
            assert not {n.split(".")[1] for n in names if n.startswith("detente.")} & forbidden, file


def test_a_case_exports_its_solved_model(tmp_path):
    import numpy as np

    from detente.case import load_case
    from detente.chain import Chain
    from detente.game import compile_case
    from detente.report.export import read_prism
    from detente.solver import solve

    export("toy-process", "prism", tmp_path / "prism")
    model = read_prism(tmp_path / "prism", "toy-process")
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
