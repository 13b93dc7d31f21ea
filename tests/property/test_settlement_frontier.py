"""Properties of frontier, search, splits and roles, on random input."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.settlement.frontier import draws_needed, level, nondominated
from detente.settlement.search import LeverGrid, SearchRules, search
from detente.settlement.split import adjusted_winner, egalitarian, nash

SMALL = st.integers(-3, 3)


@given(st.lists(st.tuples(SMALL, SMALL, SMALL), min_size=1, max_size=25))
def test_frontier_by_definition(points):
    table = np.array(points, float)
    mask = nondominated(table)
    assert mask.any()
    for n, kept in enumerate(mask):
        dominated = any((q >= table[n]).all() and (q > table[n]).any() for q in table)
        assert kept == (not dominated)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=40), st.floats(0.01, 1))
def test_the_level_is_reached_in_the_share(values, share):
    at = level(np.array(values), share)
    assert (np.array(values) >= at).sum() >= draws_needed(len(values), share)
    assert at in values


@dataclass
class Row:
    margins: tuple[float, ...]
    objectives: tuple[float, ...]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True), min_size=1, max_size=3),
    st.integers(0, 10_000),
    st.sampled_from([0.4, 0.75, 1.0]),
    st.booleans(),
)
def test_the_search_finds_the_true_frontier(amounts, seed, share, exclusive):
    """Against brute force on random tables of margins and objectives."""
    draws, options = 6, 2
    pairs = frozenset({frozenset({0, 1})}) if exclusive and len(amounts) > 1 else frozenset()
    space = LeverGrid(
        tuple(f"l{n}" for n in range(len(amounts))), tuple((None, *map(float, sorted(a))) for a in amounts), pairs
    )
    everything = [s for s in itertools.product(*space.levels) if space.allowed(s)]
    assert list(space.settings()) == everything
    rng = np.random.default_rng(seed)
    margin = {s: rng.integers(-1, 4, (options, draws, 2)) for s in everything}
    worth = {s: rng.integers(0, 4, (options, draws, 2)) for s in everything}

    def evaluate(wanted, some):
        return {
            (s, d): [Row(tuple(margin[s][k, d]), tuple(worth[s][k, d])) for k in range(options)]
            for s in wanted
            for d in some
        }

    def cost(setting):
        return sum(a or 0 for a in setting)

    found = search(space, evaluate, cost, SearchRules(draws, share, first=2, budget=100_000))
    need = draws_needed(draws, share)
    good = {}
    for s in everything:
        for k in range(options):
            if (margin[s][k] >= 0).all(axis=1).sum() >= need:
                good[(s, k)] = (*np.sort(worth[s][k], axis=0)[::-1][need - 1], -cost(s))
    truth = {c for c, p in good.items() if not any(all(b >= a for a, b in zip(p, q)) and q != p for q in good.values())}
    assert set(found.frontier()) == truth
    assert found.evaluations <= len(everything) * draws


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8).filter(
        lambda rows: any(a for a, _ in rows) and any(b for _, b in rows)
    )
)
def test_adjusted_winner_is_equitable_efficient_and_mirrors(rows):
    a, b = np.array(rows, float).T
    division = adjusted_winner(a, b)
    one, other = division.points
    assert one == pytest.approx(other, abs=1e-9) or (np.minimum(a, b) == 0).any()
    assert ((division.first > 1e-12) & (division.first < 1 - 1e-12)).sum() <= 1
    assert one + 1e-9 >= 50 or other + 1e-9 >= 50
    mirrored = adjusted_winner(b, a)
    assert sorted(mirrored.points) == pytest.approx(sorted(division.points), abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 3), st.integers(1, 5))
def test_splits_are_optimal(seed, sides, options):
    gains = np.random.default_rng(seed).uniform(0.05, 2, (sides, options))
    least = egalitarian(gains)
    assert least.sum() == pytest.approx(1)
    product = nash(gains)
    assert product.sum() == pytest.approx(1)
    for weights in np.random.default_rng(seed + 1).dirichlet(np.ones(options), 50):
        assert (gains @ weights).min() <= (gains @ least).min() + 1e-9
        assert np.log(gains @ weights).sum() <= np.log(gains @ product).sum() + 1e-6
