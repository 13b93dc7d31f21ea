"""Numbers as a reader should see them: few digits, ranges, a true minus sign, no invented decimals."""

import math
import re
from collections.abc import Iterable

from detente.run import Cell, Quantity, Table
from detente.words.strings import has_string, label, string

SHARES = ("probability", "share")  # first word of the units that are printed as percentages
SIGNED = (
    "gain",
    "sign_now",
    "delay",
    "prolongation",
    "value",
    "change",
    "effect",
)  # kinds of numbers whose sign is the message
MINUS = "\u2212"
THIN = "\u202f"
IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def significant(value: float, digits: int = 2) -> str:
    """A number to so many significant digits, without an exponent in the ordinary range.

    Args:
        value: finite number.
        digits: significant digits kept; integers of more digits keep all of them.
    """
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return str(value).replace("-", MINUS)
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -4 or magnitude > 6:
        return f"{value:.{digits - 1}e}".replace("-", MINUS)
    decimals = max(digits - 1 - magnitude, 0)
    text = f"{value:.{decimals}f}" if decimals else f"{round(value):d}"
    if float(text) == 0:
        text = "0"
    return text.replace("-", MINUS)


def percent(value: float) -> str:
    """A share as a whole percentage; close to 0 or 1 it says "under 1 %" or "over 99 %"."""
    if 0 < value < 0.005:
        return string("word.under", number=f"1{THIN}%")
    if 0.995 < value < 1:
        return string("word.over", number=f"99{THIN}%")
    return f"{round(value * 100):d}{THIN}%".replace("-", MINUS)


def points_text(value: float) -> str:
    """A difference of two shares in percentage points, with its sign and without the word."""
    small = 0 < abs(value) < 0.0095
    text = (significant(value * 100, 1) if small else f"{round(value * 100):d}").replace("-", MINUS)
    return f"+{text}" if value > 0 and text != "0" else text


def is_share(unit: str) -> bool:
    """Whether a unit is a share or a probability ("share of draws" is one too)."""
    return unit.split(" ", 1)[0] in SHARES


def value_text(value: float | None, unit: str, signed: bool = False) -> str:
    """One value in its unit, the unit's word left out.

    Args:
        value: the number; None becomes a dash.
        unit: unit of the quantity.
        signed: a difference: print a plus sign, and shares as percentage points.
    """
    if value is None:
        return "–"
    if is_share(unit):
        return points_text(value) if signed else percent(value)
    if unit == "count":
        return f"{value:,.0f}".replace(",", THIN).replace("-", MINUS)
    text = significant(value)
    return f"+{text}" if signed and value > 0 and text != "0" else text


def is_signed(quantity: Quantity) -> bool:
    """Whether the sign of the quantity is the message: a difference, or a number whose range goes below zero."""
    below = any(part is not None and part < 0 for part in (quantity.low, quantity.mid))
    return below or quantity.id.startswith(SIGNED)


def mid_text(quantity: Quantity) -> str:
    """The middle of a quantity, without unit."""
    return value_text(quantity.mid, quantity.unit, is_signed(quantity))


def range_text(quantity: Quantity) -> str:
    """The range of a quantity in words, without unit, or nothing where it has none."""
    if quantity.low is None or quantity.high is None:
        return ""
    signed = is_signed(quantity)
    low, high = (value_text(part, quantity.unit, signed) for part in (quantity.low, quantity.high))
    if low == high:
        return low
    plain = low.replace(f"{THIN}%", "")
    if low.endswith("%") and high.endswith("%") and plain.isdigit() and high[0].isdigit():
        low = plain  # "12 to 30 %"
    return string("word.to", low=low, high=high)


def unit_text(unit: str, signed: bool = False) -> str:
    """The word for a unit; empty where the number says it itself."""
    if is_share(unit):
        return string("unit.points") if signed else ""
    return label("unit", unit) if unit else ""


def quantity_unit(quantity: Quantity) -> str:
    """The word for the unit of a quantity."""
    return unit_text(quantity.unit, is_signed(quantity))


def with_unit(quantity: Quantity) -> str:
    """The middle of a quantity with its unit; a dash alone where it has no middle."""
    return mid_text(quantity) if quantity.mid is None else f"{mid_text(quantity)} {quantity_unit(quantity)}".strip()


def full_text(quantity: Quantity) -> str:
    """Middle, unit and range: "27 % (15 to 41 %)"."""
    text = with_unit(quantity)
    spread = range_text(quantity)
    return f"{text} ({spread})" if spread and spread != mid_text(quantity) else text


def sign_text(quantity: Quantity) -> str:
    """The share of draws that agree on the sign, or nothing."""
    return "" if quantity.sign_share is None else percent(quantity.sign_share)


def cell_text(value: Cell, unit: str = "") -> str:
    """A table cell as text."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return string("word.yes") if value else string("word.no")
    if isinstance(value, str):
        return readable(value)
    if unit:
        return value_text(float(value), unit)
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e6):
        return str(int(value)).replace("-", MINUS)
    text = significant(float(value), 3)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def readable(text: str) -> str:
    """An identifier such as `partly_fulfilled` as words; other text as it stands."""
    return text.replace("_", " ") if IDENTIFIER.fullmatch(text) else text


def words(names: Iterable[str], limit: int = 5) -> str:
    """A list in words: "a, b and c", cut after `limit` with the number left out."""
    items = list(names)
    shown, rest = items[:limit], len(items) - limit
    if rest > 0:
        shown = [*shown, string("word.more", count=rest)]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {string('word.and')} {shown[-1]}"


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
    if quantity.reason_no_interval:
        lines.append(string("tip.no_interval", reason=quantity.reason_no_interval))
    if quantity.sign_share is not None:
        lines.append(string("tip.sign", share=percent(quantity.sign_share)))
    if quantity.equilibria_share is not None:
        lines.append(string("tip.equilibria", share=percent(quantity.equilibria_share)))
    if quantity.assumptions:
        lines.append(string("tip.assumptions", names="; ".join(names.get(n, n) for n in quantity.assumptions)))
    if quantity.rests_on:
        lines.append(string("tip.record", names=", ".join(ref.id for ref in quantity.rests_on)))
    if quantity.choice_value_decides:
        lines.append(string("tip.choice"))
    if quantity.assumption_not_record:
        lines.append(string("tip.not_record"))
    lines.append(string("tip.entry", id=quantity.id))
    return lines


def table_label(name: str, table: Table) -> str:
    """The title of a table: the run's own, else the catalogue's."""
    return table.title or (string(f"table.{name}") if has_string(f"table.{name}") else name.replace("_", " "))
