"""Every query that a claim can rest on, against numbers counted by hand in a record of a dozen rows; and the shares of
draws at which a test holds, fails or is open.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from detente.record import load_record
from detente.record.responses import wilson
from detente.verdicts.bench import Bench
from detente.verdicts.judge import judge
from detente.verdicts.queries import Measured, Queries, undated_of
from detente.verdicts.rules import RuleTest, read_rules

EVENTS = """\
id,date,type,actors,target,text,best,certainty,sources,tags,named
E1,2000-01-01,attack,a,b,A shelling of the town,4,high,S1,shelling,
E2,2000-02-01,attack,b,a,A raid,10,medium,S1,,
E3,2000-03-01,attack,a b,,Fighting,,low,S1,,
E4,2000-04-01,attack,a,b,Told later,2,medium,recall,,
E5,2001-01-01,meeting,a b,,They met,,high,S1,,
E6,2002-01-01,statement,chair,,The chair spoke,,high,S1,,a
"""
INSTRUMENTS = """\
instruments:
  truce:
    name: Truce
    date: 2000-06-01
    type: ceasefire
    sources: [S1]
    commitments:
      leave: {who: [a], what: leave the heights, by: 2001-06-01}
      free: {who: [b], what: free the prisoners, by: 2000-12-01}
      talk: {who: [a, b], what: go on talking}
      pay: {who: [b], what: pay}
