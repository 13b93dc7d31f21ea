"""Imported lists and the record through DuckDB: one connection with a view per list, for SQL and for sums.

This is the only way to the rows of an imported list, and it shows no more than the cut record may: rows that were known
by its day, and texts that name no later date.
"""

import contextlib
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Diagnostic, RecordError
from detente.record.cells import to_csv
from detente.record.cut import WITHHELD, CutRecord
from detente.record.days import DAYS_IN_WEEK, names_later
from detente.record.kinds import KINDS, columns
from detente.record.lists import ImportedList
from detente.record.public import Hidden
from detente.record.write import rows_of
from detente.run import Table

if TYPE_CHECKING:
    import duckdb

NUMBERS = {"low": "DOUBLE", "best": "DOUBLE", "high": "DOUBLE", "lag_days": "INTEGER", "paragraph": "INTEGER"}
DATES = ("date", "date_end", "start", "end", "due", "made", "since", "until")
COUNTS = ("low", "best", "high")
NAMES = ("id", "type", "actors", "target", "sources", "precision", "certainty", "country")  # of a list: no texts


def connect(record: CutRecord) -> "duckdb.DuckDBPyConnection":
    """An in-memory database with a table per list of the record and a view per imported list, named as it is.

    Lists of ids are text with spaces between, nothing is NULL. An imported list `ucdp-ged` is asked as `"ucdp-ged"`.

    Raises:
        RecordError: the file of an imported list cannot be read.
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
    for one in record.imported:
        connection.execute(f'CREATE VIEW "{one.name}" AS {seen(one, record.merged, connection)}')
    return connection


def seen(one: ImportedList, merged: Mapping[str, str], connection: "duckdb.DuckDBPyConnection") -> str:
    """The SELECT of the rows and texts of an imported list that may be seen.

    Args:
        one: the list.
        merged: ids of rows that a person merged into an event of the record; they are left out.
        connection: where the SELECT will run; it learns to withhold texts.

    Raises:
        RecordError: the file of the list cannot be read.
    """
    import duckdb

    path = _quoted(str(one.path))
    try:
        types = dict(
            connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet({path}))").fetchall()
        )
    except duckdb.Error as error:
        what = f"the file of this imported list cannot be read: {str(error).splitlines()[0]}"
        raise RecordError(Diagnostic(what, "", "import the list again", one.path.as_posix())) from None
    where = [f"id NOT IN ({', '.join(map(_quoted, merged))})"] if merged else []
    if one.until is not None:
        where.append(f"{_known(types)} <= DATE '{one.until}'")
    if one.hidden and "sources" in types:
        listed = ", ".join(map(_quoted, one.hidden))
        where.append(f"NOT list_has_any(string_split(coalesce(sources, ''), ' '), [{listed}])")
    veil = _veil(one, connection) if one.until is not None or one.hidden else ""
    shown = [_shown(name, veil if kind == "VARCHAR" and name not in NAMES else "") for name, kind in types.items()]
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    return f"SELECT {', '.join(shown)} FROM read_parquet({path}){condition}"


def ids_among(lists: Iterable[ImportedList], ids: Iterable[str]) -> set[str]:
    """Those of some ids that stand in imported lists; of a list that cannot be read none."""
    import duckdb

    found: set[str] = set()
    asked = ", ".join(map(_quoted, ids))
    with duckdb.connect() as connection:
        for one in lists:
            query = f"SELECT DISTINCT id FROM read_parquet({_quoted(str(one.path))}) WHERE id IN ({asked})"
            with contextlib.suppress(duckdb.Error):  # whoever asks for its rows is told
                found |= {str(row[0]) for row in connection.execute(query).fetchall()}
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _known(types: Mapping[str, str]) -> str:
    """SQL for the last day that the dates of a row may mean; as `Event.last`."""
    last = "date"
    if "precision" in types:
        last = (
            "CASE precision WHEN 'year' THEN make_date(year(date), 12, 31) WHEN 'month' THEN last_day(date) "
            f"WHEN 'week' THEN date + {DAYS_IN_WEEK - 1} ELSE date END"
        )
    end = next((name for name in ("end", "date_end") if name in types), "")  # date_end: lists of earlier versions
    return f'coalesce("{end}", {last})' if end else last


def _shown(name: str, veil: str) -> str:
    """SQL for a column: a text that tells too much is withheld, everything else stands as it is.

    Args:
        name: the column.
        veil: the function that withholds texts; "" for a column that holds none.
    """
    column = '"' + name.replace('"', '""') + '"'
    if not veil:
        return column
    if name == "tags":  # ids: nothing stands in their place
        return f"CASE WHEN {veil}({column}) = {column} THEN {column} ELSE '' END AS {column}"
    return f"{veil}({column}) AS {column}"


def _veil(one: ImportedList, connection: "duckdb.DuckDBPyConnection") -> str:
    """The name of a new function of the connection that withholds texts of a list."""
    import duckdb

    until, tells = one.until, Hidden({"": one.hidden}).tells

    def veil(text: str) -> str:
        return WITHHELD if tells(text) or (until is not None and names_later(text, until)) else text

    varchar = duckdb.sqltype("VARCHAR")
    connection.create_function(f"veil {one.name}", veil, [varchar], varchar)  # pyright: ignore[reportUnknownMemberType]
    return f'"veil {one.name}"'


def _types(kind: str) -> dict[str, str]:
    """Column types of a list; a source's date is as the source gives it."""
    names = columns(KINDS[kind])
    dated = {name for name in names if name in DATES and kind != "sources"}
    return {name: NUMBERS.get(name, "DATE" if name in dated else "VARCHAR") for name in names}


def yearly_deaths(record: CutRecord) -> dict[str, Table]:
    """Deaths by year and kind of violence in each imported list that has counts; only rows known by the record's day.

    Raises:
        RecordError: the file of an imported list cannot be read.
    """
    import duckdb

    result: dict[str, Table] = {}
    for one in record.imported:
        with duckdb.connect() as connection:
            rows = seen(one, record.merged, connection)
            names = connection.execute(f"DESCRIBE {rows}").fetchall()
            has = {str(name[0]) for name in names}
            if not has & set(COUNTS):
                continue
            sums = ", ".join(f"sum({name})" if name in has else "NULL" for name in COUNTS)
            found = connection.execute(
                f"SELECT year(date), type, count(*), {sums} FROM ({rows}) GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        result[one.name] = Table(
            title=f"Deaths by year in {one.about.get('title', one.name)} "
            f"({sum(row[2] for row in found)} rows), as of {record.day}",
            columns=("year", "type", "events", *COUNTS),
            rows=tuple(tuple(row) for row in found),
            units=dict.fromkeys(COUNTS, "deaths"),
            note=f"{one.about.get('source', '')} An event stands in the year it began; rows that were not over by "
            f"{record.day} are left out.".strip(),
        )
    return result
