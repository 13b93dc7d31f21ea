"""Pictures that sections ask for, shape by shape: quantities by id or columns of a table by role, never by name."""

from collections.abc import Callable
from typing import Any

from detente.report.charts import band, bars, intervals, scatter, tornado
from detente.report.charts.ledger import ledger_spec
from detente.report.charts.theme import NARROW, WIDTH
from detente.report.charts.timeline import timeline_spec
from detente.report.context import Context, points
from detente.report.document import Figure
from detente.report.numbers import full_text, is_signed, mid_text, quantity_table, quantity_unit, vanishes
from detente.run import Cell, Picture, Quantity, Table
from detente.run.table import NAMES
from detente.words.numbers import cell_text, is_share, spread_text, unit_text, value_text
from detente.words.strings import label, string
from detente.words.text import readable

Spec = dict[str, Any]
BARS = 8  # bars of a tornado
POINTS_SAID = 6  # points of a curve that its words name
CURVES_SAID = (1.0, 2.0, 5.0, 10.0, 20.0)  # years at which a curve over years is read out
LEDGER_BARS = 40  # commitments drawn: those that nothing touched for longest; the table has all
LEAST_ROWS = 2  # an interval alone says no more than its number
SMALLEST = 0.02  # share of a block's longest bar from which a row is drawn in a block with a scale of its own


def figure(
    picture: Picture, id: str, alt: str, specs: list[Spec], data: Table, file: str = "", note: str = ""
) -> Figure:
    """A figure with both its drawings; its words are the picture's own where it has some."""
    return Figure(id, picture.title, picture.alt or alt, specs[0], specs[1], data, file, note)


def ended(title: str) -> str:
    """A title as a sentence before others."""
    return title if title.endswith((".", "?", "!")) else f"{title}."


def both(make: Callable[[int], Spec]) -> list[Spec]:
    """A drawing for the page and one for a telephone."""
    return [make(width) for width in (WIDTH, NARROW)]


def named_rows(context: Context, quantities: list[Quantity]) -> list[tuple[str, str]]:
    """What to call each row, and what tells apart those that share one (packages of terms)."""
    rows = [(context.short_actor(q.actor), readable(q.package or "")) for q in quantities]
    if any(q.actor is None for q in quantities) or len(set(rows)) < len(rows):
        return [(q.label, "") for q in quantities]
    return rows


def draw_intervals(context: Context, picture: Picture, id: str) -> Figure | None:
    """A row for each number or row of a table, from low to high."""
    return _interval_table(context, picture, id) if picture.table else _interval_numbers(context, picture, id)


def _interval_numbers(context: Context, picture: Picture, id: str) -> Figure | None:
    first = [q for q in context.found(picture.quantities) if q.mid is not None]
    beside = [q for q in context.found(picture.compare) if q.mid is not None]
    if len(first) + len(beside) < LEAST_ROWS:
        return None
    rows = [(q, name, kind) for q, (name, kind) in zip(first, named_rows(context, first), strict=True)]
    home = {(q.actor, q.package, q.detail): name for q, name, _ in rows}
    for q in beside:
        rows.append((q, home.get((q.actor, q.package, q.detail), q.label), label("family", q.family)))
    if beside:
        rows[: len(first)] = [(q, name, kind or label("family", q.family)) for q, name, kind in rows[: len(first)]]
    kinds = {kind for _, _, kind in rows}
    every = [q for q, _, _ in rows]
    shares, signed = all(is_share(q.unit) for q in every), any(is_signed(q) for q in every)
    scale = 100.0 if shares and signed else 1.0  # differences of shares are drawn in percentage points
    table = Table(
        title=picture.title,
        columns=("name", "kind", "low", "mid", "high"),
        rows=tuple((n, k, *(None if v is None else v * scale for v in (q.low, q.mid, q.high))) for q, n, k in rows),
    )
    units = {quantity_unit(q) for q in every}
    unit = units.pop() if len(units) == 1 else ""
    specs = both(
        lambda width: intervals(
            table, "name", unit, compare="kind" if len(kinds) > 1 else None, percent=shares and not signed, width=width
        )
    )
    words = points([(q.label, full_text(q)) for q in every])
    hollow = any(q.low is not None and q.high is not None and q.low < 0 < q.high and not vanishes(q) for q in every)
    note = string("chart.hollow") if hollow else ""
    alt = string("chart.alt", title=ended(picture.title), points=words)
    return figure(picture, id, alt, specs, quantity_table(picture.title, every), note=note)


def role_rows(context: Context, picture: Picture) -> tuple[Table, Table] | None:
    """The table of a picture, and its rows with one column per role; None where the run has no such table or rows.

    Cells that hold an id of an actor, an assumption or a number are put in words.
    """
    table = context.tables.get(picture.table)
    if table is None or picture.lacking(table.columns):
        return None
    known = ("x", "y", "label", "kind", "group", "quantity", "low", "mid", "high")
    columns = {role: column for role in known if (column := picture.column(role)) in table.columns}
    rows = (tuple(_shown(context, table, row, column) for column in columns.values()) for row in range(len(table.rows)))
    return table, Table(title=picture.title, columns=tuple(columns), rows=tuple(rows))


