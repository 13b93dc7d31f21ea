"""The gap between past cases and the model: an identity per draw; each part is 0 without its cause; closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from case_files import changed, folder_with
from synthetic_run import make_run

from detente.answers.gap import Masks, beginning, first_entries, split
from detente.answers.outlook import Solved, gap_of, gathered, masks_of, pooled, weight_of
from detente.case import load_case
from detente.game import compile_case
from detente.run import Chance, Gap, GapPart, History, HistoryRow
from detente.solver import solve

# Two causes of war, one way to peace, nothing after it; the fights that are no war lead nowhere else.
CHAIN = """
format: 1
case: small
title: Small
play: {discount_rate: 0.1, noise: 0.5}
actors: {north: {kind: party}, south: {kind: party}}
states:
  phase: {values: [quiet, clash, war, peace]}
parameters:
  harm: {value: 1, fixed: yes, why: a definition}
  accidents: {range: [0.05, 0.1], unit: 1/year, why: made, basis: judgement}
  clashes: {range: [0.2, 0.4], unit: 1/year, why: made, basis: judgement}
payoffs:
  north: {war: -harm * (phase == war)}
  south: {war: -harm * (phase == war), rest: harm * (phase == peace)}
actions:
  north:
    attack: {when: phase == quiet, then: {phase: war}, rate: 0.3}
  south:
    sign: {when: phase == quiet, then: {phase: peace}, rate: 0.4}
nature:
  mishap: {when: phase == quiet, then: {phase: war}, rate: accidents}
  skirmish: {when: phase == quiet, then: {phase: clash}, rate: clashes}
  calm: {when: phase == clash, then: {phase: quiet}, rate: 2}
  end: {when: phase == war, then: {phase: quiet}, rate: 1}
outcomes:
  peace: phase == peace
  war: phase == war
  settle: {phase: peace}
threshold: {states: "phase in [clash, war]", means: 25 deaths}
situations:
  2020-01-01: {phase: quiet}
  2021-01-01: {phase: war}
