"""Planted records and mediators are recognised, and verdicts are mirrored when the parties are swapped."""

from pathlib import Path

import pytest
from synthetic_case import write_case

from detente.answers import evaluate
from detente.case import load_case
from detente.draws import Settings
from detente.errors import CaseError
from detente.game.compile import compile_case
from detente.verbs.analyze import run as analyze
from detente.verbs.claims import run as claims
from detente.verdicts.bench import Bench
from detente.verdicts.judge import LEAST_DRAWS

SILENCE = """\
  {id}:
    tests:
      - responses: {{mediator: chair, measure: answered}}
        below: 0.5
"""
BIAS = """\
  {id}:
    tests:
      - responses: {{mediator: chair, measure: balance, sides: [{a}, {b}]}}
        below: 0.5
"""
PROLONG = """\
  {id}:
    tests:
      - quantity: prolongation.chair.years
        above: 0.5
      - quantity: prolongation.chair.peace10
        below: -0.05
"""


def write_record(folder: Path, north: str, south: str, answered: int, named: int, of: int = 20) -> None:
    """A record with `of` escalations, of which the chair answered some, and named `north` in some of its answers."""
    folder.mkdir(parents=True)
    (folder / "sources.yaml").write_text("sources:\n  S: {title: Source, reliability: high}\n", "utf-8")
    (folder / "actors.yaml").write_text(
        f"actors:\n  {north}: {{name: One, kind: party}}\n  {south}: {{name: Two, kind: party}}\n"
        "  chair: {name: Chair, kind: mediator}\n",
        "utf-8",
    )
    kinds = {"C1": "factual", "C2": "factual", "C3": "causal", "C4": "intent", "C5": "normative"}
    text = "claims:\n"
    for id, kind in kinds.items():
        text += f"  {id}: {{by: someone, kind: {kind}, claim: words about it, date: '1999-06-01', sources: [S]}}\n"
    (folder / "claims.yaml").write_text(text, "utf-8")
    head = "id,date,date_end,precision,type,actors,target,place,text,low,best,high,measure,certainty,sources,tags"
    rows = [
        f"E{n},{1990 + n % 10}-0{1 + n // 10}-01,,day,clash,{north} {south},,,a clash,,,,,high,S," for n in range(of)
    ]
    (folder / "events.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")
    head = "id,date,escalation,event,kind,severity,mediator,responded,lag_days,naming,named,certainty,sources"
    rows = []
    for n in range(of):
        said = "yes" if n < answered else "no"
        naming = f"first_violator,{north}" if n < min(named, answered) else "none,"
        lag = "2" if said == "yes" else ""
        rows.append(
            f"r{n},{1990 + n % 10}-0{1 + n // 10}-01,clash {n},E{n},violent,,chair,{said},{lag},{naming},high,S"
        )
    (folder / "responses.csv").write_text("\n".join([head, *rows]) + "\n", "utf-8")


def planted(
    folder: Path,
    north: str = "north",
    south: str = "south",
    answered: int = 0,
    named: int = 0,
    draws: int = LEAST_DRAWS,
    **mediator,
) -> dict:
    """Verdicts by claim on a case with such a record and mediator."""
    write_case(folder, north, south, **mediator)
    write_record(folder / "record", north, south, answered, named)
    rules = "format: 1\nclaims:\n" + SILENCE.format(id="C1") + BIAS.format(id="C2", a=north, b=south)
    rules += PROLONG.format(id="C3") + PROLONG.format(id="C4") + SILENCE.format(id="C5")
    (folder / "claims_rules.yaml").write_text(rules, "utf-8")
    return {c.id: c for c in claims(folder, "2001-01-01", draws=draws, workers=0)}


@pytest.fixture(scope="module")
def silent_and_prolonging(tmp_path_factory) -> dict:
    return planted(tmp_path_factory.mktemp("a") / "valley", answered=2, rent=3.0, pride=0.02)


@pytest.fixture(scope="module")
def responsive_and_honest(tmp_path_factory) -> dict:
    return planted(tmp_path_factory.mktemp("b") / "valley", answered=19, named=12, rent=0.01, pride=1.5, least=1.2)


@pytest.mark.slow
def test_a_silent_mediator_is_recognised(silent_and_prolonging, responsive_and_honest):
    assert silent_and_prolonging["C1"].verdict == "supported"
    assert responsive_and_honest["C1"].verdict == "undermined"


@pytest.mark.slow
def test_a_prolonging_and_an_honest_mediator_are_recognised(silent_and_prolonging, responsive_and_honest):
    assert silent_and_prolonging["C3"].verdict == "supported"
    assert responsive_and_honest["C3"].verdict == "undermined"
    assert {ref.id for ref in silent_and_prolonging["C3"].rests_on} == {
        "prolongation.chair.years",
        "prolongation.chair.peace10",
    }


ENCOURAGED = """\
format: 1
claims:
  C1:
    tests:
      - quantity: encouragement.south.hostile
        above: 0
  C3:
    tests:
      - quantity: loss_share.north
        minus: loss_share.south
        above: 0
"""


