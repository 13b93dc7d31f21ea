"""Likely duplicates: pairs of events that may be one, proposed for merging and never merged silently."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from detente.record.cut import CutRecord
from detente.record.entries import Event
from detente.record.imported import seen
from detente.run import Cell, Table

DAYS = 2  # apart at most; lists date the same event by its start, its report or its discovery
LEAST = 0.6  # likeness from which a pair is proposed; on the Minsk record what lies below is seldom one event
OTHER_TYPE = 0.5  # likeness of two events of different types counts half: lists name types differently
STOP = frozenset(re.findall(r"\w+", "the a an of and in on to at by for with from that was were is are as it its this"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """What of an event, or of a row of an imported list, two events are compared by."""

    id: str
    date: datetime.date
    type: str
    actors: frozenset[str]
    words: frozenset[str]
    deaths: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two events that may be one; `likeness` from 0 to 1."""

    one: str
    other: str
    days: int
    actors: float
    words: float
    deaths: float | None
    likeness: float


def likely(record: CutRecord, least: float = LEAST) -> Table:
    """Pairs of events, likeliest first: close in time, alike in actors, words and deaths.

    Likeness is the mean of: nearness of the first days (1 on the same day, 0 beyond two days), shared actors and
    shared words (Jaccard), and the ratio of the best counts of deaths where both have one. It is halved where types
    differ.
    Imported lists are compared with the events of the record, not with themselves.

    Raises:
        RecordError: the file of an imported list cannot be read.
    """
    pairs = [pair for pair in _pairs(record) if pair.likeness >= least]
    rows: list[tuple[Cell, ...]] = [
        (p.one, p.other, round(p.likeness, 2), p.days, round(p.actors, 2), round(p.words, 2),
         None if p.deaths is None else round(p.deaths, 2))
        for p in sorted(pairs, key=lambda p: (-p.likeness, p.one, p.other))
    ]  # fmt: skip
    return Table(
        title=f"Events that are likely the same, as of {record.day}",
        columns=("keep", "drop", "likeness", "days_apart", "actors", "words", "deaths"),
        rows=tuple(rows),
        note="Proposed, not merged. To merge, write a line `keep,drop,why` into merges.csv of the record; "
        "to undo it, take the line out.",
    )


def _pairs(record: CutRecord) -> Iterator[Pair]:
    events = [_candidate(event) for event in record.events.values()]
    for n, one in enumerate(events):
        for other in events[n + 1 :]:
            if (other.date - one.date).days > DAYS:
                break
            yield _pair(one, other)
    by_day: dict[datetime.date, list[Candidate]] = {}
    for one in events:
        by_day.setdefault(one.date, []).append(one)
    for other in _imported(record, list(by_day)):
        for days in range(-DAYS, DAYS + 1):
            for one in by_day.get(other.date + datetime.timedelta(days=days), ()):
                yield _pair(one, other)


def _candidate(event: Event) -> Candidate:
    actors, words = frozenset(event.actors), _words(event.text)
    return Candidate(event.id, event.date, event.type, actors, words, event.best)


def _imported(record: CutRecord, days: list[datetime.date]) -> Iterator[Candidate]:
    """Rows of imported lists that lie near an event of the record."""
    import duckdb

    for one in record.imported:
        with duckdb.connect() as connection:
            rows = seen(one, record.merged, connection)
            has = {str(column[0]) for column in connection.execute(f"DESCRIBE {rows}").fetchall()}
            wanted = [name if name in has else f"NULL AS {name}" for name in ("actors", "text", "best")]
            found = connection.execute(
                f"SELECT id, date, type, {', '.join(wanted)} FROM ({rows}) p WHERE EXISTS ("
                f"SELECT 1 FROM (SELECT unnest($1::DATE[]) AS day) d "
                f"WHERE p.date BETWEEN d.day - {DAYS} AND d.day + {DAYS})",
                [days],
            )
            for id, date, type, actors, text, best in found.fetchall():
                yield Candidate(id, date, type, frozenset((actors or "").split()), _words(text or ""), best)


def _pair(one: Candidate, other: Candidate) -> Pair:
    days = abs((other.date - one.date).days)
    near = max(0.0, 1.0 - days / (DAYS + 1))
    actors = _jaccard(one.actors, other.actors)
    words = _jaccard(one.words, other.words)
    deaths = None
    if one.deaths is not None and other.deaths is not None:
        most = max(one.deaths, other.deaths)
        deaths = 1.0 if most == 0 else min(one.deaths, other.deaths) / most
    parts = [near, actors, words] + ([] if deaths is None else [deaths])
    likeness = sum(parts) / len(parts) * (1.0 if one.type == other.type else OTHER_TYPE)
    return Pair(one.id, other.id, days, actors, words, deaths, likeness)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", text.lower()) if word not in STOP)


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    union = one | other
    return len(one & other) / len(union) if union else 0.0
