"""Questions about how a conflict is modelled: each is asked where it should be, and not of the starter."""

from pathlib import Path

import pytest
from case_files import PACKAGES, STARTER

from detente.case import load_case
from detente.checks.describe import check
from detente.errors import CaseError

TEXT = STARTER.read_text("utf-8")


def asked(folder: Path, text: str, solve: bool = False) -> list[str]:
    (folder / "case.yaml").write_text(text, "utf-8")
    report = check(folder, solve)
    assert not report.errors
    return [d.what for d in report.diagnostics if d.severity == "note"]


def changed(*pairs: tuple[str, str], text: str = TEXT) -> str:
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    return text


def test_the_starter_raises_no_question(tmp_path):
    assert not asked(tmp_path, TEXT, solve=True)


@pytest.mark.parametrize(
    ("why", "spoken"),
    [
        ("Wars here last 1 to 44 days.", "1 day to 44 days"),
        ("Wars here last two weeks.", "14 days"),
        ("Wars here last seven and a half years.", "7.5 years"),
        ("It takes half a month, at one a year.", "15.2 days"),
    ],
)
def test_a_rate_whose_reason_speaks_of_other_lengths(tmp_path, why, spoken):
    text = changed(("Wars of this kind last half a year to two years.", why))
    words = f"the range of 'exhaustion_rate' means once in 183 days to 2 years, and its reason speaks of {spoken}"
    assert asked(tmp_path, text) == [words]


@pytest.mark.parametrize(
    "why", ["Wars last 200 days.", "Wars last from 3 to 30 months.", "Two wars a year.", "Few wars are long."]
)
def test_lengths_that_go_with_the_range_raise_no_question(tmp_path, why):
    assert not asked(tmp_path, changed(("Wars of this kind last half a year to two years.", why)))


def test_what_is_counted_twice(tmp_path):
    counts = "counts:\n  land: {terms: [north.stake, north.ground]}\n\npayoffs:"
    twice = changed(
        ("payoffs:", counts), ("    war: -war_cost * (phase == war)\n", "    ground: peace_worth * (control == all)\n")
    )
    assert asked(tmp_path, twice) == ["north.stake and north.ground both count 'land' in the same states"]
    apart = changed(("if phase == peace else control.share\n", "if phase == peace else 0\n"), text=twice)
    apart = changed(("(control == all)", "(control == all and phase != peace)"), text=apart)
    assert not asked(tmp_path, apart)
    assert not asked(tmp_path, changed(("north.ground]}", "north.ground], why: one is pride}"), text=twice))


def test_shares_of_one_stake_sum_to_one_at_most(tmp_path):
    divided = changed(("payoffs:", "counts:\n  land: {terms: [north.stake, south.stake], divisible: yes}\n\npayoffs:"))
    assert not asked(tmp_path, divided)
    more = changed(("stake: half_share if", "stake: half_share + peace_worth if"), text=divided)
    found = asked(tmp_path, more)
    assert found == ["the terms that divide 'land' sum to 1.5 in a state (phase peace, control none, process dormant)"]


def test_terms_that_the_case_does_not_have(tmp_path):
    text = changed(("payoffs:", "counts:\n  land: {terms: [north.stake, south.steak]}\n\npayoffs:"))
    (tmp_path / "case.yaml").write_text(text, "utf-8")
    with pytest.raises(CaseError, match=r"unknown payoff term 'south.steak'.*did you mean 'south.stake'"):
        load_case(tmp_path)


def test_an_actor_that_is_paid_and_can_never_act_again(tmp_path):
    """South may act only while some ground is its own, and ground no longer changes hands."""
    still = [
        (
            "  north_advances:\n    when: phase == war\n",
            "  north_advances:\n    when: phase == war and control == half\n",
        )
    ]
    still += [
        (
            "  south_advances:\n    when: phase == war\n",
            "  south_advances:\n    when: phase == war and control == half\n",
        )
    ]
    gone = changed(*still, ("situations:", "situations:\n  2025-01-01: {phase: war, control: all, process: dormant}"))
    head, south, rest = gone.partition("  south:\n    accept:")
    rest = rest.replace("when: process", "when: control != all and process", 2).replace(
        "when: phase != war", "when: control != all and phase != war", 1
    )
    assert asked(tmp_path, head + south + rest) == [
        "from 2025-01-01 on, south can never act again, and what it gets still varies"
    ]


def test_terms_that_are_worse_than_what_a_signatory_has(tmp_path):
    """Whoever holds all the ground, and would get half of it and little beside, is asked why it would sign."""
    poor = [
        (
            '    range: [0.1, 0.5]\n    unit: value/year\n    why: "Trade',
            '    range: [0.02, 0.08]\n    unit: value/year\n    why: "Trade',
        )
    ]
    text = changed(
        *poor, ("2024-01-01: {phase: ceasefire, control: half", "2024-01-01: {phase: ceasefire, control: all")
    )
    assert asked(tmp_path, text) == ["'settled' gives north less a year than it has without it on 2024-01-01"]


def test_acts_that_never_happen_and_variables_that_change_nothing(tmp_path):
    never = changed(("      cost: attack_cost\n  south:", "      cost: 40 * attack_cost\n  south:"))
    assert asked(tmp_path, never, solve=True) == [
        "north.attack is as good as never taken in 20 years, in any of 4 draws"
    ]
    idle = changed(
        ("  process: {values: [dormant", "  flag: {values: [low, high]}\n  process: {values: [dormant"),
        ("when: process == talks\n", "when: process == talks and flag in [low, high]\n"),
        ("nature:", "nature:\n  up: {when: flag == low, then: {flag: high}, rate: lapse_rate}\n"
                    "  down: {when: flag == high, then: {flag: low}, rate: lapse_rate}\n"),
        ("control: half, process: dormant}\n", "control: half, flag: low, process: dormant}\n"),
        ("2024-01-01: {phase: ceasefire, control: half, ", "2024-01-01: {phase: ceasefire, control: half, flag: low, "),
    )  # fmt: skip
    assert asked(tmp_path, idle, solve=True) == [
        "'flag' changes no answer: states that differ in nothing else are worth the same to all"
    ]


def test_a_ceiling_on_activity_that_plays_no_part(tmp_path):
    (tmp_path / "case.yaml").write_text(PACKAGES, "utf-8")
    told = [d.what for d in check(tmp_path, solve=False).diagnostics if "tempo" in d.what]
    assert told == ["'tempo' plays no part where acts come up on occasions of their own"]
