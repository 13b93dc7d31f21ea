"""The timeline: what happened, in order, with a weight for the labels of its picture."""

from collections.abc import Sequence

from detente.errors import OptionError, suggest
from detente.record.cut import CutRecord
from detente.record.entries import FIGHTING, Event
from detente.record.told import Told
from detente.run import Happening, Timeline

WEIGHTS = {  # how much an event matters for a label, by type, before its deaths and what it touches are added
    "war_start": 60.0,
    "war_end": 60.0,
    "ceasefire": 40.0,
    "signature": 30.0,
    "offensive": 30.0,
    "rejection": 20.0,
    "acceptance": 20.0,
    "proposal": 20.0,
    "leadership_change": 12.0,
}


def timeline(record: CutRecord, types: Sequence[str] = (), actors: Sequence[str] = ()) -> Timeline:
    """Events in date order, with a weight for labels; only some types or actors if asked.

    Raises:
        OptionError: no event is left.
    """
    found = [
        event
        for event in record.events.values()
        if (not types or event.type in types) and (not actors or set(actors) & {*event.actors, *event.target})
    ]
    if not found:
        raise _nothing(record, types, actors)
    told = Told(record)
    return Timeline(day=record.day.isoformat(), events=tuple(_happening(told, event) for event in found))


def _nothing(record: CutRecord, types: Sequence[str], actors: Sequence[str]) -> OptionError:
    """Why there is nothing to show, in terms of what was asked for."""
    if not record.events and not types and not actors:
        what = f"this record has no event until {record.day}"
        return OptionError.of(what, "", "imported lists are not shown in the timeline" if record.imported else "")
    of_type = f" of type {' or '.join(types)}" if types else ""
    by = f" by or against {' or '.join(actors)}" if actors else ""
    known = [event.type for event in record.events.values()]
    wrong = next((name for name in types if name not in known), "")
    return OptionError.of(f"no event{of_type}{by} until {record.day}", "", suggest(wrong, set(known)) if wrong else "")


def _happening(told: Told, event: Event) -> Happening:
    return Happening(
        id=event.id,
        date=event.date.isoformat(),
        end=event.date_end.isoformat() if event.date_end else "",
        precision=event.precision,
        type=event.type,
        actors=event.actors,
        target=event.target,
        text=event.text,
        low=event.low,
        best=event.best,
        high=event.high,
        touches=tuple(f"{touch.commitment}:{touch.how}" for touch in event.touches),
        responds_to=event.responds_to,
        sources=event.sources,
        certainty=event.certainty,
        weight=_weight(event),
        rests_on=told.refs(event),
        confidential=told.hidden(event),
    )


def _weight(event: Event) -> float:
    deaths = event.best or 0.0
    return round(
        WEIGHTS.get(event.type, 0.0)
        + 3.0 * len(event.touches)
        + (10.0 if event.type in FIGHTING else 0.0) * min(1.0, deaths / 100.0)
        + {"high": 1.0, "medium": 0.5, "low": 0.0}[event.certainty],
        3,
    )
