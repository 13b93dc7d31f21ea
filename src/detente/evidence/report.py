"""What a study, a fit or a back-test found, as typed parts of a run and as tables."""

import math
from collections.abc import Iterable

from detente.evidence.accounts import DISCRIMINATING
from detente.evidence.coded import Coded
from detente.evidence.posterior import LEAST
from detente.evidence.predict import BackTested
from detente.evidence.study import StudyResult
from detente.record.told import Line, Told
from detente.run import Accounts, Cell, Fit, Ref, Table
from detente.run.accounts import (
    AccountResult,
    BackTest,
    BiasTolerance,
    Condition,
    DesignCheck,
    DesignResult,
    ParameterFit,
    SecondCoding,
    WarForecast,
)

PARAMETER_COLUMNS = ("parameter", "overlap of prior and posterior")
LESSON = "An overlap near 1: the record has taught nothing, and what rests on it is assumption, not record."
MOST_LEARNT = 10  # parameters in the picture of a fit: a page
MOST_TOLD = 12  # events in the table of those that tell most: a page


def accounts_of(found: StudyResult) -> Accounts:
    """The findings as the `accounts` part of a run."""
    results = zip(found.names, found.compared.results, strict=True)
    marks = [t for t in found.telling if t.date]
    agreed = found.agreement
    return Accounts(
        accounts=tuple(
            AccountResult(
                id=name,
                log_evidence=None if r.ess == 0 else r.log_evidence,
                error=None if r.ess == 0 else r.error,
                ess=r.ess,
                prior_ess=r.prior_ess,
                refused=r.refused,
            )
            for name, r in results
        ),
        design_check=design_of(found),
        baselines=None if found.baselines is None else back_test_of(found.baselines),
        verdict=found.verdict.words if not found.quick else "no verdict: quick",
        favoured=found.verdict.favoured,
        conditions=tuple(Condition(id=c.id, holds=c.holds, words=c.words) for c in found.verdict.conditions),
        marks=len(found.coded.path.marks),
        discriminating_marks=len([t for t in marks if abs(t.decibans) >= DISCRIMINATING]),
        solves=found.bank.solves,
        solves_without_equilibrium=len(found.bank.left_out),
        bias_tolerance=BiasTolerance(events_to_turn_the_sign=found.tolerance[0], of=found.tolerance[1]),
        second_coding=None
        if agreed is None
        else SecondCoding(events=agreed.events, share=agreed.share, kappa=agreed.kappa),
        parameters=found.parameters,
        edits_after_freezing=found.edits,
        notes=found.notes,
    )


def design_of(found: StudyResult) -> DesignCheck:
    """The design check as part of a run."""
    d = found.designed
    each: list[DesignResult] = []
    for k, name in enumerate(d.names):
        rivals = [r for r in range(len(d.names)) if r != k]
        each.append(
            DesignResult(
                id=name,
                comes_first=d.found(k),
                conclusive=d.conclusive(k),
                wrongly_conclusive=d.wrongly_conclusive(k),
                sign_right_against_worst_rival=min((d.sign_right(k, r) for r in rivals), default=1.0),
                threshold_decibans={d.names[r]: d.threshold(k, r) for r in rivals},
            )
        )
    return DesignCheck(records_per_account=d.per_account, long_enough=d.long_enough, accounts=tuple(each))


def back_test_of(tested: BackTested) -> BackTest:
    """A back-test as part of a run."""
    return BackTest(
        words=tested.words,
        until=tested.until,
        score=tested.window,
        marks=tested.marks,
        model_log_score=tested.model,
        baselines={b.name: b.log_score for b in tested.baselines},
        best=tested.best,
        ess=tested.ess,
        war=WarForecast(model=tested.war_model, climatology=tested.war_climatology, happened=tested.wars),
    )


def tables(found: StudyResult, told: Told) -> dict[str, Table]:
    """Tables for a run: accounts, design check, conditions, checks, parameters, held-out events.

    Where an account has too few effective draws nothing is ranked, and what events or variants say of a lead is noise:
    there are no tables of it then.

    Args:
        found: of the study.
        told: of the record that it studied.
    """
    result = {
        "accounts": _accounts(found),
        "design_check": _design(found),
        "verdict_conditions": Table(
            title="What a verdict needs",
            columns=("condition", "holds", "why"),
            rows=tuple((c.id, c.holds, c.words) for c in found.verdict.conditions),
        ),
        "predictive_checks": Table(
            title="Does the fitted model leave records like this one?",
            columns=("statistic", "record", "simulated 5 %", "simulated 95 %", "two-sided tail share"),
            rows=tuple((c.statistic, c.seen, c.low, c.high, round(c.tail, 4)) for c in found.checks),
        ),
        "parameters": parameters_table("all accounts taken together", found.parameters),
    }
    if found.compared.settled:
        result["telling_events"] = _telling(found, told)
        if found.variants:
            result["variants"] = Table(
                title="Does the sign survive?",
                columns=("variant", "smallest lead of the first, decibans", "effective sample size"),
                rows=tuple(
                    (v.name, _finite(v.lead), round(v.ess) if math.isfinite(v.ess) else None) for v in found.variants
                ),
            )
    if found.baselines is not None:
        result["baselines"] = back_test_table(found.baselines)
    return result


def parameters_table(whose: str, parameters: Iterable[ParameterFit]) -> Table:
    """What the record says of each parameter, those it speaks to first."""
    return Table(
        title=f"What the record says of the parameters ({whose})",
        columns=(*PARAMETER_COLUMNS, "5 %", "50 %", "95 %", "assumption, not record"),
        rows=tuple(
            (p.name, round(p.overlap, 2), *_short((p.low, p.mid, p.high)), p.assumption_not_record)
            for p in sorted(parameters, key=lambda p: p.overlap)
        ),
        note=LESSON,
    )


