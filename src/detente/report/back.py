"""Sections after the answers: accounts, claims, settlement, outside view, assumptions, method, limits, notes."""

from typing import Any

from detente.report.context import Context, column_label, quantity_table
from detente.report.document import (
    Block,
    Bullets,
    Cell,
    Code,
    Entries,
    Entry,
    Facts,
    Grid,
    Heading,
    Inline,
    Line,
    Paragraph,
    Section,
    Strong,
)
from detente.report.numbers import unit_text, value_text
from detente.report.trees import tree
from detente.run import Quantity, Table
from detente.words.strings import has_string, label, string

ROWS_SHOWN = 12


def claims(context: Context) -> Section | None:
    """Claims with attribution, differing views, and the result."""
    blocks: list[Block] = [Paragraph((string("claims.intro"),))]
    if context.run.claims:
        blocks.append(_claims_entries(context))
    if "claims" in context.tables:
        blocks.append(context.table_grid("claims", "" if not context.run.claims else None))
    if len(blocks) == 1:
        return None
    return Section("claims", string("section.claims"), tuple(blocks))


def _claims_entries(context: Context) -> Entries:
    """Each claim with its result, who makes it, differing views, reasons, record and numbers."""
    found = context.run.claims
    entries: list[Entry] = []
    for claim in found:
        facts: list[tuple[str, Line]] = [
            (column_label("claims", "by_whom"), (context.actor(claim.by),)),
            (column_label("claims", "kind"), (claim.kind.replace("_", " "),)),
        ]
        reason = " ".join(
            [*([f"{claim.why}."] if claim.why else []), *(f"{t.words}: {t.outcome}." for t in claim.tests)]
        )
        numbers = [ref.id for ref in claim.rests_on if ref.kind == "quantity"]
        said: list[tuple[str, Line]] = [
            ("reason", (reason,) if reason else ()),
            ("tested_part", (claim.tested_part,) if claim.tested_part else ()),
            ("others", ("; ".join(claim.others),) if claim.others else ()),
            ("record", context.record_links(tuple(ref.id for ref in claim.record if ref.kind != "source"))),
            ("quantities", _numbers(context, numbers)),
            ("would_change", (claim.would_change,) if claim.would_change else ()),
        ]
        facts += [(column_label("claims", name), line) for name, line in said if line]
        entries.append(Entry(f"claim-{claim.id}", claim.claim, claim.verdict, tuple(facts)))
    columns = ("id", "claim", "by", "kind", "verdict", "why", "would_change")
    rows = tuple(tuple(getattr(claim, name) for name in columns) for claim in found)
    return Entries(tuple(entries), Table(title=string("section.claims"), columns=columns, rows=rows), "claims_checked")


def _numbers(context: Context, ids: list[str]) -> Line:
    """Quantities by label with their numbers."""
    line: list[Inline] = []
    for id in ids:
        quantity = context.find(id)
        line += ["; "] if line else []
        line += [f"{quantity.label}: ", context.number(quantity)] if quantity else [id]
    return tuple(line)


def nested(context: Context, id: str, data: dict[str, Any] | None, prefixes: tuple[str, ...]) -> Section | None:
    """A section from a nested part of the run and the tables that belong to it."""
    names = [n for n in context.tables if n.startswith(prefixes)]
    if not data and not names:
        return None
    blocks: list[Block] = []
    if has_string(f"{id}.intro"):
        blocks.append(Paragraph((string(f"{id}.intro"),)))
    blocks += tree(data or {})
    for name in names:
        if name not in context.shown_tables:
            blocks.append(context.table_grid(name))
    return Section(id, string(f"section.{id}"), tuple(blocks))


def outside(context: Context) -> Section | None:
    """Base rates and reference classes: their numbers, the sentences about them, their tables."""
    words = {} if context.run.outlook is None else context.run.outlook.model_dump(mode="json", exclude_defaults=True)
    section = nested(context, "outside", words, ("outside", "base_rates", "positions"))
    quantities = context.family("base_rate", "position")
    if not quantities:
        return section
    head, rest = (section.blocks[:1], section.blocks[1:]) if section else ((Paragraph((string("outside.intro"),)),), ())
    grid = context.quantity_grid("", quantities, file="base_rates")
    return Section("outside", string("section.outside"), (*head, grid, *rest))


def other_tables(context: Context) -> Section | None:
    """Every table that no section above prints."""
    names = [n for n in context.tables if n not in context.shown_tables and n != "sources"]
    if not names:
        return None
    return Section("other_tables", string("section.other_tables"), tuple(context.table_grid(n) for n in names))


