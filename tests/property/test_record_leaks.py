"""Nothing later and nothing confidential leaks: a word is planted in every text field, and every output is searched."""

import datetime
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from examples import THOUSANDS
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_record import Rows, book_text, record_of, shown, tables_of, world

from detente.record import load_record
from detente.record.cells import shapes
from detente.record.cut import WITHHELD
from detente.record.entries import Meta, Row
from detente.record.kinds import KINDS, NESTED
from detente.record.lists import ImportedList
from detente.record.veil import treatments

WORD = "zebra"
CUT = datetime.date(2025, 6, 15)
LATER = st.dates(CUT + datetime.timedelta(days=1), datetime.date(2100, 12, 20))  # a record is compiled days after
MONTHS = [datetime.date(2000, month, 1).strftime("%B") for month in range(1, 13)]
FORMS = {  # how people write a date
    "iso": lambda d: d.isoformat(),
    "words": lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    "american": lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
    "dots": lambda d: f"{d.day}.{d.month}.{d.year}",
    "slashes": lambda d: f"{d.month}/{d.day}/{d.year}",
    "compact": lambda d: f"E{d:%Y%m%d}_1",
    "short": lambda d: f"{d.day} {MONTHS[d.month - 1][:3]}. {d.year}",
    "year first": lambda d: f"{d.year} {MONTHS[d.month - 1]} {d.day}",
    "en dashes": lambda d: f"{d:%Y\N{EN DASH}%m\N{EN DASH}%d}",
    "minus signs": lambda d: f"{d:%Y\N{MINUS SIGN}%m\N{MINUS SIGN}%d}",
    "brackets": lambda d: f"{MONTHS[d.month - 1]} {d.day}th ({d.year})",
    "named, slashes": lambda d: f"{d.day}/{MONTHS[d.month - 1][:3]}/{d.year}",
    "named, dots": lambda d: f"{d.day}.{MONTHS[d.month - 1][:3]}.{d.year}",
    "named, year first": lambda d: f"{d.year}/{MONTHS[d.month - 1][:3]}/{d.day}",
    "american dashes": lambda d: f"{d:%m-%d-%Y}",
    "several days": lambda d: f"{MONTHS[d.month - 1]} {max(1, d.day - 2)}\N{EN DASH}{d.day}, {d.year}",
}
TEXTS = [(kind, name) for kind, row in KINDS.items() if kind != "merges" for name in treatments(row)]
META = list(treatments(Meta))


def planted_value(kind: type[Row], name: str, words: str) -> Any:
    """A value of a field that holds these words."""
    shape = shapes(kind)[name]
    if shape == "json":
        return {words: words, "note": [words, {"x": words}]} if name not in ("reasons", "caveats") else {"x": words}
    return words.replace(" ", "_").replace(",", "") if shape == "ids" else words


def planted(rows: Rows, meta: dict[str, Any], words: str) -> None:
    """Put the words into every text field of every row, and of what the record says of itself."""
    for kind, name in TEXTS:
        for row in rows[kind]:
            if name not in ("ranks", "extended"):
                row[name] = planted_value(KINDS[kind], name, words)
    for name in META:
        meta[name] = planted_value(Meta, name, words)


def listed(folder: Path, words: str, day: datetime.date) -> ImportedList:
    """An imported list with the words in every text of a row of 2019, and a row of a later day."""
    path = folder / "mine.parquet"
    texts = ("place", "text", "tags", "remark", "original_id")
    columns = ", ".join(f"$words AS {name}" for name in texts)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 2 AS source_line, 'x1' AS id, DATE '2019-06-02' AS date, NULL::DATE AS \"end\", 'day' AS "
            f"precision, 'clash' AS type, 'aland' AS actors, 6.0 AS best, {columns} UNION ALL "
            f"SELECT 3, '{WORD}', DATE '{day}', NULL, 'day', '{WORD}', '{WORD}', 6.0, "
            f"{', '.join(['$words'] * len(texts))}) TO '{path}' (FORMAT parquet)",
            {"words": words},
        )
    return ImportedList("mine", path, 2, {"title": "Mine", "source": "me"})


@pytest.mark.parametrize(("kind", "name"), [*TEXTS, *(("", name) for name in META)])
def test_a_later_word_in_one_field_is_not_shown(kind: str, name: str) -> None:
    rows, meta = world()
    words = f"{WORD} in September 2031"
    if not kind:
        meta[name] = planted_value(Meta, name, words)
    elif name not in ("ranks", "extended"):
        for row in rows[kind]:
            row[name] = planted_value(KINDS[kind], name, words)
    assert WORD not in shown(record_of(rows, meta).as_of(CUT), sql=False)


