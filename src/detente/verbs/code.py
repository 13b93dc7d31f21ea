"""`detente code`: the record as a path of marks, beside its events, with all that could not be coded and why."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.verbs.frame.options import CaseArgument, Json

if TYPE_CHECKING:
    from detente.evidence.coded import Coded
    from detente.run import Table

PANEL = "Evidence"


def run(case: str | Path, second: bool = False, until: str | None = None) -> "tuple[Coded, Table, dict[str, Any]]":
    """The coded path beside its events, all that could not be coded, and the agreement of a second coding.

    Args:
        case: a folder or the name of a shipped case.
        second: show the second coding instead.
        until: the record as it stood on this ISO date.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files, or `until` is not a date.
    """
    from detente.evidence.agreement import agreement
    from detente.evidence.recorded import CODING, SECOND, RecordedCase
    from detente.evidence.report import coded_table
    from detente.record.told import Told

    recorded = RecordedCase.open(case)
    coded = recorded.code(SECOND if second else CODING, until)
    counts: dict[str, int] = {}
    for event in coded.events:
        counts[event.kind] = counts.get(event.kind, 0) + 1
    data: dict[str, Any] = {"from": coded.start, "until": coded.until, "events": counts, "marks": len(coded.path.marks)}
    other = recorded.second() if until is None else None
    if other is not None and not second:
        agreed = agreement(coded, other)
        data["second_coding"] = {"events": agreed.events, "share": agreed.share, "kappa": agreed.kappa}
    return coded, coded_table(coded, Told(recorded.record.as_of(until))), data


def command(
    case: CaseArgument,
    second: Annotated[bool, typer.Option("--second", help="Show the second coding.")] = False,
    date: Annotated[
        str | None, typer.Option("--date", help="The record as it stood on this ISO date; default all of it.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what lies outside the path and what is left out.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the record as a path of marks, beside its events, with all that could not be coded and why."""
    from detente.verbs.frame.printed import show_json, show_text
    from detente.words.progress import note

    coded, table, data = run(case, second, date)
    if as_json:
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        show_json({**data, "coded": rows})
        return
    hidden = () if everything else ("outside", "left out")
    notes = set()
    for day, event, kind, what, reason, text in table.rows:
        if kind not in hidden:
            why = f" [{reason}]" if reason and reason not in notes else ""
            show_text(
                f"{day}  {event}  {kind}: {what}{why}\n            {text}"
                if what
                else f"{day}  {event}  {kind}{why}\n            {text}"
            )
            notes.add(reason)
    note(f"{len(coded.path.marks)} marks; events: {', '.join(f'{n} {k}' for k, n in data['events'].items())}")
    if "second_coding" in data:
        agreed = data["second_coding"]
        note(f"second coding: {agreed['share']:.0%} of {agreed['events']} events alike, kappa {agreed['kappa']:.2f}")
