"""Numbers as a reader should see them: few digits, ranges, a true minus sign, nothing below what the unit allows."""

import math
from collections.abc import Iterable

from detente.words.strings import label, string
from detente.words.text import readable

Cell = str | float | int | bool | None
SHARES = ("probability", "share")  # first word of the units that are printed as percentages
MINUS = "\u2212"
THIN = "\u202f"
STEPS = {  # the smallest amount of a unit that is printed; less of it is noise of solver and draws to any reader
    "value": 1e-3,
    "value/year": 1e-3,
    "value*year": 1e-3,
    "value*year per unit hazard": 1e-3,
    "years": 1e-2,  # four days
    "year": 1e-2,
    "days": 1e-1,
    "1/year": 1e-4,  # once in ten thousand years
}
POINT = 1e-3  # the smallest difference of two shares that is printed: a tenth of a percentage point


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
    rounded = float(f"{value:.{digits - 1}e}")  # 9.96 has the magnitude of 10 once it is rounded
    magnitude = math.floor(math.log10(abs(rounded)))
    if magnitude < -4 or magnitude > 6:
        return f"{value:.{digits - 1}e}".replace("-", MINUS)
    decimals = max(digits - 1 - magnitude, 0)
    text = f"{value:.{decimals}f}" if decimals else f"{round(value):d}"
    return text.replace("-", MINUS)


def percent(value: float) -> str:
    """A share as a whole percentage; close to 0 or 1 it says "under 1 %" or "over 99 %"."""
    if not math.isfinite(value):
        return str(value)
    if 0 < value < 0.005:
        return string("word.under", number=f"1{THIN}%")
    if 0.995 < value < 1:
        return string("word.over", number=f"99{THIN}%")
    return f"{round(value * 100):d}{THIN}%".replace("-", MINUS)


def points_text(value: float) -> str:
    """A difference of two shares in percentage points, with its sign and without the word."""
    if not math.isfinite(value):
        return str(value)
    if abs(value) < POINT / 2:
        return "0"
    small = abs(value) < 0.0095
    text = (f"{value * 100:.1f}" if small else f"{round(value * 100):d}").replace("-", MINUS)
    return f"+{text}" if value > 0 else text


def is_share(unit: str) -> bool:
    """Whether a unit is a share or a probability ("share of draws" is one too)."""
    return unit.split(" ", 1)[0] in SHARES


def value_text(value: float | None, unit: str, signed: bool = False) -> str:
    """One value in its unit, the unit's word left out; 0 where there is less of it than the unit allows to print.

    Args:
        value: the number; None becomes a dash.
        unit: unit of the number.
        signed: a difference: print a plus sign, and shares as percentage points.
    """
    if value is None:
        return "–"
    if is_share(unit):
        return points_text(value) if signed else percent(value)
    if unit == "count" and math.isfinite(value):
        return f"{round(value):,d}".replace(",", THIN).replace("-", MINUS)
    if abs(value) < STEPS.get(unit, 0.0) / 2:
        return "0"
    text = significant(value)
    return f"+{text}" if signed and value > 0 else text


def range_text(low: float | None, high: float | None, unit: str, signed: bool = False) -> str:
    """A range in words, its unit left out; nothing where an end is missing."""
    if low is None or high is None:
        return ""
    first, last = (value_text(part, unit, signed) for part in (low, high))
    if first == last:
        return first
    plain = first.replace(f"{THIN}%", "")
    if first.endswith("%") and last.endswith("%") and plain.isdigit() and last[0].isdigit():
        first = plain  # "12 to 30 %"
    return string("word.to", low=first, high=last)


def unit_text(unit: str, signed: bool = False) -> str:
    """The word for a unit; empty where the number says it itself."""
    if is_share(unit):
        return string("unit.points") if signed else ""
    return label("unit", unit) if unit else ""


def no_effect(low: float | None, mid: float | None, high: float | None, unit: str) -> bool:
    """Whether a difference is nothing once it is rounded to what its unit allows, over its whole range."""
    parts = [part for part in (low, mid, high) if part is not None]
    return mid is not None and all(value_text(part, unit, True) == "0" for part in parts)


def spread_text(low: float | None, mid: float | None, high: float | None, unit: str, signed: bool = False) -> str:
    """Middle, unit and range: "27 % (15 to 41 %)"; "no effect" for a difference that vanishes in rounding."""
    if signed and no_effect(low, mid, high, unit):
        return string("word.no_effect")
    middle = value_text(mid, unit, signed)
    text = middle if mid is None else f"{middle} {unit_text(unit, signed)}".strip()
    spread = range_text(low, high, unit, signed)
    return f"{text} ({spread})" if spread and spread != middle else text


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


def is_numeric(cells: Iterable[object]) -> bool:
    """Whether a column holds numbers and nothing else (blanks aside)."""
    found = [cell for cell in cells if cell is not None]
    return bool(found) and all(isinstance(c, int | float) and not isinstance(c, bool) for c in found)


def listed(names: Iterable[str], limit: int = 5) -> str:
    """A list in words: "a, b and c", cut after `limit` with the number left out."""
    items = list(names)
    shown, rest = items[:limit], len(items) - limit
    if rest > 0:
        shown = [*shown, string("word.more", count=rest)]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {string('word.and')} {shown[-1]}"
