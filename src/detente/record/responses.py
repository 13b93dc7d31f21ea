"""Response and silence: who spoke after an escalation, how soon, and whom they named.

Silence needs time to be silence. An escalation counts once a mediator had `within` days to speak; younger ones are
censored: they are in no share, and are counted apart (`too_recent`).
"""

import datetime
import itertools
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from detente.errors import OptionError
from detente.record.cut import CutRecord
from detente.record.entries import Response
from detente.record.told import Line, Told
from detente.run import Cell, Table

WITHIN = 30  # days to speak before silence counts; the slowest answer in the Minsk record took 29 (Mardakert, 2010)
Z90 = 1.6448536269514722  # standard normal quantile of 0.95
NOT_YET = "not yet"
Period = tuple[str, datetime.date, datetime.date]  # label, first day, first day after it


def wilson(successes: int, trials: int, z: float = Z90) -> tuple[float, float]:
    """The Wilson interval of a share (90 % by default); (0, 1) without trials.

    Source: Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    """
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    centre = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def followed(rows: Iterable[Response], day: datetime.date, within: int = WITHIN) -> list[Response]:
    """The escalations after which a mediator has had `within` days to speak."""
    wait = datetime.timedelta(days=within)
    return [row for row in rows if (row.known or row.date) + wait <= day]


def responses(record: CutRecord, kinds: Sequence[str] = ("violent",), within: int = WITHIN) -> dict[str, Table]:
    """Who spoke after an escalation, how soon, and whom they named: per mediator and period, and the list behind it.

    Args:
        record: the record as it stood on a day.
        kinds: violent, political, humanitarian.
        within: days that a mediator has to speak before its silence counts.

    Returns:
        "response": shares with 90 % intervals, lags in days, naming; "escalations": the list;
        "statements": the same counted a second way, from `responds_to` of the events.

    Raises:
        OptionError: a negative number of days.
    """
    if within < 0:
        raise OptionError.of(f"{within} days to speak", "0 or more")
    day = record.day
    rows = [row for row in record.responses.values() if row.kind in kinds]
    counted = followed(rows, day, within)
    periods = _periods([row.date for row in rows], record.meta.response_periods)
    told = Told(record)
    words = " and ".join(kinds)
    return {
        "response": _shares(told, rows, counted, (periods, words, within)),
        "escalations": _escalations(told, rows, {row.id for row in counted}),
        "statements": _statements(told, counted, periods),
    }


def _shares(
    told: Told, rows: Sequence[Response], counted: Sequence[Response], how: tuple[Sequence[Period], str, int]
) -> Table:
    periods, words, within = how
    record = told.record
    lines: list[Line] = []
    for mediator, (label, start, end) in itertools.product(dict.fromkeys(row.mediator for row in rows), periods):
        listed = [row for row in rows if start <= row.date < end]
        if not any(row.mediator == mediator for row in listed):
            continue
        own = [row for row in counted if start <= row.date < end]
        spoke = [row for row in own if row.mediator == mediator]
        cells = (mediator, label, *_summary(spoke, escalations(own), escalations(listed) - escalations(own)))
        lines.append((cells, listed))
    caveat = record.meta.caveats.get("responses", "the list holds what was put on it, not every breach")
    recent = escalations(rows) - escalations(counted)
    return told.table(
        f"Response and silence after {words} escalations, as of {record.day}",
        (
            "mediator", "period", "escalations", "too_recent", "unknown", "responded", "share", "low", "high",
            "median_lag_days", "longest_lag_days", "named_first_violator", "named_partly", "named_both", "named_none",
            "named",
        ),
        lines,
        units={
            **dict.fromkeys(("share", "low", "high"), "share"),
            **dict.fromkeys(("median_lag_days", "longest_lag_days"), "days"),
        },
        note="low and high: 90 % Wilson interval of the share; where it is unknown of some escalations whether the "
        "mediator spoke, no share is given and the interval covers both answers. Silence counts after "
        f"{within} days: {recent} younger escalations (too recent) are in no share. Caveat: {caveat}.",
    )  # fmt: skip


def escalations(rows: Iterable[Response]) -> int:
    """How many escalations these are: rows of several mediators on one escalation are one, two of one mediator two."""
    listed = Counter((row.date, row.escalation, row.mediator) for row in rows)
    most: dict[tuple[datetime.date, str], int] = {}
    for (date, escalation, _), count in listed.items():
        most[date, escalation] = max(count, most.get((date, escalation), 0))
    return sum(most.values())


