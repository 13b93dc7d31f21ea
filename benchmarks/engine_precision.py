"""Games of 32-256 states along the principal branch: certified, or where it stalled (the table in docs/engine.md).

Run: OMP_NUM_THREADS=1 python benchmarks/engine_precision.py [largest number of states]
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from engine_games import random_game

from detente.game import Game
from detente.solver import solve_path

PRECISIONS = (10, 100, 1000)


def lattice_game(side: int, seed: int) -> Game:
    """Two players push a pair of coordinates up or down: the ordered structure that cases have."""
    rng = np.random.default_rng(seed)
    x, y = np.divmod(np.arange(side * side), side)
    here = np.arange(side * side)

    def at(a, b):
        return np.clip(a, 0, side - 1) * side + np.clip(b, 0, side - 1)

    successors = [
        np.vstack([here, at(x + 1, y), at(x - 1, y)]),
        np.vstack([here, at(x, y + 1), at(x, y - 1)]),
    ]
    impulses = [np.vstack([np.zeros(side**2), np.full((2, side**2), -0.1)]) for _ in range(2)]
    nature = np.vstack([at(x + 1, y), at(x - 1, y), at(x, y + 1), at(x, y - 1)])
    hazards = np.full(nature.shape, 0.2)
    flow = rng.normal(size=(2, 6)) @ np.array([x, y, x * y / side, x**2 / side, y**2 / side, np.cos(x + y)]) / side
    return Game.from_arrays(flow, successors, impulses, 52.0, nature, hazards, 0.08, 0.1, "reference", 0.3)


def main(largest: int = 256) -> None:
    print("game | states | players | " + " | ".join(f"precision {p}" for p in PRECISIONS) + " | folds | seconds")
    for side in (6, 8, 11, 16):
        if side**2 <= largest:
            for seed in (0, 1):
                report(f"lattice {seed}", lattice_game(side, seed))
    for k, n in ((32, 2), (64, 2), (128, 2), (256, 2)):
        if k <= largest:
            for seed in (0, 1):
                report(f"random {seed}", random_game(k, n, seed=seed))


def report(name: str, game: Game) -> None:
    begin = time.perf_counter()
    path = solve_path(game, [1 / p for p in PRECISIONS])
    seconds = time.perf_counter() - begin
    cells = []
    for e in path:
        if e.certified and e.branch == "principal":
            cells.append(f"certified, {e.certificate.residual:.0e}")
        elif e.certified:
            cells.append(f"certified off the branch ({e.reached_by})")
        else:
            cells.append(f"stalled: {e.status.words}")
    folds = path[-1].reached_by.split(",")[-1].strip() if "folds" in path[-1].reached_by else "0"
    print(f"{name} | {game.n_states} | {game.n_players} | {' | '.join(cells)} | {folds} | {seconds:.1f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 256)
