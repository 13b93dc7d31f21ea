"""Sections behind the findings: what no section shows, assumptions, method, limits, notes, how to make it again."""

from detente.report.context import Context
from detente.report.document import (
    Block,
    Bullets,
    Cell,
    Code,
    Facts,
    Grid,
    Heading,
    Inline,
    Line,
    Paragraph,
    Section,
    Strong,
)
from detente.report.grids import quantity_grid, table_grid
from detente.report.numbers import fit_lines, quantity_table
from detente.report.pictures import draw
from detente.run import Picture, Quantity, Ref
from detente.run.tables import SOURCES, assumptions_table
from detente.words.numbers import percent, unit_text, value_text
from detente.words.strings import label, string


def other_answers(context: Context) -> Section | None:
    """Every quantity that no section above prints, grouped by question."""
    groups: dict[str, list[Quantity]] = {}
    for q in context.run.quantities:
        if q.id not in context.shown_quantities:
            groups.setdefault(q.question, []).append(q)
    blocks: list[Block] = []
    for question, group in groups.items():
        title = label("question", question)
        title = f"{title[:1].upper()}{title[1:]}"
        one_unit = len({(q.unit, q.signed) for q in group}) == 1
        picture = Picture(shape="intervals", title=title, quantities=tuple(q.id for q in group))
        drawn = draw(context, picture, f"answer_{question}") if one_unit else None
        blocks += [drawn if drawn is not None else Heading(title), quantity_grid(context, group, question)]
    return Section("other_answers", string("section.other_answers"), tuple(blocks)) if blocks else None


def other_tables(context: Context) -> Section | None:
    """Every table that no section above prints."""
    names = [n for n in context.tables if n not in context.shown_tables and n != SOURCES]
    if not names:
        return None
    return Section("other_tables", string("section.other_tables"), tuple(table_grid(context, n) for n in names))


def assumptions(context: Context) -> Section | None:
    """Every parameter with range, reason and source, then the sources."""
    run = context.run
    blocks: list[Block] = []
    if run.assumptions:
        rows = tuple(_assumption(context, n) for n in range(len(run.assumptions)))
        header = tuple(label("column", c) for c in ("parameter", "range", "why", "basis"))
        anchors = tuple(context.anchor("parameter", a.name) for a in run.assumptions)
        grid = Grid("", header, rows, (False,) * 4, assumptions_table(run), "assumptions", anchors)
        blocks += [Paragraph((string("assumptions.intro"),)), grid]
    if SOURCES in context.tables:
        blocks += [Heading(string("assumptions.sources")), table_grid(context, SOURCES, "")]
    return Section("assumptions", string("section.assumptions"), tuple(blocks)) if blocks else None


def _assumption(context: Context, row: int) -> tuple[Line, ...]:
    a = context.run.assumptions[row]
    spread = value_text(a.mid, "")
    if a.low is not None and a.high is not None:
        spread = string("word.to", low=value_text(a.low, ""), high=value_text(a.high, ""))
    links = context.source_links(a.sources)
    judged = a.basis != "sources" or not a.sources
    basis: list[Inline] = [label("word", a.basis)] if judged else []
    basis += ["; ", *links] if judged and links else [*links]
    why: list[Inline] = [a.why]
    if a.contested or a.contested_by:
        why += [" ", Strong(string("column.contested")), ": " if a.contested else " ", a.contested]
        claims = context.ref_links(Ref(kind="claim", id=id) for id in a.contested_by)
        why += [" (", *claims, ")"] if claims else []
    return (
        (context.assumption_labels[a.name],),
        (Cell(f"{spread} {unit_text(a.unit)}".strip(), "assumptions", row, "range", True),),
        tuple(why),
        tuple(basis),
    )


def method(context: Context) -> Section:
    """How it works, in two pages; the part of a paragraph between stars is emphasised."""
    return Section(
        "method", string("section.method"), tuple(_paragraph(p) for p in string("method.text").split("\n\n"))
    )


def _paragraph(text: str) -> Paragraph:
    if text.startswith("*"):
        head, rest = text[1:].split("*", 1)
        return Paragraph((Strong(head), rest))
    return Paragraph((text,))


