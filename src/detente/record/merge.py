"""Merging events that a person declared to be one: by a line in merges.csv, visible, and undone by taking it out."""

from collections.abc import Iterator, Mapping
from typing import Any

from detente.errors import Diagnostic
from detente.record.entries import Event, Merge
from detente.record.gather import Raw


def contradictions(rows: list[tuple[Merge, Raw]]) -> Iterator[Diagnostic]:
    """What is wrong with merges as a whole: an event that is dropped twice, and lines that lead in a circle."""
    keeps: dict[str, str] = {}
    for merge, raw in rows:
        if merge.drop in keeps:
            what = f"'{merge.drop}' is dropped twice: into '{keeps[merge.drop]}' and into '{merge.keep}'"
            yield raw.locate(("drop",), what, "each drop once", "take one of the lines out")
        keeps.setdefault(merge.drop, merge.keep)
    for merge, raw in rows:
        way = _way(merge.drop, keeps)
        if way[-1] == merge.drop:
            what = f"a circle: {' into '.join(map(repr, way))}"
            yield raw.locate(("drop",), what, "an event that is kept in the end", "take one of the lines out")


def _way(drop: str, keeps: Mapping[str, str]) -> list[str]:
    """From a dropped event over those that it goes into; ends where nothing is dropped, or was met before."""
    way = [drop]
    while way[-1] in keeps and way[-1] not in way[:-1]:
        way.append(keeps[way[-1]])
    return way


def joined(events: Mapping[str, Event], merges: Mapping[str, Merge]) -> dict[str, Event]:
    """Events in which each dropped one has gone into the one that is kept, where both are there."""
    result = dict(events)
    for drop, keep in final(merges).items():
        if drop in result and keep in result:
            result[keep] = _folded(result[keep], result.pop(drop), merges[drop].why)
    return result


def final(merges: Mapping[str, Merge]) -> dict[str, str]:
    """For every dropped event the one that is kept in the end; chains are followed, and none of them is a circle."""
    keeps = {drop: merge.keep for drop, merge in merges.items()}
    return {drop: _way(drop, keeps)[-1] for drop in merges}


def _folded(keep: Event, drop: Event, why: str) -> Event:
    """The kept event with the sources, tags, links and the widest range of deaths of both."""
    lows = [n for n in (keep.low, drop.low) if n is not None]
    highs = [n for n in (keep.high, drop.high) if n is not None]
    best = keep.best if keep.best is not None else drop.best
    touches = [*keep.touches, *(t for t in drop.touches if (t.commitment, t.how) not in _touched(keep))]
    note = f"merged with {drop.id}" + (f": {why}" if why else "")
    update: dict[str, Any] = {
        "low": min(lows, default=None),
        "best": best,
        "high": max(highs, default=None),
        "touches": tuple(touches),
        "note": f"{keep.note}; {note}" if keep.note else note,
        "confidential": keep.confidential or drop.confidential,
    }
    for name in ("actors", "target", "sources", "tags", "responds_to", "named"):
        both = dict.fromkeys((*getattr(keep, name), *getattr(drop, name)))
        update[name] = tuple(id for id in both if id not in (keep.id, drop.id))
    return keep.model_copy(update=update)


def _touched(event: Event) -> set[tuple[str, str]]:
    return {(touch.commitment, touch.how) for touch in event.touches}
