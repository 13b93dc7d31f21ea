"""The tables of a settlement: the frontier, and what binds and would relax each point."""

from collections.abc import Sequence

from detente.run import Table
from detente.run.settlement import Combination
from detente.settlement.problem import Limits

NOTE_UNITS = (
    "Costs and payments are in each actor's own unit; adding them up, or setting a payment of one own stake a year "
    "beside a probability of one when relaxations are ranked, is a convention and not a finding."
)
NOTE_SPREAD = "Intervals and shares are a spread over the stated assumptions, not a confidence interval."
KINDS = "P: holds; F: holds, but not in enough equilibria; N: does not hold, comes near."


def frontier_table(points: Sequence[Combination], limits: Limits) -> Table:
    """A row per point; points as the report gives them."""
    rows = [
        (
            p.id, "; ".join(p.terms), p.durability.mid, p.durability.at_share, p.cost, ", ".join(p.payers),
            p.least_gain.who, p.least_gain.at_share, p.share_of_draws, p.binding.words if p.binding else None,
        )
        for p in points
    ]  # fmt: skip
    holding = any(p.id.startswith("P") for p in points)
    return Table(
        title="What would hold" if holding else "What comes closest to holding",
        columns=(
            "id", "terms", "no_war", "no_war_at_share", "cost", "payers", "least_favoured", "least_gain",
            "share_of_draws", "binding",
        ),
        rows=tuple(rows),
        units={
            "no_war": f"probability of no war within {limits.within:g} years, median",
            "no_war_at_share": f"reached in a share {limits.share:g} of draws",
            "cost": "value/year, payers' own units",
            "least_gain": f"own stake per year, reached in a share {limits.share:g} of draws",
        },
        note=f"{KINDS} {NOTE_SPREAD}",
    )  # fmt: skip


def relaxations_table(points: Sequence[Combination]) -> Table:
    """A row per explained point."""
    rows = [
        (
            p.id, p.binding.words, p.binding.fails_in_share_of_draws, "; ".join(p.relaxation.words),
            p.relaxation.payer, p.relaxation.price, p.relaxation.then_holds_in_share_of_draws,
        )
        for p in points
        if p.binding is not None and p.relaxation is not None
    ]  # fmt: skip
    return Table(
        title="Binding constraint and cheapest relaxation",
        columns=("id", "binding", "fails_in", "relaxation", "payer", "price", "then_holds_in"),
        rows=tuple(rows),
        units={
            "fails_in": "share of draws",
            "price": "convention: value/year + probability",
            "then_holds_in": "share of draws",
        },
        note=f"Empty in the last column: to first order, the game not solved again. {NOTE_UNITS}",
    )
