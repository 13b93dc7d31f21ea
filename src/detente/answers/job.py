"""One set of parameters: solved, asked, and sent back as plain data. Runs in a worker."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from detente.answers.derivatives import FAILURES, slopes
from detente.answers.frame import Frame
from detente.answers.names import NumberSpec
from detente.answers.question import Question, Reply
from detente.answers.second import Model, family_under, game_under
from detente.answers.solved import SolvedGame, own_stake
from detente.evidence.target import RecordTarget
from detente.solver import Equilibrium, enumerate_equilibria
from detente.solver.enumerate import same

SEARCH = "equilibria"  # stands for a question in `lost` where further equilibria could not be looked for


@dataclass(frozen=True)
class Spot:
    """One set of parameters to solve, and what to ask there."""

    parameters: tuple[float, ...]
    questions: tuple[str, ...]
    near_middle: bool = False  # solved from the middle's solution instead of from nothing
    derivatives: bool = False  # also by every assumption, of the headline numbers
    starts: int = 0  # random starts from which further equilibria are looked for
    seed: int = 0  # of the starts
    model: Model | None = None  # of choice, where it is not the case's own
    chances: tuple[float, ...] | None = None  # recording probabilities: how likely the record is here is told as well


@dataclass(frozen=True)
class Job:
    """What a worker needs; called with a spot, it returns plain JSON data."""

    template: Any
    frame: Frame
    questions: Mapping[str, Question]
    middle: np.ndarray | None = None
    record: RecordTarget | None = None

    def __call__(self, spot: Spot) -> dict[str, Any]:
        """Numbers and curves at one spot, with its certificate; `{"failed": words}` where it cannot be solved.

        A question that fails at a solved spot is left out there; `lost` says why.
        """
        try:
            game = self.template.game(dict(zip(self.template.parameter_names, spot.parameters)))
            family = self.template.family
            if spot.model is not None:
                game, family = game_under(game, spot.model), family_under(family, spot.model)
            solved = SolvedGame(self.frame, game, self.middle if spot.near_middle else None, family)
        except FAILURES as error:
            return {"failed": str(error)}
        row = self._asked(solved, [self.questions[id] for id in spot.questions])
        if spot.chances is not None and self.record is not None:
            row["log"] = self.record.log_of(solved.equilibrium, np.array(spot.chances))
        if spot.derivatives:
            row |= self._derivatives(solved, spot, row["numbers"])
        if spot.starts:
            try:
                row["equilibria"] = self._equilibria(solved, spot)
            except FAILURES as error:
                row["lost"][SEARCH] = str(error)
        return row

    def _asked(self, solved: SolvedGame, questions: Sequence[Question]) -> dict[str, Any]:
        certificate = solved.equilibrium.certificate
        row: dict[str, Any] = {
            "residual": certificate.residual,
            "gap": certificate.gap,
            "branch": solved.equilibrium.branch,
            "stake": own_stake(solved.relative).tolist(),
            "numbers": {},
            "without_reasons": {},
            "curves": [],
            "lost": {},
        }
        for question in questions:
            try:
                reply = question.ask(solved)
            except FAILURES as error:
                row["lost"][question.id] = str(error)
                continue
            specs = declared(question, self.frame, reply)
            row["numbers"] |= {spec.key.id: reply.numbers[spec.key] for spec in specs}
            row["without_reasons"] |= {key.id: value for key, value in reply.without_reasons.items()}
            row["curves"] += [[list(asdict(curve).values()), values] for curve, values in reply.curves.items()]
        return row

    def _derivatives(self, solved: SolvedGame, spot: Spot, numbers: Mapping[str, float]) -> dict[str, Any]:
        wanted = [
            (question, spec)
            for question in (self.questions[id] for id in spot.questions)
            for spec in question.given(self.frame)
            if spec.headline and spec.key.id in numbers
        ]
        found = slopes(solved, varied(self.template), wanted)
        radius = solved.equilibrium.certificate.spectral_radius
        return {"slopes": found.found, "no_slopes": found.lost, "spectral_radius": radius}

    def _equilibria(self, solved: SolvedGame, spot: Spot) -> list[dict[str, Any]]:
        """What the questions that need one solution give in each equilibrium found, this draw's own first."""
        light = [q for id in spot.questions if (q := self.questions[id]).most_draws is None]
        found = enumerate_equilibria(solved.game, starts=spot.starts, seed=spot.seed)
        own = [self._asked(solved, light)]
        others = [
            SolvedGame(self.frame, solved.game, e, self.template.family)
            for e in found
            if isinstance(e, Equilibrium) and not same(e, solved.equilibrium)
        ]
        return own + [self._asked(other, light) for other in others]


def declared(question: Question, frame: Frame, reply: Reply) -> list[NumberSpec]:
    """The numbers of a reply, in the order in which the question declares them.

    Raises:
        LookupError: the question gives a number that it does not declare.
    """
    specs = [spec for spec in question.given(frame) if spec.key in reply.numbers]
    missing = {key.id for key in reply.numbers} - {spec.key.id for spec in question.numbers(frame)}
    if missing:
        raise LookupError(f"question '{question.id}' gives numbers that it does not declare: {', '.join(missing)}")
    return specs


def varied(template: Any) -> tuple[str, ...]:
    """Assumptions of a case that have a range."""
    return tuple(name for name, p in template.case.parameters.items() if p.low < p.high)
