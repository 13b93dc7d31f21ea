"""`solve` and `solve_path`: certified equilibria on the principal branch, or from a given start."""

from collections.abc import Sequence
from dataclasses import replace
from typing import overload

import numpy as np

from detente.errors import OptionError
from detente.game import Game, SimultaneousGame, arrays
from detente.solver.certificate import Status
from detente.solver.continuation import Trace, follow, polish
from detente.solver.equilibrium import Equilibrium
from detente.solver.operator import Operator
from detente.solver.periods import SimultaneousEquilibrium
from detente.solver.simultaneous import SimultaneousSystem
from detente.solver.system import Progress, System

CURE = "more noise, `enumerate_equilibria`, or a start from a solved game nearby"
AnyGame = Game | SimultaneousGame
AnyEquilibrium = Equilibrium | SimultaneousEquilibrium
AnySystem = Operator | SimultaneousSystem


def system_of(game: AnyGame) -> AnySystem:
    """The equilibrium equations of a game of either timing."""
    return SimultaneousSystem(game) if isinstance(game, SimultaneousGame) else Operator(game)


def check_tolerance(tol: float) -> None:
    """Refuse a tolerance that no residual could meet, or every one."""
    if not 0 < tol < 1:
        raise OptionError.of(f"tol {tol}", "a number between 0 and 1, such as 1e-11")


def _unknowns(system: AnySystem, start: np.ndarray | AnyEquilibrium) -> np.ndarray:
    """Where to start from: another equilibrium's unknowns, or values in full."""
    if isinstance(start, AnyEquilibrium):
        unknowns = start.unknowns
    else:
        unknowns = np.asarray(start, dtype=float)
        if unknowns.shape == system.shape:
            unknowns = unknowns - system.constant
    if unknowns.shape != system.shape or not np.isfinite(unknowns).all():
        raise OptionError.of(f"start has shape {unknowns.shape}", f"finite values of shape {system.shape}")
    return unknowns


def conclude(system: System, unknowns: np.ndarray, tol: float, reached_by: str, **words) -> AnyEquilibrium:
    """An equilibrium with its certificate, from what an iteration found."""
    made = SimultaneousEquilibrium if isinstance(system, SimultaneousSystem) else Equilibrium
    return made(system, unknowns, tol, reached_by, **words)  # pyright: ignore[reportArgumentType]


@overload
def solve(
    game: Game,
    tol: float = ...,
    start: np.ndarray | Equilibrium | None = ...,
    progress: Progress | None = ...,
) -> Equilibrium: ...
@overload
def solve(
    game: SimultaneousGame,
    tol: float = ...,
    start: np.ndarray | SimultaneousEquilibrium | None = ...,
    progress: Progress | None = ...,
) -> SimultaneousEquilibrium: ...
def solve(game, tol=1e-11, start=None, progress=None):
    """Find one equilibrium of the game; deterministic.

    Without `start` it is the one on the principal branch, followed from large noise (solver/continuation.py). Where
    that branch is lost, another certified equilibrium may be returned: `branch` is then "found", and `reached_by` says
    where the principal branch was lost. With `start` it is the one that the iteration finds from there: usually the
    same branch, but that is not guaranteed, and `branch` says "warm start". Where a warm start does not converge, the
    principal branch is followed instead.

    Args:
        game: the game, of either timing.
        tol: scaled relative residual that certifies.
        start: values (players, states) (of a simultaneous game: its unknowns), or the equilibrium of a game nearby.
        progress: called with (share done in 0..1, words); an exception that it raises ends the computation.

    Returns:
        An equilibrium; check `certified`, or call `require()`. `reached_by` says how it was found.

    Raises:
        OptionError: `start` has the wrong shape or is not finite, or `tol` is no number between 0 and 1.
    """
    check_tolerance(tol)
    system = system_of(game)
    if start is not None:
        end = polish(system, _unknowns(system, start), tol, progress)
        if end.reached:
            return conclude(end.system, end.values, tol, f"a warm start, {end.rounds} rounds", branch="warm start")
    return _principal([system], [1.0], tol, progress)[0]


def solve_path(
    game: AnyGame, noises: Sequence[float | np.ndarray], tol: float = 1e-11, progress: Progress | None = None
) -> list:
    """Equilibria on the principal branch at many noise levels, followed once from large noise to small.

    Args:
        game: the game; its own noise is replaced.
        noises: each a scale for all players, or (players,), utility; any order.
        tol: scaled relative residual that certifies.
        progress: called with (share done in 0..1, words).

    Returns:
        One equilibrium per noise, in the order given; those below a stall say where it was.

    Raises:
        OptionError: no noise is given, or one is not positive, or `tol` is no number between 0 and 1.
    """
    check_tolerance(tol)
    if not len(noises):
        raise OptionError.of("no noises", "a list such as [1, 0.3, 0.1]")
    levels = [arrays.positive(f"noises[{n}]", noise, [(game.n_players,)]) for n, noise in enumerate(noises)]
    rays: dict[tuple[float, ...], list[int]] = {}
    for n, level in enumerate(levels):
        rays.setdefault(tuple(np.round(level / level.max(), 12)), []).append(n)
    out = {}
    for ray in rays.values():
        members = sorted(ray, key=lambda n: -levels[n].max())
        systems = [system_of(replace(game, noise=levels[n])) for n in members]
        last = levels[members[-1]].max()
        factors = [float(levels[n].max() / last) for n in members]
        out |= dict(zip(members, _principal(systems, factors, tol, progress)))
    return [out[n] for n in range(len(levels))]


def _principal(systems: list[AnySystem], factors: list[float], tol: float, progress: Progress | None) -> list:
    """Equilibria at falling noise factors; the last system is the one at factor 1."""
    trace = follow(systems[-1], factors, tol, progress)
    words = f"the principal branch, {trace.steps} steps" + (f", {trace.folds} folds" if trace.folds else "")
    out, last = [], trace.last if trace.last is not None else np.zeros(systems[-1].shape)
    for n, system in enumerate(systems):
        if n < len(trace.ends) and trace.ends[n].reached:
            end = trace.ends[n]
            out.append(conclude(system.shifted(end.system.shift), end.values, tol, words, branch="principal"))
        else:
            out.append(_lost(system, last, tol, trace))
            last = out[-1].unknowns + out[-1].system.spread_out(out[-1].system.shift)
    return out


def _lost(system: AnySystem, last: np.ndarray, tol: float, trace: Trace) -> AnyEquilibrium:
    """Where the principal branch was lost: an equilibrium near its last point, or an uncertified one that says so."""
    reason = trace.stalled or "the iteration did not settle"
    for unknowns in (last, np.zeros(system.shape)):
        end = polish(system, unknowns, tol)
        if end.reached:
            words = f"a search, because {reason}"
            return conclude(end.system, end.values, tol, words, branch="found")
    return conclude(system, last, tol, "no way", failure=Status("stalled", reason, CURE))
