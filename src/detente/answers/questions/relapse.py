"""How likely is it that war resumes? Where war is under way: after it ends, and how long does it last?"""

import numpy as np

from detente.answers.chances import (
    GRID,
    RESUMES,
    Resumes,
    at,
    fighting_curve,
    median_of_fighting,
    war_curve,
)  # fmt: skip
from detente.answers.frame import Frame
from detente.answers.names import Curve, Key, NumberSpec
from detente.answers.question import Answered, Question, Reply, band, text_of, tornado
from detente.answers.results import Results
from detente.answers.solved import SolvedGame
from detente.answers.tabling import years_table
from detente.answers.witnesses import ENDING, FIGHTING, Entries, Witnesses
from detente.run import Picture, Table
from detente.solver import Reach
from detente.solver.gradient import Answer

YEARS = (1, 2, 5, 10)
CURVE = Curve("risk")
MEDIAN = Key("fighting", detail="median")
ENDS = Key("fighting", detail="ends.1y")
HEADLINE = int(RESUMES)


def within(years: int) -> Key:
    """The chance that war resumes within so many years."""
    return Key("relapse", detail=f"{years}y")


class Relapse(Question):
    """P(war resumes within 1, 2, 5, 10 years); where it is under way, from its end on, and how long it goes on."""

    id = "relapse"
    title = "How likely is it that war resumes?"
    rank = 110

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        since = " of the end of the present fighting (war is under way)" if frame.at_war else ""
        chances = tuple(
            NumberSpec(
                within(years),
                f"Chance that war resumes within {years} year{'s' * (years > 1)}{since}",
                "probability",
                signed=False,
                headline=years == HEADLINE,
                ranked_like=None if years == HEADLINE else within(HEADLINE),
            )
            for years in YEARS
        )
        label = "Chance that the present fighting ends within a year (war is under way)"
        median = "Years until the present fighting has ended in half of all paths (war is under way)"
        return (
            *chances,
            NumberSpec(ENDS, label, "probability", signed=False, headline=True),
            NumberSpec(MEDIAN, median, "years", signed=False, ranked_like=ENDS),
        )

    def ask(self, solved: SolvedGame) -> Reply:
        curve = war_curve(solved, GRID)
        reply = Reply({within(y): at(curve, y) for y in YEARS}, curves={CURVE: curve.tolist()})
        if solved.frame.at_war:
            reply.numbers[ENDS] = float(fighting_curve(solved, np.ones(1))[0])
            reply.numbers[MEDIAN] = median_of_fighting(solved)
        return reply

    def target(self, frame: Frame, key: Key, rho: np.ndarray) -> Answer | None:
        if key == ENDS:
            return Reach(~frame.war, 1.0, frame.start)
        for years in YEARS:
            if key == within(years):
                made = Resumes if frame.at_war else Reach
                return made(frame.war, float(years), frame.start)
        return None

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        title = "Chance that war has resumed"
        title += ", by years since the end of the present fighting" if frame.at_war else ""
        keys = tuple(within(y) for y in YEARS)
        return {"risk_curve": years_table(title, GRID, results, CURVE, "probability", keys)}

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        if key in (ENDS, MEDIAN):
            return witnesses.showing(witnesses.out_of_war) or witnesses.of_types(ENDING)
        return witnesses.showing(witnesses.into_war) or witnesses.of_types(FIGHTING)

    def finding(self, answered: Answered) -> str:
        chance = answered.get(within(HEADLINE))
        if chance is None:
            return "In no draw could the chance be computed that war resumes."
        if not answered.frame.at_war:
            return f"The chance that war resumes within {HEADLINE} years is {text_of(chance)}."
        ends = answered.get(ENDS)
        until = f"The chance that it ends within a year is {text_of(ends)}; " if ends is not None else ""
        resumes = f"within {HEADLINE} years of its end it resumes with a chance of {text_of(chance)}."
        return f"War is under way. {until}{resumes}"

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        since = "the end of the present fighting" if answered.frame.at_war else answered.frame.date
        curve = band(f"Chance that war has resumed, by years from {since}", "risk_curve", "probability")
        return (curve, *tornado(answered))


QUESTION = Relapse()
