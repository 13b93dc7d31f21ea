"""Marginal value of delay, and the added war hazard at which it turns.

Let nature settle at extra hazard mu in unsettled states, strategies held, and W_i be the value. Then

    D_i = -dW_i/dmu at 0 = -E int e^{-rho_i t} [V_i(settled(x_t)) - V_i(x_t)] 1[unsettled] dt,

in utility * year per unit hazard; also divided by the discounted unsettled time. It may differ in sign from minus the
gain from settling. The break-even is the added exogenous war hazard in unsettled states at which D_i = 0: strategies
re-solved at each hazard, and also held. There may be none, one or several; all found on the grid's brackets are
refined.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy.optimize as so
import scipy.sparse as sp
from scipy.interpolate import PchipInterpolator

from detente.answers.gain import gain_from_settling, settled_already
from detente.answers.held import values_under
from detente.answers.model import NAN, Found, Frame, Meta, Question, Results
from detente.answers.solved import Solved
from detente.game import Game, Nature
from detente.run import Table
from detente.solver.linear import Factored

HAZARDS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # 1/year, added; the brackets in which roots are sought
BREAK_EVEN_TOL = 1e-9


def delay_value(values: np.ndarray, generator: sp.csr_array, rho: np.ndarray, successor: np.ndarray) -> np.ndarray:
    """D_i from every state, (players, states), utility * year per unit hazard."""
    gain = gain_from_settling(values, successor)
    return -values_under(generator, rho, gain)


def unsettled_time(generator: sp.csr_array, rho: np.ndarray, unsettled: np.ndarray) -> np.ndarray:
    """E of the discounted time in a mask from every state, (players, states), years."""
    return values_under(generator, rho, np.broadcast_to(unsettled.astype(float), (len(rho), len(unsettled))))


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
    transition = sp.vstack([nature.transition, sp.csr_array(entry + stay)], format="csr")
    hazards = np.vstack([nature.hazards.reshape(-1, k), np.where(rows, hazard, 0.0)])
    return replace(game, nature=Nature((*nature.names, "added war hazard"), hazards, transition))


class DelayCurve:
    """D_i at the date's state against the added war hazard, re-solved or held; every hazard is computed once."""

    def __init__(self, solved: Solved) -> None:
        self.solved = solved
        frame = solved.frame
        self.entry = war_entry(solved.game, frame.war, frame.unsettled)
        self.push = sp.csr_array(self.entry - sp.diags_array(np.asarray(self.entry.sum(axis=1)).ravel()))
        self._resolved: dict[float, Solved | None] = {0.0: solved}
        self._held: dict[float, tuple[Factored, np.ndarray]] = {}

    def resolved(self, hazard: float, package: str) -> np.ndarray:
        """D (players,) with strategies re-solved at this hazard; NaN without a certified solution."""
        solved = self.solution(hazard)
        if solved is None:
            return np.full(len(self.solved.frame.players), NAN)
        successor = self.solved.frame.settled[package]
        eq = solved.equilibrium
        return delay_value(solved.relative, eq.generator, solved.game.discount_rate, successor)[:, self.solved.x0]

    def solution(self, hazard: float) -> Solved | None:
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
            self._held[hazard] = factored, factored.solve(eq.operator.flow(eq.choice))
        factored, values = self._held[hazard]
        gain = gain_from_settling(values, self.solved.frame.settled[package])
        return -factored.solve(gain)[:, self.solved.x0]


def roots(curve: Callable[[float], float], grid: tuple[float, ...], known: np.ndarray, tol: float) -> list[float]:
    """Where a curve crosses zero, one root per bracket of the grid whose ends differ in sign.

    Args:
        curve: the function.
        grid: increasing points.
        known: its values there.
        tol: absolute accuracy of each root.
    """
    found = []
    for n in range(len(grid) - 1):
        a, b = known[n], known[n + 1]
        if a == 0.0:
            found.append(grid[n])
        elif a * b < 0:
            found.append(float(so.brentq(curve, grid[n], grid[n + 1], xtol=tol, rtol=1e-12)))
    return found


def break_even(
    curve: DelayCurve, player: int, package: str, grid: tuple[float, ...] = HAZARDS, held: bool = False
) -> list[float]:
    """Added war hazards (1/year) at which delay turns for a player, strategies re-solved or held; empty if none."""
    evaluate = curve.held if held else curve.resolved
    known = np.array([evaluate(h, package)[player] for h in grid])
    return roots(lambda h: float(evaluate(h, package)[player]), grid, known, BREAK_EVEN_TOL)


