"""All tables of a run by name, and as sheets of a workbook."""

from collections.abc import Mapping

from detente.run.base import Cell, Ref
from detente.run.run import Run
from detente.run.table import Table
from detente.words.tables import Sheet, csv_text


def quantities_table(run: Run) -> Table:
    """The quantities of a run as one table, a row each."""
    rows: list[tuple[Cell, ...]] = [
        (
            q.id, q.question, q.label, q.actor, q.unit, q.low, q.mid, q.high, q.sign_share, q.equilibria_share,
            q.reason_no_interval, "; ".join(q.assumptions), refs_text(q.rests_on),
        )
        for q in run.quantities
    ]  # fmt: skip
    columns = (
        "id", "question", "label", "actor", "unit", "low", "mid", "high", "sign_share", "equilibria_share",
        "reason_no_interval", "assumptions", "rests_on",
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
    found = {"quantities": quantities_table(run), "assumptions": assumptions_table(run)}
    if run.timeline is not None:
        found["timeline"] = run.timeline.table()
    return {**found, **run.tables}


def refs_text(refs: tuple[Ref, ...]) -> str:
    """Ways back as text for a cell."""
    return "; ".join(f"{ref.kind} {ref.id}" for ref in refs)


def table_csv(table: Table) -> str:
    """A table as CSV."""
    return csv_text(table.columns, table.rows)


def sheets(tables: Mapping[str, Table]) -> dict[str, Sheet]:
    """Tables as sheets of a workbook."""
    return {name: Sheet(table.columns, table.rows, table.units) for name, table in tables.items()}