"""
STATUSES = """\
subject,status,date
truce.leave,late,2002-06-01
truce.free,fulfilled,2000-12-01
truce.talk,disputed,2001-01-01
"""
RESPONSES = """\
id,date,escalation,kind,mediator,responded,lag_days,naming,named
R1,2000-01-01,shelling,violent,chair,yes,2,first_violator,a
R2,2000-02-01,raid,violent,chair,yes,10,none,
R3,2000-03-01,fighting,violent,chair,no,,unknown,
R4,2000-04-01,told,violent,chair,unknown,,unknown,
R5,2000-05-01,words,political,chair,yes,1,first_violator,b
R6,2000-05-02,shelling,violent,chair,yes,4,first_violator,b
R7,2000-05-03,shelling,violent,chair,yes,6,first_violator,c
R8,2000-05-04,shelling,violent,other,yes,1,first_violator,a
R9,2003-12-31,shelling,violent,chair,no,,unknown,
"""


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Queries:
    folder = tmp_path_factory.mktemp("record")
    (folder / "events.csv").write_text(EVENTS, "utf-8")
    (folder / "instruments.yaml").write_text(INSTRUMENTS, "utf-8")
    (folder / "statuses.csv").write_text(STATUSES, "utf-8")
    (folder / "responses.csv").write_text(RESPONSES, "utf-8")
    (folder / "sources.csv").write_text("id,title\nS1,A source\n", "utf-8")
    (folder / "touches.csv").write_text("event,commitment,how\nE5,truce.talk,performed\n", "utf-8")
    (folder / "claims.csv").write_text(
        "id,by,kind,claim,date,actor\n"
        "C1,A minister,factual,That it is so,2000-01-01,a\n"
        "C2,A minister,intent,That they want it so,2000-01-01,a\n",
        "utf-8",
    )
    return Queries(load_record(folder).as_of("2004-01-01"), {"ours": ("a", "chair")})


def measured(queries: Queries, **query: Any) -> Measured:
    return queries.measure(RuleTest.model_validate({**query, "above": 0}))


def ids(found: Measured) -> list[str]:
    return [ref.id for ref in found.record]


@pytest.mark.parametrize(
    ("given", "low", "mid", "which"),
    [
        ({"type": "attack"}, 2, 4, "E1 E2 E3 E4"),  # of low certainty or only recalled: counted in the upper end alone
        ({"by": "ours"}, 3, 5, "E1 E3 E4 E5 E6"),
        ({"only": "ours"}, 2, 3, "E1 E4 E6"),
        ({"target": "ours"}, 1, 1, "E2"),
        ({"named": "ours"}, 1, 1, "E6"),
        ({"tags": "shelling"}, 1, 1, "E1"),
        ({"says": "SHELL"}, 1, 1, "E1"),
        ({"deaths": 4}, 2, 2, "E1 E2"),
        ({"after": "2000-04-01", "until": "2001-01-01"}, 1, 2, "E4 E5"),
        ({"type": "attack", "by": "b", "deaths": 11}, 0, 0, ""),
    ],
)
def test_counts_of_events(queries: Queries, given: dict[str, Any], low: int, mid: int, which: str) -> None:
    found = measured(queries, events=given)
    assert (found.low, found.mid, found.high) == (low, mid, mid)
    assert ids(found) == which.split()


def test_shares_of_events(queries: Queries) -> None:
    found = measured(queries, share={"of": {"type": "attack"}, "that": {"by": "b"}})
    assert (found.low, found.mid, found.high) == (wilson(2, 4)[0], 0.5, wilson(2, 4)[1])
    nothing = measured(queries, share={"of": {"deaths": 100}, "that": {"by": "b"}})
    assert np.isnan(nothing.mid) and nothing.missing == "the record holds none to count"


def test_a_count_is_one_so_far_until_its_time_is_over(queries: Queries) -> None:
    over, running = (measured(queries, events={"type": "attack", "until": day}) for day in ("2004-01-01", "2004-01-02"))
    assert (over.low, over.mid, over.high, over.missing) == (2, 4, 4, "")
    assert (running.low, running.mid, running.high) == (2, 4, float("inf"))
    assert running.missing == "more may come until 2004-01-02"


def test_who_acted_together(queries: Queries) -> None:
    assert ids(measured(queries, events={"by": "a", "with": "b"})) == ["E3", "E5"]
    assert measured(queries, events={"by": "a", "with": "b"}).words == "events: by a, with b"


def test_shares_of_deaths(queries: Queries) -> None:
    """Four and two of sixteen deaths; the event without a figure is counted apart and not as none."""
    found = measured(queries, share={"of": {"type": "attack"}, "that": {"by": "a"}, "weigh": "deaths"})
    assert (found.low, found.mid, found.high) == (6 / 16, 6 / 16, 6 / 16)
    assert ids(found) == ["E1", "E2", "E4"] and "(1 more without a figure)" in found.words
    none = measured(queries, share={"of": {"type": "meeting"}, "that": {"by": "a"}, "weigh": "deaths"})
    assert np.isnan(none.mid) and none.missing == "the record holds no deaths to count"


def test_shares_of_deaths_span_the_low_and_high_figures(tmp_path: Path) -> None:
    rows = "E1,2000-01-01,raid,a,2,4,6\nE2,2000-02-01,raid,b,3,,\nE3,2000-03-01,raid,b,8,12,18\n"
    (tmp_path / "events.csv").write_text("id,date,type,actors,low,best,high\n" + rows, "utf-8")
    both = Queries(load_record(tmp_path).as_of("2004-01-01"), {})
    found = measured(both, share={"of": {"type": "raid"}, "that": {"by": "a"}, "weigh": "deaths"})
    assert (found.low, found.mid, found.high) == (2 / 20, 4 / 16, 6 / 14)


def test_what_is_followed_by_what(queries: Queries) -> None:
    asked = {"of": {"type": "attack"}, "by": {"type": "attack"}, "within_days": 30}
    found = measured(queries, followed=asked)  # February's by March's alone: the others come 31 days later
    assert (found.low, found.mid, found.high) == (wilson(1, 4)[0], 0.25, wilson(1, 4)[1])
    assert found.words.startswith("share of 4 events (type attack) followed within 30 days by (type attack)")
    longer = measured(queries, followed={**asked, "within_days": 31})
    assert longer.mid == 0.75
    since = measured(queries, followed={"of": {}, "by": {"type": "statement"}, "within_days": 1000})
    assert since.words.endswith("(1 more too recent to tell)") and since.mid == 1
    assert measured(queries, followed={"of": {}, "by": {"type": "statement"}, "within_days": 400}).mid == 1 / 6


def test_reactions_to_some_escalations_only(tmp_path: Path) -> None:
    rows = "id,date,escalation,event,kind,mediator,responded,lag_days\nR1,2000-01-01,x,E1,violent,chair,yes,2\n"
    rows += "R2,2000-02-01,y,E2,violent,chair,no,\n"
    (tmp_path / "responses.csv").write_text(rows, "utf-8")
    (tmp_path / "events.csv").write_text(EVENTS, "utf-8")
    (tmp_path / "sources.csv").write_text("id,title\nS1,A source\n", "utf-8")
    asked = Queries(load_record(tmp_path).as_of("2004-01-01"), {})
    found = measured(asked, responses={"mediator": "chair", "measure": "answered", "of": {"only": "a"}})
    assert ids(found) == ["R1"] and found.mid == 1
    assert found.words == "share of 1 listed escalations (only a) that chair answered"


UNDATED = """\
subject,status,date
truce.leave,lapsed,
truce.free,disputed,
truce.talk,fulfilled,2010-01-01
"""


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        (["fulfilled", "late"], 0, 2 / 4),  # that of free is disputed, of pay nothing is known: both ways
        (["lapsed"], 0, 3 / 4),  # leave may have lapsed by then
        (["pending"], 1 / 4, 1),  # talk is, until 2010
        (["pending", "lapsed"], 2 / 4, 1),
    ],
)
def test_an_undated_status_says_what_and_not_when(tmp_path: Path, words: list[str], low: float, high: float) -> None:
    (tmp_path / "record.yaml").write_text("compiled: 2012-01-01\n", "utf-8")
    (tmp_path / "instruments.yaml").write_text(INSTRUMENTS, "utf-8")
    (tmp_path / "sources.csv").write_text("id,title\nS1,A source\n", "utf-8")
    (tmp_path / "statuses.csv").write_text(UNDATED, "utf-8")
    record = load_record(tmp_path)
    asked = Queries(record.as_of("2004-01-01"), {}, undated_of(record.as_of("2012-01-01")))
    names = ["truce.leave", "truce.free", "truce.talk", "truce.pay"]
    found = measured(asked, status={"commitments": names, "is": words})
    assert (found.low, found.high) == (low, high)


def test_years_from_one_kind_of_event_to_another(queries: Queries) -> None:
    found = measured(queries, order={"first": {"type": "attack"}, "then": {"type": "meeting"}})
    assert found.low == found.mid == found.high == pytest.approx(366 / 365.25)
    assert ids(found) == ["E1", "E5"]
    back = measured(queries, order={"first": {"type": "meeting"}, "then": {"type": "attack"}})
    assert back.mid == pytest.approx(-366 / 365.25)
    for first, then, lacking in (("meeting", "coup", "coup"), ("coup", "meeting", "coup")):
        none = measured(queries, order={"first": {"type": first}, "then": {"type": then}})
        assert np.isnan(none.mid) and none.missing == f"the record has no event (type {lacking})"
        assert ids(none) == ["E5"]


def test_answers_of_a_mediator(queries: Queries) -> None:
    found = measured(queries, responses={"mediator": "chair", "measure": "answered"})
    # six escalations had time to be answered; four were, one is not known: 4 of 5, at most 5 of 6
    assert (found.low, found.mid, found.high) == (wilson(4, 6)[0], 4 / 5, wilson(5, 6)[1])
    assert ids(found) == ["R1", "R2", "R3", "R4", "R6", "R7"]
    assert "share of 6 listed" in found.words and "(1 more too recent to tell)" in found.words
    wider = measured(queries, responses={"mediator": "chair", "measure": "answered", "kinds": ["violent", "political"]})
    assert wider.mid == 5 / 6


def test_days_to_an_answer(queries: Queries) -> None:
    found = measured(queries, responses={"mediator": "chair", "measure": "lag_days"})
    assert (found.low, found.mid, found.high) == (2, 5, 10)  # of 2, 4, 6 and 10 days
    none = measured(queries, responses={"mediator": "nobody", "measure": "lag_days"})
    assert np.isnan(none.mid) and none.missing == "the record dates no answer by nobody"


def test_namings_and_their_balance(queries: Queries) -> None:
    found = measured(queries, responses={"mediator": "chair", "measure": "names_violator"})
    assert (found.low, found.mid, found.high) == (wilson(3, 4)[0], 3 / 4, wilson(3, 4)[1])
    balance = {"mediator": "chair", "measure": "balance", "sides": ["ours", "b"]}
    found = measured(queries, responses=balance)
    assert (found.low, found.mid, found.high) == (wilson(1, 2)[0], 1 / 2, wilson(1, 2)[1])  # c is on neither side
    assert "share of 2 namings of a first violator that fall on ours" in found.words
    assert measured(queries, responses={**balance, "sides": ["b", "ours"], "kinds": ["political"]}).mid == 1.0


def test_what_became_of_commitments(queries: Queries) -> None:
    every = ["truce.leave", "truce.free", "truce.talk", "truce.pay"]
    found = measured(queries, status={"commitments": every, "is": ["late", "fulfilled"]})
    assert (found.low, found.mid, found.high) == (0.5, 0.5, 1.0)  # one disputed and one without a status may be either
    found = measured(queries, status={"commitments": every, "is": "disputed"})
    assert (found.low, found.mid, found.high) == (0.25, 0.25, 0.5)  # only the one without a status may be so too
    early = Queries(queries.record, {})
    early.record = cast("Any", SimpleNamespace(commitments={}, events={}))
    assert measured(early, status={"commitments": every, "is": "late"}).missing.startswith("none of these commitments")


def test_years_to_performance_and_years_asleep(queries: Queries) -> None:
    late = measured(queries, lag={"commitment": "truce.leave"})
    assert late.low == late.mid == late.high == pytest.approx(730 / 365.25)
    kept = measured(queries, lag={"commitment": "truce.free"})
    assert kept.high == pytest.approx(183 / 365.25)
    waiting = measured(queries, lag={"commitment": "truce.talk"})
    assert waiting.mid == pytest.approx(1309 / 365.25) and np.isinf(waiting.high)  # so far, or more
    unmade = measured(queries, lag={"commitment": "truce.none"})
    assert np.isnan(unmade.mid) and unmade.missing == "the commitment had not been made by then"

    asleep = measured(queries, asleep={"commitment": "truce.talk"})
    assert asleep.mid == pytest.approx(1095 / 365.25) and ids(asleep) == ["truce.talk", "E5"]  # since they met
    untouched = measured(queries, asleep={"commitment": "truce.leave"})
    assert untouched.mid == pytest.approx(1309 / 365.25) and ids(untouched) == ["truce.leave"]
    unmade = measured(queries, asleep={"commitment": "truce.none"})
    assert np.isnan(unmade.mid) and unmade.missing == "the commitment had not been made by then"


def test_performed_is_not_asleep(queries: Queries, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("id,date,type\nE1,2000-07-01,release\n", "utf-8")
    (tmp_path / "instruments.yaml").write_text(INSTRUMENTS.replace("sources: [S1]", "sources: []"), "utf-8")
    (tmp_path / "touches.csv").write_text("event,commitment,how\nE1,truce.free,performed\n", "utf-8")
    found = measured(Queries(load_record(tmp_path).as_of("2004-01-01"), {}), asleep={"commitment": "truce.free"})
    assert (found.low, found.mid, found.high) == (0, 0, 0)


RULES = """\
format: 1
certain: 0.8
claims:
  C1:
    tests:
      - quantity: relapse.5y
        RELATION: 0.5
  C2:
    tests:
      - quantity: relapse.5y
        minus: relapse.1y
        above: 0.25
