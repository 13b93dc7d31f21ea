"""The filter against independent computations: dense exponentials, quadrature, enumeration, an ODE solver."""

import itertools

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from detente.evidence.filter import Filter
from detente.evidence.jumps import JumpTable
from detente.evidence.likelihood import Likelihood
from detente.evidence.path import CHANGE, Channel, Gap, Mark, Path, Pin, Recording

K = 6


def table_of(entries, n_states=K):
    entries = sorted(entries)
    kind, source, target = (np.array(c) for c in zip(*entries, strict=True))
    return JumpTable(tuple(f"k{n}.a" for n in range(kind.max() + 1)), kind, source, target, n_states)


def random_table(rng, kinds=4, n_states=K):
    entries = {(k, x, int(rng.integers(n_states))) for k in range(kinds) for x in range(n_states) if rng.random() < 0.8}
    entries |= {(0, x, x) for x in range(n_states)}  # an act without effect
    return table_of(entries, n_states)


class Dense:
    """The same model, written with dense matrices for one draw."""

    def __init__(self, table, channels, rates, p):
        self.table, self.channels, self.rates, self.p = table, channels, rates, p
        n = table.n_states
        self.d1 = np.zeros((len(channels), n, n))
        heard = np.zeros(table.size)
        for c, channel in enumerate(channels):
            for e in channel.entries:
                self.d1[c, table.source[e], table.target[e]] += p[c] * rates[e]
                heard[e] += p[c]
        self.d0 = np.zeros((n, n))
        for e in range(table.size):
            self.d0[table.source[e], table.target[e]] += (1 - heard[e]) * rates[e]
            self.d0[table.source[e], table.source[e]] -= rates[e]

    def silent(self):
        return self.d0 + self.d1.sum(axis=0)


def setup(seed, draws=1):
    rng = np.random.default_rng(seed)
    table = random_table(rng)
    channels = (
        Channel("zero", table.entries({"k0.a"})),
        Channel("one or two", table.entries({"k1.a", "k2.a"})),
        Channel("two", table.entries({"k2.a"})),
    )
    rates = rng.uniform(0.1, 3.0, (draws, table.size))
    p = rng.uniform(0.1, 0.45, (draws, len(channels), 1))
    initial = rng.dirichlet(np.ones(K))
    return table, channels, rates, p, initial


@pytest.mark.parametrize("seed", range(5))
def test_unknown_authors_and_missing_records_match_dense_exponentials(seed):
    table, channels, rates, p, initial = setup(seed, draws=3)
    marks = (Mark(0.3, 0), Mark(0.35, 1), Mark(0.35, 2), Mark(2.0, 1))
    got = Filter(table, channels, rates, Recording(p)).run(Path(2.5, initial, marks))
    for d in range(3):
        dense = Dense(table, channels, rates[d], p[d, :, 0])
        alpha, time = initial, 0.0
        for mark in marks:
            alpha = alpha @ expm(dense.d0 * (mark.time - time)) @ dense.d1[mark.channel]
            time = mark.time
        expected = np.log((alpha @ expm(dense.d0 * (2.5 - time))).sum())
        assert got.log_likelihood[d] == pytest.approx(expected, abs=1e-10)
        assert got.increments[:, d].sum() == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_unknown_author_is_the_sum_over_authors(seed):
    table, _, rates, _, initial = setup(seed)
    single = tuple(Channel(k, table.entries({k})) for k in ("k1.a", "k2.a"))
    both = (Channel("either", table.entries({"k1.a", "k2.a"})),)
    times = (0.2, 0.9, 1.4)
    path = Path(2.0, initial, tuple(Mark(t, 0) for t in times))
    p = np.full((1, 1, 1), 0.4)
    got = Filter(table, both, rates, Recording(p)).run(path).log_likelihood[0]
    total = 0.0
    for authors in itertools.product((0, 1), repeat=3):
        known = Path(2.0, initial, tuple(Mark(t, a) for t, a in zip(times, authors, strict=True)))
        total += np.exp(Filter(table, single, rates, Recording(np.full((1, 2, 1), 0.4))).run(known).log_likelihood[0])
    assert got == pytest.approx(np.log(total), abs=1e-10)


