"""The shipped record against the fact base that it was converted from, and what it must show."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from detente.files.yaml import read_yaml
from detente.record import CutRecord, Record, load_record, status_of
from detente.record.ceasefires import ceasefires
from detente.record.entries import RECALL
from detente.record.lags import lags
from detente.record.ledger import ledger
from detente.record.meetings import formats, meetings
from detente.record.queries import claims, deaths
from detente.record.responses import responses

MINSK = Path(__file__).parents[2] / "src" / "detente" / "cases" / "minsk"


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record(MINSK)


@pytest.fixture(scope="module")
def now(record: Record) -> CutRecord:
    """The record on the day it was compiled."""
    return record.as_of()


@pytest.fixture(scope="module")
def facts(shared: Path) -> dict:
    folder = shared / "facts" / "minsk"
    return {name: read_yaml(folder / f"{name}.yaml").data for name in ("events", "instruments", "claims", "actors")}


def rows(table) -> list[dict]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_whole(record: Record) -> None:
    assert len(record.events) == 336
    assert len(record.instruments) == 43
    assert len(record.commitments) == 103
    assert len(record.claims) == 41  # those of the facts, and one more of the same text
    assert len(record.actors) == 34  # with a mediator of the 1990s, who speaks in two statuses
    assert len(record.interests) == 24
    assert all(c.statuses for c in record.commitments.values())


BOTH_FORMS = {  # a contested place -> its other form: the facts have one, the record gives both, once in each text
    "Stepanakert": "Khankendi", "Shusha": "Shushi", "Lachin": "Berdzor", "Kelbajar": "Karvachar", "Agdam": "Akna",
    "Fizuli": "Varanda", "Jabrail": "Jrakan", "Kubatly": "Kashunik", "Zangelan": "Kovsakan", "Mardakert": "Aghdara",
    "Askeran": "Asgaran", "Khojaly": "Khojalu", "Maraga": "Shikharkh", "Karakend": "Berdashen",
    "Shahumian": "Goranboy", "Sev Lake": "Garagol", "Farukh": "Parukh",
}  # fmt: skip


def one_form(text: str) -> str:
    """A text with contested places named as the facts name them."""
    for other in BOTH_FORMS.values():
        text = text.replace(f" ({other})", "")
    return text


def texts_of(record: Record) -> Iterator[str]:
    """Every text that is the record's own; titles of sources and words that others said are theirs."""
    for kind in ("actors", "instruments", "events", "claims", "responses", "ceasefires", "deaths", "interests"):
        for row in getattr(record, kind).values():
            told = row.model_dump(mode="json", exclude={"fragment", "sources"})
            yield from (text for text in leaves(told) if " " in text)


def leaves(told: Any) -> Iterator[str]:
    """The texts in what a row holds."""
    if isinstance(told, str):
        yield told
    for item in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from leaves(item)


def test_contested_places_have_both_forms(record: Record) -> None:
    named = 0
    for text in texts_of(record):
        for place, other in BOTH_FORMS.items():
            if re.search(rf"\b{place}\b", text):
                named += 1
                assert f"{place} ({other})" in text, text
    assert named > 60


def test_what_was_done_under_force_is_called_a_performance_only_with_a_note(now: CutRecord) -> None:
    found = {row["commitment"]: row for row in rows(lags(now))}
    under_force = ["unsc_822.withdraw_kelbajar", "unsc_853.withdraw_agdam", "unsc_884.withdraw_zangelan"]
    under_force += [f"trilateral_2020.return_{place}" for place in ("agdam", "kelbajar", "lachin")]
    for id in (*under_force, "unga_62_243.withdraw", "ceasefire_2023.disarm"):
        assert "no performance" in found[id]["note"], id


