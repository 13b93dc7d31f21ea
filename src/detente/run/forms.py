"""Tables in the forms in which people and programs take them: JSON, CSV, Markdown, workbooks."""

import json
from collections.abc import Mapping
from typing import Any

from detente.errors import OptionError, suggest
from detente.run.table import Table
from detente.run.tables import sheet_of, sheets, table_csv
from detente.words.tables import markdown_text
from detente.words.workbook import workbook_bytes

FILE_FORMS = {"csv": ".csv", "xlsx": ".xlsx", "json": ".json", "md": ".md"}  # with the ending of their files
FORMS = {"table": "", **FILE_FORMS}  # how tables can be given; "table" is for a terminal


def chosen(tables: Mapping[str, Table], only: str = "") -> dict[str, Table]:
    """All tables, or the one of this name.

    Raises:
        OptionError: no such table.
    """
    if not only:
        return dict(tables)
    if only not in tables:
        raise OptionError.of(f"unknown table '{only}'", hint=suggest(only, list(tables)))
    return {only: tables[only]}


def rendered(tables: Mapping[str, Table], form: str) -> bytes:
    """Tables in a form: "json" (all; a single one as an object with its rows), "csv" (the first), "md", "xlsx".

    Raises:
        OptionError: an unknown form.
        MissingExtra: a workbook without openpyxl.
    """
    if form not in FILE_FORMS:
        raise OptionError.of(f"unknown form '{form}'", hint=suggest(form, FILE_FORMS))
    if form == "xlsx":
        return workbook_bytes(sheets(tables))
    if form == "json":
        found = {name: as_data(table) for name, table in tables.items()}
        data: Any = next(iter(found.values())) if len(found) == 1 else {"tables": found}
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    elif form == "csv":
        text = table_csv(next(iter(tables.values())))
    else:
        text = "\n".join(markdown_text(sheet_of(table)) for table in tables.values())
    return text.encode("utf-8")


def as_data(table: Table) -> dict[str, Any]:
    """A table as plain data: title, note, units and rows as mappings."""
    return {
        "title": table.title,
        "columns": list(table.columns),
        "units": table.units,
        "note": table.note,
        "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
    }
