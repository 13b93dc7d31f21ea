"""Sections that print answers: risk, who pays, gain, delay, prolongation, values, sensitivities, and all others."""

import re
from dataclasses import replace

from detente.report.charts import band, intervals, tornado
from detente.report.charts.theme import NARROW, WIDTH
from detente.report.context import Context, points, quantity_table
from detente.report.document import Block, Cards, Figure, Heading, Paragraph, Section
from detente.report.numbers import cell_text, full_text, is_signed, quantity_unit, readable, unit_text, value_text
from detente.run import Quantity, Table
from detente.words.strings import has_string, label, string

BESIDE = {"break_even": ("delay_by_hazard",)}  # tables printed beside a family of numbers
HEADLINES = ("relapse.5y", "peace.10y", "gain_from_settling", "delay")  # what the sensitivities are drawn for first
SMALLEST = 0.02  # share of an actor's longest bar from which a term is drawn
WITHOUT_FIGURE = ("break_even", "break_even_count")
FORECAST_YEARS = (1, 2, 5, 10, 20)


def interval_figure(
    context: Context, id: str, title: str, alt: str, quantities: list[Quantity], *, by_actor: bool = True
) -> Figure | None:
    """One row per quantity (packages of terms share an actor's row); None where fewer than two have numbers."""
    usable = [q for q in quantities if q.mid is not None]
    if len(usable) < 2:
        return None
    names = [context.short_actor(q.actor) if by_actor and q.actor else q.label for q in usable]
    packages = [readable(context.package(q)) for q in usable]
    compare = "package" if all(packages) and len(set(packages)) > 1 else None
    if len(set(zip(names, packages, strict=True))) < len(names):
        names, compare = [q.label for q in usable], None
    table = Table(
        title=title,
        columns=("id", "name", "package", "low", "mid", "high"),
        rows=tuple((q.id, n, p, q.low, q.mid, q.high) for q, n, p in zip(usable, names, packages, strict=True)),
    )
    share = all(q.unit in ("share", "probability") for q in usable)
    units = {quantity_unit(q) for q in usable}
    unit = units.pop() if len(units) == 1 else ""
    if share and unit:  # a difference of shares: drawn in percentage points
        table = scaled(table, 100)
    wide, narrow = (
        intervals(table, "name", unit, compare=compare, percent=share and not unit, width=width)
        for width in (WIDTH, NARROW)
    )
    words = points([(q.label, full_text(q)) for q in usable])
    hollow = any(q.low is not None and q.high is not None and q.low < 0 < q.high for q in usable)
    note = string("chart.hollow") if hollow else ""
    text = string(alt, points=words, name=title)
    return Figure(id, title, text, wide, narrow, quantity_table(title, usable), "", note)


def scaled(table: Table, factor: float) -> Table:
    """The numbers of a table times a factor."""
    rows = tuple(tuple(c * factor if isinstance(c, float) else c for c in row) for row in table.rows)
    return Table(title=table.title, columns=table.columns, rows=rows)


def risk(context: Context) -> Section | None:
    """Risk and peace curves with the headline chances."""
    quantities = context.family("relapse", "peace", "peace_time")
    curves = [name for name in ("risk_curve", "peace_curve") if name in context.tables]
    if not quantities and not curves:
        return None
    blocks: list[Block] = [Paragraph((string("relapse.intro"),))]
    for name, kind in (("risk_curve", "war"), ("peace_curve", "peace")):
        found = context.table(name)
        if found:
            figure = curve_figure(context, name, kind, found[1])
            if figure:
                blocks.append(figure)
    if quantities:
        blocks.append(context.quantity_grid("", quantities, file="risk_and_peace"))
    for name in ("relapse_by_cause", "triggers", "paths"):
        if name in context.tables:
            blocks.append(context.table_grid(name))
    triggers = context.family("trigger")
    if triggers:
        figure = interval_figure(context, "triggers", string("relapse.title_cause"), "loss.alt", triggers)
        blocks += [figure] if figure else [Heading(string("relapse.title_cause"))]
        blocks.append(context.quantity_grid("", triggers, file="triggers"))
    return Section("risk", string("section.risk"), tuple(blocks))


def curve_figure(context: Context, name: str, kind: str, table: Table) -> Figure | None:
    """A curve of a chance by years; None where the table has no such columns or no rows."""
    if not {"years", "low", "mid", "high"} <= set(table.columns) or not table.rows:
        return None
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    wanted = [row for row in rows if row["years"] in FORECAST_YEARS] or rows[-1:]
    words = " ".join(
        string(
            "relapse.point",
            years=f"{row['years']:g}",
            **{part: cell_text(row[part], "probability") for part in ("low", "mid", "high")},
        )
        for row in wanted
    )
    title = string(f"relapse.title_{kind}", date=context.run.date)
    series = next((c for c in ("series", "cause", "account") if c in table.columns), None)
    alt = string("relapse.alt", what=string(f"relapse.{kind}"), date=context.run.date, points=words)
    wide, narrow = (
        band(table, "years", label("column", "years"), series=series, width=width, height=height)
        for width, height in ((WIDTH, 250), (NARROW, 220))
    )
    return Figure(name, title, alt, wide, narrow, table, name)


