"""Monopoly of format: what becomes of peace when rival formats are closed; solved again."""

from detente.answers.model import NAN, Found, Frame, Meta, Question
from detente.answers.moves import OUTLOOK_WORDS, bound_moves, closed, outlook
from detente.answers.solved import Solved

SHOWN = ("years", "peace10")


def closings(formats: dict[str, list[str]]) -> dict[str, list[str]]:
    """Name of each closing -> the moves that it closes: all formats but one, and (of three or more) one alone."""
    found = {}
    for name, moves in formats.items():
        own = set(moves)
        found[f"only.{name}"] = [m for other, more in formats.items() if other != name for m in more if m not in own]
        if len(formats) > 2:
            elsewhere = {m for other, more in formats.items() if other != name for m in more}
            found[f"without.{name}"] = [m for m in moves if m not in elsewhere]
    return found


class Monopoly(Question):
    """Years without peace and chance of peace with one format only, against all that there are."""

    id = "monopoly"
    title = "What does a monopoly of format do?"
    reads = ("formats",)
    most_draws = 6

    def missing(self, frame: Frame) -> str:
        """See `Question`."""
        if frame.peace[frame.start]:
            return "a settlement is in force on the date"
        return "" if len(bound_moves(frame, "formats")) > 1 else "the case binds fewer than two `formats`"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        metas = {}
        for closing in closings(bound_moves(frame, "formats")):
            kind, name = closing.split(".", 1)
            words = (
                f"if only the format '{name}' were open" if kind == "only" else f"if the format '{name}' were closed"
            )
            for part in SHOWN:
                label, unit = OUTLOOK_WORDS[part]
                metas[f"monopoly.{closing}.{part}"] = Meta(f"{label} {words}", unit)
        return metas

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        found, base = Found(), outlook(solved)
        for closing, moves in closings(bound_moves(solved.frame, "formats")).items():
            other = closed(solved, moves)
            there = outlook(other) if other is not None else {}
            for part in SHOWN:
                found.numbers[f"monopoly.{closing}.{part}"] = there.get(part, NAN) - base[part]
        return found
