"""From demand to performance: how long each commitment took, and what happened to it in between."""

import datetime

from detente.record.cut import CutRecord
from detente.record.entries import RECORD, Event
from detente.record.ledger import Entry, check_viewpoints, entries, rests_of
from detente.record.told import Line, Told
from detente.run import Cell, Table
from detente.words.dates import DAYS_PER_YEAR

COLUMNS = (
    "commitment", "who", "what", "made", "due", "performed", "event", "in_full", "lag_years", "censored", "late_days",
    "invoked_before", "breached_before", "certainty", "note",
)  # fmt: skip


def lags(record: CutRecord, viewpoint: str = RECORD) -> Table:
    """How long each commitment took, longest first.

    A commitment that was not performed is a censored lag: its years so far (or until it formally ended) stand under
    `lag_years`, `performed` is empty and `censored` says so. Continuing duties have no moment of performance and are
    left out.

    Raises:
        OptionError: an unknown viewpoint.
    """
    check_viewpoints(record, (viewpoint,))
    lines: list[Line] = [
        (_lag(entry, record.day), rests_of(record, entry, [entry.status]))
        for entry in entries(record, viewpoint)
        if entry.commitment.term != "continuing"
    ]
    place = COLUMNS.index("lag_years")
    censored = sum(cells[COLUMNS.index("censored")] != "" for cells, _ in lines)
    return Told(record).table(
        f"From demand to performance, as of {record.day}",
        COLUMNS,
        sorted(lines, key=lambda line: -float(line[0][place] or 0)),
        units={"lag_years": "years", "late_days": "days"},
        note=f"{censored} of {len(lines)} are censored, not known to be performed until {record.day}: their lag_years "
        "are the time so far, or until the commitment formally ended; the true lag is longer ('undated': it was done, "
        "but nobody says when). in_full: 'yes' if the status is fulfilled or late. late_days: from the day it was due "
        "until it was performed, or so far; 0 if it came in time, empty if it is not due yet. note: how it came about; "
        "what was done under force is no performance of one's own accord.",
    )


def _lag(entry: Entry, day: datetime.date) -> tuple[Cell, ...]:
    commitment = entry.commitment
    in_full = entry.status is not None and entry.status.status in ("fulfilled", "late")
    done, event = _performed(entry, in_full)
    until = done or (entry.ended if entry.ended and entry.ended < day else day)
    before = [touch for event, touch in entry.touches if event.date <= until]
    return (
        commitment.id,
        " ".join(commitment.who),
        commitment.what,
        entry.made.isoformat(),
        commitment.due.isoformat() if commitment.due else commitment.by,
        done.isoformat() if done else "",
        event.id if event else "",
        "yes" if in_full else "in part" if done else "",
        round(max(0, (until - entry.made).days) / DAYS_PER_YEAR, 2),
        "" if done else "undated" if in_full else "yes",
        late_days(commitment.due, done, until),
        sum(touch.how in ("invoked", "renewed") for touch in before),
        sum(touch.how == "breached" for touch in before),
        entry.status.certainty if entry.status else "",
        _note(entry, event, in_full),
    )


def _note(entry: Entry, event: Event | None, in_full: bool) -> str:
    """What the record remarks on the act of performance and on the status that calls it performed."""
    acts = [touch.note for act, touch in entry.touches if event and act.id == event.id and touch.how == "performed"]
    said = [*acts, entry.status.note if in_full and entry.status else ""]
    return "; ".join(dict.fromkeys(note for note in said if note))


def _performed(entry: Entry, in_full: bool) -> tuple[datetime.date | None, Event | None]:
    """When it was performed and by which event: the last if in full, else the first part; a status has a day only."""
    acts = [event for event, touch in entry.touches if touch.how == "performed"]
    if acts:
        event = acts[-1] if in_full else acts[0]
        return event.date, event
    return (entry.status.date if in_full and entry.status else None), None


def late_days(due: datetime.date | None, done: datetime.date | None, until: datetime.date) -> int | None:
    """Days from the day on which something was due: 0 if it came in time, None if it was not due by then, or never.

    Args:
        due: the day on which it was due, if it had one.
        done: the day on which it was performed, if it was.
        until: the last day that counts: of performance, of its formal end, or of the record.
    """
    if due is None:
        return None
    days = (until - due).days
    if done is not None:
        return max(0, days)
    return days if days > 0 else None
