import sys
from dataclasses import replace
from pathlib import Path as Folder

import numpy as np
import pytest
from scipy.linalg import expm

sys.path.insert(0, str(Folder(__file__).parent.parent / "recovery"))

from evidence_toy import TABLE, channels, game, scheme

from detente.evidence.filter import Filter
from detente.evidence.gradient import likelihood_gradient
from detente.evidence.jumps import jump_rates
from detente.evidence.likelihood import Likelihood
from detente.evidence.path import Mark, Path, Recording
from detente.evidence.simulate import observe, simulate
from detente.solver import solve

AT = {"rent": 0.5, "peace": 0.3, "noise": 0.4, "spite": 0.1}


@pytest.mark.parametrize("shocks", ["occasions", "reference"])
def test_gradient_through_the_equilibrium_matches_solving_again(shocks):
    def shocked(**parameters):
        return replace(game(**parameters), shocks=shocks)

    recording = Recording(np.array([[[0.9], [0.6], [0.7]]]))
    equilibrium = solve(shocked(**AT))
    rates = jump_rates(equilibrium.game, equilibrium.strategies, TABLE)
    rng = np.random.default_rng(0)
    path = observe(simulate(TABLE, rates, 0, 6.0, rng), TABLE, scheme(6.0), recording, draw=0, rng=rng)
    assert len(path.marks) >= 3
    found, gradient = likelihood_gradient(
        equilibrium,
        lambda p: shocked(**p),
        AT,
        table=TABLE,
        likelihood=Likelihood.of(TABLE, channels(), path, recording.breaks),
        recording=recording.probability[0],
    )

    def log_likelihood(parameters):
        solved = solve(shocked(**parameters), tol=1e-13)
        moved = jump_rates(solved.game, solved.strategies, TABLE)
        return Filter(TABLE, channels(), moved[None], recording).run(path).log_likelihood[0]

    summed = np.bincount(
        TABLE.source, weights=np.where(TABLE.source != TABLE.target, rates, 0.0), minlength=TABLE.n_states
    )
    assert summed == pytest.approx(-equilibrium.generator.diagonal())  # what the record is held against is the chain
    assert found.log_likelihood == pytest.approx(log_likelihood(AT), abs=1e-8)
    for name, value in AT.items():
        h = 1e-4
        up, down = log_likelihood({**AT, name: value + h}), log_likelihood({**AT, name: value - h})
        assert gradient[name] == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("ceiling", [3.0, 200.0])
def test_likelihood_under_occasions_against_the_formula_and_dense_exponentials(ceiling):
    """Rates from the values by the formula of docs/engine.md; then the forward algorithm in dense matrices."""
    solved = solve(replace(game(**AT), shocks="occasions", ceiling=ceiling), tol=1e-13).require()
    made, k = solved.game, solved.game.n_states
    through = np.zeros(TABLE.size)
    for i, moves in enumerate(made.moves):
        values, name = solved.values[i], made.players[i]
        for a in range(1, len(moves.names)):
            to = moves.transition[a * k : (a + 1) * k].toarray()
            worth = moves.impulses[i, a] + to @ values - values
            x = np.exp(worth / made.noise[i])
            rate = np.where(moves.available[a], moves.reference_rate[a] * x / (1 + (x - 1) / ceiling), 0.0)
            for e in TABLE.entries({f"{name}.{moves.names[a]}"}):
                through[e] = rate[TABLE.source[e]] * to[TABLE.source[e], TABLE.target[e]]
    for e, event in enumerate(made.nature.names):
        jumps = made.nature.transition[e * k : (e + 1) * k].toarray()
        for n in TABLE.entries({f"nature.{event}"}):
            through[n] = made.nature.hazards[e, TABLE.source[n]] * jumps[TABLE.source[n], TABLE.target[n]]
    rates = jump_rates(made, solved.strategies, TABLE)
    assert (rates > 0).sum() >= 8
    assert rates == pytest.approx(through, rel=1e-9, abs=1e-12)

    recorded, heard = np.array([0.9, 0.6, 0.7]), channels()
    d1 = np.zeros((len(heard), k, k))
    d0 = np.zeros((k, k))
    silent = np.ones(TABLE.size)
    for c, channel in enumerate(heard):
        for n in channel.entries:
            d1[c, TABLE.source[n], TABLE.target[n]] += recorded[c] * through[n]
            silent[n] -= recorded[c]
    for n in range(TABLE.size):
        d0[TABLE.source[n], TABLE.target[n]] += silent[n] * through[n]
        d0[TABLE.source[n], TABLE.source[n]] -= through[n]
    marks = (Mark(0.4, 0), Mark(1.1, 1), Mark(1.3, 0))
    alpha, now = np.eye(k)[0], 0.0
    for mark in marks:
        alpha = alpha @ expm(d0 * (mark.time - now)) @ d1[mark.channel]
        now = mark.time
    brute = np.log((alpha @ expm(d0 * (2.0 - now))).sum())
    recording = Recording(recorded[None, :, None])
    found = Filter(TABLE, heard, rates[None], recording).run(Path(2.0, np.eye(k)[0], marks, ())).log_likelihood[0]
    assert found == pytest.approx(brute, abs=1e-9)
    laid = Likelihood.of(TABLE, heard, Path(2.0, np.eye(k)[0], marks, ()), recording.breaks)
    assert laid.log(rates, recorded[:, None]) == pytest.approx(brute, abs=1e-9)
