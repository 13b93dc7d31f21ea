"""`detente ledger`: who owes what to whom by when, under which instrument, and what became of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.verbs.frame.options import Json
from detente.verbs.frame.records import (
    Form,
    Picture,
    RecordArgument,
    RecordDate,
    RecordOut,
    View,
    emit,
    form_asked,
    note_date,
)
from detente.words.progress import note

if TYPE_CHECKING:
    from detente.run import Table
    from detente.words.progress import Note

PANEL = "Record"


def run(
    case: str | Path,
    date: str | None = None,
    *,
    by: str = "instrument",
    forgotten: bool = False,
    viewpoints: Sequence[str] = ("record",),
    years: float = 5.0,
    tell: "Note | None" = None,
) -> "dict[str, Table]":
    """The ledger of a case, see `detente.record.ledger`; `date` defaults to the day the record was compiled."""
    from detente.record.ledger import ledger
    from detente.verbs.frame.records import stood

    record = stood(case, date, tell)
    return {"ledger": ledger(record, by=by, forgotten=forgotten, viewpoints=viewpoints, years=years)}


def draw_bars(case: str | Path, path: Path, date: str | None = None, forgotten: bool = False) -> None:
    """Draw the ledger as bars."""
    from detente.record.ledger import bars
    from detente.report.charts.ledger import ledger_spec
    from detente.verbs.frame.records import draw, stood

    draw(ledger_spec(bars(stood(case, date), only_asleep=forgotten)), path)


def command(
    case: RecordArgument,
    *,
    date: RecordDate = None,
    by: Annotated[str, typer.Option(help="Order: instrument, actor, status or sleep.")] = "instrument",
    forgotten: Annotated[bool, typer.Option("--forgotten", help="Only what has fallen asleep, longest first.")] = False,
    years: Annotated[float, typer.Option(help="Asleep after so many years in which nothing touched it.")] = 5.0,
    viewpoint: View = None,
    form: Form = None,
    out: RecordOut = None,
    picture: Picture = None,
    as_json: Json = False,
) -> None:
    """Who owes what to whom by when, under which instrument, and what became of it."""
    note_date(case, date)
    views = viewpoint or ["record"]
    tables = run(case, date, by=by, forgotten=forgotten, viewpoints=views, years=years, tell=note)
    if picture:
        draw_bars(case, picture, date, forgotten)
    emit(tables, form_asked(form, as_json), out)
