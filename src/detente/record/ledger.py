"""The ledger: who owes what to whom by when, what became of it as each side sees it, and what fell asleep.

    state        of an open commitment on a date
    ---------    ------------------------------------------------------------------------------------------------
    open         not yet due, or touched within the last N years
    overdue      due (its date has passed, or it was due at once) and touched within the last N years
    dormant      nothing has touched it for N years; not due (continuing, conditional or without a term)
    forgotten    nothing has touched it for N years although it is due and nobody ended, replaced or performed it
    performed    done after its last recorded breach, though no source declares it fulfilled
    ended_asleep formally ended (itself or with its instrument) after N years in which nothing had touched it

Closed commitments carry their status (fulfilled, late, superseded, rejected, ended). A touch is an event of the record
that invokes, renews, performs, breaches or ends the commitment; a remark by someone who is not bound by it is none.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from detente.errors import OptionError, suggest
from detente.record.cut import CutRecord
from detente.record.entries import CLOSED, RECORD, Commitment, Event, Row, Status, Touch
from detente.record.lists import Entries, status_of
from detente.record.told import Line, Told
from detente.run import Bar, Cell, Ledger, Table, Touched
from detente.words.dates import DAYS_PER_YEAR

YEARS = 5.0  # after so many years without a touch a commitment sleeps
ASLEEP = ("dormant", "forgotten", "ended_asleep")
ORDERS = ("instrument", "actor", "status", "sleep")
INSTRUMENT_ENDS = ("superseded", "ended", "rejected")
COLUMNS = (
    "commitment",
    "instrument",
    "made",
    "who",
    "to",
    "what",
    "by",
    "status",
    "since",
    "state",
    "last_touch",
    "how",
    "event",
    "slept_years",
    "age_years",
    "sources",
    "certainty",
)


@dataclass(frozen=True)
class Entry:
    """One commitment on a date, as one viewpoint has it."""

    commitment: Commitment
    made: datetime.date
    status: Status | None
    state: str
    touches: tuple[tuple[Event, Touch], ...]  # in date order
    last: tuple[Event, Touch] | None  # the last touch before it was ended, if it was
    slept: float  # years from the last touch (or the making) to the date, or to the formal end
    age: float  # years from the making to the date
    ended: datetime.date | None  # when it formally ended, by itself or with its instrument


def entries(record: CutRecord, viewpoint: str = RECORD, years: float = YEARS) -> list[Entry]:
    """Every commitment of a record on its day, in the order of the instruments."""
    touching: dict[str, list[tuple[Event, Touch]]] = {}
    for event in record.events.values():
        for touch in event.touches:
            if touch.by_viewpoint in ("", viewpoint):
                touching.setdefault(touch.commitment, []).append((event, touch))
    return [
        _entry(record, commitment, tuple(touching.get(commitment.id, ())), viewpoint, years)
        for commitment in record.commitments.values()
    ]


def _entry(
    record: CutRecord,
    commitment: Commitment,
    touches: tuple[tuple[Event, Touch], ...],
    viewpoint: str,
    years: float,
) -> Entry:
    day = record.day
    made = record.made(commitment)
    status = status_of(commitment.statuses, viewpoint)
    ended = _ended(record, commitment, touches)
    living = [(e, t) for e, t in touches if t.how != "ended" and (ended is None or e.date <= ended[0])]
    last = living[-1] if living else None
    end = day if ended is None else ended[0]
    slept = max(0, (end - (last[0].date if last else made)).days) / DAYS_PER_YEAR
    state = _state(commitment, status, last, ended, (day, slept >= years))
    age = (day - made).days / DAYS_PER_YEAR
    return Entry(commitment, made, status, state, touches, last, slept, age, ended[0] if ended else None)


def _ended(
    record: CutRecord, commitment: Commitment, touches: Iterable[tuple[Event, Touch]]
) -> tuple[datetime.date, str] | None:
    """When and how it came to a formal end: by an event, or with its instrument."""
    found = [(event.date, "ended") for event, touch in touches if touch.how == "ended"]
    whole = status_of(record.instruments[commitment.instrument].statuses)
    if whole is not None and whole.status in INSTRUMENT_ENDS and whole.date is not None:
        found.append((whole.date, whole.status))
    return min(found, default=None)


def _state(
    commitment: Commitment,
    status: Status | None,
    last: tuple[Event, Touch] | None,
    ended: tuple[datetime.date, str] | None,
    when: tuple[datetime.date, bool],
) -> str:
    day, asleep = when
    if status is not None and status.status in CLOSED and status.status != "ended":
        return status.status
    if ended is not None:
        return "ended_asleep" if asleep else ended[1]
    if status is not None and status.status == "ended":
        return "ended"
    word = status.status if status else "pending"
    since = status.date if status else None
    done = last is not None and last[1].how == "performed" and (since is None or last[0].date > since)
    if done and word in ("pending", "violated", "lapsed") and commitment.term not in ("continuing", "open"):
        return "performed"
    due = commitment.term == "at_once" or (commitment.due is not None and commitment.due < day)
    if asleep:
        return "forgotten" if due else "dormant"
    return "overdue" if due else "open"


def ledger(
    record: CutRecord,
    *,
    by: str = "instrument",
    forgotten: bool = False,
    viewpoints: Sequence[str] = (RECORD,),
    years: float = YEARS,
) -> Table:
    """The ledger as a table.

    Args:
        record: the record as it stood on a day.
        by: the order: "instrument" (date), "actor" (who owes; one row for each), "status", or "sleep" (longest first).
        forgotten: only what has slept for `years` or longer (dormant, forgotten, ended asleep), longest first.
        viewpoints: whose status stands in `status`; with several, one column each (`status: armenia`), side by side.
        years: how long nothing must touch a commitment for it to sleep.

    Raises:
        OptionError: an unknown order or viewpoint.
    """
    if by not in ORDERS:
        raise OptionError.of(f"unknown order '{by}'", hint=suggest(by, ORDERS))
    check_viewpoints(record, viewpoints)
    found = {view: entries(record, view, years) for view in viewpoints}
    lines: list[Line] = [
        (_row(record, entry, statuses), rests_of(record, entry, statuses))
        for n, entry in enumerate(found[viewpoints[0]])
        if not forgotten or entry.state in ASLEEP
        for statuses in [[found[view][n].status for view in viewpoints]]
    ]
    names = ["status"] if len(viewpoints) == 1 else [f"status: {view}" for view in viewpoints]
    place = COLUMNS.index("status")
    columns = (*COLUMNS[:place], *names, *COLUMNS[place + 1 :])
    title = ("Commitments that fell asleep" if forgotten else "Ledger of commitments") + f", as of {record.day}"
    order = "sleep" if forgotten and by == "instrument" else by
    units = {"slept_years": "years", "age_years": "years"}
    return Told(record).table(title, columns, _sorted(lines, order, columns), units, _note(viewpoints, years))


def rests_of(record: CutRecord, entry: Entry, statuses: Iterable[Status | None]) -> tuple[Row, ...]:
    """A commitment rests on its instrument, and as a row of the ledger on its last touch and its statuses."""
    last = (entry.last[0],) if entry.last else ()
    judged = (status for status in statuses if status is not None)
    return (entry.commitment, record.instruments[entry.commitment.instrument], *last, *judged)


def bars(record: CutRecord, *, only_asleep: bool = False, years: float = YEARS) -> Ledger:
    """Commitments over time, for the picture of the ledger.

    Args:
        record: the record as it stood on a day.
        only_asleep: only dormant and forgotten ones, and those that ended asleep.
        years: how long nothing must touch a commitment for it to sleep.

    Raises:
        OptionError: no commitment to draw.
    """
    found = [entry for entry in entries(record, years=years) if not only_asleep or entry.state in ASLEEP]
    if not found:
        raise OptionError.of(f"no commitment was made until {record.day}", "a later date")
    told = Told(record)
    return Ledger(day=record.day.isoformat(), bars=tuple(_bar(told, entry) for entry in found))


def _bar(told: Told, entry: Entry) -> Bar:
    rests, day = rests_of(told.record, entry, [entry.status]), told.record.day
    end = min(entry.ended or day, day)
    last = min(max(entry.last[0].date if entry.last else entry.made, entry.made), end)
    commitment, instrument = entry.commitment, told.record.instruments[entry.commitment.instrument]
    said = {view: status_of(commitment.statuses, view) for view in (s.viewpoint for s in commitment.statuses)}
    return Bar(
        commitment=commitment.id,
        instrument=instrument.name,
        who=commitment.who,
        to=commitment.to,
        what=commitment.what,
        by=commitment.by,
        statuses={view: status.status for view, status in said.items() if status is not None},
        state=entry.state,
        asleep=entry.state in ASLEEP,
        made=entry.made.isoformat(),
        touched=last.isoformat(),
        how=entry.last[1].how if entry.last else "",
        end=end.isoformat(),
        slept_years=round(entry.slept, 1),
        sources=entry.status.sources if entry.status and entry.status.sources else instrument.sources,
        touches=tuple(
            Touched(date=event.date.isoformat(), how=touch.how)
            for event, touch in entry.touches
            if event.date >= entry.made
        ),
        rests_on=told.refs(*rests),
        confidential=told.hidden(*rests, *(event for event, _ in entry.touches)),
    )


def _note(viewpoints: Sequence[str], years: float) -> str:
    whose = " and ".join("the dated record" if view == RECORD else view for view in viewpoints)
    return (
        f"Status as {whose} has it; a side's column is filled only from a source. Asleep: no event of the record has "
        f"touched it for {years:g} years; forgotten: and it is due; dormant: and it is not."
    )


def check_viewpoints(record: Entries, viewpoints: Sequence[str]) -> None:
    """Refuse a viewpoint that is neither the record's nor an actor's.

    Raises:
        OptionError: with a suggestion.
    """
    known = {RECORD, *record.actors, *(s.viewpoint for c in record.commitments.values() for s in c.statuses)}
    if not viewpoints:
        raise OptionError.of("no viewpoint", "at least one")
    for view in viewpoints:
        if view not in known:
            raise OptionError.of(f"unknown viewpoint '{view}'", "'record' or an actor", suggest(view, sorted(known)))


def _row(record: CutRecord, entry: Entry, statuses: Sequence[Status | None]) -> list[Cell]:
    commitment, status = entry.commitment, entry.status
    event, touch = entry.last or (None, None)
    cited = status.sources if status and status.sources else record.instruments[commitment.instrument].sources
    return [
        commitment.id,
        record.instruments[commitment.instrument].name,
        entry.made.isoformat(),
        " ".join(commitment.who),
        " ".join(commitment.to),
        commitment.what,
        commitment.by,
        *(found.status if found else "" for found in statuses),
        status.date.isoformat() if status and status.date else "",
        entry.state,
        event.date.isoformat() if event else "",
        touch.how if touch else "",
        event.id if event else "",
        round(entry.slept, 1),
        round(entry.age, 1),
        " ".join(cited),
        status.certainty if status else "",
    ]


def _sorted(lines: list[Line], by: str, columns: Sequence[str]) -> list[Line]:
    at = {name: n for n, name in enumerate(columns)}
    if by == "actor":
        who = at["who"]
        spread = [
            ([*row[:who], actor, *row[who + 1 :]], rests)
            for row, rests in lines
            for actor in str(row[who]).split() or [""]
        ]
        return sorted(spread, key=lambda line: str(line[0][who]))
    if by == "status":
        return sorted(lines, key=lambda line: str(line[0][at["state"]]))
    if by == "sleep":
        return sorted(lines, key=lambda line: -float(line[0][at["slept_years"]] or 0))
    return lines
