"""The verbs about evidence: `code`, `accounts`, `fit`, `backtest`; the only place where case, record and evidence meet.

Results are kept in `./detente-out/CASE-evidence/` (or `out`): solved draws, simulated records, the freeze. Running
the same command again goes on from there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.case.content import evidence_files, evidence_key
from detente.case.outputs import results_folder
from detente.errors import Diagnostic, Interrupted, OptionError, RecordError, suggest
from detente.run import Part, Table

if TYPE_CHECKING:
    import numpy as np

    from detente.case import Case
    from detente.evidence.coding import Coded
    from detente.evidence.posterior import Weighted
    from detente.evidence.predict import BackTested
    from detente.evidence.priors import Prior
    from detente.evidence.study import Findings, Settings, Study
    from detente.game.compile import Template
    from detente.record import Record

Progress = Callable[[float, str], None]
ENGINE = ("case", "game", "solver", "chain", "files/yaml.py")


@dataclass
class Desk:
    """A case with its game and record, opened once."""

    case: "Case"
    template: "Template"
    record: "Record"

    @staticmethod
    def open(case: str | Path) -> "Desk":
        """Load a case and its record.

        Raises:
            CaseError, RecordError: located mistakes.
            OptionError: the case has no record.
        """
        from detente.case import load_case
        from detente.game.compile import compile_case
        from detente.record import load_record

        loaded = load_case(case)
        folder = loaded.folder / "record"
        if not folder.is_dir():
            raise OptionError.of(
                f"case '{loaded.name}' has no record", "a folder 'record' with events and a coding file"
            )
        return Desk(loaded, compile_case(loaded), load_record(folder))

    def coding_file(self, name: str) -> Path:
        """The path of a coding file.

        Raises:
            RecordError: it is not there.
        """
        path = self.case.folder / "record" / name
        if not path.is_file():
            what = f"no coding file '{name}'"
            raise RecordError(
                Diagnostic(what, "rules that turn events into marks", "see docs/evidence.md", file=str(path))
            )
        return path

    def code(self, name: str = "coding.yaml", until: str | None = None) -> "Coded":
        """Code the record (as it stood on `until`, and up to it)."""
        from detente.evidence.coding import Coder
        from detente.evidence.jumps import jump_table
        from detente.evidence.rules import read_coding

        coding = read_coding(self.coding_file(name))
        table = jump_table(self.template.game())
        situations = {date: dict(values) for date, values in self.case.situations.items()}
        record = self.record if until is None else self.record.as_of(until)
        return Coder(coding, table, self.template.space, situations).code(record, until)

    def second(self) -> "Coded | None":
        """The second coding, None if there is none."""
        if not (self.case.folder / "record" / "coding_second.yaml").is_file():
            return None
        return self.code("coding_second.yaml")

    def frozen_files(self) -> dict[str, Path]:
        """The files whose edits after the first likelihood are listed."""
        return evidence_files(self.case)

    def key(self) -> str:
        """Names the game and the engine that solves it: a solved draw is reused only under the same."""
        import detente
        from detente.files.keys import content_key, digests

        root = Path(detente.__file__).parent
        files = {"case.yaml": self.case.folder / "case.yaml"}
        for part in ENGINE:
            base = root / part
            for path in base.rglob("*.py") if base.is_dir() else [base]:
                files[path.relative_to(root).as_posix()] = path
        return content_key(digests(files))


def folder_of(case: "Case", out: str | Path | None) -> Path:
    """Where a case's evidence is kept."""
    return Path(out) if out is not None else results_folder(case.name, case.folder, "evidence")


def priors_of(case: "Case") -> "dict[str, Prior]":
    """The case's accounts as priors.

    Raises:
        OptionError: no accounts.
    """
    from detente.evidence.priors import Prior, quantile_of

    if not case.accounts:
        raise OptionError.of(f"case '{case.name}' has no accounts", "files accounts/*.yaml, see docs/evidence.md")
    return {
        name: Prior(name, {p: quantile_of(parameter) for p, parameter in account.parameters.items()})
        for name, account in case.accounts.items()
    }


def study_of(desk: Desk, settings: "Settings", out: str | Path | None, progress: Progress) -> "Study":
    """Everything a study reads, checked.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the case, coding or accounts.
    """
    from detente.evidence.bank import CaseSolver
    from detente.evidence.priors import space_of
    from detente.evidence.study import Study

    coded, second = desk.code(), desk.second()
    space = space_of(desk.case.parameters)
    priors = priors_of(desk.case)
    for prior in priors.values():
        space.check(prior)
    noise = [n for n, p in desk.case.parameters.items() if n.split(".")[0] == "noise" and p.high <= p.low]
    if not any(d.nuisance == "noise" for d in space.dimensions):
        noise = noise or ["noise"]
    fixed = [*noise, *(c.name for c in coded.chances if c.high <= c.low)]
    solver = CaseSolver(str(desk.case.folder))
    return Study(
        solver=solver,
        table=solver.table,
        space=space,
        priors=priors,
        coded=coded,
        second=second,
        fixed=fixed,
        folder=folder_of(desk.case, out),
        key=desk.key(),
        settings=settings,
        progress=progress,
    )


