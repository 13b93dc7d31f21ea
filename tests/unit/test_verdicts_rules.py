"""Rules for claims: mistakes are located; outcomes and verdicts follow from numbers; Minsk's rules read well."""

import importlib.resources
from pathlib import Path

import pytest

from detente.case import load_case
from detente.errors import CaseError
from detente.record import load_record
from detente.run.claims import VERDICTS
from detente.verdicts.bench import Bench
from detente.verdicts.judge import NEEDS_WORDS, combined, judge, of_range
from detente.verdicts.queries import Queries
from detente.verdicts.references import groups_of, known_rules, quantities_of
from detente.verdicts.rules import EventFilter, ResponsesQuery, RuleTest, read_rules

WRONG = """\
format: 1
certain: 0.3
claims:
  C1:
    tests:
      - quantity: relaps.5y
        above: 0.1
      - events: {typ: [clash]}
        at_least: 1
      - events: {type: [clash]}
      - responses: {mediator: chair, measure: loudness}
        above: one half
  C2: {}
  C3: {needs: a miracle}
extra: 1
"""


def test_mistakes_are_located_all_at_once(tmp_path: Path):
    path = tmp_path / "claims_rules.yaml"
    path.write_text(WRONG, "utf-8")
    with pytest.raises(CaseError, match=r"0\.3 is out of range; expected a number above 0\.5") as caught:
        read_rules(path, "valley")
    text = str(caught.value)
    for line, words in (
        (8, "unknown argument of events 'typ'; hint: did you mean 'type'"),
        (10, "1 queries and 0 thresholds"),
        (12, "text 'one half' here; expected a number"),
        (13, "a rule without tests"),
        (14, "text 'a miracle' here; expected one of private_information"),
        (15, "unknown key 'extra'"),
    ):
        assert any(f"claims_rules.yaml:{line}:" in row and words in row for row in text.splitlines()), words


def test_no_file_means_no_rules(tmp_path: Path):
    assert read_rules(tmp_path / "claims_rules.yaml", "valley").rules == {}


@pytest.mark.parametrize(
    ("low", "high", "relation", "outcome"),
    [
        (0.6, 0.9, "above", "holds"),
        (0.1, 0.4, "above", "fails"),
        (0.4, 0.6, "above", "open"),
        (0.5, 0.5, "above", "fails"),
        (0.5, 0.5, "at_least", "holds"),
        (0.1, 0.4, "below", "holds"),
        (float("nan"), float("nan"), "below", "open"),
    ],
)
def test_outcomes(low, high, relation, outcome):
    assert of_range(low, high, relation, 0.5) == outcome


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (["holds", "holds"], "supported"),
        (["fails"], "undermined"),
        (["holds", "fails", "open"], "mixed"),
        (["holds", "open"], "the record cannot tell"),
        ([], "the record cannot tell"),
    ],
)
def test_verdicts(outcomes, verdict):
    assert combined(outcomes) == verdict


def minsk() -> Path:
    return Path(str(importlib.resources.files("detente") / "cases" / "minsk"))


@pytest.fixture(scope="module")
def numbers():
    return quantities_of(load_case("minsk"))


SLIPS = """\
format: 1
sides:
  armenian: [armenia]
claims:
  C99d:
    tests:
      - quantity: relaps.5y
        above: 0.1
  C3d:
    tests:
      - events: {tags: [provokation], by: [armenian]}
        at_least: 1
      - events: {type: [meting], by: [armenien]}
        at_least: 1
      - responses: {mediator: minsk_cochair, measure: balance, sides: [armenian, nobody]}
        below: 0.5
  C9d:
    tests:
      - quantity: loss_share.armenia
        minus: loss_share.azerbaidjan
        above: 0
      - lag: {commitment: helsinki_1992.konference}
        below: 1
      - status: {commitments: [helsinki_1992.conference, x.y], is: [fulfilled]}
        at_least: 1
"""


def test_a_rule_that_names_what_does_not_exist_is_a_mistake_and_no_verdict(tmp_path: Path):
    path = tmp_path / "claims_rules.yaml"
    path.write_text(SLIPS, "utf-8")
    rules, record = read_rules(path, "minsk"), load_record(minsk() / "record")
    with pytest.raises(CaseError, match=r"claims_rules\.yaml:5:\d+: the record has no claim 'C99d'") as caught:
        known_rules(rules, record, load_case("minsk"))
    text = str(caught.value).splitlines()
    for line, words in (
        (5, "the record has no claim 'C99d'"),
        (11, "unknown tag 'provokation'; hint: did you mean 'provocation'?"),
        (13, "unknown type 'meting'; hint: did you mean 'meeting'?"),
        (7, "unknown quantity 'relaps.5y'; hint: did you mean 'relapse.5y'?"),
        (13, "unknown actor or side 'armenien'"),
        (15, "unknown mediator 'minsk_cochair'"),
        (15, "unknown actor or side 'nobody'"),
        (20, "unknown quantity 'loss_share.azerbaidjan'"),
        (22, "unknown commitment 'helsinki_1992.konference'"),
        (24, "unknown commitment 'x.y'"),
    ):
        assert any(f"claims_rules.yaml:{line}:" in row and words in row for row in text), (words, text)
    assert len(text) == 10