def per_actor(context: Context, id: str, families: dict[str, str], intro: str, alt: str) -> Section | None:
    """A section with one figure and one table per family of quantities, a row per actor."""
    blocks: list[Block] = []
    for name, title_key in families.items():
        quantities = context.family(name)
        if not quantities:
            continue
        title = string(title_key)
        figure = interval_figure(context, name, title, alt, quantities) if name not in WITHOUT_FIGURE else None
        blocks += [figure] if figure else [Heading(title)]
        plain = len({q.actor for q in quantities}) == len(quantities)
        blocks.append(context.quantity_grid("", quantities, "actor" if plain else "label", name))
        blocks += [context.table_grid(t, shown=0) for t in BESIDE.get(name, ()) if t in context.tables]
    if not blocks:
        return None
    return Section(id, string(f"section.{id}"), (Paragraph((string(intro),)), *blocks))


def gain(context: Context) -> Section | None:
    """Gain from settling now, per actor."""
    families = {"gain_from_settling": "gain.title", "sign_now": "gain.title_sign_now"}
    return per_actor(context, "gain", families, "gain.intro", "gain.alt")


def delay(context: Context) -> Section | None:
    """Marginal value of delay, per actor."""
    families = {
        "delay_per_time": "delay.title_per_time",
        "delay": "delay.title",
        "break_even": "delay.title_break_even",
        "break_even_count": "delay.title_break_even_count",
    }
    return per_actor(context, "delay", families, "delay.intro", "delay.alt")


def who_pays(context: Context) -> Section | None:
    """Expected loss from resumed war, per actor."""
    families = {"loss_share": "loss.title_share", "loss": "loss.title"}
    return per_actor(context, "who_pays", families, "loss.intro", "loss.alt")


def prolongation(context: Context) -> Section | None:
    """Each mediator against an honest broker; years and chances in figures of their own."""
    quantities = context.family("prolongation")
    if not quantities:
        return None
    blocks: list[Block] = [Paragraph((string("prolongation.intro"),))]
    kinds: dict[str, list[Quantity]] = {}
    for q in quantities:
        kinds.setdefault(q.id.rsplit(".", 1)[-1], []).append(q)
    for kind, group in kinds.items():
        key = f"prolongation.kind_{kind}"
        title = string(key) if has_string(key) else string("prolongation.title")
        main = [q for q in group if q.id.count(".") == 2] or group
        figure = interval_figure(context, f"prolongation_{kind}", title, "prolongation.alt", main)
        blocks += [figure] if figure else [Heading(title)] if len(kinds) > 1 else []
        ordered = [*main, *(q for q in group if q not in main)]
        blocks.append(replace(context.quantity_grid("", ordered, file=f"prolongation_{kind}"), shown=len(main)))
    return Section("prolongation", string("section.prolongation"), tuple(blocks))


def values(context: Context) -> Section | None:
    """Values by labelled term, actor by actor."""
    found = context.table("values_by_term")
    quantities = context.family("values", "value")
    if found is None and not quantities:
        return None
    blocks: list[Block] = [Paragraph((string("values.intro"),))]
    if found and {"actor", "term", "low", "mid", "high"} <= set(found[1].columns) and found[1].rows:
        table = found[1]
        place = table.columns.index("actor")
        table = visible_terms(table)
        named = Table(
            title=table.title,
            columns=table.columns,
            rows=tuple(
                tuple(
                    context.short_actor(str(cell)) if n == place else _term(context, cell) if c == "term" else cell
                    for n, (c, cell) in enumerate(zip(table.columns, row, strict=True))
                )
                for row in table.rows
            ),
        )
        rows = [dict(zip(named.columns, row, strict=True)) for row in named.rows]
        words = points([(f"{r['actor']}, {r['term']}", cell_text(r["mid"], "value")) for r in rows])
        title = string("values.title")
        wide, narrow = (
            intervals(named, "term", group="actor", width=width, row_height=23) for width in (WIDTH, NARROW)
        )
        alt = string("values.alt", points=words)
        blocks.append(Figure("values", title, alt, wide, narrow, table, "", string("chart.own_scales")))
    if found:
        blocks.append(context.table_grid(found[0], "", shown=0))
    if quantities:
        blocks.append(context.quantity_grid("", quantities, file="values"))
    return Section("values", string("section.values"), tuple(blocks))


