import shutil
from types import SimpleNamespace

import pytest
from case_files import changed, folder_with, starter

from detente.case import load_case, read_case
from detente.case.questions import Questions
from detente.errors import CaseError, OptionError
from detente.outside.base_rates import base_rates, compare
from detente.outside.facts import facts_of
from detente.outside.part import outlook_part
from detente.outside.positions import positions_of_case
from detente.run import Quantity, Run, write_run
from detente.verbs.baserate import BaseRateOptions
from detente.verbs.baserate import run as baserate
from detente.verbs.positions import run as positions

FACTS = {"outcome": "ceasefire", "ended": "2020-11-10", "prior_episodes": 2, "peacekeepers": True, "third_party": "yes"}


def case(binding, folder=None):
    """What the outside view reads of a case: a name, the bindings and where they stand."""
    return SimpleNamespace(
        name="made",
        questions=Questions.model_validate({} if binding is None else {"baserate": binding}),
        where=lambda at: ("case.yaml", 10 + len(at), 3),
        situations={},
        folder=folder or "nowhere",
    )


def mistakes(tmp_path, facts):
    """What reading a case says of facts under 2021-08-05, or of the whole binding."""
    text = changed(starter(), ("situations:", f"questions:\n  baserate: {facts}\nsituations:"))
    line = text[: text.index("baserate:")].count("\n") + 1
    found = read_case(folder_with(text, tmp_path / "made")).errors
    assert all((d.file, d.line) == ("made/case.yaml", line) for d in found)
    return [str(d) for d in found]


def recorded(folder, *events):
    """A record of nothing but events on dates."""
    record = folder / "record"
    record.mkdir(exist_ok=True)
    (record / "sources.csv").write_text("id,title\ns,A chronicle\n", "utf-8")
    rows = "".join(f"E{n},{date},{type},north,{type},s\n" for n, (date, type) in enumerate(events))
    (record / "events.csv").write_text("id,date,type,actors,text,sources\n" + rows, "utf-8")
    return folder


def relapse(years, low, mid, high):
    return Quantity(
        id=f"relapse.{years}y", question="relapse", family="relapse", detail=f"{years}y", label="x",
        low=low, mid=mid, high=high,
    )  # fmt: skip


def test_a_case_without_facts_says_how_to_add_them():
    view = base_rates(case(None), "2021-08-05")
    assert (view.tables, view.quantities) == ({}, ())
    assert "questions: {baserate" in view.words[0]
    assert base_rates(case({"2022-01-01": FACTS}), "2021-08-05").quantities == ()


def test_base_rates_name_class_number_interval_and_source():
    view = base_rates(case({"2021-08-05": FACTS}), "2021-08-05")
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


def test_time_without_war_is_taken_off(tmp_path):
    made = case({"2021-08-05": FACTS}, recorded(tmp_path, ("2020-11-10", "war_end"), ("2022-09-13", "clash")))
    early, late = base_rates(made, "2021-08-05"), base_rates(made, "2024-08-05")
    assert late.quantities[2].mid < early.quantities[2].mid
    assert any(
        "given for 2021-08-05; the record has no event of the type war_start since" in sentence
        for sentence in late.words
    )


# ---- facts are those of the end of the last fighting ------------------------------------------------


def none_given(view):
    """The reason why there is no base rate: alone, and nowhere a number or a section."""
    assert (view.tables, view.quantities, view.sections) == ({}, (), ())
    (words,) = view.words
    return words


@pytest.mark.parametrize(
    ("events", "date", "reason"),
    [
        # a war that came and went between the facts and the date
        (
            [("2022-01-01", "war_start"), ("2022-03-01", "war_end")],
            "2024-08-05",
            "a war began on 2022-01-01, after the end on 2020-11-10 that the facts of 2021-08-05 describe",
        ),
        # one that has not ended
        ([("2024-08-01", "war_start")], "2024-08-05", "a war began on 2024-08-01 and had not ended by 2024-08-05"),
        # the facts of the very date, overtaken by the record
        ([("2021-06-01", "war_start"), ("2021-06-09", "war_end")], "2021-08-05", "a war began on 2021-06-01, after"),
    ],
)
def test_a_war_since_then_leaves_no_base_rate(tmp_path, events, date, reason):
    made = case(
        {"2021-08-05": FACTS}, recorded(tmp_path, ("2020-09-27", "war_start"), ("2020-11-10", "war_end"), *events)
    )
    words = none_given(base_rates(made, date))
    assert words.startswith(f"There is no base rate for {date}: ") and reason in words


def test_wars_after_the_date_are_not_looked_at(tmp_path):
    made = case({"2021-08-05": FACTS}, recorded(tmp_path, ("2020-11-10", "war_end"), ("2023-09-19", "war_start")))
    assert base_rates(made, "2023-09-18").quantities
    assert none_given(base_rates(made, "2023-09-20"))


def test_without_a_record_facts_hold_for_their_own_date_only():
    made = case({"2021-08-05": FACTS})
    assert base_rates(made, "2021-08-05").quantities
    words = none_given(base_rates(made, "2024-08-05"))
    assert "the latest facts are those of 2021-08-05" in words and "add facts for 2024-08-05" in words


def test_a_situation_of_war_has_no_base_rate_and_no_peace_held(copied):
    text = copied.read_text("utf-8")
    copied.write_text(text.replace("  2021-08-05: {phase: interim", "  2021-08-05: {phase: war", 1), "utf-8")
    assert "phase: war" in copied.read_text("utf-8")
    words = none_given(base_rates(load_case(copied.parent), "2021-08-05"))
    assert "in the case's situation of 2021-08-05 war is under way" in words


