"""Held-out events: what the fitted model and the simple rivals said of them beforehand.

The model's log score is log sum_n w_n L_n(record to D2) / sum_n w_n L_n(record to D1), with weights w from what was
known at the date of the fit. The chance of war in a window is one less the chance of none: the forward measure carried
on with nothing recorded and war ruled out. With a handful of wars such a score is an anecdote, and is called one.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from detente.errors import OptionError
from detente.evidence.bank import Bank
from detente.evidence.baselines import Scored, climatology, onsets_of, plain, score_baselines
from detente.evidence.coded import Coded
from detente.evidence.path import Gap, Path, Pin
from detente.evidence.posterior import effective
from detente.evidence.score import scorer_for
from detente.words.dates import check_date

FITTED = 0.7  # share of the record that is fitted where nobody names a date
THIN = 20  # effective draws below which a fit is to be read loosely
ANECDOTE = 10  # wars in a window below which a score of them is an anecdote


@dataclass(frozen=True)
class BackTested:
    """One back-test, as it is.

    Attributes:
        until: what was known up to this date was fitted.
        window: first and last date of what was scored.
        marks: held-out marks.
        model: log score of the model, nats; None if every fitted draw calls an event impossible.
        baselines: the simple rivals' log scores.
        ess: effective sample size of the fit.
        war_model, war_climatology: chance that a war begins in the window.
        wars: how many did.
    """

    until: str
    window: tuple[str, str]
    marks: int
    model: float | None
    baselines: tuple[Scored, ...]
    ess: float
    war_model: float | None
    war_climatology: float
    wars: int

    @property
    def best(self) -> str:
        """Who predicted best."""
        scores = {b.name: b.log_score for b in self.baselines}
        if self.model is not None:
            scores["the model"] = self.model
        return max(scores, key=lambda k: scores[k])

    @property
    def words(self) -> str:
        """The first line of a report."""
        if not self.marks:
            return f"nothing that is coded happened from {self.window[0]} to {self.window[1]}: nothing to score"
        if self.model is None:
            return "the fitted draws give the held-out events no probability: the model did not foresee their kind"
        rivals = ", ".join(f"{b.name} {b.log_score:.1f}" for b in self.baselines)
        lead = "the model predicts better than the simple rivals"
        if self.best != "the model":
            lead = f"a simple rival predicts better: {self.best}"
        thin = (
            "" if self.ess >= THIN else f"; the fit rests on {max(1, round(self.ess))} effective draws: read it loosely"
        )
        anecdote = "" if self.wars >= ANECDOTE else f"; {self.wars} wars in the window: an anecdote, not a score"
        return f"{lead} (log scores over {self.marks} marks: model {self.model:.1f}, {rivals}){anecdote}{thin}"


CodeUntil = Callable[[str], Coded]


def held_out_split(coded: Coded) -> str:
    """The date before which baselines and model are fitted where nobody names one."""
    start, end = (datetime.date.fromisoformat(d) for d in (coded.start, coded.until))
    return (start + datetime.timedelta(days=round(FITTED * (end - start).days))).isoformat()


def window_of(until: str, score: str) -> tuple[str, str]:
    """The scored window.

    Args:
        until: ISO date of the fit.
        score: "D1:D2", ISO dates.

    Raises:
        OptionError: not D1:D2, or not after `until`.
    """
    first, _, last = score.partition(":")
    fitted = check_date("date", until)
    try:
        start, end = (datetime.date.fromisoformat(d) for d in (first, last))
    except ValueError:
        raise OptionError.of(f"--score {score}", "two ISO dates D1:D2, such as 2015-12-31:2020-12-31") from None
    if not fitted <= start < end:
        raise OptionError.of(f"--date {until} --score {score}", "DATE <= D1 < D2")
    return first, last


def back_test(
    bank: Bank,
    log_prior: np.ndarray,
    code_until: CodeUntil,
    until: str,
    window: tuple[str, str],
    *,
    watch: np.ndarray | None,
    war: np.ndarray,
) -> BackTested:
    """Fit to what was known at a date, score what came.

    Args:
        bank: solved draws; they know nothing of the record.
        log_prior: (rows,) prior weights.
        code_until: codes the record as it stood on a date, up to that date.
        until: date of the fit.
        window: scored from the first date (not before `until`) to the second.
        watch: (states,) codes of the variable by which the second baseline is split, or None.
        war: (states,) mask.
    """
    known, opened, whole = code_until(until), code_until(window[0]), code_until(window[1])
    fitted = log_prior + scorer_for(bank, known).score(known.path)
    before, after = _score(bank, opened), _score(bank, whole)
    with np.errstate(invalid="ignore"):
        ratio = np.where(np.isfinite(before), after - before, -np.inf)
    log_score = float(logsumexp(fitted + ratio) - logsumexp(fitted)) if np.isfinite(fitted).any() else -np.inf
    names = [c.name for c in whole.channels]
    start, end = opened.path.horizon, whole.path.horizon
    sequence = plain(whole.path, names, watch)
    baselines = score_baselines(sequence, start, end, names)
    onsets, quiet = onsets_of(opened.path, war)
    wars = [t for t in onsets_of(whole.path, war)[0] if t >= start]
    return BackTested(
        until,
        window,
        baselines[0].marks,
        log_score if np.isfinite(log_score) else None,
        tuple(baselines),
        effective(fitted),
        chance_of_war(bank, fitted, opened, end, war),
        climatology(onsets, quiet, end - start),
        len(wars),
    )


def _score(bank: Bank, coded: Coded) -> np.ndarray:
    return scorer_for(bank, coded).score(coded.path)


def chance_of_war(bank: Bank, fitted: np.ndarray, opened: Coded, end: float, war: np.ndarray) -> float | None:
    """P(a war begins before `end` | the record so far), averaged over the fitted draws; None if war is under way."""
    start = opened.path.horizon
    path = opened.path
    ahead = Path(
        end,
        path.initial,
        path.marks,
        (*path.pins, Pin(start, end, ~war)),
        (*path.gaps, Gap(start, end)),
    )
    scorer = scorer_for(bank, opened)
    peace, whole = scorer.score(ahead), scorer.score(replace(path, pins=(*path.pins, Pin(start, start, ~war))))
    usable = np.isfinite(whole) & np.isfinite(fitted)
    if not usable.any():
        return None
    quiet = logsumexp(fitted[usable] + peace[usable] - whole[usable]) - logsumexp(fitted[usable])
    return float(1 - np.exp(min(0.0, quiet)))
