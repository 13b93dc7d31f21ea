"""Spoilers: what groups of moves, domestic or outside, do to peace, risk and values; solved again without."""

from detente.answers.model import NAN, Found, Frame, Meta, Question
from detente.answers.moves import OUTLOOK_WORDS, bound_moves, closed, outlook
from detente.answers.solved import Solved


class Spoilers(Question):
    """As things are, less how they would be if a group of moves could not be made."""

    id = "spoilers"
    title = "What do spoilers do to peace, risk and the parties?"
    reads = ("spoilers",)
    most_draws = 6

    def missing(self, frame: Frame) -> str:
        """See `Question`."""
        if frame.peace[frame.start]:
            return "a settlement is in force on the date"
        return "" if bound_moves(frame, "spoilers") else "the case binds no `spoilers`"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas: dict[str, Meta] = {}
        for group in bound_moves(frame, "spoilers"):
            words = group.replace("_", " ")
            for part, (label, unit) in OUTLOOK_WORDS.items():
                metas[f"spoilers.{group}.{part}"] = Meta(f"{label} that spoiling ({words}) makes", unit)
            for p in frame.of_kind("party"):
                label = f"What spoiling ({words}) does to the value of {frame.name(p)}"
                metas[f"spoilers.{group}.value.{p}"] = Meta(label, "value", p)
        return metas

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        found, base, frame = Found(), outlook(solved), solved.frame
        for group, moves in bound_moves(frame, "spoilers").items():
            other = closed(solved, moves)
            there = outlook(other) if other is not None else {}
            for part in OUTLOOK_WORDS:
                found.numbers[f"spoilers.{group}.{part}"] = base[part] - there.get(part, NAN)
            for p in frame.of_kind("party"):
                i = frame.index(p)
                without = other.values[i, solved.x0] if other is not None else NAN
                found.numbers[f"spoilers.{group}.value.{p}"] = float(solved.values[i, solved.x0] - without)
        return found
