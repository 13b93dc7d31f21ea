"""The section `history:` of a case: what it may hold, and where each mistake stands."""

import pytest
from recorded_case import recorded_case

from detente.case import load_case
from detente.checks.folder import check_folder
from detente.errors import CaseError


@pytest.fixture
def case(tmp_path):
    return recorded_case(tmp_path / "case")


def write(case, *lines):
    path = case / "case.yaml"
    path.write_text(path.read_text("utf-8") + "history:\n" + "".join(f"  {line}\n" for line in lines), "utf-8")
    return len(path.read_text("utf-8").splitlines()) - len(lines)


def mistakes(case, *lines):
    above = write(case, *lines)
    with pytest.raises(CaseError, match=r"history|unknown|expected") as caught:
        load_case(case)
    return [(d.line - above, d.column, d.what, d.hint) for d in caught.value.diagnostics]


def test_what_a_statistic_is(case):
    write(
        case,
        'wars: {count: into phase == war, headline: war, leans_on: relapse, why: "it matters"}',
        'quiet: {longest: "phase in [truce, peace]", held_out: yes, from: 2001-01-01, until: 2004-01-01}',
        "reply: {answered: {from: [north.attack, south.attack], to: mediator.table_equal, within: 0.5}}",
        "lag: {lag: {from: into phase == war, to: nature.exhaustion}, label: how soon}",
    )
    wars, quiet, reply, lag = load_case(case).history.values()
    assert (wars.kind, wars.what.text, wars.what.acts, wars.headline) == ("count", "into phase == war", (), "war")
    assert wars.what.into.variables == {"phase"} and wars.leans_on == ("relapse",) and wars.unit == "count"
    assert wars.title == "number of times: phase becomes war" and not wars.held_out and wars.why == "it matters"
    assert quiet.state.text == "phase in [truce, peace]" and quiet.held_out and quiet.unit == "years"
    assert (quiet.start, quiet.until) == ("2001-01-01", "2004-01-01")
    assert quiet.title == (
        "longest time without a break: phase is one of truce, peace, from 2001-01-01, until 2004-01-01"
    )
    assert reply.what.acts == ("north.attack", "south.attack") and reply.to.acts == ("mediator.table_equal",)
    assert reply.within == 0.5 and reply.unit == "share" and lag.title == "how soon" and lag.within is None
    assert lag.to.acts == ("nature.exhaustion",) and [e.text for e in lag.expressions] == ["phase == war"]
    assert lag.stated != wars.stated and wars.stated[-1] == "war"


@pytest.mark.parametrize(
    ("line", "column", "what", "hint"),
    [
        ("a: {count: into phase == war, share: phase == war}", 3, "both count and share", ""),
        ("a: {label: nothing}", 3, "no statistic", "such as 'count: into phase == war'"),
        ("a: {coun: north.attack}", 7, "unknown key of a statistic 'coun'", "did you mean 'count'?"),
        ("a: {count: into phse == war}", 19, "unknown name 'phse'", "did you mean 'phase'?"),
        ("a: {count: north.atack}", 14, "unknown act 'north.atack'", "did you mean 'north.attack'?"),
        ("a: {count: [north.attack, clash]}", 29, "unknown act 'clash'", "did you mean 'nature.clash'?"),
        ("a: {count: []}", 14, "nothing stands here", ""),
        ("a: {share: land.share * 2}", 14, "a number where a condition is needed", ""),
        ("a: {share: war_cost > 1}", 14, "depends on war_cost", ""),
        ("a: {count: phase == war}", 14, "unknown act 'phase == war'", "a condition is written 'into phase == war'"),
        ("a: {lag: {from: north.attack}}", 7, "'to' is missing", "add 'to: ...'"),
        ("a: {lag: {from: north.attack, to: [north.attack]}}", 37, "'north.attack' begins it and ends it", ""),
        ("a: {count: north.attack, from: 2004-01-01, until: 2003-01-01}", 53, "until 2003-01-01", ""),
        ("a: {count: north.attack, headline: perhaps}", 38, "text 'perhaps' here", ""),
        ("a: {answered: {from: north.attack, to: south.sign, within: 0}}", 62, "0 is out of range", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_said_where_it_stands(case, line, column, what, hint):
    found = mistakes(case, line)
    assert (1, column, what) in [f[:3] for f in found]
    if hint:
        assert hint in [f[3] for f in found]
    assert len([f for f in found if f[2] in ("no statistic",)]) == (what == "no statistic")


def test_check_asks_for_four_that_are_held_out_and_knows_the_questions(case):
    above = write(case, *(f"r{n}: {{count: north.attack, held_out: {'yes' if n else 'no'}}}" for n in range(4)))
    found = [d for d in check_folder(case).diagnostics if "held out" in d.what]
    assert [(d.line, d.severity, d.what) for d in found] == [(above, "warning", "3 of 4 statistics are held out")]
    path = case / "case.yaml"
    path.write_text(
        path.read_text("utf-8") + "  r5: {count: south.attack, held_out: yes, leans_on: [relaps]}\n", "utf-8"
    )
    found = [d for d in check_folder(case).diagnostics if d.line > above]
    assert [(d.what, d.hint, d.severity) for d in found] == [
        ("unknown question 'relaps'", "did you mean 'relapse'?", "error")
    ]


def test_a_case_without_the_section_is_asked_nothing(case):
    assert not [d for d in check_folder(case).diagnostics if "held out" in d.what]
    assert load_case(case).history == {}


@pytest.mark.parametrize("name", ["good-friday", "minsk"])
def test_shipped_cases_state_ten_to_fifteen_before_any_fit(name):
    found = load_case(name).history.values()
    assert 10 <= len(found) <= 15
    assert sum(s.held_out for s in found) >= 4
    assert {"war", "peace"} <= {s.headline for s in found}
    assert all(s.leans_on or s.headline for s in found)


def test_a_statistic_of_a_time_that_the_record_does_not_have_is_warned_of_in_place(case):
    above = write(
        case,
        "early: {count: north.attack, from: 1850-01-01, until: 2000-01-01}",  # the record begins on that day
        "late: {count: north.attack, from: 2008-01-01}",  # and ends on this one
        "first: {count: north.attack, from: 1990-01-01, until: 2000-01-02}",
        "last: {count: north.attack, from: 2007-12-31}",
        "all: {count: north.attack}",
    )
    found = [d for d in check_folder(case).diagnostics if "nothing of the time" in d.what]
    assert [(d.line - above, d.severity) for d in found] == [(1, "warning"), (2, "warning")]
    assert found[0].what == "the coded record has nothing of the time of 'early'"
    assert found[0].expected == "a time within it, from 2000-01-01 until 2008-01-01"
    (case / "record" / "coding.yaml").unlink()
    assert not [d for d in check_folder(case).diagnostics if "nothing of the time" in d.what]
