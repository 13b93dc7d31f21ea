"""`solve` and `solve_path`: certified equilibria on the principal branch, or from a given start."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from detente.errors import OptionError
from detente.game import Game
from detente.solve.continuation import Trace, follow, polish
from detente.solve.equilibrium import Equilibrium, Status
from detente.solve.operator import Operator
from detente.solve.system import Progress

CURE = "more noise, `enumerate_equilibria`, or a start from a solved game nearby"


def solve(
    game: Game,
    tol: float = 1e-11,
    start: np.ndarray | Equilibrium | None = None,
    progress: Progress | None = None,
) -> Equilibrium:
    """Find one equilibrium of the game; deterministic.

    Without `start` it is the one on the principal branch, followed from large noise. With `start` it is the one that the
    iteration finds from there: usually the continuation of the same branch, but that is not guaranteed, and
    `branch` says "warm start". Where a warm start does not converge, the principal branch is followed instead.

    Args:
        game: the game.
        tol: scaled relative residual that certifies.
        start: values (players, states), or the equilibrium of a game nearby.
        progress: called with (share done in 0..1, words); an exception that it raises ends the computation.

    Returns:
        An equilibrium; check `certified`, or call `require()`. `reached_by` says how it was found.

    Raises:
        OptionError: `start` has the wrong shape or is not finite.
    """
    operator = Operator(game)
    if start is not None:
        values = start.values if isinstance(start, Equilibrium) else np.asarray(start, dtype=float)
        if values.shape != operator.shape or not np.isfinite(values).all():
            raise OptionError.of(f"start has shape {values.shape}", f"finite values of shape {operator.shape}")
        end = polish(operator, values, tol, progress)
        if end.reached:
            return Equilibrium(operator, end.values, tol, f"a warm start, {end.rounds} rounds", branch="warm start")
    return _principal([operator], [1.0], tol, progress)[0]


def solve_path(
    game: Game, noises: Sequence[float | np.ndarray], tol: float = 1e-11, progress: Progress | None = None
) -> list[Equilibrium]:
    """Equilibria on the principal branch at many noise levels, followed once from large noise to small.

    Args:
        game: the game; its own noise is replaced.
        noises: each a scale for all players, or (players,), utility; any order.
        tol: scaled relative residual that certifies.
        progress: called with (share done in 0..1, words).

    Returns:
        One equilibrium per noise, in the order given; those below a stall are not certified and say where it was.
    """
    levels = [np.array(np.broadcast_to(np.asarray(noise, dtype=float), (game.n_players,))) for noise in noises]
    if not levels or any(not (np.isfinite(level).all() and (level > 0).all()) for level in levels):
        raise OptionError.of("noises must be given and be positive", "a list such as [1, 0.3, 0.1]")
    rays: dict[tuple[float, ...], list[int]] = {}
    for n, level in enumerate(levels):
        rays.setdefault(tuple(np.round(level / level.max(), 12)), []).append(n)
    out: dict[int, Equilibrium] = {}
    for members in rays.values():
        members = sorted(members, key=lambda n: -levels[n].max())  # noqa: PLW2901
        operators = [Operator(replace(game, noise=levels[n])) for n in members]
        last = levels[members[-1]].max()
        factors = [float(levels[n].max() / last) for n in members]
        out |= dict(zip(members, _principal(operators, factors, tol, progress)))
    return [out[n] for n in range(len(levels))]


def _principal(
    operators: list[Operator], factors: list[float], tol: float, progress: Progress | None
) -> list[Equilibrium]:
    """Equilibria at falling noise factors; the last operator is the one at factor 1."""
    trace = follow(operators[-1], factors, tol, progress)
    words = f"the principal branch, {trace.steps} steps" + (f", {trace.folds} folds" if trace.folds else "")
    out = []
    for n, operator in enumerate(operators):
        if n < len(trace.ends):
            values, failure = trace.ends[n].values, _failure(trace)
        else:
            values, failure = trace.last if trace.last is not None else np.zeros(operator.shape), _failure(trace)
        out.append(Equilibrium(operator, values, tol, words, failure=failure, branch="principal"))
    return out


def _failure(trace: Trace) -> Status:
    return Status("stalled", trace.stalled or "the iteration did not settle", CURE)
