"""Value of delay, and the added war hazard at which it turns.

Let nature settle at extra hazard mu in unsettled states, strategies held, and W_i be the value. Then

    D_i = -dW_i/dmu at 0 = -E int e^{-rho_i t} [V_i(settled(x_t)) - V_i(x_t)] 1[unsettled] dt,

in utility * year per unit hazard. The break-even is the added exogenous war hazard in unsettled states at which
D_i = 0: strategies solved again at each hazard, and also held. There may be none, one or several.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.optimize as so
import scipy.sparse as sp

from detente.answers.settling import gain_from_settling
from detente.answers.solved import SolvedGame
from detente.chain.sensitivity import discounted_sensitivity
from detente.game import Game, Nature
from detente.solver import Equilibrium
from detente.solver.linear import Factored

HAZARDS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # 1/year, added; the brackets in which roots are sought
CLOSE = 0.005  # of a bracket's upper end: accuracy of a root, finer than anyone can tell a hazard
NAN = float("nan")


def war_entry(game: Game, war: np.ndarray, unsettled: np.ndarray) -> sp.csr_array:
    """Where an outbreak leads from each unsettled state outside war, (states, states); rows sum to 1 or are empty.

    The mean over the events and moves of the game that can lead from there into war, whatever their rates.
    """
    k = game.n_states
    total = sp.csr_array((k, k))
    available = [np.ones(game.nature.hazards.shape, bool), *(m.available for m in game.moves)]
    for transition, usable in zip([game.nature.transition, *(m.transition for m in game.moves)], available):
        blocks = sp.coo_array(transition)
        source = blocks.row % k
        keep = war[blocks.col] & ~war[source] & unsettled[source] & usable.ravel()[blocks.row]
        total = total + sp.csr_array((blocks.data[keep], (source[keep], blocks.col[keep])), shape=(k, k))
    weight = np.asarray(total.sum(axis=1)).ravel()
    scale = np.divide(1.0, weight, out=np.zeros(k), where=weight > 0)
    return sp.csr_array(sp.diags_array(scale) @ total)


def with_war_hazard(game: Game, entry: sp.csr_array, hazard: float) -> Game:
    """The game in which nature also starts war at this rate wherever `entry` says to where."""
    k, nature = game.n_states, game.nature
    rows = np.asarray(entry.sum(axis=1)).ravel() > 0
    stay = sp.diags_array((~rows).astype(float))
    transition = sp.csr_array(sp.vstack([nature.transition, sp.csr_array(entry + stay)]))
    hazards = np.vstack([nature.hazards.reshape(-1, k), np.where(rows, hazard, 0.0)])
    return replace(game, nature=Nature((*nature.names, "added war hazard"), hazards, transition))


class DelayCurve:
    """D_i at the date's state against the added war hazard, solved again or held; every hazard is computed once."""

    def __init__(self, solved: SolvedGame) -> None:
        self.solved = solved
        frame = solved.frame
        self.entry = war_entry(solved.game, frame.war, frame.unsettled)
        self.push = sp.csr_array(self.entry - sp.diags_array(np.asarray(self.entry.sum(axis=1)).ravel()))
        self._resolved: dict[float, SolvedGame | None] = {0.0: solved}
        self._held: dict[float, tuple[Factored, np.ndarray]] = {}
        self._delay: dict[tuple[float, str, bool], np.ndarray] = {}

    @property
    def hazards(self) -> tuple[float, ...]:
        """The grid, and every hazard at which the game has a certified solution already, increasing."""
        solved = {h for h, found in self._resolved.items() if found is not None}
        return tuple(sorted({*HAZARDS, *solved}))

    def at(self, hazard: float, package: str, held: bool = False) -> np.ndarray:
        """D (players,) at this hazard, strategies solved again or held; computed once."""
        key = (hazard, package, held)
        if key not in self._delay:
            self._delay[key] = self.held(hazard, package) if held else self.resolved(hazard, package)
        return self._delay[key]

    def resolved(self, hazard: float, package: str) -> np.ndarray:
        """D (players,) with strategies solved again at this hazard; NaN without a certified solution."""
        solved = self.solution(hazard)
        if solved is None:
            return np.full(len(self.solved.frame.players), NAN)
        gain = gain_from_settling(solved.relative, self.solved.frame.settled[package])
        return -solved.discounted(gain)[:, self.solved.x0]

    def solution(self, hazard: float) -> SolvedGame | None:
        """The game solved at this hazard, from the nearest hazard solved before."""
        if hazard not in self._resolved:
            near = min((h for h, s in self._resolved.items() if s is not None), key=lambda h: abs(h - hazard))
            start = self._resolved[near]
            assert start is not None
            game = self.solved.game
            path = lambda share: with_war_hazard(game, self.entry, near + share * (hazard - near))  # noqa: E731
            self._resolved[hazard] = start.variant(f"hazard {hazard!r}", path(1.0), path)
        return self._resolved[hazard]

    def held(self, hazard: float, package: str) -> np.ndarray:
        """D (players,) with the strategies of no added hazard held."""
        eq, rho = self.solved.equilibrium, self.solved.game.discount_rate
        if hazard not in self._held:
            factored = Factored(sp.csr_array(eq.generator + hazard * self.push), rho)
            self._held[hazard] = factored, factored.solve(eq.operator.relative_flow(eq.choice))
        factored, values = self._held[hazard]
        gain = gain_from_settling(values, self.solved.frame.settled[package])
        return -factored.solve(gain)[:, self.solved.x0]


