"""Dates as text and as numbers."""

from collections.abc import Iterable
from datetime import date as Date

from detente.errors import OptionError

DAYS_PER_YEAR = 365.25  # the Julian year: days to years everywhere


def check_date(option: str, text: str) -> Date:
    """The day that an option names.

    Raises:
        OptionError: not an ISO date; names the option.
    """
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise OptionError.of(f"--{option.replace('_', '-')} {text}", "an ISO date such as 2021-08-05") from None


def years_between(first: str, second: str) -> float:
    """Years from the morning of one ISO date to that of another."""
    return (Date.fromisoformat(second) - Date.fromisoformat(first)).days / DAYS_PER_YEAR


def nearest(day: str, days: Iterable[str]) -> str:
    """A hint which of some days is nearest to one; "" where one of them is no ISO date, or there are none."""
    try:
        wanted = Date.fromisoformat(day)
        found = min(days, key=lambda other: abs(Date.fromisoformat(other) - wanted), default="")
    except ValueError:
        return ""
    return f"the nearest is {found}" if found else ""


def decimal_year(text: str, end: bool = False) -> float | None:
    """An ISO date, month or year as a decimal year (middle of what it leaves open); None if it is none of these."""
    parts = text.strip().split("-")
    try:
        year = int(parts[0])
        if len(parts) == 1:
            return year + 0.5
        month = int(parts[1])
        if len(parts) == 2:
            return year + (month - 0.5) / 12
        return year + (Date(year, month, int(parts[2][:2])).timetuple().tm_yday - 1) / DAYS_PER_YEAR
    except ValueError:
        return None