def _shown(context: Context, table: Table, row: int, column: str) -> Cell:
    """A cell for a figure: ids in words, actors in short."""
    value = table.rows[row][table.columns.index(column)]
    if not isinstance(value, str):
        return value
    kind = NAMES.get(column)
    if kind == "actor" and value in context.run.actors:
        return context.short_actor(value)
    if kind == "parameter":
        return context.assumption_labels.get(value, readable(value))
    return value if kind == "quantity" else readable(value)


def _unit(picture: Picture, table: Table) -> str:
    """The unit of the numbers of a table's picture: its own, else what its columns say."""
    column = picture.column("x" if picture.shape == "bars" else "low")
    return picture.unit or table.units.get(column, "")


def _interval_table(context: Context, picture: Picture, id: str) -> Figure | None:
    found = role_rows(context, picture)
    if found is None:
        return None
    table, rows = found
    grouped, kinds = "group" in rows.columns, "kind" in rows.columns
    drawn = _visible(rows) if grouped else rows
    unit = _unit(picture, table)
    axis = unit_text(unit)
    specs = both(
        lambda width: intervals(
            drawn, "label", axis, group="group" if grouped else None, compare="kind" if kinds else None,
            percent=picture.percent, hollow=picture.hollow, width=width, row_height=23 if grouped else 30,
        )
    )  # fmt: skip
    place = [rows.columns.index(c) for c in ("label", "low", "mid", "high")]
    heads = [rows.columns.index(c) for c in ("group", "kind") if c in rows.columns]
    words = points(
        (", ".join(str(row[n]) for n in (*heads, place[0])), _spread(row[place[1]], row[place[2]], row[place[3]], unit))
        for row in drawn.rows
    )
    said = [string("chart.own_scales")] if grouped else []
    said += [string("chart.both_signs")] if grouped and not picture.hollow else []
    note = " ".join(said)
    alt = string("chart.alt", title=ended(picture.title), points=words)
    return figure(picture, id, alt, specs, table, picture.table, note)


def _spread(low: Cell, mid: Cell, high: Cell, unit: str) -> str:
    first, middle, last = (float(v) if isinstance(v, int | float) else None for v in (low, mid, high))
    return spread_text(first, middle, last, unit)


def _visible(rows: Table) -> Table:
    """The rows that a figure can show: those that reach a fiftieth of the longest bar of their block."""
    group, low, high = (rows.columns.index(c) for c in ("group", "low", "high"))

    def reach(row: tuple[Cell, ...]) -> float:
        return max(abs(float(row[n] or 0)) for n in (low, high))

    longest: dict[Cell, float] = {}
    for row in rows.rows:
        longest[row[group]] = max(longest.get(row[group], 0.0), reach(row))
    kept = [n for n, row in enumerate(rows.rows) if reach(row) >= SMALLEST * longest[row[group]]]
    return rows.kept(kept)


