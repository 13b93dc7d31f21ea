"""A quantity in words: the same in every format."""

from detente.run import Quantity, Table
from detente.words.numbers import no_effect, percent, range_text, spread_text, unit_text, value_text
from detente.words.strings import string


def is_signed(quantity: Quantity) -> bool:
    """Whether a number is printed with its sign: where it is a finding, or below zero in its middle or low end."""
    return quantity.signed or any(part is not None and part < 0 for part in (quantity.low, quantity.mid))


def vanishes(quantity: Quantity) -> bool:
    """Whether a signed number is nothing after rounding: then neither its digits nor its sign say anything."""
    return is_signed(quantity) and no_effect(quantity.low, quantity.mid, quantity.high, quantity.unit)


def mid_text(quantity: Quantity) -> str:
    """The middle of a quantity, without unit."""
    if vanishes(quantity):
        return string("word.no_effect")
    return value_text(quantity.mid, quantity.unit, is_signed(quantity))


def spread_of(quantity: Quantity) -> str:
    """The range of a quantity in words, without unit, or nothing where it has none."""
    return "" if vanishes(quantity) else range_text(quantity.low, quantity.high, quantity.unit, is_signed(quantity))


def quantity_unit(quantity: Quantity) -> str:
    """The word for the unit of a quantity."""
    return unit_text(quantity.unit, is_signed(quantity))


def with_unit(quantity: Quantity) -> str:
    """The middle of a quantity with its unit; a dash alone where it has no middle."""
    plain = quantity.mid is None or vanishes(quantity)
    return mid_text(quantity) if plain else f"{mid_text(quantity)} {quantity_unit(quantity)}".strip()


def full_text(quantity: Quantity) -> str:
    """Middle, unit and range: "27 % (15 to 41 %)"."""
    return spread_text(quantity.low, quantity.mid, quantity.high, quantity.unit, is_signed(quantity))


def sign_text(quantity: Quantity) -> str:
    """The share of draws that agree on the sign, or nothing."""
    return "" if quantity.sign_share is None or vanishes(quantity) else percent(quantity.sign_share)


def tip_lines(quantity: Quantity, names: dict[str, str]) -> list[str]:
    """What the hover text and the footnote of a number say.

    Args:
        quantity: the number.
        names: labels of the assumptions by name.
    """
    lines = [quantity.label]
    if quantity.low is not None and quantity.high is not None:
        signed = is_signed(quantity)
        low, high = (value_text(part, quantity.unit, signed) for part in (quantity.low, quantity.high))
        lines.append(string("tip.interval", low=low, high=high))
    lines += fit_lines(quantity)
    if quantity.reason_no_interval:
        lines.append(string("tip.no_interval", reason=quantity.reason_no_interval))
    if sign_text(quantity):
        lines.append(string("tip.sign", share=sign_text(quantity)))
    if quantity.equilibria_share is not None:
        lines.append(string("tip.equilibria", share=percent(quantity.equilibria_share)))
    if quantity.assumptions:
        lines.append(string("tip.assumptions", names="; ".join(names.get(n, n) for n in quantity.assumptions)))
    if quantity.rests_on:
        lines.append(string("tip.record", count=len(quantity.rests_on)))
    if quantity.depends_on_choice:
        lines.append(string("tip.choice"))
    if quantity.assumption_not_record:
        lines.append(string("tip.not_record"))
    lines.append(string("tip.entry", id=quantity.id))
    return lines


def fit_lines(quantity: Quantity) -> list[str]:
    """What a number was before the record was used, and how much the fit is worth for it; nothing without a fit."""
    lines = []
    if quantity.prior is not None:
        low, _, high = (value_text(part, quantity.unit, is_signed(quantity)) for part in quantity.prior)
        lines.append(string("tip.prior", low=low, high=high))
    if quantity.ess is not None:
        lines.append(string("tip.effective", count=f"{quantity.ess:.0f}"))
    return lines


def quantity_table(title: str, quantities: list[Quantity]) -> Table:
    """Quantities as a table, for download and figures."""
    return Table(
        title=title,
        columns=("id", "label", "actor", "unit", "low", "mid", "high", "sign_share"),
        rows=tuple((q.id, q.label, q.actor, q.unit, q.low, q.mid, q.high, q.sign_share) for q in quantities),
    )