def assumptions(context: Context) -> Section | None:
    """Every parameter with range, reason and source."""
    run = context.run
    if not run.assumptions and "sources" not in run.tables:
        return None
    rows: list[tuple[Line, ...]] = []
    for n, a in enumerate(run.assumptions):
        spread = value_text(a.mid, "")
        if a.low is not None and a.high is not None:
            spread = string("word.to", low=value_text(a.low, ""), high=value_text(a.high, ""))
        links = context.record_links(a.sources)
        judged = a.basis != "sources" or not a.sources
        basis: list[Inline] = [label("word", a.basis)] if judged else []
        basis += ["; ", *links] if judged and links else [*links]
        why: list[Inline] = [a.why]
        if a.contested:
            why += [" ", Strong(string("column.contested")), f": {a.contested}"]
        rows.append(
            (
                (context.assumption_labels[a.name],),
                (Cell(f"{spread} {unit_text(a.unit)}".strip(), "assumptions", n, "range", True),),
                tuple(why),
                tuple(basis),
            )
        )
    data = Table(
        title=string("section.assumptions"),
        columns=("name", "label", "unit", "low", "mid", "high", "why", "basis", "sources", "contested"),
        rows=tuple(
            (a.name, a.label, a.unit, a.low, a.mid, a.high, a.why, a.basis, "; ".join(a.sources), a.contested)
            for a in run.assumptions
        ),
    )
    header = tuple(label("column", c) for c in ("parameter", "range", "why", "basis"))
    anchors = tuple(f"a-{a.name}" for a in run.assumptions)
    grid = Grid("", header, tuple(rows), (False,) * 4, data, "assumptions", anchors)
    blocks: list[Block] = [Paragraph((string("assumptions.intro"),)), grid] if run.assumptions else []
    if "sources" in run.tables:
        blocks += [Heading(string("assumptions.sources")), context.table_grid("sources", "")]
    return Section("assumptions", string("section.assumptions"), tuple(blocks))


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
    """Every quantity of the run with all that is known about it."""
    run = context.run
    if not run.quantities:
        return None
    rows: list[tuple[Line, ...]] = []
    for n, q in enumerate(run.quantities, 1):
        hangs: list[Inline] = [*context.assumption_links(q.assumptions)]
        if q.rests_on:
            hangs += ["; "] if hangs else []
            hangs += [*context.record_links(tuple(ref.id for ref in q.rests_on))]
        rows.append(
            (
                (str(n),),
                _about(context, q),
                (context.number(q, "full"),),
                (context.number(q, "sign"),),
                tuple(hangs),
            )
        )
    hangs_on = f"{label('column', 'hangs_on')}; {label('column', 'record').lower()}"
    header = ("", *(label("column", c) for c in ("label", "number", "sign")), hangs_on)
    data = quantity_table(string("section.numbers"), list(run.quantities))
    anchors = tuple(f"q-{q.id}" for q in run.quantities)
    grid = Grid("", header, tuple(rows), (True, False, True, True, False), data, "quantities", anchors)
    return Section("numbers", string("section.numbers"), (Paragraph((string("numbers.intro"),)), grid))


def _about(context: Context, quantity: Quantity) -> Line:
    """Label, actor and flags of a quantity."""
    line: list[Inline] = [quantity.label]
    if quantity.actor is not None and context.short_actor(quantity.actor) not in quantity.label:
        line.append(f" ({context.actor(quantity.actor)})")
    if quantity.choice_value_decides:
        line += [". ", string("tip.choice")]
    if quantity.assumption_not_record:
        line += [". ", string("tip.not_record")]
    if quantity.reason_no_interval:
        line += [". ", string("tip.no_interval", reason=quantity.reason_no_interval)]
    if quantity.equilibria_share is not None:
        line += [". ", string("tip.equilibria", share=value_text(quantity.equilibria_share, "share"))]
    return (*line, " ", Code(quantity.id))


def reproduce(context: Context) -> Section:
    """Reproducibility box: command, version, seed, hashes, certificate, what was removed."""
    run = context.run
    facts: list[tuple[str, Line]] = [(string("reproduce.command"), (Code(run.command),))]
    facts += [(string(f"reproduce.{k}"), (str(getattr(run, k)),)) for k in ("version", "case", "date", "seed", "draws")]
    if run.solution is not None:
        s = run.solution
        text = string("reproduce.uncertified")
        if s.certified:
            text = string("reproduce.certified", residual=value_text(s.residual, ""), gap=value_text(s.gap, ""))
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