def test_coarse_dates_match_quadrature():
    table, channels, rates, p, initial = setup(7)
    nodes, weights = np.polynomial.legendre.leggauss(10)

    run = Filter(table, channels, rates, Recording(p)).run

    def exact(*marks):
        return np.exp(run(Path(2.0, initial, tuple(sorted(marks, key=lambda m: m.time)))).log_likelihood[0])

    def over(low, high):
        return [(low + (high - low) * (n + 1) / 2, w * (high - low) / 2) for n, w in zip(nodes, weights, strict=True)]

    coarse = (Mark(0.4, 0, until=1.2), Mark(0.7, 1), Mark(1.0, 2, until=1.6))
    got = Filter(table, channels, rates, Recording(p)).run(Path(2.0, initial, coarse)).log_likelihood[0]
    # the order of the three is open: integrate each piece in which it is fixed
    pieces_a, pieces_b = ((0.4, 0.7), (0.7, 1.0), (1.0, 1.2)), ((1.0, 1.2), (1.2, 1.6))
    total = 0.0
    for a, b in itertools.product(pieces_a, pieces_b):
        if a == b:
            continue
        total += sum(
            wa * wb * exact(Mark(ta, 0), Mark(0.7, 1), Mark(tb, 2)) for ta, wa in over(*a) for tb, wb in over(*b)
        )
    for ta, wa in over(1.0, 1.2):  # both in the same piece: two triangles
        total += sum(wa * wb * exact(Mark(ta, 0), Mark(0.7, 1), Mark(tb, 2)) for tb, wb in over(1.0, ta))
        total += sum(wa * wb * exact(Mark(ta, 0), Mark(0.7, 1), Mark(tb, 2)) for tb, wb in over(ta, 1.2))
    assert got == pytest.approx(np.log(total), abs=1e-10)


def test_pins_gaps_and_spells_match_an_ode_solver():
    table, channels, rates, p, initial = setup(11)
    p = np.concatenate([p, p / 2], axis=2)
    recording = Recording(p, np.array([1.1]))
    mask = np.array([1, 1, 1, 1, 0, 0], bool)
    path = Path(3.0, initial, (Mark(0.5, 0), Mark(2.6, 1)), (Pin(0.8, 1.5, mask),), (Gap(1.8, 2.4),))
    got = Filter(table, channels, rates, recording).run(path).log_likelihood[0]
    first, second = (Dense(table, channels, rates[0], p[0, :, s]) for s in (0, 1))
    cut = np.outer(mask, mask)

    def carry(alpha, matrix, duration):
        flow = solve_ivp(lambda _, y: y @ matrix, (0, duration), alpha, method="DOP853", rtol=1e-13, atol=1e-16)
        return flow.y[:, -1]

    alpha = carry(initial, first.d0, 0.5) @ first.d1[0]
    alpha = carry(alpha, first.d0, 0.3) * mask
    alpha = carry(alpha, first.d0 * cut, 0.3)
    alpha = carry(alpha, second.d0 * cut, 0.4)
    alpha = carry(alpha, second.d0, 0.3)
    alpha = carry(alpha, second.silent(), 0.6)
    alpha = carry(alpha, second.d0, 0.2) @ second.d1[1]
    assert got == pytest.approx(np.log(carry(alpha, second.d0, 0.4).sum()), abs=1e-10)


def test_fully_observed_path_is_the_formula_of_model_md():
    table = table_of([(0, 0, 1), (1, 1, 0), (0, 1, 1)], 2)
    rates, p = np.array([[0.7, 1.3, 0.4]]), np.array([[[0.9], [0.8]]])
    channels = (Channel("a", table.entries({"k0.a"})), Channel("b", table.entries({"k1.a"})))
    marks = (Mark(0.5, 0), Mark(0.8, 0), Mark(1.5, 1))
    pins = (
        Pin(0, 0.5, np.array([1, 0], bool)),
        Pin(0.5, 1.5, np.array([0, 1], bool)),
        Pin(1.5, 2, np.array([1, 0], bool)),
    )
    got = (
        Filter(table, channels, rates, Recording(p)).run(Path(2.0, np.array([1.0, 0.0]), marks, pins)).log_likelihood[0]
    )
    by = {(k, s): r for k, s, r in zip(table.kind, table.source, rates[0], strict=True)}
    log_marks = np.log(0.9 * by[0, 0]) + np.log(0.9 * by[0, 1]) + np.log(0.8 * by[1, 1])
    # changes are certain to be noticed (the state is known): the whole rate counts; the act without effect: p * rate
    integral = by[0, 0] * (0.5 + 0.5) + (by[1, 1] + 0.9 * by[0, 1]) * 1.0
    assert got == pytest.approx(log_marks - integral, abs=1e-12)


