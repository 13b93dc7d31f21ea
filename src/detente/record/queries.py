"""Tables computed from a record beside the ledger: deaths, claims and who opposes them, sources."""

import datetime
from collections.abc import Sequence

from detente.errors import OptionError, suggest
from detente.record.cut import CutRecord
from detente.record.entries import RECORD, Claim, Event
from detente.record.ledger import check_viewpoints
from detente.record.meetings import partial_year
from detente.record.told import Told
from detente.run import Cell, Table


def deaths(record: CutRecord) -> dict[str, Table]:
    """Deaths: "deaths" as the record lists them by period, "events" summed by year from the events of the record."""
    told, day = Told(record), record.day
    listed = tuple(
        ((d.period, d.start.isoformat(), d.end.isoformat(), d.low, d.best, d.high, d.side, d.part_of, d.measure,
          " ".join(d.sources), d.certainty, d.note), (d,))
        for d in sorted(record.deaths.values(), key=lambda d: (d.start, d.end, d.id))
    )  # fmt: skip
    years: dict[int, list[Event]] = {}
    for event in record.events.values():
        if event.best is not None and not event.measure:
            years.setdefault(event.date.year, []).append(event)
    return {
        "deaths": told.table(
            f"Deaths by period, as listed, as of {day}",
            (
                "period", "start", "end", "low", "best", "high", "side", "part_of", "measure", "sources", "certainty",
                "note",
            ),
            listed,
            units=dict.fromkeys(("low", "best", "high"), "deaths"),
            note=record.meta.caveats.get("deaths", ""),
        ),
        "events": told.table(
            f"Deaths in the events of the record by year, as of {day}",
            ("year", "events", "low", "best", "high"),
            [
                ((year, len(own), *(sum(getattr(e, name) or 0 for e in own) for name in ("low", "best", "high"))), own)
                for year, own in years.items()
            ],
            units=dict.fromkeys(("low", "best", "high"), "deaths"),
            note="Only events with a count; an event stands in the year it began. Rows about a whole war are left out. "
            + partial_year(day),
        ),
    }  # fmt: skip


def claims(record: CutRecord, viewpoints: Sequence[str] = (), id: str = "") -> Table:
    """Claims with who agrees, differs and opposes, and the dated events that speak to them.

    Args:
        record: the record as it stood on a day; only what was said by then.
        viewpoints: actors; for each a column with how it stands to the claim and in which words.
        id: only this claim.

    Raises:
        OptionError: an unknown viewpoint, or no such claim until that day.
    """
    if viewpoints:
        check_viewpoints(record, viewpoints)
    if id and id not in record.claims:
        raise OptionError.of(f"no claim '{id}' until {record.day}", "", suggest(id, record.claims))
    chosen = [claim for claim in record.claims.values() if not id or claim.id == id]
    return Told(record).table(
        f"Claims and who opposes them, as of {record.day}",
        (
            "claim", "by", "date", "kind", "in_neutral_words", "own_words", "opposes", "differs", "agrees", "events",
            "record", "sources", *(f"view: {view}" for view in viewpoints),
        ),
        [(_claim(record, claim, viewpoints), (claim, *claim.others, *_cited(record, claim))) for claim in chosen],
        note="Nothing here is adopted; `record` says what dated events show and no more.",
    )  # fmt: skip


def _claim(record: CutRecord, claim: Claim, viewpoints: Sequence[str]) -> tuple[Cell, ...]:
    def who(*positions: str) -> str:
        return "; ".join(f"{other.by}: {other.says}" for other in claim.others if other.position in positions)

    return (
        claim.id,
        claim.by,
        _iso(claim.date),
        claim.kind,
        claim.claim,
        claim.fragment,
        who("opposes"),
        who("differs"),
        who("agrees", "partly_agrees"),
        "; ".join(f"{event.date} {event.id}: {event.text}" for event in _cited(record, claim)),
        claim.record,
        " ".join(claim.sources),
        *(view_of(claim, view) for view in viewpoints),
    )


def _cited(record: CutRecord, claim: Claim) -> list[Event]:
    return [record.events[id] for id in claim.events if id in record.events]


def _iso(date: datetime.date | None) -> str:
    return date.isoformat() if date else ""


def view_of(claim: Claim, actor: str) -> str:
    """How an actor stands to a claim, in its words as recorded; "" if the record does not say."""
    if actor == RECORD:
        return claim.record
    own = [f"makes it ({claim.by})"] if claim.actor == actor else []
    return "; ".join(own + [f"{o.position}: {o.says}" for o in claim.others if o.actor == actor])


def sources(record: CutRecord) -> Table:
    """What the record rests on."""
    return Told(record).table(
        "Sources",
        ("id", "title", "publisher", "date", "url", "reliability"),
        [((s.id, s.title, s.publisher, s.date, s.url, s.reliability), (s,)) for s in record.sources.values()],
    )