def test_words_that_are_listed_as_unused_may_be_named(tmp_path: Path, numbers):
    path = tmp_path / "claims_rules.yaml"
    rule = "claims:\n  C2b:\n    tests:\n      - events: {tags: [genocide_finding]}\n        at_least: 1\n"
    record = load_record(minsk() / "record").as_of("2021-08-05")
    path.write_text(f"format: 1\n{rule}", "utf-8")
    found = {c.id: c for c in judge(read_rules(path, "minsk"), record, None, numbers)}
    assert found["C2b"].verdict == "the record cannot tell"
    assert "no event of the record until 2021-08-05 bears tag 'genocide_finding'" in found["C2b"].why
    path.write_text(f"format: 1\nunused: [genocide_finding]\n{rule}", "utf-8")
    found = {c.id: c for c in judge(read_rules(path, "minsk"), record, None, numbers)}
    assert found["C2b"].verdict == "undermined"


def test_what_is_too_recent_to_have_been_answered_is_counted_apart():
    record = load_record(minsk() / "record")
    asked = ResponsesQuery.model_construct(mediator="minsk_cochairs", measure="answered", kinds=("violent",), sides=())
    query = RuleTest.model_construct(below=0.5, responses=asked)
    before, on_the_day, later = (
        Queries(record.as_of(day), {}).measure(query) for day in ("2020-12-10", "2020-12-11", "2021-01-20")
    )
    assert on_the_day.mid == before.mid == 1.0  # the incident of 11 December has had no time to be answered
    assert "1 more too recent to tell" in on_the_day.words and "recent" not in before.words + later.words
    assert later.mid < 1.0
    assert len(later.record) == len(on_the_day.record) + 1
    summer = Queries(record.as_of("2021-08-05"), {}).measure(query)  # answered after a day: not counted either
    assert "1 more too recent to tell" in summer.words
    assert "2021-07-28.minsk_cochairs" not in {ref.id for ref in summer.record}


def test_filters_of_events_all_hold():
    record = load_record(minsk() / "record").as_of("2021-08-05")
    queries = Queries(record, {"armenian": ("armenia", "karabakh_armenians")})
    every = queries.matching(EventFilter())
    assert len(every) == len(record.events)
    for given, fits in (
        (EventFilter(type=("meeting", "signature")), lambda e: e.type in ("meeting", "signature")),
        (EventFilter(by=("armenian",)), lambda e: {"armenia", "karabakh_armenians"} & set(e.actors)),
        (EventFilter(only=("armenian",)), lambda e: e.actors and set(e.actors) <= {"armenia", "karabakh_armenians"}),
        (EventFilter(target=("azerbaijan",)), lambda e: "azerbaijan" in e.target),
        (EventFilter(tags=("provocation",)), lambda e: "provocation" in e.tags),
        (EventFilter(says=("CEASEFIRE",)), lambda e: "ceasefire" in e.text.lower()),
        (EventFilter(deaths=10.0), lambda e: (e.best or 0) >= 10),
    ):
        assert [e.id for e in queries.matching(given)] == [e.id for e in every if fits(e)], given
        assert 0 < len(queries.matching(given)) < len(every)


def test_every_minsk_claim_has_a_verdict_of_the_right_kind_and_names_what_it_rests_on(numbers):
    rules = read_rules(minsk() / "claims_rules.yaml", "minsk")
    record = load_record(minsk() / "record")
    found = {claim.id: claim for claim in judge(rules, record.as_of("2021-08-05"), None, numbers)}
    made = {id for id, claim in record.claims.items() if claim.date is not None and str(claim.date) <= "2021-08-05"}
    assert set(found) == made and len(made) >= 35  # what was said later cannot be judged yet
    assert set(rules.rules) <= set(record.claims)
    assert {claim.verdict for claim in found.values()} <= set(VERDICTS)
    for claim in found.values():
        if claim.kind == "normative":
            assert claim.verdict == "not a factual claim"
        elif claim.kind == "intent":
            assert claim.verdict == "outside the model"
        elif claim.verdict in ("supported", "undermined", "mixed"):
            assert claim.rests_on and claim.would_change
    text = [claim for claim in found.values() if claim.id.startswith("C")]
    factual = [claim for claim in text if claim.kind in ("factual", "causal", "predictive")]
    assert len(text) == 33 and all(claim.rests_on for claim in factual)
    assert any(claim.opposed_by for claim in factual)
    assert {rule.needs for rule in rules.rules.values()} <= {None, *NEEDS_WORDS}


