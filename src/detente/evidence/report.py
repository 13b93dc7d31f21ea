"""Findings as the `accounts` part of a run, and as tables."""

from collections.abc import Iterable

from detente.evidence.accounts import DISCRIMINATING
from detente.evidence.coding import Coded
from detente.evidence.predict import BackTested
from detente.evidence.study import Findings
from detente.run import Accounts, Ref, Table
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


def accounts_of(found: Findings) -> Accounts:
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
        solves_without_equilibrium=found.bank.failed,
        bias_tolerance=BiasTolerance(events_to_turn_the_sign=found.tolerance[0], of=found.tolerance[1]),
        second_coding=None
        if agreed is None
        else SecondCoding(events=agreed.events, share=agreed.share, kappa=agreed.kappa),
        parameters=parameters_of(found.parameters),
        edits_after_freezing=found.edits,
        notes=found.notes,
    )


def parameters_of(rows: Iterable[tuple[str, float, tuple[float, ...], bool]]) -> tuple[ParameterFit, ...]:
    """What the record says of each parameter: (name, overlap, 5/50/95 %, assumption not record)."""
    return tuple(
        ParameterFit(name=name, overlap=overlap, low=q[0], mid=q[1], high=q[2], assumption_not_record=flag)
        for name, overlap, q, flag in rows
    )


def design_of(found: Findings) -> DesignCheck:
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


def tables(found: Findings) -> dict[str, Table]:
    """Tables for a run: accounts, design check, telling events, conditions, variants, checks, parameters."""
    result = {
        "accounts": _accounts(found),
        "design_check": _design(found),
        "telling_events": _telling(found),
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
    }
    result["parameters"] = Table(
        title="What the record says of the parameters, all accounts taken together",
        columns=("parameter", "overlap of prior and posterior", "5 %", "50 %", "95 %", "assumption, not record"),
        rows=tuple(
            (n, round(o, 2), *(float(f"{x:.4g}") for x in q), flag)
            for n, o, q, flag in sorted(found.parameters, key=lambda row: row[1])
        ),
        note="An overlap near 1: the record has taught nothing; what rests on it is assumption, not record.",
    )
    if found.variants:
        result["variants"] = Table(
            title="Does the sign survive?",
            columns=("variant", "smallest lead of the first, decibans", "effective sample size"),
            rows=tuple((n, _finite(v), None if e == float("inf") else round(e)) for n, v, e in found.variants),
        )
    if found.baselines is not None:
        result["baselines"] = back_test_table(found.baselines)
    return result


def _accounts(found: Findings) -> Table:
    order = found.compared.order
    first = order[0]
    return Table(
        title="Accounts: what the record says of each",
        columns=("account", "decibans behind the first", "Monte Carlo error", "effective sample size", "settled"),
        rows=tuple(
            (
                found.names[k],
                _finite(found.compared.decibans(first, k)[0]),
                _finite(found.compared.decibans(first, k)[1]),
                round(found.compared.results[k].ess),
                not found.compared.results[k].refused,
            )
            for k in order
        ),
        note=f"{found.verdict.words}. Ten decibans are odds of ten to one; equal odds beforehand are assumed.",
    )


def _design(found: Findings) -> Table:
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


def _telling(found: Findings) -> Table:
    return Table(
        title="The events that tell most between the first two accounts",
        columns=("date", "event", "decibans for the first", "coded as", "sources"),
        rows=tuple(
            (t.date, t.text, round(t.decibans, 2), t.channel, ", ".join(t.witnesses)) for t in found.telling[:12]
        ),
        rests_on=tuple((Ref(kind="event", id=t.event),) if t.date else () for t in found.telling[:12]),
    )


def _finite(value: float) -> float | None:
    return round(value, 1) if abs(value) < float("inf") else None


def back_test_table(tested: BackTested) -> Table:
    """One back-test as a table."""
    rows = [(b.name, round(b.log_score, 1)) for b in tested.baselines]
    rows.insert(0, ("the model", None if tested.model is None else round(tested.model, 1)))  # type: ignore[arg-type]
    return Table(
        title=f"Held-out events, {tested.window[0]} to {tested.window[1]}, fitted to what was known on {tested.until}",
        columns=("who", "log score, nats"),
        rows=tuple(rows),
        note=tested.words,
    )


def coded_table(coded: Coded, kinds: tuple[str, ...] = ()) -> Table:
    """The coded path beside its events, and all that could not be coded, with reasons."""
    rows = [(e.date, e.event, e.kind, e.code, e.reason, e.text) for e in coded.events if not kinds or e.kind in kinds]
    return Table(
        title=f"The record from {coded.start} to {coded.until} as a path of marks",
        columns=("date", "event", "what became of it", "coded as", "reason or note", "text"),
        rows=tuple(rows),
        rests_on=tuple((Ref(kind="event", id=row[1]),) for row in rows),
        note=coded.coder,
    )