def visible_terms(table: Table) -> Table:
    """The rows that a figure can show: those that reach a fiftieth of the longest bar of their actor."""
    actor, low, high = (table.columns.index(c) for c in ("actor", "low", "high"))
    reach = [max(abs(float(row[low] or 0)), abs(float(row[high] or 0))) for row in table.rows]
    longest: dict[object, float] = {}
    for row, length in zip(table.rows, reach, strict=True):
        longest[row[actor]] = max(longest.get(row[actor], 0.0), length)
    kept = (r for r, length in zip(table.rows, reach, strict=True) if length >= SMALLEST * longest[r[actor]])
    return table.model_copy(update={"rows": tuple(kept)})


def _term(context: Context, cell: object) -> str:
    """A term in words: "impulse: attack north" is what the act `attack` of `north` costs or brings at once."""
    found = re.fullmatch(r"impulse: (\S+) (\S+)", str(cell))
    if found:
        action, owner = found.groups()
        return string("values.impulse", action=action.replace("_", " "), owner=context.short_actor(owner))
    return str(cell).replace("_", " ")


def sensitivity(context: Context, most: int = 8, figures: int = 4) -> Section | None:
    """The assumptions that move each headline number most."""
    found = context.table("tornado")
    if found is None:
        return None
    name, table = found
    blocks: list[Block] = [Paragraph((string("sensitivity.intro"),))]
    if {"quantity", "parameter", "low", "high"} <= set(table.columns):
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        groups: dict[str, list[dict]] = {}
        for row in rows:
            groups.setdefault(str(row["quantity"]), []).append(row)
        for id in _headlines(list(groups), figures):
            blocks.append(_tornado(context, id, groups[id], most))
    blocks.append(context.table_grid(name, "", shown=0))
    return Section("sensitivity", string("section.sensitivity"), tuple(blocks))


def _headlines(ids: list[str], most: int) -> list[str]:
    """The numbers to draw sensitivities for: one of each headline, then others in the order of the run."""
    chosen: list[str] = []
    for wanted in HEADLINES:
        chosen += [id for id in ids if id == wanted or id.startswith(f"{wanted}.")][:1]
    return [*chosen, *(id for id in ids if id not in chosen)][:most]


def _tornado(context: Context, id: str, rows: list[dict], most: int) -> Figure:
    quantity = context.find(id)
    name = quantity.label if quantity else id
    chosen = sorted(rows, key=lambda row: -abs((row["high"] or 0) - (row["low"] or 0)))[:most]
    unit = quantity.unit if quantity else ""
    table = Table(
        title=name,
        columns=("parameter", "low", "high"),
        rows=tuple(
            (context.assumption_labels.get(str(r["parameter"]), readable(str(r["parameter"]))), r["low"], r["high"])
            for r in chosen
        ),
    )
    words = points(
        [(str(p), f"{value_text(low, unit)}, {value_text(high, unit)}") for p, low, high in table.rows]  # pyright: ignore
    )
    signed = quantity is not None and is_signed(quantity)
    share = unit in ("share", "probability")
    drawn = scaled(table, 100) if share and signed else table
    wide, narrow = (
        tornado(drawn, unit=unit_text(unit, signed), percent=share and not signed, width=width)
        for width in (WIDTH, NARROW)
    )
    alt = string("sensitivity.alt", name=name, points=words)
    return Figure(f"tornado_{id}", string("sensitivity.title", name=name), alt, wide, narrow, table, f"tornado_{id}")


KNOWN = (
    "relapse", "peace", "peace_time", "gain_from_settling", "sign_now", "delay", "delay_per_time", "break_even",
    "break_even_count", "prolongation", "loss",
    "loss_share", "trigger", "silence", "reaction_lag", "even_handed", "base_rate", "position", "values", "value",
)  # fmt: skip


def others(context: Context) -> Section | None:
    """Every quantity that no section above prints, grouped by question."""
    groups: dict[str, list[Quantity]] = {}
    for q in context.run.quantities:
        if q.family not in KNOWN and q.id not in context.shown_quantities:
            groups.setdefault(q.question or q.family, []).append(q)
    if not groups:
        return None
    blocks: list[Block] = []
    for question, group in groups.items():
        title = (
            string(f"question.{question}")
            if has_string(f"question.{question}")
            else label("question", question).capitalize()
        )
        blocks.append(Heading(title))
        if has_string(f"question_intro.{question}"):
            blocks.append(Paragraph((string(f"question_intro.{question}"),)))
        if len({q.unit for q in group}) == 1:
            figure = interval_figure(context, f"answer_{question}", title, "gain.alt", group, by_actor=False)
            blocks += [figure] if figure else []
        blocks.append(context.quantity_grid("", group, file=question))
    return Section("other_answers", string("section.other_answers"), tuple(blocks))


def headline(context: Context) -> Cards | None:
    """Four numbers for the top of the summary."""
    wanted = [context.find(id) for id in ("relapse.5y", "relapse.10y", "peace.5y", "peace.10y")]
    items = tuple((q.label, context.number(q)) for q in wanted if q is not None)
    return Cards(items) if items else None
