"""The map of a view: where the process is and is likely to be, what can happen next, the likeliest ways out."""

from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.integrate import trapezoid
from scipy.sparse.csgraph import dijkstra

from detente.game import Game
from detente.solver import Equilibrium
from detente.studio.desk import DRAG_TOL, Sight
from detente.studio.numbers import solution

YEARS = 10.0
STEPS = 40
NEXT = 8  # moves listed
LONGEST = 12  # steps of a path


def axes(sight: Sight, rows: str | None) -> tuple[str, str]:
    """The variables across and down: the first that tells peace from war, and the one asked for or the next."""
    names = list(sight.case.states)
    across = next((n for n in names if n in sight.case.outcomes.peace.variables), names[0])
    others = [n for n in names if n != across] or [across]
    fallback = "process" if "process" in others else others[0]
    return across, rows if rows in others else fallback


def atlas(sight: Sight, rows: str | None) -> dict[str, Any]:
    """The map as plain data; only what may be shown."""
    across, down = axes(sight, rows)
    space, x = sight.template.space, sight.start
    columns, lines = (sight.case.states[name].values for name in (across, down))
    here = space.describe(x)
    data: dict[str, Any] = {
        "across": across,
        "down": down,
        "columns": list(columns),
        "rows": list(lines),
        "here": [columns.index(here[across]), lines.index(here[down])],
        "situation": here,
        "years": YEARS,
    }
    a, d = space.codes[space.variable(across)], space.codes[space.variable(down)]
    counts = np.zeros((len(lines), len(columns)), int)
    np.add.at(counts, (d, a), 1)
    data["counts"] = counts.tolist()
    equilibrium = sight.follow(DRAG_TOL)
    data |= solution(sight, equilibrium)
    if not equilibrium.certified:
        return data
    spent = np.zeros(counts.shape)
    np.add.at(spent, (d, a), occupancy(equilibrium, x))
    data["spent"] = spent.tolist()
    data["next"] = next_moves(sight, equilibrium, x)
    data["paths"] = {
        name: path(sight, equilibrium, x, target)
        for name, target in (("war", sight.template.war), ("peace", sight.template.peace))
        if not target[x]
    }
    for steps in data["paths"].values():
        for step in steps["steps"]:
            step["cell"] = [columns.index(step["values"][across]), lines.index(step["values"][down])]
            del step["values"]
    return data


def occupancy(equilibrium: Equilibrium, x: int) -> np.ndarray:
    """Expected years in each state within the next `YEARS`, (states,)."""
    times = np.linspace(0.0, YEARS, STEPS + 1)
    share = equilibrium.chain().transient(x, times)
    return trapezoid(share, x=times, axis=0)


def jumps_from(game: Game, equilibrium: Equilibrium, x: int) -> list[tuple[str, str, int, float]]:
    """(who, move, state it leads to, rate 1/year) of everything that can change state x."""
    k = game.n_states
    found: list[tuple[str, str, int, float]] = []

    def add(who: str, what: str, transition: sp.csr_array, row: int, rate: float) -> None:
        part = slice(transition.indptr[row], transition.indptr[row + 1])
        for y, p in zip(transition.indices[part], transition.data[part], strict=True):
            if y != x and p * rate > 0:
                found.append((who, what, int(y), float(p * rate)))

    for i, player in enumerate(game.players):
        rates = equilibrium.rates(i)[:, x]
        for a, name in enumerate(game.moves[i].names):
            if a and game.moves[i].available[a, x]:
                add(player, name, game.moves[i].transition, a * k + x, float(rates[a]))
    for e, name in enumerate(game.nature.names):
        add("", name, game.nature.transition, e * k + x, float(game.nature.hazards[e, x]))
    return sorted(found, key=lambda jump: -jump[3])


def _told(sight: Sight, x: int, who: str, what: str, y: int) -> dict[str, Any]:
    before, after = sight.template.space.describe(x), sight.template.space.describe(y)
    move = sight.case.actions[who].get(what) if who else sight.case.nature.get(what)
    return {
        "who": sight.case.actors[who].label if who else "",
        "what": (move.label if move is not None and move.label else what.replace("_", " ")),
        "changes": [
            f"{n.replace('_', ' ')}: {_plain(before[n])} → {_plain(after[n])}" for n in after if before[n] != after[n]
        ],
    }


def _plain(value: str) -> str:
    return value.replace("_", " ")


def next_moves(sight: Sight, equilibrium: Equilibrium, x: int) -> dict[str, Any]:
    """What may happen next: shares of being the first to happen, and how long it takes."""
    jumps = jumps_from(equilibrium.game, equilibrium, x)
    total = sum(jump[3] for jump in jumps)
    moves = [
        {**_told(sight, x, who, what, y), "share": rate / total, "rate": rate} for who, what, y, rate in jumps[:NEXT]
    ]
    left = sum(jump[3] for jump in jumps[NEXT:]) / total if total else 0.0
    return {"moves": moves, "others": left, "wait": 1.0 / total if total else None}


def path(sight: Sight, equilibrium: Equilibrium, x: int, target: np.ndarray) -> dict[str, Any]:
    """The likeliest sequence of moves from x into a target: steps and the chance of exactly this sequence."""
    generator = sp.csr_array(equilibrium.generator)
    rates = generator - sp.diags_array(generator.diagonal())
    rates = sp.csr_array(rates)
    rates.eliminate_zeros()
    exits = np.asarray(rates.sum(axis=1)).ravel()
    row = np.repeat(np.arange(len(exits)), np.diff(rates.indptr))
    chance = np.clip(rates.data / exits[row], 1e-300, 1.0)
    cost = sp.csr_array((-np.log(chance) + 1e-12, rates.indices, rates.indptr), shape=rates.shape)
    distance, before = dijkstra(cost, indices=x, return_predecessors=True)
    reachable = np.flatnonzero(target & np.isfinite(distance))
    if reachable.size == 0:
        return {"steps": [], "chance": 0.0}
    at = int(reachable[np.argmin(distance[reachable])])
    total, order = float(np.exp(-distance[at])), [at]
    while at != x:
        at = int(before[at])
        order.append(at)
    order.reverse()
    steps = []
    for here, there in list(pairwise(order))[:LONGEST]:
        who, what, _, _ = next(j for j in jumps_from(equilibrium.game, equilibrium, here) if j[2] == there)
        steps.append({**_told(sight, here, who, what, there), "values": sight.template.space.describe(there)})
    return {"steps": steps, "chance": total}
