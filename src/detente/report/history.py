"""Sections from the record: timeline, ledger, reactions."""

from dataclasses import replace

from detente.report.charts import bars
from detente.report.charts.theme import NARROW, WIDTH
from detente.report.charts.timeline import MANY, counts, timeline_spec
from detente.report.context import Context, column_label, points
from detente.report.document import Block, Figure, Grid, Heading, Inline, Line, Paragraph, Section
from detente.run import Table
from detente.words.strings import string

TEXT_COLUMNS = ("short", "label", "title", "text", "event", "what")
KIND_COLUMNS = ("kind", "type", "category")


def pick(table: Table, names: tuple[str, ...]) -> str | None:
    """The first of these columns that the table has."""
    return next((name for name in names if name in table.columns), None)


def timeline(context: Context) -> Section | None:
    """Events as a picture and a table."""
    found = context.table("timeline")
    if found is None:
        return None
    name, table = found
    blocks: list[Block] = [Paragraph((string("timeline.intro"),))]
    figure = timeline_figure(context, name, table)
    blocks += [figure] if figure else []
    blocks.append(context.table_grid(name, "", shown=0 if figure and len(table.rows) > MANY else 12))
    if "ceasefires" in context.tables:
        blocks.append(context.table_grid("ceasefires", shown=0))
    return Section("timeline", string("section.timeline"), tuple(blocks))


def timeline_figure(context: Context, name: str, table: Table) -> Figure | None:
    """The picture of the timeline, or None where the table has no dates."""
    date, text = pick(table, ("date", "from", "start")), pick(table, TEXT_COLUMNS)
    if date is None or text is None or not table.rows:
        return None
    kind = pick(table, KIND_COLUMNS)
    weight = pick(table, ("importance", "weight"))
    specs = []
    labelled: list[str] = []
    for width in (WIDTH, NARROW):
        spec, shown = timeline_spec(table, date, text, kind, weight, width=width, mark=context.run.date)
        specs.append(spec)
        labelled = labelled or shown
    place = table.columns.index(date)
    dates = sorted(str(row[place]) for row in table.rows if row[place])
    alt = string("timeline.alt", count=len(table.rows), first=dates[0], last=dates[-1], labels="; ".join(labelled))
    return Figure("timeline_figure", string("timeline.title"), alt, specs[0], specs[1], table, "")


def ledger(context: Context) -> Section | None:
    """Commitments with status, and those forgotten."""
    names = [n for n in context.tables if n in ("ledger", "forgotten", "commitments") or n.startswith("ledger_")]
    if not names:
        return None
    blocks: list[Block] = [Paragraph((string("ledger.intro"),))]
    book = context.tables.get("ledger")
    column = next((c for c in ("status", "status: record", "state") if book is not None and c in book.columns), None)
    if book is not None and column is not None:
        tally = counts(book, column, string("ledger.no_status"))
        if len(tally.rows) > 1:
            blocks.append(_tally_figure(tally))
    for name in names:
        heading = string("ledger.forgotten") if name == "forgotten" else None
        blocks += [Heading(heading)] if heading else []
        blocks.append(commitments_grid(context, name, "" if heading else None))
    return Section("ledger", string("section.ledger"), tuple(blocks))


def commitments_grid(context: Context, name: str, title: str | None) -> Grid:
    """A ledger in few columns: what under which instrument, who to whom, by when, status by viewpoint, last event."""
    table = context.tables[name]
    plain = context.table_grid(name, title)
    if "what" not in table.columns:
        return plain
    statuses = [c for c in table.columns if c == "status" or c.startswith(("status:", "as_"))]
    groups: list[tuple[str, tuple[str, ...]]] = [
        ("what", ("what", "instrument", "made")),
        ("who", ("who", "to", "to_whom")),
        ("by", ("by",)),
        *((c, (c,)) for c in statuses),
        ("state", ("state", "how", "last_touch", "silent_since", "slept_years")),
    ]
    groups = [(head, kept) for head, wanted in groups if (kept := tuple(c for c in wanted if _filled(table, c)))]
    rows = tuple(
        tuple(_joined(context, name, table, row, columns) for _, columns in groups) for row in range(len(table.rows))
    )
    header = tuple(_heading(context, name, head) for head, _ in groups)
    return replace(plain, header=header, rows=rows, numeric=(False,) * len(groups))


def _filled(table: Table, column: str) -> bool:
    return column in table.columns and any(row[table.columns.index(column)] not in (None, "") for row in table.rows)


def _heading(context: Context, name: str, column: str) -> str:
    if column.startswith("status: ") and column != "status: record":
        return string("ledger.status_by", side=context.short_actor(column.removeprefix("status: ")))
    return column_label("ledger", column)


def _joined(context: Context, name: str, table: Table, row: int, columns: tuple[str, ...]) -> Line:
    """Several cells as one, with words between them; empty ones are passed over."""
    line: list[Inline] = []
    for column in columns:
        place = table.columns.index(column)
        value = table.rows[row][place]
        if value in (None, "") or (column == "slept_years" and isinstance(value, int | float) and value < 1):
            continue
        before, after = string(f"ledger.join_{column}", cell="\0").split("\0") if line else ("", "")
        line += [before, *context.cell(name, table, row, place, column), after]
    return tuple(piece for piece in line if piece != "") or ("–",)


def _tally_figure(tally: Table) -> Figure:
    words = points([(str(name), str(count)) for name, count in tally.rows])
    title = string("ledger.title")
    specs = [bars(tally, tally.columns[0], "count", width=width) for width in (WIDTH, NARROW)]
    return Figure(
        "ledger_status", title, string("ledger.alt", points=words), specs[0], specs[1], tally, "ledger_status"
    )


def silence(context: Context) -> Section | None:
    """Reactions to violations, in the record and in the model."""
    names = [n for n in context.tables if n.startswith(("response", "naming", "silence", "escalations", "statements"))]
    quantities = context.family("silence", "reaction_lag", "even_handed")
    if not names and not quantities:
        return None
    blocks: list[Block] = [Paragraph((string("silence.intro"),))]
    if quantities:
        blocks.append(context.quantity_grid("", quantities, file="silence"))
    blocks += [context.table_grid(name, shown=12 if name.startswith("response") else 0) for name in names]
    return Section("silence", string("section.silence"), tuple(blocks))