"""


def judged(queries: Queries, folder: Path, draws: dict[str, list[float]], relation: str = "above"):
    path = folder / "claims_rules.yaml"
    path.write_text(RULES.replace("RELATION", relation), "utf-8")
    question = SimpleNamespace(id="relapse")
    numbers = {id: (question, SimpleNamespace(label=id, unit="probability")) for id in ("relapse.5y", "relapse.1y")}
    answers = SimpleNamespace(draws={id: np.array(values) for id, values in draws.items()}, notes={"relapse": "no war"})
    found = judge(read_rules(path, "case"), queries.record, cast("Any", answers), cast("Any", numbers))
    return {claim.id: claim for claim in found}


@pytest.mark.parametrize(
    ("above", "outcome", "verdict"),
    [
        (20, "holds", "supported"),
        (16, "holds", "supported"),  # exactly the share from which the file counts it as certain
        (15, "open", "the record cannot tell"),
        (5, "open", "the record cannot tell"),
        (4, "fails", "undermined"),
        (0, "fails", "undermined"),
    ],
)
def test_shares_of_draws(queries: Queries, tmp_path: Path, above: int, outcome: str, verdict: str) -> None:
    values = [0.6] * above + [0.4] * (20 - above)
    claim = judged(queries, tmp_path, {"relapse.5y": values, "relapse.1y": [0.1] * 20})["C1"]
    (test,) = claim.tests
    assert (test.outcome, claim.verdict, test.draws) == (outcome, verdict, 20)
    assert test.low == np.percentile(values, 5) and test.mid == np.median(values)
    assert f"({above / 20:.0%} of 20 draws pass)" in test.words
    assert claim.tested_part == ""


def test_the_threshold_itself_passes_only_where_it_is_included(queries: Queries, tmp_path: Path) -> None:
    for relation, outcome in (("above", "fails"), ("at_least", "holds"), ("below", "fails"), ("at_most", "holds")):
        claim = judged(queries, tmp_path, {"relapse.5y": [0.5] * 20, "relapse.1y": [0.5] * 20}, relation)["C1"]
        assert claim.tests[0].outcome == outcome


def test_differences_and_what_is_tested_of_a_claim_about_intent(queries: Queries, tmp_path: Path) -> None:
    claim = judged(queries, tmp_path, {"relapse.5y": [0.6] * 20, "relapse.1y": [0.3] * 20})["C2"]
    assert claim.verdict == "outside the model" and claim.tested_part == "supported"
    assert claim.tests[0].mid == pytest.approx(0.3) and "relapse.5y less relapse.1y" in claim.tests[0].words


def test_draws_that_lack_a_number_are_not_counted(queries: Queries, tmp_path: Path) -> None:
    few = judged(queries, tmp_path, {"relapse.5y": [0.6] * 19 + [np.nan] * 9, "relapse.1y": [0.1] * 28})["C1"]
    assert few.verdict == "the record cannot tell" and "rests on 19 draws, and a verdict needs 20" in few.why
    none = judged(queries, tmp_path, {"relapse.1y": [0.1] * 28})["C1"]
    assert "'relapse.5y' cannot be asked on this date: no war" in none.why and none.tests[0].draws == 0


def test_numbers_and_words_in_a_filter_are_said_as_written() -> None:
    test = RuleTest.model_validate({"events": {"type": ["attack", "raid"], "deaths": 10}, "at_least": 1})
    assert test.events is not None and test.events.said == "type attack/raid, deaths 10"
    assert RuleTest.model_validate({"events": {"deaths": 2.5}, "at_least": 1}).filters[("events",)].said == "deaths 2.5"


def test_a_test_in_words_that_only_marked_events_bear_is_withheld(tmp_path: Path) -> None:
    """Where it stood, it named them, and said untruly that no event of the record bears them."""
    (tmp_path / "record").mkdir()
    rows = "E1,2000-01-01,ambush,yes,zebra\nE2,2000-02-01,clash,no,\n"
    (tmp_path / "record" / "events.csv").write_text("id,date,type,confidential,tags\n" + rows, "utf-8")
    claim = "id,by,kind,claim,date\nC1,A minister,factual,So it is,2000-01-01\n"
    (tmp_path / "record" / "claims.csv").write_text(claim, "utf-8")
    tests = "[{events: {type: ambush}, at_least: 1}, {events: {tags: zebra}, at_least: 1}, "
    tests += "{events: {type: truce}, at_least: 1}, {events: {type: clash}, at_least: 1}]"
    rules = f"format: 1\nclaims:\n  C1: {{tests: {tests}}}\n"
    (tmp_path / "claims_rules.yaml").write_text(rules, "utf-8")
    record = load_record(tmp_path / "record").as_of("2004-01-01")
    bench = Bench(read_rules(tmp_path / "claims_rules.yaml", "valley"), record, {})
    (whole,), (shown,) = bench.judged(None), bench.judged(None, record.public())
    assert [test.outcome for test in whole.tests] == ["holds", "holds", "open", "holds"]
    assert [test.outcome for test in shown.tests] == ["open", "open", "open", "holds"]
    text = shown.model_dump_json()
    assert "ambush" not in text and "zebra" not in text
    assert "no event of the record until 2004-01-01 bears type 'truce'" in text
    assert shown.tests[0].words.startswith("a test is withheld, because it names what entries that are not public bear")