def test_every_factual_claim_of_minsk_names_what_it_rests_on_or_why_it_rests_on_nothing():
    bench = Bench.of(load_case("minsk"), "2026-06-30")
    assert bench is not None
    found = bench.judged(None)
    assert len(found) == 41
    for claim in found:
        assert bool(claim.rests_on) != bool(claim.why_none), claim.id
        assert claim.rests_on or claim.kind == "normative" or claim.id in ("O1", "O2", "O6"), claim.id
        assert claim.side, claim.id


def test_a_conference_that_was_never_held_is_forgotten_although_one_status_of_it_has_no_date():
    bench = Bench.of(load_case("minsk"), "2021-08-05")
    assert bench is not None
    claim = next(c for c in bench.judged(None) if c.id == "C2f")
    slept, held = claim.tests
    assert claim.verdict == "supported" and slept.mid is not None and slept.mid > 26
    assert (held.low, held.high) == (0, 0)  # the call of resolution 874 has lapsed, on no date: it was not performed


def test_a_forecast_is_open_until_its_time_is_over_and_fails_by_what_came():
    for day, part in (("2021-08-05", "the record cannot tell"), ("2023-09-18", "undermined")):
        bench = Bench.of(load_case("minsk"), day)
        assert bench is not None
        claim = next(c for c in bench.judged(None) if c.id == "C6b")
        assert (claim.verdict, claim.tested_part) == ("not a factual claim", part)


def test_a_visit_counts_however_the_record_types_it():
    bench = Bench.of(load_case("minsk"), "2021-08-05")
    assert bench is not None
    found = {c.id: c for c in bench.judged(None)}
    visits, texts, deeds = found["C5a"].tests
    assert "E20201212_1" in {ref.id for ref in visits.rests_on}
    assert [test.outcome for test in (visits, texts, deeds)] == ["fails", "fails", "holds"]


def test_a_claim_that_names_one_side_is_tested_on_that_side(numbers):
    """Reactions to the other side's acts, nearly all of which were answered, say nothing on those to this one's."""
    rules = read_rules(minsk() / "claims_rules.yaml", "minsk")
    record = load_record(minsk() / "record")
    found = {c.id: c for c in judge(rules, record.as_of("2021-08-05"), None, numbers)}
    violent, words = found["C3d"].tests
    armenian = set(rules.sides["armenian"])
    rows = [record.responses[ref.id] for ref in violent.rests_on]
    assert rows and all(set(record.events[row.event].actors) <= armenian for row in rows)
    assert violent.words.startswith(f"share of {len(rows)} listed escalations (only armenian)")
    events = [record.events[ref.id] for ref in words.rests_on]
    assert {e.id for e in events if "threat" in e.tags} == {"E20190330_1", "E20190805_1"}
    assert found["C3d"].verdict == "the record cannot tell" and "for sure" in found["C3d"].why


def test_words_and_deeds_are_not_weighed_alike(numbers):
    rules = read_rules(minsk() / "claims_rules.yaml", "minsk")
    found = {c.id: c for c in judge(rules, load_record(minsk() / "record").as_of("2021-08-05"), None, numbers)}
    deeds, words = found["C3c"].tests
    assert (deeds.mid, words.mid) == (1, 2)  # one deed does not become three by two threats
    assert found["C3c"].verdict == "mixed"


def test_every_rule_of_minsk_says_why_it_is_fair_and_what_it_leaves_out():
    rules = read_rules(minsk() / "claims_rules.yaml", "minsk")
    record = load_record(minsk() / "record")
    for id, rule in rules.rules.items():
        assert rule.fair, id
        assert rule.untested or rule.needs, id
        assert rule.date or id == "C6b" or rule.needs, id  # a forecast is tested by what came until the date at hand
        for test in rule.tests:
            assert test.minus == "" and not (test.ids and test.threshold == 0), id  # nobody's value less another's
    factual = {id for id, claim in record.claims.items() if claim.kind != "normative"}
    assert factual <= set(rules.rules)
    case = load_case("minsk")
    assert known_rules(rules, record, case) is rules
    assert all(groups_of(claim, rules) for claim in record.claims.values())
