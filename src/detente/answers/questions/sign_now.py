"""Is signing now worth more than signing later, whenever a settlement would come, on the same terms?"""

from detente.answers.frame import Frame
from detente.answers.held import values_when_signed
from detente.answers.names import Key, NumberSpec
from detente.answers.packages import PackageQuestion
from detente.answers.question import Reply
from detente.answers.solved import SolvedGame
from detente.answers.witnesses import TERMS, Entries, Witnesses

FAMILY = "sign_now"
WORDS = (
    "On the same terms, signing now is worth more than signing later to {names}.",
    "It is worth less to {names}.",
    "For {names} the sign is open.",
)


class SignNow(PackageQuestion):
    """Value of signing now rather than later, on the same terms."""

    id = "sign_now"
    title = "Is signing now worth more than signing later?"
    rank = 220
    family, words = FAMILY, WORDS

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        return tuple(
            NumberSpec(
                Key(FAMILY, p, frame.named(k)),
                f"Value to {frame.name(p)} of signing now rather than later, same terms{frame.under(k)}",
                "value",
                assumption_not_record=True,
            )
            for k in frame.settled
            for p in frame.players
        )

    def ask(self, solved: SolvedGame) -> Reply:
        reply, frame, x = Reply(), solved.frame, solved.x0
        for k, successor in frame.settled.items():
            later = values_when_signed(solved, successor)[:, x]
            for i, p in enumerate(frame.players):
                reply.numbers[Key(FAMILY, p, frame.named(k))] = float(solved.relative[i, successor[x]] - later[i])
        return reply

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        return witnesses.of_types(TERMS, key.actor)


QUESTION = SignNow()
