"""What do spoilers do to peace, risk and the parties? Groups of moves are closed and the game solved again."""

from detente.answers.chances import YEARS
from detente.answers.frame import Frame
from detente.answers.moves import closed, outlook, outlook_words
from detente.answers.names import Key, NumberSpec
from detente.answers.question import NAN, Answered, Question, Reply, text_of
from detente.answers.settling import in_force
from detente.answers.solved import SolvedGame
from detente.answers.witnesses import Entries, Witnesses
from detente.words.numbers import listed

FAMILY = "spoilers"


def effect(group: str, part: str) -> Key:
    """What a group does to a part of the outlook."""
    return Key(FAMILY, detail=f"{group}.{part}")


def cost(group: str, party: str) -> Key:
    """What a group does to a party's value."""
    return Key(FAMILY, party, detail=f"{group}.value", actor_last=True)


class Spoilers(Question):
    """As things are, less how they would be if a group of moves could not be made."""

    id = "spoilers"
    title = "What do spoilers do to peace, risk and the parties?"
    rank = 460
    reads = ("spoilers",)
    most_draws = 6

    def missing(self, frame: Frame) -> str:
        return in_force(frame) or ("" if frame.moves("spoilers") else "the case binds no `spoilers`")

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        specs = []
        for group in frame.moves("spoilers"):
            words = f"spoiling ({group.replace('_', ' ')})"
            for part, (label, unit) in outlook_words(frame).items():
                specs.append(NumberSpec(effect(group, part), f"{label} that {words} makes", unit))
            for p in frame.of_kind("party"):
                label = f"What {words} does to the value of {frame.name(p)}"
                specs.append(NumberSpec(cost(group, p), label, "value"))
        return tuple(specs)

    def ask(self, solved: SolvedGame) -> Reply:
        reply, base, frame = Reply(), outlook(solved), solved.frame
        for group, moves in frame.moves("spoilers").items():
            other = closed(solved, moves)
            there = outlook(other) if other is not None else {}
            for part, value in base.items():
                reply.numbers[effect(group, part)] = value - there.get(part, NAN)
            for p in frame.of_kind("party"):
                more = solved.more_than(other)[frame.index(p), solved.x0] if other is not None else NAN
                reply.numbers[cost(group, p)] = float(more)
        return reply

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        own = [moves for group, moves in frame.moves("spoilers").items() if key in self._of(frame, group)]
        return witnesses.showing(move for moves in own for move in moves)

    def _of(self, frame: Frame, group: str) -> set[Key]:
        parts = {effect(group, part) for part in outlook_words(frame)}
        return parts | {cost(group, p) for p in frame.of_kind("party")}

    def finding(self, answered: Answered) -> str:
        told = []
        for group in answered.frame.moves("spoilers"):
            found = answered.get(effect(group, "peace10"))
            if found is not None:
                told.append(f"{group.replace('_', ' ')}: {text_of(found)}")
        if not told:
            return "In no draw could the game be solved without spoilers."
        return f"What spoiling does to the chance of a settlement within {YEARS} years: {listed(told)}."


QUESTION = Spoilers()
