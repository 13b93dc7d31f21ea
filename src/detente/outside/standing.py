"""Whether the facts of how the last fighting ended hold on a date: a war since then makes them those of another.

Three things are looked at: the situation of the date (is there war?), the situations in between, and the record as it
stood on the date (wars begun since the end, and whether they have ended).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.outside.facts import EndOfFighting

if TYPE_CHECKING:
    from detente.case import Case
    from detente.record import Record

BEGINS, ENDS = "war_start", "war_end"  # types of events by which a record says that a war began or ended


@dataclass(frozen=True)
class Fighting:
    """What case and record say about wars up to a date.

    Attributes:
        under_way: why war is under way on the date; "" where nothing says so.
        since: why the facts are those of an earlier war; "" where nothing says so.
        checked: whether there is a record that would show a war in between.
    """

    under_way: str
    since: str
    checked: bool


def fighting(case: "Case", facts: EndOfFighting, date: str) -> Fighting:
    """Look for war on a date, and for a war between the end that the facts describe and the date.

    Args:
        case: its situations, and its record where it has one.
        facts: of how the last fighting ended.
        date: ISO date.

    Raises:
        RecordError: located mistakes in the record.
    """
    record = record_of(case)
    ended = facts.ended or Date.fromisoformat(facts.date)
    under_way = war_on(case, record, ended, date)
    since = ""
    for day, words in _wars_since(case, record, ended, date):
        since = f"{words} on {day}, after the end on {ended.isoformat()} that the facts of {facts.date} describe"
    return Fighting(under_way, since, record is not None)


def war_on(case: "Case", record: "Record | None", ended: Date, date: str) -> str:
    """Why there is war on a date, "" where nothing says so: the case's situation, else the record since `ended`."""
    if date in case.situations:
        return f"in the case's situation of {date} war is under way" if at_war(case, date) else ""
    if record is None:
        return ""
    events = sorted(record.as_of(date).events.values(), key=lambda event: event.date)
    turns = [event for event in events if event.type in (BEGINS, ENDS) and event.date > ended]
    if not turns or turns[-1].type == ENDS:
        return ""
    return f"the record shows that a war began on {turns[-1].date.isoformat()} and had not ended by {date}"


def _wars_since(case: "Case", record: "Record | None", ended: Date, date: str) -> Iterator[tuple[str, str]]:
    for day in sorted(case.situations):
        if ended.isoformat() < day < date and at_war(case, day):
            yield day, "the case has war"
    if record is not None:
        for event in sorted(record.as_of(date).events.values(), key=lambda event: event.date):
            if event.type == BEGINS and event.date > ended:
                yield event.date.isoformat(), "by the record a war began"


def at_war(case: "Case", date: str) -> bool:
    """Whether a situation of the case is one of war."""
    values = case.situations[date]
    codes = {name: np.array([variable.values.index(values[name])]) for name, variable in case.states.items()}
    return bool(np.all(case.outcomes.war.evaluate(codes, {})))


def record_of(case: "Case") -> "Record | None":
    """The case's record, None where it has none.

    Raises:
        RecordError: located mistakes in it.
    """
    from detente.record import load_record

    folder = Path(case.folder) / "record"
    return load_record(folder) if folder.is_dir() else None
