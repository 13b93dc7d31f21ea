"""The questions that can be asked, found by looking into a package: one file each, with one object `QUESTION`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from detente.answers.frame import Frame
from detente.answers.names import NumberSpec
from detente.answers.question import Question
from detente.answers.questions import MODULES
from detente.errors import OptionError, suggest


@dataclass(frozen=True)
class Catalogue:
    """Questions by id, in the order of their rank."""

    questions: Mapping[str, Question]

    @staticmethod
    def of(modules: Sequence[ModuleType]) -> "Catalogue":
        """The questions of these modules.

        Raises:
            ValueError: a module without a question, or two questions with one id, title or rank.
        """
        found: list[Question] = []
        for module in modules:
            question = getattr(module, "QUESTION", None)
            if not isinstance(question, Question):
                raise ValueError(f"{module.__name__} has no QUESTION")
            for other in found:
                for name in ("id", "title", "rank"):
                    if getattr(question, name) == getattr(other, name):
                        raise ValueError(f"two questions have the {name} {getattr(question, name)!r}")
            found.append(question)
        return Catalogue({q.id: q for q in sorted(found, key=lambda q: q.rank)})

    def chosen(self, ids: Sequence[str] | None) -> tuple[Question, ...]:
        """The questions of these ids, in order and each once; None for all.

        Raises:
            OptionError: an unknown id.
        """
        if ids is None:
            return tuple(self.questions.values())
        for id in ids:
            if id not in self.questions:
                hint = suggest(id, self.questions) or "detente ask --list"
                raise OptionError.of(f"unknown question '{id}'", "a question", hint)
        return tuple(self.questions[id] for id in dict.fromkeys(ids))

    def numbers(self, frame: Frame) -> dict[str, tuple[Question, NumberSpec]]:
        """Every number that can be asked for in a case, by id, with the question that gives it."""
        return {spec.key.id: (q, spec) for q in self.questions.values() for spec in q.given(frame)}


CATALOGUE = Catalogue.of(MODULES)
