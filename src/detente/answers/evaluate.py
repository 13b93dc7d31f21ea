"""Answers over draws: from a case's game and a date to quantities with intervals.

Every draw is solved once; all questions share its equilibrium, chain and counterfactuals. Draws that cannot be solved
are left out, counted and said. Beside the draws, the middle of all ranges is solved and the headline numbers are
differentiated there by every assumption; that gives the tornado, and the three assumptions that a number hangs on most.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from detente.answers.answers import Answers
from detente.answers.catalogue import CATALOGUE, Catalogue
from detente.answers.drawn import Drawn, drawn_from_fit, drawn_from_ranges, record_of
from detente.answers.equilibria import searched, with_equilibria
from detente.answers.frame import Frame, frame_of
from detente.answers.job import SEARCH, Job, Spot
from detente.answers.names import NumberSpec
from detente.answers.question import Question
from detente.answers.results import RANGE_DRAWS, Results, gather, spread
from detente.answers.second import MODELS, Model, again, asked_again, other_model, section_of, tables_of, weights_of
from detente.answers.summary import Summary
from detente.answers.witnesses import Witnesses
from detente.case.content import content_of
from detente.draws import Progress, map_draws
from detente.errors import ComputationError, OptionError
from detente.evidence.kept import KeptFit
from detente.files.keys import code_fingerprint, content_key
from detente.run import Solution

PRINCIPAL = "principal"
NO_LEAST: Mapping[str, int] = {}


def evaluate(
    template: Any,
    situation: str | Mapping[str, str],
    *,
    draws: int = 100,
    seed: int = 0,
    questions: Sequence[str] | None = None,
    capped: bool | None = None,
    at_least: Mapping[str, int] = NO_LEAST,
    package: str | None = None,
    account: str | None = None,
    fitted: KeptFit | None = None,
    equilibria: int | None = None,
    tornado: bool = True,
    workers: int | None = None,
    executor: Executor | str | None = None,
    progress: Progress | None = None,
    store: Path | None = None,
    catalogue: Catalogue = CATALOGUE,
) -> Answers:
    """Answer questions on a compiled case from a date, over draws of its parameters.

    Args:
        template: `compile_case(case)`.
        situation: date of a situation, or values by state variable.
        draws: sets of parameters; of a fit at most as many as it has.
        seed: of the draws; the same seed gives the same answers.
        questions: ids; None for all.
        capped: whether questions that need many solves per draw use fewer draws (said in the warnings); by default,
            where all are asked.
        at_least: question -> draws that it gets in spite of that.
        package: only this package, with ids that do not name it.
        account: draw from this account's ranges.
        fitted: draw from this fit to the record (of the same account) instead of the stated ranges; some draws of those
            are solved beside, for the headline numbers.
        equilibria: look for further equilibria from this many random starts in one draw in ten, and give the share of
            those found in which each number holds.
        tornado: also compute, at the middle of all ranges, derivatives by every assumption.
        workers, executor, progress, store: see `detente.draws.map_draws`; none of them changes an answer.
        catalogue: the questions there are.

    Raises:
        OptionError: unknown date, question, package or account; fewer than 1 start.
        RecordError: located mistakes in the record or its coding file.
        ComputationError: no draw can be solved.
    """
    if equilibria is not None and equilibria < 1:
        raise OptionError.of(f"{equilibria} starts", "at least 1 start for each search of equilibria")
    frame = frame_of(template, situation, package)
    asked = catalogue.chosen(questions)
    notes = {q.id: reason for q in asked if (reason := q.missing(frame))}
    able = tuple(q for q in asked if q.id not in notes)
    drawn = (
        drawn_from_ranges(template, draws, seed, account)
        if fitted is None
        else drawn_from_fit(template, fitted, draws, seed, account)
    )
    fewer = f"The fit has {len(drawn)} draws, of which all were used; {draws} were asked for."
    few = (fewer,) if len(drawn) < draws else ()
    draws = len(drawn)
    caps = caps_of(able, draws, at_least) if (questions is None if capped is None else capped) else {}
    plan = _Plan.of(template, frame, able, drawn, seed, caps, equilibria or 0, tornado)
    record = record_of(template, drawn.fit) if plan.again else None
    raw = map_draws(
        Job(template, frame, {q.id: q for q in able}, record=record),
        plan.spots,
        workers=workers,
        executor=executor,
        progress=progress,
        store=store,
        key=plan.key if store is not None else "",
    )
    middle = raw.pop(0) if plan.with_middle else None
    others = draws + len(plan.prior)
    answers, kept = plan.answers(raw[:draws], middle)
    if plan.prior:
        answers = plan.with_prior(answers, raw[draws:others])
    if plan.again:
        answers = plan.with_second_opinions(answers, raw[:draws], raw[others:])
    answers = replace(answers, notes=notes, warnings=(*few, *answers.warnings, *_unasked(asked, notes)))
    return answers if equilibria is None else with_equilibria(answers, kept, plan.specs, frame.players)


def _unasked(asked: Sequence[Question], notes: Mapping[str, str]) -> list[str]:
    """What was not asked, one sentence for each reason."""
    titles: dict[str, list[str]] = {}
    for question in asked:
        if question.id in notes:
            titles.setdefault(notes[question.id], []).append(f"'{question.title}'")
    return [f"Not asked, because {reason}: {', '.join(group)}." for reason, group in titles.items()]


def caps_of(questions: Sequence[Question], draws: int, at_least: Mapping[str, int] = NO_LEAST) -> dict[str, int]:
    """Question -> how many of the draws it is asked in, where it needs many solves per draw and gets fewer than all."""
    most = {q.id: max(q.most_draws, q.most_draws * draws // 100) for q in questions if q.most_draws}
    return {id: cap for id, most_ in most.items() if (cap := max(most_, at_least.get(id, 0))) < draws}


@dataclass(frozen=True)
class _Plan:
    """The spots of one evaluation and how to read what comes back."""

    template: Any
    frame: Frame
    questions: tuple[Question, ...]
    drawn: Drawn
    spots: tuple[Spot, ...]  # the middle of all ranges if `with_middle`, the draws, those of `prior`, those of `again`
    with_middle: bool
    caps: Mapping[str, int]
    prior: tuple[Spot, ...]  # draws of the stated ranges beside those of a fit
    again: int  # how many of the draws are solved again under each other model of choice

    @staticmethod
    def of(
        template: Any,
        frame: Frame,
        questions: tuple[Question, ...],
        drawn: Drawn,
        seed: int,
        caps: Mapping[str, int],
        starts: int,
        tornado: bool,
    ) -> "_Plan":
        values, draws = drawn.values, len(drawn)
        headlines = asked_again(questions, frame)
        repeated = again(template.case, draws) if headlines else 0
        weighed = [tuple(map(float, row)) if n < repeated else None for n, row in enumerate(drawn.chances)]
        chances = weighed or [None] * draws
        searches = searched(draws) if starts else 0
        spots = [
            Spot(
                tuple(map(float, row)),
                tuple(q.id for q in questions if n < caps.get(q.id, draws)),
                starts=starts if n < searches else 0,
                seed=seed,
                chances=chances[n],
            )
            for n, row in enumerate(values)
        ]
        headline = tuple(q.id for q in questions if any(spec.headline for spec in q.given(frame)))
        with_middle = tornado and bool(headline)
        if with_middle:
            spots.insert(0, Spot(drawn.middle, headline, derivatives=True))  # the dearest one first
        prior = tuple(Spot(tuple(map(float, row)), headlines) for row in (drawn.prior if headlines else ()))
        spots += prior
        spots += [
            Spot(tuple(map(float, row)), headlines, model=model, chances=given)
            for model in MODELS
            for row, given in zip(values[:repeated], chances, strict=False)
        ]
        return _Plan(template, frame, questions, drawn, tuple(spots), with_middle, caps, prior, repeated)

    @property
    def key(self) -> str:
        """What the stored results belong to: inputs, code and spots."""
        spots = [asdict(spot) for spot in self.spots]
        case = content_of(self.template.case)
        return content_key(code_fingerprint(), case, spots, self.frame.start, list(self.frame.settled))

    @property
    def specs(self) -> dict[str, NumberSpec]:
        """Every number that the questions may give, by id."""
        return {spec.key.id: spec for question in self.questions for spec in question.given(self.frame)}

    def answers(self, raw: list[dict[str, Any]], middle: dict[str, Any] | None) -> tuple[Answers, list[dict[str, Any]]]:
        """The answers, and the rows of the draws that were kept."""
        draws = len(raw)
        which = [n for n in range(draws) if "failed" not in raw[n]]
        if not which:
            raise ComputationError(f"none of {draws} draws has a certified solution: {raw[0]['failed']}")
        kept = [raw[n] for n in which]
        results = self._gathered(kept, which)
        warnings = self._warnings(raw, kept, middle)
        if middle is not None and "failed" in middle:
            middle = None
        witnesses = Witnesses.of(self.template, self.frame)
        summary = Summary(self.frame, self.questions, results, self.drawn, middle, self.caps, witnesses)
        radius = middle["spectral_radius"] if middle is not None else None
        solution = solution_of(kept, draws - len(kept), radius)
        answers = Answers(summary.quantities, summary.tables, summary.sections, solution, tuple(warnings), {}, results)
        return answers, kept

    def _gathered(self, rows: Sequence[Mapping[str, Any]], which: Sequence[int]) -> Results:
        """Results of some of the draws; `which`: their numbers, row by row."""
        at = list(which)
        return gather(rows, self.specs, self.frame.players, self.drawn.values[at], self.drawn.points[at])

    def with_prior(self, answers: Answers, raw: Sequence[Mapping[str, Any]]) -> Answers:
        """The answers with what the stated ranges alone say of the headline numbers, from the rows of `prior`."""
        rows = [row for row in raw if "failed" not in row]
        if len(rows) < RANGE_DRAWS:
            words = f"What the stated ranges alone say is not known: {len(rows)} of {len(raw)} draws have a solution."
            return replace(answers, warnings=(*answers.warnings, words))
        before = self._gathered(rows, range(len(rows))).numbers
        ends = {id: spread(values[:, None]).cells() for id, values in before.items() if self.specs[id].headline}
        quantities = tuple(
            q.model_copy(update={"prior": ends[q.id]}) if None not in ends.get(q.id, (None,)) else q
            for q in answers.quantities
        )
        return replace(answers, quantities=quantities)

    def with_second_opinions(
        self, answers: Answers, own: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]
    ) -> Answers:
        """The answers with what other models of choice say on the draws that were solved again.

        A draw that has no solution under one of the models is left out under all.
        """
        n = self.again
        rows = {"own": own[:n], **{m: others[k * n : (k + 1) * n] for k, m in enumerate(MODELS)}}
        which = [d for d in range(n) if all("failed" not in part[d] for part in rows.values())]
        if not which:
            lost = next(row["failed"] for part in rows.values() for row in part if "failed" in row)
            words = f"No draw has a solution under each model of choice, so none was compared with another ({lost})."
            return replace(answers, warnings=(*answers.warnings, words))
        results = {model: self._gathered([part[d] for d in which], which) for model, part in rows.items()}
        logs = {model: [part[d].get("log") for d in which] for model, part in rows.items()}
        weights: dict[Model, np.ndarray] = {model: weights_of(logs["own"], logs[model]) for model in MODELS}
        found = other_model(results["own"], {model: results[model] for model in MODELS}, weights, self.specs)
        if not found.opinions:
            return answers
        tables = tables_of(found)
        quantities = tuple(
            q.model_copy(update={"depends_on_choice": True}) if q.id in found.depends else q for q in answers.quantities
        )
        sections = (*answers.sections, section_of(found, tables))
        merged = {**answers.tables, **tables}
        return replace(answers, quantities=quantities, tables=merged, sections=sections, other_model=found)

    def _warnings(self, raw: list[dict[str, Any]], kept: list[dict[str, Any]], middle: dict | None) -> list[str]:
        draws, titles = len(raw), {q.id: q.title for q in self.questions}
        titles[SEARCH] = "How many equilibria are there?"
        found = []
        if middle is not None:
            found += _no_tornado(middle)
        if len(kept) < draws:
            first = next(row["failed"] for row in raw if "failed" in row)
            found.append(f"{draws - len(kept)} of {draws} draws left out: their game could not be solved ({first}).")
        for branch, count in solution_of(kept, 0).branch.items():
            if branch != PRINCIPAL:
                found.append(
                    f"{count} of {len(kept)} draws do not lie on the principal branch of equilibria, which was lost on "
                    f"the way ('{branch}'): there, another equilibrium may give other answers."
                )
        for id, title in titles.items():
            lost = [row["lost"][id] for row in kept if id in row["lost"]]
            if lost:
                found.append(f"'{title}' is left out in {len(lost)} of {draws} draws: {lost[0]}.")
        for id, cap in self.caps.items():
            found.append(
                f"'{titles[id]}' used only {cap} of the {draws} draws, because each of its draws needs many solves."
            )
        return found


def _no_tornado(middle: Mapping[str, Any]) -> list[str]:
    """Why there is no tornado, or none of some numbers."""
    if "failed" in middle:
        return [
            f"What the numbers hang on is not known: the middle of all ranges has no solution ({middle['failed']})."
        ]
    lost = middle.get("no_slopes", {})
    if not lost:
        return []
    reason = next(iter(lost.values()))
    return [f"What {', '.join(lost)} hangs on is not known: it could not be differentiated ({reason})."]


def solution_of(rows: Sequence[Mapping[str, Any]], left_out: int, spectral_radius: float | None = None) -> Solution:
    """The worst certificate of several solutions, and how they were reached."""
    branches = [str(row["branch"]) for row in rows]
    return Solution(
        certified=True,
        residual=max(row["residual"] for row in rows),
        gap=max((row["gap"] for row in rows if row["gap"] is not None), default=None),
        spectral_radius=spectral_radius,
        draws_left_out=left_out,
        branch={branch: branches.count(branch) for branch in sorted(set(branches))},
    )
