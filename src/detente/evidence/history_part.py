"""What `history` adds to a run: every statistic beside its bands, in tables, pictures and a section."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.case import Case
from detente.case.history import Statistic
from detente.evidence.constant import Constant
from detente.evidence.held_out import Frozen, after_fit
from detente.evidence.histories import Histories
from detente.evidence.history import Looked, Recorded, Unknown, recorded_values
from detente.evidence.known import spells_of, truths
from detente.run import Fit, History, HistoryRow, Part, Picture, Section, Table
from detente.run.base import Cell
from detente.run.history import HEADLINES, Band
from detente.words.dates import decimal_year
from detente.words.numbers import listed

HISTORY_RANK = 630  # after the fit
LOW, MID, HIGH = 5, 50, 95
FEWEST = 20  # histories that must have a statistic for it to be judged
LEAST = 4  # statistics that should be held out
OF_FIT, OF_RANGES, OF_CONSTANT = "histories of the fit", "histories of the ranges", "a constant hazard"
ASSUMPTIONS = "Assumptions only: no fit to the record is used, so histories come from the stated ranges."


@dataclass(frozen=True)
class Found:
    """What was computed.

    Attributes:
        looked: the record as it is coded.
        fitted: histories of a fit; None: there is no fit that can be used.
        prior: histories of the stated ranges.
        fit: what the fit is.
        frozen: the statistics as they were before the first fit.
        seed: of everything.
    """

    looked: Looked
    fitted: Histories | None
    prior: Histories
    fit: Fit | None = None
    frozen: Frozen | None = None
    seed: int = 0

    @property
    def main(self) -> Histories:
        """The histories that the record is held against."""
        return self.fitted if self.fitted is not None else self.prior

    @property
    def draws(self) -> int:
        """How many histories there are."""
        return len(next(iter(self.main.values.values()), ()))


def history_part(
    case: Case,
    date: str,
    found: Found,
    key: str,
    command: str,
    *,
    words: tuple[str, ...] = (),
    confidential: bool = False,
) -> Part:
    """The part of a run.

    Args:
        case: with its statistics.
        date: the situation's date.
        found: what was computed.
        key: of what it rests on.
        command: makes it again.
        words: what has to be said of the fit.
        confidential: the record has entries that are not public.
    """
    history = History(
        date=date,
        until=found.looked.coded.until,
        basis="posterior" if found.fitted is not None else "prior",
        draws=found.draws,
        statistics=_rows(case, found),
        frozen=found.frozen.key if found.frozen is not None else "",
        words=tuple(dict.fromkeys((*_no_fit(found, words), *words, *_words(case, found)))),
        confidential=confidential,
    )
    tables = {
        "history_statistics": _table(history),
        "history_bands": _bands(history),
        "history_timelines": _timelines(case, found),
    }
    return Part(
        name="history",
        key=key,
        command=command,
        tables={n: t.marked() for n, t in tables.items()} if confidential else tables,
        sections=(_section(history),),
        warnings=_warnings(history),
        history=history,
    )


# ---- rows ------------------------------------------------------------------------------------------------------------


def _rows(case: Case, found: Found) -> tuple[HistoryRow, ...]:
    recorded = recorded_values(found.looked, case.history)
    record, late = Recorded(found.looked), after_fit(case, found.frozen)
    return tuple(
        _row(statistic, recorded[name], found, _constant(record, statistic, found.seed), name in late)
        for name, statistic in case.history.items()
    )


def _row(
    statistic: Statistic, recorded: float | str, found: Found, constant: np.ndarray | None, late: bool
) -> HistoryRow:
    """One row; `recorded` is its number, or why there is none."""
    name, looked = statistic.name, found.looked
    values = found.main.values[name]
    values = values[np.isfinite(values)]
    known = None if isinstance(recorded, str) else recorded
    band, by_constant = band_of(values), band_of(constant) if constant is not None else None
    judged = known is not None and band is not None and len(values) >= FEWEST
    inside = band[0] <= known <= band[2] if known is not None and band is not None and judged else None
    passes = known is not None and by_constant is not None and by_constant[0] <= known <= by_constant[2]
    why = recorded if isinstance(recorded, str) else ""
    if known is not None and not judged:
        why = f"only {len(values)} of {found.draws} histories have it, fewer than {FEWEST}"
    elif passes:
        why = "a constant hazard gives it as well, so it counts for nothing"
    about = HEADLINES.get(statistic.headline, "")
    return HistoryRow(
        id=name,
        label=statistic.title,
        unit=statistic.unit,
        start=max(statistic.start or looked.coded.start, looked.coded.start),
        until=min(statistic.until or looked.coded.until, looked.coded.until),
        headline=statistic.headline,
        held_out=statistic.held_out,
        after_fit=late,
        leans_on=statistic.leans_on or ((about,) if about else ()),
        recorded=known,
        low=band[0] if band else None,
        mid=band[1] if band else None,
        high=band[2] if band else None,
        inside=inside,
        tail=tail_share(known, values) if known is not None and judged else None,
        histories=len(values),
        prior=band_of(found.prior.values[name]),
        constant=by_constant,
        counts=judged and not passes,
        why=why,
    )


def band_of(values: np.ndarray) -> Band | None:
    """5th, 50th and 95th percentile of those that are numbers; ends are values that occur, taken outwards."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    low, high = np.percentile(known, LOW, method="lower"), np.percentile(known, HIGH, method="higher")
    return float(low), float(np.percentile(known, MID)), float(high)