def test_every_event_as_in_the_facts(record: Record, facts: dict) -> None:
    for fact in facts["events"]["events"]:
        event = record.events[fact["id"]]
        assert event.date.isoformat() == fact["date"]
        assert (event.date_end.isoformat() if event.date_end else None) == fact.get("date_end")
        assert (event.type, one_form(event.text)) == (fact["type"], one_form(fact["text"]))
        assert event.certainty == fact["certainty"]
        given = fact["source"] if isinstance(fact["source"], list) else [fact["source"]]
        assert event.sources == tuple(s if isinstance(s, str) else s["key"] for s in given)
        if "deaths" in fact:
            assert [event.low, event.best, event.high] == [fact["deaths"][name] for name in ("low", "best", "high")]
    assert sum(event.recalled for event in record.events.values()) == 42
    assert RECALL not in record.sources


def test_every_commitment_and_status_as_in_the_facts(record: Record, facts: dict) -> None:
    words = {"partly_fulfilled": "partly", "contested": "disputed", "closed 2025-09-01": "ended"}
    for fact in facts["instruments"]["instruments"]:
        instrument = record.instruments[fact["id"]]
        assert instrument.name == fact["name"]
        assert len(instrument.commitments) == len(fact["commitments"])
        for commitment, given in zip(instrument.commitments, fact["commitments"], strict=True):
            assert (list(commitment.who), one_form(commitment.what)) == (given["who"], given["what"])
            assert commitment.by == (given["by"] or "")
            own = [s.status for s in commitment.statuses if s.viewpoint == "record"]
            assert words.get(given["status"], given["status"]) in own


def test_leader_meetings_per_year(now: CutRecord, facts: dict) -> None:
    found = {row["year"]: row["meetings"] for row in rows(meetings(now)["meetings"])}
    assert found == {fact["year"]: fact["listed_in_events"] for fact in facts["events"]["leader_meetings_by_year"]}
    assert sum(found.values()) == 77


def test_ceasefire_durations(now: CutRecord, facts: dict) -> None:
    found = {row["start"]: row for row in rows(ceasefires(now))}
    for fact in facts["events"]["ceasefire_durations"]:
        row = found[fact["start"]]
        for kind in ("minor", "major", "war"):
            assert (row[f"relapse_{kind}"] or None) == fact.get(f"relapse_{kind}")
            if f"years_to_{kind}" in fact:
                assert row[f"years_to_{kind}"] == pytest.approx(fact[f"years_to_{kind}"], abs=0.051)
        assert (row["within_hours"] == 24) == ("hours_to_violation" in fact)
    assert found["1994-05-12"]["first_breach"] == "E20080304_1"  # computed, and the listed one
    assert found["2020-11-10"]["years_to_breach"] == found["2020-11-10"]["years_to_minor"]


def test_response_and_silence(now: CutRecord) -> None:
    tables = responses(now)
    joint = [row for row in rows(tables["response"]) if row["mediator"] == "minsk_cochairs"]
    by = {row["period"]: row for row in joint}
    before = by["2010-01-01 to before 2022-02-24"]
    after = by["2022-02-24 to before 2024-01-01"]
    assert (before["responded"], before["escalations"], before["median_lag_days"]) == (16, 17, 1)
    assert (before["named_first_violator"], before["named"]) == (1, "azerbaijan 1")
    assert before["named_partly"] == 2
    assert before["share"] == pytest.approx(16 / 17, abs=5e-4)
    assert before["low"] < before["share"] < before["high"]
    assert (after["responded"], after["escalations"], after["share"]) == (0, 4, 0.0)
    assert after["high"] == pytest.approx(0.403, abs=1e-3)
    assert "picked from those that sources covered" in tables["response"].note


def test_response_of_a_mediator_of_whom_little_is_known_gets_no_share(now: CutRecord) -> None:
    russia = next(row for row in rows(responses(now)["response"]) if row["mediator"] == "russia")
    assert (russia["escalations"], russia["responded"], russia["unknown"], russia["share"]) == (4, 2, 2, None)
    assert russia["low"] < 0.5 and russia["high"] == 1.0


