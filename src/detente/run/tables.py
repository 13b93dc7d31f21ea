"""All tables of a run by name, and as sheets of a workbook."""

from collections.abc import Mapping

from detente.run.base import Cell, Ref
from detente.run.run import Run
from detente.run.table import Table
from detente.words.tables import Sheet, csv_text

SOURCES = "sources"  # the table that lists what a record rests on


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
        (
            a.name, a.label, a.unit, a.low, a.mid, a.high, a.why, a.basis, "; ".join(a.sources), a.contested,
            " ".join(a.contested_by),
        )
        for a in run.assumptions
    ]  # fmt: skip
    columns = ("name", "label", "unit", "low", "mid", "high", "why", "basis", "sources", "contested", "contested_by")
    return Table(title="Assumptions", columns=columns, rows=tuple(rows))


def all_tables(run: Run) -> dict[str, Table]:
    """Every table of a run by name: quantities and assumptions first, then what its models hold, then the others."""
    found = {"quantities": quantities_table(run), "assumptions": assumptions_table(run), **model_tables(run)}
    return {**found, **run.tables}


def model_tables(run: Run) -> dict[str, Table]:
    """The models of a run that are lists, as tables: timeline, ledger, forgotten, claims."""
    found: dict[str, Table] = {}
    if run.timeline is not None:
        found["timeline"] = run.timeline.table()
    if run.ledger is not None:
        found["ledger"] = run.ledger.table()
        found["forgotten"] = run.ledger.table(asleep=True)
    if run.claims:
        found["claims"] = claims_table(run)
    return found


def claims_table(run: Run) -> Table:
    """The claims of a run as one table, a row each."""
    return Table(
        title="Claims",
        columns=(
            "claim", "words", "said_by", "side", "kind", "verdict", "tested_part", "tested_at", "untested", "why",
            "would_change", "rests_on",
        ),
        rows=tuple(
            (c.id, c.claim, c.by, c.side, c.kind, c.verdict, c.tested_part, c.date, c.untested, c.why or c.why_none,
             c.would_change, refs_text((*c.rests_on, *c.record)))
            for c in run.claims
        ),
        rests_on=tuple((Ref(kind="claim", id=c.id), *c.record) for c in run.claims),
        confidential=tuple(c.confidential for c in run.claims),
    )  # fmt: skip


def refs_text(refs: tuple[Ref, ...]) -> str:
    """Ways back as text for a cell."""
    return "; ".join(f"{ref.kind} {ref.id}" for ref in refs)


def table_csv(table: Table) -> str:
    """A table as CSV."""
    return csv_text(table.columns, table.rows)


def sheet_of(table: Table) -> Sheet:
    """A table in plain columns, for terminal, Markdown and workbooks."""
    return Sheet(table.columns, table.rows, table.units, table.title, table.note)


def sheets(tables: Mapping[str, Table]) -> dict[str, Sheet]:
    """Tables as sheets of a workbook."""
    return {name: sheet_of(table) for name, table in tables.items()}
