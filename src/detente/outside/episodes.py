"""Conflict episodes: what ended when and how, and whether the same conflict was active again.

The unit is the *conflict episode* of the Uppsala Conflict Data Program (Kreutz 2010, Journal of Peace Research 47): a
run of consecutive calendar years with at least 25 battle-related deaths over one incompatibility. It ends with its
last active year, so at least one calendar year without activity follows *by definition*, and recurrence in year 1 is
rare for that reason alone. Two kinds of file are read:

- one row per ended episode (`conflict_id, conflictepisode, endyear, outcome, ...`), the form used by `baserate`;
- one row per conflict and year, as UCDP publishes them (Conflict Termination, Armed Conflict); see `from_years`.

Labels (`recur5`, `next_active_year`) are responses only. No covariate is ever derived from them.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from detente.errors import Diagnostic, FileError, OptionError, suggest
from detente.files.access import decoded
from detente.words.dates import DAYS_PER_YEAR

OUTCOMES = {
    1: "peace agreement",
    2: "ceasefire agreement",
    3: "government victory",
    4: "rebel victory",
    5: "low activity",
    6: "actor ceased to exist",
}
REGIONS = {1: "Europe", 2: "Middle East", 3: "Asia", 4: "Africa", 5: "Americas"}
INCOMPATIBILITIES = {1: "territory", 2: "government", 3: "territory and government"}
NUMBERS = (
    "endyear",
    "outcome",
    "region",
    "incompatibility",
    "intensity_level",
    "type",
    "duration_years",
    "prior_episodes",
    "peacekeepers",
    "third_party",
    "next_active_year",
    "recur5",
)
CODES = ("outcome", "region", "incompatibility", "intensity_level", "type", "type_of_conflict")
LABELS = ("next_active_year", "recur5")
HORIZON = 5  # calendar years after the end within which activity counts as recurrence
MISSING = frozenset({"", "na", "nan", "none", "null", ".", "?"})


@dataclass(frozen=True)
class Episodes:
    """Ended episodes, one per row; numbers are float with nan for missing."""

    conflict_id: tuple[str, ...]
    episode: tuple[str, ...]
    location: tuple[str, ...]
    columns: dict[str, np.ndarray]  # name -> (rows,) float
    known_until: int | None = None  # last calendar year whose activity is known; None where there are no labels
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.conflict_id)

    def column(self, name: str) -> np.ndarray:
        """A numeric column, all nan where the file lacks it; shape (rows,)."""
        return self.columns.get(name, np.full(len(self), np.nan))

    def take(self, rows: np.ndarray) -> "Episodes":
        """The episodes at these positions (or under this mask), in that order."""
        index = np.flatnonzero(rows) if rows.dtype == bool else rows
        return replace(
            self,
            conflict_id=tuple(self.conflict_id[i] for i in index),
            episode=tuple(self.episode[i] for i in index),
            location=tuple(self.location[i] for i in index),
            columns={name: values[index] for name, values in self.columns.items()},
        )

    def as_known(self, year: int, ended_by: int | None = None) -> "Episodes":
        """What a forecaster knew at the end of a year: later ends are dropped, later activity is hidden.

        Args:
            year: last calendar year whose activity is known.
            ended_by: keep only episodes that ended in or before this year; default `year`.
        """
        kept = self.take(self.column("endyear") <= min(year, year if ended_by is None else ended_by))
        following = kept.column("next_active_year").copy()
        following[following > year] = np.nan
        complete = kept.column("endyear") + HORIZON <= year
        recur = np.where(complete, kept.column("recur5"), np.nan)
        columns = kept.columns | {"next_active_year": following, "recur5": recur}
        return replace(kept, columns=columns, known_until=year)


def read_episodes(path: str | Path, labelled: bool, known_until: int | None = None) -> Episodes:
    """Read episodes from a CSV file.

    Args:
        path: file with one row per episode, or (with columns `year` and no `endyear`) one per conflict and year.
        labelled: whether the labels are needed; otherwise they are ignored where present.
        known_until: last calendar year whose activity is known; default: the latest year that the labels speak to.

    Raises:
        OptionError: every unreadable value and missing column, located.
    """
    where = Path(path)
    header, rows = read_table(where)
    if "endyear" not in header and {"year", "outcome"} <= set(header):
        return from_years(header, rows, where.name, known_until)
    needed = ("conflict_id", "conflictepisode", "endyear", *(LABELS[:1] if labelled else ()))
    require_columns(header, needed, where.name)
    rows, notes = _without_lists(header, rows)
    columns = _numbers(header, rows, where.name, NUMBERS if labelled else tuple(n for n in NUMBERS if n not in LABELS))
    text = {name: header.index(name) for name in ("conflict_id", "conflictepisode", "location") if name in header}
    episodes = Episodes(
        conflict_id=tuple(row[text["conflict_id"]].strip() for row in rows),
        episode=tuple(row[text["conflictepisode"]].strip() for row in rows),
        location=tuple(row[text["location"]].strip() if "location" in text else "" for row in rows),
        columns=columns,
        notes=notes,
    )
    return _with_labels(episodes, where.name, known_until) if labelled else episodes


def _without_lists(header: Sequence[str], rows: Sequence[list[str]]) -> tuple[list[list[str]], tuple[str, ...]]:
    """Codes that are lists, such as region '1, 3', count as missing; a note says how many."""
    notes = []
    changed = [list(row) for row in rows]
    for name in (n for n in CODES if n in header):
        at = header.index(name)
        several = [row for row in changed if "," in row[at]]
        for row in several:
            row[at] = ""
        if several:
            notes.append(f"{len(several)} rows with several codes in '{name}' count as missing there")
    return changed, tuple(notes)


def read_table(where: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV file.

    Raises:
        OptionError: unreadable, empty, or rows of another length than the header.
    """
    try:
        content = decoded(where.read_bytes(), where.name)
    except OSError as error:
        raise OptionError.of(f"cannot read {where}: {error.strerror}", "a CSV file of conflict episodes") from None
    except FileError as error:
        raise OptionError(error.diagnostics) from None
    table = list(csv.reader(io.StringIO(content, newline="")))
    if not table:
        raise OptionError(Diagnostic("empty file", "a header row and one row per episode", file=where.name))
    header = [name.strip() for name in table[0]]
    problems = [
        Diagnostic(f"{len(row)} cells", f"{len(header)} as in the header", file=where.name, line=number)
        for number, row in enumerate(table[1:], start=2)
        if row and len(row) != len(header)
    ]
    if problems:
        raise OptionError(problems)
    return header, [row for row in table[1:] if row]


