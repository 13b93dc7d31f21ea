"""All questions by id, in the order of mission.md's table as far as it has one."""

from detente.answers.delay import BreakEven, Delay
from detente.answers.encouragement import Encouragement
from detente.answers.force import Force
from detente.answers.formats import Monopoly
from detente.answers.gain import Gain, SignNow
from detente.answers.joining import Joining
from detente.answers.loss import Loss
from detente.answers.model import Question
from detente.answers.patrons import Patrons
from detente.answers.prolongation import Prolongation, ProlongationVariants
from detente.answers.risk import Peace, Relapse, Trigger
from detente.answers.silence import Silence
from detente.answers.spoilers import Spoilers
from detente.answers.values import Values
from detente.errors import OptionError, suggest

MAIN: tuple[Question, ...] = (
    Relapse(), Peace(), Trigger(), Gain(), SignNow(), Delay(), Loss(), Prolongation(), Values(),
)  # fmt: skip
MORE: tuple[Question, ...] = (
    Force(), Silence(), Patrons(), Monopoly(), Joining(), Spoilers(), Encouragement(), BreakEven(),
    ProlongationVariants(),
)  # fmt: skip
QUESTIONS: dict[str, Question] = {question.id: question for question in (*MAIN, *MORE)}
LIGHT = ("relapse", "peace", "gain_from_settling", "delay", "loss")  # answered again for every assumption's ends


def questions_of(ids: tuple[str, ...] | list[str] | None) -> tuple[Question, ...]:
    """The questions of these ids, in order; None for all.

    Raises:
        OptionError: an unknown id.
    """
    if ids is None:
        return tuple(QUESTIONS.values())
    for id in ids:
        if id not in QUESTIONS:
            raise OptionError.of(
                f"unknown question '{id}'", "a question", suggest(id, QUESTIONS) or "detente ask --list"
            )
    return tuple(QUESTIONS[id] for id in dict.fromkeys(ids))


def family_of(quantity: str) -> str:
    """The question that a quantity belongs to."""
    first, *rest = quantity.split(".")
    second = {"peace_time": "peace", "delay_per_time": "delay", "loss_share": "loss", "value": "values"}
    second |= {
        "reaction_lag": "silence",
        "even_handed": "silence",
        "naming": "silence",
        "break_even_count": "break_even",
    }
    if first == "prolongation" and len(rest) > 2:
        return "prolongation_variants"
    return second.get(first, first)