def tail_share(recorded: float, values: np.ndarray) -> float:
    """Twice the smaller share of histories that are at least as far out on one side, the record counted in; at most 1.

    Under the model it is at most p in no more than a share p of records.
    """
    below, above = int((values <= recorded).sum()), int((values >= recorded).sum())
    return min(1.0, 2 * (min(below, above) + 1) / (len(values) + 1))


def _constant(record: Recorded, statistic: Statistic, seed: int) -> np.ndarray | None:
    rng = np.random.default_rng((seed, zlib.crc32(statistic.name.encode())))
    try:
        return Constant(record, statistic, record.looked.window(statistic)).values(rng)
    except Unknown:
        return None


# ---- told ------------------------------------------------------------------------------------------------------------


def _no_fit(found: Found, words: tuple[str, ...]) -> tuple[str, ...]:
    said = any(text.startswith(ASSUMPTIONS.partition(":")[0]) for text in words)
    return (ASSUMPTIONS,) if found.fitted is None and not said else ()


def _words(case: Case, found: Found) -> list[str]:
    said = list[str]()
    failed = found.main.failed
    if failed:
        said.append(f"{len(failed)} draws left no history ({failed[0]}).")
    held = [s for s in case.history.values() if s.held_out]
    if len(held) < LEAST:
        said.append(f"{len(held)} statistics are held out; {LEAST} or more should be.")
    if found.frozen is None:
        fitted = "nothing shows that they were stated before the fit" if found.fit is not None else "no fit is made yet"
        said.append(f"The statistics are not written down by hash: {fitted}.")
    late = sorted(after_fit(case, found.frozen))
    if late:
        named = listed((case.history[name].title for name in late), 3)
        said.append(f"Written after the first fit, or changed since: {named}.")
    return said


def _warnings(history: History) -> tuple[str, ...]:
    """What has to stand at the head of the whole: rows that the model misses, and the answers that lean on them."""
    about = {question for row in history.failing for question in row.leans_on}
    said = dict.fromkeys(words for question in sorted(about) for words in history.beside(question))
    return (*said, *(why for question in HEADLINES.values() if (why := history.fallen(question))))


