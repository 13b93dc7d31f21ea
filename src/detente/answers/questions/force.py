"""Is the outside option of force worth its price? What starting a war now is worth against going on, price included."""

from detente.answers.frame import Frame
from detente.answers.names import Key, NumberSpec
from detente.answers.question import Answered, Question, Reply
from detente.answers.solved import SolvedGame, move_share
from detente.answers.telling import by_sign
from detente.answers.witnesses import FIGHTING, Entries, Witnesses

FAMILY = "force"


class Force(Question):
    """Q(best act that leads to war) - Q(wait), at the date's state."""

    id = "force"
    title = "Is the outside option of force worth its price?"
    rank = 410

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        words = "What starting a war now is worth to {}, against going on"
        return tuple(NumberSpec(Key(FAMILY, p), words.format(frame.name(p)), "value") for p in frame.players)

    def missing(self, frame: Frame) -> str:
        return "war is under way on the date" if frame.at_war else ""

    def ask(self, solved: SolvedGame) -> Reply:
        op, gain = solved.equilibrium.operator, solved.equilibrium.choice.gain
        here = (op.state == solved.x0) & (move_share(solved.equilibrium, solved.frame.war) > 0)
        own = {p: here & (op.player == i) for i, p in enumerate(solved.frame.players)}
        return Reply({Key(FAMILY, p): float(gain[which].max()) for p, which in own.items() if which.any()})

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        return witnesses.by(key.actor or "", witnesses.into_war, FIGHTING)

    def finding(self, answered: Answered) -> str:
        found = answered.family(FAMILY)
        if not found:
            return "Nobody has an act at hand that leads to war."
        return by_sign(
            answered,
            found,
            "Starting a war now is worth its price to {names}.",
            "Starting a war now is not worth its price to {names}.",
            "For {names} the sign is open.",
        )


QUESTION = Force()
