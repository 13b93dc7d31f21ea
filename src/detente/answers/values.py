"""What each actor's value on the date is made of: labelled terms, impulses, choice value; exactly."""

from detente.answers.model import Found, Frame, Meta, Question, Results
from detente.answers.solved import Solved
from detente.run import Table


class Values(Question):
    """Values by labelled term."""

    id = "values"
    title = "What is each actor's position made of?"

    def metas(self, frame: Frame) -> dict[str, Meta]:
        """See `Question`."""
        return {
            f"value.{p}": Meta(f"Value of the present situation to {frame.name(p)}", "value", p) for p in frame.players
        }

    def ask(self, solved: Solved) -> Found:
        """See `Question`."""
        found = Found()
        for i, p in enumerate(solved.frame.players):
            id = f"value.{p}"
            found.numbers[id] = float(solved.values[i, solved.x0])
            for term, part in solved.parts[i].items():
                found.curves[f"{p}|{term}"] = [float(part[solved.x0])]
            found.without_choice[id] = found.numbers[id] - found.curves[f"{p}|choice value"][0]
        return found

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        """See `Question`."""
        rows = []
        for name in results.curves:
            actor, _, term = name.partition("|")
            if actor in frame.players and term:
                low, mid, high = (float(part[0]) for part in results.band(name))
                rows.append((actor, term, low, mid, high))
        rows.sort(key=lambda row: frame.players.index(row[0]))
        return {
            "values_by_term": Table(
                title="Value of the present situation, by term",
                columns=("actor", "term", "low", "mid", "high"),
                rows=tuple(rows),
                units=dict.fromkeys(("low", "mid", "high"), "value"),
                note="Each in the actor's own unit; not to be added or compared between actors.",
            )
        }
