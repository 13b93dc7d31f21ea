"""The public surface: what `detente` exports exists, is documented, and costs nothing until used."""

import inspect
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import detente
from detente.files.shipped import shipped_folder

CLASSES = {"Case", "Chain", "Equilibrium", "Game", "Quantity", "Record", "Run", "Table"}
ERRORS = {"DetenteError", "UserError"}
VERBS = {"analyze", "ask", "claims", "dossier", "settle"}
STEPS = {"compile_case", "enumerate_equilibria", "load_case", "load_record", "read_run", "solve", "solve_path"}


def test_the_public_names_are_these_and_no_others():
    assert set(detente.__all__) == CLASSES | ERRORS | VERBS | STEPS | {"__version__"}
    assert len(detente.__all__) == len(set(detente.__all__))
    assert dir(detente) == sorted(detente.__all__)


def test_every_exported_name_is_documented():
    for name in detente.__all__:
        if name != "__version__":
            assert inspect.getdoc(getattr(detente, name)), name


def test_no_exported_name_is_also_the_name_of_a_module():
    parts = {module.name for module in pkgutil.iter_modules(detente.__path__)}
    assert not parts & set(detente.__all__)


@pytest.mark.slow
def test_a_name_means_the_same_the_second_time_and_after_everything_was_imported():
    code = (
        "import importlib, pkgutil, detente\n"
        "first = {name: getattr(detente, name) for name in detente.__all__}\n"
        "for module in pkgutil.walk_packages(detente.__path__, 'detente.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "for name, thing in first.items():\n"
        "    assert getattr(detente, name) is thing, name\n"
    )
    _python(code)


@pytest.mark.slow
def test_what_can_be_called_can_be_called_twice(tmp_path, monkeypatch):
    """Each in turn, twice, in one process: a verb that loads a module of its own name would fail the second time."""
    monkeypatch.chdir(tmp_path)
    fast = {"draws": 1, "workers": 0}
    shutil.copytree(shipped_folder().parent / "case" / "starter", tmp_path / "own")
    for _ in range(2):
        case = detente.load_case("own")
        template = detente.compile_case(case)
        game = template.game()
        assert isinstance(detente.solve(game), detente.Equilibrium)
        assert detente.solve(game).certified
        assert len(detente.enumerate_equilibria(game, starts=1, seed=0)) >= 1
        assert len(detente.solve_path(game, [1.0])) == 1
        assert detente.load_record(shipped_folder() / "good-friday" / "record").events
        run = detente.analyze("own", out="run", **fast)
        assert isinstance(run, detente.Run) and detente.read_run(tmp_path / "run") == run
        assert isinstance(detente.dossier("run"), Path)
        assert isinstance(detente.ask("own", "relapse", draws=1, workers=0), detente.Run)
        with pytest.raises(detente.UserError, match="has no record"):
            detente.claims("own")
        with pytest.raises(detente.UserError, match="risk"):
            detente.settle("own", risk=2.0, **fast)


def test_static_and_lazy_exports_agree():
    source = inspect.getsource(detente)
    block = source.split("if TYPE_CHECKING:")[1].split("_HOMES =")[0]
    static = [
        name.strip().rpartition(" ")[2]
        for line in block.splitlines()
        if " import " in line
        for name in line.split(" import ")[1].split(",")
    ]
    assert sorted(static) == sorted(set(detente.__all__) - {"__version__"})


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'no_such_thing'"):
        detente.no_such_thing  # noqa: B018


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_help_loads_nothing_heavy():
    code = (
        "import sys, contextlib, io\n"
        "sys.argv = ['detente', '--help']\n"
        "from detente.verbs.frame.app import main\n"
        "with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit): main()\n"
        "print(','.join(m for m in ('numpy', 'scipy', 'duckdb', 'pydantic', 'ruamel.yaml', 'starlette') "
        "if m in sys.modules), 'analyze' in out.getvalue())"
    )
    assert _python(code).strip() == "True"
