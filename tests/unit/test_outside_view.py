import shutil
from types import SimpleNamespace

import pytest
from case_files import changed, folder_with, starter

from detente.case import load_case, read_case
from detente.case.questions import Questions
from detente.errors import CaseError
from detente.outside import for_case
from detente.outside.facts import facts_of
from detente.outside.positions import for_case as positions_for_case
from detente.outside.view import compare
from detente.run import Quantity, Run, write_run
from detente.workflow.outside import case_base_rates, for_run, positions

FACTS = {"outcome": "ceasefire", "ended": "2020-11-10", "prior_episodes": 2, "peacekeepers": True, "third_party": "yes"}


def case(binding):
    """What the outside view reads of a case: a name and the bindings."""
    questions = Questions.model_validate({} if binding is None else {"baserate": binding})
    return SimpleNamespace(name="made", questions=questions)


def mistakes(tmp_path, facts):
    """What reading a case says of facts under 2021-08-05, or of the whole binding."""
    text = changed(starter(), ("situations:", f"questions:\n  baserate: {facts}\nsituations:"))
    line = text[: text.index("baserate:")].count("\n") + 1
    found = read_case(folder_with(text, tmp_path / "made")).errors
    assert all((d.file, d.line) == ("made/case.yaml", line) for d in found)
    return [str(d) for d in found]


def relapse(years, low, mid, high):
    return Quantity(
        id=f"relapse.{years}y", question="relapse", family="relapse", label="x", low=low, mid=mid, high=high
    )


def test_a_case_without_facts_says_how_to_add_them():
    view = for_case(case(None), "2021-08-05")
    assert (view.tables, view.quantities) == ({}, ())
    assert "questions: {baserate" in view.words[0]
    assert for_case(case({"2022-01-01": FACTS}), "2021-08-05").quantities == ()


def test_base_rates_name_class_number_interval_and_source():
    view = for_case(case({"2021-08-05": FACTS}), "2021-08-05")
    assert [q.id for q in view.quantities] == ["base_rate.1y", "base_rate.2y", "base_rate.5y", "base_rate.10y"]
    for q in view.quantities:
        assert 0 <= q.low <= q.mid <= q.high <= 1
        assert "ceasefire" in q.label
    mids = [q.mid for q in view.quantities]
    assert mids == sorted(mids)
    table = view.tables["base_rates_classes"]
    assert [row[1] for row in table.rows].count("used") == 1
    text = " ".join(view.words)
    assert "UCDP" in text
    assert "peacekeepers and a third party" in text


def test_time_at_peace_is_taken_off():
    early = for_case(case({"2021-08-05": FACTS}), "2021-08-05").quantities[2]
    late = for_case(case({"2021-08-05": FACTS}), "2024-08-05")
    assert late.quantities[2].mid < early.mid
    assert any("given for 2021-08-05" in sentence for sentence in late.words)


def test_horizons_beyond_the_data_say_so():
    late = for_case(case({"2020-12-01": FACTS}), "2033-01-01").quantities[-1]
    assert (late.low, late.mid) == (None, None)
    assert "fewer than five" in late.reason_no_interval


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("{2021-08-05: {outcome: truce}}", "'truce' is no outcome; expected one of peace_agreement, ceasefire"),
        ("{2021-08-05: {outcome: true}}", "'true' is no outcome"),
        ("{2021-08-05: {outcome: 7}}", "'7' is no outcome"),
        ("{2021-08-05: {outcom: ceasefire}}", "unknown fact 'outcom'; hint: did you mean 'outcome'"),
        ("{2021-08-05: {prior_episodes: -1}}", "-1 is out of range; expected a number of at least 0"),
        ("{2021-08-05: {peacekeepers: some}}", "text 'some' here; expected yes or no"),
        ("{2021-08-05: {ended: 2022-01-01}}", "ended on 2022-01-01; expected a date not after 2021-08-05"),
        ("{2021-08-05: {ended: soon}}", "'soon' is not a date"),
        ("{summer: {outcome: ceasefire}}", "'summer' is not a date"),
        ("{2021-08-05: ceasefire}", "text 'ceasefire' here; expected a mapping with outcome"),
        ("[ceasefire]", "a list here; expected a mapping, one date a line"),
    ],
)
def test_mistakes_in_the_facts_are_located_when_the_case_is_read(tmp_path, facts, words):
    found = mistakes(tmp_path, facts)
    assert len(found) == 1
    assert words in found[0]


