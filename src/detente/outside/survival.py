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
    problems: list[Diagnostic] = []

    def day(row: int, name: str) -> date | None:
        cell = rows[row][header.index(name)].strip()[:10]
        if not cell:
            return None
        try:
            return date.fromisoformat(cell)
        except ValueError:
            column = header.index(name) + 1
            problems.append(
                Diagnostic(f"'{cell}' in column '{name}'", "a date 1995-12-14", "", where.name, row + 2, column)
            )
            return None

    signed = [day(i, "pa_date") for i in range(len(rows))]
    over = [day(i, "duration") for i in range(len(rows))]
    ended = [row[header.index("ended")].strip() in ("1", "1.0") for row in rows]
    for i, (start, stop, gone) in enumerate(zip(signed, over, ended)):
        if start is None and not problems:
            problems.append(Diagnostic("no date of signature", "pa_date", "", where.name, i + 2))
        elif gone and (stop is None or (start is not None and stop < start)):
            what = "ended without a date" if stop is None else "ended before it was signed"
            problems.append(Diagnostic(what, "in 'duration' the date on which it ended", "", where.name, i + 2))
    if problems:
        raise OptionError(problems)
    last = max(d for d in (*signed, *over) if d is not None)
    years = [
        ((stop if gone and stop else last) - start).days / 365.25
        for start, stop, gone in zip(signed, over, ended)
        if start
    ]
    kinds = tuple(row[header.index("pa_type")].strip() for row in rows) if "pa_type" in header else ()
    return Durations(np.array(years), np.array(ended), "the agreement ended", kinds)


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
    frame: pd.DataFrame = pd.DataFrame(design.matrix(episodes), columns=[c.label for c in design.columns])
    # without the families, which are sums of their categories
    frame = frame[[c.label for c in design.columns if len(c.values) < 2]]
    frame = frame.assign(years=np.maximum(durations.years, 1e-3), ended=durations.ended, conflict=episodes.conflict_id)
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
