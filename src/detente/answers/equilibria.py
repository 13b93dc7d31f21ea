"""Answers per equilibrium: what holds in how many of those that were found, in a share of the draws.

More starts find more; what is found is a lower bound on how many there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from detente.answers.answers import Answers
from detente.answers.names import NumberSpec
from detente.answers.results import noise
from detente.run import Quantity, Ref, Table

SEARCHED = 10  # one draw in ten is searched, the first ones; a search costs some dozens of solves
Found = tuple[int, int, float]  # draw, number of the equilibrium in it, value


def searched(draws: int) -> int:
    """How many of the draws are searched for further equilibria."""
    return max(1, draws // SEARCHED)


def with_equilibria(
    answers: Answers, rows: Sequence[Mapping[str, Any]], specs: Mapping[str, NumberSpec], players: Sequence[str]
) -> Answers:
    """Answers with the share of the equilibria found in which each number holds, and a table of every number in each.

    A number with a sign holds where its sign is the one that is reported; one without holds where it lies in the range
    that is reported.

    Args:
        answers: over all draws.
        rows: what workers sent, a row per draw that was kept; those that were searched have `equilibria`.
        specs: what the numbers are, by id.
        players: the actors, in the order of each row's `stake`.
    """
    sets = {n: row["equilibria"] for n, row in enumerate(rows) if "equilibria" in row}
    values = {q.id: _values(sets, specs[q.id], players) for q in answers.quantities}
    quantities = tuple(q.model_copy(update={"equilibria_share": share(q, values[q.id])}) for q in answers.quantities)
    counts = [len(found) for found in sets.values()]
    solution = answers.solution.model_copy(update={"equilibria_found": max(counts, default=None)})
    where = (
        f"Searched in the first {len(sets)} of {len(rows)} draws; found {sum(counts)} equilibria in all, at most "
        f"{max(counts, default=0)} in one draw. There may be more."
    )
    tables = {"equilibria": _summary(quantities, values, where), "equilibria_values": _every(quantities, values, where)}
    return replace(answers, quantities=quantities, tables={**answers.tables, **tables}, solution=solution)


def _values(
    sets: Mapping[int, Sequence[Mapping[str, Any]]], spec: NumberSpec, players: Sequence[str]
) -> tuple[Found, ...]:
    found = []
    for draw, each in sets.items():
        for n, row in enumerate(each):
            value = row["numbers"].get(spec.key.id, np.nan)
            if np.isfinite(value):
                floor = np.max(noise(spec, np.array([row["stake"]]), players)) if spec.signed else 0.0
                found.append((draw + 1, n + 1, float(value) if abs(value) > floor else 0.0))
    return tuple(found)


def share(quantity: Quantity, values: Sequence[Found]) -> float | None:
    """The share of these equilibria in which a number holds; None where it was not asked there, or has no range."""
    holding = holds(quantity, values)
    return None if holding is None else holding / len(values)


def holds(quantity: Quantity, values: Sequence[Found]) -> int | None:
    """In how many of these equilibria a number holds; None where that cannot be said."""
    numbers = np.array([value for *_, value in values])
    if len(numbers) == 0 or quantity.mid is None:
        return None
    if quantity.signed:
        return int(np.sum(np.sign(numbers) == np.sign(quantity.mid)))
    if quantity.low is None or quantity.high is None:
        return None
    return int(np.sum((numbers >= quantity.low) & (numbers <= quantity.high)))


def _summary(quantities: Sequence[Quantity], values: Mapping[str, Sequence[Found]], where: str) -> Table:
    rows = []
    for q in quantities:
        if found := values[q.id]:
            numbers = [value for *_, value in found]
            rows.append((q.id, q.label, holds(q, found), len(found), min(numbers), max(numbers)))
    return Table(
        title="In how many of the equilibria found each number holds",
        columns=("quantity", "label", "holds_in", "of", "least", "largest"),
        rows=tuple(rows),
        note=f"{where} A number with a sign holds where it has that sign, any other where it lies in its range.",
        rests_on=tuple((Ref(kind="quantity", id=str(row[0])),) for row in rows),
    )


def _every(quantities: Sequence[Quantity], values: Mapping[str, Sequence[Found]], where: str) -> Table:
    rows = tuple((q.id, *found) for q in quantities for found in values[q.id])
    return Table(
        title="Each number in each of the equilibria found",
        columns=("quantity", "draw", "equilibrium", "value"),
        rows=rows,
        note=f"{where} Equilibrium 1 is the one that the draw's other answers come from.",
        rests_on=tuple((Ref(kind="quantity", id=row[0]),) for row in rows),
    )
