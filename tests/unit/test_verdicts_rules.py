"""Rules for claims: mistakes are located; outcomes and verdicts follow from numbers; Minsk's rules read well."""

import importlib.resources
from pathlib import Path

import pytest

from detente.errors import CaseError
from detente.record import load_record
from detente.verdicts.judge import NEEDS_WORDS, VERDICTS, combined, judge, of_range
from detente.verdicts.rules import family_of, read_rules

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
        (6, "'relaps.5y' belongs to no question"),
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


def test_families():
    assert family_of("loss_share.x") == "loss"
    assert family_of("prolongation.x.years") == "prolongation"
    assert family_of("prolongation.x.held.years") == "prolongation_variants"


def minsk() -> Path:
    return Path(str(importlib.resources.files("detente") / "cases" / "minsk"))


def test_every_minsk_claim_has_a_verdict_of_the_right_kind_and_names_what_it_rests_on():
    rules = read_rules(minsk() / "claims_rules.yaml", "minsk")
    record = load_record(minsk() / "record")
    found = {claim.id: claim for claim in judge(rules, record.as_of("2021-08-05"), None)}
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
    assert len(text) == 32 and all(claim.rests_on for claim in factual)
    assert any(claim.opposed_by for claim in factual)
    assert {rule.needs for rule in rules.rules.values()} <= {None, *NEEDS_WORDS}


def test_the_record_alone_finds_reactions_without_naming():
    """What the text calls silence: nearly every listed escalation was answered, hardly any answer named a violator."""
    rules = read_rules(minsk() / "claims_rules.yaml", "minsk")
    found = {c.id: c for c in judge(rules, load_record(minsk() / "record").as_of("2021-08-05"), None)}
    answered, names, balance = found["C3d"].tests
    assert answered.outcome == "fails" and answered.mid > 0.8
    assert names.outcome == "holds" and names.high < 0.5
    assert balance.outcome == "open"
    assert found["C3d"].verdict == "mixed"
