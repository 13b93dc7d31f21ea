"""Scenarios side by side: the same draws under each, so that differences are not blurred by different draws."""

from collections.abc import Mapping

import numpy as np

from detente.answers.answers import Answers
from detente.answers.results import few_draws, spread
from detente.run import Cell, Ref, Table


def comparison(answers: Mapping[str, Answers]) -> Table:
    """Medians side by side, and the difference from the case as it stands over common draws.

    Args:
        answers: by scenario; the entry "" is the case as it stands. All with the same seed and number of draws.
    """
    base = answers[""]
    rows: list[tuple[Cell, ...]] = []
    fewest = len(base.results.branches)
    for quantity in base.quantities:
        id = quantity.id
        for name, other in answers.items():
            if name == "" or id not in other.draws:
                continue
            here, there = common(base, other, id)
            if len(here) == 0:
                continue
            fewest = min(fewest, len(here))
            low, mid, high = spread((there - here)[:, None]).cells()
            same = float(np.mean(np.sign(there - here) == np.sign(mid or 0.0)))
            middles = float(np.median(here)), float(np.median(there))
            rows.append((id, quantity.label, name, *middles, low, mid, high, same))
    columns = ("quantity", "label", "scenario", "as_it_stands", "in_scenario", "low", "mid", "high", "sign_share")
    note = "low, mid, high: the difference (scenario less case as it stands) over the same draws."
    return Table(
        title="Scenarios side by side",
        columns=columns,
        rows=tuple(rows),
        note=" ".join(words for words in (note, few_draws(fewest)) if words),
        rests_on=tuple((Ref(kind="quantity", id=str(row[0])),) for row in rows),
    )


def common(base: Answers, other: Answers, id: str) -> tuple[np.ndarray, np.ndarray]:
    """A number in both, over the draws that both kept and for which both have it."""
    first = {tuple(u): n for n, u in enumerate(base.results.points.tolist())}
    pairs = [(first[key], n) for n, u in enumerate(other.results.points.tolist()) if (key := tuple(u)) in first]
    here = base.draws[id][[a for a, _ in pairs]]
    there = other.draws[id][[b for _, b in pairs]]
    usable = np.isfinite(here) & np.isfinite(there)
    return here[usable], there[usable]