def code(case: str | Path, second: bool = False, until: str | None = None) -> "tuple[Coded, Table, dict[str, Any]]":
    """The coded path beside its events, all that could not be coded, and the agreement of a second coding.

    Args:
        case: a folder or the name of a shipped case.
        second: show the second coding instead.
        until: the record as it stood on this date.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files.
    """
    from detente.evidence.agreement import agreement
    from detente.evidence.report import coded_table

    desk = Desk.open(case)
    coded = desk.code("coding_second.yaml" if second else "coding.yaml", until)
    counts: dict[str, Any] = {}
    for event in coded.events:
        counts[event.kind] = counts.get(event.kind, 0) + 1
    data: dict[str, Any] = {"from": coded.start, "until": coded.until, "events": counts, "marks": len(coded.path.marks)}
    other = desk.second() if until is None else None
    if other is not None and not second:
        agreed = agreement(coded, other)
        data["second_coding"] = {"events": agreed.events, "share": agreed.share, "kappa": agreed.kappa}
    return coded, coded_table(coded), data


def accounts(
    case: str | Path,
    *,
    quick: bool = False,
    seed: int = 0,
    out: str | Path | None = None,
    workers: int | None = None,
    cap: int | None = None,
    records: int | None = None,
    progress: Progress | None = None,
) -> "Findings":
    """Which account does the record favour, how strongly, and what would overturn that?

    Args:
        case: a folder or the name of a shipped case.
        quick: the design check on few records and a rough comparison; no verdict.
        seed: of all draws and simulations.
        out: where results are kept; default `./detente-out/CASE-evidence/`.
        workers: processes; never changes a number.
        cap: largest number of solves.
        records: simulated records per account; a verdict needs 200.
        progress: called with (share done, words).

    Raises:
        CaseError, RecordError, OptionError: mistakes in the files.
        Interrupted: stopped by the user; what was finished is kept.
    """
    from detente.evidence.freeze import freeze
    from detente.evidence.study import Settings

    settings = Settings.quick(seed, workers) if quick else Settings(seed=seed, workers=workers)
    if cap is not None:
        settings = replace(settings, cap=cap)
    if records is not None:
        settings = replace(settings, records=records)
    report = progress or (lambda _share, _words: None)
    desk = Desk.open(case)
    report(0.0, f"coding the record of {desk.case.name}")
    study, key = study_of(desk, settings, out, report), evidence_key(desk.case)
    assert study.folder is not None
    edits = freeze(study.folder, desk.frozen_files())
    split = held_out_split(study.coded)
    try:
        found = study.run(lambda bank, log_prior: tested(desk, bank, log_prior, split, (split, study.coded.until)))
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped; what was finished is kept in {study.folder}: run the command again to go on"
        ) from None
    notes = ["only the principal equilibrium of each draw is used"]
    if found.bank.failed:
        notes.append(
            f"{found.bank.failed} of {found.bank.solves} draws have no certified equilibrium and were left out"
        )
    found = found.with_(edits=tuple(edits), notes=tuple(notes))
    keep(study.folder, desk, found, key)
    return found


def held_out_split(coded: "Coded", share: float = 0.7) -> str:
    """The date before which baselines and model are fitted, when nobody names one: 70 % of the record."""
    import datetime

    start, end = (datetime.date.fromisoformat(d) for d in (coded.start, coded.until))
    return (start + datetime.timedelta(days=round(share * (end - start).days))).isoformat()


def tested(desk: Desk, bank: Any, log_prior: "np.ndarray", until: str, window: tuple[str, str]) -> "BackTested":
    """One back-test with a given bank."""
    from detente.evidence.predict import back_test

    space = desk.template.space
    first = next(iter(desk.case.states))
    watch = space.codes[space.variable(first)]
    war = desk.template.mask(desk.case.outcomes.war)
    return back_test(bank, log_prior, lambda date: desk.code(until=date), until, window, watch=watch, war=war)


