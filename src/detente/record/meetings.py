"""Meetings by year and format, and how exclusive a format was."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence

from detente.errors import OptionError, suggest
from detente.record.cut import CutRecord
from detente.record.entries import Event
from detente.record.told import Line, Told
from detente.run import Table

LEVELS: dict[str, str] = {"leaders": "leader_meeting", "ministers": "fm_meeting"}  # level -> tag
NO_MEDIATOR = "none_recorded"  # nobody but the parties stands in the record; whoever convened may be missing


def level_of(event: Event) -> str:
    """Whether an event is a meeting of leaders, of ministers, another meeting, or none ("")."""
    for level, tag in LEVELS.items():
        if tag in event.tags:
            return level
    return "other" if event.type == "meeting" else ""


def format_of(event: Event, parties: Iterable[str]) -> str:
    """Who convened a meeting: as read, else the actors who are not parties, joined by "+"."""
    if event.format:
        return event.format
    mediators = sorted(actor for actor in event.actors if actor not in set(parties))
    return "+".join(mediators) or NO_MEDIATOR


def _listed(record: CutRecord, levels: Sequence[str]) -> list[Event]:
    known = [*LEVELS, "other"]
    for level in levels:
        if level not in known:
            raise OptionError.of(f"unknown level '{level}'", hint=suggest(level, known))
    return [event for event in record.events.values() if level_of(event) in levels]


def _parties(record: CutRecord) -> set[str]:
    return {a.id for a in record.actors.values() if a.kind == "party"} | set(record.meta.parties)


def partial_year(day: datetime.date) -> str:
    """That the last year is not over, where it is not."""
    return "" if (day.month, day.day) == (12, 31) else f"{day.year} counts until {day} only."


def meetings(record: CutRecord, levels: Sequence[str] = ("leaders",)) -> dict[str, Table]:
    """Meetings per year with their formats ("meetings"), and the meetings themselves ("list")."""
    day = record.day
    parties = _parties(record)
    found = _listed(record, levels)
    counted = {count.year: count for count in record.meeting_counts.values()}
    told = Told(record)
    rows: list[Line] = []
    years = sorted({event.date.year for event in found})
    for year in range(years[0], day.year + 1) if years else ():  # years of silence at the end count too
        formats = Counter(format_of(event, parties) for event in found if event.date.year == year)
        other = counted.get(year)
        leading = formats.most_common(1)
        cells = (
            year,
            sum(formats.values()),
            "; ".join(f"{name} {n}" for name, n in formats.most_common()),
            leading[0][0] if leading else "",
            round(leading[0][1] / sum(formats.values()), 2) if leading else None,
            other.count if other else "",
        )
        rows.append((cells, [event for event in found if event.date.year == year]))
    return {
        "meetings": told.table(
            f"Meetings of {' and '.join(levels)} by year, as of {day}",
            ("year", "meetings", "formats", "leading_format", "leading_share", "counted_by_others"),
            rows,
            note=" ".join(filter(None, (partial_year(day), record.meta.caveats.get("meetings", "")))),
        ),
        "list": told.table(
            f"The meetings of {' and '.join(levels)}, as of {day}",
            ("date", "level", "format", "actors", "text", "event", "sources", "certainty"),
            [
                (
                    (
                        event.date.isoformat(), level_of(event), format_of(event, parties), " ".join(event.actors),
                        event.text, event.id, " ".join(event.sources), event.certainty,
                    ),
                    (event,),
                )
                for event in found
            ],
        ),
    }  # fmt: skip


def formats(record: CutRecord, levels: Sequence[str] = ("leaders", "ministers"), span: int = 5) -> dict[str, Table]:
    """How the meetings spread over formats ("formats"), and how exclusive the leading one was per period ("periods").

    `concentration` is the sum of squared shares of the formats (Herfindahl): 1 if one format held all meetings.
    """
    day = record.day
    parties = _parties(record)
    found = [(event, format_of(event, parties)) for event in _listed(record, levels)]
    total = Counter(name for _, name in found)
    told = Told(record)
    rows: list[Line] = []
    for name, n in total.most_common():
        events = [event for event, own in found if own == name]
        dates = [event.date for event in events]
        rows.append(((name, n, round(n / len(found), 3), min(dates).isoformat(), max(dates).isoformat()), events))
    periods: list[Line] = []
    starts = sorted({event.date.year // span * span for event, _ in found})
    for start in starts:
        within = [(event, name) for event, name in found if event.date.year // span * span == start]
        shares = Counter(name for _, name in within)
        n = sum(shares.values())
        leading, most = shares.most_common(1)[0]
        concentration = sum((k / n) ** 2 for k in shares.values())
        cells = (f"{start}-{start + span - 1}", n, len(shares), leading, round(most / n, 2), round(concentration, 2))
        periods.append((cells, [event for event, _ in within]))
    words = " and ".join(levels)
    note = (
        f"'{NO_MEDIATOR}': only the parties stand in the record of that meeting; 'margins': beside a summit of others. "
        f"Who convened is read from the record and may be missing. {partial_year(day)}"
    ).strip()
    return {
        "formats": told.table(
            f"Formats of meetings of {words}, as of {day}",
            ("format", "meetings", "share", "first", "last"),
            rows,
            note=note,
        ),
        "periods": told.table(
            f"How exclusive the leading format was, as of {day}",
            ("period", "meetings", "formats", "leading_format", "leading_share", "concentration"),
            periods,
            note=note,
        ),
    }