def check_nothing_later(day: datetime.date, form: str, compiled: bool, folder: Path | None = None) -> None:
    """Plant a later day in every text of a record, and of an imported list in a folder, and look at everything."""
    rows, meta = world(**({"compiled": (day + datetime.timedelta(days=9)).isoformat()} if compiled else {}))
    words = f"{WORD} {FORMS[form](day)}"
    planted(rows, meta, words)
    record = record_of(rows, meta, () if folder is None else (listed(folder, words, day),))
    sql = folder is not None
    found = shown(record.as_of(CUT), sql)
    assert WORD not in found and WITHHELD in found
    assert WORD not in shown(record.as_of(day - datetime.timedelta(days=1)), sql)
    whole = shown(record.as_of(datetime.date(2100, 12, 31)), sql)
    assert WORD in whole and ("withheld" not in whole or not compiled)


ANY_LATER = {"day": LATER, "form": st.sampled_from(sorted(FORMS)), "compiled": st.booleans()}


@settings(max_examples=100)
@given(**ANY_LATER)
def test_a_later_word_in_every_field_at_once_is_not_shown(day: datetime.date, form: str, compiled: bool) -> None:
    check_nothing_later(day, form, compiled)


@settings(max_examples=5)
@given(**ANY_LATER)
def test_a_later_word_in_every_field_of_an_imported_list_is_not_shown(
    day: datetime.date, form: str, compiled: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_nothing_later(day, form, compiled, tmp_path_factory.mktemp("list"))


@pytest.mark.slow
@settings(max_examples=THOUSANDS)
@given(**ANY_LATER)
def test_a_later_word_in_every_field_at_once_is_not_shown_thousands(
    day: datetime.date, form: str, compiled: bool
) -> None:
    check_nothing_later(day, form, compiled)


@pytest.mark.slow
@settings(max_examples=THOUSANDS // 50)
@given(**ANY_LATER)
def test_a_later_word_in_every_field_of_an_imported_list_is_not_shown_hundreds(
    day: datetime.date, form: str, compiled: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_nothing_later(day, form, compiled, tmp_path_factory.mktemp("list"))


# ---- confidential --------------------------------------------------------------------------------------------------

MARKED = [kind for kind, row in KINDS.items() if "confidential" in row.model_fields]
SECRET_ID = {"commitments": f"truce.{WORD}", **dict.fromkeys(MARKED, WORD.upper())} | {"commitments": f"truce.{WORD}"}


def secret_world(kind: str) -> tuple[Rows, dict[str, Any], str]:
    """A world with one marked row of a kind that holds the word in every text, its id, and everything that names it."""
    rows, meta = world()
    id = SECRET_ID[kind]
    secret = dict(rows[kind][0], id=id, confidential="yes")
    for name in treatments(KINDS[kind]):
        if name != "extended":
            secret[name] = planted_value(KINDS[kind], name, f"{WORD} says")
    for inner in NESTED.get(KINDS[kind], {}):
        assert inner not in secret
    rows[kind].append(secret)
    named = f"see {id.lower()} for more"
    for other, name in TEXTS:
        for row in rows[other]:
            if row is not secret and name not in ("ranks", "extended"):
                row[name] = planted_value(KINDS[other], name, named)
    for name in META:
        meta[name] = planted_value(Meta, name, named)
    if kind == "sources":
        rows["sources"][1]["repeats"] = f"S1 {id}"
        for other in KINDS:
            if other in rows and other not in MARKED and "sources" in KINDS[other].model_fields:
                resting = dict(rows[other][0], sources=f"S1 {id}")
                if "id" in resting:
                    resting["id"] = f"resting_on_{other}_{WORD}" if other != "commitments" else f"truce.{WORD}"
                rows[other].append(resting)
    if kind == "events":
        rows["events"][1]["responds_to"] = f"E1 {id}"
        rows["statuses"].append(dict(rows["statuses"][0], subject="truce.talk", events=id, note=WORD))
        rows["responses"].append(dict(rows["responses"][0], id="R9", escalation=WORD, event=id))
        rows["responses"].append(dict(rows["responses"][0], id="R8", issued_by=WORD, response_events=f"E2 {id}"))
        rows["ceasefires"].append(dict(rows["ceasefires"][0], id="F9", name=WORD, events=id))
        rows["claims"][0]["events"] = f"E1 {id}"
    if kind == "instruments":
        rows["commitments"].append({"id": f"{id}.leave", "instrument": id, "who": "aland", "what": f"{WORD} leaves"})
        rows["touches"].append({"event": "E2", "commitment": f"{id}.leave", "how": "invoked", "note": WORD})
        rows["statuses"].append({"subject": f"{id}.leave", "status": "violated", "date": "2019-06-02", "note": WORD})
        rows["ceasefires"].append(dict(rows["ceasefires"][0], id="F9", name=WORD, instrument=id))
    if kind == "commitments":
        rows["touches"].append({"event": "E2", "commitment": id, "how": "invoked", "note": WORD})
        rows["statuses"].append({"subject": id, "status": "violated", "date": "2019-06-02", "note": WORD})
    if kind == "claims":
        rows["relations"].append(dict(rows["relations"][0], claim=id, says=WORD))
    return rows, meta, id


def secret_list(folder: Path, kind: str, id: str) -> ImportedList:
    path = folder / "mine.parquet"
    sources = f"S1 {id}" if kind == "sources" else "S1"
    text = WORD if kind == "sources" else f"see {id}"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 2 AS source_line, 'x1' AS id, DATE '2019-06-02' AS date, 'clash' AS type, 'aland' AS actors, "
            "6.0 AS best, $text AS text, $sources AS sources UNION ALL SELECT 3, 'x2', DATE '2019-06-02', 'clash', "
            f"'aland', 6.0, 'open', 'S1') TO '{path}' (FORMAT parquet)",
            {"text": text, "sources": sources},
        )
    return ImportedList("mine", path, 2, {"title": f"Mine and {id}", "source": "me"})


@pytest.mark.parametrize("kind", MARKED)
def test_what_is_confidential_is_shown_nowhere(kind: str, tmp_path: Path) -> None:
    rows, meta, id = secret_world(kind)
    record = record_of(rows, meta, (secret_list(tmp_path, kind, id),))
    assert WORD in shown(record.as_of()).lower()
    for public in (record.public().as_of(), record.as_of().public(), record.public().as_of("2024-01-01")):
        assert WORD not in shown(public).lower()
        assert "E3" in public.events and "x2" in shown(public)  # what does not rest on it stays
    assert WORD not in book_text(record.public()).lower()


@pytest.mark.parametrize("kind", MARKED)
def test_rows_of_tables_say_that_they_rest_on_what_is_confidential(kind: str, tmp_path: Path) -> None:
    """A table of the whole record without its confidential rows names none of it in its cells."""
    rows, meta = world()
    secret = dict(rows[kind][0], id=SECRET_ID[kind], confidential="yes")
    for name in treatments(KINDS[kind]):
        if name != "extended":
            secret[name] = planted_value(KINDS[kind], name, f"{WORD} says")
    rows[kind].append(secret)
    if kind == "sources":
        rows["events"][0]["sources"] = rows["statuses"][0]["sources"] = rows["relations"][0]["sources"] = SECRET_ID[
            kind
        ]
        rows["relations"][0]["says"] = WORD
    for table in tables_of(record_of(rows, meta).as_of()):
        if table.title.startswith(("Events that are likely", "Deaths by year in")) or not table.confidential:
            continue
        open_rows = table.kept([n for n, hidden in enumerate(table.confidential) if not hidden]).rows
        assert not re.search(WORD, str(open_rows), re.IGNORECASE), table.title


@pytest.mark.parametrize(("name", "gone"), [("source-only", "events"), ("instrument", "instruments")])
def test_the_public_record_of_a_stored_case_names_none_of_it(name: str, gone: str, shared: Path) -> None:
    record = load_record(shared / "cases" / "redaction" / name)
    assert WORD in shown(record.as_of()).lower() and WORD in book_text(record).lower()
    for public in (record.public().as_of(), record.as_of().public()):
        assert WORD not in shown(public).lower() and public.events
        assert len(getattr(public, gone)) == len(getattr(record, gone)) - 1
    assert WORD not in book_text(record.public()).lower()


def test_nothing_marked_is_the_same_record() -> None:
    record = record_of(*world())
    assert record.public() is record and record.as_of().public() == record.as_of()
