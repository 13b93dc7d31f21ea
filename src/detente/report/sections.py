"""Sections that the run brings, printed as they say: finding, pictures, numbers, tables, what they rest on."""

from detente.report.context import Context
from detente.report.document import Block, Paragraph, Section
from detente.report.grids import ROWS_SHOWN, quantity_grid, table_grid
from detente.report.pictures import draw
from detente.run import Section as Told
from detente.words.strings import string


def section(context: Context, told: Told) -> Section | None:
    """One section of the run; None where the run holds nothing that it shows."""
    shown: list[Block] = []
    drawn: set[str] = set()
    for n, picture in enumerate(told.pictures):
        made = draw(context, picture, f"{told.id}_{n}" if n else told.id)
        if made is not None:
            shown.append(made)
            drawn.add(picture.table)
    context.shown_tables |= drawn & context.tables.keys()
    quantities = context.found(told.quantities)
    if quantities:
        shown.append(quantity_grid(context, quantities, told.id))
    for name in told.tables:
        if name in context.tables:
            shown.append(table_grid(context, name, shown=0 if name in drawn else ROWS_SHOWN))
    says = bool(told.quantities or told.tables or told.pictures)
    if not shown and (says or not (told.finding or told.paragraphs)):
        return None
    history = context.run.history
    missed = [Paragraph((text,), "warning") for text in (history.beside(told.id) if history is not None else ())]
    fallen = history.fallen(told.id) if history is not None else ""
    finding = [Paragraph((told.finding,), "lead")] if told.finding else []
    words = [Paragraph((fallen,), "lead"), *missed] if fallen else [*finding, *missed]
    words += [Paragraph((text,)) for text in told.paragraphs]
    rests = [Paragraph((string("word.rests_on"), " ", *context.ref_links(told.rests_on), "."), "note")]
    return Section(told.id, told.title, (*words, *shown, *(rests if told.rests_on else ())), told.rank)


def unnamed(context: Context, content: str) -> list[Block]:
    """Numbers and tables that the part with this content brought and that no other section of the run names."""
    stamp = context.run.parts.get(context.run.part_of(content))
    if stamp is None:
        return []
    others = [told for told in context.run.sections if told.id != content]  # the content's own is told from its model
    named = frozenset(id for told in others for id in told.names())
    tables = {name for told in others for name in (*told.tables, *(p.table for p in told.pictures))}
    blocks: list[Block] = []
    quantities = context.found(id for id in stamp.quantities if id not in named)
    if quantities:
        blocks.append(quantity_grid(context, quantities, content))
    blocks += [table_grid(context, name) for name in stamp.tables if name in context.tables and name not in tables]
    return blocks