def break_even(curve: DelayCurve, player: int, package: str, held: bool = False, close: float = CLOSE) -> list[float]:
    """Added war hazards (1/year) up to the largest of `HAZARDS` at which delay turns for a player; empty if none.

    Args:
        curve: of one draw; games that it has solved already narrow the brackets.
        player: position.
        package: of the settlement.
        held: with the strategies of no added hazard, instead of solved again.
        close: accuracy of a root, as a share of its bracket's upper end.

    Returns:
        The hazards, increasing; NaN where a game on the way has no certified solution, so that one cannot be found.
    """
    grid = HAZARDS if held else curve.hazards
    known = np.array([curve.at(h, package, held)[player] for h in grid])
    return roots(lambda h: float(curve.at(h, package, held)[player]), grid, known, close * np.array(grid[1:]))


def roots(
    curve: Callable[[float], float], grid: Sequence[float], known: np.ndarray, tol: float | np.ndarray
) -> list[float]:
    """Where a curve crosses zero, one root per bracket of the grid whose ends differ in sign; refined on the curve.

    Args:
        curve: the function; NaN where it has no value.
        grid: increasing points.
        known: its values there.
        tol: absolute accuracy of a root; one number, or one per bracket.

    Returns:
        The roots, increasing; NaN for a bracket in which the curve has no value on the way, or at an end.
    """
    found, tols = [], np.broadcast_to(tol, len(grid) - 1)
    for n in range(len(grid) - 1):
        a, b = known[n], known[n + 1]
        if not np.isfinite(a + b):
            found.append(NAN)
        elif a == 0.0:
            found.append(float(grid[n]))
        elif a * b < 0:
            found.append(_crossing(curve, grid[n], grid[n + 1], float(tols[n])))
    return found


class _Missing(Exception):
    pass


def _crossing(curve: Callable[[float], float], low: float, high: float, tol: float) -> float:
    def defined(point: float) -> float:
        value = curve(point)
        if not np.isfinite(value):
            raise _Missing
        return value

    try:
        return float(so.brentq(defined, low, high, xtol=tol, rtol=1e-12))  # pyright: ignore[reportArgumentType]
    except _Missing:
        return NAN


@dataclass(frozen=True)
class DelayAt:
    """D_i from a state, for `Sensitivity.of`; the discount rate's own effect on it is `by_discount_rate`."""

    player: int
    successor: np.ndarray
    rate: float
    state: int

    def pull(self, equilibrium: Equilibrium, places) -> tuple[float, np.ndarray, np.ndarray]:
        """See `detente.solver.gradient.Answer`."""
        values, successor = equilibrium.unknowns, self.successor
        gain = gain_from_settling(values, successor)[self.player]
        number, by_rate = discounted_sensitivity(equilibrium.chain(), gain, self.rate, self.state, places)
        start = np.zeros((1, values.shape[1]))
        start[0, self.state] = 1.0
        spent = Factored(equilibrium.generator, np.array([self.rate])).solve(start, transposed=True)[0]
        open_ = successor >= 0
        weight = np.zeros(values.shape)
        np.add.at(weight[self.player], successor[open_], -spent[open_])
        weight[self.player] += np.where(open_, spent, 0.0)
        return -number, weight, -by_rate

    def by_discount_rate(self, solved: SolvedGame) -> float:
        """d D_i / d rho_i at held values and generator: the discounting of the gain itself."""
        gain = gain_from_settling(solved.relative, self.successor)[[self.player]]
        lu = Factored(solved.equilibrium.generator, np.array([self.rate]))
        return float(lu.solve(lu.solve(gain))[0, self.state])  # D = -W with W = (rho - G)^-1 gain
