"""Tables for spreadsheets: CSV text, and all tables of a run in one workbook (extra `xlsx`)."""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from detente.errors import MissingExtra
from detente.run.model import Cell, Run, Table

EPOCH = datetime(2000, 1, 1)  # workbooks carry a date; a fixed one keeps the bytes the same
STAMP = (2000, 1, 1, 0, 0, 0)


def quantities_table(run: Run) -> Table:
    """The quantities of a run as one table, a row each."""
    rows: list[tuple[Cell, ...]] = [
        (
            q.id, q.question, q.label, q.actor, q.unit, q.low, q.mid, q.high, q.sign_share, q.equilibria_share,
            q.reason_no_interval, "; ".join(q.assumptions), "; ".join(q.record),
        )
        for q in run.quantities
    ]  # fmt: skip
    columns = (
        "id", "question", "label", "actor", "unit", "low", "mid", "high", "sign_share", "equilibria_share",
        "reason_no_interval", "assumptions", "record",
    )  # fmt: skip
    return Table(title="Quantities", columns=columns, rows=tuple(rows))


def assumptions_table(run: Run) -> Table:
    """The assumptions of a run as one table, a row each."""
    rows: list[tuple[Cell, ...]] = [
        (a.name, a.label, a.unit, a.low, a.mid, a.high, a.why, a.basis, "; ".join(a.sources), a.contested)
        for a in run.assumptions
    ]
    columns = ("name", "label", "unit", "low", "mid", "high", "why", "basis", "sources", "contested")
    return Table(title="Assumptions", columns=columns, rows=tuple(rows))


def all_tables(run: Run) -> dict[str, Table]:
    """Every table of a run by name, quantities and assumptions first."""
    return {"quantities": quantities_table(run), "assumptions": assumptions_table(run), **run.tables}


def workbook_bytes(run: Run) -> bytes:
    """All tables of a run as a workbook; see `workbook_of`."""
    return workbook_of(all_tables(run))


def workbook_of(tables: Mapping[str, Table]) -> bytes:
    """A workbook with a sheet per table; the same tables give the same bytes.

    Raises:
        MissingExtra: openpyxl is not installed.
    """
    try:
        import openpyxl
    except ImportError:
        raise MissingExtra("openpyxl", "xlsx", "writing a workbook") from None
    book: Any = openpyxl.Workbook(write_only=True)
    taken: set[str] = set()
    for name, table in tables.items():
        sheet = book.create_sheet(_sheet_name(name, taken))
        sheet.freeze_panes = "A2"
        sheet.append([f"{c} ({table.units[c]})" if table.units.get(c) else c for c in table.columns])
        for row in table.rows:
            sheet.append([_plain(cell) for cell in row])
    book.properties.created = book.properties.modified = EPOCH
    raw = io.BytesIO()
    book.save(raw)
    return without_clock(raw.getvalue())


def csv_text(table: Table) -> str:
    """A table as CSV (RFC 4180, UTF-8), numbers in full."""
    lines = [",".join(map(_field, table.columns))]
    lines += [",".join("" if cell is None else _field(cell) for cell in row) for row in table.rows]
    return "\r\n".join(lines) + "\r\n"


def _field(cell: Cell) -> str:
    text = repr(cell) if isinstance(cell, float) else str(cell)
    if isinstance(cell, str) and text[:1] in "=+@\t\r":
        text = f"'{text}"  # spreadsheets would run it as a formula
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def _plain(cell: Cell) -> Cell:
    """Text that a spreadsheet would take for a formula stays text."""
    if isinstance(cell, str):
        text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", cell)[:32000]
        return f"'{text}" if text[:1] in ("=", "+", "@") else text
    return cell


def _sheet_name(name: str, taken: set[str]) -> str:
    base = re.sub(r"[\[\]:*?/\\]", "_", name)[:31] or "table"
    result, number = base, 2
    while result.lower() in taken:
        result, number = f"{base[:27]}_{number}", number + 1
    taken.add(result.lower())
    return result


def without_clock(content: bytes) -> bytes:
    """An Office file (a zip archive) with fixed time stamps, so that the same run always gives the same bytes."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item.filename)
            if item.filename == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", data)
            target.writestr(zipfile.ZipInfo(item.filename, STAMP), data, zipfile.ZIP_DEFLATED)
    return result.getvalue()