def _periods(dates: Sequence[datetime.date], cuts: Sequence[datetime.date]) -> list[Period]:
    """Half-open periods between the cuts, open before the first and after the last; one period without cuts."""
    if not cuts:
        return [("all", datetime.date.min, datetime.date.max)]
    bounds = [datetime.date.min, *cuts, datetime.date.max]
    found: list[Period] = []
    for start, end in itertools.pairwise(bounds):
        if any(start <= day < end for day in dates):
            label = f"before {end}" if start == datetime.date.min else f"from {start}"
            if start != datetime.date.min and end != datetime.date.max:
                label = f"{start} to before {end}"
            found.append((label, start, end))
    return found


def _summary(rows: Sequence[Response], listed: int, recent: int) -> tuple[Cell, ...]:
    """Counts for one mediator and period; an escalation of the list that has no row for it counts as unknown."""
    spoke = [row for row in rows if row.responded == "yes"]
    unknown = listed - len(spoke) - sum(row.responded == "no" for row in rows)
    lags = sorted(row.lag_days for row in spoke if row.lag_days is not None)
    naming = Counter(row.naming for row in spoke)
    named = Counter(actor for row in spoke if row.naming in ("first_violator", "other") for actor in row.named[:1])
    return (
        listed,
        recent,
        unknown,
        len(spoke),
        None if unknown or not listed else round(len(spoke) / listed, 3),
        round(wilson(len(spoke), listed)[0], 3),
        round(wilson(len(spoke) + unknown, listed)[1], 3),
        statistics.median(lags) if lags else None,
        lags[-1] if lags else None,
        naming["first_violator"],
        naming["partly"],
        naming["both"],
        naming["none"],
        "; ".join(f"{actor} {n}" for actor, n in named.most_common()),
    )


def _escalations(told: Told, rows: Sequence[Response], counted: set[str]) -> Table:
    return told.table(
        f"The escalations behind it, as of {told.record.day}",
        (
            "date", "escalation", "kind", "severity", "mediator", "responded", "lag_days", "issued_by", "naming",
            "named", "naming_note", "event", "response_events", "sources", "certainty", "note",
        ),
        [
            (
                (
                    r.date.isoformat(), r.escalation, r.kind, r.severity, r.mediator,
                    NOT_YET if r.responded == "no" and r.id not in counted else r.responded, r.lag_days,
                    r.issued_by, r.naming, " ".join(r.named), r.naming_note, r.event, " ".join(r.response_events),
                    " ".join(r.sources), r.certainty, r.note,
                ),
                (r,),
            )
            for r in sorted(rows, key=lambda r: (r.date, r.id))
        ],
        units={"lag_days": "days"},
        note=f"'{NOT_YET}': nothing was said so far, and the time in which an answer could be expected is not over.",
    )  # fmt: skip


def _statements(told: Told, rows: Sequence[Response], periods: Sequence[Period]) -> Table:
    """For each actor: on how many listed escalations an event of the record says that it responded."""
    listed = {row.event: row.date for row in rows if row.event}
    events = told.record.events
    soonest: dict[str, dict[str, int]] = {}  # actor -> escalation -> days
    for event in events.values():
        for target in event.responds_to:
            if target in listed:
                lag = max(0, (event.date - listed[target]).days)
                for actor in event.actors:
                    by_event = soonest.setdefault(actor, {})
                    by_event[target] = min(lag, by_event.get(target, lag))
    found: list[Line] = []
    for actor, by_event in soonest.items():
        for label, start, end in periods:
            within = [event for event, date in listed.items() if start <= date < end]
            lags = [by_event[event] for event in within if event in by_event]
            if lags:
                cells = (actor, label, len(within), len(lags), statistics.median(lags))
                found.append((cells, [events[event] for event in within]))
    return told.table(
        f"Statements in the record that respond to a listed escalation, as of {told.record.day}",
        ("actor", "period", "escalations", "responded", "median_lag_days"),
        sorted(found, key=lambda line: (-int(line[0][3] or 0), str(line[0][0]), str(line[0][1]))),
        units={"median_lag_days": "days"},
        note="Counted from the events that say what they respond to; a statement that is no event of the record is "
        "missing here. Escalations that are too recent for silence to count are left out.",
    )
