"""Tables computed from a record beside the ledger: reactions and silence, ceasefires, deaths, claims."""

import datetime
import itertools
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from detente.record.ledger import check_viewpoints, date_of
from detente.record.model import RECORD, Claim, Event, Response
from detente.record.record import Record
from detente.record.told import Line, Told
from detente.run import Cell, Table
from detente.words.dates import DAYS_PER_YEAR

BREACHES = ("clash", "offensive", "violation", "war_start")
BREACH_DEATHS = 5.0  # deaths from which an event counts as a breach of a ceasefire
Z90 = 1.6448536269514722  # standard normal quantile of 0.95
Date = datetime.date | str | None


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


def responses(record: Record, as_of: Date = None, kinds: Sequence[str] = ("violent",)) -> dict[str, Table]:
    """Who spoke after an escalation, how soon, and whom they named: per mediator and period, and the list behind it.

    Returns:
        "response": shares with 90 % intervals, lags in days, naming; "escalations": the list;
        "statements": the same counted a second way, from `responds_to` of the events.
    """
    cut, day = date_of(record, as_of)
    rows = [r for r in cut.responses.values() if r.kind in kinds]
    periods = _periods([r.date for r in rows], cut.meta.response_periods)
    mediators = list(dict.fromkeys(r.mediator for r in rows))
    summary: list[Line] = []
    told = Told(cut)
    for mediator, (label, start, end) in itertools.product(mediators, periods):
        within = [r for r in rows if start <= r.date < end]
        own = [r for r in within if r.mediator == mediator]
        if own:
            summary.append(((mediator, label, *_summary(own, len({(r.date, r.escalation) for r in within}))), within))
    caveat = cut.meta.caveats.get("responses", "the list holds what was put on it, not every breach")
    return {
        "response": told.table(
            f"Response and silence after {' and '.join(kinds)} escalations, as of {day}",
            (
                "mediator", "period", "escalations", "unknown", "responded", "share", "low", "high", "median_lag_days",
                "longest_lag_days", "named_first_violator", "named_partly", "named_both", "named_none", "named",
            ),
            summary,
            units={"share": "share", "low": "share", "high": "share", "median_lag_days": "days"},
            note="low and high: 90 % Wilson interval of the share; where it is unknown of some escalations whether the "
            f"mediator spoke, no share is given and the interval covers both answers. Caveat: {caveat}.",
        ),
        "escalations": _escalations(told, rows, day),
        "statements": _statements(told, rows, periods, day),
    }  # fmt: skip


def _periods(
    dates: Iterable[datetime.date], cuts: Sequence[datetime.date]
) -> list[tuple[str, datetime.date, datetime.date]]:
    """Half-open periods between the cuts, open before the first and after the last; one period without cuts."""
    if not cuts:
        return [("all", datetime.date.min, datetime.date.max)]
    bounds = [datetime.date.min, *cuts, datetime.date.max]
    found: list[tuple[str, datetime.date, datetime.date]] = []
    days = list(dates)
    for start, end in itertools.pairwise(bounds):
        if any(start <= day < end for day in days):
            label = f"before {end}" if start == datetime.date.min else f"from {start}"
            if start != datetime.date.min and end != datetime.date.max:
                label = f"{start} to before {end}"
            found.append((label, start, end))
    return found


