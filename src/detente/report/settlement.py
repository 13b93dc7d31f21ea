"""The section of what would hold: the finding, the frontier, and each combination with what it hangs on."""

from detente.report.charts import scatter
from detente.report.context import Context, points
from detente.report.document import Block, Bullets, Entries, Entry, Facts, Figure, Heading, Line, Paragraph, Section
from detente.report.figures import both, ended
from detente.report.sections import unnamed
from detente.run import Settlement, Table
from detente.run.settlement import Combination, Spread
from detente.words.numbers import percent, significant, spread_text, value_text
from detente.words.strings import string
from detente.words.text import readable

RANK = 800
GROUPS = ("packages", "only_in_some_equilibria", "near")  # groups of combinations, best first


def settlement(context: Context) -> Section | None:
    """The finding first; then the frontier and every combination that holds, holds in part, or comes near."""
    held = context.run.settlement
    if held is None:
        return None
    blocks: list[Block] = [Paragraph((held.finding,), "lead"), Paragraph((string("settlement.intro"),))]
    blocks.append(Facts(_asked(held)))
    drawn = frontier(held)
    blocks += [drawn] if drawn is not None else []
    blocks += unnamed(context, "settlement")
    for group in GROUPS:
        combinations: tuple[Combination, ...] = getattr(held, group)
        if combinations:
            blocks.append(Heading(string(f"settlement.{group}")))
            blocks.append(_entries(context, group, combinations))
    blocks += _splits(context, held)
    notes = [(f"{held.search.words[:1].upper()}{held.search.words[1:]}.",), *((note,) for note in held.notes)]
    blocks.append(Bullets(tuple(notes)))
    return Section("settlement", string("section.settlement"), tuple(blocks), RANK)


def _asked(held: Settlement) -> tuple[tuple[str, Line], ...]:
    """What was asked, of whom."""
    limits = held.limits
    asked = string(
        "settlement.asked", risk=percent(limits.risk), years=significant(limits.within), share=percent(limits.share)
    )
    facts: list[tuple[str, Line]] = [
        (string("settlement.limits"), (asked,)),
        (string("settlement.signatories"), (", ".join(held.signatories),)),
    ]
    if held.can_block:
        facts.append((string("settlement.can_block"), ("; ".join(f"{w} ({h})" for w, h in held.can_block.items()),)))
    if held.fades_with_time:
        facts.append((string("settlement.fades"), (", ".join(held.fades_with_time),)))
    return tuple(facts)


def frontier(held: Settlement) -> Figure | None:
    """Durability against the least favoured signatory's gain, a mark per combination; None for fewer than two."""
    rows = tuple(
        (p.id, p.least_gain.mid, p.durability.mid, string(f"settlement.{group}"))
        for group in GROUPS
        for p in getattr(held, group)
    )
    if len(rows) < 2:
        return None
    title = string("settlement.title")
    table = Table(title=title, columns=("id", "least_gain", "no_war", "kind"), rows=rows)
    specs = both(
        lambda width: scatter(
            table, "least_gain", "no_war", x_title=string("settlement.least_gain"),
            y_title=string("settlement.no_war"), label="id", kind="kind", percent=True, width=width,
        )
    )  # fmt: skip
    words = points((id, f"{percent(safe)}, {significant(gain)}") for id, gain, safe, _ in rows)
    return Figure(
        "frontier", title, string("chart.alt", title=ended(title), points=words), specs[0], specs[1], table, ""
    )


def _entries(context: Context, group: str, combinations: tuple[Combination, ...]) -> Entries:
    entries = tuple(
        Entry(f"settlement-{p.id}", f"{p.id}: {'; '.join(p.terms) or readable(p.package)}", "", _told(context, p))
        for p in combinations
    )
    data = Table(
        title=string(f"settlement.{group}"),
        columns=("id", "package", "terms", "no_war", "cost", "least_favoured", "least_gain", "share_of_draws"),
        rows=tuple(
            (p.id, p.package, "; ".join(p.terms), p.durability.mid, p.cost, p.least_gain.who, p.least_gain.mid,
             p.share_of_draws)
            for p in combinations
        ),
    )  # fmt: skip
    return Entries(entries, data, f"settlement_{group}")


def _told(context: Context, p: Combination) -> tuple[tuple[str, Line], ...]:
    """What there is to say of a combination, each fact in words."""
    found, binding, relaxation = p.equilibria, p.binding, p.relaxation
    facts = {
        "levers": "; ".join(f"{readable(name)}: {significant(amount)}" for name, amount in p.levers.items()),
        "durability": _spread(p.durability, "probability"),
        "cost": value_text(p.cost, "value/year"),
        "paid_by": "; ".join(f"{context.actor(w)}: {value_text(c, 'value/year')}" for w, c in p.paid_by.items()),
        "least_gain": f"{p.least_gain.who}: {_spread(p.least_gain, 'value')}",
        "share_of_draws": percent(p.share_of_draws),
        "equilibria": string("settlement.in_equilibria", hold=found.hold, found=found.found) if found else "",
        "binding": binding.words + string("settlement.fails_in", share=percent(binding.fails_in_share_of_draws))
        if binding
        else "",
        "relaxation": "; ".join(relaxation.words) if relaxation else "",
        "fails_when": "; ".join(s.words for s in p.fails_when),
        "if_leaves": "; ".join(s.words for s in p.if_leaves),
        "covers_until": "; ".join(f"{context.actor(w)}: {significant(y)}" for w, y in (p.covers_until or {}).items()),
        "labels": "; ".join(p.labels),
    }
    return tuple((string(f"settlement.fact_{name}"), (text,)) for name, text in facts.items() if text)


def _spread(spread: Spread, unit: str) -> str:
    return spread_text(spread.low, spread.mid, spread.high, unit)


def _splits(context: Context, held: Settlement) -> list[Block]:
    """Fair-division splits, as options."""
    splits = held.splits
    facts: list[tuple[str, Line]] = []
    for found in (splits.egalitarian, splits.nash):
        if found is not None:
            weights = "; ".join(f"{readable(id)}: {percent(weight)}" for id, weight in found.weights.items())
            facts.append((found.option, (weights,)))
    if splits.adjusted_winner is not None:
        division = splits.adjusted_winner
        shares = [f"{readable(issue)}: {percent(share)}" for issue, share in division.share_of_first.items()]
        shares += [f"{context.actor(who)}: {significant(value)}" for who, value in division.points.items()]
        facts.append((division.option, ("; ".join(shares),)))
    return [Heading(string("settlement.splits")), Facts(tuple(facts))] if facts else []
