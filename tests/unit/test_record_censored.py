"""Near the end of the record nothing is silence yet, nothing is late yet, and what goes on is not over."""

import pytest
from synthetic_record import record_of, world

from detente.errors import OptionError
from detente.record import CutRecord
from detente.record.ceasefires import ceasefires
from detente.record.lags import lags
from detente.record.meetings import formats, meetings
from detente.record.queries import deaths
from detente.record.responses import responses
from detente.record.timeline import timeline
from detente.verdicts.judge import judge
from detente.verdicts.queries import Queries
from detente.verdicts.rules import ClaimRule, ClaimRules, RuleTest

LAG = RuleTest.model_validate({"lag": {"commitment": "truce.leave"}, "below": 5})


def table(found, **where: object) -> dict:
    rows = (dict(zip(found.columns, row, strict=True)) for row in found.rows)
    return next(row for row in rows if all(row[name] == value for name, value in where.items()))


def silent(day: str) -> CutRecord:
    """One answered escalation of 2019, one of 2020-03-01 on which nobody spoke."""
    rows, meta = world(compiled="2021-01-01")
    rows["events"].append({"id": "E9", "date": "2020-03-01", "type": "clash", "text": "again"})
    rows["responses"].append(
        {"id": "R9", "date": "2020-03-01", "escalation": "Again", "event": "E9", "mediator": "chair", "responded": "no"}
    )
    return record_of(rows, meta).as_of(day)


def test_silence_needs_time_to_be_silence() -> None:
    early = responses(silent("2020-03-30"))
    row = table(early["response"], mediator="chair")
    assert (row["escalations"], row["too_recent"], row["responded"], row["share"]) == (1, 1, 1, 1.0)
    assert "1 younger escalations (too recent) are in no share" in early["response"].note
    assert table(early["escalations"], escalation="Again")["responded"] == "not yet"
    late = responses(silent("2020-03-31"))
    row = table(late["response"], mediator="chair")
    assert (row["escalations"], row["too_recent"], row["responded"], row["share"]) == (2, 0, 1, 0.5)
    assert table(late["escalations"], escalation="Again")["responded"] == "no"


def test_the_time_to_speak_can_be_chosen() -> None:
    row = table(responses(silent("2020-03-02"), within=1)["response"], mediator="chair")
    assert (row["escalations"], row["share"]) == (2, 0.5)
    with pytest.raises(OptionError, match="-1 days to speak"):
        responses(silent("2020-03-02"), within=-1)


def test_an_answer_within_days_does_not_count_before_silence_would() -> None:
    """Young answers in and young silences out would raise the share."""
    rows, meta = world()
    record = record_of(rows, meta)
    row = table(responses(record.as_of("2019-06-10"))["response"], mediator="chair")
    assert (row["escalations"], row["too_recent"], row["share"]) == (0, 1, None)
    assert table(responses(record.as_of("2019-06-10"))["escalations"], mediator="chair")["responded"] == "yes"


def test_claims_about_silence_are_censored_alike() -> None:
    ask = RuleTest.model_validate({"responses": {"mediator": "chair", "measure": "answered"}, "at_least": 1})
    assert Queries(silent("2020-03-30"), {}).measure(ask).mid == 1.0
    assert Queries(silent("2020-03-31"), {}).measure(ask).mid == 0.5


def test_statements_leave_young_escalations_out() -> None:
    rows, meta = world()
    record = record_of(rows, meta)
    assert responses(record.as_of("2019-07-01"))["statements"].rows == ()
    assert table(responses(record.as_of("2019-07-02"))["statements"], actor="chair")["responded"] == 1


def test_two_escalations_of_one_name_on_one_day_are_two() -> None:
    rows, meta = world()
    rows["responses"].append(dict(rows["responses"][0], id="R2"))
    row = table(responses(record_of(rows, meta).as_of())["response"], mediator="chair")
    assert (row["escalations"], row["responded"], row["share"]) == (2, 2, 1.0)


def owed(day: str, **extra: str) -> dict:
    rows, meta = world(compiled="2022-01-01")
    rows["commitments"].append(
        {"id": "truce.x", "instrument": "truce", "who": "aland", "what": "x", "by": "2020-06-01"}
    )
    rows["events"].append({"id": "E9", "date": extra.get("done", "2021-05-01"), "type": "return", "text": "done"})
    rows["touches"].append({"event": "E9", "commitment": "truce.x", "how": "performed"})
    return table(lags(record_of(rows, meta).as_of(day)), commitment="truce.x")


