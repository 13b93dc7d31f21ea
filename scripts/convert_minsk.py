"""Convert the Minsk fact base into the record that Detente ships, once, offline.

    python scripts/convert_minsk.py [FACTS] [RECORD]

FACTS (default ../shared/facts/minsk) holds the compiled facts; `scripts/minsk_readings/` holds what was added by
reading them (names of commitments, dates of statuses, what touches what, who responded to what), each with its
certainty. The result needs neither. Nothing is dropped: a key that this script does not know is an error.
"""

import calendar
import csv
import datetime
import re
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from detente.record import Record, load_record
from detente.record.entries import (
    Actor,
    Ceasefire,
    Claim,
    Commitment,
    Deaths,
    Event,
    Instrument,
    Interest,
    MeetingCount,
    Meta,
    Relation,
    Response,
    Source,
    Status,
    Touch,
)
from detente.record.write import write_record

HERE = Path(__file__).resolve().parent
READINGS = HERE / "minsk_readings"
FACTS = HERE.parent / ".." / "shared" / "facts" / "minsk"
RECORD = HERE.parent / "src" / "detente" / "cases" / "minsk" / "record"
STATUS = {"partly_fulfilled": "partly", "contested": "disputed", "closed 2025-09-01": "ended"}
POSITION = {
    "partly": "partly_agrees",
    "agrees_partly": "partly_agrees",
    "both_sides": "differs",
    "confirms": "agrees",
    "confirms_and_defends": "agrees",
    "confirms_with_blame": "agrees",
}
AFTERWARDS = ("reactions", "updated", "conditions", "initialed", "note")
DETAILS = (
    "participants",
    "karabakh_clause",
    "vote",
    "chapter_vii",
    "wording_note",
    "features",
    "cochairs",
    "in_force",
    "supported_by",
    "content",
    "elements",
    "omissions",
    "text_note",
    "witnesses",
)
PRECISION = {  # from the events' own words: "day recalled", "during August", "exact day not checked" ...
    "E19930823_1": "month",
    "E19990910_1": "week",
    "E20040829_1": "month",
    "E20140804_1": "week",
    "E20140904_1": "week",
    "E20141027_1": "week",
    "E20210803_1": "week",
}
SPEAKERS = {  # how a speaker's description begins -> the actor in whose name it speaks
    "Armenia": "armenia",
    "Armenian officials": "armenia",
    "Armenian opposition": "arm_opposition",
    "R. Kocharyan": "arm_opposition",
    "Azerbaijan": "azerbaijan",
    "Aliyev": "azerbaijan",
    "Turkey": "turkey",
    "EU (": "eu",
    "Russia (": "russia",
    "Lavrov": "russia",
    "US (": "united_states",
    "US Ambassador": "united_states",
    "US Secretary": "united_states",
    "co-chairs": "minsk_cochairs",
    "Co-chair": "minsk_cochairs",
    "CSCE Council": "osce",
    "Presidents of France Russia and US": "minsk_cochairs",
    "Pashinyan": "armenia",
}


