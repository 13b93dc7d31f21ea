"""Sections that print answers: risk, who pays, gain, delay, prolongation, values, sensitivities, and all others."""

from detente.charts import band, intervals, tornado
from detente.charts.theme import NARROW, WIDTH
from detente.dossier.context import Context, family, points, quantity_table
from detente.dossier.document import Block, Cards, Figure, Heading, Paragraph, Section
from detente.dossier.numbers import cell_text, full_text, is_signed, quantity_unit, unit_text, value_text
from detente.run import Quantity, Table
from detente.run.strings import has_string, label, string

FORECAST_YEARS = (1, 2, 5, 10, 20)


def span_words(part: str) -> str:
    """ "5y" as "5 years"."""
    number = part.removesuffix("y")
    return string("word.year") if number == "1" else string("word.years", n=number)


def interval_figure(
    context: Context, id: str, title: str, alt: str, quantities: list[Quantity], *, by_actor: bool = True
) -> Figure | None:
    """One row per quantity, or None where fewer than two have numbers."""
    usable = [q for q in quantities if q.mid is not None]
    if len(usable) < 2:
        return None
    names = [context.short_actor(q.actor) if by_actor and q.actor else q.label for q in usable]
    if len(set(names)) < len(names):
        names = [q.label for q in usable]
    table = Table(
        title=title,
        columns=("id", "name", "low", "mid", "high"),
        rows=tuple((q.id, name, q.low, q.mid, q.high) for q, name in zip(usable, names, strict=True)),
    )
    share = all(q.unit in ("share", "probability") for q in usable)
    units = {quantity_unit(q) for q in usable}
    unit = units.pop() if len(units) == 1 else ""
    if share and unit:  # a difference of shares: drawn in percentage points
        table = scaled(table, 100)
    wide, narrow = (
        intervals(table, "name", unit, percent=share and not unit, width=width) for width in (WIDTH, NARROW)
    )
    words = points([(name, full_text(q)) for q, name in zip(usable, names, strict=True)])
    hollow = any(q.low is not None and q.high is not None and q.low < 0 < q.high for q in usable)
    return Figure(
        id,
        title,
        string(alt, points=words, name=title),
        wide,
        narrow,
        quantity_table(title, usable),
        id,
        string("chart.hollow") if hollow else "",
    )


def scaled(table: Table, factor: float) -> Table:
    """The numbers of a table times a factor."""
    rows = tuple(tuple(c * factor if isinstance(c, float) else c for c in row) for row in table.rows)
    return Table(title=table.title, columns=table.columns, rows=rows)


def risk(context: Context) -> Section | None:
    """Risk and peace curves with the headline chances."""
    quantities = context.family("relapse", "peace", "peace_time")
    curves = [name for name in ("risk_curve", "peace_curve") if name in context.run.tables]
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
    for name in ("relapse_by_cause", "risk_by_cause", "triggers"):
        if name in context.run.tables:
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
        figure = interval_figure(context, name, title, alt, quantities)
        blocks += [figure] if figure else [Heading(title)]
        plain = len({q.actor for q in quantities}) == len(quantities)
        blocks.append(context.quantity_grid("", quantities, "actor" if plain else "label", name))
    if not blocks:
        return None
    return Section(id, string(f"section.{id}"), (Paragraph((string(intro),)), *blocks))


def gain(context: Context) -> Section | None:
    """Gain from settling now, per actor."""
    return per_actor(context, "gain", {"gain_from_settling": "gain.title"}, "gain.intro", "gain.alt")


def delay(context: Context) -> Section | None:
    """Marginal value of delay, per actor."""
    families = {"delay": "delay.title", "delay_per_time": "delay.title_per_time"}
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
        figure = interval_figure(context, f"prolongation_{kind}", title, "prolongation.alt", group)
        blocks += [figure] if figure else [Heading(title)] if len(kinds) > 1 else []
        blocks.append(context.quantity_grid("", group, file=f"prolongation_{kind}"))
    return Section("prolongation", string("section.prolongation"), tuple(blocks))


