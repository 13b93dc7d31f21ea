"""Seconds per solve, by the size of a case: principal branch, warm start, and what follows from the chain.

Run: OMP_NUM_THREADS=1 python benchmarks/engine_speed.py [CASE]
"""

import sys
import time

import numpy as np

from detente.case import load_case
from detente.game import compile_case
from detente.solver import Operator, solve


def clock(job, times: int = 3) -> float:
    best = np.inf
    for _ in range(times):
        begin = time.perf_counter()
        job()
        best = min(best, time.perf_counter() - begin)
    return best


def main(name: str) -> None:
    template = compile_case(load_case(name))
    game = template.game()
    equilibrium = solve(game)
    chain, target = equilibrium.chain(), np.arange(game.n_states) == 0
    nudged = equilibrium.values + 0.05 * np.random.default_rng(0).normal(size=equilibrium.values.shape)
    rows = {
        "arrays of a draw": template.game,
        "equations": lambda: Operator(game),
        "solve, principal branch": lambda: solve(game),
        "solve, warm start": lambda: solve(game, start=nudged),
        "dominant eigenvalue": lambda: solve(game, start=equilibrium).certificate.spectral_radius,
        "decomposition": equilibrium.decomposition,
        "reach probability, 4 horizons": lambda: chain.reach_probability(target, [1.0, 5.0, 10.0, 20.0]),
        "restricted mean time, 20 years": lambda: chain.restricted_mean_time(target, 20.0),
    }
    print(f"{name}: {game.n_states} states, {game.n_players} players; {equilibrium.reached_by}")
    for words, job in rows.items():
        print(f"{words} | {clock(job):.3f} s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "toy-process")
