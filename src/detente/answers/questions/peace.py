"""How likely is peace, and how long does it take?"""

import numpy as np

from detente.answers.chances import GRID, HORIZON, YEARS, at, peace_before_war, peace_curve, time_to_peace
from detente.answers.frame import Frame
from detente.answers.names import Curve, Key, NumberSpec
from detente.answers.question import Answered, Question, Reply, band, text_of, tornado
from detente.answers.results import Results
from detente.answers.settling import in_force
from detente.answers.solved import SolvedGame
from detente.answers.tabling import years_table
from detente.answers.witnesses import TERMS, Entries, Witnesses
from detente.run import Picture, Table
from detente.solver import Reach, RestrictedMean
from detente.solver.gradient import Answer

BY = (5, 10, 20)  # years
CURVE = Curve("peace")
BEFORE_WAR = Key("peace", detail="before_war")
TIME = Key("peace_time", detail="restricted")


def by(years: int) -> Key:
    """The chance of a settlement within so many years."""
    return Key("peace", detail=f"{years}y")


class Peace(Question):
    """P(peace by 5, 10, 20 years), P(peace before war), and the restricted mean time to it."""

    id = "peace"
    title = "How likely is peace, and how long does it take?"
    rank = 120

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        chances = tuple(
            NumberSpec(
                by(years),
                f"Chance of a settlement within {years} years",
                "probability",
                signed=False,
                headline=years == YEARS,
                ranked_like=None if years == YEARS else by(YEARS),
            )
            for years in BY
        )
        again = "war resumes after the present fighting" if frame.at_war else "war resumes"
        before = f"Chance that a settlement comes before {again}"
        time = f"Expected years without a settlement among the next {HORIZON:.0f}"
        return (
            *chances,
            NumberSpec(BEFORE_WAR, before, "probability", signed=False),
            NumberSpec(TIME, time, "years", signed=False, headline=True),
        )

    def ask(self, solved: SolvedGame) -> Reply:
        curve = peace_curve(solved, GRID)
        numbers = {by(y): at(curve, y) for y in BY}
        numbers[TIME] = time_to_peace(solved)
        numbers[BEFORE_WAR] = peace_before_war(solved)
        return Reply(numbers, curves={CURVE: curve.tolist()})

    def target(self, frame: Frame, key: Key, rho: np.ndarray) -> Answer | None:
        if key == TIME:
            return RestrictedMean(frame.peace, HORIZON, frame.start)
        return next((Reach(frame.peace, float(y), frame.start) for y in BY if key == by(y)), None)

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        title = "Chance that a settlement has been reached"
        keys = (*(by(y) for y in BY), TIME)
        return {"peace_curve": years_table(title, GRID, results, CURVE, "probability", keys)}

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        return (*witnesses.showing(witnesses.into_peace), *witnesses.of_types(TERMS))

    def finding(self, answered: Answered) -> str:
        if in_force(answered.frame):
            return "A settlement is in force on the date."
        chance, time = answered.get(by(YEARS)), answered.get(TIME)
        if chance is None or time is None:
            return "In no draw could the chance of a settlement be computed."
        return (
            f"The chance of a settlement within {YEARS} years is {text_of(chance)}; of the next {HORIZON:.0f} years, "
            f"{text_of(time)} pass without one."
        )

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        words = f"Chance that a settlement has been reached, by years from {answered.frame.date}"
        curve = band(words, "peace_curve", "probability")
        return (curve, *tornado(answered))


QUESTION = Peace()