def test_early_is_not_late_and_what_is_not_due_is_not_late_either() -> None:
    found = [
        owed(day)[name] for day in ("2020-05-01", "2020-06-01", "2020-06-11") for name in ("late_days", "censored")
    ]
    assert found == [None, "yes", None, "yes", 10, "yes"]
    assert (owed("2021-06-01")["late_days"], owed("2021-06-01")["censored"]) == (334, "")
    assert owed("2021-06-01", done="2020-01-01")["late_days"] == 0


def test_censored_lags_are_counted_and_said() -> None:
    rows, meta = world()
    found = lags(record_of(rows, meta).as_of())
    assert found.note.startswith("1 of 1 are censored, not known to be performed until 2020-02-01")
    rows["statuses"].append({"subject": "truce.leave", "status": "fulfilled", "note": "some day"})
    assert table(lags(record_of(rows, meta).as_of()), commitment="truce.leave")["censored"] == "undated"


def test_a_lag_so_far_is_a_lower_bound_for_claims() -> None:
    rows, meta = world()
    measured = Queries(record_of(rows, meta).as_of("2020-01-01"), {}).measure(LAG)
    assert measured.low == pytest.approx(1.0, abs=0.01) and measured.high == float("inf")


def test_a_claim_that_rests_on_a_lag_so_far_is_open_and_says_so() -> None:
    rows, meta = world()
    rules = ClaimRules({"C1": ClaimRule(tests=(LAG,))})
    judged = judge(rules, record_of(rows, meta).as_of("2020-01-01"), None, {})
    (test,) = judged[0].tests
    assert test.outcome == "open" and test.high is None and "is 0.999 so far, or more; tested: below 5" in test.words


def fighting(day: str, **event: object) -> dict:
    rows, meta = world(compiled="2022-01-01")
    rows["events"].append({"id": "E9", "type": "offensive", "text": "long", **event})
    rows["ceasefires"] = [{"id": "F", "name": "The halt", "start": "2020-03-01"}]
    return table(ceasefires(record_of(rows, meta).as_of(day)), ceasefire="The halt")


@pytest.mark.parametrize(
    ("event", "day", "breach", "years"),
    [
        ({"date": "2020-03-10", "date_end": "2020-05-01", "best": 900}, "2020-03-20", "E9", 0.02),  # under way
        ({"date": "2020-03-10", "date_end": "2020-05-01", "best": 2}, "2020-05-01", "", None),  # over, and too few dead
        ({"date": "2020-02-20", "date_end": "2020-03-05", "best": 9}, "2020-06-01", "E9", 0.0),  # went on through it
        ({"date": "2020-02-20", "date_end": "2020-03-05", "best": 9}, "2020-03-03", "E9", 0.0),  # and is under way
        ({"date": "2020-02-20", "date_end": "2020-03-01", "best": 9}, "2020-06-01", "", None),  # stopped on the day
        ({"date": "2020-03-01", "best": 9}, "2020-06-01", "", None),  # of the day itself
        ({"date": "2020-03-02", "best": 0, "high": 40, "low": 0}, "2020-06-01", "", None),  # best counts before high
        ({"date": "2020-03-02", "high": 40}, "2020-06-01", "E9", 0.0),
    ],
)
def test_the_first_breach(event: dict, day: str, breach: str, years: float | None) -> None:
    row = fighting(day, **event)
    assert (row["first_breach"], row["years_to_breach"]) == (breach, years)


def test_years_of_silence_at_the_end_are_years_and_the_last_is_not_over() -> None:
    rows, meta = world()
    record = record_of(rows, meta).as_of("2021-06-30")
    found = meetings(record)["meetings"]
    assert [row[:2] for row in found.rows] == [(2019, 1), (2020, 0), (2021, 0)]
    for other in (found, formats(record)["formats"], deaths(record)["events"]):
        assert "2021 counts until 2021-06-30 only." in other.note
    assert "only" not in meetings(record_of(rows, meta).as_of("2020-12-31"))["meetings"].note


def test_an_empty_timeline_says_why() -> None:
    rows, meta = world()
    record = record_of(rows, meta).as_of()
    with pytest.raises(OptionError, match=r"no event of type clashes until 2020-02-01; hint: did you mean 'clash'\?"):
        timeline(record, ["clashes"])
    with pytest.raises(OptionError, match="no event of type clash by or against chair until 2020-02-01"):
        timeline(record, ["clash"], ["chair"])
    with pytest.raises(OptionError, match="this record has no event until 2019-01-01"):
        timeline(record.as_of("2019-01-01"))
