"""Histories that draws of a fit, or of the ranges, would leave: one per draw, seen through the coding of the record.

Each draw is solved on its own, and its history has a seed of its own, so that results do not depend on the workers. A
draw without a certified equilibrium is left out with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import ndtri

from detente.draws import DRAW_FAULTS, map_draws, uniforms
from detente.errors import ComputationError
from detente.evidence.fit import Question
from detente.evidence.history import Looked, Simulated, Unknown, held, value
from detente.evidence.jumps import jump_rates
from detente.evidence.kept import KeptFit, chosen
from detente.evidence.recorded import RecordedCase
from detente.evidence.simulate import observe, simulate
from detente.evidence.target import RecordTarget
from detente.solver import solve
from detente.words.progress import Progress

TOLERANCE = 1e-8  # residual of a solve
LIMIT = 200_000  # jumps of a history; one with more is left out
SHOWN = 20  # histories that are drawn


@dataclass(frozen=True)
class Draw:
    """One set of parameters and recording probabilities, and the seed of its history."""

    number: int
    values: tuple[float, ...]
    seed: tuple[int, ...]
    shown: bool = False  # its history is drawn


def draws_of_ranges(target: RecordTarget, draws: int, seed: int, shown: int = 0) -> list[Draw]:
    """Draws of the stated ranges, recording probabilities among them."""
    points = target.coordinates.values(ndtri(uniforms(draws, len(target.names), seed)))
    return _numbered(points, (seed, 0), shown)


def draws_of_fit(kept: KeptFit, draws: int, seed: int, shown: int = 0) -> list[Draw]:
    """Draws of a fit, evenly spaced over its chains; several histories of one where it has fewer."""
    rows = list(chosen(draws, len(kept.values), seed))
    return _numbered(kept.values[[rows[n % len(rows)] for n in range(draws)]], (seed, 1), shown)


def _numbered(values: np.ndarray, seed: tuple[int, ...], shown: int) -> list[Draw]:
    return [Draw(n, tuple(map(float, row)), (*seed, n), n < shown) for n, row in enumerate(values)]


@dataclass(frozen=True)
class Simulator:
    """What a worker needs; called with a draw it gives plain data. Every process opens the case once."""

    question: Question

    @cached_property
    def recorded(self) -> RecordedCase:
        """The case and its record."""
        return RecordedCase.open(self.question.case)

    @cached_property
    def target(self) -> RecordTarget:
        """The record as it is coded, and what varies."""
        return self.question.target_in(self.recorded)

    @cached_property
    def looked(self) -> Looked:
        """How histories are looked at."""
        return Looked(self.target.coded, self.recorded.template.space)

    def __getstate__(self) -> dict[str, Any]:
        """Without what every process makes for itself."""
        return {"question": self.question}

    def __call__(self, draw: Draw) -> dict[str, Any]:
        """The statistics of one history; `{"failed": words}` where the draw cannot be solved."""
        try:
            history = self.simulated(draw)
        except DRAW_FAULTS as error:
            return {"failed": str(error) or type(error).__name__}
        found: dict[str, Any] = {"values": {}}
        for name, statistic in self.recorded.case.history.items():
            try:
                found["values"][name] = value(statistic, history, self.looked.window(statistic))
            except Unknown:
                found["values"][name] = None
        if draw.shown:
            found["spells"] = self.spells(history)
        return found

    def simulated(self, draw: Draw) -> Simulated:
        """One history of a draw."""
        target, coded = self.target, self.target.coded
        parameters, chances = target.coordinates.split(np.array(draw.values))
        equilibrium = solve(target.family(parameters), tol=TOLERANCE)
        if not equilibrium.certified:
            raise ComputationError(equilibrium.status.words)
        rates = np.concatenate([jump_rates(equilibrium.game, equilibrium.strategies, target.table), coded.constant])
        rng = np.random.default_rng(draw.seed)
        start = int(rng.choice(len(coded.path.initial), p=coded.path.initial))
        gone = simulate(coded.table, rates, start, coded.path.horizon, rng, limit=LIMIT)
        if len(gone.times) >= LIMIT:
            raise ComputationError(f"a history of more than {LIMIT:,} acts")
        path = observe(gone, coded.table, coded.scheme, target.recorded_with(chances), draw=0, rng=rng)
        return Simulated(self.looked, gone, path)

    def spells(self, history: Simulated) -> list[list[Any]]:
        """War and peace of a history, for a picture: [what, from, until] in years since the start."""
        outcomes, found = self.recorded.case.outcomes, list[list[Any]]()
        for name, condition in (("war", outcomes.war), ("peace", outcomes.peace)):
            holds = self.looked.holds(condition)
            found += [[name, a, b] for a, b in held(history.trajectory, holds, history.path.horizon)]
        return found


@dataclass(frozen=True)
class Histories:
    """What histories gave.

    Attributes:
        values: statistic -> (histories,) its value; NaN where a history has none.
        spells: of the histories that are drawn.
        failed: reasons of the draws that were left out.
    """

    values: dict[str, np.ndarray]
    spells: list[list[list[Any]]]
    failed: list[str]


def histories(
    simulator: Simulator,
    draws: Sequence[Draw],
    *,
    store: Path | None = None,
    key: str = "",
    workers: int | None = None,
    executor: Any = None,
    progress: Progress | None = None,
    words: str = "history",
) -> Histories:
    """One history for each draw.

    Args:
        simulator: the case and its record.
        draws: of a fit or of the ranges.
        store, key, workers, executor, progress, words: as in `detente.draws.map_draws`.

    Raises:
        ComputationError: not one draw has a certified equilibrium.
    """
    rows = map_draws(
        simulator, draws, executor=executor, workers=workers, progress=progress, store=store, key=key, words=words
    )
    good = [row for row in rows if "failed" not in row]
    failed = [row["failed"] for row in rows if "failed" in row]
    if not good:
        raise ComputationError(f"no draw leaves a history: {failed[0] if failed else 'there is none'}")
    names = list(simulator.recorded.case.history)
    values = {n: np.array([np.nan if r["values"][n] is None else r["values"][n] for r in good]) for n in names}
    return Histories(values, [row["spells"] for row in good if "spells" in row], failed)