def require_columns(header: Sequence[str], names: Sequence[str], file: str) -> None:
    """Refuse a file that lacks columns, naming all of them."""
    absent = [name for name in names if name not in header]
    if absent:
        raise OptionError([Diagnostic(f"no column '{name}'", "", suggest(name, header), file, 1) for name in absent])


def _numbers(
    header: Sequence[str], rows: Sequence[list[str]], file: str, names: Sequence[str]
) -> dict[str, np.ndarray]:
    """The numeric columns present; words for missing become nan, anything else unreadable is a diagnostic."""
    problems: list[Diagnostic] = []
    columns: dict[str, np.ndarray] = {}
    for name in (n for n in names if n in header):
        at = header.index(name)
        values = np.full(len(rows), np.nan)
        for i, row in enumerate(rows):
            cell = row[at].strip()
            if cell.lower() in MISSING:
                continue
            try:
                values[i] = float(cell)
            except ValueError:
                problems.append(Diagnostic(f"'{cell}' in column '{name}'", "a number", "", file, i + 2, at + 1))
        columns[name] = values
    if problems:
        raise OptionError(problems)
    return columns


def _with_labels(episodes: Episodes, file: str, known_until: int | None) -> Episodes:
    """Check the labels against each other and settle what is known until when."""
    end, following = episodes.column("endyear"), episodes.column("next_active_year")
    recur = episodes.column("recur5")
    gap = following - end
    spoken = np.concatenate([following, np.where(np.isfinite(recur), end + HORIZON, np.nan)])
    spoken = spoken[np.isfinite(spoken)]
    known = known_until if known_until is not None else int(spoken.max()) if spoken.size else None
    if known is None:
        raise OptionError(Diagnostic("no episode has a label", "next_active_year or recur5 for some rows", file=file))
    problems = [
        Diagnostic(what, expected, file=file, line=int(i) + 2)
        for rows, what, expected in (
            (np.isnan(end), "no endyear", "the year in which the episode ended"),
            (gap <= 0, "next_active_year is not after endyear", "a later year, or nothing"),
            (
                np.isfinite(recur) & (end + HORIZON <= known) & ((gap <= HORIZON) != (recur > 0.5)),
                "recur5 and next_active_year disagree",
                f"recur5 = 1 exactly where the conflict is active again within {HORIZON} calendar years",
            ),
        )
        for i in np.flatnonzero(rows)
    ]
    if problems:
        raise OptionError(problems)
    hidden = np.where(following > known, np.nan, following)
    complete = end + HORIZON <= known
    labels = np.where(complete, (hidden - end <= HORIZON).astype(float), np.nan)
    return replace(
        episodes, columns=episodes.columns | {"next_active_year": hidden, "recur5": labels}, known_until=known
    )