def values(context: Context) -> Section | None:
    """Values by labelled term, actor by actor."""
    found = context.table("values_by_term")
    quantities = context.family("values", "value")
    if found is None and not quantities:
        return None
    blocks: list[Block] = [Paragraph((string("values.intro"),))]
    if found and {"actor", "term", "low", "mid", "high"} <= set(found[1].columns) and found[1].rows:
        name, table = found
        place = table.columns.index("actor")
        readable = Table(
            title=table.title,
            columns=table.columns,
            rows=tuple(
                tuple(
                    context.short_actor(str(cell)) if n == place else _term(cell) if c == "term" else cell
                    for n, (c, cell) in enumerate(zip(table.columns, row, strict=True))
                )
                for row in table.rows
            ),
        )
        rows = [dict(zip(readable.columns, row, strict=True)) for row in readable.rows]
        words = points([(f"{r['actor']}, {r['term']}", cell_text(r["mid"], "value")) for r in rows])
        title = string("values.title")
        wide, narrow = (
            intervals(readable, "term", group="actor", width=width, row_height=23) for width in (WIDTH, NARROW)
        )
        alt = string("values.alt", points=words)
        blocks.append(Figure("values", title, alt, wide, narrow, table, name, string("chart.own_scales")))
    if found:
        blocks.append(context.table_grid(found[0], "", shown=0))
    elif quantities:
        blocks.append(context.quantity_grid("", quantities, file="values"))
    return Section("values", string("section.values"), tuple(blocks))


def _term(cell: object) -> str:
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
        for number, (id, group) in enumerate(groups.items()):
            if number >= figures:
                break
            blocks.append(_tornado(context, id, group, most))
    blocks.append(context.table_grid(name, "", shown=0))
    return Section("sensitivity", string("section.sensitivity"), tuple(blocks))


def _tornado(context: Context, id: str, rows: list[dict], most: int) -> Figure:
    quantity = context.find(id)
    name = quantity.label if quantity else id
    chosen = sorted(rows, key=lambda row: -abs((row["high"] or 0) - (row["low"] or 0)))[:most]
    unit = quantity.unit if quantity else ""
    table = Table(
        title=name,
        columns=("parameter", "low", "high"),
        rows=tuple(
            (context.assumption_labels.get(str(r["parameter"]), _term(r["parameter"])), r["low"], r["high"])
            for r in chosen
        ),
    )
    words = points(
        [(str(p), f"{value_text(low, unit)}, {value_text(high, unit)}") for p, low, high in table.rows]  # pyright: ignore
    )
    signed = quantity is not None and is_signed(quantity)
    middle = quantity.mid if quantity else None
    share = unit in ("share", "probability")
    drawn = scaled(table, 100) if share and signed else table
    middle = middle * 100 if share and signed and middle is not None else middle
    wide, narrow = (
        tornado(drawn, middle, unit=unit_text(unit, signed), percent=share and not signed, width=width)
        for width in (WIDTH, NARROW)
    )
    alt = string("sensitivity.alt", name=name, points=words)
    return Figure(f"tornado_{id}", string("sensitivity.title", name=name), alt, wide, narrow, table, f"tornado_{id}")


KNOWN = (
    "relapse", "peace", "peace_time", "gain_from_settling", "delay", "delay_per_time", "prolongation", "loss",
    "loss_share", "trigger", "values", "value",
)  # fmt: skip


def others(context: Context) -> Section | None:
    """Every quantity that no section above prints, grouped by question."""
    groups: dict[str, list[Quantity]] = {}
    for q in context.run.quantities:
        if family(q) not in KNOWN and q.id not in context.shown_quantities:
            groups.setdefault(q.question or family(q), []).append(q)
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
    wanted = [context.find(id) for id in ("relapse.1y", "relapse.5y", "peace.5y", "peace.10y")]
    items = tuple((q.label, context.number(q)) for q in wanted if q is not None)
    return Cards(items) if items else None