"""
QUIET = "{when: phase == quiet, then: {phase: "
ATTACK = (f"attack: {QUIET}war}}", f"rest: {QUIET}quiet}}")
SAME = ('"phase in [clash, war]"', "phase == war")
NO_SKIRMISH = (f"skirmish: {QUIET}clash}}", "skirmish: {when: phase == war, then: {phase: clash}")
NO_MISHAP = (f"mishap: {QUIET}war}}", "mishap: {when: phase == clash, then: {phase: quiet}")
NO_PEACE = (f"sign: {QUIET}peace}}", f"sign: {QUIET}clash}}")


def template_of(folder, *pairs):
    return compile_case(load_case(folder_with(changed(CHAIN, *pairs), folder / f"c{len(list(folder.iterdir()))}")))


def solved(template, date="2020-01-01", **parameters):
    return solve(template.game(parameters)).require(), masks_of(template, date)


def rates(equilibrium, template):
    """Rates out of quiet: of the attack, of signing."""
    x = template.state("2020-01-01")
    return {who: equilibrium.rates(i)[1, x] for i, who in enumerate(template.players)}


def test_the_parts_of_a_chain_that_can_be_written_down(tmp_path):
    """Quiet is left for war (attack a, mishap m) or peace (s): N is 1 - e^-(a+m)t in shares of a and m, W has s too."""
    template = template_of(tmp_path, SAME, NO_SKIRMISH)
    equilibrium, masks = solved(template, accidents=0.08)
    act = rates(equilibrium, template)
    a, s, m = act["north"], act["south"], 0.08
    found = split(equilibrium, masks, 5)
    open_, closed = 1 - np.exp(-(a + m + s) * 5), 1 - np.exp(-(a + m) * 5)
    war = (a + m) / (a + m + s) * open_
    assert found.attack == pytest.approx(a / (a + m) * closed, abs=1e-10)
    assert found.accident == pytest.approx(m / (a + m) * closed, abs=1e-10)
    assert found.settlement == pytest.approx(closed - war, abs=1e-10)
    assert found.chance == pytest.approx(war, abs=1e-10)
    assert found.definition == 0.0
    assert found.attack > 0.05 and found.accident > 0.05 and found.settlement > 0.05


def test_a_wider_threshold_is_the_definition(tmp_path):
    """With the threshold at the first clash, quiet is also left at the rate of skirmishes."""
    template = template_of(tmp_path)
    equilibrium, masks = solved(template, accidents=0.06, clashes=0.3)
    act = rates(equilibrium, template)
    total = act["north"] + 0.06 + 0.3
    wide = total / (total + act["south"]) * (1 - np.exp(-(total + act["south"]) * 5))
    found = split(equilibrium, masks, 5)
    assert found.chance == pytest.approx(wide, abs=1e-10)
    assert found.definition == pytest.approx(wide - split(equilibrium, replace(masks, threshold=masks.war), 5).chance)
    assert found.definition > 0.1


@pytest.mark.parametrize("pairs", [(), (SAME,), (ATTACK,), (NO_MISHAP,), (NO_PEACE,), (SAME, NO_SKIRMISH)])
@pytest.mark.parametrize("years", [1, 5])
@pytest.mark.parametrize("date", ["2020-01-01", "2021-01-01"])
def test_the_parts_sum_to_the_chance(tmp_path, pairs, years, date):
    template = template_of(tmp_path, *pairs)
    equilibrium, masks = solved(template, date)
    found = split(equilibrium, masks, years)
    whole = first_entries(equilibrium, masks.threshold, masks.start, np.array([float(years)])).sum()
    assert found.attack + found.accident - found.settlement + found.definition == pytest.approx(whole, abs=1e-12)
    assert found.chance == pytest.approx(whole, abs=1e-12) and 0 < found.chance < 1


@pytest.mark.parametrize(
    ("pairs", "nothing"),
    [
        ((ATTACK,), "attack"),
        ((NO_MISHAP, SAME), "accident"),
        ((NO_PEACE,), "settlement"),
        ((SAME,), "definition"),
    ],
)
def test_each_part_is_nothing_where_its_cause_is_switched_off_and_something_where_it_is_not(tmp_path, pairs, nothing):
    equilibrium, masks = solved(template_of(tmp_path, *pairs))
    found = split(equilibrium, masks, 5)
    assert getattr(found, nothing) == 0.0
    whole = split(*solved(template_of(tmp_path)), 5)
    assert getattr(whole, nothing) > 0.01


def test_a_war_that_is_under_way_is_counted_from_its_end(tmp_path):
    """War ends in quiet for sure: the next one is as likely as from a quiet date."""
    template = template_of(tmp_path)
    quiet, war = split(*solved(template), 5), split(*solved(template, "2021-01-01"), 5)
    assert war.chance == pytest.approx(quiet.chance, abs=1e-10)
    assert war.settlement == pytest.approx(quiet.settlement, abs=1e-10)
    equilibrium, masks = solved(template, "2021-01-01")
    begin = beginning(equilibrium.chain(), masks.war, masks.start)
    assert begin[template.state("2020-01-01")] == pytest.approx(1.0) and begin.sum() == pytest.approx(1.0)


def test_who_enters_the_threshold_first(tmp_path):
    template = template_of(tmp_path, SAME, NO_SKIRMISH)
    equilibrium, masks = solved(template, accidents=0.08)
    a = rates(equilibrium, template)["north"]
    act, nature = first_entries(equilibrium, masks.threshold, masks.start, np.array([1.0, 5.0]))
    assert nature / act == pytest.approx(0.08 / a) and act[0] < act[1]


# ---- the pool and the waterfall ----------------------------------------------------------------------------------


def test_the_pool_is_the_mean_in_log_odds():
    assert pooled(0.2, 0.8, 0.5) == pytest.approx(0.5)
    assert pooled(0.5, 0.9, 0.5) == pytest.approx(0.75)  # odds 1 and 9: their root is 3
    assert pooled(0.5, 0.9, 0.25) == pytest.approx(3**0.5 / (1 + 3**0.5))
    assert pooled(0.3, 0.9, 0.0) == 0.3 and pooled(0.3, 0.9, 1.0) == pytest.approx(0.9)
    assert pooled(None, 0.9, 0.5) == 0.9 and pooled(0.3, None, 0.5) == 0.3
    assert pooled(None, 0.9, 0.0) is None and pooled(None, None, 0.5) is None


def test_one_that_is_sure_does_not_outvote_the_other():
    assert pooled(0.5, 0.0, 0.5) == pooled(0.5, 0.001, 0.5) == pytest.approx(1 / (1 + 999**0.5))
    assert pooled(0.5, 1.0, 0.5) == pytest.approx(1 - 1 / (1 + 999**0.5))


def test_the_model_weighs_half_unless_the_run_says_otherwise():
    assert weight_of(None) == 0.5
    row = HistoryRow(
        id="wars", label="wars begun", unit="count", start="2000-01-01", until="2010-01-01", headline="war",
        leans_on=(), recorded=5.0, low=0.0, mid=1.0, high=3.0, inside=False, tail=0.01, histories=200,
        prior=(0.0, 1.0, 4.0), constant=(1.0, 2.0, 3.0), counts=True,
    )  # fmt: skip
    for update, weight in (({}, 0.0), ({"inside": True}, 0.5), ({"headline": ""}, 0.5), ({"counts": False}, 0.5)):
        statistics = (row.model_copy(update=update),)
        history = History(date="2010-01-01", until="2010-01-01", basis="posterior", draws=200, statistics=statistics)
        assert weight_of(make_run().model_copy(update={"history": history})) == weight
    assert weight_of(make_run()) == 0.5


def test_the_waterfall_sums_to_past_cases_less_the_model():
    parts = np.array([[0.2, 0.1, 0.05, 0.02], [0.4, 0.1, 0.15, 0.0]])
    model = float((parts @ [1, 1, -1, 1]).mean())
    five = Chance(years=5, prior=(0, 0.3, 1), class_mean=0.5, model_mean=model)
    gap = gap_of(five, parts)
    assert gap.difference == pytest.approx(0.5 - 0.31)
    assert {p.name: p.mean for p in gap.parts} == pytest.approx(
        {"past_cases": 0.5, "attack": -0.3, "accident": -0.1, "settlement": 0.1, "definition": -0.01}
    )
    assert sum(p.mean for p in gap.parts) == pytest.approx(gap.difference, abs=1e-12)
    assert (gap.parts[1].low, gap.parts[1].high) == pytest.approx((-0.39, -0.21))


def test_without_past_cases_there_is_no_difference_and_why():
    gap = gap_of(Chance(years=5, model_mean=0.31, why_no_class="no facts"), np.array([[0.3, 0.1, 0.1, 0.01]]))
    assert (gap.difference, gap.past, gap.why) == (None, None, "no facts")
    assert [p.name for p in gap.parts] == ["attack", "accident", "settlement", "definition"]


def test_a_part_that_is_nothing_is_not_less_than_nothing():
    gap = gap_of(Chance(years=5, class_mean=0.1, model_mean=0.0), np.zeros((2, 4)))
    assert all(str(p.mean) != "-0.0" and str(p.low) != "-0.0" for p in gap.parts)


def test_draws_without_a_solution_are_counted():
    rows = [{"failed": "no luck"}, {"war": [0.1] * 4, "peace": [0.2] * 4, "parts": [0.1, 0, 0, 0]}, {"failed": "none"}]
    found = Solved.of(rows)
    assert (len(found), found.lost, found.why) == (1, 2, "no luck") and found.war.shape == (1, 4)


def test_a_settlement_in_force_leaves_nothing_to_forecast(tmp_path):
    template = template_of(tmp_path, ("2021-01-01: {phase: war}", "2021-01-01: {phase: peace}"))
    masks = masks_of(template, "2021-01-01")
    rows = Solved(np.full((2, 4), 0.1), np.ones((2, 4)), np.tile([0.1, 0.0, 0.0, 0.0], (2, 1)), 0, "")
    found = gathered(template.case, "2021-01-01", masks, rows, None, 0.5)
    assert all(one.pool is None and one.model_mean is None for one in found.peace)
    assert found.peace[0].why_no_model == "a settlement is in force on the date"
    assert isinstance(masks, Masks) and isinstance(found.gap, Gap) and isinstance(found.gap.parts[0], GapPart)