def _summary(rows: Sequence[Response], listed: int) -> tuple[Cell, ...]:
    """Counts for one mediator and period; an escalation of the list that has no row for it counts as unknown."""
    spoke = [r for r in rows if r.responded == "yes"]
    unknown = listed - len(spoke) - sum(r.responded == "no" for r in rows)
    lags = sorted(r.lag_days for r in spoke if r.lag_days is not None)
    naming = Counter(r.naming for r in spoke)
    named = Counter(actor for r in spoke if r.naming in ("first_violator", "other") for actor in r.named[:1])
    return (
        listed,
        unknown,
        len(spoke),
        None if unknown else round(len(spoke) / listed, 3),
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


def _escalations(told: Told, rows: Sequence[Response], day: datetime.date) -> Table:
    return told.table(
        f"The escalations behind it, as of {day}",
        (
            "date", "escalation", "kind", "severity", "mediator", "responded", "lag_days", "issued_by", "naming",
            "named", "naming_note", "event", "response_events", "sources", "certainty", "note",
        ),
        [
            (
                (
                    r.date.isoformat(), r.escalation, r.kind, r.severity, r.mediator, r.responded, r.lag_days,
                    r.issued_by, r.naming, " ".join(r.named), r.naming_note, r.event, " ".join(r.response_events),
                    " ".join(r.sources), r.certainty, r.note,
                ),
                (r,),
            )
            for r in sorted(rows, key=lambda r: (r.date, r.id))
        ],
        units={"lag_days": "days"},
    )  # fmt: skip


def _statements(
    told: Told,
    rows: Sequence[Response],
    periods: Sequence[tuple[str, datetime.date, datetime.date]],
    day: datetime.date,
) -> Table:
    """For each actor: on how many listed escalations an event of the record says that it responded."""
    listed = {r.event: r.date for r in rows if r.event}
    answers: dict[str, dict[str, int]] = {}
    for event in told.record.events.values():
        for target in event.responds_to:
            if target in listed:
                lag = max(0, (event.date - listed[target]).days)
                for actor in event.actors:
                    soonest = answers.setdefault(actor, {}).get(target, lag)
                    answers[actor][target] = min(lag, soonest)
    events = told.record.events
    found: list[Line] = []
    for actor, by_event in answers.items():
        for label, start, end in periods:
            all_listed = [event for event, date in listed.items() if start <= date < end]
            lags = [by_event[event] for event in all_listed if event in by_event]
            if lags:
                cells = (actor, label, len(all_listed), len(lags), statistics.median(lags))
                found.append((cells, [events[event] for event in all_listed]))
    return told.table(
        f"Statements in the record that respond to a listed escalation, as of {day}",
        ("actor", "period", "escalations", "responded", "median_lag_days"),
        sorted(found, key=lambda line: (-int(line[0][3] or 0), str(line[0][0]), str(line[0][1]))),
        units={"median_lag_days": "days"},
        note="Counted from `responds_to` of the events; a statement that is no event of the record is missing here.",
    )


def ceasefires(record: Record, as_of: Date = None, deaths: float = BREACH_DEATHS) -> Table:
    """How long each ceasefire held, to its first lesser breach, large breach and return to war.

    `first_breach` is computed: the first clash, offensive or violation in the record with at least `deaths` dead.
    """
    cut, day = date_of(record, as_of)
    told = Told(cut)
    lines: list[Line] = []
    for ceasefire in sorted(cut.ceasefires.values(), key=lambda c: c.start):
        spells = [_years(ceasefire.start, getattr(ceasefire, f"relapse_{kind}")) for kind in ("minor", "major", "war")]
        within = ceasefire.within_hours if ceasefire.relapse_war == ceasefire.start else None
        breach = _first_breach(cut.events.values(), ceasefire.start, deaths)
        cells = (
                ceasefire.name,
                ceasefire.start.isoformat(),
                *(value for kind, spell in zip(("minor", "major", "war"), spells, strict=True) for value in (
                    _iso(getattr(ceasefire, f"relapse_{kind}")), spell
                )),
                within,
                _years(ceasefire.start, day) if ceasefire.relapse_war is None else None,
                breach.id if breach else "",
                _years(ceasefire.start, breach.date) if breach else None,
                " ".join(ceasefire.events),
                " ".join(ceasefire.sources),
                ceasefire.note,
        )  # fmt: skip
        ids = (*ceasefire.events, *([breach.id] if breach else []))
        lines.append((cells, (ceasefire, *(cut.events[id] for id in ids if id in cut.events))))
    return told.table(
        f"Ceasefires and relapses, as of {day}",
        (
            "ceasefire", "start", "relapse_minor", "years_to_minor", "relapse_major", "years_to_major", "relapse_war",
            "years_to_war", "within_hours", "years_without_war", "first_breach", "years_to_breach", "events",
            "sources", "note",
        ),
        lines,
        units=dict.fromkeys(("years_to_minor", "years_to_major", "years_to_war", "years_without_war"), "years"),
        note=f"first_breach: computed from the events ({deaths:g} dead or more); years_without_war: none so far. "
        + cut.meta.caveats.get("ceasefires", ""),
    )  # fmt: skip


def _iso(date: datetime.date | None) -> str:
    return date.isoformat() if date else ""


def _years(start: datetime.date, end: datetime.date | None) -> float | None:
    return None if end is None else round((end - start).days / DAYS_PER_YEAR, 2)


def _first_breach(events: Iterable[Event], start: datetime.date, deaths: float) -> Event | None:
    for event in events:
        if event.date > start and event.type in BREACHES and (event.best or event.high or 0) >= deaths:
            return event
    return None


def deaths(record: Record, as_of: Date = None) -> dict[str, Table]:
    """Deaths: "deaths" as the record lists them by period, "events" summed by year from the events of the record."""
    cut, day = date_of(record, as_of)
    told = Told(cut)
    listed = tuple(
        ((d.period, d.start.isoformat(), d.end.isoformat(), d.low, d.best, d.high, d.side, d.part_of, d.measure,
          " ".join(d.sources), d.certainty, d.note), (d,))
        for d in sorted(cut.deaths.values(), key=lambda d: (d.start, d.end, d.id))
    )  # fmt: skip
    years: dict[int, list[Event]] = {}
    for event in cut.events.values():
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
            note=cut.meta.caveats.get("deaths", ""),
        ),
        "events": told.table(
            f"Deaths in the events of the record by year, as of {day}",
            ("year", "events", "low", "best", "high"),
            [
                ((year, len(own), *(sum(getattr(e, name) or 0 for e in own) for name in ("low", "best", "high"))), own)
                for year, own in years.items()
            ],
            units=dict.fromkeys(("low", "best", "high"), "deaths"),
            note="Only events with a count; an event stands in the year it began. Rows about a whole war are left out.",
        ),
    }  # fmt: skip