def test_all_mistakes_come_at_once(tmp_path):
    facts = "{2021-08-05: {outcome: truce, peacekeepers: some, duration_years: x}, summer: {}}"
    assert len(mistakes(tmp_path, facts)) == 4


def test_codes_and_names_mean_the_same():
    one, two = (facts_of(case({"2021-08-05": {"outcome": o}}), "2021-08-05") for o in ("low_activity", 5))
    assert one.outcome == two.outcome == 5
    assert one.first is None


def test_where_the_views_differ_is_said_with_reasons():
    binding = {"2021-08-05": FACTS}
    high = for_case(case(binding), "2021-08-05", inside=[relapse(5, 0.9, 0.95, 0.99), relapse(10, 0.9, 0.95, 0.99)])
    assert [row[-1] for row in high.tables["base_rates_inside"].rows] == ["higher", "higher"]
    assert any("higher than the base rate within 5 and 10 years" in s for s in high.words)
    low = for_case(case(binding), "2021-08-05", inside=[relapse(5, 0.0, 0.01, 0.02)])
    assert any("lower than the base rate within 5 years" in s for s in low.words)
    assert any("different events" in s for s in low.words)
    same = for_case(case(binding), "2021-08-05", inside=[relapse(5, 0.3, 0.5, 0.7)])
    assert any("The two views agree" in s for s in same.words)


def test_only_matching_horizons_are_compared():
    base = Quantity(id="base_rate.5y", question="base_rate", family="base_rate", label="x", low=0.2, mid=0.3, high=0.4)
    table, words = compare([base], {"relapse.2y": relapse(2, 0, 0.1, 0.2)})
    assert table.rows == ()
    assert words == []


@pytest.fixture
def copied(tmp_path):
    """A shipped case, copied, with facts and an issue added."""
    source = load_case("toy-process")
    folder = tmp_path / "mine"
    shutil.copytree(source.folder, folder)
    path = folder / "case.yaml"
    north, south = source.players[:2]
    facts = "questions:\n  baserate:\n    2021-08-05: {outcome: ceasefire, ended: 2020-11-10, prior_episodes: 1}\n"
    issue = (
        "issues:\n  road:\n    options: [closed, monitored, open]\n    positions:\n"
        f"      {north}: closed\n      {south}: {{position: open, capability: 3, salience: 0.5}}\n"
    )
    path.write_text(path.read_text("utf-8").replace("questions:\n", facts, 1) + issue, encoding="utf-8")
    return path


def test_a_real_case_file_is_read(copied):
    found = case_base_rates(copied.parent)
    assert [q.id for q in found.quantities][:2] == ["base_rate.1y", "base_rate.2y"]
    assert "ceasefire" in found.words[0]
    terms = positions(copied.parent)
    assert next(q for q in terms.quantities if q.id == "positions.road.mean").mid == pytest.approx(60)
    assert positions_for_case(load_case(copied.parent)).quantities == terms.quantities


def test_mistakes_in_a_real_case_file_point_at_the_line(copied):
    text = copied.read_text("utf-8").replace("outcome: ceasefire", "outcome: truce")
    copied.write_text(text, encoding="utf-8")
    line = next(n for n, words in enumerate(text.splitlines(), start=1) if "truce" in words)
    with pytest.raises(CaseError, match=rf"case\.yaml:{line}:\d+: 'truce' is no outcome"):
        case_base_rates(copied.parent)


def test_a_shipped_case_without_positions_says_so():
    assert "no issue with positions" in positions("toy-process").words[0]


def test_both_views_are_ready_for_a_run(copied):
    found, words = for_run(load_case(copied.parent), "2021-08-05", [relapse(5, 0.9, 0.95, 0.99)])
    assert {"base_rates_classes", "base_rates_inside", "positions_road"} <= set(found.tables)
    assert words.base_rates and words.positions
    assert len({q.id for q in found.quantities}) == len(found.quantities)
    bare, words = for_run(load_case("toy-process"), "2021-08-05", [])
    assert bare.quantities == ()
    assert words.base_rates and not words.positions


def test_a_run_folder_is_compared(copied, tmp_path):
    run = Run(
        schema=2, version="0", case="mine", title="t", date="2021-08-05", seed=0, draws=1, command="c", inputs={},
        model={}, quantities=(relapse(5, 0.0, 0.01, 0.02), relapse(3, 0, 0.1, 0.2)),
    )  # fmt: skip
    write_run(run, tmp_path / "run")
    found = case_base_rates(copied.parent, run=tmp_path / "run")
    assert [row[0] for row in found.tables["base_rates_inside"].rows] == ["5"]
