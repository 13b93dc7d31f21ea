"""Scenarios side by side: the same draws under each, so that differences are not blurred by different draws."""

from collections.abc import Mapping

import numpy as np

from detente.answers.model import Answers
from detente.run import Table


def comparison(answers: Mapping[str, Answers]) -> Table:
    """Medians side by side, and the difference from the case as it stands over common draws.

    Args:
        answers: by scenario; the entry "" is the case as it stands. All with the same seed and number of draws.
    """
    base = answers[""]
    rows = []
    for quantity in base.quantities:
        id = quantity.id
        for name, other in answers.items():
            if name == "" or id not in other.draws:
                continue
            here, there = common(base, other, id)
            if len(here) == 0:
                continue
            low, mid, high = (float(v) for v in np.percentile(there - here, [5, 50, 95]))
            same = float(np.mean(np.sign(there - here) == np.sign(mid)))
            rows.append(
                (id, quantity.label, name, float(np.median(here)), float(np.median(there)), low, mid, high, same)
            )
    columns = ("quantity", "label", "scenario", "as_it_stands", "in_scenario", "low", "mid", "high", "sign_share")
    note = "low, mid, high: the difference (scenario less case as it stands) over the same draws."
    return Table(title="Scenarios side by side", columns=columns, rows=tuple(rows), note=note)


def common(base: Answers, other: Answers, id: str) -> tuple[np.ndarray, np.ndarray]:
    """A number in both, over the draws that both kept and for which both have it."""
    first = {tuple(u): n for n, u in enumerate(base.results.uniforms.tolist())}
    pairs = [(first[key], n) for n, u in enumerate(other.results.uniforms.tolist()) if (key := tuple(u)) in first]
    here = base.draws[id][[a for a, _ in pairs]]
    there = other.draws[id][[b for _, b in pairs]]
    usable = np.isfinite(here) & np.isfinite(there)
    return here[usable], there[usable]
