"""Does the finding on mediators depend on what an honest broker is? The same under other readings of one."""

from detente.answers.question import Answered, text_of
from detente.answers.questions.prolongation import BROKER, FAMILY, Prolongation


class ProlongationVariants(Prolongation):
    """The other readings of an honest broker."""

    id = "prolongation_variants"
    title = "Does the finding on mediators depend on what an honest broker is?"
    rank = 520
    most_draws = 3
    variants = (
        ("strong", f"{BROKER} who cares twice as much"),
        ("parties", "a broker with the parties' mean interest"),
        ("held", f"{BROKER}, others' strategies held"),
        ("absent", "no such mediator"),
    )

    def finding(self, answered: Answered) -> str:
        years = [q for q in answered.family(FAMILY) if q.unit == "years"]
        chosen = [q for q in years if q.actor is None] or years
        if not chosen:
            return "In no draw could the game be solved with another broker."
        ends = sorted(chosen, key=lambda q: q.mid or 0.0)
        least, most = text_of(ends[0]), text_of(ends[-1])
        between = least if least == most else f"{least} under one and {most} under another"
        return f"Under other readings of {BROKER}, the wait for a settlement changes by {between}."


QUESTION = ProlongationVariants()
