"""The statistics of a case, beside what is there to lean on them, and how many are held out."""

from collections.abc import Iterator

from detente.case import Case
from detente.errors import Diagnostic, suggest

LEAST = 4  # statistics that nobody looks at before the first fit


def check_history(case: Case) -> Iterator[Diagnostic]:
    """Answers that nobody knows lean on a statistic; too few statistics that are held out."""
    from detente.answers.catalogue import CATALOGUE

    known = list(CATALOGUE.questions)
    for statistic in case.history.values():
        for question in statistic.leans_on:
            if question not in known:
                at = (*statistic.at, "leans_on")
                yield case.remark(
                    at, f"unknown question '{question}'", "see `detente ask --list`", suggest(question, known)
                )
    held_out = sum(statistic.held_out for statistic in case.history.values())
    if case.history and held_out < LEAST:
        what = f"{held_out} of {len(case.history)} statistics are held out"
        expected = f"{LEAST} or more that nobody looks at before the first fit"
        yield case.remark(("history",), what, expected, "write 'held_out: yes'", severity="warning", key=True)
