"""Rules with a date, under a scenario, with a part not tested; whose claims they are; mistakes in all of these."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from case_files import FILES, RULES, changed, folder_with, starter
from synthetic_case import write_case
from typer.testing import CliRunner

from detente.answers.questions.loss import QUESTION as LOSS
from detente.case import load_case
from detente.case.content import content_of
from detente.case.head import run_head
from detente.case.outputs import run_folder
from detente.checks.folder import check_folder
from detente.errors import CaseError
from detente.record import load_record
from detente.run import Claim, Part, Quantity, tally, write_run
from detente.verbs.claims import run as claims
from detente.verbs.frame.app import app
from detente.verbs.frame.judged import kept_quantities
from detente.verdicts.judge import Beside, judge
from detente.verdicts.references import scenario_of
from detente.verdicts.rules import ClaimRules, RuleTest, read_rules

EVENTS_OF = """\
id,date,type,actors
E1,2000-01-01,raid,a
E2,2002-01-01,raid,a
"""
CLAIMS = """\
id,by,kind,claim,date,actor
C1,A minister,factual,That it is so,2001-01-01,a
C2,A paper of the north,factual,That it was so,2001-01-01,
C3,Somebody,predictive,That it will be so,2001-01-01,
"""
QUESTION = SimpleNamespace(id="relapse")
NUMBERS = {
    "relapse.5y": (QUESTION, SimpleNamespace(label="Chance of war", unit="probability")),
    "loss.a": (QUESTION, SimpleNamespace(label="Loss of a", unit="value")),
}


def rules_of(folder: Path, claim: str, head: str = "") -> ClaimRules:
    path = folder / "claims_rules.yaml"
    path.write_text(f"format: 1\n{head}claims:\n  C1: {claim}\n", "utf-8")
    return read_rules(path, "valley")


@pytest.fixture
def record(tmp_path: Path):
    (tmp_path / "events.csv").write_text(EVENTS_OF, "utf-8")
    (tmp_path / "claims.csv").write_text(CLAIMS, "utf-8")
    return load_record(tmp_path).as_of("2004-01-01")


def first(rules: ClaimRules, record: Any, answers: Any = None, **beside: Any) -> Claim:
    return judge(rules, record, answers, cast("Any", NUMBERS), beside=Beside(**beside))[0]


def answered(**numbers: list[float]) -> Any:
    draws = {id.replace("_", ".", 1): np.array(values) for id, values in numbers.items()}
    points = np.arange(len(next(iter(draws.values()))), dtype=float)[:, None]
    return SimpleNamespace(draws=draws, notes={}, results=SimpleNamespace(points=points))


def quantity(low: float | None, high: float | None, draws: int = 50, **other: Any) -> Quantity:
    mid = None if low is None or high is None else (low + high) / 2
    return Quantity(
        id="relapse.5y", question="relapse", family="relapse", label="Chance of war", low=low, mid=mid, high=high,
        draws=draws, reason_no_interval=None if low is not None else "none", **other,
    )  # fmt: skip


# ---- dates --------------------------------------------------------------------------------------


def test_a_query_is_put_to_the_record_of_the_rules_date(tmp_path: Path, record: Any) -> None:
    test = "[{events: {type: raid}, at_least: 2}]"
    now, then = (first(rules_of(tmp_path, f"{{{date}tests: {test}}}"), record) for date in ("", "date: 2001-06-01, "))
    assert (now.verdict, now.date, now.tests[0].date, now.told) == ("supported", "", "", "supported")
    assert (then.verdict, then.date, then.tests[0].date) == ("undermined", "2001-06-01", "2001-06-01")
    assert then.told == "undermined (tested at 2001-06-01)"
    assert [ref.id for ref in then.tests[0].rests_on] == ["E1"]


def test_what_lies_after_the_day_at_hand_is_open(tmp_path: Path, record: Any) -> None:
    tests = "[{events: {type: raid}, at_least: 1}, {quantity: relapse.5y, above: 0.1}]"
    rules = rules_of(tmp_path, f"{{date: 2010-01-01, tests: {tests}}}")
    found = first(rules, record, answered(relapse_5y=[1.0] * 30), elsewhere={"2010-01-01": {"x": quantity(1, 1)}})
    assert [test.outcome for test in found.tests] == ["open", "open"]
    assert found.why == "it is tested at 2010-01-01, after 2004-01-01"
    assert found.rests_on and not found.why_none


ELSEWHERE = "{date: 2002-01-01, tests: [{quantity: relapse.5y, above: 0.3}]}"


@pytest.mark.parametrize(
    ("kept", "outcome", "why"),
    [
        (quantity(0.31, 0.9), "holds", ""),
        (quantity(0.1, 0.29), "fails", ""),
        (quantity(0.29, 0.9), "open", "which is on no side of 0.3 for sure"),
        (quantity(0.31, 0.9, draws=19), "open", "rests on 19 draws in the run of 2002-01-01, and a verdict needs 20"),
        (quantity(None, None), "open", "the kept run of 2002-01-01 does not have it with a range"),
        (None, "open", "the kept run of 2002-01-01 does not have it with a range"),
        ("it is asked of 2002-01-01: `detente x` first", "open", "it is asked of 2002-01-01: `detente x` first"),
    ],
)
def test_a_quantity_of_another_date_comes_from_the_kept_run(
    tmp_path: Path, record: Any, kept: Quantity | str | None, outcome: str, why: str
) -> None:
    """Never from the draws at hand, all of which would pass."""
    held = kept if isinstance(kept, str) else {} if kept is None else {kept.id: kept}
    rules = rules_of(tmp_path, ELSEWHERE)
    found = first(rules, record, answered(relapse_5y=[1.0] * 30), elsewhere={"2002-01-01": held})
    assert found.tests[0].outcome == outcome and why in found.why
    assert found.tests[0].kind == "quantity" and [ref.id for ref in found.rests_on] == ["relapse.5y"]
    if outcome != "open":
        assert "(in the run of 2002-01-01, 50 draws)" in found.tests[0].words
        assert (found.tests[0].low, found.tests[0].draws) == (cast("Quantity", kept).low, 50)


def test_what_a_kept_run_cannot_tell(tmp_path: Path, record: Any) -> None:
    kept = {"2002-01-01": {"relapse.5y": quantity(0.31, 0.9)}}
    minus = ELSEWHERE.replace("relapse.5y,", "relapse.5y, minus: loss.a,")
    assert (
        "a difference cannot be read from the kept run" in first(rules_of(tmp_path, minus), record, elsewhere=kept).why
    )
    strict = rules_of(tmp_path, ELSEWHERE, "certain: 0.96\n")  # 95 of 100 draws lie above the low end
    assert first(strict, record, elsewhere=kept).tests[0].outcome == "open"
    assert first(rules_of(tmp_path, ELSEWHERE, "certain: 0.95\n"), record, elsewhere=kept).tests[0].outcome == "holds"


def test_a_number_of_a_kept_run_that_is_secret_makes_the_claim_secret(tmp_path: Path, record: Any) -> None:
    for secret in (False, True):
        kept = {"2002-01-01": {"relapse.5y": quantity(0.31, 0.9, confidential=secret)}}
        assert first(rules_of(tmp_path, ELSEWHERE), record, elsewhere=kept).confidential is secret


def test_only_rules_of_the_date_ask_for_draws(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, ELSEWHERE + "\n  C2: {tests: [{quantity: loss.a, above: 0.3}]}")
    assert rules.dates == ("2002-01-01",)
    assert rules.asked_at("2002-01-01").quantities == ("relapse.5y", "loss.a")
    assert rules.asked_at("2003-01-01").quantities == ("loss.a",)


def test_the_kept_run_of_a_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    case, day = load_case(write_case(tmp_path / "valley")), "2001-01-01"
    again = f"`detente analyze {case.name} --date {day}`"
    assert kept_quantities(case, day) == f"it is asked of {day}: {again} first"
    run, folder = run_head(case, day, 0, 50, "detente analyze valley", {}), run_folder(case, day)
    for key, quantities in (
        (content_of(case), {"relapse.5y"}),
        ("other", f"made from other inputs than today's: {again}"),
    ):
        part = Part(name="answers", key=key, command="detente analyze valley", quantities=(quantity(0.1, 0.2),))
        write_run(run.add(part), folder)
        found = kept_quantities(case, day)
        assert quantities in found if isinstance(found, str) else found.keys() == quantities
    (folder / "run.json").write_text("{", "utf-8")
    assert kept_quantities(case, day) == f"the kept run of {day} cannot be read: {again} again"


# ---- scenarios ----------------------------------------------------------------------------------

UNDER = "{tests: [{quantity: relapse.5y, scenario: SCENARIO, CHANGE}]}"


@pytest.mark.parametrize(
    ("change", "there", "outcome"),
    [
        ("falls_by: 0.25", [0.25] * 20, "holds"),
        ("falls_by: 0.25", [0.26] * 20, "fails"),
        ("falls_by: 0.25", [0.25] * 15 + [0.5] * 5, "open"),
        ("rises_by: 0.25", [0.75] * 18 + [0.5] * 2, "holds"),
        ("rises_by: 0.25", [0.25] * 20, "fails"),
    ],
)
def test_a_scenario_is_held_against_the_case_as_it_stands(
    tmp_path: Path, record: Any, change: str, there: list[float], outcome: str
) -> None:
    rules = rules_of(tmp_path, UNDER.replace("SCENARIO", "calm").replace("CHANGE", change))
    under = {"calm": answered(relapse_5y=there)}
    found = first(rules, record, answered(relapse_5y=[0.5] * 20), scenarios=under)
    (test,) = found.tests
    assert (test.outcome, test.kind, test.scenario) == (outcome, "scenario", "calm")
    assert test.mid == pytest.approx(float(np.median(there)) - 0.5)
    assert [(ref.kind, ref.id) for ref in found.rests_on] == [("scenario", "calm"), ("quantity", "relapse.5y")]
    assert "under 'calm' less as it stands" in test.words and test.words.endswith("of at least 0.25")


def test_a_scenario_that_was_not_asked_is_open(tmp_path: Path, record: Any) -> None:
    rules = rules_of(tmp_path, UNDER.replace("SCENARIO", "calm").replace("CHANGE", "falls_by: 0.1"))
    found = first(rules, record, answered(relapse_5y=[0.5] * 20))
    assert found.why == "no answers were computed under 'calm'"
    lacking = first(rules, record, answered(relapse_5y=[0.5] * 20), scenarios={"calm": answered(loss_a=[0.1] * 20)})
    assert lacking.why.startswith("under 'calm' 'Chance of war' cannot be asked on this date")


def test_a_scenario_in_a_line(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "valley"))
    test = RuleTest.model_validate(
        {"quantity": "relapse.5y", "scenario": {"set": {"war_cost": "3", "tension": "tense"}}, "falls_by": 0.1}
    )
    assert test.scenario is not None and str(test.scenario) == "war_cost = 3, tension = tense"
    when = next(iter(case.situations))
    changed_ = case.override(scenario=scenario_of(case, test.scenario, when))
    assert changed_.parameters["war_cost"].mid == 3 and changed_.situations[when]["tension"] == "tense"
    assert {**changed_.situations[when], "tension": "calm"} == {**case.situations[when], "tension": "calm"}


@pytest.mark.parametrize(
    ("test", "what"),
    [
        ("{quantity: relapse.5y, scenario: calm, above: 0.1}", "a scenario with another test"),
        ("{events: {type: raid}, scenario: calm, falls_by: 1}", "a scenario with another test"),
        ("{quantity: relapse.5y, falls_by: 0.1}", "'falls_by' without a scenario"),
        ("{quantity: relapse.5y, scenario: calm, falls_by: 0}", "0 is out of range; expected a number above 0"),
        ("{quantity: relapse.5y, scenario: {put: {a: 1}}, falls_by: 1}", "unknown argument of scenario 'put'"),
        ("{quantity: relapse.5y, scenario: [calm], falls_by: 1}", "the name of a scenario, or {set: {NAME: VALUE}}"),
    ],
)
def test_mistakes_in_a_scenario_test(tmp_path: Path, test: str, what: str) -> None:
    with pytest.raises(CaseError) as caught:
        rules_of(tmp_path, f"{{tests: [{test}]}}")
    assert what in str(caught.value)


ACCIDENTS = """\
format: 1
claims:
  C1: {tests: [{quantity: relapse.5y, scenario: {set: {accident: 0}}, falls_by: 0.02}]}
