"""Tables as text for people and machines, and any table of events as one side sees it or side by side."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from detente.errors import OptionError, suggest
from detente.files.whole import write_bytes
from detente.record.ledger import check_viewpoints
from detente.record.model import RECORD
from detente.record.record import Record
from detente.run import Cell, Table
from detente.run.tables import sheet_of, sheets, table_csv
from detente.words.tables import markdown_text
from detente.words.workbook import workbook_bytes

FORMATS = ("table", "csv", "xlsx", "json", "md")
EVENT_COLUMNS = ("event", "events", "response_events", "first_breach")
COMMITMENT = "commitment"


def with_views(record: Record, table: Table, viewpoints: Sequence[str]) -> Table:
    """A table of events or commitments with one column per viewpoint: what that side says about each row.

    A side's words come from the claims of the record: its own, and its answers to those of others, wherever they cite
    an event of the row; beside a commitment also from the statuses that it gives. "record" asks what dated events show.
    A table whose rows are not about events comes back unchanged.

    Raises:
        OptionError: an unknown viewpoint.
    """
    check_viewpoints(record, viewpoints)
    places = [n for n, name in enumerate(table.columns) if name in EVENT_COLUMNS]
    promised = table.columns.index(COMMITMENT) if COMMITMENT in table.columns else None
    if not places and promised is None:
        return table
    words = {view: _words(record, view) for view in viewpoints}
    commitments = record.commitments
    rows: list[tuple[Cell, ...]] = []
    for row in table.rows:
        events = [id for n in places for id in str(row[n] or "").split()]
        cells: list[Cell] = []
        for view in viewpoints:
            said = [text for id in events for text in words[view].get(id, ())]
            if promised is not None and row[promised] in commitments:
                own = [s for s in commitments[str(row[promised])].statuses if s.viewpoint == view]
                said += [f"{s.status}{f' ({s.note})' if s.note else ''}" for s in own]
            cells.append("; ".join(dict.fromkeys(said)))
        rows.append((*row, *cells))
    columns = (*table.columns, *(f"view: {view}" for view in viewpoints))
    return table.model_copy(update={"columns": columns, "rows": tuple(rows)})


def _words(record: Record, view: str) -> dict[str, list[str]]:
    """What a side says, by event."""
    result: dict[str, list[str]] = {}
    for claim in record.claims.values():
        said = [f"{claim.id}: {claim.claim}"] if claim.actor == view else []
        if view == RECORD and claim.record:
            said.append(f"{claim.id}: {claim.record}")
        said += [f"{claim.id} ({other.position}): {other.says}" for other in claim.others if other.actor == view]
        for event in claim.events:
            result.setdefault(event, []).extend(said)
    return result


def render(tables: Mapping[str, Table], form: str, only: str = "") -> str:
    """Tables as text: "json" (all, or the only one as an object with its rows), "csv" (the first or `only`), "md".

    Raises:
        OptionError: an unknown form or table.
    """
    if form not in FORMATS or form in ("table", "xlsx"):
        raise OptionError.of(f"unknown format '{form}'", hint=suggest(form, FORMATS))
    chosen = _chosen(tables, only)
    if form == "json":
        found = {name: as_data(table) for name, table in chosen.items()}
        data: Any = next(iter(found.values())) if len(found) == 1 else {"tables": found}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    if form == "csv":
        return table_csv(next(iter(chosen.values())))
    return "\n".join(markdown_text(sheet_of(table)) for table in chosen.values())


def _chosen(tables: Mapping[str, Table], only: str) -> dict[str, Table]:
    if not only:
        return dict(tables)
    if only not in tables:
        raise OptionError.of(f"unknown table '{only}'", hint=suggest(only, list(tables)))
    return {only: tables[only]}


def as_data(table: Table) -> dict[str, Any]:
    """A table as plain data: title, note, units and rows as mappings."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return {
        "title": table.title,
        "columns": list(table.columns),
        "units": table.units,
        "note": table.note,
        "rows": rows,
    }


def save_xlsx(tables: Mapping[str, Table], path: Path) -> None:
    """Tables as sheets of a workbook.

    Raises:
        MissingExtra: openpyxl is not installed.
    """
    write_bytes(path, workbook_bytes(sheets(tables)))
