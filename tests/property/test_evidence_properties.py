"""What holds for every path and every relabelling."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.evidence.filter import Filter
from detente.evidence.jumps import JumpTable
from detente.evidence.path import Channel, Mark, Path, Recording
from detente.evidence.posterior import overlap, weigh

K = 4


def world(seed):
    rng = np.random.default_rng(seed)
    entries = sorted(
        {(k, x, int(rng.integers(K))) for k in range(3) for x in range(K) if rng.random() < 0.8} | {(0, 0, 1)}
    )
    table = JumpTable(("a.a", "b.b", "c.c"), *(np.array(c) for c in zip(*entries, strict=True)), K)
    channels = (Channel("a", table.entries({"a.a"})), Channel("b or c", table.entries({"b.b", "c.c"})))
    return (
        table,
        channels,
        rng.uniform(0.1, 2.0, (2, table.size)),
        rng.uniform(0.1, 0.9, (2, 2, 1)),
        rng.dirichlet(np.ones(K)),
    )


times = st.lists(st.floats(0.01, 2.9), max_size=4).map(sorted)
seeds = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None)
@given(seeds, times)
def test_relabelling_states_changes_nothing(seed, at):
    table, channels, rates, p, initial = world(seed)
    marks = tuple(Mark(t, n % 2) for n, t in enumerate(at))
    before = Filter(table, channels, rates, Recording(p)).run(Path(3.0, initial, marks)).log_likelihood
    new = np.random.default_rng(seed + 1).permutation(K)
    order = np.lexsort((new[table.target], new[table.source], table.kind))
    moved = JumpTable(table.kinds, table.kind[order], new[table.source][order], new[table.target][order], K)
    again = tuple(Channel(c.name, np.flatnonzero(np.isin(order, c.entries))) for c in channels)
    start = np.zeros(K)
    start[new] = initial
    after = Filter(moved, again, rates[:, order], Recording(p)).run(Path(3.0, start, marks)).log_likelihood
    assert np.allclose(before, after, rtol=1e-11, atol=1e-11)


@settings(max_examples=25, deadline=None)
@given(seeds, times, st.floats(0.1, 20.0))
def test_the_unit_of_time_only_scales_the_density_of_marks(seed, at, unit):
    table, channels, rates, p, initial = world(seed)
    marks = tuple(Mark(t, n % 2) for n, t in enumerate(at))
    before = Filter(table, channels, rates, Recording(p)).run(Path(3.0, initial, marks)).log_likelihood
    scaled = tuple(Mark(t * unit, n % 2) for n, t in enumerate(at))
    after = Filter(table, channels, rates / unit, Recording(p)).run(Path(3.0 * unit, initial, scaled)).log_likelihood
    same = np.isneginf(before) & np.isneginf(after)
    assert (same | np.isclose(before, after + len(at) * np.log(unit), rtol=1e-9, atol=1e-9)).all()


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(0.05, 1.0))
def test_one_act_or_none_in_a_short_time_is_certain(seed, length):
    """Probabilities of short records sum to 1: nothing, and one mark anywhere, leave out only the second order."""
    table, channels, rates, p, initial = world(seed)
    short = 1e-3 * length
    run = Filter(table, channels, rates, Recording(p)).run
    nothing = np.exp(run(Path(short, initial)).log_likelihood)
    once = sum(np.exp(run(Path(short, initial, (Mark(0.0, c, until=short),))).log_likelihood) for c in range(2))
    assert np.allclose(nothing + once, 1.0, atol=(short * rates.sum(axis=1).max()) ** 2)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_steps_sum_to_the_whole_and_splitting_a_quiet_stretch_changes_nothing(seed):
    table, channels, rates, p, initial = world(seed)
    recording = Recording(np.repeat(p, 2, axis=2), np.array([1.3]))
    marks = (Mark(0.4, 0), Mark(2.0, 1))
    one = Filter(table, channels, rates, Recording(p)).run(Path(3.0, initial, marks))
    two = Filter(table, channels, rates, recording).run(Path(3.0, initial, marks))
    assert np.allclose(one.log_likelihood, two.log_likelihood, rtol=1e-11)
    finite = np.isfinite(one.log_likelihood)
    assert np.allclose(one.increments.sum(axis=0)[finite], one.log_likelihood[finite])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=2, max_size=40), st.floats(-1e3, 1e3))
def test_weights_are_weights(logs, shift):
    like = np.array(logs)
    prior = np.full(len(like), -np.log(len(like)))
    one, two = weigh(prior, like), weigh(prior, like + shift)
    assert np.isclose(one.weights.sum(), 1.0)
    assert 1 - 1e-9 <= one.ess <= len(like) * (1 + 1e-9)
    assert np.isclose(two.log_evidence, one.log_evidence + shift)
    assert 0 <= overlap(prior, one.weights, like) <= 1 + 1e-9