def backtest(
    case: str | Path,
    until: str,
    score: str,
    *,
    seed: int = 0,
    draws: int = 200,
    out: str | Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> "BackTested":
    """Fit to what was known at a date, score what came, beside the simple rivals.

    Args:
        case: a folder or the name of a shipped case.
        until: ISO date of the fit.
        score: "D1:D2", ISO dates of the window that is scored.
        seed: of the draws.
        draws: from the case's own ranges.
        out: where solved draws are kept.
        workers: processes; never changes a number.
        progress: called with (share done, words).

    Raises:
        OptionError: dates that are not dates, or out of order.
    """
    from detente.evidence.posterior import Proposal
    from detente.evidence.priors import Prior
    from detente.evidence.study import Settings

    window = window_of(until, score)
    desk = Desk.open(case)
    study = study_of(desk, Settings(draws=draws, seed=seed, workers=workers), out, progress or (lambda _s, _w: None))
    usual = Prior("the case's own ranges")
    bank = study.bank([Proposal(usual, draws)], seed + 31, 0.0, 0.8)
    return tested(desk, bank, bank.log_prior(usual), until, window)


def window_of(until: str, score: str) -> tuple[str, str]:
    """The scored window.

    Raises:
        OptionError: not D1:D2, or not after `until`.
    """
    import datetime

    first, _, last = score.partition(":")
    try:
        dates = [datetime.date.fromisoformat(d) for d in (until, first, last)]
    except ValueError as error:
        raise OptionError.of(
            f"--until {until} --score {score}: {error}", "ISO dates: --until D --score D1:D2"
        ) from None
    if not dates[0] <= dates[1] < dates[2]:
        raise OptionError.of(f"--until {until} --score {score}", "until <= D1 < D2")
    return first, last


@dataclass(frozen=True)
class Fitted:
    """The posterior of one account.

    Attributes:
        account: its name.
        weighted: evidence and effective sample size.
        parameters: (name, overlap of prior and posterior, 5/50/95 %, assumption not record).
        words: diagnostics in words.
        solves: how many games were solved.
    """

    account: str
    weighted: "Weighted"
    parameters: tuple[tuple[str, float, tuple[float, ...], bool], ...]
    words: tuple[str, ...]
    solves: int

    def table(self) -> Table:
        """The parameters, those the record speaks to first."""
        rows = sorted(self.parameters, key=lambda row: row[1])
        return Table(
            title=f"What the record says of the parameters ({self.account})",
            columns=("parameter", "overlap of prior and posterior", "5 %", "50 %", "95 %", "assumption, not record"),
            rows=tuple((n, round(o, 2), *(float(f"{q:.4g}") for q in qs), flag) for n, o, qs, flag in rows),
            note="; ".join(self.words),
        )


def fit(
    case: str | Path,
    account: str | None = None,
    *,
    seed: int = 0,
    draws: int = 200,
    cap: int = 500,
    out: str | Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """The posterior of the case's parameters, under its own ranges or under one account.

    Args:
        case: a folder or the name of a shipped case.
        account: one of the case's accounts; default the case's own ranges.
        seed: of the draws.
        draws: to begin with.
        cap: largest number of solves.
        out: where solved draws are kept.
        workers: processes; never changes a number.
        progress: called with (share done, words).

    Raises:
        OptionError: an unknown account.
    """
    from detente.evidence.accounts import parameter_overlaps
    from detente.evidence.posterior import Proposal, weigh
    from detente.evidence.priors import Prior
    from detente.evidence.score import scorer_for
    from detente.evidence.study import Settings

    desk = Desk.open(case)
    settings = Settings(draws=draws, cap=cap, seed=seed, workers=workers)
    study = study_of(desk, settings, out, progress or (lambda _s, _w: None))
    if account is not None and account not in study.priors:
        known = list(study.priors)
        raise OptionError.of(f"unknown account '{account}'", f"one of {', '.join(known)}", suggest(account, known))
    prior = study.priors[account] if account else Prior("the case's own ranges")
    study.priors = {prior.name: prior}
    bank = study.bank([Proposal(prior, draws)], seed + 31, 0.0, 0.2)
    bank, log_likelihood = study.refined(bank, scorer_for(bank, study.coded).score(study.coded.path))
    weighted = weigh(bank.log_prior(prior), log_likelihood)
    rows = parameter_overlaps(bank, bank.log_prior(prior), weighted.weights)
    return Fitted(prior.name, weighted, tuple(rows), tuple(diagnose(weighted, bank.solves, bank.failed)), bank.solves)


def diagnose(weighted: "Weighted", solves: int, failed: int) -> list[str]:
    """How far the posterior can be trusted, in words."""
    words = [f"{solves} solves, effective sample size {weighted.ess:.0f}"]
    if weighted.refused:
        words.append("too few effective draws: read no number here as settled; a larger --cap may help")
    top = float(weighted.weights.max(initial=0.0))
    if top > 0.1:
        words.append(f"one draw carries {top:.0%} of the weight")
    if failed:
        words.append(f"{failed} draws without a certified equilibrium were left out")
    return words


def keep(folder: Path, desk: Desk, found: "Findings", key: str) -> None:
    """Write what was found beside the bank, as a part of a run with the key of the files that it rests on."""
    from detente.files.whole import write_text

    write_text(folder / "findings.json", part_of(desk.case, found, key).model_dump_json(indent=1) + "\n")


def latest(case: "Case", out: str | Path | None = None) -> Part | None:
    """What the last `detente accounts` found, for a run.

    None if there is nothing, or if a file that it rests on has changed since (then it must be computed again).
    """
    path = folder_of(case, out) / "findings.json"
    if not path.is_file():
        return None
    part = Part.model_validate_json(path.read_text("utf-8"))
    return part if part.key == evidence_key(case) else None


def part_of(case: "Case", found: "Findings", key: str | None = None) -> Part:
    """What a run keeps of a study; names of tables begin with `evidence_`. Default key: that of the files now."""
    from detente.evidence.report import accounts_of, tables

    return Part(
        name="accounts",
        key=key or evidence_key(case),
        command=f"detente accounts {case.name}",
        tables={f"evidence_{name}": table for name, table in tables(found).items()},
        accounts=accounts_of(found),
    )