def test_change_without_a_recorded_act_has_any_unrecorded_cause():
    table, channels, rates, p, initial = setup(13)
    low, high = np.array([1, 1, 1, 0, 0, 0], bool), np.array([0, 0, 0, 1, 1, 1], bool)
    path = Path(1.0, initial, (Mark(0.6, CHANGE),), (Pin(0, 0.6, low), Pin(0.6, 1.0, high)))
    got = Filter(table, channels, rates, Recording(p)).run(path).log_likelihood[0]
    dense = Dense(table, channels, rates[0], p[0, :, 0])
    leap = np.where(np.eye(K, dtype=bool), 0.0, dense.d0)
    alpha = (initial * low) @ expm(dense.d0 * np.outer(low, low) * 0.6) @ leap * high
    assert got == pytest.approx(np.log((alpha @ expm(dense.d0 * np.outer(high, high) * 0.4)).sum()), abs=1e-10)


@pytest.mark.slow
def test_impossible_paths_have_likelihood_zero_and_fast_rates_do_not_underflow():
    table = table_of([(0, 0, 1), (1, 1, 0)], 2)
    channels = (Channel("a", table.entries({"k0.a"})), Channel("b", table.entries({"k1.a"})))
    run = Filter(table, channels, np.array([[1.0, 1.0], [4000.0, 4000.0]]), Recording(np.full((2, 2, 1), 0.9))).run
    assert (run(Path(1.0, np.array([1.0, 0.0]), (Mark(0.1, 0), Mark(0.1, 0)))).log_likelihood < 0).all()
    sure = Filter(table, channels, np.array([[1.0, 1.0]]), Recording(np.ones((1, 2, 1)))).run
    assert sure(Path(1.0, np.array([1.0, 0.0]), (Mark(0.1, 1),))).log_likelihood[0] == -np.inf
    quiet = run(Path(30.0, np.array([1.0, 0.0]))).log_likelihood
    # two hidden-chain eigenvalues decide: d0 = r [[-1, .1], [.1, -1]], so log mass = -.9 r t + log(1 - o(1))
    assert quiet[1] == pytest.approx(-0.9 * 4000 * 30, rel=1e-12)


def test_eighteen_events_in_twenty_four_months():
    table = table_of([(0, 0, 0)], 1)
    run = Filter(table, (Channel("a", np.array([0])),), np.array([[0.5], [1.0]]), Recording(np.ones((2, 1, 1)))).run
    marks = tuple(Mark(24 * (n + 0.5) / 18, 0) for n in range(18))
    half, one = run(Path(24.0, np.ones(1), marks)).log_likelihood
    assert half - one == pytest.approx(-0.47665, abs=5e-6)


@pytest.mark.parametrize("seed", range(3))
def test_gradient_matches_finite_differences(seed):
    table, channels, rates, p, initial = setup(seed + 20)
    p = np.concatenate([p, p / 2], axis=2)
    mask = np.array([1, 1, 1, 1, 0, 1], bool)
    marks = (Mark(0.2, 0), Mark(0.4, 1, until=0.9), Mark(0.5, 2, until=1.3), Mark(1.2, CHANGE), Mark(2.7, 1))
    path = Path(3.0, initial, marks, (Pin(0.7, 1.4, mask),), (Gap(1.9, 2.2, (1,)),))
    breaks = np.array([1.0])

    def value(r, q):
        return Filter(table, channels, r[None], Recording(q[None], breaks)).run(path).log_likelihood[0]

    laid = Likelihood.of(table, channels, path, breaks)
    got = laid.score(rates[0], p[0])
    assert got.log_likelihood == pytest.approx(value(rates[0], p[0]), abs=1e-11)
    assert laid.log(rates[0], p[0]) == got.log_likelihood
    assert laid.log(100 * rates[0], p[0]) == pytest.approx(value(100 * rates[0], p[0]), abs=1e-9)  # several pieces
    step = 1e-5
    for e in range(table.size):
        up, down = rates[0].copy(), rates[0].copy()
        up[e], down[e] = up[e] + step, down[e] - step
        assert got.rates[e] == pytest.approx((value(up, p[0]) - value(down, p[0])) / (2 * step), abs=2e-8)
    for c, s in itertools.product(range(3), range(2)):
        up, down = p[0].copy(), p[0].copy()
        up[c, s], down[c, s] = up[c, s] + step, down[c, s] - step
        expected = (value(rates[0], up) - value(rates[0], down)) / (2 * step)
        assert got.recording[c, s] == pytest.approx(expected, abs=2e-8)
