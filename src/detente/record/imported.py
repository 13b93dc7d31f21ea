"""Imported lists and the record through DuckDB: one connection with a view per list, for SQL and for sums."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from detente.record.ledger import date_of
from detente.record.queries import Date
from detente.record.record import Imported, Record
from detente.record.table import KINDS, columns, to_csv
from detente.record.write import rows_of
from detente.run import Table

if TYPE_CHECKING:
    import duckdb

NUMBERS = {"low": "DOUBLE", "best": "DOUBLE", "high": "DOUBLE", "lag_days": "INTEGER", "paragraph": "INTEGER"}
DATES = ("date", "date_end", "start", "end", "due", "made", "since", "until")


def connect(record: Record) -> "duckdb.DuckDBPyConnection":
    """An in-memory database with a table per list of the record and a view per imported list, named as it is.

    Lists of ids are text with spaces between, nothing is NULL. An imported list `ucdp-ged` is asked as `"ucdp-ged"`.
    """
    import duckdb

    connection = duckdb.connect()
    with tempfile.TemporaryDirectory(prefix="detente-sql-") as folder:
        path = Path(folder) / "rows.csv"
        for kind, rows in rows_of(record).items():
            path.write_text(to_csv(KINDS[kind], rows), "utf-8", newline="")
            types = ", ".join(f"'{name}': '{type}'" for name, type in _types(kind).items())
            options = "header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', auto_detect = false"
            connection.execute(
                f"CREATE TABLE \"{kind}\" AS SELECT * FROM read_csv('{path}', {options}, parallel = false, "
                f"columns = {{{types}}})"
            )
    for imported in record.imported:
        path = str(imported.path).replace("'", "''")
        name = imported.name.replace('"', '""')
        connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{path}') {_without(record)}")
    return connection


def _types(kind: str) -> dict[str, str]:
    """Column types of a list; a source's date is as the source gives it."""
    names = columns(KINDS[kind])
    dated = {name for name in names if name in DATES and kind != "sources"}
    return {name: NUMBERS.get(name, "DATE" if name in dated else "VARCHAR") for name in names}


def _without(record: Record) -> str:
    """A condition that leaves out rows which a person merged into an event of the record."""
    if not record.merged:
        return ""
    ids = ", ".join("'" + id.replace("'", "''") + "'" for id in record.merged)
    return f"WHERE id NOT IN ({ids})"


def yearly_deaths(record: Record, as_of: Date = None) -> dict[str, Table]:
    """Deaths by year and kind of violence in each imported list that has counts; only rows that ended by the date."""
    import duckdb

    if not record.imported:
        return {}
    cut, day = date_of(record, as_of)
    result: dict[str, Table] = {}
    for imported in cut.imported:
        with duckdb.connect() as connection:
            source = connection.read_parquet(str(imported.path))
            names = source.columns
            if not {"low", "best", "high"} & set(names):
                continue
            sums = ", ".join(f"sum({n})" if n in names else "NULL" for n in ("low", "best", "high"))
            last = "coalesce(date_end, date)" if "date_end" in names else "date"
            rows = connection.execute(
                f"SELECT year(date), type, count(*), {sums} FROM (SELECT * FROM source {_without(record)}) "
                f"WHERE {last} <= $1 GROUP BY ALL ORDER BY ALL",
                [day],
            ).fetchall()
        result[imported.name] = Table(
            title=f"Deaths by year in {_titled(imported)}" + f", as of {day}",
            columns=("year", "type", "events", "low", "best", "high"),
            rows=tuple(tuple(row) for row in rows),
            units=dict.fromkeys(("low", "best", "high"), "deaths"),
            note=f"{imported.about.get('source', '')} An event stands in the year it began.".strip(),
        )
    return result


def _titled(imported: Imported) -> str:
    return f"{imported.about.get('title', imported.name)} ({imported.rows} rows)"
