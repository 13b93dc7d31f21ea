"""Who would pay: what the possibility of resumed war takes from each actor's value.

The loss is the value that an actor would have if war could not resume, strategies held, less its value. By the
performance-difference identity it is the expected discounted sum, over outbreaks, of what each outbreak costs. It is
also given as a share of the actor's own stake: the difference in value between its best and its worst reachable
state. Losses of two actors are in two units; only the shares may be set side by side.
"""

from detente.answers.frame import Frame
from detente.answers.held import values_without_war
from detente.answers.names import Key, NumberSpec
from detente.answers.question import Answered, Question, Reply, intervals
from detente.answers.solved import SolvedGame, own_stake
from detente.answers.telling import largest
from detente.answers.witnesses import FIGHTING, Entries, Witnesses
from detente.run import Picture
from detente.words.numbers import spread_text

LOSS = "loss"
SHARE = "loss_share"


class Loss(Question):
    """Expected discounted loss from resumed war, by actor."""

    id = "loss"
    title = "Who would pay if war resumes?"
    rank = 310

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        specs = []
        for p in frame.players:
            label = f"Expected loss of {frame.name(p)} from resumed war"
            loss, share = Key(LOSS, p), Key(SHARE, p)
            specs.append(NumberSpec(loss, label, "value", relatives=(share,)))
            specs.append(NumberSpec(share, f"{label}, as a share of its own stake", "share", relatives=(loss,)))
        return tuple(specs)

    def ask(self, solved: SolvedGame) -> Reply:
        loss = (values_without_war(solved) - solved.relative)[:, solved.x0]
        stake = own_stake(solved.relative)
        reply = Reply()
        for i, p in enumerate(solved.frame.players):
            reply.numbers[Key(LOSS, p)] = float(loss[i])
            reply.numbers[Key(SHARE, p)] = float(loss[i] / stake[i]) if stake[i] > 0 else 0.0
        return reply

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        return witnesses.of_types(FIGHTING, key.actor)

    def finding(self, answered: Answered) -> str:
        worst = largest(answered.family(SHARE))
        if worst is None or (worst.mid or 0.0) <= 0:
            return "No actor loses by the possibility that war resumes."
        share = spread_text(worst.low, worst.mid, worst.high, worst.unit)
        return f"Measured against its own stake, {answered.name(worst)} would lose most if war resumed: {share} of it."

    def paragraphs(self, answered: Answered) -> tuple[str, ...]:
        return (
            "A stake is the difference between an actor's value in its best and in its worst situation. Losses in "
            "value are in each actor's own unit and are not compared.",
        )

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        return intervals(self.title, answered.family(SHARE))


QUESTION = Loss()
