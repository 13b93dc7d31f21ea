"""How long ceasefires held: to the first lesser breach, the first large one and the return to war, as listed.

Beside these stands the first breach that the events of the record show.
"""

import datetime

from detente.record.cut import CutRecord
from detente.record.entries import FIGHTING, Ceasefire, Event
from detente.record.told import Line, Told
from detente.run import Cell, Table
from detente.words.dates import DAYS_PER_YEAR

BREACH_DEATHS = 5.0  # deaths from which an event counts as a breach; the lists of lesser breaches begin at about five
KINDS = ("minor", "major", "war")
COLUMNS = (
    "ceasefire", "start", "relapse_minor", "years_to_minor", "relapse_major", "years_to_major", "relapse_war",
    "years_to_war", "within_hours", "years_without_war", "first_breach", "years_to_breach", "events", "sources", "note",
)  # fmt: skip


def ceasefires(record: CutRecord, deaths: float = BREACH_DEATHS) -> Table:
    """How long each ceasefire held.

    `first_breach` is computed: the first fighting (a clash, offensive, violation or war) with at least `deaths` dead
    that began after the ceasefire or went on through it. Fighting under way on the day counts, whatever its toll.
    """
    told = Told(record)
    lines: list[Line] = []
    for ceasefire in sorted(record.ceasefires.values(), key=lambda c: c.start):
        breach = first_breach(record, ceasefire.start, deaths)
        ids = (*ceasefire.events, *([breach.id] if breach else []))
        rests = (ceasefire, *(record.events[id] for id in ids if id in record.events))
        lines.append((_cells(record, ceasefire, breach), rests))
    return told.table(
        f"Ceasefires and relapses, as of {record.day}",
        COLUMNS,
        lines,
        units=dict.fromkeys(("years_to_minor", "years_to_major", "years_to_war", "years_without_war"), "years"),
        note=f"First breach: computed from the events ({deaths:g} dead or more, or still going on; 0 years: fighting "
        f"never stopped). Years without war: none until {record.day}, so the true time is longer. "
        + record.meta.caveats.get("ceasefires", ""),
    )


def _cells(record: CutRecord, ceasefire: Ceasefire, breach: Event | None) -> tuple[Cell, ...]:
    listed: list[Cell] = []
    for kind in KINDS:
        relapse: datetime.date | None = getattr(ceasefire, f"relapse_{kind}")
        listed += [relapse.isoformat() if relapse else "", _years(ceasefire.start, relapse)]
    within = ceasefire.within_hours if ceasefire.relapse_war == ceasefire.start else None
    return (
        ceasefire.name,
        ceasefire.start.isoformat(),
        *listed,
        within,
        _years(ceasefire.start, record.day) if ceasefire.relapse_war is None else None,
        breach.id if breach else "",
        _years(ceasefire.start, max(breach.date, ceasefire.start)) if breach else None,
        " ".join(ceasefire.events),
        " ".join(ceasefire.sources),
        ceasefire.note,
    )


def _years(start: datetime.date, end: datetime.date | None) -> float | None:
    return None if end is None else round((end - start).days / DAYS_PER_YEAR, 2)


def first_breach(record: CutRecord, start: datetime.date, deaths: float = BREACH_DEATHS) -> Event | None:
    """The fighting that first broke a ceasefire of this day, as far as the events of the record show."""
    for event in record.events.values():  # in date order; what had begun before the ceasefire comes first
        if event.type not in FIGHTING:
            continue
        under_way = event.id in record.under_way
        went_on = event.date <= start and (under_way or (event.date_end is not None and event.date_end > start))
        dead = event.high if event.best is None else event.best
        deadly = under_way or (dead or 0) >= deaths
        if deadly and (event.date > start or went_on):
            return event
    return None
