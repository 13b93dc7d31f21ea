"""Who gains from delay? The value of delay, and the same per discounted unsettled year (detente.answers.delaying).

It may differ in sign from minus the gain from settling.
"""

import numpy as np

from detente.answers.delaying import DelayAt
from detente.answers.frame import Frame
from detente.answers.names import Key, NumberSpec
from detente.answers.packages import PackageQuestion
from detente.answers.question import Answered, Reply, intervals, tornado
from detente.answers.settling import gain_from_settling
from detente.answers.solved import SolvedGame
from detente.answers.witnesses import TERMS, Entries, Witnesses
from detente.run import Picture
from detente.solver.gradient import Answer

FAMILY = "delay"
PER_TIME = "delay_per_time"
UNIT = "value*year per unit hazard"
WORDS = ("Delay pays {names}.", "Delay costs {names}.", "For {names} the sign is open.")


class Delay(PackageQuestion):
    """D_i and D_i per discounted unsettled year."""

    id = "delay"
    title = "Who gains from delay?"
    rank = 230
    family, words = PER_TIME, WORDS

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        specs = []
        for k in frame.settled:
            for p in frame.players:
                label = f"Value of delay to {frame.name(p)}{frame.under(k)}"
                whole, per_time = (Key(family, p, frame.named(k)) for family in (FAMILY, PER_TIME))
                specs.append(
                    NumberSpec(whole, label, UNIT, assumption_not_record=True, headline=True, relatives=(per_time,))
                )
                specs.append(
                    NumberSpec(
                        per_time,
                        f"{label}, per unsettled year",
                        "value",
                        assumption_not_record=True,
                        ranked_like=whole,
                        relatives=(whole,),
                    )
                )
        return tuple(specs)

    def ask(self, solved: SolvedGame) -> Reply:
        reply, frame, x = Reply(), solved.frame, solved.x0
        time = solved.discounted(np.broadcast_to(frame.unsettled.astype(float), solved.values.shape))[:, x]
        for k, successor in frame.settled.items():
            value = -solved.discounted(gain_from_settling(solved.relative, successor))[:, x]
            choice = -solved.discounted(gain_from_settling(solved.reasons, successor))[:, x]
            for i, p in enumerate(frame.players):
                for family, scale in ((FAMILY, 1.0), (PER_TIME, 1.0 / time[i])):
                    key = Key(family, p, frame.named(k))
                    reply.numbers[key] = float(value[i] * scale)
                    reply.without_reasons[key] = float((value[i] - choice[i]) * scale)
        return reply

    def target(self, frame: Frame, key: Key, rho: np.ndarray) -> Answer | None:
        for k, successor in frame.settled.items():
            for i, p in enumerate(frame.players):
                if key == Key(FAMILY, p, frame.named(k)) and successor[frame.start] >= 0:
                    return DelayAt(i, successor, float(rho[i]), frame.start)
        return None

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        return witnesses.of_types(TERMS, key.actor)

    def paragraphs(self, answered: Answered) -> tuple[str, ...]:
        what = "Numbers are per discounted year without a settlement, in the actor's own unit."
        return (what, *super().paragraphs(answered))

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        return (*intervals(self.title, answered.family(PER_TIME)), *tornado(answered))


QUESTION = Delay()
