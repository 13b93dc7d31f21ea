"""Merging events that a person declared to be one: by a line in merges.csv, visible, and undone by taking it out."""

from collections.abc import Mapping
from typing import Any

from detente.record.entries import Event, Merge


def joined(events: Mapping[str, Event], merges: Mapping[str, Merge]) -> dict[str, Event]:
    """Events in which each dropped one has gone into the one that is kept, where both are there."""
    result = dict(events)
    for drop, keep in final(merges).items():
        if drop in result and keep in result and drop != keep:
            result[keep] = _folded(result[keep], result.pop(drop), merges[drop].why)
    return result


def final(merges: Mapping[str, Merge]) -> dict[str, str]:
    """For every dropped event the one that is kept in the end; chains are followed, a circle is cut where it closes."""
    result: dict[str, str] = {}
    for drop, merge in merges.items():
        seen, keep = {drop}, merge.keep
        while keep in merges and keep not in seen:
            seen.add(keep)
            keep = merges[keep].keep
        result[drop] = keep
    return result


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
