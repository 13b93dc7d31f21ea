"""Answers over draws: from a case's game and a date to quantities with intervals.

Every draw is solved once; all questions share its equilibrium, chain and counterfactuals. Draws without a certified
solution are left out, counted and said. Beside the draws, the middle of all ranges is solved and the headline numbers
are differentiated there by every assumption; that gives the tornado, and the three assumptions that a number hangs on
most.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from detente.answers.frame import frame_of
from detente.answers.model import Answers, Found, Frame, Question, Results
from detente.answers.registry import LIGHT, questions_of
from detente.answers.sensitivity import headline, slopes
from detente.answers.solved import Solved
from detente.answers.summary import Summary, summarise
from detente.case.content import content_of
from detente.draws import map_draws, uniforms
from detente.errors import ComputationError, UncertifiedError
from detente.files.keys import code_fingerprint, content_key
from detente.run import Solution, Table

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Item:
    """One set of parameters to solve, and what to ask there."""

    parameters: tuple[float, ...]
    questions: tuple[str, ...]
    near_middle: bool = False  # solved from the middle's solution instead of from nothing
    derivatives: bool = False  # also by every assumption, of the headline numbers


@dataclass(frozen=True)
class Job:
    """What a worker needs; called with an item, it returns plain JSON data."""

    template: Any
    frame: Frame
    middle: np.ndarray | None = None

    def __call__(self, item: Item) -> dict[str, Any]:
        """Numbers and curves of one item, with its certificate; `{"failed": words}` without a certified solution."""
        game = self.template.game(dict(zip(self.template.parameter_names, item.parameters)))
        try:
            solved = Solved(self.frame, game, self.middle if item.near_middle else None, self.template.game)
        except UncertifiedError as error:
            return {"failed": str(error)}
        certificate = solved.equilibrium.certificate
        found = [question.ask(solved) for question in questions_of(item.questions)]
        numbers = _merged(found, "numbers")
        extra: dict[str, Any] = {}
        if item.derivatives:
            ids = headline(self.frame, numbers)
            extra = {"slopes": slopes(solved, varied(self.template), ids)}
            extra["spectral_radius"] = solved.equilibrium.certificate.spectral_radius
        return {
            **extra,
            "residual": certificate.residual,
            "gap": certificate.gap,
            "numbers": numbers,
            "without_choice": _merged(found, "without_choice"),
            "curves": _merged(found, "curves"),
        }


def _merged(found: Sequence[Found], name: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for one in found:
        merged.update(getattr(one, name))
    return merged


def evaluate(
    template: Any,
    situation: str | Mapping[str, str],
    *,
    draws: int = 100,
    seed: int = 0,
    questions: Sequence[str] | None = None,
    package: str | None = None,
    account: str | None = None,
    equilibria: int | None = None,
    tornado: bool = True,
    workers: int | None = None,
    executor: Executor | str | None = None,
    progress: Progress | None = None,
    store: Path | None = None,
) -> Answers:
    """Answer questions on a compiled case from a date, over draws of its parameters.

    Args:
        template: `compile_case(case)`.
        situation: date of a situation, or values by state variable.
        draws: sets of parameters drawn from the stated ranges.
        seed: of the draws; the same seed gives the same answers.
        questions: ids; None for all, of which the dear ones use fewer draws (said in the warnings).
        package: only this package, with ids that do not name it.
        account: draw from this account's ranges.
        equilibria: look for all equilibria at the middle of the ranges from this many starts, and give each number's
            share of those found in which its sign is the same.
        tornado: also compute, at the middle of all ranges, derivatives by every assumption.
        workers, executor, progress, store: see `detente.draws.map_draws`; none of them changes an answer.

    Raises:
        OptionError: unknown date, question, package or account.
        ComputationError: no draw has a certified solution.
    """
    frame = frame_of(template, situation, package)
    asked = questions_of(questions)
    notes = {q.id: reason for q in asked if (reason := q.missing(frame))}
    able = tuple(q for q in asked if q.id not in notes)
    plan = _Plan.of(template, frame, able, draws, seed, account, capped=questions is None, tornado=tornado)
    job = Job(template, frame)
    raw = map_draws(
        job,
        plan.items,
        workers=workers,
        executor=executor,
        progress=progress,
        store=store,
        key=plan.key if store is not None else "",
    )
    middle = raw.pop(0) if plan.with_middle else None
    answers = plan.answers(raw, middle, notes)
    if equilibria is None:
        return answers
    light = tuple(q.id for q in able if q.id in LIGHT)
    mids = dict(zip(template.parameter_names, (float(p.mid) for p in plan.priors)))
    return with_equilibria(answers, frame, template.game(mids), light, equilibria, seed)


@dataclass(frozen=True)
class _Plan:
    """The items of one evaluation and how to read their results."""

    template: Any
    frame: Frame
    questions: tuple[Question, ...]
    priors: tuple[Any, ...]
    uniforms: np.ndarray  # (draws, parameters)
    parameters: np.ndarray  # (draws, parameters)
    items: tuple[Item, ...]  # the middle of all ranges if `with_middle`, then the draws
    with_middle: bool
    caps: dict[str, int]

    @staticmethod
    def of(
        template: Any,
        frame: Frame,
        questions: tuple[Question, ...],
        draws: int,
        seed: int,
        account: str | None,
        *,
        capped: bool,
        tornado: bool,
    ) -> "_Plan":
        priors = priors_of(template, account)
        u = uniforms(draws, len(priors), seed)
        values = np.array([[prior.sample(float(v)) for prior, v in zip(priors, row)] for row in u]).reshape(u.shape)
        middle = np.array([prior.mid for prior in priors], dtype=float)
        most = {q.id: max(q.most_draws, q.most_draws * draws // 100) for q in questions if capped and q.most_draws}
        caps = {id: cap for id, cap in most.items() if cap < draws}
        items = [
            Item(tuple(map(float, row)), tuple(q.id for q in questions if n < caps.get(q.id, draws)))
            for n, row in enumerate(values)
        ]
        light = tuple(q.id for q in questions if q.id in LIGHT)
        with_middle = tornado and bool(light)
        if with_middle:
            items.insert(0, Item(tuple(map(float, middle)), light, derivatives=True))  # the dearest one first
        return _Plan(template, frame, questions, priors, u, values, tuple(items), with_middle, caps)

    @property
    def key(self) -> str:
        """What the stored results belong to: inputs, code and items."""
        items = [asdict(item) for item in self.items]
        case = content_of(self.template.case)
        return content_key(code_fingerprint(), case, items, self.frame.start, list(self.frame.settled))

    def answers(self, raw: list[dict[str, Any]], middle: dict[str, Any] | None, notes: dict[str, str]) -> Answers:
        draws = len(raw)
        kept = [n for n in range(draws) if "failed" not in raw[n]]
        if not kept:
            raise ComputationError(f"none of {draws} draws has a certified solution: {raw[0]['failed']}")
        results = gather([raw[n] for n in kept], self.parameters[kept], self.uniforms[kept])
        warnings = self._warnings(raw, kept, notes)
        if middle is not None and "failed" in middle:
            warnings.insert(
                0, f"no derivatives: no certified solution at the middle of all ranges ({middle['failed']})"
            )
            middle = None
        ranges = {p.name: (p.low, p.mid, p.high) for p in self.priors}
        summary = Summary(self.frame, self.questions, results, ranges, middle, self.caps)
        radius = middle["spectral_radius"] if middle is not None else None
        solution = solution_of([raw[n] for n in kept], draws - len(kept), radius)
        quantities, tables = summarise(summary)
        return Answers(quantities, tables, solution, tuple(warnings), notes, results)

    def _warnings(self, raw: list[dict], kept: list[int], notes: dict[str, str]) -> list[str]:
        draws = len(raw)
        warnings = []
        if len(kept) < draws:
            first = next(row["failed"] for row in raw if "failed" in row)
            warnings.append(f"{draws - len(kept)} of {draws} draws left out: no certified solution ({first})")
        for cap in sorted(set(self.caps.values())):
            ids = ", ".join(id for id, c in self.caps.items() if c == cap)
            warnings.append(f"{ids}: from the first {cap} of {draws} draws (each needs many solutions)")
        for id, reason in notes.items():
            warnings.append(f"{id}: not answerable in this case: {reason}")
        return warnings


def with_equilibria(
    answers: Answers, frame: Frame, game: Any, questions: tuple[str, ...], starts: int, seed: int
) -> Answers:
    """Answers with the share of equilibria, among those found at the middle of all ranges, that agree on each sign.

    Chances and durations have no sign; their share is left out, and their range over equilibria stands in the table
    `equilibria`.
    """
    from detente.solver import enumerate_equilibria

    found = enumerate_equilibria(game, starts=starts, seed=seed)
    solved = [Solved(frame, game, equilibrium) for equilibrium in found]
    numbers = [_merged([q.ask(one) for q in questions_of(questions)], "numbers") for one in solved]
    quantities, rows = [], []
    for quantity in answers.quantities:
        values = [own[quantity.id] for own in numbers if quantity.id in own]
        if values:
            rows.append((quantity.id, *(float(f(values)) for f in (min, max))))
        if values and quantity.sign_share is not None and quantity.mid is not None:
            share = float(np.mean(np.sign(values) == np.sign(quantity.mid)))
            quantity = quantity.model_copy(update={"equilibria_share": share})  # noqa: PLW2901
        quantities.append(quantity)
    table = Table(
        title=f"Smallest and largest over {len(solved)} equilibria found at the middle of all ranges",
        columns=("quantity", "least", "largest"),
        rows=tuple(rows),
        note="The equilibria found are a lower bound on their number.",
    )
    solution = answers.solution.model_copy(update={"equilibria_found": len(solved)})
    return replace(
        answers, quantities=tuple(quantities), tables={**answers.tables, "equilibria": table}, solution=solution
    )


def solution_of(rows: Sequence[dict[str, Any]], left_out: int, spectral_radius: float | None = None) -> Solution:
    """The worst certificate of several solutions."""
    return Solution(
        certified=True,
        residual=max(row["residual"] for row in rows),
        gap=max(row["gap"] for row in rows),
        spectral_radius=spectral_radius,
        draws_left_out=left_out,
    )


def varied(template: Any) -> tuple[str, ...]:
    """Parameters of a case that have a range."""
    return tuple(name for name, p in template.case.parameters.items() if p.low < p.high)


def priors_of(template: Any, account: str | None) -> tuple[Any, ...]:
    """The parameters of a case, by position, with an account's priors in place where it has its own."""
    parameters = template.case.parameters
    if account is None:
        return tuple(parameters[name] for name in template.parameter_names)
    from detente.answers.frame import account_of

    own = account_of(template.case, account).parameters
    return tuple(own.get(name, parameters[name]) for name in template.parameter_names)


def gather(rows: Sequence[dict[str, Any]], parameters: np.ndarray, drawn: np.ndarray) -> Results:
    """Results with a row per draw; a number that a draw lacks is NaN, a curve that it lacks is 0."""
    numbers = {id: np.array([row["numbers"].get(id, math.nan) for row in rows]) for id in _names(rows, "numbers")}
    bare = {
        id: np.array([row["without_choice"].get(id, math.nan) for row in rows]) for id in _names(rows, "without_choice")
    }
    curves = {}
    for name in _names(rows, "curves"):
        length = next(len(row["curves"][name]) for row in rows if name in row["curves"])
        curves[name] = np.array([row["curves"].get(name, [0.0] * length) for row in rows])
    return Results(numbers, curves, bare, parameters, drawn)


def _names(rows: Sequence[dict[str, Any]], kind: str) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row[kind]))


def as_json(results: Results) -> str:
    """Raw numbers of all draws as JSON text, for those who want to look."""
    return json.dumps({id: values.tolist() for id, values in results.numbers.items()})
