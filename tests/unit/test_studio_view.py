"""Links, scenarios and drafts: what was moved by hand is kept, can be read again, and never touches the case."""

import json
import shutil
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.case import load_case
from detente.case.scenarios import parse_scenario, scenario_text
from detente.errors import CaseError, OptionError
from detente.studio.desk import Desk
from detente.studio.drafts import HISTORY, checked, drop_draft, read_draft, write_draft
from detente.studio.view import View, as_scenario, from_data, from_query, narrowed, parameters_of, situation
from detente.workflow.studio import read_scenarios, save_scenario, scenario_folder

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


def test_long_work_fixes_what_was_moved_and_leaves_the_rest_its_range():
    view = View(CASE.as_of, set={"war_cost": 2.0}, at={"tension": "calm"})
    case = narrowed(view, CASE)
    assert (case.parameters["war_cost"].low, case.parameters["war_cost"].high) == (2.0, 2.0)
    assert case.parameters["lapse"].high > case.parameters["lapse"].low
    assert case.situations[CASE.as_of]["tension"] == "calm"
    assert (
        CASE.situations[CASE.as_of] != case.situations[CASE.as_of] or CASE.situations[CASE.as_of]["tension"] == "calm"
    )


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
    found, problems = read_scenarios(CASE, tmp_path / "own")
    assert problems == [] and found["dear_war"].parameters == {"war_cost": 2.5}
    assert {p: p.read_bytes() for p in CASE.files.values()} == before
    with pytest.raises(OptionError, match="there is a scenario 'dear_war' already"):
        save_scenario(CASE, scenario, tmp_path / "own")
    save_scenario(CASE, scenario, tmp_path / "own", overwrite=True)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "x" * 60, ".hidden", "con\n"])
def test_a_name_that_could_leave_the_folder_is_refused(name, tmp_path):
    scenario = as_scenario(View(CASE.as_of), CASE, {}, name=name)
    with pytest.raises(OptionError, match="name cannot be used"):
        save_scenario(CASE, scenario, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_of_the_case_is_not_shadowed(tmp_path):
    scenario = as_scenario(View(CASE.as_of), CASE, {}, name=next(iter(CASE.scenarios)))
    with pytest.raises(OptionError, match="of its own"):
        save_scenario(CASE, scenario, tmp_path, overwrite=True)


def test_a_broken_scenario_file_is_told_with_its_place_and_hides_no_other(tmp_path):
    (tmp_path / "bad.yaml").write_text("scenario: bad\nparameters:\n  war_cots: 1\n", encoding="utf-8")
    (tmp_path / "good.yaml").write_text("scenario: good\nparameters:\n  war_cost: 1\n", encoding="utf-8")
    found, problems = read_scenarios(CASE, tmp_path)
    assert "good" in found and "bad" not in found
    assert problems and problems[0].startswith("bad.yaml:3:3") and "war_cost" in problems[0]
    with pytest.raises(CaseError, match=r"empty\.yaml:1:1: the file is empty; expected a mapping with scenario"):
        parse_scenario(CASE, b"", "empty.yaml")


def test_a_draft_survives_and_an_unreadable_one_is_set_aside(tmp_path):
    assert read_draft(tmp_path) is None
    write_draft(tmp_path, {"history": ["a", "b", "c"], "position": 1})
    assert read_draft(tmp_path) == {"history": ["a", "b", "c"], "position": 1}
    (tmp_path / "draft.json").write_text('{"history": ["a"', encoding="utf-8")
    assert read_draft(tmp_path) is None
    assert (tmp_path / "draft.unreadable.json").is_file()
    drop_draft(tmp_path)


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
        write_draft(tmp_path, data)
    assert not (tmp_path / "draft.json").exists()


def test_a_studio_opens_beside_scenario_files_that_cannot_be_read(tmp_path):
    """Links that lead nowhere, folders and wrong files in scenarios/ stopped the studio or every page of it."""
    folder = tmp_path / "mine"
    shutil.copytree(CASE.folder, folder)
    inside = folder / "scenarios"
    (inside / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (inside / "folder.yaml").mkdir()
    (inside / "wrong.yaml").write_text("scenario: wrong\nparameters: {war_cots: 1}\n", encoding="utf-8")
    desk = Desk(str(folder))
    desk.open()
    try:
        assert desk.wait(60)
        assert set(desk.scenarios()) == set(CASE.scenarios)
    finally:
        desk.worker.stop()