def test_a_situation_of_war_in_between_counts_as_a_war(copied):
    text = copied.read_text("utf-8")
    start = text.index("  2021-08-05: {phase: interim")
    line = text[start : text.index("\n", start) + 1]
    war = line.replace("2021-08-05", "2022-01-01").replace("interim", "war")
    later = line.replace("2021-08-05", "2023-01-01")
    copied.write_text(text.replace(line, line + war + later, 1), "utf-8")
    words = none_given(base_rates(load_case(copied.parent), "2023-01-01"))
    assert "the case has war on 2022-01-01" in words


def test_horizons_beyond_the_data_say_so():
    late = base_rates(case({"2033-01-01": {**FACTS, "ended": "2020-11-10"}}), "2033-01-01").quantities[-1]
    assert (late.low, late.mid) == (None, None)
    assert "fewer than five" in late.reason_no_interval


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"replicates": 0}, "--replicates 0; expected a whole number of at least 1"),
        ({"seed": -1}, "--seed -1"),
        ({"known_until": 3}, "--known-until 3; expected a whole number from 1800 to 2100"),
        ({"run": "folder", "case": None}, "--run without a case"),
    ],
)
def test_bad_options_are_refused_by_name(options, words):
    with pytest.raises(OptionError, match=words):
        baserate(BaseRateOptions(**{"case": "toy-process", **options}))


@pytest.mark.parametrize("date", ["yesterday", "2021-02-30", ""])
def test_a_date_that_is_none_is_refused(date):
    with pytest.raises(OptionError, match=f"--date {date}; expected an ISO date"):
        base_rates(case({"2021-08-05": FACTS}), date)


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
    high = base_rates(case(binding), "2021-08-05", inside=[relapse(5, 0.9, 0.95, 0.99), relapse(10, 0.9, 0.95, 0.99)])
    assert [row[-1] for row in high.tables["base_rates_inside"].rows] == ["higher", "higher"]
    assert any("higher than the base rate within 5 and 10 years" in s for s in high.words)
    low = base_rates(case(binding), "2021-08-05", inside=[relapse(5, 0.0, 0.01, 0.02)])
    assert any("lower than the base rate within 5 years" in s for s in low.words)
    assert any("different events" in s for s in low.words)
    same = base_rates(case(binding), "2021-08-05", inside=[relapse(5, 0.3, 0.5, 0.7)])
    assert any("The two views agree" in s for s in same.words)


def test_only_matching_horizons_are_compared():
    base = Quantity(
        id="base_rate.5y", question="base_rate", family="base_rate", detail="5y", label="x", low=0.2, mid=0.3, high=0.4
    )
    table, words = compare([base], {"2y": relapse(2, 0, 0.1, 0.2)})
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
    found = baserate(BaseRateOptions(copied.parent))
    assert [q.id for q in found.quantities][:2] == ["base_rate.1y", "base_rate.2y"]
    assert "ceasefire" in found.words[0]
    terms = positions(copied.parent)
    assert next(q for q in terms.quantities if q.id == "positions.road.mean").mid == pytest.approx(60)
    assert positions_of_case(load_case(copied.parent)).quantities == terms.quantities


def test_mistakes_in_a_real_case_file_point_at_the_line(copied):
    text = copied.read_text("utf-8").replace("outcome: ceasefire", "outcome: truce")
    copied.write_text(text, encoding="utf-8")
    line = next(n for n, words in enumerate(text.splitlines(), start=1) if "truce" in words)
    with pytest.raises(CaseError, match=rf"case\.yaml:{line}:\d+: 'truce' is no outcome"):
        baserate(BaseRateOptions(copied.parent))


def test_a_shipped_case_without_positions_says_so():
    assert "no issue with positions" in positions("toy-process").words[0]


def test_both_views_are_ready_for_a_run(copied):
    part = outlook_part(
        load_case(copied.parent), "2021-08-05", "key", "detente analyze", inside=[relapse(5, 0.9, 0.95, 0.99)]
    )
    assert {"base_rates_classes", "base_rates_inside", "positions_road"} <= set(part.tables)
    assert part.outlook.base_rates and part.outlook.positions
    ids = [q.id for q in part.quantities]
    assert len(set(ids)) == len(ids)
    rates, terms = part.sections
    assert rates.finding.startswith("Of ") and "90 % interval" in rates.finding
    assert rates.pictures[0].compare == ("relapse.5y",)
    assert terms.finding.startswith("road: the weighted mean of positions is 60")
    for section in part.sections:
        assert set(section.quantities) <= set(ids) and set(section.tables) <= set(part.tables)
    bare = outlook_part(load_case("toy-process"), "2021-08-05", "key", "detente analyze")
    assert bare.quantities == ()
    assert not bare.outlook.base_rates and not bare.outlook.positions
    assert bare.sections == () and "no reference class" in bare.warnings[0]


def test_a_run_folder_is_compared(copied, tmp_path):
    run = Run(
        schema=2, version="0", case="mine", title="t", date="2021-08-05", seed=0, draws=1, command="c", inputs={},
        model={}, quantities=(relapse(5, 0.0, 0.01, 0.02), relapse(3, 0, 0.1, 0.2)),
    )  # fmt: skip
    write_run(run, tmp_path / "run")
    found = baserate(BaseRateOptions(copied.parent, run=tmp_path / "run"))
    assert [row[0] for row in found.tables["base_rates_inside"].rows] == ["5"]
