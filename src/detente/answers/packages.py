"""What questions about settling share: they need a settlement to come, and are asked of every package of terms."""

from typing import ClassVar

from detente.answers.frame import Frame
from detente.answers.question import Answered, Question
from detente.answers.settling import settled_already
from detente.answers.telling import by_sign, of_package, other_packages


class PackageQuestion(Question):
    """A question whose numbers of one family, an actor and a package each, are told by their signs."""

    family: ClassVar[str]  # of the numbers that are told
    words: ClassVar[tuple[str, str, str]]  # above 0, below 0, open; with `{names}`

    def missing(self, frame: Frame) -> str:
        """Nothing is left to settle, or the case names no settlement."""
        return settled_already(frame)

    def finding(self, answered: Answered) -> str:
        """Who is on which side of zero under the package that summaries speak of."""
        return by_sign(answered, of_package(answered, self.family), *self.words)

    def paragraphs(self, answered: Answered) -> tuple[str, ...]:
        """The same for each other package."""
        return other_packages(answered, self.family, *self.words)
