"""`detente timeline`: what happened, in order, with sources and certainty."""

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
    types: Sequence[str] = (),
    actors: Sequence[str] = (),
    viewpoints: Sequence[str] = (),
    tell: "Note | None" = None,
) -> "dict[str, Table]":
    """The events of a case as a table."""
    from detente.record.timeline import timeline
    from detente.record.views import with_views
    from detente.verbs.frame.records import stood

    record = stood(case, date, tell)
    table = timeline(record, types, actors).table()
    return {"timeline": with_views(record, table, viewpoints) if viewpoints else table}


def draw_timeline(table: "Table", path: Path) -> None:
    """Draw a timeline whose labels do not collide."""
    from detente.report.charts import timeline_spec
    from detente.verbs.frame.records import draw

    draw(timeline_spec(table, "date", "text", "type", "weight")[0], path)


def command(
    case: RecordArgument,
    *,
    date: RecordDate = None,
    kind: Annotated[list[str] | None, typer.Option("--type", help="Only events of this type; repeatable.")] = None,
    actor: Annotated[list[str] | None, typer.Option(help="Only events of or against this actor; repeatable.")] = None,
    viewpoint: View = None,
    form: Form = None,
    out: RecordOut = None,
    picture: Picture = None,
    as_json: Json = False,
) -> None:
    """What happened, in order, with sources and certainty."""
    note_date(case, date)
    tables = run(case, date, kind or (), actor or (), viewpoint or (), tell=note)
    if picture:
        draw_timeline(tables["timeline"], picture)
    emit(tables, form_asked(form, as_json), out)
