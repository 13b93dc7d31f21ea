"""The section of the outside view: what past cases and simple models say."""

from detente.report.context import Context
from detente.report.document import Block, Bullets, Paragraph, Section
from detente.report.sections import unnamed
from detente.words.strings import string

RANK = 900


def outlook(context: Context) -> Section | None:
    """Numbers and tables of the outside view, and the sentences about them."""
    held = context.run.outlook
    if held is None:
        return None
    blocks: list[Block] = unnamed(context, "outlook")
    told = {text for one in context.run.sections for text in (one.finding, *one.paragraphs)}
    said = tuple((words,) for words in (*held.base_rates, *held.positions) if words not in told)
    if not blocks and not said:
        return None
    blocks = [Paragraph((string("outside.intro"),)), *blocks, *([Bullets(said)] if said else [])]
    return Section("outside", string("section.outside"), tuple(blocks), RANK)
