"""Games for tests of the engine: random ones, attrition, the process toy, and a plain solver written independently."""

import importlib.util
from pathlib import Path

import numpy as np

from detente.game import Game


def random_arrays(k=32, n=2, actions=3, events=2, seed=0):
    """Plain arrays of a random game: successors, impulses, flow, nature."""
    r = np.random.default_rng(seed)
    successors, impulses = [], []
    for i in range(n):
        s = np.vstack(
            [np.arange(k), *(np.where(r.random(k) < 0.75, r.integers(k, size=k), -1) for _ in range(actions))]
        )
        c = np.zeros((n, *s.shape))
        c[i, 1:] = -np.abs(r.normal(size=(actions, k))) * 0.3
        c[(i + 1) % n, 1:] = 0.1 * r.normal(size=(actions, k))
        successors.append(s)
        impulses.append(c)
    flow = r.normal(size=(n, k))
    return successors, impulses, flow, r.integers(k, size=(events, k)), r.random((events, k))


def random_game(
    k=32, n=2, *, noise=0.5, shocks="reference", seed=0, tempo=52.0, discount_rate=0.08, rates=0.3, **sizes
):
    """A random game; successors are spread over all states."""
    successors, impulses, flow, nature, hazards = random_arrays(k, n, seed=seed, **sizes)
    return Game.from_arrays(
        flow, successors, impulses, tempo, nature, hazards, discount_rate, noise, shocks, reference_rates=rates
    )


def plain_values(arrays, *, noise, shocks, tempo, discount_rate, rate, rounds=20000, tol=1e-13):
    """Damped value iteration with loops over players and actions; knows nothing of Detente."""
    successors, impulses, flow, nature, hazards = arrays
    n, k = flow.shape
    here = np.arange(k)
    values = np.zeros((n, k))
    for _ in range(rounds):
        sigma, bonus = [], []
        for i in range(n):
            q = np.array(
                [
                    np.where(s >= 0, impulses[i][i, a] + values[i][np.maximum(s, 0)], -np.inf)
                    for a, s in enumerate(successors[i])
                ]
            )
            w = np.ones_like(q)
            if shocks == "reference":
                w[1:] = rate / tempo
            top = q.max(axis=0)
            z = w * np.exp((q - top) / noise)
            sigma.append(z / z.sum(axis=0))
            log_sum = top + noise * np.log(z.sum(axis=0))
            mean = np.where(np.isfinite(q), sigma[i] * np.where(np.isfinite(q), q, 0.0), 0.0).sum(axis=0)
            bonus.append((mean if shocks == "none" else log_sum) - values[i])
        new = np.zeros_like(values)
        for i in range(n):
            total = flow[i].copy()
            rate_out = np.full(k, discount_rate)
            for s, h in zip(nature, hazards):
                total += h * values[i][s]
                rate_out += h
            total += tempo * (bonus[i] + values[i])
            rate_out += tempo
            for j in range(n):
                if j != i:
                    for a, s in enumerate(successors[j]):
                        target = np.where(s >= 0, s, here)
                        total += tempo * sigma[j][a] * (impulses[j][i, a] * (s >= 0) + values[i][target])
                    rate_out += tempo
            new[i] = total / rate_out
        change = np.abs(new - values).max()
        values = values + 0.9 * (new - values)
        if change < tol * (1 + np.abs(values).max()):
            return values
    raise AssertionError(f"plain iteration did not settle: {change}")


def plain_occasions(arrays, *, noise, discount_rate, rate, ceiling=200.0, pace=100.0, rounds=40000, tol=1e-12):
    """The same for "occasions", by small steps along the equations' own residual (a step is 1/pace years)."""
    successors, impulses, flow, nature, hazards = arrays
    n, k = flow.shape
    values = np.zeros((n, k))
    for _ in range(rounds):
        change = flow - discount_rate * values
        for s, h in zip(nature, hazards):
            change = change + h * (values[:, s] - values)
        for j in range(n):
            for a, s in enumerate(successors[j]):
                can = (s >= 0) & (a > 0)
                to = values[:, np.where(can, s, 0)]
                worth = impulses[j][:, a] + to - values  # (players, states) to each
                gain = np.clip(worth[j], -600 * noise, 600 * noise)
                x = np.exp(gain / noise)
                r = np.where(can, rate * x / (1 + (x - 1) / ceiling), 0.0)
                own = r * np.maximum(gain, 0.0)
                worth = r * worth
                worth[j] = own
                change = change + worth
        values = values + change / pace
        if np.abs(change).max() < tol * (1 + np.abs(values).max()):
            return values
    raise AssertionError(f"plain iteration did not settle: {np.abs(change).max()}")


def attrition(noise, *, cost=0.1, prize=1.0, rho=1e-3, shocks="reference", reference_rate=0.1):
    """Two players wait at a cost until one concedes (states: waiting, 1 conceded, 2 conceded)."""
    successors = [np.array([[0, 1, 2], [1, -1, -1]]), np.array([[0, 1, 2], [2, -1, -1]])]
    flow = np.zeros((2, 3))
    flow[:, 0] = -cost
    impulses = [np.zeros((2, 2, 3)), np.zeros((2, 2, 3))]
    impulses[0][1, 1, 0] = prize
    impulses[1][0, 1, 0] = prize
    nothing = np.zeros((0, 3))
    return Game.from_arrays(
        flow, successors, impulses, 52.0, nothing.astype(int), nothing, rho, noise, shocks, reference_rate
    )


def load_toy(shared: Path):
    """The oracle program process_toy.py as a module."""
    spec = importlib.util.spec_from_file_location("process_toy", shared / "reference" / "process_toy.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def toy_game(toy, variant="honest", noise=0.25, rho=0.08, rate=0.3, **change):
    """The oracle's game over all 1,920 combinations, from its own arrays."""
    flow, actions, nature = toy.build({**toy.BASE, **toy.VARIANTS[variant], **change})
    k = toy.K
    successors = [np.vstack([np.arange(k), *(np.where(ok, s, -1) for ok, s, _ in moves)]) for moves in actions]
    impulses = [np.vstack([np.zeros(k), *(np.where(ok, -c, 0.0) for ok, _, c in moves)]) for moves in actions]
    events = np.array([s for _, s, _ in nature])
    hazards = np.array([np.where(ok, r * np.ones(k), 0.0) for ok, _, r in nature])
    return Game.from_arrays(
        flow, successors, impulses, 52.0, events, hazards, rho, noise, "reference", rate, players=toy.PLAYERS
    )


def toy_states(toy):
    """The two situations of the oracle."""
    calm = {"government": "dove", "process": "dormant", "tension": "calm"}
    return {
        "frozen_1994": toy.state(phase="frozen", control=3, balance=1, keepers="no", **calm),
        "interim_2021": toy.state(phase="interim", control=0, balance=2, keepers="yes", **calm),
    }