def from_years(header: Sequence[str], rows: Sequence[list[str]], file: str, known_until: int | None = None) -> Episodes:
    """Episodes from one row per conflict and year, as in UCDP's Conflict Termination and Armed Conflict files.

    Consecutive years of one conflict are one episode; it has ended if a later year is covered by the file. Only
    conflicts within states (types 3 and 4) are kept where the file says which they are. Durations run from
    `start_date2` to `ep_end_date` where given, else in calendar years.

    Raises:
        OptionError: a column that is needed is absent or unreadable.
    """
    require_columns(header, ("conflict_id", "year", "outcome"), file)
    names = ("year", "outcome", "region", "incompatibility", "intensity_level", "type_of_conflict")
    rows, notes = _without_lists(header, rows)
    numbers = _numbers(header, rows, file, names)
    year, blank = numbers["year"], np.full(len(rows), np.nan)
    last = int(known_until if known_until is not None else np.nanmax(year))
    kind = numbers.get("type_of_conflict", blank)
    keep = np.isnan(kind) | np.isin(kind, (3, 4))
    at = header.index("conflict_id")
    years: dict[str, dict[int, int]] = {}
    for i in np.flatnonzero(keep & np.isfinite(year) & (year <= last)):
        years.setdefault(rows[i][at].strip(), {})[int(year[i])] = int(i)
    found: list[tuple[str, int, list[int], int | None]] = []  # conflict, number, its rows, next active year
    for conflict, by_year in years.items():
        spells = _spells(sorted(by_year))
        for number, spell in enumerate(spells):
            following = spells[number + 1][0] if number + 1 < len(spells) else None
            if spell[-1] < last:
                found.append((conflict, number, [by_year[y] for y in spell], following))
    final = np.array([spell[-1] for _, _, spell, _ in found], dtype=int)
    columns = {n: numbers[n][final] for n in ("outcome", "region", "incompatibility") if n in numbers}
    columns["type"] = kind[final]
    intensity = numbers.get("intensity_level", blank)
    columns["intensity_level"] = np.array([intensity[spell].max() for _, _, spell, _ in found])
    columns["endyear"] = year[final]
    columns["prior_episodes"] = np.array([float(number) for _, number, _, _ in found])
    columns["duration_years"] = np.array([_duration(header, rows, spell, year) for _, _, spell, _ in found])
    columns["next_active_year"] = np.array([np.nan if y is None else float(y) for _, _, _, y in found])
    place = header.index("location") if "location" in header else None
    episodes = Episodes(
        conflict_id=tuple(conflict for conflict, _, _, _ in found),
        episode=tuple(str(number + 1) for _, number, _, _ in found),
        location=tuple("" if place is None else rows[i][place].strip() for i in final),
        columns=columns,
        notes=("episodes were built from conflict-years: consecutive active years are one episode", *notes),
    )
    return _with_labels(episodes, file, last)


def _spells(years: Sequence[int]) -> list[list[int]]:
    """Runs of consecutive years."""
    spells: list[list[int]] = []
    for y in years:
        if spells and y == spells[-1][-1] + 1:
            spells[-1].append(y)
        else:
            spells.append([y])
    return spells


def _duration(header: Sequence[str], rows: Sequence[list[str]], spell: Sequence[int], year: np.ndarray) -> float:
    """Years from the start of an episode to its end: by dates where the file has both, else by calendar years."""
    from datetime import date

    cells = [
        rows[spell[i]][header.index(name)].strip()[:10] if name in header else ""
        for name, i in (("start_date2", 0), ("ep_end_date", -1))
    ]
    try:
        start, end = (date.fromisoformat(cell) for cell in cells)
    except ValueError:
        return float(year[spell[-1]] - year[spell[0]])
    return max(0.0, (end - start).days / DAYS_PER_YEAR)


def country_history(episodes: Episodes, pool: Sequence[Episodes], window: int = 20) -> np.ndarray:
    """How many *other* conflicts' episodes ended in the same location in the years before this one ended.

    It is known at the end of the episode: only strictly earlier ends count, and no label is used.

    Args:
        episodes: the rows to count for.
        pool: files to count in; an episode that stands in several is counted once.
        window: how many years back.

    Returns:
        (rows,) counts; nan where location or end year is missing.
    """
    seen: dict[tuple[str, str], tuple[str, float]] = {}
    for file in pool:
        for key, place, end in zip(zip(file.conflict_id, file.episode), file.location, file.column("endyear")):
            seen.setdefault(key, (place.casefold(), float(end)))
    by_place: dict[str, list[tuple[str, float]]] = {}
    for (conflict, _), (place, end) in seen.items():
        by_place.setdefault(place, []).append((conflict, end))
    counts = np.full(len(episodes), np.nan)
    for i, (conflict, place, end) in enumerate(
        zip(episodes.conflict_id, episodes.location, episodes.column("endyear"))
    ):
        if place and np.isfinite(end):
            others = by_place.get(place.casefold(), [])
            counts[i] = sum(1 for other, when in others if other != conflict and end - window <= when < end)
    return counts