def test_the_conference_is_forgotten_by_computation(record: Record) -> None:
    row = next(
        r
        for r in rows(ledger(record.as_of("2021-08-05"), forgotten=True))
        if r["commitment"] == "helsinki_1992.conference"
    )
    assert (row["state"], row["slept_years"], row["age_years"]) == ("forgotten", 26.7, 29.4)
    assert "CSCE92" in row["sources"]
    whole = {row["commitment"]: row["state"] for row in rows(ledger(record.as_of(), forgotten=True))}
    assert whole["helsinki_1992.conference"] == "ended_asleep"


def test_a_touching_event_changes_the_forgotten_list(record: Record) -> None:
    def state(r: Record) -> tuple[str, float]:
        found = [x for x in rows(ledger(r.as_of("2021-08-05"))) if x["commitment"] == "helsinki_1992.conference"]
        return found[0]["state"], found[0]["slept_years"]

    touched = {**record.events}
    event = touched["E20190329_1"]
    touch = record.events["E19941205_1"].touches[0]
    touched[event.id] = event.model_copy(update={"touches": (*event.touches, touch)})
    assert state(dataclasses.replace(record, events=touched)) == ("overdue", 2.4)
    fewer = {id: e for id, e in record.events.items() if id != "E19941205_1"}
    assert state(dataclasses.replace(record, events=fewer)) == ("forgotten", 27.8)


def test_demand_to_performance(now: CutRecord) -> None:
    found = {row["commitment"]: row for row in rows(lags(now))}
    kelbajar = found["unsc_822.withdraw_kelbajar"]
    assert (kelbajar["performed"], kelbajar["lag_years"], kelbajar["in_full"]) == ("2020-11-25", 27.57, "yes")
    assert found["trilateral_2020.return_agdam"]["late_days"] == 0
    assert found["trilateral_2020.return_kelbajar"]["late_days"] == 10
    assert found["helsinki_1992.conference"]["performed"] == ""


def test_viewpoints_only_from_sources(record: Record) -> None:
    for commitment in record.commitments.values():
        for status in commitment.statuses:
            assert status.viewpoint == "record" or status.sources
    seen = rows(ledger(record.as_of(), viewpoints=["record", "armenia", "azerbaijan"]))
    row = next(r for r in seen if r["commitment"] == "trilateral_2020.armenian_withdrawal")
    assert (row["status: armenia"], row["status: azerbaijan"]) == ("fulfilled", "violated")


def test_claims_show_who_opposes_and_which_events_speak(now: CutRecord) -> None:
    row = rows(claims(now, viewpoints=["armenia", "azerbaijan"], id="C3f"))[0]
    assert "Presidents of France Russia and US" in row["opposes"]
    assert "2020-09-27 E20200927_2:" in row["events"]
    assert row["view: armenia"].startswith("opposes: ")


def test_formats_add_up(now: CutRecord) -> None:
    tables = formats(now, levels=("leaders",))
    assert sum(row["meetings"] for row in rows(tables["formats"])) == 77
    assert sum(row["meetings"] for row in rows(tables["periods"])) == 77
    assert all(1 / row["formats"] <= row["concentration"] + 0.01 for row in rows(tables["periods"]))


def test_deaths_as_listed_and_no_war_counted_twice(now: CutRecord, facts: dict) -> None:
    tables = deaths(now)
    listed = [row for row in rows(tables["deaths"]) if not row["part_of"]]
    expected = Counter((f["low"], f["best"], f["high"]) for f in facts["events"]["fatalities_by_period"])
    assert Counter((row["low"], row["best"], row["high"]) for row in listed) == expected
    parts = [row for row in rows(tables["deaths"]) if row["part_of"]]
    assert len(parts) == 24 and sum(row["best"] for row in parts) == 72  # the months of 2014
    by_year = {row["year"]: row["best"] for row in rows(tables["events"])}
    assert by_year[2020] < 7150  # the row about the whole war is not an event among others


def test_judgements_without_a_date_are_unknown_before_the_record_was_compiled(record: Record) -> None:
    early = record.as_of("2021-08-05").commitments["unsc_853.no_arms_supply"]
    assert status_of(early.statuses) is None
    late = status_of(record.commitments["unsc_853.no_arms_supply"].statuses)
    assert late is not None and late.status == "violated"