def claims(record: Record, as_of: Date = None, viewpoints: Sequence[str] = (), id: str = "") -> Table:
    """Claims with who agrees, differs and opposes, and the dated events that speak to them.

    Args:
        record: the record.
        as_of: only what was said by then.
        viewpoints: actors; for each a column with how it stands to the claim and in which words.
        id: only this claim.
    """
    if viewpoints:
        check_viewpoints(record, viewpoints)
    cut, day = date_of(record, as_of)
    chosen = [claim for claim in cut.claims.values() if not id or claim.id == id]
    return Told(cut).table(
        f"Claims and who opposes them, as of {day}",
        (
            "claim", "by", "date", "kind", "in_neutral_words", "own_words", "opposes", "differs", "agrees", "events",
            "record", "sources", *(f"view: {view}" for view in viewpoints),
        ),
        [(_claim(cut, claim, viewpoints), (claim,)) for claim in chosen],
        note="Nothing here is adopted; `record` says what dated events show and no more.",
    )  # fmt: skip


def _claim(record: Record, claim: Claim, viewpoints: Sequence[str]) -> tuple[Cell, ...]:
    def who(*positions: str) -> str:
        return "; ".join(f"{other.by}: {other.says}" for other in claim.others if other.position in positions)

    events = [record.events[id] for id in claim.events if id in record.events]
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
        "; ".join(f"{event.date} {event.id}: {event.text}" for event in events),
        claim.record,
        " ".join(claim.sources),
        *(view_of(claim, view) for view in viewpoints),
    )


def view_of(claim: Claim, actor: str) -> str:
    """How an actor stands to a claim, in its words as recorded; "" if the record does not say."""
    if actor == RECORD:
        return claim.record
    own = [f"makes it ({claim.by})"] if claim.actor == actor else []
    return "; ".join(own + [f"{o.position}: {o.says}" for o in claim.others if o.actor == actor])


def sources(record: Record) -> Table:
    """What the record rests on."""
    return Told(record).table(
        "Sources",
        ("id", "title", "publisher", "date", "url", "reliability"),
        [((s.id, s.title, s.publisher, s.date, s.url, s.reliability), (s,)) for s in record.sources.values()],
    )