@pytest.mark.slow
def test_the_same_draws_give_the_same_verdicts_in_every_verb(tmp_path: Path):
    """Encouragement uses 6 of a hundred draws beside other questions; behind a claim it gets as many in every verb."""
    folder = write_case(tmp_path / "valley")
    write_record(folder / "record", "north", "south", 0, 0)
    (folder / "claims_rules.yaml").write_text(ENCOURAGED, "utf-8")
    how = Settings(LEAST_DRAWS + 3, workers=0)
    alone = claims(folder, "2001-01-01", draws=how.draws, workers=0)
    case = load_case(folder)
    bench = Bench.of(case, "2001-01-01")
    assert bench is not None
    beside = evaluate(
        compile_case(case), "2001-01-01", draws=how.draws, seed=how.seed, capped=True, at_least=bench.at_least,
        questions=["relapse", "loss", "encouragement"], workers=0, tornado=False,
    )  # fmt: skip
    assert bench.judged(beside) == alone
    found = {claim.id: claim for claim in alone}
    assert found["C1"].verdict != "mixed" and found["C1"].tests[0].draws == LEAST_DRAWS + 2
    assert found["C3"].tests[0].draws == how.draws
    assert [ref.id for ref in found["C3"].rests_on] == ["loss_share.north", "loss_share.south"]


@pytest.mark.slow
def test_analyze_and_claims_judge_alike(tmp_path: Path):
    folder = tmp_path / "valley"
    planted(folder, answered=2, rent=3.0, pride=0.02)
    run = analyze(folder, "2001-01-01", out=tmp_path / "run", draws=LEAST_DRAWS, workers=1)
    assert run.claims == claims(folder, "2001-01-01", draws=LEAST_DRAWS, workers=0)


def test_few_draws_settle_nothing_and_say_so(tmp_path: Path):
    folder = tmp_path / "valley"
    write_case(folder)
    write_record(folder / "record", "north", "south", 0, 0)
    (folder / "claims_rules.yaml").write_text(ENCOURAGED, "utf-8")
    found = {claim.id: claim for claim in claims(folder, "2001-01-01", draws=3, workers=0)}
    assert found["C3"].verdict == "the record cannot tell"
    assert found["C3"].why.endswith("rests on 3 draws, and a verdict needs 20")
    assert found["C3"].tests[0].outcome == "open" and found["C3"].tests[0].draws == 3
    delay = ENCOURAGED.replace("loss_share.north", "delay.north").replace("        minus: loss_share.south\n", "")
    (folder / "claims_rules.yaml").write_text(delay, "utf-8")
    peace = {claim.id: claim for claim in claims(folder, "2002-01-01", draws=1, workers=0)}
    assert peace["C3"].verdict == "the record cannot tell"
    assert "cannot be asked on this date: a settlement is in force" in peace["C3"].why


def test_a_slip_in_a_rule_is_said_before_anything_is_solved(tmp_path: Path, monkeypatch):
    folder = tmp_path / "valley"
    write_case(folder)
    write_record(folder / "record", "north", "south", 0, 0)
    (folder / "claims_rules.yaml").write_text(ENCOURAGED.replace("loss_share.north", "loss_share.nord"), "utf-8")
    monkeypatch.setattr("detente.answers.evaluate", None)
    for verb in (lambda: claims(folder, "2001-01-01", draws=2), lambda: analyze(folder, "2001-01-01", tmp_path)):
        with pytest.raises(CaseError, match=r"claims_rules\.yaml:9:\d+: unknown quantity 'loss_share\.nord'"):
            verb()


@pytest.mark.slow
def test_bias_needs_namings(silent_and_prolonging, responsive_and_honest):
    assert silent_and_prolonging["C2"].verdict == "the record cannot tell"  # nobody was ever named
    assert responsive_and_honest["C2"].verdict == "undermined"  # twelve of twelve fall on one side


def test_one_naming_does_not_show_bias(tmp_path: Path):
    found = planted(tmp_path / "valley", answered=17, named=1, draws=1)
    assert found["C2"].verdict == "the record cannot tell"


@pytest.mark.slow
def test_intent_and_norms_are_not_judged_but_their_tested_part_is(silent_and_prolonging):
    assert silent_and_prolonging["C4"].verdict == "outside the model"
    assert silent_and_prolonging["C4"].tested_part == "supported"
    assert silent_and_prolonging["C5"].verdict == "not a factual claim"
    assert silent_and_prolonging["C5"].tested_part == "supported"


@pytest.mark.slow
def test_swapping_the_parties_mirrors_every_verdict(tmp_path: Path, responsive_and_honest):
    swapped = planted(tmp_path / "valley", "south", "north", answered=19, named=12, rent=0.01, pride=1.5, least=1.2)
    for id, claim in responsive_and_honest.items():
        assert swapped[id].verdict == claim.verdict
        for test, other in zip(claim.tests, swapped[id].tests, strict=True):
            for part in ("low", "mid", "high"):
                assert getattr(other, part) == pytest.approx(getattr(test, part), abs=1e-9)


def test_the_record_after_the_date_is_not_used(tmp_path: Path):
    folder = tmp_path / "valley"
    planted(folder, answered=19, draws=1)
    before = claims(folder, "2000-01-01", draws=1, workers=0)
    text = (folder / "record" / "responses.csv").read_text("utf-8")
    more = "".join(f"x{n},2000-09-0{n},late,,violent,,chair,no,,none,,high,S\n" for n in range(1, 9))
    (folder / "record" / "responses.csv").write_text(text + more, "utf-8")
    assert claims(folder, "2000-01-01", draws=1, workers=0)[0] == before[0]