def limits(context: Context) -> Section:
    """What the model leaves out."""
    return Section(
        "limits", string("section.limits"), (Bullets(tuple((p,) for p in string("limits.text").split("\n\n"))),)
    )


def numbers(context: Context) -> Section | None:
    """Every quantity of the run with all that is known about it; what no number of the run has is not spoken of."""
    run = context.run
    if not run.quantities:
        return None
    recorded = any(q.rests_on for q in run.quantities)
    hanging = any(q.assumptions for q in run.quantities) or recorded
    rows: list[tuple[Line, ...]] = []
    for n, q in enumerate(run.quantities, 1):
        hangs: list[Inline] = [*context.assumption_links(q.assumptions)]
        if q.rests_on:
            hangs += ["; "] if hangs else []
            hangs += context.ref_links(q.rests_on)
        cells = ((str(n),), _about(context, q), (context.number(q, "full"),), (context.number(q, "sign"),))
        rows.append((*cells, tuple(hangs)) if hanging else cells)
    hangs_on = label("column", "hangs_on")
    hangs_on += f"; {label('column', 'record').lower()}" if recorded else ""
    header = ("", *(label("column", c) for c in ("label", "number", "sign")), *([hangs_on] if hanging else []))
    data = quantity_table(string("section.numbers"), list(run.quantities))
    anchors = tuple(context.anchor("quantity", q.id) for q in run.quantities)
    numeric = (True, False, True, True, *([False] if hanging else []))
    grid = Grid("", header, tuple(rows), numeric, data, "quantities", anchors)
    intro = string("numbers.intro") + (f" {string('numbers.record')}" if recorded else "")
    return Section("numbers", string("section.numbers"), (Paragraph((intro,)), grid))


def _about(context: Context, quantity: Quantity) -> Line:
    """Label, actor and flags of a quantity."""
    line: list[Inline] = [quantity.label]
    if quantity.actor is not None and context.short_actor(quantity.actor) not in quantity.label:
        line.append(f" ({context.actor(quantity.actor)})")
    if quantity.depends_on_choice:
        line += [". ", string("tip.choice")]
    if quantity.assumption_not_record:
        line += [". ", string("tip.not_record")]
    if quantity.reason_no_interval:
        line += [". ", string("tip.no_interval", reason=quantity.reason_no_interval)]
    if quantity.equilibria_share is not None:
        line += [". ", string("tip.equilibria", share=percent(quantity.equilibria_share))]
    for words in fit_lines(quantity):
        line += [". ", words]
    return (*line, " ", Code(quantity.id))


def reproduce(context: Context) -> Section:
    """How to make it again: command, version, seed, hashes, certificate; and what was removed from a redacted copy."""
    run = context.run
    facts: list[tuple[str, Line]] = [(string("reproduce.command"), (Code(run.command),))]
    facts += [(string(f"reproduce.{k}"), (str(getattr(run, k)),)) for k in ("version", "case", "date", "seed", "draws")]
    if run.solution is not None:
        s = run.solution
        text = string("reproduce.uncertified")
        if s.certified:
            text = string("reproduce.certified", residual=value_text(s.residual, ""))
            if s.gap is not None:
                text += string("reproduce.gap", gap=value_text(s.gap, ""))
        if s.spectral_radius is not None:
            text += f"; {string('reproduce.radius', radius=value_text(s.spectral_radius, ''))}"
        facts.append((string("reproduce.solution"), (text,)))
    blocks: list[Block] = [Paragraph((string("reproduce.intro"),)), Facts(tuple(facts))]
    if run.inputs:
        blocks.append(Heading(string("reproduce.inputs")))
        blocks.append(Facts(tuple((name, (Code(digest),)) for name, digest in run.inputs.items())))
    if run.removed:
        blocks += [Heading(string("reproduce.removed"), "removed"), Bullets(tuple((item,) for item in run.removed))]
    else:
        blocks.append(Paragraph((string("reproduce.removed_none"),), "note"))
    return Section("reproduce", string("section.reproduce"), tuple(blocks))