class Delay(Question):
    """D_i and D_i per discounted unsettled year."""

    id = "delay"
    title = "Who gains from delay?"

    def missing(self, frame: Frame) -> str:
        """See `Question`."""
        return settled_already(frame)

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas: dict[str, Meta] = {}
        for k in frame.settled:
            for p in frame.players:
                name, end = f"{frame.name(p)}{frame.under(k)}", f"{p}{frame.suffix(k)}"
                metas[f"delay.{end}"] = Meta(
                    f"Value of delay to {name}", "value*year per unit hazard", p, assumption_not_record=True
                )
                metas[f"delay_per_time.{end}"] = Meta(
                    f"Value of delay to {name}, per unsettled year", "value", p, assumption_not_record=True
                )
        return metas

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        found, frame, x = Found(), solved.frame, solved.x0
        time = solved.discounted(np.broadcast_to(frame.unsettled.astype(float), solved.values.shape))[:, x]
        for k, successor in frame.settled.items():
            value = -solved.discounted(gain_from_settling(solved.relative, successor))[:, x]
            choice = -solved.discounted(gain_from_settling(solved.choice_values, successor))[:, x]
            for i, p in enumerate(frame.players):
                end = f"{p}{frame.suffix(k)}"
                for id, scale in ((f"delay.{end}", 1.0), (f"delay_per_time.{end}", 1.0 / time[i])):
                    found.numbers[id] = float(value[i] * scale)
                    found.without_choice[id] = float((value[i] - choice[i]) * scale)
        return found


class BreakEven(Question):
    """The added war hazard at which delay stops paying (or starts to), re-solved and held."""

    id = "break_even"
    title = "How dangerous must waiting be before delay stops paying?"
    most_draws = 4

    def missing(self, frame: Frame) -> str:
        """See `Question`."""
        return settled_already(frame)

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas: dict[str, Meta] = {}
        for k in frame.settled:
            for p in frame.players:
                name, end = f"{frame.name(p)}{frame.under(k)}", f"{p}{frame.suffix(k)}"
                label = f"Added war hazard at which delay turns for {name}, where it does"
                metas[f"break_even.{end}"] = Meta(label, "1/year", p, False, True)
                metas[f"break_even.{end}.held"] = Meta(f"{label} (strategies held)", "1/year", p, False, True)
                label = f"Hazards up to {HAZARDS[-1]:g} a year at which delay turns for {name}"
                metas[f"break_even_count.{end}"] = Meta(label, "count", p, False, True)
        return metas

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        found, frame, curve = Found(), solved.frame, DelayCurve(solved)
        for k in frame.settled:
            known = np.array([curve.resolved(h, k) for h in HAZARDS])  # (hazards, players)
            held = np.array([curve.held(h, k) for h in HAZARDS])
            for i, p in enumerate(frame.players):
                end = f"{p}{frame.suffix(k)}"
                turns, turns_held = between(known[:, i]), between(held[:, i])
                found.numbers[f"break_even.{end}"] = turns[0] if turns else NAN
                found.numbers[f"break_even.{end}.held"] = turns_held[0] if turns_held else NAN
                found.numbers[f"break_even_count.{end}"] = float(len(turns))
                found.curves[f"delay_by_hazard|{p}|{k}"] = known[:, i].tolist()
        return found

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        """See `Question`."""
        rows = []
        for name in results.curves:
            if name.startswith("delay_by_hazard|"):
                _, actor, package = name.split("|")
                for hazard, *band in zip(HAZARDS, *results.band(name)):
                    rows.append((actor, package, hazard, *(float(v) for v in band)))
        return {
            "delay_by_hazard": Table(
                title="Value of delay against an added hazard of war, strategies re-solved",
                columns=("actor", "package", "added_hazard", "low", "mid", "high"),
                rows=tuple(rows),
                units={"added_hazard": "1/year", **dict.fromkeys(("low", "mid", "high"), "value*year per unit hazard")},
            )
        }


def between(known: np.ndarray) -> list[float]:
    """Hazards at which delay turns, by monotone interpolation on the grid; `break_even` refines them."""
    if not np.isfinite(known).all():
        return []
    curve = PchipInterpolator(np.sqrt(HAZARDS), known)
    return [h**2 for h in roots(lambda s: float(curve(s)), tuple(np.sqrt(HAZARDS)), known, 1e-6)]
