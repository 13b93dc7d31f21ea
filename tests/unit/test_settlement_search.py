"""The search finds the true frontier where it can be written down, and is anytime and resumable."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from detente.settlement.frontier import cannot_hold, draws_needed, level, nondominated
from detente.settlement.search import LeverGrid, SearchRules, search

SHOCKS = np.linspace(-1, 1, 20)


@dataclass
class Row:
    margins: tuple[float, ...]
    objectives: tuple[float, ...]


SPACE = LeverGrid(
    ("guarantee", "aid", "rival"),
    ((None, 1.0, 2.0, 3.0), (None, 0.5, 1.0), (None, 1.0)),
    frozenset({frozenset({0, 2})}),
)


def cost(setting):
    guarantee, aid, rival = (a or 0.0 for a in setting)
    return 0.3 * guarantee + aid + 2 * rival


def row(setting, option, shock):
    guarantee, aid, rival = (a or 0.0 for a in setting)
    strength = guarantee + 2.5 * rival - 0.2 * shock
    gain = (0.6, -0.2)[option] + aid * (0.5, 1.5)[option] - 0.1 * shock
    return Row((gain, strength - (2.0, 0.9)[option]), (1 - np.exp(-strength - option), gain))


class Evaluator:
    def __init__(self):
        self.calls = 0

    def __call__(self, settings, draws):
        self.calls += 1
        return {(s, d): [row(s, k, SHOCKS[d]) for k in (0, 1)] for s in settings for d in draws}


def truth(share):
    """The frontier by brute force, from the definition."""
    candidates = []
    for setting in itertools.product(*SPACE.levels):
        if setting[0] is not None and setting[2] is not None:
            continue
        for option in (0, 1):
            rows = [row(setting, option, shock) for shock in SHOCKS]
            held = sum(min(r.margins) >= 0 for r in rows)
            if held >= share * len(rows) - 1e-9:
                values = [sorted((r.objectives[n] for r in rows), reverse=True)[held_at(share)] for n in (0, 1)]
                candidates.append(((setting, option), (*values, -cost(setting))))
    return {
        c for c, p in candidates
        if not any(all(b >= a for a, b in zip(p, q)) and q != p for _, q in candidates)
    }  # fmt: skip


def held_at(share):
    return int(np.ceil(share * len(SHOCKS) - 1e-9)) - 1


@pytest.mark.parametrize("share", [0.5, 0.8, 0.9, 1.0])
def test_true_frontier_on_an_enumerable_case(share):
    found = search(SPACE, Evaluator(), cost, SearchRules(draws=20, share=share, first=4))
    assert found.exhaustive and found.finished
    assert len(truth(share)) >= 2
    assert set(found.frontier()) == truth(share)


def test_dropping_early_saves_evaluations_but_changes_nothing():
    hasty = search(SPACE, Evaluator(), cost, SearchRules(draws=20, share=0.9, first=4))
    patient = search(SPACE, Evaluator(), cost, SearchRules(draws=20, share=0.9, first=20))
    assert set(hasty.frontier()) == set(patient.frontier())
    assert hasty.evaluations < 0.8 * patient.evaluations


def test_outward_search_says_that_it_did_not_look_everywhere_and_finds_what_holds():
    found = search(SPACE, Evaluator(), cost, SearchRules(draws=20, share=0.9, first=2, budget=55))
    assert not found.exhaustive
    assert found.evaluations <= 55 + 20
    assert found.frontier()
    assert set(found.frontier()) <= set(found.feasible())


def test_nothing_holds_then_the_nearest_is_followed_through_all_draws():
    def hopeless(settings, draws):
        return {
            (s, d): [Row((-1.0 + 0.1 * (s[1] or 0) - 0.01 * SHOCKS[d],), (0.5, 0.5))] for s in settings for d in draws
        }

    found = search(SPACE, hopeless, cost, SearchRules(draws=20, share=0.9, keep=3))
    assert found.frontier() == []
    best = found.nearest(3, complete=True)
    assert len(best) == 2  # half of them at most with the same option, and there is only one
    assert best[0][0][1] == 1.0
    assert found.shortfall(best[0]) == pytest.approx(0.9 + 0.01 * SHOCKS[17])


def test_every_round_hands_over_what_is_known_so_that_an_interrupt_loses_nothing():
    rounds = []

    def stop_after_two(found):
        rounds.append((found.evaluations, len(found.frontier())))
        if len(rounds) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(SPACE, Evaluator(), cost, SearchRules(draws=20, share=0.5), each_round=stop_after_two)
    assert rounds[0][0] < rounds[1][0]


def test_a_cap_cuts_branches():
    capped = list(SPACE.settings(lambda s: cost(s) <= 0.7))
    assert capped == [s for s in SPACE.settings() if cost(s) <= 0.7]
    assert 0 < len(capped) < len(list(SPACE.settings()))


def test_neighbours_replace_a_rival_lever():
    assert (1.0, None, None) in SPACE.neighbours((None, None, 1.0))
    assert all(SPACE.allowed(s) for s in SPACE.neighbours((3.0, 0.5, None)))


def test_level_and_share_are_one_statement():
    rng = np.random.default_rng(1)
    for share in (0.5, 0.73, 0.9, 1.0):
        values = rng.normal(size=37)
        at = level(values, share)
        assert (values >= at).mean() >= share
        assert (values > at).mean() < share
    assert draws_needed(20, 0.9) == 18
    assert cannot_hold(np.array([[-1.0]] * 3 + [[1.0]]), 20, 0.9)
    assert not cannot_hold(np.array([[-1.0]] * 2 + [[1.0]]), 20, 0.9)


def test_equal_points_do_not_dominate_each_other():
    assert nondominated(np.array([[1.0, 2], [1, 2], [0, 3], [0, 2]])).tolist() == [True, True, True, False]
