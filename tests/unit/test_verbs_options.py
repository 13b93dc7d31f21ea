"""Options that all verbs share: old names, forms, settings that cannot be."""

import pytest
import typer
from typer.testing import CliRunner

from detente.draws import Settings
from detente.errors import OptionError
from detente.verbs.frame.options import Date, Draws, Format, Json, Verb, chosen_form

runner = CliRunner()


def told(*arguments: str, own: bool = False) -> str:
    """What a verb with the shared options understands."""
    app = typer.Typer()

    def verb(date: Date = None, draws: Draws = 100, form: Format = None, as_json: Json = False) -> None:
        print(date, draws, chosen_form(form, as_json, ("text", "json", "csv")))

    def other(date: Date = None, until: str = typer.Option("", "--until")) -> None:
        print(date, until)

    app.command(cls=Verb)(other if own else verb)
    result = runner.invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


@pytest.mark.parametrize("name", ["--date", "--as-of", "--until"])
def test_a_date_has_one_name_and_old_ones_are_still_taken(name):
    assert told(name, "2020-01-01") == told(f"{name}=2020-01-01") == "2020-01-01 100 text"


def test_old_names_are_not_shown():
    shown = told("--help")
    assert "--date" in shown and "--as-of" not in shown and "--until" not in shown


def test_an_option_of_its_own_comes_before_an_old_name():
    assert told("--until", "2020", "--as-of", "2021", own=True) == "2021 2020"


def test_json_is_a_form():
    assert told("--json") == told("--format", "json") == "None 100 json"
    assert told("--draws", "7", "--format", "csv") == "None 7 csv"
    with pytest.raises(OptionError, match=r"--format jsn; expected one of text, json; hint: did you mean 'json'"):
        chosen_form("jsn", False, ("text", "json"))
    with pytest.raises(OptionError, match="--json and --format csv"):
        chosen_form("csv", True, ("text", "json", "csv"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"draws": 0}, "--draws 0; expected a whole number from 1"),
        ({"draws": True}, "--draws True"),
        ({"draws": 10**9}, "--draws 1000000000"),
        ({"seed": -1}, "--seed -1; expected a whole number from 0 to 4294967295"),
        ({"seed": 2**32}, "--seed 4294967296"),
        ({"workers": -1}, "--workers -1; expected 0 or more"),
        ({"executor": "mpi://x"}, "--executor mpi://x; expected dask://HOST:PORT or dask://local"),
        ({"executor": "dask://"}, "--executor dask://;"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_the_name_of_its_option(wrong, words):
    with pytest.raises(OptionError, match=words):
        Settings(**wrong)


def test_settings_as_they_are_meant():
    assert Settings() == Settings(draws=100, seed=0, workers=None, executor=None, date=None, out=None)
    Settings(draws=1, seed=2**32 - 1, workers=0, executor="dask://local")
