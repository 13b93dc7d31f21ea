"""The section of claims: who makes each, how others stand to it, the result, and what it rests on."""

from collections.abc import Sequence

from detente.report.context import Context
from detente.report.document import Block, Bullets, Entries, Entry, Inline, Line, Paragraph, Section
from detente.report.sections import unnamed
from detente.run import Claim, tally
from detente.run.tables import claims_table
from detente.words.strings import label, string
from detente.words.text import readable

RANK = 700


def claims(context: Context) -> Section | None:
    """Claims with attribution, differing views, and the result."""
    found = context.run.claims
    if not found:
        return None
    entries = Entries(tuple(_entry(context, claim) for claim in found), claims_table(context.run), "claims")
    counted = (Bullets(_tallies(found)),) if any(claim.side for claim in found) else ()
    intro = Paragraph((string("claims.intro"),))
    blocks: tuple[Block, ...] = (intro, *counted, entries, *unnamed(context, "claims"))
    return Section("claims", string("section.claims"), blocks, RANK)


def _tallies(found: Sequence[Claim]) -> tuple[Line, ...]:
    """Verdicts by whose claims they are, a line each."""
    return tuple(
        (string("claims.tally", by=group.by, count=group.claims, verdicts=group.words),) for group in tally(found)
    )


def _entry(context: Context, claim: Claim) -> Entry:
    """One claim; what there is nothing to say about is left out."""
    tests = " ".join(f"{test.words}: {test.outcome}." for test in claim.tests)
    why = claim.why or claim.why_none
    reason = " ".join(text for text in (f"{why}." if why else "", tests) if text)
    numbers = [ref.id for ref in claim.rests_on if ref.kind == "quantity"]
    entries = [ref for ref in claim.record if ref.kind != "source"]
    said: list[tuple[str, Line]] = [
        ("by_whom", (context.actor(claim.by),)),
        ("kind", (readable(claim.kind),)),
        ("reason", (reason,) if reason else ()),
        ("untested", (claim.untested,) if claim.untested else ()),
        ("tested_part", (claim.tested_part,) if claim.tested_part else ()),
        ("others", ("; ".join(claim.others),) if claim.others else ()),
        ("record", context.ref_links(entries)),
        ("quantities", _numbers(context, numbers)),
        ("would_change", (claim.would_change,) if claim.would_change else ()),
        ("fair", (claim.fair,) if claim.fair else ()),
    ]
    anchor = context.anchor("claim", claim.id)
    facts = tuple((label("column", name), line) for name, line in said if line)
    return Entry(anchor, claim.claim, claim.told, facts)


def _numbers(context: Context, ids: list[str]) -> Line:
    """Quantities by label with their numbers; one that the run does not hold by its id."""
    line: list[Inline] = []
    for id in ids:
        quantity = context.find(id)
        line += ["; "] if line else []
        line += [f"{quantity.label}: ", context.number(quantity)] if quantity else [id]
    return tuple(line)
