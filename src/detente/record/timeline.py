"""The timeline: what happened, in order, with a weight for the labels of its picture."""

from collections.abc import Sequence

from detente.errors import OptionError
from detente.record.ledger import date_of
from detente.record.model import Event
from detente.record.queries import BREACHES, Date
from detente.record.record import Record
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


def timeline(record: Record, as_of: Date = None, types: Sequence[str] = (), actors: Sequence[str] = ()) -> Timeline:
    """Events in date order, with a weight for labels; only some types or actors if asked.

    Raises:
        OptionError: no event is left.
    """
    cut, day = date_of(record, as_of)
    found = [
        event
        for event in cut.events.values()
        if (not types or event.type in types) and (not actors or set(actors) & {*event.actors, *event.target})
    ]
    if not found:
        raise OptionError.of("no event matches", "a type and an actor of the record, and a date after its first event")
    told = Told(cut)
    return Timeline(day=day.isoformat(), events=tuple(_happening(told, event) for event in found))


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
        + (10.0 if event.type in BREACHES else 0.0) * min(1.0, deaths / 100.0)
        + {"high": 1.0, "medium": 0.5, "low": 0.0}[event.certainty],
        3,
    )
