"""The map of a view: where the process is and is likely to be, what can happen next, the likeliest ways out."""

from itertools import pairwise
from typing import Any

import numpy as np

from detente.chain.likeliest import likeliest_path
from detente.chain.occupation import occupation
from detente.solver import Equilibrium
from detente.solver.jumps import jumps_from
from detente.studio.numbers import solution
from detente.studio.opened import DRAG_TOL, Wish

YEARS = 10.0  # that the map looks ahead
NEXT = 8  # moves listed
LONGEST = 12  # steps of a path


def axes(wish: Wish, rows: str | None) -> tuple[str, str]:
    """The variables across and down: the first that tells peace from war, and the one asked for or the next."""
    names = list(wish.case.states)
    across = next((n for n in names if n in wish.case.outcomes.peace.variables), names[0])
    others = [n for n in names if n != across] or [across]
    fallback = "process" if "process" in others else others[0]
    return across, rows if rows in others else fallback


def atlas(wish: Wish, rows: str | None) -> dict[str, Any]:
    """The map as plain data; only what may be shown."""
    across, down = axes(wish, rows)
    space, x = wish.template.space, wish.start
    columns, lines = (wish.case.states[name].values for name in (across, down))
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
    equilibrium = wish.follow(DRAG_TOL)
    data |= solution(wish, equilibrium)
    if not equilibrium.certified:
        return data
    spent = np.zeros(counts.shape)
    np.add.at(spent, (d, a), occupation(equilibrium.chain(), x, YEARS))
    data["spent"] = spent.tolist()
    data["next"] = next_moves(wish, equilibrium, x)
    data["paths"] = {
        name: path(wish, equilibrium, x, target)
        for name, target in (("war", wish.template.war), ("peace", wish.template.peace))
        if not target[x]
    }
    for steps in data["paths"].values():
        for step in steps["steps"]:
            step["cell"] = [columns.index(step["values"][across]), lines.index(step["values"][down])]
            del step["values"]
    return data


def _told(wish: Wish, x: int, who: str, what: str, y: int) -> dict[str, Any]:
    before, after = wish.template.space.describe(x), wish.template.space.describe(y)
    move = wish.case.actions[who].get(what) if who else wish.case.nature.get(what)
    return {
        "who": wish.case.actors[who].label if who else "",
        "what": (move.label if move is not None and move.label else what.replace("_", " ")),
        "changes": [
            f"{n.replace('_', ' ')}: {_plain(before[n])} → {_plain(after[n])}" for n in after if before[n] != after[n]
        ],
    }


def _plain(value: str) -> str:
    return value.replace("_", " ")


def next_moves(wish: Wish, equilibrium: Equilibrium, x: int) -> dict[str, Any]:
    """What may happen next: shares of being the first to happen, and how long it takes."""
    jumps = jumps_from(equilibrium, x)
    total = sum(jump.rate for jump in jumps)
    moves = [
        {**_told(wish, x, jump.who, jump.move, jump.to), "share": jump.rate / total, "rate": jump.rate}
        for jump in jumps[:NEXT]
    ]
    left = sum(jump.rate for jump in jumps[NEXT:]) / total if total else 0.0
    return {"moves": moves, "others": left, "wait": 1.0 / total if total else None}


def path(wish: Wish, equilibrium: Equilibrium, x: int, target: np.ndarray) -> dict[str, Any]:
    """The likeliest sequence of moves from x into a target: steps and the chance of exactly this sequence."""
    states, chance = likeliest_path(equilibrium.generator, x, target)
    steps = []
    for here, there in list(pairwise(states))[:LONGEST]:
        jump = next(j for j in jumps_from(equilibrium, here) if j.to == there)
        told = _told(wish, here, jump.who, jump.move, there)
        steps.append({**told, "values": wish.template.space.describe(there)})
    return {"steps": steps, "chance": chance}
