"""Does a patron prefer the interim, and what would its consent cost?

The price is the least side payment that makes the patron indifferent between settling now and going on: once, or per
year of peace (which it would also receive if peace came later). Both are 0 where it gains from settling anyway.
"""

import numpy as np

from detente.answers.delaying import war_entry
from detente.answers.frame import Frame
from detente.answers.names import Key, NumberSpec
from detente.answers.question import NAN, Answered, Question, Reply, intervals
from detente.answers.settling import patrons_of, settled_already
from detente.answers.solved import SolvedGame
from detente.answers.telling import by_sign
from detente.answers.witnesses import TERMS, Entries, Witnesses
from detente.run import Picture

FAMILY = "patrons"
OVER_SETTLEMENT = "over_settlement"
OVER_WAR = "over_war"
PRICE = "price"
PER_YEAR = "price_per_year"


class Patrons(Question):
    """The interim against settlement and war, and the price of consent, by patron."""

    id = "patrons"
    title = "Does a patron prefer the interim, and what would its consent cost?"
    rank = 430
    reads = ("patrons", "package")

    def missing(self, frame: Frame) -> str:
        lacking = "" if patrons_of(frame) else "the case has no actor of kind patron, and binds no `patrons`"
        return settled_already(frame) or lacking

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        specs, under = [], frame.under(frame.package)
        for p in patrons_of(frame):
            name, gain = frame.name(p), Key("gain_from_settling", p, frame.named(frame.package))
            interim, war, price, per_year = (
                Key(FAMILY, p, detail=detail) for detail in (OVER_SETTLEMENT, OVER_WAR, PRICE, PER_YEAR)
            )
            label = f"What going on is worth to {name} more than a settlement now{under}"
            relatives = (gain, price)
            specs.append(NumberSpec(interim, label, "value", assumption_not_record=True, relatives=relatives))
            specs.append(NumberSpec(war, f"What going on is worth to {name} more than war now", "value"))
            for key, how, unit in ((price, "paid once", "value"), (per_year, "per year of peace", "value/year")):
                label = f"Price of the consent of {name} to a settlement now{under}, {how}"
                relatives = (gain, interim) if key == price else ()
                specs.append(NumberSpec(key, label, unit, False, True, relatives=relatives))
        return tuple(specs)

    def ask(self, solved: SolvedGame) -> Reply:
        frame, x, reply = solved.frame, solved.x0, Reply()
        settled = int(frame.settled[frame.package][x])
        entry = war_entry(solved.game, frame.war, frame.unsettled)
        to_war = entry[[x]].toarray()[0]
        peace = solved.discounted(np.broadcast_to(frame.peace.astype(float), solved.values.shape))
        for p in patrons_of(frame):
            i = frame.index(p)
            gain = float(solved.relative[i, settled] - solved.relative[i, x])
            more = float(peace[i, settled] - peace[i, x])
            reply.numbers[Key(FAMILY, p, detail=OVER_SETTLEMENT)] = -gain
            if to_war.any():
                over_war = float(solved.relative[i, x] - to_war @ solved.relative[i])
                reply.numbers[Key(FAMILY, p, detail=OVER_WAR)] = over_war
            reply.numbers[Key(FAMILY, p, detail=PRICE)] = max(0.0, -gain)
            reply.numbers[Key(FAMILY, p, detail=PER_YEAR)] = 0.0 if gain >= 0 else -gain / more if more > 0 else NAN
        return reply

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        return witnesses.of_types(TERMS, key.actor)

    def finding(self, answered: Answered) -> str:
        interim = [q for q in answered.family(FAMILY) if q.detail == OVER_SETTLEMENT]
        return by_sign(
            answered,
            interim,
            "{names} would rather go on than settle now.",
            "{names} would rather settle now than go on.",
            "For {names} it is open whether going on or settling is worth more.",
        )

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        return intervals(self.title, [q for q in answered.family(FAMILY) if q.signed])


QUESTION = Patrons()