def _section(history: History) -> Section:
    counted = [row for row in history.statistics if row.counts]
    outside = len(history.failing)
    unknown = sum(row.recorded is None for row in history.statistics)
    nothing = sum(row.recorded is not None and not row.counts for row in history.statistics)
    whose = "the fit" if history.basis == "posterior" else "the stated ranges"
    finding = (
        f"Of {len(counted)} statistics that count, histories of {whose} miss {outside}."
        if counted
        else "No statistic of this record counts for or against the model."
    )
    idle = [row for row in history.statistics if row.inside is False and not row.counts]
    if idle:
        finding += f" Of those that a constant hazard gives as well, they miss {len(idle)}."
    rest = f"{nothing} of {len(history.statistics)} count for nothing, and of {unknown} the record shows no number."
    return Section(
        id="history",
        title="Histories that the model would leave, beside the record",
        rank=HISTORY_RANK,
        finding=finding,
        paragraphs=(
            f"{history.draws} histories, one for each draw, seen through the same coding as the record until "
            f"{history.until}. {rest}",
            *_reasons(history),
            *history.words,
        ),
        pictures=(
            Picture(shape="against", title="Each statistic: the record as a line, bands of nine histories in ten",
                    table="history_bands", roles={"x": "recorded"}),
            Picture(shape="spells", title="War and peace: the record, and histories of the model under it",
                    table="history_timelines", roles={"label": "history", "low": "from", "high": "until"}),
        ),
        tables=("history_statistics",),
        confidential=history.confidential,
    )  # fmt: skip


def _reasons(history: History) -> list[str]:
    """Why rows count for nothing or have no number, rows of one reason together."""
    by_reason: dict[str, list[str]] = {}
    for row in history.statistics:
        if row.why:
            by_reason.setdefault(row.why, []).append(f"'{row.label}'")
    return [f"{listed(labels, len(labels))}: {why}." for why, labels in by_reason.items()]


def _table(history: History) -> Table:
    columns = ("statistic", "unit", "recorded", "low", "mid", "high", "inside", "tail share", "held out", "counts")
    rows = []
    for row in history.statistics:
        cells = (row.label, row.unit, row.recorded, row.low, row.mid, row.high, row.inside, row.tail)
        rows.append(tuple(_short(cell) for cell in (*cells, row.held_out, row.counts)))
    title = f"Statistics of the record and of {history.draws} histories"
    return Table(title=title, columns=columns, rows=tuple(rows), units={"tail share": "share"})


def _bands(history: History) -> Table:
    fitted, rows = history.basis == "posterior", list[tuple[Cell, ...]]()
    for row in history.statistics:
        own = (row.low, row.mid, row.high) if row.mid is not None else None
        bands = [(OF_FIT, own)] if fitted else []
        bands += [(OF_RANGES, row.prior if fitted else own), (OF_CONSTANT, row.constant)]
        label = f"{row.label} ({row.unit})" if row.unit == "years" else row.label
        for kind, band in bands:
            rows.append((label, kind, *(map(_short, band or (None, None, None))), _short(row.recorded)))
    columns = ("label", "kind", "low", "mid", "high", "recorded")
    return Table(title="Bands of each statistic", columns=columns, rows=tuple(rows))


def _timelines(case: Case, found: Found) -> Table:
    """War and peace of the record, and of the first histories."""
    looked = found.looked
    start = decimal_year(looked.coded.start) or 0.0
    rows = [*_spells("the record", _recorded_spells(case, looked), start)]
    for n, spells in enumerate(found.main.spells, start=1):
        rows += _spells(f"history {n}", [(kind, a, b) for kind, a, b in spells], start)
    columns = ("history", "kind", "from", "until")
    return Table(title="War and peace in each history", columns=columns, rows=tuple(rows))


def _recorded_spells(case: Case, looked: Looked) -> list[tuple[str, float, float]]:
    stretches, found = Recorded(looked).stretches, list[tuple[str, float, float]]()
    conditions: Mapping[str, np.ndarray] = {
        "war": looked.holds(case.outcomes.war),
        "peace": looked.holds(case.outcomes.peace),
    }
    for kind, holds in conditions.items():
        found += [(kind, a, b) for a, b in spells_of(truths(stretches, holds))]
    return found


def _spells(history: str, spells: list[tuple[str, float, float]], start: float) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [(history, kind, round(start + a, 3), round(start + b, 3)) for kind, a, b in spells]
    return rows or [(history, None, None, None)]


def _short(value: Cell) -> Cell:
    return float(f"{value:.4g}") if isinstance(value, float) else value