def draw_band(context: Context, picture: Picture, id: str) -> Figure | None:
    """Curves with a band."""
    found = role_rows(context, picture)
    if found is None:
        return None
    table, rows = found
    column = picture.column("x")
    x_title = label("column", column)
    specs = both(
        lambda width: band(
            rows, "x", x_title, series="kind" if "kind" in rows.columns else None,
            percent=picture.percent, width=width, height=250 if width == WIDTH else 220,
        )
    )  # fmt: skip
    unit = _unit(picture, table)
    said = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    chosen = [row for row in said if row["x"] in CURVES_SAID] or said[:: max(1, len(said) // POINTS_SAID)]
    words = " ".join(
        string(
            "chart.point",
            x=f"{x_title} {cell_text(row['x'])}" + (f", {row['kind']}" if "kind" in row else ""),
            value=_spread(row["low"], row["mid"], row["high"], unit),
        )
        for row in chosen
    )
    return figure(
        picture, id, string("chart.alt_band", title=ended(picture.title), points=words), specs, table, picture.table
    )


def draw_bars(context: Context, picture: Picture, id: str) -> Figure | None:
    """A bar for each number or row of a table."""
    if picture.table:
        found = role_rows(context, picture)
        if found is None:
            return None
        table, rows = found
        unit = _unit(picture, table)
        pairs = zip(rows.column("label"), rows.column("x"), strict=True)
        bars_shown = [(str(label), value, cell_text(value, unit)) for label, value in pairs if value is not None]
    else:
        numbers = [q for q in context.found(picture.quantities) if q.mid is not None]
        table = quantity_table(picture.title, numbers)
        names = [name for name, _ in named_rows(context, numbers)]
        bars_shown = [(name, q.mid, mid_text(q)) for q, name in zip(numbers, names, strict=True)]
    if len(bars_shown) < LEAST_ROWS:
        return None
    drawn = Table(title=picture.title, columns=("label", "count", "text"), rows=tuple(bars_shown))
    specs = both(lambda width: bars(drawn, "label", "count", text="text", width=width))
    alt = string("chart.alt", title=ended(picture.title), points=points((name, text) for name, _, text in bars_shown))
    return figure(picture, id, alt, specs, table, picture.table)


def draw_tornado(context: Context, picture: Picture, id: str) -> Figure | None:
    """What a number is at either end of each assumption."""
    found = role_rows(context, picture)
    if found is None:
        return None
    table, rows = found
    said = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    if picture.quantities and "quantity" in rows.columns:
        said = [row for row in said if row["quantity"] in picture.quantities]
    whole = [
        (row["label"], float(low), float(high))
        for row in said
        if isinstance(low := row["low"], int | float) and isinstance(high := row["high"], int | float)
    ]
    chosen = sorted(whole, key=lambda row: -abs(row[2] - row[1]))[:BARS]
    if not chosen:
        return None
    quantity = next(iter(context.found(picture.quantities)), None)
    unit = quantity.unit if quantity else _unit(picture, table)
    signed = quantity is not None and is_signed(quantity)
    scale = 100.0 if is_share(unit) and signed else 1.0
    drawn = Table(
        title=picture.title,
        columns=("parameter", "low", "high"),
        rows=tuple((name, low * scale, high * scale) for name, low, high in chosen),
    )
    percent = is_share(unit) and not signed
    axis = unit_text(unit, signed)
    specs = both(lambda width: tornado(drawn, unit=axis, percent=percent, width=width))
    words = points(
        (str(name), f"{value_text(low, unit, signed)}, {value_text(high, unit, signed)}") for name, low, high in chosen
    )
    data = Table(
        title=picture.title,
        columns=("parameter", "low", "high"),
        rows=tuple(chosen),
    )
    return figure(picture, id, string("chart.alt", title=ended(picture.title), points=words), specs, data, id)


def draw_scatter(context: Context, picture: Picture, id: str) -> Figure | None:
    """Points in a plane."""
    found = role_rows(context, picture)
    if found is None:
        return None
    table, rows = found
    x, y = (rows.columns.index(c) for c in ("x", "y"))
    whole = rows.kept([n for n, row in enumerate(rows.rows) if row[x] is not None and row[y] is not None])
    if len(whole.rows) < LEAST_ROWS:
        return None
    titles = {role: axis_title(table, picture.column(role)) for role in ("x", "y")}
    specs = both(
        lambda width: scatter(
            whole, "x", "y", x_title=titles["x"], y_title=titles["y"],
            label="label" if "label" in rows.columns else None, kind="kind" if "kind" in rows.columns else None,
            percent=picture.percent, width=width,
        )
    )  # fmt: skip
    units = [table.units.get(picture.column(role), "") for role in ("x", "y")]
    named = rows.columns.index("label") if "label" in rows.columns else x
    words = points(
        (str(row[named]), f"{cell_text(row[y], units[1])}, {cell_text(row[x], units[0])}") for row in whole.rows
    )
    return figure(
        picture, id, string("chart.alt", title=ended(picture.title), points=words), specs, table, picture.table
    )


def axis_title(table: Table, column: str) -> str:
    """The title of an axis: the column in words, with its unit where that says more than its numbers."""
    words, unit = label("column", column), unit_text(table.units.get(column, ""))
    return f"{words}, {unit}" if unit else words


def draw_timeline(context: Context, picture: Picture, id: str) -> Figure | None:
    """The run's own timeline."""
    held = context.run.timeline
    if held is None or not held.events:
        return None
    table = held.table()
    drawn = [
        timeline_spec(table, "date", "text", "type", "weight", width=width, mark=context.run.date)
        for width in (WIDTH, NARROW)
    ]
    dates = sorted(event.date for event in held.events)
    alt = string("timeline.alt", count=len(dates), first=dates[0], last=dates[-1], labels="; ".join(drawn[0][1]))
    return figure(picture, id, alt, [spec for spec, _ in drawn], table, "timeline")


def draw_ledger(context: Context, picture: Picture, id: str) -> Figure | None:
    """The run's own ledger: the commitments that nothing touched for longest."""
    held = context.run.ledger
    if held is None or not held.bars:
        return None
    longest = sorted(range(len(held.bars)), key=lambda n: -held.bars[n].slept_years)[:LEDGER_BARS]
    drawn = held.model_copy(update={"bars": tuple(held.bars[n] for n in sorted(longest))})
    words = points((bar.what or bar.commitment, readable(bar.state)) for bar in drawn.bars)
    alt = string("chart.alt", title=ended(picture.title), points=words)
    left = len(held.bars) - len(drawn.bars)
    note = string("chart.bars_left", count=left) if left else ""
    return figure(picture, id, alt, both(lambda width: ledger_spec(drawn, width)), held.table(), "ledger", note)
