"""The house: who imports by name, and that one more verb or importer is one file."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

import detente
from detente.errors import OptionError
from detente.files.scan import scan
from detente.verbs import all_verbs
from detente.verbs.frame.app import PANELS, build
from detente.words.version import VERSION

SOURCE = Path(detente.__file__).parent
BY_NAME = {"__init__.py", "files/scan.py"}  # the table of public names, and the one scan of a package
OTHERS = {"verbs/doctor.py"}  # looks whether packages of others can be imported

NEW_VERB = '''
"""`detente greet`: says hello."""

from typing import Annotated

import typer

PANEL = "Help"


def run(name: str) -> str:
    """What is said."""
    return f"hello {name}"


def command(name: Annotated[str, typer.Argument(help="Whom.")]) -> None:
    """Say hello."""
    print(run(name))
'''


@cache
def calls_of(path: Path) -> set[str]:
    """Names of the functions that a module calls."""
    tree = ast.parse(path.read_text("utf-8"))
    return {ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_nothing_is_imported_by_a_string_but_public_names_and_scanned_packages():
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if calls_of(path) & {"import_module", "__import__", "exec", "eval", "run_module", "run_path"}
    }
    assert found == BY_NAME | OTHERS
    other = (SOURCE / "verbs" / "doctor.py").read_text("utf-8")
    assert "detente." not in "".join(line for line in other.splitlines() if "import_module" in line)


def test_verbs_print_through_one_door():
    """What a file says must not speak to the terminal: `show_text` and `note` see to that."""
    found = {path.name for path in (SOURCE / "verbs").rglob("*.py") if "print" in calls_of(path)}
    assert found == {"printed.py"}


def test_nothing_is_imported_by_a_string_would_notice(tmp_path):
    path = tmp_path / "sly.py"
    path.write_text("import importlib as i\ni.import_module('detente.' + 'chain')\n", "utf-8")
    assert "import_module" in calls_of(path)


def test_a_new_verb_is_one_file(tmp_path, monkeypatch):
    package = tmp_path / "more_verbs"
    package.mkdir()
    (package / "__init__.py").write_text("", "utf-8")
    (package / "greet.py").write_text(NEW_VERB, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    import more_verbs  # noqa: F401  # pyright: ignore[reportMissingImports]

    app = build((*all_verbs(), *scan("more_verbs")))
    runner = CliRunner()
    assert runner.invoke(app, ["greet", "Minsk"]).stdout == "hello Minsk\n"
    shown = runner.invoke(app, ["--help"]).stdout
    assert "greet" in shown and "analyze" in shown
    (package / "broken.py").write_text('PANEL = "Help"\n', "utf-8")
    with pytest.raises(ValueError, match=r"more_verbs\.broken has neither a function 'command' nor a Typer 'app'"):
        build(scan("more_verbs"))
    (package / "broken.py").write_text("def command(): ...\n", "utf-8")
    del sys.modules["more_verbs.broken"]
    with pytest.raises(ValueError, match=r"more_verbs\.broken\.PANEL is None; expected one of Begin"):
        build(scan("more_verbs"))


def test_a_new_importer_is_one_file(tmp_path):
    from detente.verbs.import_ import run as import_list

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "sources.csv").write_text("id,title\nown,Own notes\n", "utf-8")
    (tmp_path / "own.yaml").write_text(
        "mapping: own\ntitle: Own list\nsource: own notes\ncolumns:\n  id: {column: n, prefix: own.}\n  date: day\n"
        "  type: {constant: incident}\n  text: what\n  sources: {constant: own}\n",
        "utf-8",
    )
    (tmp_path / "list.csv").write_text("n,day,what\n1,2020-01-02,a shot\n2,2020-13-02,nonsense\n", "utf-8")
    report = import_list(str(tmp_path / "own.yaml"), tmp_path / "list.csv", tmp_path / "mine")
    assert report.data["rows"] == 2 and report.data["imported"] == 1 and report.data["set_aside"] == 1


def test_every_verb_says_under_which_heading_it_is_listed_and_what_a_program_calls():
    for module in all_verbs():
        assert module.PANEL in PANELS, module.__name__
        assert callable(module.run), module.__name__


def test_every_verb_takes_json():
    from detente.verbs.frame.app import app

    def options(command) -> set[str]:
        return {name for parameter in command.params for name in parameter.opts}

    import typer

    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # pyright: ignore[reportAttributeAccessIssue]
        for own, inner in getattr(command, "commands", {name: command}).items():
            assert "--json" in options(inner), f"{name} {own}"


def test_the_version_is_that_of_the_package():
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    assert f'\nversion = "{VERSION}"\n' in text and detente.__version__ == VERSION


def test_an_old_name_of_a_date_is_still_taken_by_a_real_verb(capsys):
    from detente.verbs.frame.app import app

    for name in ("--date", "--as-of", "--until"):
        result = CliRunner().invoke(app, ["record", "deaths", "good-friday", name, "1999-01-01", "--json"])
        assert result.exit_code == 0 and "as of 1999-01-01" in result.stdout
    with pytest.raises(OptionError, match="a date"):
        CliRunner().invoke(app, ["record", "deaths", "good-friday", "--date", "soon", "--json"], catch_exceptions=False)
