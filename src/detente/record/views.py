"""Any table of events or commitments as one side sees it, or side by side."""

from collections.abc import Sequence

from detente.record.cut import CutRecord
from detente.record.entries import RECORD, Row, Status
from detente.record.ledger import check_viewpoints
from detente.record.told import Told
from detente.run import Cell, Table

EVENT_COLUMNS = ("event", "events", "response_events", "first_breach")
COMMITMENT = "commitment"
Said = tuple[str, Row]  # words, and the entry in which they stand


def with_views(record: CutRecord, table: Table, viewpoints: Sequence[str]) -> Table:
    """A table of events or commitments with one column per viewpoint: what that side says about each row.

    A side's words come from the claims of the record: its own, and its answers to those of others, wherever they cite
    an event of the row; beside a commitment also from the statuses that it gives. "record" asks what dated events show.
    A table whose rows are not about events comes back unchanged. A row in which a confidential entry speaks becomes
    confidential.

    Raises:
        OptionError: an unknown viewpoint.
    """
    check_viewpoints(record, viewpoints)
    places = [n for n, name in enumerate(table.columns) if name in EVENT_COLUMNS]
    promised = table.columns.index(COMMITMENT) if COMMITMENT in table.columns else None
    if not places and promised is None:
        return table
    words = {view: _words(record, view) for view in viewpoints}
    commitments, told = record.commitments, Told(record)
    rows: list[tuple[Cell, ...]] = []
    hidden: list[bool] = []
    for n, row in enumerate(table.rows):
        events = [id for place in places for id in str(row[place] or "").split()]
        commitment = commitments.get(str(row[promised])) if promised is not None else None
        cells: list[Cell] = []
        entries: list[Row] = []
        for view in viewpoints:
            said = [one for id in events for one in words[view].get(id, ())]
            if commitment is not None:
                said += [(_judged(s), s) for s in commitment.statuses if s.viewpoint == view]
            cells.append("; ".join(dict.fromkeys(text for text, _ in said)))
            entries += [entry for _, entry in said]
        rows.append((*row, *cells))
        hidden.append((bool(table.confidential) and table.confidential[n]) or told.hidden(*entries))
    columns = (*table.columns, *(f"view: {view}" for view in viewpoints))
    return table.model_copy(update={"columns": columns, "rows": tuple(rows), "confidential": tuple(hidden)})


def _judged(status: Status) -> str:
    return f"{status.status} ({status.note})" if status.note else status.status


def _words(record: CutRecord, view: str) -> dict[str, list[Said]]:
    """What a side says, by event."""
    result: dict[str, list[Said]] = {}
    for claim in record.claims.values():
        said: list[Said] = [(f"{claim.id}: {claim.claim}", claim)] if claim.actor == view else []
        if view == RECORD and claim.record:
            said.append((f"{claim.id}: {claim.record}", claim))
        said += [(f"{claim.id} ({o.position}): {o.says}", o) for o in claim.others if o.actor == view]
        for event in claim.events:
            result.setdefault(event, []).extend(said)
    return result