"""


def valley(folder: Path) -> Path:
    write_case(folder)
    (folder / "record").mkdir()
    (folder / "record" / "claims.csv").write_text(CLAIMS, "utf-8")
    (folder / "claims_rules.yaml").write_text(ACCIDENTS, "utf-8")
    return folder


def test_a_scenario_is_solved_in_the_same_draws(tmp_path: Path) -> None:
    found = claims(valley(tmp_path / "valley"), "2001-01-01", draws=2, workers=0)[0]
    assert found.why.endswith("rests on 2 draws, and a verdict needs 20") and "accident = 0" in found.why
    assert found.tests[0].kind == "scenario" and found.tests[0].draws == 2


@pytest.mark.slow
def test_accidents_make_some_of_the_wars(tmp_path: Path) -> None:
    found = claims(valley(tmp_path / "valley"), "2001-01-01", draws=20, workers=0)[0]
    assert found.verdict == "supported" and found.tests[0].high is not None and found.tests[0].high < -0.02


def test_a_day_without_a_situation_is_answered_by_the_record(tmp_path: Path) -> None:
    found = claims(valley(tmp_path / "valley"), "2003-05-06", draws=2, workers=0)[0]
    assert found.why == "the case has no situation of 2003-05-06"


# ---- what is not tested, and whose claims they are ----------------------------------------------


def test_what_is_not_tested_stands_beside_the_verdict(tmp_path: Path, record: Any) -> None:
    claim = "{untested: why they did, fair: one is enough, tests: [{events: {type: raid}, at_least: 1}]}"
    found = first(rules_of(tmp_path, claim), record)
    assert (found.untested, found.fair) == ("why they did", "one is enough")
    assert found.told == "supported (in part)" and found.verdict == "supported"
    nothing = first(rules_of(tmp_path, "{needs: legal_finding, untested: all of it}"), record)
    assert nothing.told == "outside the model" and nothing.why_none and not nothing.rests_on


def test_verdicts_are_tallied_by_whose_claims_they_are(tmp_path: Path, record: Any) -> None:
    head = "sides: {north: [a]}\nspeakers: {the north: [north, A paper of], the south: [b]}\n"
    rules = rules_of(tmp_path, "{tests: [{events: {type: raid}, at_least: 1}]}", head)
    found = judge(rules, record, None, {})
    assert [claim.side for claim in found] == ["the north", "the north", ""]
    north, others = tally(found)
    assert (north.by, north.claims, north.verdicts) == ("the north", 2, {"supported": 1, "the record cannot tell": 1})
    assert list(north.verdicts) == ["supported", "the record cannot tell"]
    assert (others.by, others.claims, others.verdicts) == ("others", 1, {"the record cannot tell": 1})


def test_the_tally_is_printed_and_in_the_machine_output(tmp_path: Path) -> None:
    folder = valley(tmp_path / "valley")
    text = "format: 1\nspeakers: {the north: [A minister]}\nclaims:\n  C1: {needs: legal_finding}\n"
    (folder / "claims_rules.yaml").write_text(text, "utf-8")
    printed = CliRunner().invoke(app, ["claims", str(folder), "--date", "2001-01-01"])
    assert "claims of the north (1): 1 outside the model" in printed.output
    assert "claims of others (2): 2 the record cannot tell" in printed.output
    machine = CliRunner().invoke(app, ["claims", str(folder), "--date", "2001-01-01", "--json"])
    assert '"tally"' in machine.output and '"outside the model": 1' in machine.output


# ---- check --------------------------------------------------------------------------------------


def said(tmp_path: Path, *pairs: tuple[str, str]) -> list[str]:
    rules = changed(RULES, *pairs)
    where = folder_with(starter(), tmp_path / "made", **{**FILES, "claims_rules": rules})
    return [str(found).removeprefix("made/") for found in check_folder(where).diagnostics]


@pytest.mark.parametrize(
    ("pair", "what"),
    [
        (("  c2:\n", "  c2:\n    date: 1999-01-01\n"), "tested at 1999-01-01, of which the case has no situation"),
        (("above: 0.1", "scenario: none, falls_by: 0.1"), "unknown scenario 'none'"),
        (("above: 0.1", "scenario: {set: {nobody: 1}}\n        falls_by: 0.1"), "unknown parameter or state variable"),
        (("above: 0.1", "scenario: {set: {phase: warr}}\n        falls_by: 0.1"), "'warr' is not a value of 'phase'"),
        (("sides:", "speakers: {x: [nobdy at all]}\nsides:"), "'nobdy at all' makes no claim of the record"),
    ],
)
def test_what_a_rule_names_and_is_not_there_is_an_error(tmp_path: Path, pair: tuple[str, str], what: str) -> None:
    found = said(tmp_path, (pair[0], pair[1].replace("none, falls", "none\n        falls")))
    assert any(what in line and line.startswith("claims_rules.yaml:") for line in found), found
    assert not any("warning" in line for line in found if what in line)


def test_two_groups_for_one_claim_are_an_error(tmp_path: Path) -> None:
    by = load_record(folder_with(starter(), tmp_path / "one", **FILES)).claims["c1"].by
    found = said(tmp_path, ("sides:", f'speakers: {{x: ["{by}"], y: ["{by}"]}}\nsides:'))
    assert any("claim 'c1' falls to x and y" in line for line in found)


def test_a_threshold_of_nothing_is_a_warning_unless_it_says_why(tmp_path: Path) -> None:
    (found,) = said(tmp_path, ("above: 0.1", "above: 0"))
    assert "claims_rules.yaml:17:16: warning: a difference of any size passes 'above: 0'" in found
    assert "expected a size that matters, in probability, or a `why`" in found
    assert said(tmp_path / "b", ("above: 0.1", "above: 0\n        why: any war is one too many")) == []
    assert said(tmp_path / "c", ("at_most: 0", "at_least: 0")) == []  # nothing is estimated in a record


def test_a_test_that_no_event_fits_may_say_why(tmp_path: Path) -> None:
    apart = ("{type: clash, by: both, tags: border}", "{type: clash, by: mediator}")
    assert len(said(tmp_path, apart)) == 1
    assert (
        said(tmp_path / "b", apart, ("at_least: 1", "at_least: 1\n        why: that there is none is a finding")) == []
    )


def test_stakes_of_two_actors_are_not_set_against_each_other(tmp_path: Path) -> None:
    pair = ("quantity: relapse.5y", "quantity: loss_share.north\n        minus: loss_share.south")
    (found,) = said(tmp_path, pair)
    assert "warning: stakes of north and south are set against each other; expected a test of each" in found
    assert said(tmp_path / "b", ("relapse.5y", "relapse.5y\n        minus: relapse.1y")) == []


def test_what_war_would_cost_is_told_of_each_actor_by_its_own_stake() -> None:
    """The summary named the one that would lose most, as if stakes had one unit."""

    def share(actor: str, mid: float, sign: float) -> Quantity:
        return Quantity(
            id=f"loss_share.{actor}", question="loss", family="loss_share", actor=actor, label="x", unit="share",
            low=mid - 0.01, mid=mid, high=mid + 0.01, signed=True, sign_share=sign,
        )  # fmt: skip

    every = (share("a", 0.12, 1), share("b", 0.4, 1), share("c", -0.05, 1), share("d", 0.01, 0.6))
    told = LOSS.finding(cast("Any", SimpleNamespace(family=lambda _name: every, name=lambda q: q.actor)))
    assert told == (
        "That war may resume takes a part of its own stake from a (12\u202f%) and b (40\u202f%). "
        "It adds to the own stake of c (\u22125\u202f%). For d the sign is open, or it makes no difference."
    )
    assert "most" not in told
