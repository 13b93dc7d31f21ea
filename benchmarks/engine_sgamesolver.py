"""Comparison with sgamesolver (its own environment): logit QRE of random stochastic games with simultaneous moves.

Both follow the principal branch to a finite precision; times are taken in one run, each in its own process, one thread.
Run: OMP_NUM_THREADS=1 python benchmarks/engine_sgamesolver.py PYTHON_WITH_SGAMESOLVER  (see docs/benchmarks/engine.md)
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from detente.game import Game
from detente.solver import solve

THEIRS = """
import sys, time, warnings
import numpy as np, sgamesolver
warnings.simplefilter("ignore")
data = np.load(sys.argv[1])
u, t, delta, precision = data["u"], data["t"], float(data["delta"]), float(data["precision"])
states = range(u.shape[1])
game = sgamesolver.SGame([u[:, s] for s in states], [t[s] for s in states], delta)
homotopy = sgamesolver.homotopy.QRE(game)
begin = time.perf_counter()
homotopy.solver_setup(target_lambda=precision)
homotopy.solver.verbose = 0
if sys.argv[3] == "robust":
    homotopy.solver.set_parameters(homotopy.robust_parameters)
result = homotopy.solver.start()
seconds = time.perf_counter() - begin
ok = bool(result["success"])
strategies = homotopy.equilibrium.strategies if ok else np.zeros(1)
np.savez(sys.argv[2], seconds=seconds, success=ok, strategies=np.asarray(strategies),
         message=str(result.get("failure reason")))
"""


def random_arrays(states: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    payoffs = rng.random((2, states, 2, 2))
    transition = rng.exponential(size=(states, 2, 2, states))
    return payoffs, transition / transition.sum(axis=-1, keepdims=True)


def compare(python: str, states: int, precision: float, seed: int, limit: float, settings: str) -> str:
    payoffs, transition = random_arrays(states, seed)
    begin = time.perf_counter()
    mine = solve(Game.simultaneous(payoffs, transition, 0.9, 1 / precision, "none"))
    seconds = time.perf_counter() - begin
    words = f"{mine.branch}, residual {mine.certificate.residual:.0e}" if mine.certified else mine.status.words
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "game.npz", Path(folder) / "found.npz"
        np.savez(given, u=payoffs, t=transition, delta=0.9, precision=precision)
        try:
            subprocess.run(
                [python, "-c", THEIRS, given, found, settings], check=True, timeout=limit, capture_output=True
            )
        except subprocess.TimeoutExpired:
            return f"{states} | {precision:g} | {settings} | {seconds:.2f} ({words}) | over {limit:g} | - | -"
        theirs = np.load(found)
        if not theirs["success"]:
            return (
                f"{states} | {precision:g} | {settings} | {seconds:.2f} ({words}) | failed: {theirs['message']} | - | -"
            )
        strategies = np.array([s.T for s in mine.strategies]).swapaxes(0, 1)  # (states, players, actions)
        apart = float(np.abs(strategies - theirs["strategies"]).max())
        other = float(theirs["seconds"])
    times = f"{seconds:.2f} ({words}) | {other:.2f} | {other / seconds:.1f}"
    return f"{states} | {precision:g} | {settings} | {times} | {apart:.0e}"


if __name__ == "__main__":
    print("states | precision | their settings | detente, s | sgamesolver, s | ratio | largest difference")
    for states in (8, 16, 32, 64, 128):
        for precision in (10.0, 100.0):
            for settings in ("default",) if states < 128 else ("default", "robust"):
                print(compare(sys.argv[1], states, precision, 0, 400.0, settings), flush=True)
