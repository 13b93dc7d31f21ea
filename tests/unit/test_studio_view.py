"""Links, scenarios and drafts: what was moved by hand is kept, can be read again, and never touches the case."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.case import load_case
from detente.case.content import content_of
from detente.case.outputs import run_folder
from detente.case.scenarios import parse_scenario, scenario_text
from detente.errors import CaseError, OptionError
from detente.studio.drafts import HISTORY, KEPT, checked, drop_draft, read_drafts, write_draft
from detente.studio.scenarios import Scenarios, save_scenario, scenario_folder
from detente.studio.view import View, as_scenario, changes_of, from_data, from_query, parameters_of, situation

CASE = load_case("toy-process")
RANGES = {n: p for n, p in CASE.parameters.items() if p.low < p.high}


@st.composite
def views(draw) -> View:
    names = draw(st.lists(st.sampled_from(sorted(RANGES)), unique=True, max_size=4))
    moved = {n: draw(st.floats(RANGES[n].low, RANGES[n].high)) for n in names}
    stands = CASE.situations[CASE.as_of]
    chosen = {n: draw(st.sampled_from(CASE.states[n].values)) for n in draw(st.sets(st.sampled_from(sorted(stands))))}
    edited = {n: v for n, v in chosen.items() if v != stands[n]}
    return View(CASE.as_of, draw(st.sampled_from(["", *CASE.scenarios])), moved, edited)


@given(views())
def test_a_link_reproduces_a_view(view):
    assert from_query(parse_qsl(view.query()), CASE, CASE.scenarios) == view
    assert from_data(json.loads(json.dumps(view.data())), CASE, CASE.scenarios) == view


@given(views())
def test_a_saved_view_gives_the_same_numbers_when_it_is_read_again(view):
    before = CASE.override(scenario=view.scenario or None)
    text = as_scenario(view, CASE, CASE.scenarios, name="kept", title="A title", why='because "so"')
    again = parse_scenario(CASE, scenario_text(text).encode(), "kept.yaml")
    after = CASE.override(scenario=again)
    opened = View(view.date)
    assert parameters_of(opened, after) == parameters_of(view, before)
    assert situation(opened, after) == situation(view, before)
    assert (again.title, again.why) == ("A title", 'because "so"')


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("date=1900-01-01", "unknown date"),
        ("scenario=nope", "unknown scenario"),
        ("package=nope", "unknown package"),
        ("set=war_cots:1", "unknown assumption 'war_cots'"),
        ("set=war_cost:99", "outside its range"),
        ("set=war_cost:nan", "outside its range"),
        ("set=war_cost:abc", "no number"),
        ("set=war_cost", "NAME:VALUE"),
        ("at=phase:noon", "unknown value"),
        ("at=weather:war", "unknown state variable"),
    ],
)
def test_a_wrong_link_is_refused_in_words(query, words):
    with pytest.raises(OptionError, match=words):
        from_query(parse_qsl(query, keep_blank_values=True), CASE, CASE.scenarios)


@pytest.mark.parametrize("raw", [None, 3, [], "x", {"set": 3}, {"at": []}, {"date": 5}, {"set": {"war_cost": None}}])
def test_what_is_no_view_is_refused(raw):
    with pytest.raises(OptionError, match=r".+"):
        from_data(raw, CASE, CASE.scenarios)


def test_scenarios_of_a_shipped_case_go_into_a_folder_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert scenario_folder(CASE, None) == Path("toy-process-scenarios")
    assert scenario_folder(CASE, tmp_path / "x") == tmp_path / "x"
    before = {p: p.read_bytes() for p in CASE.files.values()}
    view = View(CASE.as_of, set={"war_cost": 2.5})
    scenario = as_scenario(view, CASE, CASE.scenarios, name="dear_war", title="War is dear", why="")
    path = save_scenario(CASE, scenario, tmp_path / "own")
    assert path.read_text("utf-8").startswith("scenario: dear_war\n")
    assert "war_cost: 2.5" in path.read_text("utf-8")
    found = Scenarios(CASE, tmp_path / "own")
    assert found.read(CASE)["dear_war"].parameters == {"war_cost": 2.5} and found.problems == ()
    assert {p: p.read_bytes() for p in CASE.files.values()} == before
    with pytest.raises(OptionError, match="there is a scenario 'dear_war' already"):
        save_scenario(CASE, scenario, tmp_path / "own")
    save_scenario(CASE, scenario, tmp_path / "own", overwrite=True)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "x" * 60, ".hidden", "con\n", "a-b", "1a", "_a"])
def test_a_name_that_could_leave_the_folder_is_refused(name, tmp_path):
    scenario = as_scenario(View(CASE.as_of), CASE, {}, name=name)
    with pytest.raises(OptionError, match="name cannot be used"):
        save_scenario(CASE, scenario, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_of_the_case_is_not_shadowed(tmp_path):
    scenario = as_scenario(View(CASE.as_of), CASE, {}, name=next(iter(CASE.scenarios)))
    with pytest.raises(OptionError, match="of its own"):
        save_scenario(CASE, scenario, tmp_path, overwrite=True)


def test_a_scenario_file_that_cannot_be_used_is_told_with_its_place_and_hides_no_other(tmp_path):
    (tmp_path / "bad.yaml").write_text("scenario: bad\nparameters:\n  war_cots: 1\n", encoding="utf-8")
    (tmp_path / "good.yaml").write_text("scenario: good\nparameters:\n  war_cost: 1\n", encoding="utf-8")
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "empty.yml").touch()
    (tmp_path / ".hidden.yaml").write_text("no scenario", encoding="utf-8")
    found = Scenarios(CASE, tmp_path)
    assert set(found.read(CASE)) == {*CASE.scenarios, "good"}
    told = [str(problem) for problem in found.problems]
    assert len(told) == 4
    assert any(text.startswith("scenarios/bad.yaml:3:3") and "war_cots" in text for text in told)
    assert any(text.startswith("scenarios/dangling.yaml: ") and "there is no such file" in text for text in told)
    assert any(text.startswith("scenarios/folder.yaml: ") and "a folder has this name" in text for text in told)
    assert any(text.startswith("scenarios/empty.yml") for text in told)
    (tmp_path / "bad.yaml").write_text("scenario: bad\nparameters:\n  war_cost: 2\n", encoding="utf-8")
    assert "bad" in found.read(CASE) and len(found.problems) == 3
    with pytest.raises(CaseError, match=r"empty\.yaml:1:1: the file is empty; expected a mapping with scenario"):
        parse_scenario(CASE, b"", "empty.yaml")


def test_the_same_changes_are_the_same_scenario(tmp_path):
    view = View(CASE.as_of, set={"war_cost": 2.5})
    text = changes_of(view, CASE, CASE.scenarios)
    assert text == changes_of(view, CASE, CASE.scenarios) and text.startswith("scenario: changes_")
    assert text != changes_of(View(CASE.as_of, set={"war_cost": 2.6}), CASE, CASE.scenarios)
    assert changes_of(View(CASE.as_of), CASE, CASE.scenarios) == ""
    name = next(iter(CASE.scenarios))
    saved = changes_of(View(CASE.as_of, scenario=name), CASE, CASE.scenarios)
    assert parse_scenario(CASE, saved, "x").name == name


@given(views())
def test_a_job_and_the_page_know_a_changed_case_by_the_same_key(view):
    case = CASE.override(scenario=view.scenario or None)
    text = changes_of(view, CASE, CASE.scenarios)
    if not view.edited and view.scenario:
        again = CASE.override(scenario=parse_scenario(CASE, text, "changes.yaml"))
        assert content_of(again) == content_of(case) and run_folder(again, view.date) == run_folder(case, view.date)
    elif text:
        assert content_of(CASE.override(scenario=parse_scenario(CASE, text, "changes.yaml"))) != content_of(CASE)


def test_every_tab_has_its_own_draft(tmp_path):
    assert read_drafts(tmp_path) == ([], [])
    write_draft(tmp_path, "one", {"history": ["a", "b", "c"], "position": 1})
    write_draft(tmp_path, "two", {"history": ["x"], "position": 0})
    found = {draft.tab: draft for draft in read_drafts(tmp_path)[0]}
    assert found["one"].data() == {"history": ["a", "b", "c"], "position": 1} and found["one"].query == "b"
    assert found["two"].query == "x"
    drop_draft(tmp_path, "one")
    drop_draft(tmp_path, "one")
    assert [draft.tab for draft in read_drafts(tmp_path)[0]] == ["two"]


def test_a_draft_that_cannot_be_read_is_told_and_stays(tmp_path):
    write_draft(tmp_path, "good", {"history": ["a"], "position": 0})
    (tmp_path / "draft-cut.json").write_text('{"history": ["a"', encoding="utf-8")
    (tmp_path / "draft-deep.json").write_text("[" * 100_000, encoding="utf-8")
    (tmp_path / "draft-empty.json").touch()
    (tmp_path / "draft-folder.json").mkdir()
    found, problems = read_drafts(tmp_path)
    assert [draft.tab for draft in found] == ["good"]
    assert [text.split(":")[0] for text in problems] == [f"draft-{n}.json" for n in ("cut", "deep", "empty", "folder")]
    assert len(list(tmp_path.iterdir())) == 5


def test_old_drafts_make_room_for_new_ones(tmp_path):
    for n in range(KEPT + 5):
        write_draft(tmp_path, f"t{n}", {"history": [str(n)], "position": 0})
    found = read_drafts(tmp_path)[0]
    assert len(found) == KEPT and f"t{KEPT + 4}" in {draft.tab for draft in found}


@given(st.integers(1, 3 * HISTORY), st.data())
def test_a_long_history_is_cut_around_its_position(length, data):
    position = data.draw(st.integers(0, length - 1))
    kept = checked({"history": [str(n) for n in range(length)], "position": position})
    assert len(kept["history"]) <= HISTORY
    assert kept["history"][kept["position"]] == str(position)


NO_DRAFTS = [([], 0), (["a"], 1), ([1], 0), (["a"], True), (["x" * 9000], 0)]


@pytest.mark.parametrize("data", [None, [], {}, *({"history": h, "position": p} for h, p in NO_DRAFTS)])
def test_what_is_no_draft_is_refused(data, tmp_path):
    with pytest.raises(OptionError, match="not a draft"):
        write_draft(tmp_path, "a", data)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("tab", [None, 3, "", "../x", "A", "a" * 33, "a/b"])
def test_a_tab_whose_name_could_leave_the_folder_is_refused(tab, tmp_path):
    for work in (
        lambda: write_draft(tmp_path, tab, {"history": ["a"], "position": 0}),
        lambda: drop_draft(tmp_path, tab),
    ):
        with pytest.raises(OptionError, match="not the name of a tab"):
            work()
    assert list(tmp_path.iterdir()) == []
