"""Who gains from settling now?

    G_i = V_i(settled(x0)) - V_i(x0).

All G_i > 0 means better for everyone than going on; it is neither best nor equilibrium.
"""

import numpy as np

from detente.answers.frame import Frame
from detente.answers.names import Key, NumberSpec
from detente.answers.packages import PackageQuestion
from detente.answers.question import Answered, Reply, intervals, tornado
from detente.answers.settling import gain_from_settling, patrons_of
from detente.answers.solved import SolvedGame
from detente.answers.witnesses import TERMS, Entries, Witnesses
from detente.run import Picture
from detente.solver import Value
from detente.solver.gradient import Answer

FAMILY = "gain_from_settling"
WORDS = (
    "Settling now is worth more than going on to {names}.",
    "It is worth less than going on to {names}.",
    "For {names} the sign is open.",
)


class GainFromSettling(PackageQuestion):
    """Gain from settling now by actor, and package where there are several."""

    id = "gain_from_settling"
    title = "Who gains from settling now?"
    rank = 210
    family, words = FAMILY, WORDS

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        return tuple(
            NumberSpec(
                Key(FAMILY, p, frame.named(k)),
                f"Gain of {frame.name(p)} from settling now{frame.under(k)}",
                "value",
                assumption_not_record=True,
                headline=True,
                relatives=tuple(Key("patrons", p, detail=detail) for detail in ("over_settlement", "price"))
                if k == frame.package and p in patrons_of(frame)
                else (),
            )
            for k in frame.settled
            for p in frame.players
        )

    def ask(self, solved: SolvedGame) -> Reply:
        reply, frame, x = Reply(), solved.frame, solved.x0
        for k, successor in frame.settled.items():
            gain = gain_from_settling(solved.relative, successor)[:, x]
            choice = gain_from_settling(solved.reasons, successor)[:, x]
            for i, p in enumerate(frame.players):
                key = Key(FAMILY, p, frame.named(k))
                reply.numbers[key] = float(gain[i])
                reply.without_reasons[key] = float(gain[i] - choice[i])
        return reply

    def target(self, frame: Frame, key: Key, rho: np.ndarray) -> Answer | None:
        x = frame.start
        for k, successor in frame.settled.items():
            for i, p in enumerate(frame.players):
                if key == Key(FAMILY, p, frame.named(k)) and successor[x] >= 0:
                    return Value(i, int(successor[x]), x)
        return None

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        actor = key.actor or ""
        return (*witnesses.of_types(TERMS, actor), *witnesses.promised(actor))

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        return (*intervals(self.title, answered.family(FAMILY)), *tornado(answered))


QUESTION = GainFromSettling()
