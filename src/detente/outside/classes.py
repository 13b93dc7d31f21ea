"""Reference classes: which past episodes are like this one, and how often war came back after them.

Classes are cells of outcome type, whether it was the first episode, and period. Of the classes that fit a case, the
most specific with at least `ENOUGH` episodes is taken; all that fit are shown, so that the choice is not hidden.
Figures for 1946-1999 are shipped (`reference_curves.csv`: counts per class and year, no row of the data); a user's
own file replaces them.
"""

import csv
import io
from dataclasses import dataclass
from importlib import resources

import numpy as np

from detente.errors import Diagnostic, OptionError
from detente.outside.design import FAMILIES
from detente.outside.episodes import OUTCOMES, Episodes
from detente.outside.lifetable import LifeTable, life_table

ENOUGH = 20  # episodes in a class from which it is used
SHIPPED = "reference_curves.csv"
SOURCE = (
    "computed from UCDP Conflict Termination 3-2021 (Kreutz 2010, JPR 47) with activity from UCDP/PRIO Armed Conflict "
    "v25.1 (Davies et al. 2025, JPR 62), CC BY 4.0; conflicts within states that ended 1946-1999, activity known "
    "to 2004"
)
RECENT_YEARS = 20  # the recent period of a file: episodes that ended in its last twenty years


@dataclass(frozen=True)
class ReferenceClass:
    """A cell: None means any. `first` is whether it was the conflict's first episode."""

    outcomes: tuple[int, ...] | None
    first: bool | None
    since: int | None

    @property
    def key(self) -> str:
        """Short and unique, as in the shipped file."""
        which = "any" if self.outcomes is None else "+".join(map(str, self.outcomes))
        return f"{which}/{ {None: 'any', True: 'first', False: 'repeated'}[self.first] }/{self.since or 'all'}"

    @property
    def words(self) -> str:
        """In words, e.g. 'ceasefire agreement, not the first episode, since 1980': how and when the episodes ended."""
        parts = ["all endings"]
        if self.outcomes is not None:
            parts = [" or ".join(OUTCOMES[v] for v in self.outcomes)]
        if self.first is not None:
            parts.append("first episode" if self.first else "not the first episode")
        if self.since is not None:
            parts.append(f"since {self.since}")
        return ", ".join(parts)

    def holds(self, episodes: Episodes) -> np.ndarray:
        """Which episodes belong; shape (rows,)."""
        keep = np.isfinite(episodes.column("endyear"))
        if self.outcomes is not None:
            keep &= np.isin(episodes.column("outcome"), self.outcomes)
        if self.first is not None:
            prior = episodes.column("prior_episodes")
            keep &= np.isfinite(prior) & ((prior == 0) == self.first)
        if self.since is not None:
            keep &= episodes.column("endyear") >= self.since
        return keep


def fitting(outcome: int | None, first: bool | None, since: int) -> tuple[ReferenceClass, ...]:
    """The classes that a case with these facts belongs to, the most specific first.

    Raises:
        OptionError: an outcome that is not one of 1..6.
    """
    if outcome is not None and outcome not in OUTCOMES:
        raise OptionError.of(f"outcome {outcome}", ", ".join(f"{k} {v}" for k, v in OUTCOMES.items()))
    exact = None if outcome is None else (outcome,)
    family = None if outcome is None else tuple(v for v, f in FAMILIES.items() if f == FAMILIES[outcome])
    order = [
        (outcomes, once, when)
        for outcomes in (exact, family, None)  # the period counts for more than whether it was the first episode
        for once, when in ((first, since), (None, since), (first, None), (None, None))
    ]
    return tuple(ReferenceClass(*cell) for cell in dict.fromkeys(order))


def every_class(since: int) -> tuple[ReferenceClass, ...]:
    """All cells, in the order of the shipped file."""
    families = dict.fromkeys(tuple(v for v, f in FAMILIES.items() if f == family) for family in FAMILIES.values())
    which = [None, *families, *((v,) for v in OUTCOMES)]
    return tuple(ReferenceClass(o, f, s) for o in which for f in (None, True, False) for s in (None, since))


@dataclass(frozen=True)
class Curves:
    """Life tables of all classes, from the shipped figures or from a user's file."""

    tables: dict[ReferenceClass, LifeTable]
    since: int  # start of the recent period
    source: str

    def choose(self, outcome: int | None, first: bool | None) -> tuple[ReferenceClass, tuple[ReferenceClass, ...]]:
        """The most specific class with at least `ENOUGH` episodes, and all that fit.

        Raises:
            OptionError: no class has so many.
        """
        candidates = fitting(outcome, first, self.since)
        for cell in candidates:
            if self.tables[cell].n >= ENOUGH:
                return cell, candidates
        raise OptionError.of(f"no reference class has {ENOUGH} episodes", "a larger file of episodes")


def curves_of(episodes: Episodes, source: str) -> Curves:
    """Life tables of all classes from labelled episodes."""
    since = int(np.nanmax(episodes.column("endyear"))) - RECENT_YEARS + 1
    cells = every_class(since)
    return Curves({cell: life_table(episodes.take(cell.holds(episodes))) for cell in cells}, since, source)


def curves_csv(curves: Curves) -> str:
    """The counts as CSV text: class, year after the end, at risk, recurred; years with nobody at risk are left out."""
    stream = io.StringIO()
    stream.write(f"# {curves.source}\n# recent period since {curves.since}\n")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["class", "year_after_end", "at_risk", "recurred"])
    for cell, table in curves.tables.items():
        for year, (risk, events) in enumerate(zip(table.at_risk, table.events), start=1):
            if risk:
                writer.writerow([cell.key, year, int(risk), int(events)])
    return stream.getvalue()


def read_curves(text: str, name: str) -> Curves:
    """Read what `curves_csv` wrote.

    Raises:
        OptionError: not such a file.
    """
    lines = text.splitlines()
    try:
        source, since = lines[0].removeprefix("# "), int(lines[1].rsplit(" ", 1)[1])
        counts: dict[str, list[tuple[int, int]]] = {}
        for row in csv.DictReader(lines[2:]):
            counts.setdefault(row["class"], []).append((int(row["at_risk"]), int(row["recurred"])))
    except (IndexError, KeyError, ValueError) as error:
        raise OptionError(
            Diagnostic(f"not a file of reference curves: {error}", "one written by `baserate --curves`", file=name)
        ) from None
    tables = {}
    for cell in every_class(since):
        rows = np.array(counts.get(cell.key, []), dtype=int).reshape(-1, 2)
        tables[cell] = LifeTable(rows[:, 0], rows[:, 1])
    return Curves(tables, since, source)


def shipped_curves() -> Curves:
    """The figures that come with the package."""
    return read_curves(resources.files("detente.outside").joinpath(SHIPPED).read_text("utf-8"), SHIPPED)