def fit_table(fit: Fit) -> Table:
    """Prior and posterior of each parameter, those that the record speaks to first."""
    return Table(
        title=f"What the record says of the parameters ({fit.account})",
        columns=(
            *PARAMETER_COLUMNS,
            *(f"{when} {at} %" for when in ("before", "after") for at in (5, 50, 95)),
            "assumption, not record",
            "effective draws",
            "R-hat",
        ),
        rows=tuple(
            (
                p.name,
                round(p.overlap, 2),
                *_short(p.prior or (None,) * 3),
                *_short((p.low, p.mid, p.high)),
                p.assumption_not_record,
                None if p.ess is None else round(p.ess),
                None if p.rhat is None else round(p.rhat, 3),
            )
            for p in sorted(fit.parameters, key=lambda p: p.overlap)
        ),
        note=LESSON,
    )


def learnt_table(fit: Fit) -> Table:
    """The parameters that the record speaks to most, before and after it: what the picture of a fit draws."""
    known = [p for p in fit.parameters if not p.assumption_not_record and p.prior is not None]
    rows: list[tuple[Cell, ...]] = []
    for p in sorted(known, key=lambda p: p.overlap)[:MOST_LEARNT]:
        assert p.prior is not None
        rows.append((p.name, *_short(p.prior), "before the record"))
        rows.append((p.name, *_short((p.low, p.mid, p.high)), "after the record"))
    return Table(
        title="The assumptions that the record speaks to most, before and after it",
        columns=("parameter", "low", "mid", "high", "kind"),
        rows=tuple(rows),
        note="5, 50 and 95 %; each in its own unit.",
        rests_on=tuple((Ref(kind="parameter", id=str(row[0])),) for row in rows),
    )


def pairs_table(fit: Fit) -> Table:
    """Pairs of parameters that trade off."""
    return Table(
        title="Assumptions that trade off: the record knows them together better than apart",
        columns=("parameter", "assumption", "correlation"),
        rows=tuple((*pair.names, round(pair.correlation, 2)) for pair in fit.pairs),
        note="Correlation of ranks over the draws; above 0, both are high or both are low.",
        rests_on=tuple(tuple(Ref(kind="parameter", id=name) for name in pair.names) for pair in fit.pairs),
    )


def _short(numbers: Iterable[float | None]) -> tuple[float | None, ...]:
    return tuple(None if x is None else float(f"{x:.4g}") for x in numbers)


def _accounts(found: StudyResult) -> Table:
    """Accounts by rank; in the order of the case, and without any number of decibans, where nothing may be ranked."""
    compared = found.compared
    first, *_ = order = compared.order if compared.settled else list(range(len(found.names)))
    rows: list[tuple[Cell, ...]] = []
    for k in order:
        behind = [_finite(x) for x in compared.decibans(first, k)] if compared.settled else [None, None]
        result = compared.results[k]
        rows.append((found.names[k], *behind, round(result.ess), not result.refused))
    few = f"An account has fewer than {LEAST:g} effective draws, so that nothing is ranked."
    return Table(
        title="Accounts: what the record says of each",
        columns=("account", "decibans behind the first", "Monte Carlo error", "effective sample size", "settled"),
        rows=tuple(rows),
        note=f"{found.verdict.words}. "
        + ("Ten decibans are odds of ten to one; equal odds beforehand are assumed." if compared.settled else few),
    )


def _design(found: StudyResult) -> Table:
    return Table(
        title="Design check: would a record like this tell them apart?",
        columns=("true account", "comes first", "conclusive", "another is conclusive", "records"),
        rows=tuple(
            (
                name,
                round(found.designed.found(k), 3),
                round(found.designed.conclusive(k), 3),
                round(found.designed.wrongly_conclusive(k), 3),
                int((found.designed.truth == k).sum()),
            )
            for k, name in enumerate(found.designed.names)
        ),
        note="Records simulated from each account through the same coding and recording.",
    )


def _telling(found: StudyResult, told: Told) -> Table:
    lines: list[Line] = []
    for t in found.telling[:MOST_TOLD]:
        cells = (t.date, t.text, round(t.decibans, 2), t.channel, ", ".join(t.witnesses))
        lines.append((cells, (told.record.events[t.event],) if t.event in told.record.events else ()))
    return told.table(
        title="The events that tell most between the first two accounts",
        columns=("date", "event", "decibans for the first", "coded as", "sources"),
        lines=lines,
    )


def _finite(value: float) -> float | None:
    return round(value, 1) if math.isfinite(value) else None


def back_test_table(tested: BackTested) -> Table:
    """One back-test as a table."""
    rows: list[tuple[Cell, ...]] = [("the model", None if tested.model is None else round(tested.model, 1))]
    rows += [(b.name, round(b.log_score, 1)) for b in tested.baselines]
    return Table(
        title=f"Held-out events, {tested.window[0]} to {tested.window[1]}, fitted to what was known on {tested.until}",
        columns=("who", "log score, nats"),
        rows=tuple(rows),
        note=tested.words,
    )


def coded_table(coded: Coded, told: Told) -> Table:
    """The coded path beside its events, and all that could not be coded, with reasons."""
    return told.table(
        title=f"The record from {coded.start} to {coded.until} as a path of marks",
        columns=("date", "event", "what became of it", "coded as", "reason or note", "text"),
        lines=[
            ((e.date, e.event, e.kind, e.code, e.reason, e.text), (told.record.events[e.event],)) for e in coded.events
        ],
        note=coded.coder,
    )
