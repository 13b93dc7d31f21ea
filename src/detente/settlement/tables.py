"""The tables of a settlement: the frontier, and what binds and would relax each point."""

from collections.abc import Sequence

from detente.draws import ends_in_words
from detente.run import Table
from detente.run.settlement import Combination, Limits

NOTE_UNITS = (
    "Gains, costs and payments are in each actor's own unit, and values of different actors cannot be compared. "
    "Naming the smallest gain, adding costs of several payers, letting a payer give one of its own units for one that "
    "is received, and setting a payment of one own stake a year beside a probability of one are conventions by which "
    "combinations are ranked, and not findings."
)
KINDS = {"P": "holds", "F": "holds, but not in enough equilibria", "N": "does not hold, comes near"}


def spread_note(draws: int) -> str:
    """What low, high and shares are."""
    return (
        f"Low and high are the {ends_in_words(draws)}. They and all shares are a spread over the stated assumptions, "
        "not a confidence interval."
    )


def frontier_table(points: Sequence[Combination], limits: Limits, draws: int) -> Table:
    """A row per point; points as the report gives them."""
    rows = [
        (
            p.id, "; ".join(p.terms), p.durability.mid, p.durability.at_share, p.cost, ", ".join(p.payers),
            p.least_gain.who, p.least_gain.at_share, p.share_of_draws, p.binding.words if p.binding else None,
            KINDS[p.id[0]],
        )
        for p in points
    ]  # fmt: skip
    holding = any(p.id.startswith("P") for p in points)
    return Table(
        title="What would hold" if holding else "What comes closest to holding",
        columns=(
            "id", "terms", "no_war", "no_war_at_share", "cost", "payers", "least_favoured", "least_gain",
            "share_of_draws", "binding", "kind",
        ),
        rows=tuple(rows),
        units={
            "no_war": f"probability of no war within {limits.within:g} years, median",
            "no_war_at_share": f"reached in {100 * limits.share:g} % of draws",
            "cost": "value/year, payers' own units",
            "least_gain": f"own stake per year, reached in {100 * limits.share:g} % of draws",
        },
        note=f"{'; '.join(f'{k}: {words}' for k, words in KINDS.items())}. {spread_note(draws)}",
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
