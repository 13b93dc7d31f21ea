"""Readings of many settings in common draws: computed in parallel, kept, and used again.

With a store, every finished round is on disk, and within a round every finished task, so that the same command goes on
where it was stopped. Nothing in it depends on the number of workers.
"""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from detente.answers.drawn import drawn_from_fit, drawn_from_ranges
from detente.draws import Progress, forget, map_draws
from detente.files.keys import code_fingerprint, content_key
from detente.files.whole import write_text
from detente.settlement.evaluate import NONE, Measures, Reading, Solver, Task
from detente.settlement.judge import PackageResult, judge, references
from detente.settlement.problem import Problem
from detente.settlement.search import Setting

if TYPE_CHECKING:
    from detente.evidence.kept import KeptFit

ROUND = "round"  # in the store: finished tasks of the round under way
CHUNK = 12  # settings solved in one task: enough to start each from a neighbour, few enough to share among workers


def draw_parameters(problem: Problem, draws: int, seed: int, fitted: "KeptFit | None" = None) -> list[dict[str, float]]:
    """Parameters of each draw: of a fit, or of the stated ranges; draw 0 is the middle of all."""
    template = problem.template
    if fitted is None:
        drawn = drawn_from_ranges(template, draws, seed)
    else:
        drawn = drawn_from_fit(template, fitted, draws, seed)
    rows = [drawn.middle, *drawn.values[1:]]
    return [dict(zip(template.parameter_names, map(float, row), strict=True)) for row in rows]


@dataclass
class CommonDraws:
    """Common draws of a problem and every reading taken in them."""

    problem: Problem
    parameters: Sequence[Mapping[str, float]]
    workers: int | None = None
    executor: Executor | str | None = None
    store: Path | None = None
    key: str = ""
    progress: Progress | None = None
    readings: dict[tuple[int, Setting, Measures], Reading] = field(default_factory=dict)
    solved: int = 0  # games solved now, not read from the store
    in_equilibria: dict[Setting, list[list[Reading]]] = field(default_factory=dict)  # per draw, one per equilibrium
    _base: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        limits = self.problem.limits
        parameters = [dict(p) for p in self.parameters]
        self._job = content_key(self.key, self.problem.date, limits.within, parameters, code_fingerprint())
        if self.store is not None:
            self._load()

    def __len__(self) -> int:
        return len(self.parameters)

    @property
    def left_out(self) -> dict[int, str]:
        """Draws whose game without levers has no certified solution, and why."""
        return {d: reading["why"] for d, reading in self._without_levers().items() if not reading["certified"]}

    @property
    def all_left_out(self) -> bool:
        """Whether not one game without levers could be solved."""
        return not any(reading["certified"] for reading in self._without_levers().values())

    def _without_levers(self) -> dict[int, Reading]:
        off = self.problem.levers.space(1).off
        return {d: reading for (d, *key), reading in self.readings.items() if key == [off, NONE]}

    def certified(self, setting: Setting) -> list[Reading]:
        """The readings of a setting in the draws that have a certified solution, in order of the draws."""
        readings = (self.readings[(d, setting, NONE)] for d in range(len(self)))
        return [r for r in readings if r["certified"]]

    def ensure(self, wanted: Sequence[tuple[Setting, Measures]], draws: Sequence[int], words: str = "games") -> None:
        """Take all readings that are missing, with those of what players compare against."""
        full = dict.fromkeys(wanted)
        for setting, _ in wanted:
            full.update(dict.fromkeys((s, NONE) for s in references(self.problem, setting).values()))
        tasks: list[tuple[int, Task]] = []
        for d in draws:
            missing = [w for w in full if (d, *w) not in self.readings]
            tasks += [(d, self._task(d, missing[n : n + CHUNK])) for n in range(0, len(missing), CHUNK)]
        first = [t for n, t in enumerate(tasks) if t[0] not in self._base and t[0] not in {x for x, _ in tasks[:n]}]
        self._run(first, words)
        rest = [(d, self._task(d, t.wanted)) for d, t in tasks if (d, t) not in first]
        self._run(rest, words)

    def base(self, draw: int) -> bytes | None:
        """The draw's values without levers, float64 (players, states), if they were solved for."""
        found = self._base.get(draw)
        return None if found is None else b64decode(found)

    def _task(self, draw: int, wanted: Sequence[tuple[Setting, Measures]]) -> Task:
        return Task(self.parameters[draw], self.base(draw), tuple(wanted))

    def _run(self, tasks: Sequence[tuple[int, Task]], words: str) -> None:
        if not tasks:
            return
        job = content_key(repr([(d, t.wanted) for d, t in tasks]))
        results = map_draws(
            Solver(self.problem),
            [task for _, task in tasks],
            executor=self.executor,
            workers=self.workers,
            progress=self.progress,
            store=None if self.store is None else self.store / ROUND,
            key=f"{self._job}|{job}",
            words=words,
        )
        for (draw, task), result in zip(tasks, results):
            if result["base"] is not None:
                self._base[draw] = result["base"]
            for (setting, measures), reading in zip(task.wanted, result["readings"]):
                self.readings[(draw, setting, measures)] = reading
                self.solved += 1
        if self.store is not None:
            self._save()
            forget(self.store / ROUND)

    def judged(self, setting: Setting, draw: int, measures: Measures = NONE) -> tuple[PackageResult, ...]:
        """What a draw says per package, from readings that were taken."""
        going_on = {s: self.readings[(draw, s, NONE)] for s in references(self.problem, setting).values()}
        return judge(self.problem, setting, self.readings[(draw, setting, measures)], going_on)

    def evaluate(
        self, settings: Sequence[Setting], draws: Sequence[int]
    ) -> dict[tuple[Setting, int], tuple[PackageResult, ...]]:
        """The evaluator that the search calls."""
        self.ensure([(s, NONE) for s in settings], draws, f"{len(settings)} settings, task")
        return {(s, d): self.judged(s, d) for s in settings for d in draws}

    # ---- on disk ---------------------------------------------------------------------------------------------------

    def _save(self) -> None:
        assert self.store is not None
        rows = [
            [draw, setting, [measures.payments, measures.prices], reading]
            for (draw, setting, measures), reading in self.readings.items()
        ]
        content = {"job": self._job, "base": self._base, "readings": rows}
        write_text(self.store / "readings.json", json.dumps(content) + "\n")

    def _load(self) -> None:
        assert self.store is not None
        path = self.store / "readings.json"
        if not path.is_file():
            return
        try:
            content = json.loads(path.read_text("utf-8"))
        except ValueError:
            return  # not ours, or from another version: start anew
        if not isinstance(content, dict) or content.get("job") != self._job:
            return
        self._base = {int(d): base for d, base in content["base"].items()}
        for draw, setting, (payments, prices), reading in content["readings"]:
            measures = Measures(tuple((a, b, c) for a, b, c in payments), tuple((a, b) for a, b in prices))
            self.readings[(draw, tuple(setting), measures)] = reading

    def forget(self) -> None:
        """Remove what the store kept."""
        if self.store is not None:
            (self.store / "readings.json").unlink(missing_ok=True)
            if self.store.is_dir() and not any(self.store.iterdir()):
                self.store.rmdir()
