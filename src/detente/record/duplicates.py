"""Likely duplicates: pairs of events that may be one, proposed for merging and never merged silently."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from detente.record.model import Event
from detente.record.record import Record
from detente.run import Cell, Table

DAYS = 2  # apart at most
LEAST = 0.6
STOP = frozenset(re.findall(r"\w+", "the a an of and in on to at by for with from that was were is are as it its this"))
FIELDS = ("id", "date", "date_end", "type", "actors", "text", "low", "best", "high")


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


def likely(record: Record, least: float = LEAST) -> Table:
    """Pairs of events, likeliest first: close in time, alike in actors, words and deaths.

    Likeness is the mean of: nearness of the first days (1 on the same day, 0 beyond two days), shared actors and
    shared words (Jaccard), and the ratio of the best counts of deaths where both have one. It is halved where types
    differ.
    Imported lists are compared with the events of the record, not with themselves.
    """
    pairs = [pair for pair in _pairs(record) if pair.likeness >= least]
    rows: list[tuple[Cell, ...]] = [
        (p.one, p.other, round(p.likeness, 2), p.days, round(p.actors, 2), round(p.words, 2),
         None if p.deaths is None else round(p.deaths, 2))
        for p in sorted(pairs, key=lambda p: (-p.likeness, p.one, p.other))
    ]  # fmt: skip
    return Table(
        title="Events that are likely the same",
        columns=("keep", "drop", "likeness", "days_apart", "actors", "words", "deaths"),
        rows=tuple(rows),
        note="Proposed, not merged. To merge, write a line `keep,drop,why` into merges.csv of the record; "
        "to undo it, take the line out.",
    )


def _pairs(record: Record) -> Iterator[Pair]:
    events = list(record.events.values())
    for n, one in enumerate(events):
        for other in events[n + 1 :]:
            if (other.date - one.date).days > DAYS:
                break
            yield _pair(one, other)
    for event in _imported(record):
        for one in events:
            if abs((event.date - one.date).days) <= DAYS:
                yield _pair(one, event)


def _imported(record: Record) -> Iterator[Event]:
    """Rows of imported lists that lie near an event of the record, as events."""
    import duckdb

    dates = sorted({event.date for event in record.events.values()})
    for imported in record.imported:
        with duckdb.connect() as connection:
            names = connection.read_parquet(str(imported.path)).columns
            wanted = [name for name in FIELDS if name in names]
            near = f"p.date BETWEEN d.day - {DAYS} AND d.day + {DAYS}"
            found = connection.execute(
                f"SELECT {', '.join(wanted)} FROM read_parquet($1) p "
                f"WHERE EXISTS (SELECT 1 FROM (SELECT unnest($2::DATE[]) AS day) d WHERE {near})",
                [str(imported.path), dates],
            )
            for row in found.fetchall():
                values = {name: value for name, value in zip(wanted, row, strict=True) if value is not None}
                if values["id"] not in record.merged:
                    yield Event.model_validate(values)


def _pair(one: Event, other: Event) -> Pair:
    days = abs((other.date - one.date).days)
    near = max(0.0, 1.0 - days / (DAYS + 1))
    actors = _jaccard(set(one.actors), set(other.actors))
    words = _jaccard(_words(one.text), _words(other.text))
    deaths = None
    if one.best is not None and other.best is not None:
        most = max(one.best, other.best)
        deaths = 1.0 if most == 0 else min(one.best, other.best) / most
    parts = [near, actors, words] + ([] if deaths is None else [deaths])
    likeness = sum(parts) / len(parts) * (1.0 if one.type == other.type else 0.5)
    return Pair(one.id, other.id, days, actors, words, deaths, likeness)


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if word not in STOP}


def _jaccard(one: set[str], other: set[str]) -> float:
    union = one | other
    return len(one & other) / len(union) if union else 0.0
