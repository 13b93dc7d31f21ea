"""The statistics of a case, beside what is there to lean on them, whether the record has their time, held-out ones."""

from collections.abc import Iterator

from detente.case import Case
from detente.errors import Diagnostic, RecordError, suggest
from detente.evidence.recorded import CODING
from detente.evidence.rules import read_coding

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
    yield from _outside(case)
    held_out = sum(statistic.held_out for statistic in case.history.values())
    if case.history and held_out < LEAST:
        what = f"{held_out} of {len(case.history)} statistics are held out"
        expected = f"{LEAST} or more that nobody looks at before the first fit"
        yield case.remark(("history",), what, expected, "write 'held_out: yes'", severity="warning", key=True)


def _outside(case: Case) -> Iterator[Diagnostic]:
    """Statistics of a time before the coded record begins, or after it ends."""
    path = case.folder / "record" / CODING
    if not case.history or not path.is_file():
        return
    try:
        coding = read_coding(path)
    except RecordError:  # the check of the coding tells its mistakes
        return
    first, last = coding.start or min(case.situations, default=""), coding.until or "9999-12-31"
    for statistic in case.history.values():
        key = "until" if statistic.until and statistic.until <= first else "from" if statistic.start >= last else ""
        if key:
            span = f"from {first} until {last}" if coding.until else f"from {first} on"
            what = f"the coded record has nothing of the time of '{statistic.name}'"
            yield case.remark((*statistic.at, key), what, f"a time within it, {span}", severity="warning")
