"""What a run keeps of a record as it stood on a date: timeline, ledger, tables, and the sections that tell them."""

from typing import Any

from detente.record import ceasefires, queries, responses
from detente.record.cut import CutRecord
from detente.record.ledger import bars
from detente.record.timeline import timeline
from detente.run import Part, Public, Section, Table

NO_RECORD = "The case has no record folder: no ledger, no timeline, nothing to check the model against."
SECTIONS = (
    Section(
        id="ceasefires",
        title="How long ceasefires held",
        rank=70,
        paragraphs=("Each ceasefire on the record, to its first lesser breach, its first large one, and its end.",),
        tables=("ceasefires",),
    ),
    Section(
        id="responses",
        title="Who spoke after violations",
        rank=80,
        paragraphs=(
            "Whether mediators reacted to violations, how soon, and whom they named, as it was written down. "
            "A few namings are too few to read a bias from.",
        ),
        tables=("response", "statements", "escalations"),
    ),
)


def record_part(record: CutRecord | None, key: str, command: str) -> Part:
    """The part that a record adds to a run.

    Args:
        record: as it stood on the date of the run; None where the case has none.
        key: content key of what the run rests on.
        command: makes the run again.
    """
    part = Part(name="record", key=key, command=command)
    if record is None:
        return part.model_copy(update={"warnings": (NO_RECORD,)})
    public, told = record.public(), told_of(record)
    update: dict[str, Any] = {name: getattr(told, name) for name in Public.model_fields}
    return part.model_copy(update={**update, "public": told_of(public) if public is not record else None})


def told_of(record: CutRecord) -> Public:
    """What a run tells of a record as it stood on a date: timeline, ledger, tables, and the sections of the tables."""
    tables = record_tables(record)
    return Public(
        timeline=timeline(record) if record.events else None,
        ledger=bars(record) if record.commitments else None,
        tables=tables,
        sections=tuple(s for s in SECTIONS if any(name in tables for name in s.tables)),
    )


def record_tables(record: CutRecord) -> dict[str, Table]:
    """The tables that a run keeps of a record as it stood on a date."""
    tables: dict[str, Table] = {}
    if record.responses:
        tables |= responses.responses(record)
    if record.ceasefires:
        tables["ceasefires"] = ceasefires.ceasefires(record)
    if record.sources:
        tables["sources"] = queries.sources(record)
    return {name: table for name, table in tables.items() if table.rows}
