"""Who would pay: what the possibility of resumed war takes from each actor's value.

The loss is the value that an actor would have if war could not resume, strategies held, less its value. By the
performance-difference identity it is the expected discounted sum, over outbreaks, of what each outbreak costs. It is
also given as a share of the actor's own stake: the difference in value between its best and its worst reachable
state. Losses of two actors are in two units, and so are two stakes: no sentence compares them.
"""

from detente.answers.frame import Frame
from detente.answers.held import values_without_war
from detente.answers.names import Key, NumberSpec
from detente.answers.question import Answered, Question, Reply, intervals
from detente.answers.solved import SolvedGame, own_stake
from detente.answers.telling import MOST_NAMES, sides
from detente.answers.witnesses import FIGHTING, Entries, Witnesses
from detente.run import Picture
from detente.words.numbers import listed, value_text

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
        lose, gain, unclear = sides(answered.family(SHARE))
        told = [
            words.format(names=listed((f"{answered.name(q)} ({value_text(q.mid, q.unit)})" for q in found), MOST_NAMES))
            for found, words in (
                (lose, "That war may resume takes a part of its own stake from {names}."),
                (gain, "It adds to the own stake of {names}."),
            )
            if found
        ]
        open_ = listed(map(answered.name, unclear), MOST_NAMES)
        return " ".join([*told, *([f"For {open_} the sign is open, or it makes no difference."] if unclear else [])])

    def paragraphs(self, answered: Answered) -> tuple[str, ...]:
        return (
            "A stake is the difference between an actor's value in its best and in its worst situation. A loss is "
            "measured by the stake of the one who loses; losses of two actors are in two units and are not compared.",
        )

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        return intervals(self.title, answered.family(SHARE))


QUESTION = Loss()
