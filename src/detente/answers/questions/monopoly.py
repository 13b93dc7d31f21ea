"""What does a monopoly of format do? What becomes of peace when rival formats are closed; solved again."""

from detente.answers.chances import YEARS
from detente.answers.frame import Frame
from detente.answers.moves import closed, outlook, outlook_words
from detente.answers.names import Key, NumberSpec
from detente.answers.question import NAN, Answered, Question, Reply, text_of
from detente.answers.settling import in_force
from detente.answers.solved import SolvedGame
from detente.answers.witnesses import Entries, Witnesses
from detente.words.numbers import listed

FAMILY = "monopoly"
ONLY = "only"
WITHOUT = "without"
PARTS = ("years", "peace10")


def closings(formats: dict[str, list[str]]) -> dict[tuple[str, str], list[str]]:
    """(kind of closing, format) -> the moves that it closes: all formats but one, or (of three or more) one alone."""
    found = {}
    for name, moves in formats.items():
        own = set(moves)
        found[(ONLY, name)] = [m for other, more in formats.items() if other != name for m in more if m not in own]
        if len(formats) > 2:
            elsewhere = {m for other, more in formats.items() if other != name for m in more}
            found[(WITHOUT, name)] = [m for m in moves if m not in elsewhere]
    return found


def change(kind: str, name: str, part: str) -> Key:
    """The change of a part of the outlook under one closing."""
    return Key(FAMILY, detail=f"{kind}.{name}.{part}")


class Monopoly(Question):
    """Years without peace and chance of peace with one format only, against all that there are."""

    id = "monopoly"
    title = "What does a monopoly of format do?"
    rank = 440
    reads = ("formats",)
    most_draws = 6

    def missing(self, frame: Frame) -> str:
        return in_force(frame) or (
            "" if len(frame.moves("formats")) > 1 else "the case names fewer than two under questions: formats"
        )

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        if len(frame.moves("formats")) < 2:
            return ()
        conditions = {ONLY: "if only the format '{}' were open", WITHOUT: "if the format '{}' were closed"}
        words = outlook_words(frame)
        return tuple(
            NumberSpec(change(kind, name, part), f"{words[part][0]} {conditions[kind].format(name)}", words[part][1])
            for kind, name in closings(frame.moves("formats"))
            for part in PARTS
        )

    def ask(self, solved: SolvedGame) -> Reply:
        reply, base = Reply(), outlook(solved, PARTS)
        for (kind, name), moves in closings(solved.frame.moves("formats")).items():
            other = closed(solved, moves)
            there = outlook(other, PARTS) if other is not None else {}
            for part in PARTS:
                reply.numbers[change(kind, name, part)] = there.get(part, NAN) - base[part]
        return reply

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        return witnesses.showing(move for moves in frame.moves("formats").values() for move in moves)

    def finding(self, answered: Answered) -> str:
        told = []
        for name in answered.frame.moves("formats"):
            found = answered.get(change(ONLY, name, "peace10"))
            if found is not None:
                told.append(f"{text_of(found)} with '{name}' alone")
        if not told:
            return "In no draw could the game be solved with one format only."
        return (
            f"Were all but one format closed, the chance of a settlement within {YEARS} years changes: {listed(told)}."
        )


QUESTION = Monopoly()
