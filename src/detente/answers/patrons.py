"""Patron ambivalence: what the interim is worth to a patron against settlement and war, and the price of its consent.

The price is the least side payment that makes the patron indifferent between settling now and going on: once, or per
year of peace (which it would also receive if peace came later). Both are 0 where it gains from settling anyway.
"""

import numpy as np

from detente.answers.delay import war_entry
from detente.answers.gain import settled_already
from detente.answers.model import NAN, Found, Frame, Meta, Question
from detente.answers.solved import Solved


def patrons_of(frame: Frame) -> tuple[str, ...]:
    """Those bound as `patrons`, else players of kind patron."""
    bound = frame.bindings.get("patrons")
    return tuple(p for p in frame.players if p in bound) if bound else frame.of_kind("patron")


class Patrons(Question):
    """The interim against settlement and war, and the price of consent, by patron."""

    id = "patrons"
    title = "Does a patron prefer the interim, and what would its consent cost?"
    reads = ("patrons", "package")

    def missing(self, frame: Frame) -> str:
        """See `Question`."""
        reason = settled_already(frame)
        return reason or ("" if patrons_of(frame) else "the case has no actor of kind patron, and binds no `patrons`")

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas: dict[str, Meta] = {}
        under = frame.under(frame.package)
        for p in patrons_of(frame):
            name, stem = frame.name(p), f"patrons.{p}"
            label = f"What going on is worth to {name} more than a settlement now{under}"
            metas[f"{stem}.over_settlement"] = Meta(label, "value", p, assumption_not_record=True)
            metas[f"{stem}.over_war"] = Meta(f"What going on is worth to {name} more than war now", "value", p)
            label = f"Price of the consent of {name} to a settlement now{under}, paid once"
            metas[f"{stem}.price"] = Meta(label, "value", p, False, True)
            label = f"Price of the consent of {name} to a settlement now{under}, per year of peace"
            metas[f"{stem}.price_per_year"] = Meta(label, "value/year", p, False, True)
        return metas

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        frame, x, found = solved.frame, solved.x0, Found()
        settled = int(frame.settled[frame.package][x])
        entry = war_entry(solved.game, frame.war, frame.unsettled)
        to_war = entry[[x]].toarray()[0]
        peace = solved.discounted(np.broadcast_to(frame.peace.astype(float), solved.values.shape))
        for p in patrons_of(frame):
            i, stem = frame.index(p), f"patrons.{p}"
            gain = float(solved.values[i, settled] - solved.values[i, x])
            found.numbers[f"{stem}.over_settlement"] = -gain
            if to_war.any():
                found.numbers[f"{stem}.over_war"] = float(solved.values[i, x] - to_war @ solved.values[i])
            found.numbers[f"{stem}.price"] = max(0.0, -gain)
            more = float(peace[i, settled] - peace[i, x])
            found.numbers[f"{stem}.price_per_year"] = 0.0 if gain >= 0 else -gain / more if more > 0 else NAN
        return found