def latest_day(text: str) -> datetime.date | None:
    """The last day that a loose date may mean: "2021" and "c. 2021" give 31 December 2021, "2011-06-24/25" the 24th."""
    best: datetime.date | None = None
    pattern = r"(?<!\d)(\d{4})(?!\d)(?:-(0[1-9]|1[0-2])(?!\d)(?:-(\d{2})(?!\d))?)?"
    for found in re.finditer(pattern, text):
        year, month, day = int(found[1]), int(found[2] or 12), int(found[3] or 0)
        if not datetime.MINYEAR <= year < datetime.MAXYEAR:
            continue
        after = datetime.date(year + month // 12, month % 12 + 1, 1)
        last = after - datetime.timedelta(days=1)
        candidate = last.replace(day=day) if 1 <= day <= last.day else last
        best = candidate if best is None or candidate > best else best
    return best


SPEAKER = Actor(  # of two statuses among the readings; the fact base does not describe it
    id="russian_mediator",
    name="Russia's mediator of the early 1990s",
    kind="mediator",
    role="headed Russia's mediation towards the ceasefire of 1994; cited for what he wrote of it later",
    certainty="medium",
    sources=("KAZALT",),
)


def main(facts: Path, out: Path) -> None:
    """Convert, write, read back, and print what was written."""
    yaml = YAML(typ="safe", pure=True)
    data = {
        name: yaml.load((facts / f"{name}.yaml").read_text("utf-8"))
        for name in ("events", "instruments", "claims", "actors", "interests")
    }
    sources: dict[str, Source] = {}
    parts = {
        "actors": _by_id([*(_actor(a, sources) for a in data["actors"]["actors"]), SPEAKER]),
        "instruments": _by_id(_instruments(data["instruments"]["instruments"], sources)),
        "events": _by_id(_events(data["events"]["events"], sources)),
        "claims": _by_id(_claims(data["claims"], sources)),
        "responses": _by_id(_responses(data["events"]["escalation_responses"], sources)),
        "ceasefires": _by_id(_ceasefires(data["events"]["ceasefire_durations"], sources)),
        "deaths": _by_id(_deaths(data["events"]["fatalities_by_period"], sources)),
        "meeting_counts": _by_id(_counts(data["events"]["leader_meetings_by_year"], sources)),
        "interests": _by_id(_interests(data["interests"]["actors"], sources)),
    }
    _check_meetings(data["events"]["leader_meetings_by_year"], parts["events"])
    record = Record(meta=_meta(data), sources=_repeats(sources), **parts)
    write_record(record, out)
    back = load_record(out)
    print(
        f"{len(back.events)} events, {len(back.instruments)} instruments, {len(back.commitments)} commitments, "
        f"{len(back.claims)} claims, {len(back.actors)} actors, {len(back.sources)} sources, "
        f"{sum(len(e.touches) for e in back.events.values())} touches"
    )


def reading(name: str) -> list[dict[str, str]]:
    """The rows of one file of readings."""
    with (READINGS / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _by_id(rows: Any) -> dict[str, Any]:
    return {row.id: row for row in rows}


def _known(node: dict[str, Any], *names: str) -> None:
    unknown = set(node) - set(names)
    if unknown:
        raise SystemExit(f"keys that the conversion would drop: {sorted(unknown)} in {node.get('id', node)}")


def _cite(node: Any, sources: dict[str, Source]) -> tuple[str, ...]:
    """Ids of the sources cited; `recall` stays what it is."""
    cited: list[str] = []
    for item in node if isinstance(node, list) else [node]:
        if item is None:
            continue
        if isinstance(item, str):
            if item != "recall" and item not in sources:
                raise SystemExit(f"a source that is only a name: {item!r}")
            cited.append(item)
            continue
        _known(item, "key", "title", "publisher", "date", "url")
        row = Source(
            id=item["key"], title=item["title"], publisher=item["publisher"], date=item.get("date", ""), url=item["url"]
        )
        if sources.setdefault(row.id, row) != row:
            raise SystemExit(f"source {row.id} is described in two ways")
        cited.append(row.id)
    return tuple(cited)


def _actor(node: dict[str, Any], sources: dict[str, Source]) -> Actor:
    rest = ("triple_from", "effective_end")
    own = ("id", "name", "kind", "role", "from", "to", "leaders", "certainty", "source", "country")
    _known(node, *own, *rest)
    return Actor(
        id=node["id"],
        name=node["name"],
        kind=node["kind"],
        role=node["role"],
        since=node["from"],
        until=node["to"],
        country=node.get("country", ""),
        leaders=tuple(node.get("leaders", ())),
        certainty=node["certainty"],
        sources=_cite(node["source"], sources),
        details={name: node[name] for name in rest if name in node},
    )


def _instruments(nodes: list[dict[str, Any]], sources: dict[str, Source]) -> list[Instrument]:
    own = ("id", "name", "date", "type", "parties", "mediators", "signatories", "commitments")
    own = (*own, "status", "status_note", "certainty", "source", "recalled_parts")
    readings = {(r["instrument"], int(r["n"])): r for r in reading("commitments")}
    statuses = {r["instrument"]: r for r in reading("instrument_statuses")}
    extra: dict[str, list[Status]] = {}
    for row in reading("statuses"):
        extra.setdefault(row["subject"], []).append(Status.model_validate({k: v for k, v in row.items() if v}))
    result: list[Instrument] = []
    for node in nodes:
        _known(node, *own, *AFTERWARDS, *DETAILS)
        id, cited = node["id"], _cite(node["source"], sources)
        dated = statuses.get(id, {})
        status = Status(
            subject=id,
            status=STATUS.get(node["status"], node["status"]),
            date=dated.get("date"),
            precision=dated.get("precision", "day"),
            events=dated.get("events", ""),
            sources=cited,
            certainty=dated.get("certainty", "low"),
            note=node.get("status_note", ""),
        )
        result.append(
            Instrument(
                id=id,
                name=node["name"],
                date=node["date"],
                type=node["type"],
                parties=tuple(node["parties"]),
                mediators=tuple(node.get("mediators", ())),
                signatories=tuple(node.get("signatories", ())),
                certainty=node["certainty"],
                sources=cited,
                recalled_parts=tuple(node.get("recalled_parts", ())),
                details={name: node[name] for name in DETAILS if name in node},
                afterwards={name: node[name] for name in AFTERWARDS if name in node},
                statuses=(*extra.pop(id, ()), status),
                commitments=tuple(
                    _commitment(id, c, readings[(id, n)], cited, extra) for n, c in enumerate(node["commitments"], 1)
                ),
            )
        )
    if extra:
        raise SystemExit(f"statuses of unknown subjects: {sorted(extra)}")
    return result


def _commitment(
    instrument: str, node: dict[str, Any], read: dict[str, str], cited: tuple[str, ...], extra: dict[str, list[Status]]
) -> Commitment:
    _known(node, "who", "to", "what", "by", "status", "status_note", "note", "status_date", "point")
    id = f"{instrument}.{read['short']}"
    given = node.get("status_date")  # the fact base's own date wins over the reading where it is a full one
    if given and not str(given).startswith(read["status_date"][:7]):
        raise SystemExit(f"{id}: status date {given} in the facts, {read['status_date']} in the readings")
    status = Status(
        subject=id,
        status=STATUS.get(node["status"], node["status"]),
        date=read["status_date"],
        precision=read["precision"],
        events=read["events"],
        sources=cited,
        certainty=read["certainty"],
        note=node.get("status_note", node.get("note", "")),
    )
    due = "2021-12-31" if node["by"] == "end of 2021 (per Putin)" else None
    return Commitment(
        id=id,
        instrument=instrument,
        who=tuple(node["who"]),
        to=node.get("to", ""),
        what=node["what"],
        by=node["by"],
        due=due,
        made=read["made"],
        point=node.get("point"),
        statuses=(*extra.pop(id, ()), status),
    )


def _events(nodes: list[dict[str, Any]], sources: dict[str, Source]) -> list[Event]:
    own = ("id", "date", "date_end", "type", "actors", "target", "text", "deaths", "deaths_scope", "certainty")
    links = {row["event"]: row for row in reading("links")}
    touches: dict[str, list[Touch]] = {}
    for row in reading("touches"):
        event = row.pop("event")
        touches.setdefault(event, []).append(Touch.model_validate({k: v for k, v in row.items() if v}))
    result: list[Event] = []
    for node in nodes:
        _known(node, *own, "source", "tags")
        deaths, link = node.get("deaths") or {}, links.pop(node["id"], {})
        target = node.get("target") or ()
        result.append(
            Event(
                id=node["id"],
                date=node["date"],
                date_end=node.get("date_end"),
                precision=PRECISION.get(node["id"], "day"),
                type=node["type"],
                actors=tuple(node["actors"]),
                target=(target,) if isinstance(target, str) else tuple(target),
                text=node["text"],
                low=deaths.get("low"),
                best=deaths.get("best"),
                high=deaths.get("high"),
                measure=node.get("deaths_scope", ""),
                certainty=node["certainty"],
                sources=_cite(node["source"], sources),
                tags=tuple(node.get("tags", ())),
                format=link.get("format", ""),
                responds_to=link.get("responds_to", ""),
                named=link.get("named", ""),
                note=link.get("note", ""),
                touches=tuple(touches.pop(node["id"], ())),
            )
        )
    if links or touches:
        raise SystemExit(f"readings of unknown events: {sorted({*links, *touches})}")
    return result


def _speaker(by: str) -> str:
    found = [actor for start, actor in SPEAKERS.items() if by.startswith(start)]
    return found[-1] if found else ""


def _said(by: str, cited: tuple[str, ...], sources: dict[str, Source]) -> datetime.date | None:
    """When something was said: by the speaker's description, else no later than its latest source."""
    found = re.search(rf"(?:(\d{{1,2}}) )?({'|'.join(MONTHS)})(?:,? (?:and \w+ )?)(\d{{4}})", by)
    if found:
        month = f"{found[3]}-{MONTHS.index(found[2]) + 1:02}"
        return latest_day(f"{month}-{int(found[1]):02}" if found[1] else month)
    if re.search(r"\d{4}", by):
        return latest_day(by)
    dates = [latest_day(sources[id].date) for id in cited if id in sources and sources[id].date]
    return max((date for date in dates if date), default=None)


def _claims(data: dict[str, Any], sources: dict[str, Source]) -> list[Claim]:
    text = data["meta"]["op_ed"]
    result: list[Claim] = []
    for node in data["claims"]:
        own = ("id", "paragraph", "kind", "fragment", "claim", "others", "supports", "undermines", "record")
        _known(node, *own, "source", "related_events")
        result.append(
            Claim(
                id=node["id"],
                by=f"{text['title']} ({text['publisher']})",
                date=text["date"],
                kind=node["kind"],
                paragraph=node["paragraph"],
                fragment=node["fragment"],
                claim=node["claim"],
                supports=tuple(node["supports"]),
                undermines=tuple(node["undermines"]),
                record=node["record"],
                events=tuple(node["related_events"]),
                sources=_cite(node["source"], sources),
                others=tuple(_relation(node["id"], other, sources) for other in node["others"]),
            )
        )
    for node in data["other_claims"]:
        _known(node, "id", "by", "claim", "source", "answered_by")
        cited = _cite(node["source"], sources)
        answer = node.get("answered_by")
        others: tuple[Relation, ...] = ()
        if answer:
            others = (
                Relation(claim=node["id"], by="as compiled", position="opposes", says=answer, sources=("recall",)),
            )
        result.append(
            Claim(
                id=node["id"],
                by=node["by"],
                actor=_speaker(node["by"]),
                date=_said(node["by"], cited, sources),
                claim=node["claim"],
                sources=cited,
                others=others,
            )
        )
    return result


def _relation(claim: str, node: dict[str, Any], sources: dict[str, Source]) -> Relation:
    _known(node, "by", "position", "says", "source")
    cited = _cite(node["source"], sources)
    position = POSITION.get(node["position"], node["position"])
    position = "partly_agrees" if position == "partly_agrees" else position
    return Relation(
        claim=claim,
        by=node["by"],
        actor=_speaker(node["by"]),
        position=position,
        recorded_as="" if position == node["position"] else node["position"],
        says=node["says"],
        date=_said(node["by"], cited, sources),
        sources=cited,
    )


def _responses(nodes: list[dict[str, Any]], sources: dict[str, Source]) -> list[Response]:
    own = ("date", "escalation", "severity", "joint_cochair_statement", "latency_days", "issued_by")
    readings = {row["date"]: row for row in reading("escalations")}
    result: list[Response] = []
    for node in nodes:
        _known(node, *own, "named_a_side", "certainty", "source", "note")
        read = readings.pop(node["date"])
        said = node["joint_cochair_statement"]
        answer = said if said in ("yes", "no", "unknown") else "no"
        result.append(
            Response(
                id=f"{node['date']}.minsk_cochairs",
                date=node["date"],
                escalation=node["escalation"],
                event=read["event"],
                kind=read["kind"],
                severity=node["severity"],
                mediator="minsk_cochairs",
                responded=answer,
                lag_days=node["latency_days"],
                issued_by=node["issued_by"],
                response_events=read["response_events"],
                naming=read["naming"],
                named=read["named"],
                naming_note=node["named_a_side"],
                certainty=node["certainty"],
                sources=_cite(node["source"], sources),
                note="; ".join(text for text in (said if answer != said else "", node.get("note", "")) if text),
            )
        )
    if readings:
        raise SystemExit(f"readings of escalations that are not in the facts: {sorted(readings)}")
    return result + [Response.model_validate({k: v for k, v in row.items() if v}) for row in reading("other_mediators")]


def _ceasefires(nodes: list[dict[str, Any]], sources: dict[str, Source]) -> list[Ceasefire]:
    readings = {row["start"]: row for row in reading("ceasefires")}
    relapses = ("relapse_minor", "relapse_major", "relapse_war")
    result: list[Ceasefire] = []
    for node in nodes:
        computed = ("years_to_minor", "years_to_major", "years_to_war")  # kept as tests, computed from the dates
        _known(node, "ceasefire", "start", "source", "note", "hours_to_violation", *relapses, *computed)
        read = readings[node["start"]]
        hours = node.get("hours_to_violation")
        result.append(
            Ceasefire(
                id=read["id"],
                name=node["ceasefire"],
                instrument=read["instrument"],
                start=node["start"],
                within_hours=None if hours is None else int(hours.removeprefix("under ")),
                events=read["events"],
                sources=_cite(node["source"], sources),
                note=node.get("note", ""),
                **{name: node.get(name) for name in relapses},
            )
        )
    return result


MONTHS = list(calendar.month_name)[1:]


def _period(text: str | int) -> tuple[str, datetime.date, datetime.date]:
    """First and last day of a period in words."""
    fixed = {
        "1988 to May 1994": ("1988-02-20", "1994-05-12"),
        "May 1994 to August 2009": ("1994-05-13", "2009-08-31"),
        "2016, excluding 2-5 April": ("2016-01-01", "2016-12-31"),
        "2-5 April 2016": ("2016-04-02", "2016-04-05"),
        "19-20 September 2023": ("2023-09-19", "2023-09-20"),
    }
    if isinstance(text, int):
        return str(text), datetime.date(text, 1, 1), datetime.date(text, 12, 31)
    if text in fixed:
        start, end = fixed[text]
        return text, datetime.date.fromisoformat(start), datetime.date.fromisoformat(end)
    first, last = text.split(" to ")
    day, month, year = last.split()
    end_date = datetime.date(int(year), MONTHS.index(month) + 1, int(day))
    words = first.split()
    return text, datetime.date(end_date.year, MONTHS.index(words[1]) + 1, int(words[0])), end_date


def _deaths(nodes: list[dict[str, Any]], sources: dict[str, Source]) -> list[Deaths]:
    result: list[Deaths] = []
    for node in nodes:
        _known(node, "period", "low", "best", "high", "measure", "certainty", "source", "note", "monthly")
        period, start, end = _period(node["period"])
        cited = _cite(node["source"], sources)
        id = f"{start}/{end}"
        numbers = {name: node[name] for name in ("low", "best", "high")}
        shared: dict[str, Any] = {"certainty": node["certainty"], "sources": cited}
        result.append(
            Deaths(
                id=id,
                period=period,
                start=start,
                end=end,
                measure=node["measure"],
                note=node.get("note", ""),
                **numbers,
                **shared,
            )
        )
        for side, counts in (node.get("monthly") or {}).items():
            for month, count in enumerate(counts, 1):
                first = datetime.date(start.year, month, 1)
                last = datetime.date(start.year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
                name = f"{first:%Y-%m}"
                same = {"low": count, "best": count, "high": count}
                actor = {"armenian": "armenia", "azerbaijani": "azerbaijan"}[side]
                words = f"named dead, {side} side"
                row = Deaths(
                    id=f"{name}.{side}", period=name, start=first, end=last, side=actor, part_of=id, **same, **shared
                )
                result.append(row.model_copy(update={"measure": words}))
    return result


def _counts(nodes: list[dict[str, Any]], sources: dict[str, Source]) -> list[MeetingCount]:
    return [
        MeetingCount(
            id=f"leaders.{node['year']}",
            year=node["year"],
            count=node["external_count"],
            sources=_cite(list(node["external_source"]), sources),
        )
        for node in nodes
        if "external_count" in node
    ]


def _check_meetings(nodes: list[dict[str, Any]], events: dict[str, Event]) -> None:
    """The list of leaders' meetings says nothing that the events do not say."""
    for node in nodes:
        _known(node, "year", "listed_in_events", "meetings", "external_count", "external_source")
        for meeting in node["meetings"]:
            _known(meeting, "date", "id", "certainty")
            event = events[meeting["id"]]
            same = event.date.isoformat() == meeting["date"] and event.certainty == meeting["certainty"]
            if not same or "leader_meeting" not in event.tags:
                raise SystemExit(f"meeting {meeting['id']} differs from its event")


def _interests(nodes: list[dict[str, Any]], sources: dict[str, Source]) -> list[Interest]:
    result: list[Interest] = []
    for node in nodes:
        _known(node, "id", "periods")
        for period in node["periods"]:
            _known(period, "period", "ranks", "reasons", "source", "disagreement", "certainty")
            result.append(
                Interest(
                    id=f"{node['id']}.{period['period']}",
                    actor=node["id"],
                    period=period["period"],
                    ranks=period["ranks"],
                    reasons=period["reasons"],
                    disagreement=period.get("disagreement", ""),
                    certainty=period["certainty"],
                    sources=_cite(period["source"], sources),
                )
            )
    return result


def _repeats(sources: dict[str, Source]) -> dict[str, Source]:
    """Add what was read about the sources: whose organ one is, which others it passes on, how reliable it is."""
    for row in reading("sources"):
        found = sources[row["id"]].model_dump()
        sources[row["id"]] = Source.model_validate({**found, **{k: v for k, v in row.items() if v}})
    return sources


def _meta(data: dict[str, dict[str, Any]]) -> Meta:
    events, instruments, interests = (data[name]["meta"] for name in ("events", "instruments", "interests"))
    return Meta(
        title=events["title"],
        compiled=events["compiled"],
        parties=("armenia", "azerbaijan"),
        response_periods=("2010-01-01", "2022-02-24", "2024-01-01"),
        rules=(*events["rules"], instruments["note"], data["actors"]["meta"]["note"]),
        gaps=tuple(events["gaps"]),
        caveats={
            "ceasefires": events["ceasefire_note"],
            "responses": f"{events['response_note']}; the escalations were picked from those that sources covered, "
            "so a share says nothing about breaches that nobody wrote about",
            "meetings": "a year's number is what was found, beside it what others counted where they did",
            "deaths": "periods overlap in places and measures differ; do not add them up without reading them",
        },
        claims=data["claims"]["meta"],
        interests={name: interests[name] for name in ("title", "scale", "outcomes", "caution")},
    )


if __name__ == "__main__":
    arguments = [Path(argument) for argument in sys.argv[1:]]
    main(arguments[0] if arguments else FACTS, arguments[1] if len(arguments) > 1 else RECORD)
