"""Survival models by lifelines (extra `survival`) for episodes and for peace agreements.

Kaplan-Meier with days, Weibull and Cox proportional hazards, for readers who know these; the package's own forecasts
use the penalised hazard of `hazard`. Times run in years. Source: Davidson-Pilon 2019, Journal of Open Source Software
4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from detente.errors import Diagnostic, MissingExtra, OptionError
from detente.outside.design import learn_design
from detente.outside.episodes import Episodes, read_table, require_columns
from detente.run import Table
from detente.words.dates import DAYS_PER_YEAR

MODELS = ("kaplan-meier", "weibull", "cox")


@dataclass(frozen=True)
class Durations:
    """Time at peace and whether it ended; each (rows,)."""

    years: np.ndarray
    ended: np.ndarray  # bool
    what: str  # what ended, in words
    kind: tuple[str, ...] = ()  # type per row, where known


def durations_of(episodes: Episodes) -> Durations:
    """Years from the end of an episode to renewed activity, or to the last year whose activity is known."""
    if episodes.known_until is None:
        raise OptionError.of("episodes without labels", "a file with 'next_active_year'")
    following, end = episodes.column("next_active_year"), episodes.column("endyear")
    ended = np.isfinite(following)
    return Durations(np.where(ended, following, episodes.known_until) - end, ended, "the same conflict active again")


def read_agreements(path: str | Path) -> Durations:
    """Read UCDP's Peace Agreement data: `pa_date` signed, `ended` 1 if it ended, `duration` the date on which it did.

    Agreements that had not ended leave observation on the last date that the file names.

    Raises:
        OptionError: columns absent or dates unreadable, all at once.
    """
    where = Path(path)
    header, rows = read_table(where)
    require_columns(header, ("pa_date", "ended", "duration"), where.name)
    at = {name: header.index(name) for name in header}
    problems: list[Diagnostic] = []
    signed = [_day(row, at["pa_date"], (where.name, i, "pa_date"), problems) for i, row in enumerate(rows, start=2)]
    stopped = [_day(row, at["duration"], (where.name, i, "duration"), problems) for i, row in enumerate(rows, start=2)]
    ended = [row[at["ended"]].strip() in ("1", "1.0") for row in rows]
    spells: list[tuple[date, date | None]] = []
    unreadable = {problem.line for problem in problems}
    for line, (start, stop, gone) in enumerate(zip(signed, stopped, ended), start=2):
        what = ""
        if start is None:
            what = "no date of signature"
        elif gone and stop is None:
            what = "ended without a date"
        elif gone and stop is not None and stop < start:
            what = "ended before it was signed"
        else:
            spells.append((start, stop if gone else None))
        if what and line not in unreadable:
            problems.append(
                Diagnostic(what, "pa_date, and in 'duration' the date on which it ended", "", where.name, line)
            )
    if not rows:
        problems.append(Diagnostic("no agreements", "at least one row", file=where.name))
    if problems:
        raise OptionError(sorted(problems, key=lambda problem: problem.line))
    last = max(day for day in (*signed, *stopped) if day is not None)
    years = np.array([((stop or last) - start).days / DAYS_PER_YEAR for start, stop in spells])
    kinds = tuple(row[at["pa_type"]].strip() for row in rows) if "pa_type" in at else ()
    return Durations(years, np.array(ended), "the agreement ended", kinds)


def _day(row: list[str], at: int, place: tuple[str, int, str], problems: list[Diagnostic]) -> date | None:
    """The date in a cell, None where it is empty; an unreadable one is added to the problems."""
    cell = row[at].strip()[:10]
    if not cell:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        file, line, name = place
        problems.append(Diagnostic(f"'{cell}' in column '{name}'", "a date 1995-12-14", "", file, line, at + 1))
        return None


def survival_table(
    durations: Durations,
    model: str = "kaplan-meier",
    horizons: Sequence[float] = (1, 2, 5, 10),
) -> Table:
    """The chance that peace has ended within each horizon, with 90 % intervals, by Kaplan-Meier or Weibull.

    Raises:
        MissingExtra: lifelines is not installed.
        OptionError: an unknown model.
    """
    lifelines = _lifelines()
    if model not in MODELS[:2]:
        raise OptionError.of(f"model '{model}'", "kaplan-meier or weibull; for cox give covariates")
    years = np.maximum(durations.years, 1e-3)
    if model == "weibull":
        fitter: Any = lifelines.WeibullFitter(alpha=0.1).fit(years, durations.ended, timeline=sorted(horizons))
        band = fitter.confidence_interval_survival_function_
    else:
        fitter = lifelines.KaplanMeierFitter(alpha=0.1).fit(years, durations.ended)
        band = fitter.confidence_interval_
    rows = []
    for horizon in horizons:
        at = float(fitter.predict(horizon))
        low, high = (float(v) for v in band[band.index <= horizon].iloc[-1])
        beyond = bool(model == "kaplan-meier" and horizon > years.max())
        rows.append((horizon, *((None,) * 3 if beyond else (1 - high, 1 - at, 1 - low))))
    return Table(
        title=f"Chance that peace has ended ({durations.what}), {model}",
        columns=("years", "low", "mid", "high"),
        rows=tuple(rows),
        units={"low": "probability", "mid": "probability", "high": "probability"},
        note=f"{years.size} cases, {int(durations.ended.sum())} ended; 90 % intervals",
    )


def cox_table(episodes: Episodes, covariates: Sequence[str], penalizer: float = 0.05) -> Table:
    """Hazard ratios by Cox proportional hazards with a ridge penalty and standard errors clustered by conflict.

    Raises:
        MissingExtra: lifelines is not installed.
        OptionError: an unknown covariate.
    """
    lifelines = _lifelines()
    import pandas as pd

    design = learn_design(episodes, covariates)
    durations = durations_of(episodes)
    matrix = design.matrix(episodes)
    # without the families, which are sums of their categories
    columns = {c.label: matrix[:, j] for j, c in enumerate(design.columns) if len(c.values) < 2}
    frame = pd.DataFrame(columns).assign(
        years=np.maximum(durations.years, 1e-3), ended=durations.ended, conflict=episodes.conflict_id
    )
    fitter = lifelines.CoxPHFitter(alpha=0.1, penalizer=penalizer)
    fitter.fit(frame, "years", "ended", cluster_col="conflict")
    summary = fitter.summary
    rows = [
        (str(label), float(row["exp(coef) lower 90%"]), float(row["exp(coef)"]), float(row["exp(coef) upper 90%"]))
        for label, row in summary.iterrows()
    ]
    return Table(
        title="Hazard ratios of recurrence, Cox proportional hazards",
        columns=("covariate", "low", "ratio", "high"),
        rows=tuple(rows),
        note=(
            f"{len(episodes)} episodes; ridge penalty {penalizer}; intervals 90 %, clustered by conflict; numbers "
            f"per standard deviation"
        ),
    )


def _lifelines() -> Any:
    try:
        import lifelines
    except ImportError:
        raise MissingExtra("lifelines", "survival", "a Kaplan-Meier, Weibull or Cox table in days") from None
    return lifelines
