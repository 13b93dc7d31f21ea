"""Do mediators prolong it? Peace with a mediator against peace with an honest broker in its place, solved again.

Positive years (a longer wait), or a negative change in the chance of peace, mean that the mediator prolongs.
"""

from detente.answers.broker import counterfactual, mediators_of
from detente.answers.chances import YEARS
from detente.answers.frame import Frame
from detente.answers.moves import outlook
from detente.answers.names import Key, NumberSpec
from detente.answers.question import NAN, Answered, Question, Reply, text_of
from detente.answers.settling import in_force
from detente.answers.solved import SolvedGame
from detente.answers.witnesses import Entries, Witnesses
from detente.run import Quantity

FAMILY = "prolongation"
TOGETHER = "together"
PARTS = ("years", "peace10")
BROKER = "an honest broker"
TYPES = ("meeting", "proposal", "statement")  # what mediators mostly do


class Prolongation(Question):
    """Extra years without peace, and change in its chance, with each mediator against an honest broker."""

    id = "prolongation"
    title = "Do mediators prolong it?"
    rank = 320
    reads = ("mediators", "bilateral")
    most_draws = 12
    variants: tuple[tuple[str, str], ...] = (("", BROKER),)  # variant -> what the mediator is compared with

    def missing(self, frame: Frame) -> str:
        reason = (
            ""
            if mediators_of(frame)
            else "the case has no actor of kind mediator, and names none under questions: mediators"
        )
        return in_force(frame) or reason

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        specs = []
        for target, members in targets(frame).items():
            name = frame.name(target) if len(members) == 1 else "the mediators together"
            for variant, against in self.asked(frame):
                words = f"with {name}, against {against}"
                labels = (
                    f"Extra years without a settlement {words}",
                    f"Change in the chance of peace within {YEARS} years {words}",
                )
                for part, label, unit in zip(PARTS, labels, ("years", "share")):
                    specs.append(NumberSpec(number(target, members, variant, part), label, unit))
        return tuple(specs)

    def asked(self, frame: Frame) -> tuple[tuple[str, str], ...]:
        """The variants that make sense in a case."""
        lacking = set() if frame.bindings.get("bilateral") else {"absent"}
        lacking |= set() if frame.of_kind("party") else {"parties"}
        return tuple((variant, words) for variant, words in self.variants if variant not in lacking)

    def ask(self, solved: SolvedGame) -> Reply:
        reply, base = Reply(), outlook(solved, PARTS)
        for target, members in targets(solved.frame).items():
            for variant, _ in self.asked(solved.frame):
                other = counterfactual(solved, members, variant)
                there = outlook(other, PARTS) if other is not None else {}
                for part in PARTS:
                    reply.numbers[number(target, members, variant, part)] = base[part] - there.get(part, NAN)
        return reply

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        who = (key.actor,) if key.actor else mediators_of(frame)
        return tuple(entry for m in who for entry in (*witnesses.by(m, types=TYPES), *witnesses.responses(m)))

    def finding(self, answered: Answered) -> str:
        all_years = [q for q in answered.family(FAMILY) if q.unit == "years"]
        if not all_years:
            return "In no draw could the game be solved with an honest broker."
        chosen = [q for q in all_years if q.actor is None] or all_years
        return " ".join(self._told(answered, q) for q in chosen)

    def _told(self, answered: Answered, years: Quantity) -> str:
        who = answered.name(years) if years.actor else "the mediators together"
        if years.sign_share is None:
            return f"Compared with {BROKER}, {who} neither prolong nor shorten the wait for a settlement: no effect."
        return f"With {who} instead of {BROKER}, the wait for a settlement changes by {text_of(years)}."


def targets(frame: Frame) -> dict[str, tuple[str, ...]]:
    """Each mediator, and all together where there are several."""
    each = mediators_of(frame)
    alone = {m: (m,) for m in each}
    return {**alone, TOGETHER: each} if len(each) > 1 else alone


def number(target: str, members: tuple[str, ...], variant: str, part: str) -> Key:
    """The key of one comparison."""
    detail = f"{variant}.{part}" if variant else part
    if len(members) == 1:
        return Key(FAMILY, target, detail=detail)
    return Key(FAMILY, detail=f"{TOGETHER}.{detail}")


QUESTION = Prolongation()
