"""Tables of a run or a model as CSV files or one workbook."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from detente.files.whole import write_bytes, write_text
from detente.report.export.chain import PrismModel, off_diagonal
from detente.report.export.prism import states_table
from detente.run import Run, Table
from detente.run.tables import all_tables, sheets, table_csv
from detente.words.workbook import workbook_bytes


def run_tables(run: Run) -> dict[str, Table]:
    """Every table of a run, quantities and assumptions first."""
    return all_tables(run)


def model_tables(
    model: PrismModel, values: Mapping[str, np.ndarray], rates: Mapping[str, Mapping[str, np.ndarray]]
) -> dict[str, Table]:
    """A solved model as tables: states, transitions, values, rates of actions.

    Args:
        model: the chain.
        values: player -> (states,) expected discounted value, utility.
        rates: player -> action -> (states,) rate at which it is taken, 1/year.
    """
    found = off_diagonal(model.generator)
    i, j = found.coords
    transitions = tuple(zip(i.tolist(), j.tolist(), found.data.tolist(), strict=True))
    k = model.codes.shape[1]
    acts = [
        (player, action, x, float(rate[x]))
        for player, actions in rates.items()
        for action, rate in actions.items()
        for x in np.flatnonzero(rate).tolist()
    ]
    return {
        "states": states_table(model),
        "transitions": Table(
            title="Rates between states", columns=("from", "to", "rate"), rows=transitions, units={"rate": "1/year"}
        ),
        "values": Table(
            title="Expected discounted values",
            columns=("state", *values),
            rows=tuple((x, *(float(v[x]) for v in values.values())) for x in range(k)),
        ),
        "actions": Table(
            title="Rates of actions",
            columns=("player", "action", "state", "rate"),
            rows=tuple(acts),
            units={"rate": "1/year"},
        ),
    }


def write_csv(tables: Mapping[str, Table], folder: Path) -> list[Path]:
    """One CSV file per table; returns the files written."""
    paths = []
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        write_text(path, table_csv(table))
        paths.append(path)
    return paths


def write_xlsx(tables: Mapping[str, Table], path: Path) -> Path:
    """One workbook with a sheet per table.

    Raises:
        MissingExtra: openpyxl is not installed.
    """
    write_bytes(path, workbook_bytes(sheets(tables)))
    return path
