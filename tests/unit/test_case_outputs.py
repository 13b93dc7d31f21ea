"""Where results lie, and by which content they are known."""

import shutil
from pathlib import Path

import pytest

from detente.case import load_case
from detente.case.content import content_of, content_of_folder
from detente.case.outputs import file_name, results_folder, run_folder
from detente.errors import OptionError
from detente.evidence.part import accounts_key
from detente.files.shipped import shipped_folder


def copied(folder: Path, name: str = "toy-process") -> Path:
    """A copy of the toy case under another folder, with a `case:` name."""
    shutil.copytree(shipped_folder() / "toy-process", folder)
    path = folder / "case.yaml"
    path.write_text(path.read_text("utf-8").replace("case: toy-process", f"case: {name}"), "utf-8")
    return folder


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_two_folders_with_one_name_do_not_share_results(tmp_path):
    one, two = copied(tmp_path / "one" / "mine", "mine"), copied(tmp_path / "two" / "mine", "mine")
    first, second = (run_folder(load_case(folder), "2021-08-05") for folder in (one, two))
    assert first == Path("detente-out/mine-2021-08-05")
    assert second != first and second.name.startswith("mine.") and second.name.endswith("-2021-08-05")
    assert [run_folder(load_case(folder), "2021-08-05") for folder in (two, one)] == [second, first]  # whoever asks
    assert results_folder("mine", one, "studio") == Path("detente-out/mine-studio")
    assert results_folder("mine", Path("one/mine"), "studio") == Path("detente-out/mine-studio")


def test_a_shipped_case_keeps_its_name_and_nobody_else_gets_it(tmp_path):
    own = copied(tmp_path / "own")
    assert run_folder(load_case(own), "2021-08-05") != Path("detente-out/toy-process-2021-08-05")
    assert run_folder(load_case("toy-process"), "2021-08-05") == Path("detente-out/toy-process-2021-08-05")


def test_looking_takes_no_name(tmp_path):
    one, two = copied(tmp_path / "one", "mine"), copied(tmp_path / "two", "mine")
    assert results_folder("mine", one, "x", take=False) == Path("detente-out/mine-x")
    assert not Path("detente-out").exists()
    assert results_folder("mine", two, "x") == Path("detente-out/mine-x")


def test_a_folder_that_is_moved_keeps_its_results(tmp_path):
    one = copied(tmp_path / "one", "mine")
    before = run_folder(load_case(one), "2021-08-05")
    one.rename(tmp_path / "renamed")
    assert run_folder(load_case(tmp_path / "renamed"), "2021-08-05") == before


@pytest.mark.parametrize(
    ("name", "safe"), [("../../evil", "-..-evil"), ("a b/c", "a-b-c"), ("...", "case"), ("şuşa", "şuşa")]
)
def test_a_name_never_leaves_the_folder(name, safe, tmp_path):
    assert file_name(name) == safe
    assert results_folder(name, tmp_path, "x").parent == Path("detente-out")


def test_a_changed_case_has_a_folder_and_a_key_of_its_own():
    case = load_case("toy-process")
    changed = case.override(scenario="fragile")
    assert run_folder(changed, "2021-08-05") == Path("detente-out/toy-process-2021-08-05-with-fragile")
    assert content_of(changed) != content_of(case) == content_of(load_case("toy-process"))
    with pytest.raises(OptionError, match="unknown scenario 'fragil'"):
        case.override(scenario="fragil")


def test_what_counts_changes_the_key_and_what_does_not_count_does_not(tmp_path):
    folder = copied(tmp_path / "mine", "mine")
    before, evidence = content_of_folder(folder), accounts_key(load_case(folder))
    (folder / "scenarios" / "more.yaml").write_text("scenario: more\n", "utf-8")
    (folder / "detente-out").mkdir()
    (folder / "detente-out" / "x.csv").write_text("a\n", "utf-8")
    (folder / ".hidden.yaml").write_text("a: 1\n", "utf-8")
    (folder / "dangling.yaml").symlink_to("nowhere")
    (folder / "notes.md").write_text("words", "utf-8")
    assert content_of_folder(folder) == before
    case = load_case(folder)
    assert accounts_key(case) == evidence and not any(name.startswith("detente-out") for name in case.files)
    path = folder / "case.yaml"
    path.write_text(path.read_text("utf-8") + "\n# a remark\n", "utf-8")
    assert content_of_folder(folder) != before
    assert content_of(case) != content_of(load_case(folder))
